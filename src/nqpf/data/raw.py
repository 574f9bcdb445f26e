"""Readers of the raw long tables, which keep the row of every figure."""

from pathlib import Path

import pandas as pd

from nqpf.data.rows import FIRST_ROW, read_rows
from nqpf.data.schema import check_long
from nqpf.data.wording import MOST_NAMED, shown
from nqpf.errors import StudyError
from nqpf.paths import CODEBOOK, RAW

UNIT_COLUMN = {"cities": "city", "provinces": "province"}


def read_long(
    level: str,
    raw: Path = RAW,
    codebook: Path = CODEBOOK,
    *,
    path: Path | None = None,
    most: int | None = MOST_NAMED,
) -> pd.DataFrame:
    """Read and check the long table of a level.

    Parameters
    ----------
    level : str
        `cities` or `provinces`.
    raw, codebook : Path
        Folders to read from.
    path : Path, optional
        Another long table than the level's own, checked by the same rules.
    most : int, optional
        Faults spelled out before the rest is counted; None for all.

    Returns
    -------
    DataFrame
        Columns raw_row (1 is the header), code, unit (name), year, variable, value, measure
        (unit of measure), source_id.

    Raises
    ------
    StudyError
        If the table breaks a rule of `nqpf.data.schema`; file, row and column are named.
    """
    one = UNIT_COLUMN[level]
    path = path or raw / level / "panel.csv"
    own_names = {f"{one}_code": "code", one: "unit", "unit": "measure"}
    frame = read_table(path, long_columns(level)).rename(columns=own_names)
    places = read_table(raw / level / "geography.csv", [one, f"{one}_code"], others=True)
    known_places = dict(zip(places[one], places[f"{one}_code"], strict=True))
    variables = read_table(codebook / "variables.csv", ["panel", "variable", "unit"], others=True)
    variables = variables[variables["panel"] == level]
    known_measures = dict(zip(variables["variable"], variables["unit"], strict=True))
    file_names = {ours: theirs for theirs, ours in own_names.items()}
    return check_long(frame, path, known_places, known_measures, file_names, most=most)


def long_columns(level: str) -> list[str]:
    """Columns of the long table of a level, in order.

    Parameters
    ----------
    level : str
        `cities` or `provinces`.
    """
    one = UNIT_COLUMN[level]
    return [f"{one}_code", one, "year", "variable", "value", "unit", "source_id"]


def read_table(path: Path, columns: list[str], *, others: bool = False) -> pd.DataFrame:
    """Read a csv as text with the row of each record.

    Parameters
    ----------
    path : Path
        The file.
    columns : list of str
        Columns it must have.
    others : bool
        Whether it may have more.

    Raises
    ------
    StudyError
        If the file cannot be read, lacks a column, has one too many, has no records, or a row
        has too many or too few cells.
    """
    header, *records = read_rows(path)
    extra = sorted(set(header) - set(columns)) if not others else []
    if set(columns) - set(header) or extra or len(set(header)) < len(header):
        raise StudyError(
            f"{shown(path)}, row 1: expected the columns {', '.join(columns)}"
            f"{' and maybe others' if others else ''}, each once, got {', '.join(header)}"
        )
    if not records:
        raise StudyError(f"{shown(path)}: expected rows below the header, got none")
    frame = pd.DataFrame(records, columns=header)
    frame.insert(0, "raw_row", range(FIRST_ROW, FIRST_ROW + len(frame)))
    return frame
