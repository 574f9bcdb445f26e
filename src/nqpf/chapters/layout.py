"""Chapter 4.2: what the cities make, how alike they are, how unequal and how near."""

from collections.abc import Collection

import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from nqpf.regional.beta_convergence import beta_cross_section
from nqpf.regional.decomposition import dagum_path, theil_path
from nqpf.regional.gravity import gravity_links
from nqpf.regional.inequality import gini
from nqpf.regional.samples import complete_years
from nqpf.regional.specialisation import (
    herfindahl,
    krugman_specialisation,
    location_quotients,
    other_units,
)

YEAR = 2018  # of the structure of manufacturing
ELECTRONICS = "computer, communication, electronics"
ELECTRICAL = "electrical machinery"
GROUPS = {  # cities that the paper says are led by one branch (C074, C075)
    ELECTRONICS: ["Shenzhen", "Dongguan", "Huizhou"],
    ELECTRICAL: ["Foshan", "Zhongshan", "Zhuhai"],
}
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
PARTS = {
    "total": "all",
    "within": "within regions",
    "net between": "between regions",
    "transvariation": "overlap of regions",
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


def ordered(similarity: pd.DataFrame) -> pd.DataFrame:
    """Rows and columns so arranged that units alike stand together (average linkage)."""
    distance = squareform((1 - similarity).to_numpy(), checks=False).clip(min=0)
    order = leaves_list(linkage(distance, "average", optimal_ordering=True))
    return similarity.iloc[order, order]


def pairs_of(similarity: pd.DataFrame) -> pd.DataFrame:
    """Every pair once.

    Returns
    -------
    DataFrame
        Columns a, b, value; the most alike first.
    """
    units = list(similarity.index)
    rows = [(a, b, similarity.loc[a, b]) for i, a in enumerate(units) for b in units[i + 1 :]]
    return pd.DataFrame(rows, columns=["a", "b", "value"]).sort_values(
        "value", ascending=False, ignore_index=True
    )


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


def unequal(indicators: pd.DataFrame, regions: pd.Series, column: str, seed: int) -> pd.DataFrame:
    """Gini over cities year by year, in Dagum's parts.

    Parameters
    ----------
    indicators : DataFrame
        Of the cities, indexed by unit and year.
    regions : Series
        Region by city.
    column : str
        What is unequally spread; years in which a city misses it are left out.
    seed : int
        Of the bands.

    Returns
    -------
    DataFrame
        Columns year, part (within regions, between regions, overlap of regions, all), value,
        share, low, high.
    """
    sample = complete_years(indicators, [column]).panel
    table = dagum_path(sample, column, regions, seed=seed, replications=199)
    return table.assign(part=table["part"].map(PARTS))


def theil_between(indicators: pd.DataFrame, regions: pd.Series, column: str) -> pd.DataFrame:
    """Share of inequality between regions by Theil's T and L.

    Parameters
    ----------
    indicators, regions, column
        As in `unequal`.

    Returns
    -------
    DataFrame
        Index year; columns `Theil T`, `Theil L` (shares, 0 to 1).
    """
    sample = complete_years(indicators, [column]).panel
    table = theil_path(sample, column, regions)
    between = table[table["part"] == "between"]
    return between.pivot(index="year", columns="index", values="share")


def inequality_facts(parts: pd.DataFrame, theil: pd.DataFrame) -> dict[str, float]:
    """First and last values of the decompositions, for the text.

    Parameters
    ----------
    parts, theil : DataFrame
        As `unequal` and `theil_between` return them.
    """
    wide = parts.pivot(index="year", columns="part", values="value")
    share = parts.pivot(index="year", columns="part", values="share")
    first, last = wide.index.min(), wide.index.max()
    return {
        "unequal_first": int(first),
        "unequal_last": int(last),
        "gini_first": wide.loc[first, "all"],
        "gini_last": wide.loc[last, "all"],
        "gini_between": 100 * share.loc[last, PARTS["net between"]],
        "gini_overlap": 100 * share.loc[last, PARTS["transvariation"]],
        "theil_t_between": 100 * theil.loc[last, "Theil T"],
        "theil_l_between": 100 * theil.loc[last, "Theil L"],
    }


def links_of(panel: pd.DataFrame, geography: pd.DataFrame, year: int) -> pd.DataFrame:
    """Gravity links between cities from residents, output and distance.

    They follow from size and nearness alone: nothing in them was observed between two cities.

    Returns
    -------
    DataFrame
        Columns a, b, km, link, share (of all links, 0 to 1), the strongest first.
    """
    masses = panel[["pop_resident", "gdp_rev"]].xs(year, level="year").dropna()
    return gravity_links(masses, geography)


def convergence(indicators: pd.DataFrame, first: int = 2015, last: int = 2022) -> dict[str, float]:
    """Speed at which secondary output per resident of the cities converges, a year (C055)."""
    fit = beta_cross_section(indicators, "out_va2_pc", start=first, end=last)
    return {"estimate": fit.speed, "low": fit.speed_low, "high": fit.speed_high}
