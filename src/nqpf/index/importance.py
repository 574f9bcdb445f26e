"""Weights are not importance: what each indicator really contributes to the index.

Paruolo, Saisana and Saltelli (2013, JRSS A 176) measure importance by the correlation ratio
S_i = Var(E[y | x_i]) / Var(y): the share of the index's variance expected to vanish if indicator i
could be fixed. With correlated indicators it may differ widely from the weight.
"""

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.index.build import IndexResult
from nqpf.index.kernel import effective_weights

BANDWIDTHS = np.array([0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.5, 2.5, 5.0])  # in sd of x
FEWEST = 10


def correlation_ratio(x: np.ndarray, y: np.ndarray) -> float:
    """Share of the variance of y that its regression on x explains, whatever the curve's shape.

    The curve is a local-linear regression with Gaussian weights; its bandwidth minimises the
    leave-one-out error among eleven fractions of the standard deviation of x, the straight line
    included. For a linear relation this is the squared correlation.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Pairs with a missing value are left out.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    StudyError
        If fewer than ten pairs are complete, or x or y does not vary.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    if len(x) < FEWEST:
        raise StudyError(f"a correlation ratio needs {FEWEST} complete pairs, got {len(x)}")
    if not (np.std(x) > 0 and np.std(y) > 0):
        raise StudyError("a correlation ratio needs both variables to vary")
    x = (x - x.mean()) / x.std()
    distance = x[None, :] - x[:, None]  # row: where the curve is evaluated
    line = np.polyval(np.polyfit(x, y, 1), x)
    leverage = 1 / len(x) + x**2 / (x**2).sum()
    best, curve = np.mean(((y - line) / (1 - leverage)) ** 2), line
    for bandwidth in BANDWIDTHS:
        fitted, leverage = _local_linear(distance, y, bandwidth)
        with np.errstate(divide="ignore", invalid="ignore"):
            error = np.mean(((y - fitted) / (1 - leverage)) ** 2)
        if np.isfinite(error) and error < best:
            best, curve = error, fitted
    return float(min(np.var(curve) / np.var(y), 1.0))


def effective_number(sizes: np.ndarray) -> float:
    """How many equally important indicators would be as concentrated: 1 / sum of squared shares.

    Parameters
    ----------
    sizes : ndarray
        Weights or correlation ratios, at least zero.
    """
    shares = np.asarray(sizes, dtype=float) / np.sum(sizes)
    return float(1 / (shares**2).sum())


def largest_to_smallest(sizes: np.ndarray) -> float:
    """Ratio of the largest to the smallest weight; infinite if one is zero."""
    sizes = np.asarray(sizes, dtype=float)
    with np.errstate(divide="ignore"):
        return float(sizes.max() / sizes.min())


def importance_of_indicators(result: IndexResult, year: int | None = None) -> pd.DataFrame:
    """Weight beside importance of every indicator.

    Parameters
    ----------
    result : IndexResult
    year : int, optional
        One year; all units and years together by default.

    Returns
    -------
    DataFrame
        Indexed by indicator: element, weight (in the index), correlation_ratio (S_i), importance
        (S_i as share of their sum), gap (importance less weight), r_squared (linear).
    """
    weights = effective_weights(result.matrices)[-1][..., 0]
    return _importance(
        result,
        result.normalised,
        weights.mean(axis=0) if weights.ndim > 1 else weights,
        [result.hierarchy.parent[i] for i in result.hierarchy.indicators],
        year,
    )


def importance_of_elements(result: IndexResult, year: int | None = None) -> pd.DataFrame:
    """Weight beside importance of every element; see `importance_of_indicators`."""
    tree, top = result.hierarchy, result.matrices[-1][..., 0]
    weights = top.mean(axis=0) if top.ndim > 1 else top
    elements = list(tree.elements)
    return _importance(result, result.scores[elements], weights, elements, year)


def concentration(result: IndexResult) -> pd.Series:
    """Weights and importance in four numbers.

    Returns
    -------
    Series
        indicators, effective_by_weight, effective_by_importance (numbers of indicators), and
        weight_ratio (largest to smallest weight).
    """
    table = importance_of_indicators(result)
    return pd.Series(
        {
            "indicators": float(len(table)),
            "effective_by_weight": effective_number(table["weight"]),
            "effective_by_importance": effective_number(table["correlation_ratio"]),
            "weight_ratio": largest_to_smallest(table["weight"]),
        }
    )


def _importance(
    result: IndexResult,
    parts: pd.DataFrame,
    weights: np.ndarray,
    elements: list[str],
    year: int | None,
) -> pd.DataFrame:
    """Importance of the columns of `parts` for the index."""
    whole = result.scores.iloc[:, 0]
    if year is not None:
        result.cube.year_position(year)
        whole, parts = whole.xs(year, level="year"), parts.xs(year, level="year")
    ratios = np.array([correlation_ratio(parts[c], whole) for c in parts.columns])
    table = pd.DataFrame(
        {
            "element": elements,
            "weight": weights,
            "correlation_ratio": ratios,
            "importance": ratios / ratios.sum(),
        },
        index=pd.Index(parts.columns, name="indicator"),
    )
    table["gap"] = table["importance"] - table["weight"]
    table["r_squared"] = parts.corrwith(whole).to_numpy() ** 2
    return table


def _local_linear(
    distance: np.ndarray, y: np.ndarray, bandwidth: float
) -> tuple[np.ndarray, np.ndarray]:
    """Local-linear fit at every point and its leverages (Fan and Gijbels 1996, eq. 2.5)."""
    kernel = np.exp(-0.5 * (distance / bandwidth) ** 2)
    first = kernel * distance
    s0, s1, s2 = kernel.sum(axis=1), first.sum(axis=1), (first * distance).sum(axis=1)
    determinant = s0 * s2 - s1**2
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = (s2 * (kernel @ y) - s1 * (first @ y)) / determinant
        return fitted, s2 / determinant
