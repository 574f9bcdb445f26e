"""Differences, their instruments and their timing, for difference GMM."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.dynamics import lag_name, lagged


@dataclass(frozen=True)
class DifferencedPanel:
    """A panel in differences with instruments in levels.

    Attributes
    ----------
    terms : list of str
        Regressors but the year effects.
    y : ndarray, shape (N,)
    X : ndarray, shape (N, K)
        Differences; year dummies last.
    Z : ndarray, shape (N, M)
        Instruments; zero where a level is missing.
    years : ndarray of int, shape (N,)
    rows_of_units : list of ndarray
        Rows of every unit, by year.
    """

    terms: list[str]
    y: np.ndarray
    X: np.ndarray
    Z: np.ndarray
    years: np.ndarray
    rows_of_units: list[np.ndarray]

    @property
    def rows(self) -> int:
        """Differenced rows N."""
        return len(self.y)

    @property
    def groups(self) -> int:
        """Units with at least one row."""
        return len(self.rows_of_units)

    def link(self, rows: np.ndarray) -> np.ndarray:
        """Covariance pattern of differenced independent errors: 2, and -1 for adjacent years."""
        apart = np.abs(self.years[rows][:, None] - self.years[rows])
        return np.where(apart == 0, 2.0, np.where(apart == 1, -1.0, 0.0))

    def earlier(self, errors: np.ndarray, order: int) -> np.ndarray:
        """Errors of the same unit `order` years before, zero where there are none."""
        out = np.zeros_like(errors)
        for rows in self.rows_of_units:
            place = dict(zip(self.years[rows], rows, strict=True))
            for row in rows:
                before = place.get(self.years[row] - order)
                out[row] = 0.0 if before is None else errors[before]
        return out


def build_differenced(
    panel: pd.DataFrame,
    outcome: str,
    *,
    lags: int,
    exogenous: list[str],
    predetermined: list[str],
    endogenous: list[str],
    year_effects: bool,
    max_lag: int | None,
    collapse: bool,
    log: list[str],
) -> DifferencedPanel:
    """Difference the panel and lay out the instruments; see `gmm.fit_difference_gmm`.

    Raises
    ------
    StudyError
        Unknown or repeated columns, no row left, fewer instruments than coefficients.
    """
    names = [*exogenous, *predetermined, *endogenous]
    levels = _levels(panel, outcome, names, lags, max_lag, log)
    for k in range(1, lags + 1):
        levels[lag_name(outcome, k)] = lagged(levels, outcome, k)
    terms = [lag_name(outcome, k) for k in range(1, lags + 1)] + names
    wanted = levels[[outcome, *terms]]
    before = wanted.rename(index=lambda year: year + 1, level="year").reindex(wanted.index)
    changes = (wanted - before).dropna()
    if changes.empty:
        raise StudyError(
            f"no unit has {lags + 2} consecutive years of '{outcome}' and its regressors: "
            "difference GMM needs them"
        )
    rows = changes.index
    years = rows.get_level_values("year").to_numpy()
    dummies = np.zeros((len(rows), 0))
    if year_effects:
        dummies = (years[:, None] == np.unique(years)).astype(float)
    deep = {outcome: 2} | dict.fromkeys(predetermined, 1) | dict.fromkeys(endogenous, 2)
    blocks = [_instruments(levels, rows, name, deep[name], max_lag, collapse) for name in deep]
    Z = np.hstack([*blocks, changes[exogenous].to_numpy(), dummies])
    Z = Z[:, (Z != 0).any(axis=0)]
    X = np.hstack([changes[terms].to_numpy(), dummies])
    if Z.shape[1] < X.shape[1]:
        raise StudyError(
            f"expected at least as many instruments as coefficients, got {Z.shape[1]} for "
            f"{X.shape[1]}: raise max_lag or use fewer regressors"
        )
    still = [t for t, column in zip(terms, X.T, strict=False) if np.abs(column).max() < 1e-12]
    if still:
        raise StudyError(f"{', '.join(still)} does not change over time: drop it")
    units = pd.factorize(rows.get_level_values("unit"))[0]
    return DifferencedPanel(
        terms=terms,
        y=changes[outcome].to_numpy(),
        X=X,
        Z=Z,
        years=years,
        rows_of_units=[np.flatnonzero(units == unit) for unit in range(units.max() + 1)],
    )


def _levels(panel, outcome, names, lags, max_lag, log) -> pd.DataFrame:
    """Checked columns in levels, logarithms taken."""
    if list(panel.index.names) != ["unit", "year"] or not panel.index.is_unique:
        raise StudyError(
            f"expected unique rows with index levels unit, year; got {list(panel.index.names)}"
        )
    wanted = [outcome, *names]
    unknown = [name for name in wanted if name not in panel.columns]
    if unknown:
        raise StudyError(f"expected columns of the panel, got {', '.join(unknown)}")
    if len(set(wanted)) < len(wanted):
        raise StudyError(f"expected each column in one role, got {', '.join(wanted)}")
    if lags < 1:
        raise StudyError(f"expected at least one lag of the outcome, got {lags}")
    if max_lag is not None and max_lag < 2:
        raise StudyError(f"expected instruments lagged two years or more, got max_lag {max_lag}")
    levels = panel[wanted].astype(float).sort_index()
    if (levels[log] <= 0).any(axis=None):
        raise StudyError(f"expected positive values of {', '.join(log)} to take logarithms")
    levels[log] = np.log(levels[log])
    if np.isinf(levels.to_numpy()).any():
        raise StudyError(f"expected finite values of {', '.join(wanted)}, got inf")
    return levels


def _instruments(levels, rows, name, shortest, max_lag, collapse) -> np.ndarray:
    """Levels of one variable lagged `shortest` years and more, zero where missing."""
    years = rows.get_level_values("year").to_numpy()
    longest = int(years.max() - levels.index.get_level_values("year").min())
    longest = longest if max_lag is None else min(longest, max_lag)
    lagged_levels = [
        lagged(levels, name, k).reindex(rows).fillna(0.0).to_numpy()
        for k in range(shortest, longest + 1)
    ]
    if not lagged_levels:
        return np.zeros((len(rows), 0))
    block = np.column_stack(lagged_levels)
    if collapse:
        return block
    by_year = years[:, None] == np.unique(years)
    return (by_year[:, :, None] * block[:, None, :]).reshape(len(rows), -1)
