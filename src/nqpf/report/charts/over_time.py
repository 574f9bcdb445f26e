"""Small panels over time: measures on scales of their own, ranks, stacked parts, tested values."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

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
    need,
    number_ticks,
    show_key,
    year_ticks,
)
from nqpf.report.charts.gaps import every_year, line, stack
from nqpf.report.charts.labels import end_labels, wrapped
from nqpf.report.numbers import number
from nqpf.report.palette import as_text, colours, palette, peer_colours

BETTER = {"up": "↑ better", "down": "↓ better"}
DASHES: tuple = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (5, 1.5, 1, 1.5)))


@house_styled
def measure_panels(
    frame: pd.DataFrame,
    *,
    focus: str,
    named: Sequence[str] = (),
    better: Mapping[str, str] | None = None,
    others: str = "others",
) -> Figure:
    """Several measures of the same units, a panel each with a scale of its own.

    Parameters
    ----------
    frame : DataFrame
        Columns panel, unit, year, value; panels in the order of the rows.
    focus, named : str, sequence of str
        Units set off; all others are grey.
    better : mapping of str to str, optional
        By panel: `up` or `down`, drawn as an arrow that says where better lies.
    others : str
        What the key calls all other units.

    Returns
    -------
    Figure
    """
    data = need(frame, "panel", "unit", "year", "value").dropna(subset=["value"])
    heads = list(data["panel"].unique())
    rows = -(-len(heads) // 2)
    figure, grid = canvas(0.5 + 2.2 * rows, rows, 2)
    shades = peer_colours(list(named)) | {focus: FOCUS}
    for axes, head in zip(grid, heads, strict=False):
        part = data[data["panel"] == head].sort_values("year")
        for unit, rows_of_unit in part.groupby("unit"):
            if unit not in shades:
                path = every_year(rows_of_unit)
                line(axes, path["year"], path["value"], dot=1.5, color=CONTEXT, lw=0.6, alpha=0.4,
                     zorder=1)  # fmt: skip
        for order, unit in enumerate([*named, focus]):
            path, strong = every_year(part[part["unit"] == unit]), unit == focus
            line(
                axes, path["year"], path["value"], color=shades[unit], lw=2.6 if strong else 1.4,
                ls="-" if strong else DASHES[order % len(DASHES)], zorder=4 if strong else 3,
            )  # fmt: skip
        side = (better or {}).get(head)
        heading(axes, wrapped(str(head), 40), BETTER[side] if side else "")
        year_ticks(axes, part["year"], 4)
        number_ticks(axes.yaxis, 4)
        axes.margins(x=0.03)
    _drop(grid, len(heads))
    handles = [
        Line2D([], [], color=shades[unit], lw=2.6 if unit == focus else 1.6, label=unit,
               ls="-" if unit == focus else DASHES[list(named).index(unit) % len(DASHES)])
        for unit in [focus, *named]
    ]  # fmt: skip
    show_key(figure, [*handles, Line2D([], [], color=CONTEXT, lw=0.8, label=others)])
    return figure


@house_styled
def rank_bands(frame: pd.DataFrame, *, band: str = "other definitions", line: str = "") -> Figure:
    """Ranks of one unit over time, a panel per measure, with the ranks by other definitions.

    Parameters
    ----------
    frame : DataFrame
        Columns panel, year, rank, low, high; gaps of a year or more stay gaps.
    band, line : str
        What the key calls the band and the line.

    Returns
    -------
    Figure
    """
    data = need(frame, "panel", "year", "rank", "low", "high")
    heads = list(data["panel"].unique())
    rows = -(-len(heads) // 2)
    figure, grid = canvas(0.55 + 1.95 * rows, rows, 2, sharey=True)
    most = int(np.ceil(data["high"].max()))
    years = range(int(data["year"].min()), int(data["year"].max()) + 1)
    for axes, head in zip(grid, heads, strict=False):
        part = data[data["panel"] == head].set_index("year").reindex(years)
        axes.fill_between(part.index, part["low"], part["high"], color=PEER, alpha=0.18, lw=0)
        axes.vlines(part.index, part["low"], part["high"], color=PEER, lw=3, alpha=0.3)
        axes.plot(part.index, part["rank"], "o-", color=FOCUS, lw=2, ms=4.5, zorder=3)
        last = part["rank"].dropna()
        axes.annotate(
            f"{last.iloc[-1]:.0f}", (last.index[-1], last.iloc[-1]), (7, 0),
            textcoords="offset points", va="center_baseline", fontweight="bold", fontsize=9,
            color=as_text(FOCUS),
        )  # fmt: skip
        heading(axes, wrapped(str(head), 40))
        axes.set_xlim(years[0] - 0.5, years[-1] + 1.3)
        year_ticks(axes, years, 4)
        axes.tick_params(axis="y", labelleft=True)
    grid[0].set_yticks([1, *range(5, most + 1, 5)])
    grid[0].set_ylim(most + 0.8, 0.2)
    _drop(grid, len(heads))
    figure.supylabel("Rank (1 on top is best)", fontsize=9, color=MUTED)
    handles = [Line2D([], [], color=FOCUS, marker="o", lw=2, label=line)] if line else []
    show_key(figure, [*handles, Patch(facecolor=PEER, alpha=0.35, label=band)])
    return figure


@house_styled
def share_panels(frame: pd.DataFrame, *, ylabel: str, order: Sequence[str]) -> Figure:
    """Parts stacked over time in several panels on one scale, explained by a key.

    Parameters
    ----------
    frame : DataFrame
        Columns panel, year, part, value (not negative); panels in the order of the rows.
    ylabel : str
        What is measured.
    order : sequence of str
        Parts from the bottom up.

    Returns
    -------
    Figure
    """
    data = need(frame, "panel", "year", "part", "value")
    heads = list(data["panel"].unique())
    figure, grid = canvas(3.0, 1, len(heads), sharey=True)
    shades = dict(zip(order, [*colours("parts").values(), *palette()["peers"]], strict=False))
    for axes, head in zip(grid, heads, strict=True):
        part = data[data["panel"] == head]
        wide = part.pivot(index="year", columns="part", values="value")[list(order)].sort_index()
        total = stack(axes, wide, shades, edge=0.8)[order[-1]]
        axes.plot(total.index, total, color=INK, lw=1.8)
        ends_of = f"{number(total.iloc[0], 2)} to {number(total.iloc[-1], 2)}"
        heading(axes, wrapped(str(head), 24), ends_of)
        axes.margins(x=0)
        ends = [int(wide.index[0]), int(wide.index[-1])]
        axes.set_xticks(ends, [str(ends[0]), f"’{ends[1] % 100:02d}"])
        number_ticks(axes.yaxis, 5)
        axes.tick_params(axis="y", labelleft=True)
    grid[0].set_ylim(bottom=0)
    figure.supylabel(ylabel, fontsize=9, color=MUTED)
    handles = [Patch(facecolor=shades[name], label=name) for name in order]
    show_key(figure, [*handles, Line2D([], [], color=INK, lw=1.8, label="total")])
    return figure


@house_styled
def paths_with_tests(
    frame: pd.DataFrame, *, ylabel: str, level: float = 0.05, reference: float | None = None
) -> Figure:
    """Values over time with a test each: filled where p is below the level, hollow elsewhere.

    Parameters
    ----------
    frame : DataFrame
        Columns series, year, value, p.
    ylabel : str
        What is measured.
    level : float
        Of the tests.
    reference : float, optional
        Value expected without association, drawn as a line.

    Returns
    -------
    Figure
    """
    data = need(frame, "series", "year", "value", "p").dropna(subset=["value"])
    kinds = list(data["series"].unique())
    shades = peer_colours(kinds)
    figure, (axes,) = canvas(3.2)
    names = []
    for order, kind in enumerate(kinds):
        part = every_year(data[data["series"] == kind])
        shade, marker = shades[kind], MARKERS[order % len(MARKERS)]
        axes.plot(part["year"], part["value"], color=shade, lw=1.6, zorder=2, ls=DASHES[order % 4])
        for told, fill in ((part["p"] < level, shade), (part["p"] >= level, "white")):
            axes.plot(part["year"][told], part["value"][told], marker, mfc=fill, mec=shade, mew=1.4,
                      ms=5.5, zorder=3)  # fmt: skip
        names.append((str(kind), float(part["value"].iloc[-1]), as_text(shade), False))
    if reference is not None:
        axes.axhline(reference, color=FAINT, lw=1, ls=(0, (4, 3)), zorder=1)
    heading(axes, "", ylabel)
    axes.margins(x=0.03)
    year_ticks(axes, data["year"])
    number_ticks(axes.yaxis)
    end_labels({axes: names})
    marks = ((INK, f"p < {level:g}"), ("white", f"p not below {level:g}"))
    show_key(figure, [
        Line2D([], [], ls="", marker="o", mfc=fill, mec=INK, label=name) for fill, name in marks
    ])  # fmt: skip
    return figure


@house_styled
def stated_and_found(frame: pd.DataFrame, *, ylabel: str, columns: int = 2) -> Figure:
    """What is stated beside what others published, over time, a panel per place.

    Parameters
    ----------
    frame : DataFrame
        Columns panel, when (years, with fractions), value and kind: `stated`, `counted` (found and
        counted by the rule) or `context` (found, of another period or kind).
    ylabel : str
        What is measured.
    columns : int
        Panels in a row.

    Returns
    -------
    Figure
    """
    data = need(frame, "panel", "when", "value", "kind")
    heads = list(data["panel"].unique())
    rows = -(-len(heads) // columns)
    figure, grid = canvas(0.55 + 1.6 * rows, rows, columns, sharex=True)
    looks = {
        "context": {"marker": "o", "mfc": "white", "mec": MUTED, "ms": 6.5},
        "counted": {"marker": "o", "mfc": PEER, "mec": PEER, "ms": 6.5},
        "stated": {"marker": "D", "mfc": "none", "mec": FOCUS, "mew": 2, "ms": 11},
    }
    for axes, head in zip(grid, heads, strict=False):
        part = data[data["panel"] == head].sort_values("when")
        for order, (kind, look) in enumerate(looks.items()):
            mine = part[part["kind"] == kind]
            axes.plot(mine["when"], mine["value"], ls="", zorder=2 + order, **look)
        middle = (part["value"].min() + part["value"].max()) / 2
        half = max(np.ptp(part["value"]) / 2, 1.6) * 1.5
        axes.set_ylim(middle - half, middle + half)
        heading(axes, wrapped(str(head), 40))
        number_ticks(axes.yaxis, 4)
    span = (int(data["when"].min()), int(data["when"].max()))
    for axes in grid[: len(heads)]:
        axes.set_xlim(span[0] - 0.5, span[1] + 0.9)
        axes.tick_params(axis="x", labelbottom=True)
        axes.set_xticks([year + 0.5 for year in range(span[1], span[0] - 1, -3)],
                        [str(year) for year in range(span[1], span[0] - 1, -3)])  # fmt: skip
    _drop(grid, len(heads))
    figure.supylabel(ylabel, fontsize=9, color=MUTED)
    words = {"stated": "the paper", "counted": "found, counted", "context": "found, not counted"}
    show_key(figure, [
        Line2D([], [], ls="", label=word, **looks[kind] | {"ms": 7}) for kind, word in words.items()
    ])  # fmt: skip
    return figure


def _drop(grid: Sequence[Axes], used: int) -> None:
    for axes in grid[used:]:
        axes.remove()
