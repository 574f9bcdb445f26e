"""Chapter 2: the index laid out for tables and figures."""

import pandas as pd

from nqpf.chapters.definitions import ELEMENTS
from nqpf.index import IndexResult

CLEAR_GAP = 0.1  # of mean correlations, from which elements are called visible
CHOICES = {
    "treatment": "treatment of outliers",
    "normalisation": "normalisation",
    "weights": "weights of indicators",
    "element_weights": "weights of elements",
    "aggregation": "aggregation",
    "left_out": "indicator left out",
}


def headline(result: IndexResult, standing: pd.DataFrame, case: str) -> dict[str, object]:
    """Facts of the last year: the case, the best and the middle.

    Parameters
    ----------
    result : IndexResult
        The index.
    standing : DataFrame
        Result of `definitions.standing_in_year`.
    case : str
        Unit studied.

    Returns
    -------
    dict
        case, case_rank, case_score, ranked, best_unit, best_score, median_score, indicators. A
        case without a score has words in place of rank and score.
    """
    mine = standing[standing["unit"] == case]
    scored = len(mine) == 1
    return {
        "case": case,
        "case_rank": int(mine["rank"].iloc[0]) if scored else "no rank",
        "case_score": float(mine["index"].iloc[0]) if scored else "no score",
        "ranked": len(standing),
        "best_unit": standing["unit"].iloc[0],
        "best_score": float(standing["index"].iloc[0]),
        "median_score": float(standing["index"].median()),
        "indicators": len(result.hierarchy.indicators),
    }


def tree_table(result: IndexResult, codebook: pd.DataFrame) -> pd.DataFrame:
    """Indicators by element with their weights, for the tree.

    Returns
    -------
    DataFrame
        Columns element, dimension, id, weight (text, per cent of the index).
    """
    weights = result.weights["effective"].groupby(level="indicator", sort=False).mean()
    names = codebook.set_index("id")["dimension"]
    return pd.DataFrame(
        {
            "element": [result.hierarchy.parent[i] for i in weights.index],
            "dimension": [names[i] for i in weights.index],
            "id": weights.index,
            "weight": [f"{100 * value:.1f} %" for value in weights],
        }
    )


def on_tiles(standing: pd.DataFrame, geography: pd.DataFrame) -> pd.DataFrame:
    """Scores of one year beside the places of all units on the tile map.

    Returns
    -------
    DataFrame
        Geography with columns unit and value; units without a score have none.
    """
    scores = standing.set_index("unit")["index"]
    return geography.assign(value=scores.reindex(geography.index)).reset_index()


def element_paths(result: IndexResult) -> pd.DataFrame:
    """Index and elements over time as columns unit, year, element, value."""
    order = ["index", *[name for name in ELEMENTS if name in result.scores]]
    long = result.scores[order].melt(ignore_index=False, var_name="element", value_name="value")
    return long.dropna().reset_index()


def importance_table(importances: pd.DataFrame, codebook: pd.DataFrame) -> pd.DataFrame:
    """Weight and importance in per cent by indicator, the most important first.

    Returns
    -------
    DataFrame
        Columns label, element, weight, importance.
    """
    names = codebook.set_index("id")["dimension"]
    table = pd.DataFrame(
        {
            "label": [names[i] for i in importances.index],
            "element": importances["element"].to_numpy(),
            "weight": 100 * importances["weight"].to_numpy(),
            "importance": 100 * importances["importance"].to_numpy(),
        }
    )
    return table.sort_values("importance", ascending=False, ignore_index=True)


def rank_range(drawn: pd.DataFrame, case: str) -> dict[str, object]:
    """Rank interval of the case and the usual half-width.

    Parameters
    ----------
    drawn : DataFrame
        Rank intervals: unit, low, high, width.
    case : str
        Unit studied.
    """
    mine = drawn[drawn["unit"] == case]
    scored = len(mine) == 1
    return {
        "case_low": int(mine["low"].iloc[0]) if scored else "none",
        "case_high": int(mine["high"].iloc[0]) if scored else "none",
        "typical_width": float(drawn["width"].median() / 2),
    }


def by_total_effect(sobol: pd.DataFrame) -> pd.DataFrame:
    """Total effect of each choice on the mean rank shift, the largest first.

    Returns
    -------
    DataFrame
        Columns label, value.
    """
    mean = sobol[sobol["output"] == sobol["output"].iloc[0]]
    table = pd.DataFrame(
        {"label": mean["factor"].map(CHOICES).to_numpy(), "value": mean["total"].to_numpy()}
    )
    return table.sort_values("value", ascending=False, ignore_index=True)


def short_labels(codebook: pd.DataFrame) -> dict[str, str]:
    """Name of each indicator as readers see it."""
    return dict(zip(codebook["id"], codebook["dimension"], strict=True))


def kinship(found: dict[str, float]) -> str:
    """Say in a sentence whether indicators go together by element.

    Parameters
    ----------
    found : dict
        within and across, mean correlations; result of `definitions.structure_of_elements`.
    """
    gap = found["within"] - found["across"]
    if gap > CLEAR_GAP:
        return (
            "Indicators of one element go together visibly more than indicators of different ones."
        )
    if gap > 0:
        return (
            "The edge of the elements is slight: provinces that lead in one element lead in the "
            "others, and the elements sort the indicators more than they divide the provinces."
        )
    return "Indicators of different elements go together no less than those of the same one."
