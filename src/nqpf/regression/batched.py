"""Thousands of two-way fixed-effects fits on the same rows at once, for multiverses.

The same estimator as `panel.fit_two_way` (a test holds them to 1e-10), without a frame in sight:
specifications are stacked, the effects are projected out with one matrix, and normal equations
and cluster scores are solved in batches that fit the processor's cache.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regression.design import COLLINEAR
from nqpf.regression.within import WithinTransform

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class ManyFits:
    """Results of S specifications with K regressors each.

    Attributes
    ----------
    estimate, se, t, p : ndarray, shape (S, K)
        Coefficients, CRV1 standard errors clustered by unit in the "nested" convention, t(G-1).
        NaN where the specification is singular.
    within_r2 : ndarray, shape (S,)
    singular : ndarray of bool, shape (S,)
        Specifications whose regressors do not vary or are collinear given the effects.
    """

    estimate: np.ndarray
    se: np.ndarray
    t: np.ndarray
    p: np.ndarray
    within_r2: np.ndarray
    singular: np.ndarray


def fit_many(
    X: np.ndarray,
    y: np.ndarray,
    units: np.ndarray,
    years: np.ndarray,
    *,
    weights: np.ndarray | None = None,
) -> ManyFits:
    """Fit S two-way fixed-effects regressions, errors clustered by unit.

    Parameters
    ----------
    X : ndarray, shape (S, N, K) or (1, N, K)
        Regressors of each specification; one set may serve all outcomes.
    y : ndarray, shape (S, N) or (1, N)
        Outcomes; one may serve all sets of regressors.
    units, years : array, shape (N,)
        Labels of the rows, shared by all specifications. Rows may be unbalanced.
    weights : ndarray, shape (N,), optional
        Positive weights.

    Raises
    ------
    StudyError
        Shapes that do not fit, missing values, singletons, or too few rows.
    """
    X, y = np.asarray(X, float), np.asarray(y, float)
    unit_codes, year_codes, w = _check(X, y, units, years, weights)
    order = np.argsort(unit_codes, kind="stable")  # clusters contiguous
    within = WithinTransform([unit_codes[order], year_codes[order]], w[order])
    basis = np.hstack([within.first.toarray(), within.basis])
    starts = np.flatnonzero(np.diff(unit_codes[order], prepend=-1))
    n, k, groups = len(order), X.shape[2], len(starts)
    outside = k + within.rank - groups + 1
    if n <= within.rank + k:
        raise StudyError(f"expected more rows than parameters, got {n} for {k + within.rank}")
    factor = groups / (groups - 1) * (n - 1) / (n - outside)
    total = max(len(X), len(y))
    size = max(1, CHUNK_BYTES // (8 * n * (k + 1)))
    parts = []
    for start in range(0, total, size):
        chunk = slice(start, start + size)
        XT = (X if len(X) == 1 else X[chunk])[:, order].transpose(0, 2, 1) * within.root
        yT = (y if len(y) == 1 else y[chunk])[:, order] * within.root
        parts.append(_solve(_residual(XT, basis), _residual(yT, basis), XT, starts))
    estimate, variance, r2, singular = (np.concatenate(part) for part in zip(*parts, strict=True))
    se = np.sqrt(factor * variance)
    t = estimate / se
    p = 2 * stats.t.sf(np.abs(t), groups - 1)
    return ManyFits(estimate=estimate, se=se, t=t, p=p, within_r2=r2, singular=singular)


def _check(X, y, units, years, weights):
    """Codes of units and years and the weights, or the reason why not."""
    rows = len(units)
    if X.ndim != 3 or y.ndim != 2 or X.shape[1] != rows or y.shape[1] != rows or len(years) != rows:
        raise StudyError(
            f"expected X (S, N, K), y (S, N) and N labels, got {X.shape}, {y.shape} and {rows}"
        )
    if min(len(X), len(y)) != 1 and len(X) != len(y):
        raise StudyError(f"expected as many outcomes as designs, got {len(y)} and {len(X)}")
    if not (np.isfinite(X).all() and np.isfinite(y).all()):
        raise StudyError(
            "expected finite values: specifications with other rows go in another batch"
        )
    w = np.ones(rows) if weights is None else np.asarray(weights, float)
    if w.shape != (rows,) or not (w > 0).all():
        raise StudyError("expected one positive weight per row")
    codes = [pd.factorize(np.asarray(labels), sort=True)[0] for labels in (units, years)]
    if any((np.bincount(code) < 2).any() for code in codes) or codes[0].max() < 1:
        raise StudyError("expected at least two rows of every unit and year, and two units")
    return *codes, w


def _residual(rows: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Rows (..., N) minus their projection on the basis (N, r)."""
    return rows - (rows @ basis) @ basis.T


def _solve(XT, y, raw, starts):
    """Coefficients, unscaled cluster variances, within R2 and singularity of stacked designs.

    `XT` (S, K, N) and `y` (S, N) are within-transformed, `raw` is XT before; one of them may have
    length one.
    """
    gram = XT @ XT.transpose(0, 2, 1)
    scale = np.sqrt(np.einsum("skk->sk", gram))
    still = scale <= COLLINEAR * np.sqrt(np.einsum("skn,skn->sk", raw, raw))
    safe = np.where(still, 1.0, scale)
    smallest = np.linalg.eigvalsh(gram / safe[:, :, None] / safe[:, None, :])[:, 0]
    singular = still.any(axis=1) | (smallest < COLLINEAR)
    bread = np.linalg.inv(np.where(singular[:, None, None], np.eye(gram.shape[1]), gram))
    bread[singular] = np.nan
    estimate = (bread @ (XT @ y[:, :, None]))[:, :, 0]
    errors = y - (estimate[:, None, :] @ XT)[:, 0]
    scores = np.add.reduceat(XT * errors[:, None, :], starts, axis=2)
    variance = ((bread @ scores) ** 2).sum(axis=2)
    r2 = 1 - np.einsum("sn,sn->s", errors, errors) / np.einsum("sn,sn->s", y, y)
    return estimate, variance, r2, np.broadcast_to(singular, r2.shape)
