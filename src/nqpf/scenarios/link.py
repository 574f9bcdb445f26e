"""The estimated association by which changed indicators reach an outcome.

Goalposts and weights of the index are those of the data without the change, so that a scenario
moves the units it names and nobody else. Normalisations that are relative by nature (ranks,
z-scores, distances to the leader) are built anew with the change in them.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.index import Hierarchy, IndexOptions
from nqpf.index.build import Prepared, prepare
from nqpf.index.kernel import (
    combine,
    ideal_points,
    indicator_weights,
    level_weights,
    normalised_scores,
)
from nqpf.index.normalise import base_goalposts, pooled_goalposts
from nqpf.index.options import NEED_POSITIVE
from nqpf.regression.spatial_weights import contiguity

HELD = {"minmax", "minmax_base"}  # normalisations whose goalposts can be held
DIFFERENCED = ("first differences", "long difference")
STILL = 1e-9  # share of its size below which a regressor counts as not varying
ESTIMATORS = ("within", "first differences", "long difference", "unit trends")


@dataclass(frozen=True)
class Link:
    """An association from indicators over parts of the index to an outcome.

    Attributes
    ----------
    id, label : str
        Name, and the outcome in words with its unit.
    indicators : DataFrame
        Indexed by unit and year.
    outcome : Series
        In its own unit, positive where `log`.
    log : bool
        Whether the outcome enters in natural logarithms.
    years : tuple of int
        First and last year of the rows used.
    hierarchy : Hierarchy
        Tree of the index without what the outcome shares.
    options : IndexOptions
        Its choices.
    nodes : tuple of str
        Nodes of the tree, or single indicators, that are the regressors.
    product : bool
        Whether the product of the first two enters as well.
    adjacency : DataFrame, optional
        Pairs of neighbours (a, b): the neighbours' mean of every regressor enters as well.
    controls : DataFrame, optional
        Further regressors, which no scenario moves.
    estimator : str
        One of `ESTIMATORS`.
    size : Series, optional
        Weight of a unit in the mean and in inequality; equal without it.
    """

    id: str
    label: str
    indicators: pd.DataFrame
    outcome: pd.Series
    log: bool
    years: tuple[int, int]
    hierarchy: Hierarchy
    options: IndexOptions
    nodes: tuple[str, ...]
    product: bool = False
    adjacency: pd.DataFrame | None = None
    controls: pd.DataFrame | None = None
    estimator: str = "within"
    size: pd.Series | None = None

    def __post_init__(self) -> None:
        known = (*self.hierarchy.nodes, *self.hierarchy.indicators)
        if unknown := [node for node in self.nodes if node not in known]:
            raise StudyError(
                f"link '{self.id}': {', '.join(unknown)} is no part of its index; "
                f"there are {', '.join(known)}"
            )
        if self.estimator not in ESTIMATORS:
            raise StudyError(
                f"link '{self.id}': an estimator is one of {', '.join(ESTIMATORS)}, "
                f"got '{self.estimator}'"
            )

    @cached_property
    def prepared(self) -> Prepared:
        """Screened and treated indicators."""
        return prepare(self.indicators, self.hierarchy, self.options)

    @property
    def units(self) -> np.ndarray:
        """Units of the index, in order."""
        return self.prepared.cube.units

    @cached_property
    def y(self) -> np.ndarray:
        """Outcome as regressed, shape (years, units); missing outside the years used."""
        values = self.levels_of(self.outcome)
        years = self.prepared.cube.years
        inside = (years >= self.years[0]) & (years <= self.years[1])
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log(values) if self.log else values
        return np.where(inside[:, None] & np.isfinite(values), values, np.nan)

    @cached_property
    def neighbours(self) -> np.ndarray | None:
        """Row-standardised weights of the neighbours, shape (units, units)."""
        if self.adjacency is None:
            return None
        return contiguity(self.adjacency, list(self.units)).dense

    def levels_of(self, series: pd.Series) -> np.ndarray:
        """A series in the order of the index, shape (years, units)."""
        cube = self.prepared.cube
        wide = series.unstack("year").reindex(index=cube.units, columns=cube.years)
        return wide.to_numpy(float).T

    def changed(self, indicators: pd.DataFrame) -> np.ndarray:
        """Treated values of changed indicators, in the shape of the unchanged ones."""
        other = prepare(indicators, self.hierarchy, self.options)
        if other.values.shape != self.prepared.values.shape:
            raise StudyError(f"link '{self.id}': the change makes the index drop units or parts")
        return other.values


@dataclass(frozen=True)
class Measure:
    """Goalposts and weights as one set of units gives them.

    Attributes
    ----------
    options : IndexOptions
        With goalposts held where the normalisation allows it.
    matrices : tuple of ndarray
        Weights of each level.
    ideals : tuple of ndarray, optional
        Of TOPSIS, where that is the aggregation.
    """

    options: IndexOptions
    matrices: tuple[np.ndarray, ...]
    ideals: tuple[np.ndarray, np.ndarray] | None


def measure_of(link: Link, drawn: np.ndarray) -> Measure:
    """Goalposts and weights of the index on some units.

    Where scores must be positive (geometric and generalised means) goalposts are those of all
    units, since a unit that was not drawn may lie outside those of the others.

    Parameters
    ----------
    link : Link
        Indicators and choices.
    drawn : ndarray of int
        Positions of the units, repeated ones repeated.
    """
    tree, prepared, options = link.prepared.hierarchy, link.prepared, link.options
    values = prepared.values[:, drawn]
    weights = indicator_weights(values, tree, options, prepared.base)
    matrices = level_weights(weights, tree, options.element_weights)
    method = options.normalisation_used
    leaf = prepared.values
    if method in HELD:
        spread = prepared.values if options.aggregation in NEED_POSITIVE else values
        pooled = method == "minmax"
        ends = pooled_goalposts(spread) if pooled else base_goalposts(spread, prepared.base)
        posts = dict(zip(tree.indicators, np.column_stack(ends).tolist(), strict=True))
        scale = options.scale_used
        options = replace(options, normalisation="goalposts", goalposts=posts, scale=scale)
    if options.aggregation != "topsis":
        return Measure(options, matrices, None)
    leaf = normalised_scores(leaf, tree, options, prepared.base, prepared.reference)
    return Measure(options, matrices, ideal_points(leaf))


def regressors(link: Link, values: np.ndarray, measure: Measure) -> np.ndarray:
    """Regressors of all units and years, shape (years, units, terms): parts, then controls.

    Parameters
    ----------
    link : Link
        Which parts of the index and controls enter.
    values : ndarray, shape (years, units, indicators)
        Treated indicators.
    measure : Measure
        Goalposts and weights.
    """
    own = parts(link, values, measure)
    if link.controls is None:
        return own
    controls = [link.levels_of(link.controls[name])[..., None] for name in link.controls]
    return np.concatenate([own, *controls], axis=-1)


def parts(link: Link, values: np.ndarray, measure: Measure) -> np.ndarray:
    """What a scenario can move: parts of the index, their product, the neighbours' means.

    Parameters
    ----------
    link : Link
        Which of them enter.
    values : ndarray, shape (years, units, indicators)
        Treated indicators, with or without a change; under held goalposts some years suffice.
    measure : Measure
        Goalposts and weights.

    Returns
    -------
    ndarray, shape (years, units, terms)
    """
    tree, prepared = link.prepared.hierarchy, link.prepared
    leaf = normalised_scores(values, tree, measure.options, prepared.base, prepared.reference)
    scores = [leaf, *combine(leaf, measure.matrices, measure.options, measure.ideals)]
    columns = []
    for node in link.nodes:
        depth = next(i for i, level in enumerate(tree.levels) if node in level)
        columns.append(scores[depth][..., tree.levels[depth].index(node)])
    if link.product:
        columns.append(columns[0] * columns[1])
    if link.neighbours is not None:
        columns += [one @ link.neighbours.T for one in columns]
    return np.stack(columns, axis=-1)


def slopes(link: Link, X: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Coefficients with unit and year effects, units weighted by how often they were drawn.

    A unit drawn m times with an effect of its own each time enters least squares with weight m.

    Parameters
    ----------
    link : Link
        Outcome and estimator.
    X : ndarray, shape (years, units, terms)
        As `regressors` gives it.
    counts : ndarray, shape (units,)
        How often each unit was drawn; zero leaves it out.

    Returns
    -------
    ndarray, shape (terms,)

    Raises
    ------
    StudyError
        If the terms do not vary, or not independently, given the effects.
    """
    y = link.y
    data = np.concatenate([X, y[..., None]], axis=-1)
    data[~np.isfinite(data).all(axis=-1)] = np.nan
    data[:, counts == 0] = np.nan
    data = _differenced(data, link.estimator)
    year, unit = np.nonzero(np.isfinite(data[..., 0]))
    if not len(year):
        raise StudyError(f"link '{link.id}': no unit and year has outcome and regressors")
    years = np.eye(len(data))[year]
    table = np.column_stack([data[year, unit], years])
    root, terms = np.sqrt(counts[unit])[:, None], X.shape[-1]
    raw = np.linalg.norm(table[:, :terms] * root, axis=0)
    if link.estimator not in DIFFERENCED:
        table = _without_unit_effects(table, year, unit, link.estimator == "unit trends")
    table *= root
    own, effects = table[:, : terms + 1], table[:, terms + 1 :]
    own = own - effects @ np.linalg.lstsq(effects, own, rcond=1e-10)[0]
    norms = np.linalg.norm(own[:, :terms], axis=0)
    if (norms <= STILL * raw).any():
        raise StudyError(f"link '{link.id}': a regressor does not vary given the effects")
    found, _, rank, _ = np.linalg.lstsq(own[:, :terms] / norms, own[:, terms], rcond=STILL)
    if rank < terms:
        raise StudyError(f"link '{link.id}': its regressors do not vary independently")
    return found / norms


def _differenced(data: np.ndarray, estimator: str) -> np.ndarray:
    """Yearly or longest changes, where the estimator is one of them."""
    if estimator == "first differences":
        return np.diff(data, axis=0)
    if estimator == "long difference":
        present = np.isfinite(data[..., 0]).sum(axis=1)
        ends = np.flatnonzero(present >= 0.9 * present.max())
        return (data[ends[-1]] - data[ends[0]])[None]
    return data


def _without_unit_effects(
    table: np.ndarray, year: np.ndarray, unit: np.ndarray, trends: bool
) -> np.ndarray:
    """Rows without their unit's mean, or without its mean and trend."""
    count = np.maximum(np.bincount(unit), 1)
    member = np.eye(len(count))[unit]
    means = (member.T @ table) / count[:, None]
    out = table - means[unit]
    if trends:
        time = year - ((member.T @ year) / count)[unit]
        squares = np.maximum(member.T @ time**2, STILL)
        out -= time[:, None] * ((member.T @ (time[:, None] * out)) / squares[:, None])[unit]
    return out
