"""The whole ledger: every claim of the paper with what became of it."""

import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from nqpf.claims.in_words import numbers_as_text
from nqpf.claims.ledger import Ledger
from nqpf.claims.plan import PAPER_CASE, PlannedClaim, load_plan
from nqpf.claims.record import Verdict, read_verdicts, verify
from nqpf.claims.rules import NOT_YET
from nqpf.data import load_codebook
from nqpf.errors import StudyError

SHOWN = ("effect", "estimate", "low", "high", "p", "p_adj", "value", "stated")
FROM_CLAIMS = ("section", "kind", "paraphrase", "paper_ref")


def assemble(
    study: str,
    current: Ledger | None = None,
    *,
    plan: Mapping[str, PlannedClaim] | None = None,
    folder: Path | None = None,
) -> pd.DataFrame:
    """Put the verdicts of all notebooks beside the claims of the paper.

    Parameters
    ----------
    study : str
        Name of the parameter file, without its ending.
    current : Ledger, optional
        Ledger of the notebook that asks; its verdicts stand for those of its last run.
    plan : Mapping of str to PlannedClaim, optional
        The plan; read from its table by default.
    folder : Path, optional
        Where the verdicts are; the study's own by default.

    Returns
    -------
    DataFrame
        One row per claim in the paper's order: claim_id, section, kind, paraphrase, paper_ref,
        claim (our sentence), notebook, testability, level, applies, priority, data, method,
        verdict, the numbers most asked for (missing where a rule has none), numbers (all, as
        text), family, supported_if, contradicted_if, exhibit, cell, judged_in (notebook and
        cell), note, what_would_overturn,
        data_needed. A claim without a verdict is 'not yet judged'.

    Raises
    ------
    StudyError
        If a stored verdict does not follow from its rule.
    """
    plan = load_plan() if plan is None else plan
    verdicts = read_verdicts(study, plan, folder, without=current and current.notebook)
    if current is not None:
        verify(current.verdicts.values(), plan, current.notebook)
        verdicts |= current.verdicts
    case = _case(verdicts, current)
    claims = load_codebook("claims").set_index("claim_id")
    rows = []
    for claim in plan.values():
        of_paper = {name: claims.at[claim.claim_id, name] for name in FROM_CLAIMS}
        rows.append(_row(claim, of_paper, verdicts.get(claim.claim_id), case))
    return pd.DataFrame(rows)


def require_complete(ledger: pd.DataFrame) -> None:
    """Refuse a ledger with a claim that nothing has judged.

    Parameters
    ----------
    ledger : DataFrame
        As `assemble` returns it.

    Raises
    ------
    StudyError
        Naming the claims and their notebooks.
    """
    waiting = ledger[ledger["verdict"] == NOT_YET]
    if len(waiting):
        named = ", ".join(
            f"{row.claim_id} (notebook {row.notebook})" for row in waiting.itertuples()
        )
        raise StudyError(f"every claim needs a verdict, but {len(waiting)} have none: {named}")


def _case(verdicts: Mapping[str, Verdict], current: Ledger | None) -> str:
    """The one province of all verdicts."""
    cases = {verdict.case for verdict in verdicts.values()}
    if current is not None:
        cases.add(current.case)
    if len(cases) > 1:
        raise StudyError(
            f"verdicts of {', '.join(sorted(cases))} stand together; build the study again"
        )
    return cases.pop() if cases else PAPER_CASE


def _row(
    claim: PlannedClaim, of_paper: dict[str, str], verdict: Verdict | None, case: str
) -> dict[str, object]:
    numbers = verdict.numbers if verdict else {}
    return {
        "claim_id": claim.claim_id,
        **of_paper,
        "claim": claim.sentence_for(case),
        "notebook": claim.notebook,
        "testability": claim.testability,
        "level": claim.level,
        "applies": claim.applies,
        "priority": claim.priority,
        "data": claim.data,
        "method": claim.method,
        "verdict": verdict.verdict if verdict else NOT_YET,
        **{name: numbers.get(name, math.nan) for name in SHOWN},
        "numbers": numbers_as_text(numbers),
        "family": claim.family,
        "supported_if": claim.supported_if,
        "contradicted_if": claim.contradicted_if,
        "exhibit": (verdict.exhibit or "") if verdict else "",
        "cell": (verdict.cell or "") if verdict else "",
        "judged_in": f"{claim.notebook}: {verdict.cell}" if verdict and verdict.cell else "",
        "note": verdict.note if verdict else "",
        "what_would_overturn": claim.what_would_overturn,
        "data_needed": claim.data_needed,
    }
