"""Chapter 5: which association carries a scenario, and what the scenarios come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nqpf.chapters.declared import CONTROLS, Declared, Level
from nqpf.chapters.strategy_tests import SINGLE
from nqpf.errors import StudyError
from nqpf.expressions import evaluate, names
from nqpf.scenarios import (
    Applied,
    Link,
    Scenario,
    Simulated,
    apply_scenario,
    by_specification,
    mixtures,
    simulate,
    sizes_of,
)
from nqpf.scenarios.link import ESTIMATORS

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of a concentrated change in a mixture
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


@dataclass(frozen=True)
class Simulation:
    """How scenarios are simulated.

    Attributes
    ----------
    replications, seed : int
        Of the cluster bootstrap.
    level : float
        Coverage of intervals.
    """

    replications: int
    seed: int
    level: float


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


def applied_all(
    scenarios: Sequence[Scenario],
    level: Level,
    codebook: pd.DataFrame,
    geography: pd.DataFrame,
    case: str,
) -> dict[str, Applied]:
    """Every scenario applied to the indicators of its level, within the years of the index.

    Parameters
    ----------
    scenarios : sequence of Scenario
        Of one level.
    level : Level
        Values and choices.
    codebook, geography : DataFrame
        Indicators and regions of the level.
    case : str
        Province studied.
    """
    indicators = indicators_of(level)
    sizes = sizes_of(codebook, level.values)
    return {
        one.name: apply_scenario(one, indicators, geography["region"], case, sizes)
        for one in scenarios
    }


def year_of(applied: Applied) -> int:
    """Year in which a scenario is read: the last one that it changes."""
    if applied.changes.empty:
        raise StudyError("a scenario changes no cell, as all it names are missing")
    return int(applied.changes["year"].max())


def run_all(
    scenarios: Sequence[Scenario],
    applied: Mapping[str, Applied],
    links: Mapping[str, Link],
    case: str | None,
    simulation: Simulation,
) -> tuple[pd.DataFrame, dict[str, Simulated]]:
    """Simulate every scenario by the link of its claim.

    Returns
    -------
    DataFrame, dict of str to Simulated
        The effects, and by name of the link what they were drawn from. Columns scenario, label (its title), link, outcome, logged, year, quantity, estimate, low,
        high, moved (cells), outside (cells beyond the observed range), skipped (missing cells).
    """
    groups: dict[tuple[str, int], list[Scenario]] = {}
    for one in scenarios:
        groups.setdefault((link_for(one, links), year_of(applied[one.name])), []).append(one)
    tables, drawn = [], {}
    for (name, year), members in groups.items():
        drawn[name] = simulate(
            links[name],
            {one.name: applied[one.name].indicators for one in members},
            year,
            case=case,
            replications=simulation.replications,
            seed=simulation.seed,
            level=simulation.level,
        )
        link = links[name]
        tables.append(
            drawn[name].table.assign(link=name, outcome=link.label, logged=link.log, year=year)
        )
    table = pd.concat(tables, ignore_index=True)
    titles = {one.name: one.title for one in scenarios}
    changes = {name: one.changes for name, one in applied.items()}
    table = table.assign(
        label=table["scenario"].map(titles),
        moved=table["scenario"].map({name: len(one) for name, one in changes.items()}),
        outside=table["scenario"].map({n: int(one["outside"].sum()) for n, one in changes.items()}),
        skipped=table["scenario"].map({name: len(one.skipped) for name, one in applied.items()}),
    )
    return table, drawn


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
        By measure and estimator; the declared one first.
    """
    measures = {"as declared": link}
    if any(node in link.hierarchy.nodes for node in link.nodes):
        if full.hierarchy.indicators != link.hierarchy.indicators:
            measures["full factor"] = replace(link, hierarchy=full.hierarchy)
        for label, changes in MEASURES.items():
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


def under_specifications(
    table: pd.DataFrame,
    applied: Mapping[str, Applied],
    links: Mapping[str, Link],
    level: Level,
    case: str | None,
) -> pd.DataFrame:
    """Every scenario of a table of `run_all` under the specification set of its link.

    Returns
    -------
    DataFrame
        Columns specification, scenario, quantity, estimate, label.
    """
    controls, found = controls_of(level), []
    pairs = table[["scenario", "label", "link", "year"]].drop_duplicates()
    for (name, year), members in pairs.groupby(["link", "year"], sort=False):
        link = links[name]
        full = replace(link, hierarchy=level.hierarchy)
        changed = {one: applied[one].indicators for one in members["scenario"]}
        rows = by_specification(specification_set(link, full, controls), changed, year, case=case)
        found.append(rows.assign(label=rows["scenario"].map(members.set_index("scenario")["label"])))
    return pd.concat(found, ignore_index=True)


def frontier_of(
    link: Link,
    adjacency: pd.DataFrame,
    applied: Mapping[str, Applied],
    pair: tuple[str, str],
    simulation: Simulation,
) -> pd.DataFrame:
    """Mean and inequality as one total moves from spread to concentrated.

    Parameters
    ----------
    link : Link
        Of the level, without neighbours.
    adjacency : DataFrame
        Units that share a border.
    applied : mapping of str to Applied
        Scenarios by name.
    pair : (str, str)
        Names of the concentrated and of the spread scenario.
    simulation : Simulation
        Replications, seed, level.

    Returns
    -------
    DataFrame
        Columns series, share, x (change of the mean, %), y (change of Theil's T, %), x_low, x_high,
        y_low, y_high.
    """
    if absent := [name for name in pair if name not in applied]:
        raise StudyError(
            f"the frontier needs the scenario {', '.join(absent)} in params/scenarios; "
            f"there are {', '.join(applied)}"
        )
    core, spread = (applied[name] for name in pair)
    year = year_of(core)
    mixed = {str(one): each for one, each in mixtures(core, spread, SHARES, link.indicators).items()}
    ends = {name: mixed[name] for name in (str(SHARES[0]), str(SHARES[-1]))}
    near = replace(link, adjacency=adjacency)
    tables = []
    for series, one in (("without spillovers", link), ("with spillovers", near)):
        found = simulate(
            one, ends, year, replications=simulation.replications, seed=simulation.seed,
            level=simulation.level,
        ).table.set_index(["scenario", "quantity"])  # fmt: skip
        curve = by_specification({series: one}, mixed, year, case=None)
        curve = curve.pivot(index="scenario", columns="quantity", values="estimate")
        rows = pd.DataFrame({"share": curve.index.astype(float), "series": series})
        for axis, quantity in (("x", "mean"), ("y", "theil")):
            rows[axis] = curve[quantity].to_numpy()
            for end in ("low", "high"):
                values = found[end].unstack("quantity")[quantity].reindex(curve.index)
                rows[f"{axis}_{end}"] = values.to_numpy()
        tables.append(rows)
    return pd.concat(tables, ignore_index=True)
