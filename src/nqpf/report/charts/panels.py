"""Small scatters side by side: the same two measures under several heads."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nqpf.report.charts.canvas import (
    CONTEXT,
    INK,
    MARKERS,
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
    rows = -(-len(heads) // columns)
    figure, axes = canvas(0.3 + 2.55 * rows, rows, columns)
    for place, head in enumerate(heads):
        _panel(axes[place], data[data[panel] == head], slopes[head], list(named[head])[:3])
        heading(axes[place], wrapped(head, 40))
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
        place_labels(axes, np.array(spots), names, [3.0] * len(names), styles,
                     data[["x", "y"]].to_numpy(dtype=float))  # fmt: skip
