"""Fits and cluster scores of many specifications that share their rows, without a frame in sight.

Besides the estimate, only the cluster scores under the null of no association are kept: both the
wild bootstrap and the joint test are made of them (MacKinnon 2023, Econometrics and Statistics).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regression.design import COLLINEAR
from nqpf.regression.multiverse.forms import Scores, scores_from, together
from nqpf.regression.within import RANK_TOLERANCE

CHUNK_BYTES = 1 << 22


@dataclass(frozen=True)
class ScoredFits:
    """Results of S specifications on the same rows, clustered by unit into G clusters.

    Attributes
    ----------
    estimate, se, t, p : ndarray, shape (S,)
        Of the first regressor: CRV1 in the "nested" convention, t(G-1). NaN where singular.
    scores : Scores
        Of the clusters; the numerators sum to that of the estimate.
    length : ndarray, shape (S,)
        Sum of squares of the first regressor with everything else taken out: a flipped estimate
        is v'n over it.
    units : ndarray, shape (G,)
        Labels of the clusters, sorted.
    rows : int
        N.
    """

    estimate: np.ndarray
    se: np.ndarray
    t: np.ndarray
    p: np.ndarray
    scores: Scores
    length: np.ndarray
    units: np.ndarray
    rows: int


def score_many(
    X: np.ndarray,
    y: np.ndarray,
    units: np.ndarray,
    years: np.ndarray,
    *,
    effects: Sequence[str] = ("unit", "year"),
    trends: bool = False,
) -> ScoredFits:
    """Fit S regressions on the same N rows and keep the cluster scores of the first regressor.

    Parameters
    ----------
    X : ndarray, shape (S, N, K)
        Regressors; the first is the one looked at.
    y : ndarray, shape (S, N) or (1, N)
        Outcomes.
    units, years : array, shape (N,)
        Labels of the rows.
    effects : sequence of str
        Fixed effects taken out: "unit", "year" or both.
    trends : bool
        Whether every unit has a linear trend of its own.

    Raises
    ------
    StudyError
        If shapes do not fit, values are missing, a unit or year has a single row although its
        effect is taken out, or there are not more rows than parameters.
    """
    X, y = np.asarray(X, float), np.asarray(y, float)
    codes = _codes(X, y, units, years, effects)
    order = np.lexsort((codes["year"], codes["unit"]))  # clusters contiguous
    unit, year = codes["unit"][order], codes["year"][order]
    removed = _Removed(unit, year, effects, trends=trends)
    starts, rank = removed.starts, removed.rank
    n, k, groups = len(order), X.shape[2], len(starts)
    if n <= rank + k:
        raise StudyError(f"expected more rows than parameters, got {n} for {k + rank}")
    outside = k + rank - (groups - 1 if "unit" in effects else 0)
    factor = groups / (groups - 1) * (n - 1) / (n - outside)
    size = max(1, CHUNK_BYTES // (8 * n * (k + 2)))
    parts = []
    for start in range(0, len(X), size):
        chunk = slice(start, start + size)
        XT = X[chunk][:, order].transpose(0, 2, 1)
        yT = (y if len(y) == 1 else y[chunk])[:, order]
        parts.append(_score(XT, removed.residual(XT), removed.residual(yT), removed))
    estimate, variance, length = (np.concatenate([part[i] for part in parts]) for i in range(3))
    scores = together([part[3] for part in parts])
    se = np.sqrt(factor * variance)
    t = estimate / se
    p = 2 * stats.t.sf(np.abs(t), groups - 1)
    labels = np.unique(np.asarray(units))
    return ScoredFits(estimate, se, t, p, scores, length, labels, n)


def _codes(X, y, units, years, effects) -> dict[str, np.ndarray]:
    """Codes of units and years, or the reason why not."""
    rows = len(units)
    if X.ndim != 3 or y.ndim != 2 or X.shape[1] != rows or y.shape[1] != rows or len(years) != rows:
        raise StudyError(
            f"expected X (S, N, K), y (S, N) and N labels, got {X.shape}, {y.shape} and {rows}"
        )
    if len(y) not in (1, len(X)):
        raise StudyError(f"expected one outcome or one for each of {len(X)} designs, got {len(y)}")
    if not (np.isfinite(X).all() and np.isfinite(y).all()):
        raise StudyError("expected finite values: specifications with other rows go apart")
    if not effects or not set(effects) <= {"unit", "year"}:
        raise StudyError(f"expected effects among unit and year, got {list(effects)}")
    codes = {
        name: pd.factorize(np.asarray(labels), sort=True)[0]
        for name, labels in (("unit", units), ("year", years))
    }
    if any((np.bincount(codes[effect]) < 2).any() for effect in effects) or codes["unit"].max() < 1:
        raise StudyError("expected at least two rows of every unit and year, and two units")
    return codes


class _Removed:
    """Effects taken out of rows that are sorted by unit.

    Unit effects are means of contiguous rows; what other effects and trends add to them is spanned
    by an orthonormal basis.

    Attributes
    ----------
    starts : ndarray of int, shape (G,)
        First row of every unit.
    basis : ndarray, shape (N, r)
    rank : int
        Dimension of all that is taken out.
    """

    def __init__(self, unit: np.ndarray, year: np.ndarray, effects: Sequence[str], *, trends: bool):
        self.starts = np.flatnonzero(np.diff(unit, prepend=-1))
        self.sizes = np.diff(self.starts, append=len(unit))
        self.by_unit = "unit" in effects
        self.basis = np.zeros((len(unit), 0))
        if "year" in effects:
            self.basis = self._span((year[:, None] == np.arange(year.max() + 1)).astype(float))
        if trends:
            centred = year - year.mean()
            lines = (unit[:, None] == np.arange(unit.max() + 1)) * centred[:, None]
            self.basis = np.hstack([self.basis, self._span(lines)])
        self.rank = self.basis.shape[1] + (len(self.starts) if self.by_unit else 0)

    def residual(self, rows: np.ndarray) -> np.ndarray:
        """Rows (..., N) less their projection, twice for the sake of rounding."""
        for _ in range(2):
            if self.by_unit:
                means = _sums(rows, self.starts) / self.sizes
                rows = rows - np.repeat(means, self.sizes, axis=-1)
            rows = rows - (rows @ self.basis) @ self.basis.T
        return rows

    def by_cluster(self, values: np.ndarray) -> np.ndarray:
        """Products of each cluster's values (S, N) with its rows of the basis, shape (S, G, r).

        Unit effects are left out: within a unit, residuals sum to zero.
        """
        if (self.sizes == self.sizes[0]).all():
            shape = (len(self.starts), self.sizes[0], -1)
            blocks = values.reshape(len(values), *shape[:2]).transpose(1, 0, 2)
            return (blocks @ self.basis.reshape(shape)).transpose(1, 0, 2)
        pairs = zip(
            np.split(values, self.starts[1:], axis=1),
            np.split(self.basis, self.starts[1:]),
            strict=True,
        )
        return np.stack([part @ block for part, block in pairs], axis=1)

    def _span(self, columns: np.ndarray) -> np.ndarray:
        """Orthonormal basis of what columns (N, m) add to what is taken out already."""
        added = self.residual(columns.T).T
        values, vectors = np.linalg.eigh(added.T @ added)
        kept = values > RANK_TOLERANCE * max(values[-1], 1.0)
        return added @ (vectors[:, kept] / np.sqrt(values[kept]))


def _score(raw, XT, y, removed: _Removed):
    """Estimate, unscaled variance, length and scores of stacked designs XT (S, K, N)."""
    starts = removed.starts
    gram = XT @ XT.transpose(0, 2, 1)
    scale = np.sqrt(np.einsum("skk->sk", gram))
    still = scale <= COLLINEAR * np.sqrt(np.einsum("skn,skn->sk", raw, raw))
    safe = np.where(still, 1.0, scale)
    smallest = np.linalg.eigvalsh(gram / safe[:, :, None] / safe[:, None, :])[:, 0]
    singular = still.any(axis=1) | (smallest < COLLINEAR)
    bread = np.linalg.inv(np.where(singular[:, None, None], np.eye(gram.shape[1]), gram))
    bread[singular] = np.nan
    slopes = (bread @ (XT @ y[:, :, None]))[:, :, 0]
    length = 1 / bread[:, 0, 0]
    a = (bread[:, 0, None, :] @ XT)[:, 0] * length[:, None]  # the others partialled out
    errors = y - (slopes[:, None, :] @ XT)[:, 0]
    restricted = errors + slopes[:, :1] * a
    variance = (_sums(a * errors, starts) ** 2).sum(axis=1) / length**2
    n = _sums(a * restricted, starts)
    left = _sums(XT * a[:, None], starts).transpose(0, 2, 1) @ bread
    right = _sums(XT * restricted[:, None], starts).transpose(0, 2, 1)
    left = np.concatenate([left, removed.by_cluster(a)], axis=2)
    right = np.concatenate([right, removed.by_cluster(restricted)], axis=2)
    return slopes[:, 0], variance, length, scores_from(n, left, right)


def _sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Sums over the contiguous clusters of the last axis."""
    return np.add.reduceat(values, starts, axis=-1)
