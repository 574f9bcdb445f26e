"""The panels of the study, figure by figure against the raw files."""

import csv

import numpy as np
import pandas as pd
import pytest

from nqpf.data import load_codebook, load_panel
from nqpf.data.build import build_processed
from nqpf.data.indicators import years_of
from nqpf.data.raw import read_long
from nqpf.expressions import names
from nqpf.paths import CODEBOOK, RAW

LEVELS = ("cities", "provinces")
SHAPE = {"cities": (21, 2005, 2024), "provinces": (31, 2010, 2024)}
KEY = ["unit", "year", "variable"]
LIST_LEVEL = {"cities": "city", "provinces": "province"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Every processed table by name, built anew."""
    folder = tmp_path_factory.mktemp("processed")
    build_processed(folder)
    return {path.stem: pd.read_csv(path, keep_default_na=True) for path in folder.iterdir()}


def wide(built, name):
    return built[name].set_index(["unit", "year"])


def judged(level, action):
    book = load_codebook("exclusions")
    return book[(book["panel"] == level) & (book["action"] == action)]


def cells_of_the_file(level):
    """Cells as the csv module reads them, by row of the file."""
    with (RAW / level / "panel.csv").open(encoding="utf-8", newline="") as file:
        return dict(enumerate(csv.reader(file), start=1))


def test_every_table_is_there(built):
    assert set(built) == {
        *LEVELS,
        *(f"trace_{level}" for level in LEVELS),
        *(f"indicators_{level}" for level in LEVELS),
        "coverage",
        "quality",
    }


@pytest.mark.parametrize("level", LEVELS)
def test_units_and_years(built, level):
    units, first, last = SHAPE[level]
    panel = wide(built, level)
    assert panel.index.is_unique
    assert panel.index.is_monotonic_increasing
    assert len(panel) == units * (last - first + 1)
    assert panel.index.get_level_values("unit").nunique() == units
    assert set(panel.index.get_level_values("year")) == set(range(first, last + 1))
    assert wide(built, f"indicators_{level}").index.equals(panel.index)


@pytest.mark.parametrize("level", LEVELS)
def test_every_figure_is_the_cell_of_its_raw_row(built, level):
    cells = cells_of_the_file(level)
    trace = built[f"trace_{level}"]
    for item in trace.itertuples():
        _, unit, year, variable, value, measure, source = cells[item.raw_row]
        assert (item.unit, item.year, item.variable) == (unit, int(year), variable)
        assert item.value == float(value)
        assert (item.measure, item.source_id) == (measure, source)
    early = [row for number, row in cells.items() if number > 1 and int(row[2]) < SHAPE[level][1]]
    assert len(trace) + len(early) + 1 == len(cells)
    assert trace["raw_row"].is_unique


@pytest.mark.parametrize("level", LEVELS)
def test_panel_holds_raw_values_only(built, level):
    trace = built[f"trace_{level}"]
    assert not trace.duplicated(KEY).any()
    stacked = wide(built, level).rename_axis(columns="variable").stack().dropna()
    used = trace[trace["status"] != "dropped"].set_index(KEY)["value"]
    assert len(stacked) == len(used)
    assert (stacked.sort_index() == used.sort_index()).all()  # none interpolated, none lost


@pytest.mark.parametrize("level", LEVELS)
def test_judgements_are_applied(built, level):
    trace = built[f"trace_{level}"].set_index(KEY)
    panel = wide(built, level)
    for action, status in (("drop", "dropped"), ("flag", "flagged"), ("keep", "kept")):
        book = judged(level, action)
        assert len(book)
        for item in book.itertuples():
            row = trace.loc[(item.unit, item.year, item.variable)]
            assert (row["status"], row["reason"]) == (status, item.reason)
            missing = np.isnan(panel.loc[(item.unit, item.year), item.variable])
            assert missing == (action == "drop")
    assert (trace["status"] == "dropped").sum() == len(judged(level, "drop"))
    assert (trace["status"] == "flagged").sum() == len(judged(level, "flag"))


def test_spot_values(built):
    provinces, cities = wide(built, "provinces"), wide(built, "cities")
    assert cities.loc[("Guangzhou", 2021), "broadband_per100"] == 36.93024146
    assert provinces.loc[("Guangdong", 2010), "rd_fte_basic"] == 9273
    assert provinces.loc[("Xinjiang", 2015), "va_secondary_rev5"] == 3446.1
    assert np.isnan(provinces.loc[("Xinjiang", 2016), "va_secondary_rev5"])
    assert np.isnan(cities.loc[("Chaozhou", 2023), "va2"])
    assert provinces["hitech_revenue"].xs(2017, level="year").isna().all()


def test_basic_research_of_two_provinces_adds_up(built):
    # the reason why one count in two provinces is kept
    panel = wide(built, "provinces").loc[[("Guangdong", 2010), ("Sichuan", 2010)]]
    parts = panel["rd_fte_basic"] + panel["rd_fte_applied"] + panel["rd_fte_expdev"]
    assert (parts / panel["rd_fte"] - 1).abs().max() < 1e-4


def test_indicators_equal_their_formulas_by_hand(built):
    provinces, shares = wide(built, "provinces"), wide(built, "indicators_provinces")
    cities, ratios = wide(built, "cities"), wide(built, "indicators_cities")
    years = provinces.index.get_level_values("year")
    by_hand = {
        "lab_basic_fte_pc": (provinces["rd_fte_basic"] / provinces["population"], 2011, 2023),
        "out_labprod2": (
            provinces["va_secondary_rev5"] * 1e4 / provinces["employment_secondary"],
            2011,
            2022,
        ),
        "lab_tertiary_emp_share": (
            provinces["employment_tertiary"] / provinces["employment_total"] * 100,
            2011,
            2019,
        ),
    }
    for name, (values, first, last) in by_hand.items():
        expected = values.where((years >= first) & (years <= last))
        pd.testing.assert_series_equal(shares[name], expected, check_names=False, rtol=1e-12)
    sectors = cities["va1"] + cities["va2"] + cities["va3"]
    share = (cities["va2"] / sectors * 100).where(
        cities.index.get_level_values("year").isin(range(2015, 2024))
    )
    pd.testing.assert_series_equal(ratios["out_sec_share"], share, check_names=False, rtol=1e-12)


@pytest.mark.parametrize("level", LEVELS)
def test_indicators_are_missing_outside_their_years(built, level):
    book = load_codebook("indicators")
    book = book[book["level"] == LIST_LEVEL[level]]
    values = wide(built, f"indicators_{level}")
    assert list(values) == list(book["id"])
    years = values.index.get_level_values("year")
    for item in book.itertuples():
        inside, _, without = item.years.partition(" ex ")
        spans = [(part.split("-")[0], part.split("-")[-1]) for part in inside.split(";")]
        declared = np.logical_or.reduce([years.isin(range(int(a), int(b) + 1)) for a, b in spans])
        declared &= ~years.isin([int(year) for year in without.split(";") if year])
        assert values.loc[~declared, item.id].isna().all(), item.id
        assert values.loc[declared, item.id].notna().any(), item.id
        assert np.isfinite(values[item.id].dropna()).all()


def test_coverage_and_quality_count_what_is_there(built):
    coverage = built["coverage"].set_index(["level", "kind", "name"]).sort_index()
    for level in LEVELS:
        for kind, table in (("variable", level), ("indicator", f"indicators_{level}")):
            frame = wide(built, table)
            rows = coverage.loc[(level, kind)]
            assert sorted(rows.index) == sorted(frame)
            assert rows["cells"].to_dict() == frame.count().to_dict()
            for name in frame:
                held = frame[name].dropna().reset_index()
                assert rows.loc[name, "units"] == held["unit"].nunique()
                assert rows.loc[name, "first"] == held["year"].min()
                assert rows.loc[name, "last"] == held["year"].max()
                full = held.groupby("year").size() == SHAPE[level][0]
                assert rows.loc[name, "full_years"] == full.sum()
        quality = built["quality"][built["quality"]["level"] == level]
        assert quality["dropped"].sum() == len(judged(level, "drop"))
        assert quality[["kept", "flagged", "dropped"]].to_numpy().sum() == len(
            built[f"trace_{level}"]
        )


def test_no_variable_mixes_two_vintages_of_output():
    # gdp_rev5 and va_secondary_rev5 are revised, *_pub as first published
    for formula in load_codebook("indicators")["formula"]:
        used = names(formula)
        revised = {name for name in used if name.endswith("_rev5")}
        assert not (revised and any(name.endswith("_pub") for name in used)), formula


def test_committed_reader_gives_what_the_build_gives(built, monkeypatch, tmp_path):
    monkeypatch.setattr("nqpf.data.load.PROCESSED", tmp_path)
    built["cities"].to_csv(tmp_path / "cities.csv", index=False)
    panel = load_panel("cities")
    assert panel.index.names == ["unit", "year"]
    pd.testing.assert_frame_equal(panel, wide(built, "cities").astype(float))


def test_every_suspicious_figure_in_use_has_a_judgement():
    book = load_codebook("exclusions")
    judged_cells = set(book[["panel", *KEY]].itertuples(index=False, name=None))
    indicators = load_codebook("indicators")
    used = {
        level: set().union(*(names(f) for f in indicators["formula"][indicators["level"] == one]))
        for level, one in LIST_LEVEL.items()
    }
    screened = pd.read_csv(CODEBOOK / "suspicious_cells.csv")
    open_cells = [
        cell
        for cell in screened[["panel", *KEY]].itertuples(index=False, name=None)
        if cell[3] in used[cell[0]] and cell[2] >= SHAPE[cell[0]][1] and cell not in judged_cells
    ]
    assert open_cells == []


def test_every_judgement_has_one_figure_and_one_reason():
    book = load_codebook("exclusions")
    assert not book.duplicated(["panel", *KEY]).any()
    assert set(book["action"]) == {"drop", "flag", "keep"}
    assert (book["reason"].str.len() > 10).all()
    for level in LEVELS:
        figures = set(read_long(level)[KEY].itertuples(index=False, name=None))
        mine = book[book["panel"] == level]
        assert set(mine[KEY].itertuples(index=False, name=None)) <= figures
        assert mine["year"].min() >= SHAPE[level][1]


def test_reasons_that_say_outside_the_declared_years_are_true():
    book, indicators = load_codebook("exclusions"), load_codebook("indicators")
    outside = book[book["reason"].str.contains("outside the declared years")]
    assert len(outside)
    for item in outside.itertuples():
        mine = indicators[indicators["level"] == LIST_LEVEL[item.panel]]
        for one in mine.itertuples():
            if item.variable in names(one.formula):
                assert item.year not in years_of(one.years), (item, one.id)


def test_reasons_cite_notes_that_exist():
    book = load_codebook("exclusions")
    notes = load_codebook("variables").set_index(["panel", "variable"])["notes"]
    for item in book[book["reason"].str.contains(r"variables\.csv")].itertuples():
        assert notes[(item.panel, item.variable)].strip(), item
