"""Linear mediation in a panel: how much of an association runs through each mediator.

With fixed effects partialled out of everything (Frisch-Waugh-Lovell),

    M_j = a_j T + C + effects          (mediator on factor)
    Y   = c T + C + effects            (outcome on factor)
    Y   = c' T + sum_j b_j M_j + C + effects,      so that  c = c' + sum_j a_j b_j

a_j b_j is the indirect association through mediator j, all mediators in parallel. It is a causal
effect only under **sequential ignorability**: given effects and controls nothing else moves the
factor and the outcome together, *and* nothing else moves the mediator and the outcome together. No
observational panel guarantees the second part, so the sensitivity to its failure is always
reported: `rho`, the correlation of the two equations' errors that an omitted cause would induce.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.design import Design, build_design
from nqpf.regression.panel import TWO_WAY
from nqpf.regression.within import WithinTransform, is_nested

CHUNK = 500
SINGULAR = 1e-9
RHOS = tuple(np.round(np.arange(-0.9, 0.91, 0.1), 1))


@dataclass(frozen=True)
class MediationResult:
    """Mediation of one treatment by J parallel mediators.

    Attributes
    ----------
    effects : DataFrame
        term, mediator, estimate, se, p, low, high. Terms: "total" (c), "direct" (c'), "indirect" of
        "all" mediators and of each, "factor on mediator" (a), "mediator on outcome" (b). Intervals
        and p are percentiles of the cluster bootstrap.
    sensitivity : DataFrame
        mediator, rho, indirect, low, high: the indirect association, that mediator alone, if the
        errors of its equation and of the outcome's correlate by rho.
    rho_zero : dict of str to float
        Per mediator, the rho at which its indirect association is nil: the smaller, the more
        fragile.
    n, clusters, draws : int
    failed : int
        Bootstrap draws without a solution (too few distinct clusters), left out.
    """

    effects: pd.DataFrame
    sensitivity: pd.DataFrame
    rho_zero: dict[str, float]
    n: int
    clusters: int
    draws: int
    failed: int


def mediate(
    panel: pd.DataFrame,
    outcome: str,
    treatment: str,
    mediators: Sequence[str],
    *,
    controls: Sequence[str] = (),
    effects: Sequence[str] = TWO_WAY,
    log: Sequence[str] = (),
    cluster: str = "unit",
    rhos: Sequence[float] = RHOS,
    draws: int = 4_999,
    seed: int,
    level: float = 0.95,
) -> MediationResult:
    """Direct and indirect associations with cluster bootstrap and sensitivity to confounding.

    Parameters
    ----------
    panel : DataFrame
        Index levels unit and year.
    outcome, treatment : str
        Columns.
    mediators : sequence of str
        Columns, entered together.
    controls : sequence of str
        Columns determined before treatment and mediators.
    effects : sequence of str
        Fixed effects; default unit and year.
    log : sequence of str
        Columns in logarithms.
    cluster : str
        What is resampled, with replacement.
    rhos : sequence of float
        Values strictly between -1 and 1.
    draws, seed : int
        Of the bootstrap.
    level : float
        Coverage of the intervals.

    Notes
    -----
    Valid as effects only under sequential ignorability (see the module). Rows missing any variable
    leave all three equations.

    References
    ----------
    Imai, Keele, Tingley (2010), Psychological Methods 15; Imai, Keele, Yamamoto (2010),
    Statistical Science 25, theorem 4 (sensitivity); Cameron, Gelbach, Miller (2008) (bootstrap).
    """
    if not mediators or isinstance(mediators, str):
        raise StudyError(f"expected a list of mediators, got {mediators!r}")
    rhos = np.asarray(rhos, float)
    if not (np.abs(rhos) < 1).all():
        raise StudyError("expected rhos strictly between -1 and 1")
    factors, mediators = [treatment, *controls], list(mediators)
    design = build_design(
        panel, outcome, [*factors, *mediators], effects=effects, cluster=cluster, log=log
    )
    columns = np.column_stack([design.raw[:, -len(factors + mediators) :], design.level])
    moments = _cluster_moments(columns, design)
    groups = len(moments)
    counts = np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), draws)
    counts = np.vstack([np.ones(groups), counts])  # the sample first
    parts = [
        _paths(
            _partial_out(counts[start : start + CHUNK], moments, columns.shape[1]), factors, rhos
        )
        for start in range(0, len(counts), CHUNK)
    ]
    terms, curves, crossing = (np.concatenate(part) for part in zip(*parts, strict=True))
    failed = np.isnan(terms).any(axis=1)
    labels = [("total", ""), ("direct", ""), ("indirect", "all")]
    for name in ("indirect", "factor on mediator", "mediator on outcome"):
        labels += [(name, mediator) for mediator in mediators]
    table = pd.DataFrame(labels, columns=["term", "mediator"])
    kept = terms[1:][~failed[1:]]
    table["estimate"] = terms[0]
    table["se"] = kept.std(axis=0, ddof=1)
    table["p"] = _percentile_p(kept)
    tails = [(1 - level) / 2, (1 + level) / 2]
    table["low"], table["high"] = np.quantile(kept, tails, axis=0)
    low, high = np.quantile(curves[1:][~failed[1:]], tails, axis=0)
    sensitivity = pd.DataFrame(
        {
            "mediator": np.repeat(mediators, len(rhos)),
            "rho": np.tile(rhos, len(mediators)),
            "indirect": curves[0].ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
        }
    )
    return MediationResult(
        effects=table,
        sensitivity=sensitivity,
        rho_zero=dict(zip(mediators, crossing[0].tolist(), strict=True)),
        n=design.n,
        clusters=groups,
        draws=draws,
        failed=int(failed.sum()),
    )


def _cluster_moments(columns: np.ndarray, design: Design) -> np.ndarray:
    """Cross products by cluster of the columns and of the effects not nested in clusters.

    Effects nested in clusters are swept out first; a resampled cluster carries its own along, so
    one pass over the data serves every bootstrap draw. Shape (G, m + d, m + d).
    """
    clusters = design.codes[design.cluster]
    nested = [name for name in design.effects if is_nested(design.codes[name], clusters)]
    others = [name for name in design.effects if name not in nested]
    dummies = [np.eye(len(design.labels[name]))[design.codes[name]] for name in others]
    if not design.effects:
        dummies = [np.ones((design.n, 1))]
    sweep = WithinTransform([design.codes[name] for name in nested], np.ones(design.n))
    Z = sweep(np.hstack([columns, *dummies]))
    rows = [Z[clusters == group] for group in range(design.groups)]
    return np.stack([row.T @ row for row in rows])


def _partial_out(counts: np.ndarray, moments: np.ndarray, m: int) -> np.ndarray:
    """Cross products (draws, m, m) of the first m columns free of the others, per draw."""
    total = (counts @ moments.reshape(len(moments), -1)).reshape(-1, *moments.shape[1:])
    own, cross, other = total[:, :m, :m], total[:, :m, m:], total[:, m:, m:]
    return own - cross @ np.linalg.pinv(other, rcond=SINGULAR, hermitian=True) @ cross.transpose(
        0, 2, 1
    )


def _paths(R: np.ndarray, factors: Sequence[str], rhos: np.ndarray):
    """Paths, sensitivity curves and their zeros for stacked cross products.

    Columns of R: factors (the treatment first), mediators, outcome.

    Returns
    -------
    terms (draws, 3 + 3J), curves (draws, J, rhos), crossing (draws, J); NaN where singular.
    """
    F, last = len(factors), R.shape[1] - 1
    scale = np.sqrt(np.clip(np.einsum("dkk->dk", R), 1e-300, None))
    unit = R / scale[:, :, None] / scale[:, None, :]
    singular = np.linalg.eigvalsh(unit[:, :last, :last])[:, 0] < SINGULAR
    R = np.where(singular[:, None, None], np.eye(last + 1), R)
    on_factors = np.linalg.solve(R[:, :F, :F], R[:, :F, F:])  # mediators and outcome on factors
    left = R[:, F:, F:] - R[:, F:, :F] @ on_factors  # their residual cross products
    full = np.linalg.solve(R[:, :last, :last], R[:, :last, last:])[:, :, 0]
    a, total = on_factors[:, 0, :-1], on_factors[:, 0, -1]
    b = full[:, F:]
    indirect = a * b
    terms = np.column_stack([total, full[:, 0], indirect.sum(axis=1), indirect, a, b])
    variance = np.einsum("djj->dj", left)
    ratio = np.sqrt(variance[:, -1:] / variance[:, :-1])  # sd of outcome over sd of mediator
    tilde = left[:, :-1, -1] / np.sqrt(variance[:, :-1] * variance[:, -1:])
    bend = rhos * np.sqrt((1 - tilde[:, :, None] ** 2) / (1 - rhos**2))
    curves = (a * ratio)[:, :, None] * (tilde[:, :, None] - bend)
    for out in (terms, curves, tilde):
        out[singular] = np.nan
    return terms, curves, tilde


def _percentile_p(replicates: np.ndarray) -> np.ndarray:
    """Two-sided p of zero from bootstrap replicates, by column."""
    below, above = (replicates <= 0).sum(axis=0), (replicates >= 0).sum(axis=0)
    return np.minimum(1, 2 * (1 + np.minimum(below, above)) / (1 + len(replicates)))
