"""Chapter 4.2: what the cities make and how alike they are."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from nqpf.regional.inequality import gini
from nqpf.regional.specialisation import (
    finger_kreinin,
    herfindahl,
    krugman_specialisation,
    location_quotients,
    other_units,
    pair_table,
    similarity_order,
    unido_similarity,
)

YEAR = 2018  # of the structure of manufacturing
ELECTRONICS = "computer, communication, electronics"
ELECTRICAL = "electrical machinery"
GROUPS = {  # cities that the paper says are led by one branch (C074, C075)
    ELECTRONICS: ["Shenzhen", "Dongguan", "Huizhou"],
    ELECTRICAL: ["Foshan", "Zhongshan", "Zhuhai"],
}
ALIKE = 0.75  # UNIDO similarity from which a pair is drawn and counted as alike
CORES = ["Guangzhou", "Shenzhen"]
TOGETHER = ["Shenzhen", "Dongguan", "Guangzhou", "Zhuhai"]  # said to work together (C080)
HOMOGENEOUS = ["Zhongshan", "Jiangmen"]  # said to lean to homogeneity (C081)
FAINT = ["Zhaoqing", "Huizhou", "Jiangmen"]  # said to have faint links (C082)
TRADITIONAL = [
    "tobacco, liquor, food processing",
    "textile, leather, footwear",
    "paper, printing, cultural goods",
    "minerals and metals",
]
PLANNED = {  # branch that the provincial plan is said to build on, by city (C053)
    "Foshan": ELECTRICAL,
    "Huizhou": "petrochemical, rubber, plastic",
    "Zhaoqing": "tobacco, liquor, food processing",
}
SHORT = {
    "tobacco, liquor, food processing": "food",
    "textile, leather, footwear": "textiles",
    "paper, printing, cultural goods": "paper",
    "petrochemical, rubber, plastic": "petrochemicals",
    "minerals and metals": "minerals, metals",
    "general equipment": "general equipment",
    "special equipment": "special equipment",
    "automobile": "automobiles",
    ELECTRICAL: "electrical machinery",
    ELECTRONICS: "electronics",
}


def amounts(structure: pd.DataFrame, gdp: pd.Series) -> pd.DataFrame:
    """Output of every branch in 100 million CNY: its share of GDP times GDP.

    Parameters
    ----------
    structure : DataFrame
        Columns city, subsector, value (% of GDP).
    gdp : Series
        GDP by city, 100 million CNY.

    Returns
    -------
    DataFrame
        Cities in rows, branches in columns.
    """
    shares = structure.pivot(index="city", columns="subsector", values="value") / 100
    return shares.mul(gdp.reindex(shares.index), axis=0)


def both_similarities(output: pd.DataFrame) -> pd.DataFrame:
    """One matrix of two measures, like beside like: UNIDO below the diagonal, overlap above.

    Parameters
    ----------
    output : DataFrame
        As `amounts` returns it.

    Returns
    -------
    DataFrame
        Cities x cities: the cosine of UNIDO (1979) below, the overlap of Finger and Kreinin (1979)
        above, one on the diagonal.
    """
    cosine = unido_similarity(output)
    order = similarity_order(cosine)
    below, above = cosine.loc[order, order], finger_kreinin(output).loc[order, order]
    lower = np.tri(len(order), dtype=bool)
    return below.where(lower, above)


def pairs_of(output: pd.DataFrame) -> pd.DataFrame:
    """Every pair once, the most alike first, with what the paper says of it.

    Parameters
    ----------
    output : DataFrame
        As `amounts` returns it.

    Returns
    -------
    DataFrame
        Columns a, b, value (UNIDO), finger_kreinin, krugman, said (empty, or the paper's word).
    """
    table = pair_table(output).rename(columns={"unido": "value"})
    said = pd.Series("", index=table.index)
    said[within(table, TOGETHER)] = "together"
    said[within(table, HOMOGENEOUS)] = "homogeneous"
    for cities in GROUPS.values():
        said[within(table, cities)] = "same leading industry"
    return table.assign(said=said)


def drawn_pairs(pairs: pd.DataFrame, least: float) -> pd.DataFrame:
    """Pairs for the network: those at least so alike, and all that the paper names.

    Returns
    -------
    DataFrame
        Columns a, b, value, weight (what the similarity has above one half, at least a sliver),
        marked (whether the paper calls the two alike: same leading industry, homogeneous).
    """
    marked = pairs["said"].isin(["same leading industry", "homogeneous"])
    kept = pairs[(pairs["value"] >= least) | marked]
    weight = (kept["value"] - 0.5).clip(lower=0.02)
    return kept.assign(weight=weight, marked=marked[kept.index])


def within(pairs: pd.DataFrame, units: Collection[str]) -> pd.Series:
    """Whether both of a pair are among the units."""
    return pairs["a"].isin(units) & pairs["b"].isin(units)


def touching(pairs: pd.DataFrame, units: Collection[str]) -> pd.Series:
    """Whether at least one of a pair is among the units."""
    return pairs["a"].isin(units) | pairs["b"].isin(units)


def contrast(pairs: pd.DataFrame, named: pd.Series) -> dict[str, float]:
    """Mean of the pairs named and of all others."""
    return {
        "value": float(pairs.loc[named, "value"].mean()),
        "reference": float(pairs.loc[~named, "value"].mean()),
    }


def similarity_numbers(pairs: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Numbers of the claims about how alike the cities are (C073, C080, C081)."""
    return {
        "C073": {"value": float(pairs["value"].mean()), "n": len(pairs)},
        "C080": contrast(pairs, within(pairs, TOGETHER)),
        "C081": contrast(pairs, touching(pairs, HOMOGENEOUS)),
    }


def similarity_facts(
    pairs: pd.DataFrame, numbers: dict[str, dict[str, float]]
) -> dict[str, tuple[float, str, int | None]]:
    """Means and counts of pairs, for the text.

    Parameters
    ----------
    pairs : DataFrame
        As `pairs_of` returns it.
    numbers : dict
        As `similarity_numbers` returns them.

    Returns
    -------
    dict
        Value, unit and decimals by name.
    """
    alike = pairs["value"] >= ALIKE
    named = pairs["said"].isin(["same leading industry", "homogeneous"])
    groups = pairs["said"] == "same leading industry"
    one, other = (set(cities) for cities in GROUPS.values())
    across = touching(pairs, one - other) & touching(pairs, other - one) & ~groups
    return {
        "similarity": (numbers["C073"]["value"], "", 2),
        "overlap": (float(pairs["finger_kreinin"].mean()), "", 2),
        "named_mean": (float(pairs.loc[groups, "value"].mean()), "", 2),
        "across_mean": (float(pairs.loc[across, "value"].mean()), "", 2),
        "across_count": (int(across.sum()), "", None),
        "across_alike": (int((across & alike).sum()), "", None),
        "alike_least": (ALIKE, "", 2),
        "alike_count": (int(alike.sum()), "", None),
        "alike_named": (int((alike & named).sum()), "", None),
        "together": (numbers["C080"]["value"], "", 2),
        "together_others": (numbers["C080"]["reference"], "", 2),
        "homogeneous": (numbers["C081"]["value"], "", 2),
        "homogeneous_others": (numbers["C081"]["reference"], "", 2),
    }


def named_cells() -> list[tuple[str, str]]:
    """Cells of the matrix that belong to pairs inside the paper's two groups."""
    return [(a, b) for cities in GROUPS.values() for a in cities for b in cities if a != b]


def branch_numbers(output: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Numbers of the claims about single branches (C053, C054, C074 to C076).

    Parameters
    ----------
    output : DataFrame
        As `amounts` returns it.
    """
    led = {branch: _led_by(output, branch, cities) for branch, cities in GROUPS.items()}
    electronics = output[ELECTRONICS]
    return {
        "C053": {"count": planned_strengths(output)},
        "C054": traditional_small(output, CORES),
        "C074": {"count": led[ELECTRONICS]},
        "C075": {"count": led[ELECTRICAL]},
        "C076": {"ratio": float(electronics["Shenzhen"] / electronics["Huizhou"])},
    }


def _led_by(output: pd.DataFrame, branch: str, cities: Collection[str]) -> int:
    """How many of the cities have the branch as their largest."""
    return int((output.idxmax(axis=1).loc[list(cities)] == branch).sum())


def planned_strengths(output: pd.DataFrame) -> int:
    """How many branches of the plan weigh more in their city than in all nine together (C053)."""
    quotients = location_quotients(output)
    return sum(bool(quotients.loc[city, branch] > 1) for city, branch in PLANNED.items())


def traditional_small(output: pd.DataFrame, cores: Collection[str]) -> dict[str, float]:
    """Share of the other cities whose traditional branches are smaller than either core's."""
    total = output[TRADITIONAL].sum(axis=1)
    others = total.drop(list(cores))
    return {"share": float((others < total[list(cores)].min()).mean()), "n": len(others)}


def profile(output: pd.DataFrame) -> pd.DataFrame:
    """What each city makes most, how concentrated and how peculiar its manufacturing is.

    Returns
    -------
    DataFrame
        Columns city, leader, leader_share (% of manufacturing), traditional and electronics
        (100 million CNY), herfindahl, krugman (against the other cities, 0 to 2).
    """
    share = output.div(output.sum(axis=1), axis=0)
    return (
        pd.DataFrame(
            {
                "leader": share.idxmax(axis=1).map(SHORT),
                "leader_share": 100 * share.max(axis=1),
                "traditional": output[TRADITIONAL].sum(axis=1),
                "electronics": output[ELECTRONICS],
                "herfindahl": herfindahl(output),
                "krugman": krugman_specialisation(output, other_units(output)),
            }
        )
        .sort_values("electronics", ascending=False)
        .rename_axis("city")
        .reset_index()
    )


def patents_per_resident(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """Patents granted per 10,000 residents, by city, and whether above the province's.

    Parameters
    ----------
    panel : DataFrame
        patents_granted and pop_resident (10,000 persons), indexed by unit and year.
    year : int
        Year of the grants.
    """
    both = panel[["patents_granted", "pop_resident"]].xs(year, level="year").dropna()
    value = both["patents_granted"] / both["pop_resident"]
    mean = both["patents_granted"].sum() / both["pop_resident"].sum()
    return pd.DataFrame({"value": value, "above": value > mean})


def few_excel(patents: pd.DataFrame) -> dict[str, float]:
    """Cities above the provincial average and the Gini coefficient over cities (C051)."""
    return {"count": int(patents["above"].sum()), "value": gini(patents["value"])}


def integration(figures: pd.DataFrame, year: str = "2019") -> pd.Series:
    """Mean of the three published integration scores (0 to 1) by city, highest first."""
    chosen = figures["variable"].str.startswith("industrial integration score")
    scores = figures[chosen & (figures["year"] == year)]
    return scores.groupby("city")["value"].mean().sort_values(ascending=False)


def cores_and_others(scores: pd.Series, cores: Collection[str]) -> dict[str, float]:
    """Mean of the cores over that of the others, and the mean of all (C083)."""
    inside = scores.index.isin(list(cores))
    ratio = scores[inside].mean() / scores[~inside].mean()
    return {"ratio": float(ratio), "value": float(scores.mean())}


def best_rank(scores: pd.Series, cities: Collection[str]) -> int:
    """Best rank, 1 being the highest score, among the cities named (C082)."""
    return int(scores.rank(ascending=False, method="min")[list(cities)].min())
