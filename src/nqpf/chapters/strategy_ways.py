"""Chapter 5: how far the benchmark is, for the case by indicator and for every city."""

import numpy as np
import pandas as pd

from nqpf.index import Hierarchy
from nqpf.scenarios import distance_to_benchmark

FAR = 40.0  # years at which the axis of ways ends


def ways_of_case(
    indicators: pd.DataFrame,
    hierarchy: Hierarchy,
    codebook: pd.DataFrame,
    case: str,
    years: tuple[int, int],
    level: float,
) -> pd.DataFrame:
    """Years of the case to the three best provinces on every indicator of the index.

    Parameters
    ----------
    indicators : DataFrame
        By unit and year.
    hierarchy : Hierarchy
        Tree of the index.
    codebook : DataFrame
        data/codebook/indicators.csv of the level.
    case : str
        Province studied.
    years : tuple of int
        First and last year.
    level : float
        Coverage of intervals.

    Returns
    -------
    DataFrame
        As `distance_to_benchmark`, with label and element.
    """
    signs = pd.Series(hierarchy.direction)
    table = distance_to_benchmark(
        indicators, case, list(hierarchy.indicators), years, signs=signs, level=level
    )
    words = dict(zip(codebook["id"], codebook["dimension"], strict=True))
    return table.assign(
        label=table["indicator"].map(words), element=table["indicator"].map(hierarchy.element_of)
    )


def benchmark_facts(ways: pd.DataFrame) -> dict[str, float | str]:
    """The nearest and the farthest benchmark and how many have no sure end.

    Parameters
    ----------
    ways : DataFrame
        As `scenarios.distance_to_benchmark` returns it, with label.
    """
    behind = ways[ways["gap"] > 0].sort_values("years", kind="stable")
    if behind.empty:
        return {"behind": 0, "nearest": "none", "nearest_years": 0.0, "open_ended": 0}
    return {
        "behind": len(behind),
        "nearest": behind["label"].iloc[0],
        "nearest_years": float(behind["years"].iloc[0]),
        "open_ended": int(np.isinf(behind["high"]).sum()),
    }


def ways_of_cities(scores: pd.Series, years: tuple[int, int], level: float) -> pd.DataFrame:
    """Years of every city to the three best of its index; cities without a score are left out.

    Parameters
    ----------
    scores : Series
        Index of the cities by unit and year.
    years : tuple of int
        First and last year.
    level : float
        Coverage of intervals.

    Returns
    -------
    DataFrame
        As `distance_to_benchmark`, with label (the city), the nearest first.
    """
    panel = scores.rename("index").to_frame()
    last = scores.xs(years[1], level="year").dropna()
    rows = [
        distance_to_benchmark(panel, city, ["index"], years, level=level).assign(label=city)
        for city in last.index
    ]
    table = pd.concat(rows, ignore_index=True)
    return table.sort_values(["years", "gap"], kind="stable", ignore_index=True)
