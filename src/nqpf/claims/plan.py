"""The plan of claims, read from its table and checked row by row."""

import ast
import csv
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.expressions import names, parse
from nqpf.paths import CODEBOOK
from nqpf.places import PAPER_CASE

PLAN = CODEBOOK / "claims_plan.csv"
CLAIMS = CODEBOOK / "claims.csv"

NONE = "none"  # testability of a claim that no data held can judge
ALLOWED = {
    "notebook": ("01", "02", "03", "04", "05", "06"),
    "testability": ("direct", "proxy", "external evidence only", NONE),
    "level": ("province", "city", "country", "paper", "firm", "none"),
    "applies": ("any", PAPER_CASE),
    "priority": ("A", "B", "C"),
}
CONSTANTS = ("minimum_effect", "stated", "tolerance")  # numbers that the plan itself gives
ADJUSTED = "p_adj"  # computed within the family from p
RESERVED = frozenset({*CONSTANTS, ADJUSTED, "claim_id", "exhibit", "cell", "note"})
COLUMNS = (
    *("claim_id", "notebook", "sentence", "testability", "level", "applies", "data", "method"),
    *("statistic", "supported_if", "contradicted_if", "family", *CONSTANTS, "exhibit"),
    *("data_needed", "what_would_overturn", "priority"),
)
STATISTIC = re.compile(r"([a-z][a-z0-9_]*)(\??): (.+)")


@dataclass(frozen=True)
class PlannedClaim:
    """One claim and the rule that decides it.

    Attributes
    ----------
    claim_id : str
        C001 to C113 for claims, X001 to X015 for inconsistencies of the paper.
    notebook : str
        Number of the notebook that judges it, "01" to "06".
    sentence : str
        The claim in plain words; `{case}` stands for the province studied.
    testability, level, applies, priority : str
        Words of `ALLOWED`.
    statistics : Mapping of str to str
        Numbers that the notebook hands over, each with what it is.
    optional : frozenset of str
        Those of them that may be missing.
    constants : Mapping of str to float
        Numbers of the plan: minimum_effect, stated, tolerance, as far as given.
    supported_if, contradicted_if : str
        Rules over these numbers; empty where testability is none.
    family : str
        Family within which p-values are adjusted, or empty.
    """

    claim_id: str
    notebook: str
    sentence: str
    testability: str
    level: str
    applies: str
    data: str
    method: str
    statistics: Mapping[str, str]
    optional: frozenset[str]
    constants: Mapping[str, float]
    supported_if: str
    contradicted_if: str
    family: str
    exhibit: str
    data_needed: str
    what_would_overturn: str
    priority: str

    @property
    def is_inconsistency(self) -> bool:
        """Whether the row alleges that statements of the paper clash."""
        return self.claim_id.startswith("X")

    def is_testable(self, case: str) -> bool:
        """Whether the data held can judge the claim in a study of this province."""
        return self.testability != NONE and self.applies in ("any", case)

    def sentence_for(self, case: str) -> str:
        """The claim, asked of a province."""
        return self.sentence.replace("{case}", case)


def load_plan(path: Path = PLAN, claims: Path = CLAIMS) -> dict[str, PlannedClaim]:
    """Read the plan and hold it to its own grammar.

    Parameters
    ----------
    path : Path
        The plan, one row per claim.
    claims : Path
        The claims of the paper, with a column claim_id.

    Returns
    -------
    dict
        Planned claims by id, in the order of `claims`.

    Raises
    ------
    StudyError
        Columns, words, numbers or rules that are not allowed, a rule over a number that no one
        hands over, a claim with no row or two, a family spread over notebooks. The sentence names
        file and line.
    """
    rows = _read(path, COLUMNS)
    planned: dict[str, PlannedClaim] = {}
    for line, row in rows:
        where = f"{path.name}, line {line} ({row['claim_id'] or 'no claim_id'})"
        claim = _planned(row, where)
        if claim.claim_id in planned:
            raise StudyError(f"{where}: the claim has a row already; keep one")
        planned[claim.claim_id] = claim
    order = [row["claim_id"] for _, row in _read(claims, ("claim_id",))]
    _require_same(path, claims, planned, order)
    _require_one_notebook(path, planned.values())
    return {claim_id: planned[claim_id] for claim_id in order}


def family_members(plan: Mapping[str, PlannedClaim], family: str, case: str) -> list[str]:
    """Claims of a family that a study of this province judges.

    Raises
    ------
    StudyError
        If the plan has no such family.
    """
    known = sorted({claim.family for claim in plan.values()} - {""})
    if family not in known:
        raise StudyError(f"the plan has no family '{family}'; it has {', '.join(known)}")
    return [
        claim.claim_id
        for claim in plan.values()
        if claim.family == family and claim.is_testable(case)
    ]


