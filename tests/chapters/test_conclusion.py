"""The ledger is counted completely and in a fixed order."""

import pandas as pd
import pytest

from nqpf.chapters.conclusion import (
    VERDICTS,
    counts_by_testability,
    most_wanted_data,
    part_of,
    verdict_counts,
)


@pytest.fixture
def ledger():
    return pd.DataFrame(
        {
            "claim_id": ["C1", "C2", "C3", "C4"],
            "part": ["4 Challenges", "1 Introduction", "4 Challenges", "4 Challenges"],
            "testability": ["direct", "none", "none", "proxy"],
            "verdict": ["supported", "not testable here", "not testable here", "contradicted"],
            "data_needed": ["", "patents", "patents", ""],
        }
    )


def test_every_claim_is_counted_once_under_every_verdict(ledger):
    counts = verdict_counts(ledger, "part")
    assert list(counts.columns) == list(VERDICTS)
    assert list(counts.index) == ["4 Challenges", "1 Introduction"]
    assert counts.to_numpy().sum() == len(ledger)
    assert counts.loc["4 Challenges", "supported"] == 1


def test_testability_is_in_the_order_of_strength(ledger):
    counts = counts_by_testability(ledger)
    assert list(counts.index) == ["direct", "proxy", "external evidence only", "none"]
    assert counts.loc["external evidence only"].sum() == 0


def test_data_that_serve_most_claims_come_first(ledger):
    wanted = most_wanted_data(ledger)
    assert wanted.to_dict("records") == [{"data_needed": "patents", "count": 2, "claims": "C2, C3"}]


@pytest.mark.parametrize(
    ("section", "part"),
    [("4.1", "4 Challenges"), ("2", "2 Definition"), ("refs", "Abstract and references")],
)
def test_sections_belong_to_parts(section, part):
    assert part_of(section) == part
