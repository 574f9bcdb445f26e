"""Scenarios carried to the outcome, with the uncertainty of the whole chain.

In each replication whole units are drawn with replacement; goalposts, weights and coefficients are
found anew on them, and the scenario is applied to the real units. What no replication knows, the
choice of the specification, is shown apart: `shift` gives what a measure of its own makes of a
scenario, `by_specification` the outcome by each of several links.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regional.inequality import theil_t_of_each
from nqpf.regression.chain import expanded_ends, unit_bootstrap
from nqpf.scenarios.apply import Applied
from nqpf.scenarios.link import Link, Measure, measure_of, parts, regressors
from nqpf.scenarios.slopes import slopes

QUANTITIES = ("case", "mean", "theil")


@dataclass(frozen=True)
class Simulated:
    """Scenarios of one link.

    Attributes
    ----------
    table : DataFrame
        scenario, quantity, estimate, se, low, high. `case` is the change of the outcome of the unit
        studied and `mean` that of the weighted mean, both in % where the outcome is logged and in
        its unit elsewhere; `theil` is the change of Theil's T between units in % of itself.
    replicates : DataFrame
        One row per replication, columns (scenario, quantity).
    failed : int
        Replications on which the chain could not be computed.
    units : int
        Units that were resampled.
    """

    table: pd.DataFrame
    replicates: pd.DataFrame
    failed: int
    units: int


def simulate(
    link: Link,
    scenarios: Mapping[str, pd.DataFrame],
    year: int,
    *,
    case: str | None = None,
    replications: int,
    seed: int,
    level: float,
) -> Simulated:
    """What scenarios go with by one link, with cluster bootstrap intervals.

    Parameters
    ----------
    link : Link
        Estimated association.
    scenarios : mapping of str to DataFrame
        Changed indicators by name of the scenario.
    year : int
        Year of the index in which effects are read.
    case : str, optional
        Unit studied; without it only mean and inequality are given.
    replications, seed : int
        Of the cluster bootstrap.
    level : float
        Coverage of the intervals, expanded percentiles.

    Raises
    ------
    StudyError
        If a scenario leaves the index without a unit, the case or year is not in the index, or the
        chain fails too often.
    """
    after = {name: link.changed(changed) for name, changed in scenarios.items()}
    reader = Reader(link, year, case)

    def chain(drawn: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
        changes = effects(link, after, drawn, reader.position)
        return {
            (name, quantity): values
            for name, change in changes.items()
            for quantity, values in reader.read(change).items()
        }

    found = unit_bootstrap(len(link.units), chain, draws=replications, seed=seed, level=level)
    scenario, quantity = zip(*found.terms["term"], strict=True)
    numbers = {name: found.terms[name] for name in ("estimate", "se", "low", "high")}
    table = pd.DataFrame({"scenario": scenario, "quantity": quantity, **numbers})
    return Simulated(table, found.replicates, found.failed, found.units)


def effects(
    link: Link, after: Mapping[str, np.ndarray], drawn: np.ndarray, position: int
) -> dict[str, np.ndarray]:
    """Change of the outcome as regressed, by scenario, from the chain on some units.

    Parameters
    ----------
    link : Link
        Estimated association.
    after : mapping of str to ndarray
        Treated indicators under each scenario, as `Link.changed` gives them.
    drawn : ndarray of int, shape (..., n)
        Positions of the units on which the chain is built; axes in front are samples.
    position : int
        Of the year that is read.

    Returns
    -------
    dict of str to ndarray, shape (..., units)
        Missing where a unit has no index.
    """
    counts = (drawn[..., None] == np.arange(len(link.units))).sum(axis=-2)
    measure = measure_of(link, drawn)
    before = regressors(link, link.prepared.values, measure)
    slope = slopes(link, before, counts)
    found = {}
    for name, values in after.items():
        change = _moved(link, values, measure, before, position)
        terms = change.shape[-1]  # controls come last and do not move
        found[name] = (change @ slope[..., :terms, None])[..., 0]
    return found


def _moved(
    link: Link, values: np.ndarray, measure: Measure, before: np.ndarray, position: int
) -> np.ndarray:
    """Change of the regressors in one year, shape (..., units, terms), controls left out."""
    if measure.steady:
        after = parts(link, values[position : position + 1], measure)[..., 0, :, :]
    else:
        after = parts(link, values, measure)[..., position, :, :]
    return after - before[..., position, :, : after.shape[-1]]


def contrast(simulated: Simulated, one: str, other: str, quantity: str, level: float) -> dict:
    """Difference between two scenarios, from the same replications.

    Parameters
    ----------
    simulated : Simulated
        Of both scenarios.
    one, other : str
        Scenarios; the difference is one less other.
    quantity : str
        One of `QUANTITIES`.
    level : float
        Coverage of the interval.

    Returns
    -------
    dict
        estimate, low, high, share (of replications in which one exceeds other).
    """
    value = simulated.table.set_index(["scenario", "quantity"])["estimate"]
    drawn = simulated.replicates[(one, quantity)] - simulated.replicates[(other, quantity)]
    low, high = np.quantile(drawn, expanded_ends(level, simulated.units))
    return {
        "estimate": float(value[one, quantity] - value[other, quantity]),
        "low": float(low),
        "high": float(high),
        "share": float((drawn > 0).mean()),
    }


def mixtures(
    one: Applied, other: Applied, shares: Sequence[float], before: pd.DataFrame
) -> dict[float, pd.DataFrame]:
    """Indicators when a share of one scenario's change and the rest of another's is made.

    Parameters
    ----------
    one, other : Applied
        Scenarios that change the same total.
    shares : sequence of float
        Share of `one`, from 0 to 1.
    before : DataFrame
        Indicators without a change.

    Returns
    -------
    dict of float to DataFrame
    """
    columns = sorted({*one.changes["indicator"], *other.changes["indicator"]})
    first, second = (each.indicators[columns] - before[columns] for each in (one, other))
    mixed = {}
    for share in shares:
        changed = before.copy()
        changed[columns] = before[columns] + share * first + (1 - share) * second
        mixed[share] = changed
    return mixed


def by_specification(
    links: Mapping[str, Link],
    scenarios: Mapping[str, pd.DataFrame],
    year: int,
    *,
    case: str | None,
) -> pd.DataFrame:
    """What scenarios go with under every specification of a set, all units as they are.

    Parameters
    ----------
    links : mapping of str to Link
        By label of the specification.
    scenarios : mapping of str to DataFrame
        Changed indicators by name of the scenario.
    year : int
        Year in which effects are read.
    case : str, optional
        Unit studied.

    Returns
    -------
    DataFrame
        Columns specification, scenario, quantity, estimate.
    """
    rows = []
    for label, link in links.items():
        after = {name: link.changed(changed) for name, changed in scenarios.items()}
        reader, whole = Reader(link, year, case), np.arange(len(link.units))
        for name, change in effects(link, after, whole, reader.position).items():
            rows += [(label, name, *item) for item in reader.read(change).items()]
    return pd.DataFrame(rows, columns=["specification", "scenario", "quantity", "estimate"])


def shift(
    link: Link, after: Mapping[str, np.ndarray], year: int
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Regressors that scenarios can move, as they are and by how much they move.

    Parameters
    ----------
    link : Link
        Measured on all units.
    after : mapping of str to ndarray
        Treated indicators under each scenario, as `Link.changed` gives them.
    year : int
        Year that is read.

    Returns
    -------
    DataFrame, dict of str to DataFrame
        The regressors by unit and year, controls left out; their change by unit in the year.
    """
    cube = link.prepared.cube
    measure = measure_of(link, np.arange(len(link.units)))
    before = parts(link, link.prepared.values, measure)
    position = cube.year_position(year)
    moved = {
        name: pd.DataFrame(_moved(link, values, measure, before, position), index=link.units)
        for name, values in after.items()
    }
    names = [f"term {i}" for i in range(before.shape[-1])]
    return cube.frame(before, names), moved


