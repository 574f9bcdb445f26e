import json
import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nqpf.claims import open_ledger, read_verdicts
from nqpf.claims.plan import load_plan
from nqpf.claims.rules import decide
from nqpf.errors import StudyError

EXHIBIT = {"exhibit": "fig-03-1-a"}
EFFECT = {"effect": 0.3, "low": 0.1, "high": math.inf, "n": None} | EXHIBIT


@pytest.fixture
def stored(plan, tmp_path):
    """A file with a verdict of every kind."""
    ledger = open_ledger("03_mechanisms", "default", tmp_path / "verdicts", plan=plan)
    ledger.judge_family("first", {"C001": EFFECT | {"p": 0.01}, "C002": EFFECT | {"p": 0.02}})
    ledger.judge("C003", exhibit="fig-03-1-a", rank=2)
    ledger.judge("X001", exhibit="fig-03-1-a", count=1)
    return ledger.save()


def change(path, claim_id, edit):
    content = json.loads(path.read_text())
    [item] = [item for item in content["verdicts"] if item["claim_id"] == claim_id]
    edit(item)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_what_is_read_is_what_was_judged(stored, plan):
    read = read_verdicts("default", plan, stored.parent)
    assert list(read) == ["C001", "C002", "C003", "C005", "X001"]
    assert read["C001"].numbers["high"] == math.inf
    assert math.isnan(read["C001"].numbers["n"])
    assert read["X001"].verdict == "internally inconsistent"


@pytest.mark.parametrize(
    ("claim", "edit", "message"),
    [
        (
            "C003",
            {"verdict": "contradicted"},
            "'contradicted', but its numbers give 'supported'",
        ),
        ("C003", {"verdict": "not testable here"}, "its numbers give 'supported'"),
        ("X001", {"verdict": "supported"}, "give 'internally inconsistent'"),
        ("C005", {"verdict": "supported"}, "give 'not testable here'"),
        ("C005", {"numbers": {"rank": 1}}, "has numbers, but no data held"),
        ("C003", {"numbers": {"rank": 9}}, "give 'contradicted'"),
        ("C003", {"numbers": {}}, "C003 needs rank"),
        ("C003", {"numbers": {"rank": 2, "stated": 3}}, "other numbers than the plan's"),
        ("C003", {"supported_if": "rank <= 9"}, "another rule than the plan's"),
        ("C003", {"notebook": "04"}, "another notebook or province"),
        ("C003", {"case": "Jiangsu"}, "another notebook or province"),
        ("C003", {"claim_id": "C007"}, "C007 is not a claim of notebook 03"),
        ("C003", {"claim_id": "C001"}, "C001 is judged twice"),
        ("C003", {"extra": 1}, "not a file of verdicts"),
        ("C003", {"numbers": {"rank": "two"}}, "'two' is not a number"),
    ],
)
def test_a_changed_verdict_is_detected(stored, plan, claim, edit, message):
    change(stored, claim, lambda item: item.update(edit))
    with pytest.raises(StudyError, match=message):
        read_verdicts("default", plan, stored.parent)


@pytest.mark.parametrize("key", ["p_adj", "minimum_effect", "p"])
def test_a_changed_number_of_a_family_is_detected(stored, plan, key):
    change(stored, "C001", lambda item: item["numbers"].update({key: 0.015}))
    with pytest.raises(StudyError, match="run its notebook again"):
        read_verdicts("default", plan, stored.parent)


def test_a_member_taken_from_a_family_is_detected(stored, plan):
    content = json.loads(stored.read_text())
    content["verdicts"] = [v for v in content["verdicts"] if v["claim_id"] != "C002"]
    stored.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StudyError, match="the family 'first' lacks C002"):
        read_verdicts("default", plan, stored.parent)


def test_a_changed_plan_asks_for_a_new_run(stored, write_plan):
    wider = load_plan(*write_plan(C003={"supported_if": "rank <= 1"}))
    with pytest.raises(StudyError, match=r"03_mechanisms\.json: C003 was judged by another rule"):
        read_verdicts("default", wider, stored.parent)
    assert read_verdicts("default", wider, stored.parent, without="03_mechanisms") == {}


def test_a_changed_constant_of_the_plan_asks_for_a_new_run(stored, write_plan):
    stricter = load_plan(*write_plan(C001={"minimum_effect": "0.25"}))
    with pytest.raises(StudyError, match="C001 keeps other numbers than the plan's"):
        read_verdicts("default", stricter, stored.parent)


def test_a_claim_judged_in_two_files_is_detected(stored, plan):
    copy = stored.with_name("03_other.json")
    copy.write_bytes(stored.read_bytes())
    with pytest.raises(StudyError, match="is judged twice"):
        read_verdicts("default", plan, stored.parent)


def test_a_broken_file_is_named(stored, plan):
    stored.write_text("{", encoding="utf-8")
    with pytest.raises(StudyError, match="is not a file of verdicts"):
        read_verdicts("default", plan, stored.parent)


def test_no_file_no_verdict(plan, tmp_path):
    assert read_verdicts("default", plan, tmp_path / "absent") == {}


probability = st.floats(0, 1)
number = st.floats(-2, 2)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    first=st.tuples(number, number, number, probability),
    second=st.tuples(number, number, number, probability),
    rank=st.integers(1, 31),
    wrong=st.sampled_from(["supported", "contradicted", "inconclusive", "not testable here"]),
)
def test_every_stored_verdict_follows_and_every_other_word_is_caught(
    plan, first, second, rank, wrong
):
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger("03_mechanisms", "default", Path(folder), plan=plan)
        members = {}
        for claim_id, (effect, one, other, p) in (("C001", first), ("C002", second)):
            low, high = sorted((one, other))
            members[claim_id] = {"effect": effect, "low": low, "high": high, "p": p, "n": 9}
            members[claim_id] |= EXHIBIT
        ledger.judge_family("first", members)
        ledger.judge("C003", exhibit="fig-03-1-a", rank=rank)
        path = ledger.save()
        read = read_verdicts("default", plan, path.parent)
        for claim_id in ("C001", "C002", "C003"):
            assert read[claim_id].verdict == decide(plan[claim_id], read[claim_id].numbers)
            assert read[claim_id].verdict == ledger.verdicts[claim_id].verdict
        if wrong != read["C003"].verdict:
            change(path, "C003", lambda item: item.update(verdict=wrong))
            with pytest.raises(StudyError, match="but its numbers give"):
                read_verdicts("default", plan, path.parent)
