"""Readers of the raw long tables, which keep the row of every figure."""

import csv
from pathlib import Path

import pandas as pd

from nqpf.data.schema import check_long
from nqpf.errors import StudyError
from nqpf.paths import CODEBOOK, RAW

UNIT_COLUMN = {"cities": "city", "provinces": "province"}
FIRST_ROW = 2  # of the figures; row 1 of a file is its header


def read_long(level: str, raw: Path = RAW, codebook: Path = CODEBOOK) -> pd.DataFrame:
    """Read and check the long table of a level.

    Parameters
    ----------
    level : str
        `cities` or `provinces`.
    raw, codebook : Path
        Folders to read from.

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
    path = raw / level / "panel.csv"
    columns = [f"{one}_code", one, "year", "variable", "value", "unit", "source_id"]
    frame = read_table(path, columns)
    frame = frame.rename(columns={f"{one}_code": "code", one: "unit", "unit": "measure"})
    places = pd.read_csv(raw / level / "geography.csv", dtype=str)
    known_places = dict(zip(places[one], places[f"{one}_code"], strict=True))
    variables = pd.read_csv(codebook / "variables.csv", keep_default_na=False)
    variables = variables[variables["panel"] == level]
    known_measures = dict(zip(variables["variable"], variables["unit"], strict=True))
    return check_long(frame, path, known_places, known_measures)


def read_table(path: Path, columns: list[str]) -> pd.DataFrame:
    """Read a csv as text with the row of each record.

    Parameters
    ----------
    path : Path
        The file.
    columns : list of str
        Columns it must have.

    Raises
    ------
    StudyError
        If the file cannot be read, lacks a column, or a row has too many or too few cells.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StudyError(f"{path} cannot be read as a csv in UTF-8: {error}") from None
    if not rows or sorted(rows[0]) != sorted(columns):
        raise StudyError(
            f"{path} must have the columns {', '.join(columns)}, got "
            f"{', '.join(rows[0]) if rows else 'an empty file'}"
        )
    for number, row in enumerate(rows[1:], start=FIRST_ROW):
        if len(row) != len(rows[0]):
            raise StudyError(
                f"{path}, row {number}: expected {len(rows[0])} cells, got {len(row)}"
            )
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    frame.insert(0, "raw_row", range(FIRST_ROW, FIRST_ROW + len(frame)))
    return frame
