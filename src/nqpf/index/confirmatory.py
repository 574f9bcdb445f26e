"""Confirmatory factor analysis by maximum likelihood, one factor per element.

A compact solver for the simple structure of an index (each indicator loads on its own element's
factor, factors correlate, errors do not); it reproduces lavaan's published fit of the
Holzinger-Swineford data. No maintained library of this stack offers it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.stats import chi2

from nqpf.errors import StudyError
from nqpf.index.hierarchy import Hierarchy

SMALLEST_ERROR = 1e-4  # of a standardised indicator; at this bound the solution is improper
INFEASIBLE = 1e10


@dataclass(frozen=True)
class ConfirmatoryFit:
    """Fit of a confirmatory factor model.

    Attributes
    ----------
    loadings : Series
        Standardised loading of each indicator on its factor.
    uniqueness : Series
        Error variance of each standardised indicator.
    factor_correlations : DataFrame
    chi2, df, p : float
        Likelihood-ratio test against the saturated model, n times the discrepancy.
    cfi, tli, rmsea, srmr : float
        Fit indices as in lavaan (Rosseel 2012, JSS 48(2)).
    n : int
    proper : bool
        False when an error variance is at its bound or factors are (nearly) the same; the
        estimates are then no more than a sign that the model does not fit the data.
    """

    loadings: pd.Series
    uniqueness: pd.Series
    factor_correlations: pd.DataFrame
    chi2: float
    df: int
    p: float
    cfi: float
    tli: float
    rmsea: float
    srmr: float
    n: int
    proper: bool


def confirmatory_factors(indicators: pd.DataFrame, hierarchy: Hierarchy) -> ConfirmatoryFit:
    """Fit one factor per element of the hierarchy.

    Parameters
    ----------
    indicators : DataFrame
        Normalised indicators; complete rows are used. Chi-squared, p and RMSEA take rows as
        independent, which the years of one unit are not.
    hierarchy : Hierarchy

    Raises
    ------
    StudyError
        If rows are too few or the model is not identified (an element with one indicator, or two
        and no other element).
    """
    rows = indicators[list(hierarchy.indicators)].dropna()
    if len(rows) <= rows.shape[1]:
        raise StudyError(
            f"{rows.shape[1]} indicators need more complete rows than that, got {len(rows)}"
        )
    correlation = np.corrcoef(rows.to_numpy(), rowvar=False)
    factor = [hierarchy.levels[1].index(hierarchy.parent[i]) for i in hierarchy.indicators]
    return fit_correlations(
        correlation, np.array(factor), len(rows), hierarchy.indicators, hierarchy.levels[1]
    )


def fit_correlations(
    correlation: np.ndarray,
    factor: np.ndarray,
    n: int,
    indicators: tuple[str, ...],
    factors: tuple[str, ...],
) -> ConfirmatoryFit:
    """Fit a simple-structure factor model to a correlation matrix of n observations.

    Minimises ln|Sigma| + tr(S Sigma^-1) - ln|S| - p (Joreskog 1969, Psychometrika 34), with
    Sigma = Lambda Phi Lambda' + Theta and factor variances of one.

    Parameters
    ----------
    correlation : ndarray, shape (p, p)
    factor : ndarray of int, shape (p,)
        Factor of each indicator.
    n : int
    indicators, factors : tuple of str

    Raises
    ------
    StudyError
        If the model is not identified, or the solver does not converge.
    """
    p, m = len(indicators), len(factors)
    df = p * (p + 1) // 2 - 2 * p - m * (m - 1) // 2
    if df < 0 or np.bincount(factor, minlength=m).min() < 2:
        raise StudyError(
            "a confirmatory model needs two indicators of every element and more correlations "
            f"than parameters, got {p} indicators of {m} elements"
        )
    lower = np.tril_indices(m, k=-1)
    log_determinant = np.linalg.slogdet(correlation)[1]

    def unpack(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        loading = np.zeros((p, m))
        loading[np.arange(p), factor] = theta[:p]
        phi = np.eye(m)
        phi[lower] = theta[2 * p :]
        return loading, theta[p : 2 * p], phi + np.tril(phi, -1).T

    def discrepancy(theta: np.ndarray) -> tuple[float, np.ndarray]:
        loading, error, phi = unpack(theta)
        sigma = loading @ phi @ loading.T + np.diag(error)
        sign, log_sigma = np.linalg.slogdet(sigma)
        if sign <= 0 or np.linalg.eigvalsh(sigma)[0] <= 0:
            return INFEASIBLE, np.zeros_like(theta)
        inverse = np.linalg.inv(sigma)
        value = log_sigma + np.trace(correlation @ inverse) - log_determinant - p
        slope = inverse @ (sigma - correlation) @ inverse
        by_phi = 2 * (loading.T @ slope @ loading)[lower]
        by_loading = 2 * (slope @ loading @ phi)[np.arange(p), factor]
        return value, np.concatenate([by_loading, np.diag(slope), by_phi])

    start = np.concatenate([np.full(p, 0.7), np.full(p, 0.5), np.full(len(lower[0]), 0.3)])
    bounds = [(None, None)] * p + [(SMALLEST_ERROR, None)] * p + [(-0.999, 0.999)] * len(lower[0])
    found = minimize(
        discrepancy,
        start,
        jac=True,
        bounds=bounds,
        method="L-BFGS-B",
        options={"maxiter": 5000, "ftol": 1e-14, "gtol": 1e-8},
    )
    if found.fun >= INFEASIBLE:
        raise StudyError("the confirmatory model did not converge; the elements do not fit at all")
    loading, error, phi = unpack(found.x)
    flip = np.where(np.bincount(factor, found.x[:p], minlength=m) < 0, -1.0, 1.0)
    phi = phi * np.outer(flip, flip)
    implied = loading @ (phi * np.outer(flip, flip)) @ loading.T + np.diag(error)
    standard = np.sqrt(np.diag(implied))
    residual = (correlation - implied)[np.tril_indices(p)]
    return ConfirmatoryFit(
        pd.Series(found.x[:p] * flip[factor] / standard, index=indicators, name="loading"),
        pd.Series(error / standard**2, index=indicators, name="uniqueness"),
        pd.DataFrame(phi, index=factors, columns=factors),
        **_fit_indices(n * max(found.fun, 0.0), df, -n * log_determinant, p, n),
        srmr=float(np.sqrt(np.mean(residual**2))),
        n=n,
        proper=bool(
            (error > 2 * SMALLEST_ERROR).all()
            and np.linalg.eigvalsh(phi)[0] > 1e-3
            and (np.abs(phi[lower]) < 0.995).all()
        ),
    )


def _fit_indices(statistic: float, df: int, null: float, p: int, n: int) -> dict[str, float]:
    """Chi-squared and the indices made from it; the null model has no correlations."""
    null_df = p * (p - 1) // 2
    excess, null_excess = max(statistic - df, 0.0), max(null - null_df, 0.0)
    worst = max(excess, null_excess)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, null_ratio = np.divide(statistic, df), null / null_df
        return {
            "chi2": float(statistic),
            "df": df,
            "p": float(chi2.sf(statistic, df)) if df else np.nan,
            "cfi": 1 - excess / worst if worst > 0 else 1.0,
            "tli": float((null_ratio - ratio) / (null_ratio - 1)),
            "rmsea": float(np.sqrt(np.divide(excess, df * n))),
        }
