"""Chapter 4.2: how unequal the cities are, whether like stands beside like, and who moves."""

import pandas as pd

from nqpf.chapters.wording import listed, quantity
from nqpf.regional.beta_convergence import beta_cross_section
from nqpf.regional.decomposition import dagum_path, theil_path
from nqpf.regional.mobility import class_transitions, rank_changes, rank_persistence
from nqpf.regional.samples import complete_years
from nqpf.regression.spatial_association import local_moran, moran_by_year
from nqpf.regression.spatial_weights import SpatialWeights

SPREAD = {  # what is unequally spread, by heading
    "GDP per resident": "out_gdp_pc",
    "New high-tech firms": "obj_hightech_new_pc",
    "Students": "lab_he_students_pc",
}
PARTS = {
    "total": "all",
    "within": "within regions",
    "net between": "between regions",
    "transvariation": "overlap of regions",
}
CLASSES = 3  # of seven cities each
CONVERGENCE = (2015, 2022)  # declared years of C055
QUADRANTS = {
    "high-high": "high among high",
    "high-low": "high among low",
    "low-high": "low among high",
    "low-low": "low among low",
}
Fact = tuple[object, str, int | None]  # value, unit, decimals


def unequal(indicators: pd.DataFrame, regions: pd.Series, seed: int) -> pd.DataFrame:
    """Gini over cities year by year in Dagum's parts, for output, firms and talent.

    Parameters
    ----------
    indicators : DataFrame
        Of the cities, indexed by unit and year. Years in which a city misses a value are left out.
    regions : Series
        Region by city.
    seed : int
        Of the bands, from cities drawn within regions.

    Returns
    -------
    DataFrame
        Columns panel, year, part (within regions, between regions, overlap of regions, all),
        value, share, low, high.
    """
    tables = []
    for head, column in SPREAD.items():
        sample = complete_years(indicators, [column]).panel
        table = dagum_path(sample, column, regions, seed=seed, replications=199)
        tables.append(table.assign(part=table["part"].map(PARTS), panel=head))
    joined = pd.concat(tables, ignore_index=True)
    return joined[["panel", "year", "part", "value", "share", "low", "high"]]


def inequality_table(
    parts: pd.DataFrame, indicators: pd.DataFrame, regions: pd.Series
) -> pd.DataFrame:
    """First and last year of every measure by three indices and their parts.

    Parameters
    ----------
    parts : DataFrame
        As `unequal` returns it.
    indicators, regions : DataFrame, Series
        As there, for Theil's indices.

    Returns
    -------
    DataFrame
        Columns panel, year, gini, within, between, overlap (% of the Gini), theil_t,
        theil_t_between, theil_l, theil_l_between (% of each between regions).
    """
    rows = []
    for head, column in SPREAD.items():
        mine = parts[parts["panel"] == head].set_index(["year", "part"])
        panel = complete_years(indicators, [column]).panel
        years = mine.index.unique("year")
        ends = [years.min(), years.max()]
        ended = panel[panel.index.get_level_values("year").isin(ends)]
        path = theil_path(ended, column, regions)
        theil = path[path["group"] == "all"].set_index(["year", "index", "part"])
        for year in ends:
            row = {"panel": head, "year": int(year), "gini": mine.loc[(year, "all"), "value"]}
            for name, part in zip(
                ("within", "between", "overlap"), list(PARTS.values())[1:], strict=True
            ):
                row[name] = 100 * mine.loc[(year, part), "share"]
            for name, index in (("theil_t", "Theil T"), ("theil_l", "Theil L")):
                row[name] = theil.loc[(year, index, "total"), "value"]
                row[f"{name}_between"] = 100 * theil.loc[(year, index, "between"), "share"]
            rows.append(row)
    return pd.DataFrame(rows)


def inequality_facts(table: pd.DataFrame) -> dict[str, Fact]:
    """First and last values for the text, by measure: output, firms, talent.

    Parameters
    ----------
    table : DataFrame
        As `inequality_table` returns it.
    """
    facts: dict[str, Fact] = {}
    for name, head in zip(("output", "firms", "talent"), SPREAD, strict=True):
        first, last = table[table["panel"] == head].to_dict("records")
        facts |= {
            f"{name}_first": (first["year"], "year", None),
            f"{name}_last": (last["year"], "year", None),
            f"{name}_gini_first": (first["gini"], "", 2),
            f"{name}_gini_last": (last["gini"], "", 2),
            f"{name}_between": (last["between"], "%", 0),
            f"{name}_overlap": (last["overlap"], "%", 0),
            f"{name}_theil_t": (last["theil_t_between"], "%", 0),
            f"{name}_theil_l": (last["theil_l_between"], "%", 0),
        }
    return facts


def most_of(indicators: pd.DataFrame, head: str, count: int = 2) -> str:
    """Names of the cities with most of a measure of `SPREAD` in its last full year."""
    panel = complete_years(indicators, [SPREAD[head]]).panel[SPREAD[head]]
    last = panel.xs(panel.index.get_level_values("year").max(), level="year")
    return listed(list(last.nlargest(count).index))


