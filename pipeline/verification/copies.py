"""Clean copies of the checkout, the build of one, and what it made."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.files import sha256
from nqpf.paths import DATA, ROOT
from pipeline.config import current_build
from pipeline.provenance import commit_of

SOURCES = (  # what a checkout holds where git cannot say
    ".ci",
    "benchmarks",
    "data/codebook",
    "data/fingerprints",
    "data/raw",
    "docs",
    "examples",
    "notebooks",
    "params",
    "pipeline",
    "src",
    "tests",
    "tests_built",
)
MADE = ("data/processed", "figures", "tables", "build/facts", "build/verdicts", "build/notebooks")
SITE = "build/site"
COMMITTED = {"figures/README.md", "tables/README.md"}


def clean_copy(target: Path) -> None:
    """Copy what the checkout holds, as it is now and without anything built, to an empty folder.

    Parameters
    ----------
    target : Path
        Folder that is made anew.

    Raises
    ------
    StudyError
        If the copy cannot be written.
    """
    try:
        shutil.rmtree(target, ignore_errors=True)
        for name in source_files():
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place)
            place.chmod((ROOT / name).stat().st_mode)
    except OSError as error:
        raise StudyError(
            f"the checkout cannot be copied to {target} ({error.strerror or error}); free space "
            "or give the right to write there, then try again"
        ) from None


def source_files() -> list[str]:
    """Files of the checkout that were not built, from its root."""
    asked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode == 0:
        names = [name for name in asked.stdout.split("\0") if name]
    else:  # no git, or a downloaded archive
        top = [path for path in (*ROOT.iterdir(), *DATA.iterdir()) if path.is_file()]
        deep = [path for name in SOURCES for path in (ROOT / name).rglob("*") if path.is_file()]
        names = [
            path.relative_to(ROOT).as_posix()
            for path in [*top, *deep]
            if "__pycache__" not in path.parts
        ] + sorted(COMMITTED)
    return sorted(name for name in set(names) if (ROOT / name).is_file())


def build_copy(copy: Path) -> None:
    """Build the default study of a copy with this environment, as of this checkout's commit.

    Parameters
    ----------
    copy : Path
        As `clean_copy` makes it.

    Raises
    ------
    StudyError
        If the build fails; what it said goes to build.log in the copy.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NQPF_")}
    of_commit = commit_of(current_build()).as_variable()
    log = copy / "build.log"
    with log.open("w", encoding="utf-8") as said:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "all"],
            cwd=copy,
            env=kept | {"PYTHONPATH": "src"} | of_commit,
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        lines = log.read_text(encoding="utf-8").splitlines()
        errors = [line for line in lines if line.startswith("error:")] or lines[-1:]
        raise StudyError(
            f"the build in {copy} failed: {' '.join(errors)[:2000]} (all of it: {log})"
        )


def artefacts(root: Path) -> dict[str, str]:
    """SHA-256 of everything that a build of the default study makes for readers.

    Parameters
    ----------
    root : Path
        A checkout or a copy.
    """
    return {
        path.relative_to(root).as_posix(): sha256(path)
        for folder in (*MADE, SITE)
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and path.relative_to(root).as_posix() not in COMMITTED
    }


def differences(one: dict[str, str], two: dict[str, str], names: tuple[str, str]) -> list[str]:
    """One sentence per artefact that differs.

    Parameters
    ----------
    one, two : dict of str to str
        As `artefacts` returns them.
    names : (str, str)
        What the two are called.
    """
    found = []
    for path in sorted(set(one) | set(two)):
        if path not in two:
            found.append(f"{path} is only in {names[0]}")
        elif path not in one:
            found.append(f"{path} is only in {names[1]}")
        elif one[path] != two[path]:
            found.append(f"{path} differs between {names[0]} and {names[1]}")
    return found


def exit_code(compare: Callable[[], list[str]]) -> int:
    """Run a comparison and say what differs: 0 if nothing does, 1 if something, 2 if it failed.

    Parameters
    ----------
    compare : callable
        Returns one sentence per difference, or raises a StudyError.
    """
    try:
        found = compare()
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for line in found:
        print(f"differs: {line}", file=sys.stderr)
    return 1 if found else 0
