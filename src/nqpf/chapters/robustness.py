"""Whether an association survives other measures, other specifications and every single unit."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Association, Inference, fit_association, outcome_sd
from nqpf.chapters.mechanisms import scaled_sample
from nqpf.errors import StudyError
from nqpf.regression.covariance import leave_one_cluster_out
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import PanelFit, fit_first_difference, fit_long_difference

AS_DECLARED = "as declared"
MOST_UNITS = 0.9  # share of units with data that makes a year an end of the long difference


def robustness(
    panel: pd.DataFrame,
    association: Association,
    inference: Inference,
    *,
    alternatives: Mapping[str, str] | None = None,
    controls: tuple[str, ...] = (),
    trends: bool = False,
) -> pd.DataFrame:
    """Estimate the declared specification and its variants, in effects on one scale.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year, factors not yet standardised.
    association : Association
        The declared specification.
    inference : Inference
        Draws, seed and level.
    alternatives : mapping of str to str, optional
        Label and column of other measures of the factor (full, otherwise weighted).
    controls : tuple of str
        Columns added in the variant with controls; none without them.
    trends : bool
        Whether a variant with a linear trend for every unit is added.

    Returns
    -------
    DataFrame
        Columns label, estimate, low, high, p, n; all in within standard deviations of the
        outcome per standard deviation of the factor. The first row is the declared one.
    """
    scaled = scaled_sample(panel, association, list((alternatives or {}).values()))
    declared = fit_association(scaled, association)
    scale = outcome_sd(declared)
    fits = {AS_DECLARED: (declared, association.factor)}
    for label, column in (alternatives or {}).items():
        fits[label] = (fit_association(scaled, replace(association, factor=column)), column)
    others = [*_differences(scaled, association)]
    if controls:
        more = replace(association, controls=(*association.controls, *controls))
        others.append(("with controls", fit_association(scaled, more)))
    if trends:
        others.append(("unit trends", _with_trends(scaled, association)))
    fits |= {label: (fit, association.factor) for label, fit in others}
    return pd.DataFrame(
        [_row(label, fit, term, scale, inference) for label, (fit, term) in fits.items()]
    )


def without_each_unit(panel: pd.DataFrame, association: Association) -> pd.DataFrame:
    """Estimate without each unit in turn, as effects.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year, factor not yet standardised; scales stay those of all units.
    association : Association
        What is regressed on what.

    Returns
    -------
    DataFrame
        Columns left_out, estimate: within standard deviations of the outcome.
    """
    fit = fit_association(scaled_sample(panel, association), association)
    left = leave_one_cluster_out(fit)[association.factor] / outcome_sd(fit)
    return left.rename("estimate").rename_axis("left_out").reset_index()


def spread_without_units(effect: float, left: pd.DataFrame) -> dict[str, object]:
    """Range of the effects without one unit and the units behind it.

    Parameters
    ----------
    effect : float
        Effect with all units.
    left : DataFrame
        As `without_each_unit` returns it.

    Returns
    -------
    dict
        estimate, low, high, lowest_without, highest_without, most_influential (whose absence moves
        the effect furthest).
    """
    by_unit = left.set_index("left_out")["estimate"]
    return {
        "estimate": effect,
        "low": float(by_unit.min()),
        "high": float(by_unit.max()),
        "lowest_without": str(by_unit.idxmin()),
        "highest_without": str(by_unit.idxmax()),
        "most_influential": str((by_unit - effect).abs().idxmax()),
    }


def within_points(panel: pd.DataFrame, association: Association) -> pd.DataFrame:
    """What the regression sees: outcome and factor with unit and year effects taken out.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year, factor not yet standardised.
    association : Association
        What is regressed on what.

    Returns
    -------
    DataFrame
        Columns unit, year, x (standard deviations of the factor), y (within standard deviations
        of the outcome) and share: of the estimate's weight, x squared over its sum.
    """
    fit = fit_association(scaled_sample(panel, association), association)
    x, y = fit.design.X[:, fit.design.position(association.factor)], fit.design.y
    points = pd.DataFrame({"x": x, "y": y / outcome_sd(fit)}, index=fit.design.rows)
    points["share"] = points["x"] ** 2 / (points["x"] ** 2).sum()
    return points.rename_axis(["unit", "year"]).reset_index()


def leverage(points: pd.DataFrame) -> pd.Series:
    """Share of the factor's within variation that each unit brings, largest first.

    Parameters
    ----------
    points : DataFrame
        As `within_points` returns it.
    """
    shares = points.groupby("unit")["share"].sum()
    return shares.sort_values(ascending=False, kind="stable")


def _differences(scaled: pd.DataFrame, association: Association) -> Iterator[tuple[str, PanelFit]]:
    """First differences and, where two years are complete enough, the longest one."""
    regressors = [association.factor, *association.controls]
    outcome, log = association.outcome, association.logged
    yield "first differences", fit_first_difference(scaled, outcome, regressors, log=log)
    whole = scaled[[outcome, *regressors]].notna().all(axis=1)
    by_year = whole.groupby(level="year").sum()
    years = [int(year) for year in by_year.index[by_year >= MOST_UNITS * by_year.max()]]
    if len(years) > 1:
        yield (
            "long difference",
            fit_long_difference(
                scaled, outcome, regressors, start=years[0], end=years[-1], log=log
            ),
        )


def _with_trends(scaled: pd.DataFrame, association: Association) -> PanelFit:
    """Every unit but one with a linear trend of its own; the year effects hold the last one."""
    used = scaled.dropna(subset=[association.outcome, association.factor, *association.controls])
    units = used.index.get_level_values("unit")
    counts = units.value_counts()
    names = [unit for unit in units.unique() if counts[unit] > 1]
    if len(names) < 2:
        raise StudyError("unit trends need two units with two years each; leave the variant out")
    years = used.index.get_level_values("year").to_numpy(float)
    trends = {f"trend {unit}": np.where(units == unit, years - years.mean(), 0.0) for unit in names}
    last = list(trends)[-1]
    trends.pop(last)
    wide = used.assign(**trends)
    return fit_association(wide, replace(association, controls=(*association.controls, *trends)))


def _row(
    label: str, fit: PanelFit, term: str, scale: float, inference: Inference
) -> dict[str, object]:
    """One specification as effect with its interval and p-value."""
    wild = wild_cluster_test(
        fit, term, draws=inference.draws, seed=inference.seed, level=inference.level
    )
    return {
        "label": label,
        "estimate": wild.estimate / scale,
        "low": wild.low / scale,
        "high": wild.high / scale,
        "p": wild.p,
        "n": fit.n,
    }
