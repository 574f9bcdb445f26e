"""Indicators made comparable. Every function turns "less is better" round, so more is better after.

Values have shape (..., units, indicators); leading axes are years. Whatever is not said to be per
year is computed over all years at once, so scores of different years can be compared.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from nqpf.errors import StudyError

FLAT = 1e-12  # a range below this share of the values' size is rounding noise


def pooled_goalposts(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest value of each indicator over all units and years, shape (k,)."""
    axes = tuple(range(values.ndim - 1))
    return np.nanmin(values, axis=axes), np.nanmax(values, axis=axes)


def base_goalposts(values: np.ndarray, base: int) -> tuple[np.ndarray, np.ndarray]:
    """Extrema of one year, at position `base` of the first axis, for all years, shape (k,)."""
    return np.nanmin(values[base], axis=0), np.nanmax(values[base], axis=0)


def yearly_goalposts(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Extrema of each year, shape (years, 1, k); levels of different years do not compare."""
    return np.nanmin(values, axis=-2, keepdims=True), np.nanmax(values, axis=-2, keepdims=True)


def refuse_constant(
    low: np.ndarray, high: np.ndarray, names: Sequence[str] | None = None, where: str = ""
) -> None:
    """Raise a StudyError that names every indicator without variation between two goalposts."""
    flat = ~(high - low > FLAT * np.maximum(np.abs(low), np.abs(high)))
    if flat.any():
        columns = np.flatnonzero(flat.reshape(-1, flat.shape[-1]).any(axis=0))
        known = [f"'{names[c]}'" if names else f"number {c + 1}" for c in columns]
        raise StudyError(
            f"indicator {', '.join(known)} does not vary{where}; leave it out or choose "
            "a normalisation over more years"
        )


def minmax(
    values: np.ndarray,
    signs: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    scale: tuple[float, float] = (0.0, 100.0),
) -> np.ndarray:
    """Linear scale between two goalposts.

    Parameters
    ----------
    values : ndarray, shape (..., k)
    signs : ndarray, shape (k,)
        +1 more is better, -1 less is better.
    low, high : ndarray
        Goalposts, of a shape that fits `values`; beyond them scores lie outside the scale.
    scale : tuple of float
        Score of the worse and of the better goalpost.

    Raises
    ------
    StudyError
        If the goalposts of an indicator coincide.
    """
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    refuse_constant(np.atleast_1d(low), np.atleast_1d(high))
    start = np.where(signs > 0, low, high)
    return scale[0] + (values - start) * (signs * (scale[1] - scale[0]) / (high - low))


def zscore(
    values: np.ndarray, signs: np.ndarray, scale: tuple[float, float] = (0.0, 1.0)
) -> np.ndarray:
    """Standard scores over all units and years (sample standard deviation).

    Parameters
    ----------
    values : ndarray, shape (..., k)
    signs : ndarray, shape (k,)
    scale : tuple of float
        Mean and standard deviation of the scores.
    """
    axes = tuple(range(values.ndim - 1))
    refuse_constant(*pooled_goalposts(values))
    spread = np.nanstd(values, axis=axes, ddof=1)
    return scale[0] + signs * (values - np.nanmean(values, axis=axes)) * (scale[1] / spread)


def rank_scale(
    values: np.ndarray, signs: np.ndarray, scale: tuple[float, float] = (0.0, 100.0)
) -> np.ndarray:
    """Ranks over all units and years, ties shared, spread over the scale.

    Parameters
    ----------
    values : ndarray, shape (..., k)
    signs : ndarray, shape (k,)
    scale : tuple of float
        Score of rank 1 (worst) and of the last rank.
    """
    refuse_constant(*pooled_goalposts(values))
    flat = (values * signs).reshape(-1, values.shape[-1])
    if np.isfinite(flat).all():
        ranks, counts = rankdata(flat, axis=0), len(flat)
    else:
        ranks = np.full(flat.shape, np.nan)
        present = np.isfinite(flat)
        counts = present.sum(axis=0)
        for column in range(flat.shape[1]):
            ranks[present[:, column], column] = rankdata(flat[present[:, column], column])
    share = (ranks - 1) / (counts - 1)
    return (scale[0] + share * (scale[1] - scale[0])).reshape(values.shape)


def distance_to_frontier(
    values: np.ndarray, signs: np.ndarray, best_score: float = 100.0
) -> np.ndarray:
    """Share of the best value of all units and years (of the worst, where less is better).

    x / max, and min / x where less is better (OECD/JRC Handbook 2008, section 5.4, distance to a
    reference, with the leader as reference).

    Raises
    ------
    StudyError
        If a value is negative, or zero where less is better: a ratio has no meaning then.
    """
    low, high = pooled_goalposts(values)
    return distance_to_reference(values, signs, np.where(signs > 0, high, low), best_score)


def distance_to_reference(
    values: np.ndarray, signs: np.ndarray, reference: np.ndarray, score: float = 100.0
) -> np.ndarray:
    """Ratio to a reference value (its inverse where less is better), times `score`.

    Parameters
    ----------
    values : ndarray, shape (..., k)
    signs : ndarray, shape (k,)
    reference : ndarray, of a shape that fits `values`
        Values of the reference: a unit, a target, a frontier.
    score : float
        Score of the reference itself.

    Raises
    ------
    StudyError
        If a value or the reference is negative, or zero where it would divide.
    """
    divisor = np.where(signs > 0, reference, values)
    if np.nanmin(values) < 0 or np.nanmin(reference) < 0 or (divisor == 0).any():
        raise StudyError(
            "a distance to a frontier or reference is a ratio and needs positive values; "
            "choose min-max, ranks or z-scores for indicators with negative or zero values"
        )
    with np.errstate(invalid="ignore"):
        return score * np.where(signs > 0, values, reference) / divisor


def vector_scale(values: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Divide by sqrt(sum x^2) over all units and years, sign turned where less is better.

    The normalisation of TOPSIS (Hwang and Yoon 1981, eq. 3.18); turning the sign instead of
    exchanging ideal and anti-ideal leaves all distances as they are.

    Raises
    ------
    StudyError
        If an indicator is zero everywhere.
    """
    axes = tuple(range(values.ndim - 1))
    length = np.sqrt(np.nansum(values**2, axis=axes))
    if (length == 0).any():
        raise StudyError("an indicator is zero everywhere; leave it out")
    return values * (signs / length)


def mazziotta_pareto_scale(
    values: np.ndarray, signs: np.ndarray, reference: np.ndarray
) -> np.ndarray:
    """Scores around 100 at the reference, 60 points wide from the worst to the best value.

    The goalposts of the adjusted Mazziotta-Pareto index lie half the pooled range on either side
    of the reference and score 70 and 130 (Mazziotta and Pareto 2016, Social Indicators Research
    127, eq. 3): 100 + 60 (x - reference) / (max - min).

    Parameters
    ----------
    values : ndarray, shape (..., k)
    signs : ndarray, shape (k,)
    reference : ndarray, shape (k,)
        Reference values, for a panel the means of the base year.
    """
    low, high = pooled_goalposts(values)
    refuse_constant(low, high)
    return 100 + signs * (values - reference) * (60 / (high - low))
