"""Chapter 3: the three mechanisms as declared associations, each with its robustness.

An association is one outcome on one factor with unit and year effects. The factor is divided
by its standard deviation over all cells, so an estimate is the change of the outcome that goes
with one standard deviation of the factor.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.covariance import coefficient_table, crv3, leave_one_cluster_out
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import (
    PanelFit,
    fit_first_difference,
    fit_long_difference,
    fit_two_way,
)


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


def within_sd(panel: pd.DataFrame, association: Association) -> float:
    """Standard deviation of the outcome once unit and year means are out, on the rows used.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year.
    association : Association
        Its outcome (in logs where declared) and rows are used.
    """
    fit = fit_two_way(
        panel,
        association.outcome,
        [association.factor, *association.controls],
        log=association.log,
    )
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
        outcome), p, low, high (restricted wild cluster bootstrap), exact, ties, se and p_crv1,
        se_crv3, p_crv3, within_r2, n, units, years, dropped.
    """
    fit = fit_two_way(
        panel,
        association.outcome,
        [association.factor, *association.controls],
        log=association.log,
    )
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


def leave_one_out(panel: pd.DataFrame, association: Association) -> pd.DataFrame:
    """Estimate without each unit in turn.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year, factor not yet standardised; its scale stays that of all units.
    association : Association
        What is regressed on what.

    Returns
    -------
    DataFrame
        Columns left_out, estimate.
    """
    fit = _fit(standardised(panel, [association.factor]), association)
    left = leave_one_cluster_out(fit)[association.factor]
    return left.rename("estimate").rename_axis("left_out").reset_index()


def robustness(
    panel: pd.DataFrame,
    association: Association,
    alternatives: Mapping[str, str],
    choices: Choices,
) -> pd.DataFrame:
    """Estimate the declared specification and its variants, in effects on one scale.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year, factors not yet standardised.
    association : Association
        The declared specification.
    alternatives : mapping of str to str
        Label and column of other measures of the factor (purged, otherwise weighted).
    choices : Choices
        Draws, seed and level.

    Returns
    -------
    DataFrame
        Columns label, estimate, low, high, p, n; all in within standard deviations of the
        outcome per standard deviation of the factor. The first row is the declared one.
    """
    scaled = standardised(panel, [association.factor, *alternatives.values()])
    sd = within_sd(scaled, association)
    rows = [_row("as declared", _fit(scaled, association), association.factor, sd, choices)]
    for label, column in alternatives.items():
        other = Association(association.id, association.outcome, column, association.log_outcome)
        rows.append(_row(label, _fit(scaled, other), column, sd, choices))
    regressors = [association.factor, *association.controls]
    changes = fit_first_difference(scaled, association.outcome, regressors, log=association.log)
    rows.append(_row("first differences", changes, association.factor, sd, choices))
    years = _complete_years(scaled, [association.outcome, *regressors])
    if len(years) > 1:
        long = fit_long_difference(
            scaled,
            association.outcome,
            regressors,
            start=years[0],
            end=years[-1],
            log=association.log,
        )
        label = f"long difference {years[0]} to {years[-1]}"
        rows.append(_row(label, long, association.factor, sd, choices))
    return pd.DataFrame(rows)


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


def _fit(scaled: pd.DataFrame, association: Association) -> PanelFit:
    regressors = [association.factor, *association.controls]
    return fit_two_way(scaled, association.outcome, regressors, log=association.log)


def _row(label: str, fit: PanelFit, term: str, sd: float, choices: Choices) -> dict[str, object]:
    """One specification as effect with its interval and p-value."""
    wild = wild_cluster_test(fit, term, draws=choices.draws, seed=choices.seed, level=choices.level)
    return {
        "label": label,
        "estimate": wild.estimate / sd,
        "low": wild.low / sd,
        "high": wild.high / sd,
        "p": wild.p,
        "n": fit.n,
    }


def _complete_years(panel: pd.DataFrame, columns: list[str]) -> list[int]:
    """Years in which most units have all the columns."""
    share = panel[columns].notna().all(axis=1).groupby(level="year").mean()
    return [int(year) for year in share.index[share >= 0.9]]
