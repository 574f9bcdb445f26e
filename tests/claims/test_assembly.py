import pytest

from nqpf.claims import assemble, load_plan, open_ledger, require_complete
from nqpf.errors import StudyError
from nqpf.paths import CODEBOOK

pytestmark = pytest.mark.skipif(
    not (CODEBOOK / "claims.csv").is_file(), reason="no claims in this checkout"
)


@pytest.fixture(scope="module")
def plan():
    return load_plan()


def test_the_ledger_has_every_claim(plan, tmp_path):
    ledger = assemble("default", plan=plan, folder=tmp_path)
    assert list(ledger["claim_id"]) == list(plan)
    assert set(ledger["verdict"]) == {"not yet judged"}
    with pytest.raises(StudyError, match=r"128 have none: C001 \(notebook 01\)"):
        require_complete(ledger)


def test_verdicts_of_notebooks_stand_beside_the_one_that_asks(plan, tmp_path):
    first = open_ledger("01_introduction_and_data", "default", tmp_path, plan=plan)
    first.judge("C001", exhibit="fig-01-1-a", rank_digital=4, rank_material=5, n=31)
    first.save()
    last = open_ledger("06_conclusion", "default", tmp_path, plan=plan)
    last.judge("X014", exhibit="tab-06-1-a", **last.published("X014"))
    ledger = assemble("default", last, plan=plan, folder=tmp_path).set_index("claim_id")
    assert ledger.at["C001", "verdict"] == "supported"
    assert ledger.at["C001", "numbers"] == "rank_digital = 4; rank_material = 5; n = 31"
    assert ledger.at["C002", "verdict"] == "not testable here"
    assert ledger.at["X014", "verdict"] == "internally inconsistent"
    assert ledger.at["C112", "verdict"] == "not yet judged"


def test_a_notebooks_last_run_gives_way_to_its_new_one(plan, tmp_path):
    old = open_ledger("06_conclusion", "default", tmp_path, plan=plan)
    old.judge("X014", exhibit="tab-06-1-a", count=0)
    old.save()
    new = open_ledger("06_conclusion", "default", tmp_path, plan=plan)
    new.judge("X014", exhibit="tab-06-1-a", count=1)
    ledger = assemble("default", new, plan=plan, folder=tmp_path).set_index("claim_id")
    assert ledger.at["X014", "verdict"] == "internally inconsistent"


def test_provinces_are_not_mixed(plan, tmp_path):
    for notebook, case in (("01_introduction_and_data", "Guangdong"), ("03_x", "Jiangsu")):
        open_ledger(notebook, "default", tmp_path, case=case, plan=plan).save()
    with pytest.raises(StudyError, match="Guangdong, Jiangsu stand together"):
        assemble("default", plan=plan, folder=tmp_path)


def test_a_ledger_without_gaps_is_complete(plan, tmp_path):
    ledger = assemble("default", plan=plan, folder=tmp_path).assign(verdict="supported")
    assert require_complete(ledger) is None
