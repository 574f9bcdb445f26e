"""Total factor productivity by data envelopment: distance functions and Malmquist indices.

A production set is spanned by the observations of a period. The output distance of a unit is the
inverse of the factor by which all its outputs could grow with its inputs: 1 on the frontier, below
1 inside, above 1 when the frontier of another period is beaten. Solved by SciPy's HiGHS, all units
in one sparse linear program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array, hstack, kron, vstack

from nqpf.errors import StudyError

CONSTANT, VARIABLE = "constant", "variable"
ON_FRONTIER = 1 - 1e-9
COMPONENTS = ["effch", "techch", "pech", "sech", "tfpch"]


@dataclass(frozen=True)
class Technology:
    """Observations that span a production set.

    Attributes
    ----------
    inputs : ndarray, shape (n, inputs)
    outputs : ndarray, shape (n, outputs)
    """

    inputs: np.ndarray
    outputs: np.ndarray


def output_distance(
    inputs: np.ndarray,
    outputs: np.ndarray,
    technology: Technology,
    returns: str = CONSTANT,
) -> np.ndarray:
    """Output distance function of units against a technology (Shephard 1970).

    1 / max {f : f y <= Y'l, x >= X'l, l >= 0}; under variable returns the l also sum to one
    (Fare, Grosskopf, Norris and Zhang 1994, AER 84(1), eq. 3 and 17).

    Parameters
    ----------
    inputs : ndarray, shape (units, inputs)
        Positive.
    outputs : ndarray, shape (units, outputs)
        At least zero, some output positive.
    technology : Technology
    returns : {"constant", "variable"}
        Returns to scale.

    Returns
    -------
    ndarray, shape (units,)
        NaN where the program has no solution: under variable returns a unit with less of an input
        than every unit of the technology lies outside its reach. Infinite where the technology
        cannot make an output at all.

    Raises
    ------
    StudyError
        If values are missing, negative or zero where they may not be, or shapes do not fit.
    """
    if returns not in (CONSTANT, VARIABLE):
        raise StudyError(f"returns to scale are constant or variable, got '{returns}'")
    inputs, outputs = np.atleast_2d(inputs), np.atleast_2d(outputs)
    for x, y in ((inputs, outputs), (technology.inputs, technology.outputs)):
        _check(x, y)
    # the units of measure cancel, and the solver works best on numbers near one
    x_unit, y_unit = technology.inputs.max(axis=0), technology.outputs.max(axis=0)
    y_unit = np.where(y_unit > 0, y_unit, 1.0)
    span = Technology(technology.inputs / x_unit, technology.outputs / y_unit)
    factors = _expansion(inputs / x_unit, outputs / y_unit, span, returns)
    if factors is None:  # some unit has no solution: find out which
        factors = np.full(len(inputs), np.nan)
        for unit in range(len(inputs)):
            row = slice(unit, unit + 1)
            alone = _expansion(inputs[row] / x_unit, outputs[row] / y_unit, span, returns)
            if alone is not None:
                factors[unit] = alone[0]
    with np.errstate(divide="ignore"):
        return 1 / factors


def malmquist(panel: pd.DataFrame, inputs: Sequence[str], outputs: Sequence[str]) -> pd.DataFrame:
    """Malmquist productivity index between adjacent years, and what it is made of.

    tfpch = effch * techch, effch = pech * sech: change of efficiency (catching up, itself pure and
    scale) and change of technology (the frontier's shift at the unit's mix), the geometric mean of
    both years' frontiers (Fare et al. 1994, eq. 6, 8 and 18). Above 1 is growth.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year; outputs and inputs in constant prices or physical units.
    inputs, outputs : sequence of str
        Columns.

    Returns
    -------
    DataFrame
        Indexed by unit and year (the later of the two), columns effch, techch, pech, sech, tfpch,
        units (in the technology of the later year) and status: "ok", "missing" (no complete
        data in one of the years; NaN) or "infeasible". A unit without data in a year does not
        span that year's technology.

    Raises
    ------
    StudyError
        If a column does not exist, an input is not positive, or years are not adjacent anywhere.
    """
    periods, pairs, units = _periods(panel, inputs, outputs)
    pure = {year: period.against(period.technology, VARIABLE) for year, period in periods.items()}
    frames = []
    for before, after in pairs:
        old, new = periods[before], periods[after]
        old_on_new, new_on_old = old.against(new.frontier), new.against(old.frontier)
        table = pd.DataFrame(index=units)
        table["effch"] = new.own / old.own
        table["techch"] = np.sqrt((new_on_old / new.own) * (old.own / old_on_new))
        table["pech"] = pure[after] / pure[before]
        table["sech"] = table["effch"] / table["pech"]
        table["tfpch"] = table["effch"] * table["techch"]
        frames.append(_finished(table, old, new, after))
    return pd.concat(frames).sort_index()


def global_malmquist(
    panel: pd.DataFrame, inputs: Sequence[str], outputs: Sequence[str]
) -> pd.DataFrame:
    """Malmquist index against one technology of all years: circular, never infeasible.

    tfpch = effch * techch with techch the change of the gap between the year's and the global
    frontier (Pastor and Lovell 2005, Economics Letters 88, eq. 2 and 4). Products over years are
    the index between the first and the last.

    Parameters
    ----------
    panel : DataFrame
    inputs, outputs : sequence of str
        As in `malmquist`.

    Returns
    -------
    DataFrame
        As `malmquist`, with columns effch, techch, tfpch, units, status.
    """
    periods, pairs, units = _periods(panel, inputs, outputs)
    whole = Technology(
        np.concatenate([p.frontier.inputs for p in periods.values()]),
        np.concatenate([p.frontier.outputs for p in periods.values()]),
    )
    best = {year: period.against(whole) for year, period in periods.items()}
    frames = []
    for before, after in pairs:
        old, new = periods[before], periods[after]
        table = pd.DataFrame(index=units)
        table["effch"] = new.own / old.own
        table["techch"] = (best[after] / new.own) / (best[before] / old.own)
        table["tfpch"] = best[after] / best[before]
        frames.append(_finished(table, old, new, after))
    return pd.concat(frames).sort_index()


def chained_volume(level: pd.Series, index: pd.Series, base_year: int) -> pd.Series:
    """Volume in prices of a base year: its value then, moved by a volume index.

    Parameters
    ----------
    level : Series
        Values in current prices, indexed by unit and year; only those of `base_year` are used.
    index : Series
        Volume index, previous year = 100, indexed alike.
    base_year : int

    Returns
    -------
    Series
        Indexed as `index`; NaN beyond a gap in the index as seen from the base year.

    Raises
    ------
    StudyError
        If the base year is not among the years.
    """
    growth = index.unstack("year").sort_index(axis=1) / 100
    if base_year not in growth.columns:
        raise StudyError(f"the base year {base_year} is not among the years of the index")
    years = range(int(growth.columns.min()), int(growth.columns.max()) + 1)
    growth = growth.reindex(columns=years)  # a year without any row is a gap as well
    chain = pd.DataFrame(1.0, index=growth.index, columns=years)
    for year in range(base_year + 1, years[-1] + 1):
        chain[year] = chain[year - 1] * growth[year]
    for year in range(base_year - 1, years[0] - 1, -1):
        chain[year] = chain[year + 1] / growth[year + 1]
    volume = chain.mul(level.xs(base_year, level="year"), axis=0).stack()
    return volume.rename_axis(["unit", "year"]).reindex(index.index).rename(level.name)


def mean_changes(changes: pd.DataFrame, by: str) -> pd.DataFrame:
    """Geometric means of the components by "year" or by "unit", with the number of changes.

    Parameters
    ----------
    changes : DataFrame
        Of `malmquist` or `global_malmquist`.
    by : {"year", "unit"}
    """
    if by not in ("year", "unit"):
        raise StudyError(f"means are taken by year or by unit, got '{by}'")
    parts = [c for c in COMPONENTS if c in changes]
    used = changes[changes["status"] == "ok"]
    means = np.exp(np.log(used[parts]).groupby(level=by).mean())
    means["changes"] = used.groupby(level=by).size()
    return means


def cumulated(changes: pd.DataFrame, column: str = "tfpch") -> pd.DataFrame:
    """Index of a component over time, 100 in the year before the first change.

    Returns
    -------
    DataFrame
        Rows are years, columns units; NaN from a unit's first missing change on.
    """
    wide = changes[column].unstack("unit")
    start = pd.DataFrame(1.0, index=[wide.index.min() - 1], columns=wide.columns)
    chain = pd.concat([start, wide]).cumprod(skipna=False) * 100
    return chain.rename_axis(index="year", columns="unit")


@dataclass(frozen=True)
class _Period:
    """Complete observations of one year.

    `own` are distances to the year's technology under constant returns; `frontier` its units with
    distance one. They span the same constant-returns technology as all units of the year.
    """

    units: pd.Index
    technology: Technology
    own: pd.Series
    frontier: Technology

    @classmethod
    def of(cls, rows: pd.DataFrame, inputs: Sequence[str], outputs: Sequence[str]) -> "_Period":
        x, y = rows[list(inputs)].to_numpy(float), rows[list(outputs)].to_numpy(float)
        whole = Technology(x, y)
        own = output_distance(x, y, whole)
        leads = own >= ON_FRONTIER
        return cls(rows.index, whole, pd.Series(own, rows.index), Technology(x[leads], y[leads]))

    def against(self, technology: Technology, returns: str = CONSTANT) -> pd.Series:
        """Distances of this year's units to a technology."""
        mine = self.technology
        return pd.Series(
            output_distance(mine.inputs, mine.outputs, technology, returns), index=self.units
        )


