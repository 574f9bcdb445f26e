"""How far the benchmark is, and how long the way at the unit's own past pace."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.errors import StudyError

LEADERS = 3  # how many of the best make the benchmark


def distance_to_benchmark(
    indicators: pd.DataFrame,
    unit: str,
    columns: Sequence[str],
    years: tuple[int, int],
    *,
    signs: pd.Series | None = None,
    leaders: int = LEADERS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Gap of a unit to the leaders on each indicator and the years to close it.

    The benchmark is the mean of the best units of the last year and stands still. The pace is the
    mean yearly change of the unit itself; as in a random walk with drift the yearly changes are
    taken as independent, and the interval of their mean (Student's t) gives the interval of the
    years. Where the pace may be zero, the way may have no end.

    Parameters
    ----------
    indicators : DataFrame
        Indexed by unit and year.
    unit : str
        Unit studied.
    columns : sequence of str
        Indicators.
    years : tuple of int
        First and last year used.
    signs : Series, optional
        -1 for indicators of which less is better.
    leaders : int
        How many of the best are averaged.
    level : float
        Coverage of the interval.

    Returns
    -------
    DataFrame
        One row per indicator: indicator, value, benchmark, gap (at least zero is behind), rank,
        pace, pace_low, pace_high, steps (yearly changes), years, low, high (infinite without end,
        zero where the benchmark is reached), pace and gap turned so that more is better.

    Raises
    ------
    StudyError
        If the unit or an indicator is unknown, or has no value in the last year or fewer than
        three yearly changes.
    """
    first, last = years
    rows = []
    for column in columns:
        if column not in indicators:
            raise StudyError(f"expected an indicator of the panel, got '{column}'")
        sign = 1.0 if signs is None else float(signs[column])
        wide = indicators[column].unstack("year").reindex(columns=range(first, last + 1))
        if unit not in wide.index or not np.isfinite(wide.loc[unit, last]):
            raise StudyError(f"'{unit}' has no {column} in {last}; choose a year that it covers")
        now = (sign * wide[last].dropna()).sort_values(ascending=False)
        goal, own = float(now.head(leaders).mean()), float(now[unit])
        steps = (sign * wide.loc[unit]).diff().dropna()
        if len(steps) < 3:
            raise StudyError(
                f"{column} of {unit} has {len(steps)} yearly changes; three are needed"
            )
        pace = float(steps.mean())
        half = float(stats.t.ppf((1 + level) / 2, len(steps) - 1) * steps.sem())
        gap = goal - own
        rows.append(
            {
                "indicator": column,
                "value": sign * own,
                "benchmark": sign * goal,
                "gap": gap,
                "rank": int((now > own).sum()) + 1,
                "pace": pace,
                "pace_low": pace - half,
                "pace_high": pace + half,
                "steps": len(steps),
                "years": _years(gap, pace),
                "low": _years(gap, pace + half),
                "high": _years(gap, pace - half),
            }
        )
    return pd.DataFrame(rows)


def _years(gap: float, pace: float) -> float:
    """Years to close a gap: none where there is none, without end where the pace is not up."""
    if gap <= 0:
        return 0.0
    return gap / pace if pace > 0 else np.inf
