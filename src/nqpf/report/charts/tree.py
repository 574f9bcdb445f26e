"""A hierarchy read from left to right: index, elements, dimensions, indicators."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nqpf.report.charts.canvas import INK, MUTED, canvas, house_styled, need
from nqpf.report.charts.labels import fitting_size
from nqpf.report.palette import readable_on
from nqpf.report.style import WIDTH


@house_styled
def tree(
    frame: pd.DataFrame,
    *,
    levels: Sequence[str],
    root: str,
    colours: Mapping[str, str],
    text: str | None = None,
) -> Figure:
    """A tree with its root at the left and a leaf per row.

    Parameters
    ----------
    frame : DataFrame
        One row per leaf, in order; the columns of `levels`, the last of which names the leaf.
    levels : sequence of str
        Columns from below the root to the leaf, two or three of them.
    root : str
        Name of the root.
    colours : mapping of str to str
        Colour of each value of the first level.
    text : str, optional
        Column printed at the right of a leaf, such as direction or weight, already as text.

    Returns
    -------
    Figure
    """
    data = need(frame, *levels, text)
    figure, (axes,) = canvas(0.3 + 0.205 * len(data))
    widths = {2: (0.13, 0.22, 0.65), 3: (0.12, 0.19, 0.25, 0.44)}[len(levels)]
    starts = [sum(widths[:i]) for i in range(len(widths))]
    axes.set(xlim=(0, 1), ylim=(len(data) - 0.4, -0.6))
    axes.axis("off")
    middle = (len(data) - 1) / 2
    _node(axes, starts[0], widths[0], middle, root, INK, True)
    above = {(): (starts[0] + widths[0] - 0.02, middle)}
    for depth, _ in enumerate(levels, start=1):
        keys = data[list(levels[:depth])].apply(tuple, axis=1)
        for name in keys.unique():
            places = keys.index[keys == name]
            y, x = places.to_numpy().mean(), starts[depth]
            shade, leaf = colours[name[0]], depth == len(levels)
            _branch(axes, above[name[:-1]], (x, y), shade)
            _node(axes, x, widths[depth], y, str(name[-1]), shade, depth == 1)
            above[name] = (x + widths[depth] - 0.02, y)
            if leaf and text:
                axes.text(1, y, str(data.loc[places[0], text]), ha="right", va="center_baseline",
                          fontsize=8.5, color=MUTED)  # fmt: skip
    return figure


def _node(axes: Axes, x: float, width: float, y: float, name: str, shade: str, box: bool) -> None:
    size = fitting_size([name], (width - 0.035) * WIDTH * 72, 9, 7.5)
    style = {"fontsize": size, "va": "center_baseline", "ha": "left"}
    if box:
        axes.text(x + 0.012, y, name, color=readable_on(shade), fontweight="bold",
                  bbox={"facecolor": shade, "edgecolor": "none", "pad": 3,
                        "boxstyle": "round,pad=0.3"}, **style)  # fmt: skip
    else:
        axes.text(x + 0.012, y, name, color=INK, **style)


def _branch(axes: Axes, start: tuple[float, float], end: tuple[float, float], shade: str) -> None:
    bend = end[0] - 0.012
    axes.plot([start[0], bend, bend, end[0] + 0.006], [start[1], start[1], end[1], end[1]],
              color=shade, lw=0.9, alpha=0.6, zorder=1, solid_joinstyle="round")  # fmt: skip
