"""A hierarchy read from left to right: index, elements, dimensions, indicators."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nqpf.report.charts.canvas import INK, MUTED, canvas, house_styled, need, text_width
from nqpf.report.palette import readable_on
from nqpf.report.style import WIDTH

SIZE = 9  # points
BRANCH = 13  # points between a node and the next level


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
    starts, ends = _columns(data, levels, root, text)
    names = data[list(levels)].astype(str)
    if len(levels) == 3:
        names[levels[1]] = [_fitted(name, ends[2] - starts[2]) for name in names[levels[1]]]
    deep = names[levels[1]].str.contains("\n").any()
    figure, (axes,) = canvas(0.25 + (0.27 if deep else 0.21) * len(data))
    axes.set(xlim=(0, WIDTH * 72), ylim=(len(data) - 0.4, -0.6))
    axes.axis("off")
    middle = (len(data) - 1) / 2
    _node(axes, starts[0], middle, root, INK, True)
    above = {(): (ends[0], middle)}
    for depth in range(1, len(levels) + 1):
        paths = names[list(levels[:depth])].apply(tuple, axis=1)
        for path in paths.unique():
            places = paths.index[paths == path]
            at = (starts[depth], places.to_numpy().mean())
            shade = colours[data.loc[places[0], levels[0]]]
            _branch(axes, above[path[:-1]], at, shade)
            _node(axes, *at, path[-1], shade, depth == 1)
            above[path] = (ends[depth], at[1])
            if depth == len(levels) and text:
                axes.text(WIDTH * 72 - 4, at[1], str(data.loc[places[0], text]), ha="right",
                          va="center_baseline", fontsize=8.5, color=MUTED)  # fmt: skip
    return figure


def _columns(
    data: pd.DataFrame, levels: Sequence[str], root: str, text: str | None
) -> tuple[list[float], list[float]]:
    """Where each level begins and ends, in points; the middle one takes what is left."""
    full = WIDTH * 72 - 8
    wide = [text_width(root, SIZE, "bold") + 12]
    wide += [max(text_width(str(n), SIZE, "bold") for n in data[levels[0]]) + 12]
    rest = [max(text_width(str(n), SIZE) for n in data[name]) + 8 for name in levels[1:]]
    last = max((text_width(str(t), 8.5) for t in data[text]), default=0) + 8 if text else 0
    room = full - sum(wide) - last - BRANCH * len(levels)
    if len(rest) == 2:
        rest[0] = max(min(rest[0], room - rest[1]), 60)
    starts, ends, x = [], [], 2.0
    for width in [*wide, *rest]:
        starts.append(x)
        ends.append(x + width)
        x += width + BRANCH
    return starts, ends


def _fitted(name: str, width: float) -> str:
    """A name on one line where it fits, else on two of about the same length."""
    if text_width(name, SIZE) <= width - 6:
        return name
    words = name.split()
    breaks = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    if not breaks:
        return name
    return "\n".join(min(breaks, key=lambda pair: max(text_width(p, SIZE) for p in pair)))


def _node(axes: Axes, x: float, y: float, name: str, shade: str, box: bool) -> None:
    if box:
        axes.text(x + 5, y, name, color=readable_on(shade), fontweight="bold", fontsize=SIZE,
                  va="center_baseline", bbox={"facecolor": shade, "edgecolor": "none",
                                              "boxstyle": "round,pad=0.35"})  # fmt: skip
        return
    size = SIZE if "\n" not in name else SIZE - 1
    va = "center_baseline" if "\n" not in name else "center"
    axes.text(x + 2, y, name, color=INK, fontsize=size, va=va, linespacing=0.95)


def _branch(axes: Axes, start: tuple[float, float], end: tuple[float, float], shade: str) -> None:
    bend = end[0] - BRANCH / 2
    axes.plot([start[0], bend, bend, end[0]], [start[1], start[1], end[1], end[1]],
              color=shade, lw=0.9, alpha=0.6, zorder=1, solid_joinstyle="round")  # fmt: skip
