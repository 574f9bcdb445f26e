"""Indicators as they would be under a scenario, and how far that leaves what was observed."""

import re
from dataclasses import dataclass

import pandas as pd

from nqpf.errors import StudyError
from nqpf.scenarios.model import Change, Scenario

RATIO = re.compile(r"([a-z]\w*)(?:\*[\d.]+)?")  # a denominator, perhaps times a constant
CHANGE_COLUMNS = [
    "unit",
    "year",
    "indicator",
    "before",
    "after",
    "low",
    "high",
    "outside",
    "beyond",
]


@dataclass(frozen=True)
class Applied:
    """Indicators changed by a scenario.

    Attributes
    ----------
    indicators : DataFrame
        The whole panel with the changes made, indexed by unit and year.
    changes : DataFrame
        One row per changed cell: unit, year, indicator, before, after, low, high (range
        observed over all units and years), outside (bool), beyond (distance outside the
        range as a share of the range).
    skipped : DataFrame
        Cells that would have changed but are missing: unit, year, indicator.
    """

    indicators: pd.DataFrame
    changes: pd.DataFrame
    skipped: pd.DataFrame


def apply_scenario(
    scenario: Scenario,
    indicators: pd.DataFrame,
    regions: pd.Series,
    case: str,
    sizes: pd.DataFrame | None = None,
) -> Applied:
    """Move the indicators of a scenario's units.

    Parameters
    ----------
    scenario : Scenario
        What moves.
    indicators : DataFrame
        Indicators in columns, indexed by unit and year.
    regions : Series
        Region of each unit.
    case : str
        Unit for which the word `case` stands.
    sizes : DataFrame, optional
        What each indicator is divided by (residents, GDP), columns as in `indicators`; changes of
        a total need it. See `sizes_of`.

    Returns
    -------
    Applied
        Changed panel, the changes, and the missing cells that could not change.

    Raises
    ------
    StudyError
        If an indicator, unit, region or year is unknown, or a value would leave the observed
        range by more than the scenario's bound.
    """
    units = _units(scenario, indicators, regions, case)
    years = _years(scenario, indicators)
    changed = indicators.copy()
    rows, skipped = [], []
    for change in scenario.changes:
        if change.indicator not in indicators:
            raise StudyError(
                f"scenario {scenario.name}: '{change.indicator}' is not an indicator of the "
                f"{scenario.level}; there are {', '.join(indicators.columns)}"
            )
        observed = indicators[change.indicator]
        low, high = float(observed.min()), float(observed.max())
        for year in years:
            step = _step(scenario, change, observed, sizes, units, year)
            for unit in units:
                before = float(observed.loc[(unit, year)])
                if pd.isna(before):
                    skipped.append((unit, year, change.indicator))
                    continue
                after = _moved(change, before, step)
                beyond = max(low - after, after - high, 0.0) / (high - low)
                rows.append(
                    (unit, year, change.indicator, before, after, low, high, beyond > 0, beyond)
                )
                changed.loc[(unit, year), change.indicator] = after
    changes = pd.DataFrame(rows, columns=CHANGE_COLUMNS)
    _refuse_far(scenario, changes)
    return Applied(changed, changes, pd.DataFrame(skipped, columns=["unit", "year", "indicator"]))


def _moved(change: Change, before: float, step: float) -> float:
    """Value of an indicator after a change."""
    if change.percent is not None:
        return before * (1 + change.percent / 100)
    return before + step


def _step(
    scenario: Scenario,
    change: Change,
    observed: pd.Series,
    sizes: pd.DataFrame | None,
    units: list[str],
    year: int,
) -> float:
    """What is added to every unit that moves, in the indicator's unit."""
    if change.percent is not None:
        return 0.0
    if change.add is not None:
        return change.add
    values = observed.xs(year, level="year")
    if change.sd is not None:
        return change.sd * float(values.std())
    if sizes is None or change.indicator not in sizes:
        known = "none" if sizes is None else ", ".join(sizes.columns)
        raise StudyError(
            f"scenario {scenario.name}: {change.indicator} is no ratio with a known size, so its "
            f"total cannot change; indicators with a size: {known}; or use percent, add or sd"
        )
    size = sizes[change.indicator].xs(year, level="year").reindex(values.index)
    whole = float((values * size).sum())
    return change.total / 100 * whole / float(size[values.notna()].reindex(units).sum())


def sizes_of(codebook: pd.DataFrame, raw: pd.DataFrame) -> pd.DataFrame:
    """What each indicator is divided by, where it is a ratio to one variable.

    Parameters
    ----------
    codebook : DataFrame
        data/codebook/indicators.csv of one level: id, formula.
    raw : DataFrame
        Raw variables by unit and year.

    Returns
    -------
    DataFrame
        One column per indicator that is a ratio; in the variable's own unit.
    """
    found = {}
    for name, formula in zip(codebook["id"], codebook["formula"], strict=True):
        below = [part for part in formula.split("/")[1:] if re.match(r"[a-z]", part)]
        if len(below) == 1 and (match := RATIO.fullmatch(below[0])) and match[1] in raw:
            found[name] = raw[match[1]]
    return pd.DataFrame(found, index=raw.index)


def _units(
    scenario: Scenario, indicators: pd.DataFrame, regions: pd.Series, case: str
) -> list[str]:
    """Units that move, each once, in the order of the panel."""
    known = list(indicators.index.unique("unit"))
    named = {case if unit == "case" else unit for unit in scenario.units}
    unknown = sorted(named - set(known))
    if unknown:
        raise StudyError(
            f"scenario {scenario.name}: {', '.join(unknown)} is not among the {scenario.level} "
            f"{', '.join(known)}"
        )
    wrong = sorted(set(scenario.regions) - set(regions))
    if wrong:
        raise StudyError(
            f"scenario {scenario.name}: {', '.join(wrong)} is not a region; "
            f"there are {', '.join(sorted(set(regions)))}"
        )
    named |= set(regions.index[regions.isin(scenario.regions)])
    return [unit for unit in known if unit in named]


def _years(scenario: Scenario, indicators: pd.DataFrame) -> list[int]:
    """Years in which the indicators move; without a choice the last one."""
    known = sorted(indicators.index.unique("year"))
    first, last = scenario.years or (known[-1], known[-1])
    chosen = [year for year in known if first <= year <= last]
    if not chosen:
        raise StudyError(
            f"scenario {scenario.name}: no year from {first} to {last} is in the panel, "
            f"which runs from {known[0]} to {known[-1]}"
        )
    return chosen


def _refuse_far(scenario: Scenario, changes: pd.DataFrame) -> None:
    """Raise when a value goes further beyond the observed range than allowed."""
    far = changes[changes["beyond"] > scenario.bound]
    if len(far):
        worst = far.loc[far["beyond"].idxmax()]
        raise StudyError(
            f"scenario {scenario.name}: {worst['indicator']} of {worst['unit']} in {worst['year']} "
            f"would be {worst['after']:.4g}, beyond the observed range {worst['low']:.4g} to "
            f"{worst['high']:.4g} by {worst['beyond']:.0%} of that range; at most "
            f"{scenario.bound:.0%} is allowed: lower the change or raise its bound"
        )
