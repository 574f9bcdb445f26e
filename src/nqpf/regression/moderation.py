"""Moderation: how the association of a regressor changes with a moderator.

    Y = b1 X + b2 M + b3 X M + controls + effects,      dY/dX at M = m  is  b1 + b3 m

The moderator is centred at m for each point of the curve, so that the coefficient of X *is* the
marginal effect there and the wild cluster bootstrap gives its interval (Brambor, Clark, Golder
2006, Political Analysis 14).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.inference import WildClusterResult, wild_cluster_test
from nqpf.regression.panel import PanelFit, fit_two_way

DECILES = np.arange(0.1, 0.91, 0.1)


@dataclass(frozen=True)
class Moderation:
    """Interaction and marginal effects.

    Attributes
    ----------
    fit : PanelFit
        The interacted model, moderator uncentred; its interaction term is `term`.
    term : str
        "<regressor> x <moderator>".
    interaction : WildClusterResult
        Test of no moderation.
    marginal : DataFrame
        at, estimate, se, t, p, low, high, share: the regressor's marginal effect at each value of
        the moderator, wild cluster p and interval, and the share of rows at or below that value.
    moderator_absorbed : bool
        Whether the moderator is constant within units, so that its own term is left to the unit
        effects.
    """

    fit: PanelFit
    term: str
    interaction: WildClusterResult
    marginal: pd.DataFrame
    moderator_absorbed: bool


def moderate(
    panel: pd.DataFrame,
    outcome: str,
    regressor: str,
    moderator: str,
    *,
    at: Sequence[float] | None = None,
    controls: Sequence[str] = (),
    weights: str | None = None,
    cluster: str = "unit",
    draws: int = 99_999,
    seed: int | None = None,
) -> Moderation:
    """Two-way fixed effects with an interaction, exact wild cluster intervals.

    Parameters
    ----------
    panel : DataFrame
    outcome, regressor, moderator : str
        Columns; take logarithms beforehand.
    at : sequence of float, optional
        Values of the moderator; default its values if at most five, else its deciles.
    controls : sequence of str
    weights, cluster : str
        As in `fit_two_way`.
    draws, seed : int
        Of the wild bootstrap, if the clusters are more than 21.
    """
    wanted = [outcome, regressor, moderator, *controls]
    unknown = [name for name in wanted if name not in panel.columns]
    if unknown:
        raise StudyError(f"expected columns of the panel, got {', '.join(unknown)}")
    term = f"{regressor} x {moderator}"
    complete = panel.dropna(subset=[*wanted, *([weights] if weights else [])])
    fixed = bool((complete.groupby(level="unit")[moderator].nunique() <= 1).all())
    regressors = [regressor, term, *([] if fixed else [moderator]), *controls]

    def fit_centred(value: float) -> PanelFit:
        product = complete[regressor] * (complete[moderator] - value)
        data = complete.assign(**{term: product})
        return fit_two_way(data, outcome, regressors, weights=weights, cluster=cluster)

    fit = fit_centred(0.0)
    values = complete.loc[fit.design.rows, moderator]
    if at is None:
        distinct = np.sort(values.unique())
        at = distinct if len(distinct) <= 5 else values.quantile(DECILES).to_numpy()
    rows = []
    for value in at:
        centred = fit_centred(float(value))
        wild = wild_cluster_test(centred, regressor, draws=draws, seed=seed)
        rows.append(
            {
                "at": float(value),
                "estimate": wild.estimate,
                "se": centred.term(regressor)["se"],
                "t": wild.t,
                "p": wild.p,
                "low": wild.low,
                "high": wild.high,
                "share": float((values <= value).mean()),
            }
        )
    return Moderation(
        fit=fit,
        term=term,
        interaction=wild_cluster_test(fit, term, draws=draws, seed=seed),
        marginal=pd.DataFrame(rows),
        moderator_absorbed=fixed,
    )
