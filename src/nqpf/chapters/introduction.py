"""Chapter 1: what data there are, how complete, how good, and what they show at a glance."""

import textwrap

import pandas as pd

from nqpf.data.indicators import years_of
from nqpf.errors import StudyError
from nqpf.expressions import names

ECONOMIES = {
    "CHN": "China",
    "DEU": "Germany",
    "JPN": "Japan",
    "KOR": "Korea",
    "USA": "United States",
}
TITLE_WIDTH = 34  # characters of a variable's short name
SHORTER = {  # parts of definitions that a short name does without
    "DERIVED: ": "",
    "ESTIMATE: ": "",
    "Industrial enterprises above designated size: ": "Industry: ",
    "High-tech industry (manufacturing), number of enterprises": "High-tech enterprises,",
    "High-tech industry, ": "High-tech: ",
    "Foreign-invested industrial enterprises": "Foreign industrial enterprises",
    "Industrial enterprises above designated size": "Industrial enterprises",
    "sales revenue of new products": "new-product sales",
    "wage of employed persons in urban units": "wage, urban units",
    "Per capita disposable income of all residents": "Disposable income per head",
    "Year-end deposits of financial institutions": "Bank deposits",
    "Year-end loans of financial institutions": "Bank loans",
    "Technology contracts by region of buyer, value": "Technology contracts bought",
    "Papers in SCI by region of first author": "Papers in SCI",
    "Imports and exports by location of operator": "Imports and exports",
    "Number of certified high- and new-technology enterprises": "Certified high-tech enterprises",
    "expenditure on technical renovation": "technical renovation",
    "main business revenue": "revenue",
    "R&D personnel full-time equivalent": "R&D personnel",
    "R&D personnel FTE": "R&D personnel",
    "R&D researchers, full-time equivalent": "R&D researchers",
    "Local general public budget expenditure": "Local public spending",
    "Local fiscal expenditure on ": "Local spending on ",
    "General-budget expenditure": "Public spending",
    "General-budget revenue": "Public revenue",
    "science and technology": "science",
    "Gross regional product, current prices, series revised": "GDP, revised",
    "Value added of secondary industry, revised": "Secondary value added, revised",
    "Resident population, year-end, before the 2020-census revision": "Population before census",
    "Intramural R&D expenditure": "R&D spending",
    "R&D expenditure funded by enterprises": "R&D spending paid by enterprises",
    "R&D expenditure": "R&D spending",
    "Enrolment in regular undergraduate and junior-college education": "Students",
    "Students enrolled in regular higher education": "Students",
    "Employed persons, secondary industry": "Employed in secondary industry",
    "Employed persons, tertiary industry": "Employed in tertiary industry",
    "Domestic invention patents": "Invention patents",
    "Newly registered high-tech": "New high-tech",
    " in the recognition lists of the year": "",
    "GRP": "GDP",
    "Peking University digital financial inclusion index": "Digital finance index",
}
GRADES = {
    "A": "official or equal to official figures wherever checked",
    "B": "compiled from official yearbooks, checked in part",
    "C": "modelled, undocumented or a published estimate",
}


