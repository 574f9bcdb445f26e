"""Lines and areas over years: where no value is held, nothing is drawn."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes


def every_year(path: pd.DataFrame, year: str = "year") -> pd.DataFrame:
    """Rows for all years from the first to the last, empty where there is none, in order.

    Parameters
    ----------
    path : DataFrame
        One row per year.
    year : str
        Column of years.
    """
    if path.empty:
        return path
    years = pd.RangeIndex(int(path[year].min()), int(path[year].max()) + 1, name=year)
    return path.set_index(year).reindex(years).reset_index()


def line(axes: Axes, x: pd.Series, y: pd.Series, *, dot: float = 3, **style: object) -> None:
    """A line that breaks where values are missing; a value between two gaps is a dot.

    Parameters
    ----------
    axes : Axes
    x, y : Series
        In order of x, y missing where no value is held.
    dot : float
        Size of a dot, points.
    **style
        Of the line.
    """
    axes.plot(x, y, **style)
    alone = _alone(y)
    if alone.any():
        axes.plot(
            x[alone], y[alone], "o", ms=dot, color=style.get("color"), zorder=style.get("zorder")
        )


def stack(
    axes: Axes, wide: pd.DataFrame, shades: Mapping[str, str], *, edge: float, alpha: float = 1.0
) -> pd.DataFrame:
    """Parts on top of each other, open where a year is missing; a year alone is a bar.

    Parameters
    ----------
    axes : Axes
    wide : DataFrame
        Parts in columns from the bottom up, one row per year held.
    shades : mapping of str to str
        Colour by part.
    edge : float
        Width of the white lines between parts.
    alpha : float

    Returns
    -------
    DataFrame
        Upper edge of every part, for every year from the first to the last.
    """
    parts = list(wide.columns)
    full = every_year(wide.reset_index()).set_index("year")
    top = full.cumsum(axis=1).where(full.notna())
    alone = _alone(top[parts[-1]])
    for part in parts:
        bottom = top[part] - full[part]
        axes.fill_between(top.index, bottom, top[part], color=shades[part], lw=0, alpha=alpha)
        bar = {"color": shades[part], "alpha": alpha, "lw": 0}
        axes.bar(top.index[alone], full[part][alone], 0.4, bottom[alone], **bar)
        axes.plot(top.index, top[part], color="white", lw=edge)
    return top


def _alone(values: pd.Series) -> pd.Series:
    """Which values stand between two gaps."""
    return values.notna() & values.shift().isna() & values.shift(-1).isna()
