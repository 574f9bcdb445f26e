"""The tree of a composite index: indicators below elements below one index, held as data.

The study's tree has three levels (indicators; labourers, means and objects of labour; the index),
but nothing here depends on that: a tree of any depth is read from a table of nodes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from nqpf.errors import StudyError

ELEMENTS = ("labourers", "means", "objects")
CHARACTERISTICS = ("technology", "efficiency", "quality")
ROOT = "index"
LEVEL_IN_CODEBOOK = {"provinces": "province", "cities": "city"}
DIRECTIONS = {"+": 1, "-": -1}


@dataclass(frozen=True)
class Hierarchy:
    """Tree of a composite index.

    Attributes
    ----------
    levels : tuple of tuple of str
        Nodes of each level from the indicators up to the single root.
    parent : Mapping
        Parent of every node but the root.
    weight : Mapping
        Nominal weight of a node among its siblings; positive, need not sum to one.
    direction : Mapping
        +1 or -1 for every indicator: whether more of it is better.

    Raises
    ------
    StudyError
        If a node is repeated, has an unknown parent or a wrong weight, if an indicator has no
        direction, or if a node above the indicators has no children.
    """

    levels: tuple[tuple[str, ...], ...]
    parent: Mapping[str, str]
    weight: Mapping[str, float]
    direction: Mapping[str, int]

    def __post_init__(self) -> None:
        if len(self.levels) < 2 or len(self.levels[-1]) != 1:
            raise StudyError(
                "a hierarchy needs indicators and, above them, one root, "
                f"got levels of {[len(level) for level in self.levels]} nodes"
            )
        nodes = [node for level in self.levels for node in level]
        repeated = sorted({node for node in nodes if nodes.count(node) > 1})
        if repeated:
            raise StudyError(f"{_listed(repeated)} stands in the hierarchy twice; name each once")
        for lower, upper in zip(self.levels[:-1], self.levels[1:], strict=True):
            for node in lower:
                if self.parent.get(node) not in upper:
                    raise StudyError(
                        f"'{node}' needs a parent among {_listed(upper)}, "
                        f"got '{self.parent.get(node)}'"
                    )
                if not self.weight.get(node, np.nan) > 0:
                    raise StudyError(
                        f"'{node}' needs a positive weight, got {self.weight.get(node)}"
                    )
            childless = [p for p in upper if p not in {self.parent[node] for node in lower}]
            if childless:
                raise StudyError(f"{_listed(childless)} has no indicator left; give it one")
        undirected = [i for i in self.indicators if self.direction.get(i) not in (1, -1)]
        if undirected:
            raise StudyError(
                f"{_listed(undirected)} has no direction; an indicator of an index needs + or -"
            )

    @property
    def indicators(self) -> tuple[str, ...]:
        """Indicators in order."""
        return self.levels[0]

    @property
    def elements(self) -> tuple[str, ...]:
        """Nodes right below the root."""
        return self.levels[-2]

    @property
    def nodes(self) -> tuple[str, ...]:
        """Root first, then the aggregates below it, down to those right above indicators."""
        return tuple(node for level in self.levels[:0:-1] for node in level)

    @cached_property
    def signs(self) -> np.ndarray:
        """Directions of the indicators, shape (indicators,)."""
        return np.array([float(self.direction[i]) for i in self.indicators])

    @cached_property
    def membership(self) -> tuple[np.ndarray, ...]:
        """One 0/1 matrix per level, shape (nodes of the level, nodes of the next level)."""
        return tuple(
            np.array([[float(self.parent[node] == above) for above in upper] for node in lower])
            for lower, upper in zip(self.levels[:-1], self.levels[1:], strict=True)
        )

    @cached_property
    def nominal(self) -> tuple[np.ndarray, ...]:
        """Nominal weights of each level below the root, shape (nodes of the level,)."""
        return tuple(np.array([self.weight[n] for n in level]) for level in self.levels[:-1])

    def element_of(self, indicator: str) -> str:
        """Node right above an indicator."""
        self._known([indicator])
        return self.parent[indicator]

    def without(self, *indicators: str) -> "Hierarchy":
        """The same tree with some indicators left out.

        Raises
        ------
        StudyError
            If one is not in the tree, or a node above would keep none.
        """
        self._known(indicators)
        kept = tuple(i for i in self.indicators if i not in indicators)
        return Hierarchy((kept, *self.levels[1:]), self.parent, self.weight, self.direction)

    def reversed(self, *indicators: str) -> "Hierarchy":
        """The same tree with the directions of some indicators turned round."""
        self._known(indicators)
        direction = {i: -d if i in indicators else d for i, d in self.direction.items()}
        return Hierarchy(self.levels, self.parent, self.weight, direction)

    def reweighted(self, weights: Mapping[str, float]) -> "Hierarchy":
        """The same tree with other nominal weights between the indicators and the root.

        Raises
        ------
        StudyError
            If a node above the indicators has no weight, or one is not positive.
        """
        between = [node for level in self.levels[1:-1] for node in level]
        absent = [node for node in between if node not in weights]
        if absent:
            raise StudyError(f"no weight is given for {_listed(absent)}; give every one its weight")
        changed = {**self.weight, **{node: float(weights[node]) for node in between}}
        return Hierarchy(self.levels, self.parent, changed, self.direction)

    def tree(self) -> pd.DataFrame:
        """Nodes as a table: id, parent, level (1 = indicators), weight, direction."""
        rows = [
            {
                "id": node,
                "parent": self.parent.get(node),
                "level": depth,
                "weight": self.weight.get(node, 1.0),
                "direction": self.direction.get(node),
            }
            for depth, level in enumerate(self.levels, start=1)
            for node in level
        ]
        frame = pd.DataFrame(rows)
        frame["direction"] = frame["direction"].astype("Int64")
        return frame

    def _known(self, indicators: Iterable[str]) -> None:
        unknown = [i for i in indicators if i not in self.indicators]
        if unknown:
            raise StudyError(
                f"{_listed(unknown)} is not an indicator of this index; "
                f"known are {_listed(self.indicators)}"
            )


def hierarchy_from_tree(tree: pd.DataFrame) -> Hierarchy:
    """Hierarchy of any depth from a table of nodes.

    Parameters
    ----------
    tree : DataFrame
        Columns id, parent (missing for the root), weight, direction (+1 or -1, read for
        indicators only). All indicators must lie equally deep.

    Raises
    ------
    StudyError
        If a column is missing, there is not exactly one root, or the tree is not sound.
    """
    absent = [c for c in ("id", "parent", "weight", "direction") if c not in tree.columns]
    if absent:
        raise StudyError(f"the table of a hierarchy needs the column {_listed(absent)}")
    parent = {n: p for n, p in zip(tree["id"], tree["parent"], strict=True) if pd.notna(p)}
    roots = [node for node in tree["id"] if node not in parent]
    if len(roots) != 1:
        raise StudyError(f"a hierarchy needs exactly one node without a parent, got {roots}")
    levels = [tuple(roots)]
    while below := tuple(node for node in tree["id"] if parent.get(node) in levels[0]):
        levels.insert(0, below)
    placed = {node for level in levels for node in level}
    unplaced = [node for node in tree["id"] if node not in placed]
    if unplaced:
        raise StudyError(f"{_listed(unplaced)} does not hang below '{roots[0]}'; check its parent")
    return Hierarchy(
        tuple(levels),
        parent,
        dict(zip(tree["id"], tree["weight"], strict=True)),
        dict(zip(tree["id"], tree["direction"], strict=True)),
    )


def element_hierarchy(
    codebook: pd.DataFrame,
    level: str,
    *,
    default: Iterable[str] = ("core",),
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
) -> Hierarchy:
    """The study's tree: indicators below labourers, means and objects of labour below the index.

    Parameters
    ----------
    codebook : DataFrame
        Indicators: id, level (province or city), role, direction (+, - or none), default.
    level : {"provinces", "cities"}
    default : iterable of str
        Values of the column default that put an indicator in.
    include, exclude : iterable of str
        Indicators put in or left out beyond that.

    Raises
    ------
    StudyError
        If an indicator named does not exist at that level, has another role or no direction.
    """
    rows = _rows_of_level(codebook, level)
    rows = rows[rows["role"].isin(ELEMENTS)]
    include, exclude = tuple(include), tuple(exclude)
    _require(rows.index, [*include, *exclude], f"an indicator of the {level}' elements")
    chosen = (rows["default"].isin(list(default)) | rows.index.isin(include)) & ~rows.index.isin(
        exclude
    )
    return _two_levels(rows[chosen]["role"], rows["direction"], ELEMENTS)


def characteristic_hierarchy(
    characteristics: pd.DataFrame, codebook: pd.DataFrame, level: str
) -> Hierarchy:
    """The same index cut the other way: high technology, high efficiency, high quality.

    Parameters
    ----------
    characteristics : DataFrame
        Columns level (province or city), indicator, characteristic; an indicator may have any
        role, so these sub-indices describe and are never regressors.
    codebook : DataFrame
        Indicators, as in `element_hierarchy`.
    level : {"provinces", "cities"}

    Raises
    ------
    StudyError
        If an indicator is not in the codebook or has no direction.
    """
    rows = _rows_of_level(codebook, level)
    mine = characteristics[characteristics["level"] == LEVEL_IN_CODEBOOK[level]]
    _require(rows.index, mine["indicator"], f"an indicator of the {level}")
    repeated = mine["indicator"][mine["indicator"].duplicated()]
    if len(repeated):
        raise StudyError(f"{_listed(repeated)} is given two characteristics; give it one")
    return _two_levels(
        mine.set_index("indicator")["characteristic"], rows["direction"], CHARACTERISTICS
    )


def _rows_of_level(codebook: pd.DataFrame, level: str) -> pd.DataFrame:
    """Codebook rows of a level, indexed by id."""
    if level not in LEVEL_IN_CODEBOOK:
        raise StudyError(f"level must be provinces or cities, got '{level}'")
    rows = codebook[codebook["level"] == LEVEL_IN_CODEBOOK[level]].set_index("id")
    repeated = rows.index[rows.index.duplicated()]
    if len(repeated):
        raise StudyError(f"{_listed(repeated)} stands twice in the codebook of the {level}")
    return rows


def _two_levels(above: pd.Series, direction: pd.Series, order: tuple[str, ...]) -> Hierarchy:
    """Tree of indicators below the nodes of `order` below the root, all of nominal weight one."""
    unknown = sorted(set(above) - set(order))
    if unknown:
        raise StudyError(f"{_listed(unknown)} is not one of {_listed(order)}")
    nodes = tuple(node for node in order if (above == node).any())
    indicators = tuple(i for node in nodes for i in above.index[above == node])
    parent = {**{i: above[i] for i in indicators}, **dict.fromkeys(nodes, ROOT)}
    signs = {i: DIRECTIONS.get(str(direction[i]).strip(), 0) for i in indicators}
    return Hierarchy((indicators, nodes, (ROOT,)), parent, dict.fromkeys(parent, 1.0), signs)


def _require(known: pd.Index, wanted: Iterable[str], what: str) -> None:
    """Raise unless every id wanted is known."""
    unknown = [one for one in wanted if one not in known]
    if unknown:
        raise StudyError(f"{_listed(unknown)} is not {what}; known are {_listed(known)}")


def _listed(names: Iterable[str]) -> str:
    """Names in quotes, joined."""
    return ", ".join(f"'{name}'" for name in names)
