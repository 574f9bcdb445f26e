import json

import numpy as np
import pandas as pd
import pytest
from pymcdm.methods import TOPSIS
from pymcdm.normalizations import vector_normalization
from scipy.stats import gmean, hmean

from nqpf.errors import StudyError
from nqpf.index import aggregate as a
from nqpf.index.normalise import vector_scale

WEIGHTS = np.array([0.5, 0.3, 0.2])


@pytest.fixture
def values():
    return np.random.default_rng(4).uniform(1, 100, size=(12, 3))


def closeness(matrix, weights, signs):
    scores = vector_scale(matrix, signs)
    return a.topsis(scores, weights, scores.max(axis=0), scores.min(axis=0))


def test_topsis_ranks_the_fighter_aircraft_as_published(golden):
    folder = golden("topsis_hwang_yoon_fighter")
    found = json.loads((folder / "expected.json").read_text())["expected"]
    table = pd.read_csv(folder / "fighter.csv", index_col=0)
    signs = np.where(table.columns.isin(found["cost_criteria"]), -1.0, 1.0)
    score = closeness(table.to_numpy(float), np.array(found["weights"]), signs)
    assert score == pytest.approx(found["C_star"], abs=2e-3)
    assert list(table.index[np.argsort(-score)]) == found["ranking"]


def test_topsis_agrees_with_pymcdm_under_vector_normalisation(values):
    signs = np.array([1.0, -1, 1])
    oracle = TOPSIS(normalization_function=vector_normalization)(values, WEIGHTS, signs)
    assert closeness(values, WEIGHTS, signs) == pytest.approx(oracle, abs=1e-12)


def test_means_agree_with_scipy(values):
    assert a.arithmetic_mean(values, WEIGHTS) == pytest.approx(
        np.average(values, axis=1, weights=WEIGHTS)
    )
    assert a.geometric_mean(values, WEIGHTS) == pytest.approx(
        gmean(values, axis=1, weights=WEIGHTS)
    )
    assert a.generalised_mean(values, WEIGHTS, -1) == pytest.approx(
        hmean(values, axis=1, weights=WEIGHTS)
    )


def test_the_power_leads_from_harmonic_through_geometric_to_arithmetic(values):
    powers = [-1, -1e-6, 0, 1e-6, 0.5, 1]
    means = np.array([a.generalised_mean(values, WEIGHTS, p) for p in powers])
    assert (np.diff(means, axis=0) > -1e-6).all()
    assert means[1] == pytest.approx(means[2], rel=1e-4)
    assert means[-1] == pytest.approx(a.arithmetic_mean(values, WEIGHTS))


def test_mazziotta_pareto_takes_off_the_squared_spread_over_the_mean(values):
    equal = np.full(3, 1 / 3)
    mean, spread = values.mean(axis=1), values.std(axis=1)
    expected = mean - spread * (spread / mean)  # M - S cv, as the authors write it
    assert a.mazziotta_pareto(values, equal) == pytest.approx(expected)
    assert a.mazziotta_pareto(np.full((1, 3), 103.0), equal) == pytest.approx([103.0])


def test_many_sets_of_weights_give_what_each_gives_alone(values):
    sets = np.random.default_rng(1).dirichlet(np.ones(3), size=7)
    many = a.geometric_mean(values, sets[:, :, None])[..., 0]
    assert many == pytest.approx(np.array([a.geometric_mean(values, one) for one in sets]))


@pytest.mark.parametrize(
    "mean",
    [
        a.arithmetic_mean,
        a.geometric_mean,
        lambda v, w, m="complete": a.generalised_mean(v, w, 0.5, m),
        a.mazziotta_pareto,
        lambda v, w, m="complete": a.topsis(
            v, w, np.full(v.shape[1], 100.0), np.zeros(v.shape[1]), m
        ),
    ],
)
def test_a_missing_value_follows_the_rule_that_is_asked_for(values, mean):
    hole = values.copy()
    hole[3, 2] = np.nan
    complete = mean(hole, WEIGHTS)
    assert np.isnan(complete[3])
    assert np.delete(complete, 3) == pytest.approx(np.delete(mean(values, WEIGHTS), 3))
    available = mean(hole, WEIGHTS, "available")
    two = mean(values[[3]][:, :2], WEIGHTS[:2] / WEIGHTS[:2].sum())
    assert available[3] == pytest.approx(two[0])
    assert a.share_present(hole, WEIGHTS)[3] == pytest.approx(0.8)
    hole[3] = np.nan
    assert np.isnan(mean(hole, WEIGHTS, "available")[3])


def test_a_missing_value_without_weight_is_not_missed(values):
    hole = values.copy()
    hole[:, 2] = np.nan
    weights = np.array([0.6, 0.4, 0.0])
    assert a.arithmetic_mean(hole, weights) == pytest.approx(
        a.arithmetic_mean(values[:, :2], weights[:2])
    )


@pytest.mark.parametrize("bad", [0.0, -3.0])
def test_means_of_logs_and_powers_refuse_what_is_not_positive(values, bad):
    values[0, 0] = bad
    for mean in (
        lambda: a.geometric_mean(values, WEIGHTS),
        lambda: a.generalised_mean(values, WEIGHTS, 0.5),
        lambda: a.mazziotta_pareto(values, WEIGHTS),
    ):
        with pytest.raises(StudyError, match=f"positive scores, got {bad:g}"):
            mean()
    assert np.isfinite(a.generalised_mean(values, WEIGHTS, 1)).all()


def test_an_unknown_rule_for_missing_values_is_refused(values):
    with pytest.raises(StudyError, match="complete, available"):
        a.arithmetic_mean(values, WEIGHTS, "guess")
