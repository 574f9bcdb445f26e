"""How strong an omitted variable must be to change an answer.

A confounder Z is described by two shares of variance left over after regressors and effects: what
it explains of the regressor of interest (R2 of D) and of the outcome (R2 of Y). From these alone
follow the bias and the adjusted estimate; a benchmark compares them with an observed covariate.
Cinelli and Hazlett (2020), J. Royal Statistical Society B 82, 39-67.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regression.panel import PanelFit


@dataclass(frozen=True)
class Robustness:
    """Sensitivity of one coefficient to omitted variables.

    Attributes
    ----------
    term : str
    estimate, se : float
        Estimate and its clustered standard error.
    df : int
        Rows less all parameters.
    partial_r2 : float
        Share of the outcome's left-over variance that the regressor explains: an omitted variable
        that explains *all* of the outcome must explain this much of the regressor to undo it.
    robustness_value : float
        Share of both that an omitted variable must explain to bring the estimate to zero.
    robustness_value_level : float
        ... to bring the near end of its interval to zero; zero if it is there already.
    half_width : float
        Distance from the estimate to the near end of the interval used.
    """

    term: str
    estimate: float
    se: float
    df: int
    partial_r2: float
    robustness_value: float
    robustness_value_level: float
    half_width: float


def partial_r2(t: float, df: float) -> float:
    """Partial R2 of a regressor from its classical t statistic (eq. 12)."""
    return t**2 / (t**2 + df)


def robustness_value(t: float, df: float, *, share: float = 1.0, alpha: float | None = None):
    """Robustness value from a classical t statistic.

    Parameters
    ----------
    t : float
    df : float
        Residual degrees of freedom.
    share : float
        Part of the estimate to be explained away (q in the paper).
    alpha : float, optional
        Two-sided level at which the adjusted estimate may no longer differ from zero; None: the
        estimate itself.

    Returns
    -------
    float
        Between 0 and 1 (eq. 18 and 19, df - 1 for the added variable).
    """
    _check_df(df)
    f = share * abs(t) / np.sqrt(df)
    if alpha is not None:
        f -= stats.t.ppf(1 - alpha / 2, df - 1) / np.sqrt(df - 1)
    return _robustness_of(f)


def adjusted_estimate(estimate, r2_regressor, r2_outcome, *, classical_se, df):
    """Estimate towards zero by the bias of an omitted variable (eq. 14).

    Parameters
    ----------
    estimate : float
    r2_regressor, r2_outcome : float or ndarray
        Strength of the omitted variable, at least 0, below 1 for the regressor.
    classical_se : float
        Homoskedastic standard error, whatever is used for inference: here it stands for the
        left-over variances.
    df : float
    """
    _check_shares(r2_regressor, r2_outcome)
    bias = classical_se * np.sqrt(df * r2_outcome * r2_regressor / (1 - np.asarray(r2_regressor)))
    return np.sign(estimate) * (np.abs(estimate) - bias)


def adjusted_se(se, r2_regressor, r2_outcome, *, df):
    """Standard error of the adjusted estimate (eq. 15); for clustered ones an approximation."""
    _check_shares(r2_regressor, r2_outcome)
    return se * np.sqrt(
        (1 - np.asarray(r2_outcome)) / (1 - np.asarray(r2_regressor)) * df / (df - 1)
    )


def benchmark_bounds(
    r2_regressor: float, r2_outcome: float, multiple: float
) -> tuple[float, float]:
    """Strength of an omitted variable `multiple` times as strong as an observed one (eq. 22, 23).

    Parameters
    ----------
    r2_regressor : float
        Partial R2 of the observed covariate with the regressor of interest.
    r2_outcome : float
        Its partial R2 with the outcome, given the regressor of interest too.
    multiple : float

    Returns
    -------
    tuple of float
        R2 of the omitted variable with regressor and outcome; the second at most 1.

    Raises
    ------
    StudyError
        If so strong a variable would explain the regressor completely.
    """
    with_regressor = multiple * r2_regressor / (1 - r2_regressor)
    if with_regressor >= 1:
        raise StudyError(
            f"a variable {multiple:g} times as strong as this benchmark would explain all of the "
            "regressor: compare with smaller multiples"
        )
    overlap = multiple * r2_regressor**2 / ((1 - multiple * r2_regressor) * (1 - r2_regressor))
    reach = (np.sqrt(multiple) + np.sqrt(overlap)) / np.sqrt(1 - overlap)
    return with_regressor, min(1.0, reach**2 * r2_outcome / (1 - r2_outcome))


def robustness(fit: PanelFit, term: str, *, half_width: float | None = None) -> Robustness:
    """Robustness values of one coefficient of a panel fit.

    Parameters
    ----------
    fit : PanelFit
    term : str
    half_width : float, optional
        Distance from the estimate to the end of its interval nearest zero, for example of the
        exact wild bootstrap; default that of the clustered 95 % interval.

    Notes
    -----
    Left-over variances come from the classical standard error; the interval may be any. With
    half_width = t * classical se it is the published robustness value.
    """
    estimate, se, classical, df = _numbers(fit, term)
    row = fit.term(term)
    width = float(row["high"] - row["estimate"]) if half_width is None else float(half_width)
    if width < 0:
        raise StudyError(f"expected a distance from estimate to interval end, got {width}")
    f = abs(estimate) / classical / np.sqrt(df)
    return Robustness(
        term=term,
        estimate=estimate,
        se=se,
        df=df,
        partial_r2=partial_r2(estimate / classical, df),
        robustness_value=_robustness_of(f),
        robustness_value_level=_robustness_of(f - width / classical / np.sqrt(df - 1)),
        half_width=width,
    )


def benchmark_table(
    fit: PanelFit,
    term: str,
    benchmarks: Sequence[str],
    *,
    multiples: Sequence[float] = (1.0, 2.0, 3.0),
) -> pd.DataFrame:
    """Estimate if a variable as strong as an observed covariate, or more so, was left out.

    Parameters
    ----------
    fit : PanelFit
        With the benchmarks among its regressors.
    term : str
        Regressor of interest.
    benchmarks : sequence of str
    multiples : sequence of float

    Returns
    -------
    DataFrame
        Columns benchmark, multiple, r2_regressor, r2_outcome, estimate, se, t, low, high
        (clustered, adjusted; t with clusters - 1 degrees).
    """
    estimate, se, classical, df = _numbers(fit, term)
    critical = stats.t.ppf(0.975, fit.covariance.df)
    rows = []
    for name in [benchmarks] if isinstance(benchmarks, str) else benchmarks:
        own = _benchmark_strength(fit, term, name)
        for multiple in multiples:
            strength = benchmark_bounds(*own, multiple)
            moved = float(adjusted_estimate(estimate, *strength, classical_se=classical, df=df))
            spread = float(adjusted_se(se, *strength, df=df))
            rows.append(
                {
                    "benchmark": name,
                    "multiple": multiple,
                    "r2_regressor": strength[0],
                    "r2_outcome": strength[1],
                    "estimate": moved,
                    "se": spread,
                    "t": moved / spread,
                    "low": moved - critical * spread,
                    "high": moved + critical * spread,
                }
            )
    return pd.DataFrame(rows)


def adjusted_surface(
    fit: PanelFit, term: str, *, up_to: float = 0.4, points: int = 41
) -> pd.DataFrame:
    """Adjusted estimate over a grid of strengths, for a contour plot.

    Returns
    -------
    DataFrame
        Columns r2_regressor, r2_outcome, estimate.
    """
    if not 0 < up_to < 1:
        raise StudyError(f"expected a largest share between 0 and 1, got {up_to}")
    estimate, _, classical, df = _numbers(fit, term)
    shares = np.linspace(0, up_to, points)
    grid = pd.MultiIndex.from_product([shares, shares], names=["r2_regressor", "r2_outcome"])
    frame = grid.to_frame(index=False)
    moved = adjusted_estimate(
        estimate,
        frame["r2_regressor"].to_numpy(),
        frame["r2_outcome"].to_numpy(),
        classical_se=classical,
        df=df,
    )
    return frame.assign(estimate=moved)


def _robustness_of(f: float) -> float:
    """Robustness value of a partial Cohen's f (eq. 18)."""
    f = max(0.0, float(f))
    return 0.5 * (np.sqrt(f**4 + 4 * f**2) - f**2)


