"""Chapter 3: associations on one scale, and whether they differ between groups of units."""

from collections.abc import Sequence

import pandas as pd

from nqpf.chapters.associations import (
    Association,
    Inference,
    fit_association,
    outcome_sd,
    select,
)
from nqpf.errors import StudyError
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import fit_two_way


def scaled_sample(
    panel: pd.DataFrame, association: Association, others: Sequence[str] = ()
) -> pd.DataFrame:
    """Rows of the declared years, factors divided by their standard deviation over all cells.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year; factors have values in the years of the index only.
    association : Association
        Its factor is divided and its years are kept.
    others : sequence of str
        Further columns to divide: other measures of the factor.
    """
    scaled = select(panel, association)
    for column in others:
        scaled[column] = scaled[column] / panel[column].std()
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
    return outcome_sd(fit_association(panel, association))


def interaction(
    panel: pd.DataFrame, association: Association, members: list[str], inference: Inference
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
    inference : Inference
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
    scaled = scaled_sample(panel, association)
    units = scaled.index.get_level_values("unit")
    inside = units.isin(members)
    if not inside.any() or inside.all():
        raise StudyError(
            f"expected a group that holds some but not all units, got {len(members)} members of "
            f"{units.nunique()} units"
        )
    scaled["difference"] = scaled[association.factor] * inside
    fit = fit_two_way(
        scaled, association.outcome, [association.factor, "difference"], log=association.logged
    )
    rows = []
    for term, label in ((association.factor, "rest"), ("difference", "difference")):
        wild = wild_cluster_test(
            fit, term, draws=inference.draws, seed=inference.seed, level=inference.level
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
