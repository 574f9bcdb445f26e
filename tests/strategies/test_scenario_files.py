"""Scenario files: what a new user writes works, what is wrong is said in one sentence."""

import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.scenarios import apply_scenario, load_scenario

GOOD = """
title: More talent in the core
level: cities
regions: [Delta]
changes:
  - {indicator: talent, percent: 10}
"""


def write(folder, text):
    path = folder / "mine.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def panel():
    index = pd.MultiIndex.from_product([["A", "B", "C"], [2020, 2021]], names=["unit", "year"])
    return pd.DataFrame(
        {"talent": [1.0, 2.0, 3.0, 4.0, 5.0, None], "capital": [10.0, 10, 20, 20, 30, 30]},
        index=index,
    )


@pytest.fixture
def regions():
    return pd.Series({"A": "Delta", "B": "Delta", "C": "North"})


def test_a_relative_change_of_a_region_in_the_last_year(tmp_path, panel, regions):
    applied = apply_scenario(load_scenario(write(tmp_path, GOOD)), panel, regions, "A")
    assert applied.indicators.loc[("A", 2021), "talent"] == pytest.approx(2.2)
    assert applied.indicators.loc[("B", 2021), "talent"] == pytest.approx(4.4)
    untouched = applied.indicators.drop(index=[("A", 2021), ("B", 2021)])
    pd.testing.assert_frame_equal(untouched, panel.drop(index=[("A", 2021), ("B", 2021)]))
    assert not applied.changes["outside"].any()


def test_the_case_can_be_named_without_its_name(tmp_path, panel, regions):
    text = GOOD.replace("regions: [Delta]", "units: [case]").replace("percent: 10", "add: 0.5")
    applied = apply_scenario(load_scenario(write(tmp_path, text)), panel, regions, "B")
    assert list(applied.changes["unit"]) == ["B"]
    assert applied.changes["after"].item() == pytest.approx(4.5)


def test_a_change_in_standard_deviations(tmp_path, panel, regions):
    text = GOOD.replace("talent, percent: 10", "capital, sd: 0.5").replace("Delta", "North")
    applied = apply_scenario(
        load_scenario(write(tmp_path, text + "bound: 2.0\n")), panel, regions, "A"
    )
    assert applied.changes["after"].item() == pytest.approx(30 + 0.5 * 10)
    assert applied.changes["outside"].item()
    assert applied.changes["beyond"].item() == pytest.approx(5 / 20)


def test_missing_cells_do_not_move_and_are_listed(tmp_path, panel, regions):
    text = GOOD.replace("Delta", "North")
    applied = apply_scenario(load_scenario(write(tmp_path, text)), panel, regions, "A")
    assert applied.changes.empty
    assert applied.skipped.to_dict("records") == [
        {"unit": "C", "year": 2021, "indicator": "talent"}
    ]


def test_far_beyond_what_was_observed_is_refused(tmp_path, panel, regions):
    text = GOOD.replace("percent: 10", "percent: 400")
    with pytest.raises(StudyError, match="beyond the observed range 1 to 5"):
        apply_scenario(load_scenario(write(tmp_path, text)), panel, regions, "A")


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("percent: 10", "percnt: 10", ["changes.0.percnt", "percent, add, sd, total"]),
        ("percent: 10", "percent: 10, add: 1", ["exactly one of percent, add, sd, total"]),
        ("level: cities", "level: towns", ["'towns'", "'provinces' or 'cities'"]),
        ("level: cities\n", "", ["'level' is missing"]),
        ("regions: [Delta]", "", ["units or the regions"]),
        ("title:", "titel:", ["titel", "allowed are title"]),
        ("percent: 10", "percent: ten", ["percent", "'ten'", "number"]),
    ],
)
def test_mistakes_in_a_file_are_sentences(tmp_path, old, new, parts):
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(StudyError) as caught:
        load_scenario(path)
    for part in [str(path), *parts]:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("talent", "talant", "'talant' is not an indicator of the cities; there are talent"),
        ("regions: [Delta]", "regions: [Dleta]", "Dleta is not a region; there are Delta, North"),
        ("regions: [Delta]", "units: [Z]", "Z is not among the cities A, B, C"),
        ("level: cities", "level: cities\nyears: [2001, 2002]", "no year from 2001 to 2002"),
    ],
)
def test_unknown_names_are_sentences(tmp_path, panel, regions, old, new, message):
    scenario = load_scenario(write(tmp_path, GOOD.replace(old, new)))
    with pytest.raises(StudyError, match=message):
        apply_scenario(scenario, panel, regions, "A")
