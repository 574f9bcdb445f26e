"""Holm's adjustment of p-values, apart from the regressions, which take long to import."""

from collections.abc import Sequence

import numpy as np


def holm(p: Sequence[float]) -> np.ndarray:
    """Adjust p-values by Holm's step-down (1979, Scandinavian J. of Statistics 6), shape (S,)."""
    p = np.asarray(p, float)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    out = np.empty_like(p)
    out[order] = np.minimum(stepped, 1)
    return out
