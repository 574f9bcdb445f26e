"""Where one unit stands among all, year by year, and how far that depends on the measure."""

from collections.abc import Mapping

import pandas as pd

from nqpf.errors import StudyError
from nqpf.regional.samples import check_panel


def standing(panel: pd.DataFrame, unit: str, directions: Mapping[str, str]) -> pd.DataFrame:
    """Value and rank of a unit in every year and measure that it has.

    Years in which the unit itself has no value are absent; other units without one are named.

    Parameters
    ----------
    panel : DataFrame
        Index unit, year.
    unit : str
    directions : mapping
        Column -> "+" (rank 1 is the largest) or "-" (rank 1 is the smallest).

    Returns
    -------
    DataFrame: year, measure, value, rank (ties share the mean), n, median (of all units), best
    (unit of rank 1, the first by name among ties), missing (names of units without a value).
    """
    check_panel(panel, list(directions))
    if unit not in panel.index.unique("unit"):
        raise StudyError(f"expected a unit of the panel, got {unit!r}: check its English name")
    wrong = [column for column, sign in directions.items() if sign not in ("+", "-")]
    if wrong:
        raise StudyError(f"expected direction '+' or '-' of {', '.join(wrong)}")
    units = panel.index.unique("unit").sort_values()
    rows = []
    for year in panel.index.unique("year").sort_values():
        data = panel.xs(year, level="year").reindex(units)
        for column, sign in directions.items():
            x = data[column].dropna()
            if unit not in x.index:
                continue
            ranks = x.rank(ascending=sign == "-")
            absent = ", ".join(units.difference(x.index))
            spot = (x[unit], ranks[unit], len(x), x.median(), ranks.idxmin(), absent)
            rows.append((int(year), column, *spot))
    columns = ["year", "measure", "value", "rank", "n", "median", "best", "missing"]
    return pd.DataFrame(rows, columns=columns)


def rank_interval(standings: pd.DataFrame) -> pd.DataFrame:
    """Best, middle and worst rank of the unit over the measures of each year.

    Not a statistical interval: it shows how far the place depends on the measure chosen.

    Parameters
    ----------
    standings : DataFrame
        From `standing`.

    Returns
    -------
    DataFrame: year, low (best rank), middle (median), high (worst rank), measures (their number).
    """
    by_year = standings.groupby("year")["rank"]
    table = by_year.agg(low="min", middle="median", high="max", measures="size")
    return table.reset_index()
