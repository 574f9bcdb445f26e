"""Least-squares search of thresholds on a grid, from one cross-product matrix.

With fixed effects and regressors partialled out once, the column block of a threshold g is
D_g = M z 1(q <= g). All that the search, its sequential steps and every bootstrap draw need are the
inner products D_g'D_h and D_g'y: adding a threshold to others is partialling out small blocks. So
a draw costs one matrix-vector product, not a grid of regressions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nqpf.errors import StudyError
from nqpf.regression.within import group_sums

SINGULAR = 1e-8


@dataclass(frozen=True)
class ThresholdGrid:
    """Candidate thresholds and their inner products.

    Attributes
    ----------
    values : ndarray, shape (G,)
        Candidates, increasing.
    columns : ndarray, shape (N, G, K)
        Blocks D_g with effects and regressors partialled out.
    gram : ndarray, shape (G, K, G, K)
        Inner products of the blocks.
    below : ndarray, shape (G + 2, U)
        Rows of every unit at or below the candidate; first row none, last row all.
    smallest : tuple of int
        Least rows and least units a regime must have.
    """

    values: np.ndarray
    columns: np.ndarray
    gram: np.ndarray
    below: np.ndarray
    smallest: tuple[int, int]

    def inner_products(self, outcome: np.ndarray) -> np.ndarray:
        """D_g'y of outcomes (N, B), shape (B, G, K)."""
        flat = self.columns.reshape(len(outcome), -1)
        return (flat.T @ outcome).T.reshape(-1, *self.columns.shape[1:])

    def admissible(self, chosen: Sequence[int]) -> np.ndarray:
        """Candidates that may join the chosen ones without too small a regime, shape (G,)."""
        inner = np.arange(1, len(self.values) + 1)
        edges = np.array([0, *sorted(c + 1 for c in chosen), len(self.values) + 1])
        above = np.searchsorted(edges, inner, side="right")
        fits = np.isin(inner, edges, invert=True)
        for low, high in (
            (edges[above - 1], inner),
            (inner, edges[np.minimum(above, len(edges) - 1)]),
        ):
            inside = self.below[high] - self.below[low]
            fits &= inside.sum(axis=1) >= self.smallest[0]
            fits &= (inside > 0).sum(axis=1) >= self.smallest[1]
        return fits

    def explained(self, products: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
        """Sum of squares explained by the chosen thresholds, shape (B,)."""
        if not chosen:
            return np.zeros(len(products))
        part = products[:, list(chosen)].reshape(len(products), -1)
        return (part * self._solve_chosen(chosen, part)).sum(axis=1)

    def gains(self, products: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
        """Sum of squares each candidate explains beyond the chosen, shape (B, G).

        Minus infinity where a candidate is not admissible or adds nothing of its own.
        """
        blocks = np.einsum("gkgl->gkl", self.gram)
        left = products
        if chosen:
            cross = self.gram[:, :, list(chosen)].reshape(*blocks.shape[:2], -1)
            part = products[:, list(chosen)].reshape(len(products), -1)
            left = products - np.einsum("gkm,bm->bgk", cross, self._solve_chosen(chosen, part))
            solved = self._solve_chosen(chosen, cross.reshape(-1, cross.shape[2]))
            own = blocks - cross @ solved.reshape(cross.shape).transpose(0, 2, 1)
        else:
            own = blocks
        allowed = self.admissible(chosen)
        size = np.sqrt(np.maximum(np.einsum("gkk->gk", blocks), 1e-300))
        scaled = own / size[:, :, None] / size[:, None, :]
        roots, vectors = np.linalg.eigh(scaled)
        allowed &= roots[:, 0] > SINGULAR
        rotated = np.einsum("bgk,gkl->bgl", left / size, vectors)
        gain = (rotated**2 / np.where(allowed[:, None], roots, 1.0)).sum(axis=2)
        gain[:, ~allowed] = -np.inf
        return gain

    def sequence(self, products: np.ndarray, count: int) -> list[np.ndarray]:
        """Choose 1, ..., count thresholds for every outcome.

        Each step adds the best candidate, then searches the earlier ones again, the others held
        (Bai 1997; Hansen 1999, sec. 5.1).

        Parameters
        ----------
        products : ndarray, shape (B, G, K)
        count : int

        Returns
        -------
        list of ndarray of int, shapes (B, 1), ..., (B, count)
            Positions in `values`, -1 throughout a row without room for so many.
        """
        chosen = np.empty((len(products), 0), dtype=int)
        steps = []
        for step in range(count):
            chosen = np.column_stack([chosen, self._best(products, chosen)])
            for earlier in range(step):
                others = np.delete(chosen, earlier, axis=1)
                chosen[:, earlier] = self._best(products, others)
            chosen[(chosen < 0).any(axis=1)] = -1
            steps.append(np.sort(chosen, axis=1))
        return steps

    def _best(self, products, chosen) -> np.ndarray:
        """Best candidate beside the chosen ones, row by row; -1 without any."""
        best = np.full(len(products), -1)
        if chosen.shape[1] == 0:
            return self._argmax(self.gains(products, ()))
        sets, which = np.unique(chosen, axis=0, return_inverse=True)
        for position, candidates in enumerate(sets):
            if (candidates >= 0).all():
                rows = which.ravel() == position
                best[rows] = self._argmax(self.gains(products[rows], tuple(candidates)))
        return best

    @staticmethod
    def _argmax(gain) -> np.ndarray:
        """Position of the largest gain; -1 where nothing is allowed."""
        return np.where(np.isfinite(gain).any(axis=1), gain.argmax(axis=1), -1)

    def _solve_chosen(self, chosen, right) -> np.ndarray:
        """Rows of `right` times the inverse of the chosen blocks' inner products."""
        rows = list(chosen)
        size = len(rows) * self.gram.shape[1]
        block = self.gram[np.ix_(rows, range(self.gram.shape[1]), rows)].reshape(size, size)
        return np.linalg.solve(block, right.T).T


def build_grid(
    threshold: np.ndarray,
    units: np.ndarray,
    blocks,
    *,
    points: int,
    trim: float,
    min_units: int,
) -> ThresholdGrid:
    """Grid of observed values: quantiles of the distinct ones, as in Hansen's own program.

    Parameters
    ----------
    threshold : ndarray, shape (N,)
        Threshold variable.
    units : ndarray of int, shape (N,)
        Unit codes.
    blocks : callable
        From indicators 1(q <= g), float of shape (N, G), to the blocks D, shape (N, G, K).
    points : int
        Most candidates; all observed values when there are fewer.
    trim : float
        Least share of rows in a regime.
    min_units : int
        Least number of distinct units in a regime.

    Raises
    ------
    StudyError
        If the variable is constant or no candidate leaves large enough regimes.
    """
    if not 0 < trim < 0.5:
        raise StudyError(f"expected a trimming share between 0 and 0.5, got {trim}")
    distinct = np.unique(threshold)
    if len(distinct) < 2:
        raise StudyError("expected a threshold variable that varies, got a constant")
    inside = distinct[:-1]  # the largest value would leave no row above
    if len(inside) > points:
        shares = np.linspace(trim, 1 - trim, points)
        inside = np.unique(np.quantile(inside, shares, method="inverted_cdf"))
    indicators = (threshold[:, None] <= inside).astype(float)
    counts = group_sums(indicators, units, units.max() + 1).T
    below = np.vstack([np.zeros(counts.shape[1]), counts, np.bincount(units)])
    least = max(1, int(np.ceil(trim * len(threshold))))
    columns = blocks(indicators)
    flat = columns.reshape(len(threshold), -1)
    gram = (flat.T @ flat).reshape(*columns.shape[1:], *columns.shape[1:])
    return ThresholdGrid(inside, columns, gram, below, (least, min_units))
