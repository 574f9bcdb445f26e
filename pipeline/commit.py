"""Which commit this checkout is of: asked of git, of an archive's own note, or of NQPF_COMMIT.

Git is asked first. An archive that git has packed holds the commit in `.git_archival.txt`, which
is filled in while it is packed. Copies without either, such as those that `make repro` builds,
are told by the environment. Little is imported here, because every `make` asks.
"""

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.paths import ROOT

COMMIT_VARIABLE = "NQPF_COMMIT"
DIRTY = "-dirty"  # as `git describe --dirty` marks a commit with changes
ARCHIVAL = ROOT / ".git_archival.txt"
HASH = "(?:[0-9a-f]{40}|[0-9a-f]{64})"
COMMITTED, CHANGED, ARCHIVED, UNKNOWN = "committed", "changed", "archived", "unknown"


@dataclass(frozen=True)
class Commit:
    """The commit that a build is of.

    Attributes
    ----------
    id : str
        Its full hash; empty where none is known.
    state : str
        `committed`: what the build reads is as in the commit; `changed`: it is not; `archived`:
        it was unpacked from an archive, and nothing here can tell whether it was changed since;
        `unknown`: no commit is known.
    """

    id: str
    state: str

    def as_variable(self) -> dict[str, str]:
        """What tells a copy of this checkout its commit, for its environment."""
        if not self.id:
            return {}
        return {COMMIT_VARIABLE: self.id + (DIRTY if self.state == CHANGED else "")}


def commit(read: Iterable[Path]) -> Commit:
    """The commit of this checkout, and whether what a build reads was changed since.

    Parameters
    ----------
    read : iterable of Path
        Files and folders that the build reads.

    Raises
    ------
    StudyError
        If it is NQPF_COMMIT that is asked, and it holds no commit.
    """
    if found := _of_git():
        return Commit(found, CHANGED if _is_changed(list(read)) else COMMITTED)
    if found := _of_archive():
        return Commit(found, ARCHIVED)
    told = os.environ.get(COMMIT_VARIABLE, "")
    if not told:
        return Commit("", UNKNOWN)
    if not re.fullmatch(f"{HASH}(?:{DIRTY})?", told):
        raise StudyError(
            f"{COMMIT_VARIABLE} is the full hash of a commit, 40 or 64 digits of 0-9 and a-f, with "
            f"{DIRTY} after it where files were changed since; got '{told}'"
        )
    return Commit(told.removesuffix(DIRTY), CHANGED if told.endswith(DIRTY) else COMMITTED)


def head() -> str:
    """What names the commit, as it stands; empty where nothing does.

    While this and the files that a build reads are the same, so is `commit`.
    """
    return _of_git() or _of_archive() or os.environ.get(COMMIT_VARIABLE, "")


def _of_git() -> str:
    """Last commit of the checkout; empty if git does not know this folder, or is not there.

    A folder without a file of ours in the commit, such as a copy below `build`, is not of it.
    """
    said = _git("rev-parse", "HEAD", "HEAD:./pipeline")
    return said.split()[0] if said else ""


def _of_archive() -> str:
    """Commit that git noted while it packed an archive; empty in any other folder."""
    if not ARCHIVAL.is_file():
        return ""
    noted = re.search(rf"^node: ({HASH})$", ARCHIVAL.read_text(encoding="utf-8"), re.MULTILINE)
    return noted[1] if noted else ""


def _is_changed(read: list[Path]) -> bool:
    """Whether any of these differs from the last commit, is not in it, or lies elsewhere."""
    inside = [path.relative_to(ROOT).as_posix() for path in read if path.is_relative_to(ROOT)]
    status = ("status", "--porcelain", "-z", "--untracked-files=all", "--ignored=matching")
    said = _git("--no-optional-locks", *status, "--", *inside)
    if said is None or len(inside) < len(read):
        return True
    return any(_counts(entry, inside) for entry in said.split("\0") if entry)


def _counts(entry: str, read: list[str]) -> bool:
    """Whether an entry of git's status is a change: not if it is what tools leave in a folder.

    What git ignores counts only if it is, or holds, one of the places that are read themselves.
    """
    ignored = entry.startswith("!! ")
    return not ignored or any(f"{place}/".startswith(entry[3:]) for place in read)


def _git(*arguments: str) -> str | None:
    """What git says; None if it fails or is not there."""
    command = ["git", *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
