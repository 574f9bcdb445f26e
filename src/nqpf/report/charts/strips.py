"""Stated values beside the evidence found for them, claim by claim."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from nqpf.report.style import colour


def claim_strips(frame: pd.DataFrame, *, xlabel: str) -> Figure:
    """Draw one strip per claim: what is stated, what is found, what would agree.

    Parameters
    ----------
    frame : DataFrame
        Columns label, stated (missing where a range is stated), stated_low, stated_high, found_low,
        found_high (missing where nothing was found), tolerance, verdict.
    xlabel : str
        What the values are, with their unit.
    """
    fig, ax = plt.subplots(figsize=(7.2, 0.42 * len(frame) + 1.4))
    paper, found = colour("roles", "text"), colour("elements", "means")
    for row, item in enumerate(frame.to_dict("records")):
        low, high = item["stated_low"], item["stated_high"]
        ax.hlines(
            row,
            low - item["tolerance"],
            high + item["tolerance"],
            color=colour("roles", "grid"),
            linewidth=12,
            zorder=1,
        )
        if high > low:
            ax.hlines(row, low, high, color=paper, linewidth=1.6, zorder=2)
        ax.scatter([low, high], [row, row], marker="D", color=paper, s=30, zorder=3)
        if pd.notna(item["found_low"]):
            ax.hlines(row, item["found_low"], item["found_high"], color=found, linewidth=3.5)
            ends = [item["found_low"], item["found_high"]]
            ax.scatter(ends, [row, row], color=found, s=34, zorder=4)
        ax.annotate(
            item["verdict"],
            (1.01, row),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=9,
            color=colour("verdicts", item["verdict"]),
            annotation_clip=False,
        )
    ax.set_yticks(range(len(frame)), frame["label"])
    ax.set_ylim(len(frame) - 0.4, -0.6)
    ax.set_xlabel(xlabel)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.spines["left"].set_visible(False)
    handles = [
        plt.Line2D([], [], marker="D", color=paper, linestyle="", label="stated in the paper"),
        plt.Line2D([], [], marker="o", color=found, linestyle="", label="found elsewhere"),
        plt.Line2D([], [], color=colour("roles", "grid"), linewidth=9, label="would agree"),
    ]
    fig.legend(handles=handles, loc="outside upper left", ncols=3)
    return fig
