"""Which rows a specification uses, so that those with the same rows are fitted together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.multiverse.declare import ESTIMATORS

DEFINING = ("outcome", "factor", "controls", "first", "last", "without", "estimator")
EFFECTS = {
    "within": ("unit", "year"),
    "unit trends": ("unit", "year"),
    "first differences": ("year",),
}


@dataclass(frozen=True)
class Columns:
    """A panel as arrays.

    Attributes
    ----------
    units, years : ndarray, shape (N,)
    names : tuple of str
    levels, changes : ndarray, shape (N, C)
        Values, and their differences to the year before (NaN without it).
    """

    units: np.ndarray
    years: np.ndarray
    names: tuple[str, ...]
    levels: np.ndarray
    changes: np.ndarray

    def values(self, estimator: str, names: list[str]) -> np.ndarray:
        """Columns as an estimator sees them, shape (N, len(names))."""
        table = self.changes if estimator == "first differences" else self.levels
        return table[:, [self.names.index(name) for name in names]]


def panel_columns(panel: pd.DataFrame) -> Columns:
    """Arrays of a panel indexed by unit and year, sorted.

    Raises
    ------
    StudyError
        If the index is not unit and year with one row each.
    """
    if list(panel.index.names) != ["unit", "year"] or not panel.index.is_unique:
        raise StudyError(
            f"expected a panel with unique rows indexed by unit and year, got "
            f"{list(panel.index.names)}"
        )
    panel = panel.sort_index().astype(float)
    before = panel.rename(index=lambda year: year + 1, level="year").reindex(panel.index)
    return Columns(
        panel.index.get_level_values("unit").to_numpy(str),
        panel.index.get_level_values("year").to_numpy(int),
        tuple(panel.columns),
        panel.to_numpy(),
        (panel - before).to_numpy(),
    )


def check_specifications(specifications: pd.DataFrame, columns: Columns) -> None:
    """Refuse specifications that the panel cannot serve.

    Raises
    ------
    StudyError
        If a defining column is absent, a variable or unit unknown, or an estimator not offered.
    """
    absent = [name for name in DEFINING if name not in specifications]
    if absent:
        raise StudyError(f"specifications need the columns {', '.join(absent)}")
    wanted = {name for one in ("outcome", "factor") for name in specifications[one].unique()}
    wanted |= {name for text in specifications["controls"].unique() for name in split(text)}
    unknown = sorted(wanted - set(columns.names))
    if unknown:
        raise StudyError(f"the panel has no column {', '.join(unknown)}")
    strangers = {name for text in specifications["without"].unique() for name in split(text)}
    strangers -= set(columns.units)
    if strangers:
        raise StudyError(f"cannot leave out {', '.join(sorted(strangers))}: no such unit")
    other = sorted(set(specifications["estimator"].unique()) - set(ESTIMATORS))
    if other:
        raise StudyError(f"expected estimators {', '.join(ESTIMATORS)}, got {', '.join(other)}")


def split(text: str) -> list[str]:
    """Names written as `one+other`."""
    return [part for part in text.split("+") if part]


def tuples(table: pd.DataFrame, columns: Sequence[str]) -> list[tuple]:
    """Rows of some columns as plain tuples; pandas' own way takes text apart one by one."""
    return list(zip(*(table[name].to_numpy(object).tolist() for name in columns), strict=True))


def used_rows(columns: Columns, specification: tuple) -> np.ndarray:
    """Rows of one specification, shape (N,) of bool, singletons of the effects left out.

    Parameters
    ----------
    columns : Columns
    specification : tuple
        Values of `DEFINING`.
    """
    outcome, factor, controls, first, last, without, estimator = specification
    names = [outcome, factor, *split(controls)]
    kept = np.isfinite(columns.values(estimator, names)).all(axis=1)
    begins = first + 1 if estimator == "first differences" else first
    kept &= (columns.years >= begins) & (columns.years <= last)
    kept &= ~np.isin(columns.units, split(without))
    labels = {"unit": columns.units, "year": columns.years}
    while True:
        single = np.zeros_like(kept)
        for effect in EFFECTS[estimator]:
            _, code = np.unique(labels[effect], return_inverse=True)
            single |= kept & (np.bincount(code[kept], minlength=code.max() + 1)[code] == 1)
        if not single.any():
            return kept
        kept &= ~single


def rows_of_all(columns: Columns, specifications: pd.DataFrame) -> list[bytes]:
    """Rows used by each specification, as packed bits; those that are equal are equal.

    Factors that are held in the same cells share the search for rows.
    """
    twin: dict[bytes, str] = {}
    stand_in = {
        factor: twin.setdefault(
            np.isfinite(columns.levels[:, columns.names.index(factor)]).tobytes(), factor
        )
        for factor in specifications["factor"].unique()
    }
    known: dict[tuple, bytes] = {}
    found = []
    for outcome, factor, *rest in tuples(specifications, DEFINING):
        key = (outcome, stand_in[factor], *rest)
        if key not in known:
            known[key] = np.packbits(used_rows(columns, key)).tobytes()
        found.append(known[key])
    return found


def distinct(
    panel: pd.DataFrame, specifications: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Specifications without those that are the same regression by another name.

    Two are the same when outcome, factor, controls, estimator and rows are the same: the sample
    "until 2019" of an outcome that ends in 2019 is the whole sample, and counts once.

    Returns
    -------
    kept, repeated : DataFrame
        The first of each (a primary one before others), and the rest; rows in their order.
    """
    columns = panel_columns(panel)
    check_specifications(specifications, columns)
    rows = rows_of_all(columns, specifications)
    fitted = tuples(specifications, ("outcome", "factor", "controls", "estimator"))
    same = pd.Series(
        [(*key, row) for key, row in zip(fitted, rows, strict=True)], index=specifications.index
    )
    order = (~specifications["primary"].astype(bool)).sort_values(kind="stable").index
    again = same.loc[order].duplicated().reindex(specifications.index)
    return specifications[~again].reset_index(drop=True), specifications[again]
