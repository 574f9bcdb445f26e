"""Exploratory and confirmatory factors: Holzinger and Swineford (1939), simulations, bad input."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.multivariate.factor import Factor

from nqpf.errors import StudyError
from nqpf.index.confirmatory import confirmatory_factors, fit_correlations
from nqpf.index.exploratory import exploratory_factors, factors_against_elements
from tests.index.panels import ELEMENTS, tree

# correlations of the nine tests of 301 pupils in lavaan's HolzingerSwineford1939, by row
PUPILS = 301
LOWER = """
.297346
.440668 .339849
.372706 .152930 .158640
.293444 .139387 .077198 .733170
.356770 .192532 .197661 .704480 .719956
.066864 -.075669 .071931 .173829 .102045 .121102
.223927 .092279 .186013 .106898 .138670 .149611 .486758
.390340 .206041 .328651 .207848 .227466 .214162 .340646 .449015
"""
TESTS = tuple(f"x{k}" for k in range(1, 10))
ABILITIES = ("visual", "textual", "speed")


@pytest.fixture(scope="module")
def pupils():
    r = np.eye(9)
    r[np.tril_indices(9, -1)] = [float(value) for value in LOWER.split()]
    return r + np.tril(r, -1).T


def sample(correlation, n, names, seed=0):
    """Columns whose sample correlations are exactly those given."""
    raw = np.random.default_rng(seed).normal(size=(n, len(correlation)))
    white = np.linalg.qr(raw - raw.mean(axis=0))[0] * np.sqrt(n)
    return pd.DataFrame(white @ np.linalg.cholesky(correlation).T, columns=list(names))


@pytest.fixture
def three_factors():
    """Nine indicators of three factors (loadings .9 to .5) that correlate by .3."""
    loading = np.zeros((9, 3))
    for k in range(9):
        loading[k, k % 3] = 0.9 - 0.2 * (k // 3)
    r = loading @ (np.full((3, 3), 0.3) + 0.7 * np.eye(3)) @ loading.T
    np.fill_diagonal(r, 1)
    return loading, sample(r, 500, [f"i{k}" for k in range(9)])


def test_the_fit_of_the_holzinger_swineford_model_is_lavaans(pupils):
    fit = fit_correlations(pupils, np.repeat([0, 1, 2], 3), PUPILS, TESTS, ABILITIES)
    # Rosseel (2012), Journal of Statistical Software 48(2), section 5
    assert fit.chi2 == pytest.approx(85.306, abs=2e-3)
    assert fit.df == 24
    assert fit.cfi == pytest.approx(0.931, abs=5e-4)
    assert fit.tli == pytest.approx(0.896, abs=5e-4)
    assert fit.rmsea == pytest.approx(0.092, abs=5e-4)
    assert fit.rmsea == pytest.approx(np.sqrt((fit.chi2 - 24) / (24 * PUPILS)))
    assert fit.srmr == pytest.approx(0.065, abs=5e-4)
    standardised = [0.772, 0.424, 0.581, 0.852, 0.855, 0.838, 0.570, 0.723, 0.665]
    assert fit.loadings.to_numpy() == pytest.approx(standardised, abs=6e-4)
    between = fit.factor_correlations.to_numpy()[np.tril_indices(3, -1)]
    assert between == pytest.approx([0.459, 0.471, 0.283], abs=6e-4)
    assert fit.proper


def test_a_true_model_is_recovered_with_a_perfect_fit(three_factors):
    loading, data = three_factors
    fit = confirmatory_factors(data, tree(9))
    assert fit.cfi == pytest.approx(1)
    assert fit.chi2 == pytest.approx(0, abs=1e-6)
    assert fit.loadings[list(data)].to_numpy() == pytest.approx(loading.max(axis=1), abs=1e-4)
    assert fit.factor_correlations.loc["labourers", "means"] == pytest.approx(0.3, abs=1e-4)
    assert fit.uniqueness.to_numpy() == pytest.approx(1 - fit.loadings.to_numpy() ** 2, abs=1e-6)


def test_loadings_point_upward_even_if_all_indicators_are_turned(three_factors):
    _, data = three_factors
    turned = data.copy()
    turned[["i0", "i3", "i6"]] *= -1
    fit = confirmatory_factors(turned, tree(9))
    assert (fit.loadings > 0).all()
    assert fit.factor_correlations.loc["labourers", "means"] == pytest.approx(-0.3, abs=1e-4)


def test_indicators_of_the_wrong_element_spoil_the_fit(three_factors):
    _, data = three_factors
    mixed = data.rename(columns={"i0": "i1", "i1": "i0", "i5": "i4", "i4": "i5"})
    wrong = confirmatory_factors(mixed, tree(9))
    assert wrong.cfi < 0.9


def test_one_factor_behind_everything_is_no_proper_three_factor_solution():
    r = np.full((9, 9), 0.81) + 0.19 * np.eye(9)
    fit = confirmatory_factors(sample(r, 400, [f"i{k}" for k in range(9)]), tree(9))
    assert not fit.proper


def test_models_that_the_data_cannot_tell_are_refused(three_factors):
    _, data = three_factors
    with pytest.raises(StudyError, match="two indicators of every element"):
        confirmatory_factors(data[[f"i{k}" for k in range(5)]], tree(5))
    with pytest.raises(StudyError, match="more complete rows than that, got 9"):
        confirmatory_factors(data.head(9), tree(9))


def test_exploratory_discrepancy_of_the_pupils_is_factanals(pupils):
    data = sample(pupils, PUPILS, TESTS)
    fit = exploratory_factors(data, 3, "varimax")
    # factanal(HS[, 7:15], 3): chi-squared 22.38 on 12 degrees of freedom, Bartlett's correction
    corrected = (PUPILS - 1 - (2 * 9 + 5) / 6 - 2 * 3 / 3) * fit.discrepancy
    assert corrected == pytest.approx(22.38, abs=5e-3)
    assert fit.proper


def test_exploratory_factors_agree_with_statsmodels(pupils):
    data = sample(pupils, PUPILS, TESTS)
    oracle = Factor(endog=data.to_numpy(), n_factor=3, method="ml").fit(
        em_iter=200, opt_method="L-BFGS-B", rng=1
    )
    fit = exploratory_factors(data, 3, "none")
    assert fit.uniqueness.to_numpy() == pytest.approx(oracle.uniqueness, abs=2e-3)
    ours, theirs = fit.loadings.to_numpy(), oracle.loadings
    assert ours @ ours.T == pytest.approx(theirs @ theirs.T, abs=2e-3)


@pytest.mark.parametrize("rotation", ["oblimin", "varimax", "none"])
def test_rotation_leaves_what_is_explained(three_factors, rotation):
    _, data = three_factors
    fit = exploratory_factors(data, 3, rotation)
    implied = fit.loadings.to_numpy() @ fit.factor_correlations.to_numpy() @ fit.loadings.T
    r = np.corrcoef(data.to_numpy(), rowvar=False)
    assert implied.to_numpy() + np.diag(fit.uniqueness) == pytest.approx(r, abs=1e-4)


def test_oblimin_recovers_the_elements_and_their_correlation(three_factors):
    loading, data = three_factors
    fit = exploratory_factors(data, 3)
    matched = factors_against_elements(fit.loadings, tree(9))
    assert matched["agrees"].all()
    assert set(matched["factor_element"]) == set(ELEMENTS)
    strongest = fit.loadings.abs().max(axis=1).to_numpy()
    assert strongest == pytest.approx(loading.max(axis=1), abs=0.05)
    between = fit.factor_correlations.to_numpy()[np.tril_indices(3, -1)]
    assert between == pytest.approx(0.3, abs=0.1)


def test_a_wrong_element_is_seen(three_factors):
    _, data = three_factors
    mixed = data.rename(columns={"i0": "i1", "i1": "i0"})
    matched = factors_against_elements(exploratory_factors(mixed, 3).loadings, tree(9))
    assert set(matched.index[~matched["agrees"]]) == {"i0", "i1"}


def test_a_heywood_case_is_called_improper():
    r = np.full((6, 6), 0.3) + 0.7 * np.eye(6)
    r[0, 1:] = r[1:, 0] = 0.56
    data = sample(r, 300, [f"i{k}" for k in range(6)])
    fit = exploratory_factors(data, 1)
    assert not fit.proper
    assert fit.uniqueness.min() == pytest.approx(0.005)


def test_too_many_factors_or_an_unknown_rotation_are_refused(three_factors):
    _, data = three_factors
    with pytest.raises(StudyError, match="9 indicators do not identify 6 factors"):
        exploratory_factors(data, 6)
    with pytest.raises(StudyError, match="oblimin, varimax, none"):
        exploratory_factors(data, 2, "spin")
