"""Chapter 5: which declared association carries a scenario to an outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from nqpf.chapters.declared import CONTROLS, Declared, Level
from nqpf.chapters.strategy_tests import SINGLE
from nqpf.expressions import evaluate, names
from nqpf.index.options import NEED_POSITIVE
from nqpf.scenarios import Link, Scenario, sizes_of
from nqpf.scenarios.link import ESTIMATORS

WORDS = {
    "total": "new-product intensity, by the index",
    "together": "new-product intensity, by talent and capital",
    "C108": "home share of high-tech new products",
    "C109": "new-product sales per R&D expense",
    "total_city": "labour productivity of the cities, by the index",
}
MEASURES = {
    "entropy weights": {"weights": "entropy", "weights_scope": "pooled"},
    "base-year goalposts": {"normalisation": "minmax_base"},
    "winsorised or logged": {"treatment": "winsorise_or_log"},
}


def indicators_of(level: Level) -> pd.DataFrame:
    """Indicators of the index in its years, without the units left out."""
    years, units = (level.values.index.get_level_values(name) for name in ("year", "unit"))
    first, last = level.options.years
    inside = (years >= first) & (years <= last) & ~units.isin(level.options.units_excluded)
    return level.values.loc[inside, list(level.hierarchy.indicators)]


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
    total = next(test for test in tests if test.id == "total")
    index = link_of(level, total, sizes.get(total.outcome))
    purged = level.hierarchy.without("mea_rd_gdp")
    together = replace(
        index, id="together", label=WORDS["together"], hierarchy=purged,
        nodes=("laborers", "means"), product=True,
    )  # fmt: skip
    links = {"total": index, "together": together}
    for test in SINGLE:
        if test.id in WORDS:
            links[test.id] = link_of(level, test, None)
    return links


def city_links(level: Level, tests: Sequence[Declared], codebook: pd.DataFrame) -> dict:
    """Links of the cities: labour productivity by the index; see `province_links`."""
    total = next(test for test in tests if test.id == "total_city")
    size = sizes_of(codebook, level.values).get(total.outcome)
    return {"total": link_of(level, total, size, label=WORDS["total_city"])}


def link_for(scenario: Scenario, links: Mapping[str, Link]) -> str:
    """Name of the link that carries a scenario: that of its first claim with one, or the index."""
    by_claim = {"C095": "together", "C108": "C108", "C109": "C109"}
    wanted = [by_claim[claim] for claim in scenario.claims if by_claim.get(claim) in links]
    return wanted[0] if wanted else "total"


def specification_set(link: Link, full: Link, controls: pd.DataFrame | None) -> dict[str, Link]:
    """The declared variants of a link's factor by the estimators of the robustness tables.

    Parameters
    ----------
    link : Link
        As declared.
    full : Link
        The same with nothing taken out of the index.
    controls : DataFrame, optional
        Columns of the variant with controls.

    Returns
    -------
    dict of str to Link
        By measure and estimator; the declared one first. Base-year goalposts, below which later
        years may fall, are left out where the aggregation needs positive scores.
    """
    measures = {"as declared": link}
    if any(node in link.hierarchy.nodes for node in link.nodes):
        if full.hierarchy.indicators != link.hierarchy.indicators:
            measures["full factor"] = replace(link, hierarchy=full.hierarchy)
        for label, changes in MEASURES.items():
            if "normalisation" in changes and link.options.aggregation in NEED_POSITIVE:
                continue
            measures[label] = replace(link, options=replace(link.options, **changes))
    found = {}
    for label, measured in measures.items():
        for estimator in ESTIMATORS:
            found[f"{label}, {estimator}"] = replace(measured, estimator=estimator)
        if controls is not None:
            found[f"{label}, with controls"] = replace(measured, controls=controls)
    return found


def controls_of(level: Level) -> pd.DataFrame | None:
    """Columns of the declared variant with controls, as far as they are held."""
    found = {}
    for name, source in CONTROLS.items():
        if source in level.values:
            raw = level.values[source]
            found[name] = np.log(raw) if name.startswith("log_") else raw
    return pd.DataFrame(found) if found else None
