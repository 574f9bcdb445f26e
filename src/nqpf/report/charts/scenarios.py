"""Strategies: effects beside other specifications, what is gained against what is parted, ways."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from nqpf.report.charts.canvas import (
    FAINT,
    FOCUS,
    INK,
    MARKERS,
    MUTED,
    PEER,
    canvas,
    heading,
    house_styled,
    key,
    need,
    number_ticks,
    rows_axis,
    show_key,
)
from nqpf.report.charts.labels import wrapped
from nqpf.report.numbers import number
from nqpf.report.palette import as_text

NUDGE = 1.6  # points by which bars of two series are set apart
APART = 0.2  # rows between an interval and the specifications below it


@house_styled
def with_specifications(
    frame: pd.DataFrame,
    specifications: pd.DataFrame,
    *,
    xlabel: str,
    focus: str | None = None,
) -> Figure:
    """Estimates with sampling intervals and, apart below each, the range of specifications.

    Parameters
    ----------
    frame : DataFrame
        Columns label, estimate, low, high; drawn in the order of the rows.
    specifications : DataFrame
        Columns label, median, low, high, one row per label: the middle of the specifications.
    xlabel : str
        What is estimated and in what unit.
    focus : str, optional
        Label set off.

    Returns
    -------
    Figure
    """
    data = need(frame, "label", "estimate", "low", "high")
    others = need(specifications, "label", "median", "low", "high").set_index("label")
    labels = [wrapped(str(name), 22) for name in data["label"]]
    figure, (axes,) = canvas(1.3 + 0.5 * len(labels))
    axes.axvline(0, color=INK, lw=0.9, zorder=2)
    hollow = {"mfc": "white", "mew": 1.6, "ms": 7}
    for i, row in data.iterrows():
        shade = FOCUS if row["label"] == focus else PEER
        axes.plot([row["low"], row["high"]], [i - APART] * 2, color=shade, lw=2, zorder=3)
        axes.plot(row["estimate"], i - APART, "o", color=shade, ms=7, zorder=4)
        range_of = others.loc[row["label"]]
        ends = [range_of["low"], range_of["high"]]
        axes.plot(ends, [i + APART] * 2, color=MUTED, lw=2, ls=(0, (2, 1)), zorder=3)
        axes.plot(range_of["median"], i + APART, "D", color=MUTED, zorder=4, **hollow)
    rows_axis(axes, labels, {str(focus): as_text(FOCUS)} if focus else None)
    axes.set_xlabel(wrapped(xlabel, 64))
    number_ticks(axes.xaxis)
    sampling, choices = "declared estimate, sampling interval", "median and range of specifications"
    handles = [
        *axes.plot([], [], "o-", color=PEER, lw=2, ms=7, label=sampling),
        *axes.plot([], [], "D", color=MUTED, ls=(0, (2, 1)), lw=2, label=choices, **hollow),
    ]
    show_key(figure, handles)
    return figure


@house_styled
def frontier(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    ylabel: str,
    ends: tuple[str, str],
    colours: Mapping[str, str] | None = None,
    series: str = "series",
) -> Figure:
    """What a strategy adds on the mean against what it does to inequality, from one end to another.

    Parameters
    ----------
    frame : DataFrame
        Columns x, y, share (0 at the first end, 1 at the second), series, and x_low, x_high, y_low,
        y_high, drawn at the two ends.
    xlabel, ylabel : str
        What the axes measure.
    ends : (str, str)
        Names of the ends where the share is 0 and 1.
    colours : mapping, optional
        Colour by series.
    series : str
        Column that tells curves apart.

    Returns
    -------
    Figure
    """
    data = need(frame, "x", "y", "share", series, "x_low", "x_high", "y_low", "y_high")
    kinds = list(data[series].unique())
    shades = dict(zip(kinds, [PEER, FOCUS], strict=False)) | dict(colours or {})
    figure, (axes,) = canvas(3.8)
    axes.grid(True, axis="both")
    for side in ("x", "y"):
        getattr(axes, f"ax{'v' if side == 'x' else 'h'}line")(0, color=FAINT, lw=0.9, zorder=1)
    for order, kind in enumerate(kinds):
        part = data[data[series] == kind].sort_values("share")
        shade, marker = shades[kind], MARKERS[order]
        axes.plot(part["x"], part["y"], color=shade, lw=2, zorder=3)
        aside = (2 * order - len(kinds) + 1) * NUDGE / 72  # bars on one line stay apart
        bar = {"color": shade, "lw": 1.3, "alpha": 0.6}
        for row in part.iloc[[0, -1]].itertuples():
            for x, y, dx, dy in (
                ([row.x_low, row.x_high], [row.y] * 2, 0, -aside),
                ([row.x] * 2, [row.y_low, row.y_high], aside, 0),
            ):
                moved = axes.transData + ScaledTranslation(dx, dy, figure.dpi_scale_trans)
                axes.plot(x, y, transform=moved, **bar)
                axes.plot(x, y, alpha=0)  # the limits do not see what is moved
            fill = shade if row.share == part["share"].max() else "white"
            axes.plot(row.x, row.y, marker, color=shade, mfc=fill, mew=1.6, ms=8, zorder=4)
    axes.margins(0.08)
    heading(axes, "", ylabel)
    axes.set_xlabel(wrapped(xlabel, 64))
    number_ticks(axes.xaxis)
    number_ticks(axes.yaxis)
    handles = [
        *(
            axes.plot([], [], MARKERS[order] + "-", color=shades[kind], lw=2, ms=7, label=kind)[0]
            for order, kind in enumerate(kinds)
        ),
        *axes.plot([], [], "o", color=MUTED, mfc="white", mew=1.6, ms=7, label=ends[0]),
        *axes.plot([], [], "o", color=MUTED, ms=7, label=ends[1]),
    ]
    show_key(figure, handles)
    return figure


@house_styled
def ways(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    most: float,
    focus: str | None = None,
    group: str | None = None,
    colours: Mapping[str, str] | None = None,
) -> Figure:
    """Years to a benchmark with intervals; what lies beyond the edge, or has no end, is an arrow.

    Parameters
    ----------
    frame : DataFrame
        Columns label, years, low, high, where infinite means without end and zero there already.
    xlabel : str
        What is counted.
    most : float
        Years at which the axis ends.
    focus : str, optional
        Label set off.
    group, colours : str, mapping, optional
        Column of groups and the colour of each.

    Returns
    -------
    Figure
    """
    data = need(frame, "label", "years", "low", "high", group)
    labels = [wrapped(str(name), 34) for name in data["label"]]
    figure, (axes,) = canvas((1.05 if group else 0.75) + 0.27 * len(labels))
    for i, row in data.iterrows():
        shade = FOCUS if row["label"] == focus else PEER
        if group:
            shade = (colours or {})[row[group]]
        _way(axes, i, row["years"], row["low"], row["high"], most, shade)
    rows_axis(axes, labels, {str(focus): as_text(FOCUS)} if focus else None)
    axes.set_xlim(-0.03 * most, most * 1.2)
    axes.set_xticks(np.linspace(0, most, 5), [number(x, 0) for x in np.linspace(0, most, 5)])
    axes.set_xlabel(wrapped(xlabel, 64))
    if group:
        key(figure, {k: v for k, v in (colours or {}).items() if k in set(data[group])})
    return figure


def _way(axes: Axes, row: int, years: float, low: float, high: float, most: float, shade: str):
    """One row: dot and bar, an arrow where they leave the axis, words where there is no way."""
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    words = {"ha": "left", "va": "center_baseline", "fontsize": 8.5, "color": MUTED, "bbox": paper}
    if years == 0:
        axes.plot(0, row, "o", color=shade, ms=7, zorder=4)
        axes.annotate("there", (0, row), (8, 0), textcoords="offset points", **words)
        return
    start = min(low, most)
    axes.plot([start, min(high, most)], [row, row], color=shade, lw=2, zorder=3)
    if high > most:
        axes.plot(most, row, ">", color=shade, ms=6, zorder=4)
    if years <= most:
        axes.plot(years, row, "o", color=shade, ms=7, zorder=4)
    text = number(years, 0) if np.isfinite(years) else "no end"
    axes.annotate(text, (most, row), (9, 0), textcoords="offset points", **words)
