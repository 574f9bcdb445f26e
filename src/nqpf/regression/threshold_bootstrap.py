"""Bootstrap of threshold tests: samples under fewer thresholds, everything searched anew."""

import numpy as np

from nqpf.errors import StudyError
from nqpf.regression.design import Design
from nqpf.regression.panel import PanelFit
from nqpf.regression.threshold_search import ThresholdGrid

RESAMPLING = ("units", "signs")


def check_resampling(design: Design, resampling: str) -> None:
    """Refuse to draw residuals of whole units from an unbalanced panel."""
    units, years = len(design.labels["unit"]), len(design.labels["year"])
    if resampling == "units" and design.n != units * years:
        raise StudyError(
            f"expected a balanced panel to draw residuals of whole units, got {design.n} rows of "
            f"{units} units and {years} years: use resampling='signs' or a balanced part"
        )


def bootstrap_gains(
    linear: PanelFit,
    grid: ThresholdGrid,
    products: np.ndarray,
    before: tuple,
    after: tuple,
    draws: int,
    resampling: str,
    rng: np.random.Generator,
) -> np.ndarray:
    """F statistics, without degrees of freedom, of samples made under the smaller model.

    Parameters
    ----------
    linear : PanelFit
        Regression without thresholds.
    grid : ThresholdGrid
    products : ndarray, shape (1, G, K)
        Inner products of the outcome.
    before, after : tuple of int
        Candidates of the smaller and of the larger model.
    draws : int
    resampling : {"units", "signs"}
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (draws,)
        Fall of the residual sum of squares over what is left.
    """
    design = linear.design
    residuals = linear.errors - _fitted(grid, products, after)
    errors = _resampled(design, residuals, draws, resampling, rng)
    errors = design.within(errors)
    q, _ = np.linalg.qr(design.X)
    errors -= q @ (q.T @ errors)
    outcomes = errors + _fitted(grid, products, before)[:, None]
    drawn = grid.inner_products(outcomes)
    total = (outcomes**2).sum(axis=0)
    steps = grid.sequence(drawn, len(after))
    rss = [total]
    for step in steps[-2:] if before else steps[-1:]:
        part = np.full(draws, -np.inf)
        sets, which = np.unique(step, axis=0, return_inverse=True)
        for position, chosen in enumerate(sets):
            rows = which.ravel() == position
            if (chosen >= 0).all():
                part[rows] = grid.explained(drawn[rows], tuple(chosen))
        rss.append(total - part)
    # a draw without room for one more threshold gains nothing by it
    return np.where(np.isfinite(rss[-1]), (rss[-2] - rss[-1]) / rss[-1], 0.0)


def _fitted(grid: ThresholdGrid, products: np.ndarray, chosen: tuple) -> np.ndarray:
    """Part of the outcome that chosen thresholds explain, shape (N,)."""
    if not chosen:
        return np.zeros(len(grid.columns))
    block = grid.columns[:, list(chosen)].reshape(len(grid.columns), -1)
    right = products[0, list(chosen)].ravel()
    return block @ np.linalg.solve(block.T @ block, right)


def _resampled(design, residuals, draws, resampling, rng) -> np.ndarray:
    """Errors of bootstrap samples, shape (N, draws)."""
    units = len(design.labels["unit"])
    if resampling == "signs":
        signs = rng.choice([-1.0, 1.0], size=(units, draws))
        return residuals[:, None] * signs[design.codes["unit"]]
    check_resampling(design, resampling)
    series = residuals.reshape(units, -1)  # rows are sorted by unit and year
    drawn = rng.integers(units, size=(draws, units))
    return series[drawn].reshape(draws, -1).T
