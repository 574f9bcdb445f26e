"""Run every notebook in a warm and in a stock kernel and compare all they make, byte by byte."""

import json
import os
import shutil
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.paths import BUILD, StudyPaths
from pipeline.config import current_build, declared, notebooks, parameters_of
from pipeline.kernels.process import KERNEL_VARIABLE, WARM, begin_to_warm_up

FOLDER = BUILD / "verify-kernel"
KINDS = ("warm", "stock")


def main() -> int:
    """Compare all notebooks; 0 if nothing differs, 1 if something does, 2 if one cannot run."""
    try:
        for kind in KINDS:
            run_all(kind, notebooks())
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    finally:
        WARM.stop()
    differing = differences(FOLDER / KINDS[0], FOLDER / KINDS[1])
    for name in differing:
        print(f"differs: {name}", file=sys.stderr)
    count = sum(path.is_file() for path in (FOLDER / KINDS[0]).rglob("*"))
    if differing:
        print(f"error: {len(differing)} of {count} files differ; see {FOLDER}", file=sys.stderr)
        return 1
    print(f"warm and stock kernels give the same {count} files for {len(notebooks())} notebooks")
    shutil.rmtree(FOLDER)
    return 0


def run_all(kind: str, names: Iterable[str]) -> None:
    """Run notebooks in kernels of one kind, into a folder of that name.

    Parameters
    ----------
    kind : str
        `warm` or `stock`.
    names : iterable of str
        Notebooks; what the last one reads of the others is that of the last build.
    """
    os.environ[KERNEL_VARIABLE] = kind
    begin_to_warm_up()
    from pipeline.run_notebook import run_notebook

    build = current_build()
    root = FOLDER / kind
    shutil.rmtree(root, ignore_errors=True)
    paths = StudyPaths(build.study, root, root / "figures", root / "tables")

    def run(name: str) -> None:
        parameters = json.loads(parameters_of(name, build))
        run_notebook(name, parameters, declared(name, build), paths)
        print(f"{name} has run in a {kind} kernel", flush=True)

    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        list(pool.map(run, names))


def differences(one: Path, other: Path) -> list[str]:
    """Names of files that are not in both folders with the same bytes."""
    contents = [
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in (one, other)
    ]
    names = contents[0].keys() | contents[1].keys()
    return sorted(name for name in names if contents[0].get(name) != contents[1].get(name))


if __name__ == "__main__":
    sys.exit(main())
