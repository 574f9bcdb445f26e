"""Verdicts on disk: one JSON file per notebook, recomputed whenever they are read."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from nqpf.claims.plan import ADJUSTED, PlannedClaim, family_members, load_plan
from nqpf.claims.rules import (
    CONTRADICTED,
    NOT_TESTABLE,
    SUPPORTED,
    check_numbers,
    decide,
    scope_of,
)
from nqpf.errors import StudyError
from nqpf.files import write_whole
from nqpf.paths import built_paths
from nqpf.regression.holm import holm

SAME = 1e-12  # two computations of one adjusted p-value


@dataclass(frozen=True)
class Verdict:
    """One verdict with all that it follows from.

    Attributes
    ----------
    claim_id, notebook, case : str
        What was judged, where (number of the notebook), and of which province.
    verdict : str
        One of `nqpf.claims.rules.VERDICTS`.
    numbers : Mapping of str to float
        Everything that the rules could use; empty where nothing was testable.
    supported_if, contradicted_if : str
        The rules, as they stood.
    family : str
        Family within which p_adj was computed, or empty.
    exhibit, cell : str or None
        Figure or table, and notebook cell, that show it.
    data, note : str
        What it rests on; remark.
    """

    claim_id: str
    notebook: str
    case: str
    verdict: str
    numbers: Mapping[str, float]
    supported_if: str
    contradicted_if: str
    family: str
    exhibit: str | None
    cell: str | None
    data: str
    note: str


def write_verdicts(path: Path, notebook: str, case: str, verdicts: Iterable[Verdict]) -> None:
    """Write the verdicts of one notebook, sorted by claim, in full or not at all."""
    content = {
        "notebook": notebook,
        "case": case,
        "verdicts": [
            {**vars(verdict), "numbers": {k: _encode(v) for k, v in verdict.numbers.items()}}
            for verdict in sorted(verdicts, key=lambda item: item.claim_id)
        ],
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(path, text + "\n")


def read_verdicts(
    study: str,
    plan: Mapping[str, PlannedClaim] | None = None,
    folder: Path | None = None,
    *,
    without: str | None = None,
) -> dict[str, Verdict]:
    """Verdicts of every notebook of a study that has been built, each computed again.

    Parameters
    ----------
    study : str
        Name of the parameter file, without its ending.
    plan : Mapping of str to PlannedClaim, optional
        The plan; read from its table by default.
    folder : Path, optional
        Where the files are; the study's own by default.
    without : str, optional
        Name of a notebook whose file is not read, as it is being judged anew.

    Returns
    -------
    dict
        Verdicts by claim, in the order of the plan.

    Raises
    ------
    StudyError
        A file that cannot be read, a claim judged twice, and any verdict that does not follow from
        its numbers by the rule that stands in the plan now.
    """
    plan = load_plan() if plan is None else plan
    folder = built_paths(study).verdicts if folder is None else folder
    found: dict[str, Verdict] = {}
    for path in sorted(folder.glob("*.json")):
        if path.stem == without:
            continue
        verdicts = _read(path)
        for verdict in verdicts:
            if verdict.claim_id in found:
                raise StudyError(f"{path.name}: {verdict.claim_id} is judged twice; judge it once")
            found[verdict.claim_id] = verdict
        verify(verdicts, plan, path.name)
    return {claim_id: found[claim_id] for claim_id in plan if claim_id in found}


def verify(verdicts: Iterable[Verdict], plan: Mapping[str, PlannedClaim], where: str) -> None:
    """Compute the verdicts of one notebook again.

    Parameters
    ----------
    verdicts : iterable of Verdict
        All of one notebook, so that families are whole.
    plan : Mapping of str to PlannedClaim
        The plan that they must follow.
    where : str
        Named in errors.

    Raises
    ------
    StudyError
        If one of them does not follow.
    """
    verdicts = list(verdicts)
    for verdict in verdicts:
        place = f"{where}: {verdict.claim_id}"
        claim = plan.get(verdict.claim_id)
        if claim is None or claim.notebook != verdict.notebook:
            raise StudyError(f"{place} is not a claim of notebook {verdict.notebook} in the plan")
        if (verdict.supported_if, verdict.contradicted_if, verdict.family) != (
            claim.supported_if,
            claim.contradicted_if,
            claim.family,
        ):
            raise StudyError(f"{place} was judged by another rule than the plan's; run it again")
        expected = _recomputed(verdict, claim, place)
        if verdict.verdict != expected:
            raise StudyError(
                f"{place} is stored as '{verdict.verdict}', but its numbers give '{expected}'; "
                "run its notebook again"
            )
    _verify_families(verdicts, plan, where)


def tally(verdicts: Mapping[str, Verdict], claim_ids: Iterable[str]) -> dict[str, int]:
    """How many of some claims came out, and which way, as the rules of C023 and C113 need it.

    Parameters
    ----------
    verdicts : Mapping of str to Verdict
        Verdicts by claim.
    claim_ids : iterable of str
        Claims to count.

    Returns
    -------
    dict
        count_supported and count_contradicted.

    Raises
    ------
    StudyError
        If one of the claims has no verdict.
    """
    claim_ids = list(claim_ids)
    if absent := [claim_id for claim_id in claim_ids if claim_id not in verdicts]:
        raise StudyError(f"{', '.join(absent)} has no verdict yet; judge it before it is counted")
    words = [verdicts[claim_id].verdict for claim_id in claim_ids]
    return {
        "count_supported": words.count(SUPPORTED),
        "count_contradicted": words.count(CONTRADICTED),
    }


def _recomputed(verdict: Verdict, claim: PlannedClaim, place: str) -> str:
    """Verdict that the stored numbers give by the plan."""
    if not claim.is_testable(verdict.case):
        if verdict.numbers:
            raise StudyError(f"{place} has numbers, but no data held can judge it")
        return NOT_TESTABLE
    own = {name: verdict.numbers[name] for name in verdict.numbers if name in claim.statistics}
    scope = scope_of(claim, check_numbers(claim, own), verdict.numbers.get(ADJUSTED))
    if {k: _encode(v) for k, v in scope.items()} != {
        k: _encode(v) for k, v in verdict.numbers.items()
    }:
        raise StudyError(f"{place} keeps other numbers than the plan's; run its notebook again")
    return decide(claim, scope)


def _verify_families(verdicts: list[Verdict], plan: Mapping, where: str) -> None:
    """Families are whole and their p-values adjusted by Holm."""
    for family in sorted({verdict.family for verdict in verdicts if verdict.numbers} - {""}):
        judged = [verdict for verdict in verdicts if verdict.family == family and verdict.numbers]
        declared = family_members(plan, family, judged[0].case)
        if absent := sorted(set(declared) - {verdict.claim_id for verdict in judged}):
            raise StudyError(f"{where}: the family '{family}' lacks {', '.join(absent)}")
        adjusted = holm([verdict.numbers["p"] for verdict in judged])
        for verdict, value in zip(judged, adjusted, strict=True):
            if abs(verdict.numbers[ADJUSTED] - value) > SAME:
                raise StudyError(
                    f"{where}: {verdict.claim_id} keeps p_adj = {verdict.numbers[ADJUSTED]}, but "
                    f"its family gives {value}; run its notebook again"
                )


def _read(path: Path) -> list[Verdict]:
    """Verdicts of one file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        wanted = {field.name for field in fields(Verdict)}
        verdicts = []
        for item in content["verdicts"]:
            if set(item) != wanted:
                raise KeyError(", ".join(sorted(set(item) ^ wanted)))
            if (item["notebook"], item["case"]) != (content["notebook"][:2], content["case"]):
                raise ValueError(f"{item['claim_id']} is of another notebook or province")
            numbers = {name: _decode(value) for name, value in item["numbers"].items()}
            verdicts.append(Verdict(**{**item, "numbers": numbers}))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StudyError(
            f"{path} is not a file of verdicts ({error}); run its notebook again"
        ) from None
    return verdicts


def _encode(value: float) -> float | str | None:
    """JSON knows neither missing nor infinite numbers."""
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def _decode(value: float | str | None) -> float:
    if isinstance(value, bool) or (isinstance(value, str) and value not in ("inf", "-inf")):
        raise ValueError(f"{value!r} is not a number")
    return math.nan if value is None else float(value)
