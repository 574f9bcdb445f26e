"""Dots with intervals: estimates, scores or ranks of units, ordered."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from nqpf.report.style import colour

ROW_INCHES = 0.215


def dots(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    focus: list[str],
    groups: dict[str, str] | None = None,
    columns: dict[str, str] | None = None,
) -> Figure:
    """Draw one row per unit with one dot per column, joined by a thin line.

    Parameters
    ----------
    frame : DataFrame
        Columns unit and those named in `columns`; drawn from top to bottom as given.
    xlabel : str
        What the values are, with their unit.
    focus : list of str
        Units named in bold.
    groups : dict, optional
        Colour of a unit's name.
    columns : dict of str to str, optional
        Colour by column; by default the one column `value`.
    """
    columns = columns or {"value": colour("roles", "peer")}
    fig, ax = plt.subplots(figsize=(7.2, ROW_INCHES * len(frame) + 0.9))
    rows = range(len(frame))
    low, high = frame[list(columns)].min(axis=1), frame[list(columns)].max(axis=1)
    ax.hlines(rows, low, high, color=colour("roles", "context"), linewidth=1.0, zorder=1)
    for name, shade in columns.items():
        ax.scatter(frame[name], rows, color=shade, s=30, zorder=2, label=name)
    _name_rows(ax, list(frame["unit"]), focus, groups or {})
    ax.set_xlabel(xlabel)
    if len(columns) > 1:
        fig.legend(loc="outside upper left", ncols=len(columns), handletextpad=0.2)
    return fig


def ranks(frame: pd.DataFrame, *, focus: list[str], groups: dict[str, str], xlabel: str) -> Figure:
    """Draw the median rank of each unit with its interval.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, rank, low, high; drawn from top to bottom as given.
    focus : list of str
        Units drawn strongly.
    groups : dict of str to str
        Colour by unit.
    xlabel : str
        What the interval covers.
    """
    fig, ax = plt.subplots(figsize=(7.2, ROW_INCHES * len(frame) + 0.9))
    for row, item in enumerate(frame.to_dict("records")):
        strong = item["unit"] in focus
        shade = groups.get(item["unit"], colour("roles", "peer"))
        ax.hlines(
            row, item["low"], item["high"], color=shade, linewidth=5, alpha=0.9 if strong else 0.4
        )
        ax.scatter(item["rank"], row, color="white", edgecolor=shade, s=26, linewidth=1.6, zorder=3)
    _name_rows(ax, list(frame["unit"]), focus, groups)
    ax.set_xlim(0.2, frame["high"].max() + 0.8)
    ax.set_xlabel(xlabel)
    return fig


def _name_rows(ax, units: list[str], focus: list[str], groups: dict[str, str]) -> None:
    """Name the rows, the first on top, and draw a light grid across."""
    ax.set_yticks(range(len(units)), units)
    for tick, unit in zip(ax.get_yticklabels(), units, strict=True):
        tick.set_color(groups.get(unit, colour("roles", "text")))
        tick.set_fontweight("bold" if unit in focus else "normal")
    ax.set_ylim(len(units) - 0.4, -0.6)
    ax.grid(axis="x", visible=True)
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)
