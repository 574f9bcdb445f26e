"""Moran's I: published, against esda, permutation tests with the right size."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from nqpf.errors import StudyError
from nqpf.regression.spatial_association import local_moran, moran, moran_by_year
from nqpf.regression.spatial_weights import SpatialWeights, contiguity, higher_order
from tests.regression.maps import rook, spatial_panel


def columbus(folder):
    """Crime data of Columbus, Ohio, with the neighbours of R's COL.nb."""
    frame = pd.read_csv(folder / "columbus_oldcol.csv")
    frame.index = [str(i + 1) for i in range(len(frame))]
    pairs = pd.read_csv(folder / "edges_COL_nb.csv").astype(str).set_axis(["a", "b"], axis=1)
    expected = json.loads((folder / "expected.json").read_text())["expected"]
    return frame, contiguity(pairs, list(frame.index)), expected


def test_moran_of_columbus_as_spdep(golden):
    frame, W, expected = columbus(golden("columbus_spatial"))
    result = moran(frame["CRIME"], W, seed=1)
    published = expected["moran_crime_W"]
    assert W.matrix.nnz == 232
    assert result.statistic == pytest.approx(published["I"], abs=1e-8)
    assert result.expected == pytest.approx(published["E"], abs=1e-8)
    assert result.variance_random == pytest.approx(published["var_rand"], abs=1e-8)
    assert result.variance_normal == pytest.approx(published["var_norm"], abs=1e-8)
    assert result.z_random == pytest.approx(published["z_rand"], abs=1e-4)
    assert result.z_normal == pytest.approx(published["z_norm"], abs=1e-4)
    assert result.p_permutation == pytest.approx(0.0002, abs=1e-4)
    for order in (2, 3):
        lagged = moran(frame["CRIME"], higher_order(W, order), seed=1, permutations=9).statistic
        assert lagged == pytest.approx(expected[f"moran_W_lag{order}"], abs=1e-8)
    binary = SpatialWeights(W.units, sparse.csr_array((W.dense > 0).astype(float)), "binary")
    result = moran(frame["CRIME"], binary, seed=1, permutations=9)
    assert result.statistic == pytest.approx(expected["moran_crime_B"]["I"], abs=1e-8)
    assert result.variance_random == pytest.approx(expected["moran_crime_B"]["var_rand"], abs=1e-8)


def test_local_and_global_moran_as_esda():
    from esda import Moran, Moran_Local
    from libpysal.weights import W as Neighbours

    W = rook(5, 6)
    values = spatial_panel(W, years=1, rho=0.6)["y"].droplevel("year")
    x = values.loc[list(W.units)].to_numpy()
    links = {i: np.flatnonzero(row).tolist() for i, row in enumerate(W.dense)}
    theirs = Neighbours(links, silence_warnings=True)
    theirs.transform = "r"
    whole = Moran(x, theirs, permutations=0)
    ours = moran(values, W, seed=3)
    assert ours.statistic == pytest.approx(whole.I, abs=1e-12)
    assert ours.z_random == pytest.approx(whole.z_rand, abs=1e-9)
    assert ours.p_normal == pytest.approx(whole.p_norm, abs=1e-9)
    parts = Moran_Local(x, theirs, permutations=9_999, seed=1, n_jobs=1)
    table = local_moran(values, W, seed=3)
    n = W.n
    np.testing.assert_allclose(table["statistic"], parts.Is * n / (n - 1), atol=1e-12)
    quadrants = {1: "high-high", 2: "low-high", 3: "low-low", 4: "high-low"}
    assert table["quadrant"].tolist() == [quadrants[q] for q in parts.q]
    away = np.abs(parts.rlisas - parts.rlisas.mean(axis=1, keepdims=True))
    here = np.abs(parts.Is - parts.rlisas.mean(axis=1))
    theirs_p = (1 + (away >= here[:, None] - 1e-9).sum(axis=1)) / 10_000
    assert np.abs(table["p"] - theirs_p).max() < 0.03  # both drawn
    assert table["statistic"].mean() == pytest.approx(ours.statistic)


def test_permutation_p_is_uniform_without_association_and_small_with_it():
    W = rook(4, 5)
    rng = np.random.default_rng(0)
    p = [
        moran(pd.Series(rng.normal(size=20), W.units), W, seed=i, permutations=199).p_permutation
        for i in range(300)
    ]
    assert 0.02 < np.mean(np.array(p) <= 0.05) < 0.09
    assert 0.4 < np.mean(p) < 0.6
    clustered = pd.Series(np.repeat([0.0, 1.0], 10), W.units)
    assert moran(clustered, W, seed=1).p_permutation < 0.001


def test_same_seed_same_p_and_order_of_units_does_not_matter():
    W = rook(4, 5)
    values = spatial_panel(W, years=1, rho=0.3)["y"].droplevel("year")
    turned = values.iloc[::-1]
    assert moran(values, W, seed=5) == moran(turned, W, seed=5)
    pd.testing.assert_frame_equal(local_moran(values, W, seed=5), local_moran(turned, W, seed=5))


def test_by_year_leaves_out_years_with_gaps_and_names_them():
    W = rook(4, 5)
    panel = spatial_panel(W, years=3, rho=0.5)
    panel.loc[("c03", 2001), "y"] = np.nan
    table = moran_by_year(panel, "y", W, seed=2, permutations=99).set_index("year")
    assert table.loc[2001, "missing"] == "c03"
    assert np.isnan(table.loc[2001, "statistic"])
    assert table.loc[2001, "n"] == 19
    whole = moran(panel["y"].xs(2002, level="year"), W, seed=2, permutations=99)
    assert table.loc[2002, "p_permutation"] == whole.p_permutation


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.iloc[1:], "differing in: c00"),
        (lambda s: s.replace(s.iloc[2], np.nan), "none for c02"),
        (lambda s: s * 0 + 4, "constant"),
        (lambda s: s.rename({"c00": "x"}), "differing in: c00, x"),
    ],
)
def test_bad_input_is_refused(change, message):
    W = rook(4, 5)
    values = spatial_panel(W, years=1)["y"].droplevel("year")
    for function in (moran, local_moran):
        with pytest.raises(StudyError, match=message):
            function(change(values), W, seed=1)


def test_three_units_are_too_few():
    W = contiguity(pd.DataFrame({"a": ["p", "q"], "b": ["q", "r"]}), ["p", "q", "r"])
    with pytest.raises(StudyError, match="at least four"):
        moran(pd.Series([1.0, 2.0, 4.0], W.units), W, seed=1)
