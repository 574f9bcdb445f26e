"""Restricted wild cluster bootstrap (WCR), exact up to 21 clusters, and its intervals.

Cameron, Gelbach, Miller (2008, Rev. Economics and Statistics 90) impose the null, flip the sign of
the restricted residuals of whole clusters and refit. In score form (`nqpf.regression.wild`) each
vector costs a few sums, and they are linear in the null value, so one pass over the vectors serves
every null: intervals come from inverting the test at almost no cost. v and -v give the same |t|,
so 2^(G-1) vectors are all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

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
from nqpf.regression.wild import EXACT_UP_TO, WildScores, sign_vectors, wild_scores

TIE = 1e-9


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
    chunks = sign_vectors(fit.clusters, draws=draws, seed=seed, weights=weights)
    estimate = float(fit.coefficients[fit.design.position(term)])
    se = float(fit.term(term)["se"])
    if not se**2 * scores.n_term.sum() > TIE**2 * fit.rss:
        raise StudyError(
            f"the clustered standard error of {term} is zero: its scores vanish in every cluster, "
            "as for a term that only tells two clusters apart; no cluster-robust test exists"
        )
    moments = _Moments(scores, chunks, unit=se, exact=exact)
    low, high = moments.interval(1 - level)
    distance = (null - estimate) / se
    return WildClusterResult(
        term=term,
        null=null,
        estimate=estimate,
        t=-distance,
        p=moments.p(distance),
        low=estimate + se * low,
        high=estimate + se * high,
        exact=exact,
        draws=2**fit.clusters if exact else draws,
        clusters=fit.clusters,
        weights="webb" if weights == "webb" else "rademacher",
        ties=moments.ties(distance),
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


class _Moments:
    """What each sign vector contributes to the test of any null, and the tests themselves.

    A null lies `x` standard errors from the estimate. A vector is at least as extreme as the sample
    when numerator^2 * denominator of the sample >= numerator of the sample^2 * denominator; both
    sides are quadratics in x, so six numbers per vector are kept.
    """

    def __init__(self, scores: WildScores, chunks: Iterator[np.ndarray], *, unit, exact: bool):
        self.exact = exact
        n = np.column_stack([scores.n_error, -unit * scores.n_term])
        H = (scores.H_error, -unit * scores.H_term)
        kept = []
        for V in chunks:
            N = V @ n
            error, term = V @ H[0].T, V @ H[1].T
            kept.append(np.vstack([*_square(N[:, 0], N[:, 1]), *_dot_square(error, term)]).T)
        self.kept = kept
        ones = np.ones((1, len(n)))
        own = ones @ n
        self.own_numerator = np.array(_square(own[0, 0], own[0, 1]))
        self.own_denominator = np.array(_dot_square(ones @ H[0].T, ones @ H[1].T))[:, 0]
        self.vectors = sum(len(block) for block in kept)

    def _margins(self, x: float) -> Iterator[tuple[np.ndarray, float]]:
        """By how much each vector is more extreme than the sample, and what counts as a tie."""
        powers = np.array([1.0, x, x * x])
        numerator = self.own_numerator @ powers
        denominator = self.own_denominator @ powers
        compare = np.concatenate([powers * denominator, -powers * numerator])
        slack = TIE * max(numerator * denominator, np.finfo(float).tiny)
        for block in self.kept:
            yield block @ compare, slack

    def p(self, x: float) -> float:
        """Two-sided p-value of the null x standard errors above the estimate."""
        extreme = sum(int(np.count_nonzero(margin >= -slack)) for margin, slack in self._margins(x))
        return extreme / self.vectors if self.exact else (1 + extreme) / (1 + self.vectors)

    def ties(self, x: float) -> int:
        """Vectors, mirror images counted, that tie with the sample."""
        ties = sum(
            int(np.count_nonzero(np.abs(margin) <= slack)) for margin, slack in self._margins(x)
        )
        return ties * (2 if self.exact else 1)

    def interval(self, alpha: float) -> tuple[float, float]:
        """Nearest crossings of alpha on both sides of the estimate, in standard errors."""
        return self._crossing(-1, alpha), self._crossing(1, alpha)

    def _crossing(self, side: int, alpha: float) -> float:
        """Distance where p falls to alpha, by doubling then bisection."""
        inside, outside = 0.0, 2.0
        while self.p(side * outside) > alpha:
            inside, outside = outside, 2 * outside
            if outside > 1e4:
                return side * np.inf
        while outside - inside > 1e-5 * outside:
            middle = (inside + outside) / 2
            if self.p(side * middle) > alpha:
                inside = middle
            else:
                outside = middle
        return side * (inside + outside) / 2


def _square(error, term):
    """Coefficients of (error + x term)^2 in powers of x."""
    return error * error, 2 * error * term, term * term


def _dot_square(error, term):
    """Coefficients of |error + x term|^2, summed over columns, in powers of x."""
    return (
        np.einsum("bg,bg->b", error, error),
        2 * np.einsum("bg,bg->b", error, term),
        np.einsum("bg,bg->b", term, term),
    )
