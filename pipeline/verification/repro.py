"""Build the study twice in two clean folders and compare every artefact: `make repro`."""

import sys

from nqpf.errors import StudyError
from nqpf.paths import BUILD, ROOT
from pipeline.verification.copies import artefacts, build_copy, clean_copy, differences

FOLDERS = ("first", "second")


def main() -> int:
    """Build, compare, say what differs; 0 if nothing does, 1 if something, 2 if it failed."""
    try:
        found = compared()
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for line in found:
        print(f"differs: {line}", file=sys.stderr)
    return 1 if found else 0


def compared() -> list[str]:
    """What differs between two clean builds, and between them and the one that stands here.

    Raises
    ------
    StudyError
        If a copy cannot be made or built.
    """
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


if __name__ == "__main__":
    sys.exit(main())