def _periods(
    panel: pd.DataFrame, inputs: Sequence[str], outputs: Sequence[str]
) -> tuple[dict[int, _Period], list[tuple[int, int]], pd.Index]:
    """Observations by year, pairs of adjacent years, and all units."""
    absent = [c for c in (*inputs, *outputs) if c not in panel.columns]
    if absent:
        raise StudyError(f"the panel has no column {', '.join(absent)}")
    data = panel[[*inputs, *outputs]]
    years = sorted(data.index.get_level_values("year").unique())
    pairs = [(before, after) for before, after in pairwise(years) if after == before + 1]
    if not pairs:
        raise StudyError(f"a Malmquist index needs two adjacent years, got {years}")
    complete = {year: data.xs(year, level="year").dropna() for year in years}
    empty = [year for year, rows in complete.items() if rows.empty]
    if empty:
        raise StudyError(f"no unit has all inputs and outputs in {empty}; leave these years out")
    periods = {year: _Period.of(rows, inputs, outputs) for year, rows in complete.items()}
    return periods, pairs, data.index.get_level_values("unit").unique()


def _expansion(
    inputs: np.ndarray, outputs: np.ndarray, technology: Technology, returns: str
) -> np.ndarray | None:
    """Largest radial expansion of every unit's outputs; None if one has no solution.

    The variables are the expansions of all units, then their intensities, unit by unit.
    """
    units, n = len(inputs), len(technology.inputs)
    identity = np.eye(units)
    growth = block_diag([y[:, None] for y in outputs])
    limits = vstack(
        [
            hstack([growth, kron(identity, -technology.outputs.T)]),
            hstack(
                [csr_array((inputs.size, units)), kron(identity, technology.inputs.T)],
            ),
        ]
    )
    sums, ones = None, None
    if returns == VARIABLE:
        sums = hstack([csr_array((units, units)), kron(identity, np.ones((1, n)))])
        ones = np.ones(units)
    found = linprog(
        np.concatenate([-np.ones(units), np.zeros(units * n)]),
        A_ub=limits.tocsr(),
        b_ub=np.concatenate([np.zeros(outputs.size), inputs.ravel()]),
        A_eq=None if sums is None else sums.tocsr(),
        b_eq=ones,
        bounds=(0, None),
        method="highs",
    )
    return found.x[:units] if found.status == 0 else None


def _finished(table: pd.DataFrame, old: _Period, new: _Period, year: int) -> pd.DataFrame:
    """The changes of one year with their status, indexed by unit and year."""
    both = table.index.isin(old.units) & table.index.isin(new.units)
    solved = np.isfinite(table["tfpch"])
    table["units"] = len(new.units)
    table["status"] = np.where(solved, "ok", np.where(both, "infeasible", "missing"))
    table.index = pd.MultiIndex.from_product([table.index, [year]], names=["unit", "year"])
    return table


def _check(inputs: np.ndarray, outputs: np.ndarray) -> None:
    """Raise unless inputs are positive, outputs not negative, and nothing is missing."""
    if len(inputs) != len(outputs) or not len(inputs):
        raise StudyError("inputs and outputs must have one row per unit, and at least one")
    if not (np.isfinite(inputs).all() and np.isfinite(outputs).all()):
        raise StudyError("distances need complete data; leave out units with missing values")
    if (inputs <= 0).any():
        raise StudyError(f"inputs must be positive, got {inputs.min():g}")
    if (outputs < 0).any() or (outputs.max(axis=1) <= 0).any():
        raise StudyError("outputs must not be negative, and every unit needs a positive one")