def clustering(indicators: pd.DataFrame, weights: SpatialWeights, seed: int) -> pd.DataFrame:
    """Global Moran's I of output, firms and talent with permutation p-values, year by year.

    Returns
    -------
    DataFrame
        Columns series, year, value, p, expected; years in which a city misses a value have none.
    """
    tables = [
        moran_by_year(indicators, column, weights, seed=seed).assign(series=head)
        for head, column in SPREAD.items()
    ]
    joined = pd.concat(tables, ignore_index=True).dropna(subset=["statistic"])
    joined = joined.rename(columns={"statistic": "value", "p_permutation": "p"})
    return joined[["series", "year", "value", "p", "expected"]].reset_index(drop=True)


def neighbourhoods(
    values: pd.Series, weights: SpatialWeights, seed: int, level: float
) -> pd.DataFrame:
    """Local Moran of every city: where like stands beside like, if that can be told from chance.

    Parameters
    ----------
    values : Series
        One value per city.
    weights : SpatialWeights
        Who borders whom.
    seed : int
        Of the permutations.
    level : float
        Of the tests; what is compared with it is the p adjusted over the cities.

    Returns
    -------
    DataFrame
        Columns of `local_moran`; kind (the quadrant in words); told (whether the adjusted p is
        below the level); text (the raw p).
    """
    table = local_moran(values, weights, seed=seed)
    return table.assign(
        kind=table["quadrant"].map(QUADRANTS),
        told=table["p_adjusted"] < level,
        text=table["p"].map(lambda p: "<0.001" if p < 0.001 else f"{p:.3f}"),
    )


def clustering_facts(paths: pd.DataFrame, local: pd.DataFrame, level: float) -> dict[str, Fact]:
    """Last value and p of each measure, years told from chance, cities told from chance."""
    facts: dict[str, Fact] = {"moran_expected": (paths["expected"].iloc[0], "", 2)}
    for name, head in zip(("output", "firms", "talent"), SPREAD, strict=True):
        mine = paths[paths["series"] == head]
        facts |= {
            f"moran_{name}": (mine["value"].iloc[-1], "", 2),
            f"moran_{name}_p": (mine["p"].iloc[-1], "", 3),
            f"moran_{name}_years": (len(mine), "", None),
            f"moran_{name}_told": (quantity(int((mine["p"] < level).sum())), "", None),
        }
    facts["local_told"] = (quantity(int(local["told"].sum())), "", None)
    facts["local_raw"] = (quantity(int((local["p"] < level).sum())), "", None)
    return facts


def ranks_over_time(
    indicators: pd.DataFrame, regions: pd.Series, column: str, step: int
) -> pd.DataFrame:
    """Ranks of all cities every so many years and in the last, for `charts.rank_paths`.

    Returns
    -------
    DataFrame
        Columns unit, year, rank (1 the highest), value, region.
    """
    wide = complete_years(indicators, [column]).panel[column].unstack("unit")
    years = sorted({*wide.index[:: -step or None], wide.index[0]})
    chosen = wide.loc[years]
    table = pd.DataFrame(
        {"rank": chosen.rank(axis=1, ascending=False).stack(), "value": chosen.stack()}
    ).reset_index()
    return table.assign(region=table["unit"].map(regions))


def mobility_facts(indicators: pd.DataFrame, column: str, seed: int) -> dict[str, Fact]:
    """How much the order of the cities has changed.

    Returns
    -------
    dict
        First and last year, rank correlation (Spearman) of the two, mean change of rank, who rose
        and fell most, and Shorrocks' index of yearly moves between classes with its band.
    """
    panel = complete_years(indicators, [column]).panel
    years = panel.index.unique("year")
    first, last = int(years.min()), int(years.max())
    kept = rank_persistence(panel, column, base=first).set_index("year").loc[last]
    moves = rank_changes(panel, column, start=first, end=last).set_index("unit")["change"]
    classes = class_transitions(panel, column, classes=CLASSES, seed=seed)
    return {
        "moved_first": (first, "year", None),
        "moved_last": (last, "year", None),
        "rank_correlation": (float(kept["spearman"]), "", 2),
        "rank_change": (float(kept["mean_rank_change"]), "", 1),
        "riser": (moves.idxmax(), "", None),
        "riser_places": (int(moves.max()), "", None),
        "faller": (moves.idxmin(), "", None),
        "faller_places": (int(-moves.min()), "", None),
        "class_count": (CLASSES, "", None),
        "shorrocks": (classes.shorrocks, "", 2),
        "shorrocks_low": (classes.low, "", 2),
        "shorrocks_high": (classes.high, "", 2),
    }


def convergence(indicators: pd.DataFrame) -> tuple[dict[str, float], pd.DataFrame]:
    """Speed at which secondary output per resident of the cities converges, a year (C055).

    Parameters
    ----------
    indicators : DataFrame
        Of the cities, indexed by unit and year.

    Returns
    -------
    numbers : dict
        estimate, low, high.
    table : DataFrame
        One row: as `BetaConvergence.summary`, rates in per cent a year, with the first and last
        year.
    """
    first, last = CONVERGENCE
    fit = beta_cross_section(indicators, "out_va2_pc", start=first, end=last)
    table = fit.summary.assign(first=first, last=last)
    rates = ["beta", "low", "high", "speed", "speed_low", "speed_high"]
    table[rates] *= 100
    return {"estimate": fit.speed, "low": fit.speed_low, "high": fit.speed_high}, table
