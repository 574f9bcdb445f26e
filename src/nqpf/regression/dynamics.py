"""Lags, leads and what accumulates: timing of an association, gaps respected.

A lag is the value of exactly k years before. Where that year is missing the lag is missing; rows
are never taken from further back. Two-way effects with a lagged *outcome* are biased of order 1/T
(Nickell 1981, Econometrica 49); `gmm` is for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regression.panel import PanelFit, fit_two_way
from nqpf.regression.rows import rows_before, taken


@dataclass(frozen=True)
class TimingPath:
    """Coefficients before, at and after a year.

    Attributes
    ----------
    path : DataFrame
        Columns horizon (years the outcome comes after the regressor: negative for leads), term,
        estimate, se, p, low, high, n, clusters.
    leads_p : float
        p-value of all leads being zero together (clustered F); missing without leads. Small: the
        outcome moves before the regressor, so the association is not one of cause and later effect.
    fit : PanelFit
        The regression, for exact few-cluster inference on one term.
    """

    path: pd.DataFrame
    leads_p: float
    fit: PanelFit


def lag_name(column: str, years: int) -> str:
    """Name of a column `years` before ("x [t-1]"), after ("x [t+1]"), or itself."""
    return column if years == 0 else f"{column} [t{-years:+d}]"


def lagged(panel: pd.DataFrame, column: str, years: int = 1) -> pd.Series:
    """Values of exactly `years` years before; of years after when negative.

    Parameters
    ----------
    panel : DataFrame
        Index levels unit and year.
    column : str
    years : int

    Returns
    -------
    Series
        Index of the panel; missing where that year is not in the panel or has no value.
    """
    _check(panel, [column])
    rows = rows_before(panel.index, years)
    values = panel[column].to_numpy(dtype=float)
    return pd.Series(taken(values, rows), panel.index, name=lag_name(column, years))


def with_lags(panel: pd.DataFrame, column: str, years: Sequence[int]) -> pd.DataFrame:
    """Panel with columns of several lags (positive) and leads (negative) added.

    Named by `lag_name`. Rows of the panel are kept, so that a fit counts what lags cost.
    """
    added = {lag_name(column, k): lagged(panel, column, k) for k in years if k != 0}
    taken = sorted(set(added) & set(panel.columns))
    if taken:
        raise StudyError(f"expected new columns, {', '.join(taken)} is already in the panel")
    return panel.assign(**added)


def fit_leads_and_lags(
    panel: pd.DataFrame,
    outcome: str,
    column: str,
    *,
    leads: int = 2,
    lags: int = 2,
    controls: Sequence[str] = (),
    **options,
) -> TimingPath:
    """Regress an outcome on the past, present and future of a regressor, two-way effects.

    Parameters
    ----------
    panel : DataFrame
    outcome, column : str
    leads, lags : int
        Years after and before.
    controls : sequence of str
        Contemporaneous controls.
    options
        weights, cluster, small_sample: as in `panel.fit_two_way`.

    Raises
    ------
    StudyError
        Negative numbers, or too few years for so many terms.
    """
    _check_count(leads, lags)
    years = list(range(-leads, lags + 1))
    terms = [lag_name(column, k) for k in years]
    wide = with_lags(panel, column, years)
    fit = fit_two_way(wide, outcome, [*terms, *controls], **options)
    return TimingPath(
        path=_path(fit, dict(zip(years, terms, strict=True))),
        leads_p=joint_p(fit, terms[:leads]) if leads else float("nan"),
        fit=fit,
    )


def fit_cumulative_lags(
    panel: pd.DataFrame,
    outcome: str,
    column: str,
    *,
    lags: int = 2,
    controls: Sequence[str] = (),
    **options,
) -> TimingPath:
    """Distributed lag written so that each coefficient is a sum: the association after k years.

    With changes of x at the lags 0 to K - 1 and its level at lag K as regressors, the coefficient
    at k is b_0 + ... + b_k of the distributed lag, so its standard error and any exact test of
    the fit are those of the sum.

    Parameters
    ----------
    panel, outcome, column, controls, options
        As in `fit_leads_and_lags`.
    lags : int
        K, at least one; the last row of the path is the sum of all.
    """
    if lags < 1:
        raise StudyError(f"expected at least one lag to sum over, got {lags}")
    _check(panel, [column])
    levels = {k: lagged(panel, column, k) for k in range(lags + 1)}
    terms = {k: f"{column} [sum of {k + 1}]" for k in range(lags + 1)}
    changes = {terms[k]: levels[k] - levels[k + 1] for k in range(lags)}
    wide = panel.assign(**changes, **{terms[lags]: levels[lags]})
    fit = fit_two_way(wide, outcome, [*terms.values(), *controls], **options)
    return TimingPath(path=_path(fit, terms), leads_p=float("nan"), fit=fit)


def joint_p(fit: PanelFit, terms: Sequence[str]) -> float:
    """p-value of several coefficients being zero together, clustered F with (q, G - 1) degrees.

    Raises
    ------
    StudyError
        As many terms as clusters or more: the clustered covariance has not that rank.
    """
    positions = [fit.design.position(term) for term in terms]
    if len(positions) >= fit.clusters:
        raise StudyError(
            f"expected fewer terms than the {fit.clusters} clusters to test them together, "
            f"got {len(positions)}"
        )
    b = fit.coefficients[positions]
    V = fit.covariance.matrix[np.ix_(positions, positions)]
    statistic = b @ np.linalg.solve(V, b) / len(b)
    return float(stats.f.sf(statistic, len(b), fit.clusters - 1))


def _path(fit: PanelFit, terms: dict[int, str]) -> pd.DataFrame:
    """Rows of a path, in the order of horizons."""
    table = fit.terms.set_index("term").loc[list(terms.values())]
    table = table[["estimate", "se", "p", "low", "high"]].reset_index()
    table.insert(0, "horizon", list(terms))
    return table.assign(n=fit.n, clusters=fit.clusters)


def _check(panel, columns) -> None:
    """Refuse unknown columns and a panel without its index."""
    if list(panel.index.names) != ["unit", "year"] or not panel.index.is_unique:
        raise StudyError(
            f"expected unique rows with index levels unit, year; got {list(panel.index.names)}"
        )
    unknown = [name for name in columns if name not in panel.columns]
    if unknown:
        raise StudyError(f"expected columns of the panel, got {', '.join(unknown)}")


def _check_count(leads, lags) -> None:
    """Refuse negative numbers of leads or lags, or none of both."""
    if min(leads, lags) < 0 or leads + lags == 0:
        raise StudyError(f"expected numbers of leads and lags, got {leads} and {lags}")
