"""Long tables -> wide panels, with a trace of every figure and every judgement."""

from dataclasses import dataclass

import pandas as pd

from nqpf.errors import StudyError

FIRST_YEAR = {"cities": 2005, "provinces": 2010}  # earlier years mix vintages (variables.csv)
STATUS = {"drop": "dropped", "flag": "flagged", "keep": "kept"}


@dataclass(frozen=True)
class Cleaned:
    """A level after cleaning.

    Attributes
    ----------
    panel : DataFrame
        Wide, indexed by unit and year; every unit has every year.
    trace : DataFrame
        One row per raw figure of the panel's years: unit, year, variable, value, measure,
        source_id, raw_row, status (kept, flagged, dropped), reason.
    """

    panel: pd.DataFrame
    trace: pd.DataFrame


def clean(level: str, long: pd.DataFrame, exclusions: pd.DataFrame) -> Cleaned:
    """Apply the judgements and turn a long table into a panel.

    Parameters
    ----------
    level : str
        `cities` or `provinces`.
    long : DataFrame
        Checked long table: raw_row, unit, year, variable, value, measure, source_id.
    exclusions : DataFrame
        Judgements: panel, unit, year, variable, action, reason.

    Returns
    -------
    Cleaned
        Nothing is interpolated; a dropped figure is missing in the panel and kept in the trace.

    Raises
    ------
    StudyError
        If a judgement has no figure, or an action is unknown.
    """
    keys = ["unit", "year", "variable"]
    mine = exclusions[exclusions["panel"] == level]
    wrong = sorted(set(mine["action"]) - set(STATUS))
    if wrong:
        raise StudyError(
            f"data/codebook/exclusions.csv: an action is drop, flag or keep, got {', '.join(wrong)}"
        )
    judged = mine[[*keys, "action", "reason"]]
    lost = judged.merge(long[keys], on=keys, how="left", indicator=True)
    lost = lost[lost["_merge"] == "left_only"]
    if len(lost):
        first = lost.iloc[0]
        raise StudyError(
            f"data/codebook/exclusions.csv judges {len(lost)} figures that are not in the "
            f"{level} table, such as {first['variable']} of {first['unit']} in {first['year']}"
        )
    trace = long[long["year"] >= FIRST_YEAR[level]].merge(judged, on=keys, how="left")
    trace["status"] = trace["action"].map(STATUS).fillna("kept")
    trace["reason"] = trace["reason"].fillna("")
    columns = [*keys, "value", "measure", "source_id", "raw_row", "status", "reason"]
    trace = trace[columns].sort_values(keys, ignore_index=True)
    used = trace[trace["status"] != "dropped"]
    years = range(FIRST_YEAR[level], int(long["year"].max()) + 1)
    index = pd.MultiIndex.from_product(
        [sorted(long["unit"].unique()), years], names=["unit", "year"]
    )
    panel = used.pivot(index=["unit", "year"], columns="variable", values="value")
    panel = panel.reindex(index=index, columns=sorted(trace["variable"].unique()))
    return Cleaned(panel.rename_axis(columns=None), trace)
