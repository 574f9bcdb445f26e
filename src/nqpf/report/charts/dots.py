"""Several values of the same unit on one row: balance between parts."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from nqpf.report.charts.canvas import (
    FAINT,
    FOCUS,
    MARKERS,
    PEER,
    canvas,
    house_styled,
    key,
    need,
    number_ticks,
    rows_axis,
)
from nqpf.report.charts.labels import wrapped
from nqpf.report.palette import as_text


@house_styled
def dots(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    series: str,
    colours: Mapping[str, str],
    focus: str | None = None,
    named: Sequence[str] = (),
) -> Figure:
    """One row per unit with a mark for each of its parts, joined by a line from least to most.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, value and the one named by `series`; rows in the order of first appearance.
    xlabel : str
        What is measured, with its unit.
    series : str
        Column of the parts.
    colours : mapping
        Colour by part, in the order of the key; every part has a shape of its own.
    focus, named : str, sequence of str
        Units whose names are set off.

    Returns
    -------
    Figure
    """
    import seaborn as sns  # with all of scipy.stats; most processes draw nothing with it

    data = need(frame, "unit", "value", series)
    units = list(data["unit"].unique())
    figure, (axes,) = canvas(1.0 + 0.185 * len(units))
    place = {unit: i for i, unit in enumerate(units)}
    for unit, part in data.dropna(subset=["value"]).groupby("unit", sort=False):
        strong = unit == focus
        axes.plot(
            [part["value"].min(), part["value"].max()], [place[unit]] * 2, zorder=2,
            color=FOCUS if strong else FAINT, lw=2.6 if strong else 1.4, alpha=0.55,
        )  # fmt: skip
    markers = dict(zip(colours, MARKERS, strict=False))
    sns.scatterplot(
        data, x="value", y=data["unit"].map(place), hue=series, palette=dict(colours), style=series,
        markers=markers, s=36, edgecolor="white", linewidth=0.6, zorder=3, legend=False, ax=axes,
    )  # fmt: skip
    marks = {name: as_text(PEER) for name in named} | ({focus: as_text(FOCUS)} if focus else {})
    rows_axis(axes, units, marks)
    axes.set(xlabel=wrapped(xlabel, 64), ylabel="")
    axes.margins(x=0.03)
    number_ticks(axes.xaxis)
    key(figure, {n: s for n, s in colours.items() if n in set(data[series])}, markers=markers)
    return figure
