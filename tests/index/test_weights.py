import json

import numpy as np
import pandas as pd
import pytest
from pymcdm import weights as pymcdm_weights
from statsmodels.multivariate.pca import PCA

from nqpf.errors import StudyError
from nqpf.index import weights as w
from nqpf.index.normalise import minmax, pooled_goalposts

# Diakoulaki, Mavrotas and Papayannakis (1995), table of eight firms
FIRMS = np.array(
    [
        [61, 1.08, 4.33],
        [20.7, 0.26, 4.34],
        [16.3, 1.98, 2.53],
        [9, 3.29, 1.65],
        [5.4, 2.77, 2.33],
        [4, 4.12, 1.21],
        [-6.1, 3.52, 2.1],
        [-34.6, 3.31, 0.98],
    ]
)


@pytest.fixture
def scores():
    x = np.random.default_rng(5).lognormal(size=(60, 5))
    x[:, 1] += x[:, 0]
    return unit(x)


def unit(x):
    return minmax(x, np.ones(x.shape[1]), *pooled_goalposts(x), (0.0, 1.0))


def test_critic_gives_the_published_weights_of_eight_firms(golden):
    found = json.loads((golden("critic_diakoulaki1995") / "expected.json").read_text())["expected"]
    assert w.critic_weights(unit(FIRMS)) == pytest.approx(found["weights_minmax_pearson"], abs=1e-7)
    assert w.critic_weights(unit(FIRMS), "spearman") == pytest.approx(
        found["weights_minmax_spearman"], abs=1e-7
    )
    assert w.critic_weights(FIRMS) == pytest.approx(found["weights_raw_pearson"], abs=1e-7)


def test_entropy_gives_the_published_weights_of_two_columns(golden):
    folder = golden("entropy_weights_min")
    found = json.loads((folder / "expected.json").read_text())["expected"]
    matrix = pd.read_csv(folder / "m.csv").to_numpy(float)
    assert w.entropy_weights(matrix) == pytest.approx(found["weights"], abs=1e-5)


def test_entropy_gives_the_weights_of_the_fighter_aircraft(golden):
    folder = golden("topsis_hwang_yoon_fighter")
    found = json.loads((folder / "expected.json").read_text())["expected"]
    matrix = pd.read_csv(folder / "fighter.csv", index_col=0).to_numpy(float)
    assert w.entropy_weights(matrix) == pytest.approx(
        found["shannon_entropy_weights_recomputed"], abs=1e-8
    )


def test_schemes_agree_with_pymcdm(scores):
    assert w.entropy_weights(scores + 1) == pytest.approx(
        pymcdm_weights.entropy_weights(scores + 1), abs=1e-12
    )
    assert w.critic_weights(scores) == pytest.approx(
        pymcdm_weights.critic_weights(scores), abs=1e-12
    )
    assert w.standard_deviation_weights(scores) == pytest.approx(
        pymcdm_weights.standard_deviation_weights(scores), abs=1e-12
    )


def test_pca_weights_agree_with_the_communalities_of_statsmodels(scores):
    fit = PCA(scores, standardize=True, method="eig")
    eigenvalues = np.asarray(fit.eigenvals) / len(scores)
    loadings = np.asarray(fit.eigenvecs) * np.sqrt(eigenvalues)
    communality = (loadings[:, eigenvalues > 1] ** 2).sum(axis=1)
    assert w.pca_weights(scores) == pytest.approx(communality / communality.sum(), abs=1e-10)


def test_zeros_weigh_by_zero_log_zero_and_no_shift():
    x = np.array([[0.0, 1], [0, 1], [1, 2]])
    share = np.array([1, 1, 2]) / 4
    spread = 1 + (share * np.log(share)).sum() / np.log(3)
    assert w.entropy_weights(x) == pytest.approx(np.array([1, spread]) / (1 + spread))


def test_entropy_does_not_depend_on_the_unit_of_measure(scores):
    assert w.entropy_weights(scores * np.arange(1, 6)) == pytest.approx(w.entropy_weights(scores))


def test_critic_shares_out_the_weight_of_a_repeated_indicator():
    a, b = np.array([-1.0, 1, -1, 1]), np.array([-1.0, -1, 1, 1])  # uncorrelated
    found = w.critic_weights(np.column_stack([a, a, b]))  # conflict 1, 1 and 2
    assert found == pytest.approx([0.25, 0.25, 0.5])


def test_random_weights_are_uniform_on_the_simplex_and_repeatable():
    draws = w.random_weights(4, 20_000, seed=1)
    assert draws.sum(axis=1) == pytest.approx(1)
    assert draws.mean(axis=0) == pytest.approx([0.25] * 4, abs=0.01)
    assert draws.var(axis=0) == pytest.approx([3 / 80] * 4, rel=0.05)  # Dirichlet(1)
    assert np.array_equal(draws, w.random_weights(4, 20_000, seed=1))
    tight = w.random_weights(4, 1000, seed=1, concentration=500)
    assert np.abs(tight - 0.25).max() < 0.05


def test_combined_and_given_weights_are_what_they_say():
    first, second = np.array([0.2, 0.8]), np.array([0.6, 0.4])
    assert w.combined_weights(first, second) == pytest.approx([0.4, 0.6])
    assert w.given_weights({"b": 3, "a": 1, "gone": 9}, ["a", "b"]) == pytest.approx([0.25, 0.75])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: w.entropy_weights(np.array([[1.0, -1], [2, 3]])), "at least zero, got -1"),
        (lambda: w.entropy_weights(np.array([[1.0, 0], [2, 0]])), "zero everywhere"),
        (lambda: w.entropy_weights(np.array([[1.0, np.nan], [2, 0]])), "complete rows"),
        (lambda: w.entropy_weights(np.ones((1, 3))), "at least two rows"),
        (lambda: w.entropy_weights(np.ones((4, 3))), "no indicator varies"),
        (lambda: w.critic_weights(np.array([[1.0, 1], [2, 1], [3, 1]])), "number 2 does not vary"),
        (lambda: w.critic_weights(FIRMS, "kendall"), "pearson or spearman"),
        (lambda: w.given_weights({"a": 1}, ["a", "b"]), "no weight is given for b"),
        (lambda: w.given_weights({"a": -1, "b": 2}, ["a", "b"]), "at least zero"),
        (lambda: w.combined_weights(np.ones(2) / 2, np.ones(2) / 2, 2), "between 0 and 1"),
        (lambda: w.random_weights(3, 5, seed=1, concentration=0), "positive"),
    ],
)
def test_unsuitable_input_is_refused(call, said):
    with pytest.raises(StudyError, match=said):
        call()