def _numbers(fit: PanelFit, term: str) -> tuple[float, float, float, int]:
    """Estimate, clustered and classical standard error, degrees of freedom."""
    j = fit.design.position(term)
    df = fit.n - fit.design.parameters
    _check_df(df)
    X = fit.design.X
    classical = np.sqrt(fit.rss / df * np.linalg.inv(X.T @ X)[j, j])
    return float(fit.coefficients[j]), float(fit.term(term)["se"]), float(classical), int(df)


def _benchmark_strength(fit: PanelFit, term: str, benchmark: str) -> tuple[float, float]:
    """Partial R2 of a covariate with the regressor of interest and with the outcome."""
    j, k = fit.design.position(term), fit.design.position(benchmark)
    if j == k:
        raise StudyError(f"expected another regressor than '{term}' as benchmark")
    X, y = fit.design.X, fit.design.y
    rest = [i for i in range(X.shape[1]) if i not in (j, k)]

    def explained(target, others, by):
        """Share of what is left of the target that one more column explains."""
        if others:
            q, _ = np.linalg.qr(X[:, others])
            target, by = (v - q @ (q.T @ v) for v in (target, by))
        return float((target @ by) ** 2 / (target @ target) / (by @ by))

    return explained(X[:, j], rest, X[:, k]), explained(y, [*rest, j], X[:, k])


def _check_df(df) -> None:
    """Refuse regressions without a degree of freedom for one more variable."""
    if df <= 1:
        raise StudyError(f"expected at least two residual degrees of freedom, got {df}")


def _check_shares(r2_regressor, r2_outcome) -> None:
    """Refuse strengths that are no shares."""
    d, y = np.asarray(r2_regressor, float), np.asarray(r2_outcome, float)
    if not ((d >= 0) & (d < 1)).all() or not ((y >= 0) & (y <= 1)).all():
        raise StudyError("expected shares of variance between 0 and 1 (below 1 for the regressor)")
