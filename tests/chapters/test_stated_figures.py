"""The paper's figures and what was found: never mixed, each with its source."""

import pytest

from nqpf.chapters import stated_figures
from nqpf.claims import load_plan, open_ledger
from nqpf.data import load_table
from nqpf.errors import StudyError

KINDS = {"stated": "fig-04-1-a", "X": "fig-04-2-b"}


@pytest.fixture
def ledger(tmp_path):
    return open_ledger("04_challenges", "default", tmp_path)


@pytest.fixture
def judged(ledger):
    return stated_figures.judge_published(ledger, load_plan(), KINDS, "tab-04-1-c")


def test_claims_of_published_figures_get_the_exhibit_of_their_kind(ledger, judged):
    verdicts = ledger.verdicts
    assert verdicts["C048"].exhibit == "fig-04-1-a"
    assert verdicts["X001"].exhibit == "fig-04-2-b"
    assert verdicts["C056"].exhibit == "tab-04-1-c"
    assert set(judged) == set(verdicts)
    assert "C043" not in judged  # has to be estimated
    assert "X007" not in judged  # has to be computed


def test_another_province_judges_only_what_applies_to_any(tmp_path):
    ledger = open_ledger("04_challenges", "jiangsu", tmp_path, case="Jiangsu")
    judged = stated_figures.judge_published(ledger, load_plan(), KINDS, "tab-04-1-c")
    assert "C059" in judged
    assert "C048" not in judged


def test_strips_hold_the_plan_and_the_range_found(ledger, judged):
    table = stated_figures.strips(load_plan(), ledger.verdicts).set_index("claim_id")
    assert len(table) == 14
    row = table.loc["C061"]  # stated 78; found 66.1, 72.4 and 73
    assert (row["stated"], row["found_low"], row["found_high"]) == (78, 66.1, 73)
    assert (row["tolerance"], row["verdict"]) == (1.5, "contradicted")
    assert table.loc["C063", "found"] == 0
    assert table.loc["C063", "verdict"] == "inconclusive"
    assert judged


def test_strips_need_a_verdict():
    with pytest.raises(StudyError, match="judge them first"):
        stated_figures.strips(load_plan(), {})


def test_sources_tell_the_paper_from_the_others():
    table = stated_figures.sources_of(["X002", "C056"])
    assert table.columns[0] == "claim_id"
    assert set(table.loc[table["claim_id"] == "X002", "kind"]) == {"paper"}
    assert set(table.loc[table["claim_id"] == "C056", "kind"]) == {"evidence"}
    assert (table["source"] != "").all()


def test_documents_add_the_series_of_places_where_the_study_has_them():
    figures = load_table("city_figures")
    without = stated_figures.documents(["C056"], figures, with_places=False)
    assert set(without["claim_id"]) == {"C056"}
    table = stated_figures.documents(["C056"], figures, with_places=True)
    assert set(table["claim_id"]) == {"C056", "C052", "C087"}
    places = {what.split(":")[0] for what in table.loc[table["claim_id"] != "C056", "what"]}
    assert places == set(stated_figures.PLACES)
    series = table[(table["claim_id"] == "C052") & table["what"].str.startswith("Shenzhen")]
    assert series["value"].tolist() == [37.0, 37.7, 39.6, 41.9]
    assert not series["what"].str.contains("SEI").any()
    assert (without["source"] == "data/raw/international.csv").all()
    assert not table["source"].str.contains(" ; ").any()
    assert (table["source"] != "").all()


@pytest.mark.parametrize(
    ("period", "middle"),
    [("2023", 2023.5), ("2020-2024", 2022.5), ("2024H1", 2024.25), ("2024Q1-Q3", 2024.375)],
)
def test_middle_of_a_period(period, middle):
    assert stated_figures.middle_of(period) == pytest.approx(middle)


def test_shares_over_time_keep_three_kinds_apart(ledger, judged):
    table, shown = stated_figures.shares_over_time(ledger.verdicts, load_table("city_figures"))
    assert shown == list(stated_figures.SHARES)
    assert set(table["kind"]) == {"stated", "counted", "context"}
    stated = table[table["kind"] == "stated"].set_index("claim_id")["value"]
    plan = load_plan()
    assert stated.to_dict() == {one: plan[one].constants["stated"] for one in shown}
    assert set(table.loc[table["kind"] == "stated", "source"]) == {"the paper"}
    assert "the paper" not in set(table.loc[table["kind"] != "stated", "source"])
    counted = table[table["kind"] == "counted"].groupby("claim_id").size()
    for claim_id, count in counted.items():
        assert count == ledger.verdicts[claim_id].numbers["count"]
    assert not table.duplicated(["claim_id", "kind", "value", "period"]).any()
    assert judged


def test_shares_without_a_verdict_are_left_out():
    table, shown = stated_figures.shares_over_time({}, load_table("city_figures"))
    assert shown == []
    assert table.empty


def test_the_band_counts_the_united_states_and_the_27_members():
    table = stated_figures.producer_services(load_table("international"))
    counted = table[table["counted"]]
    assert len(counted) == 28
    assert set(stated_figures.OUTSIDE_BAND) == set(table.loc[~table["counted"], "iso3"])
    band = stated_figures.inside_band(table)
    assert band["n"] == 28
    # data/codebook/evidence.csv, C065: one of 28 by the core list and eight by the widest
    assert band["share_core"] * 28 == pytest.approx(1)
    assert band["share_wide"] * 28 == pytest.approx(8)


def test_every_economy_has_a_name_and_a_wider_definition_holds_more():
    table = stated_figures.producer_services(load_table("international"))
    assert not table["label"].isin(table["iso3"]).any()
    assert (table["wide"] > table["core"]).all()
    assert set(table["year"]) == {2000}
