"""Covariance matrices of a fit: robust, clustered, jackknifed, two-way, Driscoll-Kraay.

Every function takes a `PanelFit` and returns a `Covariance`; `coefficient_table` turns the pair
into a tidy frame. All work on the within-transformed arrays, which is exact: the coefficients of
the regressors and their influence do not depend on how the effects are parameterised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special

from nqpf.errors import StudyError
from nqpf.regression.design import restrict
from nqpf.regression.within import group_sums

if TYPE_CHECKING:
    from nqpf.regression.panel import PanelFit

SMALL_SAMPLE = ("nested", "none", "linearmodels", "stata-dummies")


@dataclass(frozen=True)
class Covariance:
    """Covariance of the coefficients.

    Attributes
    ----------
    kind : str
        Name of the estimator.
    matrix : ndarray, shape (K, K)
    df : float
        Degrees of freedom of the t distribution it is used with.
    """

    kind: str
    matrix: np.ndarray
    df: float


def small_sample_factor(fit: PanelFit, cluster: str, convention: str) -> float:
    """Factor on the clustered covariance.

    With N rows, G clusters, K regressors and A absorbed effects:

    ``nested``         G/(G-1) (N-1)/(N-K'), K' leaves out effects nested in clusters (but one);
                       reghdfe, fixest. The study's default.
    ``none``           1.
    ``linearmodels``   N/(N-K-A); linearmodels' `PanelOLS` default.
    ``stata-dummies``  G/(G-1) (N-1)/(N-K-A); Stata `regress`, statsmodels with dummies.

    Raises
    ------
    StudyError
        If the convention is none of these, or no degree of freedom is left.
    """
    design = fit.design
    n, groups = design.n, len(design.labels[cluster])
    few = groups / (groups - 1)
    match convention:
        case "nested":
            return few * (n - 1) / (n - design.parameters_outside(cluster))
        case "none":
            return 1.0
        case "linearmodels":
            return n / (n - design.parameters)
        case "stata-dummies":
            return few * (n - 1) / (n - design.parameters)
    raise StudyError(
        f"expected a small-sample convention among {', '.join(SMALL_SAMPLE)}, got '{convention}'"
    )


def crv1(fit: PanelFit, cluster: str | None = None, *, small_sample: str = "nested") -> Covariance:
    """Cluster-robust covariance, to be used with t(G-1).

    Parameters
    ----------
    fit : PanelFit
    cluster : str, optional
        Grouping of the design; default, the one of the fit.
    small_sample : str
        Convention, see `small_sample_factor`.

    References
    ----------
    Liang and Zeger (1986), Biometrika 73; Cameron and Miller (2015), J. Human Resources 50, eq. 11.
    """
    cluster = cluster or fit.design.cluster
    factor = small_sample_factor(fit, cluster, small_sample)
    groups = _groups(fit, cluster)
    scores = group_sums(_scores(fit), fit.design.codes[cluster], groups)
    return Covariance("CRV1", factor * _sandwich(fit, scores.T @ scores), groups - 1)


def hc1(fit: PanelFit) -> Covariance:
    """Covariance robust to heteroskedasticity, factor N/(N-K-A), t(N-K-A) (White 1980; HC1)."""
    design, scores = fit.design, _scores(fit)
    df = design.n - design.parameters
    return Covariance("HC1", design.n / df * _sandwich(fit, scores.T @ scores), df)


def crv3(fit: PanelFit) -> Covariance:
    """Cluster jackknife around the estimate, (G-1)/G sum (b_g - b)(b_g - b)', t(G-1).

    The least biased of the usual estimators with few or unequal clusters.

    References
    ----------
    MacKinnon, Nielsen, Webb (2023), J. Applied Econometrics 38, eq. 16 (CV3).
    """
    moved = leave_one_cluster_out(fit).to_numpy() - fit.coefficients
    groups = len(moved)
    return Covariance("CRV3", (groups - 1) / groups * moved.T @ moved, groups - 1)


def jackknife(fit: PanelFit) -> Covariance:
    """Cluster jackknife around the mean of the replicates (CV3J; R `sandwich::vcovJK`, Stata)."""
    replicates = leave_one_cluster_out(fit).to_numpy()
    moved = replicates - replicates.mean(axis=0)
    groups = len(moved)
    return Covariance("CRV3J", (groups - 1) / groups * moved.T @ moved, groups - 1)


def leave_one_cluster_out(fit: PanelFit) -> pd.DataFrame:
    """Coefficients without each cluster in turn, fixed effects estimated anew.

    Returns
    -------
    DataFrame, shape (G, K)
        Index: the cluster left out.

    Raises
    ------
    StudyError
        If a coefficient exists only because of one cluster.
    """
    design = fit.design
    codes, labels = design.codes[design.cluster], design.labels[design.cluster]
    rows = []
    for group, label in enumerate(labels):
        try:
            rest = restrict(design, codes != group)
        except StudyError as error:
            raise StudyError(
                f"without {label} there is no estimate, so no jackknife: {error}"
            ) from None
        rows.append(np.linalg.lstsq(rest.X, rest.y)[0])
    return pd.DataFrame(rows, index=labels, columns=list(design.regressors))


def two_way_clusters(
    fit: PanelFit, first: str = "unit", second: str = "year", *, common_factor: bool = True
) -> Covariance:
    """Clustered by two groupings at once, t(min(G1, G2) - 1).

    Parameters
    ----------
    fit : PanelFit
    first, second : str
        Groupings of the design.
    common_factor : bool
        True: the factor of the smaller grouping for all three parts (ivreg2, fixest). False:
        each part its own G/(G-1) (R `sandwich::vcovCL`).

    Notes
    -----
    V = V1 + V2 - V12; negative eigenvalues, possible in small samples, are set to zero.

    References
    ----------
    Cameron, Gelbach, Miller (2011), J. Business & Economic Statistics 29, sec. 2.3.
    """
    design, scores = fit.design, _scores(fit)
    sizes = [_groups(fit, first), _groups(fit, second)]
    both = design.codes[first] * len(design.labels[second]) + design.codes[second]
    parts = [design.codes[first], design.codes[second], _compact(both)]
    sizes.append(parts[2].max() + 1)
    smallest = min(sizes[:2])
    free = (design.n - 1) / (design.n - design.parameters_outside(first, second))
    meat = np.zeros((len(design.regressors),) * 2)
    for sign, codes, groups in zip((1, 1, -1), parts, sizes, strict=True):
        used = smallest if common_factor else groups
        sums = group_sums(scores, codes, groups)
        meat += sign * used / (used - 1) * free * sums.T @ sums
    values, vectors = np.linalg.eigh(_sandwich(fit, meat))
    matrix = vectors * np.maximum(values, 0) @ vectors.T
    return Covariance(f"CRV1 {first} and {second}", matrix, smallest - 1)


def driscoll_kraay(
    fit: PanelFit, lags: int | None = None, *, small_sample: str = "nested"
) -> Covariance:
    """Robust to dependence across units and over `lags` years; needs many years; t(T-1).

    Parameters
    ----------
    fit : PanelFit
    lags : int, optional
        Bartlett bandwidth; default floor(4 (T/100)^(2/9)).
    small_sample : str
        Convention with years as clusters; "none" is Stata's xtscc.

    References
    ----------
    Driscoll and Kraay (1998), Rev. Economics and Statistics 80; Hoechle (2007), Stata Journal 7.
    """
    design = fit.design
    years = _groups(fit, "year")
    lags = int(4 * (years / 100) ** (2 / 9)) if lags is None else lags
    if not 0 <= lags < years:
        raise StudyError(f"expected 0 to {years - 1} lags for {years} years, got {lags}")
    sums = group_sums(_scores(fit), design.codes["year"], years)
    meat = sums.T @ sums
    for lag in range(1, lags + 1):
        cross = sums[lag:].T @ sums[:-lag]
        meat += (1 - lag / (lags + 1)) * (cross + cross.T)
    factor = small_sample_factor(fit, "year", small_sample)
    return Covariance(f"Driscoll-Kraay {lags}", factor * _sandwich(fit, meat), years - 1)


def coefficient_table(fit: PanelFit, covariance: Covariance, level: float = 0.95) -> pd.DataFrame:
    """Tidy coefficients: term, estimate, se, t, p, low, high.

    Parameters
    ----------
    fit : PanelFit
    covariance : Covariance
    level : float
        Coverage of the intervals.
    """
    return pd.DataFrame(coefficient_columns(fit, covariance, level))


def coefficient_columns(
    fit: PanelFit, covariance: Covariance, level: float = 0.95
) -> dict[str, list[str] | np.ndarray]:
    """Columns of `coefficient_table`, each of length K."""
    estimate = fit.coefficients
    se = np.sqrt(np.diag(covariance.matrix))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = estimate / se
    reach = special.stdtrit(covariance.df, (1 + level) / 2) * se
    return {
        "term": list(fit.design.regressors),
        "estimate": estimate,
        "se": se,
        "t": t,
        "p": 2 * special.stdtr(covariance.df, -np.abs(t)),
        "low": estimate - reach,
        "high": estimate + reach,
    }


def _scores(fit: PanelFit) -> np.ndarray:
    """Rows of X times their residual, shape (N, K)."""
    return fit.design.X * fit.errors[:, None]


def _sandwich(fit: PanelFit, meat: np.ndarray) -> np.ndarray:
    """Meat between two slices of the inverse of X'X."""
    bread = np.linalg.inv(fit.design.X.T @ fit.design.X)
    return bread @ meat @ bread


def _groups(fit: PanelFit, cluster: str) -> int:
    """Count the groups of a grouping; at least two."""
    if cluster not in fit.design.labels:
        raise StudyError(
            f"expected a grouping among {', '.join(fit.design.labels)}, got '{cluster}': "
            "fit with cluster= that column first"
        )
    groups = len(fit.design.labels[cluster])
    if groups < 2:
        raise StudyError(f"expected at least two groups of '{cluster}', got one")
    return groups


def _compact(codes: np.ndarray) -> np.ndarray:
    """Codes renumbered 0, 1, ... without gaps."""
    return np.unique(codes, return_inverse=True)[1]
