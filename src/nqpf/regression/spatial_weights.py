"""Who is whose neighbour: contiguity, nearest neighbours, inverse distance, row standardised.

Weights are data, chosen before estimation; several should be reported side by side, because the
indirect effects of a spatial model depend on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from nqpf.errors import StudyError

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


@dataclass(frozen=True)
class SpatialWeights:
    """Weights matrix of n units; row i holds the weights of the neighbours of unit i.

    Attributes
    ----------
    units : tuple of str, length n
        Order of rows and columns.
    matrix : scipy.sparse.csr_array, shape (n, n)
        Zero diagonal, no negative entry, no empty row.
    kind : str
        Name for the reader, as "contiguity" or "4 nearest".
    """

    units: tuple[str, ...]
    matrix: sparse.csr_array
    kind: str

    def __post_init__(self):
        n = len(self.units)
        if self.matrix.shape != (n, n) or len(set(self.units)) != n:
            raise StudyError(
                f"expected a square matrix with one row per distinct unit, got "
                f"{self.matrix.shape} for {n} units"
            )
        if self.matrix.diagonal().any() or (self.matrix.data < 0).any():
            raise StudyError("expected weights of at least zero and nobody as own neighbour")
        alone = np.flatnonzero(np.asarray(self.matrix.sum(axis=1)).ravel() == 0)
        if len(alone):
            raise StudyError(
                f"{', '.join(self.units[i] for i in alone)} has no neighbour in '{self.kind}': "
                "link it to its nearest unit, use nearest neighbours, or leave it out"
            )

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.units)

    @cached_property
    def dense(self) -> np.ndarray:
        """The matrix as an array, shape (n, n)."""
        return self.matrix.toarray()

    @cached_property
    def is_row_standardised(self) -> bool:
        """Whether every row sums to one, so that a lag is a mean of neighbours."""
        return bool(np.allclose(self.dense.sum(axis=1), 1, atol=1e-12))

    @cached_property
    def eigenvalues(self) -> np.ndarray:
        """Eigenvalues, shape (n,); real when the matrix is similar to a symmetric one."""
        scale = self._symmetrising_scale
        if scale is None:
            return np.linalg.eigvals(self.dense)
        return np.linalg.eigvalsh(scale[:, None] * self.dense / scale[None, :])

    def row_standardised(self) -> "SpatialWeights":
        """Return the same neighbours with weights that sum to one in every row."""
        sums = np.asarray(self.matrix.sum(axis=1)).ravel()
        return SpatialWeights(self.units, sparse.csr_array(self.matrix / sums[:, None]), self.kind)

    def restrict(self, units: Sequence[str]) -> "SpatialWeights":
        """Weights among some of the units, in their order; row standardised again if it was.

        Raises
        ------
        StudyError
            Unknown units, or a unit left without neighbour.
        """
        unknown = [unit for unit in units if unit not in self.units]
        if unknown:
            raise StudyError(f"expected units of the weights, got {', '.join(map(str, unknown))}")
        kept = [self.units.index(unit) for unit in units]
        part = SpatialWeights(tuple(units), sparse.csr_array(self.matrix[kept][:, kept]), self.kind)
        return part.row_standardised() if self.is_row_standardised else part

    @cached_property
    def _symmetrising_scale(self) -> np.ndarray | None:
        """Scale d with d W / d symmetric, if W is a row-scaled symmetric matrix."""
        links = self.dense > 0
        if not (links == links.T).all():
            return None
        root = np.sqrt(self._row_factors())
        scaled = root[:, None] * self.dense / root[None, :]
        return root if np.allclose(scaled, scaled.T, rtol=1e-10, atol=1e-14) else None

    def _row_factors(self) -> np.ndarray:
        """Factors f with f_i W_ij = f_j W_ji along a tree of links, one tree per component."""
        W, factor = self.dense, np.full(self.n, np.nan)
        for start in range(self.n):
            if np.isnan(factor[start]):
                factor[start] = 1.0
                stack = [start]
                while stack:
                    i = stack.pop()
                    for j in np.flatnonzero((W[i] > 0) & np.isnan(factor)):
                        factor[j] = factor[i] * W[i, j] / W[j, i]
                        stack.append(j)
        return factor


def contiguity(adjacency: pd.DataFrame, units: Sequence[str]) -> SpatialWeights:
    """Row-standardised weights of units that share a border.

    Parameters
    ----------
    adjacency : DataFrame
        Columns a, b: one row per pair of neighbours, in any order.
    units : sequence of str
        Units wanted and their order; borders with others are left out.

    Raises
    ------
    StudyError
        A unit without neighbour (see `link_to_nearest`), or a pair of a unit with itself.
    """
    return _contiguity(adjacency, units, "contiguity", sparse.csr_array((len(units), len(units))))


def link_to_nearest(
    adjacency: pd.DataFrame, units: Sequence[str], geography: pd.DataFrame
) -> SpatialWeights:
    """Contiguity in which a unit without neighbour is linked, both ways, to its nearest unit.

    Parameters
    ----------
    adjacency, units
        As in `contiguity`.
    geography : DataFrame
        Index: unit; columns lon, lat in degrees.
    """
    links = _links(adjacency, units)
    alone = np.flatnonzero(np.asarray(links.sum(axis=1)).ravel() == 0)
    distance = great_circle(geography, units)
    np.fill_diagonal(distance, np.inf)
    near = distance[alone].argmin(axis=1)
    rows, columns = np.concatenate([alone, near]), np.concatenate([near, alone])
    extra = sparse.csr_array((np.ones(len(rows)), (rows, columns)), links.shape)
    return _contiguity(adjacency, units, "contiguity, islands linked", extra)


def nearest(geography: pd.DataFrame, units: Sequence[str], k: int) -> SpatialWeights:
    """Row-standardised weights of the k nearest units by great-circle distance.

    Ties go to the unit named first. Being among the nearest is not mutual: the matrix is not
    symmetric.

    Parameters
    ----------
    geography : DataFrame
        Index: unit; columns lon, lat in degrees.
    units : sequence of str
    k : int
        1 to n - 1.
    """
    n = len(units)
    if not 1 <= k < n:
        raise StudyError(f"expected 1 to {n - 1} nearest neighbours of {n} units, got {k}")
    distance = great_circle(geography, units)
    np.fill_diagonal(distance, np.inf)
    near = np.argsort(distance, axis=1, kind="stable")[:, :k]
    rows = np.repeat(np.arange(n), k)
    matrix = sparse.csr_array((np.full(n * k, 1 / k), (rows, near.ravel())), (n, n))
    return SpatialWeights(tuple(units), matrix, f"{k} nearest")


def inverse_distance(
    geography: pd.DataFrame,
    units: Sequence[str],
    *,
    power: float = 1.0,
    within_km: float = np.inf,
) -> SpatialWeights:
    """Row-standardised weights falling with great-circle distance, 1 / km^power.

    Parameters
    ----------
    geography : DataFrame
        Index: unit; columns lon, lat in degrees.
    units : sequence of str
    power : float
        Positive.
    within_km : float
        Units further apart have weight zero.
    """
    if not power > 0:
        raise StudyError(f"expected a positive power of distance, got {power}")
    distance = great_circle(geography, units)
    off_diagonal = ~np.eye(len(units), dtype=bool)
    if (distance[off_diagonal] == 0).any():
        raise StudyError("expected units in distinct places, got two with the same lon and lat")
    close = off_diagonal & (distance <= within_km)
    weights = np.zeros_like(distance)
    weights[close] = distance[close] ** -power
    reach = "" if np.isinf(within_km) else f", within {within_km:g} km"
    kind = f"inverse distance{'' if power == 1 else f'^{power:g}'}{reach}"
    return SpatialWeights(tuple(units), sparse.csr_array(weights), kind).row_standardised()


def great_circle(geography: pd.DataFrame, units: Sequence[str]) -> np.ndarray:
    """Distances in km on a sphere (haversine), shape (n, n)."""
    unknown = [unit for unit in units if unit not in geography.index]
    if unknown:
        raise StudyError(
            f"expected a place for every unit, none for {', '.join(map(str, unknown))}"
        )
    place = np.radians(geography.loc[list(units), ["lon", "lat"]].to_numpy(float))
    if not np.isfinite(place).all():
        raise StudyError("expected lon and lat of every unit, got missing ones")
    lon, lat = place[:, 0], place[:, 1]
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def higher_order(weights: SpatialWeights, order: int) -> SpatialWeights:
    """Row-standardised neighbours whose shortest path has `order` links (Cliff, Ord 1981)."""
    links = (weights.dense > 0).astype(float)
    reached = np.eye(weights.n, dtype=bool)
    frontier = reached
    for _ in range(order):
        frontier = ((frontier @ links) > 0) & ~reached
        reached = reached | frontier
    kind = f"{weights.kind}, order {order}"
    matrix = sparse.csr_array(frontier.astype(float))
    return SpatialWeights(weights.units, matrix, kind).row_standardised()


def spatial_lag(panel: pd.DataFrame, column: str, weights: SpatialWeights) -> pd.Series:
    """Weighted sum of a variable over the neighbours, year by year.

    Parameters
    ----------
    panel : DataFrame
        Index levels unit and year.
    column : str
    weights : SpatialWeights

    Returns
    -------
    Series
        Named "W column", with the panel's index. Missing where the unit is not in the weights or
        any neighbour is missing: a mean over fewer neighbours would be another variable.
    """
    if column not in panel.columns:
        raise StudyError(f"expected a column of the panel, got '{column}'")
    wide = panel[column].astype(float).unstack("unit").reindex(columns=list(weights.units))
    values = wide.to_numpy()
    gone = np.isnan(values)
    lagged = np.where(gone, 0, values) @ weights.dense.T
    lagged[(gone @ (weights.dense > 0).T.astype(float)) > 0] = np.nan
    long = pd.DataFrame(lagged, index=wide.index, columns=wide.columns).unstack()
    return long.reindex(panel.index).rename(f"W {column}")


def _links(adjacency: pd.DataFrame, units: Sequence[str]) -> sparse.csr_array:
    """Symmetric 0/1 matrix of the pairs among the units."""
    if not {"a", "b"} <= set(adjacency.columns):
        raise StudyError(f"expected columns a and b, got {', '.join(adjacency.columns)}")
    place = {unit: i for i, unit in enumerate(units)}
    if not any(unit in place for unit in {*adjacency["a"], *adjacency["b"]}):
        raise StudyError(f"none of the units {', '.join(map(str, units))} is in the adjacency list")
    pairs = [(a, b) for a, b in zip(adjacency["a"], adjacency["b"], strict=True)]
    if any(a == b for a, b in pairs):
        raise StudyError("expected pairs of different units in the adjacency list")
    known = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
    i, j = np.array(known, dtype=int).reshape(-1, 2).T
    links = sparse.csr_array((np.ones(len(i)), (i, j)), (len(units),) * 2)
    links = links + links.T
    links.data[:] = 1.0
    return links


def _contiguity(adjacency, units, kind, extra) -> SpatialWeights:
    """Row-standardised links, with further ones added."""
    links = sparse.csr_array(_links(adjacency, units) + extra)
    links.data[:] = 1.0
    return SpatialWeights(tuple(units), links, kind).row_standardised()
