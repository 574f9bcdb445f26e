"""Wild cluster bootstrap against refitting by brute force, oracles and Monte Carlo."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nqpf.errors import StudyError
from nqpf.regression.covariance import (
    coefficient_table,
    crv1,
    crv3,
    driscoll_kraay,
    hc1,
    jackknife,
    leave_one_cluster_out,
    two_way_clusters,
)
from nqpf.regression.inference import compare_errors, wild_cluster_test
from nqpf.regression.panel import fit_pooled, fit_two_way
from nqpf.regression.wild import sign_vectors, wild_scores
from tests.regression.simulated import simulated_panel

FEW = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


def brute_force_t(panel, fit, term, null, signs, weights=None):
    """t of one sign vector by refitting with dummies, nothing partialled out by our code."""
    rows = panel.loc[fit.design.rows]
    names = [name for name in fit.design.regressors if name != "const"]
    blocks = [rows[names].to_numpy()]
    for effect in fit.design.effects:
        blocks.append(pd.get_dummies(rows.index.get_level_values(effect)).to_numpy(float))
    if not fit.design.effects:
        blocks.append(np.ones((len(rows), 1)))
    Z = np.hstack(blocks)
    root = np.ones(len(rows)) if weights is None else np.sqrt(rows[weights].to_numpy())
    Z, y = Z * root[:, None], rows["y"].to_numpy() * root
    j = names.index(term)
    others = np.delete(Z, j, axis=1)
    y0 = y - null * Z[:, j]
    fitted = others @ np.linalg.lstsq(others, y0, rcond=None)[0]
    codes = fit.design.codes[fit.design.cluster]
    draw = fitted + null * Z[:, j] + (y0 - fitted) * signs[codes]
    beta = np.linalg.lstsq(Z, draw, rcond=None)[0]
    error = draw - Z @ beta
    a = Z[:, j] - others @ np.linalg.lstsq(others, Z[:, j], rcond=None)[0]
    scores = np.bincount(codes, a * error)
    return (beta[j] - null) * (a @ a) / np.sqrt(scores @ scores)


@FEW
@given(
    units=st.integers(5, 9),
    years=st.integers(3, 7),
    missing=st.sampled_from([0.0, 0.15, 0.3]),
    weighted=st.booleans(),
    by=st.sampled_from(["unit", "year", "region"]),
    null=st.sampled_from([0.0, 0.4]),
    seed=st.integers(0, 10_000),
)
def test_scores_equal_refitting(units, years, missing, weighted, by, null, seed):
    panel = simulated_panel(units + 3, years + 2, 2, seed=seed, missing=missing)
    panel["region"] = panel.index.get_level_values("unit").str[-1].astype(int) % 4
    weights = "w" if weighted else None
    fit = fit_two_way(panel, "y", ["x1", "x2"], weights=weights, cluster=by)
    scores = wild_scores(fit, "x1")
    n, H = scores.at(null - fit.coefficients[0])
    rng = np.random.default_rng(seed)
    for signs in [np.ones(fit.clusters), *(1 - 2 * rng.integers(0, 2, (3, fit.clusters)))]:
        ours = n @ signs / np.linalg.norm(H @ signs)
        expected = brute_force_t(panel, fit, "x1", null, signs, weights)
        assert ours == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("null", [0.0, 0.45])
def test_exact_p_is_the_share_of_all_refits(null):
    panel = simulated_panel(7, 6, 2, seed=21, missing=0.1)
    fit = fit_two_way(panel, "y", ["x1", "x2"])
    result = wild_cluster_test(fit, "x1", null)
    t = [
        abs(brute_force_t(panel, fit, "x1", null, np.array(signs)))
        for signs in product([-1.0, 1.0], repeat=7)
    ]
    own = abs(brute_force_t(panel, fit, "x1", null, np.ones(7)))
    assert result.exact
    assert result.draws == 2**7
    assert result.p == np.mean(np.array(t) >= own * (1 - 1e-9))
    assert result.ties == np.sum(np.abs(np.array(t) / own - 1) < 1e-9) == 2
    assert result.t == pytest.approx((fit.coefficients[0] - null) / fit.terms["se"][0])


def test_pooled_fit_by_refitting():
    panel = simulated_panel(6, 5, 2, seed=2)
    fit = fit_pooled(panel, "y", ["x1", "x2"])
    n, H = wild_scores(fit, "x2").at(-fit.coefficients[2])
    signs = np.array([1.0, -1, -1, 1, 1, -1])
    expected = brute_force_t(panel, fit, "x2", 0.0, signs)
    assert n @ signs / np.linalg.norm(H @ signs) == pytest.approx(expected, rel=1e-9)


def test_interval_ends_are_where_the_test_changes_its_mind():
    fit = fit_two_way(simulated_panel(12, 8, 2, seed=3), "y", ["x1", "x2"])
    result = wild_cluster_test(fit, "x1")
    width = result.high - result.low
    assert result.low < result.estimate < result.high
    for end, outward in [(result.low, -1), (result.high, 1)]:
        assert wild_cluster_test(fit, "x1", end + outward * 1e-3 * width).p <= 0.05
        assert wild_cluster_test(fit, "x1", end - outward * 1e-3 * width).p > 0.05


def test_five_clusters_cannot_reject_at_five_percent():
    fit = fit_two_way(simulated_panel(5, 12, 1, seed=4, effect=5.0), "y", ["x1"])
    result = wild_cluster_test(fit, "x1")
    assert result.p == 2 / 2**5
    assert (result.low, result.high) == (-np.inf, np.inf)


def test_draws_approach_the_exact_p_and_need_a_seed():
    fit = fit_two_way(simulated_panel(12, 8, 2, seed=6, effect=0.15), "y", ["x1", "x2"])
    exact = wild_cluster_test(fit, "x1")
    drawn = wild_cluster_test(fit, "x1", weights="rademacher", draws=39_999, seed=1)
    again = wild_cluster_test(fit, "x1", weights="rademacher", draws=39_999, seed=1)
    webb = wild_cluster_test(fit, "x1", weights="webb", draws=39_999, seed=1)
    assert drawn == again
    assert drawn.p == pytest.approx(exact.p, abs=0.01)
    assert webb.p == pytest.approx(exact.p, abs=0.05)
    assert (exact.exact, drawn.exact, webb.weights) == (True, False, "webb")
    with pytest.raises(StudyError, match="seed"):
        wild_cluster_test(fit, "x1", weights="webb")
    with pytest.raises(StudyError, match="weights auto"):
        wild_cluster_test(fit, "x1", weights="mammen", seed=1)
    with pytest.raises(StudyError, match="term among"):
        wild_cluster_test(fit, "x9")


def test_a_term_that_tells_two_clusters_apart_has_no_test():
    panel = simulated_panel(2, 6, 1, seed=5)
    panel["only"] = (panel.index.get_level_values("unit") == "u001").astype(float)
    with pytest.raises(StudyError, match="standard error of only is zero"):
        wild_cluster_test(fit_pooled(panel, "y", ["only"]), "only")


def test_more_than_21_clusters_are_drawn():
    fit = fit_two_way(simulated_panel(22, 5, 1, seed=7), "y", ["x1"])
    with pytest.raises(StudyError, match="22 clusters"):
        wild_cluster_test(fit, "x1")
    result = wild_cluster_test(fit, "x1", draws=999, seed=3)
    assert not result.exact
    assert result.p >= 1 / 1000


def test_all_signs_are_all_signs():
    rows = np.vstack(list(sign_vectors(16, draws=0, seed=None)))
    assert rows.shape == (2**15, 16)
    assert len(np.unique(rows, axis=0)) == 2**15
    assert (rows[0] == 1).all()
    assert (rows[:, -1] == 1).all()


def rejections(runs, giants):
    """Share of true nulls rejected at 5 % by the wild bootstrap and by CRV1 with t(G-1)."""
    wild = crv1_t = 0
    for seed in range(runs):
        panel = simulated_panel(21, 10, 1, seed=5000 + seed, effect=0.0, ar=0.8)
        giant = panel.index.get_level_values("unit").isin(["u000", "u001"])
        panel.loc[giant, ["y", "x1"]] *= giants
        fit = fit_two_way(panel, "y", ["x1"])
        drawn = wild_cluster_test(fit, "x1", weights="rademacher", draws=199, seed=seed)
        wild += drawn.p <= 0.05
        crv1_t += fit.term("x1")["p"] <= 0.05
    return wild / runs, crv1_t / runs


def test_size_is_five_percent():
    wild, _ = rejections(250, giants=1)
    assert 0.01 <= wild <= 0.09  # three Monte Carlo standard errors around 5 %


def test_two_giants_break_crv1_far_more_than_the_wild_bootstrap():
    wild, crv1_t = rejections(100, giants=5)
    assert crv1_t > 0.2
    assert wild < crv1_t / 2


@FEW
@given(seed=st.integers(0, 10_000), missing=st.sampled_from([0.0, 0.2]))
def test_jackknife_equals_refitting_without_each_unit(seed, missing):
    panel = simulated_panel(8, 6, 2, seed=seed, missing=missing)
    fit = fit_two_way(panel, "y", ["x1", "x2"])
    replicates = leave_one_cluster_out(fit)
    used = panel.loc[fit.design.rows]
    for unit in replicates.index:
        rest = fit_two_way(used.drop(unit, level="unit"), "y", ["x1", "x2"])
        np.testing.assert_allclose(replicates.loc[unit], rest.coefficients, atol=1e-10)
    moved, groups = replicates - fit.coefficients, fit.clusters
    share = (groups - 1) / groups
    np.testing.assert_allclose(crv3(fit).matrix, share * moved.T @ moved)
    variance = share * (groups - 1) * replicates.var()
    np.testing.assert_allclose(np.diag(jackknife(fit).matrix), variance)


def test_jackknife_refuses_a_term_that_rests_on_one_unit():
    panel = simulated_panel(8, 6, 1, seed=1)
    panel["x1"] = panel["x1"].where(panel.index.get_level_values("unit") == "u003", 0.0)
    fit = fit_two_way(panel, "y", ["x1"])
    with pytest.raises(StudyError, match="without u003"):
        crv3(fit)


def test_robust_two_way_and_driscoll_kraay_against_libraries():
    linearmodels = pytest.importorskip("linearmodels")
    pyfixest = pytest.importorskip("pyfixest")
    panel = simulated_panel(9, 14, 2, seed=9)
    names = ["x1", "x2"]
    fit = fit_two_way(panel, "y", names)
    rows = panel.reset_index()
    formula = "y ~ x1 + x2 | unit + year"
    het = pyfixest.feols(formula, rows, vcov="hetero")
    np.testing.assert_allclose(np.sqrt(np.diag(hc1(fit).matrix)), het.se(), rtol=1e-6)
    both = pyfixest.feols(formula, rows, vcov={"CRV1": "unit+year"})
    ours = two_way_clusters(fit)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.matrix)), both.se(), rtol=1e-6)
    assert ours.df == 8
    kernel = linearmodels.PanelOLS(
        panel["y"], panel[names], entity_effects=True, time_effects=True
    ).fit(cov_type="kernel", kernel="bartlett", bandwidth=3)
    kraay = driscoll_kraay(fit, 3, small_sample="linearmodels")
    np.testing.assert_allclose(np.sqrt(np.diag(kraay.matrix)), kernel.std_errors, rtol=1e-6)


def test_errors_side_by_side():
    fit = fit_two_way(simulated_panel(10, 8, 2, seed=5), "y", ["x1", "x2"])
    table = compare_errors(fit, "x2").set_index("kind")
    assert list(table.index) == [
        "HC1",
        "CRV1",
        "CRV3",
        "CRV1 unit and year",
        "Driscoll-Kraay 2",
        "wild cluster, exact",
    ]
    assert table["estimate"].nunique() == 1
    wild = wild_cluster_test(fit, "x2")
    assert table.loc["wild cluster, exact", ["p", "low"]].tolist() == [wild.p, wild.low]
    expected = coefficient_table(fit, crv1(fit)).iloc[1]
    assert table.loc["CRV1", "se"] == expected["se"]


def test_bad_lags_and_groupings():
    fit = fit_two_way(simulated_panel(), "y", ["x1"])
    with pytest.raises(StudyError, match="lags"):
        driscoll_kraay(fit, 8)
    with pytest.raises(StudyError, match="grouping among"):
        two_way_clusters(fit, "unit", "region")