def sources_used(sources: pd.DataFrame, traces: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Sources behind the cells of the panels, with what share of the cells each gave.

    Parameters
    ----------
    sources : DataFrame
        Codebook of sources: source_id, publisher, grade.
    traces : dict of str to DataFrame
        Trace of each level: source_id and status of every raw cell.

    Returns
    -------
    DataFrame
        Columns level, source_id, publisher, grade, cells, share (of the level's kept cells);
        a cell that two sources gave together counts for the pair.
    """
    rows = []
    for level, trace in traces.items():
        kept = trace[trace["status"] != "dropped"]
        cells = kept["source_id"].value_counts()
        for source_id, count in cells.items():
            parts = sources.set_index("source_id").loc[str(source_id).split("+")]
            rows.append(
                {
                    "level": level,
                    "source_id": source_id,
                    "publisher": "; ".join(parts["publisher"]),
                    "grade": max(parts["grade"].str[0]),  # a pair is as good as its worse part
                    "cells": int(count),
                    "share": 100 * count / len(kept),
                }
            )
    return pd.DataFrame(rows).sort_values(["level", "cells"], ascending=[True, False])


def cells_by_grade(used: pd.DataFrame) -> pd.DataFrame:
    """Sum the result of `sources_used` by level and grade.

    Parameters
    ----------
    used : DataFrame
        Columns level, source_id, grade, cells, share.

    Returns
    -------
    DataFrame
        Columns level, grade, meaning, sources (how many), cells, share.
    """
    table = used.groupby(["level", "grade"], as_index=False).agg(
        sources=("source_id", "nunique"), cells=("cells", "sum"), share=("share", "sum")
    )
    table.insert(2, "meaning", table["grade"].map(GRADES))
    return table


def variables_used(codebook: pd.DataFrame) -> dict[str, list[str]]:
    """Raw variables that the indicators of each level need, in alphabetical order.

    Parameters
    ----------
    codebook : DataFrame
        data/codebook/indicators.csv: level (province or city) and formula.
    """
    needed: dict[str, set[str]] = {"provinces": set(), "cities": set()}
    for item in codebook.to_dict("records"):
        needed["cities" if item["level"] == "city" else "provinces"] |= names(item["formula"])
    return {level: sorted(variables) for level, variables in needed.items()}


def panel_summary(
    panels: dict[str, pd.DataFrame], traces: dict[str, pd.DataFrame]
) -> dict[str, int]:
    """Size of each panel.

    Parameters
    ----------
    panels : dict of str to DataFrame
        Wide panels by level, indexed by unit and year.
    traces : dict of str to DataFrame
        Trace of each level: status of every raw cell.

    Returns
    -------
    dict of str to int
        For each level its units, first and last year, variables, cells, dropped and flagged.
    """
    summary = {}
    for level, panel in panels.items():
        years = panel.index.get_level_values("year")
        status = traces[level]["status"].value_counts()
        summary |= {
            f"{level}_units": panel.index.get_level_values("unit").nunique(),
            f"{level}_first": int(years.min()),
            f"{level}_last": int(years.max()),
            f"{level}_variables": panel.shape[1],
            f"{level}_cells": int(panel.notna().to_numpy().sum()),
            f"{level}_dropped": int(status.get("dropped", 0)),
            f"{level}_flagged": int(status.get("flagged", 0)),
        }
    return summary


def variable_titles(variables: pd.DataFrame, level: str) -> dict[str, str]:
    """Short names of raw variables for readers, from their definitions.

    Parameters
    ----------
    variables : DataFrame
        data/codebook/variables.csv: panel, variable, definition.
    level : str
        provinces or cities.

    Returns
    -------
    dict of str to str
        At most about forty characters, no two alike; a name that comes again is numbered.
    """
    titles: dict[str, str] = {}
    rows = variables[variables["panel"] == level]
    for variable, definition in zip(rows["variable"], rows["definition"], strict=True):
        text = definition
        for long, short in SHORTER.items():
            text = text.replace(long, short)
        text = text.split(" (")[0].strip(" ,:")
        while len(text) > TITLE_WIDTH and ", " in text:
            text = text.rpartition(", ")[0]
        text = textwrap.shorten(text[0].upper() + text[1:], TITLE_WIDTH, placeholder=" …")
        same = sum(title.split(" [")[0] == text for title in titles.values())
        titles[variable] = f"{text} [{same + 1}]" if same else text
    return titles


def coverage_by_year(panel: pd.DataFrame) -> pd.DataFrame:
    """Share of units with a value, per column and year.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year.

    Returns
    -------
    DataFrame
        Rows are columns of the panel, columns are years, values are percentages.
    """
    units = panel.index.get_level_values("unit").nunique()
    return panel.notna().groupby(level="year").sum().T / units * 100


def judgements(exclusions: pd.DataFrame) -> pd.DataFrame:
    """How many doubtful cells were dropped, flagged and kept, by panel and variable.

    Parameters
    ----------
    exclusions : DataFrame
        Codebook of judgements: panel, variable, action.

    Returns
    -------
    DataFrame
        Columns panel, variable, drop, flag, keep, judged; most dropped first.
    """
    counts = (
        exclusions.groupby(["panel", "variable", "action"]).size().unstack(fill_value=0)
    ).reindex(columns=["drop", "flag", "keep"], fill_value=0)
    counts["judged"] = counts.sum(axis=1)
    return counts.sort_values(["drop", "flag", "judged"], ascending=False).reset_index()


def standings(indicators: pd.DataFrame, codebook: pd.DataFrame, year: int) -> pd.DataFrame:
    """Where every unit stands on each indicator that has a direction, in one year.

    Parameters
    ----------
    indicators : DataFrame
        Indicators in columns, indexed by unit and year.
    codebook : DataFrame
        Codebook of the same level: id, role, dimension, direction.
    year : int
        Year looked at.

    Returns
    -------
    DataFrame
        Columns role, id, label (the dimension), unit, value (distance from the mean of all units in
        standard deviations, positive is better), raw (in the indicator's unit), rank (1 is best),
        units (with a value).

    Raises
    ------
    StudyError
        If the year is not in the panel.
    """
    if year not in indicators.index.unique("year"):
        raise StudyError(f"{year} is not in the panel; choose another year")
    parts = []
    for item in codebook[codebook["direction"] != "none"].to_dict("records"):
        raw = indicators[item["id"]].xs(year, level="year").dropna()
        if raw.nunique() < 2:
            continue
        sign = 1 if item["direction"] == "+" else -1
        part = pd.DataFrame(
            {
                "role": item["role"],
                "id": item["id"],
                "label": item["dimension"],
                "unit": raw.index,
                "value": sign * (raw - raw.mean()) / raw.std(),
                "raw": raw,
                "rank": (sign * raw).rank(ascending=False, method="min").astype(int),
                "units": len(raw),
            }
        )
        parts.append(part.reset_index(drop=True))
    return pd.concat(parts, ignore_index=True)


def core_codebook(codebook: pd.DataFrame, level: str) -> pd.DataFrame:
    """Rows of the core indicators and outcomes of a level, in the order of the codebook.

    Parameters
    ----------
    codebook : DataFrame
        data/codebook/indicators.csv.
    level : str
        `province` or `city`.
    """
    chosen = (codebook["level"] == level) & (codebook["default"] == "core")
    return codebook[chosen & (codebook["role"] != "control")]


def core_window(codebook: pd.DataFrame) -> tuple[int, int]:
    """First and last year in which every core indicator of the provinces' elements is declared.

    Parameters
    ----------
    codebook : DataFrame
        data/codebook/indicators.csv.
    """
    elements = core_codebook(codebook, "province")
    elements = elements[elements["role"].isin(["labourers", "means", "objects"])]
    common = set.intersection(*(years_of(years) for years in elements["years"]))
    return min(common), max(common)


def manufacturing_pivot(international: pd.DataFrame, home: str, others: list[str]) -> pd.DataFrame:
    """Manufacturing's share of output in the last year of each economy.

    Parameters
    ----------
    international : DataFrame
        Columns iso3, year, variable, value.
    home : str
        Economy that is judged, as ISO code.
    others : list of str
        Economies it is compared with.

    Returns
    -------
    DataFrame
        Columns label (name and year), year, value (% of GDP); home first, then by value.
    """
    rows = international[
        international["variable"].str.startswith("Manufacturing, value added")
        & international["iso3"].isin([home, *others])
    ].dropna(subset=["value"])
    last = rows.sort_values("year").groupby("iso3").tail(1)
    last = last.assign(home=last["iso3"] == home)
    last = last.sort_values(["home", "value"], ascending=False, ignore_index=True)
    named = last["iso3"].map(ECONOMIES).fillna(last["iso3"])
    last["label"] = named + ", " + last["year"].astype(int).astype(str)
    return last[["label", "year", "value"]]


def last_complete_year(indicators: pd.DataFrame, ids: list[str], share: float = 0.9) -> int:
    """Last year in which every named indicator is there for most units.

    Parameters
    ----------
    indicators : DataFrame
        Indicators in columns, indexed by unit and year.
    ids : list of str
        Indicators that must be there.
    share : float
        Smallest share of units with a value.

    Returns
    -------
    int
        The year.

    Raises
    ------
    StudyError
        If there is no such year.
    """
    covered = coverage_by_year(indicators[ids]).min()
    years = covered.index[covered >= 100 * share]
    if len(years) == 0:
        raise StudyError(
            f"there is no year in which {', '.join(ids)} are there for {share:.0%} of the units"
        )
    return int(years.max())
