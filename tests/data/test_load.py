"""Readers of geography, borders, codebooks and small tables."""

import pytest

from nqpf.data import load, load_adjacency, load_codebook, load_geography, load_panel, load_table
from nqpf.errors import StudyError


@pytest.mark.parametrize(
    ("level", "units", "unit", "code", "name"),
    [
        ("cities", 21, "Guangzhou", "440100", "广州"),
        ("provinces", 31, "Inner Mongolia", "15", "内蒙古"),
        ("provinces", 31, "Guangxi", "45", "广西"),
        ("provinces", 31, "Shanghai", "31", "上海"),
    ],
)
def test_geography(level, units, unit, code, name):
    places = load_geography(level)
    assert len(places) == units
    assert places.loc[unit, "code"] == code
    assert places.loc[unit, "name_zh"] == name
    assert {"region", "lon", "lat", "tile_row", "tile_col"} <= set(places)
    assert not places.duplicated(["tile_row", "tile_col"]).any()
    assert places["lon"].between(73, 135).all()
    assert places["lat"].between(18, 54).all()


@pytest.mark.parametrize(("level", "pairs"), [("cities", 39), ("provinces", 69)])
def test_borders_are_between_known_units_and_each_once(level, pairs):
    borders = load_adjacency(level)
    assert len(borders) == pairs
    assert set(borders["a"]) | set(borders["b"]) <= set(load_geography(level).index)
    assert (borders["a"] != borders["b"]).all()
    assert len({frozenset(pair) for pair in borders.itertuples(index=False)}) == pairs


def test_province_missing_on_the_tile_map_is_named(monkeypatch):
    tiles = load_codebook("province_tiles")
    monkeypatch.setattr(load, "load_codebook", lambda name: tiles[tiles["province"] != "Tibet"])
    with pytest.raises(StudyError, match=r"province_tiles\.csv: .*\(Tibet\)"):
        load_geography("provinces")


@pytest.mark.parametrize(
    ("name", "rows"),
    [("city_figures", 550), ("manufacturing_structure", 90), ("international", 1296)],
)
def test_small_tables(name, rows):
    table = load_table(name)
    assert len(table) == rows
    assert table["value"].dtype == float


def test_unknown_names_are_said_with_what_there_is(monkeypatch, tmp_path):
    with pytest.raises(StudyError, match="a level is provinces or cities, got 'counties'"):
        load_panel("counties")
    with pytest.raises(StudyError, match="there is no table 'x'; there are city_figures"):
        load_table("x")
    with pytest.raises(StudyError, match=r"there is no codebook 'x'; there are .*exclusions"):
        load_codebook("x")
    monkeypatch.setattr(load, "PROCESSED", tmp_path)
    with pytest.raises(StudyError, match=r"processed/cities\.csv is not there; run `make data`"):
        load_panel("cities")


def test_ragged_codebook_is_named_and_empty_cells_are_text(monkeypatch, tmp_path):
    monkeypatch.setattr(load, "CODEBOOK", tmp_path)
    (tmp_path / "book.csv").write_text("id,note\na,\nb,NA\n", encoding="utf-8")
    assert load_codebook("book")["note"].tolist() == ["", "NA"]
    (tmp_path / "book.csv").write_text("id,note\na,one\nb,two, three\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"book\.csv, row 3: expected 2 cells, got 3"):
        load_codebook("book")
