"""Chapter 4.3: trade and demand, from published figures that are never mixed with estimates."""

import re
from collections.abc import Mapping

import pandas as pd

from nqpf.chapters.wording import listed
from nqpf.errors import StudyError

MONTHS = {"Q1": 3, "H1": 6, "Q1-Q3": 9, "": 12}
HIGH_TECH = "high-tech manufacturing share of above-scale VA"
FOUND = "rise found elsewhere"
CHAINED = "that rise and the fall stated in the paper"
ONCE = {  # what is held of the cities' circulation
    "exports": "exports",
    "imports": "imports",
    "retail": "retail_sales",
    "profit": "ind_profit",
    "patents": "patents_granted",
}
TOP = 3  # exporting cities named
Fact = tuple[object, str, int | None]  # value, unit, decimals


def end_of(period: str) -> float:
    """Time at which a period ends, in years: `2023`, `2023H1`, `2024Q1-Q3`, `2022-01..11`.

    Raises
    ------
    StudyError
        If the period is written otherwise.
    """
    if match := re.fullmatch(r"(\d{4})(Q1-Q3|Q1|H1|)", period):
        return int(match[1]) + MONTHS[match[2]] / 12
    if match := re.fullmatch(r"(\d{4})-01\.\.(\d\d)", period):
        return int(match[1]) + int(match[2]) / 12
    raise StudyError(f"the period '{period}' is written in no known way, such as 2023 or 2023H1")


def published(figures: pd.DataFrame, place: str, variable: str) -> pd.DataFrame:
    """One published series in order of time.

    Parameters
    ----------
    figures : DataFrame
        Columns city (also a province), year (a period), variable, value, unit, source.
    place, variable : str
        What is wanted.

    Raises
    ------
    StudyError
        If nothing is held.
    """
    rows = figures[(figures["city"] == place) & (figures["variable"] == variable)]
    if rows.empty:
        raise StudyError(f"no published figure '{variable}' of {place} is held")
    return rows.assign(end=rows["year"].map(end_of)).sort_values("end", ignore_index=True)


def figure(figures: pd.DataFrame, place: str, variable: str, period: str) -> float:
    """One published figure."""
    rows = published(figures, place, variable)
    found = rows.loc[rows["year"] == period, "value"]
    if len(found) != 1:
        raise StudyError(f"expected one '{variable}' of {place} in {period}, got {len(found)}")
    return float(found.iloc[0])


def trade_modes(figures: pd.DataFrame) -> pd.DataFrame:
    """Shares of general and of processing trade in Guangdong's trade, by period, in %.

    Returns
    -------
    DataFrame
        Columns period, label (the period as readers write it), general, processing (missing where
        not published), in order of time.
    """
    general, processing = (
        published(figures, "Guangdong", f"{mode} trade share of trade").set_index("year")["value"]
        for mode in ("general", "processing")
    )
    table = pd.DataFrame({"general": general, "processing": processing})
    table = table.loc[sorted(table.index, key=end_of)].rename_axis("period").reset_index()
    return table.assign(label=table["period"].map(spoken))


def last_modes(modes: pd.DataFrame) -> dict[str, float]:
    """Both shares in the last period in which both are published (C087)."""
    last = modes.dropna(subset=["general", "processing"]).iloc[-1]
    return {"share_processing": last["processing"], "share_general": last["general"]}


def rising(figures: pd.DataFrame, places: list[str], variable: str, years: int = 3) -> dict:
    """Places with at least so many published years, and the share of them that rise (C052)."""
    long = [rows for place in places if len(rows := published(figures, place, variable)) >= years]
    rise = [rows["value"].iloc[-1] > rows["value"].iloc[0] for rows in long]
    return {"count": len(long), "share": sum(rise) / len(rise) if rise else float("nan")}


def service_cluster(figures: pd.DataFrame) -> float:
    """Digital-and-fashion cluster as % of the seven clusters' value added, Shenzhen 2023 (X007)."""
    rows = figures[
        (figures["city"] == "Shenzhen") & figures["variable"].str.startswith("SEI cluster VA: ")
    ]
    total = rows["value"].sum()
    return float(100 * rows.loc[rows["variable"].str.contains("fashion"), "value"].sum() / total)


