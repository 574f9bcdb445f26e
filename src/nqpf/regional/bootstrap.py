"""Draws of whole units, and the bands they give.

A unit is drawn with all its years, so that its own persistence is kept. With few units (21 cities,
31 provinces) percentile bands are rough and, for measures of inequality, lie low: a resample
repeats units and so looks more equal. They show how much hangs on single units, no more.
"""

import numpy as np

from nqpf.errors import StudyError


def draw_units(
    n: int, replications: int, seed: int, strata: np.ndarray | None = None
) -> np.ndarray:
    """Positions of units drawn with replacement.

    Parameters
    ----------
    n : int
        Units.
    replications : int
        Draws, at least 20.
    seed : int
    strata : ndarray of int, shape (n,), optional
        Group of every unit; each keeps its size.

    Returns
    -------
    ndarray of int, shape (replications, n).
    """
    if replications < 20:
        raise StudyError(f"expected at least 20 replications for a band, got {replications}")
    if seed is None:
        raise StudyError("expected a seed with the replications, got none: results must repeat")
    rng = np.random.default_rng(seed)
    if strata is None:
        return rng.integers(n, size=(replications, n))
    draws = np.empty((replications, n), dtype=int)
    for group in np.unique(strata):
        members = np.flatnonzero(strata == group)
        draws[:, members] = rng.choice(members, size=(replications, members.size))
    return draws


def percentile_band(draws: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper percentile bound over the first axis.

    Parameters
    ----------
    draws : ndarray, shape (replications, ...)
    level : float
        Coverage aimed at, between 0 and 1.
    """
    if not 0 < level < 1:
        raise StudyError(f"expected a level between 0 and 1, got {level}")
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return low, high
