"""Who changes place: ranks between two years, and moves between classes.

With n units and k classes each class holds n/k of them: 21 cities in four classes give five. The
results name such thin cells in `cautions`; use bands or fewer classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regional.bootstrap import draw_units, percentile_band
from nqpf.regional.samples import check_panel, cross_section, sections

FEW_UNITS = 30
THIN = 5


def rank_changes(panel: pd.DataFrame, value: str, *, start: int, end: int) -> pd.DataFrame:
    """Ranks of all units in two years, 1 the largest value; ties share the mean of their ranks.

    Returns
    -------
    DataFrame: unit, start_rank, end_rank, change (positive: rose), in order of end_rank.
    """
    ranks = {
        name: cross_section(panel, value, year)[value].rank(ascending=False)
        for name, year in (("start_rank", start), ("end_rank", end))
    }
    table = pd.DataFrame(ranks).rename_axis("unit").reset_index()
    table["change"] = table["start_rank"] - table["end_rank"]
    return table.sort_values(["end_rank", "unit"], ignore_index=True)


def rank_persistence(panel: pd.DataFrame, value: str, *, base: int) -> pd.DataFrame:
    """Rank correlation of every year with the base year.

    Returns
    -------
    DataFrame: year, spearman, kendall (tau-b), mean_rank_change (absolute), n.

    Raises
    ------
    StudyError
        Missing values, an unknown base year, fewer than three units, all values of a year equal.
    """
    years = sections(panel, value)
    first = cross_section(panel, value, base)[value]
    rows = []
    for year, data in years.items():
        x = data[value]
        if len(x) < 3 or x.nunique() < 2 or first.nunique() < 2:
            raise StudyError(
                f"expected at least three units with differing '{value}' in {base} and {year}"
            )
        moved = (x.rank() - first.rank()).abs().mean()
        tau = stats.kendalltau(first, x).statistic
        rows.append((year, stats.spearmanr(first, x).statistic, tau, moved, len(x)))
    columns = ["year", "spearman", "kendall", "mean_rank_change", "n"]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class Transitions:
    """Moves between classes of rank.

    Attributes
    ----------
    counts : DataFrame, classes x classes
        Moves from (row) to (column); class 1 holds the smallest values.
    probabilities : DataFrame, classes x classes
        Counts over their row sums; missing in a row without moves.
    shorrocks : float
        (k - trace) / (k - 1): 0 nobody moves, 1 perfect mobility in the mean sense; missing where
        a class has no moves.
    low, high : float
        Band of the index from draws of whole units.
    units, moves : int
    cautions : tuple of str
        What makes the table weak.
    """

    counts: pd.DataFrame
    probabilities: pd.DataFrame
    shorrocks: float
    low: float
    high: float
    units: int
    moves: int
    cautions: tuple[str, ...]


def class_transitions(
    panel: pd.DataFrame,
    value: str,
    *,
    classes: int = 4,
    span: int = 1,
    replications: int = 999,
    seed: int,
    level: float = 0.95,
) -> Transitions:
    """Moves between quantile classes of each year, `span` years apart, over all years.

    Classes are relative: by rank within the year, as equal in size as n allows, so that a rise
    common to all units is no move. Units of equal value are in the same class.

    Parameters
    ----------
    panel : DataFrame
        Index unit, year; complete.
    value : str
    classes : int
        At least two, at most the number of units.
    span : int
        Years between the two ends of a move.
    replications, seed, level
        Draws of units, their classes kept.

    References
    ----------
    Shorrocks (1978), Econometrica 46, 1013-1024; Quah (1993), European Economic Review 37,
    426-434.
    """
    check_panel(panel, value)
    years = sections(panel, value)
    n = len(next(iter(years.values())))
    if not 2 <= classes <= n:
        raise StudyError(f"expected from 2 to {n} classes for {n} units, got {classes}")
    pairs = [(year, year + span) for year in years if year + span in years]
    if span < 1 or not pairs:
        raise StudyError(f"expected years {span} apart in the panel, got {list(years)}")
    codes = {year: _class_codes(data[value], classes) for year, data in years.items()}
    unit_counts = sum(_unit_moves(codes[a], codes[b], classes) for a, b in pairs)
    counts = unit_counts.sum(axis=0)
    drawn = unit_counts[draw_units(n, replications, seed)].sum(axis=1)
    indices = _shorrocks(drawn)
    known = indices[np.isfinite(indices)]
    low, high = percentile_band(known, level) if known.size else (np.nan, np.nan)
    labels = pd.RangeIndex(1, classes + 1, name="class")
    return Transitions(
        counts=pd.DataFrame(counts.astype(int), labels, labels),
        probabilities=pd.DataFrame(_row_shares(counts), labels, labels),
        shorrocks=float(_shorrocks(counts)),
        low=float(low),
        high=float(high),
        units=n,
        moves=int(counts.sum()),
        cautions=_cautions(counts, n, classes, span, len(indices) - known.size),
    )


def _class_codes(values: pd.Series, classes: int) -> np.ndarray:
    """Classes 0 to classes-1 by rank, ties by their mean rank."""
    twice = (2 * values.rank().to_numpy() - 1).astype(int)  # whole, so that division is exact
    return twice * classes // (2 * len(values))


def _unit_moves(start: np.ndarray, end: np.ndarray, classes: int) -> np.ndarray:
    """One move of every unit, shape (units, classes, classes)."""
    moves = np.zeros((start.size, classes, classes))
    moves[np.arange(start.size), start, end] = 1
    return moves


def _row_shares(counts: np.ndarray) -> np.ndarray:
    rows = counts.sum(axis=-1, keepdims=True)
    return np.divide(counts, rows, out=np.full_like(counts, np.nan), where=rows > 0)


def _shorrocks(counts: np.ndarray) -> np.ndarray:
    k = counts.shape[-1]
    return (k - np.trace(_row_shares(counts), axis1=-2, axis2=-1)) / (k - 1)


def _cautions(counts, n, classes, span, undefined) -> tuple[str, ...]:
    said: Sequence[tuple[bool, str]] = (
        (n < FEW_UNITS, f"{n} units: every move of one unit weighs much"),
        (n / classes < THIN, f"a class holds {n / classes:.1f} units on average"),
        (
            bool((counts < THIN).any()),
            f"{int((counts < THIN).sum())} of {classes**2} cells hold fewer than {THIN} moves",
        ),
        (bool((counts.sum(axis=1) == 0).any()), "a class is empty: its row has no shares"),
        (span > 1, f"moves over {span} years overlap and are not independent"),
        (undefined > 0, f"{undefined} draws left a class empty and are not in the band"),
    )
    return tuple(text for holds, text in said if holds)
