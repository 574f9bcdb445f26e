"""Chapter 5: what the scenarios come to, with their uncertainty and beside other choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from nqpf.chapters.declared import Level
from nqpf.chapters.strategy_links import indicators_of, link_for
from nqpf.errors import StudyError
from nqpf.scenarios import (
    Applied,
    Link,
    Scenario,
    Simulated,
    apply_scenario,
    by_specification,
    contrast,
    index_change,
    mixtures,
    simulate,
    sizes_of,
)

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of a concentrated change in a mixture


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
        The effects, and by name of the link what they were drawn from. Columns scenario, label (its
        title), link, outcome, logged, year, quantity, estimate, low, high, moved (cells), outside
        (cells beyond the observed range), skipped (missing cells).
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


def index_moves(
    table: pd.DataFrame,
    applied: Mapping[str, Applied],
    links: Mapping[str, Link],
    level: Level,
    case: str | None,
) -> pd.Series:
    """Change of the whole index under each scenario of a table of `run_all`.

    Parameters
    ----------
    table, applied, links, level, case
        The effects, what they are of, the links by name, the level and the province studied.

    Returns
    -------
    Series
        By scenario: points of the case's index, or of the mean over all units without a case.
    """
    whole = replace(links["total"], hierarchy=level.hierarchy, nodes=("index",))
    found = {}
    for row in table[["scenario", "year"]].drop_duplicates().itertuples():
        moved = index_change(whole, applied[row.scenario].indicators, row.year)
        found[row.scenario] = float(moved.mean() if case is None else moved[case])
    return pd.Series(found)


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
        y_low, y_high (at the ends), and gap, gap_low, gap_high: the mean under the concentrated
        scenario less that under the spread one, in points, the same in all rows of a series.
    """
    if absent := [name for name in pair if name not in applied]:
        raise StudyError(
            f"the frontier needs the scenario {', '.join(absent)} in params/scenarios; "
            f"there are {', '.join(applied)}"
        )
    core, spread = (applied[name] for name in pair)
    year = year_of(core)
    mixed = {
        str(one): each for one, each in mixtures(core, spread, SHARES, link.indicators).items()
    }
    ends = {name: mixed[name] for name in (str(SHARES[0]), str(SHARES[-1]))}
    near = replace(link, adjacency=adjacency)
    tables = []
    for series, one in (("without spillovers", link), ("with spillovers", near)):
        drawn = simulate(
            one, ends, year, replications=simulation.replications, seed=simulation.seed,
            level=simulation.level,
        )  # fmt: skip
        found = drawn.table.set_index(["scenario", "quantity"])
        gap = contrast(drawn, str(SHARES[-1]), str(SHARES[0]), "mean", simulation.level)
        curve = by_specification({series: one}, mixed, year, case=None)
        curve = curve.pivot(index="scenario", columns="quantity", values="estimate")
        rows = pd.DataFrame({"share": curve.index.astype(float), "series": series})
        for axis, quantity in (("x", "mean"), ("y", "theil")):
            rows[axis] = curve[quantity].to_numpy()
            for end in ("low", "high"):
                values = found[end].unstack("quantity")[quantity].reindex(curve.index)
                rows[f"{axis}_{end}"] = values.to_numpy()
        rows["gap"], rows["gap_low"], rows["gap_high"] = gap["estimate"], gap["low"], gap["high"]
        tables.append(rows)
    return pd.concat(tables, ignore_index=True)
