"""Chapter 3: the three mechanisms as associations with unit and year effects.

An association is one outcome on one factor with unit and year effects. The factor is divided
by its standard deviation over all cells, so an estimate is the change of the outcome that goes
with one standard deviation of the factor.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.covariance import coefficient_table, crv3
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import PanelFit, fit_two_way


@dataclass(frozen=True)
class Association:
    """One declared test.

    Attributes
    ----------
    id : str
        Name of the test, unique.
    outcome : str
        Column of the outcome.
    factor : str
        Column of the factor.
    log_outcome : bool
        Whether the outcome is taken in natural logarithms.
    controls : tuple of str
        Further regressors, none in the primary specification.
    """

    id: str
    outcome: str
    factor: str
    log_outcome: bool = False
    controls: tuple[str, ...] = ()

    @property
    def log(self) -> tuple[str, ...]:
        """Columns taken in logarithms."""
        return (self.outcome,) if self.log_outcome else ()


@dataclass(frozen=True)
class Choices:
    """How tests are drawn where signs cannot be enumerated, and the level of intervals."""

    draws: int
    seed: int
    level: float


def standardised(panel: pd.DataFrame, factors: list[str]) -> pd.DataFrame:
    """Panel with the named columns divided by their standard deviation over all cells.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year.
    factors : list of str
        Columns to divide.
    """
    scaled = panel.copy()
    scaled[factors] = panel[factors] / panel[factors].std()
    return scaled


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
    return fit_two_way(panel, association.outcome, regressors, log=association.log)


def within_sd(panel: pd.DataFrame, association: Association) -> float:
    """Standard deviation of the outcome once unit and year means are out, on the rows used.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year.
    association : Association
        Its outcome (in logs where declared) and rows are used.
    """
    fit = fit_association(panel, association)
    return float(np.std(fit.design.y, ddof=1))


def estimate(panel: pd.DataFrame, association: Association, choices: Choices) -> dict[str, object]:
    """Estimate one association with the leading and the reference inference.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year; the factor already standardised.
    association : Association
        What is regressed on what.
    choices : Choices
        Draws, seed and level.

    Returns
    -------
    dict
        id, outcome, factor, estimate, effect (estimate in within standard deviations of the
        outcome), p, low, high (restricted wild cluster bootstrap), exact, se and p_crv1,
        se_crv3, p_crv3, within_r2, n, units, years, dropped.
    """
    fit = fit_association(panel, association)
    wild = wild_cluster_test(
        fit, association.factor, draws=choices.draws, seed=choices.seed, level=choices.level
    )
    classic = fit.term(association.factor)
    jackknife = coefficient_table(fit, crv3(fit)).set_index("term").loc[association.factor]
    return {
        "id": association.id,
        "outcome": association.outcome,
        "factor": association.factor,
        "estimate": wild.estimate,
        "effect": wild.estimate / float(np.std(fit.design.y, ddof=1)),
        "p": wild.p,
        "low": wild.low,
        "high": wild.high,
        "exact": wild.exact,
        "se": float(classic["se"]),
        "p_crv1": float(classic["p"]),
        "se_crv3": float(jackknife["se"]),
        "p_crv3": float(jackknife["p"]),
        "within_r2": fit.within_r2,
        "n": fit.n,
        "units": fit.units,
        "years": fit.periods,
        "dropped": int(fit.dropped.sum()),
    }


def estimate_all(
    panel: pd.DataFrame, associations: list[Association], choices: Choices
) -> pd.DataFrame:
    """Estimate a list of associations; one row each, as `estimate` returns it.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year, factors not yet standardised.
    associations : list of Association
        What is regressed on what.
    choices : Choices
        Draws, seed and level.
    """
    factors = sorted({association.factor for association in associations})
    scaled = standardised(panel, factors)
    return pd.DataFrame([estimate(scaled, one, choices) for one in associations])


def interaction(
    panel: pd.DataFrame, association: Association, members: list[str], choices: Choices
) -> pd.DataFrame:
    """Let the slope differ between a group of units and the rest.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year, factor not yet standardised.
    association : Association
        What is regressed on what.
    members : list of str
        Units of the group.
    choices : Choices
        Draws, seed and level.

    Returns
    -------
    DataFrame
        Rows `rest` (slope outside the group) and `difference` (group minus rest); columns term,
        estimate, p, low, high, n.

    Raises
    ------
    StudyError
        If the group is empty or holds all units.
    """
    scaled = standardised(panel, [association.factor])
    units = scaled.index.get_level_values("unit")
    inside = units.isin(members)
    if not inside.any() or inside.all():
        raise StudyError(
            f"expected a group that holds some but not all units, got {len(members)} members of "
            f"{units.nunique()} units"
        )
    scaled["difference"] = scaled[association.factor] * inside
    fit = fit_two_way(
        scaled, association.outcome, [association.factor, "difference"], log=association.log
    )
    rows = []
    for term, label in ((association.factor, "rest"), ("difference", "difference")):
        wild = wild_cluster_test(
            fit, term, draws=choices.draws, seed=choices.seed, level=choices.level
        )
        rows.append(
            {
                "term": label,
                "estimate": wild.estimate,
                "p": wild.p,
                "low": wild.low,
                "high": wild.high,
                "n": fit.n,
            }
        )
    return pd.DataFrame(rows)
