"""How often tests reject: dots by method and design, and power as the effect grows."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from nqpf.report.charts.canvas import (
    FOCUS,
    INK,
    MARKERS,
    MUTED,
    PEER,
    canvas,
    heading,
    house_styled,
    need,
    number_ticks,
    rows_axis,
    show_key,
)
from nqpf.report.charts.labels import wrapped
from nqpf.report.numbers import number
from nqpf.report.palette import as_text, peer_colours

DASHES = ((), (4, 2), (1, 1.5), (6, 2, 1, 2))  # lines are told apart in grey as well


@house_styled
def rejections(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    nominal: float,
    panel: str = "design",
    row: str = "method",
    focus: str | None = None,
    columns: int = 2,
) -> Figure:
    """Shares with intervals, one row per method and one panel per design, beside the nominal level.

    Parameters
    ----------
    frame : DataFrame
        Columns share, low, high and those named by `panel` and `row`; in the order of the rows.
    xlabel : str
        What the shares are of, with its unit.
    nominal : float
        Where the shares ought to be; a dashed line.
    panel, row : str
        Columns of the panels and of the rows.
    focus : str, optional
        Row set off.
    columns : int
        Panels in a row.

    Returns
    -------
    Figure
    """
    data = need(frame, "share", "low", "high", panel, row)
    heads, names = list(data[panel].unique()), list(data[row].unique())
    lines = -(-len(heads) // columns)
    height = 0.5 + lines * (0.45 + 0.2 * len(names))
    figure, axes = canvas(height, lines, columns, sharex=True)
    most = float(data["high"].max())
    for position, (place, head) in enumerate(zip(axes, heads, strict=False)):
        part = data[data[panel] == head].set_index(row)
        for i, name in enumerate(names):
            if name not in part.index:
                continue
            one, shade = part.loc[name], FOCUS if name == focus else PEER
            place.plot([one["low"], one["high"]], [i, i], color=shade, lw=2, zorder=3)
            marker = "D" if name == focus else "o"
            place.plot(one["share"], i, marker, color=shade, ms=5.5, zorder=4)
            place.annotate(
                number(float(one["share"]), 1), (one["high"], i), (6, 0), "data", "offset points",
                va="center_baseline", fontsize=8, color=INK,
            )  # fmt: skip
        rows_axis(place, names, {focus: as_text(FOCUS)} if focus else None)
        place.tick_params(axis="y", labelleft=position % columns == 0)
        place.axvline(nominal, color=INK, lw=0.9, ls=(0, (4, 3)), zorder=2)
        place.set_xlim(0, most * 1.28)
        number_ticks(place.xaxis, 4)
        heading(place, wrapped(head, 30))
    for place in axes[len(heads) :]:
        place.set_visible(False)
    figure.supxlabel(wrapped(xlabel, 64), fontsize=9, color=MUTED)
    return figure


@house_styled
def power_curves(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    ylabel: str,
    nominal: float,
    panel: str = "design",
    series: str = "method",
    focus: str | None = None,
    colours: Mapping[str, str] | None = None,
    columns: int = 2,
    marks: Sequence[float] = (),
) -> Figure:
    """Share of rejections over the size of the effect, one line per method, a panel per design.

    Parameters
    ----------
    frame : DataFrame
        Columns effect, share, low, high and those named by `panel` and `series`.
    xlabel, ylabel : str
        What the axes measure, with units.
    nominal : float
        Level that the lines ought to start from; a dashed line.
    panel, series : str
        Columns of the panels and of the lines.
    focus : str, optional
        Line set off.
    colours : mapping, optional
        Colour by series.
    columns : int
        Panels in a row.
    marks : sequence of float
        Effects marked by thin upright lines.

    Returns
    -------
    Figure
    """
    data = need(frame, "effect", "share", "low", "high", panel, series).sort_values("effect")
    heads, kinds = list(frame[panel].unique()), list(frame[series].unique())
    shades = {**peer_colours(kinds), **(colours or {})} | ({focus: FOCUS} if focus else {})
    lines = -(-len(heads) // columns)
    figure, axes = canvas(0.75 + 2.0 * lines, lines, columns, sharex=True, sharey=True)
    kinds.sort(key=lambda kind: kind != focus)  # the one in focus has the full line
    handles = []
    for place, head in zip(axes, heads, strict=False):
        handles = []
        for order, kind in enumerate(kinds):
            part = data[(data[panel] == head) & (data[series] == kind)]
            place.fill_between(part["effect"], part["low"], part["high"], color=shades[kind],
                               alpha=0.18, lw=0)  # fmt: skip
            handles += place.plot(
                part["effect"], part["share"], marker=MARKERS[order], ms=4, lw=1.8,
                color=shades[kind],
                dashes=DASHES[order % len(DASHES)] or (None, None), ls="-", label=kind, zorder=3,
            )  # fmt: skip
        place.axhline(nominal, color=INK, lw=0.9, ls=(0, (4, 3)), zorder=2)
        for mark in marks:
            place.axvline(mark, color=MUTED, lw=0.8, zorder=1)
        place.set_ylim(0, 104)
        heading(place, wrapped(head, 30), ylabel if place is axes[0] else " ")
        place.grid(True, axis="both")
        place.tick_params(axis="y", labelleft=True)
        number_ticks(place.xaxis, 4)
        number_ticks(place.yaxis, 5)
    for place in axes[len(heads) :]:
        place.set_visible(False)
    figure.supxlabel(wrapped(xlabel, 64), fontsize=9, color=MUTED)
    show_key(figure, handles)
    return figure
