"""Indicators computed from their declared formulas, each only in its declared years."""

import re
from difflib import get_close_matches

import pandas as pd

from nqpf.data.wording import several
from nqpf.errors import StudyError
from nqpf.expressions import evaluate, names

LEVELS = {"provinces": "province", "cities": "city"}
ALLOWED = {
    "level": {"province", "city"},
    "role": {"labourers", "means", "objects", "outcome", "control"},
    "direction": {"+", "-", "none"},
    "log": {"yes", "no"},
}

NEEDED = ["id", *ALLOWED, "formula", "unit", "years"]
FILE = "data/codebook/indicators.csv"
YEARS = re.compile(r"(\d{4}(?:-\d{4})?(?:;\d{4}(?:-\d{4})?)*)(?: ex (\d{4}(?:;\d{4})*))?")
SPAN = re.compile(r"(\d{4})(?:-(\d{4}))?")


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
    lacking = [name for name in NEEDED if name not in codebook]
    if lacking:
        raise StudyError(
            f"{FILE}, row 1: expected the columns {', '.join(NEEDED)}, got no {', '.join(lacking)}"
        )
    faults, seen = [], {}
    for row, item in enumerate(codebook.to_dict("records"), start=2):  # row 1 is the header
        where = f"{FILE}, row {row} ({item['id']}), column"
        for check in (_wrong_words, _wrong_years, _wrong_formula):
            faults += [f"{where} {fault}" for fault in check(item, variables)]
        key = (item["level"], item["id"])
        if key in seen:
            faults.append(
                f"{where} id: expected each id once for a level, got '{item['id']}' again, first "
                f"in row {seen[key]}"
            )
        seen.setdefault(key, row)
    if faults:
        raise StudyError(several(faults, FILE))


def _wrong_words(item: dict, variables: dict[str, set[str]]) -> list[str]:
    """Cells that are empty or not one of the allowed words."""
    faults = [
        f"{column}: expected one of {', '.join(sorted(allowed))}, got '{item[column]}'"
        for column, allowed in ALLOWED.items()
        if item[column] not in allowed
    ]
    empty = [column for column in ("id", "unit") if not str(item[column]).strip()]
    return faults + [f"{column}: expected some text, got nothing" for column in empty]


def _wrong_years(item: dict, variables: dict[str, set[str]]) -> list[str]:
    try:
        years_of(item["years"])
    except StudyError as error:
        return [f"years: {error}"]
    return []


def _wrong_formula(item: dict, variables: dict[str, set[str]]) -> list[str]:
    """Formulas that cannot be read, name no or an unknown variable, or are not arithmetic."""
    text = str(item["formula"])
    known = variables.get(item["level"])
    if known is None:  # the level itself is wrong, and named
        return []
    try:
        used = names(text)
        unknown = sorted(used - known)
        if unknown:
            near = get_close_matches(unknown[0], known, n=1)
            return [
                f"formula: expected variables of the {item['level']} panel, got "
                f"{', '.join(unknown)}" + (f"; did you mean '{near[0]}'?" if near else "")
            ]
        if used:
            evaluate(text, dict.fromkeys(used, pd.Series([1.0, 2.0]))).abs().gt(0)
            return []
    except StudyError as error:
        return [f"formula: {error}"]
    except (TypeError, ValueError, AttributeError):  # min, max and `and` of whole columns
        return [f"formula: expected arithmetic that works year by year, got '{text}'"]
    return [f"formula: expected at least one variable, got '{text}'"]


def years_of(text: str) -> set[int]:
    """Years that a declaration names.

    Parameters
    ----------
    text : str
        Such as `2011-2022 ex 2017` or `2006-2018;2021;2023`.

    Raises
    ------
    StudyError
        If the text names no years.
    """
    match = YEARS.fullmatch(str(text))
    years: set[int] = set()
    for first, last in SPAN.findall(match[1]) if match else []:
        span = range(int(first), int(last or first) + 1)
        if not span:
            match = None
            break
        years |= set(span)
    left_out = {int(year) for year in (match[2] or "").split(";") if year} if match else set()
    if match is None or not left_out <= years:
        raise StudyError(f"expected years such as '2011-2022 ex 2017', got '{text}'")
    return years - left_out


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
