"""Instrumental variables with few clusters: 2SLS, LIML and the strength of the first stage.

An instrument is an argument, not a column: whoever names one owes the reader the reason why it
touches the outcome through the regressor alone. What can be computed is strength (effective F) and,
in `anderson_rubin`, a set of slopes that is right however weak the instruments are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regression.columns import row_of
from nqpf.regression.covariance import Covariance, coefficient_columns, small_sample_factor
from nqpf.regression.design import Design, build_design
from nqpf.regression.panel import TWO_WAY, PanelFit, fit_design
from nqpf.regression.within import group_sums

ESTIMATORS = ("2SLS", "LIML")
TOLERATED_BIAS = 0.1  # of the worst case, Montiel Olea and Pflueger's tau


@dataclass(frozen=True)
class IvFit:
    """A fitted instrumental-variables regression.

    Attributes
    ----------
    estimator : str
        "2SLS" or "LIML".
    columns : dict of str to ndarray
        Columns of `terms`.
    kappa : float
        1 for 2SLS; LIML's smallest root.
    endogenous, instruments : tuple of str
    first : tuple of PanelFit
        First stages, one per endogenous regressor: instruments, then controls.
    small_sample : str
        Convention of the clustered errors.
    errors : ndarray, shape (N,)
        Structural residuals times root weights.
    design : Design
        Structural regressors, effects partialled out.
    Z : ndarray, shape (N, M)
        Instruments, effects partialled out.
    """

    estimator: str
    columns: dict[str, list[str] | np.ndarray]
    kappa: float
    endogenous: tuple[str, ...]
    instruments: tuple[str, ...]
    first: tuple[PanelFit, ...]
    small_sample: str
    errors: np.ndarray
    design: Design
    Z: np.ndarray

    @cached_property
    def terms(self) -> pd.DataFrame:
        """Tidy coefficients of the endogenous regressors, then controls.

        Columns term, estimate, se, t, p, low, high.
        """
        return pd.DataFrame(self.columns)

    def term(self, name: str) -> pd.Series:
        """Row of `terms`."""
        return row_of(self.columns, self.design.position(name))

    @cached_property
    def first_stage(self) -> pd.DataFrame:
        """Tidy coefficients of the instruments: endogenous, term, estimate, se, ...; clustered."""
        count = len(self.instruments)
        frames = [
            fit.terms.iloc[:count].assign(endogenous=fit.design.outcome) for fit in self.first
        ]
        return pd.concat(frames, ignore_index=True)

    @property
    def effective_f(self) -> float:
        """Montiel Olea and Pflueger's F of the first stage.

        Missing with several endogenous regressors.
        """
        return self._strength[0]

    @property
    def critical_f(self) -> float:
        """5 % critical value of `effective_f` for a bias of at most 10 % of the worst case.

        Simplified and conservative; 23.1 with one instrument. Below it do not read `terms`.
        """
        return self._strength[1]

    @cached_property
    def _strength(self) -> tuple[float, float]:
        """Effective F and its critical value."""
        if len(self.first) > 1:
            return float("nan"), float("nan")
        return _effective_f(self.first[0], len(self.instruments), self.small_sample)


def fit_iv(
    panel: pd.DataFrame,
    outcome: str,
    endogenous: Sequence[str],
    instruments: Sequence[str],
    controls: Sequence[str] = (),
    *,
    effects: Sequence[str] = TWO_WAY,
    estimator: str = "2SLS",
    errors: str = "cluster",
    small_sample: str = "nested",
    weights: str | None = None,
    cluster: str = "unit",
    log: Sequence[str] = (),
) -> IvFit:
    """Fit 2SLS or LIML with fixed effects partialled out.

    Parameters
    ----------
    panel : DataFrame
        Index levels unit and year.
    outcome : str
    endogenous, instruments, controls : sequence of str
        At least as many instruments as endogenous regressors.
    effects : sequence of str
        Default units and years; () adds a constant.
    estimator : {"2SLS", "LIML"}
        LIML is less biased with several weak instruments.
    errors : {"cluster", "homoskedastic"}
        Homoskedastic only to compare with textbooks.
    small_sample, weights, cluster, log
        As in `panel.fit_two_way`.

    Raises
    ------
    StudyError
        Fewer instruments than endogenous regressors, a column in two roles, instruments that do
        not vary or are unrelated to the endogenous regressors.
    """
    endogenous, instruments, controls = map(_listed, (endogenous, instruments, controls))
    if estimator not in ESTIMATORS or errors not in ("cluster", "homoskedastic"):
        raise StudyError(
            f"expected estimator {' or '.join(ESTIMATORS)} with cluster or homoskedastic errors, "
            f"got {estimator} with {errors}"
        )
    if not endogenous or len(instruments) < len(endogenous):
        raise StudyError(
            f"expected at least as many instruments as endogenous regressors, got "
            f"{len(instruments)} for {len(endogenous)}: name more instruments"
        )
    everything = [*endogenous, *controls, *instruments]
    full = build_design(
        panel, outcome, everything, effects=effects, weights=weights, cluster=cluster, log=log
    )
    included = [name for name in full.regressors if name not in (*endogenous, *instruments)]
    design = _part(full, [*endogenous, *included])
    Z = _part(full, instruments).X
    exogenous = _part(full, [*instruments, *included])
    first = tuple(
        fit_design(
            replace(exogenous, outcome=name, level=values.raw[:, 0], y=values.X[:, 0]),
            "first stage",
        )
        for name, values in ((name, _part(full, [name])) for name in endogenous)
    )
    kappa = 1.0 if estimator == "2SLS" else _smallest_root(design, exogenous.X, len(endogenous))
    projected = _k_class(design.X, exogenous.X, kappa)
    gram = projected.T @ design.X
    _check_relevance(gram, design, instruments)
    b = np.linalg.solve(gram, projected.T @ design.y)
    structural = PanelFit(design, b, design.y - design.X @ b, estimator, small_sample)
    bread = np.linalg.inv(gram)
    if errors == "cluster":
        # fitted regressors in the middle for LIML too, as ivreg2 and linearmodels have it
        fitted = _k_class(design.X, exogenous.X, 1.0)
        scores = fitted * structural.errors[:, None]
        scores = group_sums(scores, design.codes[cluster], design.groups)
        factor = small_sample_factor(structural, cluster, small_sample)
        covariance = Covariance(
            "CRV1", factor * bread @ scores.T @ scores @ bread, design.groups - 1
        )
    else:
        df = design.n - design.parameters
        covariance = Covariance("homoskedastic", structural.rss / df * bread, df)
    return IvFit(
        estimator=estimator,
        columns=coefficient_columns(structural, covariance),
        kappa=kappa,
        endogenous=tuple(endogenous),
        instruments=tuple(instruments),
        first=first,
        small_sample=small_sample,
        errors=structural.errors,
        design=design,
        Z=Z,
    )


def _effective_f(first: PanelFit, count: int, small_sample: str) -> tuple[float, float]:
    """Effective F and its critical value (Montiel Olea, Pflueger 2013, JBES 31, eq. 8 and 10)."""
    design = first.design
    q, _ = np.linalg.qr(np.column_stack([design.X[:, count:], design.X[:, :count]]))
    Q = q[:, -count:]  # instruments without controls, orthonormal
    reach = Q.T @ design.y
    scores = group_sums(Q * first.errors[:, None], design.codes[design.cluster], design.groups)
    W = small_sample_factor(first, design.cluster, small_sample) * scores.T @ scores
    x = 1 / TOLERATED_BIAS
    total, largest = np.trace(W), np.linalg.eigvalsh(W)[-1]
    df = total**2 * (1 + 2 * x) / ((W**2).sum() + 2 * x * total * largest)
    return float(reach @ reach / total), float(stats.ncx2.ppf(0.95, df, x * df) / df)


def _k_class(X, exogenous, kappa) -> np.ndarray:
    """Columns X - kappa M X with M the residual maker of instruments and controls."""
    q, _ = np.linalg.qr(exogenous)
    return X - kappa * (X - q @ (q.T @ X))


def _smallest_root(design, exogenous, count) -> float:
    """LIML's kappa: least ratio of variances unexplained by controls alone and by all."""
    Y = np.column_stack([design.y, design.X[:, :count]])
    included = design.X[:, count:]
    outer = Y
    if included.shape[1]:
        q, _ = np.linalg.qr(included)
        outer = Y - q @ (q.T @ Y)
    q, _ = np.linalg.qr(exogenous)
    inner = Y - q @ (q.T @ Y)
    ratios = np.linalg.eigvals(np.linalg.solve(inner.T @ inner, outer.T @ outer))
    return float(ratios.real.min())


def _check_relevance(gram, design, instruments) -> None:
    """Refuse instruments that say nothing about the endogenous regressors."""
    size = np.sqrt((design.X**2).sum(axis=0))
    if np.linalg.svd(gram / np.outer(size, size), compute_uv=False)[-1] < 1e-10:
        raise StudyError(
            f"{', '.join(instruments)} is unrelated to the endogenous regressors once effects and "
            "controls are taken out: the slope is not identified"
        )


def _part(design: Design, names: Sequence[str]) -> Design:
    """Design of some of the regressors."""
    columns = [design.position(name) for name in names]
    return replace(
        design, regressors=tuple(names), raw=design.raw[:, columns], X=design.X[:, columns]
    )


def _listed(names: Sequence[str]) -> list[str]:
    """Names as a list, one name allowed."""
    return [names] if isinstance(names, str) else list(names)
