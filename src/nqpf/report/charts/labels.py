"""Labels that stay clear of each other and of what they name."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from nqpf.report.charts.canvas import FAINT, set_in_place, text_width

_Box = tuple[float, float, float, float]  # left, low, right, high; pixels
LINE = 1.08  # least distance of two lines, in sizes: other scripts fill the whole square


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
    labels: Mapping[Axes, Sequence[tuple[str, float, str, bool]]],
    x: float = 1.0,
    size: float = 9,
    side: str = "right",
) -> None:
    """Names beside the ends of lines, none on top of another.

    Parameters
    ----------
    labels : mapping of Axes to sequence of (text, y, colour, bold)
        By axes with their limits set: where each line ends, in data coordinates. The layout makes
        room for the names; it is done once for all axes of a figure.
    x : float
        Place in the width of the axes.
    size : float
        Points.
    side : str
        `right` or `left` of the place.
    """
    offset, align = (4, "left") if side == "right" else (-4, "right")
    written = {
        axes: [
            axes.annotate(
                text, (x, y), (offset, 0), ("axes fraction", "data"), "offset points",
                color=colour, fontsize=size, fontweight="bold" if bold else "normal",
                ha=align, va="center_baseline", annotation_clip=False,
            )
            for text, y, colour, bold in ends
        ]
        for axes, ends in labels.items()
        if ends
    }  # fmt: skip
    for figure in {axes.figure for axes in written}:
        set_in_place(figure)
    for axes, texts in written.items():
        _move_apart(axes, texts, size)


def _move_apart(axes: Axes, texts: Sequence[Annotation], size: float) -> None:
    """Move the names beside an axes up and down until none is on top of another."""
    to_pixels, to_data = axes.transData, axes.transData.inverted()
    wanted = [to_pixels.transform((axes.get_xlim()[0], text.xy[1]))[1] for text in texts]
    tallest = max(text.get_window_extent().height for text in texts)
    gap = max(tallest * 0.92, LINE * size * axes.figure.dpi / 72)
    bottom, top = axes.bbox.y0 + gap / 4, axes.bbox.y1 - gap / 4
    for text, pixel in zip(texts, spread(wanted, gap, bottom, top), strict=True):
        text.xy = (text.xy[0], to_data.transform((0, pixel))[1])


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
    set_in_place(axes.figure)
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())  # names and their lines move nothing
    to_data = axes.transData.inverted()
    scale, frame = axes.figure.dpi / 72, axes.get_window_extent()
    pixels = axes.transData.transform(points)
    marks = pixels if avoid is None else axes.transData.transform(avoid)
    taken: list[_Box] = []
    for name, place, radius, style in zip(names, pixels, sizes, styles, strict=True):
        text = axes.annotate(
            name, to_data.transform(place), annotation_clip=False, ha="center",
            va="center_baseline", bbox=HALO, **style,
        )  # fmt: skip
        text.set_in_layout(False)
        box = text.get_window_extent()
        spots = [
            (_beside(place, direction, box.width, box.height * 0.8, (radius + far) * scale), far)
            for far in DISTANCES
            for direction in DIRECTIONS
        ]
        spot, far = min(spots, key=lambda s: _cost(s[0], taken, marks, frame.extents) + s[1] / 2)
        taken.append(spot)
        x0, y0, x1, y1 = spot
        middle = to_data.transform(((x0 + x1) / 2, (y0 + y1) / 2))
        text.xyann = middle
        if far > DISTANCES[0]:
            axes.plot(*np.transpose([to_data.transform(place), middle]), color=FAINT, lw=0.5,
                      zorder=1.5)  # fmt: skip


HALO = {"facecolor": "white", "edgecolor": "none", "pad": 0.3, "alpha": 0.75}
DISTANCES = (2, 8, 16, 26)  # points between a mark and its name
DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))


def _beside(
    place: np.ndarray, direction: tuple[int, int], width: float, height: float, gap: float
) -> _Box:
    """Box of a name on one side of a mark; at the corners it may come closer."""
    dx, dy = direction
    gap *= 0.72 if dx and dy else 1
    x = place[0] + dx * (width / 2 + gap)
    y = place[1] + dy * (height / 2 + gap)
    left, low = float(x - width / 2), float(y - height / 2)
    return left, low, float(left + width), float(low + height)


def _cost(spot: _Box, taken: list[_Box], marks: np.ndarray, frame: Sequence[float]) -> float:
    """How much a name would cover: other names, marks, and what lies outside the axes."""
    cost = 0.0
    x0, y0, x1, y1 = spot
    for left, low, right, high in taken:
        width, height = min(x1, right) - max(x0, left), min(y1, high) - max(y0, low)
        if width >= 0 and height >= 0:
            cost += 60 + width * height
    inside = (
        (marks[:, 0] > x0 - 4) & (marks[:, 0] < x1 + 4)
        & (marks[:, 1] > y0 - 4) & (marks[:, 1] < y1 + 4)
    )  # fmt: skip
    left, low, right, high = frame
    outside = max(left - x0, 0) + max(x1 - right, 0)
    outside += max(low - y0, 0) + max(y1 - high, 0)
    return cost + 45 * inside.sum() + 8 * outside


def fitting_size(lines: Sequence[str], width: float, size: float, least: float) -> float:
    """Largest size, up to the one wanted, at which the widest line fits a width in points."""
    widest = max((text_width(line, 10) / 10 for line in lines), default=0)
    return max(min(size, width / widest if widest else size), least)


def wrapped(text: str, width: int) -> str:
    """Text broken into lines of at most so many characters, never within a word."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False)) or text
