"""Rules that every raw long table keeps, as pandera schemas, and their breach in words."""

from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from nqpf.errors import StudyError

FIRST_YEAR, LAST_YEAR = 1990, 2026
MOST_NAMED = 5  # breaches spelled out; the rest are counted
MAY_BE_NEGATIVE = {"hitech_profit", "ind_profit"}
SHARES = {"% of GDP", "%"}


def check_long(
    frame: pd.DataFrame, path: Path, places: dict[str, str], measures: dict[str, str]
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

    Returns
    -------
    DataFrame
        The same rows, year as int and value as float.

    Raises
    ------
    StudyError
        Naming file, row and column of the first breaches and counting the rest.
    """
    typed = frame.assign(
        year=pd.to_numeric(frame["year"], errors="coerce"),
        value=pd.to_numeric(frame["value"], errors="coerce"),
    )
    schema = long_schema(places, measures)
    try:
        schema.validate(typed, lazy=True)
    except pa.errors.SchemaErrors as error:
        raise StudyError(_sentence(path, frame, error.failure_cases)) from None
    return typed.astype({"year": int, "value": float})


def long_schema(places: dict[str, str], measures: dict[str, str]) -> pa.DataFrameSchema:
    """Schema of a long table whose numbers have been parsed.

    Parameters
    ----------
    places : dict of str to str
        Code by name of every unit.
    measures : dict of str to str
        Unit of measure by variable.
    """

    def own_code(frame: pd.DataFrame) -> pd.Series:
        return frame["unit"].map(places).isna() | (frame["unit"].map(places) == frame["code"])

    def own_measure(frame: pd.DataFrame) -> pd.Series:
        known = frame["variable"].map(measures)
        return known.isna() | (known == frame["measure"])

    def possible(frame: pd.DataFrame) -> pd.Series:
        low = frame["value"].ge(0) | frame["variable"].isin(MAY_BE_NEGATIVE)
        share = frame["measure"].isin(SHARES) & frame["variable"].str.contains("share|rate")
        return frame["value"].isna() | (low & (~share | frame["value"].le(100)))

    return pa.DataFrameSchema(
        {
            "unit": pa.Column(str, pa.Check.isin(list(places), error="a known name")),
            "variable": pa.Column(
                str, pa.Check.isin(list(measures), error="a variable of variables.csv")
            ),
            "year": pa.Column(
                float,
                pa.Check.in_range(FIRST_YEAR, LAST_YEAR, error="a year from 1990 to 2026"),
                coerce=True,
            ),
            "value": pa.Column(float, nullable=False),
            "source_id": pa.Column(str, pa.Check.str_length(min_value=1, error="a source")),
        },
        checks=[
            pa.Check(own_code, error="code|the code of its unit in geography.csv"),
            pa.Check(own_measure, error="measure|the unit of measure in variables.csv"),
            pa.Check(possible, error="value|a possible value (no negative, no share above 100)"),
        ],
        unique=["unit", "year", "variable"],
    )


def _sentence(path: Path, frame: pd.DataFrame, cases: pd.DataFrame) -> str:
    """Breaches in words, one line each."""
    found: dict[tuple[int, str], str] = {}
    for case in cases.to_dict("records"):
        if pd.isna(case["index"]):
            continue
        row = frame.loc[int(case["index"])]
        column, expected = _expected(case)
        if column == "unit, year, variable":
            shown = " ".join(row[["unit", "year", "variable"]])
        else:
            shown = row[column]
        raw_column = {"measure": "unit", "code": "code"}.get(column, column)
        found[(int(row["raw_row"]), raw_column)] = f"expected {expected}, got '{shown}'"
    lines = [
        f"{path}, row {row}, column {column}: {text}"
        for (row, column), text in sorted(found.items())
    ]
    if len(lines) > MOST_NAMED:
        lines = [*lines[:MOST_NAMED], f"{path}: and {len(lines) - MOST_NAMED} more like these"]
    return "\n".join(lines)


def _expected(case: dict) -> tuple[str, str]:
    """Column of a breach and what was expected there."""
    check = str(case["check"])
    if "unique" in check:
        return "unit, year, variable", "each unit, year and variable once"
    if "|" in check:
        column, expected = check.split("|", 1)
        return column, expected
    column = str(case["column"])
    if column in ("value", "year") and not check.startswith("a "):
        return column, "a number"
    return column, check
