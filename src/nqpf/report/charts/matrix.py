"""Matrices: coverage over years, and ordered heat maps with marked cells."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nqpf.report.charts.labels import readable_on
from nqpf.report.style import colour


def coverage_matrix(share: pd.DataFrame, *, groups: dict[str, str]) -> Figure:
    """Draw what share of units has a value, per variable and year.

    Parameters
    ----------
    share : DataFrame
        Rows are variables in order, columns are years, values are percentages; zero is white.
    groups : dict of str to str
        Colour of a variable's name.
    """
    fig, ax = plt.subplots(figsize=(7.2, 0.2 * len(share) + 1.1))
    values = share.to_numpy(dtype=float)
    image = ax.pcolormesh(
        np.where(values > 0, values, np.nan),
        cmap="Blues",
        vmin=-25,
        vmax=100,
        edgecolors="white",
        linewidth=1.2,
    )
    ax.set_yticks(np.arange(len(share)) + 0.5, share.index)
    for tick, name in zip(ax.get_yticklabels(), share.index, strict=True):
        tick.set_color(groups.get(name, colour("roles", "text")))
        tick.set_fontsize(8.5)
    ax.invert_yaxis()
    years = list(share.columns)
    ticks = [i for i, year in enumerate(years) if year % 5 == 0 or i in (0, len(years) - 1)]
    ticks = [i for i in ticks if i in (0, len(years) - 1) or 1 < i < len(years) - 2]
    ax.set_xticks([i + 0.5 for i in ticks], [str(years[i]) for i in ticks])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    bar = fig.colorbar(image, ax=ax, location="top", shrink=0.4, aspect=30, anchor=(0, 0), pad=0.02)
    bar.set_label("share of units with a value, %", loc="left", fontsize=9)
    bar.ax.set_xlim(0, 100)
    bar.outline.set_visible(False)
    return fig


def heat_map(
    matrix: pd.DataFrame,
    *,
    label: str,
    low: float,
    high: float,
    marked: list[tuple[str, str]] | None = None,
    decimals: int = 2,
    cmap: str = "Blues",
) -> Figure:
    """Draw a matrix with its values in the cells.

    Parameters
    ----------
    matrix : DataFrame
        Values; missing cells are left white.
    label : str
        What the values are.
    low, high : float
        Ends of the colour scale.
    marked : list of pairs, optional
        Cells (row, column) that get a frame.
    decimals : int
        Decimals shown.
    cmap : str
        Name of a sequential or diverging colour map.
    """
    rows, columns = matrix.shape
    fig, ax = plt.subplots(figsize=(7.2, 0.42 * rows + 1.5))
    image = ax.pcolormesh(
        matrix.to_numpy(dtype=float), cmap=cmap, vmin=low, vmax=high, edgecolors="white"
    )
    for i in range(rows):
        for j in range(columns):
            value = matrix.iat[i, j]
            if pd.notna(value):
                shade = image.cmap(image.norm(value))
                ax.text(
                    j + 0.5,
                    i + 0.5,
                    f"{value:.{decimals}f}".replace("-", "\N{MINUS SIGN}"),
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    color=readable_on(shade[:3]),
                )
    for row, column in marked or []:
        i, j = matrix.index.get_loc(row), matrix.columns.get_loc(column)
        ax.add_patch(
            plt.Rectangle(
                (j + 0.04, i + 0.04),
                0.92,
                0.92,
                fill=False,
                edgecolor=colour("roles", "focus"),
                linewidth=2,
            )
        )
    ax.set_yticks(np.arange(rows) + 0.5, matrix.index)
    ax.set_xticks(np.arange(columns) + 0.5, matrix.columns, rotation=40, ha="right")
    ax.invert_yaxis()
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    bar = fig.colorbar(image, ax=ax, location="top", shrink=0.4, aspect=30, anchor=(0, 0), pad=0.02)
    bar.set_label(label, loc="left", fontsize=9)
    bar.outline.set_visible(False)
    return fig
