"""Declared associations: one outcome on one factor with unit and year effects.

The factor is divided by its standard deviation over all unit-years of the index (PLAN.md), so an
estimate is the difference of the outcome that goes with one standard deviation of the factor.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.index import Hierarchy, IndexOptions, build_index
from nqpf.regression.covariance import coefficient_table, crv3
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.overlap import purge
from nqpf.regression.panel import PanelFit, fit_two_way


@dataclass(frozen=True)
class Association:
    """One declared test.

    Attributes
    ----------
    id : str
        Name of the test, often a claim.
    outcome : str
        Column of the outcome.
    factor : str
        Column of the factor.
    years : tuple of int
        First and last year of the rows used.
    log_outcome : bool
        Whether the outcome is taken in natural logarithms.
    controls : tuple of str
        Further regressors, none in the primary specification.
    """

    id: str
    outcome: str
    factor: str
    years: tuple[int, int]
    log_outcome: bool = False
    controls: tuple[str, ...] = ()

    @property
    def logged(self) -> tuple[str, ...]:
        """Columns taken in logarithms."""
        return (self.outcome,) if self.log_outcome else ()


@dataclass(frozen=True)
class Inference:
    """How tests are drawn where signs are not enumerated, and the level of intervals."""

    draws: int
    seed: int
    level: float


def estimate(
    panel: pd.DataFrame, association: Association, inference: Inference
) -> dict[str, object]:
    """Estimate one association by the primary specification of PLAN.md.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year; the factor has values in the years of the index only.
    association : Association
        What is regressed on what.
    inference : Inference
        Draws, seed and level.

    Returns
    -------
    dict
        id, outcome, factor, estimate, effect (estimate over the outcome's within standard
        deviation), p, low, high (restricted wild cluster bootstrap), exact, se (CRV1), se_crv3,
        p_crv3, within_r2, n, units, first, last (years used), dropped (rows).
    """
    fit = fit_association(select(panel, association), association)
    return estimate_of(fit, association, inference)


def fit_association(panel: pd.DataFrame, association: Association) -> PanelFit:
    """Fit one association with unit and year effects.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year.
    association : Association
        What is regressed on what.
    """
    regressors = [association.factor, *association.controls]
    return fit_two_way(panel, association.outcome, regressors, log=association.logged)


def outcome_sd(fit: PanelFit) -> float:
    """Standard deviation of a fit's outcome once its effects are out."""
    return float(np.std(fit.design.y, ddof=1))


def estimate_of(fit: PanelFit, association: Association, inference: Inference) -> dict[str, object]:
    """What `estimate` returns, from the fit of an association on the panel of `select`.

    Parameters
    ----------
    fit : PanelFit
        Of all rows of the declared years.
    association : Association
        What is regressed on what.
    inference : Inference
        Draws, seed and level.
    """
    wild = wild_cluster_test(
        fit,
        association.factor,
        draws=inference.draws,
        seed=inference.seed,
        level=inference.level,
    )
    jackknife = coefficient_table(fit, crv3(fit)).set_index("term").loc[association.factor]
    used = fit.design.rows.get_level_values("year")
    return {
        "id": association.id,
        "outcome": association.outcome,
        "factor": association.factor,
        "estimate": wild.estimate,
        "effect": wild.estimate / outcome_sd(fit),
        "p": wild.p,
        "low": wild.low,
        "high": wild.high,
        "exact": wild.exact,
        "se": float(fit.term(association.factor)["se"]),
        "se_crv3": float(jackknife["se"]),
        "p_crv3": float(jackknife["p"]),
        "within_r2": fit.within_r2,
        "n": fit.n,
        "units": fit.units,
        "first": int(used.min()),
        "last": int(used.max()),
        "dropped": len(fit.design.dropped),
    }


def estimate_all(
    panel: pd.DataFrame, associations: list[Association], inference: Inference
) -> pd.DataFrame:
    """Estimate a list of associations; one row each, as `estimate` returns it."""
    return pd.DataFrame([estimate(panel, one, inference) for one in associations])


def numbers(row: pd.Series | dict[str, object]) -> dict[str, float]:
    """The numbers of an estimate that rules of claims ask for."""
    return {name: row[name] for name in ("estimate", "effect", "low", "high", "p", "n")}


def worst_of(rows: pd.DataFrame) -> dict[str, float]:
    """Numbers of a claim that needs several outcomes: the least favourable of each.

    Parameters
    ----------
    rows : DataFrame
        Estimates that must all hold.
    """
    return {
        "estimate": rows["estimate"].min(),
        "effect": rows["effect"].min(),
        "effect_high": rows["effect"].max(),
        "low": rows["low"].min(),
        "high": rows["high"].max(),
        "p": rows["p"].max(),
        "n": int(rows["n"].min()),
    }


def select(panel: pd.DataFrame, association: Association) -> pd.DataFrame:
    """Rows of the declared years, the factor divided by its overall standard deviation."""
    scaled = panel.copy()
    scaled[association.factor] = panel[association.factor] / panel[association.factor].std()
    years = scaled.index.get_level_values("year")
    first, last = association.years
    return scaled[(years >= first) & (years <= last)]


def purged_index(
    indicators: pd.DataFrame,
    hierarchy: Hierarchy,
    options: IndexOptions,
    codebook: pd.DataFrame,
    outcome: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Index and elements without the indicators that share an ingredient with the outcome.

    Parameters
    ----------
    indicators : DataFrame
        Indexed by unit and year.
    hierarchy : Hierarchy
        Tree of the full index.
    options : IndexOptions
        Choices of the full index.
    codebook : DataFrame
        data/codebook/indicators.csv, rows of one level.
    outcome : str
        Id of the outcome.

    Returns
    -------
    scores : DataFrame
        Columns index and the elements that are left.
    removed : DataFrame
        The indicators taken out and the variables that they share.
    """
    kept, removed = purge(codebook, outcome, list(hierarchy.indicators))
    gone = [name for name in hierarchy.indicators if name not in set(kept)]
    tree = hierarchy.without(*gone) if gone else hierarchy
    return build_index(indicators, tree, options).scores, removed
