"""Adjusted p-values within a declared family of hypotheses.

The wild bootstrap draws are shared: in each, a cluster's errors keep or change their sign in every
regression at once, so the dependence between outcomes is the data's own. Romano-Wolf compares
each |t| with the largest of those still in the family, Westfall-Young each p with the smallest.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.holm import holm
from nqpf.regression.panel import PanelFit
from nqpf.regression.wild import EXACT_UP_TO, sign_vectors, wild_scores
from nqpf.regression.wild_margins import TIE


def adjust_family(
    hypotheses: Mapping[str, tuple[PanelFit, str]],
    *,
    null: float = 0.0,
    draws: int = 9_999,
    seed: int | None = None,
) -> pd.DataFrame:
    """Test a family of coefficients jointly with shared wild cluster draws.

    Parameters
    ----------
    hypotheses : mapping of str to (PanelFit, str)
        Name of each hypothesis, its fit and the term tested. The fits cluster by the same names.
    null : float
        Value of every coefficient under its null, imposed on each bootstrap.
    draws : int
        Sign vectors drawn when the family has more than 21 clusters; otherwise all are used.
    seed : int, optional
        Needed when drawing.

    Returns
    -------
    DataFrame
        One row per hypothesis, in order: hypothesis, term, estimate, t, p, p_holm, p_romano_wolf,
        p_westfall_young, n, clusters, exact. p is that of `wild_cluster_test`.

    References
    ----------
    Romano and Wolf (2005), Econometrica 73, algorithm 4.1 with studentised statistics;
    Westfall and Young (1993), algorithm 2.8; Clarke, Romano, Wolf (2020), Stata Journal 20.
    """
    if not hypotheses:
        raise StudyError("expected a family with at least one hypothesis, got none")
    t, simulated = _shared_draws(hypotheses, null, draws, seed)
    p = _share_at_least(simulated, t)
    table = pd.DataFrame(
        {
            "hypothesis": list(hypotheses),
            "term": [term for _, term in hypotheses.values()],
            "estimate": [
                fit.coefficients[fit.design.position(term)] for fit, term in hypotheses.values()
            ],
            "t": [
                (fit.term(term)["estimate"] - null) / fit.term(term)["se"]
                for fit, term in hypotheses.values()
            ],
            "p": p,
            "p_holm": holm(p),
            "p_romano_wolf": _step_down(t, simulated),
            "n": [fit.n for fit, _ in hypotheses.values()],
            "clusters": [fit.clusters for fit, _ in hypotheses.values()],
            "exact": _all_clusters(hypotheses).size <= EXACT_UP_TO,
        }
    )
    # a small p is a large score, so the step-down of -p* is that of Westfall and Young
    scores = -np.column_stack([_own_p(column) for column in simulated.T])
    table.insert(7, "p_westfall_young", _step_down(-p, scores))
    return table


def _all_clusters(hypotheses) -> pd.Index:
    """Names of all clusters of the family."""
    labels = [fit.design.labels[fit.design.cluster] for fit, _ in hypotheses.values()]
    union = labels[0]
    for other in labels[1:]:
        union = union.union(other)
    return union


def _shared_draws(hypotheses, null, draws, seed):
    """|t| of the sample, shape (S,), and of every draw, the sample first, shape (B, S)."""
    clusters = _all_clusters(hypotheses)
    models = []
    for fit, term in hypotheses.values():
        distance = null - fit.coefficients[fit.design.position(term)]
        place = clusters.get_indexer(fit.design.labels[fit.design.cluster])
        models.append((place, *wild_scores(fit, term).at(distance)))

    def statistics(V):
        columns = []
        for place, n, H in models:
            signs = V[:, place]
            score = signs @ H.T
            with np.errstate(divide="ignore"):
                columns.append(np.abs(signs @ n) / np.sqrt((score**2).sum(axis=1)))
        return np.nan_to_num(np.column_stack(columns), nan=np.inf, posinf=np.inf)

    blocks = [statistics(V) for V in sign_vectors(len(clusters), draws=draws, seed=seed)]
    own = statistics(np.ones((1, len(clusters))))
    if len(clusters) > EXACT_UP_TO:
        blocks.insert(0, own)  # drawn: the sample is one of the draws
    return own[0], np.vstack(blocks)


def _share_at_least(simulated, observed):
    """Share of draws, by column, at least as large as observed, ties counted."""
    return (simulated >= observed - TIE * np.abs(observed)).mean(axis=0)


def _own_p(column):
    """p-value of every draw within its own distribution."""
    below = np.searchsorted(np.sort(column), column - TIE * np.abs(column), side="left")
    return 1 - below / len(column)


def _step_down(observed, simulated):
    """Step-down adjusted p-values of large `observed`, monotone in it."""
    order = np.argsort(-observed, kind="stable")
    out = np.empty(len(order))
    largest = np.full(len(simulated), -np.inf)
    for position in order[::-1]:
        largest = np.maximum(largest, simulated[:, position])
        out[position] = _share_at_least(largest[:, None], observed[position])[0]
    out[order] = np.maximum.accumulate(out[order])
    return out
