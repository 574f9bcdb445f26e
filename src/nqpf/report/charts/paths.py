"""Lines over time."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nqpf.report.charts.canvas import (
    CONTEXT,
    FOCUS,
    MUTED,
    canvas,
    heading,
    house_styled,
    need,
    number_ticks,
    year_ticks,
)
from nqpf.report.charts.gaps import every_year, line
from nqpf.report.charts.labels import end_labels
from nqpf.report.palette import as_text, peer_colours


@house_styled
def paths(
    frame: pd.DataFrame,
    *,
    focus: str | None = None,
    named: Sequence[str] = (),
    ylabel: str = "",
    others: str = "",
    colours: Mapping[str, str] | None = None,
    panel: str | None = None,
    band: tuple[str, str] | None = None,
    reference: float | None = None,
    x: str = "year",
    y: str = "value",
    unit: str = "unit",
    height: float | None = None,
) -> Figure:
    """Paths of units over time: one in focus, some named, all others in grey.

    Parameters
    ----------
    frame : DataFrame
        Columns `x`, `y`, `unit`, with one row per unit and year; gaps stay gaps.
    focus : str, optional
        Unit drawn strongly.
    named : sequence of str
        Units with a colour and a name of their own.
    ylabel : str
        What is measured, with its unit; stands above the axes.
    others : str
        Name of the units in grey, such as `other provinces`.
    colours : mapping, optional
        Colour by unit, where units have one; peers' colours otherwise.
    panel : str, optional
        Column that splits the frame into panels, two in a row, on one scale.
    band : (str, str), optional
        Columns with the ends of an interval, shaded for focus and named units.
    reference : float, optional
        Value at which a thin line is drawn.

    Returns
    -------
    Figure
    """
    data = need(frame, x, y, unit, panel, *(band or ()))
    panels = list(data[panel].unique()) if panel else [""]
    columns = 1 if len(panels) == 1 else 2
    rows = -(-len(panels) // columns)
    height = height or (3.3 if rows == columns == 1 else 0.35 + 2.35 * rows)
    figure, grid = canvas(height, rows, columns, sharey=True)
    shades = {**peer_colours([n for n in named if n not in (colours or {})]), **(colours or {})}
    if focus is not None:
        shades.setdefault(focus, FOCUS)
    parts = [data[data[panel] == name] if panel else data for name in panels]
    for position, (axes, name, part) in enumerate(zip(grid, panels, parts, strict=False)):
        heading(axes, str(name), ylabel if position == 0 else (" " if name else ""))
        _draw_paths(axes, part, (x, y, unit), focus, named, shades, band)
        if reference is not None:
            axes.axhline(reference, color=MUTED, lw=0.8, zorder=1)
        year_ticks(axes, data[x], 6 if columns == 1 else 4)
        axes.tick_params(axis="y", labelleft=True)
        number_ticks(axes.yaxis)
    for axes in grid[len(panels) :]:
        axes.remove()
    end_labels(
        {
            axes: _names(part, (x, y, unit), focus, named, shades, others)
            for axes, part in zip(grid, parts, strict=False)
        }
    )
    return figure


def _draw_paths(axes: Axes, part, keys, focus, named, shades, band) -> None:
    x, y, unit = keys
    for name, rows in part.sort_values(x).groupby(unit, sort=False):
        path = every_year(rows, x)
        strong, coloured = name == focus, name in named or name == focus
        shade = shades.get(name, CONTEXT)
        style = {"lw": 2.6 if strong else 1.7, "zorder": 4 if strong else 3}
        if not coloured:
            style = {"lw": 0.8, "alpha": 0.55, "zorder": 2}
        line(axes, path[x], path[y], color=shade, **style)
        last = path.dropna(subset=[y]).tail(1)
        if coloured and len(last):
            axes.plot(last[x], last[y], "o", color=shade, ms=5.5 if strong else 4, zorder=5)
        if band and coloured:
            axes.fill_between(
                path[x], path[band[0]], path[band[1]], color=shade, alpha=0.16, zorder=1.5, lw=0
            )


def _names(part, keys, focus, named, shades, others) -> list[tuple[str, float, str, bool]]:
    """Text, place, colour and weight of each name at the end of a path."""
    x, y, unit = keys
    last = part.dropna(subset=[y]).sort_values(x).groupby(unit)[y].last()
    wanted = [name for name in ([focus] if focus else []) + list(named) if name in last.index]
    labels = [
        (str(name), last[name], as_text(shades[name]), name == focus)
        for name in dict.fromkeys(wanted)
    ]
    rest = last.drop(wanted)
    if others and len(rest):
        labels.append((others, rest.median(), MUTED, False))
    return labels
