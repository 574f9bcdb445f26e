"""From a panel of indicators and a hierarchy to an index, with every intermediate step kept."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from nqpf.index.aggregate import share_present
from nqpf.index.cube import Cube, panel_cube
from nqpf.index.hierarchy import Hierarchy
from nqpf.index.kernel import (
    combine,
    effective_weights,
    ideal_points,
    indicator_weights,
    level_weights,
    normalised_scores,
)
from nqpf.index.options import IndexOptions
from nqpf.index.screening import Screening, screen
from nqpf.index.treatment import ACTIONS, winsorise_or_log

PREPARED_BY = (
    "years",
    "units_excluded",
    "coverage",
    "treatment",
    "winsorise_most",
    "base_year",
    "reference",
)


@dataclass(frozen=True)
class Prepared:
    """A panel screened and treated, ready to be normalised.

    Attributes
    ----------
    cube : Cube
        Screened, as published.
    values : ndarray, shape (years, units, k)
        After treatment.
    action : ndarray of int, same shape
        What the treatment did to a cell.
    hierarchy : Hierarchy
        Without the indicators that were screened out.
    screening : Screening
    base : int
        Position of the base year.
    reference : int
        Position of the reference unit; -1 without one.
    """

    cube: Cube
    values: np.ndarray
    action: np.ndarray
    hierarchy: Hierarchy
    screening: Screening
    base: int
    reference: int


@dataclass(frozen=True)
class IndexResult:
    """An index and how it came about; tables are made when first looked at.

    Attributes
    ----------
    hierarchy : Hierarchy
        The tree really used.
    options : IndexOptions
    prepared : Prepared
    leaf : ndarray, shape (years, units, k)
        Normalised indicators.
    matrices : tuple of ndarray
        Weights of each level, see `kernel.level_weights`.
    levels : list of ndarray, shapes (years, units, nodes)
        Scores of each level, the root last.
    """

    hierarchy: Hierarchy
    options: IndexOptions
    prepared: Prepared
    leaf: np.ndarray
    matrices: tuple[np.ndarray, ...]
    levels: list[np.ndarray]

    @property
    def cube(self) -> Cube:
        """Years, units and indicators of the index."""
        return self.prepared.cube

    @property
    def screening(self) -> pd.DataFrame:
        """What was kept and left out and why: kind, id, present, cells, coverage, kept, reason."""
        return self.prepared.screening.table

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Panel of scores: columns index, then the elements, then any lower aggregates."""
        values = np.concatenate(self.levels[::-1], axis=-1)
        return self.cube.frame(values, self.hierarchy.nodes)

    def node(self, name: str) -> np.ndarray:
        """Scores of one node above the indicators, shape (years, units)."""
        depth = next(i for i, nodes in enumerate(self.hierarchy.levels[1:]) if name in nodes)
        return self.levels[depth][..., self.hierarchy.levels[depth + 1].index(name)]

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """Panel of ranks within each year, 1 the best, ties sharing the better rank."""
        return self.scores.groupby(level="year").rank(ascending=False, method="min")

    @cached_property
    def normalised(self) -> pd.DataFrame:
        """Panel of normalised indicators, more being better."""
        return self.cube.frame(self.leaf, self.hierarchy.indicators)

    @cached_property
    def treated(self) -> pd.DataFrame:
        """Panel of indicators after treatment, in their own units."""
        return self.cube.frame(self.prepared.values, self.hierarchy.indicators)

    @cached_property
    def weights(self) -> pd.DataFrame:
        """Weights by indicator (by year and indicator, if each year has its own).

        Columns element (the node above), direction, within (weight in that node) and effective
        (weight in the index); each sums to one within its node and over all.
        """
        tree, within = self.hierarchy, self.matrices[0].sum(axis=-1)
        effective = np.broadcast_to(effective_weights(self.matrices)[-1][..., 0], within.shape)
        index: pd.Index = pd.Index(tree.indicators, name="indicator")
        times = 1
        if within.ndim > 1:
            times = len(within)
            index = pd.MultiIndex.from_product([self.cube.years, index], names=["year", index.name])
        return pd.DataFrame(
            {
                "element": [tree.parent[i] for i in tree.indicators] * times,
                "direction": [tree.direction[i] for i in tree.indicators] * times,
                "within": within.ravel(),
                "effective": effective.ravel(),
            },
            index=index,
        )

    @cached_property
    def share(self) -> pd.Series:
        """Share of the index's weight whose indicators are present, by unit and year."""
        weights = effective_weights(self.matrices)[-1]
        return self.cube.frame(share_present(self.leaf, weights), ["share"])["share"]

    @cached_property
    def treatment(self) -> pd.DataFrame:
        """Every cell the treatment changed: unit, year, indicator, before, after, treatment."""
        year, unit, column = np.nonzero(self.prepared.action)
        cells = (year, unit, column)
        return pd.DataFrame(
            {
                "unit": self.cube.units[unit],
                "year": self.cube.years[year],
                "indicator": np.array(self.hierarchy.indicators)[column],
                "before": self.cube.values[cells],
                "after": self.prepared.values[cells],
                "treatment": [ACTIONS[int(a)] for a in self.prepared.action[cells]],
            }
        )


