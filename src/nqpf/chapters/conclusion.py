"""Chapter 6: the claims of the paper and what became of each."""

import re
from collections.abc import Mapping

import pandas as pd

from nqpf.chapters.wording import quantity
from nqpf.claims.in_words import words_for
from nqpf.errors import StudyError

VERDICTS = (
    "supported",
    "contradicted",
    "inconclusive",
    "internally inconsistent",
    "not testable here",
    "not yet judged",
)
UNTESTED = ("not testable here", "not yet judged")
TESTABILITY = {
    "direct": "measured directly",
    "proxy": "by a stand-in",
    "external evidence only": "against published figures",
    "none": "no data held",
}
PARTS = {
    "Abstract": "Abstract",
    "1": "1 Introduction",
    "2": "2 Definition",
    "3": "3 Mechanisms",
    "4": "4 Challenges",
    "5": "5 Strategies",
    "6": "6 Conclusion",
    "refs": "References",
}
HALLMARK_YEARS = (
    2013,
    2017,
)  # of C112: the index begins with the first, capital ends with the last
HALF = 0.5
DIAGNOSIS = ("C050", "C073", "C086")  # claims that carry the three weaknesses, as C113 counts

# What section 6 concludes, and the claims on which each conclusion rests.
CONCLUSIONS = {
    "essential": ("The forces are essential for manufacturing's development", ("C022", "C023")),
    "elements": (
        "They are a leap of labourers, means and objects of labour",
        ("C005", "C006", "C007", "C008", "C009"),
    ),
    "hallmark": (
        "Their hallmark is productivity; their features are technology, efficiency and quality",
        ("C011", "C013", "C112"),
    ),
    "weaknesses": (
        "Guangdong is weak in structure, coordination of layout and circulation",
        DIAGNOSIS,
    ),
    "remedies": (
        "Talent with capital, coordinated progress and both circulations are the remedy",
        ("C095", "C101", "C103", "C107", "C108", "C109"),
    ),
}

# Kinds of data, recognised by the words of data_needed; a claim may need several kinds.
KINDS_OF_DATA = {
    "records of single firms": r"\bfirms?\b|batch sizes|private investment",
    "patents by class, holder and place": r"patents?\b",
    "input-output tables by province": r"input-output",
    "customs records by product or destination": r"customs|exports by|imports of|export",
    "output by branch and place": r"by branch|producer services",
    "dated policies, projects and openings": r"\bdates\b|\btiming\b|\bpolic(y|ies)\b|pilots",
    "job advertisements and surveys of workers": r"job adv|occupational|of talent",
    "accounts comparable with other countries": r"german|bilateral",
    "counts of publications": r"publications",
}


def part_of(section: str) -> str:
    """Part of the paper to which a section belongs.

    Parameters
    ----------
    section : str
        Section as the claims table has it, such as `4.1`, `Abstract` or `refs`.

    Raises
    ------
    StudyError
        If the paper has no such part.
    """
    first = str(section).split(".")[0]
    if first not in PARTS:
        raise StudyError(f"the paper has no section '{section}'; its parts are {', '.join(PARTS)}")
    return PARTS[first]


def in_readers_words(ledger: pd.DataFrame) -> pd.DataFrame:
    """Add the part of the paper, the way of testing and the key numbers to a ledger.

    Parameters
    ----------
    ledger : DataFrame
        As `nqpf.claims.assemble` returns it.

    Returns
    -------
    DataFrame
        The same rows with the further columns part, tested and key.
    """
    return ledger.assign(
        part=ledger["section"].map(part_of),
        tested=ledger["testability"].map(TESTABILITY),
        key=[key_number(row) for row in ledger.to_dict("records")],
    )


