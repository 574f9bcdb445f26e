"""Differences, their instruments and their timing, for difference GMM."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.dynamics import lag_name
from nqpf.regression.rows import check_index, rows_before, sorted_rows, taken


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
    index : MultiIndex, length N
        Unit and year of every row, sorted.
    """

    terms: list[str]
    y: np.ndarray
    X: np.ndarray
    Z: np.ndarray
    index: pd.MultiIndex

    @property
    def rows(self) -> int:
        """Differenced rows N."""
        return len(self.y)

    @property
    def groups(self) -> int:
        """Units with at least one row."""
        return len(self._starts)

    @cached_property
    def _starts(self) -> np.ndarray:
        """First row of every unit."""
        return np.flatnonzero(np.diff(self.index.codes[0], prepend=-1))

    def by_unit(self, values: np.ndarray) -> np.ndarray:
        """Sums over the rows of each unit, shape (G, ...)."""
        return np.add.reduceat(values, self._starts, axis=0)

    def earlier(self, values: np.ndarray, order: int) -> np.ndarray:
        """Values (N, ...) of the same unit `order` years before, zero where there are none."""
        return taken(values, rows_before(self.index, order), 0.0)

    def linked(self) -> np.ndarray:
        """Z'HZ, H the pattern of differenced independent errors: 2, and -1 for adjacent years."""
        cross = self.Z.T @ self.earlier(self.Z, 1)
        return 2 * self.Z.T @ self.Z - cross - cross.T


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
    everything, values = _levels(panel, outcome, names, lags, max_lag, log)
    earlier = cache(lambda years: rows_before(everything, years))
    for k in range(1, lags + 1):
        values[lag_name(outcome, k)] = taken(values[outcome], earlier(k))
    terms = [lag_name(outcome, k) for k in range(1, lags + 1)] + names
    wanted = np.column_stack([values[name] for name in (outcome, *terms)])
    changes = wanted - taken(wanted, earlier(1))
    kept = np.isfinite(changes).all(axis=1)
    if not kept.any():
        raise StudyError(
            f"no unit has {lags + 2} consecutive years of '{outcome}' and its regressors: "
            "difference GMM needs them"
        )
    changes = dict(zip((outcome, *terms), changes[kept].T, strict=True))
    known = everything.get_level_values("year").to_numpy()
    years = known[kept]
    dummies = np.zeros((len(years), 0))
    if year_effects:
        dummies = (years[:, None] == np.unique(years)).astype(float)
    longest = int(years.max() - known.min())
    longest = longest if max_lag is None else min(longest, max_lag)
    before = np.column_stack([earlier(k)[kept] for k in range(1, longest + 1)])
    deep = {outcome: 2} | dict.fromkeys(predetermined, 1) | dict.fromkeys(endogenous, 2)
    blocks = [
        np.nan_to_num(taken(values[name], before[:, first - 1 :])) for name, first in deep.items()
    ]
    if not collapse:
        blocks = [_by_year(block, years) for block in blocks]
    own = [changes[name][:, None] for name in exogenous]
    Z = np.hstack([*blocks, *own, dummies])
    Z = Z[:, (Z != 0).any(axis=0)]
    X = np.hstack([*(changes[name][:, None] for name in terms), dummies])
    if Z.shape[1] < X.shape[1]:
        raise StudyError(
            f"expected at least as many instruments as coefficients, got {Z.shape[1]} for "
            f"{X.shape[1]}: raise max_lag or use fewer regressors"
        )
    still = [t for t, column in zip(terms, X.T, strict=False) if np.abs(column).max() < 1e-12]
    if still:
        raise StudyError(f"{', '.join(still)} does not change over time: drop it")
    rows = everything.take(np.flatnonzero(kept))
    return DifferencedPanel(terms=terms, y=changes[outcome], X=X, Z=Z, index=rows)


def _levels(
    panel, outcome, names, lags, max_lag, log
) -> tuple[pd.MultiIndex, dict[str, np.ndarray]]:
    """Sorted rows and checked columns in levels, logarithms taken."""
    check_index(panel)
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
    rows, positions = sorted_rows(panel.index, np.ones(len(panel), dtype=bool))
    levels = {name: panel[name].to_numpy(float)[positions] for name in wanted}
    if any((levels[name] <= 0).any() for name in log):
        raise StudyError(f"expected positive values of {', '.join(log)} to take logarithms")
    levels |= {name: np.log(levels[name]) for name in log}
    if any(np.isinf(column).any() for column in levels.values()):
        raise StudyError(f"expected finite values of {', '.join(wanted)}, got inf")
    return rows, levels


def _by_year(block: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Instruments (N, M) once for every year, zero in other years."""
    by_year = years[:, None] == np.unique(years)
    return (by_year[:, :, None] * block[:, None, :]).reshape(len(years), -1)
