"""Published figures are read as they stand; cross-sections are sums and ratios of the raw panel."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import circulation
from nqpf.chapters.stated_figures import sources_of
from nqpf.data import load_table
from nqpf.errors import StudyError
from tests.chapters.real import raw_panel

CORES = ["Guangzhou", "Shenzhen"]


@pytest.fixture(scope="module")
def figures():
    return load_table("city_figures")


@pytest.mark.parametrize(
    ("period", "end", "words"),
    [
        ("2023", 2024, "2023"),
        ("2023H1", 2023.5, "first half of 2023"),
        ("2024Q1", 2024.25, "first quarter of 2024"),
        ("2024Q1-Q3", 2024.75, "first nine months of 2024"),
        ("2022-01..11", 2022 + 11 / 12, "first 11 months of 2022"),
    ],
)
def test_periods(period, end, words):
    assert circulation.end_of(period) == pytest.approx(end)
    assert circulation.spoken(period) == words


def test_spans_of_years_and_no_period_are_spoken_too():
    assert circulation.spoken("2020-2025") == "2020 to 2025"
    assert circulation.spoken("") == ""


@pytest.mark.parametrize("period", ["", "23", "2023Q2", "spring 2023", "2023-13"])
def test_a_period_that_is_written_otherwise_is_an_error(period):
    with pytest.raises(StudyError, match="in no known way"):
        circulation.end_of(period)


def test_one_published_figure_or_an_error(figures):
    assert circulation.figure(figures, "Guangdong", "exports growth", "2023") == 2.5
    with pytest.raises(StudyError, match="no published figure 'rain'"):
        circulation.published(figures, "Guangdong", "rain")
    with pytest.raises(StudyError, match="got 0"):
        circulation.figure(figures, "Guangdong", "exports growth", "1999")


def test_shares_of_trade_by_mode(figures):
    modes = circulation.trade_modes(figures)
    assert modes["period"].tolist() == ["2018Q1", "2022-01..11", "2023H1", "2023"]
    assert circulation.last_modes(modes) == {"share_processing": 23.0, "share_general": 58.0}
    assert modes["processing"].isna().sum() == 2  # not published, and not filled


def test_rising_counts_places_with_a_series():
    table = pd.DataFrame(
        {
            "city": ["A"] * 3 + ["B"] * 3 + ["C"],
            "variable": "share",
            "year": ["2018", "2020", "2019", "2018", "2019", "2020", "2020"],
            "value": [1.0, 3.0, 2.0, 5.0, 4.0, 4.5, 9.0],
        }
    )
    assert circulation.rising(table, ["A", "B", "C"], "share") == {"count": 2, "share": 0.5}
    nothing = circulation.rising(table, ["C"], "share")
    assert nothing["count"] == 0
    assert np.isnan(nothing["share"])


def test_the_service_cluster_of_shenzhen(figures):
    rows = figures[figures["variable"].str.startswith("SEI cluster VA: ")]
    own = rows.loc[rows["variable"].str.endswith("digital and fashion"), "value"].iloc[0]
    assert len(rows) == 7
    assert circulation.service_cluster(figures) == pytest.approx(100 * own / rows["value"].sum())


def test_growth_rates_name_their_period_and_place(figures):
    rates = circulation.growth_rates(figures, sources_of(["C086"]))
    assert len(rates) == 9
    assert set(rates["group"]) == {"Guangdong", "Shenzhen"}
    assert not rates.duplicated(["group", "label"]).any()
    imports = rates[rates["label"].str.contains("imports")]
    assert sorted(imports["value"]) == [-9.6, -9.1, -3.6]


def test_a_fall_after_a_rise():
    chain = circulation.base_effect({"cars": (100.0, -50.0), "cells": (20.0, -50.0)})
    assert chain["value"].tolist() == pytest.approx([200, 100, 120, 60])
    assert chain["group"].tolist() == [circulation.FOUND, circulation.CHAINED] * 2


def test_facts_of_trade_keep_what_is_found_and_what_is_stated_apart():
    chain = circulation.base_effect(
        {"Electric vehicles": (100.0, -50.0), "Lithium batteries": (20.0, -50.0)}
    )
    modes = {"share_general": 58.0, "share_processing": 23.0}
    facts = circulation.trade_facts(modes, chain, chain)
    assert facts["vehicles_rise"][0] == pytest.approx(100)
    assert facts["vehicles_after"][0] == pytest.approx(100)
    assert facts["batteries_after"][0] == pytest.approx(60)


def test_margins_stand_beside_the_provinces():
    index = pd.MultiIndex.from_product([["A", "B", "Shenzhen"], [2023]], names=["unit", "year"])
    panel = pd.DataFrame({"ind_profit": [1.0, 9, 10], "ind_revenue": [100.0, 100, 200]}, index)
    assert circulation.provincial_margin(panel) == pytest.approx(5)
    table = circulation.margins(panel, ["Shenzhen"]).set_index("city")
    assert table["above"].to_dict() == {"A": False, "B": True, "Shenzhen": True}
    assert table.loc["Shenzhen", "core"]
    shares = pd.DataFrame(
        {"city": ["Guangdong", "A", "Shenzhen"], "variable": circulation.HIGH_TECH,
         "value": [30.0, 35, 60]}
    )  # fmt: skip
    found = circulation.low_end_elsewhere(table.reset_index(), shares, ["Shenzhen"])
    assert found == {"share": 0.5, "count": 1}


def test_city_table_is_in_the_units_it_says():
    panel = raw_panel("cities")
    table = circulation.city_table(panel, pd.DataFrame(index=panel.index.unique("unit")))
    row = table.set_index("city").loc["Dongguan"]
    # data/raw/cities/panel.csv: exports 84,608,688 and retail sales 44,081,163, both 10,000 CNY
    assert row["exports_gdp"] == pytest.approx(
        84608688 / panel.loc[("Dongguan", 2023), "gdp_rev"] / 100
    )
    assert row["retail_pc"] == pytest.approx(
        44081163 / panel.loc[("Dongguan", 2023), "pop_resident"] / 1000
    )
    assert 20 < row["retail_pc"] < 80  # thousand CNY per resident
    assert table["exports_gdp"].is_monotonic_decreasing


def test_no_panel_of_the_cities_circulation_is_held():
    held = circulation.held_once(raw_panel("cities"), circulation.ONCE)
    assert held == {"exports": 1, "imports": 1, "retail": 1, "profit": 1, "patents": 2}


def test_facts_of_the_cities_are_sums_of_the_panel(figures):
    panel = raw_panel("cities")
    cross = circulation.city_table(panel, pd.DataFrame(index=panel.index.unique("unit")))
    patents = {"count": 6, "value": 0.5}
    facts = circulation.city_facts(
        panel, cross, circulation.margins(panel, CORES), figures, patents, CORES
    )
    exports = panel["exports"].xs(2023, level="year").nlargest(3)
    total = panel["exports"].xs(2023, level="year").sum()
    assert facts["exports_top_share"][0] == pytest.approx(100 * exports.sum() / total)
    assert facts["exports_top"][0] == "Shenzhen, Dongguan and Guangzhou"
    assert facts["retail_low"][0] == cross["retail_pc"].min()


def test_two_wider_things_stand_for_high_tech_exports(figures):
    assert circulation.high_tech_exports(figures) == {"low": 13.1, "high": 14.4}
