"""Inequality, clustering and mobility of the cities: identities and known answers."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import spread
from nqpf.data import load_adjacency, load_geography
from nqpf.regional.inequality import gini
from nqpf.regression.spatial_weights import contiguity
from tests.chapters.real import indicator_panel

SEED = 3


@pytest.fixture(scope="module")
def regions():
    return load_geography("cities")["region"]


@pytest.fixture(scope="module")
def borders():
    units = sorted(indicator_panel("cities").index.unique("unit"))
    return contiguity(load_adjacency("cities"), units)


@pytest.fixture(scope="module")
def parts(regions):
    return spread.unequal(indicator_panel("cities"), regions, SEED)


def test_dagums_parts_add_up_to_the_gini(parts):
    wide = parts.pivot(index=["panel", "year"], columns="part", values="value")
    added = wide.drop(columns="all").sum(axis=1)
    assert added.to_numpy() == pytest.approx(wide["all"].to_numpy())
    assert set(parts["panel"]) == set(spread.SPREAD)


def test_the_gini_is_that_of_the_indicator(parts):
    mine = parts[(parts["panel"] == "GDP per resident") & (parts["part"] == "all")]
    values = indicator_panel("cities")["out_gdp_pc"].xs(2023, level="year")
    assert mine.set_index("year").loc[2023, "value"] == pytest.approx(gini(values))


def test_years_with_a_gap_are_left_out(parts):
    firms = parts[parts["panel"] == "New high-tech firms"]
    assert 2010 not in set(firms["year"])  # one city has no value
    assert 2011 in set(firms["year"])


def test_table_has_first_and_last_year_and_shares_of_a_whole(parts, regions):
    table = spread.inequality_table(parts, indicator_panel("cities"), regions)
    assert (table.groupby("panel").size() == 2).all()
    added = table[["within", "between", "overlap"]].sum(axis=1)
    assert added.to_numpy() == pytest.approx(100)
    assert table[["theil_t_between", "theil_l_between"]].stack().between(0, 100).all()
    facts = spread.inequality_facts(table)
    assert facts["output_last"][0] == 2023
    assert facts["output_gini_last"][0] < facts["output_gini_first"][0]


def test_theil_of_the_table_is_the_formula(parts, regions):
    table = spread.inequality_table(parts, indicator_panel("cities"), regions)
    row = table[(table["panel"] == "GDP per resident") & (table["year"] == 2023)].iloc[0]
    x = indicator_panel("cities")["out_gdp_pc"].xs(2023, level="year")
    relative = x / x.mean()
    assert row["theil_t"] == pytest.approx((relative * np.log(relative)).mean())
    assert row["theil_l"] == pytest.approx(-np.log(relative).mean())


def test_moran_by_year_is_the_cross_product(borders):
    table = spread.clustering(indicator_panel("cities"), borders, SEED)
    x = indicator_panel("cities")["out_gdp_pc"].xs(2023, level="year").loc[list(borders.units)]
    z = (x - x.mean()).to_numpy()
    expected = len(z) / borders.dense.sum() * (z @ borders.dense @ z) / (z @ z)
    mine = table[(table["series"] == "GDP per resident") & (table["year"] == 2023)].iloc[0]
    assert mine["value"] == pytest.approx(expected)
    assert mine["expected"] == pytest.approx(-1 / 20)
    assert table["p"].between(0, 1).all()


def test_neighbourhoods_say_what_is_told_from_chance(borders):
    values = indicator_panel("cities")["out_gdp_pc"].xs(2023, level="year")
    table = spread.neighbourhoods(values, borders, SEED, 0.05)
    assert len(table) == 21
    assert set(table["kind"]) <= set(spread.QUADRANTS.values())
    assert (table["told"] == (table["p_adjusted"] < 0.05)).all()
    assert (table["p_adjusted"] >= table["p"] - 1e-12).all()
    lonely = table.set_index("unit").loc["Meizhou"]
    assert lonely["kind"] == "low among low"
    assert lonely["text"] == f"{lonely['p']:.3f}"


def test_clustering_facts_count_what_is_told(borders):
    paths = spread.clustering(indicator_panel("cities"), borders, SEED)
    values = indicator_panel("cities")["out_gdp_pc"].xs(2023, level="year")
    local = spread.neighbourhoods(values, borders, SEED, 1.1)  # every p is below
    facts = spread.clustering_facts(paths, local, 0.0)  # and none
    assert facts["local_told"][0] == "21"
    assert facts["local_raw"][0] == "none"
    assert facts["moran_firms_told"][0] == "none"


@pytest.fixture
def swapped():
    index = pd.MultiIndex.from_product([["A", "B", "C"], range(2010, 2016)], names=["unit", "year"])
    values = [3.0, 3, 3, 3, 3, 1, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 3]
    return pd.DataFrame({"y": values}, index=index)


def test_ranks_are_taken_every_so_many_years(swapped):
    table = spread.ranks_over_time(swapped, pd.Series({"A": "x", "B": "x", "C": "z"}), "y", 2)
    assert sorted(table["year"].unique()) == [2010, 2011, 2013, 2015]
    last = table[table["year"] == 2015].set_index("unit")
    assert last["rank"].to_dict() == {"A": 3, "B": 2, "C": 1}
    assert last["region"].to_dict() == {"A": "x", "B": "x", "C": "z"}


def test_mobility_of_a_swap(swapped):
    facts = spread.mobility_facts(swapped, "y", SEED)
    assert facts["rank_correlation"][0] == pytest.approx(-1)
    assert (facts["riser"][0], facts["riser_places"][0]) == ("C", 2)
    assert (facts["faller"][0], facts["faller_places"][0]) == ("A", 2)
    assert facts["rank_change"][0] == pytest.approx(4 / 3)


def test_cities_with_most_students():
    assert spread.most_of(indicator_panel("cities"), "Students") == "Guangzhou and Zhuhai"


def test_convergence_uses_the_declared_years():
    found, table = spread.convergence(indicator_panel("cities"))
    assert found["low"] < found["estimate"] < found["high"]
    log = np.log(indicator_panel("cities")["out_va2_pc"]).unstack("year")
    slope = np.polyfit(log[2015], (log[2022] - log[2015]) / 7, 1)[0]
    assert found["estimate"] == pytest.approx(-np.log(1 + 7 * slope) / 7)
    row = table.iloc[0]
    assert (row["first"], row["last"], row["units"]) == (2015, 2022, 21)
    assert row["beta"] == pytest.approx(100 * slope)
    assert row["speed"] == pytest.approx(100 * found["estimate"])
