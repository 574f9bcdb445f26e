"""Difference GMM for panels with a lagged outcome, made for few units.

Arellano and Bond (1991, Rev. Economic Studies 58): differences remove the unit effects, earlier
levels are instruments. Collapsed instruments, one per lag rather than one per lag and year
(Roodman 2009, Oxford Bulletin 71), keep their number down; two-step standard errors are corrected
(Windmeijer 2005, J. Econometrics 126). The theory lets the number of *units* grow: with 21 or 31
read the results as a check of sign and size, never as the headline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import special

from nqpf.errors import StudyError
from nqpf.regression.columns import row_of
from nqpf.regression.gmm_design import DifferencedPanel, build_differenced

FEW_UNITS = 100


@dataclass(frozen=True)
class GmmFit:
    """A fitted dynamic panel.

    Attributes
    ----------
    columns : dict of str to ndarray
        Columns of `terms`.
    one_step : Series
        One-step estimates by term.
    covariance : ndarray, shape (K, K)
        Of all coefficients, year effects last.
    steps : int
        1 or 2.
    rows, groups, instruments, parameters : int
        Differenced rows, units, columns of the instrument matrix, coefficients.
    dependence : tuple of dict
        Rows of `autocorrelation`.
    hansen, hansen_df, hansen_p : float
        Test of overidentifying restrictions at the two-step weights, df = instruments -
        parameters. A p-value near one with many instruments says nothing.
    sargan, sargan_p : float
        The same at the one-step weights; not robust, but not weakened by many instruments.
    warnings : tuple of str
        What the reader must be told.
    """

    columns: dict[str, list[str] | np.ndarray]
    one_step: pd.Series
    covariance: np.ndarray
    steps: int
    rows: int
    groups: int
    instruments: int
    parameters: int
    dependence: tuple[dict[str, float], ...]
    hansen: float
    hansen_df: int
    hansen_p: float
    sargan: float
    sargan_p: float
    warnings: tuple[str, ...]

    @cached_property
    def terms(self) -> pd.DataFrame:
        """Tidy coefficients, those of year effects left out.

        Columns term, estimate, se (two-step: Windmeijer; one-step: robust), t, p, low, high (t with
        groups - 1 degrees, 95 %), se_uncorrected.
        """
        return pd.DataFrame(self.columns)

    @cached_property
    def autocorrelation(self) -> pd.DataFrame:
        """Arellano and Bond's tests of the differenced errors: order (1, 2), z, p.

        Order 1 is expected; order 2 speaks against the instruments. Missing with too few years.
        """
        return pd.DataFrame(self.dependence)

    def term(self, name: str) -> pd.Series:
        """Row of `terms`."""
        names = self.columns["term"]
        if name not in names:
            raise StudyError(f"expected a term among {', '.join(names)}, got '{name}'")
        return row_of(self.columns, names.index(name))


def fit_difference_gmm(
    panel: pd.DataFrame,
    outcome: str,
    *,
    lags: int = 1,
    exogenous: Sequence[str] = (),
    predetermined: Sequence[str] = (),
    endogenous: Sequence[str] = (),
    year_effects: bool = True,
    max_lag: int | None = None,
    collapse: bool = True,
    steps: int = 2,
    log: Sequence[str] = (),
) -> GmmFit:
    """Fit y_it = sum_k a_k y_i,t-k + x_it b + unit_i + year_t + e_it in differences.

    Parameters
    ----------
    panel : DataFrame
        Index levels unit and year; gaps allowed: a difference needs both years.
    outcome : str
    lags : int
        Lags of the outcome among the regressors, at least one.
    exogenous : sequence of str
        Uncorrelated with all errors of the unit: their differences instrument themselves.
    predetermined : sequence of str
        Uncorrelated with present and later errors: levels lagged one year and more.
    endogenous : sequence of str
        Uncorrelated with later errors only: levels lagged two years and more, as the outcome's.
    year_effects : bool
        Dummies of the differenced years.
    max_lag : int, optional
        Longest lag used as instrument; default all.
    collapse : bool
        One instrument per variable and lag; False: one per variable, lag and year.
    steps : {1, 2}
    log : sequence of str
        Columns taken in natural logarithms.

    Returns
    -------
    GmmFit

    Raises
    ------
    StudyError
        No usable row, fewer instruments than coefficients, collinear regressors.
    """
    if steps not in (1, 2):
        raise StudyError(f"expected one or two steps, got {steps}")
    data = build_differenced(
        panel,
        outcome,
        lags=lags,
        exogenous=list(exogenous),
        predetermined=list(predetermined),
        endogenous=list(endogenous),
        year_effects=year_effects,
        max_lag=max_lag,
        collapse=collapse,
        log=list(log),
    )
    first = _step(data, _inverse(data.linked()))
    sandwich = _robust(data, first)
    second = _step(data, _inverse(_outer_scores(data, first.errors)))
    corrected = _windmeijer(data, first, second, sandwich)
    used, plain, covariance = (
        (first, _homoskedastic(data, first), sandwich)
        if steps == 1
        else (second, second.bread, corrected)
    )
    m, k = data.Z.shape[1], data.X.shape[1]
    moments = data.Z.T @ second.errors
    hansen = float(moments @ second.weight @ moments)
    moments = data.Z.T @ first.errors
    sargan = float(moments @ first.weight @ moments / _error_variance(data, first))
    listed = slice(0, len(data.terms))
    return GmmFit(
        columns=_columns(data, used.b[listed], covariance[listed, listed], plain[listed, listed]),
        one_step=pd.Series(first.b[listed], data.terms),
        covariance=covariance,
        steps=steps,
        rows=data.rows,
        groups=data.groups,
        instruments=m,
        parameters=k,
        dependence=_autocorrelation(data, used, covariance),
        hansen=hansen,
        hansen_df=m - k,
        hansen_p=float(special.chdtrc(m - k, hansen)) if m > k else float("nan"),
        sargan=sargan,
        sargan_p=float(special.chdtrc(m - k, sargan)) if m > k else float("nan"),
        warnings=_warnings(data.groups, m, k),
    )


@dataclass(frozen=True)
class _Step:
    """Coefficients b with weight A, errors, (X'ZAZ'X)^-1 and the map from moments to b."""

    b: np.ndarray
    weight: np.ndarray
    errors: np.ndarray
    bread: np.ndarray
    reach: np.ndarray


def _step(data: DifferencedPanel, weight: np.ndarray) -> _Step:
    """Minimise the weighted moments."""
    ZX, Zy = data.Z.T @ data.X, data.Z.T @ data.y
    gram = ZX.T @ weight @ ZX
    scale = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    if np.linalg.eigvalsh(gram / np.outer(scale, scale))[0] < 1e-10:
        raise StudyError(
            "singular design: in differences some regressors are collinear or unrelated to every "
            f"instrument among {', '.join(data.terms)}: drop one"
        )
    bread = np.linalg.inv(gram)
    reach = bread @ ZX.T @ weight
    b = reach @ Zy
    return _Step(b, weight, data.y - data.X @ b, bread, reach)


def _scores(data, errors) -> np.ndarray:
    """Z_i'e_i of every unit, shape (G, M)."""
    return data.by_unit(data.Z * errors[:, None])


