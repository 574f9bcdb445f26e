import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.multiverse.scores import score_many
from nqpf.regression.multiverse.wild_many import wild_p_many
from nqpf.regression.panel import fit_first_difference, fit_two_way
from tests.regression.simulated import simulated_panel

TERMS = ["x1", "x2", "x3"]


def scored(panel, terms=TERMS, outcome="y", **options):
    units, years = (panel.index.get_level_values(name) for name in ("unit", "year"))
    X = panel[terms].to_numpy()[None]
    return score_many(X, panel[outcome].to_numpy()[None], units, years, **options)


def agrees(ours, fit, term="x1", *, seed=5):
    wild = wild_cluster_test(fit, term, draws=999, seed=seed)
    p = wild_p_many(ours.scores, draws=999, seed=seed)
    assert ours.estimate[0] == pytest.approx(wild.estimate, abs=1e-10)
    assert ours.se[0] == pytest.approx(fit.term(term)["se"], abs=1e-10)
    assert ours.p[0] == pytest.approx(fit.term(term)["p"], abs=1e-10)
    assert p[0] == wild.p
    assert ours.rows == fit.n


@pytest.mark.parametrize(
    ("units", "missing"), [(12, 0.0), (6, 0.0), (12, 0.1), (26, 0.1), (70, 0.1), (70, 0.0)]
)
def test_two_way_fits_and_wild_p_are_those_of_the_one_by_one_estimator(units, missing):
    panel = simulated_panel(units, 9, 3, seed=3, missing=missing, effect=0.2)
    fit = fit_two_way(panel, "y", TERMS)
    agrees(scored(panel.loc[fit.design.rows]), fit)


def test_changes_with_year_effects_are_first_differences():
    panel = simulated_panel(12, 9, 3, seed=4, missing=0.1)
    fit = fit_first_difference(panel, "y", TERMS)
    before = panel.rename(index=lambda year: year + 1, level="year").reindex(panel.index)
    changes = (panel - before).loc[fit.design.rows]
    agrees(scored(changes, effects=("year",)), fit)


def test_unit_trends_are_those_of_explicit_columns():
    panel = simulated_panel(8, 10, 3, seed=6, missing=0.05)
    panel = panel.loc[fit_two_way(panel, "y", TERMS).design.rows]
    units = panel.index.get_level_values("unit")
    years = panel.index.get_level_values("year").to_numpy(float)
    trends = {f"trend {u}": np.where(units == u, years - 2004, 0.0) for u in units.unique()[:-1]}
    fit = fit_two_way(panel.assign(**trends), "y", [*TERMS, *trends])
    agrees(scored(panel, trends=True), fit)


def test_flipped_estimates_sum_to_the_estimate():
    ours = scored(simulated_panel(12, 9, 3, seed=1))
    total = ours.scores.n.sum(axis=1) / ours.length
    np.testing.assert_allclose(total, ours.estimate, atol=1e-12)


def test_a_factor_without_variation_is_marked_and_not_estimated():
    panel = simulated_panel(6, 5, 3, seed=1)
    panel["x1"] = panel.groupby("unit")["x1"].transform("mean")
    ours = scored(panel)
    assert np.isnan(ours.estimate[0])
    assert np.isnan(wild_p_many(ours.scores, draws=99, seed=1)[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.assign(x1=np.nan), "finite values"),
        (lambda p: p.iloc[[0, 1, 2, 5]], "two rows of every unit"),
        (lambda p: p[p.index.get_level_values("year") < 2002], "more rows than parameters"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, message):
    panel = change(simulated_panel(4, 5, 3, seed=1))
    with pytest.raises(StudyError, match=message):
        scored(panel)


def test_one_outcome_serves_many_designs_and_shapes_are_checked():
    panel = simulated_panel(6, 6, 2, seed=2)
    units, years = (panel.index.get_level_values(name) for name in ("unit", "year"))
    X = np.stack([panel[["x1"]].to_numpy(), panel[["x2"]].to_numpy()])
    both = score_many(X, panel[["y"]].to_numpy().T, units, years)
    for i, term in enumerate(["x1", "x2"]):
        fit = fit_two_way(panel, "y", [term])
        assert both.estimate[i] == pytest.approx(fit.coefficients[0], abs=1e-12)
    with pytest.raises(StudyError, match="one outcome or one for each"):
        score_many(X, np.zeros((3, len(panel))), units, years)
    with pytest.raises(StudyError, match="effects among"):
        score_many(X, np.zeros((1, len(panel))), units, years, effects=("region",))
    assert isinstance(both.units, np.ndarray)
    assert list(both.units) == sorted(pd.unique(units))
