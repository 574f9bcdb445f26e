"""Build the study twice in two clean folders and compare every artefact: `make repro`."""

import sys

from nqpf.paths import BUILD, ROOT
from pipeline.verification.copies import artefacts, build_copy, clean_copy, differences, exit_code
from pipeline.verification.standing import check_commit

FOLDERS = ("first", "second")


def compared() -> list[str]:
    """What differs between two clean builds, and between them and the one that stands here.

    Raises
    ------
    StudyError
        If a copy cannot be made or built, or what stands here was built at another commit.
    """
    check_commit("clean builds can be compared with it")
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
    sys.exit(exit_code(compared))
