"""Chapter 4.1: where the case stands on what the paper says of its structure."""

from collections.abc import Mapping

import pandas as pd

from nqpf import upgrading
from nqpf.chapters.introduction import last_complete_year
from nqpf.chapters.wording import listed
from nqpf.errors import StudyError
from nqpf.regional.decomposition import decompose_theil_t

SECTORS = ["primary", "secondary", "tertiary"]
THREE_REGIONS = ("East", "Central", "West")
MEASURES = {
    "manufacturing": "Secondary value added",
    "digital": "E-commerce sales",
    "open": "Trade over GDP",
    "hitech": "High-tech intensity",
    "services": "Growth of services since 2015",
    "margin": "High-tech margin, three years",
}
SERVICES = ("va_tertiary_index", 2015, 2022)  # declared window of C058
MARGIN_YEARS = 3  # declared for C094
BEST = 3


def last_values(panel: pd.DataFrame, column: str) -> pd.Series:
    """Values of the last year in which nearly all units have one, named by that year.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year.
    column : str
        Variable or indicator.
    """
    year = last_complete_year(panel, [column])
    return panel[column].xs(year, level="year").dropna().rename(year)


def services_growth(panel: pd.DataFrame) -> pd.Series:
    """Mean volume growth of the tertiary sector over the declared years, % a year, by unit.

    Raises
    ------
    StudyError
        If a unit misses a year: a mean over other years would be another measure.
    """
    column, first, last = SERVICES
    wide = panel[column].unstack("year").loc[:, first:last]
    if wide.isna().to_numpy().any() or wide.shape[1] != last - first + 1:
        raise StudyError(f"expected {column} of every unit from {first} to {last}")
    return (wide.mean(axis=1) - 100).rename(last)


def mean_margin(indicators: pd.DataFrame) -> pd.Series:
    """Profit margin of high-tech industry, mean of the last three years held, %, by unit.

    Units that miss one of the three years are left out.
    """
    wide = indicators["out_hitech_margin"].dropna().unstack("year")
    years = wide.columns[wide.notna().mean() >= 0.9][-MARGIN_YEARS:]
    mean = wide[years].dropna().mean(axis=1)
    return mean.rename(int(years[-1]))


def intensity_of_all(raw: pd.DataFrame, year: int) -> float:
    """High-tech revenue over secondary value added of all provinces together, in %.

    Parameters
    ----------
    raw : DataFrame
        hitech_revenue and va_secondary_rev5, indexed by unit and year.
    year : int
        Provinces that miss either are in neither sum.
    """
    both = raw[["hitech_revenue", "va_secondary_rev5"]].xs(year, level="year").dropna()
    return float(100 * both["hitech_revenue"].sum() / both["va_secondary_rev5"].sum())


def province_measures(indicators: pd.DataFrame, raw: pd.DataFrame) -> dict[str, pd.Series]:
    """What section 4 says of the province as a whole, by the keys of `MEASURES`.

    Parameters
    ----------
    indicators, raw : DataFrame
        Of the provinces, indexed by unit and year.

    Returns
    -------
    dict of str to Series
        Values by unit; the name of each is its (last) year.
    """
    return {
        "manufacturing": last_values(raw, "va_secondary_rev5"),
        "digital": last_values(raw, "ecommerce_sales"),
        "open": last_values(indicators, "ctl_trade_gdp"),
        "hitech": last_values(indicators, "out_hitech_va2"),
        "services": services_growth(raw),
        "margin": mean_margin(indicators),
    }


