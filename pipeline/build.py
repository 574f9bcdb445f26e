"""One build: check what can be checked before, take the lock of the checkout, run the graph."""

import argparse
import os
import signal
import sys

import filelock

from nqpf.errors import StudyError
from nqpf.paths import BUILD, NOTEBOOKS
from pipeline.config import Build, current_build, declared, notebooks
from pipeline.kernels.child import die_with_parent
from pipeline.kernels.process import WARM, begin_to_warm_up, is_warm
from pipeline.limits import limit_seconds
from pipeline.own_data import use_own_data
from pipeline.receipt import Receipt, differing, parameter_file


def build(arguments: argparse.Namespace) -> int:
    """Build what is asked for and return 0, or 1 if a step failed.

    Parameters
    ----------
    arguments : Namespace
        `step`, `notebook`, `explain` and `workers` of the command line.

    Raises
    ------
    StudyError
        If something is wrong before any step runs.
    """
    if "MAKELEVEL" in os.environ and sys.platform == "linux":
        die_with_parent(signal.SIGTERM)  # a make that is killed must not leave its build behind
    is_warm()  # these two raise if a setting is mistyped
    limit_seconds()
    use_own_data(parameter_file())
    study = current_build()
    _check_notebooks(study)
    selection = _selection(arguments, study.study)
    BUILD.mkdir(exist_ok=True)
    lock = filelock.FileLock(BUILD / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise StudyError(
            "another build is running in this checkout; wait for it to end, then run make again"
        ) from None
    try:
        if not arguments.explain:
            begin_to_warm_up()  # on another core, while this one looks at what is to be done
        from pipeline import graph  # pytask is only paid for when it is needed

        whole = not selection and not arguments.explain
        if arguments.explain and (places := differing(parameter_file())):
            print(f"other than the last complete build left it: {', '.join(places)}")
        return graph.run(
            selection,
            workers=arguments.workers,
            explain=arguments.explain,
            stop=_stop,
            receipt=Receipt(parameter_file()) if whole else None,
        )
    finally:
        WARM.stop()
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


def _stop() -> None:
    """End what an interrupted build has started."""
    if "pipeline.engine" in sys.modules:  # else no notebook has begun
        sys.modules["pipeline.engine"].interrupt()
    WARM.stop()


def _check_notebooks(study: Build) -> None:
    """Raise unless every notebook is there and says what it makes."""
    missing = [name for name in notebooks() if not (NOTEBOOKS / f"{name}.ipynb").is_file()]
    if missing:
        raise StudyError(
            f"notebooks/ lacks {', '.join(f'{name}.ipynb' for name in missing)}; "
            "bring it back, or take its entry out of TOPICS_OF in src/nqpf/params/__init__.py"
        )
    for name in notebooks():
        declared(name, study)
