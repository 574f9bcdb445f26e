"""What readers see of chapter 3 follows from its tables."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import mechanism_shown, mechanism_words
from nqpf.chapters.declared import declared_tests
from nqpf.chapters.mechanism_strips import strips, without_units
from nqpf.chapters.mechanism_tests import estimates, panels_of
from nqpf.chapters.robustness import AS_DECLARED
from nqpf.data import load_codebook
from nqpf.index import element_hierarchy
from nqpf.report.prose import check_no_typed_number
from tests.chapters.forces import DECLARED, INFERENCE, level


@pytest.fixture(scope="module")
def built():
    declared = [
        DECLARED,
        replace(DECLARED, id="skill_city", level="cities"),
        replace(DECLARED, id="more", claim_id="C2", primary=False, family="tools", label="More"),
        replace(DECLARED, id="alone", claim_id="C3", primary=False, family="", label="Alone"),
    ]
    tests = panels_of({"provinces": level(), "cities": level(seed=2)}, declared)
    return tests, estimates(tests, INFERENCE)


def test_figures_show_effects_and_sort_families(built):
    table = built[1]
    main = mechanism_shown.declared_frame(table)
    assert list(main["group"]) == ["Provinces", "Cities of Guangdong"]
    assert list(main["estimate"]) == list(table.loc[table["primary"], "effect"])
    second = mechanism_shown.secondary_frame(table)
    assert list(second["group"]) == ["Means of labour", "Other sectors"]
    assert list(mechanism_shown.in_words(table)["primary"]) == [True, False, False, True]


def test_the_range_without_one_unit_follows_the_declared_row(built):
    tests, table = built
    strip = strips(tests, INFERENCE)
    shown = mechanism_shown.strip_frame(strip, without_units(tests, table), ["skill", "absent"])
    assert list(shown["term"][:2]) == [AS_DECLARED, mechanism_shown.ONE_OUT]
    assert np.isnan(shown["p"].iloc[1])
    assert len(shown) == (strip["id"] == "skill").sum() + 1
    colours = mechanism_shown.strip_colours({"focus": "#111111", "context": "#222222"})
    assert set(colours) <= set(shown["term"])


def test_what_is_seen_has_a_panel_a_slope_and_names_by_level(built):
    tests, table = built
    view = mechanism_shown.seen(tests, table, "labourers")
    heads = ["Provinces: Output on skill", "Cities: Output on skill"]
    assert list(view["slopes"]) == list(view["named"]) == heads
    assert list(view["frame"]["test"].unique()) == heads
    assert all(len(names) == mechanism_shown.MOST_NAMED for names in view["named"].values())


@pytest.mark.parametrize("cities", [True, False])
def test_readings_ask_for_facts_only(cities):
    template = mechanism_shown.reading("labourers", "C024", cities=cities)
    check_no_typed_number(template)
    assert ("{labourers_city_p:p}" in template) == cities
    assert "{verdict_labourers}" in template
    assert ("sign vectors" in mechanism_shown.estimates_note(cities=cities)) == cities


def test_facts_name_verdict_and_caution_by_test(built):
    facts = mechanism_shown.mechanism_facts(
        built[1], {"C1": SimpleNamespace(verdict="supported")}, {"C1": "Same sign."}
    )
    assert facts == {"verdict_skill": "supported", "caution_skill": "Same sign."}


def test_precision_compares_half_an_interval_with_the_minimum(built):
    table = built[1]
    found = mechanism_shown.precision(table)
    row = table.iloc[0]
    assert found["half_width"] == pytest.approx((row["effect_high"] - row["effect_low"]) / 2)
    assert found["times"] == pytest.approx(found["half_width"] / 0.2)
    assert (found["tests"], found["told"]) == (1, 1)


def test_ingredients_have_names_that_readers_know():
    book = load_codebook("indicators")
    made = level()
    levels = {"cities": replace(made, hierarchy=element_hierarchy(book, "cities"))}
    tests = [
        SimpleNamespace(declared=test)
        for test in declared_tests(load_codebook("associations"))
        if test.level == "cities"
    ]
    table = mechanism_shown.ingredients_of(tests, levels, book, load_codebook("variables"))
    assert (table["level"] == "Cities of Guangdong").all()
    assert not table[["left", "taken_out"]].stack().str.contains("_").any()
    assert not table["shared"].str.contains("gdp_rev|va2").any()
    assert table["shared"].str.contains("Secondary-sector value added and GDP").any()


class TestWords:
    def test_counts(self):
        assert [mechanism_words.count_words(n) for n in (0, 3, 40)] == ["none", "three", "40"]
        assert mechanism_words.told(pd.DataFrame({"p": [0.01, 0.2, np.nan]})) == "one"

    @pytest.mark.parametrize(
        ("told", "times", "word"),
        [(0, 15, "inconclusive"), (1, 15, "told from zero"), (0, 0.5, "narrow enough")],
    )
    def test_precision(self, told, times, word):
        assert word in mechanism_words.of_precision({"told": told, "times": times})

    @pytest.mark.parametrize(
        ("count", "word"), [(1, "one face"), (2, "two faces"), (3, "three components")]
    )
    def test_components(self, count, word):
        assert word in mechanism_words.of_components(count)

    @pytest.mark.parametrize(
        ("values", "p", "word"),
        [
            ([1, -1], [0.01, 0.01], "do not agree"),
            ([1, 2], [0.01, 0.01], "the same sign"),
            ([1, -1], [0.01, 0.5], "no pattern"),
        ],
    )
    def test_signs(self, values, p, word):
        assert word in mechanism_words.of_signs(pd.DataFrame({"difference": values, "p": p}))

    def test_durbin_beside_the_exact_test(self):
        durbin = pd.DataFrame(
            {
                "term": ["on all others", "on all others", "at home"],
                "estimate": [-2.0, -8.0, 1.0],
                "low": [-3.0, -20.0, 0.5],
                "high": [0.1, -4.0, 2.0],
            }
        )
        door = pd.DataFrame({"test": ["a", "b"], "term": "neighbours", "p": [0.4, 0.01]})
        found = mechanism_words.of_durbin(durbin, door, "a")
        assert found == {"lowest": -8.0, "highest": -2.0, "clear": "one", "exact_p": 0.4}

    def test_channels_are_counted_and_the_most_robust_named(self):
        found = SimpleNamespace(
            effects=pd.DataFrame({"p": [0.3, 0.01]}),
            paths=pd.DataFrame({"p": [0.01, 0.5], "rho_zero": [-0.4, 0.1]}),
            result=SimpleNamespace(n=99),
        )
        assert mechanism_words.of_channels(found) == {
            "n": 99,
            "total_p": 0.3,
            "whole": "cannot be told from zero",
            "told": "one",
            "rho": 0.4,
        }

    def test_likeness_counts_years(self):
        moran = pd.DataFrame({"level": "Provinces", "what": ["factor"], "told": 3, "years": 9})
        assert mechanism_words.of_likeness(moran) == "Provinces: factor in 3 of 9 years."

    @pytest.mark.parametrize(("se", "word"), [(1.1, "hardly matters"), (2.0, "mislead")])
    def test_chain(self, se, word):
        found = mechanism_words.of_chain(pd.DataFrame({"se": [1.0, se]}))
        assert found["ratio"] == pytest.approx(se)
        assert word in found["words"]
