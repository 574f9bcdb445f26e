"""Matrices: values in ordered cells, and coverage of variables by year."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from nqpf.report.charts.canvas import (
    FOCUS,
    GRID,
    INK,
    MUTED,
    SMALL,
    canvas,
    house_styled,
    text_width,
)
from nqpf.report.charts.labels import fitting_size
from nqpf.report.charts.scales import ColourScale, colour_bar, colour_scale
from nqpf.report.numbers import number
from nqpf.report.palette import as_text, readable_on, scale
from nqpf.report.style import WIDTH


@house_styled
def heat_map(
    matrix: pd.DataFrame,
    *,
    label: str,
    digits: int = 2,
    centre: float | None = None,
    limits: tuple[float, float] | None = None,
    marked: Sequence[tuple[str, str]] = (),
    annotate: bool | None = None,
) -> Figure:
    """A matrix in colour with its values in the cells.

    Parameters
    ----------
    matrix : DataFrame
        Rows and columns in the order drawn; missing cells stay white.
    label : str
        What the values are.
    digits : int
        Decimals in the cells.
    centre : float, optional
        Value at which a diverging scale turns; sequential otherwise.
    limits : (float, float), optional
        Ends of the scale.
    marked : sequence of (row, column)
        Cells with a frame.
    annotate : bool, optional
        Whether cells hold numbers; by default where they are large enough.

    Returns
    -------
    Figure
    """
    values = matrix.to_numpy(dtype=float)
    shades = colour_scale(values, centre, limits)
    names = [str(name) for name in matrix.index]
    heads = [str(name) for name in matrix.columns]
    margin = max(text_width(name, 9) for name in names) / 72 + 0.25
    cell = (WIDTH - margin) / len(heads)
    tall = min(cell, 0.42) if len(names) < 12 else min(cell, 0.24)
    longest = max(text_width(head, 9) for head in heads)
    turn = 0 if longest < cell * 72 - 4 else 45 if cell * 72 > 15 else 90
    above = {0: 14, 45: 0.72 * longest + 8, 90: longest + 6}[turn] / 72
    figure, (axes,) = canvas(0.6 + tall * len(names) + above)
    _cells(axes, values, shades)
    if annotate if annotate is not None else cell > 0.3 and tall > 0.17:
        size = fitting_size([number(-abs(shades.high), digits)], cell * 72 - 3, 9, SMALL - 0.5)
        for i, j in zip(*np.nonzero(np.isfinite(values)), strict=True):
            axes.text(
                j + 0.5, i + 0.5, number(float(values[i, j]), digits), ha="center",
                va="center_baseline", fontsize=size, color=readable_on(shades(values[i, j])),
            )  # fmt: skip
    for row, column in marked:
        place = (matrix.columns.get_loc(column) + 0.05, matrix.index.get_loc(row) + 0.05)
        for shade, width in (("white", 4.2), (FOCUS, 1.8)):  # white keeps the frame in grey print
            axes.add_patch(Rectangle(place, 0.9, 0.9, fill=False, edgecolor=shade, lw=width))
    _matrix_axes(axes, names, heads, turn)
    colour_bar(axes, shades, label, digits)
    return figure


def _cells(axes: Axes, values: np.ndarray, shades: ColourScale) -> None:
    """Squares in the colours of their values, one compound shape per distinct value."""
    for value in np.unique(values[np.isfinite(values)]):
        corners = [
            Path([(j, i), (j + 1, i), (j + 1, i + 1), (j, i + 1), (j, i)], closed=True)
            for i, j in zip(*np.nonzero(values == value), strict=True)
        ]
        shape = Path.make_compound_path(*corners)
        axes.add_patch(PathPatch(shape, facecolor=shades(value), edgecolor="white", lw=1.2))


def _matrix_axes(axes: Axes, names: list[str], heads: list[str], turn: int) -> None:
    axes.set_ylim(len(names), 0)
    axes.set_xlim(0, len(heads))
    axes.set_yticks(np.arange(len(names)) + 0.5, names, color=INK)
    axes.set_xticks(np.arange(len(heads)) + 0.5, heads, color=INK)
    axes.xaxis.tick_top()
    if turn:
        axes.set_xticks(np.arange(len(heads)) + 0.5, heads, rotation=turn, ha="left",
                        rotation_mode="anchor")  # fmt: skip
    axes.tick_params(length=0, pad=3)
    axes.grid(False)
    axes.spines[:].set_visible(False)


@house_styled
def coverage_matrix(
    share: pd.DataFrame,
    *,
    groups: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    label: str = "% of units with a value",
) -> Figure:
    """What share of units has a value, by variable and year.

    Parameters
    ----------
    share : DataFrame
        Rows are variables in the order drawn, columns are years, values are percentages;
        nothing is white.
    groups : mapping of str to str, optional
        Group of each variable; rows are drawn group by group under its name.
    colours : mapping of str to str, optional
        Colour of a group's name.
    label : str
        What the colours say.

    Returns
    -------
    Figure
    """
    rows = _grouped(list(share.index), groups)
    values = np.full((len(rows), share.shape[1]), np.nan)
    for i, (name, is_head) in enumerate(rows):
        if not is_head:
            values[i] = share.loc[name].to_numpy(dtype=float)
    values[values <= 0] = np.nan
    values = values.round()  # cells of one colour are drawn at once
    shades = ColourScale(0, 100, Normalize(-12, 100), scale("sequential"))
    figure, (axes,) = canvas(0.75 + 0.165 * len(rows))
    _cells(axes, values, shades)
    years = [int(year) for year in share.columns]
    _matrix_axes(axes, [str(name) for name, _ in rows], [""] * len(years), 0)
    at = [i for i, year in enumerate(years) if year % 5 == 0 or i in (0, len(years) - 1)]
    at = [i for i in at if i in (0, len(years) - 1) or (i > 2 and i < len(years) - 3)]
    axes.set_xticks([i + 0.5 for i in at], [str(years[i]) for i in at], color=MUTED)
    for tick, (name, is_head) in zip(axes.get_yticklabels(), rows, strict=True):
        tick.set_fontsize(8.5 if is_head else SMALL)
        if is_head:
            tick.set(fontweight="bold", color=as_text((colours or {}).get(name, INK)))
    for i, (_, is_head) in enumerate(rows):
        if not is_head:
            axes.axhline(i + 1, color=GRID, lw=0.4, zorder=0)
    colour_bar(axes, shades, label, 0)
    return figure


def _grouped(names: list[str], groups: Mapping[str, str] | None) -> list[tuple[str, bool]]:
    if not groups:
        return [(name, False) for name in names]
    rows: list[tuple[str, bool]] = []
    for head in dict.fromkeys(groups[name] for name in names):
        rows.append((head, True))
        rows += [(name, False) for name in names if groups[name] == head]
    return rows
