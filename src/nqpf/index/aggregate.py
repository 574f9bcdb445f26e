"""Scores put together with weights, for one set of weights or thousands at once.

All functions take values of shape (..., rows, children) and weights of shape (children,) or
(..., children, parents) that sum to one over the children; leading axes are broadcast, so a
million indices are a matrix product. `missing` says what a row with a missing child gets: under
"complete" no score, under "available" the score of what it has, weights renormalised.
"""

import numpy as np

from nqpf.errors import StudyError

MISSING_RULES = ("complete", "available")
ROUNDING = 1e-9


def share_present(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Share of the weight whose values are present, shape (..., rows[, parents])."""
    return np.isfinite(values).astype(float) @ weights


def arithmetic_mean(
    values: np.ndarray, weights: np.ndarray, missing: str = "complete"
) -> np.ndarray:
    """Weighted arithmetic mean: a bad score is made good by a good one (full compensation)."""
    return _mean(values, weights, missing)


def geometric_mean(
    values: np.ndarray, weights: np.ndarray, missing: str = "complete"
) -> np.ndarray:
    """Weighted geometric mean: bad scores weigh more the worse they are.

    Raises
    ------
    StudyError
        If a value is not positive.
    """
    return np.exp(_mean(np.log(_positive(values, "geometric")), weights, missing))


def generalised_mean(
    values: np.ndarray, weights: np.ndarray, power: float, missing: str = "complete"
) -> np.ndarray:
    """Weighted power mean: arithmetic at 1, harmonic at -1, geometric at 0 (its limit).

    Raises
    ------
    StudyError
        If a value is not positive and the power is not 1.
    """
    if power == 0:
        return geometric_mean(values, weights, missing)
    if power == 1:
        return arithmetic_mean(values, weights, missing)
    powered = _mean(_positive(values, "generalised") ** power, weights, missing)
    return powered ** (1 / power)


def mazziotta_pareto(
    values: np.ndarray, weights: np.ndarray, missing: str = "complete"
) -> np.ndarray:
    """Mean less a penalty for imbalance, M - S^2 / M, S being the spread among the children.

    Adjusted Mazziotta-Pareto index for a positive phenomenon (Mazziotta and Pareto 2016, Social
    Indicators Research 127, eq. 4); values are those of `normalise.mazziotta_pareto_scale`.

    Raises
    ------
    StudyError
        If a value is not positive.
    """
    values = _positive(values, "Mazziotta-Pareto")
    mean = _mean(values, weights, missing)
    variance = np.maximum(_mean(values**2, weights, missing) - mean**2, 0)
    return mean - variance / mean


def topsis(
    values: np.ndarray,
    weights: np.ndarray,
    ideal: np.ndarray,
    anti_ideal: np.ndarray,
    missing: str = "complete",
) -> np.ndarray:
    """Relative closeness to the ideal, between 0 and 1.

    d- / (d- + d+) with weighted Euclidean distances (Hwang and Yoon 1981, eq. 3.19 to 3.23).

    Parameters
    ----------
    values : ndarray, shape (..., rows, children)
        Usually of `normalise.vector_scale`; more is better.
    weights : ndarray
    ideal, anti_ideal : ndarray, shape (children,)
        Best and worst values.
    missing : {"complete", "available"}
    """
    squared = weights**2
    squared = squared / squared.sum(axis=0 if weights.ndim == 1 else -2, keepdims=True)
    to_ideal = np.sqrt(_mean((values - ideal) ** 2, squared, missing))
    to_anti_ideal = np.sqrt(_mean((values - anti_ideal) ** 2, squared, missing))
    return to_anti_ideal / (to_anti_ideal + to_ideal)


def _mean(values: np.ndarray, weights: np.ndarray, missing: str) -> np.ndarray:
    """Weighted mean over the children under the rule for missing ones."""
    if missing not in MISSING_RULES:
        raise StudyError(f"missing must be one of {', '.join(MISSING_RULES)}, got '{missing}'")
    present = np.isfinite(values)
    if present.all():
        return values @ weights
    share = present.astype(float) @ weights
    total = np.where(present, values, 0.0) @ weights
    if missing == "complete":
        return np.where(share > 1 - ROUNDING, total, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(share > ROUNDING, total / share, np.nan)


def _positive(values: np.ndarray, what: str) -> np.ndarray:
    """The values, refused unless positive."""
    if (values <= 0).any():
        raise StudyError(
            f"the {what} mean needs positive scores, got {np.nanmin(values):g}; use a scale "
            "from 1 to 100 and pooled goalposts, or the arithmetic mean"
        )
    return values
