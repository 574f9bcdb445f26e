"""Thousands of specifications: the curve of their estimates and where along it each choice lies."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from nqpf.report.charts.canvas import (
    FAINT,
    FOCUS,
    GRID,
    INK,
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
from nqpf.report.numbers import number
from nqpf.report.palette import as_text

BINS = 120
DARKEST = 3.0  # times its even share at which a cell is full


@house_styled
def specification_density(
    frame: pd.DataFrame,
    *,
    ylabel: str,
    choices: Mapping[str, str],
    main: str,
    clear: str,
    smallest: float | None = None,
    main_label: str = "declared",
) -> Figure:
    """All of very many specifications by the size of their estimate, and who is where.

    One mark for each of thousands would be a smear, so both halves are binned: the curve with the
    median interval of the specifications around each place, and for every option how much more
    often than evenly it is chosen there.

    Parameters
    ----------
    frame : DataFrame
        Columns estimate, low, high, and one per choice; the options of a choice stand in the order
        of its categories, or as they appear.
    ylabel : str
        What is estimated, with its unit.
    choices : mapping of str to str
        Column of each choice and its heading, in order.
    main, clear : str
        Boolean columns: the declared specification, and those that are significant.
    smallest : float, optional
        Smallest effect of interest; the band around zero is shaded.
    main_label : str
        Name of the declared specification.

    Returns
    -------
    Figure
    """
    data = need(frame, "estimate", "low", "high", main, clear, *choices)
    ordered = data.sort_values("estimate", kind="stable").reset_index(drop=True)
    rows: list[tuple[str, object]] = []
    for column, head in choices.items():
        rows.append((head, None))
        rows += [(column, level) for level in _levels(data[column])]
    lower = 0.185 * len(rows) + 0.1
    figure, (top, bottom) = canvas(
        2.7 + lower, 2, 1, sharex=True, gridspec_kw={"height_ratios": [2.4, lower]}
    )
    _curve(top, ordered, main, clear, smallest, ylabel, main_label)
    _where_chosen(bottom, ordered, rows, main)
    show_key(figure, _handles(top))
    return figure


def _levels(values: pd.Series) -> list:
    """Options of a choice that occur, in order."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return list(values.cat.remove_unused_categories().cat.categories)
    return list(pd.unique(values))


def _curve(axes: Axes, data, main, clear, smallest, ylabel, main_label) -> None:
    """Estimates in order, the usual interval at each place, the significant ones, the declared."""
    at = np.arange(len(data))
    bins = np.minimum(at * BINS // len(data), BINS - 1)
    usual = data.groupby(bins)[["low", "high"]].median()
    middle = pd.Series(at).groupby(bins).mean()
    if smallest is not None:
        axes.axhspan(-smallest, smallest, color=GRID, alpha=0.75, lw=0, zorder=0)
    axes.fill_between(middle, usual["low"], usual["high"], color=FAINT, alpha=0.45, lw=0, zorder=1)
    thin = np.unique(np.linspace(0, len(data) - 1, min(len(data), 600)).astype(int))
    axes.plot(at[thin], data["estimate"].iloc[thin], color=PEER, lw=2, zorder=3)
    sure = np.flatnonzero(data[clear].to_numpy(bool))
    if len(sure):
        axes.plot(sure, data["estimate"].iloc[sure], "|", color=INK, ms=11, mew=0.5, zorder=4,
                  rasterized=True)  # fmt: skip
    for place in np.flatnonzero(data[main].to_numpy(bool)):
        row = data.iloc[place]
        axes.plot([place, place], [row["low"], row["high"]], color=FOCUS, lw=1.8, zorder=5)
        axes.plot(place, row["estimate"], "D", color=FOCUS, ms=7.5, mec="white", zorder=6)
        left = place > len(data) / 2
        axes.annotate(
            main_label, (place, row["high"]), (0 if left else -4, 3), textcoords="offset points",
            color=as_text(FOCUS), fontweight="bold", fontsize=9, va="bottom",
            ha="right" if left else "left",
        )  # fmt: skip
    axes.axhline(0, color=INK, lw=0.9, zorder=2)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(-0.01 * len(data), 1.01 * len(data))
    heading(axes, "", ylabel)
    number_ticks(axes.yaxis)


def _where_chosen(axes: Axes, data, rows, main) -> None:
    """A strip per option, darker where it is chosen more often than evenly."""
    edges = np.linspace(0, len(data), BINS + 1)
    bins = np.minimum(np.arange(len(data)) * BINS // len(data), BINS - 1)
    size = np.bincount(bins, minlength=BINS)
    shades = LinearSegmentedColormap.from_list("even", ["#ffffff", MUTED, INK])
    own = np.flatnonzero(data[main].to_numpy(bool))
    for i, (column, level) in enumerate(rows):
        if level is None:
            continue
        chosen = (data[column] == level).to_numpy()
        share = np.bincount(bins, chosen, minlength=BINS) / np.maximum(size, 1)
        excess = share / chosen.mean() / DARKEST
        axes.pcolormesh(edges, [i - 0.36, i + 0.36], excess[None, :], cmap=shades,
                        vmin=0, vmax=1, rasterized=True, zorder=1)  # fmt: skip
        at = own[chosen[own]]
        axes.plot(at, np.full(len(at), i), "|", color=FOCUS, ms=10, mew=2.4, zorder=4)
    _name_rows(axes, rows, len(data))


def _name_rows(axes: Axes, rows: Sequence[tuple[str, object]], count: int) -> None:
    """Name the rows of the panel, options below their choice, and count the columns."""
    rows_axis(axes, [str(column if level is None else level) for column, level in rows])
    axes.grid(False)
    for tick, (_, level) in zip(axes.get_yticklabels(), rows, strict=True):
        tick.set(fontsize=8.5, fontweight="bold" if level is None else "normal")
    axes.set_xticks([])
    axes.set_xlabel(f"{number(count)} specifications, by the size of the estimate")


def _handles(axes: Axes) -> list:
    """Key of the curve."""
    return [
        *axes.plot([], [], color=PEER, lw=2, label="estimates in order"),
        *axes.plot([], [], "s", color=FAINT, alpha=0.6, ms=9, label="usual 95% interval there"),
        *axes.plot([], [], "|", color=INK, ms=11, mew=1.4, label="significant at 5%"),
    ]
