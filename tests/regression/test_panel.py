"""Panel estimators: oracles on random unbalanced panels, known truth, and bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nqpf.errors import StudyError
from nqpf.regression.panel import (
    fit_first_difference,
    fit_long_difference,
    fit_one_way,
    fit_pooled,
    fit_two_way,
    statsmodels_model,
)
from tests.regression.simulated import simulated_panel

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
SHAPES = {
    "units": st.integers(4, 14),
    "years": st.integers(3, 9),
    "missing": st.sampled_from([0.0, 0.1, 0.35]),
    "seed": st.integers(0, 10_000),
}


@FEW
@given(**SHAPES)
def test_two_way_equals_statsmodels_with_dummies(units, years, missing, seed):
    panel = simulated_panel(units, years, 2, seed=seed, missing=missing)
    try:
        fit = fit_two_way(panel, "y", ["x1", "x2"], small_sample="stata-dummies")
    except StudyError as error:  # tiny random panels may leave no degree of freedom
        assert "more rows than parameters" in str(error)
        return
    model = statsmodels_model(panel, "y", ["x1", "x2"])
    names = ["x1", "x2"]
    np.testing.assert_allclose(fit.coefficients, model.params[names], rtol=0, atol=1e-10)
    np.testing.assert_allclose(fit.terms["se"], model.bse[names], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(fit.terms["p"], model.pvalues[names], rtol=1e-6, atol=1e-10)
    np.testing.assert_allclose(fit.residuals, model.resid, rtol=0, atol=1e-9)


@FEW
@given(**SHAPES, weighted=st.booleans())
def test_two_way_equals_linearmodels(units, years, missing, seed, weighted):
    linearmodels = pytest.importorskip("linearmodels")
    panel = simulated_panel(units + 2, years + 1, 2, seed=seed, missing=missing)
    weights = "w" if weighted else None
    fit = fit_two_way(panel, "y", ["x1", "x2"], weights=weights, small_sample="linearmodels")
    used = panel.loc[fit.design.rows]
    oracle = linearmodels.PanelOLS(
        used["y"],
        used[["x1", "x2"]],
        entity_effects=True,
        time_effects=True,
        weights=used["w"] if weighted else None,
    ).fit(cov_type="clustered", cluster_entity=True)
    np.testing.assert_allclose(fit.coefficients, oracle.params, rtol=0, atol=1e-9)
    np.testing.assert_allclose(fit.terms["se"], oracle.std_errors, rtol=1e-6)


def test_two_way_equals_pyfixest_in_the_default_convention():
    pyfixest = pytest.importorskip("pyfixest")
    panel = simulated_panel(10, 7, 2, seed=3, missing=0.2)
    fit = fit_two_way(panel, "y", ["x1", "x2"])
    rows = panel.loc[fit.design.rows].reset_index()
    # pyfixest 0.60 attributes nesting by position in an internally sorted list: names whose
    # reverse alphabetical order is not the formula's get the wrong K, so the names here are chosen
    rows = rows.rename(columns={"unit": "z_unit", "year": "a_year"})
    oracle = pyfixest.feols("y ~ x1 + x2 | z_unit + a_year", rows, vcov={"CRV1": "z_unit"})
    np.testing.assert_allclose(fit.coefficients, oracle.coef(), atol=1e-7)
    n, groups, years = fit.n, fit.clusters, fit.periods
    ours = groups / (groups - 1) * (n - 1) / (n - 2 - years)  # K' = regressors + years
    np.testing.assert_allclose(np.asarray(oracle._ssc).ravel()[0], ours, rtol=1e-12)
    np.testing.assert_allclose(fit.terms["se"], oracle.se(), rtol=1e-6)


def test_small_sample_conventions_differ_as_documented():
    panel = simulated_panel(21, 15, 5, seed=1)
    names = [f"x{k}" for k in range(1, 6)]
    se = {
        convention: fit_two_way(panel, "y", names, small_sample=convention).terms["se"][0]
        for convention in ("none", "nested", "linearmodels", "stata-dummies")
    }
    n, effects = 315, 35
    assert (se["nested"] / se["none"]) ** 2 == pytest.approx(21 / 20 * 314 / (n - 5 - 15))
    assert (se["linearmodels"] / se["none"]) ** 2 == pytest.approx(n / (n - 5 - effects))
    assert (se["stata-dummies"] / se["none"]) ** 2 == pytest.approx(21 / 20 * 314 / (n - 40))
    assert se["stata-dummies"] / se["none"] == pytest.approx(1.095, abs=0.001)  # the 9.5 %


def test_coefficient_is_recovered_and_pooling_is_biased():
    panel = simulated_panel(60, 20, 2, seed=5, effect=0.7)
    panel["y"] += panel.groupby("unit")["x1"].transform("mean") * 3  # confounded by the unit
    fit = fit_two_way(panel, "y", ["x1", "x2"])
    assert fit.term("x1")["estimate"] == pytest.approx(0.7, abs=0.1)
    assert fit.term("x2")["low"] < 0 < fit.term("x2")["high"]
    assert fit_pooled(panel, "y", ["x1", "x2"]).term("x1")["estimate"] > 1
    changes = fit_first_difference(panel, "y", ["x1", "x2"])
    assert changes.term("x1")["estimate"] == pytest.approx(0.7, abs=0.12)
    long = fit_long_difference(panel, "y", ["x1", "x2"], start=2000, end=2019)
    assert long.term("x1")["low"] < 0.7 < long.term("x1")["high"]
    assert long.n == 60


def test_within_r2_is_of_the_transformed_outcome():
    panel = simulated_panel(9, 6, 1, seed=2)
    fit = fit_two_way(panel, "y", ["x1"])
    y = panel["y"]
    y = y - y.groupby("unit").transform("mean") - y.groupby("year").transform("mean") + y.mean()
    assert fit.within_r2 == pytest.approx(1 - fit.rss / (y**2).sum())
    assert fit.rss == pytest.approx((fit.residuals**2).sum())


def test_first_difference_does_not_bridge_gaps():
    panel = simulated_panel(8, 6, 1, seed=4)
    gappy = panel.drop(("u003", 2003))
    fit = fit_first_difference(gappy, "y", ["x1"])
    assert fit.n == 8 * 5 - 2  # neither 2003 nor 2004 has a change
    changes = panel.groupby("unit")[["y", "x1"]].diff().dropna()
    changes = changes.drop([("u003", 2003), ("u003", 2004)])
    by_hand = fit_one_way(changes, "y", ["x1"], effect="year")
    np.testing.assert_allclose(fit.coefficients, by_hand.coefficients, rtol=1e-12)


def test_long_difference_of_two_years_is_the_two_way_fit_of_those_years():
    panel = simulated_panel(15, 6, 2, seed=6)
    long = fit_long_difference(panel, "y", ["x1", "x2"], start=2001, end=2005)
    years = panel[panel.index.get_level_values("year").isin([2001, 2005])]
    two = fit_two_way(years, "y", ["x1", "x2"])
    np.testing.assert_allclose(long.coefficients[1:], two.coefficients, rtol=1e-10)


def test_every_dropped_row_has_a_reason():
    panel = simulated_panel(6, 5, 1, seed=7)
    panel.loc[("u000", 2001), "y"] = np.nan
    panel.loc[("u001", 2002), "x1"] = np.nan
    panel = panel.drop([("u002", year) for year in range(2001, 2005)])  # u002 keeps one row
    fit = fit_two_way(panel, "y", ["x1"])
    assert fit.dropped.to_dict() == {"missing y": 1, "missing x1": 1, "only row of its unit": 1}
    assert fit.n + fit.dropped.sum() == len(panel)
    assert set(fit.design.dropped["unit"]) == {"u000", "u001", "u002"}
    # a singleton carries no information: leaving it in by hand changes nothing
    model = statsmodels_model(panel, "y", ["x1"])
    assert model.params["x1"] == pytest.approx(fit.coefficients[0], abs=1e-12)


def test_disconnected_panel_lowers_the_rank_only():
    panel = simulated_panel(8, 6, 1, seed=8)
    early = panel.index.get_level_values("unit") < "u004"
    years = panel.index.get_level_values("year")
    panel = panel[(early & (years < 2003)) | (~early & (years >= 2003))]
    fit = fit_two_way(panel, "y", ["x1"])
    assert fit.design.within.rank == 8 + 6 - 2
    model = statsmodels_model(panel, "y", ["x1"])  # pseudo-inverse, same projection
    assert fit.coefficients[0] == pytest.approx(model.params["x1"], abs=1e-10)


def test_log_keeps_the_name():
    panel = simulated_panel(9, 6, 1, seed=9)
    panel["x1"] = np.exp(panel["x1"])
    fit = fit_two_way(panel, "y", ["x1"], log=["x1"])
    by_hand = fit_two_way(panel.assign(x1=np.log(panel["x1"])), "y", ["x1"])
    np.testing.assert_allclose(fit.coefficients, by_hand.coefficients)
    changes = fit_first_difference(panel, "y", ["x1"], log=["x1"])
    assert changes.term("x1")["estimate"] == pytest.approx(fit.coefficients[0], abs=0.5)


def test_cluster_may_be_a_column():
    panel = simulated_panel(12, 6, 1, seed=10)
    panel["region"] = panel.index.get_level_values("unit").str[-1]
    panel["region"] = panel["region"].astype(int) % 4
    fit = fit_two_way(panel, "y", ["x1"], cluster="region")
    assert fit.clusters == 4
    assert fit.covariance.df == 3


def bad(name):
    """A panel and a call that must be refused, with a word of the message."""
    panel = simulated_panel(6, 5, 2, seed=11)
    units = panel.index.get_level_values("unit")
    years = panel.index.get_level_values("year")
    match name:
        case "collinear":
            return panel.assign(x3=panel["x1"] * 2 - panel["x2"]), ["x1", "x2", "x3"], "collinear"
        case "constant within units":
            return panel.assign(x3=units.str[-1].astype(float)), ["x1", "x3"], "x3 does not vary"
        case "same for all units":
            return panel.assign(x3=years.astype(float)), ["x1", "x3"], "x3 does not vary"
        case "one cluster":
            return panel.assign(region=1), ["x1"], "two clusters", {"cluster": "region"}
        case "one unit":
            return panel[units == "u000"], ["x1"], "only row of its year"
        case "few rows":
            small = panel[years < 2002].copy()
            rng = np.random.default_rng(0)
            for k in range(3, 9):
                small[f"x{k}"] = rng.normal(size=len(small))
            return small, [f"x{k}" for k in range(1, 9)], "more rows than parameters"
        case "outcome not in panel":
            return panel.drop(columns="y"), ["x1"], "expected columns"
        case "outcome all missing":
            return panel.assign(y=np.nan), ["x1"], "no row has 'y'"
        case "outcome among regressors":
            return panel.assign(x3=panel["y"]), ["x3"], "explain it exactly"
        case "infinite":
            return panel.assign(x1=panel["x1"].where(units != "u000", np.inf)), ["x1"], "finite"
        case "repeated":
            return panel, ["x1", "x1"], "each column once"
        case "no index":
            return panel.reset_index(), ["x1"], "index levels unit, year"
        case "twice a row":
            return pd.concat([panel, panel.iloc[:1]]), ["x1"], "unique rows"
        case _:
            raise AssertionError(name)


@pytest.mark.parametrize(
    "name",
    [
        "collinear",
        "constant within units",
        "same for all units",
        "one cluster",
        "one unit",
        "few rows",
        "outcome not in panel",
        "outcome all missing",
        "outcome among regressors",
        "infinite",
        "repeated",
        "no index",
        "twice a row",
    ],
)
def test_bad_input_is_refused_in_one_sentence(name):
    panel, regressors, word, *options = bad(name)
    with pytest.raises(StudyError, match=word):
        fit_two_way(panel, "y", regressors, **(options[0] if options else {}))


def test_fewer_periods_than_regressors_is_fine_while_rows_suffice():
    panel = simulated_panel(14, 3, 5, seed=12)
    fit = fit_two_way(panel, "y", [f"x{k}" for k in range(1, 6)])
    assert fit.periods == 3
    assert np.isfinite(fit.terms["se"]).all()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"small_sample": "stata"}, "small-sample convention"),
        ({"weights": "nothing"}, "expected columns"),
        ({"log": ["x1"]}, "positive values"),
        ({"log": ["w"]}, "logs of columns"),
    ],
)
def test_bad_options(options, word):
    with pytest.raises(StudyError, match=word):
        _ = fit_two_way(simulated_panel(), "y", ["x1", "x2"], **options).terms
