"""Rao's score tests of least squares against a spatial lag or spatially dependent errors."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.regression.spatial_design import SpatialDesign, balanced_panel, cross_section
from nqpf.regression.spatial_weights import SpatialWeights


def score_tests_cross_section(
    frame: pd.DataFrame, outcome: str, regressors: Sequence[str], weights: SpatialWeights
) -> pd.DataFrame:
    """Score tests of a cross-section; see `score_tests_panel`."""
    return _score_tests(cross_section(frame, outcome, regressors, weights))


def score_tests_panel(
    panel: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    weights: SpatialWeights,
    **options,
) -> pd.DataFrame:
    """Test for a spatial lag and for spatial errors, each alone and robust to the other.

    Parameters
    ----------
    panel, outcome, regressors, weights
        See `spatial_models.fit_spatial_panel`.
    options
        effects, years, log: see `spatial_design.balanced_panel`.

    Returns
    -------
    DataFrame
        Columns test ("lag", "error", "lag given error", "error given lag", "both"), statistic, df,
        p (chi-squared).

    References
    ----------
    Anselin, Bera, Florax, Yoon (1996), Regional Science and Urban Economics 26, eq. 12 to 18;
    Anselin, Le Gallo, Jayet (2008) for panels; R `spdep::lm.RStests`.
    """
    return _score_tests(balanced_panel(panel, outcome, regressors, weights, **options))


def _score_tests(design: SpatialDesign) -> pd.DataFrame:
    """Statistics of a prepared design."""
    q, r = np.linalg.qr(design.X)
    b = np.linalg.solve(r, q.T @ design.y)
    e = design.y - design.X @ b
    sigma2 = e @ e / design.rows
    for_lag = e @ design.Wy / sigma2
    for_error = e @ design.lag(e) / sigma2
    W = design.seen(design.weights.dense)
    trace = design.periods * ((W * W.T).sum() + (W**2).sum())
    pull = design.WX @ b
    pull = pull - q @ (q.T @ pull)
    spread = trace + pull @ pull / sigma2
    lag_alone = (for_lag - for_error) ** 2 / (spread - trace)
    ratio = trace / spread
    rows = [
        ("lag", for_lag**2 / spread, 1),
        ("error", for_error**2 / trace, 1),
        ("lag given error", lag_alone, 1),
        ("error given lag", (for_error - ratio * for_lag) ** 2 / (trace * (1 - ratio)), 1),
        ("both", lag_alone + for_error**2 / trace, 2),
    ]
    table = pd.DataFrame(rows, columns=["test", "statistic", "df"])
    return table.assign(p=stats.chi2.sf(table["statistic"], table["df"]))
