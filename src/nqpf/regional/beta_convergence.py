"""Beta convergence: whether units that start low grow faster.

It is necessary for the spread to shrink, not enough (Galton's fallacy); `sigma_convergence` looks
at the spread itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regional.samples import check_panel, check_values, cross_section
from nqpf.regression.panel import PanelFit, fit_one_way, fit_two_way


@dataclass(frozen=True)
class BetaConvergence:
    """One regression of growth on the level it starts from.

    Attributes
    ----------
    kind : str
        What was estimated, in words.
    value : str
    beta, low, high, p : float
        Coefficient of ln(level), per year; 95 % interval. Negative: the low grew faster.
    speed, speed_low, speed_high : float
        Rate of convergence per year, -ln(1 + beta * span) / span; infinite where 1 + beta * span
        is not positive (the gap is closed within one span).
    half_life, half_life_low, half_life_high : float
        Years until half of a gap is closed, ln 2 / speed; infinite where beta is not negative.
    span : int
        Years over which growth is taken.
    n, units, clusters : int
    terms : DataFrame
        Tidy coefficients: term, estimate, se, p, low, high, n, clusters, specification.
    left_out : DataFrame
        unit, year, reason.
    fit : PanelFit or None
        Panel fits, for exact few-cluster tests (`nqpf.regression.inference`).
    """

    kind: str
    value: str
    beta: float
    low: float
    high: float
    p: float
    span: int
    n: int
    units: int
    clusters: int
    terms: pd.DataFrame
    left_out: pd.DataFrame
    fit: PanelFit | None = None

    @property
    def speed(self) -> float:
        """Rate of convergence per year."""
        return _speed(self.beta, self.span)

    @property
    def speed_low(self) -> float:
        """Rate at the upper bound of beta."""
        return _speed(self.high, self.span)

    @property
    def speed_high(self) -> float:
        """Rate at the lower bound of beta."""
        return _speed(self.low, self.span)

    @property
    def half_life(self) -> float:
        """Years until half of a gap is closed."""
        return _half_life(self.beta, self.span)

    @property
    def half_life_low(self) -> float:
        """Years at the lower bound of beta."""
        return _half_life(self.low, self.span)

    @property
    def half_life_high(self) -> float:
        """Years at the upper bound of beta."""
        return _half_life(self.high, self.span)

    @property
    def summary(self) -> pd.DataFrame:
        """One row for a table: kind, beta, low, high, p, speed, half_life and theirs, n, units."""
        names = ["kind", "beta", "low", "high", "p", "speed", "speed_low", "speed_high"]
        names += ["half_life", "half_life_low", "half_life_high", "span", "n", "units", "clusters"]
        return pd.DataFrame({name: [getattr(self, name)] for name in names})


def beta_cross_section(
    panel: pd.DataFrame, value: str, *, start: int, end: int, controls: Sequence[str] = ()
) -> BetaConvergence:
    r"""Growth from `start` to `end` on the first level, one row a unit.

    :math:`\frac1T \ln(y_{iT}/y_{i0}) = a + \beta \ln y_{i0} + \gamma' z_{i0} + e_i`. Absolute
    without controls, conditional with. Errors HC3, which is careful with few units, and t(n - k).

    Parameters
    ----------
    panel : DataFrame
        Index unit, year.
    value : str
        Column of positive values.
    start, end : int
        Years.
    controls : sequence of str
        Columns, taken at `start` as they are.

    Raises
    ------
    StudyError
        Years out of order or absent, missing or non-positive values, fewer units than parameters
        plus two.

    References
    ----------
    Barro and Sala-i-Martin (1992), Journal of Political Economy 100, 223-251, equation (10).
    """
    from statsmodels.regression.linear_model import OLS  # slow to import

    if start >= end:
        raise StudyError(f"expected start before end, got {start} and {end}")
    first = cross_section(panel, [value, *controls], start)
    last = cross_section(panel, value, end)
    for data, year in ((first, start), (last, end)):
        check_values(data[value], zeros=False, measure=f"growth of '{value}' ({year})")
    term, span = f"ln {value}", end - start
    X = first[list(controls)].assign(const=1.0)
    X.insert(0, term, np.log(first[value]))
    if len(X) < X.shape[1] + 2:
        raise StudyError(
            f"expected at least {X.shape[1] + 2} units for {X.shape[1]} parameters, got {len(X)}"
        )
    if np.linalg.matrix_rank((X / np.abs(X).max()).to_numpy()) < X.shape[1]:
        raise StudyError(f"expected '{value}' and the controls to vary independently over units")
    growth = (np.log(last[value]) - np.log(first[value])) / span
    fit = OLS(growth, X).fit(cov_type="HC3", use_t=True)
    bounds = fit.conf_int()
    kind = f"{'conditional' if controls else 'absolute'}, cross-section {start}-{end}"
    terms = pd.DataFrame(
        {
            "term": X.columns,
            "estimate": fit.params.to_numpy(),
            "se": fit.bse.to_numpy(),
            "p": fit.pvalues.to_numpy(),
            "low": bounds[0].to_numpy(),
            "high": bounds[1].to_numpy(),
        }
    )
    nobody = pd.DataFrame(columns=["unit", "year", "reason"])
    return _beta(kind, value, span, terms, n=len(X), units=len(X), clusters=len(X), gone=nobody)


def beta_panel_absolute(panel: pd.DataFrame, value: str, *, span: int = 1) -> BetaConvergence:
    """Growth over `span` years on the level before, with year effects, clusters of units.

    Rows without a value `span` years later are left out and named, save the last years.

    Parameters
    ----------
    panel : DataFrame
        Index unit, year.
    value : str
        Column of positive values.
    span : int
        Years over which growth is taken; growth of overlapping spans is dependent within units,
        which the clusters allow for.

    References
    ----------
    Islam (1995), Quarterly Journal of Economics 110, 1127-1170.
    """
    growth, term = _growth(panel, value, span, ())
    fit = fit_one_way(growth, "growth", [term], effect="year")
    return _panel_beta("absolute, panel with year effects", value, span, fit)


def beta_panel_conditional(
    panel: pd.DataFrame, value: str, *, controls: Sequence[str] = (), span: int = 1
) -> BetaConvergence:
    """Growth over `span` years on the level before, with unit and year effects and controls.

    Each unit converges to its own path. In short panels unit effects push beta down, by an order
    of 1/T (Nickell 1981), so that the speed is overstated: read it beside the absolute one.

    Parameters
    ----------
    panel, value, span
        As in `beta_panel_absolute`.
    controls : sequence of str
        Columns, taken in the first year of the span.

    References
    ----------
    Islam (1995), Quarterly Journal of Economics 110, 1127-1170; Nickell (1981), Econometrica 49,
    1417-1426.
    """
    growth, term = _growth(panel, value, span, controls)
    fit = fit_two_way(growth, "growth", [term, *controls])
    return _panel_beta("conditional, panel with unit and year effects", value, span, fit)


def _growth(panel, value, span, controls) -> tuple[pd.DataFrame, str]:
    """Yearly growth over the coming `span` years, the log of the level, and the controls."""
    check_panel(panel, [value, *controls])
    if span < 1:
        raise StudyError(f"expected a span of at least one year, got {span}")
    level = panel[value].astype(float)
    if (level <= 0).any():
        unit, year = level.index[level <= 0][0]
        raise StudyError(
            f"expected positive values of '{value}' to take logarithms, got {unit} {year}"
        )
    logs = np.log(level)
    later = logs.rename(index=lambda year: year - span, level="year").reindex(logs.index)
    term = f"ln {value}"
    growth = panel[list(controls)].assign(**{"growth": (later - logs) / span, term: logs})
    years = growth.index.get_level_values("year")
    return growth[years <= years.max() - span], term


def _panel_beta(kind, value, span, fit: PanelFit) -> BetaConvergence:
    terms = fit.terms[["term", "estimate", "se", "p", "low", "high"]].reset_index(drop=True)
    return _beta(
        kind,
        value,
        span,
        terms,
        n=fit.n,
        units=fit.units,
        clusters=fit.clusters,
        gone=fit.design.dropped,
        fit=fit,
    )


def _beta(kind, value, span, terms, *, n, units, clusters, gone, fit=None) -> BetaConvergence:
    first = terms.iloc[0]
    return BetaConvergence(
        kind=kind,
        value=value,
        beta=float(first["estimate"]),
        low=float(first["low"]),
        high=float(first["high"]),
        p=float(first["p"]),
        span=span,
        n=n,
        units=units,
        clusters=clusters,
        terms=terms.assign(n=n, clusters=clusters, specification=kind),
        left_out=gone,
        fit=fit,
    )


def _speed(beta: float, span: int) -> float:
    left = 1 + beta * span
    return float(-np.log(left) / span) if left > 0 else np.inf


def _half_life(beta: float, span: int) -> float:
    return float(np.log(2) / _speed(beta, span)) if beta < 0 else np.inf
