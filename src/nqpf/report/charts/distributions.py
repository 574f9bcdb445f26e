"""Distributions: ridges over time, standing among all units, a statistic under the null."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nqpf.report.charts.canvas import (
    CONTEXT,
    FAINT,
    FOCUS,
    INK,
    MUTED,
    canvas,
    heading,
    house_styled,
    key,
    need,
    number_ticks,
    rows_axis,
)
from nqpf.report.charts.labels import wrapped
from nqpf.report.palette import as_text, peer_colours, scale


@house_styled
def ridges(
    frame: pd.DataFrame, *, xlabel: str, group: str = "year", overlap: float = 1.5
) -> Figure:
    """Densities one above the other, the first group on top.

    Parameters
    ----------
    frame : DataFrame
        Columns `group`, x, density, and low, high for a band; the same x in every group.
    xlabel : str
        What is distributed, with its unit.
    group : str
        Column of the ridges.
    overlap : float
        Height of the highest ridge in rows.

    Returns
    -------
    Figure
    """
    data = need(frame, group, "x", "density")
    groups = list(data[group].unique())
    tops = "high" if "high" in data else "density"
    unit = overlap / data[tops].max()
    figure, (axes,) = canvas(0.75 + 0.42 * len(groups))
    shades = scale("sequential")(np.linspace(0.45, 0.95, len(groups)))
    for i, name in enumerate(groups):
        part = data[data[group] == name].sort_values("x")
        base, z = len(groups) - 1 - i, 2 + i / 100
        axes.fill_between(part["x"], base, base + part["density"] * unit, color=shades[i],
                          alpha=0.65, lw=0, zorder=z)  # fmt: skip
        axes.plot(part["x"], base + part["density"] * unit, color=shades[i], lw=1.5, zorder=z)
        if {"low", "high"} <= set(part):
            for side in ("low", "high"):
                axes.plot(part["x"], base + part[side] * unit, color=shades[i], lw=0.7,
                          ls=(0, (2, 2)), zorder=z)  # fmt: skip
    axes.set_yticks(range(len(groups)), [str(name) for name in reversed(groups)], color=INK)
    axes.set_ylim(-0.15, len(groups) - 1 + overlap * 1.05)
    axes.set_xlim(data["x"].min(), data["x"].max())
    axes.set_xlabel(wrapped(xlabel, 64))
    number_ticks(axes.xaxis)
    return figure


@house_styled
def standing(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    focus: str,
    named: Sequence[str] = (),
    group: str | None = None,
    others: str = "others",
) -> Figure:
    """Where a unit stands among all on each measure: a row of dots per measure.

    Parameters
    ----------
    frame : DataFrame
        Columns label (the measure), unit, value on one common scale.
    xlabel : str
        The scale, and which side is better.
    focus : str
        Unit with a large dot.
    named : sequence of str
        Units with a colour of their own.
    group : str, optional
        Column that heads runs of rows.
    others : str
        What the key calls all other units.

    Returns
    -------
    Figure
    """
    import seaborn as sns  # with all of scipy.stats; most processes draw nothing with it

    data = need(frame, "label", "unit", "value", group)
    rows = []
    for head in data[group].unique() if group else [None]:
        rows += [(head, None)] if group else []
        part = data[data[group] == head] if group else data
        rows += [(head, label) for label in part["label"].unique()]
    labels = [str(head) if label is None else wrapped(str(label), 32) for head, label in rows]
    figure, (axes,) = canvas(1.0 + 0.24 * len(rows))
    shades, crowd = peer_colours(list(named)), []
    for i, (head, label) in enumerate(rows):
        part = data[data["label"] == label]
        part = part[part[group] == head] if group else part
        crowd.append(part[~part["unit"].isin([focus, *named])].assign(row=i))
        for name in named:
            own = part[part["unit"] == name]
            axes.plot(own["value"], np.full(len(own), i), "D", color=shades[name], ms=5,
                      mec="white", mew=0.5, zorder=3)  # fmt: skip
        own = part[part["unit"] == focus]
        axes.plot(own["value"], np.full(len(own), i), "o", color=FOCUS, ms=8.5, mec="white",
                  mew=0.8, zorder=4)  # fmt: skip
    sns.scatterplot(
        pd.concat(crowd), x="value", y="row", color=CONTEXT, s=20, alpha=0.35, linewidth=0,
        zorder=2, ax=axes,
    )  # fmt: skip
    rows_axis(axes, labels)
    for tick, (_, label) in zip(axes.get_yticklabels(), rows, strict=True):
        tick.set_fontweight("bold" if label is None else "normal")
    axes.axvline(0, color=FAINT, lw=0.9, zorder=1)
    axes.set(xlabel=wrapped(xlabel, 64), ylabel="")
    number_ticks(axes.xaxis)
    markers = dict.fromkeys(named, "D")
    key(figure, {focus: FOCUS, **shades, others: CONTEXT}, markers=markers)
    return figure


@house_styled
def null_distribution(
    draws: Sequence[float], observed: float, *, xlabel: str, observed_label: str = "observed"
) -> Figure:
    """A statistic among the values it takes by chance.

    Parameters
    ----------
    draws : sequence of float
        Values under the null hypothesis: permutations, placebos, sign flips.
    observed : float
        The value found.
    xlabel : str
        The statistic.
    observed_label : str
        Name of the line at the observed value.

    Returns
    -------
    Figure
    """
    import seaborn as sns  # with all of scipy.stats; most processes draw nothing with it

    values = np.asarray(draws, dtype=float)
    figure, (axes,) = canvas(2.6)
    sns.histplot(x=values, bins=40, color=CONTEXT, alpha=0.55, linewidth=0, zorder=2, ax=axes)
    axes.set_ylim(top=1.15 * axes.get_ylim()[1])  # room for the name of the line
    axes.axvline(observed, color=FOCUS, lw=2.2, zorder=3)
    left = observed > (values.min() + values.max()) / 2
    axes.annotate(
        observed_label, (observed, 1), (-5 if left else 5, -3), ("data", "axes fraction"),
        "offset points", color=as_text(FOCUS), fontweight="bold", ha="right" if left else "left",
        va="top", fontsize=9,
    )  # fmt: skip
    heading(axes, "", "Draws")
    axes.set(xlabel=wrapped(xlabel, 64), ylabel="")
    number_ticks(axes.xaxis, 6)
    number_ticks(axes.yaxis, 4)
    return figure


@house_styled
def rank_paths(
    frame: pd.DataFrame,
    *,
    focus: str | None = None,
    named: Sequence[str] = (),
    colours: Mapping[str, str] | None = None,
    group: str | None = None,
) -> Figure:
    """Ranks over time, the first on top, with names at both ends.

    Parameters
    ----------
    frame : DataFrame
        Columns unit, year, rank (1 is highest).
    focus, named : str, sequence of str
        Units set off; where neither is given all are drawn in their groups' colours.
    group, colours : str, mapping, optional
        Column of groups and the colour of each.

    Returns
    -------
    Figure
    """
    from nqpf.report.charts.canvas import year_ticks

    data = need(frame, "unit", "year", "rank", group)
    wide = data.pivot(index="year", columns="unit", values="rank").sort_index()
    most = int(wide.max().max())
    figure, (axes,) = canvas(0.6 + 0.2 * most)
    shades = {**peer_colours(list(named)), **({focus: FOCUS} if focus else {})}
    if group:
        kinds = data.drop_duplicates("unit").set_index("unit")[group]
        shades = {unit: colours[kinds[unit]] for unit in wide} | ({focus: FOCUS} if focus else {})
    for unit in wide:
        strong, shade = unit == focus, shades.get(unit, CONTEXT)
        faint = unit not in shades
        axes.plot(
            wide.index, wide[unit], color=shade, lw=3 if strong else 1.1 if faint else 1.9,
            alpha=0.5 if faint else 1, marker="o", ms=5 if strong else 3.2,
            zorder=4 if strong else 2 if faint else 3,
        )  # fmt: skip
    axes.set_ylim(most + 0.6, 0.4)
    axes.grid(False)
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    for year, x, offset, align in ((wide.index[0], 0, -6, "right"), (wide.index[-1], 1, 6, "left")):
        for unit, rank in wide.loc[year].dropna().items():
            shade = as_text(shades[unit]) if unit in shades else MUTED
            text = f"{unit} {rank:.0f}" if align == "right" else f"{rank:.0f} {unit}"
            axes.annotate(
                text, (x, rank), (offset, 0), ("axes fraction", "data"), "offset points",
                ha=align, va="center_baseline", fontsize=8.5, color=shade, annotation_clip=False,
                fontweight="bold" if unit == focus else "normal",
            )  # fmt: skip
    axes.margins(x=0.015)
    year_ticks(axes, wide.index)
    if group:
        key(figure, {k: v for k, v in colours.items() if k in set(data[group])}, "line")
    return figure
