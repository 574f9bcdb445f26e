"""Appendix 1: facts follow the numbers, and small numbers stay readable."""

import pandas as pd
import pytest

from nqpf.chapters import validation_shown as shown
from nqpf.validation.comparison import compare_numbers, summarise
from nqpf.validation.designs import DESIGNS, HARD_DESIGNS
from nqpf.validation.engine import METHODS
from nqpf.validation.size import ALPHA


@pytest.fixture(scope="module")
def numbers():
    return compare_numbers()


def shares(designs, value=0.05):
    rows = [(d.name, 0.0, m, value, value - 0.01, value + 0.01) for d in designs for m in METHODS]
    return pd.DataFrame(rows, columns=["design", "effect", "method", "share", "low", "high"])


def found(**changed):
    """Three estimators found to be right, and a scenario."""
    table = pd.DataFrame(
        {
            "name": ["a", "b", "c", "scenario, chain"],
            "bias_t": [0.5, -1.0, 2.9, 0.0],
            "coverage": [0.95, 0.94, 0.96, 0.92],
            "coverage_low": 0.9,
            "coverage_high": 0.97,
            "replications": 200,
        }
    )
    return table.assign(**changed)


def test_facts_of_published_numbers_count_and_name_what_is_outside(numbers):
    facts = shown.published_facts(summarise(numbers), numbers)
    assert (facts["checks"], facts["numbers"], facts["inside"]) == (26, 97, 97)
    assert facts["outside_names"] == "none"
    assert facts["grunfeld_t"] > 7
    assert facts["grunfeld_p"] == 52 / 1024
    wrong = numbers.assign(inside=numbers["check"] != "moran")
    facts = shown.published_facts(summarise(wrong), wrong)
    assert facts["outside_names"] == "Moran's I"
    assert facts["inside"] == 95


def test_small_and_large_numbers_are_readable(numbers):
    table = shown.published_table(summarise(numbers)).set_index("check")
    assert table.loc["wild_exact", "differences"] == "0\n1e−12"
    assert table.loc["pooled", "values"] == "−42.7144\n−42.7144"
    assert table.loc["krugman", "values"] == "2\n2"
    assert table.loc["mediation", "differences"] == "7e−03\n1e−02"
    assert table.loc["crv3", "estimator"].split("\n")[1] == "crv3"
    assert table.loc["theil", "estimator"].split("\n")[1] == "theil_l, theil_t"
    assert table.loc["crv3", "against"].split("\n")[1] == "Grunfeld, 10 firms"
    assert table.loc["crv3", "which"] == "se value\nworst of 2"
    assert table.loc["krugman", "which"] == "K"


def test_checks_of_one_kind_stand_together(numbers):
    kinds = shown.published_table(summarise(numbers))["kind"]
    assert kinds.drop_duplicates().tolist() == shown.KINDS
    assert (kinds != kinds.shift()).sum() == len(shown.KINDS)


def test_size_facts_read_the_right_cells():
    table = shares(DESIGNS)
    giants = table["design"] == DESIGNS[1].name
    table.loc[giants & (table["method"] == "CRV1, t(G−1)"), "share"] = 0.25
    table.loc[giants & (table["method"] == shown.WILD), "share"] = 0.06
    facts = shown.size_facts(table)
    assert facts["crv1_giants"] == pytest.approx(25)
    assert facts["crv1_alike"] == pytest.approx(5)
    assert (facts["wild_least"], facts["wild_most"]) == (pytest.approx(5), pytest.approx(6))
    assert facts["noise"] == pytest.approx(1)


def test_hard_facts_read_the_right_cells():
    table = shares(HARD_DESIGNS)
    for number, design in enumerate(HARD_DESIGNS):
        rows = (table["design"] == design.name) & (table["method"] == shown.WILD)
        table.loc[rows, "share"] = number / 10
    facts = shown.hard_facts(table)
    names = ["wild_weak", "wild_strong", "wild_movers", "wild_nine"]
    assert [facts[name] for name in names] == pytest.approx([0, 10, 20, 30])
    assert facts["both_strong"] == pytest.approx(5)


def power(reaches):
    rows = [
        (d.name, e, shown.WILD, ALPHA + (reaches - ALPHA) * e / max(shown.EFFECTS))
        for d in DESIGNS
        for e in shown.EFFECTS
    ]
    return pd.DataFrame(rows, columns=["design", "effect", "method", "share"])


def test_power_is_read_at_the_plans_smallest_effect():
    facts = shown.power_facts(power(0.95), moves=0.15)
    assert facts["slope_smallest"] == pytest.approx(0.03, rel=0.01)
    assert facts["power_smallest"] == pytest.approx(100 * (0.05 + 0.9 * 0.03 / 0.6), rel=0.01)
    assert facts["found_giants"] == pytest.approx(0.5)
    assert facts["found_plan"] == pytest.approx(0.5 / 0.15 / 1.25**0.5)
    weak = shown.power_facts(power(0.5), moves=0.15)
    assert weak["found_giants"] is None
    assert weak["found_plan"] is None


def test_biased_estimators_and_short_intervals_are_named():
    facts = shown.recovery_facts(found())
    assert (facts["biased"], facts["short"], facts["recovered"]) == ("none", "none", 4)
    assert (facts["scenario_covered"], facts["scenario_panels"]) == (pytest.approx(92), 200)
    assert facts["scenario_low"] <= 92 <= facts["scenario_high"]
    promised = "agrees with" if facts["scenario_high"] >= 95 else "is less than"
    assert facts["scenario_reading"].startswith(promised)
    facts = shown.recovery_facts(found(bias_t=[5, -4, 0, 0], coverage=[0.95, 0.95, 0.8, 0.92]))
    assert facts["biased"] == "*a* and *b*"
    assert facts["short"] == "*c*"


def test_recovered_truths_stand_in_one_table_with_their_coverage():
    table = shown.recovery_table(found().iloc[:3], found().iloc[3:])
    assert len(table) == 4
    assert table["covered"].iloc[0] == "95 [90, 97]"


def test_overlap_is_shown_in_per_cent():
    table = pd.DataFrame({"index": ["full", "purged"], "share": [0.25, 0.05],
                          "low": [0.24, 0.04], "high": [0.26, 0.06]})  # fmt: skip
    assert shown.overlap_facts(table) == {"overlap_full": 25.0, "overlap_purged": 5.0}
    assert shown.overlap_bars(table)["value"].tolist() == [25.0, 5.0]
