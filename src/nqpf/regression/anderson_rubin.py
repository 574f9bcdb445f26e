"""Anderson-Rubin tests and confidence sets: right however weak the instruments are.

A slope is tested by regressing what it leaves of the outcome on the instruments. The set of slopes
not rejected may be unbounded, on one side or both, and then says so; or empty, when the instruments
contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, stats

from nqpf.errors import StudyError
from nqpf.regression.covariance import small_sample_factor
from nqpf.regression.instruments import IvFit
from nqpf.regression.panel import PanelFit, fit_design
from nqpf.regression.within import group_sums

DIRECTIONS = 4_001


@dataclass(frozen=True)
class AndersonRubinSet:
    """Values of the endogenous slope that the instruments do not reject.

    Attributes
    ----------
    intervals : tuple of (float, float)
        None: no value fits, so the instruments contradict each other or the model. Ends may be
        infinite: the instruments cannot bound the slope.
    p_zero : float
        p-value of a slope of zero.
    level : float
    """

    intervals: tuple[tuple[float, float], ...]
    p_zero: float
    level: float

    @property
    def bounded(self) -> bool:
        """Whether the set is finite."""
        return all(np.isfinite(end) for interval in self.intervals for end in interval)

    def __contains__(self, value: float) -> bool:
        return any(low <= value <= high for low, high in self.intervals)


def anderson_rubin_fit(iv: IvFit, slope: float = 0.0) -> PanelFit:
    """Regress what a slope leaves of the outcome on instruments and controls.

    The instruments' coefficients are zero if the slope is right. With one instrument
    `inference.wild_cluster_test` of it is the exact few-cluster Anderson-Rubin test; slope 0 is the
    reduced form.

    Parameters
    ----------
    iv : IvFit
        With one endogenous regressor.
    slope : float
    """
    _check_single(iv)
    design = iv.design
    left = replace(
        design,
        outcome=f"{design.outcome} - {slope:g} {iv.endogenous[0]}",
        regressors=(*iv.instruments, *design.regressors[1:]),
        level=design.level - slope * design.raw[:, 0],
        y=design.y - slope * design.X[:, 0],
        X=np.column_stack([iv.Z, design.X[:, 1:]]),
    )
    return fit_design(left, "Anderson-Rubin")


def anderson_rubin_set(iv: IvFit, *, level: float = 0.95) -> AndersonRubinSet:
    """Invert the clustered Anderson-Rubin test of the endogenous slope.

    The test is the clustered F (M, G - 1) of the instruments in `anderson_rubin_fit`; the set is
    found on a circle of directions, so that both infinities are looked at.

    Raises
    ------
    StudyError
        Several endogenous regressors, or as many instruments as clusters.

    References
    ----------
    Anderson and Rubin (1949), Annals of Mathematical Statistics 20; Andrews, Stock, Sun (2019),
    Annual Review of Economics 11, sec. 5.
    """
    _check_single(iv)
    groups, count = iv.design.groups, len(iv.instruments)
    if count >= groups:
        raise StudyError(
            f"expected fewer instruments than clusters, got {count} and {groups}: use fewer"
        )
    statistic = _anderson_rubin(iv)
    bound = stats.f.ppf(level, count, groups - 1)
    centre, scale = iv.term(iv.endogenous[0])[["estimate", "se"]]

    def excess(angle):
        return statistic(*_direction(angle, centre, scale)) - bound

    angles = np.linspace(-np.pi / 2, np.pi / 2, DIRECTIONS)
    values = excess(angles)
    lowest = int(values.argmin())
    if values[lowest] > 0:  # the set may be narrower than the grid
        near = angles[max(lowest - 1, 0)], angles[min(lowest + 1, DIRECTIONS - 1)]
        best = optimize.minimize_scalar(excess, bounds=near, method="bounded").x
        angles = np.insert(angles, np.searchsorted(angles, best), best)
        values = excess(angles)
    crossings = [
        optimize.brentq(excess, angles[i], angles[i + 1], xtol=1e-14)
        for i in np.flatnonzero((values[:-1] <= 0) != (values[1:] <= 0))
    ]
    ends = [centre + scale * np.tan(angle) for angle in crossings]
    if values[0] <= 0:
        ends = [-np.inf, *ends, np.inf]
    p_zero = float(stats.f.sf(statistic(1.0, 0.0), count, groups - 1))
    return AndersonRubinSet(tuple(zip(ends[::2], ends[1::2], strict=True)), p_zero, level)


def _direction(angle, centre, scale):
    """Weights (a, b) of the combination a y - b x that stands for the slope b / a."""
    a, b = np.cos(angle), centre * np.cos(angle) + scale * np.sin(angle)
    return a, b


def _anderson_rubin(iv: IvFit):
    """Clustered F of the instruments as a function of the combination a y - b x.

    Takes arrays of directions: numerator and variance are quadratic in (a, b).
    """
    fit_y, fit_x = anderson_rubin_fit(iv), _first_stage_of(iv)
    design = fit_y.design
    count = len(iv.instruments)
    bread = np.linalg.inv(design.X.T @ design.X)[:count]
    factor = small_sample_factor(fit_y, design.cluster, fit_y.small_sample)

    def reach(fit):
        scores = fit.design.X * fit.errors[:, None]
        sums = group_sums(scores, design.codes[design.cluster], design.groups)
        return fit.coefficients[:count], np.sqrt(factor) * sums @ bread.T

    (b_y, s_y), (b_x, s_x) = reach(fit_y), reach(fit_x)
    variances = s_y.T @ s_y, s_y.T @ s_x + s_x.T @ s_y, s_x.T @ s_x

    def statistic(a, b):
        a, b = np.asarray(a)[..., None], np.asarray(b)[..., None]
        left = a * b_y - b * b_x
        a, b = a[..., None], b[..., None]
        V = a**2 * variances[0] - a * b * variances[1] + b**2 * variances[2]
        return (left * np.linalg.solve(V, left[..., None])[..., 0]).sum(axis=-1) / count

    return statistic


def _first_stage_of(iv: IvFit) -> PanelFit:
    """Endogenous regressor on instruments and controls."""
    design = anderson_rubin_fit(iv).design
    outcome, level, y = iv.endogenous[0], iv.design.raw[:, 0], iv.design.X[:, 0]
    return fit_design(replace(design, outcome=outcome, level=level, y=y), "first stage")


def _check_single(iv: IvFit) -> None:
    """Refuse several endogenous regressors."""
    if len(iv.endogenous) != 1:
        raise StudyError(
            f"expected one endogenous regressor for an Anderson-Rubin set, got "
            f"{', '.join(iv.endogenous)}"
        )
