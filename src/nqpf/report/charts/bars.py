"""Bars: one value per row, and verdicts stacked by group."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from nqpf.report.charts.labels import readable_on
from nqpf.report.style import colour, palette


def bars(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    colours: dict[str, str] | None = None,
    reference: float | None = None,
    decimals: int = 1,
) -> Figure:
    """Draw one horizontal bar per row with its value at the end.

    Parameters
    ----------
    frame : DataFrame
        Columns label, value; drawn from top to bottom as given.
    xlabel : str
        What the values are, with their unit.
    colours : dict, optional
        Colour by label.
    reference : float, optional
        A vertical line, such as an average.
    decimals : int
        Decimals shown.
    """
    fig, ax = plt.subplots(figsize=(7.2, 0.25 * len(frame) + 0.9))
    shades = [(colours or {}).get(label, colour("roles", "peer")) for label in frame["label"]]
    drawn = ax.barh(range(len(frame)), frame["value"], color=shades, height=0.68)
    texts = [f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}") for value in frame["value"]]
    ax.bar_label(drawn, texts, padding=3, fontsize=9, color=colour("roles", "text"))
    if reference is not None:
        ax.axvline(reference, color=colour("roles", "muted"), linestyle=(0, (4, 3)), linewidth=1.2)
    ax.axvline(0, color=colour("roles", "muted"), linewidth=1)
    ax.set_yticks(range(len(frame)), frame["label"])
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.set_xlabel(xlabel)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.spines["left"].set_visible(False)
    return fig


def verdict_bars(counts: pd.DataFrame, *, xlabel: str) -> Figure:
    """Draw how many claims got each verdict, stacked per row.

    Parameters
    ----------
    counts : DataFrame
        Rows are groups in order, columns are verdicts of the palette.
    xlabel : str
        What is counted.
    """
    fig, ax = plt.subplots(figsize=(7.2, 0.46 * len(counts) + 1.5))
    left = pd.Series(0.0, index=counts.index)
    for verdict in palette()["verdicts"]:
        if verdict not in counts or not counts[verdict].any():
            continue
        shade = colour("verdicts", verdict)
        values = counts[verdict]
        ax.barh(
            range(len(counts)),
            values,
            left=left,
            color=shade,
            height=0.72,
            label=verdict,
            edgecolor="white",
        )
        for row, (start, value) in enumerate(zip(left, values, strict=True)):
            if value:
                rgb = plt.matplotlib.colors.to_rgb(shade)
                ax.text(
                    start + value / 2,
                    row,
                    str(int(value)),
                    ha="center",
                    va="center",
                    fontsize=9,
                    color=readable_on(rgb),
                )
        left = left + values
    ax.set_yticks(range(len(counts)), counts.index)
    ax.invert_yaxis()
    ax.set_xlabel(xlabel)
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)
    fig.legend(loc="outside upper left", ncols=3, handlelength=1, handleheight=1)
    return fig
