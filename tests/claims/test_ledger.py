import json

import pytest
from statsmodels.stats.multitest import multipletests

from nqpf.claims import open_ledger, read_verdicts, tally
from nqpf.errors import StudyError

EFFECT = {"effect": 0.3, "low": 0.1, "high": 0.5, "n": 300, "exhibit": "fig-03-1-a"}


@pytest.fixture
def ledger(plan, tmp_path):
    return open_ledger("03_mechanisms", "default", tmp_path / "verdicts", plan=plan)


def family(p_first=0.01, p_second=0.04, **change):
    return {"C001": EFFECT | {"p": p_first}, "C002": EFFECT | {"p": p_second} | change}


def test_a_claim_is_judged_by_its_rule(ledger):
    verdict = ledger.judge("C003", exhibit="fig-03-1-a", cell="ranks", note="of 31", rank=2)
    assert verdict.verdict == "supported"
    assert verdict.numbers == {"rank": 2}
    assert (verdict.cell, verdict.note, verdict.data) == ("ranks", "of 31", "a; b")
    assert verdict.supported_if == "rank <= 3"
    assert ledger.verdicts["C003"] is verdict


def test_nothing_kept_can_be_changed(ledger):
    verdict = ledger.judge("C003", exhibit="fig-03-1-a", rank=2)
    with pytest.raises(AttributeError):
        verdict.verdict = "contradicted"
    with pytest.raises(TypeError):
        verdict.numbers["rank"] = 9
    with pytest.raises(TypeError):
        ledger.verdicts["C003"] = None


@pytest.mark.parametrize(
    ("claim", "numbers", "message"),
    [
        ("C099", {"rank": 1}, "knows no claim C099"),
        ("C007", {"rank": 1}, "C007 is judged in notebook 04, not in 03_mechanisms"),
        ("C005", {}, "C005 cannot be judged: Needed: Other data"),
        ("C001", {"p": 0.01}, "belongs to the family 'first'"),
        ("C003", {}, "C003 needs rank"),
        ("C003", {"rank": 1, "verdict": 1}, "knows no verdict"),
    ],
)
def test_what_cannot_be_judged_is_named(ledger, claim, numbers, message):
    with pytest.raises(StudyError, match=message):
        ledger.judge(claim, exhibit="fig-03-1-a", **numbers)
    assert not ledger.verdicts


def test_no_claim_is_judged_twice(ledger):
    ledger.judge("C003", exhibit="fig-03-1-a", rank=2)
    with pytest.raises(StudyError, match="C003 has a verdict already"):
        ledger.judge("C003", exhibit="fig-03-1-a", rank=9)
    assert ledger.verdicts["C003"].numbers["rank"] == 2


def test_a_verdict_names_its_exhibit(ledger):
    with pytest.raises(StudyError, match="needs the figure or table"):
        ledger.judge("C003", exhibit="", rank=2)
    with pytest.raises(StudyError, match="needs the figure or table"):
        ledger.judge_family("first", family(exhibit=None))
    assert not ledger.verdicts


def test_a_family_is_adjusted_by_holm(ledger):
    verdicts = ledger.judge_family("first", family(0.03, 0.02))
    expected = multipletests([0.03, 0.02], method="holm")[1]
    assert [v.numbers["p_adj"] for v in verdicts.values()] == pytest.approx(expected)
    assert [v.numbers["p"] for v in verdicts.values()] == [0.03, 0.02]
    assert verdicts["C001"].verdict == "supported"


def test_adjustment_can_withhold_a_verdict(ledger):
    verdicts = ledger.judge_family("first", family(0.03, 0.04))
    assert {v.verdict for v in verdicts.values()} == {"inconclusive"}


def test_a_family_is_judged_whole_or_not_at_all(ledger):
    members = family()
    with pytest.raises(StudyError, match="judged as a whole; add C002"):
        ledger.judge_family("first", {"C001": members["C001"]})
    with pytest.raises(StudyError, match="C003 does not belong to the family 'first'"):
        ledger.judge_family("first", members | {"C003": {"rank": 1}})
    with pytest.raises(StudyError, match="C002 needs low"):
        ledger.judge_family("first", members | {"C002": {"effect": 1, "high": 1, "p": 1, "n": 1}})
    assert not ledger.verdicts


def test_only_what_the_plan_gives_up_is_not_testable(ledger):
    with pytest.raises(StudyError, match="has a rule for C003; judge it with rank"):
        ledger.not_testable("C003")
    assert ledger.not_testable("C005").note == "Needed: Other data."


def test_saving_closes_what_cannot_be_tested_and_leaves_the_rest_open(ledger, plan, tmp_path):
    ledger.judge("C003", exhibit="fig-03-1-a", rank=2)
    assert ledger.open_claims == ["C001", "C002", "C004", "C006", "X001"]
    path = ledger.save()
    assert path == tmp_path / "verdicts" / "03_mechanisms.json"
    read = read_verdicts("default", plan, path.parent)
    assert {key: item.verdict for key, item in read.items()} == {
        "C003": "supported",
        "C005": "not testable here",
    }


def test_claims_about_the_papers_province_are_closed_elsewhere(plan, tmp_path):
    ledger = open_ledger("03_mechanisms", "jiangsu", tmp_path, case="Jiangsu", plan=plan)
    with pytest.raises(StudyError, match="about Guangdong; nothing like it is held for Jiangsu"):
        ledger.judge("C006", exhibit="fig-03-1-a", rank=1)
    ledger.save()
    read = read_verdicts("jiangsu", plan, tmp_path)
    assert read["C006"].verdict == "not testable here"
    assert "C003" not in read


def test_two_runs_give_the_same_bytes(plan, tmp_path):
    for folder, order in (("a", ("C003", "X001")), ("b", ("X001", "C003"))):
        ledger = open_ledger("03_mechanisms", "default", tmp_path / folder, plan=plan)
        for claim in order:
            number = {"rank": 2} if claim == "C003" else {"count": 0}
            ledger.judge(claim, exhibit="fig-03-1-a", **number)
        ledger.save()
    first, second = (tmp_path / f / "03_mechanisms.json" for f in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    assert [v["claim_id"] for v in json.loads(first.read_text())["verdicts"]] == [
        "C003",
        "C005",
        "X001",
    ]


def test_the_table_shows_claims_numbers_and_verdicts(ledger):
    ledger.judge("X001", exhibit="tab-03-1-a", count=1)
    ledger.judge("C003", exhibit="fig-03-1-a", rank=2)
    table = ledger.table()
    assert list(table["claim_id"]) == ["C003", "X001"]
    assert table.loc[0, "claim"] == "Something holds in Guangdong."
    assert table.loc[0, "numbers"] == "rank 2"
    assert list(table["verdict"]) == ["supported", "internally inconsistent"]


def test_verdicts_are_counted(ledger):
    ledger.judge_family("first", family(0.01, 0.02))
    ledger.judge("C003", exhibit="fig-03-1-a", rank=9)
    counts = tally(ledger.verdicts, ["C001", "C002", "C003"])
    assert counts == {"count_supported": 2, "count_contradicted": 1}
    with pytest.raises(StudyError, match="C004 has no verdict yet"):
        tally(ledger.verdicts, ["C003", "C004"])
