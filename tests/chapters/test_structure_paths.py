"""Measures of structure, and ranks by several definitions of each."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import structure_paths as paths
from tests.chapters.real import indicator_panel, raw_panel


@pytest.fixture(scope="module")
def measures():
    return paths.measures_of_structure(indicator_panel("provinces"), raw_panel("provinces"))


def sectors(rows, units, year=2020):
    index = pd.MultiIndex.from_product([units, [year]], names=["unit", "year"])
    return pd.DataFrame(rows, index=index, columns=list(paths.SECTORS), dtype=float)


def test_the_country_is_one_and_twice_as_productive_is_two():
    output = sectors([[1, 2, 3], [1, 2, 3]], ["A", "B"])
    assert paths.productivity_weighted(output, output).tolist() == pytest.approx([1, 1])
    workers = sectors([[1, 2, 3], [3, 6, 9]], ["A", "B"])  # B needs three times as many
    assert paths.productivity_weighted(output, workers).tolist() == pytest.approx([2, 2 / 3])


def test_a_large_unproductive_service_sector_does_not_count_as_advanced():
    output = sectors([[1, 1, 4], [1, 4, 1]], ["services", "industry"])
    workers = sectors([[1, 1, 12], [1, 2, 1]], ["services", "industry"])
    weighted = paths.productivity_weighted(output, workers)
    assert weighted.loc["services", 2020] < weighted.loc["industry", 2020]


def test_prices_do_not_enter():
    output, workers = sectors([[1, 2, 3], [3, 1, 4]], ["A", "B"]), sectors([[1, 1, 1]] * 2, [*"AB"])
    assert paths.productivity_weighted(5 * output, workers).tolist() == pytest.approx(
        paths.productivity_weighted(output, workers).tolist()
    )


def test_measures_with_employment_end_before_its_break(measures):
    held = measures["deviation_theil"].dropna()
    assert held.index.get_level_values("year").max() == paths.LAST_EMPLOYMENT
    assert (held >= 0).all()
    assert measures["productivity"].dropna().index.equals(held.index)


def test_deviation_of_guangdong_from_its_raw_figures(measures):
    one = raw_panel("provinces").loc[("Guangdong", 2019)]
    made = np.array([one[f"va_{sector}_pub"] for sector in paths.SECTORS])
    staff = np.array([one[f"employment_{sector}"] for sector in paths.SECTORS])
    shares, of_staff = made / made.sum(), staff / staff.sum()
    expected = (shares * np.log(shares / of_staff)).sum()
    assert measures.loc[("Guangdong", 2019), "deviation_theil"] == pytest.approx(expected)


def test_national_structure_lies_between_the_provinces(measures):
    weighted = measures["productivity"].xs(2019, level="year").dropna()
    assert weighted.min() < 1 < weighted.max()


def test_panels_hold_the_four_measures_within_the_years(measures):
    table = paths.value_panels(measures, (2011, 2020))
    assert list(table["panel"].unique()) == list(paths.better())
    assert table["year"].between(2011, 2020).all()
    assert set(paths.better().values()) == {"up", "down"}


def test_the_declared_rank_lies_in_its_band(measures):
    ranks = paths.rank_families(measures, "Guangdong", (2011, 2023))
    assert ((ranks["low"] <= ranks["rank"]) & (ranks["rank"] <= ranks["high"])).all()
    assert (ranks["measures"] >= 2).all()
    assert ranks["n"].min() >= 0.9 * 31 - 1  # few provinces never make a rank
    assert set(ranks["panel"]) == set(paths.FAMILIES)


def test_ranks_are_those_of_the_raw_figures(measures):
    ranks = paths.rank_families(measures, "Guangdong", (2022, 2022)).set_index("panel")
    raw = raw_panel("provinces").xs(2022, level="year")
    ratio = raw["ind_newprod_sales"] / raw["va_secondary_rev5"]
    expected = 1 + (ratio > ratio["Guangdong"]).sum()
    assert ranks.loc["New-product intensity", "rank"] == expected
    facts = paths.path_facts(paths.rank_families(measures, "Guangdong", (2011, 2023)))
    assert facts["newprod_last_rank"][0] == expected
    assert facts["newprod_last_year"] == (2022, "year", None)
    assert facts["equal_last_year"][0] == 2019


def test_width_of_a_band_is_its_mean():
    heads = list(paths.FAMILIES)
    rows = [(head, year, 3, 2, 2 + k) for k, head in enumerate(heads) for year in (2011, 2012)]
    table = pd.DataFrame(rows, columns=["panel", "year", "rank", "low", "high"])
    facts = paths.path_facts(table)
    names = ("hitech", "newprod", "advanced", "equal")
    assert [facts[f"{name}_width"][0] for name in names] == [0, 1, 2, 3]
