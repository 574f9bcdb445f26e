"""Chapter 5: which declared association carries a scenario to an outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from nqpf.chapters.declared import Declared, Level
from nqpf.chapters.strategy_tests import SINGLE
from nqpf.expressions import evaluate, names
from nqpf.index import Hierarchy
from nqpf.scenarios import Link, Scenario, sizes_of

WORDS = {
    "total": "new-product intensity, by the index",
    "together": "new-product intensity, by talent and capital",
    "C108": "home share of high-tech new products",
    "C109": "new-product sales per R&D expense",
    "total_city": "labour productivity of the cities, by the index",
}


def indicators_of(level: Level, tree: Hierarchy | None = None) -> pd.DataFrame:
    """Indicators of a tree (the level's) in the index's years, without the units left out."""
    wanted = list((tree or level.hierarchy).indicators)
    years, units = (level.values.index.get_level_values(name) for name in ("year", "unit"))
    first, last = level.options.years
    inside = (years >= first) & (years <= last) & ~units.isin(level.options.units_excluded)
    return level.values.loc[inside, wanted]


def link_of(level: Level, test: Declared, size: pd.Series | None, **changes) -> Link:
    """The link of a declared test.

    Parameters
    ----------
    level : Level
        Values and choices.
    test : Declared
        Outcome on factor.
    size : Series, optional
        Weight of a unit in the mean.
    **changes
        Of the link.
    """
    tree = level.hierarchy
    gone = [one for one in test.taken_out if one in tree.indicators]
    scope = {name: level.values[name] for name in names(test.outcome)}
    link = Link(
        id=test.id,
        label=WORDS.get(test.id, test.label),
        indicators=indicators_of(level),
        outcome=evaluate(test.outcome, scope),
        log=test.log_outcome,
        years=(test.first, test.last),
        hierarchy=tree.without(*gone) if gone else tree,
        options=replace(level.options, units_excluded=()),
        nodes=(test.factor,),
        size=size,
    )
    return replace(link, **changes)


def tests_of_links(tests: Sequence[Declared], level: str) -> dict[str, Declared]:
    """The declared test behind each link of a level.

    Parameters
    ----------
    tests : sequence of Declared
        Of data/codebook/associations.csv.
    level : str
        `provinces` or `cities`.

    Returns
    -------
    dict of str to Declared
        By name of the link. Talent with capital has the outcome of the index's test.
    """
    by_id = {test.id: test for test in (*tests, *SINGLE)}
    if level == "cities":
        return {"total": by_id["total_city"]}
    total = by_id["total"]
    return {"total": total, "together": total, "C108": by_id["C108"], "C109": by_id["C109"]}


def province_links(level: Level, tests: Sequence[Declared], codebook: pd.DataFrame) -> dict:
    """Links of the provinces: the index, talent with capital, and the two of circulation.

    Parameters
    ----------
    level : Level
        Of the provinces.
    tests : sequence of Declared
        Of data/codebook/associations.csv.
    codebook : DataFrame
        data/codebook/indicators.csv, rows of the provinces.

    Returns
    -------
    dict of str to Link
        By name of the link.
    """
    sizes = sizes_of(codebook, level.values)
    mine = tests_of_links(tests, "provinces")
    index = link_of(level, mine["total"], sizes.get(mine["total"].outcome))
    purged = level.hierarchy.without("mea_rd_gdp")
    together = replace(
        index, id="together", label=WORDS["together"], hierarchy=purged,
        nodes=("labourers", "means"), product=True,
    )  # fmt: skip
    single = {name: link_of(level, mine[name], None) for name in ("C108", "C109")}
    return {"total": index, "together": together, **single}


def city_links(level: Level, tests: Sequence[Declared], codebook: pd.DataFrame) -> dict:
    """Links of the cities: labour productivity by the index; see `province_links`."""
    total = tests_of_links(tests, "cities")["total"]
    size = sizes_of(codebook, level.values).get(total.outcome)
    return {"total": link_of(level, total, size, label=WORDS["total_city"])}


def link_for(scenario: Scenario, links: Mapping[str, Link]) -> str:
    """Name of the link that carries a scenario: that of its first claim with one, or the index."""
    by_claim = {"C095": "together", "C108": "C108", "C109": "C109"}
    wanted = [by_claim[claim] for claim in scenario.claims if by_claim.get(claim) in links]
    return wanted[0] if wanted else "total"
