"""Matrices: values in ordered cells, and coverage of variables by year."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nqpf.report.charts.canvas import FOCUS, GRID, INK, MUTED, SMALL, canvas, house_styled
from nqpf.report.charts.labels import fitting_size, text_width
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
    low, high = limits or (np.nanmin(values), np.nanmax(values))
    if centre is None:
        norm, colours = Normalize(low, high if high > low else low + 1), scale("sequential")
    else:
        reach = max(high - centre, centre - low) or 1
        norm, colours = TwoSlopeNorm(centre, centre - reach, centre + reach), scale("diverging")
    names = [str(name) for name in matrix.index]
    heads = [str(name) for name in matrix.columns]
    margin = max(text_width(name, 9) for name in names) / 72 + 0.25
    cell = (WIDTH - margin) / len(heads)
    tall = min(cell, 0.42) if len(names) < 12 else min(cell, 0.24)
    slanted = max(text_width(head, 9) for head in heads) > cell * 72 - 4
    figure, (axes,) = canvas(0.75 + tall * len(names) + (0.45 if slanted else 0.2))
    axes.pcolormesh(
        np.ma.masked_invalid(values), cmap=colours, norm=norm, edgecolors="white", linewidth=1.2
    )
    if annotate if annotate is not None else cell > 0.3 and tall > 0.17:
        size = fitting_size([number(-float(abs(high)), digits)], cell * 72 - 3, 9, SMALL - 0.5)
        for i, j in zip(*np.nonzero(np.isfinite(values)), strict=True):
            axes.text(
                j + 0.5, i + 0.5, number(float(values[i, j]), digits), ha="center",
                va="center_baseline", fontsize=size, color=readable_on(colours(norm(values[i, j]))),
            )  # fmt: skip
    for row, column in marked:
        place = (matrix.columns.get_loc(column) + 0.05, matrix.index.get_loc(row) + 0.05)
        axes.add_patch(Rectangle(place, 0.9, 0.9, fill=False, edgecolor=FOCUS, lw=2))
    _matrix_axes(axes, names, heads, slanted)
    _ramp(axes, norm, colours, label, digits, 62 if slanted else 20)
    return figure


def _matrix_axes(axes: Axes, names: list[str], heads: list[str], slanted: bool) -> None:
    axes.set_ylim(len(names), 0)
    axes.set_xlim(0, len(heads))
    axes.set_yticks(np.arange(len(names)) + 0.5, names, color=INK)
    axes.set_xticks(np.arange(len(heads)) + 0.5, heads, color=INK)
    axes.xaxis.tick_top()
    if slanted:
        axes.set_xticks(np.arange(len(heads)) + 0.5, heads, rotation=45, ha="left",
                        rotation_mode="anchor")  # fmt: skip
    axes.tick_params(length=0, pad=3)
    axes.grid(False)
    axes.spines[:].set_visible(False)


def _ramp(axes: Axes, norm, colours, label: str, digits: int, above: float) -> None:
    """Colour bar below the matrix, at the left, with its name beside it."""
    from matplotlib.transforms import Bbox

    box = axes.inset_axes([0, -0.2, 0.3, 0.05])

    def place(_, renderer):
        pixel = axes.figure.dpi / 72
        at = axes.get_window_extent()
        bar = Bbox.from_bounds(at.x0, at.y0 - 20 * pixel, 110 * pixel, 7 * pixel)
        return bar.transformed(axes.figure.transFigure.inverted())

    box.set_axes_locator(place)
    ramp = np.linspace(norm.vmin, norm.vmax, 128)
    box.imshow(colours(norm(ramp))[None, :, :], aspect="auto", extent=(norm.vmin, norm.vmax, 0, 1))
    ends = [norm.vmin, norm.vmax]
    if isinstance(norm, TwoSlopeNorm):
        ends.insert(1, norm.vcenter)
    box.set_yticks([])
    box.set_xticks(ends, [number(float(end), digits) for end in ends])
    box.tick_params(axis="x", length=0, pad=2, labelsize=8.5)
    box.grid(False)
    box.spines[:].set_visible(False)
    axes.annotate(
        label, (0, 0), (124, -16.5), "axes fraction", "offset points", fontsize=9, color=INK,
        va="center_baseline", annotation_clip=False,
    )  # fmt: skip


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
    norm, ramp = Normalize(0, 100), scale("sequential")
    figure, (axes,) = canvas(0.75 + 0.165 * len(rows))
    axes.pcolormesh(
        np.ma.masked_invalid(values), cmap=ramp, norm=Normalize(-12, 100), edgecolors="white",
        linewidth=1.1,
    )  # fmt: skip
    years = [int(year) for year in share.columns]
    _matrix_axes(axes, [str(name) for name, _ in rows], [""] * len(years), False)
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
    _ramp(axes, norm, ramp, label, 0, 20)
    return figure


def _grouped(names: list[str], groups: Mapping[str, str] | None) -> list[tuple[str, bool]]:
    if not groups:
        return [(name, False) for name in names]
    rows: list[tuple[str, bool]] = []
    for head in dict.fromkeys(groups[name] for name in names):
        rows.append((head, True))
        rows += [(name, False) for name in names if groups[name] == head]
    return rows
