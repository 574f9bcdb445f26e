"""Fixed effects partialled out exactly, in balanced and unbalanced panels.

The factor with most levels is swept out by its (weighted) means. The dummies of the other factors,
swept the same way, span what is left; an orthonormal basis of that span is built once and projected
out of every column. This is the exact within transform of Wansbeek and Kapteyn (1989, Journal of
Econometrics 41) rather than an iteration: no convergence criterion, and a disconnected panel only
lowers the rank.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

RANK_TOLERANCE = 1e-9


class WithinTransform:
    """Residual maker of a set of fixed effects.

    Parameters
    ----------
    factors : sequence of ndarray of int, shape (N,)
        Level of each row, coded 0, 1, ..., one array per factor. None: nothing is taken out.
    weights : ndarray of float, shape (N,)
        Positive observation weights.

    Attributes
    ----------
    rank : int
        Dimension of the space taken out: the number of estimable effects.
    root : ndarray, shape (N,)
        Square root of the weights. Transformed columns are multiplied by it, so that least
        squares on them is weighted least squares.
    basis : ndarray, shape (N, r)
        Orthonormal basis of what the further factors add to the first.
    """

    def __init__(self, factors: Sequence[np.ndarray], weights: np.ndarray):
        self.root = np.sqrt(weights)
        self.rows = len(weights)
        self.basis = np.zeros((self.rows, 0))
        self.first = sparse.csr_array((self.rows, 0))
        ordered = sorted(factors, key=lambda codes: -codes.max())
        if ordered:
            largest = ordered[0]
            dummies = self._on_dummies(largest), largest, np.arange(self.rows + 1)
            self.first = sparse.csr_array(dummies, (self.rows, int(largest.max()) + 1))
        self._first_by_level = self.first.T
        if others := ordered[1:]:
            self.basis = self._span_of(others)
        self.rank = self.first.shape[1] + self.basis.shape[1]

    def __call__(self, columns: np.ndarray) -> np.ndarray:
        """Weighted columns free of the effects.

        Parameters
        ----------
        columns : ndarray, shape (N,) or (N, K)
            Unweighted columns.

        Returns
        -------
        ndarray, same shape
            ``sqrt(w)`` times the residuals of the weighted regression on the effects.
        """
        scaled = columns * (self.root if columns.ndim == 1 else self.root[:, None])
        return self.residual(scaled)

    def residual(self, scaled: np.ndarray) -> np.ndarray:
        """Part of weighted columns orthogonal to the effects, shape unchanged."""
        out = scaled
        for _ in range(2 if self.rank else 0):  # the second pass removes rounding of the first
            by_level = self.first @ (self._first_by_level @ out)
            out = np.subtract(out, by_level, out=by_level)
            further = self.basis @ (self.basis.T @ out)
            out = np.subtract(out, further, out=further)
        return out

    def _on_dummies(self, codes: np.ndarray) -> np.ndarray:
        """Entry of each row on the dummy of its level, the dummies scaled to length one."""
        return self.root / np.sqrt(np.bincount(codes, weights=self.root**2))[codes]

    def _span_of(self, factors: Sequence[np.ndarray]) -> np.ndarray:
        """Orthonormal basis of what the dummies of these factors add to the first factor."""
        dummies = np.hstack(
            [
                self._on_dummies(codes)[:, None] * (codes[:, None] == np.arange(codes.max() + 1))
                for codes in factors
            ]
        )
        added = dummies - self.first @ (self._first_by_level @ dummies)
        values, vectors = np.linalg.eigh(added.T @ added)
        kept = values > RANK_TOLERANCE
        return added @ (vectors[:, kept] / np.sqrt(values[kept]))


def is_nested(levels: np.ndarray, clusters: np.ndarray) -> bool:
    """Whether every level of a factor lies within one cluster.

    Parameters
    ----------
    levels, clusters : ndarray of int, shape (N,)
        Codes 0, 1, ... of the factor and of the clusters.
    """
    one_of = np.empty(levels.max() + 1, dtype=clusters.dtype)
    one_of[levels] = clusters
    return bool((one_of[levels] == clusters).all())


def group_sums(columns: np.ndarray, codes: np.ndarray, groups: int) -> np.ndarray:
    """Sum the rows of each group.

    Parameters
    ----------
    columns : ndarray, shape (N, K)
    codes : ndarray of int, shape (N,)
        Group of each row, 0 to `groups` - 1.
    groups : int
        Number of groups G.

    Returns
    -------
    ndarray, shape (G, K)
    """
    n = len(codes)
    return sparse.csc_array((np.ones(n), codes, np.arange(n + 1)), (groups, n)) @ columns
