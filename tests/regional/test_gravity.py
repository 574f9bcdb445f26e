import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regional.gravity import (
    EARTH_RADIUS_KM,
    gravity_links,
    gravity_totals,
    great_circle_km,
)

PLACES = pd.DataFrame(
    {"lon": [0.0, 90.0, 0.0, 0.0], "lat": [0.0, 0.0, 90.0, 1.0]}, index=list("abcd")
)


def test_quarters_of_the_earth():
    km = great_circle_km(PLACES)
    quarter = np.pi / 2 * EARTH_RADIUS_KM
    assert km.loc["a", "b"] == pytest.approx(quarter)
    assert km.loc["b", "c"] == pytest.approx(quarter)
    assert km.loc["a", "d"] == pytest.approx(111.195, abs=1e-3)
    assert (km == km.T).all(axis=None)
    assert (np.diag(km) == 0).all()


def test_links_by_hand():
    masses = pd.DataFrame({"people": [4.0, 1, 1], "gdp": [9.0, 1, 4]}, list("abd"))
    links = gravity_links(masses, PLACES)
    row = links.set_index(["a", "b"]).loc[("a", "d")]
    assert row["link"] == pytest.approx(6 * 2 / row["km"] ** 2)
    assert links["share"].sum() == pytest.approx(1)
    assert links.iloc[0][["a", "b"]].tolist() == ["a", "d"]
    near = gravity_links(masses, PLACES, decay=1)
    assert near["link"].to_numpy() == pytest.approx((links["link"] * links["km"]).to_numpy())


def test_totals():
    masses = pd.DataFrame({"people": [4.0, 1, 1], "gdp": [9.0, 1, 4]}, list("abd"))
    links = gravity_links(masses, PLACES)
    totals = gravity_totals(links).set_index("unit")
    assert totals["total"].sum() == pytest.approx(2 * links["link"].sum())
    assert totals["share"].sum() == pytest.approx(1)
    assert totals["strongest"].to_dict()["d"] == "a"
    assert totals.index[0] == "a"


def test_doubling_all_masses_leaves_shares_alone():
    masses = pd.DataFrame({"people": [4.0, 1, 1], "gdp": [9.0, 1, 4]}, list("abd"))
    one, two = gravity_links(masses, PLACES), gravity_links(2 * masses, PLACES)
    assert two["share"].to_numpy() == pytest.approx(one["share"].to_numpy())


@pytest.mark.parametrize(
    ("masses", "places", "said"),
    [
        ({"people": [1, np.nan], "gdp": [1, 1]}, PLACES, "'people', got none for b"),
        ({"people": [1, 0], "gdp": [1, 1]}, PLACES, "positive population"),
        ({"people": [1, 1], "gdp": [1, 1]}, PLACES.drop("b"), "position of every unit"),
        ({"people": [1, 1], "gdp": [1, 1]}, PLACES.assign(lon=0.0, lat=0.0), "distance of zero"),
        ({"people": [1, 1]}, PLACES, "columns the two masses"),
        ({"people": [1, 1], "gdp": [1, 1]}, PLACES.assign(lat=100.0), "lat in degrees"),
    ],
)
def test_bad_gravity_input(masses, places, said):
    with pytest.raises(StudyError, match=said):
        gravity_links(pd.DataFrame(masses, ["a", "b"]), places)
