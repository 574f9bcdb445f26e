"""Spatial regressions by maximum likelihood: SAR, SEM, SLX and SDM.

    SAR   y = rho W y + X b + e            SLX   y = X b + W X c + e
    SDM   y = rho W y + X b + W X c + e    SEM   y = X b + u,  u = lambda W u + e

The likelihood is concentrated: given rho (or lambda) everything else is least squares, so one
bounded search is left; the determinant comes from the eigenvalues of W, computed once (Ord 1975,
J. American Statistical Association 70). Standard errors invert the expected information (Anselin
1988, Spatial Econometrics, eq. 6.23 and 6.28) and so assume independent errors of equal variance
over units *and years*: with serial correlation they are too small. SLX terms can be tested with
exact few-cluster inference instead: `spatial_weights.spatial_lag` columns in `panel.fit_two_way`.

Coefficients of SAR and SDM are not effects; `spatial_impacts.impacts` gives those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import optimize, special

from nqpf.errors import StudyError
from nqpf.regression.columns import row_of
from nqpf.regression.spatial_design import SpatialDesign, balanced_panel, cross_section
from nqpf.regression.spatial_weights import SpatialWeights

MODELS = ("SAR", "SEM", "SLX", "SDM")
GRID = 64


@dataclass(frozen=True)
class SpatialFit:
    """A fitted spatial regression.

    Attributes
    ----------
    model : str
        "SAR", "SEM", "SLX" or "SDM".
    design : SpatialDesign
    names : tuple of str, length P
        Terms: regressors, their lags ("W x") in SLX and SDM, then "rho" or "lambda".
    estimate : ndarray, shape (P,)
    covariance : ndarray, shape (P, P)
    sigma2 : float
        Maximum likelihood error variance.
    loglik, loglik_ols : float
        Log likelihood of the model, and of the same one without rho or lambda.
    residuals : ndarray, shape (N,)
        Year by year, units in the order of the weights.
    """

    model: str
    design: SpatialDesign
    names: tuple[str, ...]
    estimate: np.ndarray
    covariance: np.ndarray
    sigma2: float
    loglik: float
    loglik_ols: float
    residuals: np.ndarray

    @cached_property
    def terms(self) -> pd.DataFrame:
        """Tidy coefficients: term, estimate, se, z, p, low, high (normal, 95 %)."""
        return pd.DataFrame(self._columns)

    @cached_property
    def _columns(self) -> dict[str, list[str] | np.ndarray]:
        """Columns of `terms`."""
        return normal_columns(self.names, self.estimate, np.sqrt(np.diag(self.covariance)))

    def term(self, name: str) -> pd.Series:
        """Row of `terms`."""
        if name not in self.names:
            raise StudyError(f"expected a term among {', '.join(self.names)}, got '{name}'")
        return row_of(self._columns, self.names.index(name))

    @property
    def dependence(self) -> float:
        """Estimate of rho or lambda; zero in SLX."""
        return float(self.estimate[-1]) if self.names[-1] in ("rho", "lambda") else 0.0

    @property
    def n(self) -> int:
        """Rows of data, n T."""
        return len(self.design.y)

    @property
    def units(self) -> int:
        """Number of units n."""
        return self.design.weights.n

    @property
    def aic(self) -> float:
        """Akaike's criterion: 2 parameters (the variance counted) - 2 log likelihood."""
        return 2 * (len(self.names) + 1) - 2 * self.loglik


def fit_spatial_cross_section(
    frame: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    weights: SpatialWeights,
    model: str,
) -> SpatialFit:
    """Fit a spatial model with a constant to one row per unit.

    Parameters
    ----------
    frame : DataFrame
        Index: unit.
    outcome, regressors : str, sequence of str
    weights : SpatialWeights
    model : {"SAR", "SEM", "SLX", "SDM"}
    """
    return _fit(cross_section(frame, outcome, regressors, weights), model)


