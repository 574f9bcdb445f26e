"""Tile maps: every unit a square of the same size, so that each can be read."""

from collections.abc import Callable, Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from nqpf.errors import StudyError
from nqpf.report.charts.canvas import FAINT, INK, MUTED, canvas, house_styled, key, need
from nqpf.report.charts.labels import fitting_size
from nqpf.report.charts.scales import colour_bar, colour_scale
from nqpf.report.numbers import number, significant_decimals
from nqpf.report.palette import readable_on
from nqpf.report.style import WIDTH

GAP = 0.04  # of a tile
LEAST = 7.2  # points; names that are longer than a tile shrink no further
BREAKS = {"Inner Mongolia": "Inner\nMongolia", "Heilongjiang": "Heilong-\njiang"}


@house_styled
def tile_map(
    frame: pd.DataFrame,
    *,
    label: str,
    value: str = "value",
    digits: int | None = None,
    centre: float | None = None,
    limits: tuple[float, float] | None = None,
    focus: str | None = None,
) -> Figure:
    """Values of units on their tiles, with a labelled colour bar.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, tile_row, tile_col, the value, and name_zh where both names are shown.
        A missing value is hatched and says so.
    label : str
        What the values are, with unit and year.
    value : str
        Column drawn.
    digits : int, optional
        Decimals; by default as many as three significant figures need.
    centre : float, optional
        Value at which a diverging scale turns, such as 0 or an average; sequential otherwise.
    limits : (float, float), optional
        Ends of the scale, so that several maps share one.
    focus : str, optional
        Unit with a frame.

    Returns
    -------
    Figure

    Raises
    ------
    StudyError
        If two units share a tile or no unit has a value.
    """
    data = need(frame, "unit", "tile_row", "tile_col", value)
    known = data[value].dropna().astype(float)
    if known.empty:
        raise StudyError(f"no unit has a value of {value!r}; there is nothing to map")
    shades = colour_scale(known.to_numpy(), centre, limits)
    if digits is None:
        digits = significant_decimals(float(known.abs().median()))

    def look(row: Mapping) -> tuple[object, str]:
        if pd.isna(row[value]):
            return None, "no data"
        return shades(row[value]), number(float(row[value]), digits)

    figure, axes = _tiles(data, look, focus)
    colour_bar(axes, shades, label, digits, above=True)
    return figure


@house_styled
def tile_categories(
    frame: pd.DataFrame,
    *,
    category: str,
    colours: Mapping[str, str],
    text: str | None = None,
    focus: str | None = None,
) -> Figure:
    """Kinds of units on their tiles: regions, clusters, regimes.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, tile_row, tile_col, the category, and name_zh where both names are shown.
    category : str
        Column drawn; a missing one is hatched.
    colours : mapping of str to str
        Colour by category, in the order of the key.
    text : str, optional
        Column printed on the tile below the name, already as text.
    focus : str, optional
        Unit with a frame.

    Returns
    -------
    Figure
    """
    data = need(frame, "unit", "tile_row", "tile_col", category, text)
    if unknown := set(data[category].dropna()) - set(colours):
        raise StudyError(f"no colour is given for the category {sorted(unknown)[0]!r}")

    def look(row: Mapping) -> tuple[object, str]:
        if pd.isna(row[category]):
            return None, "no data"
        return colours[row[category]], str(row[text]) if text else ""

    figure, _ = _tiles(data, look, focus)
    present = {name: shade for name, shade in colours.items() if name in set(data[category])}
    key(figure, present, "area")
    return figure


def _tiles(
    data: pd.DataFrame, look: Callable[[Mapping], tuple[object, str]], focus: str | None
) -> tuple[Figure, Axes]:
    if data.duplicated(["tile_row", "tile_col"]).any():
        twice = data[data.duplicated(["tile_row", "tile_col"], keep=False)]["unit"]
        raise StudyError(f"{' and '.join(twice)} share a tile; give each its own place")
    left, top = data["tile_col"].min(), data["tile_row"].min()
    columns = int(data["tile_col"].max() - left) + 1
    rows = int(data["tile_row"].max() - top) + 1
    side = (WIDTH - 0.12) / columns
    figure, (axes,) = canvas(side * rows + 0.55)
    for row in data.to_dict("records"):
        _tile(axes, row["tile_col"] - left, row["tile_row"] - top, side * 72, row, look(row),
              row["unit"] == focus)  # fmt: skip
    axes.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal")
    axes.axis("off")
    return figure, axes


def _tile(axes: Axes, x: float, y: float, side: float, row: Mapping, look, focus: bool) -> None:
    face, text = look
    ink = MUTED if face is None else readable_on(face)
    axes.add_patch(
        FancyBboxPatch(
            (x + GAP, y + GAP), 1 - 2 * GAP, 1 - 2 * GAP, boxstyle="round,pad=0,rounding_size=0.05",
            facecolor="white" if face is None else face, hatch="////" if face is None else None,
            edgecolor=INK if focus else FAINT if face is None else "none",
            linewidth=2 if focus else 0.5, zorder=3 if focus else 2,
        )
    )  # fmt: skip
    name = BREAKS.get(row["unit"], row["unit"]) if side < 50 else row["unit"]
    chinese = row.get("name_zh")
    lines = [(part, 8.5, "normal") for part in name.split("\n")]
    lines += [(chinese, 8, "normal")] if isinstance(chinese, str) and len(lines) == 1 else []
    lines += [(text, 9 if face is not None else 8, "bold" if face is not None else "normal")]
    lines = [line for line in lines if line[0]]
    step = min(0.27, 0.86 / len(lines))
    width = side * (1 - 2 * GAP) - 5
    for i, (part, size, weight) in enumerate(lines):
        size = fitting_size([part], width, min(size, step * side * 0.84), LEAST)  # noqa: PLW2901
        axes.text(
            x + 0.5, y + 0.495 + step * (i - (len(lines) - 1) / 2), part, color=ink, fontsize=size,
            fontweight=weight, ha="center", va="center_baseline", zorder=4,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8} if face is None else None,
        )  # fmt: skip
