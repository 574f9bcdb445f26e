"""Run every benchmark, one after another, and say which promises held.

    python benchmarks              all of them
    python benchmarks regression   only bench_regression.py

Rows are printed, and written to build/bench/bench.csv (or bench-<topics>.csv). The exit code is 1
when a promised ratio is missed, 2 when a topic is unknown.
"""

import csv
import importlib
import os
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from frame import Row

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS")
FIELDS = ("benchmark", "name", "ours", "other", "seconds", "ratio", "target", "holds")
WORDS = {True: "holds", False: "MISSED", None: ""}


def topics() -> list[str]:
    """Names of the benchmark files beside this one."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def run(chosen: Sequence[str]) -> list[tuple[str, Row]]:
    """Rows of the chosen topics, printed as they come."""
    found = []
    for topic in chosen:
        print(f"\n{topic}", flush=True)
        for row in importlib.import_module(f"bench_{topic}").rows():
            print(line(row), flush=True)
            found.append((topic, row))
    return found


def line(row: Row) -> str:
    """One row for the terminal."""
    target = "" if row.target is None else f"≥ {row.target:g}"
    return (
        f"  {row.name:58s} {row.ours:9.4f} s  {row.other[:24]:24s} {row.seconds:11.4f} s "
        f"{row.ratio:10.1f} x {target:>8s} {WORDS[row.holds]}"
    )


def save(rows: Iterable[tuple[str, Row]], path: Path) -> None:
    """Write rows as csv."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        for topic, row in rows:
            numbers = [f"{value:.6g}" for value in (row.ours, row.seconds, row.ratio)]
            target = "" if row.target is None else f"{row.target:g}"
            writer.writerow(
                [topic, row.name, numbers[0], row.other, *numbers[1:], target, WORDS[row.holds]]
            )


def main(arguments: Sequence[str]) -> int:
    """Run the topics named, all by default; the exit code."""
    unknown = sorted(set(arguments) - set(topics()))
    if unknown:
        print(
            f"error: no benchmark '{unknown[0]}'; there are {', '.join(topics())}", file=sys.stderr
        )
        return 2
    for name in THREADS:  # one thread for everyone, set before NumPy is imported
        os.environ.setdefault(name, "1")
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    warnings.simplefilter("ignore")  # of other tools
    rows = run(arguments or topics())
    path = ROOT / "build" / "bench" / f"{'-'.join(['bench', *arguments])}.csv"
    save(rows, path)
    missed = [row for _, row in rows if row.holds is False]
    promised = [row for _, row in rows if row.holds is not None]
    print(f"\n{len(promised) - len(missed)} of {len(promised)} promises hold; rows in {path}")
    for row in missed:
        print(
            f"error: {row.name}: expected at least {row.target:g} times {row.other}, "
            f"got {row.ratio:.1f}",
            file=sys.stderr,
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
