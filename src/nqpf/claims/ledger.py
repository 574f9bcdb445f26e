"""The ledger of one notebook: hands each claim's numbers to its rule and keeps what follows."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from nqpf.claims.cells import running_cell
from nqpf.claims.evidence import numbers_of
from nqpf.claims.in_words import numbers_in_words
from nqpf.claims.plan import PAPER_CASE, PlannedClaim, family_members, load_plan
from nqpf.claims.record import Verdict, verify, write_verdicts
from nqpf.claims.rules import NOT_TESTABLE, check_numbers, decide, scope_of
from nqpf.errors import StudyError
from nqpf.paths import study_paths
from nqpf.regression.holm import holm


def open_ledger(
    notebook: str,
    study: str,
    out: Path | None = None,
    *,
    case: str = PAPER_CASE,
    plan: Mapping[str, PlannedClaim] | None = None,
) -> "Ledger":
    """Open the ledger of a notebook.

    Parameters
    ----------
    notebook : str
        Name of the notebook without its ending; its first two characters are its number.
    study : str
        Name of the parameter file, without its ending.
    out : Path, optional
        Folder for the verdicts; the study's own by default.
    case : str
        Province studied. Claims about the paper's province alone are not testable elsewhere.
    plan : Mapping of str to PlannedClaim, optional
        The plan; read from its table by default.

    Raises
    ------
    StudyError
        If the plan is not in order.
    """
    folder = study_paths(study).verdicts if out is None else out
    return Ledger(notebook, case, load_plan() if plan is None else plan, folder)


class Ledger:
    """Verdicts of one notebook.

    Attributes
    ----------
    notebook : str
        Name of the notebook.
    case : str
        Province studied.
    verdicts : Mapping of str to Verdict
        What has been judged so far.
    """

    def __init__(
        self, notebook: str, case: str, plan: Mapping[str, PlannedClaim], folder: Path
    ) -> None:
        self.notebook = notebook
        self.case = case
        self._plan = plan
        self._folder = folder
        self._verdicts: dict[str, Verdict] = {}

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """Verdicts given so far, by claim; read-only."""
        return MappingProxyType(self._verdicts)

    @property
    def claims(self) -> list[str]:
        """Claims that the plan gives to this notebook."""
        number = self.notebook[:2]
        return [claim.claim_id for claim in self._plan.values() if claim.notebook == number]

    @property
    def open_claims(self) -> list[str]:
        """Claims of this notebook that a study of this province judges and that have no verdict."""
        return [
            claim_id
            for claim_id in self.claims
            if claim_id not in self._verdicts and self._plan[claim_id].is_testable(self.case)
        ]

    def published(self, claim_id: str) -> dict[str, float]:
        """Numbers of a claim that are published figures, ready for `judge`; see `numbers_of`."""
        return numbers_of(self._unjudged(claim_id))

    def judge(
        self,
        claim_id: str,
        *,
        exhibit: str,
        cell: str | None = None,
        note: str = "",
        **numbers: float,
    ) -> Verdict:
        """Judge a claim that belongs to no family.

        Parameters
        ----------
        claim_id : str
            Claim of this notebook.
        exhibit : str
            Figure or table that shows the numbers.
        cell : str, optional
            Notebook cell that judges; the running one by default.
        note : str
            Remark for readers of the ledger.
        **numbers
            Exactly those that the plan's statistic names.

        Returns
        -------
        Verdict
            What follows from the rule; there is no way to hand one in.

        Raises
        ------
        StudyError
            Claim of another notebook, without a rule, of a family or judged before; numbers that
            are not those of the plan; both rules at once.
        """
        claim = self._unjudged(claim_id)
        self._require_testable(claim)
        if claim.family:
            raise StudyError(
                f"{claim_id} belongs to the family '{claim.family}'; "
                "judge it with the others by judge_family"
            )
        scope = scope_of(claim, check_numbers(claim, numbers))
        return self._keep(claim, decide(claim, scope), scope, exhibit, cell, note)

    def judge_family(
        self, family: str, members: Mapping[str, Mapping[str, object]]
    ) -> dict[str, Verdict]:
        """Judge a family as a whole, its p-values adjusted by Holm (1979).

        Parameters
        ----------
        family : str
            Family of the plan.
        members : Mapping of str to Mapping
            By claim, what `judge` takes: exhibit, numbers, and if wanted cell and note.

        Returns
        -------
        dict
            Verdicts by claim; raw and adjusted p-values are among their numbers.

        Raises
        ------
        StudyError
            As `judge`; also if claims of the family are absent or others are among them. Then
            nothing is kept.
        """
        declared = family_members(self._plan, family, self.case)
        if absent := [claim_id for claim_id in declared if claim_id not in members]:
            raise StudyError(f"the family '{family}' is judged as a whole; add {', '.join(absent)}")
        if extra := [claim_id for claim_id in members if claim_id not in declared]:
            raise StudyError(f"{', '.join(extra)} does not belong to the family '{family}'")
        prepared = []
        for claim_id in declared:
            claim = self._unjudged(claim_id)
            numbers = dict(members[claim_id])
            shown = {key: numbers.pop(key, None) for key in ("exhibit", "cell", "note")}
            prepared.append((claim, check_numbers(claim, numbers), shown))
        adjusted = holm([numbers["p"] for _, numbers, _ in prepared])
        decided = []
        for (claim, numbers, shown), value in zip(prepared, adjusted, strict=True):
            scope = scope_of(claim, numbers, float(value))
            decided.append((claim, decide(claim, scope), scope, shown))
            _require_exhibit(claim.claim_id, shown["exhibit"])
        return {
            claim.claim_id: self._keep(
                claim, word, scope, shown["exhibit"], shown["cell"], shown["note"] or ""
            )
            for claim, word, scope, shown in decided
        }

    def not_testable(self, claim_id: str, note: str = "") -> Verdict:
        """Say that no data held can judge a claim, which the plan must say too.

        Parameters
        ----------
        claim_id : str
            Claim of this notebook.
        note : str
            Why; by default what the plan says is needed.

        Raises
        ------
        StudyError
            If the plan has a rule for the claim that applies to this province.
        """
        claim = self._unjudged(claim_id)
        if claim.is_testable(self.case):
            raise StudyError(
                f"the plan has a rule for {claim_id}; judge it with {', '.join(claim.statistics)}"
            )
        return self._keep(claim, NOT_TESTABLE, {}, None, None, note or self._why_not(claim))

    def save(self) -> Path:
        """Close what cannot be tested and write all verdicts, sorted, in full or not at all.

        Returns
        -------
        Path
            The file, named after the notebook.
        """
        for claim_id in self.claims:
            if claim_id not in self._verdicts and not self._plan[claim_id].is_testable(self.case):
                self.not_testable(claim_id)
        verify(self._verdicts.values(), self._plan, self.notebook)
        path = self._folder / f"{self.notebook}.json"
        write_verdicts(path, self.notebook, self.case, self._verdicts.values())
        return path

    def table(self) -> pd.DataFrame:
        """Verdicts given so far as a tidy frame for readers.

        Returns
        -------
        DataFrame
            Columns claim_id, claim, verdict, numbers (in words), exhibit, note; sorted by claim.
        """
        rows = [
            {
                "claim_id": verdict.claim_id,
                "claim": self._plan[verdict.claim_id].sentence_for(self.case),
                "verdict": verdict.verdict,
                "numbers": numbers_in_words(
                    verdict.numbers, self._plan[verdict.claim_id].statistics
                ),
                "exhibit": verdict.exhibit or "",
                "note": verdict.note,
            }
            for verdict in sorted(self._verdicts.values(), key=lambda item: item.claim_id)
        ]
        columns = ["claim_id", "claim", "verdict", "numbers", "exhibit", "note"]
        return pd.DataFrame(rows, columns=columns)

    def _unjudged(self, claim_id: str) -> PlannedClaim:
        """The plan's row of a claim of this notebook that has no verdict yet."""
        claim = self._plan.get(claim_id)
        if claim is None:
            raise StudyError(f"the plan knows no claim {claim_id}")
        if claim.notebook != self.notebook[:2]:
            raise StudyError(
                f"{claim_id} is judged in notebook {claim.notebook}, not in {self.notebook}"
            )
        if claim_id in self._verdicts:
            raise StudyError(f"{claim_id} has a verdict already; judge it once")
        return claim

    def _require_testable(self, claim: PlannedClaim) -> None:
        if not claim.is_testable(self.case):
            raise StudyError(
                f"{claim.claim_id} cannot be judged: {self._why_not(claim)}; leave it to save()"
            )

    def _why_not(self, claim: PlannedClaim) -> str:
        if claim.data_needed and claim.applies in ("any", self.case):
            return f"Needed: {claim.data_needed}"
        return f"The claim is about {claim.applies}; nothing like it is held for {self.case}."

    def _keep(self, claim, word, scope, exhibit, cell, note) -> Verdict:
        if word != NOT_TESTABLE:
            _require_exhibit(claim.claim_id, exhibit)
        verdict = Verdict(
            claim_id=claim.claim_id,
            notebook=claim.notebook,
            case=self.case,
            verdict=word,
            numbers=MappingProxyType(dict(scope)),
            supported_if=claim.supported_if,
            contradicted_if=claim.contradicted_if,
            family=claim.family,
            exhibit=exhibit,
            cell=cell if cell or word == NOT_TESTABLE else running_cell(self.notebook),
            data=claim.data,
            note=note,
        )
        self._verdicts[claim.claim_id] = verdict
        return verdict


def _require_exhibit(claim_id: str, exhibit: object) -> None:
    if not isinstance(exhibit, str) or not exhibit.startswith(("fig-", "tab-")):
        raise StudyError(f"{claim_id} needs the figure or table that shows it, got {exhibit!r}")
