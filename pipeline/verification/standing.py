"""Tells whether what stands here is one complete, untouched build of the commit checked out."""

import json
from dataclasses import asdict
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.paths import BUILD, ROOT
from pipeline.config import EXHIBITS_FILE, current_build
from pipeline.provenance import commit_of
from pipeline.receipt import differing, is_remembered
from pipeline.stamp import SHORT

LISTED = BUILD / "site" / EXHIBITS_FILE


def check_untouched(parameters: Path) -> None:
    """Raise unless all is as a complete build left it.

    The fingerprints alone would not tell: made on another processor, they leave bytes open.

    Raises
    ------
    StudyError
        If no build was completed here, or a file was changed since.
    """
    if not is_remembered(parameters):
        raise StudyError("no complete build stands here to be packed; run make first")
    # a folder differs by names that came or went; each file that went is named by itself
    if changed := [place for place in differing(parameters) if not (ROOT / place).is_dir()]:
        raise StudyError(
            f"what stands here is not as the last complete build left it: {', '.join(changed[:5])}"
            f"{' and others' if len(changed) > 5 else ''}; run make first, so that the crate holds "
            "one run"
        )


def check_commit(why: str) -> None:
    """Raise if what stands here names another commit than the checkout is at.

    Parameters
    ----------
    why : str
        What the two are needed the same for, to end the sentence.

    Raises
    ------
    StudyError
        If they differ; nothing is raised where no site stands.
    """
    if not LISTED.is_file():
        return
    built = json.loads(LISTED.read_text(encoding="utf-8"))["commit"]
    now = asdict(commit_of(current_build()))
    if built != now:
        raise StudyError(
            f"what stands here was built at commit {_said(built)}, and the checkout is at "
            f"{_said(now)}; run make first, so that {why}"
        )


def _said(commit: dict[str, str]) -> str:
    return f"{commit['id'][:SHORT] or 'none'} ({commit['state']})"
