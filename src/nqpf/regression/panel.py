"""Panel regressions: two-way and one-way fixed effects, pooled, first and long differences.

All estimators end in a `PanelFit`. Standard errors in its `terms` are clustered (CRV1) with t(G-1)
and the small-sample convention named in the call, "nested" unless another is asked for; with few
clusters `nqpf.regression.inference` gives better p-values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.columns import row_of
from nqpf.regression.covariance import Covariance, coefficient_columns, crv1
from nqpf.regression.design import Design, build_design
from nqpf.regression.rows import check_index, rows_before, taken

if TYPE_CHECKING:
    from statsmodels.regression.linear_model import RegressionResultsWrapper

TWO_WAY = ("unit", "year")


@dataclass(frozen=True)
class PanelFit:
    """A fitted panel regression.

    Attributes
    ----------
    design : Design
        Rows, transformed arrays, clusters and dropped rows.
    coefficients : ndarray, shape (K,)
    errors : ndarray, shape (N,)
        Residuals times root weights.
    model : str
        "two-way", "unit effects", "year effects", "pooled", "first difference", "long difference".
    small_sample : str
        Convention of the standard errors in `terms`.
    """

    design: Design
    coefficients: np.ndarray
    errors: np.ndarray
    model: str
    small_sample: str

    @cached_property
    def covariance(self) -> Covariance:
        """Clustered covariance behind `terms`."""
        return crv1(self, small_sample=self.small_sample)

    @cached_property
    def terms(self) -> pd.DataFrame:
        """Tidy coefficients: term, estimate, se, t, p, low, high (95 %)."""
        return pd.DataFrame(self._columns)

    def term(self, name: str) -> pd.Series:
        """Row of `terms` of one regressor."""
        return row_of(self._columns, self.design.position(name))

    @cached_property
    def _columns(self) -> dict[str, list[str] | np.ndarray]:
        """Columns of `terms`."""
        return coefficient_columns(self, self.covariance)

    @property
    def residuals(self) -> pd.Series:
        """Residuals by unit and year, in units of the outcome."""
        return pd.Series(self.errors / self.design.within.root, self.design.rows, name="residual")

    @property
    def n(self) -> int:
        """Rows used."""
        return self.design.n

    @property
    def units(self) -> int:
        """Units used."""
        return len(self.design.labels["unit"])

    @property
    def periods(self) -> int:
        """Years used."""
        return len(self.design.labels["year"])

    @property
    def clusters(self) -> int:
        """Clusters G."""
        return self.design.groups

    @property
    def rss(self) -> float:
        """Residual sum of squares (weighted)."""
        return float(self.errors @ self.errors)

    @property
    def within_r2(self) -> float:
        """Share of the outcome's variance left by the effects that the regressors explain.

        Pooled fits: around the mean, so it is the usual R2.
        """
        y = self.design.y
        if not self.design.effects:
            root = self.design.within.root
            y = y - root * (root @ y) / (root @ root)
        return 1 - self.rss / float(y @ y)

    @property
    def dropped(self) -> pd.Series:
        """Rows left out, counted by reason."""
        return self.design.dropped["reason"].value_counts(sort=False).rename("rows")


def fit_design(design: Design, model: str, small_sample: str = "nested") -> PanelFit:
    """Least squares on a prepared design.

    Parameters
    ----------
    design : Design
    model : str
        Name of the model for the reader.
    small_sample : str
        Convention, see `covariance.small_sample_factor`.
    """
    q, r = np.linalg.qr(design.X)
    coefficients = np.linalg.solve(r, q.T @ design.y)
    fit = PanelFit(
        design=design,
        coefficients=coefficients,
        errors=design.y - design.X @ coefficients,
        model=model,
        small_sample=small_sample,
    )
    if fit.rss <= 1e-20 * float(design.y @ design.y) or not (design.y**2).sum():
        raise StudyError(
            f"expected '{design.outcome}' to vary beyond its effects and regressors, but they "
            "explain it exactly: look for the outcome among the regressors"
        )
    return fit


def fit_two_way(
    panel: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    *,
    weights: str | None = None,
    cluster: str = "unit",
    small_sample: str = "nested",
    log: Sequence[str] = (),
) -> PanelFit:
    """Fit unit and year fixed effects by the exact within transform, unbalanced panels included.

    Parameters
    ----------
    panel : DataFrame
        Index levels unit and year, one numeric column per variable; missing = NaN.
    outcome, regressors : str, sequence of str
        Columns. Rows missing one of them are dropped and counted, as are rows that are the only
        one of their unit or year.
    weights : str, optional
        Column of positive weights.
    cluster : str
        "unit", "year" or a column.
    small_sample : {"nested", "none", "linearmodels", "stata-dummies"}
        See `covariance.small_sample_factor`.
    log : sequence of str
        Columns taken in natural logarithms; they keep their names.

    Raises
    ------
    StudyError
        See `design.build_design`.

    References
    ----------
    Wansbeek and Kapteyn (1989), Journal of Econometrics 41, 341-361.
    """
    design = build_design(
        panel, outcome, regressors, effects=TWO_WAY, weights=weights, cluster=cluster, log=log
    )
    return fit_design(design, "two-way", small_sample)


def fit_one_way(
    panel: pd.DataFrame, outcome: str, regressors: Sequence[str], *, effect: str = "unit", **options
) -> PanelFit:
    """Fit fixed effects of units only or of years only; `options` as in `fit_two_way`."""
    if effect not in TWO_WAY:
        raise StudyError(f"expected effect 'unit' or 'year', got '{effect}'")
    small_sample = options.pop("small_sample", "nested")
    design = build_design(panel, outcome, regressors, effects=[effect], **options)
    return fit_design(design, f"{effect} effects", small_sample)


def fit_pooled(panel: pd.DataFrame, outcome: str, regressors: Sequence[str], **options) -> PanelFit:
    """Fit least squares with a constant ("const", first term); `options` as in `fit_two_way`."""
    small_sample = options.pop("small_sample", "nested")
    design = build_design(panel, outcome, regressors, effects=(), **options)
    return fit_design(design, "pooled", small_sample)


def fit_first_difference(
    panel: pd.DataFrame, outcome: str, regressors: Sequence[str], **options
) -> PanelFit:
    """Regress changes between consecutive years on changes, with year effects.

    A year whose predecessor is missing has no change (no bridging of gaps); such rows count as
    missing. `options` as in `fit_two_way`; weights and cluster are those of the later year.
    """
    small_sample = options.pop("small_sample", "nested")
    changes = _changes(panel, [outcome, *_listed(regressors)], 1, options)
    design = build_design(changes, outcome, regressors, effects=["year"], **options)
    return fit_design(design, "first difference", small_sample)


def fit_long_difference(
    panel: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    *,
    start: int,
    end: int,
    **options,
) -> PanelFit:
    """Regress the change from one year to another on changes, one row per unit, with a constant.

    Parameters
    ----------
    start, end : int
        First and last year.
    options
        As in `fit_two_way`; weights and cluster are those of the last year.
    """
    years = panel.index.get_level_values("year")
    if start >= end or not {start, end} <= set(years):
        raise StudyError(
            f"expected two years of the panel in order, got {start} and {end}; "
            f"there are {years.min()} to {years.max()}"
        )
    small_sample = options.pop("small_sample", "nested")
    changes = _changes(panel, [outcome, *_listed(regressors)], end - start, options)
    changes = changes[changes.index.get_level_values("year") == end]
    design = build_design(changes, outcome, regressors, effects=(), **options)
    return fit_design(design, "long difference", small_sample)


def statsmodels_model(
    panel: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    *,
    cluster: str = "unit",
    log: Sequence[str] = (),
) -> RegressionResultsWrapper:
    """Fit the two-way model as statsmodels OLS with a dummy per unit and year, to be displayed.

    Coefficients equal those of `fit_two_way`; its standard errors are the "stata-dummies"
    convention, which counts the dummies.

    Returns
    -------
    statsmodels results, clustered covariance with t(G-1).
    """
    from statsmodels.regression.linear_model import OLS  # slow to import, only to display

    rows = build_design(panel, outcome, regressors, effects=TWO_WAY, cluster=cluster, log=log)
    sample = panel.loc[rows.rows, [outcome, *rows.regressors]].astype(float)
    sample[list(log)] = np.log(sample[list(log)])
    units, years = (sample.index.get_level_values(level) for level in TWO_WAY)
    dummies = pd.concat(
        [
            pd.get_dummies(units, prefix="unit", dtype=float).set_axis(sample.index),
            pd.get_dummies(years, prefix="year", dtype=float).set_axis(sample.index).iloc[:, 1:],
        ],
        axis=1,
    )
    X = pd.concat([sample[list(rows.regressors)], dummies], axis=1)
    return OLS(sample[outcome], X).fit(
        cov_type="cluster", cov_kwds={"groups": rows.codes[cluster]}, use_t=True
    )


def _listed(regressors: Sequence[str]) -> list[str]:
    """Regressors as a list, one name allowed."""
    return [regressors] if isinstance(regressors, str) else list(regressors)


def _changes(panel, names, span, options) -> pd.DataFrame:
    """Take changes over `span` years of the variables; the later year's other columns are kept."""
    check_index(panel)
    unknown = [name for name in names if name not in panel.columns]
    if unknown:
        raise StudyError(f"expected columns of the panel, got {', '.join(unknown)}")
    levels = {name: panel[name].to_numpy(float) for name in names}
    log = list(options.pop("log", ()))
    if any((levels[name] <= 0).any() for name in log):
        raise StudyError(f"expected positive values of {', '.join(log)} to take logarithms")
    levels |= {name: np.log(levels[name]) for name in log}
    earlier = rows_before(panel.index, span)
    return panel.assign(**{name: now - taken(now, earlier) for name, now in levels.items()})
