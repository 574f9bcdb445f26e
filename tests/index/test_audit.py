import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS

from nqpf.errors import StudyError
from nqpf.index import audit
from tests.index.panels import tree

NAMES = [f"i{k}" for k in range(6)]


def exact(correlation, n=200, seed=0):
    """Columns whose sample correlations are exactly those given."""
    raw = np.random.default_rng(seed).normal(size=(n, len(correlation)))
    raw -= raw.mean(axis=0)
    white = np.linalg.qr(raw)[0] * np.sqrt(n)
    return pd.DataFrame(
        white @ np.linalg.cholesky(correlation).T, columns=NAMES[: len(correlation)]
    )


def equicorrelated(size, r):
    return np.full((size, size), r) + (1 - r) * np.eye(size)


@pytest.fixture
def blocks():
    """Three elements of two indicators: .8 inside, .2 across (i0 and i3, i1 and i4, i2 and i5)."""
    r = np.full((6, 6), 0.2) + 0.8 * np.eye(6)
    for k in range(3):
        r[k, k + 3] = r[k + 3, k] = 0.8
    return exact(r)


def test_correlations_are_sorted_by_element(blocks):
    pairs = audit.correlation_pairs(blocks, tree())
    assert len(pairs) == 15
    assert pairs.loc[pairs["same_element"], "r"].to_numpy() == pytest.approx(0.8)
    assert pairs.loc[~pairs["same_element"], "r"].to_numpy() == pytest.approx(0.2)
    summary = audit.correlation_summary(blocks, tree())
    inside = summary[summary["element_a"] == summary["element_b"]]
    assert (inside["pairs"] == 1).all()
    assert summary["pairs"].sum() == 15


def test_redundant_and_opposed_pairs_are_flagged(blocks):
    blocks["i3"] = blocks["i0"] + 0.01 * blocks["i1"]
    blocks["i5"] = -blocks["i2"] + 0.5 * blocks["i1"]
    flags = audit.correlation_pairs(blocks, tree()).set_index(["a", "b"])["flag"]
    assert flags["i0", "i3"] == "redundant"
    assert flags["i2", "i5"] == "opposed"
    assert flags["i0", "i1"] == ""


@pytest.mark.parametrize(
    ("r", "flag"), [(0.93, "redundant"), (0.91, ""), (-0.29, ""), (-0.31, "opposed")]
)
def test_flags_have_the_thresholds_of_the_coin_tool(r, flag):
    correlation = np.eye(6)
    correlation[0, 3] = correlation[3, 0] = r
    flags = audit.correlation_pairs(exact(correlation), tree()).set_index(["a", "b"])["flag"]
    assert flags["i0", "i3"] == flag


@pytest.mark.parametrize("r", [0.0, 0.3, 0.7])
@pytest.mark.parametrize("k", [2, 5])
def test_alpha_of_equally_correlated_indicators_is_spearman_browns(r, k):
    data = exact(equicorrelated(k, r))
    assert audit.cronbach_alpha(data) == pytest.approx(k * r / (1 + (k - 1) * r), abs=1e-12)


def test_reliability_names_the_indicator_that_does_not_belong():
    r = equicorrelated(6, 0.6)
    r[4, :4] = r[:4, 4] = r[4, 5] = r[5, 4] = 0.0
    table = audit.reliability(exact(r), tree()).set_index("element")
    assert table.loc["all", "weakest"] == "i4"
    assert table.loc["all", "alpha_without"] > table.loc["all", "alpha"]
    assert table.loc["labourers", "alpha"] == pytest.approx(0.75)
    assert np.isnan(table.loc["labourers", "alpha_without"])


def test_components_of_equal_correlations_are_known():
    table = audit.principal_components(exact(equicorrelated(4, 0.5)))
    assert table["eigenvalue"].to_numpy() == pytest.approx([2.5, 0.5, 0.5, 0.5])
    assert table["cumulative"].iloc[-1] == pytest.approx(1)
    loadings = audit.component_loadings(exact(equicorrelated(4, 0.5)), 1)
    assert loadings[1].to_numpy() == pytest.approx(np.sqrt(2.5 / 4))


def test_sampling_adequacy_agrees_with_partial_correlations_by_regression(blocks):
    values = (blocks - blocks.mean()).to_numpy()
    r, partial = np.corrcoef(values, rowvar=False), np.zeros((6, 6))
    for a in range(6):
        for b in range(6):
            if a != b:
                rest = np.delete(values, [a, b], axis=1)
                residuals = [OLS(values[:, c], rest).fit().resid for c in (a, b)]
                partial[a, b] = np.corrcoef(*residuals)[0, 1]
    np.fill_diagonal(r, 0)
    overall = (r**2).sum() / ((r**2).sum() + (partial**2).sum())
    found = audit.sampling_adequacy(blocks)
    assert found["overall"] == pytest.approx(overall, abs=1e-10)
    assert found["i0"] == pytest.approx(
        (r[0] ** 2).sum() / ((r[0] ** 2).sum() + (partial[0] ** 2).sum()), abs=1e-10
    )


def test_bartlett_of_two_columns_is_nearly_the_test_of_their_correlation():
    found = audit.bartlett_sphericity(exact(equicorrelated(2, 0.2), n=400))
    assert found["chi2"] == pytest.approx(-(400 - 1 - 1.5) * np.log(1 - 0.04))
    t = 0.2 * np.sqrt(398 / (1 - 0.04))
    assert found["p"] == pytest.approx(2 * stats.t.sf(t, 398), rel=0.1)


def test_parallel_analysis_finds_three_blocks_and_nothing_in_noise(blocks):
    found = audit.parallel_analysis(blocks, draws=200, seed=1)
    assert found["eigenvalue"].to_numpy() == pytest.approx([2.6, 1.4, 1.4, 0.2, 0.2, 0.2])
    assert found["kept"].tolist() == [True] * 3 + [False] * 3
    general = exact(equicorrelated(6, 0.6))
    assert audit.parallel_analysis(general, draws=200, seed=1)["kept"].sum() == 1
    noise = pd.DataFrame(np.random.default_rng(3).normal(size=(200, 6)), columns=NAMES)
    assert audit.parallel_analysis(noise, draws=200, seed=1)["kept"].sum() == 0


def test_incomplete_rows_are_left_out_and_too_few_refused(blocks):
    hole = blocks.copy()
    hole.iloc[:50, 0] = np.nan
    assert audit.cronbach_alpha(hole) == pytest.approx(audit.cronbach_alpha(blocks.iloc[50:]))
    with pytest.raises(StudyError, match="more complete rows than that, got 6"):
        audit.principal_components(blocks.head(6))
    with pytest.raises(StudyError, match="two indicators"):
        audit.cronbach_alpha(blocks[["i0"]])
