"""Chapter 4.1: measures of structure over time, and how far ranks hang on their definition."""

from collections.abc import Mapping

import pandas as pd

from nqpf import upgrading
from nqpf.regional.standing import rank_interval, standing

Fact = tuple[object, str, int | None]  # value, unit, decimals
LAST_EMPLOYMENT = 2019  # sectoral employment breaks with the census of 2020 (PLAN.md)
LEAST_HELD = 0.9  # of the usual number of provinces; a rank among fewer is another rank
SECTORS = ("primary", "secondary", "tertiary")
SHOWN = {  # measures in the figure of values: heading and where better lies
    "out_struct_adv": ("Services over industry", "up"),
    "productivity": ("Structure weighted by productivity", "up"),
    "deviation_theil": ("Deviation of output from employment", "down"),
    "out_hitech_va2": ("High-tech intensity, %", "up"),
}
FAMILIES: dict[str, dict[str, str]] = {  # declared measure first, then other definitions
    "High-tech intensity": {"out_hitech_va2": "+", "hitech_gdp": "+", "hitech_pc": "+"},
    "New-product intensity": {"out_newprod_va2": "+", "newprod_gdp": "+", "newprod_pc": "+"},
    "Advancement of structure": {
        "out_struct_adv": "+",
        "advancement_weighted": "+",
        "advancement_angle": "+",
        "productivity": "+",
    },
    "Sectors equally productive": {
        "deviation_theil": "-",
        "deviation_structure": "-",
        "deviation_structure_weighted": "-",
    },
}


def measures_of_structure(indicators: pd.DataFrame, raw: pd.DataFrame) -> pd.DataFrame:
    """Every measure of `FAMILIES`, by unit and year.

    Parameters
    ----------
    indicators, raw : DataFrame
        Indicators; value added and employment by sector, high-tech revenue, new-product sales,
        GDP and population; indexed by unit and year.

    Returns
    -------
    DataFrame
        One column per measure; a cell whose ingredients are not held is missing. `productivity`
        weights the share of each sector by its value added per worker over the national one of the
        same year (Liu, Zhang and Huang 2008), so that prices do not enter: one is the structure
        and productivity of the country.
    """
    output = _sectors(raw, "va_{}_pub").reindex(indicators.index)
    workers = _sectors(raw, "employment_{}").reindex(indicators.index)
    with_output = output.notna().all(axis=1)
    unbroken = indicators.index.get_level_values("year") <= LAST_EMPLOYMENT
    both = with_output & workers.notna().all(axis=1) & unbroken
    structure = upgrading.structure_measures(output[with_output])
    deviations = upgrading.structure_measures(output[both], workers[both])
    industry = {"hitech": "hitech_revenue", "newprod": "ind_newprod_sales"}
    wider = {
        f"{name}_{base}": raw[column] / raw[over]
        for name, column in industry.items()
        for base, over in (("gdp", "gdp_rev5"), ("pc", "population"))
    }
    return indicators[["out_struct_adv", "out_hitech_va2", "out_newprod_va2"]].assign(
        **wider,
        **{name: structure[name] for name in ("advancement_weighted", "advancement_angle")},
        **{
            name: deviations[name]
            for name in ("deviation_theil", "deviation_structure", "deviation_structure_weighted")
        },
        productivity=productivity_weighted(output[both], workers[both]),
    )


def productivity_weighted(output: pd.DataFrame, workers: pd.DataFrame) -> pd.Series:
    """Advancement weighted by productivity against that of all units of the same year together.

    Parameters
    ----------
    output, workers : DataFrame
        Value added and employment of the three sectors, same rows, indexed by unit and year.
    """
    parts = []
    for _, made in output.groupby("year"):
        staff = workers.loc[made.index]
        national = made.sum() / staff.sum()
        parts.append(upgrading.advancement_productivity(made, staff, high=list(national)))
    return pd.concat(parts).sort_index().rename("productivity")


def value_panels(measures: pd.DataFrame, years: tuple[int, int]) -> pd.DataFrame:
    """Values of the measures of `SHOWN`, tidy, for `charts.measure_panels`.

    Returns
    -------
    DataFrame
        Columns panel, unit, year, value.
    """
    tables = [
        measures[column].rename("value").reset_index().assign(panel=head)
        for column, (head, _) in SHOWN.items()
    ]
    joined = pd.concat(tables, ignore_index=True)
    joined = joined[joined["year"].between(*years)]
    return joined[["panel", "unit", "year", "value"]].reset_index(drop=True)


def better() -> Mapping[str, str]:
    """Where better lies, by heading."""
    return dict(SHOWN.values())


def rank_families(measures: pd.DataFrame, case: str, years: tuple[int, int]) -> pd.DataFrame:
    """Rank of the case by the declared measure, and its range over other definitions.

    Parameters
    ----------
    measures : DataFrame
        As `measures_of_structure` returns it.
    case : str
        Province studied.
    years : (int, int)
        First and last.

    Returns
    -------
    DataFrame
        Columns panel, year, rank (1 is best), low, high (best and worst over the definitions held
        in the year), measures (their number, at least two), n (units ranked by the declared one).
        A definition counts in a year with nearly all units.
    """
    tables = []
    for head, directions in FAMILIES.items():
        places = standing(measures, case, directions)
        usual = places.groupby("measure")["n"].transform("max")
        places = places[places["n"] >= LEAST_HELD * usual]
        declared = places[places["measure"] == next(iter(directions))]
        declared = declared.set_index("year")[["rank", "n"]]
        band = rank_interval(places).set_index("year")[["low", "high", "measures"]]
        tables.append(declared.join(band).reset_index().assign(panel=head))
    joined = pd.concat(tables, ignore_index=True)
    kept = joined["year"].between(*years) & (joined["measures"] > 1)
    joined = joined[kept].reset_index(drop=True)
    return joined[["panel", "year", "rank", "low", "high", "measures", "n"]]


def path_facts(ranks: pd.DataFrame) -> dict[str, Fact]:
    """First and last rank and year of each family, and how wide its band is on average.

    Parameters
    ----------
    ranks : DataFrame
        As `rank_families` returns it.

    Returns
    -------
    dict
        Value, unit and decimals by name.
    """
    facts: dict[str, Fact] = {}
    for name, head in zip(("hitech", "newprod", "advanced", "equal"), FAMILIES, strict=True):
        mine = ranks[ranks["panel"] == head].sort_values("year")
        for end, row in (("first", mine.iloc[0]), ("last", mine.iloc[-1])):
            facts[f"{name}_{end}_year"] = (int(row["year"]), "year", None)
            facts[f"{name}_{end}_rank"] = (round(row["rank"]), "", None)
        facts[f"{name}_width"] = (float((mine["high"] - mine["low"]).mean()), "", 1)
    return facts


def _sectors(raw: pd.DataFrame, pattern: str) -> pd.DataFrame:
    return raw[[pattern.format(sector) for sector in SECTORS]].set_axis(list(SECTORS), axis=1)
