"""Small multiples: one panel per unit on common axes."""

import itertools
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nqpf.report.charts.canvas import (
    CONTEXT,
    FOCUS,
    canvas,
    house_styled,
    need,
    number_ticks,
    show_key,
)
from nqpf.report.charts.gaps import every_year, line
from nqpf.report.palette import as_text, peer_colours

DASHES = ("-", (0, (4, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1, 1.5)))  # apart in grey print too


@house_styled
def small_multiples(
    frame: pd.DataFrame,
    *,
    ylabel: str,
    order: Sequence[str] | None = None,
    series: str | None = None,
    colours: Mapping[str, str] | None = None,
    title_colours: Mapping[str, str] | None = None,
    columns: int = 3,
) -> Figure:
    """One small panel per unit; without series, all other units stand behind in grey.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, year, value.
    ylabel : str
        What is measured, with its unit.
    order : sequence of str, optional
        Units in the order of the panels.
    series : str, optional
        Column of several lines per unit, explained by a key.
    colours : mapping, optional
        Colour by series, or by unit where there is none.
    title_colours : mapping, optional
        Colour of a unit's name, such as its region's.
    columns : int
        Panels in a row; three make seven full rows of 21 cities.

    Returns
    -------
    Figure
    """
    data = need(frame, "unit", "year", "value", series).sort_values("year")
    units = list(order or data["unit"].unique())
    rows = -(-len(units) // columns)
    figure, grid = canvas(0.45 + 1.0 * rows, rows, columns, sharex=True, sharey=True)
    kinds = list(data[series].unique()) if series else []
    shades = {**peer_colours(kinds), **(colours or {})}
    for axes, unit in zip(grid, units, strict=False):
        if not series:
            for _, rows_of_unit in data.groupby("unit", sort=False):
                path = every_year(rows_of_unit)
                line(axes, path["year"], path["value"], dot=1, color=CONTEXT, lw=0.5, alpha=0.3,
                     zorder=1)  # fmt: skip
        own = data[data["unit"] == unit]
        for kind in kinds or [None]:
            part = every_year(own[own[series] == kind] if series else own)
            shade = shades[kind] if series else shades.get(unit, FOCUS)
            dashes = DASHES[kinds.index(kind) % len(DASHES)] if series else "-"
            line(axes, part["year"], part["value"], color=shade, lw=2, ls=dashes, zorder=3)
        axes.set_title(unit, fontsize=9, pad=3, color=as_text((title_colours or {}).get(unit, "k")))
    first, last = int(data["year"].min()), int(data["year"].max())
    for i, axes in enumerate(grid):
        if i >= len(units):
            axes.remove()
            continue
        axes.set_xticks([first, last], [str(first), f"’{last % 100:02d}"])
        axes.tick_params(axis="x", labelsize=8.5, length=2, labelbottom=i + columns >= len(units))
        axes.tick_params(axis="y", labelsize=8.5, labelleft=i % columns == 0)
        axes.margins(x=0.04)
        number_ticks(axes.yaxis, 3)
    if series:
        show_key(figure, [
            Line2D([], [], color=shades[kind], lw=2, ls=dashes, label=kind)
            for kind, dashes in zip(kinds, itertools.cycle(DASHES), strict=False)
        ])  # fmt: skip
    figure.supylabel(ylabel, fontsize=9, color="#4A5660")
    return figure
