"""Restricted wild cluster bootstrap (WCR), exact up to 21 clusters, and its intervals.

Cameron, Gelbach, Miller (2008, Rev. Economics and Statistics 90) impose the null, flip the sign of
the restricted residuals of whole clusters and refit. In score form (`nqpf.regression.wild`) each
vector costs a few sums at any null (`nqpf.regression.wild_margins`): intervals come from inverting
the test at little cost. v and -v give the same |t|, so 2^(G-1) vectors are all of them.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy import optimize

from nqpf.errors import StudyError
from nqpf.regression.covariance import (
    coefficient_table,
    crv1,
    crv3,
    driscoll_kraay,
    hc1,
    two_way_clusters,
)
from nqpf.regression.panel import PanelFit
from nqpf.regression.wild import EXACT_UP_TO, sign_vectors, wild_scores
from nqpf.regression.wild_margins import TIE, DrawnMargins, EnumeratedMargins

FARTHEST = 1e4  # standard errors from the estimate; an interval that reaches beyond is unbounded
PRECISION = 5e-6  # of the ends of intervals


@dataclass(frozen=True)
class WildClusterResult:
    """Result of a wild cluster bootstrap test.

    Attributes
    ----------
    term : str
    null : float
        Value tested.
    estimate, t : float
        Coefficient and its clustered t statistic against the null.
    p : float
        Two-sided symmetric p-value; ties count as extreme, so it is never too small. Exact: the
        share of all 2^G sign vectors. Drawn: (1 + extreme draws) / (1 + draws).
    low, high : float
        Ends of the interval of nulls not rejected (p > 1 - level), infinite when the clusters are
        too few to reject anything on that side.
    exact : bool
        Whether all sign vectors were enumerated (no seed involved).
    draws : int
        Sign vectors behind p.
    clusters : int
    weights : str
        "rademacher" or "webb".
    ties : int
        Sign vectors whose |t| equals the sample's; the identity and its mirror always do.
    level : float
        Coverage of the interval.
    """

    term: str
    null: float
    estimate: float
    t: float
    p: float
    low: float
    high: float
    exact: bool
    draws: int
    clusters: int
    weights: str
    ties: int
    level: float


def wild_cluster_test(
    fit: PanelFit,
    term: str,
    null: float = 0.0,
    *,
    draws: int = 99_999,
    seed: int | None = None,
    weights: str = "auto",
    level: float = 0.95,
) -> WildClusterResult:
    """Test one coefficient with the restricted wild cluster bootstrap and invert the test.

    Parameters
    ----------
    fit : PanelFit
        Any fit; its clusters are used.
    term : str
        Regressor tested.
    null : float
        Value under the null.
    draws : int
        Sign vectors drawn when not exact.
    seed : int, optional
        Needed when drawing.
    weights : {"auto", "rademacher", "webb"}
        "auto": all Rademacher vectors up to 21 clusters, Rademacher draws above. The others always
        draw; Webb's six points give more distinct vectors when clusters are very few.
    level : float
        Coverage of the interval.

    Raises
    ------
    StudyError
        Unknown term or weights, draws without a seed, or a clustered standard error of zero.
    """
    scores = wild_scores(fit, term)
    exact = weights == "auto" and fit.clusters <= EXACT_UP_TO
    estimate = float(fit.coefficients[fit.design.position(term)])
    se = float(fit.term(term)["se"])
    if not se**2 * scores.n_term.sum() > TIE**2 * fit.rss:
        raise StudyError(
            f"the clustered standard error of {term} is zero: its scores vanish in every cluster, "
            "as for a term that only tells two clusters apart; no cluster-robust test exists"
        )
    if exact:
        test = _Test(EnumeratedMargins(scores), exact=True)
    else:
        signs = sign_vectors(fit.clusters, draws=draws, seed=seed, weights=weights)
        test = _Test(DrawnMargins(scores, signs), exact=False)
    distance = null - estimate
    return WildClusterResult(
        term=term,
        null=null,
        estimate=estimate,
        t=-distance / se,
        p=test.p(distance),
        low=estimate + test.crossing(-se, 1 - level),
        high=estimate + test.crossing(se, 1 - level),
        exact=exact,
        draws=2**fit.clusters if exact else draws,
        clusters=fit.clusters,
        weights="webb" if weights == "webb" else "rademacher",
        ties=test.ties(distance),
        level=level,
    )


def compare_errors(
    fit: PanelFit, term: str, *, draws: int = 99_999, seed: int | None = None
) -> pd.DataFrame:
    """One coefficient under every kind of inference offered, exact wild bootstrap last.

    Returns
    -------
    DataFrame
        Columns kind, term, estimate, se, t, p, low, high, clusters; `se` is NaN for the bootstrap.
    """
    covariances = [hc1(fit), crv1(fit), crv3(fit)]
    if fit.periods > 1:
        covariances += [two_way_clusters(fit), driscoll_kraay(fit)]
    rows = []
    for covariance in covariances:
        row = coefficient_table(fit, covariance).iloc[fit.design.position(term)]
        rows.append({"kind": covariance.kind, **row, "clusters": covariance.df + 1})
    wild = wild_cluster_test(fit, term, draws=draws, seed=seed)
    rows.append(
        {
            "kind": "wild cluster, exact" if wild.exact else "wild cluster, drawn",
            **{name: getattr(wild, name) for name in ("term", "estimate", "t", "p", "low", "high")},
            "clusters": wild.clusters,
        }
    )
    rows[0]["clusters"] = np.nan  # HC1 has none
    columns = ["kind", "term", "estimate", "se", "t", "p", "low", "high", "clusters"]
    return pd.DataFrame(rows)[columns]


class _Test:
    """p-values of any null and the interval of those not rejected, from the margins of vectors.

    A null is named by its distance from the estimate.
    """

    def __init__(self, margins: EnumeratedMargins | DrawnMargins, *, exact: bool):
        self.margins = margins
        self.exact = exact

    def p(self, distance: float) -> float:
        """Two-sided p-value of a null."""
        at = self.margins.at(distance)
        extreme = sum(int(np.count_nonzero(margins >= -slack)) for margins, slack in at)
        vectors = self.margins.vectors
        return extreme / vectors if self.exact else (1 + extreme) / (1 + vectors)

    def ties(self, distance: float) -> int:
        """Vectors, mirror images counted, that tie with the sample."""
        at = self.margins.at(distance)
        ties = sum(int(np.count_nonzero(np.abs(margins) <= slack)) for margins, slack in at)
        return ties * (2 if self.exact else 1)

    def crossing(self, step: float, alpha: float) -> float:
        """Signed distance where p falls to alpha, in the direction of `step`; infinite if nowhere.

        A step doubled again and again brackets the crossing; the logarithm of p is nearly
        quadratic in the distance, which root finding makes use of.
        """
        p = cache(lambda steps: self.p(steps * step))
        inside, outside = 0.0, 2.0
        while p(outside) > alpha:
            inside, outside = outside, 2 * outside
            if outside > FARTHEST:
                return step * np.inf

        def excess(steps: float) -> float:
            return np.log(p(steps) / alpha) or -1.0  # p = alpha rejects

        return step * optimize.brentq(excess, inside, outside, xtol=PRECISION * outside)
