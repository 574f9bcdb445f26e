import math

import pytest

from nqpf.claims.evidence import figures, numbers_of
from nqpf.claims.ledger import open_ledger
from nqpf.claims.plan import load_plan
from nqpf.errors import StudyError
from nqpf.paths import CODEBOOK


@pytest.fixture
def table(tmp_path):
    def write(*rows):
        path = tmp_path / "claims_numbers.csv"
        head = "claim_id,kind,name,value,unit,year,source,note\n"
        path.write_text(head + "".join(f"{row},%,2023,somewhere,\n" for row in rows), "utf-8")
        return path

    return write


def test_figures_found_become_a_range(plan, table):
    path = table("C004,evidence,found,58.4", "C004,evidence,found,43.2", "C003,evidence,rank,2")
    assert numbers_of(plan["C004"], path) == {"count": 2, "low": 43.2, "high": 58.4}
    assert numbers_of(plan["C003"], path) == {"rank": 2}
    assert list(figures("C004", path)["source"]) == ["somewhere"] * 2


def test_nothing_found_is_a_count_of_none(plan, table):
    numbers = numbers_of(plan["C004"], table())
    assert numbers["count"] == 0
    assert math.isnan(numbers["low"])
    assert math.isnan(numbers["high"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["C003,evidence,rank,2", "C003,evidence,rank,3"], "has 'rank' twice"),
        (["C003,evidence,place,2"], "without need; it needs rank"),
        (["C003,evidence,rank,second"], "a value of C003 is not a number"),
    ],
)
def test_a_bad_figure_is_named(plan, table, rows, message):
    with pytest.raises(StudyError, match=message):
        numbers_of(plan["C003"], table(*rows))


def test_an_absent_table_is_named(plan, tmp_path):
    with pytest.raises(StudyError, match="expected the table of figures"):
        numbers_of(plan["C003"], tmp_path / "absent.csv")


@pytest.mark.skipif(not (CODEBOOK / "claims.csv").is_file(), reason="no claims in this checkout")
class TestTheStudysFigures:
    def test_every_figure_is_one_that_a_rule_needs(self):
        plan = load_plan()
        used = [claim_id for claim_id, claim in plan.items() if numbers_of(claim)]
        assert {"C048", "C060", "C065", "X001"} - {"C065"} <= set(used)

    def test_the_paper_contradicts_itself_on_the_european_share(self):
        ledger = open_ledger("04_challenges", "default")
        verdict = ledger.judge("X001", exhibit="fig-04-1-x", **ledger.published("X001"))
        assert verdict.verdict == "internally inconsistent"

    def test_a_figure_that_no_source_gives_is_inconclusive(self):
        ledger = open_ledger("04_challenges", "default")
        verdict = ledger.judge("C090", exhibit="fig-04-1-x", **ledger.published("C090"))
        assert verdict.verdict == "inconclusive"
