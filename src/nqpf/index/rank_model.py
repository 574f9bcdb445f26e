"""Ranks as a function of the choices behind an index, prepared for thousands of evaluations.

Saisana, Saltelli and Tarantola (2005, JRSS A 168) treat every choice behind an index as a random
variable. A `RankModel` computes once what the alternatives share, so that each further index costs
little more than its part of a few matrix products.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from nqpf.errors import StudyError
from nqpf.index.build import Prepared, assemble, prepare
from nqpf.index.hierarchy import Hierarchy
from nqpf.index.kernel import (
    combine,
    ideal_points,
    indicator_weights,
    level_weights,
    normalised_scores,
)
from nqpf.index.options import IndexOptions

LEFT_OUT = "left_out"
NOTHING = "none"
DIGITS = 9  # scores that agree this far are tied; the rest is rounding


@dataclass(frozen=True)
class Choices:
    """Alternatives of each choice, all equally likely; one alternative alone is not varied.

    Attributes
    ----------
    treatment, normalisation, weights, element_weights, aggregation : tuple of str
        See `IndexOptions`. Distances to the frontier are ratios, so "frontier" goes with treatment
        "none" only: logs have no zero. Where TOPSIS or Mazziotta-Pareto is drawn, the
        normalisation drawn has no say; that is an interaction and shows as one.
    left_out : bool
        Whether none or any one indicator is left out.
    """

    treatment: tuple[str, ...] = ("none", "winsorise_or_log")
    normalisation: tuple[str, ...] = ("minmax", "zscore", "rank")
    weights: tuple[str, ...] = ("equal", "entropy", "critic", "pca", "sd", "entropy_critic")
    element_weights: tuple[str, ...] = ("equal", "implied")
    aggregation: tuple[str, ...] = (
        "arithmetic",
        "geometric",
        "generalised",
        "topsis",
        "mazziotta_pareto",
    )
    left_out: bool = True

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) == ():
                raise StudyError(f"the choice {field.name} needs at least one alternative")

    def options(self, options: IndexOptions) -> Iterator[IndexOptions]:
        """Every combination of the alternatives (nothing left out), on top of other options."""
        names = [f.name for f in fields(self) if f.name != LEFT_OUT]
        for values in product(*(getattr(self, name) for name in names)):
            yield replace(options, **dict(zip(names, values, strict=True)))


@dataclass(frozen=True)
class RankModel:
    """Ranks of one year as a function of the choices.

    Attributes
    ----------
    units : ndarray of str
        Units with all indicators in the year; only these are ranked.
    year : int
    options : IndexOptions
    alternatives : dict of str to tuple
        Alternatives of every choice that varies, in order.
    hierarchy : Hierarchy
    weights : dict
        Indicator weights, shape (alternatives left out, k), by treatment and scheme.
    leaves : dict
        Normalised indicators of the year, shape (units, k), and ideals, by treatment,
        normalisation and aggregation.
    baseline : ndarray, shape (units,)
    """

    units: np.ndarray
    year: int
    options: IndexOptions
    alternatives: dict[str, tuple[str, ...]]
    hierarchy: Hierarchy
    weights: dict[tuple[str, str], np.ndarray]
    leaves: dict[tuple[str, str, str], tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]]
    baseline: np.ndarray

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the choices that vary."""
        return tuple(name for name, values in self.alternatives.items() if len(values) > 1)

    def decode(self, points: np.ndarray) -> dict[str, np.ndarray]:
        """Positions of the alternatives that points of the unit cube stand for.

        Parameters
        ----------
        points : ndarray, shape (draws, factors)
            Between 0 and 1.
        """
        chosen = {name: np.zeros(len(points), dtype=int) for name in self.alternatives}
        for column, name in enumerate(self.factors):
            count = len(self.alternatives[name])
            chosen[name] = np.minimum((points[:, column] * count).astype(int), count - 1)
        return chosen

    def labels(self, points: np.ndarray) -> pd.DataFrame:
        """Alternatives that points stand for, one column per choice."""
        return pd.DataFrame(
            {
                name: np.array(self.alternatives[name])[position]
                for name, position in self.decode(points).items()
            }
        )

    def scores(self, points: np.ndarray) -> np.ndarray:
        """Index of the year under the choices, shape (draws, units).

        Parameters
        ----------
        points : ndarray, shape (draws, factors)
        """
        chosen = self.decode(points)
        result = np.empty((len(points), len(self.units)))
        grouping = [name for name in self.alternatives if name != LEFT_OUT]
        keys = np.column_stack([chosen[name] for name in grouping])
        groups, member = np.unique(keys, axis=0, return_inverse=True)
        for number, group in enumerate(groups):
            rows = np.flatnonzero(member.ravel() == number)
            pick = {n: self.alternatives[n][g] for n, g in zip(grouping, group, strict=True)}
            weights = self.weights[pick["treatment"], pick["weights"]][chosen[LEFT_OUT][rows]]
            leaf, ideals = self.leaves[
                pick["treatment"], pick["normalisation"], pick["aggregation"]
            ]
            matrices = level_weights(weights, self.hierarchy, pick["element_weights"])
            options = replace(self.options, aggregation=pick["aggregation"])
            result[rows] = combine(leaf, matrices, options, ideals)[-1][..., 0]
        return result

    def ranks(self, points: np.ndarray) -> np.ndarray:
        """Ranks of the year under the choices, shape (draws, units); see `scores`."""
        return rankdata(-self.scores(points).round(DIGITS), method="min", axis=1)


