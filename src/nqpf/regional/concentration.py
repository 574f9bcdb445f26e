"""How much of a total lies in few units or in one region."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regional.samples import check_groups, check_values, sections


def hoover(values, reference) -> float:
    r"""Hoover's index :math:`\frac12 \sum_i |x_i/x - r_i/r|`.

    The share of the total that would have to move for it to be spread as the reference
    (population, land) is: 0 to 1.

    Parameters
    ----------
    values, reference : array_like, shape (n,)
        Amounts, not per head; at least zero and positive.

    References
    ----------
    Hoover (1936), Review of Economic Statistics 18, 162-171.
    """
    x, r = check_values(values, reference, measure="Hoover's index")
    return float(np.abs(x / x.sum() - r).sum()) / 2


def top_share(values, k: int = 1) -> float:
    """Share of the `k` largest units in the total (concentration ratio; primacy for k = 1)."""
    x, _ = check_values(values, measure="the share of the largest units")
    if not 1 <= k <= x.size:
        raise StudyError(f"expected k from 1 to {x.size} units, got {k}")
    return float(np.sort(x)[-k:].sum() / x.sum())


def herfindahl_of_units(values) -> float:
    """Sum of the units' squared shares in the total: 1/n to 1."""
    x, _ = check_values(values, measure="the Herfindahl index")
    return float(((x / x.sum()) ** 2).sum())


def concentration_path(
    panel: pd.DataFrame,
    value: str,
    *,
    reference: str | None = None,
    top: Sequence[int] = (1, 2, 4),
) -> pd.DataFrame:
    """Concentration of an amount over the units in every year.

    Parameters
    ----------
    panel : DataFrame
        Index unit, year.
    value : str
        Column of amounts (not per head).
    reference : str, optional
        Column, such as population, for Hoover's index.
    top : sequence of int
        Numbers of largest units whose share is wanted.

    Returns
    -------
    DataFrame: year, measure, value, n.
    """
    rows = []
    for year, data in sections(panel, [value, reference] if reference else value).items():
        found = {f"largest {k}": top_share(data[value], k) for k in top}
        found["Herfindahl"] = herfindahl_of_units(data[value])
        if reference:
            found["Hoover"] = hoover(data[value], data[reference])
        rows += [(year, name, amount, len(data)) for name, amount in found.items()]
    return pd.DataFrame(rows, columns=["year", "measure", "value", "n"])


def region_shares(panel: pd.DataFrame, value: str, groups: pd.Series) -> pd.DataFrame:
    """Share of each region in the total of every year.

    Parameters
    ----------
    panel : DataFrame
        Index unit, year.
    value : str
        Column of amounts.
    groups : Series
        Region by unit.

    Returns
    -------
    DataFrame: year, region, units, value (sum), share (sum to one each year).
    """
    frames = []
    for year, data in sections(panel, value).items():
        x, _ = check_values(data[value], measure="shares of regions")
        codes, names = check_groups(groups, data.index)
        total = np.bincount(codes, x, len(names))
        columns = {"region": names, "units": np.bincount(codes, minlength=len(names))}
        frames.append(
            pd.DataFrame({"year": year, **columns, "value": total, "share": total / x.sum()})
        )
    return pd.concat(frames, ignore_index=True)
