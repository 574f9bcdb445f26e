import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nqpf.claims.plan import load_plan
from nqpf.claims.rules import VERDICTS, check_numbers, decide, scope_of
from nqpf.errors import StudyError
from nqpf.paths import CODEBOOK

GOOD = {"effect": 0.3, "low": 0.1, "high": 0.5, "p": 0.01, "n": 300}


def judge(claim, numbers, adjusted=None):
    return decide(claim, scope_of(claim, check_numbers(claim, numbers), adjusted))


@pytest.mark.parametrize(
    ("change", "adjusted", "verdict"),
    [
        ({}, 0.02, "supported"),
        ({}, 0.05, "inconclusive"),
        ({"effect": 0.19}, 0.02, "inconclusive"),
        ({"effect": 0.2}, 0.02, "supported"),
        ({"low": 0.0}, 0.02, "inconclusive"),
        ({"effect": -0.3, "low": -0.5, "high": -0.1}, 0.02, "contradicted"),
        ({"effect": -0.3, "low": -0.5, "high": 0.1}, 0.02, "inconclusive"),
        ({"low": -math.inf, "high": math.inf}, 0.02, "inconclusive"),
        ({"n": None}, 0.02, "supported"),
    ],
)
def test_a_verdict_follows_from_the_adjusted_rule(plan, change, adjusted, verdict):
    assert judge(plan["C001"], GOOD | change, adjusted) == verdict


@pytest.mark.parametrize(
    ("count", "low", "high", "verdict"),
    [
        (2, 69, 71, "supported"),
        (2, 67.5, 71, "supported"),
        (2, 40, 64.9, "contradicted"),
        (2, 40, 65, "inconclusive"),
        (0, None, None, "inconclusive"),
    ],
)
def test_a_stated_figure_is_held_to_its_tolerance(plan, count, low, high, verdict):
    assert judge(plan["C004"], {"count": count, "low": low, "high": high}) == verdict


def test_a_clash_inside_the_paper_has_its_own_word(plan):
    assert judge(plan["X001"], {"count": 1}) == "internally inconsistent"
    assert judge(plan["X001"], {"count": 0}) == "contradicted"


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({}, "C003 needs rank: place"),
        ({"rank": 1, "n": 2}, "C003 knows no n; it needs rank"),
        ({"rank": None}, "is missing; the plan does not allow that"),
        ({"rank": math.nan}, "is missing"),
        ({"rank": "1"}, "must be one number, got '1'"),
        ({"rank": True}, "must be one number"),
        ({"rank": math.inf}, "only ends of an interval may be infinite"),
    ],
)
def test_bad_numbers_are_named(plan, numbers, message):
    with pytest.raises(StudyError, match=message):
        judge(plan["C003"], numbers)


def test_a_p_value_is_a_probability(plan):
    with pytest.raises(StudyError, match=r"must lie between 0 and 1, got 1\.2"):
        judge(plan["C001"], GOOD | {"p": 1.2}, 0.02)


def test_a_family_needs_its_adjusted_p_value(plan):
    with pytest.raises(StudyError, match="judge that as a whole"):
        judge(plan["C001"], GOOD)
    with pytest.raises(StudyError, match="belongs to none"):
        judge(plan["C003"], {"rank": 1}, 0.02)


def test_a_claim_without_rule_is_not_judged(plan):
    with pytest.raises(StudyError, match=r"C005 has no rule.*needed: Other data"):
        decide(plan["C005"], {})


def test_rules_that_both_hold_or_cannot_be_computed_stop_the_build(write_plan):
    both = load_plan(*write_plan(C003={"contradicted_if": "rank < 2"}))["C003"]
    assert judge(both, {"rank": 3}) == "supported"
    with pytest.raises(StudyError, match="both rules hold at once"):
        judge(both, {"rank": 1})
    division = load_plan(*write_plan(C003={"supported_if": "1 / rank > 3"}))["C003"]
    with pytest.raises(StudyError, match="cannot be computed"):
        judge(division, {"rank": 0})


def test_another_threshold_gives_another_verdict(write_plan):
    numbers = {"rank": 4}
    assert judge(load_plan(*write_plan())["C003"], numbers) == "inconclusive"
    wider = load_plan(*write_plan(C003={"supported_if": "rank <= 5"}))["C003"]
    assert judge(wider, numbers) == "supported"


@pytest.fixture(scope="module")
def testable():
    if not (CODEBOOK / "claims.csv").is_file():
        pytest.skip("no claims in this checkout")
    return [claim for claim in load_plan().values() if claim.testability != "none"]


@given(data=st.data())
def test_no_numbers_make_both_rules_of_a_claim_of_the_study_hold(testable, data):
    claim = data.draw(st.sampled_from(testable))
    number = st.one_of(st.floats(-1, 1), st.floats(-100, 100))
    counts = st.integers(0, 31).map(float)
    numbers = {
        name: data.draw(
            st.floats(0, 1)
            if name == "p" or name.startswith("p_")
            else counts
            if name in ("n", "count", "rank")
            else number
        )
        for name in claim.statistics
    }
    for low, high in (("low", "high"), ("effect", "effect_high")):
        if low in numbers and high in numbers:
            numbers[low], numbers[high] = sorted((numbers[low], numbers[high]))
    if claim.claim_id == "C045":  # an effect lies inside its own interval
        numbers["effect"] = (numbers["low"] + numbers["high"]) / 2
    scope = numbers | claim.constants
    if claim.family:
        scope["p_adj"] = data.draw(st.floats(0, 1))
    assert decide(claim, scope) in VERDICTS
