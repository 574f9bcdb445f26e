"""Indicators computed from their declared formulas, each only in its declared years."""

import re

import pandas as pd

from nqpf.errors import StudyError
from nqpf.expressions import evaluate, names

LEVELS = {"provinces": "province", "cities": "city"}
ALLOWED = {
    "level": {"province", "city"},
    "role": {"laborers", "means", "objects", "outcome", "control"},
    "direction": {"+", "-", "none"},
    "log": {"yes", "no"},
}


def check_codebook(codebook: pd.DataFrame, variables: dict[str, set[str]]) -> None:
    """Check the declarations of all indicators.

    Parameters
    ----------
    codebook : DataFrame
        data/codebook/indicators.csv.
    variables : dict of str to set of str
        Raw variables by level (`province`, `city`).

    Raises
    ------
    StudyError
        Naming row, column, what is wrong and what is allowed.
    """
    for row, item in enumerate(codebook.to_dict("records"), start=2):
        where = f"data/codebook/indicators.csv, row {row} ({item['id']})"
        for column, allowed in ALLOWED.items():
            if item[column] not in allowed:
                raise StudyError(
                    f"{where}, column {column}: expected one of {', '.join(sorted(allowed))}, "
                    f"got '{item[column]}'"
                )
        if not item["unit"]:
            raise StudyError(f"{where}, column unit: every indicator needs a unit, got nothing")
        years_of(item["years"], where)
        try:
            unknown = sorted(names(item["formula"]) - variables[item["level"]])
        except StudyError as error:
            raise StudyError(f"{where}, column formula: {error}") from None
        if unknown:
            raise StudyError(
                f"{where}, column formula: {', '.join(unknown)} is not a variable of the "
                f"{item['level']} panel in variables.csv"
            )
    repeated = codebook[codebook.duplicated(["level", "id"])]
    if len(repeated):
        raise StudyError(
            f"data/codebook/indicators.csv declares {repeated['id'].iloc[0]} twice for one level"
        )


def years_of(text: str, where: str = "years") -> set[int]:
    """Years of a declaration such as `2011-2022 ex 2017` or `2006-2018;2021;2023`."""
    match = re.fullmatch(r"([\d;\-]+)(?: ex ([\d;]+))?", str(text))
    try:
        spans = [part.split("-") for part in match[1].split(";")]
        years = {y for span in spans for y in range(int(span[0]), int(span[-1]) + 1)}
        return years - {int(year) for year in (match[2] or "").split(";") if year}
    except (TypeError, ValueError):
        raise StudyError(
            f"{where}, column years: expected years such as '2011-2022 ex 2017', got '{text}'"
        ) from None


def compute(panel: pd.DataFrame, codebook: pd.DataFrame, level: str) -> pd.DataFrame:
    """Values of all indicators of a level.

    Parameters
    ----------
    panel : DataFrame
        Wide raw panel, indexed by unit and year.
    codebook : DataFrame
        Checked declarations.
    level : str
        `provinces` or `cities`.

    Returns
    -------
    DataFrame
        One column per indicator; missing where an ingredient is missing, outside the declared
        years, and where the formula gives no finite number.
    """
    mine = codebook[codebook["level"] == LEVELS[level]]
    years = panel.index.get_level_values("year")
    scope = {name: panel[name] for name in panel}
    columns = {}
    for item in mine.to_dict("records"):
        values = evaluate(item["formula"], scope)
        values = values.where(years.isin(years_of(item["years"])))
        columns[item["id"]] = values.where(values.abs() < float("inf"))
    return pd.DataFrame(columns, index=panel.index)
