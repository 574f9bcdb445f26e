"""Least squares of the chain: effects of units and years taken out of one sample or thousands.

Units that a bootstrap draws several times are weighted, not copied, so that all samples share the
same rows and differ in a few numbers only.
"""

import numpy as np

from nqpf.errors import StudyError
from nqpf.scenarios.link import Link

STILL = 1e-9  # share of its size below which a regressor counts as not varying
SINGULAR = 1e-10  # share of the largest below which an eigenvalue of the years is none


def slopes(link: Link, X: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Coefficients of a link, units weighted by how often they were drawn.

    Parameters
    ----------
    link : Link
        Outcome and estimator.
    X : ndarray, shape (..., years, units, terms)
        As `regressors` gives it.
    counts : ndarray, shape (..., units)
        As in `weighted_slopes`, whose shape and errors are those of this one.
    """
    return weighted_slopes(X, link.y, counts, estimator=link.estimator, name=f"link '{link.id}'")


def weighted_slopes(
    X: np.ndarray, y: np.ndarray, counts: np.ndarray, *, estimator: str = "within", name: str
) -> np.ndarray:
    """Coefficients with unit and year effects, units weighted by how often they were drawn.

    A unit drawn m times with an effect of its own each time enters least squares with weight m.

    Parameters
    ----------
    X : ndarray, shape (..., years, units, terms)
        Regressors; axes in front are samples.
    y : ndarray, shape (years, units)
        Outcome as regressed, missing where it is not used.
    counts : ndarray, shape (..., units)
        How often each unit was drawn; zero leaves it out. Axes in front are samples.
    estimator : str
        One of `link.ESTIMATORS`.
    name : str
        What is estimated, for messages.

    Returns
    -------
    ndarray, shape (..., terms)

    Raises
    ------
    StudyError
        If in some sample the terms do not vary, or not independently, given the effects.

    Notes
    -----
    By Frisch, Waugh and Lovell: first what units share over the years is taken out, by one or two
    orthonormal vectors per unit, then the years by their normal equations.
    """
    terms = X.shape[-1]
    samples = counts.reshape(-1, counts.shape[-1])
    data, held = _observed(X, y, samples, estimator)
    times = np.where(held.any(axis=-1), samples, 0)
    if not times.any(axis=-1).all():
        raise StudyError(f"{name}: no unit and year has outcome and regressors")
    root = np.sqrt(times)[..., None, None]
    raw = np.linalg.norm((data[..., :terms] * root).reshape(len(samples), -1, terms), axis=1)
    own = _without_years(data, held, times, _unit_effects(held, estimator)) * root
    own = own.reshape(len(samples), -1, terms + 1)
    norms = np.linalg.norm(own[..., :terms], axis=1)
    if (norms <= STILL * raw).any():
        raise StudyError(f"{name}: a regressor does not vary given the effects")
    small = np.linalg.qr(
        own / np.append(norms, np.ones((len(norms), 1)), axis=1)[:, None], mode="r"
    )
    left, sizes, right = np.linalg.svd(small[..., :terms], full_matrices=False)
    if sizes.shape[-1] < terms or (sizes <= STILL * sizes[:, :1]).any():
        raise StudyError(f"{name}: its regressors do not vary independently")
    inside = (np.swapaxes(left, 1, 2) @ small[..., terms:])[..., 0] / sizes
    found = (np.swapaxes(right, 1, 2) @ inside[..., None])[..., 0] / norms
    return found.reshape(*counts.shape[:-1], terms)


def _observed(
    X: np.ndarray, y: np.ndarray, samples: np.ndarray, estimator: str
) -> tuple[np.ndarray, np.ndarray]:
    """Terms and outcome (samples, units, years, terms + 1), zero where `held` says unobserved.

    `held` (samples, units, years) has a single sample where it is the same in all.
    """
    X = X.reshape(-1, *X.shape[-3:])
    shape = (len(samples), *X.shape[1:-1], X.shape[-1] + 1)
    data = np.empty(shape)
    data[..., :-1] = X
    data[..., -1] = y
    data = _differenced(data, estimator, samples).swapaxes(1, 2)
    held = np.isfinite(data).all(axis=-1)
    data = np.where(held[..., None], data, 0.0)
    return data, held[:1] if (held == held[0]).all() else held


def _differenced(data: np.ndarray, estimator: str, samples: np.ndarray) -> np.ndarray:
    """Yearly or longest changes of (samples, years, units, ...), where the estimator is of them."""
    if estimator == "first differences":
        return np.diff(data, axis=1)
    if estimator != "long difference":
        return data
    held = np.isfinite(data).all(axis=-1) & (samples > 0)[:, None]
    present = held.sum(axis=2)
    full = present >= 0.9 * present.max(axis=1, keepdims=True)
    every, last = np.arange(len(data)), full.shape[1] - 1
    first, last = full.argmax(axis=1), last - full[:, ::-1].argmax(axis=1)
    return (data[every, last] - data[every, first])[:, None]


def _unit_effects(held: np.ndarray, estimator: str) -> list[np.ndarray]:
    """Orthonormal vectors (samples, units, years) of what is taken out of each unit."""
    if estimator not in ("within", "unit trends"):
        return []
    count = np.maximum(held.sum(axis=-1, keepdims=True), 1)
    effects = [held / np.sqrt(count)]
    if estimator == "unit trends":
        year = np.arange(held.shape[-1])
        time = held * (year - (held * year).sum(axis=-1, keepdims=True) / count)
        length = np.linalg.norm(time, axis=-1, keepdims=True)
        effects.append(time / np.where(length > 0, length, 1.0))
    return effects


def _without_units(data: np.ndarray, effects: list[np.ndarray]) -> np.ndarray:
    """Data (samples, units, years, columns) less their projection on the effects of units."""
    for one in effects:
        size = one[..., None, :] @ data  # (samples, units, 1, columns)
        data = data - one[..., None] * size
    return data


def _without_years(
    data: np.ndarray, held: np.ndarray, times: np.ndarray, effects: list[np.ndarray]
) -> np.ndarray:
    """Data without effects of units and years, units weighted by `times` (samples, units)."""
    data = _without_units(data, effects)
    gram = times[:, None] @ held  # (samples, 1, years)
    gram = np.eye(held.shape[-1]) * gram
    for one in effects:
        gram = gram - (times[..., None] * one).swapaxes(1, 2) @ one
    moments = np.einsum("su,suyc->syc", times, data)
    years = np.linalg.pinv(gram, rcond=SINGULAR, hermitian=True) @ moments
    return _without_units(data - held[..., None] * years[:, None], effects)
