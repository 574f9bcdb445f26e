"""Scatter with the points that matter named."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from nqpf.report.charts.labels import spread
from nqpf.report.style import colour


def scatter(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    ylabel: str,
    colours: dict[str, str],
    named: list[str],
    diagonal: bool = False,
) -> Figure:
    """Draw one point per unit and name those asked for.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, x, y, group.
    xlabel, ylabel : str
        What the values are, with their units.
    colours : dict of str to str
        Colour by group; named above the axes.
    named : list of str
        Units whose names are printed.
    diagonal : bool
        Whether the line of equality is drawn.
    """
    fig, ax = plt.subplots(figsize=(7.2, 4.8))
    for group, shade in colours.items():
        part = frame[frame["group"] == group]
        ax.scatter(part["x"], part["y"], color=shade, s=36, alpha=0.85, label=group)
    ax.margins(0.08)
    ax.grid(axis="x", visible=True)
    if diagonal:
        ends = [max(ax.get_xlim()[0], ax.get_ylim()[0]), min(ax.get_xlim()[1], ax.get_ylim()[1])]
        ax.plot(ends, ends, color=colour("roles", "context"), linestyle=(0, (4, 3)), linewidth=1)
    chosen = frame[frame["unit"].isin(named)].sort_values("y")
    low, high = ax.get_ylim()
    places = spread(list(chosen["y"]), (high - low) * 0.045, low, high)
    middle = sum(ax.get_xlim()) / 2
    for item, place in zip(chosen.to_dict("records"), places, strict=True):
        right = item["x"] <= middle
        ax.annotate(
            item["unit"],
            (item["x"], item["y"]),
            xytext=((9 if right else -9), (place - item["y"]) / (high - low) * 300),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=9,
            color=colour("roles", "text"),
            arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": colour("roles", "context")},
        )
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    fig.legend(loc="outside upper left", ncols=len(colours), handletextpad=0.1)
    return fig
