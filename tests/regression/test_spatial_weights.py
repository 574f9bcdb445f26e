"""Neighbours and lags: against libpysal, by hand, and where they must refuse."""

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regression.spatial_weights import (
    SpatialWeights,
    contiguity,
    great_circle,
    higher_order,
    inverse_distance,
    link_to_nearest,
    nearest,
    spatial_lag,
)
from tests.regression.maps import lattice, rook, spatial_panel


def test_contiguity_is_symmetric_in_links_and_sums_to_one():
    W = rook(3, 3)
    assert W.is_row_standardised
    links = W.dense > 0
    assert (links == links.T).all()
    middle = W.units.index("c04")
    neighbours = {W.units[j] for j in np.flatnonzero(links[middle])}
    assert neighbours == {"c01", "c03", "c05", "c07"}
    np.testing.assert_allclose(W.dense[middle][links[middle]], 0.25)


def test_pairs_given_twice_or_turned_count_once():
    pairs = pd.DataFrame({"a": ["A", "B", "A"], "b": ["B", "A", "C"]})
    W = contiguity(pairs, ["A", "B", "C"])
    np.testing.assert_allclose(W.dense, [[0, 0.5, 0.5], [1, 0, 0], [1, 0, 0]])


def test_great_circle_of_known_cities():
    place = pd.DataFrame(
        {"lon": [116.407, 121.474, 116.407], "lat": [39.904, 31.230, 40.904]},
        index=["Beijing", "Shanghai", "one degree north"],
    )
    km = great_circle(place, list(place.index))
    assert km[0, 1] == pytest.approx(1067, abs=2)
    assert km[0, 2] == pytest.approx(2 * np.pi * 6371.0088 / 360, rel=1e-9)
    np.testing.assert_allclose(km, km.T)


def test_nearest_as_libpysal_and_inverse_distance_by_hand():
    from libpysal.weights import KNN

    _, geography = lattice(4, 5)
    units = list(geography.index)
    points = geography[["lon", "lat"]].to_numpy()
    theirs = KNN.from_array(points, k=4, radius=6371.0088)
    theirs.transform = "r"
    np.testing.assert_allclose(nearest(geography, units, 4).dense, theirs.full()[0], atol=1e-12)
    ours = inverse_distance(geography, units, power=2, within_km=260).dense
    km = great_circle(geography, units)
    by_hand = np.zeros_like(km)
    for i in range(len(km)):
        for j in range(len(km)):
            if i != j and km[i, j] <= 260:
                by_hand[i, j] = 1 / km[i, j] ** 2
    np.testing.assert_allclose(ours, by_hand / by_hand.sum(axis=1, keepdims=True), atol=1e-14)


def test_eigenvalues_are_those_of_the_matrix():
    _, geography = lattice(4, 4)
    units = list(geography.index)
    for W in (rook(4, 4), inverse_distance(geography, units)):
        assert np.isrealobj(W.eigenvalues)
        expected = np.sort(np.linalg.eigvals(W.dense).real)
        np.testing.assert_allclose(np.sort(W.eigenvalues), expected, atol=1e-9)
        assert W.eigenvalues.max() == pytest.approx(1)
    mutual_or_not = nearest(geography, units, 3)
    assert not np.allclose(mutual_or_not.dense > 0, (mutual_or_not.dense > 0).T)
    total = np.prod(1 - 0.4 * mutual_or_not.eigenvalues).real
    assert total == pytest.approx(np.linalg.det(np.eye(16) - 0.4 * mutual_or_not.dense))


def test_second_order_neighbours_are_two_steps_away_and_not_closer():
    W = higher_order(rook(3, 3), 2)
    corner = {W.units[j] for j in np.flatnonzero(W.dense[0])}
    assert corner == {"c02", "c04", "c06"}


def test_lag_is_the_mean_of_neighbours_and_missing_when_one_is():
    W = rook(3, 3)
    panel = spatial_panel(W, years=3)
    panel.loc[("c01", 2001), "x1"] = np.nan
    lag = spatial_lag(panel, "x1", W)
    assert lag.name == "W x1"
    here = panel["x1"].xs(2000, level="year")
    assert lag[("c00", 2000)] == pytest.approx((here["c01"] + here["c03"]) / 2)
    assert lag.xs(2001, level="year").isna().to_numpy().nonzero()[0].tolist() == [0, 2, 4]
    assert lag.xs(2002, level="year").notna().all()


def test_restricted_weights_sum_to_one_again():
    W = rook(3, 3)
    part = W.restrict(["c04", "c00", "c01", "c02"])
    assert part.units == ("c04", "c00", "c01", "c02")
    assert part.is_row_standardised
    assert part.dense[0, 2] == 1  # of the neighbours of the middle only c01 is left


def test_islands_are_refused_or_linked_on_request():
    adjacency, geography = lattice(2, 3)
    geography.loc["far"] = [112.4, 18.0]
    units = list(geography.index)
    with pytest.raises(StudyError, match="far has no neighbour in 'contiguity'"):
        contiguity(adjacency, units)
    W = link_to_nearest(adjacency, units, geography)
    nearest_one = units.index("c02")
    assert W.dense[-1, nearest_one] == 1
    assert W.dense[nearest_one, -1] > 0
    with pytest.raises(StudyError, match="has no neighbour"):
        rook(3, 3).restrict(["c00", "c01", "c08"])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda g: nearest(g, list(g.index), 0), "1 to 3 nearest"),
        (lambda g: nearest(g, list(g.index), 4), "1 to 3 nearest"),
        (lambda g: nearest(g, [*g.index, "x"], 1), "none for x"),
        (lambda g: inverse_distance(g, list(g.index), power=0), "positive power"),
        (lambda g: inverse_distance(g, list(g.index), within_km=1), "no neighbour"),
        (lambda g: inverse_distance(g.assign(lon=1.0, lat=2.0), list(g.index)), "distinct places"),
        (lambda g: rook(2, 2).restrict(["c00", "x"]), "units of the weights"),
        (
            lambda g: contiguity(pd.DataFrame({"a": ["q"], "b": ["r"]}), ["c00"]),
            "none of the units",
        ),
        (lambda g: contiguity(pd.DataFrame({"a": ["c00"], "b": ["c00"]}), ["c00"]), "different"),
        (lambda g: contiguity(pd.DataFrame({"i": ["c00"]}), ["c00"]), "columns a and b"),
        (lambda g: SpatialWeights(("a",), rook(2, 2).matrix, "odd"), "square matrix"),
    ],
)
def test_bad_input_is_refused(make, message):
    _, geography = lattice(2, 2)
    with pytest.raises(StudyError, match=message):
        make(geography)
