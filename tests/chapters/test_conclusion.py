"""The ledger is counted completely, in a fixed order, and in words that follow from it."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import conclusion
from nqpf.chapters.conclusion import (
    CONCLUSIONS,
    DIAGNOSIS,
    VERDICTS,
    counts_by_part,
    counts_by_testability,
    hallmark,
    hallmark_of,
    in_readers_words,
    inconsistencies,
    key_number,
    kinds_needed,
    overturning,
    part_of,
    reading,
    readings,
    restated,
    totals,
    wanted_data,
    wanted_kinds,
)
from nqpf.claims import load_plan
from nqpf.data import load_codebook
from nqpf.errors import StudyError

EMPTY = dict.fromkeys(
    ("effect", "estimate", "low", "high", "p", "p_adj", "value", "stated"), math.nan
)


@pytest.fixture
def ledger():
    frame = pd.DataFrame(
        {
            "claim_id": ["C1", "C2", "C3", "C4", "X1"],
            "section": ["4.1", "1", "4.2", "4", "refs"],
            "claim": ["one", "two", "three", "four", "five"],
            "testability": ["direct", "none", "none", "proxy", "direct"],
            "verdict": [
                "supported",
                "not testable here",
                "not testable here",
                "contradicted",
                "internally inconsistent",
            ],
            "data_needed": ["", "Patents by class.", "Patents and contracts of firms.", "", ""],
            "what_would_overturn": ["a", "b", "c", "d", "e"],
            "exhibit": ["fig-04-1-a", "", "", "tab-04-2-b", ""],
            "priority": ["A", "C", "B", "A", "C"],
            "numbers": "",
        }
    ).assign(**EMPTY)
    return in_readers_words(frame)


def test_every_claim_is_counted_once_under_every_verdict(ledger):
    counts = counts_by_part(ledger)
    assert list(counts.columns) == list(VERDICTS)
    assert counts.to_numpy().sum() == len(ledger)
    assert counts.loc["4 Challenges", "supported"] == 1
    assert counts.loc["2 Definition"].sum() == 0


def test_testability_is_in_the_order_of_strength(ledger):
    counts = counts_by_testability(ledger)
    assert list(counts.index) == list(conclusion.TESTABILITY.values())
    assert counts.loc["against published figures"].sum() == 0
    assert counts.loc["no data held", "not testable here"] == 2


def test_totals_add_up(ledger):
    found = totals(ledger)
    assert found["claims"] == 5
    assert found["judged"] == 3
    assert found["inconsistent"] == 1
    assert (found["of_paper"], found["alleged"]) == (4, 1)
    verdicts = set(found) - {"claims", "judged", "of_paper", "alleged"}
    assert sum(found[name] for name in verdicts) == 5


def test_overturning_lists_contradicted_claims_or_says_that_there_are_none(ledger):
    assert list(overturning(ledger)["claim_id"]) == ["C4"]
    ledger.loc[ledger["claim_id"] == "X1", "verdict"] = "contradicted"  # clears the paper
    assert list(overturning(ledger)["claim_id"]) == ["C4"]
    none = overturning(ledger[ledger["claim_id"] != "C4"])
    assert list(none["claim_id"]) == ["none"]


def test_inconsistencies_are_the_rows_about_the_paper_itself(ledger):
    assert list(inconsistencies(ledger)["claim_id"]) == ["X1"]


def test_data_that_serve_most_claims_come_first(ledger):
    kinds = wanted_kinds(ledger)
    assert kinds.iloc[0].to_dict() == {
        "label": "patents by class, holder and place",
        "value": 2,
        "claims": "C2, C3",
    }
    wanted = wanted_data(ledger)
    assert list(wanted["claim_id"]) == ["C3", "C2"]  # as often served, but of higher priority
    assert list(wanted["serves"]) == [2, 2]


def test_every_claim_of_the_plan_without_data_needs_a_known_kind():
    for claim in load_plan().values():
        if claim.testability == "none":
            assert kinds_needed(claim.data_needed) != ["other"], claim.claim_id


def test_every_section_of_the_paper_has_a_part():
    sections = load_codebook("claims")["section"].astype(str)
    assert set(sections.map(part_of)) == set(conclusion.PARTS.values())
    with pytest.raises(StudyError, match=r"no section '7\.1'"):
        part_of("7.1")


def test_conclusions_rest_on_claims_of_the_plan():
    named = [claim for _, claims in CONCLUSIONS.values() for claim in claims]
    assert set(named) <= set(load_plan())
    assert len(named) == len(set(named))
    assert CONCLUSIONS["weaknesses"][1] == DIAGNOSIS


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        (
            {"estimate": 2.0, "effect": -0.256, "p": 0.01, "p_adj": 0.04},
            "effect −0.256; adjusted p = 0.040",
        ),
        (
            {"estimate": 0.5, "low": 0.25, "high": 0.75, "p": 0.0001},
            "estimate 0.5 [0.25, 0.75]; p < 0.001",
        ),
        ({"stated": 30.7, "low": 30.1, "high": 31.0}, "stated 30.7, found 30.1 to 31"),
        ({"stated": 80.0, "low": 70.0, "high": 70.0}, "stated 80, found 70"),
        ({"stated": 80.0}, "stated 80, nothing that counts found"),
        ({"numbers": "rank_digital = 3; n = 31; tolerance = 1"}, "digital rank 3; n 31"),
        ({"numbers": "count = 0; share = nan"}, "count 0; share none"),
        ({}, ""),
    ],
)
def test_key_numbers_are_those_a_reader_asks_for(numbers, text):
    assert key_number({**EMPTY, "numbers": "", **numbers}) == text


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (["supported", "supported"], "is borne out"),
        (["supported", "inconclusive"], "is borne out in part and otherwise left open"),
        (["supported", "contradicted"], "is borne out in part and contradicted in part"),
        (["contradicted", "inconclusive"], "is contradicted in part and otherwise left open"),
        (["contradicted", "contradicted"], "is contradicted"),
        (["inconclusive", "not testable here"], "is left open"),
        (["not testable here", "not yet judged"], "could not be tested"),
    ],
)
def test_a_conclusion_is_read_by_its_verdicts(verdicts, words):
    assert reading(verdicts) == words


def test_conclusions_are_counted_by_name():
    plan = load_plan()
    ledger = pd.DataFrame(
        {"claim_id": list(plan), "claim": "words", "verdict": "supported", "key": ""}
    )
    table = restated(ledger)
    found = readings(table)
    assert found["essential"] == "is borne out"
    assert found["essential_claims"] == 2
    assert found["essential_supported"] == "two"
    assert found["weaknesses_contradicted"] == "none"


def test_the_diagnosis_is_read_from_its_verdict():
    def verdict(word, **numbers):
        return {"C113": SimpleNamespace(verdict=word, numbers=numbers)}

    counted = verdict("contradicted", count_supported=1.0, count_contradicted=2.0)
    assert "one came out supported and two contradicted" in conclusion.diagnosis_read(counted)
    assert "Guangdong alone" in conclusion.diagnosis_read(verdict("not testable here"))
    assert "waits" in conclusion.diagnosis_read({})
    assert not conclusion.diagnosed({"C050": 1, "C073": 1})
    assert conclusion.diagnosed(dict.fromkeys(DIAGNOSIS))


@pytest.mark.parametrize(
    ("cleared", "words"), [(0, "None of"), (1, "1 is an alleged"), (2, "2 are alleged")]
)
def test_inconsistencies_that_do_not_hold_are_counted(cleared, words):
    verdicts = ["contradicted"] * cleared + ["internally inconsistent"]
    assert words in conclusion.cleared_read(pd.DataFrame({"verdict": verdicts}))


class TestHallmark:
    @pytest.fixture
    def panels(self):
        index = pd.MultiIndex.from_product([["A", "B"], range(2013, 2019)], names=["unit", "year"])
        scores = pd.Series(
            np.r_[[10.0, 12, 14, 16, 18, 99], [50.0, 49, 48, 47, 46, 0]], index=index
        )
        growth = pd.Series(np.r_[[np.nan, 1.0, 2, 3, 4, 99], [np.nan, 0, 0, 0, 0, 99]], index=index)
        return growth.to_frame("growth"), scores

    def test_means_are_over_the_declared_years_only(self, panels):
        table = hallmark(*panels)
        assert hallmark_of(table, "A") == pytest.approx({"value": 2.5, "trend": 2.0})
        assert hallmark_of(table, "B") == pytest.approx({"value": 0.0, "trend": -1.0})

    def test_a_fall_nearly_everywhere_puts_the_measure_in_doubt(self):
        falls = pd.DataFrame({"y": [-1.0, -2.0, 3.0]})
        assert "in doubt" in conclusion.caution(falls)
        assert "in doubt" not in conclusion.caution(-falls)

    def test_a_unit_with_a_gap_is_left_out(self, panels):
        growth, scores = panels
        growth.loc[("A", 2015), "growth"] = np.nan
        table = hallmark(growth, scores)
        assert list(table["unit"]) == ["B"]
        with pytest.raises(StudyError, match="A lacks index or productivity"):
            hallmark_of(table, "A")

    def test_an_index_that_begins_later_is_refused(self, panels):
        growth, scores = panels
        late = scores[scores.index.get_level_values("year") > 2014]
        with pytest.raises(StudyError, match="let province_years cover"):
            hallmark(growth, late)
