"""Command line of the build, called by the Makefile: one study, whole or in part."""

import argparse
import os
import signal
import sys

from nqpf.errors import StudyError
from pipeline.disk import about_disk
from pipeline.limits import LIMIT_VARIABLE
from pipeline.receipt import PARAMS_VARIABLE, nothing_changed, parameter_file

NOTHING = "nothing to do: all is as the last build left it (make explain looks at every step)"


def main() -> int:
    """Build what is asked for and return the exit code: 0 built, 1 failed, 2 bad input."""
    arguments = _arguments()
    if arguments.params:
        os.environ[PARAMS_VARIABLE] = arguments.params
    if arguments.timeout:
        os.environ[LIMIT_VARIABLE] = arguments.timeout
    for ending in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(ending) is not signal.SIG_IGN:  # as nohup asks for
            signal.signal(ending, _interrupt)
    try:
        whole = arguments.step in ("all", "site") and not arguments.explain
        if whole and nothing_changed(parameter_file()):
            print(NOTHING)
            return 0
        from pipeline.build import build  # what follows is only paid for when it is needed

        return build(arguments)
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {about_disk(error)}", file=sys.stderr)
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
    parser.add_argument("--timeout", default="", help="seconds that one notebook may take")
    return parser.parse_args()


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # without waiting for the threads of an interrupted build