def _read(path: Path, columns: Iterable[str]) -> list[tuple[int, dict[str, str]]]:
    """Rows with the line on which each ends, every cell stripped."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = [(reader.line_num, row) for row in reader]
            header = reader.fieldnames or []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StudyError(
            f"expected a CSV table at {path}, but it cannot be read: {error}"
        ) from None
    if absent := [name for name in columns if name not in header]:
        raise StudyError(f"{path.name} lacks the column {', '.join(absent)}; it has {header}")
    for line, row in rows:
        if None in row or None in row.values():
            raise StudyError(
                f"{path.name}, line {line}: expected {len(header)} cells; check commas and quotes"
            )
    return [(line, {key: value.strip() for key, value in row.items()}) for line, row in rows]


def _planned(row: dict[str, str], where: str) -> PlannedClaim:
    """One row as a claim."""
    for column, words in ALLOWED.items():
        if row[column] not in words:
            raise StudyError(
                f"{where}: {column} is '{row[column]}'; allowed are {', '.join(words)}"
            )
    statistics, optional = _statistics(row["statistic"], where)
    constants = {name: _number(row[name], name, where) for name in CONSTANTS if row[name]}
    keep = {name: row[name] for name in PlannedClaim.__dataclass_fields__ if name in row}
    claim = PlannedClaim(**keep, statistics=statistics, optional=optional, constants=constants)
    if not claim.sentence:
        raise StudyError(f"{where}: the sentence is empty; say the claim in plain words")
    if set(re.findall(r"{(.*?)}", claim.sentence)) - {"case"}:
        raise StudyError(f"{where}: the sentence may hold no placeholder but {{case}}")
    if "{case}" in claim.sentence and claim.applies != "any":
        raise StudyError(
            f"{where}: a sentence with {{case}} applies to any province, not to '{claim.applies}'"
        )
    if claim.testability == NONE:
        _check_untestable(claim, where)
    else:
        _check_rules(claim, where)
    return claim


def _statistics(text: str, where: str) -> tuple[dict[str, str], frozenset[str]]:
    """Names and meanings of `name: meaning; name?: meaning`, and the names with a `?`."""
    statistics: dict[str, str] = {}
    optional = set()
    for part in text.split("; ") if text else ():
        match = STATISTIC.fullmatch(part)
        if match is None:
            raise StudyError(
                f"{where}: expected 'name: what it is' in the statistic, got '{part}'; separate "
                "numbers by '; ' and mark one that may be missing as 'name?: ...'"
            )
        name, mark, meaning = match.groups()
        if name in RESERVED or name in statistics:
            raise StudyError(f"{where}: the statistic names '{name}' twice or reserved; rename it")
        statistics[name] = meaning
        if mark:
            optional.add(name)
    return statistics, frozenset(optional)


def _number(text: str, column: str, where: str) -> float:
    """Finite number of a cell."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise StudyError(f"{where}: expected a number as {column}, got '{text}'")
    return value


def _check_untestable(claim: PlannedClaim, where: str) -> None:
    """A claim that cannot be judged has no rule and says what it would need."""
    if claim.supported_if or claim.contradicted_if or claim.statistics or claim.family:
        raise StudyError(f"{where}: testability is none, so rules, statistic and family stay empty")
    if not claim.data_needed:
        raise StudyError(f"{where}: testability is none; data_needed must say what would be needed")


def _check_rules(claim: PlannedClaim, where: str) -> None:
    """Both rules are there, are yes-or-no, and use only numbers that exist."""
    used = set()
    for column in ("supported_if", "contradicted_if"):
        rule = getattr(claim, column)
        if not rule:
            raise StudyError(f"{where}: {column} is empty; only testability none goes without")
        try:
            tree, needed = parse(rule), names(rule)
        except StudyError as error:
            raise StudyError(f"{where}: {column}: {error}") from None
        if not _is_condition(tree):
            raise StudyError(f"{where}: {column} '{rule}' is a number; write a condition")
        used |= needed
    known = {*claim.statistics, *claim.constants} | ({ADJUSTED} if claim.family else set())
    if unknown := sorted(used - known):
        raise StudyError(
            f"{where}: the rules use {', '.join(unknown)}; name it in the statistic or give it in "
            f"its column (known are {', '.join(sorted(known)) or 'none'})"
        )
    if claim.family and not (ADJUSTED in used and "p" in claim.statistics):
        raise StudyError(f"{where}: a claim of a family hands over p and is judged by p_adj")
    if idle := sorted(set(claim.constants) - used):
        raise StudyError(f"{where}: {', '.join(idle)} is given but no rule uses it")


def _is_condition(tree: ast.expr) -> bool:
    """Whether an expression is true or false all through."""
    match tree:
        case ast.Compare():
            return True
        case ast.BoolOp(values=values):
            return all(_is_condition(value) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _is_condition(operand)
    return False


def _require_same(path: Path, claims: Path, planned: Mapping, order: list[str]) -> None:
    """Plan and claims name the same ids."""
    if absent := [claim_id for claim_id in order if claim_id not in planned]:
        raise StudyError(f"{path.name} has no row for {', '.join(absent)} of {claims.name}")
    if extra := [claim_id for claim_id in planned if claim_id not in order]:
        raise StudyError(f"{path.name} has {', '.join(extra)}, which {claims.name} does not know")


def _require_one_notebook(path: Path, planned: Iterable[PlannedClaim]) -> None:
    """A family is judged in one notebook, or its p-values could not be adjusted together."""
    seen: dict[str, PlannedClaim] = {}
    for claim in planned:
        first = seen.setdefault(claim.family, claim) if claim.family else claim
        if first.notebook != claim.notebook:
            raise StudyError(
                f"{path.name}: the family '{claim.family}' has {first.claim_id} in notebook "
                f"{first.notebook} and {claim.claim_id} in {claim.notebook}; keep it in one"
            )