def compared(measures: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Every measure on one scale, for a chart of standings.

    Parameters
    ----------
    measures : mapping of str to Series
        As `province_measures` returns them; more ranks higher.

    Returns
    -------
    DataFrame
        Columns key, label, unit, value (standard deviations from the mean unit), raw, rank, units.
    """
    parts = [
        pd.DataFrame(
            {
                "key": key,
                "label": f"{MEASURES[key]}, {values.name}",
                "unit": values.index,
                "value": ((values - values.mean()) / values.std()).to_numpy(),
                "raw": values.to_numpy(),
                "rank": values.rank(ascending=False, method="min").astype(int).to_numpy(),
                "units": len(values),
            }
        )
        for key, values in measures.items()
    ]
    return pd.concat(parts, ignore_index=True)


def ranks_of(table: pd.DataFrame, case: str) -> dict[str, int]:
    """Rank of the case by the key of each measure.

    Raises
    ------
    StudyError
        If the case lacks a measure, which its claims need.
    """
    ranks = table[table["unit"] == case].set_index("key")["rank"]
    if lost := sorted(set(table["key"]) - set(ranks.index)):
        raise StudyError(f"{case} has no value of {', '.join(lost)}; the claims need one")
    return {key: int(rank) for key, rank in ranks.items()}


def standing_numbers(
    measures: Mapping[str, pd.Series], raw: pd.DataFrame, case: str
) -> dict[str, dict[str, float]]:
    """Numbers of the claims about the province's place among provinces.

    Parameters
    ----------
    measures : mapping of str to Series
        As `province_measures` returns them.
    raw : DataFrame
        Of the provinces, for the intensity of all together.
    case : str
        Province studied.

    Returns
    -------
    dict
        By claim, the numbers that the plan names.
    """
    rank = ranks_of(compared(measures), case)
    hitech, services = measures["hitech"], measures["services"]
    return {
        "C046": {
            "rank_manufacturing": rank["manufacturing"],
            "rank_digital": rank["digital"],
            "n": len(measures["manufacturing"]),
        },
        "C047": {"rank": rank["open"], "n": len(measures["open"])},
        "C050": {
            "ratio": hitech[case] / intensity_of_all(raw, int(hitech.name)),
            "rank": rank["hitech"],
            "n": len(hitech),
        },
        "C058": {"value": services[case] - services.median()},
        "C094": {"ratio": best_ratio(measures["margin"], case)},
    }


def regions_compared(indicators: pd.DataFrame, regions: pd.Series) -> pd.DataFrame:
    """Secondary output per resident and high-tech intensity in the last common year.

    Parameters
    ----------
    indicators : DataFrame
        Indexed by unit and year.
    regions : Series
        Region by unit; those the paper does not name are left out.

    Returns
    -------
    DataFrame
        Columns unit, region, year, output (1,000 CNY per resident), intensity (%).
    """
    columns = ["out_va2_pc", "out_hitech_va2"]
    year = last_complete_year(indicators, columns)
    held = indicators[columns].xs(year, level="year").dropna()
    table = held.assign(region=regions.reindex(held.index), year=year).reset_index()
    table = table[table["region"].isin(THREE_REGIONS)].rename(
        columns={"out_va2_pc": "output", "out_hitech_va2": "intensity"}
    )
    return table.assign(output=table["output"] / 1000).reset_index(drop=True)


def region_numbers(table: pd.DataFrame) -> dict[str, float]:
    """Regional means and the share of inequality between regions (C044).

    Parameters
    ----------
    table : DataFrame
        As `regions_compared` returns it.
    """
    split = decompose_theil_t(table["intensity"], table["region"])
    means = table.groupby("region")["output"].mean()
    return {
        "east": means["East"],
        "central": means["Central"],
        "west": means["West"],
        "share": split.between / split.total,
    }


def best_margins(
    margins: pd.Series, raw: pd.DataFrame
) -> dict[str, tuple[object, str, int | None]]:
    """Who the three best provinces are, and their share of all high-tech revenue.

    Parameters
    ----------
    margins : Series
        As `mean_margin` returns it.
    raw : DataFrame
        With hitech_revenue, indexed by unit and year.

    Returns
    -------
    dict
        Value, unit and decimals by name.
    """
    best = list(margins.nlargest(BEST).index)
    revenue = last_values(raw, "hitech_revenue")
    share = 100 * revenue.reindex(best).sum() / revenue.sum()
    return {"margin_best": (listed(best), "", None), "margin_best_share": (share, "%", 1)}


def best_ratio(margins: pd.Series, case: str) -> float:
    """Margin of the case over the mean of the three best provinces (C094)."""
    return float(margins[case] / margins.nlargest(BEST).mean())


def sector_paths(raw: pd.DataFrame) -> pd.DataFrame:
    """Shares of the three sectors in value added, in %, one vintage of accounts (from 2015).

    Returns
    -------
    DataFrame
        Columns unit, year, sector, value.
    """
    value_added = raw[["va1", "va2", "va3"]].query("year >= 2015").dropna()
    shares = 100 * upgrading.sector_shares(value_added.set_axis(SECTORS, axis=1))
    return shares.rename_axis(columns="sector").stack().rename("value").reset_index()


def on_tiles(values: pd.Series, geography: pd.DataFrame) -> pd.DataFrame:
    """Values beside the places of all units on the tile map; units without one have none.

    Parameters
    ----------
    values : Series
        By unit.
    geography : DataFrame
        Indexed by unit, with the places of the tiles.
    """
    placed = geography.assign(value=values.reindex(geography.index))
    return placed.rename_axis("unit").reset_index()
