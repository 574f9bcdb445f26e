"""Chapter 2: one unit up close, and every city in a line."""

from collections.abc import Sequence

import pandas as pd

from nqpf.chapters.definitions import ELEMENTS, Measured
from nqpf.chapters.wording import listed
from nqpf.errors import StudyError
from nqpf.index.profile import peers, strengths_and_weaknesses, unit_profile
from nqpf.report.numbers import ordinal

ALIKE = 3  # units named as most alike


def profile_table(measured: Measured) -> pd.DataFrame:
    """Every indicator of the unit followed against the median of all, best rank first.

    Parameters
    ----------
    measured : Measured

    Returns
    -------
    DataFrame
        Columns label (with the rank), element, value, score, median, rank, of.

    Raises
    ------
    StudyError
        If the unit has no indicator in the last year.
    """
    table = unit_profile(measured.index, measured.focus, measured.year).dropna(subset=["score"])
    if table.empty:
        raise StudyError(
            f"{measured.focus} has no indicator in {measured.year}; choose other years"
        )
    table = table.sort_values(["rank", "gap"], ascending=[True, False], kind="stable")
    labels = [
        f"{measured.labels[i]} ({ordinal(int(rank))})"
        for i, rank in zip(table.index, table["rank"], strict=True)
    ]
    kept = ["element", "value", "score", "median", "rank", "of"]
    return table[kept].assign(label=labels).reset_index()


def profile_facts(measured: Measured) -> dict[str, tuple]:
    """What the unit followed is best and worst at, and whom it resembles.

    Returns
    -------
    dict
        Facts strongest and weakest (labels as a list), alike (units, nearest first) and
        above_median (indicators), profiled (all).
    """
    profile = unit_profile(measured.index, measured.focus, measured.year)
    kinds = strengths_and_weaknesses(profile, ALIKE)
    named = {
        kind: listed([measured.labels[i] for i in kinds.index[kinds["kind"] == kind]])
        for kind in ("strongest", "weakest")
    }
    complete = bool(profile["score"].notna().all())
    alike = peers(measured.index, measured.focus, measured.year, ALIKE)["unit"] if complete else []
    return {
        "strongest": (named["strongest"],),
        "weakest": (named["weakest"],),
        "alike": (listed(list(alike)),),
        "above_median": (int((profile["gap"] > 0).sum()), ""),
        "profiled": (int(profile["score"].notna().sum()), ""),
    }


def city_table(measured: Measured) -> pd.DataFrame:
    """Every unit in a line: its place, its elements, its best and worst indicator, its like.

    Parameters
    ----------
    measured : Measured

    Returns
    -------
    DataFrame
        Columns rank, unit, region, index, the elements, strongest and weakest (label and rank of
        the best and worst indicator by the unit's own standards) and alike (nearest unit), best
        first. Units without an index in the last year are left out.
    """
    rows = []
    for row in measured.standing.to_dict("records"):
        unit = row["unit"]
        profile = unit_profile(measured.index, unit, measured.year)
        kinds = strengths_and_weaknesses(profile, 1).reset_index().set_index("kind")
        said = {
            kind: f"{measured.labels[one['indicator']]} ({ordinal(int(one['rank']))})"
            for kind, one in kinds.iterrows()
        }
        complete = bool(profile["score"].notna().all())
        near = peers(measured.index, unit, measured.year, 1)["unit"].iloc[0] if complete else ""
        rows.append({**row, **said, "alike": near, "region": measured.geography["region"][unit]})
    order = ["rank", "unit", "region", "index", *[e for e in ELEMENTS if e in rows[0]]]
    return pd.DataFrame(rows)[[*order, "strongest", "weakest", "alike"]]


def indicator_list(measured: Measured) -> str:
    """Names of all indicators of an index, listed."""
    return listed([measured.labels[i] for i in measured.index.hierarchy.indicators])


def cities_reading(case: str, cities: Sequence[str]) -> str:
    """Sentences below the cities, with facts to be filled in; without any, that none are held."""
    if not cities:
        return "No panel of the cities of {case} is held, so there is no index of its cities."
    return (
        "The table reads in lines: what a city is best at by rank, where it lags, and which city "
        "is most like it. Wages, students and loans follow size and rank of a city in the "
        "administration as much as new forces; a high place is to be read with that in mind."
    )
