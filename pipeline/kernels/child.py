"""What a fork of the warm process does: it becomes a kernel, or runs one function of the build."""

import ctypes
import importlib.util
import json
import os
import signal
import sys
import time
import traceback
from typing import NoReturn

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def run(instructions: int, status: int) -> NoReturn:
    """Follow the instructions and leave without running anything of the warm process.

    Parameters
    ----------
    instructions : int
        Descriptor with one JSON object: `target` (module:function), its `arguments`, the
        `environment`, the `folder` to work in and a `log` for what is written to the screen.
    status : int
        Descriptor for lines: `pid`, and `error` with a JSON object where the function raised.
    """
    code = 1
    try:
        die_with_parent()
        _calm_signals()
        os.setsid()
        os.write(status, f"pid {os.getpid()}\n".encode())
        with os.fdopen(instructions, encoding="utf-8") as stream:
            order = json.load(stream)
        _settle(order["environment"], order["folder"], order["log"])
        report = run_here(order["target"], order["arguments"])
        if report is None:
            code = 0
        else:
            os.write(status, f"error {json.dumps(report)}\n".encode())
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run_here(target: str, arguments: list[object]) -> dict[str, str] | None:
    """Run a function and return what it raised, in a form that can be sent; none if nothing.

    Parameters
    ----------
    target : str
        `module:function`.
    arguments : list
        Given to it.
    """
    module, _, name = target.partition(":")
    try:
        getattr(importlib.import_module(module), name)(*arguments)
    except Exception as error:  # the caller raises it where the build reports failures
        return {
            "kind": type(error).__name__,
            "sentence": " ".join(str(error).split()),
            "traceback": traceback.format_exc(),
        }
    return None


def run_kernel(arguments: list[str]) -> None:
    """Be an ipykernel, as `python -m ipykernel_launcher` would.

    Parameters
    ----------
    arguments : list of str
        Of the launcher: the connection file and options.
    """
    from ipykernel.kernelapp import IPKernelApp

    root = os.path.abspath(os.environ["PYTHONPATH"] + "/..")
    sys.path[:] = [place for place in sys.path if place not in ("", root)]
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [launcher.origin, *arguments]
    if sys.modules.get("rfc3987_syntax", "absent") is None:  # see pipeline/__init__.py
        del sys.modules["rfc3987_syntax"]
    IPKernelApp.launch_instance(argv=arguments)


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Ask the system to send this process a signal when its parent ends, even by kill -9."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the system knew
        os._exit(1)


def _calm_signals() -> None:
    """Undo what the warm process has set."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _settle(environment: dict[str, str], folder: str, log: str) -> None:
    """Take on surroundings as a new process would, with random numbers of its own."""
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    screen = os.open(log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for place, descriptor in ((0, nothing), (1, screen), (2, screen)):
        os.dup2(descriptor, place)
    numpy = sys.modules.get("numpy")
    if numpy is not None:  # the standard library does this for its own at every fork
        numpy.random.seed()
