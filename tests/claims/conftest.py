"""A small plan with every kind of claim."""

import csv

import pytest

from nqpf.claims.plan import COLUMNS, load_plan

FILLED = {
    "notebook": "03",
    "sentence": "Something holds in {case}.",
    "testability": "proxy",
    "level": "province",
    "applies": "any",
    "data": "a; b",
    "method": "compare",
    "priority": "B",
}
EFFECT = {
    "statistic": "effect: size; low: lower end; high: upper end; p: p-value; n?: rows",
    "supported_if": "low > 0 and p_adj < 0.05 and effect >= minimum_effect",
    "contradicted_if": "high < 0 and p_adj < 0.05 and effect <= -minimum_effect",
    "family": "first",
    "minimum_effect": "0.2",
}
FIGURE = {
    "statistic": "count: sources; low?: smallest; high?: largest",
    "supported_if": "count >= 1 and abs(low - stated) <= tolerance",
    "contradicted_if": "count >= 1 and stated > high + 2 * tolerance",
    "stated": "70",
    "tolerance": "2.5",
}
RANK = {
    "statistic": "rank: place",
    "supported_if": "rank <= 3",
    "contradicted_if": "rank > 6",
}
UNTESTABLE = {"testability": "none", "level": "none", "data_needed": "Other data."}
ROWS = {
    "C001": EFFECT,
    "C002": EFFECT,
    "C003": RANK,
    "C004": FIGURE,
    "C005": UNTESTABLE,
    "C006": {**RANK, "applies": "Guangdong", "sentence": "It holds in Guangdong."},
    "C007": {**RANK, "notebook": "04"},
    "X001": {
        "statistic": "count: clashes",
        "supported_if": "count > 0",
        "contradicted_if": "count == 0",
    },
}


@pytest.fixture
def write_plan(tmp_path):
    """Write a plan; `changes` replaces cells by claim, None drops the row."""

    def write(**changes):
        rows = []
        for claim_id, cells in ROWS.items():
            change = changes.get(claim_id, {})
            if change is not None:
                rows.append(
                    dict.fromkeys(COLUMNS, "") | FILLED | cells | {"claim_id": claim_id} | change
                )
        path, claims = tmp_path / "claims_plan.csv", tmp_path / "claims.csv"
        for file, columns, content in (
            (path, COLUMNS, rows),
            (claims, ("claim_id",), [{"claim_id": claim_id} for claim_id in ROWS]),
        ):
            with file.open("w", newline="", encoding="utf-8") as handle:
                writer = csv.DictWriter(handle, columns)
                writer.writeheader()
                writer.writerows(content)
        return path, claims

    return write


@pytest.fixture
def plan(write_plan):
    return load_plan(*write_plan())