def _outer_scores(data, errors) -> np.ndarray:
    """Sum over units of Z_i'e_i e_i'Z_i."""
    scores = _scores(data, errors)
    return scores.T @ scores


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """Inverse, generalised when there are more instruments than units."""
    return np.linalg.pinv(matrix, rcond=1e-12, hermitian=True)


def _robust(data, first: _Step) -> np.ndarray:
    """One-step covariance robust to heteroskedasticity and dependence within units."""
    return first.reach @ _outer_scores(data, first.errors) @ first.reach.T


def _homoskedastic(data, first: _Step) -> np.ndarray:
    """One-step covariance under independent errors of equal variance."""
    return _error_variance(data, first) * first.bread


def _error_variance(data, first: _Step) -> float:
    """Variance of the errors in levels: half of that of their differences."""
    return float(first.errors @ first.errors / 2 / (data.rows - len(first.b)))


def _windmeijer(data, first: _Step, second: _Step, sandwich: np.ndarray) -> np.ndarray:
    """Two-step covariance with the weight's own variation (Windmeijer 2005, eq. 2.5)."""
    own = _scores(data, first.errors)
    pull = second.weight @ (data.Z.T @ second.errors)
    D = np.empty_like(second.bread)
    for k in range(len(first.b)):
        moved = _scores(data, data.X[:, k])
        change = moved.T @ own
        D[:, k] = second.reach @ (change + change.T) @ pull
    crossed = D @ second.bread
    return second.bread + crossed + crossed.T + D @ sandwich @ D.T


def _autocorrelation(data, used: _Step, covariance) -> tuple[dict[str, float], ...]:
    """Arellano and Bond's (1991, eq. 8) tests of differenced errors, orders 1 and 2."""
    rows = []
    for order in (1, 2):
        earlier = data.earlier(used.errors, order)
        both = data.by_unit(earlier * used.errors)
        total = both.sum()
        pull = earlier @ data.X
        scores = _scores(data, used.errors)
        middle = (scores * both[:, None]).sum(axis=0)
        variance = both @ both - 2 * pull @ used.reach @ middle + pull @ covariance @ pull
        z = total / np.sqrt(variance) if variance > 0 else float("nan")
        rows.append({"order": order, "z": z, "p": 2 * special.ndtr(-abs(z))})
    return tuple(rows)


def _columns(data, b, covariance, plain) -> dict[str, list[str] | np.ndarray]:
    """Tidy coefficients with t(groups - 1)."""
    se = np.sqrt(np.diag(covariance))
    df = data.groups - 1
    reach = special.stdtrit(df, 0.975) * se
    return {
        "term": data.terms,
        "estimate": b,
        "se": se,
        "t": b / se,
        "p": 2 * special.stdtr(df, -np.abs(b / se)),
        "low": b - reach,
        "high": b + reach,
        "se_uncorrected": np.sqrt(np.diag(plain)),
    }


def _warnings(groups, instruments, parameters) -> tuple[str, ...]:
    """Sentences the reader must see."""
    out = []
    if instruments > groups:
        out.append(
            f"{instruments} instruments for {groups} units: two-step weights are singular and the "
            "Hansen test cannot reject; collapse, or limit the lags"
        )
    if groups < FEW_UNITS:
        out.append(f"{groups} units: the theory of this estimator needs many more")
    if instruments == parameters:
        out.append("as many instruments as coefficients: the restrictions cannot be tested")
    return tuple(out)