def fit_spatial_panel(
    panel: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    weights: SpatialWeights,
    model: str,
    *,
    effects: Sequence[str] = ("unit", "year"),
    years: Sequence[int] | None = None,
    log: Sequence[str] = (),
) -> SpatialFit:
    """Fit a spatial model to a balanced panel, effects partialled out (Lee and Yu 2010).

    Parameters
    ----------
    panel : DataFrame
        Index levels unit and year.
    outcome, regressors : str, sequence of str
    weights : SpatialWeights
        Its units, all of them in every year, are the sample.
    model : {"SAR", "SEM", "SLX", "SDM"}
    effects, years, log
        See `spatial_design.balanced_panel`. Leave year effects out only to compare with software
        that has none: a common trend then loads on rho.

    Raises
    ------
    StudyError
        Unknown model, gaps, no variation, collinear regressors.
    """
    design = balanced_panel(
        panel, outcome, regressors, weights, effects=effects, years=years, log=log
    )
    return _fit(design, model)


def likelihood_ratio(restricted: SpatialFit, full: SpatialFit) -> pd.Series:
    """Compare two nested models: statistic, df, p (chi-squared).

    SAR and SLX are nested in SDM; so is SEM, with the common factor restriction c = -rho b.
    """
    nested = restricted.model != full.model and full.model == "SDM"
    if not nested or restricted.n != full.n or restricted.design.names != full.design.names:
        raise StudyError(
            f"expected a model nested in an SDM of the same data, got {restricted.model} "
            f"and {full.model}"
        )
    statistic = 2 * (full.loglik - restricted.loglik)
    df = len(full.names) - len(restricted.names)
    p = float(special.chdtrc(df, statistic))
    return pd.Series({"statistic": statistic, "df": df, "p": p})


def normal_columns(names, estimate, se) -> dict[str, list[str] | np.ndarray]:
    """Columns of a tidy frame of estimates with normal p-values and 95 % intervals."""
    z = np.divide(estimate, se, out=np.full(len(se), np.nan), where=se > 0)
    reach = special.ndtri(0.975) * se
    return {
        "term": list(names),
        "estimate": estimate,
        "se": se,
        "z": z,
        "p": 2 * special.ndtr(-np.abs(z)),
        "low": estimate - reach,
        "high": estimate + reach,
    }


def _fit(design: SpatialDesign, model: str) -> SpatialFit:
    """Fit one of the models to a prepared design."""
    names, Z = list(design.names), design.X
    if model in ("SLX", "SDM"):
        varied = [k for k, name in enumerate(design.names) if name != "const"]
        Z = np.hstack([Z, design.WX[:, varied]])
        names += [f"W {name}" for name in design.slopes]
        if np.linalg.matrix_rank(Z / np.sqrt((Z**2).sum(axis=0)), tol=1e-7) < Z.shape[1]:
            raise StudyError("singular design: a regressor's spatial lag is collinear with others")
    match model:
        case "SLX":
            return _slx(design, names, Z)
        case "SAR" | "SDM":
            return _lag(design, names, Z, model)
        case "SEM":
            return _error(design, names, Z)
    raise StudyError(f"expected a model among {', '.join(MODELS)}, got '{model}'")


def _slx(design, names, Z) -> SpatialFit:
    """Least squares on regressors and their lags."""
    b, errors = _least_squares(Z, design.y)
    sigma2 = errors @ errors / design.rows
    unbiased = errors @ errors / (design.rows - Z.shape[1])
    level = _gaussian(design.rows, sigma2)
    return SpatialFit(
        model="SLX",
        design=design,
        names=tuple(names),
        estimate=b,
        covariance=unbiased * np.linalg.inv(Z.T @ Z),
        sigma2=float(sigma2),
        loglik=level,
        loglik_ols=level,
        residuals=errors,
    )


