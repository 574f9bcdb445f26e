"""Chapter 4.5: where the paper's own statements clash, as numbers side by side."""

from collections.abc import Callable, Mapping

import pandas as pd

from nqpf.chapters.circulation import spoken
from nqpf.claims import PlannedClaim, Verdict
from nqpf.claims.evidence import figures as figures_of
from nqpf.report.numbers import MINUS, number

Numbers = Mapping[str, float]
Clash = tuple[float, float, float, str, str, bool]


def _clash(said: float, against: float | tuple[float, float], words: str, other: str,
           outside: bool = False) -> Clash:  # fmt: skip
    """What is said, the range set against it, both in words, and whether that was found outside."""
    low, high = against if isinstance(against, tuple) else (against, against)
    values = {"said": _short(said), "low": _short(low), "high": _short(high)}
    return said, low, high, words.format(**values), other.format(**values), outside


CLASHES: dict[str, Callable[[Numbers], Clash]] = {
    "X001": lambda n: _clash(
        n["value"], (n["lower"], n["upper"]), "the Union has {said}%",
        "the range is {low} to {high}%",
    ),
    "X002": lambda n: _clash(
        n["value"], n["reference"], "Guangzhou has {said}%", "the Union, held up to it, {low}%"
    ),
    "X003": lambda n: _clash(
        n["upper"] * n["services"] / 100, n["found"], "upper end implies {said}% of GDP",
        "most found is {low}%", True,
    ),
    "X004": lambda n: _clash(
        n["count"], 1, "{said} bases and years", "a comparison needs {low}", True
    ),
    "X005": lambda n: _clash(
        n["value"], n["reference"], "Shenzhen has {said}% finance",
        "the higher of two yardsticks is {low}%", True,
    ),
    "X006": lambda n: _clash(
        n["count"], 0, "{said} figures cited to another city's bureau", "expected {low}", True
    ),
    "X007": lambda n: _clash(
        0, n["share"], "read as manufacturing throughout", "one service cluster has {low}%", True
    ),
    "X008": lambda n: _clash(n["count"], 2, "{said} year per city", "a trend needs {low}", True),
    "X009": lambda n: _clash(n["count"], 0, "{said} city in two groups", "expected {low}", True),
    "X010": lambda n: _clash(
        n["count"], 0, "{said} high-tech goods called traditional", "expected {low}", True
    ),
    "X011": lambda n: _clash(
        100 + n["fall"], (100 + n["rise"]) * (100 + n["fall"]) / 100,
        "{said}% of the year before", "{low}% of the year before that", True,
    ),
}  # fmt: skip


def clashes(plan: Mapping[str, PlannedClaim], verdicts: Mapping[str, Verdict]) -> pd.DataFrame:
    """Alleged inconsistencies as pairs of numbers, for `charts.clash_strips`.

    Parameters
    ----------
    plan : mapping of str to PlannedClaim
        What is alleged.
    verdicts : mapping of str to Verdict
        With the numbers that the rules were given; claims without a verdict are left out.

    Returns
    -------
    DataFrame
        Columns claim_id, label, said, against_low, against_high, said_words, against_words,
        outside (whether what is set against is not the paper's), verdict.
    """
    rows = []
    for claim_id, pair in CLASHES.items():
        if claim_id not in verdicts:
            continue
        verdict = verdicts[claim_id]
        said, low, high, words, other, outside = pair(verdict.numbers)
        rows.append((claim_id, plan[claim_id].sentence.rstrip("."), said, low, high, words, other,
                     outside, verdict.verdict))  # fmt: skip
    columns = ["claim_id", "label", "said", "against_low", "against_high", "said_words",
               "against_words", "outside", "verdict"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def inconsistencies(
    plan: Mapping[str, PlannedClaim], verdicts: Mapping[str, Verdict]
) -> pd.DataFrame:
    """Alleged inconsistencies, what the paper says, what others say, and whether it holds.

    Returns
    -------
    DataFrame
        Columns claim_id, claim, words (the two numbers as a reader would say them), paper,
        elsewhere (what the rule was given, by the rule's names), verdict.
    """
    rows = []
    for claim_id, verdict in sorted(verdicts.items()):
        if not plan[claim_id].is_inconsistency:
            continue
        table = figures_of(claim_id)
        said = {kind: _listed(part) for kind, part in table.groupby("kind")}
        computed = set(verdict.numbers) - set(table["name"]) - set(plan[claim_id].constants)
        elsewhere = [said.get("evidence", "")]
        elsewhere += [f"{name} {number(verdict.numbers[name])}" for name in sorted(computed)]
        rows.append(
            {
                "claim_id": claim_id,
                "claim": plan[claim_id].sentence,
                "words": "; ".join(CLASHES[claim_id](verdict.numbers)[3:5]),
                "paper": said.get("paper", "") or "-",
                "elsewhere": "; ".join(filter(None, elsewhere)) or "-",
                "verdict": verdict.verdict,
            }
        )
    return pd.DataFrame(
        rows, columns=["claim_id", "claim", "words", "paper", "elsewhere", "verdict"]
    )


def _listed(table: pd.DataFrame) -> str:
    return "; ".join(
        f"{row['name']} {_plain(row['value'])}{_unit(row['unit'])}"
        + (f" ({spoken(row['year'])})" if row["year"] else "")
        for row in table.to_dict("records")
    )


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", MINUS)


def _unit(unit: str) -> str:
    return unit if unit.startswith("%") else f" {unit}".rstrip()


def _short(value: float) -> str:
    return number(round(float(value), 1), 0 if float(round(value, 1)).is_integer() else 1)