def growth_rates(figures: pd.DataFrame, imports: pd.DataFrame) -> pd.DataFrame:
    """Published growth rates of trade and of what trade is said to have harmed, in %.

    Parameters
    ----------
    figures : DataFrame
        Published figures of places.
    imports : DataFrame
        Growth rates of the province's imports: value, year, note.

    Returns
    -------
    DataFrame
        Columns label (with the period), value, group (Guangdong or Shenzhen); by group.
    """
    wanted = [
        ("Guangdong", "exports growth", "2023", "all exports"),
        ("Guangdong", "trade with USA growth", "2023H1", "trade with the United States"),
        ("Shenzhen", "exports growth", "2023", "all exports"),
        ("Shenzhen", "electromechanical exports growth", "2024Q1", "electromechanical exports"),
        ("Shenzhen", "high-tech manufacturing VA growth", "2024Q1", "high-tech value added"),
        ("Shenzhen", "exports growth", "2024Q1-Q3", "all exports"),
    ]
    rows = [
        (f"{name}, {spoken(period)}", figure(figures, place, variable, period), place)
        for place, variable, period, name in wanted
    ]
    bought = [
        (f"{row['note'].replace('electro', 'imports of electro')}, {spoken(row['year'])}",
         row["value"], "Guangdong")
        for row in imports.to_dict("records")
    ]  # fmt: skip
    rows = rows[:2] + bought + rows[2:]
    return pd.DataFrame(rows, columns=["label", "value", "group"])


def spoken(period: str) -> str:
    """A period as readers write it: `first half of 2023`, `2020 to 2025`."""
    if re.fullmatch(r"(\d{4}-\d{4})?", period):
        return period.replace("-", " to ")
    end_of(period)
    words = {
        "Q1": "first quarter of {}",
        "H1": "first half of {}",
        "Q1-Q3": "first nine months of {}",
    }
    year, rest = period[:4], period[4:]
    if rest.startswith("-01.."):
        return f"first {int(rest[5:])} months of {year}"
    return words[rest].format(year) if rest else year


