"""Estimates with intervals, row by row, against zero."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nqpf.report.style import colour

ROW_INCHES = 0.3


def coefficients(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    band: float = 0.0,
    group: str | None = None,
    colours: dict[str, str] | None = None,
) -> Figure:
    """Draw estimates with intervals and print p-values at the right.

    Parameters
    ----------
    frame : DataFrame
        Columns label, estimate, low, high, p and, with `group`, a group whose rows stand
        together under its name.
    xlabel : str
        What an estimate is, with its unit.
    band : float
        Half-width around zero of what is too small to matter; 0 draws none.
    group : str, optional
        Column of groups.
    colours : dict, optional
        Colour by group.
    """
    blocks = [(None, frame)] if group is None else list(frame.groupby(group, sort=False))
    lines = len(frame) + (len(blocks) if group else 0)
    fig, ax = plt.subplots(figsize=(7.2, ROW_INCHES * lines + 1.0))
    ends = frame[["low", "high", "estimate"]].replace([np.inf, -np.inf], np.nan)
    reach = max(float(ends.abs().max().max()), 2 * band, 1e-9)
    left, right = min(float(ends.min().min()), -0.25 * reach), max(float(ends.max().max()), 0)
    ax.axvline(0, color=colour("roles", "muted"), linewidth=1)
    if band:
        ax.axvspan(-band, band, color=colour("roles", "grid"), zorder=0)
    row, ticks, names = 0, [], []
    for name, block in blocks:
        if group:
            ticks.append(row)
            names.append(str(name))
            row += 1
        shade = (colours or {}).get(str(name), colour("roles", "peer"))
        for item in block.to_dict("records"):
            low = item["low"] if np.isfinite(item["low"]) else left
            high = item["high"] if np.isfinite(item["high"]) else right
            ax.hlines(row, low, high, color=shade, linewidth=2.4)
            ax.scatter(item["estimate"], row, color=shade, s=34, zorder=3)
            text = "p < 0.001" if item["p"] < 0.001 else f"p = {item['p']:.3f}"
            ax.annotate(
                text,
                (1.01, row),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=9,
                color=colour("roles", "muted"),
                annotation_clip=False,
            )
            ticks.append(row)
            names.append(item["label"])
            row += 1
    ax.set_yticks(ticks, names)
    for tick, name in zip(ax.get_yticklabels(), names, strict=True):
        if group and name in {str(block[0]) for block in blocks}:
            tick.set_fontweight("bold")
    pad = 0.05 * (right - left)
    ax.set_xlim(left - pad, right + pad)
    ax.set_ylim(row - 0.4, -0.6)
    ax.set_xlabel(xlabel)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.spines["left"].set_visible(False)
    return fig
