"""Labels that stay clear of each other and of what they name."""

import textwrap
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.transforms import Bbox

from nqpf.report.charts.canvas import FAINT, MUTED


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> np.ndarray:
    """Positions at least a gap apart, as near as possible to those wanted.

    Neighbours that clash are pooled and set around their mean (pool adjacent violators, the
    least-squares solution); the result is then pushed inside the bounds.

    Parameters
    ----------
    wanted : sequence of float
        Positions in any order.
    gap : float
        Least distance.
    low, high : float
        Bounds of the result, kept where there is room enough.

    Returns
    -------
    ndarray
        In the order given.
    """
    order = np.argsort(wanted, kind="stable")
    shifted = np.asarray(wanted, dtype=float)[order] - gap * np.arange(len(order))
    blocks: list[list[float]] = []
    for value in shifted:
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            value_b, count_b = blocks.pop()
            value_a, count_a = blocks.pop()
            count = count_a + count_b
            blocks.append([(value_a * count_a + value_b * count_b) / count, count])
    level = np.concatenate([[value] * int(count) for value, count in blocks])
    top = high - gap * (len(order) - 1)
    placed = np.clip(level, low, max(top, low)) + gap * np.arange(len(order))
    result = np.empty(len(order))
    result[order] = placed
    return result


def end_labels(
    axes: Axes,
    labels: Sequence[tuple[str, float, str, bool]],
    x: float = 1.0,
    size: float = 9,
    side: str = "right",
) -> None:
    """Names beside the ends of lines, none on top of another.

    Parameters
    ----------
    axes : Axes
        With its limits set; the layout makes room for the names.
    labels : sequence of (text, y, colour, bold)
        Where each line ends, in data coordinates.
    x : float
        Place in the width of the axes.
    size : float
        Points.
    side : str
        `right` or `left` of the place.
    """
    if not labels:
        return
    offset, align = (4, "left") if side == "right" else (-4, "right")
    texts = [
        axes.annotate(
            text, (x, y), (offset, 0), ("axes fraction", "data"), "offset points",
            color=colour, fontsize=size, fontweight="bold" if bold else "normal",
            ha=align, va="center_baseline", annotation_clip=False,
        )
        for text, y, colour, bold in labels
    ]  # fmt: skip
    axes.figure.draw_without_rendering()
    to_pixels, to_data = axes.transData, axes.transData.inverted()
    wanted = [to_pixels.transform((axes.get_xlim()[0], y))[1] for _, y, _, _ in labels]
    gap = max(text.get_window_extent().height for text in texts) * 0.92
    bottom, top = axes.bbox.y0 + gap / 4, axes.bbox.y1 - gap / 4
    for text, pixel in zip(texts, spread(wanted, gap, bottom, top), strict=True):
        text.xy = (x, to_data.transform((0, pixel))[1])


def place_labels(
    axes: Axes,
    points: np.ndarray,
    names: Sequence[str],
    sizes: Sequence[float],
    styles: Sequence[dict],
    avoid: np.ndarray | None = None,
) -> None:
    """Names beside points, each where it covers least.

    Tried are eight directions at three distances, in the order given, so that the most
    important name should come first; a thin line joins a name to a point far from it.

    Parameters
    ----------
    axes : Axes
        With its limits set.
    points : ndarray (n, 2)
        In data coordinates.
    names : sequence of str
        One per point.
    sizes : sequence of float
        Radius of each point's mark, in points.
    styles : sequence of dict
        Settings of each text.
    avoid : ndarray (m, 2), optional
        Other marks to stay clear of, in data coordinates.
    """
    figure = axes.figure
    figure.draw_without_rendering()
    scale = figure.dpi / 72
    pixels = axes.transData.transform(points)
    others = axes.transData.transform(avoid) if avoid is not None else pixels
    frame, taken = axes.get_window_extent(), []
    for name, (px, py), radius, style in zip(names, pixels, sizes, styles, strict=True):
        text = axes.annotate(name, (0, 0), va="center", ha="center", annotation_clip=False, **style)
        box = text.get_window_extent()
        width, height = box.width, box.height * 0.85
        best = None
        for far in (2, 9, 18):
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)):
                cx = px + dx * (width / 2 + (radius + far) * scale * (0.75 if dy else 1))
                cy = py + dy * (height / 2 + (radius + far) * scale * (0.75 if dx else 1))
                spot = Bbox.from_bounds(cx - width / 2, cy - height / 2, width, height)
                cost = _cost(spot, taken, others, (px, py), frame) + far * 0.4
                if best is None or cost < best[0] - 1e-9:
                    best = (cost, cx, cy, spot, far)
        _, cx, cy, spot, far = best
        taken.append(spot)
        text.xy = axes.transData.inverted().transform((cx, cy))
        if far > 2:
            start = axes.transData.inverted().transform([(px, py), (cx, cy)])
            axes.plot(*start.T, color=FAINT, lw=0.5, zorder=1.5)
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85})


def _cost(spot: Bbox, taken: list[Bbox], others: np.ndarray, own: tuple, frame: Bbox) -> float:
    cost = 0.0
    for box in taken:
        overlap = Bbox.intersection(spot, box)
        if overlap is not None:
            cost += 60 + overlap.width * overlap.height
    near = (
        (others[:, 0] > spot.x0 - 3) & (others[:, 0] < spot.x1 + 3)
        & (others[:, 1] > spot.y0 - 3) & (others[:, 1] < spot.y1 + 3)
    )  # fmt: skip
    cost += 40 * near.sum()
    outside = max(frame.x0 - spot.x0, 0) + max(spot.x1 - frame.x1, 0)
    outside += max(frame.y0 - spot.y0, 0) + max(spot.y1 - frame.y1, 0)
    return cost + 8 * outside


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of a line of text in points, in the house font."""
    from matplotlib import rcParams

    font = FontProperties(family=rcParams["font.family"], weight=weight, size=size)
    return float(TextPath((0, 0), text, prop=font).get_extents().width) if text.strip() else 0.0


def fitting_size(lines: Sequence[str], width: float, size: float, least: float) -> float:
    """Largest size, up to the one wanted, at which the widest line fits a width in points."""
    widest = max((text_width(line, 10) / 10 for line in lines), default=0)
    return max(min(size, width / widest if widest else size), least)


def wrapped(text: str, width: int) -> str:
    """Text broken into lines of at most so many characters, never within a word."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False)) or text


def note(axes: Axes, text: str) -> None:
    """A remark below the axes, at the left."""
    axes.annotate(
        text, (0, 0), (0, -26), "axes fraction", "offset points",
        va="top", ha="left", fontsize=8.5, color=MUTED,
    )  # fmt: skip
