"""The batched tests are the study's own, one panel at a time; seeds decide everything."""

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regression.covariance import (
    coefficient_table,
    crv1,
    crv3,
    driscoll_kraay,
    hc1,
    two_way_clusters,
)
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import fit_two_way
from nqpf.regression.wild import wild_scores
from nqpf.validation.designs import GIANT, PanelDesign, draw_panels, persistent_series
from nqpf.validation.engine import METHODS, p_values, p_values_of_slopes, slopes, wild_matrices

DESIGN = PanelDesign("small", 8, 6, giants=1)


def drawn(seed=3, count=4, design=DESIGN):
    x, e = draw_panels(design, count, np.random.default_rng(seed))
    return x, 0.3 * x + e


def fit_of(x, y):
    """The study's fit of one simulated panel."""
    index = pd.MultiIndex.from_product(
        [range(x.shape[0]), range(x.shape[1])], names=["unit", "year"]
    )
    return fit_two_way(pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index=index), "y", ["x"])


def p_of(fit, covariance):
    return coefficient_table(fit, covariance)["p"].iloc[0]


def test_several_slopes_share_the_signs_and_nothing_else():
    x, e = draw_panels(DESIGN, 70, np.random.default_rng(5))  # more than a chunk
    together = p_values_of_slopes(x, e, (0.0, 0.4), draws=99, rng=np.random.default_rng(2))
    for slope, found in zip((0.0, 0.4), together, strict=True):
        alone = p_values(x, slope * x + e, draws=99, rng=np.random.default_rng(2))
        for method in METHODS:
            np.testing.assert_array_equal(found[method], alone[method])


def test_every_p_value_is_that_of_the_regression_room():
    x, y = drawn()
    found = p_values(x, y, draws=99, rng=np.random.default_rng(1))
    assert tuple(found) == METHODS
    for i in range(len(x)):
        fit = fit_of(x[i], y[i])
        assert found["HC1"][i] == pytest.approx(p_of(fit, hc1(fit)), rel=1e-9)
        assert found["CRV1, t(G−1)"][i] == pytest.approx(p_of(fit, crv1(fit)), rel=1e-9)
        assert found["CRV3, t(G−1)"][i] == pytest.approx(p_of(fit, crv3(fit)), rel=1e-9)
        both = two_way_clusters(fit)
        assert found["two-way clusters, t"][i] == pytest.approx(p_of(fit, both), rel=1e-9)
        kraay = driscoll_kraay(fit)
        assert found["Driscoll-Kraay, t(T−1)"][i] == pytest.approx(p_of(fit, kraay), rel=1e-9)
        assert found["CRV1, normal"][i] < found["CRV1, t(G−1)"][i]


def test_the_classical_p_value_is_that_of_statsmodels():
    import statsmodels.api as sm

    x, y = drawn(count=1)
    units, years = np.repeat(np.arange(8), 6), np.tile(np.arange(6), 8)
    X = np.column_stack([x.ravel(), np.eye(8)[units], np.eye(6)[years][:, 1:]])
    found = p_values(x, y, draws=9, rng=np.random.default_rng(1))["classical"][0]
    assert found == pytest.approx(sm.OLS(y.ravel(), X).fit().pvalues[0], rel=1e-9)


def test_slopes_are_those_of_the_fit():
    x, y = drawn(count=2)
    estimate, se = slopes(x, y)
    for i in range(2):
        row = fit_of(x[i], y[i]).term("x")
        assert (estimate[i], se[i]) == (
            pytest.approx(row["estimate"], rel=1e-10),
            pytest.approx(row["se"], rel=1e-10),
        )


def test_wild_matrices_are_those_of_the_score_form():
    x, y = drawn(count=1)
    numerators, refitted = wild_matrices(x, y)
    fit = fit_of(x[0], y[0])
    n, H = wild_scores(fit, "x").at(-fit.coefficients[0])
    np.testing.assert_allclose(numerators[0], n, atol=1e-10)
    np.testing.assert_allclose(refitted[0], H, atol=1e-10)


def test_drawn_wild_p_is_near_the_exact_one():
    x, y = drawn(count=3)
    found = p_values(x, y, draws=19_999, rng=np.random.default_rng(1))["wild, restricted"]
    exact = [wild_cluster_test(fit_of(a, b), "x").p for a, b in zip(x, y, strict=True)]
    assert found == pytest.approx(exact, abs=0.012)


def test_shapes_must_agree():
    with pytest.raises(StudyError, match="one shape"):
        p_values(np.zeros((2, 3, 4)), np.zeros((2, 3, 5)), draws=9, rng=np.random.default_rng(1))


def test_series_have_unit_variance_and_the_persistence_asked_for():
    series = persistent_series((4000, 9), 0.8, np.random.default_rng(1))
    assert series.std(axis=0) == pytest.approx(np.ones(9), abs=0.05)
    lags = np.corrcoef(series[:, :-1].ravel(), series[:, 1:].ravel())[0, 1]
    assert lags == pytest.approx(0.8, abs=0.02)


def test_giants_swing_more_common_shocks_are_shared_and_movers_move_alone():
    rng = np.random.default_rng(2)
    x, e = draw_panels(PanelDesign("g", 6, 9, giants=2), 800, rng)
    for series in (x, e):
        ratio = series[:, :2].std() / series[:, 2:].std()
        assert ratio == pytest.approx(GIANT, rel=0.05)
    x, _ = draw_panels(PanelDesign("m", 6, 9, movers=2), 10, rng)
    assert (x[:, 2:] == 0).all()
    assert (x[:, :2] != 0).all()
    _, e = draw_panels(PanelDesign("c", 6, 9, common=1.0), 4000, rng)
    assert e.var() == pytest.approx(2, rel=0.05)
    together = np.abs(np.corrcoef(e[:, 0].ravel() ** 2, e[:, 1].ravel() ** 2)[0, 1])
    assert together > 0.05


@pytest.mark.parametrize(
    "wrong",
    [{"units": 2}, {"giants": 9}, {"persistence": 1.0}, {"movers": 1}, {"common": -0.1}],
)
def test_designs_that_cannot_be_are_refused(wrong):
    with pytest.raises(StudyError):
        PanelDesign(**{"name": "x", "units": 8, "years": 6, **wrong})
