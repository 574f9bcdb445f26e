"""Tile maps: every unit a square of the same size, so that each can be read."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nqpf.report.charts.labels import readable_on
from nqpf.report.style import colour


def tile_map(
    frame: pd.DataFrame,
    *,
    label: str,
    decimals: int = 2,
    focus: list[str] | None = None,
    cmap: str = "YlGnBu",
) -> Figure:
    """Draw values of units on their tiles.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, name_zh, tile_row, tile_col, value; missing values are hatched.
    label : str
        What the values are, with their unit.
    decimals : int
        Decimals shown.
    focus : list of str, optional
        Units that get a frame.
    cmap : str
        Name of a sequential colour map.
    """
    columns = int(frame["tile_col"].max()) + 1
    rows = int(frame["tile_row"].max()) + 1
    fig, ax = plt.subplots(figsize=(7.2, 7.2 * rows / columns + 0.75))
    known = frame["value"].dropna()
    norm = plt.Normalize(known.min(), known.max() if known.max() > known.min() else None)
    scale = plt.get_cmap(cmap)
    size = 7.2 * 72 / columns  # of a tile in points
    for item in frame.to_dict("records"):
        x, y, value = item["tile_col"], item["tile_row"], item["value"]
        missing = pd.isna(value)
        face = (0.96, 0.96, 0.96) if missing else scale(norm(value))[:3]
        strong = item["unit"] in (focus or [])
        ax.add_patch(
            plt.Rectangle(
                (x + 0.03, y + 0.03),
                0.94,
                0.94,
                facecolor=face,
                edgecolor=colour("roles", "focus") if strong else (0.8, 0.8, 0.8),
                linewidth=2.4 if strong else 0.5,
                hatch="///" if missing else None,
                zorder=3 if strong else 2,
            )
        )
        ink = readable_on(face)
        text = "no data" if missing else f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")
        name = item["unit"].replace("Inner Mongolia", "Inner\nMongolia")
        longest = max(len(line) for line in name.split("\n"))
        fitted = min(9.0, size * 0.88 / (0.62 * longest))
        ax.text(
            x + 0.5, y + 0.30, name, ha="center", va="center", fontsize=fitted, color=ink, zorder=4
        )
        ax.text(
            x + 0.5,
            y + 0.55,
            item["name_zh"],
            ha="center",
            va="center",
            fontsize=min(8.0, fitted),
            color=ink,
            zorder=4,
        )
        ax.text(
            x + 0.5,
            y + 0.78,
            text,
            ha="center",
            va="center",
            fontsize=min(9.0, size * 0.2),
            color=ink,
            fontweight="bold",
            zorder=4,
        )
    ax.set_xlim(0, columns)
    ax.set_ylim(rows, 0)
    ax.set_aspect("equal")
    ax.axis("off")
    ax.plot([], [])
    ax.dataLim.update_from_data_xy(np.array([[0, 0], [columns, rows]]))
    mappable = plt.cm.ScalarMappable(norm, scale)
    bar = fig.colorbar(mappable, ax=ax, location="top", shrink=0.4, aspect=30, anchor=(0, 0))
    bar.set_label(label, loc="left", fontsize=9)
    bar.outline.set_visible(False)
    return fig
