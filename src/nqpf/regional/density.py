"""Kernel densities of a variable over the units, year by year.

With about twenty units a density has room for one or two peaks; the bands say which to believe.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import gaussian_kde

from nqpf.errors import StudyError
from nqpf.regional.bootstrap import draw_units, percentile_band
from nqpf.regional.samples import cross_section, sections

REACH = 3  # bandwidths beyond the smallest and largest value


def kernel_densities(
    panel: pd.DataFrame,
    value: str,
    *,
    years: Sequence[int] | None = None,
    points: int = 200,
    bandwidth: str | float = "silverman",
    replications: int = 499,
    seed: int,
    level: float = 0.95,
) -> pd.DataFrame:
    """Gaussian kernel density of each year on one grid, with pointwise bands.

    The bands keep each year's bandwidth and draw units (the same in all years); they hold for the
    smoothed density, not for the one behind it.

    Parameters
    ----------
    panel : DataFrame
        Index unit, year.
    value : str
    years : sequence of int, optional
        All years of the panel when left out.
    points : int
        Length of the grid.
    bandwidth : {"silverman", "scott"} or float
        Rule of `scipy.stats.gaussian_kde`, or a factor of the standard deviation.
    replications, seed, level
        See `bootstrap`.

    Returns
    -------
    DataFrame: year, x, density, low, high, bandwidth (in units of the variable), n.

    Raises
    ------
    StudyError
        Missing values (named), fewer than three units, all values of a year equal.

    References
    ----------
    Silverman (1986), Density Estimation, section 3.4.
    """
    data = _values(panel, value, years)
    kernels = {year: _kernel(x, year, bandwidth) for year, x in data.items()}
    widths = {year: float(np.sqrt(kernel.covariance[0, 0])) for year, kernel in kernels.items()}
    grid = np.linspace(
        min(x.min() - REACH * widths[year] for year, x in data.items()),
        max(x.max() + REACH * widths[year] for year, x in data.items()),
        points,
    )
    n = len(next(iter(data.values())))
    drawn_units = draw_units(n, replications, seed)
    times = np.stack([np.bincount(draw, minlength=n) for draw in drawn_units]) / n
    frames = []
    for year, x in data.items():
        bumps = np.exp(-(((grid - x[:, None]) / widths[year]) ** 2) / 2)
        low, high = percentile_band(times @ bumps / (widths[year] * np.sqrt(2 * np.pi)), level)
        columns = {"x": grid, "density": kernels[year](grid), "low": low, "high": high}
        frames.append(pd.DataFrame({"year": year, **columns, "bandwidth": widths[year], "n": n}))
    return pd.concat(frames, ignore_index=True)


def density_peaks(densities: pd.DataFrame) -> pd.DataFrame:
    """Local maxima of each year's density.

    Parameters
    ----------
    densities : DataFrame
        From `kernel_densities`.

    Returns
    -------
    DataFrame: year, x, density, highest (whether it is the year's highest).
    """
    rows = []
    for year, curve in densities.groupby("year", sort=True):
        y, x = curve["density"].to_numpy(), curve["x"].to_numpy()
        peaks = np.flatnonzero((y[1:-1] > y[:-2]) & (y[1:-1] >= y[2:])) + 1
        rows += [(year, x[i], y[i], bool(y[i] == y.max())) for i in peaks]
    return pd.DataFrame(rows, columns=["year", "x", "density", "highest"])


def _values(panel, value, years) -> dict[int, np.ndarray]:
    if years is None:
        return {year: data[value].to_numpy(float) for year, data in sections(panel, value).items()}
    if not len(years):
        raise StudyError("expected at least one year, got none")
    return {year: cross_section(panel, value, year)[value].to_numpy(float) for year in years}


def _kernel(x: np.ndarray, year: int, bandwidth: str | float) -> gaussian_kde:
    if x.size < 3 or np.ptp(x) == 0:
        raise StudyError(
            f"expected at least three units with differing values in {year} for a density, got "
            f"{x.size} units and {np.unique(x).size} values"
        )
    if isinstance(bandwidth, str) and bandwidth not in ("silverman", "scott"):
        raise StudyError(f"expected bandwidth 'silverman', 'scott' or a number, got {bandwidth!r}")
    return gaussian_kde(x, bw_method=bandwidth)
