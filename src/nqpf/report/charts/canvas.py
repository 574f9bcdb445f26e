"""What all charts share: the canvas, axes read like a page, numbers on ticks, keys."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, wraps

import numpy as np
import pandas as pd
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nqpf.errors import StudyError
from nqpf.report.numbers import number
from nqpf.report.palette import colour
from nqpf.report.style import WIDTH, house_style

SMALL = 8  # points; nothing is set smaller
MUTED = colour("ink", "muted")
FAINT = colour("ink", "faint")
GRID = colour("ink", "grid")
INK = colour("ink", "text")
FOCUS = colour("focus", "focus")
PEER = colour("focus", "peer")
CONTEXT = colour("focus", "context")
MARKERS = ("o", "D", "s", "^", "v", "P", "X", "h")


def house_styled(make: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draw a chart in the house style, whatever was set before, and keep what it was given."""

    @wraps(make)
    def styled(*args: object, **kwargs: object) -> Figure:
        with house_style():
            figure = make(*args, **kwargs)
        figure.drawn = drawn_data([*args, *kwargs.values()])
        return figure

    return styled


def drawn_data(given: Sequence[object]) -> pd.DataFrame | None:
    """What a chart was given to draw.

    Parameters
    ----------
    given : sequence
        Arguments of a chart form.

    Returns
    -------
    DataFrame or None
        The first frame; a series or an array becomes one column. None if there is no data.
    """
    frames = [one for one in given if isinstance(one, pd.DataFrame)]
    if not frames:
        long = [np.asarray(one).ravel() for one in given if isinstance(one, np.ndarray | pd.Series)]
        return pd.DataFrame({"value": long[0]}) if long else None
    return frames[0]


def canvas(
    height: float, rows: int = 1, columns: int = 1, **settings: object
) -> tuple[Figure, np.ndarray]:
    """An empty figure of the house's width and its axes, row by row.

    Parameters
    ----------
    height : float
        Inches.
    rows, columns : int
        Of axes.
    **settings
        Passed to `Figure.subplots`.

    Returns
    -------
    Figure, array of Axes
        The array is flat.
    """
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, squeeze=False, **settings)
    return figure, axes.ravel()


def set_in_place(figure: Figure) -> None:
    """Give everything on a figure its place, without drawing it."""
    if engine := figure.get_layout_engine():
        engine.execute(figure)


def need(frame: pd.DataFrame, *columns: str | None) -> pd.DataFrame:
    """The frame with named index levels as columns, once it is sure to hold what is drawn.

    Raises
    ------
    StudyError
        If it is empty or a column is missing.
    """
    named = any(name is not None for name in frame.index.names)
    data = frame.reset_index() if named else frame.reset_index(drop=True)
    lost = [name for name in columns if name is not None and name not in data.columns]
    if lost:
        raise StudyError(f"the chart needs a column {lost[0]!r}; the frame has {list(data)}")
    if data.empty:
        raise StudyError("the chart has nothing to draw: the frame has no rows")
    return data


def heading(axes: Axes, title: str = "", label: str = "") -> None:
    """Panel title and, below it, what the vertical axis measures, both at the left."""
    pad = 7
    if label:
        axes.annotate(
            label, (0, 1), (0, 6), "axes fraction", "offset points",
            va="bottom", color=MUTED, fontsize=9,
        )  # fmt: skip
        pad += 12 * (label.count("\n") + 1)
    if title:
        axes.set_title(title, pad=pad, y=1)  # given, or each drawing looks for what is above


def number_ticks(axis: Axis, most: int = 5, ending: str = "") -> None:
    """Round ticks, written with separators and a true minus sign."""
    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(_RoundNumbers(ending))


