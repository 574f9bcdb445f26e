"""Rules that every raw long table keeps, as pandera schemas, and their breach in words."""

from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from nqpf.data.wording import MOST_NAMED, several, shown
from nqpf.errors import StudyError

FIRST_YEAR, LAST_YEAR = 1990, 2026
MAY_BE_NEGATIVE = {"hitech_profit", "ind_profit"}
SHARES = {"% of GDP", "%"}
KEY = ["unit", "year", "variable"]


def check_long(
    frame: pd.DataFrame,
    path: Path,
    places: dict[str, str],
    measures: dict[str, str],
    file_names: dict[str, str],
    *,
    most: int | None = MOST_NAMED,
) -> pd.DataFrame:
    """Check a long table read as text, and give its columns their types.

    Parameters
    ----------
    frame : DataFrame
        Columns raw_row, code, unit, year, variable, value, measure, source_id, all text but the
        first.
    path : Path
        File it came from, for messages.
    places : dict of str to str
        Code by name of every unit.
    measures : dict of str to str
        Unit of measure by variable.
    file_names : dict of str to str
        What the file calls a column, where it is not our name; for messages.
    most : int, optional
        Faults spelled out before the rest is counted; None for all.

    Returns
    -------
    DataFrame
        The same rows, year as int and value as float.

    Raises
    ------
    StudyError
        Naming file, row and column of the first breaches and counting the rest.
    """
    typed = frame.assign(year=_numbers(frame["year"]), value=_numbers(frame["value"]))
    schema = long_schema(places, measures)
    try:
        schema.validate(typed, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases[["index", "check"]].drop_duplicates()
        names = {"unit": list(places), "variable": list(measures)}
        breaches = sorted(
            {(int(index), *str(check).split("|", 1)) for index, check in cases.values}
        )
        lines = [
            f"{shown(path)}, row {frame['raw_row'][index]}, column "
            + (
                ", ".join(file_names.get(name, name) for name in KEY)
                if column == "key"
                else file_names.get(column, column)
            )
            + f": expected {expected}, got {_came(frame, typed, index, column, names)}"
            for index, column, expected in breaches[:most]
        ]
        faults = several(lines, shown(path), more=len(breaches) - len(lines), most=most)
        raise StudyError(faults) from None
    return typed.astype({"year": int, "value": float})


def long_schema(places: dict[str, str], measures: dict[str, str]) -> pa.DataFrameSchema:
    """Schema of a long table whose numbers have been parsed.

    Parameters
    ----------
    places : dict of str to str
        Code by name of every unit.
    measures : dict of str to str
        Unit of measure by variable.

    Returns
    -------
    DataFrameSchema
        The name of a check is the column that it blames and what was expected there.
    """

    def own_code(frame: pd.DataFrame) -> pd.Series:
        known = frame["unit"].map(places)
        return known.isna() | (known == frame["code"])

    def own_measure(frame: pd.DataFrame) -> pd.Series:
        known = frame["variable"].map(measures)
        return known.isna() | (known == frame["measure"])

    def not_negative(frame: pd.DataFrame) -> pd.Series:
        return ~frame["value"].lt(0) | frame["variable"].isin(MAY_BE_NEGATIVE)

    def not_above_all(frame: pd.DataFrame) -> pd.Series:
        share = frame["measure"].isin(SHARES) & frame["variable"].str.contains("share|rate")
        return ~share | ~frame["value"].gt(100)

    def whole_year(year: pd.Series) -> pd.Series:
        return year.between(FIRST_YEAR, LAST_YEAR) & (year % 1 == 0)

    a_year = f"year|a year from {FIRST_YEAR} to {LAST_YEAR}"
    return pa.DataFrameSchema(
        {
            "unit": pa.Column(
                str, pa.Check.isin(list(places), error="unit|a name of geography.csv")
            ),
            "variable": pa.Column(
                str, pa.Check.isin(list(measures), error="variable|a variable of variables.csv")
            ),
            "year": pa.Column(
                float, pa.Check(whole_year, error=a_year, ignore_na=False), nullable=True
            ),
            "value": pa.Column(
                float,
                pa.Check(pd.Series.notna, error="value|a number", ignore_na=False),
                nullable=True,
            ),
            "source_id": pa.Column(
                str, pa.Check.str_length(min_value=1, error="source_id|a source")
            ),
        },
        checks=[
            pa.Check(own_code, error="code|the code of its unit in geography.csv"),
            pa.Check(own_measure, error="measure|the unit of measure in variables.csv"),
            pa.Check(not_negative, error="value|a number that is not negative"),
            pa.Check(not_above_all, error="value|a share of at most 100"),
            pa.Check(_first_of_its_key, error="key|each unit, year and variable once"),
        ],
    )


def _first_of_its_key(frame: pd.DataFrame) -> pd.Series:
    return ~frame.duplicated(KEY)


def _numbers(text: pd.Series) -> pd.Series:
    """Finite numbers; everything else as NaN, which the schema then names."""
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    return numbers.where(np.isfinite(numbers))


def _came(
    frame: pd.DataFrame, typed: pd.DataFrame, index: int, column: str, names: dict[str, list[str]]
) -> str:
    """What came in a cell, or where its key came before, and what was perhaps meant."""
    if column == "key":
        same = (typed[KEY] == typed.loc[index, KEY]).all(axis="columns")
        key = " ".join(frame.loc[index, KEY])
        return f"'{key}' again, first in row {frame.loc[same.idxmax(), 'raw_row']}"
    text = frame.loc[index, column]
    near = get_close_matches(text, names.get(column, []), n=1)
    return f"'{text}'" + (f"; did you mean '{near[0]}'?" if near else "")
