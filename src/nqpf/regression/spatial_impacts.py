"""What a change of a regressor does at home and elsewhere, through all rounds of spillovers.

In SAR and SDM a change of x in one unit moves all units: dy/dx = (I - rho W)^-1 (b I + c W). The
direct impact is the mean of its diagonal (own change), the total its mean row sum (everybody's
change), the indirect one the difference (LeSage and Pace 2009, Introduction to Spatial
Econometrics, sec. 2.7). Whether indirect impacts depend much on W is disputed: show several.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.spatial_models import SpatialFit

EFFECTS = ("direct", "indirect", "total")


@dataclass(frozen=True)
class SpatialImpacts:
    """Impacts with simulated intervals.

    Attributes
    ----------
    table : DataFrame
        Columns term, effect ("direct", "indirect", "total"), estimate, se (standard deviation of
        the draws), p (two-sided, from the draws), low, high (percentiles of the draws).
    draws : int
        Draws used.
    rejected : int
        Draws thrown away because rho fell outside its interval: many mean that the normal
        approximation is poor.
    level : float
        Coverage of the intervals.
    """

    table: pd.DataFrame
    draws: int
    rejected: int
    level: float


def impacts(
    fit: SpatialFit, *, seed: int, draws: int = 4_999, level: float = 0.95
) -> SpatialImpacts:
    """Direct, indirect and total impacts of every regressor.

    Parameters
    ----------
    fit : SpatialFit
        In SEM regressors have no spillovers: indirect impacts are zero by assumption and left out.
    seed : int
    draws : int
        Parameter vectors drawn from their asymptotic normal distribution.
    level : float

    References
    ----------
    LeSage and Pace (2009), sec. 2.7 and 5.6.2; R `spatialreg::impacts`.
    """
    if draws < 99:
        raise StudyError(f"expected at least 99 draws for an interval, got {draws}")
    low, high = fit.design.bounds()
    drawn = np.random.default_rng(seed).multivariate_normal(
        fit.estimate, fit.covariance, size=draws, method="eigh"
    )
    inside = np.ones(draws, dtype=bool)
    if fit.model in ("SAR", "SDM"):
        inside = (drawn[:, -1] > low) & (drawn[:, -1] < high)
    if inside.mean() < 0.5:
        raise StudyError(
            f"{(~inside).sum()} of {draws} draws of rho lie outside ({low:.2f}, {high:.2f}): rho "
            "is too imprecise for simulated impacts"
        )
    drawn = drawn[inside]
    rows = []
    effects = ("direct", "total") if fit.model == "SEM" else EFFECTS
    for name in fit.design.slopes:
        point = _impacts_of(fit, name, fit.estimate[None])
        simulated = _impacts_of(fit, name, drawn)
        for effect in effects:
            values = simulated[effect]
            ends = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
            tail = 1 + min((values <= 0).sum(), (values >= 0).sum())
            rows.append(
                {
                    "term": name,
                    "effect": effect,
                    "estimate": float(point[effect][0]),
                    "se": float(values.std(ddof=1)),
                    "p": min(1.0, 2 * tail / (1 + len(values))),
                    "low": float(ends[0]),
                    "high": float(ends[1]),
                }
            )
    return SpatialImpacts(pd.DataFrame(rows), len(drawn), int((~inside).sum()), level)


def _impacts_of(fit: SpatialFit, name: str, parameters: np.ndarray) -> dict[str, np.ndarray]:
    """Impacts of one regressor for every row of parameters (D, P)."""
    own = parameters[:, fit.names.index(name)]
    lagged = f"W {name}"
    other = parameters[:, fit.names.index(lagged)] if lagged in fit.names else 0 * own
    rho = parameters[:, -1] if fit.names[-1] == "rho" else 0 * own
    weights = fit.design.weights
    values = weights.eigenvalues
    spread = (own[:, None] + other[:, None] * values) / (1 - rho[:, None] * values)
    direct = spread.mean(axis=1).real  # trace of (I - rho W)^-1 (b I + c W), over n
    total = _mean_row_sum(weights, rho, own, other)
    return {"direct": direct, "indirect": total - direct, "total": total}


def _mean_row_sum(weights, rho, own, other) -> np.ndarray:
    """Mean row sum of (I - rho W)^-1 (b I + c W) for every draw."""
    if weights.is_row_standardised:
        return (own + other) / (1 - rho)
    W, n = weights.dense, weights.n
    sums = W.sum(axis=1)
    systems = np.eye(n) - rho[:, None, None] * W
    right = own[:, None] + other[:, None] * sums
    return np.linalg.solve(systems, right[:, :, None])[:, :, 0].mean(axis=1)
