import pytest

from nqpf.claims.plan import family_members, load_plan
from nqpf.errors import StudyError
from nqpf.paths import CODEBOOK


def test_a_plan_is_read_in_the_order_of_the_claims(plan):
    assert list(plan)[:3] == ["C001", "C002", "C003"]
    first = plan["C001"]
    assert list(first.statistics) == ["effect", "low", "high", "p", "n"]
    assert first.optional == {"n"}
    assert first.constants == {"minimum_effect": 0.2}
    assert plan["C003"].sentence_for("Jiangsu") == "Something holds in Jiangsu."
    assert plan["X001"].is_inconsistency
    assert not first.is_inconsistency


def test_claims_about_the_papers_province_are_testable_there_only(plan):
    assert plan["C006"].is_testable("Guangdong")
    assert not plan["C006"].is_testable("Jiangsu")
    assert not plan["C005"].is_testable("Guangdong")
    assert family_members(plan, "first", "Jiangsu") == ["C001", "C002"]
    with pytest.raises(StudyError, match="no family 'second'; it has first"):
        family_members(plan, "second", "Jiangsu")


@pytest.mark.parametrize(
    ("claim", "change", "message"),
    [
        ("C001", {"testability": "maybe"}, r"line 2 \(C001\): testability is 'maybe'; allowed are"),
        ("C003", {"notebook": "7"}, r"line 4 \(C003\): notebook is '7'"),
        ("C003", {"priority": ""}, "priority is ''"),
        ("C003", {"sentence": ""}, "the sentence is empty"),
        ("C003", {"sentence": "In {unit}."}, "no placeholder but"),
        ("C006", {"sentence": "In {case}."}, "applies to any province"),
        ("C003", {"supported_if": "rank <="}, "supported_if: expected an expression"),
        ("C003", {"supported_if": "__import__('os')"}, "supported_if: .* is not allowed"),
        ("C003", {"supported_if": "rank"}, "is a number; write a condition"),
        ("C003", {"supported_if": "rank < 3 and rank"}, "is a number; write a condition"),
        ("C003", {"contradicted_if": ""}, "contradicted_if is empty"),
        ("C003", {"contradicted_if": "place > 3"}, "use place; name it in the statistic"),
        ("C003", {"contradicted_if": "p_adj < 0.05"}, "use p_adj"),
        ("C003", {"contradicted_if": "rank > stated"}, "use stated"),
        ("C003", {"tolerance": "3"}, "tolerance is given but no rule uses it"),
        ("C004", {"stated": "seventy"}, "expected a number as stated, got 'seventy'"),
        ("C004", {"stated": "nan"}, "expected a number as stated"),
        ("C003", {"statistic": "rank"}, "expected 'name: what it is'"),
        ("C003", {"statistic": "rank: a; rank: b"}, "twice or reserved"),
        ("C003", {"statistic": "rank: a; note: b"}, "twice or reserved"),
        ("C002", {"notebook": "04"}, "family 'first' has C001 in notebook 03 and C002 in 04"),
        ("C002", {"statistic": "effect: e; low: l; high: h"}, "hands over p"),
        ("C005", {"supported_if": "rank < 3"}, "rules, statistic and family stay empty"),
        ("C005", {"data_needed": ""}, "data_needed must say"),
        ("C003", None, "has no row for C003"),
        ("C003", {"claim_id": "C099"}, "has no row for C003"),
        ("C003", {"claim_id": "C001"}, r"line 4 \(C001\): the claim has a row already"),
    ],
)
def test_a_bad_row_is_named(write_plan, claim, change, message):
    with pytest.raises(StudyError, match=message):
        load_plan(*write_plan(**{claim: change}))


def test_a_claim_that_the_paper_does_not_make_is_refused(write_plan):
    path, claims = write_plan()
    claims.write_text(claims.read_text().replace("X001", ""), encoding="utf-8")
    claims.write_text("\n".join(claims.read_text().split()) + "\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"has X001, which claims.csv does not know"):
        load_plan(path, claims)


def test_a_broken_table_is_named(write_plan, tmp_path):
    path, claims = write_plan()
    path.write_text(path.read_text().replace("claim_id,", "id,", 1), encoding="utf-8")
    with pytest.raises(StudyError, match="lacks the column claim_id"):
        load_plan(path, claims)
    path, claims = write_plan()
    path.write_text(path.read_text() + "C009,03\n", encoding="utf-8")
    with pytest.raises(StudyError, match="line 10: expected 19 cells"):
        load_plan(path, claims)
    with pytest.raises(StudyError, match="cannot be read"):
        load_plan(tmp_path / "absent.csv", claims)


@pytest.mark.skipif(not (CODEBOOK / "claims.csv").is_file(), reason="no claims in this checkout")
class TestTheStudysPlan:
    def test_every_claim_of_the_paper_has_its_row(self):
        plan = load_plan()
        assert len(plan) == 128
        assert sum(claim.is_inconsistency for claim in plan.values()) == 15

    def test_untestable_claims_are_the_smaller_part(self):
        plan = load_plan()
        untestable = [claim for claim in plan.values() if claim.testability == "none"]
        assert 0 < len(untestable) < 40

    def test_what_overturns_a_verdict_is_said(self):
        assert all(claim.what_would_overturn for claim in load_plan().values())

    def test_every_family_has_at_least_two_members(self):
        plan = load_plan()
        for family in {claim.family for claim in plan.values()} - {""}:
            assert len(family_members(plan, family, "Jiangsu")) >= 2
