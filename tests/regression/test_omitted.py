"""Omitted variables: the Darfur example, algebraic identities, refusals."""

import json

import numpy as np
import pytest
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regression.omitted import (
    adjusted_estimate,
    adjusted_se,
    adjusted_surface,
    benchmark_bounds,
    benchmark_table,
    partial_r2,
    robustness,
    robustness_value,
)
from nqpf.regression.panel import fit_two_way
from tests.regression.simulated import simulated_panel


def test_darfur_as_sensemakr(golden):
    expected = json.loads((golden("sensemakr_darfur") / "expected.json").read_text())["expected"]
    t, df = expected["t"], expected["dof"]
    assert partial_r2(t, df) == pytest.approx(expected["partial_r2"], abs=1e-5)
    assert robustness_value(t, df) == pytest.approx(expected["RV_q1"], abs=1e-5)
    assert robustness_value(t, df, alpha=0.05) == pytest.approx(expected["RV_q1_a05"], abs=1e-5)
    # female: its partial R2 with the regressor from the 1x bound, with the outcome from its t of
    # -9.789 (published coefficient -0.2321, standard error 0.0237)
    once = expected["bounds_female"]["1x"]
    own = once["r2dz"] / (1 + once["r2dz"]), partial_r2(-9.789, df)
    for multiple in (1, 2, 3):
        row = expected["bounds_female"][f"{multiple}x"]
        strength = benchmark_bounds(*own, multiple)
        assert strength == pytest.approx((row["r2dz"], row["r2yz"]), abs=2e-4)
        estimate = adjusted_estimate(
            expected["coef"], *strength, classical_se=expected["se"], df=df
        )
        se = adjusted_se(expected["se"], *strength, df=df)
        assert estimate == pytest.approx(row["adj_est"], abs=2e-4)  # r2dz has two digits
        assert se == pytest.approx(row["adj_se"], abs=1e-4)
        assert estimate / se == pytest.approx(row["adj_t"], abs=0.02)


def partial(fit_long, name):
    """Partial R2 from the classical t of a regressor."""
    j = fit_long.design.position(name)
    X, df = fit_long.design.X, fit_long.n - fit_long.design.parameters
    se = np.sqrt(fit_long.rss / df * np.linalg.inv(X.T @ X)[j, j])
    return partial_r2(fit_long.coefficients[j] / se, df), se, df


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_adjustment_is_the_regression_with_the_omitted_variable(missing):
    panel = simulated_panel(15, 10, 3, seed=3, missing=missing)
    panel["x1"] += 0.7 * panel["x3"]
    panel["y"] += 0.8 * panel["x3"]
    short = fit_two_way(panel, "y", ["x1", "x2"])
    long = fit_two_way(panel, "y", ["x1", "x2", "x3"])
    r2_outcome, _, _ = partial(long, "x3")
    r2_regressor, _, _ = partial(fit_two_way(panel, "x1", ["x2", "x3"]), "x3")
    _, se, df = partial(short, "x1")
    _, se_long, _ = partial(long, "x1")
    estimate = adjusted_estimate(
        short.coefficients[0], r2_regressor, r2_outcome, classical_se=se, df=df
    )
    assert estimate == pytest.approx(long.coefficients[0], rel=1e-9)
    assert adjusted_se(se, r2_regressor, r2_outcome, df=df) == pytest.approx(se_long, rel=1e-9)


def test_robustness_value_is_where_the_estimate_vanishes():
    fit = fit_two_way(simulated_panel(21, 15, 2, seed=1), "y", ["x1", "x2"])
    r2, se, df = partial(fit, "x1")
    result = robustness(fit, "x1")
    value = result.robustness_value
    gone = adjusted_estimate(result.estimate, value, value, classical_se=se, df=df)
    assert gone == pytest.approx(0, abs=1e-12)
    assert result.partial_r2 == pytest.approx(r2)
    all_of_outcome = adjusted_estimate(result.estimate, r2, 1.0, classical_se=se, df=df)
    assert all_of_outcome == pytest.approx(0, abs=1e-12)
    classical = stats.t.ppf(0.975, df - 1) * se
    published = robustness_value(result.estimate / se, df, alpha=0.05)
    same = robustness(fit, "x1", half_width=classical)
    assert same.robustness_value_level == pytest.approx(published)
    assert 0 < result.robustness_value_level < value
    # with the interval moved, the adjusted near end is zero
    level = result.robustness_value_level
    moved = adjusted_estimate(result.estimate, level, level, classical_se=se, df=df)
    widened = adjusted_se(1.0, level, level, df=df) * result.half_width
    assert abs(moved) == pytest.approx(widened, rel=1e-2)
    assert robustness(fit, "x1", half_width=9).robustness_value_level == 0


def test_benchmark_of_equal_strength_is_met_by_an_equal_twin():
    """Left out, a variable like x2 gives the bound of x2 (orthogonal twins, one multiple)."""
    rng = np.random.default_rng(0)
    panel = simulated_panel(30, 20, 2, seed=5)
    twins = rng.normal(size=(len(panel), 2))
    panel["a"], panel["b"] = twins.T
    panel["x1"] = panel["x1"] + 0.5 * twins.sum(axis=1)
    panel["y"] = panel["y"] + 0.5 * panel["x1"] + 0.6 * twins.sum(axis=1)
    short = fit_two_way(panel, "y", ["x1", "a"])
    long = fit_two_way(panel, "y", ["x1", "a", "b"])
    table = benchmark_table(short, "x1", ["a"], multiples=(1, 2))
    assert table["estimate"][0] == pytest.approx(long.coefficients[0], abs=0.05)
    assert table["estimate"][1] < table["estimate"][0]
    assert (table["low"] < table["estimate"]).all()
    assert table["multiple"].tolist() == [1, 2]


def test_surface_starts_at_the_estimate_and_falls():
    fit = fit_two_way(simulated_panel(21, 15, 2, seed=1), "y", ["x1", "x2"])
    wide = adjusted_surface(fit, "x1", points=5).pivot(
        index="r2_regressor", columns="r2_outcome", values="estimate"
    )
    assert wide.iloc[0].to_numpy() == pytest.approx(fit.coefficients[0])
    assert (np.diff(wide.to_numpy()[1:], axis=1) < 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda fit: robustness(fit, "x9"), "got 'x9'"),
        (lambda fit: robustness(fit, "x1", half_width=-1), "distance"),
        (lambda fit: benchmark_table(fit, "x1", ["x1"]), "another regressor"),
        (lambda fit: adjusted_surface(fit, "x1", up_to=1.0), "between 0 and 1"),
        (lambda fit: benchmark_bounds(0.4, 0.1, 2), "smaller multiples"),
        (lambda fit: adjusted_se(1.0, 1.0, 0.5, df=9), "shares of variance"),
        (lambda fit: robustness_value(2.0, 1), "degrees of freedom"),
    ],
)
def test_bad_input_is_refused(call, message):
    fit = fit_two_way(simulated_panel(8, 6, 2), "y", ["x1", "x2"])
    with pytest.raises(StudyError, match=message):
        call(fit)
