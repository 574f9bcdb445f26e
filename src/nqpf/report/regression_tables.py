"""Estimates side by side: a column per specification, a block per term, no stars."""

from collections.abc import Mapping, Sequence

import pandas as pd

from nqpf.errors import StudyError
from nqpf.report.numbers import interval, number, p_phrase
from nqpf.report.tables import NO_VALUE, Table

NEEDED = ("specification", "term", "estimate", "se", "low", "high", "p")


def lay_out_regressions(
    estimates: pd.DataFrame,
    fits: pd.DataFrame | None = None,
    terms: Mapping[str, str] | Sequence[str] | None = None,
    digits: int = 3,
    head: str = "",
) -> Table:
    """Arrange tidy estimates as a regression table.

    Parameters
    ----------
    estimates : DataFrame
        Columns specification, term, estimate, se, low, high, p; one row per specification and
        term. Specifications keep the order in which they first appear.
    fits : DataFrame, optional
        Indexed by specification: what stands below the rule (observations, clusters, fixed
        effects …), one column per line, in order. Floats are shown to `digits` decimals.
    terms : mapping or sequence, optional
        Terms shown, in order; a mapping also gives their labels.
    digits : int
        Decimals of estimates, standard errors and intervals.
    head : str
        Heading of the column of terms.

    Returns
    -------
    Table
        Each cell holds estimate, (standard error), [interval] and exact p on four lines.

    Raises
    ------
    StudyError
        If a column is missing, a term is unknown, or a specification holds a term twice.
    """
    if lost := [name for name in NEEDED if name not in estimates.columns]:
        raise StudyError(f"estimates need the columns {', '.join(NEEDED)}; {lost[0]} is missing")
    if estimates.duplicated(["specification", "term"]).any():
        twice = estimates.loc[estimates.duplicated(["specification", "term"])].iloc[0]
        raise StudyError(
            f"'{twice['term']}' stands twice in specification '{twice['specification']}'"
        )
    labels = dict(terms) if isinstance(terms, Mapping) else None
    shown = list(terms if terms is not None else estimates["term"].unique())
    if unknown := set(shown) - set(estimates["term"]):
        raise StudyError(f"no estimate has the term {sorted(unknown)[0]!r}")
    columns = list(estimates["specification"].unique())
    at = estimates.set_index(["term", "specification"])
    rows = [
        [labels[term] if labels else term]
        + [_cell(at.loc[(term, one)], digits) if (term, one) in at.index else "" for one in columns]
        for term in shown
    ]
    rows += _below(fits, columns, digits) if fits is not None else []
    return Table([head, *columns], rows, ["left"] + ["center"] * len(columns))


def _cell(row: pd.Series, digits: int) -> str:
    if pd.isna(row["estimate"]):
        return NO_VALUE
    lines = [number(row["estimate"], digits)]
    lines += [f"({number(row['se'], digits)})"] if pd.notna(row["se"]) else []
    if pd.notna(row["low"]) and pd.notna(row["high"]):
        lines.append(interval(row["low"], row["high"], digits))
    lines += [p_phrase(row["p"])] if pd.notna(row["p"]) else []
    return "\n".join(lines)


def _below(fits: pd.DataFrame, columns: list[str], digits: int) -> list[list[str]]:
    if lost := set(columns) - set(fits.index):
        raise StudyError(f"fits has no row for specification {sorted(lost)[0]!r}")
    return [[str(name), *(_plain(fits.loc[one, name], digits) for one in columns)] for name in fits]


def _plain(value: object, digits: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if pd.isna(value):
        return NO_VALUE
    return number(int(value)) if float(value).is_integer() else number(float(value), digits)
