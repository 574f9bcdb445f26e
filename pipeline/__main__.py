"""Command line of the build, called by the Makefile: one study, whole or in part."""

import argparse
import os
import sys

from nqpf.errors import StudyError
from nqpf.paths import BUILD, ROOT
from pipeline.config import PARAMS_VARIABLE, current_build, notebooks, parameter_file
from pipeline.own_data import use_own_data

FOLLOWS = {"SkippedAncestorFailed", "SkippedUnchanged", "WouldBeExecuted"}  # not causes
DATABASE = BUILD / "graph.sqlite3"


def main() -> int:
    """Build what is asked for and return the exit code: 0 built, 1 failed, 2 bad input."""
    arguments = _arguments()
    if arguments.params:
        os.environ[PARAMS_VARIABLE] = arguments.params
    try:
        use_own_data(parameter_file())
        return _build(arguments)
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; nothing half-made was kept, `make` goes on from here", file=sys.stderr)
        return 130


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    parser.add_argument("step", choices=["all", "data", "notebook", "site"], help="what to build")
    parser.add_argument("notebook", nargs="?", help="number of a notebook, such as 03")
    parser.add_argument("--params", default="", help="parameter file, default params/default.yml")
    parser.add_argument("--explain", action="store_true", help="say why each step would run")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    return parser.parse_args()


def _build(arguments: argparse.Namespace) -> int:
    """Check the parameters, take the lock of the checkout and run the graph."""
    build = current_build()
    selection = _selection(arguments, build.study)
    import filelock
    import grimp.exceptions

    BUILD.mkdir(exist_ok=True)
    lock = filelock.FileLock(BUILD / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise StudyError(
            "another build is running in this checkout; wait for it to end, then run make again"
        ) from None
    try:
        return _run(selection, arguments)
    except grimp.exceptions.SourceSyntaxError as error:
        raise StudyError(f"a source file cannot be read: {error}") from None
    finally:
        lock.release()


def _selection(arguments: argparse.Namespace, study: str) -> str:
    """Part of the graph that the step needs, as pytask's expression over task names."""
    if arguments.step == "notebook":
        matches = [name for name in notebooks() if name.split("_")[0] == arguments.notebook]
        if not matches:
            numbers = ", ".join(name.split("_")[0] for name in notebooks())
            raise StudyError(f"there is no notebook '{arguments.notebook}'; there are {numbers}")
        return f"{study}-{matches[0]}"
    return {"all": "", "data": "task_data", "site": ""}[arguments.step]


def _run(selection: str, arguments: argparse.Namespace) -> int:
    """Run pytask and say in one sentence each what failed."""
    import pytask

    session = pytask.build(
        paths=[ROOT / "pipeline"],
        config=ROOT / "pyproject.toml",
        database_url=f"sqlite:///{DATABASE}",
        expression=selection,
        n_workers=1 if arguments.explain else arguments.workers,
        parallel_backend="threads",
        dry_run=arguments.explain,
        explain=arguments.explain,
        show_traceback=False,
        show_capture="no",
        sort_table=False,
        editor_url_scheme="no_link",
        disable_warnings=True,
    )
    errors = [
        report.exc_info[1]
        for report in [*session.collection_reports, *session.execution_reports]
        if report.exc_info and isinstance(report.exc_info[1], BaseException)
    ]
    for error in errors:
        _say(error)
    return int(session.exit_code) and 1


def _say(error: BaseException) -> None:
    """Print one failure; those that only follow from another are left out."""
    if isinstance(error, StudyError):
        print(f"error: {error}", file=sys.stderr)
    elif type(error).__name__ not in (
        "SkippedAncestorFailed",
        "SkippedUnchanged",
        "WouldBeExecuted",
    ):
        print(f"error: {type(error).__name__}: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