def key_number(row: Mapping) -> str:
    """The numbers of a verdict that a reader asks for first, as one short text.

    Parameters
    ----------
    row : mapping
        Row of the ledger: effect, estimate, low, high, p, p_adj, stated, numbers.

    Returns
    -------
    str
        Empty for a claim without numbers.
    """
    if pd.notna(row["estimate"]):
        is_effect = pd.notna(row["effect"])
        text = f"effect {short(row['effect'])}" if is_effect else _estimate(row)
        adjusted = pd.notna(row["p_adj"])
        p = row["p_adj"] if adjusted else row["p"]
        return text if pd.isna(p) else f"{text}; {'adjusted ' if adjusted else ''}{_p(p)}"
    if pd.notna(row["stated"]):
        return f"stated {short(row['stated'])}, {_found(row['low'], row['high'])}"
    kept = [item.split(" = ") for item in row["numbers"].split("; ") if " = " in item]
    own = [(name, value) for name, value in kept if name not in ("minimum_effect", "tolerance")]
    return "; ".join(f"{words_for(name)} {short(float(value))}" for name, value in own)


def short(value: float) -> str:
    """A number to three significant figures with a true minus sign, `none` where it is missing."""
    if pd.isna(value):
        return "none"
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return text.replace("-", "\N{MINUS SIGN}")


def verdict_counts(ledger: pd.DataFrame, by: str, order: list[str] | None = None) -> pd.DataFrame:
    """Count verdicts by a column of the ledger.

    Parameters
    ----------
    ledger : DataFrame
        One row per claim with a verdict.
    by : str
        Column whose values become rows.
    order : list of str, optional
        Values in order, those of no claim included; by default as they first appear.

    Returns
    -------
    DataFrame
        Rows are the values, columns are all verdicts in their fixed order.
    """
    counts = ledger.groupby([by, "verdict"], sort=False).size().unstack(fill_value=0)
    order = list(dict.fromkeys(ledger[by])) if order is None else order
    return counts.reindex(index=order, columns=list(VERDICTS), fill_value=0)


def counts_by_part(ledger: pd.DataFrame) -> pd.DataFrame:
    """Count verdicts by part of the paper, in the paper's order."""
    return verdict_counts(ledger, "part", list(PARTS.values()))


def counts_by_testability(ledger: pd.DataFrame) -> pd.DataFrame:
    """Count verdicts by how a claim could be tested, best first."""
    return verdict_counts(ledger, "tested", list(TESTABILITY.values()))


def totals(ledger: pd.DataFrame) -> dict[str, int]:
    """How many claims there are, how many were judged by data, and each verdict's number."""
    counts = ledger["verdict"].value_counts().reindex(list(VERDICTS), fill_value=0)
    names = ("supported", "contradicted", "inconclusive", "inconsistent", "not_testable", "not_yet")
    return {
        "claims": len(ledger),
        "of_paper": int((~_about_the_text(ledger)).sum()),
        "alleged": int(_about_the_text(ledger).sum()),
        "judged": int((~ledger["verdict"].isin(UNTESTED)).sum()),
        **{name: int(count) for name, count in zip(names, counts, strict=True)},
    }


def overturning(ledger: pd.DataFrame) -> pd.DataFrame:
    """Contradicted claims with what would overturn the verdict; one row says so if there is none.

    An alleged inconsistency that does not hold speaks for the paper and is not among them.

    Returns
    -------
    DataFrame
        Columns claim_id, claim, key, what_would_overturn, exhibit.
    """
    columns = ["claim_id", "claim", "key", "what_would_overturn", "exhibit"]
    against = (ledger["verdict"] == "contradicted") & ~_about_the_text(ledger)
    found = ledger.loc[against, columns]
    if found.empty:
        found = pd.DataFrame([["none", "No claim is contradicted.", "", "", ""]], columns=columns)
    return found.reset_index(drop=True)


def inconsistencies(ledger: pd.DataFrame) -> pd.DataFrame:
    """The paper's statements that were checked against each other, with what came out."""
    return ledger[_about_the_text(ledger)].reset_index(drop=True)


def kinds_needed(data_needed: str) -> list[str]:
    """Kinds of data that a description of needed data names; `other` where it names none."""
    found = [kind for kind, words in KINDS_OF_DATA.items() if re.search(words, data_needed.lower())]
    return found or ["other"]


