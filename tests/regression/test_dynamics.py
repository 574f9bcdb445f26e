"""Lags that respect gaps, timing paths, cumulative lags."""

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regression.dynamics import (
    fit_cumulative_lags,
    fit_leads_and_lags,
    joint_p,
    lagged,
    with_lags,
)
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import fit_two_way
from tests.regression.simulated import simulated_panel


def delayed_panel(units=25, years=14, *, weights=(0.2, 0.5, 0.3), seed=0, noise=0.2):
    """Panel in which y answers x1 now, one and two years later."""
    panel = simulated_panel(units, years, 2, seed=seed, effect=0.0, noise=noise, ar=0.2)
    for k, weight in enumerate(weights):
        panel["y"] += weight * lagged(panel, "x1", k)
    return panel


def test_lag_over_a_missing_year_is_missing():
    index = pd.MultiIndex.from_tuples(
        [("a", 2000), ("a", 2001), ("a", 2003), ("b", 2000), ("b", 2001)], names=["unit", "year"]
    )
    panel = pd.DataFrame({"x": [1.0, 2.0, 4.0, 10.0, np.nan]}, index=index)
    np.testing.assert_array_equal(lagged(panel, "x"), [np.nan, 1, np.nan, np.nan, 10])
    np.testing.assert_array_equal(lagged(panel, "x", 2), [np.nan, np.nan, 2, np.nan, np.nan])
    np.testing.assert_array_equal(lagged(panel, "x", -1), [2, np.nan, np.nan, np.nan, np.nan])
    assert lagged(panel, "x").name == "x [t-1]"
    assert lagged(panel, "x", -2).name == "x [t+2]"
    shuffled = panel.iloc[[3, 1, 4, 0, 2]]
    pd.testing.assert_series_equal(
        lagged(shuffled, "x").sort_index(), lagged(panel, "x").sort_index()
    )


def test_added_lags_keep_the_rows():
    panel = simulated_panel(4, 6, 1)
    wide = with_lags(panel, "x1", [-1, 0, 1, 2])
    assert list(wide.columns[-3:]) == ["x1 [t+1]", "x1 [t-1]", "x1 [t-2]"]
    assert len(wide) == len(panel)
    with pytest.raises(StudyError, match="already in the panel"):
        with_lags(wide, "x1", [1])


def test_path_is_the_two_way_fit_and_finds_the_truth():
    panel = delayed_panel()
    result = fit_leads_and_lags(panel, "y", "x1", leads=2, lags=3, controls=["x2"])
    by_hand = with_lags(panel, "x1", [-2, -1, 1, 2, 3])
    names = ["x1 [t+2]", "x1 [t+1]", "x1", "x1 [t-1]", "x1 [t-2]", "x1 [t-3]", "x2"]
    np.testing.assert_allclose(
        result.fit.coefficients, fit_two_way(by_hand, "y", names).coefficients
    )
    assert result.path["horizon"].tolist() == [-2, -1, 0, 1, 2, 3]
    np.testing.assert_allclose(result.path["estimate"], [0, 0, 0.2, 0.5, 0.3, 0], atol=0.06)
    assert result.leads_p > 0.05
    assert result.path["n"].unique().tolist() == [25 * (14 - 2 - 3)]


def test_leads_betray_an_outcome_that_moves_first():
    panel = delayed_panel(weights=(0.0,))
    panel["y"] += 0.5 * lagged(panel, "x1", -1)
    assert fit_leads_and_lags(panel, "y", "x1", leads=2, lags=1).leads_p < 1e-6


def test_cumulative_coefficients_are_sums_with_their_errors():
    panel = delayed_panel(seed=3)
    result = fit_cumulative_lags(panel, "y", "x1", lags=3)
    plain = fit_leads_and_lags(panel, "y", "x1", leads=0, lags=3)
    b, V = plain.fit.coefficients, plain.fit.covariance.matrix
    np.testing.assert_allclose(result.path["estimate"], np.cumsum(b), atol=1e-10)
    ones = np.tril(np.ones((4, 4)))
    np.testing.assert_allclose(result.path["se"], np.sqrt(np.diag(ones @ V @ ones.T)))
    assert np.isnan(plain.leads_p)
    assert result.path["estimate"].iloc[-1] == pytest.approx(1.0, abs=0.1)
    total = result.path["term"].iloc[-1]
    exact = wild_cluster_test(result.fit, total, draws=999, seed=1)
    assert exact.estimate == pytest.approx(b.sum())
    assert exact.low < 1.0 < exact.high


def test_joint_p_as_linearmodels():
    from linearmodels import PanelOLS

    panel = simulated_panel(15, 8, 3, seed=2)
    fit = fit_two_way(panel, "y", ["x1", "x2", "x3"], small_sample="none")
    theirs = PanelOLS(panel["y"], panel[["x1", "x2", "x3"]], entity_effects=True, time_effects=True)
    result = theirs.fit(cov_type="clustered", cluster_entity=True, debiased=False)
    wald = result.wald_test(formula="x2 = x3 = 0").stat
    from scipy import stats

    factor = float(result.std_errors["x1"] / fit.terms["se"][0]) ** 2  # its own small-sample factor
    assert joint_p(fit, ["x2", "x3"]) == pytest.approx(stats.f.sf(wald * factor / 2, 2, 14))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: fit_leads_and_lags(p, "y", "x9"), "got x9"),
        (lambda p: fit_leads_and_lags(p, "y", "x1", leads=-1), "numbers of leads and lags"),
        (lambda p: fit_leads_and_lags(p, "y", "x1", leads=0, lags=0), "numbers of leads and lags"),
        (lambda p: fit_cumulative_lags(p, "y", "x1", lags=0), "at least one lag"),
        (lambda p: fit_leads_and_lags(p, "y", "x1", leads=4, lags=4), "no row has"),
        (lambda p: lagged(p.reset_index(), "x1"), "index levels unit, year"),
        (lambda p: joint_p(fit_two_way(p, "y", ["x1", "x2", "x3"]), ["x1", "x2", "x3"]), "fewer"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(StudyError, match=message):
        call(simulated_panel(3, 6, 3))