def rank_model(
    indicators: pd.DataFrame,
    hierarchy: Hierarchy,
    options: IndexOptions | None = None,
    *,
    year: int,
    choices: Choices | None = None,
) -> RankModel:
    """Prepare the study of how ranks of one year depend on the choices.

    Parameters
    ----------
    indicators : DataFrame
        Panel, as in `build_index`.
    hierarchy : Hierarchy
    options : IndexOptions, optional
        The study's own choices: the baseline, and whatever the alternatives do not vary.
    year : int
    choices : Choices, optional

    Raises
    ------
    StudyError
        If the year is not in the panel, no unit has all indicators in it, or an alternative does
        not suit the data (its message says why; leave it out of the choices).
    """
    options, choices = options or IndexOptions(), choices or Choices()
    own = prepare(indicators, hierarchy, options)
    tree, position = own.hierarchy, own.cube.year_position(year)
    ranked = np.isfinite(own.values[position]).all(axis=1)
    if not ranked.any():
        raise StudyError(f"no unit has all indicators in {year}; choose another year")

    alternatives = {f.name: getattr(choices, f.name) for f in fields(choices)}
    alternatives[LEFT_OUT] = (NOTHING, *removable(tree)) if choices.left_out else (NOTHING,)

    weights, leaves = {}, {}
    for treatment in choices.treatment:
        prepared = prepare(indicators, hierarchy, replace(options, treatment=treatment))
        for scheme in choices.weights:
            weights[treatment, scheme] = _weights_left_out(
                prepared, replace(options, weights=scheme), alternatives[LEFT_OUT], position
            )
        for normalisation, aggregation in product(choices.normalisation, choices.aggregation):
            varied = _varied(options, normalisation, aggregation)
            leaf = normalised_scores(
                prepared.values, tree, varied, prepared.base, prepared.reference
            )
            key = treatment, normalisation, aggregation
            leaves[key] = leaf[position][ranked], ideal_points(leaf)
    baseline = assemble(own, options).levels[-1][position, ranked, 0]
    return RankModel(
        own.cube.units[ranked],
        year,
        options,
        alternatives,
        tree,
        weights,
        leaves,
        rankdata(-baseline.round(DIGITS), method="min"),
    )


def _varied(options: IndexOptions, normalisation: str, aggregation: str) -> IndexOptions:
    """Options with another normalisation and aggregation.

    A scale of the study's own goes with its own two choices; others have their usual ones.
    """
    own = (options.normalisation, options.aggregation) == (normalisation, aggregation)
    scale = options.scale if own else None
    return replace(options, normalisation=normalisation, aggregation=aggregation, scale=scale)


def removable(tree: Hierarchy) -> list[str]:
    """Indicators that are not alone below their parent, so that they may be left out."""
    parents = [tree.parent[i] for i in tree.indicators]
    return [i for i in tree.indicators if parents.count(tree.parent[i]) > 1]


def _weights_left_out(
    prepared: Prepared, options: IndexOptions, left_out: tuple[str, ...], year: int
) -> np.ndarray:
    """Indicator weights with each alternative left out (weight zero), shape (alternatives, k)."""
    tree = prepared.hierarchy
    table = np.zeros((len(left_out), len(tree.indicators)))
    for row, indicator in enumerate(left_out):
        kept = np.array([i != indicator for i in tree.indicators])
        smaller = tree if indicator == NOTHING else tree.without(indicator)
        weights = indicator_weights(prepared.values[..., kept], smaller, options, prepared.base)
        table[row, kept] = weights if weights.ndim == 1 else weights[year]
    return table