def wanted_kinds(ledger: pd.DataFrame) -> pd.DataFrame:
    """Kinds of data by how many untested claims each would help to test.

    Parameters
    ----------
    ledger : DataFrame
        One row per claim with verdict and data_needed.

    Returns
    -------
    DataFrame
        Columns label, value (claims), claims (ids); the most wanted first. A claim that needs two
        kinds counts under both.
    """
    wanted = _untested(ledger)
    rows = [
        (kind, row.claim_id)
        for row in wanted.itertuples()
        for kind in kinds_needed(row.data_needed)
    ]
    kinds = pd.DataFrame(rows, columns=["label", "claim_id"])
    grouped = kinds.groupby("label", sort=False)["claim_id"].agg(value="size", claims=", ".join)
    return grouped.reset_index().sort_values("value", ascending=False, kind="stable")


def wanted_data(ledger: pd.DataFrame) -> pd.DataFrame:
    """Untested claims with the data that would test them, the most wanted first.

    Returns
    -------
    DataFrame
        Columns claim_id, claim, data_needed, serves (untested claims that share its most wanted
        kind of data), priority.
    """
    kinds = wanted_kinds(ledger).set_index("label")["value"]
    wanted = _untested(ledger)
    serves = wanted["data_needed"].map(lambda text: int(kinds[kinds_needed(text)].max()))
    table = wanted.assign(serves=serves.astype(int))
    table = table[["claim_id", "claim", "data_needed", "serves", "priority"]]
    return table.sort_values(["serves", "priority"], ascending=[False, True], kind="stable")


def diagnosed(verdicts: Mapping) -> bool:
    """Whether all claims of the diagnosis have a verdict, so that C113 can be judged."""
    return all(claim in verdicts for claim in DIAGNOSIS)


def hallmark(productivity: pd.DataFrame, scores: pd.Series) -> pd.DataFrame:
    """Yearly growth of productivity beside the yearly change of the index, all units.

    Parameters
    ----------
    productivity : DataFrame
        Column growth (% over the year before), indexed by unit and year.
    scores : Series
        Index, indexed by unit and year.

    Returns
    -------
    DataFrame
        Columns unit, x (mean yearly change of the index, points), y (mean yearly growth, %); units
        that miss a year of `HALLMARK_YEARS` are left out.

    Raises
    ------
    StudyError
        If no unit has all years, as when the index begins later.
    """
    first, last = HALLMARK_YEARS
    years = list(range(first + 1, last + 1))
    growth = productivity["growth"].unstack("year").reindex(columns=years)
    change = scores.unstack("year").reindex(columns=[first, *years]).diff(axis=1)[years]
    table = pd.DataFrame(
        {"x": change.mean(axis=1, skipna=False), "y": growth.mean(axis=1, skipna=False)}
    ).dropna()
    if table.empty:
        raise StudyError(
            f"C112 needs index and productivity of every year from {first} to {last}, and no unit "
            f"has them; let province_years cover these years"
        )
    return table.rename_axis("unit").reset_index()


def hallmark_of(table: pd.DataFrame, case: str) -> dict[str, float]:
    """Numbers that the rule of C112 asks for, and where the case stands.

    Parameters
    ----------
    table : DataFrame
        As `hallmark` returns it.
    case : str
        Province studied.

    Returns
    -------
    dict
        value (mean yearly growth of productivity, %) and trend (mean yearly change of the index).

    Raises
    ------
    StudyError
        If the case is not in the table.
    """
    own = table[table["unit"] == case]
    if own.empty:
        raise StudyError(
            f"{case} lacks index or productivity in {HALLMARK_YEARS}; see its coverage"
        )
    return {"value": float(own["y"].iloc[0]), "trend": float(own["x"].iloc[0])}


def caution(table: pd.DataFrame) -> str:
    """What a common direction of productivity says about its measure.

    Parameters
    ----------
    table : DataFrame
        As `hallmark` returns it.
    """
    if (table["y"] < 0).mean() > HALF:
        return (
            "Where productivity falls in most provinces at once, the measure is in doubt as well: "
            "a frontier that may weigh capital alone counts fast accumulation as a loss, and "
            "growth accounting with fixed shares need not agree."
        )
    return "The measure covers the whole economy; manufacturing alone may differ."


