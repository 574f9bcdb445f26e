"""Randomisation inference against refitting, its size, and placebo outcomes."""

import numpy as np
import pytest

from nqpf.errors import StudyError
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import fit_two_way
from nqpf.regression.randomisation import (
    permute_paths,
    permute_within_years,
    placebo_outcomes,
    randomise,
)
from tests.regression.simulated import simulated_panel


def test_statistics_equal_refitting_with_the_shuffled_regressor():
    panel = simulated_panel(10, 7, 2, seed=3, missing=0.2)
    fit = fit_two_way(panel, "y", ["x1", "x2"], weights="w", small_sample="none")
    seen = []

    def shuffle(rng, count):
        seen.append(rng.normal(size=(fit.n, count)))
        return seen[-1]

    result = randomise(fit, "x1", shuffle, scheme="noise", draws=4, seed=1)
    rows = panel.loc[fit.design.rows]
    for draw in range(4):
        other = rows.assign(x1=seen[0][:, draw])
        refit = fit_two_way(other, "y", ["x1", "x2"], weights="w", small_sample="none")
        assert result.distribution[draw] == pytest.approx(refit.terms["t"][0], rel=1e-8)
    assert result.t == pytest.approx(fit.terms["t"][0])
    assert result.estimate == pytest.approx(fit.coefficients[0])


@pytest.mark.parametrize("permute", [permute_within_years, permute_paths])
def test_effect_is_found_and_no_effect_is_not(permute):
    fit = fit_two_way(simulated_panel(15, 8, 2, seed=1, effect=1.0), "y", ["x1", "x2"])
    assert permute(fit, "x1", draws=999, seed=1).p <= 0.002
    assert permute(fit, "x1", draws=999, seed=1).p_estimate <= 0.002
    nothing = permute(fit, "x2", draws=999, seed=1)
    assert nothing.p > 0.02
    assert nothing.p == permute(fit, "x2", draws=999, seed=1).p
    assert nothing.p != permute(fit, "x2", draws=999, seed=2).p


def test_shuffles_keep_years_or_paths():
    panel = simulated_panel(9, 6, 1, seed=2, missing=0.15)
    fit = fit_two_way(panel, "y", ["x1"])
    years, raw = fit.design.codes["year"], fit.design.raw[:, 0]
    shuffled = captured(permute_within_years, fit)
    for year in range(fit.periods):
        for draw in shuffled.T:
            assert sorted(draw[years == year]) == sorted(raw[years == year])
    assert not np.array_equal(shuffled[:, 0], raw)
    with pytest.raises(StudyError, match="every unit in every year"):
        permute_paths(fit, "x1", seed=1)
    fit = fit_two_way(simulated_panel(9, 6, 1, seed=2), "y", ["x1"])
    paths = {tuple(path) for path in fit.design.raw[:, 0].reshape(9, 6)}
    for draw in captured(permute_paths, fit).T:
        assert {tuple(path) for path in draw.reshape(9, 6)} == paths


def captured(permute, fit, draws=5):
    """Shuffled regressors that a scheme hands to the test."""
    import nqpf.regression.randomisation as module

    kept, original = [], module.randomise

    def spy(fit, term, shuffle, **options):
        kept.append(shuffle(np.random.default_rng(0), draws))
        return original(fit, term, shuffle, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "randomise", spy)
        permute(fit, "x1", draws=draws, seed=1)
    return kept[0]


def test_size_of_permuting_paths_with_persistent_regressors():
    rejected = 0
    for seed in range(200):
        fit = fit_two_way(simulated_panel(12, 8, 1, seed=seed, effect=0.0, ar=0.8), "y", ["x1"])
        rejected += permute_paths(fit, "x1", draws=99, seed=seed).p <= 0.05
    assert 0.005 <= rejected / 200 <= 0.1


def test_placebo_outcomes_are_wild_tests_with_holm():
    panel = simulated_panel(10, 8, 1, seed=4, effect=0.0)
    rng = np.random.default_rng(0)
    for name in ("rain", "sun"):
        panel[name] = rng.normal(size=len(panel))
    table = placebo_outcomes(panel, ["rain", "sun"], ["x1"], "x1")
    expected = wild_cluster_test(fit_two_way(panel, "sun", ["x1"]), "x1")
    assert table["p"].tolist()[1] == expected.p
    assert table["low"].tolist()[1] == expected.low
    assert (table["p_holm"] >= table["p"]).all()
    assert table["clusters"].tolist() == [10, 10]
