"""Exploratory factor analysis by maximum likelihood, held against the elements."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment, minimize

from nqpf.errors import StudyError
from nqpf.index.audit import complete_rows
from nqpf.index.hierarchy import Hierarchy
from nqpf.index.weights import correlations

LOWEST = 0.005  # of a uniqueness, as in R's factanal; a solution at this bound is improper
ROTATIONS = ("oblimin", "varimax", "none")


@dataclass(frozen=True)
class ExploratoryFit:
    """Factors found in the data.

    Attributes
    ----------
    loadings : DataFrame
        Rows are indicators, columns factors 1, 2, ...; signs set so that each column sums to at
        least zero. After an oblique rotation these are pattern coefficients.
    uniqueness : Series
        Share of each indicator's variance that the factors do not carry.
    factor_correlations : DataFrame
    discrepancy : float
        ln|Sigma| + tr(R Sigma^-1) - ln|R| - p at its minimum.
    n : int
        Complete rows.
    proper : bool
        False when a uniqueness is at its lower bound (Heywood case).
    """

    loadings: pd.DataFrame
    uniqueness: pd.Series
    factor_correlations: pd.DataFrame
    discrepancy: float
    n: int
    proper: bool


def exploratory_factors(
    indicators: pd.DataFrame, count: int, rotation: str = "oblimin"
) -> ExploratoryFit:
    """Maximum-likelihood factor analysis of the correlation matrix.

    Minimises the discrepancy over the uniquenesses (Joreskog 1967, Psychometrika 32; Lawley and
    Maxwell 1971, chapter 4) from a fixed start, so the result is the same every time; statsmodels'
    `Factor` starts at random. Rotations are those of statsmodels.

    Parameters
    ----------
    indicators : DataFrame
        Complete rows are used.
    count : int
        Number of factors.
    rotation : {"oblimin", "varimax", "none"}
        "oblimin" (quartimin) lets factors correlate.

    Raises
    ------
    StudyError
        If there are too many factors for the indicators.
    """
    if rotation not in ROTATIONS:
        raise StudyError(f"a rotation is one of {', '.join(ROTATIONS)}, got '{rotation}'")
    values = complete_rows(indicators)
    n, p = values.shape
    if count < 1 or (p - count) ** 2 < p + count:
        raise StudyError(f"{p} indicators do not identify {count} factors; take fewer factors")
    r = correlations(values)
    uniqueness, discrepancy = _uniqueness(r, count)
    loadings = _loadings(r, uniqueness, count)
    phi = np.eye(count)
    if rotation != "none" and count > 1:
        loadings, phi = _rotated(loadings, rotation)
    flip = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    factors = pd.RangeIndex(1, count + 1, name="factor")
    return ExploratoryFit(
        pd.DataFrame(loadings * flip, index=indicators.columns, columns=factors),
        pd.Series(uniqueness, index=indicators.columns, name="uniqueness"),
        pd.DataFrame(phi * np.outer(flip, flip), index=factors, columns=factors),
        discrepancy,
        n,
        bool((uniqueness > LOWEST * 1.01).all()),
    )


def factors_against_elements(loadings: pd.DataFrame, hierarchy: Hierarchy) -> pd.DataFrame:
    """Where each indicator loads most, against the element it is meant for.

    Factors are named after elements so that as many indicators as possible agree.

    Parameters
    ----------
    loadings : DataFrame
        Of an `ExploratoryFit` or of `audit.component_loadings`.
    hierarchy : Hierarchy

    Returns
    -------
    DataFrame
        Indexed by indicator: element, factor (number), factor_element (its element's name, empty
        if none is left), agrees.
    """
    element = pd.Series({i: hierarchy.element_of(i) for i in loadings.index})
    strongest = loadings.abs().idxmax(axis=1)
    counts = pd.crosstab(element, strongest).reindex(
        index=list(hierarchy.levels[1]), columns=loadings.columns, fill_value=0
    )
    row, column = linear_sum_assignment(-counts.to_numpy())
    names = {counts.columns[c]: counts.index[r] for r, c in zip(row, column, strict=True)}
    matched = strongest.map(lambda factor: names.get(factor, ""))
    return pd.DataFrame(
        {
            "element": element,
            "factor": strongest,
            "factor_element": matched,
            "agrees": matched == element,
        }
    ).rename_axis("indicator")


def _uniqueness(r: np.ndarray, count: int) -> tuple[np.ndarray, float]:
    """Uniquenesses that minimise the discrepancy, and the discrepancy."""

    def discrepancy(psi: np.ndarray) -> tuple[float, np.ndarray]:
        scale = 1 / np.sqrt(psi)
        rest = np.linalg.eigvalsh(r * np.outer(scale, scale))[:-count]
        loadings = _loadings(r, psi, count)
        residual = (loadings**2).sum(axis=1) + psi - np.diag(r)
        return float(np.sum(rest - np.log(rest) - 1)), residual / psi**2

    start = (1 - 0.5 * count / len(r)) / np.diag(np.linalg.inv(r))
    found = minimize(
        discrepancy,
        np.clip(start, LOWEST, 1),
        jac=True,
        bounds=[(LOWEST, 1)] * len(r),
        method="L-BFGS-B",
        options={"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-9},
    )
    return found.x, float(found.fun)


def _loadings(r: np.ndarray, psi: np.ndarray, count: int) -> np.ndarray:
    """Unrotated loadings given the uniquenesses, largest factor first."""
    scale = np.sqrt(psi)
    values, vectors = np.linalg.eigh(r / np.outer(scale, scale))
    lengths = np.sqrt(np.maximum(values[-count:] - 1, 0))
    return (scale[:, None] * vectors[:, -count:] * lengths)[:, ::-1]


def _rotated(loadings: np.ndarray, rotation: str) -> tuple[np.ndarray, np.ndarray]:
    """Rotated loadings and factor correlations."""
    from statsmodels.multivariate.factor_rotation import rotate_factors

    arguments = (0, "oblique") if rotation == "oblimin" else ()
    rotated, turn = rotate_factors(loadings, rotation, *arguments)
    return rotated, turn.T @ turn