def build_index(
    indicators: pd.DataFrame, hierarchy: Hierarchy, options: IndexOptions | None = None
) -> IndexResult:
    """Build a composite index: screen, treat, normalise, weight, aggregate.

    Parameters
    ----------
    indicators : DataFrame
        Panel indexed by unit and year, one column per indicator; missing values stay missing.
    hierarchy : Hierarchy
    options : IndexOptions, optional
        The plainest choices by default.

    Returns
    -------
    IndexResult
        Tables scores, ranks, weights, normalised, treated, treatment, screening and share.

    Raises
    ------
    StudyError
        If an indicator does not exist or does not vary, a unit to exclude does not exist, nothing
        is left after screening, or a choice does not suit the data. A unit with data too few for
        the coverage rule, or with none, is left out and named in `screening`.
    """
    options = options or IndexOptions()
    prepared = prepare(indicators, hierarchy, options)
    return assemble(prepared, options)


def preparation(options: IndexOptions) -> dict[str, object]:
    """The choices that `prepare` reads: where they are equal, one panel is prepared alike."""
    chosen = {name: getattr(options, name) for name in PREPARED_BY}
    given = options.given_above if options.element_weights == "given" else None
    return chosen | {"given_above": given and tuple(sorted(given.items()))}


def prepare(indicators: pd.DataFrame, hierarchy: Hierarchy, options: IndexOptions) -> Prepared:
    """Screen and treat a panel; see `build_index` for parameters and errors."""
    wanted = panel_cube(indicators, hierarchy.indicators, options.years, options.units_excluded)
    return prepare_cube(wanted, hierarchy, options)


def prepare_cube(wanted: Cube, hierarchy: Hierarchy, options: IndexOptions) -> Prepared:
    """Screen and treat a cube of the tree's indicators, without the units excluded by decision.

    Parameters
    ----------
    wanted : Cube
        Years, units and indicators wanted, as `cube.panel_cube` gives them.
    hierarchy : Hierarchy
    options : IndexOptions

    Raises
    ------
    StudyError
        As `build_index`.
    """
    cube, screening = screen(wanted, options.coverage, options.units_excluded)
    dropped = [i for i in hierarchy.indicators if i not in cube.indicators]
    tree = hierarchy.without(*dropped) if dropped else hierarchy
    if options.element_weights == "given" and options.given_above is not None:
        tree = tree.reweighted(options.given_above)
    values, action = cube.values, np.zeros(cube.values.shape, dtype=np.int8)
    if options.treatment == "winsorise_or_log":
        rows = values.reshape(-1, values.shape[-1])
        flat, changed = winsorise_or_log(rows, most=options.winsorise_most)
        values, action = flat.reshape(values.shape), changed.reshape(values.shape)
    base = 0 if options.base_year is None else cube.year_position(options.base_year)
    reference = _reference(cube, options.reference)
    return Prepared(cube, values, action, tree, screening, base, reference)


def _reference(cube: Cube, wanted: str | tuple[str, ...] | None) -> int:
    """Position of the reference unit, of several the first that is there; -1 without one."""
    if wanted is None:
        return -1
    names = (wanted,) if isinstance(wanted, str) else wanted
    return cube.unit_position(next((name for name in names if name in cube.units), names[0]))


def assemble(prepared: Prepared, options: IndexOptions) -> IndexResult:
    """Normalise, weight and aggregate a prepared panel; see `build_index`."""
    tree = prepared.hierarchy
    leaf = normalised_scores(prepared.values, tree, options, prepared.base, prepared.reference)
    weights = indicator_weights(prepared.values, tree, options, prepared.base)
    matrices = level_weights(weights, tree, options.element_weights)
    levels = combine(leaf, matrices, options, ideal_points(leaf))
    return IndexResult(tree, options, prepared, leaf, matrices, levels)
