"""Rows of a panel by unit and year: sorted, some years before, in a grid."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nqpf.errors import StudyError

INDEX = ["unit", "year"]


def check_index(panel: pd.DataFrame) -> None:
    """Refuse a panel without unique rows by unit and year."""
    if list(panel.index.names) != INDEX or not panel.index.is_unique:
        raise StudyError(
            f"expected a panel with unique rows and index levels unit, year; got "
            f"{list(panel.index.names)}: set the index, one row per unit and year"
        )


def sorted_rows(index: pd.MultiIndex, kept: np.ndarray) -> tuple[pd.MultiIndex, np.ndarray]:
    """Unit and year of the rows kept, sorted, and their positions.

    Parameters
    ----------
    index : MultiIndex
        Levels unit and year.
    kept : ndarray of bool, shape (N,)
    """
    positions = np.flatnonzero(kept)
    rows = index if kept.all() else index.take(positions)
    if not rows.is_monotonic_increasing:
        ordered = pd.Series(positions, rows).sort_index()
        return ordered.index, ordered.to_numpy()
    return rows, positions


def rows_at(index: pd.MultiIndex, units: Sequence[str], years: Sequence[int]) -> np.ndarray:
    """Where each of some units stands in each of some years, -1 where it does not.

    Parameters
    ----------
    index : MultiIndex
        Levels unit and year, in any order of rows.
    units, years : sequence

    Returns
    -------
    ndarray of int, shape (years, units)
    """
    known_units, known_years = index.levels
    place = np.full((len(known_years) + 1, len(known_units) + 1), -1)  # the last stay empty
    place[index.codes[1], index.codes[0]] = np.arange(len(index))
    return place[np.ix_(known_years.get_indexer(years), known_units.get_indexer(units))]


def rows_before(index: pd.MultiIndex, years: int) -> np.ndarray:
    """Where each row's unit stands exactly `years` years before, -1 where it does not.

    Parameters
    ----------
    index : MultiIndex
        Levels unit and year, in any order of rows.
    years : int
        Negative ones look ahead.

    Returns
    -------
    ndarray of int, shape (N,)
    """
    labels = np.asarray(index.levels[1])
    known = np.unique(labels)
    unit, year = index.codes[0], np.searchsorted(known, labels)[index.codes[1]]
    place = np.full((len(index.levels[0]), len(known) + 1), -1)  # the last column stays empty
    place[unit, year] = np.arange(len(index))
    wanted = known - years
    there = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    there = np.where(known[there] == wanted, there, len(known))
    return place[unit, there[year]]


def taken(values: np.ndarray, rows: np.ndarray, otherwise: float = np.nan) -> np.ndarray:
    """Rows of values (N, ...) as `rows_before` names them, another value where there is none."""
    found = values[rows]
    found[rows < 0] = otherwise
    return found
