"""Chapter 2: new quality productive forces measured as an index of three elements."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from nqpf.errors import StudyError
from nqpf.index import Hierarchy, IndexOptions, IndexResult, build_index

ELEMENTS = ("laborers", "means", "objects")


def index_options(
    years: list[int], choices: Mapping[str, Any], left_out: list[str] | None = None
) -> IndexOptions:
    """Options of the engine from the parameters of a notebook.

    Parameters
    ----------
    years : list of int
        First and last year.
    left_out : list of str, optional
        Units left out by decision.
    choices : mapping
        coverage, treatment, normalisation, weights, weights_scope, element_weights, aggregation,
        missing.
    """
    return IndexOptions(years=(years[0], years[1]), units_excluded=tuple(left_out or ()), **choices)


def twins(
    indicators: pd.DataFrame, hierarchy: Hierarchy, options: IndexOptions, weights: list[str]
) -> dict[str, IndexResult]:
    """Build the same index with other weights, to see whether they matter.

    Parameters
    ----------
    indicators : DataFrame
        Indexed by unit and year.
    hierarchy : Hierarchy
        Tree of the indicators.
    options : IndexOptions
        All other choices.
    weights : list of str
        Weighting schemes.
    """
    return {
        scheme: build_index(indicators, hierarchy, replace(options, weights=scheme))
        for scheme in weights
    }


def weight_table(results: Mapping[str, IndexResult], codebook: pd.DataFrame) -> pd.DataFrame:
    """Weights of every indicator in the index under each scheme.

    Parameters
    ----------
    results : mapping of str to IndexResult
        Results of `twins`.
    codebook : DataFrame
        data/codebook/indicators.csv of one level.

    Returns
    -------
    DataFrame
        Columns dimension, element, id and one column per scheme, in per cent; where weights
        differ by year their mean is shown.
    """
    columns = {}
    for scheme, result in results.items():
        weights = result.weights["effective"]
        columns[scheme] = 100 * weights.groupby(level="indicator", sort=False).mean()
    table = pd.DataFrame(columns).rename_axis("id").reset_index()
    labels = codebook.set_index("id")
    table.insert(0, "dimension", list(labels.loc[table["id"], "dimension"]))
    table.insert(1, "element", list(labels.loc[table["id"], "role"]))
    return table


def standing_in_year(result: IndexResult, year: int) -> pd.DataFrame:
    """Scores and ranks of all units in one year, best first.

    Parameters
    ----------
    result : IndexResult
        The index.
    year : int
        Year looked at.

    Returns
    -------
    DataFrame
        Columns unit, rank, index and the elements; units without a score are left out.

    Raises
    ------
    StudyError
        If no unit has a score in that year.
    """
    scores = result.scores.xs(year, level="year").dropna(subset=["index"])
    if scores.empty:
        raise StudyError(f"no unit has an index in {year}; choose another year or rule for gaps")
    ranks = result.ranks.xs(year, level="year")["index"].reindex(scores.index).astype(int)
    table = scores.assign(rank=ranks).sort_values(["rank"], kind="stable").reset_index()
    return table[["unit", "rank", "index", *[e for e in ELEMENTS if e in table]]]


def last_year(result: IndexResult) -> int:
    """Last year in which any unit has an index."""
    scored = result.scores["index"].dropna()
    return int(scored.index.get_level_values("year").max())


def as_paths(result: IndexResult, column: str = "index") -> pd.DataFrame:
    """Scores over time as columns unit, year, value."""
    return result.scores[column].dropna().rename("value").reset_index()
