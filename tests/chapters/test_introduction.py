"""Sources, coverage and standing are counted as a reader would count them."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters.introduction import (
    cells_by_grade,
    core_codebook,
    coverage_by_year,
    judgements,
    last_complete_year,
    manufacturing_pivot,
    panel_summary,
    sources_used,
    standings,
    variable_titles,
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


def test_standings_respect_the_direction(panel):
    codebook = pd.DataFrame(
        {
            "id": ["rich", "dirty", "size"],
            "role": ["outcome", "outcome", "control"],
            "dimension": ["income", "smoke", "size"],
            "direction": ["+", "-", "none"],
        }
    )
    table = standings(panel, codebook, 2020).set_index(["id", "unit"])
    assert set(table.index.get_level_values("id")) == {"rich", "dirty"}
    assert table.loc[("rich", "C"), "rank"] == 1
    assert table.loc[("dirty", "C"), "rank"] == 1
    assert table.loc[("dirty", "A"), "value"] < 0
    assert table.loc[("rich", "B"), "raw"] == 3
    with pytest.raises(StudyError, match="1999"):
        standings(panel, codebook, 1999)


def test_the_last_year_of_each_economy_counts():
    table = pd.DataFrame(
        {
            "iso3": ["CHN", "CHN", "USA", "DEU", "FRA"],
            "year": [2020, 2021, 2020, 2021, 2021],
            "variable": ["Manufacturing, value added (% of GDP)"] * 5,
            "value": [26.0, 27.0, 11.0, 18.0, 9.0],
        }
    )
    pivot = manufacturing_pivot(table, "CHN", ["USA", "DEU"])
    assert pivot["label"].tolist() == ["China, 2021", "Germany, 2021", "United States, 2020"]
    assert pivot["value"].tolist() == [27.0, 18.0, 11.0]


def test_core_codebook_leaves_controls_and_variants_out():
    codebook = pd.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "level": ["city", "city", "province", "city"],
            "role": ["means", "control", "means", "means"],
            "default": ["core", "core", "core", "alt"],
        }
    )
    assert core_codebook(codebook, "city")["id"].tolist() == ["a"]


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


def test_variables_have_short_names_that_differ():
    variables = pd.DataFrame(
        [
            ("cities", "a", "High-tech industry, exports of new products"),
            ("cities", "b", "Total employed persons (whole economy), by a compiler of yearbooks"),
            ("cities", "c", "Total employed persons (urban)"),
            ("provinces", "d", "A definition of another panel"),
            (
                "cities",
                "e",
                "One definition with so many words that no reader gets to its end",
            ),
        ],
        columns=["panel", "variable", "definition"],
    )
    found = variable_titles(variables, "cities")
    assert found["a"] == "High-tech: exports of new products"
    assert found["b"] == "Total employed persons"
    assert found["c"] == "Total employed persons [2]"
    assert found["e"].endswith("…")
    assert len(found["e"]) < 41
    assert "d" not in found
