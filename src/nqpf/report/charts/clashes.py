"""Statements that clash: what is said in one place beside what is said or found in another."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nqpf.report.charts.canvas import (
    FAINT,
    FOCUS,
    INK,
    MUTED,
    canvas,
    house_styled,
    need,
    show_key,
    text_width,
)
from nqpf.report.charts.labels import wrapped
from nqpf.report.palette import as_text, colour
from nqpf.report.style import WIDTH

ROOM = 1.08  # of the largest number of a strip


@house_styled
def clash_strips(frame: pd.DataFrame, *, kind: str = "verdicts") -> Figure:
    """One strip per allegation, from zero to its own largest number, which is why none has ticks.

    Parameters
    ----------
    frame : DataFrame
        Columns claim_id, label, said, against_low, against_high (equal for one value),
        said_words, against_words, outside (whether what is set against was found outside the
        paper) and verdict.
    kind : str
        Group of the palette that the verdicts belong to.

    Returns
    -------
    Figure
    """
    data = need(frame, "claim_id", "label", "said", "against_low", "against_high",
                "said_words", "against_words", "outside", "verdict")  # fmt: skip
    labels = [wrapped(f"{i}  {t}", 76) for i, t in zip(data["claim_id"], data["label"],
                                                        strict=True)]  # fmt: skip
    tops, at = [], 0.0
    for text in labels:
        tops.append(at)
        at += 0.62 + 0.17 * (text.count("\n") + 1)
    figure, (axes,) = canvas(0.35 + at)
    for top, text, row in zip(tops, labels, data.to_dict("records"), strict=True):
        lines = 0.17 * (text.count("\n") + 1)
        axes.text(0, top, text, va="top", fontsize=9.5, color=INK)
        _words(axes, row, top + lines + 0.12, kind)
        _strip(axes, row, top + lines + 0.31)
    axes.set_xlim(-0.015, 1.015)
    axes.set_ylim(at - 0.12, -0.05)
    axes.axis("off")
    show_key(figure, [
        Line2D([], [], ls="", marker="D", color=FOCUS, ms=6.5, label="the paper says"),
        Line2D([], [], ls="", marker="s", color=INK, ms=6.5, label="the paper says elsewhere"),
        Line2D([], [], ls="", marker="o", mfc="white", mec=INK, mew=1.6, ms=7,
               label="found outside the paper, or expected"),
    ])  # fmt: skip
    return figure


def _strip(axes: Axes, row: Mapping, y: float) -> None:
    largest = max(row["said"], row["against_high"], 1e-9) * ROOM
    axes.plot([0, 1], [y, y], color=FAINT, lw=0.7, zorder=1)
    axes.plot([0, 0], [y - 0.05, y + 0.05], color=FAINT, lw=0.9, zorder=1)
    ends = sorted({row["against_low"] / largest, row["against_high"] / largest})
    fill = "white" if row["outside"] else INK
    axes.plot([ends[0], ends[-1]], [y, y], color=INK, lw=3, alpha=0.45, zorder=2)
    axes.plot(ends, [y] * len(ends), "o" if row["outside"] else "s", mfc=fill, mec=INK, mew=1.6,
              ms=7, zorder=3)  # fmt: skip
    axes.plot(row["said"] / largest, y, "D", color=FOCUS, mec="white", mew=0.8, ms=8, zorder=4)


def _words(axes: Axes, row: Mapping, y: float, kind: str) -> None:
    said, against = row["said_words"], row["against_words"]
    style = {"va": "center_baseline", "fontsize": 9, "color": MUTED}
    axes.text(0, y, f"{said}; {against}", **style)
    shade = as_text(colour(kind, row["verdict"]))
    if text_width(f"{said}; {against}{row['verdict']}", 9) < WIDTH * 72 - 30:
        axes.text(1, y, row["verdict"], ha="right", **style | {"color": shade, "weight": "bold"})
