"""The committed state in an empty folder, a new environment, no network: `make cleanroom`."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.paths import ROOT
from pipeline.commit import COMMIT_VARIABLE
from pipeline.verification.copies import source_files
from pipeline.verification.sealed import in_namespace, install_guard


def main() -> int:
    """Unpack, install, build and test; 0 if all of it passes, else 1."""
    with tempfile.TemporaryDirectory(prefix="nqpf-cleanroom-") as folder:
        room = Path(folder) / "room"
        try:
            unpack(room)
            run(["make", ".venv/installed-dev"], room, "a new environment from the locks")
            for target in ("all", "test", "check"):
                run_sealed(["make", target], room)
        except StudyError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    print("the committed state builds and passes its tests from nothing, without a network")
    return 0


def unpack(room: Path) -> None:
    """Put the last commit into an empty folder; where there is no git, the files as they are.

    Parameters
    ----------
    room : Path
        Folder that is made.

    Raises
    ------
    StudyError
        If files are changed and not committed: they would silently be left out.
    """
    room.mkdir(parents=True)
    if not (ROOT / ".git").exists():
        for name in source_files():
            (room / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, room / name)
        return
    status = ["git", "status", "--porcelain", "--untracked-files=no"]
    changed = subprocess.run(status, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    if changed.strip():
        raise StudyError(
            "the clean room is filled from the last commit, but these files differ from it: "
            f"{', '.join(line[3:] for line in changed.splitlines())}; commit or undo them"
        )
    packed = room.with_suffix(".tar")
    command = ["git", "archive", "--format=tar", "-o", str(packed), "HEAD"]
    subprocess.run(command, cwd=ROOT, check=True)
    with tarfile.open(packed) as archive:
        archive.extractall(room, filter="data")
    packed.unlink()


def run_sealed(command: list[str], room: Path) -> None:
    """Run a step that may reach no other machine.

    Raises
    ------
    StudyError
        If it fails.
    """
    inside = in_namespace(command)
    if inside is None:
        install_guard(room / ".venv")
    how = "in a network namespace" if inside else "behind a guard on Python's sockets"
    run(inside or command, room, f"{' '.join(command)}, {how}")


def run(command: list[str], room: Path, what: str) -> None:
    """Run a step in the room and show what it says.

    Raises
    ------
    StudyError
        If it fails.
    """
    print(f"clean room: {what}", flush=True)
    names = ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES")
    kept = {
        name: value
        for name, value in os.environ.items()
        if (not name.startswith("NQPF_") and name not in names) or name == COMMIT_VARIABLE
    }
    if subprocess.run(command, cwd=room, env=kept, check=False).returncode:
        raise StudyError(f"in the clean room, {what} failed; its own messages stand above")


if __name__ == "__main__":
    sys.exit(main())