def index_change(link: Link, changed: pd.DataFrame, year: int) -> pd.Series:
    """Change of the link's first part of the index under a scenario, by unit, in its points.

    Parameters
    ----------
    link : Link
        Its measure is used.
    changed : DataFrame
        Indicators under the scenario.
    year : int
        Year that is read.
    """
    plain = replace(link, nodes=link.nodes[:1], product=False, adjacency=None, controls=None)
    measure = measure_of(plain, np.arange(len(plain.units)))
    before, after = (
        regressors(plain, values, measure)[..., 0]
        for values in (plain.prepared.values, plain.changed(changed))
    )
    position = plain.prepared.cube.year_position(year)
    return pd.Series(after[position] - before[position], index=plain.units)


class Reader:
    """Turns changes of the outcome into the quantities that are reported.

    Parameters
    ----------
    link : Link
        Outcome and sizes.
    year : int
        Year that is read.
    case : str, optional
        Unit studied.
    """

    def __init__(self, link: Link, year: int, case: str | None):
        cube = link.prepared.cube
        self.position = cube.year_position(year)
        self.log = link.log
        self.case = None if case is None else cube.unit_position(case)
        level = link.level[self.position]
        size = (
            np.ones(len(level)) if link.size is None else link.levels_of(link.size)[self.position]
        )
        self.level, self.size, self.link, self.year = level, size, link, year

    def read(self, change: np.ndarray) -> dict[str, np.ndarray]:
        """Quantities of `QUANTITIES` from changes of the outcome as regressed.

        Parameters
        ----------
        change : ndarray, shape (..., units)

        Returns
        -------
        dict of str to ndarray, shape (...)

        Raises
        ------
        StudyError
            If the unit studied, or all units but one, have no outcome or index in the year.
        """
        held = np.isfinite(self.level) & (self.size > 0) & np.isfinite(change)
        if (held.sum(axis=-1) < 2).any():
            raise StudyError(
                f"link '{self.link.id}': mean and inequality need outcome and index of two units "
                f"in {self.year}; let the scenario end in a year that has them"
            )
        level, size, moved = (np.where(held, one, 0.0) for one in (self.level, self.size, change))
        after = level * np.exp(moved) if self.log else level + moved
        before, now = ((one * size).sum(axis=-1) / size.sum(axis=-1) for one in (level, after))
        found = {"mean": 100 * (now / before - 1) if self.log else now - before}
        if self.log:
            found["theil"] = 100 * (theil_t_of_each(after, size) / theil_t_of_each(level, size) - 1)
        if self.case is not None:
            own = np.take(change, self.case, axis=-1)
            if not np.isfinite(own).all():
                raise StudyError(f"the unit studied has no index in {self.year}, so no effect")
            found["case"] = 100 * np.expm1(own) if self.log else own
        return found