def _lag(design, names, Z, model) -> SpatialFit:
    """SAR, and SDM with lagged regressors in Z."""
    b0, e0 = _least_squares(Z, design.y)
    b1, e1 = _least_squares(Z, design.Wy)

    def loglik(rho):
        sigma2 = ((e0 - rho * e1) ** 2).sum() / design.rows
        return _gaussian(design.rows, sigma2) + design.log_determinant(rho)

    rho = _maximum(loglik, *design.bounds())
    b, errors = b0 - rho * b1, e0 - rho * e1
    sigma2 = float(errors @ errors / design.rows)
    W = design.weights.dense
    A = W @ np.linalg.inv(np.eye(len(W)) - rho * W)
    seen = design.seen(A)
    pull = design.multiply(A, Z @ b)  # what W y is expected to be
    k = Z.shape[1]
    information = np.zeros((k + 2, k + 2))  # order: b, rho, sigma2
    information[:k, :k] = Z.T @ Z / sigma2
    information[:k, k] = information[k, :k] = Z.T @ pull / sigma2
    information[k, k] = design.periods * ((seen * seen.T).sum() + (seen**2).sum())
    information[k, k] += pull @ pull / sigma2
    information[k, k + 1] = information[k + 1, k] = design.periods * np.trace(seen) / sigma2
    information[k + 1, k + 1] = design.rows / (2 * sigma2**2)
    return SpatialFit(
        model=model,
        design=design,
        names=(*names, "rho"),
        estimate=np.append(b, rho),
        covariance=np.linalg.inv(information)[: k + 1, : k + 1],
        sigma2=sigma2,
        loglik=loglik(rho),
        loglik_ols=loglik(0.0),
        residuals=errors,
    )


def _error(design, names, Z) -> SpatialFit:
    """SEM: generalised least squares given lambda."""
    own = np.column_stack([design.y, Z])
    other = np.column_stack([design.Wy, design.WX])
    parts = own.T @ own, own.T @ other + other.T @ own, other.T @ other

    def loglik(lam):
        gram = parts[0] - lam * parts[1] + lam**2 * parts[2]
        rss = gram[0, 0] - gram[0, 1:] @ np.linalg.solve(gram[1:, 1:], gram[1:, 0])
        return _gaussian(design.rows, rss / design.rows) + design.log_determinant(lam)

    lam = _maximum(loglik, *design.bounds())
    filtered = own - lam * other
    b, errors = _least_squares(filtered[:, 1:], filtered[:, 0])
    sigma2 = float(errors @ errors / design.rows)
    W = design.weights.dense
    seen = design.seen(W @ np.linalg.inv(np.eye(len(W)) - lam * W))
    info = np.empty((2, 2))  # order: lambda, sigma2
    info[0, 0] = design.periods * ((seen * seen.T).sum() + (seen**2).sum())
    info[0, 1] = info[1, 0] = design.periods * np.trace(seen) / sigma2
    info[1, 1] = design.rows / (2 * sigma2**2)
    k = len(names)
    covariance = np.zeros((k + 1, k + 1))
    covariance[:k, :k] = sigma2 * np.linalg.inv(filtered[:, 1:].T @ filtered[:, 1:])
    covariance[k, k] = np.linalg.inv(info)[0, 0]
    return SpatialFit(
        model="SEM",
        design=design,
        names=(*names, "lambda"),
        estimate=np.append(b, lam),
        covariance=covariance,
        sigma2=sigma2,
        loglik=loglik(lam),
        loglik_ols=loglik(0.0),
        residuals=errors,
    )


def _least_squares(Z, y):
    """Coefficients and residuals."""
    q, r = np.linalg.qr(Z)
    b = np.linalg.solve(r, q.T @ y)
    return b, y - Z @ b


def _gaussian(rows, sigma2) -> float:
    """Log likelihood of normal errors at its maximum over the other parameters."""
    return float(-rows / 2 * (np.log(2 * np.pi * sigma2) + 1))


def _maximum(loglik, low, high) -> float:
    """Place of the maximum between two poles: a grid finds the hill, a bounded search its top."""
    margin = 1e-6 * (high - low)
    grid = np.linspace(low + margin, high - margin, GRID)
    best = int(np.argmax([loglik(value) for value in grid]))
    bracket = grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)]
    result = optimize.minimize_scalar(
        lambda value: -loglik(value), bounds=bracket, method="bounded", options={"xatol": 1e-12}
    )
    return float(result.x)
