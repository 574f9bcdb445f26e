"""Sources, coverage and standing are counted as a reader would count them."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters.introduction import (
    cells_by_grade,
    coverage_by_year,
    judgements,
    last_complete_year,
    panel_summary,
    sources_used,
    standing,
    variables_used,
)
from nqpf.errors import StudyError


@pytest.fixture
def panel():
    index = pd.MultiIndex.from_product([["A", "B", "C"], [2020, 2021]], names=["unit", "year"])
    values = {"rich": [1.0, 2, 3, 4, 5, np.nan], "dirty": [9.0, 9, 5, 5, 1, 1]}
    return pd.DataFrame(values, index=index)


@pytest.fixture
def traces():
    trace = pd.DataFrame(
        {
            "source_id": ["S1", "S1", "S1+S2", "S2"],
            "status": ["kept", "flagged", "kept", "dropped"],
        }
    )
    return {"cities": trace}


def test_dropped_cells_count_for_no_source_and_pairs_take_the_weaker_grade(traces):
    sources = pd.DataFrame(
        {"source_id": ["S1", "S2"], "publisher": ["One", "Two"], "grade": ["A-", "C+"]}
    )
    used = sources_used(sources, traces)
    assert used.set_index("source_id")["cells"].to_dict() == {"S1": 2, "S1+S2": 1}
    assert used.set_index("source_id")["grade"].to_dict() == {"S1": "A", "S1+S2": "C"}
    assert used["share"].sum() == pytest.approx(100)
    grades = cells_by_grade(used)
    assert grades["cells"].tolist() == [2, 1]
    assert grades["meaning"].notna().all()


def test_coverage_is_a_share_of_units(panel):
    share = coverage_by_year(panel)
    assert share.loc["rich", 2020] == 100
    assert share.loc["rich", 2021] == pytest.approx(200 / 3)


def test_the_last_complete_year_needs_every_indicator(panel):
    assert last_complete_year(panel, ["rich", "dirty"]) == 2020
    assert last_complete_year(panel, ["dirty"]) == 2021
    with pytest.raises(StudyError, match="no year"):
        last_complete_year(panel.assign(rich=np.nan), ["rich"])


def test_standing_respects_the_direction(panel):
    codebook = pd.DataFrame(
        {
            "id": ["rich", "dirty"],
            "role": ["outcome", "outcome"],
            "dimension": ["income", "smoke"],
            "direction": ["+", "-"],
            "unit": ["yuan", "t"],
        }
    )
    table = standing(panel, codebook, "B", ["A", "C"], 2020).set_index("id")
    assert table.loc["rich", "rank"] == 2
    assert table.loc["dirty", "rank"] == 2
    assert table.loc["dirty", "z"] == pytest.approx(0)
    assert table.loc["rich", "peers"] == 3
    with pytest.raises(StudyError, match="Z in 2020"):
        standing(panel, codebook, "Z", [], 2020)


def test_judgements_are_counted_by_action():
    exclusions = pd.DataFrame(
        {
            "panel": ["cities"] * 3,
            "variable": ["a", "a", "b"],
            "action": ["keep", "drop", "flag"],
        }
    )
    table = judgements(exclusions)
    assert table.to_dict("records")[0] == {
        "panel": "cities",
        "variable": "a",
        "drop": 1,
        "flag": 0,
        "keep": 1,
        "judged": 2,
    }


def test_variables_used_come_from_the_formulas():
    codebook = pd.DataFrame(
        {"level": ["city", "city", "province"], "formula": ["b/a", "a*100", "log(c)"]}
    )
    assert variables_used(codebook) == {"provinces": ["c"], "cities": ["a", "b"]}


def test_panel_summary(panel, traces):
    summary = panel_summary({"cities": panel}, traces)
    assert summary["cities_units"] == 3
    assert summary["cities_cells"] == 11
    assert (summary["cities_dropped"], summary["cities_flagged"]) == (1, 1)