class _RoundNumbers(FuncFormatter):
    """Numbers with as many digits as the smallest step between them needs."""

    def __init__(self, ending: str):
        super().__init__(self._written)
        self._ending = ending
        self._step: float | None = None

    def set_locs(self, locs: Sequence[float]) -> None:
        self._step = np.diff(locs).min() if len(locs) > 1 else None

    def _written(self, value: float, _: int | None) -> str:
        step = abs(value) if self._step is None else self._step
        digits = next((d for d in range(7) if abs(step * 10**d - round(step * 10**d)) < 1e-6), 6)
        return number(float(value), digits) + self._ending


def year_ticks(axes: Axes, years: Sequence[int], most: int = 6) -> None:
    """Whole years, the first and the last among them."""
    first, last = int(min(years)), int(max(years))
    least = max(1, -(-(last - first) // max(most - 1, 1)))
    even = [step for step in range(least, 2 * least + 2) if (last - first) % step == 0]
    ticks = list(range(last, first - 1, -(even[0] if even else least)))
    if ticks[-1] != first:
        ticks[-1 if len(ticks) > 1 else 0 :] = [first] if len(ticks) > 1 else [last, first]
    axes.set_xticks(sorted(ticks), [str(year) for year in sorted(ticks)])


def rows_axis(axes: Axes, labels: Sequence[str], colours: Mapping[str, str] | None = None) -> None:
    """One labelled row per item, the first on top, with a light line to guide the eye."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", labelcolor=INK, pad=6)
    axes.grid(True, axis="both")
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0)
    for tick, label in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_linespacing(1)
        if colours and label in colours:
            tick.set(color=colours[label], fontweight="bold")


def key(
    figure: Figure,
    entries: Mapping[str, str],
    kind: str = "dot",
    markers: Mapping[str, str] | None = None,
) -> None:
    """A key above the axes, at the left, read in rows: a mark and a word for each colour.

    Parameters
    ----------
    figure : Figure
        What it explains.
    entries : mapping of str to str
        Colour by word.
    kind : str
        `dot`, `line` or `area`.
    markers : mapping, optional
        Marker by word, for dots.
    """
    handles = []
    for name, shade in entries.items():
        match kind:
            case "area":
                handles.append(Patch(facecolor=shade, label=name))
            case "line":
                handles.append(Line2D([], [], color=shade, lw=2, label=name))
            case _:
                marker = (markers or {}).get(name, "o")
                handles.append(Line2D([], [], color=shade, marker=marker, ls="", label=name))
    show_key(figure, handles)


def show_key(figure: Figure, handles: Sequence[Artist]) -> None:
    """Lay out the marks of a key in as many columns as the figure's width holds."""
    names = [str(handle.get_label()) for handle in handles]
    widths = [text_width(name, 9) + 28 for name in names]
    columns = len(handles)
    while columns > 1 and _row_width(widths, columns) > WIDTH * 72 - 8:
        columns -= 1
    by_row = [handle for column in range(columns) for handle in handles[column::columns]]
    figure.legend(
        handles=by_row, ncols=columns, loc="outside upper left", columnspacing=1.2,
        handletextpad=0.4, handlelength=1.1, handleheight=0.9, labelcolor=INK, labelspacing=0.35,
    )  # fmt: skip


def _row_width(widths: Sequence[float], columns: int) -> float:
    return sum(max(widths[column::columns]) for column in range(columns))


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of a line of text in points, in the house font."""
    font = FontProperties(family=rcParams["font.family"], weight=weight, size=size)
    return _outline_width(TextPath((0, 0), text, prop=font)) if text.strip() else 0.0


def _outline_width(outline: Path) -> float:
    """Width of an outline; its curves are followed only where a control point lies outermost."""
    segments = outline.iter_segments(simplify=False)
    ends = [points[-2] for points, code in segments if code != Path.CLOSEPOLY]
    all_points = outline.vertices[outline.codes != Path.CLOSEPOLY, 0]
    if min(ends) > all_points.min() or max(ends) < all_points.max():
        return float(outline.get_extents().width)
    return float(max(ends) - min(ends))
