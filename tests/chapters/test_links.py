"""Gravity links and coupling coordination."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import links
from nqpf.data import load_geography
from nqpf.errors import StudyError
from tests.chapters.real import raw_panel


def test_links_of_all_pairs_share_one_whole():
    table = links.links_of(raw_panel("cities"), load_geography("cities"), 2022)
    assert len(table) == 21 * 20 / 2
    assert table["share"].sum() == pytest.approx(1)
    assert {table.loc[0, "a"], table.loc[0, "b"]} == {"Shenzhen", "Dongguan"}


def test_one_link_by_hand():
    table = links.links_of(raw_panel("cities"), load_geography("cities"), 2022)
    masses = raw_panel("cities").xs(2022, level="year")[["pop_resident", "gdp_rev"]]
    row = table[table["a"].isin(["Foshan", "Shenzhen"]) & table["b"].isin(["Foshan", "Shenzhen"])]
    size = np.sqrt(masses.loc["Foshan"].prod() * masses.loc["Shenzhen"].prod())
    assert row["link"].iloc[0] == pytest.approx(size / row["km"].iloc[0] ** 2)


def test_nodes_stand_in_their_places():
    nodes = links.nodes_of(raw_panel("cities"), load_geography("cities"), 2022).set_index("unit")
    assert nodes.loc["Guangzhou", "x"] == pytest.approx(113.545)
    assert nodes.loc["Guangzhou", "gdp"] == raw_panel("cities").loc[("Guangzhou", 2022), "gdp_rev"]


@pytest.fixture
def systems():
    index = pd.MultiIndex.from_product([[*"ABCDE"], [2016, 2017, 2018]], names=["unit", "year"])
    x = pd.Series([0, 0, 0, 1, 5, 1, 2, 5, 2, 3, 2, 3, 4, 10, np.nan], index, dtype=float)
    y = pd.Series([1, 0, 2, 3, 5, 3, 5, 9, 5, 7, 10, 7, 9, 8, 11], index, dtype=float)
    return x, y


def test_the_last_year_with_most_units_is_taken(systems):
    table = links.coupled(*systems, dict.fromkeys("ABCDE", "all"))
    assert set(table["year"]) == {2017}
    assert len(table) == 5


def test_equal_systems_are_fully_coupled_in_both_definitions(systems):
    table = links.coupled(*systems, dict.fromkeys("ABCDE", "all")).set_index("unit")
    assert table.loc["B", ["x", "y"]].tolist() == pytest.approx([0.5, 0.5])
    assert table.loc["B", ["classic_coupling", "corrected_coupling"]].tolist() == pytest.approx(
        [1, 1]
    )
    assert table.loc["B", ["classic", "corrected"]].tolist() == pytest.approx([0.5**0.5] * 2)


def test_the_correction_by_hand(systems):
    table = links.coupled(*systems, dict.fromkeys("ABCDE", "all")).set_index("unit")
    x, y = table.loc["D", ["x", "y"]].astype(float)
    assert (x, y) == pytest.approx((0.2, 1))
    assert table.loc["D", "classic_coupling"] == pytest.approx(2 * np.sqrt(x * y) / (x + y))
    expected = np.sqrt((1 - abs(x - y)) * min(x, y) / max(x, y))
    assert table.loc["D", "corrected_coupling"] == pytest.approx(expected)
    assert (table["corrected"] <= table["classic"] + 1e-12).all()


def test_alike_in_the_number_and_unlike_in_the_systems():
    table = pd.DataFrame(
        {
            "unit": ["A", "B", "C"], "year": 2017, "x": [0.1, 0.9, 0.1], "y": [0.9, 0.1, 0.2],
            "classic": [0.55, 0.55, 0.38], "corrected": [0.3, 0.2, 0.3],
            "classic_coupling": [0.6, 0.6, 0.9], "corrected_coupling": [0.1, 0.1, 0.6],
            "classic_rank": [1, 2, 3], "corrected_rank": [1, 3, 2],
        }
    )  # fmt: skip
    facts = links.coupling_facts(table)
    assert {facts["alike_a"][0], facts["alike_b"][0]} == {"A", "B"}
    assert facts["most_moved"][0] == 1
    assert facts["corrected_least"][0] == pytest.approx(0.1)
    with pytest.raises(StudyError, match="two units whose D"):
        links.coupling_facts(table.iloc[[0, 2]])


def test_nothing_to_couple_is_an_error(systems):
    x, y = systems
    with pytest.raises(StudyError, match="got 0"):
        links.coupled(x * np.nan, y, {})
