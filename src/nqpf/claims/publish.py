"""The ledger as files for others to reuse."""

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from nqpf.claims.assembly import require_complete
from nqpf.claims.plan import PlannedClaim, load_plan
from nqpf.claims.record import Verdict
from nqpf.errors import StudyError
from nqpf.files import write_whole
from nqpf.paths import study_paths

NAME = "claims-ledger"


def publish_ledger(
    study: str,
    account: pd.DataFrame,
    verdicts: Mapping[str, Verdict],
    *,
    plan: Mapping[str, PlannedClaim] | None = None,
    folder: Path | None = None,
) -> list[Path]:
    """Write the whole ledger as csv and JSON; the JSON keeps every number in full.

    Parameters
    ----------
    study : str
        Name of the parameter file, without its ending.
    account : DataFrame
        As `assemble` returns it, further columns included.
    verdicts : Mapping of str to Verdict
        Verdicts of all notebooks by claim.
    plan : Mapping of str to PlannedClaim, optional
        The plan; read from its table by default.
    folder : Path, optional
        Where to; the study's tables by default.

    Returns
    -------
    list of Path
        `claims-ledger.csv` and `claims-ledger.json`.

    Raises
    ------
    StudyError
        If a claim of the plan has no verdict, or the two sources do not agree.
    """
    plan = load_plan() if plan is None else plan
    require_complete(account)
    if list(account["claim_id"]) != list(plan):
        raise StudyError(f"the ledger must hold the {len(plan)} claims of the plan, each once")
    folder = study_paths(study).tables if folder is None else folder
    records = []
    for row in account.to_dict("records"):
        verdict = verdicts.get(row["claim_id"])
        if verdict is None or verdict.verdict != row["verdict"]:
            raise StudyError(f"{row['claim_id']}: ledger and verdict disagree; assemble it again")
        numbers = {name: _plain(value) for name, value in verdict.numbers.items()}
        kept = {name: _plain(value) for name, value in row.items()}
        records.append({**kept, "numbers": numbers})
    cases = {verdict.case for verdict in verdicts.values()}
    content = {"case": cases.pop(), "claims": records}
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    paths = [folder / f"{NAME}.csv", folder / f"{NAME}.json"]
    for path, whole in zip(paths, (account.to_csv(index=False), text), strict=True):
        write_whole(path, whole)
    return paths


def _plain(value: object) -> object:
    """A value as JSON knows it: missing and infinite numbers are null."""
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    return value.item() if hasattr(value, "item") else value
