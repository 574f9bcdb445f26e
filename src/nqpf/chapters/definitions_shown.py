"""Chapter 2: the index laid out for tables and figures."""

from collections.abc import Mapping

import pandas as pd

from nqpf.chapters.definitions import ELEMENTS, Measured
from nqpf.chapters.wording import counted, listed
from nqpf.index import IndexResult
from nqpf.index.hierarchy import CHARACTERISTICS

RANK_LEVEL = 0.9  # share of drawn indices within an interval of ranks
SCHEMES = {
    "equal": "equal weights within an element",
    "entropy": "entropy weights",
    "critic": "CRITIC weights",
    "pca": "weights by principal components",
    "sd": "weights by standard deviation",
    "entropy_critic": "mean of entropy and CRITIC weights",
    "given": "weights given by the user",
}
ABOVE = {
    "equal": "equal across elements",
    "implied": "elements weigh what their indicators do",
    "given": "elements weighted as given",
}
CHOICES = {
    "treatment": "treatment of outliers",
    "normalisation": "normalisation",
    "weights": "weights of indicators",
    "element_weights": "weights of elements",
    "aggregation": "aggregation",
    "left_out": "indicator left out",
}


def headline(measured: Measured) -> dict[str, tuple]:
    """Facts of the last year: the unit followed, the best and the middle.

    Parameters
    ----------
    measured : Measured

    Returns
    -------
    dict
        Facts: units, unit, focus, year, case_rank, case_score, ranked, best_unit, best_score,
        median_score, indicators, first_year_held, peers_named. A unit followed without a score
        has words in place of rank and score.
    """
    standing = measured.standing
    mine = standing[standing["unit"] == measured.focus]
    scored = len(mine) == 1
    return {
        "units": (measured.level,),
        "unit": (measured.unit,),
        "focus": (measured.focus,),
        "year": (measured.year, "year"),
        "case_rank": (int(mine["rank"].iloc[0]),) if scored else ("unknown",),
        "case_score": (float(mine["index"].iloc[0]),) if scored else ("unknown",),
        "ranked": (len(standing),),
        "best_unit": (str(standing["unit"].iloc[0]),),
        "best_score": (float(standing["index"].iloc[0]),),
        "median_score": (float(standing["index"].median()),),
        "indicators": (len(measured.index.hierarchy.indicators),),
        "peers_named": (listed(list(measured.named)),),
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


MEANINGS = {
    "treatment": "whether the leaders' distance is kept, drawn in or logged",
    "normalisation": "whether distances or only the order of values count",
    "weights": "how much each indicator counts within its element",
    "element_weights": "whether elements count alike",
    "aggregation": "whether a weak indicator may be made good by a strong one",
    "left_out": "which indicators are in at all",
}


def weighting(weights: str | Mapping, element_weights: str | Mapping) -> str:
    """Weights of the index in words, from the notebook's parameters."""
    chosen, above = (
        value if isinstance(value, str) else next(iter(value))
        for value in (weights, element_weights)
    )
    return f"{SCHEMES[chosen]}, {ABOVE[above]}"


def robustness_facts(
    measured: Measured,
    drawn: pd.DataFrame,
    free: pd.DataFrame,
    moved: pd.DataFrame,
    shifts: pd.DataFrame,
) -> dict[str, tuple]:
    """What the study of choices says of the unit followed and of the usual one.

    Parameters
    ----------
    measured : Measured
    drawn, free : DataFrame
        Rank intervals (unit, low, high, width) under all choices and under free weights.
    moved : DataFrame
        Result of `by_total_effect`.
    shifts : DataFrame
        Result of `uncertainty.leave_one_out`.

    Returns
    -------
    dict
        Facts: rank_share, case_low and case_high, free_low and free_high, typical_width,
        strongest_choice, and those of `left_out_facts`.
    """
    facts: dict[str, tuple] = {
        "rank_share": (round(100 * RANK_LEVEL), ""),
        "typical_width": (float(drawn["width"].median() / 2),),
        "strongest_choice": (str(moved["label"].iloc[0]),),
        "choice_meaning": (MEANINGS[moved["factor"].iloc[0]],),
    }
    for name, table in (("case", drawn), ("free", free)):
        mine = table[table["unit"] == measured.focus]
        for end in ("low", "high"):
            known = len(mine) == 1
            facts[f"{name}_{end}"] = (int(mine[end].iloc[0]),) if known else ("unknown",)
    return facts | left_out_facts(shifts, measured.focus, measured.labels)


def by_total_effect(sobol: pd.DataFrame) -> pd.DataFrame:
    """Total effect of each choice on the mean rank shift, the largest first.

    Returns
    -------
    DataFrame
        Columns factor, label, value.
    """
    mean = sobol[sobol["output"] == sobol["output"].iloc[0]]
    table = pd.DataFrame(
        {
            "factor": mean["factor"].to_numpy(),
            "label": mean["factor"].map(CHOICES).to_numpy(),
            "value": mean["total"].to_numpy(),
        }
    )
    return table.sort_values("value", ascending=False, ignore_index=True)


def balance(result: IndexResult, standing: pd.DataFrame) -> pd.DataFrame:
    """Scores of the elements in the order of the index: columns unit, element, value.

    Parameters
    ----------
    result : IndexResult
    standing : DataFrame
        Result of `definitions.standing_in_year`.
    """
    elements = [name for name in ELEMENTS if name in result.scores]
    long = standing.melt("unit", elements, var_name="element", value_name="value")
    return long.sort_values(
        "unit", key=lambda unit: unit.map(list(standing["unit"]).index), kind="stable"
    )


def balance_facts(standing: pd.DataFrame, focus: str) -> dict[str, tuple]:
    """Strongest and weakest element of the unit followed, and of the usual unit.

    Returns
    -------
    dict
        Facts: strongest_element, weakest_element, element_gap (points between them), usual_gap
        (the median over all units), strongest_count and usual_strongest (the element that is
        strongest in most units, and in how many).
    """
    elements = [name for name in ELEMENTS if name in standing]
    scores = standing.set_index("unit")[elements]
    gap = scores.max(axis=1) - scores.min(axis=1)
    most = scores.idxmax(axis=1).value_counts()
    facts: dict[str, tuple] = {
        "usual_gap": (float(gap.median()), "", 0),
        "usual_strongest": (str(most.index[0]),),
        "strongest_count": (int(most.iloc[0]), ""),
    }
    if focus not in scores.index:
        words = ("none",)
        return facts | dict.fromkeys(("strongest_element", "weakest_element", "element_gap"), words)
    return facts | {
        "strongest_element": (str(scores.loc[focus].idxmax()),),
        "weakest_element": (str(scores.loc[focus].idxmin()),),
        "element_gap": (float(gap[focus]), "", 0),
    }


def characteristic_paths(features: IndexResult) -> pd.DataFrame:
    """Characteristics and their mean over time: columns unit, year, characteristic, value.

    Parameters
    ----------
    features : IndexResult
        Index over the characteristics.
    """
    names = [name for name in CHARACTERISTICS if name in features.scores]
    scores = features.scores[[*names, "index"]].rename(columns={"index": "all three"})
    long = scores.melt(ignore_index=False, var_name="characteristic", value_name="value")
    return long.dropna().reset_index()


def left_out_facts(shifts: pd.DataFrame, focus: str, labels: dict[str, str]) -> dict[str, tuple]:
    """How far leaving out one indicator moves the unit followed, and any unit.

    Parameters
    ----------
    shifts : DataFrame
        Result of `uncertainty.leave_one_out`.
    focus : str
        Unit followed.
    labels : dict
        Name of each indicator.
    """
    worst = shifts.loc[shifts["shift"].abs().idxmax()]
    mine = shifts[shifts["unit"] == focus]
    facts: dict[str, tuple] = {
        "out_largest": (abs(int(worst["shift"])), ""),
        "out_unit": (str(worst["unit"]),),
        "out_indicator": (labels[worst["left_out"]],),
        "out_largest_word": (counted(abs(int(worst["shift"])), "place"),),
    }
    most = int(mine["shift"].abs().max()) if len(mine) else 0
    return facts | {"out_focus": (most, ""), "out_focus_word": (counted(most, "place"),)}
