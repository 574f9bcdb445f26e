"""Declared tests: read from the table, factors purged, nothing shared left in."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters.declared import (
    FACTOR,
    OUTCOME,
    declared_tests,
    factor_values,
    ingredients,
    level_of,
    panel_of,
    variants_of,
)
from nqpf.claims import load_plan
from nqpf.data import load_codebook
from nqpf.errors import StudyError
from nqpf.index import element_hierarchy
from tests.chapters.forces import DECLARED, level


@pytest.fixture(scope="module")
def published():
    return declared_tests(load_codebook("associations"))


def test_every_declared_test_serves_its_claim_as_the_plan_says(published):
    plan = load_plan()
    for test in published:
        claim = plan[test.claim_id]
        assert claim.notebook == "03"
        assert claim.family == test.family
        assert claim.constants["minimum_effect"] == test.minimum_effect


def test_the_plan_s_families_are_all_declared(published):
    plan = load_plan()
    for family in ("primary", "workers", "tools", "objects"):
        planned = {claim.claim_id for claim in plan.values() if claim.family == family}
        assert planned == {test.claim_id for test in published if test.family == family}


def test_each_mechanism_has_one_primary_test_at_each_level(published):
    primary = [(test.mechanism, test.level) for test in published if test.primary]
    assert len(primary) == len(set(primary)) == 8


def test_an_id_that_stands_twice_is_refused():
    book = load_codebook("associations")
    with pytest.raises(StudyError, match="stands twice"):
        declared_tests(pd.concat([book, book.iloc[:1]]))


@pytest.mark.parametrize(("name", "word"), [("provinces", "province"), ("cities", "city")])
def test_no_factor_shares_an_ingredient_with_its_outcome(published, name, word):
    book = load_codebook("indicators")
    mine = [test for test in published if test.level == name]
    hierarchy = element_hierarchy(book, name)
    table = ingredients(book[book["level"] == word], hierarchy, mine)
    assert list(table["id"]) == [test.id for test in mine]
    sharing = table[table["shared"] != "none"]
    assert (sharing["taken_out"] != "none").all()
    assert (table.loc[table["taken_out"] != "none", "shared"] != "none").all()


def test_an_ingredient_left_in_is_refused(published):
    book = load_codebook("indicators")
    total = next(test for test in published if test.id == "total")
    with pytest.raises(StudyError, match="declare it as taken out"):
        ingredients(
            book[book["level"] == "province"],
            element_hierarchy(book, "provinces"),
            [replace(total, taken_out=())],
        )


def test_what_is_taken_out_has_no_say():
    made = level()
    purged = factor_values(made, "labourers", ("i0",))
    alone = made.values["i3"]
    assert np.corrcoef(purged, alone)[0, 1] == pytest.approx(1)
    with pytest.raises(StudyError, match="a node of the index or an indicator"):
        factor_values(made, "skills", ())


def test_an_indicator_as_factor_keeps_to_the_years_and_units_of_the_index():
    made = level(units_excluded=("u00",))
    made = replace(made, options=replace(made.options, years=(2012, 2015)))
    values = factor_values(made, "i0", ())
    assert set(values.index.get_level_values("year")) == set(range(2012, 2016))
    assert "u00" not in values.index.get_level_values("unit")


def test_a_lag_moves_the_factor_and_years_bound_the_outcome_only():
    made = level()
    panel = panel_of(made, replace(DECLARED, lag=2, first=2014, last=2015))
    own = factor_values(made, "labourers", ())
    assert panel.loc[("u03", 2014), FACTOR] == own[("u03", 2012)]
    held = panel[OUTCOME].dropna().index.get_level_values("year")
    assert set(held) == {2014, 2015}
    assert panel[FACTOR].count() == own.count()


def test_only_variants_that_differ_are_kept():
    made = level()
    assert "full factor" not in variants_of(panel_of(made, DECLARED))
    assert "full factor" in variants_of(panel_of(made, replace(DECLARED, taken_out=("i0",))))
    assert variants_of(panel_of(made, replace(DECLARED, factor="i0"))) == []


def test_an_outcome_that_is_not_held_is_refused():
    with pytest.raises(StudyError, match="needs profit, which is not held"):
        panel_of(level(), replace(DECLARED, outcome="profit / 2"))


def test_the_indicator_counts_where_a_name_is_in_both_tables():
    one = pd.DataFrame({"a": [1.0]}, pd.MultiIndex.from_tuples([("u", 2010)]))
    other = pd.DataFrame({"a": [9.0], "b": [2.0]}, one.index)
    made = level()
    assert level_of(one, other, made.hierarchy, made.options).values.iloc[0].to_dict() == {
        "a": 1.0,
        "b": 2.0,
    }
