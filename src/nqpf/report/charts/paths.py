"""Paths over time: the focus in colour, peers named, all others as context."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nqpf.report.charts.labels import spread
from nqpf.report.style import colour

LABEL_GAP = 0.052  # of the height of the axes, for one line of text


def paths(
    frame: pd.DataFrame,
    *,
    focus: list[str],
    peers: list[str],
    ylabel: str,
    colours: dict[str, str] | None = None,
    zero: bool = False,
) -> Figure:
    """Draw one line per unit over the years, with names at the ends of the lines.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, year, value.
    focus : list of str
        Units drawn strongly.
    peers : list of str
        Units drawn and named; all others are thin context.
    ylabel : str
        What the values are, with their unit.
    colours : dict, optional
        Colour by unit, instead of those of the roles.
    zero : bool
        Whether the axis starts at zero.
    """
    fig, ax = plt.subplots(figsize=(7.2, 4.3))
    wide = frame.pivot(index="year", columns="unit", values="value").sort_index()
    named = [unit for unit in [*peers, *focus] if unit in wide]
    context = [unit for unit in wide if unit not in named]
    for unit in context:
        ax.plot(wide.index, wide[unit], color=colour("roles", "grid"), linewidth=1.0, zorder=1)
    colours = colours or {}
    for unit in named:
        strong = unit in focus
        shade = colours.get(unit, colour("roles", "focus" if strong else "peer"))
        ax.plot(
            wide.index,
            wide[unit],
            color=shade,
            linewidth=2.6 if strong else 1.4,
            zorder=3 if strong else 2,
        )
    if zero:
        ax.set_ylim(bottom=0)
    ax.set_ylabel(ylabel)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    ax.margins(x=0.01)
    end_labels(ax, wide[named], focus, colours)
    return fig


def end_labels(
    ax: Axes, wide: pd.DataFrame, focus: list[str], colours: dict[str, str]
) -> None:
    """Name each line at its last value, moved apart where names would overlap."""
    ends = {}
    for unit in wide:
        values = wide[unit].dropna()
        if len(values):
            ends[unit] = (values.index[-1], float(values.iloc[-1]))
    if not ends:
        return
    low, high = ax.get_ylim()
    gap = (high - low) * LABEL_GAP
    places = spread([value for _, value in ends.values()], gap, low, high)
    right = max(year for year, _ in ends.values())
    step = (ax.get_xlim()[1] - ax.get_xlim()[0]) * 0.015
    for (unit, (year, value)), place in zip(ends.items(), places, strict=True):
        strong = unit in focus
        shade = colours.get(unit, colour("roles", "focus" if strong else "peer"))
        ax.plot(
            [year, right + step],
            [value, place],
            color=shade,
            linewidth=0.6,
            clip_on=False,
            zorder=1,
            scalex=False,
            scaley=False,
        )
        ax.annotate(
            unit,
            (right + step, place),
            xytext=(3, 0),
            textcoords="offset points",
            color=shade,
            fontsize=9,
            fontweight="bold" if strong else "normal",
            va="center",
            annotation_clip=False,
        )
    ax.set_ylim(low, high)


def small_multiples(
    frame: pd.DataFrame,
    *,
    order: list[str],
    series: dict[str, str],
    ylabel: str,
    columns: int = 4,
) -> Figure:
    """Draw one small panel per unit with the same axes.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, year, series, value.
    order : list of str
        Units in the order of the panels.
    series : dict of str to str
        Colour by series; named in the first panel.
    ylabel : str
        What the values are, with their unit.
    columns : int
        Panels side by side.
    """
    rows = int(np.ceil(len(order) / columns))
    fig, axes = plt.subplots(
        rows, columns, figsize=(7.2, 1.35 * rows + 0.5), sharex=True, sharey=True, squeeze=False
    )
    for ax, unit in zip(axes.flat, order, strict=False):
        part = frame[frame["unit"] == unit]
        for name, shade in series.items():
            line = part[part["series"] == name].sort_values("year")
            ax.plot(line["year"], line["value"], color=shade, linewidth=1.5)
        ax.set_title(unit, fontsize=9)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=2))
        ax.yaxis.set_major_locator(MaxNLocator(nbins=3))
    for ax in axes.flat[len(order) :]:
        ax.set_visible(False)
    handles = [plt.Line2D([], [], color=shade, linewidth=2.5) for shade in series.values()]
    fig.legend(handles, series, loc="outside upper left", ncols=len(series))
    fig.supylabel(ylabel, fontsize=9.5, color=colour("roles", "muted"))
    return fig
