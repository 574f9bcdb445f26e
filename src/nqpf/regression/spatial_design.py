"""Arrays of a spatial regression: a cross-section, or a balanced panel with its effects taken out.

Unit and year means are subtracted; the likelihood then counts only the dimensions that are left.
That is the transformation of Lee and Yu (2010, J. Econometrics 154, sec. 3): orthonormal forward
differences over years remove the unit effects and leave T - 1 periods; with row-standardised
weights the same over units removes the year effects, leaves n - 1 units and takes one unit root
out of the determinant. Without it the variance, and with year effects rho as well, are biased.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.rows import check_index, rows_at, taken
from nqpf.regression.spatial_weights import SpatialWeights

COLLINEAR = 1e-9


@dataclass(frozen=True)
class SpatialDesign:
    """Data of one spatial regression.

    Attributes
    ----------
    outcome : str
    names : tuple of str, length K
        Regressors; "const" first in a cross-section.
    weights : SpatialWeights
    years : tuple of int, length T
        Empty for a cross-section, which counts as T = 1.
    effects : tuple of str
        Of "unit", "year".
    y, Wy : ndarray, shape (N,)
        Outcome and its spatial lag, effects taken out; N = n T, year by year.
    X, WX : ndarray, shape (N, K)
    """

    outcome: str
    names: tuple[str, ...]
    weights: SpatialWeights
    years: tuple[int, ...]
    effects: tuple[str, ...]
    y: np.ndarray
    Wy: np.ndarray
    X: np.ndarray
    WX: np.ndarray

    @property
    def periods(self) -> int:
        """Copies of the map in the likelihood: T, or T - 1 with unit effects."""
        return max(1, len(self.years)) - ("unit" in self.effects)

    @property
    def rows(self) -> int:
        """Free dimensions of the data: n T less those of the effects."""
        return self.periods * (self.weights.n - ("year" in self.effects))

    @property
    def slopes(self) -> tuple[str, ...]:
        """Regressors but the constant."""
        return tuple(name for name in self.names if name != "const")

    def lag(self, columns: np.ndarray) -> np.ndarray:
        """Spatial lag of columns free of the effects, shape (N,) or (N, K)."""
        return self.multiply(self.weights.dense, columns)

    def multiply(self, matrix: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Apply an n x n matrix year by year and take the year effects out again."""
        cube = columns.reshape(-1, self.weights.n, *columns.shape[1:])
        out = np.einsum("ij,tj...->ti...", matrix, cube)
        if "year" in self.effects:
            out = out - out.mean(axis=1, keepdims=True)
        return out.reshape(columns.shape)

    def seen(self, matrix: np.ndarray) -> np.ndarray:
        """Part of an n x n matrix that acts on data without year effects."""
        if "year" not in self.effects:
            return matrix
        centred = matrix - matrix.mean(axis=0)
        return centred - centred.mean(axis=1, keepdims=True)

    def log_determinant(self, rho: float) -> float:
        """Log determinant of I - rho W over the free dimensions."""
        size = np.log(np.abs(1 - rho * self.weights.eigenvalues)).sum()
        if "year" in self.effects:
            size -= np.log(1 - rho)
        return float(self.periods * size)

    def bounds(self) -> tuple[float, float]:
        """Open interval around zero in which I - rho W is invertible."""
        values = self.weights.eigenvalues
        real = values.real[np.abs(values.imag) < 1e-12]
        return (1 / real.min() if real.min() < 0 else -1.0), 1 / real.max()


def cross_section(
    frame: pd.DataFrame, outcome: str, regressors: Sequence[str], weights: SpatialWeights
) -> SpatialDesign:
    """Design of one cross-section, with a constant.

    Parameters
    ----------
    frame : DataFrame
        Index: unit; one row per unit of the weights, in any order.
    outcome, regressors : str, sequence of str
    weights : SpatialWeights
    """
    names = _listed(regressors)
    _check_columns(frame, [outcome, *names])
    if set(frame.index) != set(weights.units) or len(frame) != weights.n:
        wrong = sorted(map(str, set(frame.index) ^ set(weights.units)))
        raise StudyError(
            f"expected one row per unit of the weights, differing in: {', '.join(wrong)}; "
            "restrict the weights or the frame"
        )
    data = frame.loc[list(weights.units), [outcome, *names]].to_numpy(float)
    if not np.isfinite(data).all():
        bad = [
            u for u, ok in zip(weights.units, np.isfinite(data).all(axis=1), strict=True) if not ok
        ]
        raise StudyError(
            f"expected finite values, got gaps for {', '.join(bad)}: restrict the weights"
        )
    data = np.column_stack([data[:, :1], np.ones(len(data)), data[:, 1:]])
    return _design(data[None], outcome, ("const", *names), weights, (), ())


