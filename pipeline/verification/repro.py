"""Build the study twice in two clean folders and compare every artefact: `make repro`."""

import json
import sys
from dataclasses import asdict

from nqpf.errors import StudyError
from nqpf.paths import BUILD, ROOT
from pipeline.config import EXHIBITS_FILE, current_build
from pipeline.provenance import commit_of
from pipeline.stamp import SHORT
from pipeline.verification.copies import artefacts, build_copy, clean_copy, differences, exit_code

FOLDERS = ("first", "second")


def compared() -> list[str]:
    """What differs between two clean builds, and between them and the one that stands here.

    Raises
    ------
    StudyError
        If a copy cannot be made or built, or what stands here was built at another commit.
    """
    _check_commit()
    made = []
    for name in FOLDERS:
        copy = BUILD / "repro" / name
        print(f"building in {copy}", flush=True)
        clean_copy(copy)
        build_copy(copy)
        made.append(artefacts(copy))
    found = differences(*made, ("the first build", "the second build"))
    print(f"{len(made[0])} artefacts built twice, {len(found)} of them differ")
    if (BUILD / "site" / "index.html").is_file():
        here = differences(made[0], artefacts(ROOT), ("a clean build", "what stands here"))
        print(f"what stands here differs from a clean build in {len(here)} artefacts")
        found += here
    return found


def _check_commit() -> None:
    """Raise if what stands here names another commit than its copies would."""
    listed = BUILD / "site" / EXHIBITS_FILE
    if not listed.is_file():
        return
    built = json.loads(listed.read_text(encoding="utf-8"))["commit"]
    now = asdict(commit_of(current_build()))
    if built != now:
        raise StudyError(
            f"what stands here was built at commit {_said(built)}, and the checkout is at "
            f"{_said(now)}; run make first, so that clean builds can be compared with it"
        )


def _said(commit: dict[str, str]) -> str:
    return f"{commit['id'][:SHORT] or 'none'} ({commit['state']})"


if __name__ == "__main__":
    sys.exit(exit_code(compared))
