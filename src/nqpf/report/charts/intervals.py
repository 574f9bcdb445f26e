"""Points with intervals: estimates by term, ranks by unit, lags and leads."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nqpf.errors import StudyError
from nqpf.report.charts.canvas import (
    CONTEXT,
    FOCUS,
    GRID,
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
)
from nqpf.report.charts.labels import wrapped
from nqpf.report.numbers import p_phrase
from nqpf.report.palette import as_text, palette


@house_styled
def coefficients(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    group: str | None = None,
    series: str | None = None,
    colours: Mapping[str, str] | None = None,
    smallest: float | None = None,
    label: str = "term",
    label_width: int = 26,
) -> Figure:
    """Estimates with intervals, one row per term, beside a line at zero.

    Parameters
    ----------
    frame : DataFrame
        Columns term, estimate, low, high, and p where exact p-values are written at the right;
        drawn in the order of the rows.
    xlabel : str
        What is estimated and in what unit.
    group : str, optional
        Column that heads runs of rows.
    series : str, optional
        Column that tells estimates of the same term apart (specification, level, panel).
    colours : mapping, optional
        Colour by series, or by term where there is no series.
    smallest : float, optional
        Smallest effect of interest; the band around zero up to it is shaded.
    label : str
        Column that names the rows.
    label_width : int
        Characters after which a name is broken.

    Returns
    -------
    Figure
    """
    data = need(frame, label, "estimate", "low", "high", group, series)
    if data.duplicated([c for c in (group, label, series) if c]).any():
        raise StudyError("a row of the chart has two estimates; tell them apart by group or series")
    kinds = list(data[series].unique()) if series else [""]
    places, labels = _rows(data, label, group, label_width)
    height = 0.75 + len(labels) * (0.27 + 0.15 * (len(kinds) - 1))
    height += 0.11 * sum(text.count("\n") for text in labels)
    figure, (axes,) = canvas(height)
    shades = dict(zip(kinds, [PEER, FOCUS, *palette()["peers"][1:]], strict=False))
    shades.update(colours or {})
    _zero(axes, smallest)
    step = 0 if len(kinds) == 1 else min(0.62 / (len(kinds) - 1), 0.3)
    for order, kind in enumerate(kinds):
        part = data[data[series] == kind] if series else data
        at = np.array([places[i] for i in part.index]) + step * (order - (len(kinds) - 1) / 2)
        for where, row in zip(at, part.itertuples(), strict=True):
            shade = shades.get(kind) if series else shades.get(getattr(row, label), PEER)
            axes.plot([row.low, row.high], [where, where], color=shade, lw=1.6, zorder=3)
            axes.plot(row.estimate, where, MARKERS[order], color=shade, ms=6, zorder=4)
            if "p" in data and pd.notna(row.p):
                axes.annotate(
                    p_phrase(row.p), (1, where), (5, 0), ("axes fraction", "data"), "offset points",
                    va="center_baseline", fontsize=8.5, color=as_text(shade) if series else MUTED,
                    annotation_clip=False,
                )  # fmt: skip
    rows_axis(axes, labels)
    _strong_heads(axes, data, group)
    axes.set_xlabel(wrapped(xlabel, 64))
    number_ticks(axes.xaxis)
    if series:
        key(figure, {str(k): shades[k] for k in kinds},
            markers=dict(zip(map(str, kinds), MARKERS, strict=False)))  # fmt: skip
    return figure


def _rows(data: pd.DataFrame, label: str, group: str | None, width: int):
    """Place of every row of the frame, and the label of every place."""
    places, labels, seen = {}, [], {}
    for i, row in data.iterrows():
        head = row[group] if group else None
        if group and ("head", head) not in seen:
            seen["head", head] = len(labels)
            labels.append(str(head))
        if (head, row[label]) not in seen:
            seen[head, row[label]] = len(labels)
            labels.append(wrapped(str(row[label]), width))
        places[i] = seen[head, row[label]]
    return places, labels


def _strong_heads(axes: Axes, data: pd.DataFrame, group: str | None) -> None:
    heads = set(map(str, data[group])) if group else set()
    for tick in axes.get_yticklabels():
        if tick.get_text() in heads:
            tick.set(fontweight="bold")


def _zero(axes: Axes, smallest: float | None) -> None:
    axes.axvline(0, color=INK, lw=0.9, zorder=2)
    if smallest is not None:
        axes.axvspan(-smallest, smallest, color=GRID, alpha=0.75, zorder=0, lw=0)


@house_styled
def rank_intervals(
    frame: pd.DataFrame,
    *,
    focus: str | None = None,
    named: Sequence[str] = (),
    xlabel: str = "Rank (1 = highest)",
    colours: Mapping[str, str] | None = None,
    group: str | None = None,
) -> Figure:
    """Ranks of units with the range they take when choices vary.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, rank, low, high; sorted here by rank.
    focus, named : str, sequence of str
        Units set off.
    colours : mapping, optional
        Colour by group.
    group : str, optional
        Column of groups, such as region; explained by a key.

    Returns
    -------
    Figure
    """
    data = need(frame, "unit", "rank", "low", "high", group)
    data = data.sort_values(["rank", "unit"]).reset_index(drop=True)
    figure, (axes,) = canvas(0.75 + 0.185 * len(data))
    for i, row in data.iterrows():
        strong = row["unit"] == focus
        shade = FOCUS if strong else PEER if row["unit"] in named else CONTEXT
        if group:
            shade = colours[row[group]]
        axes.plot([row["low"], row["high"]], [i, i], color=shade, lw=3.4 if strong else 2.6,
                  alpha=1 if strong else 0.5, zorder=3)  # fmt: skip
        axes.plot(row["rank"], i, "o", color=shade, mec="white", mew=0.8, ms=7, zorder=4)
    marks = {name: as_text(PEER) for name in named} | ({focus: as_text(FOCUS)} if focus else {})
    rows_axis(axes, list(data["unit"]), marks)
    axes.set_xlabel(wrapped(xlabel, 64))
    number_ticks(axes.xaxis, 8)
    most = int(data["high"].max())
    axes.set_xticks([1, *range(5, most + 1, 5)])
    if group:
        key(figure, {name: colours[name] for name in colours if name in set(data[group])})
    return figure


@house_styled
def lags(
    frame: pd.DataFrame,
    *,
    ylabel: str,
    xlabel: str = "Years after the regressor (negative: before)",
    smallest: float | None = None,
) -> Figure:
    """Estimates by lag, leads at the left: what comes before must not depend on what follows.

    Parameters
    ----------
    frame : DataFrame
        Columns lag (int), estimate, low, high.
    ylabel, xlabel : str
        What is estimated, and what the lag counts.
    smallest : float, optional
        Smallest effect of interest; the band around zero is shaded.

    Returns
    -------
    Figure
    """
    data = need(frame, "lag", "estimate", "low", "high").sort_values("lag")
    figure, (axes,) = canvas(3.0)
    axes.axhline(0, color=INK, lw=0.9)
    if smallest is not None:
        axes.axhspan(-smallest, smallest, color=GRID, alpha=0.75, zorder=0, lw=0)
    before = data["lag"] < 0
    for part, shade, fill in ((data[before], CONTEXT, "white"), (data[~before], PEER, PEER)):
        axes.vlines(part["lag"], part["low"], part["high"], color=shade, lw=1.8, zorder=3)
        axes.plot(
            part["lag"], part["estimate"], "o", color=shade, mfc=fill, mew=1.6, ms=7, zorder=4
        )
    heading(axes, "", ylabel)
    axes.set_xlabel(wrapped(xlabel, 64))
    axes.set_xticks(
        data["lag"], [f"{lag:+d}".replace("-", "−") if lag else "0" for lag in data["lag"]]
    )
    axes.margins(x=0.08)
    number_ticks(axes.yaxis)
    return figure