def cleared_read(checked: pd.DataFrame) -> str:
    """How many alleged inconsistencies do not hold, in one sentence.

    Parameters
    ----------
    checked : DataFrame
        As `inconsistencies` returns it.
    """
    cleared = int((checked["verdict"] == "contradicted").sum())
    if not cleared:
        return "None of the contradicted is an inconsistency that was alleged and does not hold."
    verb = (
        "is an alleged inconsistency that does"
        if cleared == 1
        else ("are alleged inconsistencies that do")
    )
    return f"Of the contradicted, {cleared} {verb} not hold, which speaks for the paper."


def diagnosis_read(verdicts: Mapping) -> str:
    """The verdict on C113 and what it rests on, in one sentence.

    Parameters
    ----------
    verdicts : mapping of str to Verdict
        Verdicts of this notebook by claim.
    """
    if "C113" not in verdicts:
        return "C113 waits for the verdicts that it counts."
    verdict = verdicts["C113"]
    if not verdict.numbers:
        return f"C113 is *{verdict.verdict}*, for it is about Guangdong alone."
    yes, no = (int(verdict.numbers[f"count_{word}"]) for word in ("supported", "contradicted"))
    return (
        f"Of the {quantity(len(DIAGNOSIS))} claims that carry the diagnosis {quantity(yes)} came "
        f"out supported and {quantity(no)} contradicted, so that C113 is *{verdict.verdict}*."
    )


def restated(ledger: pd.DataFrame) -> pd.DataFrame:
    """The conclusions of the paper with the claims on which each rests.

    Parameters
    ----------
    ledger : DataFrame
        With the columns of `in_readers_words`.

    Returns
    -------
    DataFrame
        Columns name, conclusion, claim_id, claim, verdict, key.
    """
    rows = ledger.set_index("claim_id")
    return pd.DataFrame(
        [
            {
                "name": name,
                "conclusion": sentence,
                "claim_id": claim,
                **rows.loc[claim, ["claim", "verdict", "key"]].to_dict(),
            }
            for name, (sentence, claims) in CONCLUSIONS.items()
            for claim in claims
        ]
    )


def readings(table: pd.DataFrame) -> dict[str, str | int]:
    """What is left of each conclusion, in words chosen by its verdicts.

    Parameters
    ----------
    table : DataFrame
        As `restated` returns it.

    Returns
    -------
    dict
        By name of the conclusion a phrase; by name with _claims how many claims, with _supported
        and _contradicted how many of them, in words.
    """
    found: dict[str, str | int] = {}
    for name, rows in table.groupby("name", sort=False):
        words = list(rows["verdict"])
        yes, no = words.count("supported"), words.count("contradicted")
        found |= {
            str(name): reading(words),
            f"{name}_claims": len(words),
            f"{name}_supported": quantity(yes),
            f"{name}_contradicted": quantity(no),
        }
    return found


def reading(verdicts: list[str]) -> str:
    """Phrase for what a list of verdicts leaves of a statement."""
    yes, no = verdicts.count("supported"), verdicts.count("contradicted")
    if set(verdicts) <= set(UNTESTED):
        return "could not be tested"
    if yes and no:
        return "is borne out in part and contradicted in part"
    if max(yes, no) == len(verdicts):
        return "is borne out" if yes else "is contradicted"
    if no:
        return "is contradicted in part and otherwise left open"
    return "is borne out in part and otherwise left open" if yes else "is left open"


def _about_the_text(ledger: pd.DataFrame) -> pd.Series:
    """Rows that hold two statements of the paper against each other."""
    return ledger["claim_id"].str.startswith("X")


def _untested(ledger: pd.DataFrame) -> pd.DataFrame:
    """Claims that no data held can judge in any province."""
    return ledger[(ledger["testability"] == "none") & (ledger["data_needed"] != "")]


def _estimate(row: Mapping) -> str:
    return f"estimate {short(row['estimate'])} [{short(row['low'])}, {short(row['high'])}]"


def _found(low: float, high: float) -> str:
    if pd.isna(low):
        return "nothing that counts found"
    return f"found {short(low)}" + (f" to {short(high)}" if high != low else "")


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
