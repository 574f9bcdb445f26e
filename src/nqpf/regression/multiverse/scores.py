"""Fits and cluster scores of many specifications that share their rows, without a frame in sight.

Of every specification only two things are kept besides the estimate: the numerators n of the
clusters under the null of no association, and the form M = H'H of their refitted scores. Both the
wild bootstrap and the joint test are made of them (MacKinnon 2023, Econometrics and Statistics).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regression.design import COLLINEAR
from nqpf.regression.within import RANK_TOLERANCE, WithinTransform

CHUNK_BYTES = 1 << 22


@dataclass(frozen=True)
class ScoredFits:
    """Results of S specifications on the same rows, clustered by unit into G clusters.

    Attributes
    ----------
    estimate, se, t, p : ndarray, shape (S,)
        Of the first regressor: CRV1 in the "nested" convention, t(G-1). NaN where singular.
    numerators : ndarray, shape (S, G)
        Scores n of the clusters with errors restricted by the null of zero; they sum to the
        numerator of the estimate.
    denominators : ndarray, shape (S, G, G)
        M, such that v'Mv is the squared clustered standard error (up to a common factor) that
        the sign vector v gives.
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
    numerators: np.ndarray
    denominators: np.ndarray
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
    taken = [{"unit": unit, "year": year}[effect] for effect in effects]
    within = WithinTransform(taken, np.ones(len(order)))
    basis = np.hstack([within.first.toarray(), within.basis])
    if trends:
        basis = np.hstack([basis, _trend_basis(basis, unit, year)])
    starts = np.flatnonzero(np.diff(unit, prepend=-1))
    n, k, groups, rank = len(order), X.shape[2], len(starts), basis.shape[1]
    if n <= rank + k:
        raise StudyError(f"expected more rows than parameters, got {n} for {k + rank}")
    outside = k + rank - (groups - 1 if "unit" in effects else 0)
    factor = groups / (groups - 1) * (n - 1) / (n - outside)
    blocks = np.split(basis, starts[1:])
    size = max(1, CHUNK_BYTES // (8 * n * (k + 2)))
    parts = []
    for start in range(0, len(X), size):
        chunk = slice(start, start + size)
        XT = X[chunk][:, order].transpose(0, 2, 1)
        yT = (y if len(y) == 1 else y[chunk])[:, order]
        parts.append(_score(XT, _residual(XT, basis), _residual(yT, basis), starts, blocks))
    estimate, variance, numerators, denominators, length = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    se = np.sqrt(factor * variance)
    t = estimate / se
    p = 2 * stats.t.sf(np.abs(t), groups - 1)
    labels = np.unique(np.asarray(units))
    return ScoredFits(estimate, se, t, p, numerators, denominators, length, labels, n)


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


def _trend_basis(basis: np.ndarray, unit: np.ndarray, year: np.ndarray) -> np.ndarray:
    """Orthonormal basis of what linear trends of the units add to the effects."""
    centred = year - year.mean()
    trends = (unit[:, None] == np.arange(unit.max() + 1)) * centred[:, None]
    added = trends - basis @ (basis.T @ trends)
    added -= basis @ (basis.T @ added)
    values, vectors = np.linalg.eigh(added.T @ added)
    kept = values > RANK_TOLERANCE * values[-1]
    return added @ (vectors[:, kept] / np.sqrt(values[kept]))


def _residual(rows: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Rows (..., N) minus their projection on the basis, twice for the sake of rounding."""
    once = rows - (rows @ basis) @ basis.T
    return once - (once @ basis) @ basis.T


def _score(raw, XT, y, starts, blocks):
    """Estimate, unscaled variance, n, M and length of stacked designs XT (S, K, N)."""
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
    H = np.einsum("sg,gh->sgh", n, np.eye(len(starts)))
    reach_a = _sums(XT * a[:, None], starts).transpose(0, 2, 1) @ bread
    H -= reach_a @ _sums(XT * restricted[:, None], starts)
    H -= _by_cluster(a, blocks, starts) @ _by_cluster(restricted, blocks, starts).transpose(0, 2, 1)
    return slopes[:, 0], variance, n, H.transpose(0, 2, 1) @ H, length


def _sums(values, starts):
    """Sums over the contiguous clusters of the last axis."""
    return np.add.reduceat(values, starts, axis=-1)


def _by_cluster(values, blocks, starts):
    """Products of each cluster's values with its rows of the basis, shape (S, G, r)."""
    parts = np.split(values, starts[1:], axis=1)
    return np.stack([part @ block for part, block in zip(parts, blocks, strict=True)], axis=1)
