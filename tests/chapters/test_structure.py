"""Places among provinces, regions and sector shares, counted by hand and from the raw figures."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import structure
from nqpf.data import load_geography
from nqpf.errors import StudyError
from tests.chapters.real import indicator_panel, raw_panel


@pytest.fixture
def panel():
    index = pd.MultiIndex.from_product([["A", "B", "C", "D"], [2020, 2021, 2022]])
    index.names = ["unit", "year"]
    values = np.arange(12.0)
    return pd.DataFrame(
        {
            "hitech_revenue": values,
            "va_secondary_rev5": np.repeat(10.0, 12),
            "out_hitech_margin": [6, 6, 6, 5, 5, 5, 4, 4, 4, 1, 1, np.nan],
        },
        index=index,
    )


def test_last_values_are_named_by_their_year(panel):
    panel.loc[[("A", 2022), ("B", 2022)], "hitech_revenue"] = np.nan
    last = structure.last_values(panel, "hitech_revenue")
    assert last.name == 2021
    assert last.to_dict() == {"A": 1, "B": 4, "C": 7, "D": 10}


def test_growth_of_services_needs_every_declared_year():
    years = range(2014, 2024)
    index = pd.MultiIndex.from_product([["A", "B"], years], names=["unit", "year"])
    volume = [200.0, *[108.0] * 8, 50.0]  # years outside the window must not count
    frame = pd.DataFrame({"va_tertiary_index": [*volume, *(v + 1 for v in volume)]}, index=index)
    growth = structure.services_growth(frame)
    assert growth.to_dict() == {"A": 8, "B": 9}
    frame.loc[("A", 2018)] = np.nan
    with pytest.raises(StudyError, match="every unit from 2015 to 2022"):
        structure.services_growth(frame)


def test_intensity_of_all_is_that_of_the_sums(panel):
    panel.loc[("A", 2022), "va_secondary_rev5"] = np.nan
    assert structure.intensity_of_all(panel, 2022) == pytest.approx(100 * (5 + 8 + 11) / 30)


def test_margin_is_a_mean_over_years_that_nearly_all_have():
    index = pd.MultiIndex.from_product([[*"ABCDEFGHIJ"], range(2019, 2024)], names=["unit", "year"])
    values = pd.Series(np.tile([100.0, 1, 2, 3, 9], 10), index)
    values[index.isin([("A", 2023), ("B", 2023)])] = np.nan  # too many miss 2023
    values[("C", 2021)] = np.nan
    mean = structure.mean_margin(pd.DataFrame({"out_hitech_margin": values}))
    assert mean.name == 2022
    assert set(mean) == {2}
    assert "C" not in mean


def test_ranks_and_scale_of_the_standing():
    measures = {"hitech": pd.Series({"A": 1.0, "B": 2.0, "C": 3.0}, name=2022)}
    table = structure.compared(measures)
    assert table["value"].tolist() == pytest.approx([-1, 0, 1])
    assert table["label"].unique().tolist() == ["High-tech intensity, 2022"]
    assert structure.ranks_of(table, "C") == {"hitech": 1}
    with pytest.raises(StudyError, match="Z has no value of hitech"):
        structure.ranks_of(table, "Z")


def test_best_margins_name_the_best_and_their_weight():
    margins = pd.Series({"A": 1.0, "B": 9.0, "C": 8.0, "D": 7.0})
    index = pd.MultiIndex.from_product([[*"ABCD"], [2022]], names=["unit", "year"])
    raw = pd.DataFrame({"hitech_revenue": [90.0, 5, 3, 2]}, index=index)
    facts = structure.best_margins(margins, raw)
    assert facts["margin_best"][0] == "B, C and D"
    assert facts["margin_best_share"][0] == pytest.approx(10)
    assert structure.best_ratio(margins, "A") == pytest.approx(1 / 8)


def test_regional_numbers_by_hand():
    table = pd.DataFrame(
        {
            "unit": [*"ABCDEF"],
            "region": ["East", "East", "Central", "Central", "West", "West"],
            "output": [40.0, 50, 30, 30, 10, 20],
            "intensity": [2.0, 2, 2, 2, 8, 8],
        }
    )
    numbers = structure.region_numbers(table)
    assert (numbers["east"], numbers["central"], numbers["west"]) == (45, 30, 15)
    assert numbers["share"] == pytest.approx(1)  # all inequality is between regions


def test_sector_shares_add_up_and_begin_with_the_present_vintage():
    paths = structure.sector_paths(raw_panel("cities"))
    assert paths["year"].min() == 2015
    assert paths.groupby(["unit", "year"])["value"].sum().to_numpy() == pytest.approx(100)
    assert paths["unit"].nunique() == 21


def test_numbers_of_guangdong_come_from_the_raw_figures():
    raw, indicators = raw_panel("provinces"), indicator_panel("provinces")
    measures = structure.province_measures(indicators, raw)
    numbers = structure.standing_numbers(measures, raw, "Guangdong")
    year = measures["manufacturing"].name
    output = raw["va_secondary_rev5"].xs(year, level="year")
    assert numbers["C046"]["rank_manufacturing"] == 1 + (output > output["Guangdong"]).sum()
    one = raw.loc[("Guangdong", measures["hitech"].name)]
    own = 100 * one["hitech_revenue"] / one["va_secondary_rev5"]
    assert measures["hitech"]["Guangdong"] == pytest.approx(own)
    assert numbers["C050"]["ratio"] > 2
    assert set(numbers) == {"C046", "C047", "C050", "C058", "C094"}


def test_regions_leave_out_the_northeast():
    regions = structure.regions_compared(
        indicator_panel("provinces"), load_geography("provinces")["region"]
    )
    assert set(regions["region"]) == {"East", "Central", "West"}
    assert len(regions) == 28


def test_tiles_keep_units_without_a_value():
    tiles = structure.on_tiles(pd.Series({"Foshan": 1.0}), load_geography("cities"))
    assert len(tiles) == 21
    assert tiles["value"].notna().sum() == 1
    assert {"unit", "name_zh", "tile_row", "tile_col"} <= set(tiles)
