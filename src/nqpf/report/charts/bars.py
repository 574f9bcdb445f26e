"""Values side by side: lollipops, changes, counts of verdicts, shares over time."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nqpf.report.charts.canvas import (
    CONTEXT,
    FAINT,
    FOCUS,
    INK,
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
    year_ticks,
)
from nqpf.report.charts.gaps import stack
from nqpf.report.charts.labels import end_labels, wrapped
from nqpf.report.numbers import number, significant_decimals
from nqpf.report.palette import as_text, colours, peer_colours, readable_on

NARROW = 0.025  # share of the longest bar below which a number is set smaller
SLIVER = 0.02  # share below which a number would not fit at all; the data beside the figure has it


@house_styled
def bars(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    digits: int | None = None,
    focus: str | None = None,
    colours: Mapping[str, str] | None = None,
    group: str | None = None,
    reference: float | None = None,
    reference_label: str = "",
) -> Figure:
    """One value per row as a lollipop with its number, in the order of the rows.

    Parameters
    ----------
    frame : DataFrame
        Columns label, value; low and high where values have intervals.
    xlabel : str
        What is measured, with its unit.
    digits : int, optional
        Decimals of the numbers.
    focus : str, optional
        Label set off.
    colours : mapping, optional
        Colour by label, or by group where `group` is given.
    group : str, optional
        Column of groups, explained by a key.
    reference : float, optional
        A line across, such as an average, named by `reference_label`.

    Returns
    -------
    Figure
    """
    data = need(frame, "label", "value", group)
    labels = [wrapped(str(name), 30) for name in data["label"]]
    lines = len(labels) + 0.55 * sum(text.count("\n") for text in labels)
    figure, (axes,) = canvas(0.7 + 0.225 * lines)
    if digits is None:
        digits = significant_decimals(float(data["value"].abs().median()))
    ranged = {"low", "high"} <= set(data)
    for i, row in data.iterrows():
        name = row[group] if group else row["label"]
        shade = (colours or {}).get(name, FOCUS if row["label"] == focus else PEER)
        axes.plot([0, row["value"]], [i, i], color=shade, lw=2, alpha=0.55, zorder=2)
        axes.plot(row["value"], i, "o", color=shade, ms=7, zorder=4)
        end = row["value"]
        if ranged:
            axes.plot([row["low"], row["high"]], [i, i], color=shade, lw=4.5, alpha=0.3, zorder=3)
            end = max(row["high"], end) if end >= 0 else min(row["low"], end)
        if pd.notna(end):
            side = 1 if row["value"] >= 0 else -1
            axes.annotate(
                number(float(row["value"]), digits), (end, i), (8 * side, 0),
                textcoords="offset points", ha="left" if side > 0 else "right",
                va="center_baseline", color=INK, fontsize=9,
            )  # fmt: skip
    rows_axis(axes, labels, {str(focus): as_text(FOCUS)} if focus else None)
    axes.grid(False, axis="y")
    axes.axvline(0, color=FAINT, lw=0.9, zorder=1)
    axes.margins(x=0.14)
    if (data["value"] >= 0).all():
        axes.set_xlim(left=0)
    if reference is not None:
        axes.axvline(reference, color=MUTED, lw=1, ls=(0, (4, 3)), zorder=1)
        axes.annotate(
            reference_label, (reference, 1), (3, 3), ("data", "axes fraction"), "offset points",
            color=MUTED, fontsize=8.5,
        )  # fmt: skip
    axes.set_xlabel(wrapped(xlabel, 64))
    number_ticks(axes.xaxis)
    if group:
        key(figure, {k: v for k, v in (colours or {}).items() if k in set(data[group])})
    return figure


@house_styled
def changes(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    start: str,
    end: str,
    focus: str | None = None,
    names: tuple[str, str] | None = None,
    colours: tuple[str, str] = (CONTEXT, PEER),
) -> Figure:
    """Two values per row joined by a line: before and after, stated and found, two definitions.

    Parameters
    ----------
    frame : DataFrame
        Columns label and the two named by `start` and `end`; drawn in the order of the rows.
    xlabel : str
        What is measured, with its unit.
    start, end : str
        Columns of the hollow and of the filled dot.
    focus : str, optional
        Label set off.
    names : (str, str), optional
        What the key calls the two; by default the columns' names.
    colours : (str, str)
        Of the two dots.

    Returns
    -------
    Figure
    """
    data = need(frame, "label", start, end)
    labels = [wrapped(str(name), 30) for name in data["label"]]
    figure, (axes,) = canvas(0.95 + 0.225 * len(labels))
    for i, row in data.iterrows():
        strong = row["label"] == focus
        shade = FOCUS if strong else colours[1]
        axes.plot([row[start], row[end]], [i, i], color=shade, lw=2.4, alpha=0.45, zorder=2)
        axes.plot(
            row[start], i, "o", mfc="white", mec=FOCUS if strong else colours[0], mew=1.6, ms=6.5,
            zorder=3,
        )  # fmt: skip
        axes.plot(row[end], i, "o", color=shade, ms=7, zorder=4)
    rows_axis(axes, labels, {str(focus): as_text(FOCUS)} if focus else None)
    axes.set_xlabel(wrapped(xlabel, 64))
    axes.margins(x=0.06)
    number_ticks(axes.xaxis)
    before, after = names or (start, end)
    handles = [
        *axes.plot([], [], "o", mfc="white", mec=colours[0], mew=1.6, ms=6.5, label=before),
        *axes.plot([], [], "o", color=colours[1], ms=7, label=after),
    ]
    show_key(figure, handles)
    return figure


@house_styled
def verdict_bars(counts: pd.DataFrame, *, xlabel: str = "Claims", kind: str = "verdicts") -> Figure:
    """How many claims got each verdict, one bar per row, the key in the order of the palette.

    Parameters
    ----------
    counts : DataFrame
        One row per section or group (its name is the index), one column per verdict.
    xlabel : str
        What is counted.
    kind : str
        `verdicts` or `evidence`: the group of the palette that the columns belong to.

    Returns
    -------
    Figure
    """
    shades = {name: shade for name, shade in colours(kind).items() if name in counts}
    labels = [wrapped(str(name), 26) for name in counts.index]
    figure, (axes,) = canvas(1.15 + 0.36 * len(labels))
    left, most = np.zeros(len(counts)), counts.sum(axis=1).max()
    for name, shade in shades.items():
        values = counts[name].fillna(0).to_numpy(dtype=float)
        axes.barh(range(len(counts)), values, 0.66, left, color=shade, edgecolor="white", lw=1)
        for i, value in enumerate(values):
            if value >= SLIVER * most:
                axes.text(left[i] + value / 2, i, number(int(value)), ha="center",
                          va="center_baseline", color=readable_on(shade),
                          fontsize=9 if value >= NARROW * most else 7.5)  # fmt: skip
        left += values
    rows_axis(axes, labels)
    axes.grid(False, axis="y")
    axes.set_xlim(0, left.max() * 1.02)
    axes.set_xlabel(wrapped(xlabel, 64))
    number_ticks(axes.xaxis)
    used = {name: shade for name, shade in shades.items() if counts[name].sum() > 0}
    key(figure, used, "area")
    return figure


@house_styled
def shares(
    frame: pd.DataFrame,
    *,
    ylabel: str,
    order: Sequence[str] | None = None,
    colours: Mapping[str, str] | None = None,
    total: str = "",
) -> Figure:
    """Parts stacked over time, named at the right: shares, or a decomposition.

    Parameters
    ----------
    frame : DataFrame
        Columns year, part, value (not negative).
    ylabel : str
        What is measured, with its unit.
    order : sequence of str, optional
        Parts from the bottom up.
    colours : mapping, optional
        Colour by part.
    total : str
        Name of the line on top; none is drawn where it is empty.

    Returns
    -------
    Figure
    """
    data = need(frame, "year", "part", "value")
    parts = list(order or data["part"].unique())
    wide = data.pivot(index="year", columns="part", values="value")[parts].sort_index()
    shades = {**peer_colours(parts), **(colours or {})}
    figure, (axes,) = canvas(3.2)
    top = stack(axes, wide, shades, edge=1, alpha=0.85)
    heading(axes, "", ylabel)
    if total:
        axes.plot(top.index, top[parts[-1]], color=INK, lw=2)
    axes.set_ylim(0, float(top.max().max()) * (1.06 if total else 1.0))
    axes.margins(x=0)
    year_ticks(axes, wide.index)
    number_ticks(axes.yaxis)
    middle = top.iloc[-1] - wide.iloc[-1] / 2
    labels = [(part, middle[part], as_text(shades[part]), False) for part in parts]
    if total:
        labels.append((total, float(top.iloc[-1, -1]), INK, True))
    end_labels({axes: labels})
    return figure
