"""Judgements are applied as written, and wrong ones are named by row and column."""

import numpy as np
import pandas as pd
import pytest

from nqpf.data.clean import clean
from nqpf.errors import StudyError

GOOD = {
    "panel": "cities",
    "unit": "Shenzhen",
    "year": 2011,
    "variable": "gdp",
    "action": "drop",
    "reason": "copied",
}


def judgements(*changes):
    return pd.DataFrame([{**GOOD, **change} for change in changes])


def message(long, table):
    with pytest.raises(StudyError) as caught:
        clean("cities", long, table)
    return str(caught.value)


def test_dropped_figure_is_missing_and_stays_in_the_trace(long):
    flag = {"year": 2010, "action": "flag", "reason": "doubtful"}
    result = clean("cities", long, judgements({}, flag))
    assert np.isnan(result.panel.loc[("Shenzhen", 2011), "gdp"])
    assert result.panel.loc[("Shenzhen", 2010), "gdp"] == 9.0
    row = result.trace.set_index(["unit", "year", "variable"]).loc[("Shenzhen", 2011, "gdp")]
    assert (row["value"], row["status"], row["reason"], row["raw_row"]) == (
        9.9,
        "dropped",
        "copied",
        5,
    )
    assert result.trace["status"].value_counts().to_dict() == {
        "kept": 7,
        "dropped": 1,
        "flagged": 1,
    }


def test_every_unit_has_every_year_and_nothing_fills_a_gap(long):
    gap = long[~((long["unit"] == "Guangzhou") & (long["year"] == 2010))]
    panel = clean("cities", gap, judgements({})).panel
    assert panel.loc["Guangzhou"].index.tolist() == list(range(2005, 2012))
    assert panel.loc[("Guangzhou", 2010)].isna().all()
    assert panel.notna().to_numpy().sum() == len(gap) - 1


def test_years_before_the_panel_are_left_out(long):
    early = long.assign(year=long["year"].where(long["unit"] == "Shenzhen", 2004))
    early = early.drop_duplicates(["unit", "year", "variable"])
    result = clean("cities", early, judgements({}))
    assert result.trace["unit"].unique().tolist() == ["Shenzhen"]
    assert result.panel.index.get_level_values("year").min() == 2005


def test_judgements_of_the_other_level_do_nothing_here(long):
    other = judgements({"panel": "provinces", "unit": "Tibet"})
    assert set(clean("cities", long, other).trace["status"]) == {"kept"}


def test_no_judgements_at_all_are_allowed(long):
    empty = judgements({}).iloc[:0]
    assert clean("cities", long, empty).panel.notna().to_numpy().sum() == len(long)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"action": "delete"}, "column action: expected drop, flag or keep, got 'delete'"),
        ({"panel": "city"}, "column panel: expected cities or provinces, got 'city'"),
        ({"reason": " "}, "column reason: expected why the figure is judged so, got nothing"),
        (
            {"year": 2012},
            "column unit, year, variable: expected a figure of the cities table, got gdp of "
            "Shenzhen in 2012, which is not there",
        ),
        ({"year": "201O"}, "got gdp of Shenzhen in 201O, which is not there"),
        ({"unit": "Shenzen"}, "got gdp of Shenzen in 2011, which is not there"),
        (
            {"variable": "share2"},
            "expected one judgement of a figure, got share2 of Shenzhen in 2011 again, first in "
            "row 2",
        ),
    ],
)
def test_wrong_judgement_is_named(long, change, said):
    text = message(long, judgements({"variable": "share2"}, change))
    assert text.startswith("data/codebook/exclusions.csv, row 3, column ")
    assert text.endswith(said)
    assert "\n" not in text


def test_many_wrong_judgements_are_five_and_a_count(long):
    lines = message(long, judgements(*[{"year": year} for year in range(1990, 1998)])).splitlines()
    assert len(lines) == 6
    assert lines[-1] == "data/codebook/exclusions.csv: and 3 more like these"


def test_lacking_column_is_named(long):
    assert message(long, judgements({}).drop(columns="reason")).endswith("got no reason")
