"""What was claimed beside what was found."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nqpf.report.charts.canvas import (
    FAINT,
    GRID,
    INK,
    MUTED,
    canvas,
    house_styled,
    need,
    show_key,
)
from nqpf.report.numbers import number, significant_decimals
from nqpf.report.palette import as_text, colour

REACH = 40  # percent of the stated value; what lies beyond stands at the edge with an arrow


@house_styled
def claim_strips(frame: pd.DataFrame, *, kind: str = "verdicts", reach: float = REACH) -> Figure:
    """One strip per quantitative claim: the stated value, its tolerance, what was found.

    Every strip is scaled by its own stated value, so that claims in percent, points and yuan
    stand side by side; the numbers themselves are printed above it.

    Parameters
    ----------
    frame : DataFrame
        Columns claim_id, label, stated, found_low, found_high (equal for one value, missing where
        nothing was found), tolerance (in the unit of the claim), unit, verdict.
    kind : str
        Group of the palette that the verdicts belong to: `verdicts` or `evidence`.
    reach : float
        Percent of the stated value at which a strip ends.

    Returns
    -------
    Figure
    """
    data = need(frame, "claim_id", "label", "stated", "found_low", "found_high", "tolerance",
                "unit", "verdict")  # fmt: skip
    figure, (axes,) = canvas(0.85 + 0.58 * len(data))
    for i, row in enumerate(data.to_dict("records")):
        _strip(axes, i, row, kind, reach)
        _strip_words(axes, i, row, kind)
    axes.set_xlim(-reach * 1.06, reach * 1.06)
    axes.set_ylim(len(data) - 0.7, -0.85)
    axes.set_yticks([])
    axes.grid(False)
    axes.axvline(0, color=INK, lw=0.6, alpha=0.25, zorder=0)
    axes.set_xticks([-reach, -reach / 2, 0, reach / 2, reach])
    axes.set_xticklabels(
        [f"{number(-reach, 0)}%", f"{number(-reach / 2, 0)}%", "as stated",
         f"+{number(reach / 2, 0)}%", f"+{number(reach, 0)}%"]
    )  # fmt: skip
    axes.set_xlabel("Evidence relative to the stated value")
    handles = [
        *axes.plot([], [], "D", color=INK, ms=5.5, label="stated in the paper"),
        *axes.plot([], [], "o", color=MUTED, ms=6.5, label="found elsewhere"),
        *axes.plot([], [], "s", color=GRID, ms=9, label="tolerance"),
    ]
    show_key(figure, handles)
    return figure


def _strip(axes: Axes, i: int, row: Mapping, kind: str, reach: float) -> None:
    shade = colour(kind, row["verdict"])
    scale = 100 / abs(row["stated"]) if row["stated"] else 100
    tolerance = min(row["tolerance"] * scale, reach) if pd.notna(row["tolerance"]) else 0
    axes.plot([-reach, reach], [i, i], color=FAINT, lw=0.7, zorder=1)
    axes.plot([-tolerance, tolerance], [i, i], color=GRID, lw=9, solid_capstyle="butt", zorder=1.5)
    axes.plot(0, i, "D", color=INK, ms=5.5, zorder=3)
    if pd.isna(row["found_low"]):
        return
    ends = np.array([row["found_low"], row["found_high"]], dtype=float)
    ends = (ends - row["stated"]) * scale
    axes.plot(np.clip(ends, -reach, reach), [i, i], color=shade, lw=3.2, alpha=0.6, zorder=4)
    for end in dict.fromkeys(ends):
        beyond = abs(end) > reach
        marker = (">" if end > 0 else "<") if beyond else "o"
        axes.plot(np.clip(end, -reach, reach), i, marker, color=shade, ms=7, zorder=5)


def _strip_words(axes: Axes, i: int, row: Mapping, kind: str) -> None:
    shade = as_text(colour(kind, row["verdict"]))
    at = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "baseline"}
    axes.annotate(f"{row['claim_id']}  {row['label']}", (0, i), (0, 19), color=INK, fontsize=9.5,
                  ha="left", **at)  # fmt: skip
    axes.annotate(_pair(row), (0, i), (0, 8), fontsize=9, color=MUTED, ha="left", **at)
    axes.annotate(row["verdict"], (1, i), (0, 8), color=shade, fontsize=9, ha="right",
                  fontweight="bold", **at)  # fmt: skip


def _pair(row: Mapping) -> str:
    unit = "" if not row["unit"] else row["unit"] if row["unit"] == "%" else f" {row['unit']}"
    stated = f"paper {_short(row['stated'])}{unit}"
    if pd.isna(row["found_low"]):
        return f"{stated}, nothing that counts"
    found = _short(row["found_low"])
    if row["found_high"] != row["found_low"]:
        found += f" to {_short(row['found_high'])}"
    return f"{stated}, found {found}{unit}"


def _short(value: float) -> str:
    digits = significant_decimals(float(value))
    text = number(float(value), digits)
    return text.rstrip("0").rstrip(".") if "." in text else text
