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
from nqpf.index.build import Prepared, preparation, prepare
from nqpf.index.kernel import (
    combine,
    indicator_weights,
    level_weights,
    normalised_scores,
)
from nqpf.index.normalise import minmax, pooled_goalposts, refuse_constant
from nqpf.index.options import NEED_POSITIVE
from nqpf.regression.spatial_weights import contiguity

HELD = {"minmax", "minmax_base"}  # normalisations whose goalposts can be held
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
    def level(self) -> np.ndarray:
        """Outcome in its own unit, shape (years, units)."""
        return self.levels_of(self.outcome)

    @cached_property
    def y(self) -> np.ndarray:
        """Outcome as regressed, shape (years, units); missing outside the years used."""
        values = self.level
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

    def rescored(self, options: IndexOptions) -> "Link":
        """The link under other choices of scoring, its indicators prepared once for both.

        Raises
        ------
        StudyError
            If the indicators would be prepared differently.
        """
        own, wanted = preparation(self.options), preparation(options)
        for name in own:
            if own[name] != wanted[name]:
                raise StudyError(
                    f"link '{self.id}': another {name} prepares the indicators anew; make a link "
                    "with these options instead"
                )
        other = replace(self, options=options)
        other.__dict__["prepared"] = self.prepared  # where cached_property keeps it
        return other


@dataclass(frozen=True)
class Measure:
    """Goalposts and weights as one set of units gives them, or many sets along axes in front.

    Attributes
    ----------
    goalposts : pair of ndarray, shape (..., 1, 1, indicators), optional
        Lowest and highest value, where the normalisation lets them be held.
    matrices : tuple of ndarray, shape (..., years or 1, children, nodes) or (children, nodes)
        Weights of each level.
    ideals : pair of ndarray, shape (..., 1, 1, indicators), optional
        Of TOPSIS, where that is the aggregation.
    """

    goalposts: tuple[np.ndarray, np.ndarray] | None
    matrices: tuple[np.ndarray, ...]
    ideals: tuple[np.ndarray, np.ndarray] | None

    @property
    def steady(self) -> bool:
        """Whether the scores of a year do not depend on the values of other years."""
        first = self.matrices[0]
        return self.goalposts is not None and (first.ndim == 2 or first.shape[-3] == 1)


def measure_of(link: Link, drawn: np.ndarray) -> Measure:
    """Goalposts and weights of the index on some units.

    Where scores must be positive (geometric and generalised means) goalposts are those of all
    units, since a unit that was not drawn may lie outside those of the others.

    Parameters
    ----------
    link : Link
        Indicators and choices.
    drawn : ndarray of int, shape (..., n)
        Positions of the units, repeated ones repeated; axes in front are samples.
    """
    prepared, options = link.prepared, link.options
    matrices = level_weights(_weights_of(link, drawn), prepared.hierarchy, options.element_weights)
    posts = None
    if (method := options.normalisation_used) in HELD:
        years = prepared.values[[prepared.base]] if method == "minmax_base" else prepared.values
        low, high = np.fmin.reduce(years), np.fmax.reduce(years)  # of each unit
        if options.aggregation in NEED_POSITIVE:
            drawn = np.arange(len(link.units))
        posts = (
            np.fmin.reduce(low[drawn], axis=-2)[..., None, None, :],
            np.fmax.reduce(high[drawn], axis=-2)[..., None, None, :],
        )
    if options.aggregation != "topsis":
        return Measure(posts, matrices, None)
    leaf = _scored(link, prepared.values, posts)
    ends = [edge(leaf, axis=(-3, -2), keepdims=True) for edge in (np.nanmax, np.nanmin)]
    return Measure(posts, matrices, (ends[0], ends[1]))


def _weights_of(link: Link, drawn: np.ndarray) -> np.ndarray:
    """Weights of the k indicators, shape (k,) or, where data give them, (..., years or 1, k)."""
    prepared, options = link.prepared, link.options
    tree, base = prepared.hierarchy, prepared.base
    if options.weights in ("equal", "given"):
        return indicator_weights(prepared.values, tree, options, base)
    samples = drawn.reshape(-1, drawn.shape[-1])
    found = np.stack(
        [np.atleast_2d(indicator_weights(prepared.values[:, one], tree, options, base))
         for one in samples]
    )  # fmt: skip
    return found.reshape(*drawn.shape[:-1], *found.shape[1:])


def _scored(link: Link, values: np.ndarray, posts) -> np.ndarray:
    """Normalised indicators, between held goalposts or built anew; samples along axes in front."""
    tree, prepared, options = link.prepared.hierarchy, link.prepared, link.options
    if posts is None:
        return normalised_scores(values, tree, options, prepared.base, prepared.reference)
    refuse_constant(*pooled_goalposts(values), tree.indicators)
    refuse_constant(*posts, tree.indicators, " between its goalposts")
    return minmax(values, tree.signs, *posts, options.scale_used)


def regressors(link: Link, values: np.ndarray, measure: Measure) -> np.ndarray:
    """Regressors of all units and years, shape (..., years, units, terms): parts, then controls.

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
    controls = np.stack([link.levels_of(link.controls[name]) for name in link.controls], axis=-1)
    controls = np.broadcast_to(controls, (*own.shape[:-1], controls.shape[-1]))
    return np.concatenate([own, controls], axis=-1)


def parts(link: Link, values: np.ndarray, measure: Measure) -> np.ndarray:
    """What a scenario can move: parts of the index, their product, the neighbours' means.

    Parameters
    ----------
    link : Link
        Which of them enter.
    values : ndarray, shape (years, units, indicators)
        Treated indicators, with or without a change; where the measure is steady some years
        suffice.
    measure : Measure
        Goalposts and weights.

    Returns
    -------
    ndarray, shape (..., years, units, terms)
    """
    tree = link.prepared.hierarchy
    leaf = _scored(link, values, measure.goalposts)
    scores = [leaf, *combine(leaf, measure.matrices, link.options, measure.ideals)]
    columns = []
    for node in link.nodes:
        depth = next(i for i, level in enumerate(tree.levels) if node in level)
        columns.append(scores[depth][..., tree.levels[depth].index(node)])
    if link.product:
        columns.append(columns[0] * columns[1])
    if link.neighbours is not None:
        columns += [one @ link.neighbours.T for one in columns]
    return np.stack(np.broadcast_arrays(*columns), axis=-1)
