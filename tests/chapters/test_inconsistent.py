"""Pairs of numbers that clash are those of the rules, and the table keeps the two sides apart."""

import pytest

from nqpf.chapters import circulation, inconsistent, stated_figures
from nqpf.claims import load_plan, open_ledger
from nqpf.data import load_table

KINDS = {"stated": "fig-04-1-a", "X": "fig-04-2-b"}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    ledger = open_ledger("04_challenges", "default", tmp_path_factory.mktemp("verdicts"))
    stated_figures.judge_published(ledger, load_plan(), KINDS, "tab-04-1-c")
    share = circulation.service_cluster(load_table("city_figures"))
    ledger.judge("X007", exhibit="fig-04-2-b", share=share)
    return ledger.verdicts


def test_every_inconsistency_of_the_notebook_has_a_pair():
    mine = [c.claim_id for c in load_plan().values() if c.is_inconsistency and c.notebook == "04"]
    assert sorted(inconsistent.CLASHES) == sorted(mine)


def test_pairs_are_the_numbers_of_the_rules(verdicts):
    table = inconsistent.clashes(load_plan(), verdicts).set_index("claim_id")
    assert len(table) == 11
    first = table.loc["X001", ["said", "against_low", "against_high"]]
    assert first.tolist() == [50, 60, 90]
    assert table.loc["X001", "said_words"] == "the Union has 50%"
    assert table.loc["X001", "against_words"] == "the range is 60 to 90%"
    assert table.loc["X003", "said"] == pytest.approx(0.8 * 90)
    assert table.loc["X011", "against_low"] == pytest.approx(3.739 * 44.4)


def test_a_verdict_holds_where_the_marks_lie_apart(verdicts):
    for row in inconsistent.clashes(load_plan(), verdicts).to_dict("records"):
        apart = not row["against_low"] <= row["said"] <= row["against_high"]
        assert apart == (row["verdict"] == "internally inconsistent")


def test_marks_of_the_paper_are_told_from_those_found_outside(verdicts):
    table = inconsistent.clashes(load_plan(), verdicts).set_index("claim_id")
    assert not table.loc[["X001", "X002"], "outside"].any()
    assert table.loc[["X003", "X005", "X007", "X011"], "outside"].all()


def test_table_keeps_the_paper_and_the_evidence_in_columns_of_their_own(verdicts):
    table = inconsistent.inconsistencies(load_plan(), verdicts).set_index("claim_id")
    assert table.loc["X005", "paper"] == "value 15.2% (2023)"
    assert table.loc["X005", "elsewhere"] == "reference 8.94% (2020)"
    assert table.loc["X001", "elsewhere"] == "-"
    assert table.loc["X005", "words"] == (
        "Shenzhen has 15.2% finance; the higher of two yardsticks is 8.9%"
    )
    assert table.loc["X007", "paper"] == "-"
    assert table.loc["X007", "elsewhere"] == "share 28.3"


def test_nothing_is_alleged_without_a_verdict():
    assert inconsistent.clashes(load_plan(), {}).empty
    assert inconsistent.inconsistencies(load_plan(), {}).empty
