"""Chapter 4.2: links that size and nearness suggest, and how coupled two systems look."""

from collections.abc import Mapping

import pandas as pd

from nqpf.errors import StudyError
from nqpf.regional.coupling import coupling_classic, coupling_corrected
from nqpf.regional.gravity import gravity_links

ALIKE = 0.05  # of D, up to which two units count as equally coordinated
Fact = tuple[object, str, int | None]  # value, unit, decimals


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


def nodes_of(panel: pd.DataFrame, geography: pd.DataFrame, year: int) -> pd.DataFrame:
    """Cities in their places with their size, for `charts.network`.

    Returns
    -------
    DataFrame
        Columns unit, x, y (degrees), region, gdp (100 million CNY).
    """
    places = geography.rename(columns={"lon": "x", "lat": "y"})[["x", "y", "region"]]
    joined = places.join(panel["gdp_rev"].xs(year, level="year").rename("gdp"))
    return joined.rename_axis("unit").reset_index()


def coupled(forces: pd.Series, upgrading: pd.Series, regions: Mapping[str, str]) -> pd.DataFrame:
    """Coupling coordination of two systems in the last full year, in both published definitions.

    Both are scaled to their smallest and largest value over all units and years that have both,
    so that they share goalposts with all years.

    Parameters
    ----------
    forces, upgrading : Series
        Index of the forces and measure of upgrading, indexed by unit and year; the index must be
        free of what the measure is made of, or the two are alike by construction.
    regions : mapping
        Region by unit.

    Returns
    -------
    DataFrame
        Of the last of the years with most units: unit, year, x, y (the two systems, 0 to 1),
        region, classic, corrected (coordination D), classic_coupling, corrected_coupling (C),
        classic_rank, corrected_rank; the first by the corrected D on top.

    Raises
    ------
    StudyError
        If fewer than two cells have both.
    """
    both = pd.DataFrame({"x": forces, "y": upgrading}).dropna()
    if len(both) < 2:
        raise StudyError(f"expected units and years with both systems, got {len(both)}")
    scaled = (both - both.min()) / (both.max() - both.min())
    held = scaled.groupby("year").size()
    year = held.index[held == held.max()].max()
    one = scaled.xs(year, level="year")
    table = one.rename_axis("unit").reset_index().assign(year=int(year))
    table["region"] = table["unit"].map(regions)
    for name, measure in (("classic", coupling_classic), ("corrected", coupling_corrected)):
        result = measure(one).reset_index(drop=True)
        table[name] = result["coordination"]
        table[f"{name}_coupling"] = result["coupling"]
        table[f"{name}_rank"] = table[name].rank(ascending=False, method="min").astype(int)
    return table.sort_values("corrected", ascending=False, ignore_index=True)


def coupling_facts(table: pd.DataFrame) -> dict[str, Fact]:
    """How far the two definitions lie apart, and two units alike in D and unlike in the systems.

    Parameters
    ----------
    table : DataFrame
        As `coupled` returns it.

    Returns
    -------
    dict
        Smallest C and mean D of both definitions, largest move of rank, and the pair whose systems
        lie furthest apart among those whose classic D differs by at most 0.05.
    """
    units = table.to_dict("records")
    pairs = [
        ((a["x"] - b["x"]) ** 2 + (a["y"] - b["y"]) ** 2, a, b)
        for i, a in enumerate(units)
        for b in units[i + 1 :]
        if abs(a["classic"] - b["classic"]) <= ALIKE
    ]
    moved = (table["classic_rank"] - table["corrected_rank"]).abs()
    facts: dict[str, Fact] = {
        "coupled_year": (int(table["year"].iloc[0]), "year", None),
        "classic_least": (table["classic_coupling"].min(), "", 2),
        "corrected_least": (table["corrected_coupling"].min(), "", 2),
        "classic_mean": (table["classic"].mean(), "", 2),
        "corrected_mean": (table["corrected"].mean(), "", 2),
        "most_moved": (int(moved.max()), "", None),
    }
    if not pairs:
        raise StudyError(f"expected two units whose D differs by at most {ALIKE}, got none")
    _, one, other = max(pairs, key=lambda pair: pair[0])
    for letter, unit in (("a", one), ("b", other)):
        facts |= {
            f"alike_{letter}": (unit["unit"], "", None),
            f"alike_d_{letter}": (unit["classic"], "", 2),
            f"alike_x_{letter}": (unit["x"], "", 2),
            f"alike_y_{letter}": (unit["y"], "", 2),
        }
    return facts
