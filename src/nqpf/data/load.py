"""Readers of what the data step built, of the codebooks and of small raw tables."""

from pathlib import Path

import pandas as pd

from nqpf.data.rows import read_rows
from nqpf.data.worldbank import with_newest
from nqpf.errors import StudyError
from nqpf.paths import CODEBOOK, PROCESSED, RAW

UNIT_COLUMN = {"provinces": "province", "cities": "city"}
TABLES = {
    "city_figures": RAW / "cities" / "figures.csv",
    "manufacturing_structure": RAW / "cities" / "manufacturing_structure_2018.csv",
    "international": RAW / "international.csv",
}
SHORT_CHINESE = r"(壮族|回族|维吾尔)?(自治区|省|市)$"


def load_panel(level: str) -> pd.DataFrame:
    """Wide panel of raw variables, cleaned.

    Parameters
    ----------
    level : str
        `provinces` (31, from 2010) or `cities` (21 of Guangdong, or a reader's own; from 2005).

    Returns
    -------
    DataFrame
        Indexed by unit and year, one column per variable, missing as NaN.

    Raises
    ------
    StudyError
        If the level is unknown or the data step has not run.
    """
    return _panel(f"{_known(level)}.csv")


def load_indicators(level: str) -> pd.DataFrame:
    """Wide panel of the declared indicators; see `load_panel`."""
    return _panel(f"indicators_{_known(level)}.csv")


def load_trace(level: str) -> pd.DataFrame:
    """Every raw figure with its source, row in the raw file and judgement.

    Parameters
    ----------
    level : str
        `provinces` or `cities`.

    Returns
    -------
    DataFrame
        Columns unit, year, variable, value, measure, source_id, raw_row, status, reason.
    """
    return _processed(f"trace_{_known(level)}.csv")


def load_coverage(level: str) -> pd.DataFrame:
    """How complete each variable and indicator of a level is.

    Returns
    -------
    DataFrame
        Columns level, kind, name, units, first, last, cells, full_years.
    """
    coverage = _processed("coverage.csv")
    return coverage[coverage["level"] == _known(level)].reset_index(drop=True)


def load_codebook(name: str) -> pd.DataFrame:
    """One table of data/codebook, empty cells as empty text.

    Parameters
    ----------
    name : str
        File name without its ending.

    Raises
    ------
    StudyError
        If there is no such table, or a row of it has too many or too few cells.
    """
    path = CODEBOOK / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in CODEBOOK.glob("*.csv")))
        raise StudyError(f"there is no codebook '{name}'; there are {known}")
    read_rows(path)  # pandas would shift or pad a ragged row without a word
    return pd.read_csv(path, keep_default_na=False)


def load_geography(level: str) -> pd.DataFrame:
    """Codes, names, regions, centroids and places on the tile map.

    Parameters
    ----------
    level : str
        `provinces` or `cities`.

    Returns
    -------
    DataFrame
        Indexed by unit: code, name_zh, region, lon, lat (degrees), tile_row, tile_col.
    """
    one = UNIT_COLUMN[_known(level)]
    frame = pd.read_csv(RAW / level / "geography.csv", dtype={f"{one}_code": str})
    frame = frame.rename(columns={one: "unit", f"{one}_code": "code", f"{one}_zh": "name_zh"})
    frame["name_zh"] = frame["name_zh"].str.replace(SHORT_CHINESE, "", regex=True)
    if level == "provinces":
        tiles = load_codebook("province_tiles").rename(columns={"province": "unit"})
        if sorted(tiles["unit"]) != sorted(frame["unit"]):
            different = sorted(set(tiles["unit"]) ^ set(frame["unit"])) or ["one of them"]
            raise StudyError(
                "data/codebook/province_tiles.csv: expected every province of geography.csv once, "
                f"got another list ({', '.join(different)})"
            )
        frame = frame.merge(tiles, on="unit", validate="one_to_one")
    return frame.set_index("unit")


def load_adjacency(level: str) -> pd.DataFrame:
    """Pairs of units that share a land border (Hainan and Guangdong by convention).

    Returns
    -------
    DataFrame
        Columns a, b: each pair once.
    """
    one = UNIT_COLUMN[_known(level)]
    frame = pd.read_csv(RAW / level / "adjacency.csv")
    return frame.rename(columns={f"{one}_a": "a", f"{one}_b": "b"})[["a", "b"]]


def load_table(name: str) -> pd.DataFrame:
    """One of the small raw tables that are not panels.

    Parameters
    ----------
    name : str
        `city_figures`, `manufacturing_structure` or `international`; the World Bank's series
        of the last come from the newest vintage held (`make update-data`).
    """
    if name not in TABLES:
        raise StudyError(f"there is no table '{name}'; there are {', '.join(TABLES)}")
    table = pd.read_csv(TABLES[name], keep_default_na=False, na_values={"value": [""]})
    return with_newest(table) if name == "international" else table


def _known(level: str) -> str:
    if level not in UNIT_COLUMN:
        raise StudyError(f"a level is {' or '.join(UNIT_COLUMN)}, got '{level}'")
    return level


def _panel(name: str) -> pd.DataFrame:
    return _processed(name).set_index(["unit", "year"]).astype(float).sort_index()


def _processed(name: str) -> pd.DataFrame:
    path: Path = PROCESSED / name
    if not path.is_file():
        raise StudyError(f"data/processed/{name} is not there; run `make data`")
    return pd.read_csv(path)
