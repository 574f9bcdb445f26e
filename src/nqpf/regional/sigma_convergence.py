"""Sigma convergence: whether the spread between units shrinks.

It needs beta convergence (`beta_convergence`) but does not follow from it (Quah 1993, Scandinavian
Journal of Economics 95, 427-443); show both.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regional.bootstrap import draw_units, percentile_band
from nqpf.regional.samples import check_values, sections

SPREADS = ("standard deviation of logs", "coefficient of variation", "standard deviation")


@dataclass(frozen=True)
class SigmaConvergence:
    """Spread of a variable over units, year by year.

    Attributes
    ----------
    path : DataFrame
        year, measure, value, low, high, n.
    change : DataFrame
        measure, start, end (years), change (last less first), low, high, per_year (slope of a line
        through all years), per_year_low, per_year_high. A band below zero: the spread shrank.
    """

    path: pd.DataFrame
    change: pd.DataFrame


def sigma_convergence(
    panel: pd.DataFrame, value: str, *, replications: int = 999, seed: int, level: float = 0.95
) -> SigmaConvergence:
    """Spread in every year, its change and bands from draws of whole units.

    Parameters
    ----------
    panel : DataFrame
        Index unit, year; every unit in every year.
    value : str
        Column of positive values.
    replications, seed, level
        Draws of units with all their years; see `bootstrap`.

    Raises
    ------
    StudyError
        Missing or non-positive values (named), fewer than three units or two years.

    References
    ----------
    Barro and Sala-i-Martin (1992), Journal of Political Economy 100, 223-251, section II.
    """
    wide = _positive_years(panel, value)
    x = wide.to_numpy()
    draws = x[draw_units(len(x), replications, seed)]
    spread, drawn = _spreads(x), _spreads(draws)
    low, high = percentile_band(drawn, level)
    grid = np.array(wide.columns)
    path = pd.DataFrame(
        {
            "year": np.tile(grid, len(SPREADS)),
            "measure": np.repeat(SPREADS, len(grid)),
            "value": spread.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "n": len(x),
        }
    )
    return SigmaConvergence(path=path, change=_spread_changes(grid, spread, drawn, level))


def relative_spread(
    panel: pd.DataFrame, value: str, *, replications: int = 999, seed: int, level: float = 0.95
) -> pd.DataFrame:
    """Spread in every year as a percentage of the first year's, by every measure.

    Measures can part ways: where all units gain, gaps may widen in points and narrow in
    proportion. On one scale this is seen.

    Parameters
    ----------
    panel, value, replications, seed, level
        As in `sigma_convergence`.

    Returns
    -------
    DataFrame: year, measure, value (100 in the first year), low, high.

    Raises
    ------
    StudyError
        As `sigma_convergence`; and if all units are equal in the first year.
    """
    wide = _positive_years(panel, value)
    x = wide.to_numpy()
    spread, drawn = _spreads(x), _spreads(x[draw_units(len(x), replications, seed)])
    if not (spread[:, 0] > 0).all():
        raise StudyError(f"expected units that differ in {wide.columns[0]} to compare with")
    drawn = drawn[(drawn[..., 0] > 0).all(axis=-1)]  # a draw of one unit alone has no spread
    low, high = percentile_band(100 * drawn / drawn[..., :1], level)
    return pd.DataFrame(
        {
            "year": np.tile(wide.columns, len(SPREADS)),
            "measure": np.repeat(SPREADS, wide.shape[1]),
            "value": (100 * spread / spread[:, :1]).ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
        }
    )


def _positive_years(panel: pd.DataFrame, value: str) -> pd.DataFrame:
    """Values as units by years, refused unless complete, positive and enough."""
    years = sections(panel, value)
    wide = pd.DataFrame({year: data[value] for year, data in years.items()})
    if len(wide) < 3 or len(years) < 2:
        raise StudyError(
            f"expected at least three units and two years, got {len(wide)} and {len(years)}"
        )
    for year in years:
        check_values(wide[year], zeros=False, measure=f"the spread of '{value}' in {year}")
    return wide


def _spreads(x: np.ndarray) -> np.ndarray:
    """Standard deviation of logs (n - 1), coefficient of variation (n), standard deviation (n - 1).

    Parameters
    ----------
    x : ndarray, shape (..., units, years)

    Returns
    -------
    ndarray, shape (..., 3, years), in the order of `SPREADS`.
    """
    logs = np.log(x).std(axis=-2, ddof=1)
    relative = x.std(axis=-2) / x.mean(axis=-2)
    return np.stack([logs, relative, x.std(axis=-2, ddof=1)], axis=-2)


def _spread_changes(years, spread, drawn, level) -> pd.DataFrame:
    line = (years - years.mean()) / ((years - years.mean()) ** 2).sum()
    change, slope = spread[:, -1] - spread[:, 0], spread @ line
    low, high = percentile_band(drawn[..., -1] - drawn[..., 0], level)
    slope_low, slope_high = percentile_band(drawn @ line, level)
    return pd.DataFrame(
        {
            "measure": SPREADS,
            "start": years[0],
            "end": years[-1],
            "change": change,
            "low": low,
            "high": high,
            "per_year": slope,
            "per_year_low": slope_low,
            "per_year_high": slope_high,
        }
    )
