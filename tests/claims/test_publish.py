"""The ledger as files: complete, with all numbers, and following the plan as it stands."""

import json

import pandas as pd
import pytest

from nqpf.chapters.conclusion import in_readers_words, totals, verdict_counts
from nqpf.claims import assemble, load_plan, open_ledger, publish_ledger, read_verdicts
from nqpf.claims.cells import cell_of
from nqpf.errors import StudyError
from nqpf.paths import NOTEBOOKS

EFFECT = {"effect": 0.3, "low": 0.1, "high": 0.5, "p": 0.01, "n": 30}


def judge_all(plan, folder):
    """Judge every claim of the small plan of conftest."""
    for notebook in ("03_mechanisms", "04_challenges"):
        ledger = open_ledger(notebook, "default", folder, plan=plan)
        if notebook.startswith("03"):
            members = {claim: {"exhibit": "fig-03-1-a", **EFFECT} for claim in ("C001", "C002")}
            ledger.judge_family("first", members)
            ledger.judge("C003", exhibit="tab-03-1-b", cell="judge", rank=5)
            ledger.judge("C004", exhibit="tab-03-1-b", count=2, low=69, high=float("inf"))
            ledger.judge("C006", exhibit="tab-03-1-b", rank=1)
            ledger.judge("X001", exhibit="tab-03-1-b", count=0)
        else:
            ledger.judge("C007", exhibit="tab-04-1-c", rank=7)
        ledger.save()
    verdicts = read_verdicts("default", plan, folder)
    return assemble("default", plan=plan, folder=folder), verdicts


def published(plan, tmp_path):
    account, verdicts = judge_all(plan, tmp_path / "verdicts")
    paths = publish_ledger(
        "default", in_readers_words(account), verdicts, plan=plan, folder=tmp_path / "tables"
    )
    return account, pd.read_csv(paths[0]), json.loads(paths[1].read_text(encoding="utf-8"))


def test_both_files_hold_every_claim_once_and_all_numbers(plan, tmp_path):
    account, table, content = published(plan, tmp_path)
    assert list(table["claim_id"]) == [one["claim_id"] for one in content["claims"]] == list(plan)
    by_claim = {one["claim_id"]: one for one in content["claims"]}
    assert by_claim["C001"]["numbers"]["p_adj"] == 0.02
    assert by_claim["C004"]["numbers"]["high"] is None  # JSON knows no infinity
    assert by_claim["C005"]["numbers"] == {}
    assert by_claim["C003"]["judged_in"] == "03: judge"
    assert content["case"] == "Guangdong"
    assert list(account["verdict"]) == list(table["verdict"])


def test_a_changed_threshold_changes_the_verdict_and_everything_that_cites_it(write_plan, tmp_path):
    before, after = (
        load_plan(*write_plan(C003={"supported_if": rule})) for rule in ("rank <= 3", "rank <= 5")
    )
    old, _, old_json = published(before, tmp_path / "one")
    new, _, new_json = published(after, tmp_path / "two")

    def of(content):
        return next(one for one in content["claims"] if one["claim_id"] == "C003")

    assert (of(old_json)["verdict"], of(new_json)["verdict"]) == ("inconclusive", "supported")
    assert totals(new)["supported"] == totals(old)["supported"] + 1
    counted = [
        verdict_counts(in_readers_words(one), "part")["supported"].sum() for one in (old, new)
    ]
    assert counted[1] == counted[0] + 1
    changed = old["verdict"] != new["verdict"]
    assert list(old.loc[changed, "claim_id"]) == ["C003"]


def test_verdicts_of_an_older_rule_are_not_read(write_plan, tmp_path):
    judge_all(load_plan(*write_plan()), tmp_path)
    changed = load_plan(*write_plan(C003={"supported_if": "rank <= 5"}))
    with pytest.raises(StudyError, match="C003 was judged by another rule than the plan's"):
        read_verdicts("default", changed, tmp_path)


def test_a_claim_without_a_verdict_stops_the_ledger(plan, tmp_path):
    account, verdicts = judge_all(plan, tmp_path)
    (tmp_path / "04_challenges.json").unlink()
    gap = assemble("default", plan=plan, folder=tmp_path)
    with pytest.raises(StudyError, match=r"1 have none: C007 \(notebook 04\)"):
        publish_ledger("default", gap, verdicts, plan=plan, folder=tmp_path)
    short = account[account["claim_id"] != "C005"]
    with pytest.raises(StudyError, match="must hold the 8 claims of the plan"):
        publish_ledger("default", short, verdicts, plan=plan, folder=tmp_path)


def test_a_claim_judged_twice_stops_the_ledger(plan, tmp_path):
    judge_all(plan, tmp_path)
    again = json.loads((tmp_path / "04_challenges.json").read_text(encoding="utf-8"))
    (tmp_path / "05_strategies.json").write_text(json.dumps(again), encoding="utf-8")
    with pytest.raises(StudyError, match="C007 is judged twice"):
        read_verdicts("default", plan, tmp_path)


def test_ledger_and_verdicts_must_agree(plan, tmp_path):
    account, verdicts = judge_all(plan, tmp_path)
    account.loc[account["claim_id"] == "C003", "verdict"] = "supported"
    with pytest.raises(StudyError, match="C003: ledger and verdict disagree"):
        publish_ledger("default", account, verdicts, plan=plan, folder=tmp_path)


def test_a_cell_is_known_by_its_text():
    cells = json.loads((NOTEBOOKS / "06_conclusion.ipynb").read_text(encoding="utf-8"))["cells"]
    source = "".join(next(cell["source"] for cell in cells if cell["id"] == "judge"))
    assert cell_of("06_conclusion", source + "\n") == "judge"
    assert cell_of("06_conclusion", "something else") is None
    assert cell_of("09_no_such", source) is None


def test_no_text_types_a_verdict():
    words = r"\bC\d{3}\b[^.{}]*\bis \*?(supported|contradicted|inconclusive|not testable)"
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = pd.Series(["".join(cell["source"]) for cell in cells])
        assert not text.str.contains(words.replace("(", "(?:")).any(), path.name
