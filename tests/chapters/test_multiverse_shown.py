import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import multiverse_grid
from nqpf.chapters import multiverse_shown as shown
from tests.chapters.test_multiverse_grid import CODEBOOK, TESTS, few, level


@pytest.fixture(scope="module")
def fitted():
    universe = multiverse_grid.universe_of(level("cities"), few("cities"), CODEBOOK, name="cities")
    return multiverse_grid.run(universe, draws=99, seed=1, joint_draws=99), universe


def test_the_curve_holds_every_specification_with_its_interval(fitted):
    multiverse, universe = fitted
    frame = shown.curve(multiverse, universe)
    assert len(frame) == len(universe.specifications)
    assert (frame["low"] < frame["estimate"]).all()
    assert (frame["high"] > frame["estimate"]).all()
    assert frame["primary"].sum() == 1
    assert list(frame["weights"].cat.categories) == [
        option.option for option in few("cities").of("weights")
    ]


def test_headline_and_first_row_of_the_choices_agree(fitted):
    multiverse, universe = fitted
    numbers, table = shown.headline(multiverse, universe), shown.choices_table(multiverse)
    whole = table.iloc[0]
    assert whole["choice"] == "All"
    assert numbers["median"] == whole["median"]
    assert numbers["positive"] == whole["positive"]
    assert numbers["crv1_share"] == whole["crv1"]
    by_outcome = table[table["choice"] == "Outcome"]
    assert by_outcome["specifications"].sum() == whole["specifications"] == len(multiverse.table)


def test_joint_tables_have_words_and_all_outcomes_first(fitted):
    multiverse, universe = fitted
    table = shown.joint_table(multiverse, universe)
    assert table["family"].iloc[0] == "all outcomes"
    assert set(table["statistic"]) == set(shown.JOINT_LABELS.values())
    numbers = shown.joint_p(table)
    assert all(0 < value <= 1 for value in numbers.values())


@pytest.mark.parametrize(
    ("p", "words"),
    [([0.9] * 3, "typically"), ([0.01] * 3, "rarely"), ([0.01, 0.9, 0.9], "disagree")],
)
def test_the_reading_follows_the_numbers(p, words):
    table = pd.DataFrame({"family": "all outcomes", "p": p})
    assert words in shown.joint_reading(table)


def test_two_uncertainties_stand_apart_for_every_outcome(fitted):
    multiverse, universe = fitted
    table = shown.two_uncertainties(multiverse, universe)
    assert list(table["kind"].unique()) == ["choices", "sampling"]
    assert table.groupby("kind")["term"].nunique().eq(2).all()
    assert (table["low"] <= table["estimate"]).all()
    own = table[(table["kind"] == "sampling") & (table["term"] == "labour productivity")]
    primary = multiverse.table.loc[multiverse.table["primary"], "effect"]
    assert own["estimate"].item() == pytest.approx(primary.item())


def test_the_spread_is_divided_whole(fitted):
    found, interactions = shown.variance_table(fitted[0])
    assert found["shapley"].sum() + interactions == pytest.approx(100)
    assert found["label"].notna().all()


def test_mechanisms_keep_the_primary_of_each_and_the_rules_of_its_outcome():
    grid = few("cities")
    test = TESTS["means_city"]
    table = shown.mechanisms_table(
        level("cities"), grid, CODEBOOK, [test], draws=99, joint_draws=99, seed=1
    )
    row = table.iloc[0]
    assert row["id"] == "C031"
    assert 0 < row["p"] <= 1
    assert row["low"] <= row["median"] <= row["high"]
    universe = multiverse_grid.universe_of_test(level("cities"), grid, CODEBOOK, test)
    rules = universe.excluded["when"]
    assert rules.str.contains(test.label, regex=False).any()
    assert not rules.str.contains("secondary output per resident", regex=False).any()


def test_tables_of_the_grid_name_every_option_and_rule(fitted):
    _, universe = fitted
    options = shown.options_table(few("cities"))
    assert options["reason"].str.len().min() > 10
    assert (options["role"] == "primary").sum() == options["choice"].nunique()
    left_out = options[options["role"] == "left out"].set_index("option")
    assert "without any effect" in left_out.loc["with shared ingredients", "reason"]
    excluded = shown.excluded_table(universe)
    assert np.all(np.diff(excluded["specifications"]) <= 0)
