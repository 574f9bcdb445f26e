"""One unit up close: what it is good and bad at, whom it resembles, where its score comes from."""

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.index.build import IndexResult
from nqpf.index.kernel import effective_weights


def unit_profile(result: IndexResult, unit: str, year: int) -> pd.DataFrame:
    """Every indicator of a unit in a year, beside the other units.

    Parameters
    ----------
    result : IndexResult
    unit : str
    year : int

    Returns
    -------
    DataFrame
        Indexed by indicator: element, value (own units, after treatment), score (normalised),
        rank (1 the best) among `of` units with a value, median (of the scores), gap (score less
        median), weight (in the index).

    Raises
    ------
    StudyError
        If the unit or the year is not in the index.
    """
    at, where = result.cube.year_position(year), result.cube.unit_position(unit)
    scores = pd.DataFrame(
        result.leaf[at], index=result.cube.units, columns=result.hierarchy.indicators
    )
    weights = effective_weights(result.matrices)[-1][..., 0]
    median = scores.median()
    return pd.DataFrame(
        {
            "element": [result.hierarchy.parent[i] for i in scores.columns],
            "value": result.prepared.values[at, where],
            "score": scores.loc[unit],
            "rank": scores.rank(ascending=False, method="min").loc[unit],
            "of": scores.notna().sum(),
            "median": median,
            "gap": scores.loc[unit] - median,
            "weight": weights[at] if weights.ndim > 1 else weights,
        }
    ).rename_axis("indicator")


def strengths_and_weaknesses(profile: pd.DataFrame, count: int = 3) -> pd.DataFrame:
    """The best and the worst ranks of a unit, measured by its own standards.

    A leader's worst indicator may still be good: `rank` and `gap` say how it compares.

    Parameters
    ----------
    profile : DataFrame
        Of `unit_profile`.
    count : int
        How many of each; no indicator is both.

    Returns
    -------
    DataFrame
        Rows of the profile with kind "strongest" (best first) or "weakest" (worst first). Ties in
        rank are broken by the gap to the median.
    """
    ordered = profile.dropna(subset=["rank"]).sort_values(
        ["rank", "gap"], ascending=[True, False], kind="stable"
    )
    count = min(count, len(ordered) // 2)
    best, worst = ordered.head(count), ordered.tail(count).iloc[::-1]
    return pd.concat([best.assign(kind="strongest"), worst.assign(kind="weakest")])


def peers(result: IndexResult, unit: str, year: int, count: int = 5) -> pd.DataFrame:
    """Units whose indicators are most alike.

    Parameters
    ----------
    result : IndexResult
    unit : str
    year : int
    count : int

    Returns
    -------
    DataFrame
        Columns unit, distance (root mean square difference of the year's standardised
        indicators), index and index_difference, nearest first. Units with a missing indicator
        are left out.

    Raises
    ------
    StudyError
        If the unit or year is not in the index, or the unit has a missing indicator.
    """
    at, where = result.cube.year_position(year), result.cube.unit_position(unit)
    leaf = result.leaf[at]
    complete = np.isfinite(leaf).all(axis=1)
    if not complete[where]:
        raise StudyError(f"{unit} has no value for an indicator in {year}, so no distance is known")
    spread = leaf[complete].std(axis=0)
    standard = leaf / np.where(spread > 0, spread, np.inf)
    distance = np.sqrt(((standard - standard[where]) ** 2).mean(axis=1))
    index = result.levels[-1][at, :, 0]
    table = pd.DataFrame(
        {
            "unit": result.cube.units,
            "distance": distance,
            "index": index,
            "index_difference": index - index[where],
        }
    )
    others = complete & (np.arange(len(leaf)) != where)
    return table[others].sort_values("distance", ignore_index=True).head(count)


def contributions(result: IndexResult, unit: str) -> pd.DataFrame:
    """What each indicator adds to the index of a unit, year by year.

    Parameters
    ----------
    result : IndexResult
        Of arithmetic aggregation: only its index is a sum.
    unit : str

    Returns
    -------
    DataFrame
        Rows are years, columns indicators: weight times score, which sum to the index.

    Raises
    ------
    StudyError
        If the aggregation is not arithmetic or the unit is not in the index.
    """
    if result.options.aggregation != "arithmetic":
        raise StudyError(
            "contributions sum to the index only under arithmetic aggregation, "
            f"got '{result.options.aggregation}'"
        )
    where = result.cube.unit_position(unit)
    weights = effective_weights(result.matrices)[-1][..., 0]
    return pd.DataFrame(
        result.leaf[:, where] * weights,
        index=pd.Index(result.cube.years, name="year"),
        columns=result.hierarchy.indicators,
    )
