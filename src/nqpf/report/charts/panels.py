"""Small panels side by side: scatters of the same two measures, and lags, under several heads."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nqpf.report.charts.canvas import (
    CONTEXT,
    GRID,
    INK,
    MARKERS,
    PEER,
    canvas,
    heading,
    house_styled,
    need,
    number_ticks,
)
from nqpf.report.charts.labels import place_labels, wrapped
from nqpf.report.palette import as_text, palette


@house_styled
def scatter_panels(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    ylabel: str,
    slopes: Mapping[str, float],
    named: Mapping[str, Sequence[str]],
    panel: str = "test",
    columns: int = 2,
) -> Figure:
    """Scatters of points around zero with a line through it, a few units set off in each.

    Parameters
    ----------
    frame : DataFrame
        Columns x, y, unit and the one named by `panel`; panels in the order of the rows.
    xlabel, ylabel : str
        What the axes measure, with units; the same in every panel.
    slopes : mapping of str to float
        By panel: slope of its line.
    named : mapping of str to sequence of str
        By panel: units with a colour and a name, the most important first; at most three.
    panel : str
        Column of the panels.
    columns : int
        Panels in a row.

    Returns
    -------
    Figure
    """
    data = need(frame, "x", "y", "unit", panel)
    heads = list(data[panel].unique())
    columns = min(columns, len(heads))
    rows = -(-len(heads) // columns)
    figure, axes = canvas(0.3 + 2.55 * rows, rows, columns)
    for place, head in enumerate(heads):
        _panel(axes[place], data[data[panel] == head], slopes[head], list(named[head])[:3])
        heading(axes[place], wrapped(head, 36))
    for place in range(len(heads), len(axes)):
        axes[place].set_visible(False)
    figure.supxlabel(xlabel, fontsize=9)
    figure.supylabel(ylabel, fontsize=9)
    return figure


def _panel(axes: Axes, data: pd.DataFrame, slope: float, names: list[str]) -> None:
    axes.grid(True, axis="both")
    others = data[~data["unit"].isin(names)]
    axes.plot(others["x"], others["y"], "o", color=CONTEXT, ms=3.6, alpha=0.55, mew=0, zorder=2)
    ends = np.array([data["x"].min(), data["x"].max()])
    axes.plot(ends, slope * ends, color=INK, lw=1.6, zorder=4)
    shades, spots, styles = palette()["peers"], [], []
    for order, name in enumerate(names):
        mine = data[data["unit"] == name]
        axes.plot(mine["x"], mine["y"], MARKERS[order], color=shades[order], ms=5, mec="white",
                  mew=0.5, zorder=3)  # fmt: skip
        spots.append(mine.loc[mine["x"].abs().idxmax(), ["x", "y"]].to_numpy(dtype=float))
        styles.append({"color": as_text(shades[order]), "fontsize": 8.5, "zorder": 5})
    axes.margins(0.12)
    number_ticks(axes.xaxis)
    number_ticks(axes.yaxis)
    if names:
        line = np.linspace(*ends, 60)[:, None] * [1, slope]
        marks = np.vstack([data[["x", "y"]].to_numpy(dtype=float), line])
        place_labels(axes, np.array(spots), names, [3.0] * len(names), styles, marks)


@house_styled
def lag_panels(
    frame: pd.DataFrame,
    *,
    ylabel: str,
    xlabel: str,
    panel: str = "test",
    smallest: float | None = None,
    columns: int = 2,
) -> Figure:
    """Estimates by lag in several panels, leads hollow and at the left.

    Parameters
    ----------
    frame : DataFrame
        Columns lag (int), estimate, low, high and the one named by `panel`.
    ylabel, xlabel : str
        What is estimated, and what the lag counts; the same in every panel.
    panel : str
        Column of the panels, in the order of the rows.
    smallest : float, optional
        Smallest effect of interest; the band around zero is shaded.
    columns : int
        Panels in a row.

    Returns
    -------
    Figure
    """
    data = need(frame, "lag", "estimate", "low", "high", panel)
    heads = list(data[panel].unique())
    columns = min(columns, len(heads))
    rows = -(-len(heads) // columns)
    figure, axes = canvas(0.35 + 1.95 * rows, rows, columns)
    for place, head in enumerate(heads):
        _lags(axes[place], data[data[panel] == head].sort_values("lag"), smallest)
        heading(axes[place], wrapped(head, 36))
    for place in range(len(heads), len(axes)):
        axes[place].set_visible(False)
    figure.supxlabel(xlabel, fontsize=9)
    figure.supylabel(ylabel, fontsize=9)
    return figure


def _lags(axes: Axes, data: pd.DataFrame, smallest: float | None) -> None:
    axes.axhline(0, color=INK, lw=0.9)
    if smallest is not None:
        axes.axhspan(-smallest, smallest, color=GRID, alpha=0.75, zorder=0, lw=0)
    before = data["lag"] < 0
    for part, shade, fill in ((data[before], CONTEXT, "white"), (data[~before], PEER, PEER)):
        axes.vlines(part["lag"], part["low"], part["high"], color=shade, lw=1.8, zorder=3)
        axes.plot(
            part["lag"], part["estimate"], "o", color=shade, mfc=fill, mew=1.6, ms=6, zorder=4
        )
    names = [f"{lag:+d}".replace("-", "\N{MINUS SIGN}") if lag else "0" for lag in data["lag"]]
    axes.set_xticks(data["lag"], names)
    axes.margins(x=0.1)
    number_ticks(axes.yaxis)
