"""All declared tests: recovered truth, families, numbers for the ledger."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters.declared import FACTOR, declared_tests
from nqpf.chapters.mechanism_tests import (
    estimates,
    family_numbers,
    gap_to_statsmodels,
    numbers_for,
    panels_of,
    primary,
)
from nqpf.claims import load_plan
from nqpf.data import load_codebook
from nqpf.errors import StudyError
from nqpf.regression.holm import holm
from tests.chapters.forces import DECLARED, INFERENCE, level

NONE = replace(DECLARED, id="none", claim_id="C2", factor="objects", label="Output on objects")
TWICE = [
    replace(DECLARED, id="first", claim_id="C3", factor="means", primary=False),
    replace(DECLARED, id="second", claim_id="C3", factor="i0", primary=False),
]
CITY = replace(DECLARED, id="skill_city", level="cities")


@pytest.fixture(scope="module")
def tests():
    made = {"provinces": level(effect=0.5), "cities": level(effect=0.2, seed=3)}
    return panels_of(made, [DECLARED, NONE, *TWICE, CITY])


@pytest.fixture(scope="module")
def table(tests):
    return estimates(tests, INFERENCE)


def test_levels_that_are_not_held_are_left_out():
    assert [t.declared.id for t in panels_of({"provinces": level()}, [DECLARED, CITY])] == ["skill"]


def test_the_effect_is_found_where_it_is_and_nowhere_else(table):
    by_id = table.set_index("id")
    assert by_id.loc["skill", "estimate"] == pytest.approx(0.5, abs=0.06)
    assert by_id.loc["skill_city", "estimate"] == pytest.approx(0.2, abs=0.06)
    assert by_id.loc["skill", ["p", "p_adj", "p_romano_wolf", "p_shuffled"]].max() < 0.05
    assert by_id.loc["none", "low"] < 0 < by_id.loc["none", "high"]


def test_effects_and_intervals_are_on_one_scale(table):
    ratio = table["estimate"] / table["effect"]
    np.testing.assert_allclose(table["low"] / table["effect_low"], ratio)
    np.testing.assert_allclose(table["high"] / table["effect_high"], ratio)


def test_as_moved_is_the_correlation_of_what_is_left(table, tests):
    panel = tests[0].panel
    left = {}
    for name, values in (("x", panel[FACTOR]), ("y", np.log(panel["outcome"]))):
        wide = values.unstack("year")
        wide = wide.sub(wide.mean(axis=1), axis=0)
        left[name] = (wide - wide.mean()).to_numpy().ravel()
    correlation = np.corrcoef(left["x"], left["y"])[0, 1]
    assert table.set_index("id").loc["skill", "as_moved"] == pytest.approx(correlation)


def test_holm_is_over_claims_with_the_larger_p_of_two(table):
    by_id = table.set_index("id")
    larger = max(by_id.loc["first", "p"], by_id.loc["second", "p"])
    expected = holm([by_id.loc["skill", "p"], by_id.loc["none", "p"], larger])
    found = by_id.loc[["skill", "none", "first"], "p_adj"]
    np.testing.assert_allclose(found, expected)
    assert by_id.loc["second", "p_adj"] == by_id.loc["first", "p_adj"]
    assert np.isnan(by_id.loc["skill_city", "p_adj"])


def test_romano_wolf_never_falls_below_the_p_of_its_own_draws(table):
    ours = table[table["level"] == "provinces"]
    assert (ours["p_romano_wolf"] >= ours["p"] - 1e-12).all()
    assert table.loc[table["level"] == "cities", "p_romano_wolf"].isna().all()


def test_numbers_of_a_claim_are_those_of_its_rule(table):
    by_id = table.set_index("id")
    alone = numbers_for(table, "C1")
    assert alone["effect_city"] == by_id.loc["skill_city", "effect"]
    assert alone["p_city"] == by_id.loc["skill_city", "p"]
    assert np.isnan(numbers_for(table, "C2")["effect_city"])
    both = numbers_for(table, "C3")
    assert "effect_city" not in both
    assert both["p"] == by_id.loc[["first", "second"], "p"].max()
    assert both["effect_high"] == by_id.loc[["first", "second"], "effect"].max()
    with pytest.raises(StudyError, match="a declared test of C9"):
        numbers_for(table, "C9")


def test_a_family_is_handed_over_whole(table):
    members = family_numbers(table, "main", "fig-03-1-x", {"C1": "a remark"})
    assert list(members) == ["C1", "C2", "C3"]
    assert members["C1"]["note"] == "a remark"
    assert members["C2"]["exhibit"] == "fig-03-1-x"


def test_the_numbers_fit_every_rule_of_the_plan():
    declared = declared_tests(load_codebook("associations"))
    frame = pd.DataFrame([vars(one) for one in declared])
    numbers = dict.fromkeys(["estimate", "effect", "low", "high", "p", "n"], 1)
    plan = load_plan()
    for claim_id in frame["claim_id"].unique():
        asked = {name.rstrip("?") for name in plan[claim_id].statistics}
        assert asked == set(numbers_for(frame.assign(**numbers), claim_id)), claim_id


def test_the_engine_agrees_with_statsmodels(tests):
    assert gap_to_statsmodels(tests) < 1e-10


def test_primary_tests_are_those_declared(tests):
    assert [test.declared.id for test in primary(tests)] == ["skill", "none", "skill_city"]
