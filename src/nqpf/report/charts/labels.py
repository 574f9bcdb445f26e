"""Labels that do not overlap."""

from collections.abc import Sequence

import numpy as np


def spread(positions: Sequence[float], gap: float, low: float, high: float) -> np.ndarray:
    """Move label positions apart as little as needed.

    Parameters
    ----------
    positions : sequence of float
        Where labels would stand.
    gap : float
        Smallest distance between two labels.
    low, high : float
        Ends between which labels must stand; widened where they cannot hold all.

    Returns
    -------
    ndarray
        New positions in the order given, at least `gap` apart.
    """
    wanted = np.asarray(positions, dtype=float)
    order = np.argsort(wanted, kind="stable")
    placed = wanted[order].copy()
    for i in range(1, len(placed)):
        placed[i] = max(placed[i], placed[i - 1] + gap)
    overflow = max(placed[-1] - high, 0.0) if len(placed) else 0.0
    if overflow:
        placed[-1] -= overflow
        for i in range(len(placed) - 2, -1, -1):
            placed[i] = min(placed[i], placed[i + 1] - gap)
    if len(placed) and placed[0] < low and placed[-1] + (low - placed[0]) <= high:
        placed += low - placed[0]
    result = np.empty_like(placed)
    result[order] = placed
    return result


def readable_on(background: tuple[float, float, float]) -> str:
    """Black or white, whichever reads better on a colour (WCAG relative luminance)."""
    channels = np.array(background[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ np.array([0.2126, 0.7152, 0.0722]))
    return "#FFFFFF" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "#1A1A1A"