def base_effect(goods: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """Exports after a rise found elsewhere and a fall that the paper states; before = 100.

    Parameters
    ----------
    goods : dict of str to (float, float)
        Rise and fall in %, by goods.

    Returns
    -------
    DataFrame
        Columns goods, label, value, group (whether the paper's figure enters).
    """
    rows = []
    for name, (rise, fall) in goods.items():
        top = 100 * (1 + rise / 100)
        rows += [
            (name, f"{name}, after the rise", top, FOUND),
            (name, f"{name}, after the stated fall", top * (1 + fall / 100), CHAINED),
        ]
    return pd.DataFrame(rows, columns=["goods", "label", "value", "group"])


def margins(panel: pd.DataFrame, cores: list[str], year: int = 2023) -> pd.DataFrame:
    """Profit over revenue of industry by city, %, beside the province's.

    Returns
    -------
    DataFrame
        Columns city, value, above (at or above the province), core.
    """
    both = panel[["ind_profit", "ind_revenue"]].xs(year, level="year").dropna()
    value = 100 * both["ind_profit"] / both["ind_revenue"]
    table = pd.DataFrame({"value": value, "above": value >= provincial_margin(panel, year)})
    return table.assign(core=table.index.isin(cores)).rename_axis("city").reset_index()


def held_once(panel: pd.DataFrame, columns: Mapping[str, str]) -> dict[str, int]:
    """Years in which at least nine in ten units have a value, by heading: what no panel shows.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year.
    columns : mapping of str to str
        Column by heading.
    """
    units = panel.index.get_level_values("unit").nunique()
    return {
        head: int((panel[column].dropna().groupby("year").size() >= 0.9 * units).sum())
        for head, column in columns.items()
    }


def provincial_margin(panel: pd.DataFrame, year: int = 2023) -> float:
    """Profit over revenue of industry of all cities together, %."""
    both = panel[["ind_profit", "ind_revenue"]].xs(year, level="year").dropna()
    return float(100 * both["ind_profit"].sum() / both["ind_revenue"].sum())


def low_end_elsewhere(
    table: pd.DataFrame, figures: pd.DataFrame, cores: list[str]
) -> dict[str, float]:
    """Other cities at or above the province's margin, and above its high-tech share (C085)."""
    shares = figures[figures["variable"] == HIGH_TECH]
    province = shares.loc[shares["city"] == "Guangdong", "value"].max()
    others = shares[~shares["city"].isin([*cores, "Guangdong", "China"])]
    return {
        "share": float(table.loc[~table["core"], "above"].mean()),
        "count": int(others.loc[others["value"] > province, "city"].nunique()),
    }


def city_table(panel: pd.DataFrame, extra: pd.DataFrame, year: int = 2023) -> pd.DataFrame:
    """Exports, imports and retail sales by city, beside what `extra` holds.

    Parameters
    ----------
    panel : DataFrame
        exports, imports, retail_sales (10,000 CNY), pop_resident (10,000 persons) and gdp_rev
        (100 million CNY), indexed by unit and year.
    extra : DataFrame
        Further columns by city.

    Returns
    -------
    DataFrame
        Columns city, exports_gdp and imports_gdp (% of GDP), retail_pc (1,000 CNY per resident)
        and those of `extra`; most open first.
    """
    one = panel.xs(year, level="year")
    table = pd.DataFrame(
        {
            "exports_gdp": one["exports"] / one["gdp_rev"] / 100,  # 10,000 over 100 million CNY, %
            "imports_gdp": one["imports"] / one["gdp_rev"] / 100,
            "retail_pc": one["retail_sales"] / one["pop_resident"] / 1000,
        }
    )
    table = table.join(extra).sort_values("exports_gdp", ascending=False)
    return table.rename_axis("city").reset_index()


def high_tech_exports(figures: pd.DataFrame) -> dict[str, float]:
    """Growth in Shenzhen in the quarter of two things wider than high-tech exports (C093)."""
    rates = [
        figure(figures, "Shenzhen", variable, "2024Q1")
        for variable in ("electromechanical exports growth", "high-tech manufacturing VA growth")
    ]
    return {"low": min(rates), "high": max(rates)}


def city_facts(
    panel: pd.DataFrame,
    cross: pd.DataFrame,
    margin_table: pd.DataFrame,
    figures: pd.DataFrame,
    patents: Mapping[str, float],
    cores: list[str],
    year: int = 2023,
) -> dict[str, Fact]:
    """Numbers of the cross-section of cities, for the text.

    Parameters
    ----------
    panel : DataFrame
        Of the cities, indexed by unit and year.
    cross, margin_table : DataFrame
        As `city_table` and `margins` return them.
    figures : DataFrame
        Published figures of places.
    patents : mapping
        As `layout.few_excel` returns it.
    cores : list of str
        Cities set apart.
    year : int
        Of the cross-section.
    """
    exports = panel["exports"].xs(year, level="year").sort_values(ascending=False)
    top = list(exports.index[:TOP])
    low_end = low_end_elsewhere(margin_table, figures, cores)
    return {
        "exports_top": (listed(top), "", None),
        "exports_top_share": (100 * exports.iloc[:TOP].sum() / exports.sum(), "%", 0),
        "retail_low": (cross["retail_pc"].min(), "", 0),
        "retail_high": (cross["retail_pc"].max(), "", 0),
        "margin_province": (provincial_margin(panel, year), "%", 1),
        "margin_share": (100 * low_end["share"], "%", 0),
        "hitech_above": (low_end["count"], "", None),
        "patents_above": (patents["count"], "", None),
        "patents_gini": (patents["value"], "", 2),
        **{f"years_{name}": (held, "", None) for name, held in held_once(panel, ONCE).items()},
    }


def trade_facts(
    modes: Mapping[str, float], chain: pd.DataFrame, rates: pd.DataFrame
) -> dict[str, Fact]:
    """Numbers of the published trade figures, for the text.

    Parameters
    ----------
    modes : mapping
        As `last_modes` returns it.
    chain, rates : DataFrame
        As `base_effect` and `growth_rates` return them.
    """
    after = chain[chain["group"] == CHAINED].set_index("goods")["value"]
    risen = chain[chain["group"] == FOUND].set_index("goods")["value"]
    return {
        "general": (modes["share_general"], "%", 0),
        "processing": (modes["share_processing"], "%", 0),
        "vehicles_rise": (risen["Electric vehicles"] - 100, "%", 0),
        "vehicles_after": (after["Electric vehicles"], "", 0),
        "batteries_after": (after["Lithium batteries"], "", 0),
        "rates_shown": (len(rates), "", None),
    }
