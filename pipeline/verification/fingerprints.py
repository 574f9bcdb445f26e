"""Fingerprints of a build, small enough to be committed: `make fingerprints`.

`panels.csv` has rows, columns and hash of every processed table, `columns.csv` the moments of
each of its columns, `facts.csv` every recorded fact as the text prints it, `exhibits.csv` the
hash of each figure and table, `made_with.csv` the lock, the data and the processor.
"""

import csv
import io
import json
import math
import platform
import sys
from pathlib import Path

import pandas as pd

from nqpf.errors import StudyError
from nqpf.files import sha256, write_whole
from nqpf.paths import DATA, ROOT
from pipeline.verification.copies import COMMITTED

PLACE = DATA / "fingerprints"
RELATIVE, ABSOLUTE = 1e-6, 1e-9  # allowed where lock or processor differ: moments and facts
SIMULATED = 2e-3  # allowed there for facts from 0 to 1, as probabilities of drawn tests are
Table = list[dict[str, str]]


def taken(root: Path = ROOT) -> dict[str, Table]:
    """Fingerprints of the build of the default study in a checkout.

    Parameters
    ----------
    root : Path
        A checkout or a copy of it that has been built.

    Returns
    -------
    dict of str to list of dict
        Rows of each table by its name.

    Raises
    ------
    StudyError
        If nothing was built there.
    """
    processed = sorted((root / "data" / "processed").glob("*.csv"))
    exhibits = [
        path
        for folder in ("figures", "tables")
        for path in sorted((root / folder).glob("*"))
        if path.relative_to(root).as_posix() not in COMMITTED
    ]
    if not processed or not exhibits:
        raise StudyError(f"nothing is built in {root}; run make there first")
    panels, columns = [], []
    for path in processed:
        frame = pd.read_csv(path, low_memory=False)
        panels.append(
            {
                "table": path.name,
                "rows": str(len(frame)),
                "columns": str(frame.shape[1]),
                "sha256": sha256(path),
            }
        )
        columns += [{"table": path.name, "column": name, **_moments(frame[name])} for name in frame]
    return {
        "panels": panels,
        "columns": columns,
        "facts": _facts(root),
        "exhibits": [{"file": path.name, "sha256": sha256(path)} for path in exhibits],
        "made_with": made_with(),
    }


def made_with() -> Table:
    """Lock, data and processor of this build."""
    values = {
        "lock": sha256(ROOT / "requirements.lock"),
        "data": sha256(DATA / "SHA256SUMS"),
        "processor": processor(),
    }
    return [{"what": name, "value": value} for name, value in values.items()]


def processor() -> str:
    """Architecture and family of the processor, on which last digits may depend."""
    known = {"vendor_id": "", "cpu family": "", "model": ""}
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() in known and not known[name.strip()]:
                known[name.strip()] = value.strip()
    parts = [platform.system(), platform.machine(), *known.values()]
    return " ".join(part for part in parts if part)


def read(place: Path = PLACE) -> dict[str, Table]:
    """Committed fingerprints.

    Raises
    ------
    StudyError
        If a table of them is missing.
    """
    tables = {}
    for name in ("panels", "columns", "facts", "exhibits", "made_with"):
        path = place / f"{name}.csv"
        if not path.is_file():
            raise StudyError(
                f"data/fingerprints/{path.name} is missing: get it back with `git checkout`, or "
                "make fingerprints of your own build with `make fingerprints`"
            )
        with path.open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    return tables


def write(tables: dict[str, Table], place: Path = PLACE) -> None:
    """Write fingerprints as csv, each file whole or not at all."""
    place.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_whole(place / f"{name}.csv", text.getvalue().encode("utf-8"))


def exact(expected: dict[str, Table], found: dict[str, Table]) -> bool:
    """Whether bytes must agree: the same lock on the same family of processors."""
    sides = [{row["what"]: row["value"] for row in side["made_with"]} for side in (expected, found)]
    return all(sides[0].get(name) == sides[1].get(name) for name in ("lock", "processor"))


def compared(expected: dict[str, Table], found: dict[str, Table]) -> list[str]:
    """One sentence per fingerprint that differs, exactly or beyond the tolerances.

    Parameters
    ----------
    expected, found : dict
        As `read` and `taken` return them.
    """
    same_bytes = exact(expected, found)
    lines = []
    for name, keys in (("panels", ["table"]), ("columns", ["table", "column"]),
                       ("facts", ["notebook", "fact"]), ("exhibits", ["file"])):  # fmt: skip
        ours = {tuple(row[key] for key in keys): row for row in found[name]}
        theirs = {tuple(row[key] for key in keys): row for row in expected[name]}
        for key in sorted(set(ours) | set(theirs)):
            label = " ".join(key)
            if key not in ours:
                lines.append(f"{name}: {label} was expected and not made")
            elif key not in theirs:
                lines.append(f"{name}: {label} was made and not expected")
            else:
                lines += [
                    f"{name}: {label}: expected {column} {theirs[key][column]}, got {value}"
                    for column, value in ours[key].items()
                    if not _agree(column, theirs[key][column], value, same_bytes)
                ]
    return lines


def main() -> int:
    """Write the fingerprints of the build that stands here."""
    try:
        tables = taken()
        write(tables)
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(", ".join(f"{len(rows)} {name}" for name, rows in tables.items()))
    return 0


def _agree(column: str, expected: str, found: str, same_bytes: bool) -> bool:
    """Whether two values of a fingerprint agree."""
    if expected == found:
        return True
    if same_bytes:
        return False
    if column in ("sha256", "text"):
        return True  # bytes and printed digits may turn; rows, moments and values may not
    try:
        one, two = float(expected), float(found)
    except ValueError:
        return False
    probability = column == "value" and 0 <= one <= 1 and 0 <= two <= 1
    slack = SIMULATED if probability else ABSOLUTE
    return math.isclose(one, two, rel_tol=RELATIVE, abs_tol=slack)


def _facts(root: Path) -> Table:
    rows = []
    for path in sorted((root / "build" / "facts").glob("*.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))["facts"]
        for name in sorted(facts):
            fact = facts[name]
            row = {"notebook": path.stem, "fact": name, "value": str(fact["value"])}
            rows.append(row | {"text": fact["text"]})
    return rows


def _moments(column: pd.Series) -> dict[str, str]:
    numbers = pd.to_numeric(column, errors="coerce").dropna()
    values = (numbers.mean(), numbers.std(), numbers.min(), numbers.max()) if len(numbers) else ()
    shown = [repr(float(value)) if math.isfinite(value) else "" for value in values] or [""] * 4
    return {"count": str(int(column.notna().sum())),
            **dict(zip(("mean", "sd", "min", "max"), shown, strict=True))}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
