"""Chapter 6: the claims of the paper and what became of each."""

import pandas as pd

VERDICTS = (
    "supported",
    "contradicted",
    "inconclusive",
    "internally inconsistent",
    "not testable here",
    "not yet judged",
)
PARTS = {
    "1": "1 Introduction",
    "2": "2 Definition",
    "3": "3 Mechanisms",
    "4": "4 Challenges",
    "5": "5 Strategies",
    "6": "6 Conclusion",
}


def part_of(section: str) -> str:
    """Part of the paper to which a section belongs; front and back matter stand apart.

    Parameters
    ----------
    section : str
        Section as the claims table has it, such as `4.1`, `Abstract` or `refs`.
    """
    return PARTS.get(str(section).split(".")[0], "Abstract and references")


def verdict_counts(ledger: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count verdicts by a column of the ledger.

    Parameters
    ----------
    ledger : DataFrame
        One row per claim with a verdict.
    by : str
        Column whose values become rows, in the order of their first appearance.

    Returns
    -------
    DataFrame
        Rows are the values, columns are all verdicts in their fixed order.
    """
    counts = ledger.groupby([by, "verdict"], sort=False).size().unstack(fill_value=0)
    order = list(dict.fromkeys(ledger[by]))
    return counts.reindex(index=order, columns=list(VERDICTS), fill_value=0)


def counts_by_testability(ledger: pd.DataFrame) -> pd.DataFrame:
    """Count verdicts by how well a claim could be tested, best first.

    Parameters
    ----------
    ledger : DataFrame
        One row per claim with testability and verdict.
    """
    order = ["direct", "proxy", "external evidence only", "none"]
    return verdict_counts(ledger, "testability").reindex(order, fill_value=0)


def most_wanted_data(ledger: pd.DataFrame) -> pd.DataFrame:
    """What data would make untested claims testable.

    Parameters
    ----------
    ledger : DataFrame
        One row per claim with verdict and data_needed.

    Returns
    -------
    DataFrame
        Columns data_needed, claims (ids), count; the data that would serve most claims first.
    """
    open_claims = ledger[ledger["verdict"].isin(["not testable here", "not yet judged"])]
    wanted = open_claims[open_claims["data_needed"].fillna("") != ""]
    grouped = wanted.groupby("data_needed", sort=False)["claim_id"].agg(["size", ", ".join])
    grouped = grouped.rename(columns={"size": "count", "join": "claims"}).reset_index()
    return grouped.sort_values("count", ascending=False, kind="stable")
