"""Two measures of the same units, and links between units in their places."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nqpf.report.charts.canvas import (
    CONTEXT,
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
    show_key,
)
from nqpf.report.charts.labels import place_labels
from nqpf.report.palette import as_text

DASHED = (0, (2.2, 1.2))


@house_styled
def scatter(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    ylabel: str,
    label: str = "unit",
    named: Sequence[str] | None = None,
    focus: str | None = None,
    group: str | None = None,
    colours: Mapping[str, str] | None = None,
    fit: pd.DataFrame | None = None,
    lines: Mapping[str, float] | None = None,
    diagonal: bool = False,
) -> Figure:
    """Points with names, a fitted line with its band, and lines of reference.

    Parameters
    ----------
    frame : DataFrame
        Columns x, y, and the one named by `label`.
    xlabel, ylabel : str
        What the axes measure, with units.
    named : sequence of str, optional
        Whose names are written, the most important first; by default everyone's up to 25.
    focus : str, optional
        Unit set off.
    group, colours : str, mapping, optional
        Column of groups and the colour of each, explained by a key.
    fit : DataFrame, optional
        Columns x, y, and low, high for a band.
    lines : mapping, optional
        `x` and `y`: where a vertical and a horizontal line are drawn, such as averages.
    diagonal : bool
        Whether the line of equality is drawn.

    Returns
    -------
    Figure
    """
    import seaborn as sns  # with all of scipy.stats; most processes draw nothing with it

    data = need(frame, "x", "y", label, group).dropna(subset=["x", "y"])
    figure, (axes,) = canvas(4.1)
    axes.grid(True, axis="both")
    if fit is not None:
        curve = need(fit, "x", "y").sort_values("x")
        axes.plot(curve["x"], curve["y"], color=MUTED, lw=1.4, zorder=2)
        if {"low", "high"} <= set(curve):
            axes.fill_between(curve["x"], curve["low"], curve["high"], color=FAINT, alpha=0.2, lw=0)
    kinds = list(colours or {}) if group else []
    markers = dict(zip(kinds, itertools.cycle(MARKERS), strict=False))
    look = {"color": PEER}
    if group:
        look = {"hue": group, "style": group, "palette": dict(colours), "markers": markers}
    sns.scatterplot(
        data, x="x", y="y", s=42, edgecolor="white", linewidth=0.6, zorder=3, legend=False, ax=axes,
        **look,
    )  # fmt: skip
    if focus is not None:
        part = data[data[label] == focus]
        axes.plot(part["x"], part["y"], "o", color=FOCUS, ms=10, mec="white", mew=1, zorder=4)
    _reference(axes, lines or {}, diagonal)
    axes.margins(0.09)
    heading(axes, "", ylabel)
    axes.set(xlabel=xlabel, ylabel="")
    number_ticks(axes.xaxis)
    number_ticks(axes.yaxis)
    if group:
        present = {k: v for k, v in (colours or {}).items() if k in set(data[group])}
        key(figure, present, markers=markers)
    if named is None:
        named = list(data[label]) if len(data) <= 25 else []
    _names(axes, data, label, named, focus, group, colours)
    return figure


def _reference(axes: Axes, lines: Mapping[str, float], diagonal: bool) -> None:
    style = {"color": FAINT, "lw": 1, "ls": (0, (4, 3)), "zorder": 1}
    if "x" in lines:
        axes.axvline(lines["x"], **style)
    if "y" in lines:
        axes.axhline(lines["y"], **style)
    if diagonal:
        low, high = axes.dataLim.min.max(), axes.dataLim.max.min()
        axes.axline(((low + high) / 2,) * 2, slope=1, **style)


def _names(axes: Axes, data, label, named, focus, group, colours) -> None:
    wanted = list(dict.fromkeys(([focus] if focus else []) + list(named)))
    rows = data.set_index(label).loc[[name for name in wanted if name in set(data[label])]]
    if rows.empty:
        return
    styles = []
    for name, row in rows.iterrows():
        shade = colours[row[group]] if group else INK
        strong = name == focus
        styles.append(
            {"color": as_text(FOCUS if strong else shade), "fontsize": 9 if strong else 8.5,
             "fontweight": "bold" if strong else "normal", "zorder": 5}
        )  # fmt: skip
    place_labels(
        axes, rows[["x", "y"]].to_numpy(dtype=float), [str(name) for name in rows.index],
        [5 if name == focus else 3.2 for name in rows.index], styles,
        data[["x", "y"]].to_numpy(dtype=float),
    )  # fmt: skip


@house_styled
def network(
    nodes: pd.DataFrame,
    links: pd.DataFrame,
    *,
    group: str | None = None,
    colours: Mapping[str, str] | None = None,
    size: str | None = None,
    marked_label: str = "",
    link_label: str = "",
    height: float = 3.9,
) -> Figure:
    """Units in their places, joined by links as wide as they are strong.

    Parameters
    ----------
    nodes : DataFrame
        Columns unit, x, y (longitude and latitude, or places on the tile map with y downward
        turned by the caller).
    links : DataFrame
        Columns a, b, weight, and marked (bool) for links set off.
    group, colours : str, mapping, optional
        Column of groups and the colour of each.
    size : str, optional
        Column that the area of a node shows.
    marked_label, link_label : str
        What a marked and any other link is, for the key.
    height : float
        Inches.

    Returns
    -------
    Figure
    """
    places = need(nodes, "unit", "x", "y", group, size).set_index("unit")
    edges = need(links, "a", "b", "weight").sort_values("weight")
    figure, (axes,) = canvas(height)
    strongest = edges["weight"].max()
    marked = edges["marked"] if "marked" in edges else pd.Series(False, index=edges.index)
    for row, strong in zip(edges.itertuples(), marked, strict=True):
        ends = places.loc[[row.a, row.b], ["x", "y"]].to_numpy(dtype=float)
        share = row.weight / strongest
        axes.plot(*ends.T, color=FOCUS if strong else PEER, lw=0.4 + 4.2 * share,
                  ls="-" if strong or not marked.any() else DASHED, alpha=0.3 + 0.5 * share,
                  zorder=2 if strong else 1)  # fmt: skip
    area = places[size] / places[size].max() * 180 + 20 if size else pd.Series(60, places.index)
    shades = [colours[kind] for kind in places[group]] if group else [PEER] * len(places)
    axes.scatter(places["x"], places["y"], s=area, c=shades, edgecolors="white", lw=1, zorder=3)
    axes.margins(0.1, 0.12)
    axes.axis("off")
    handles = [Line2D([], [], color=FOCUS, lw=2.4, label=marked_label)] if marked_label else []
    if link_label:
        dashes = DASHED if marked.any() else "-"
        handles.append(Line2D([], [], color=PEER, lw=2.4, ls=dashes, label=link_label))
    if handles:
        show_key(figure, handles)
    elif group:
        key(figure, {k: v for k, v in (colours or {}).items() if k in set(places[group])})
    middles = [
        places.loc[[row.a, row.b], ["x", "y"]].to_numpy(dtype=float).mean(axis=0)
        for row in edges.tail(8).itertuples()
    ]
    style = {"color": INK, "fontsize": 8.5, "zorder": 5}
    place_labels(
        axes, places[["x", "y"]].to_numpy(dtype=float), [str(name) for name in places.index],
        list(np.sqrt(area) / 2), [style] * len(places),
        np.vstack([places[["x", "y"]].to_numpy(dtype=float), *middles]),
    )  # fmt: skip
    return figure


@house_styled
def curve(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    ylabel: str,
    series: str | None = None,
    colours: Mapping[str, str] | None = None,
    lines: Mapping[str, float] | None = None,
    line_labels: Mapping[str, str] | None = None,
    rug: Sequence[float] | None = None,
) -> Figure:
    """A function with its band: marginal effects, a likelihood ratio, a frontier.

    Parameters
    ----------
    frame : DataFrame
        Columns x, y, and low, high for a band.
    xlabel, ylabel : str
        What the axes measure, with units.
    series : str, optional
        Column that tells curves apart; each is named at its end.
    colours : mapping, optional
        Colour by series.
    lines, line_labels : mapping, optional
        `x` and `y`: where lines of reference stand, and what they are.
    rug : sequence of float, optional
        Observed values of x, drawn as ticks at the bottom.

    Returns
    -------
    Figure
    """
    import seaborn as sns

    from nqpf.report.charts.labels import end_labels
    from nqpf.report.palette import peer_colours

    data = need(frame, "x", "y", series).sort_values("x")
    kinds = list(frame[series].unique()) if series else [""]
    shades = {**peer_colours(kinds), **(colours or {})}
    figure, (axes,) = canvas(3.2)
    names = []
    for kind in kinds:
        part = data[data[series] == kind] if series else data
        axes.plot(part["x"], part["y"], color=shades[kind], lw=2, zorder=3)
        if {"low", "high"} <= set(part):
            axes.fill_between(part["x"], part["low"], part["high"], color=shades[kind], alpha=0.16,
                              lw=0)  # fmt: skip
        names.append((str(kind), float(part["y"].iloc[-1]), as_text(shades[kind]), False))
    if rug is not None:
        sns.rugplot(x=rug, height=0.03, color=CONTEXT, lw=0.8, alpha=0.7, clip_on=False, ax=axes)
    heading(axes, "", ylabel)
    axes.set_xlabel(xlabel)
    number_ticks(axes.xaxis, 6)
    number_ticks(axes.yaxis)
    for side, value in (lines or {}).items():
        draw, at = (axes.axvline, (value, 1)) if side == "x" else (axes.axhline, (1, value))
        draw(value, color=INK, lw=0.9, ls=(0, (4, 3)), zorder=2)
        coords = ("data", "axes fraction") if side == "x" else ("axes fraction", "data")
        axes.annotate(
            (line_labels or {}).get(side, ""), at, (3, -10) if side == "x" else (0, 3), coords,
            "offset points", fontsize=8.5, color=INK, ha="left" if side == "x" else "right",
        )  # fmt: skip
    if series:
        end_labels({axes: names})
    return figure
