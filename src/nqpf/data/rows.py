"""Strict reading of a csv: every cell as text, every row as long as the header."""

import csv
import io
from pathlib import Path

from nqpf.data.wording import several, shown
from nqpf.errors import StudyError

FIRST_ROW = 2  # of the records; row 1 of a file is its header


def read_rows(path: Path) -> list[list[str]]:
    """Header and records of a csv in UTF-8.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    StudyError
        If the file cannot be read, is empty, is not a csv in UTF-8, or a row has too many or too
        few cells; file and row are named.
    """
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise StudyError(f"{shown(path)} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise StudyError(
            f"{shown(path)}, row {row}: expected text in UTF-8, got the byte "
            f"{raw[error.start]:#04x}; save the file as UTF-8"
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise StudyError(
            f"{shown(path)}, row {reader.line_num}: expected a row of a csv, got a broken one "
            f"({error})"
        ) from None
    if not rows:
        raise StudyError(f"{shown(path)}: expected a header and rows, got an empty file")
    wide = len(rows[0])
    faults = [
        f"{shown(path)}, row {number}: expected {wide} cells, got {len(row)}"
        for number, row in enumerate(rows[1:], start=FIRST_ROW)
        if len(row) != wide
    ]
    if faults:
        raise StudyError(several(faults, shown(path)))
    return rows
