"""Command line of the build, called by the Makefile: one study, whole or in part."""

import argparse
import os
import signal
import sys

from nqpf.errors import StudyError
from nqpf.paths import BUILD, NOTEBOOKS
from pipeline.config import (
    PARAMS_VARIABLE,
    Build,
    current_build,
    declared,
    notebooks,
    parameter_file,
)
from pipeline.kernels.process import WARM, is_warm
from pipeline.own_data import use_own_data


def main() -> int:
    """Build what is asked for and return the exit code: 0 built, 1 failed, 2 bad input."""
    arguments = _arguments()
    if arguments.params:
        os.environ[PARAMS_VARIABLE] = arguments.params
    for ending in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        signal.signal(ending, _interrupt)
    try:
        use_own_data(parameter_file())
        return _build(arguments)
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as interruption:
        print("interrupted; nothing half-made was kept, `make` goes on from here", file=sys.stderr)
        return 128 + (interruption.args[0] if interruption.args else signal.SIGINT)


def _interrupt(number: int, frame: object) -> None:
    """Treat being asked to end as Ctrl-C is treated."""
    raise KeyboardInterrupt(number)


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
    is_warm()  # raises if KERNEL is mistyped
    build = current_build()
    _check_notebooks(build)
    selection = _selection(arguments, build.study)
    import filelock

    BUILD.mkdir(exist_ok=True)
    lock = filelock.FileLock(BUILD / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise StudyError(
            "another build is running in this checkout; wait for it to end, then run make again"
        ) from None
    try:
        from pipeline import graph  # pytask is only paid for when it is needed

        return graph.run(
            selection, workers=arguments.workers, explain=arguments.explain, stop=_stop
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


def _check_notebooks(build: Build) -> None:
    """Raise unless every notebook is there and says what it makes."""
    missing = [name for name in notebooks() if not (NOTEBOOKS / f"{name}.ipynb").is_file()]
    if missing:
        raise StudyError(
            f"notebooks/ lacks {', '.join(f'{name}.ipynb' for name in missing)}; "
            "bring it back, or take its entry out of TOPICS_OF in src/nqpf/params/__init__.py"
        )
    for name in notebooks():
        declared(name, build)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # without waiting for the threads of an interrupted build
