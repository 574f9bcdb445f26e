"""Fetch the World Bank's newest figures into a file of their own: `make update-data`.

The series and economies are those of `data/raw/international.csv` that carry a code of the World
Development Indicators. The new file is named after the day on which the World Bank last updated
them; an old file is never written to. From then on `load_table("international")` takes those
series from the newest file, whole, so that vintages are not mixed. Needs the extra `update`.
"""

import hashlib
import sys

import pandas as pd

from nqpf.data.worldbank import COLUMNS, FOLDER, fetched
from nqpf.errors import StudyError
from nqpf.files import write_whole
from nqpf.paths import DATA


def main() -> int:
    """Fetch and write; 0 if figures were added or are held already, 2 if not."""
    try:
        print(updated())
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def updated() -> str:
    """Write the newest vintage and list it in SHA256SUMS; one sentence on what was done.

    Raises
    ------
    StudyError
        If the World Bank cannot be reached or its answer is not whole.
    """
    held = pd.read_csv(DATA / "raw" / "international.csv")
    vintage, table = fetched(held)
    path = DATA / "raw" / FOLDER / f"wdi_{vintage}.csv"
    name = path.relative_to(DATA).as_posix()
    if path.exists():
        return f"data/{name} holds the World Bank's figures of {vintage} already"
    content = table[COLUMNS].to_csv(index=False, lineterminator="\n").encode("utf-8")
    sums = (DATA / "SHA256SUMS").read_text(encoding="utf-8")
    write_whole(path, content)
    try:
        line = f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        write_whole(DATA / "SHA256SUMS", sums + line)
    except OSError:
        path.unlink()  # a table that is not listed would stop every build
        raise StudyError(
            "data/SHA256SUMS cannot be written, so nothing was added; free space or give the "
            "right to write there, then try again"
        ) from None
    return f"data/{name}: {len(table)} figures of {table['wdi_code'].nunique()} series"


if __name__ == "__main__":
    sys.exit(main())
