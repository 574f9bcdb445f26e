"""Say, row by row, what is wrong with a table of own figures: `make check-data DATA=path`."""

import sys
from pathlib import Path

from nqpf.data.own import check_own, compose, level_of
from nqpf.errors import StudyError
from nqpf.paths import BUILD, DATA

MOST_LINES = 100  # faults spelled out, one a line; the rest is counted
TRIAL = BUILD / "check-data"


def main() -> int:
    """Check a long table, or a folder laid out like data/; 0 if all is well, 2 if not."""
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        print("error: name a table or a folder: make check-data DATA=path.csv", file=sys.stderr)
        return 2
    path = Path(sys.argv[1])
    try:
        print(_checked(path))
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _checked(path: Path) -> str:
    """One sentence on what was found to be right.

    Raises
    ------
    StudyError
        With one line per fault.
    """
    if path.is_dir():
        compose(DATA, [path], TRIAL)
        return f"{path} can be added: name it under data.add in a parameter file"
    level = level_of(path)
    figures = check_own(path, level, DATA, most=MOST_LINES)
    return f"{path}: {figures} figures of {level}, all of them in order"


if __name__ == "__main__":
    sys.exit(main())
