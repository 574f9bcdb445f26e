"""Long tables -> wide panels, with a trace of every figure and every judgement."""

from dataclasses import dataclass

import pandas as pd

from nqpf.data.judgements import KEY, STATUS, checked_judgements

FIRST_YEAR = {"cities": 2005, "provinces": 2010}  # earlier years mix vintages (variables.csv)


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
        If a judgement has no figure, or breaks another rule of `nqpf.data.judgements`.
    """
    judged = checked_judgements(level, long, exclusions)
    trace = long[long["year"] >= FIRST_YEAR[level]].merge(judged, on=KEY, how="left")
    trace["status"] = trace["action"].map(STATUS).fillna("kept")
    trace["reason"] = trace["reason"].fillna("")
    columns = [*KEY, "value", "measure", "source_id", "raw_row", "status", "reason"]
    trace = trace[columns].sort_values(KEY, ignore_index=True)
    used = trace[trace["status"] != "dropped"]
    years = range(FIRST_YEAR[level], int(long["year"].max()) + 1)
    index = pd.MultiIndex.from_product(
        [sorted(long["unit"].unique()), years], names=["unit", "year"]
    )
    panel = used.pivot(index=["unit", "year"], columns="variable", values="value")
    panel = panel.reindex(index=index, columns=sorted(trace["variable"].unique()))
    return Cleaned(panel.rename_axis(columns=None), trace)
