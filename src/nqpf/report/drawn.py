"""What alternative texts may say of a figure, read off the data that it draws."""

import numpy as np
import pandas as pd

from nqpf.report.facts import Fact, make_fact

NAMES = ("label", "unit", "term", "city")  # columns that name what is drawn, the best one first


def drawn_facts(drawn: pd.DataFrame) -> dict[str, Fact]:
    """Facts of the data drawn, for the fields of an alternative text.

    Parameters
    ----------
    drawn : DataFrame
        As it is offered beside the figure.

    Returns
    -------
    dict of str to Fact
        `drawn`: how many rows. With columns low and high, `drawn_intervals`: how many rows have
        an interval, and `drawn_clear`: how many of these hold no zero; where there is a column p,
        a row without it is a range and no interval. With a column value of one number for each
        name, `drawn_highest` and `drawn_lowest`: the names of the largest and the smallest.
    """
    found: dict[str, object] = {"drawn": len(drawn)}
    if {"low", "high"} <= set(drawn):
        told = ["low", "high", "p"] if "p" in drawn else ["low", "high"]
        intervals = drawn.dropna(subset=told)
        found["drawn_intervals"] = len(intervals)
        found["drawn_clear"] = int(((intervals["low"] > 0) | (intervals["high"] < 0)).sum())
    name = next((one for one in NAMES if one in drawn), None)
    if name and "value" in drawn and drawn[name].is_unique and drawn["value"].notna().any():
        values = drawn["value"].to_numpy(float)
        found["drawn_highest"] = str(drawn[name].iloc[np.nanargmax(values)])
        found["drawn_lowest"] = str(drawn[name].iloc[np.nanargmin(values)])
    return {one: make_fact(one, value, "", None, "", "") for one, value in found.items()}