def balanced_panel(
    panel: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    weights: SpatialWeights,
    *,
    effects: Sequence[str] = ("unit", "year"),
    years: Sequence[int] | None = None,
    log: Sequence[str] = (),
) -> SpatialDesign:
    """Design of a balanced panel with its effects taken out.

    Parameters
    ----------
    panel : DataFrame
        Index levels unit and year.
    outcome, regressors : str, sequence of str
    weights : SpatialWeights
        Its units are used, all of them in all years.
    effects : sequence of str
        "unit", or "unit" and "year" (which needs row-standardised weights).
    years : sequence of int, optional
        Default all years of the panel; see `complete_years`.
    log : sequence of str
        Columns taken in natural logarithms.

    Raises
    ------
    StudyError
        A gap (a missing neighbour would make another variable of the lag), one year only, a
        regressor without variation, weights that do not fit the effects.
    """
    names = _listed(regressors)
    _check_columns(panel, [outcome, *names])
    if tuple(effects) not in (("unit",), ("unit", "year")):
        raise StudyError(f"expected effects of units, or of units and years; got {list(effects)}")
    if "year" in effects and not weights.is_row_standardised:
        raise StudyError(f"year effects need row-standardised weights, '{weights.kind}' is not")
    check_index(panel)
    known = np.unique(panel.index.get_level_values("year"))
    years = [int(year) for year in (known if years is None else years)]
    if len(years) < 2:
        raise StudyError(f"expected at least two years with unit effects, got {len(years)}")
    rows = rows_at(panel.index, weights.units, years)
    everything = (outcome, *names)
    columns = np.array([taken(panel[name].to_numpy(float), rows) for name in everything])
    gaps = np.argwhere(np.isnan(columns).any(axis=0))
    if len(gaps):
        first = ", ".join(f"{weights.units[unit]} {years[year]}" for year, unit in gaps[:5])
        raise StudyError(
            f"expected every unit in every year, {len(gaps)} rows have gaps ({first}...): "
            "choose years with complete_years, or restrict the weights to fewer units"
        )
    logged = [name in log for name in everything]
    if (columns[logged] <= 0).any():
        raise StudyError(f"expected positive values of {', '.join(log)} to take logarithms")
    columns[logged] = np.log(columns[logged])
    cube = columns.transpose(1, 2, 0)
    return _design(cube, outcome, tuple(names), weights, tuple(years), tuple(effects))


def complete_years(panel: pd.DataFrame, columns: Sequence[str], units: Sequence[str]) -> list[int]:
    """Years in which all the units have all the columns.

    Raises
    ------
    StudyError
        If there is none.
    """
    _check_columns(panel, columns)
    whole = panel[list(columns)].notna().all(axis=1).unstack("unit")
    whole = whole.reindex(columns=list(units)).eq(True).all(axis=1)
    years = [int(year) for year in whole.index[whole]]
    if not years:
        raise StudyError(
            f"no year has {', '.join(columns)} for all {len(units)} units: use fewer units"
        )
    return years


def _design(cube, outcome, names, weights, years, effects) -> SpatialDesign:
    """Lag, demean and check; `cube` is years by units by outcome and regressors."""
    lagged = np.einsum("ij,tjk->tik", weights.dense, cube)

    def demeaned(values):
        out = values
        for _ in range(2 if effects else 0):  # the second pass removes rounding of the first
            if "unit" in effects:
                out = out - out.mean(axis=0)
            if "year" in effects:
                out = out - out.mean(axis=1, keepdims=True)
        return out.reshape(-1, values.shape[2])

    own, other = demeaned(cube), demeaned(lagged)
    _check_rank(own[:, 1:], cube.reshape(own.shape)[:, 1:], names, effects)
    design = SpatialDesign(
        outcome=outcome,
        names=names,
        weights=weights,
        years=years,
        effects=effects,
        y=own[:, 0],
        Wy=other[:, 0],
        X=own[:, 1:],
        WX=other[:, 1:],
    )
    if design.rows <= 2 * len(names) + 2:
        raise StudyError(
            f"expected more rows than parameters, got {design.rows} free rows for "
            f"{len(names)} regressors, their lags and two more: use fewer regressors"
        )
    return design


def _check_rank(X, raw, names, effects) -> None:
    """Name regressors without variation or collinear with others."""
    size = np.sqrt((X**2).sum(axis=0))
    still = size <= COLLINEAR * np.maximum(np.sqrt((raw**2).sum(axis=0)), 1e-300)
    if still.any():
        raise StudyError(
            f"{', '.join(np.array(names)[still])} does not vary once {' and '.join(effects)} "
            "effects are taken out: drop or interact it"
        )
    values, vectors = np.linalg.eigh((X / size).T @ (X / size))
    if values[0] < COLLINEAR:
        involved = ", ".join(np.array(names)[np.abs(vectors[:, 0]) > 1e-3])
        raise StudyError(f"singular design: {involved} are collinear; drop one")


def _check_columns(frame, names) -> None:
    """Refuse unknown or repeated columns."""
    unknown = [name for name in names if name not in frame.columns]
    if unknown:
        raise StudyError(f"expected columns of the data, got {', '.join(map(str, unknown))}")
    if len(set(names)) < len(names) or len(names) < 2:
        raise StudyError(f"expected an outcome and distinct regressors, got {', '.join(names)}")


def _listed(regressors: Sequence[str]) -> list[str]:
    """Regressors as a list, one name allowed."""
    return [regressors] if isinstance(regressors, str) else list(regressors)
