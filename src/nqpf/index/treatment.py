"""Denominators, and the outlier rule of COINr with every changed cell on record."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nqpf.errors import StudyError

UNTOUCHED, HIGH, LOW, LOGGED = 0, 1, -1, 2
ACTIONS = {HIGH: "winsorised, high", LOW: "winsorised, low", LOGGED: "log"}


def denominate(
    indicators: pd.DataFrame, denominators: pd.DataFrame, by: Mapping[str, str]
) -> pd.DataFrame:
    """Divide indicators by the denominators named for them; the others stay as they are.

    Parameters
    ----------
    indicators, denominators : DataFrame
        Indexed alike.
    by : Mapping
        Denominator column of an indicator column.

    Raises
    ------
    StudyError
        If a column does not exist, the rows differ, or a denominator is not positive.
    """
    unknown = [i for i in by if i not in indicators.columns]
    unknown += [d for d in by.values() if d not in denominators.columns]
    if unknown:
        raise StudyError(f"cannot denominate: no column {', '.join(sorted(set(unknown)))}")
    if not indicators.index.equals(denominators.index):
        raise StudyError("indicators and denominators must have the same rows in the same order")
    result = indicators.copy()
    for indicator, denominator in by.items():
        if (denominators[denominator] <= 0).any():
            raise StudyError(f"the denominator '{denominator}' must be positive everywhere")
        result[indicator] = indicators[indicator] / denominators[denominator]
    return result


def skewness(values: np.ndarray) -> np.ndarray:
    """Sample skewness of each column, NaN cells left out.

    Parameters
    ----------
    values : ndarray, shape (n, columns)

    Returns
    -------
    ndarray, shape (columns,)
        G1 of Joanes and Gill (1998, The Statistician 47, eq. 1.5): type 2 of e1071, as in Excel.
        NaN with fewer than three values or no variation.
    """
    return _shape(values)[0]


def excess_kurtosis(values: np.ndarray) -> np.ndarray:
    """Sample excess kurtosis of each column, NaN cells left out.

    Parameters
    ----------
    values : ndarray, shape (n, columns)

    Returns
    -------
    ndarray, shape (columns,)
        G2 of Joanes and Gill (1998, eq. 1.6): type 2 of e1071, as in Excel. NaN with fewer than
        four values or no variation.
    """
    return _shape(values)[1]


def winsorise_or_log(
    values: np.ndarray, *, most: int = 5, skew: float = 2.0, kurtosis: float = 3.5
) -> tuple[np.ndarray, np.ndarray]:
    """Treat columns that are both skewed and heavy-tailed, by the rule of COINr.

    A column with |skewness| above `skew` and excess kurtosis above `kurtosis` is winsorised: the
    most extreme value on the side of the skew takes the next value, again and again until the
    column passes. If `most` cells do not suffice, the original column is replaced by
    log(x - min + (max - min)/100) instead (Becker et al. 2022, JOSS 7(78), 4567; COINr's `Treat`).

    Parameters
    ----------
    values : ndarray, shape (n, columns)
    most : int
        Largest number of cells of a column to winsorise.
    skew, kurtosis : float
        Thresholds.

    Returns
    -------
    treated : ndarray, shape (n, columns)
    action : ndarray of int, shape (n, columns)
        0 untouched, 1 winsorised from above, -1 from below, 2 log.
    """

    def fails(columns: np.ndarray) -> np.ndarray:
        skewed, tailed = _shape(columns)
        return (np.abs(skewed) > skew) & (tailed > kurtosis)

    failing = np.flatnonzero(fails(values))
    treated, action = values.copy(), np.zeros(values.shape, dtype=np.int8)
    open_columns = failing
    while len(open_columns):
        columns, side = treated[:, open_columns], action[:, open_columns]
        sign = np.where(skewness(columns) >= 0, HIGH, LOW)
        upward = np.where(np.isfinite(columns), columns * sign, -np.inf)
        moved = upward == upward.max(axis=0)
        following = np.where(moved, -np.inf, upward).max(axis=0)
        treated[:, open_columns] = np.where(moved, following * sign, columns)
        action[:, open_columns] = np.where(moved, sign, side)
        spent = (action[:, open_columns] != UNTOUCHED).sum(axis=0) >= most
        open_columns = open_columns[~spent & fails(treated[:, open_columns])]

    hopeless = failing[fails(treated[:, failing])]
    original = values[:, hopeless]
    low, high = np.nanmin(original, axis=0), np.nanmax(original, axis=0)
    treated[:, hopeless] = np.log(original - low + 0.01 * (high - low))
    action[:, hopeless] = np.where(np.isfinite(original), LOGGED, UNTOUCHED)
    return treated, action


def _shape(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Skewness and excess kurtosis of the columns, NaN cells left out."""
    present = np.isfinite(values)
    n = present.sum(axis=0).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(present, values, 0.0).sum(axis=0) / n
        centred = np.where(present, values - mean, 0.0)
        squared = centred * centred
        m2 = squared.sum(axis=0) / n
        m3 = np.einsum("ij,ij->j", squared, centred) / n
        m4 = np.einsum("ij,ij->j", squared, squared) / n
        skewed = m3 / (m2 * np.sqrt(m2)) * np.sqrt(n * (n - 1)) / (n - 2)
        tailed = ((n + 1) * (m4 / m2**2 - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))
    return np.where(n > 2, skewed, np.nan), np.where(n > 3, tailed, np.nan)
