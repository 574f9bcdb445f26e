"""The warm process: imports the stack, then forks on request; run as `-m pipeline.kernels.warm`."""

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys

from pipeline.kernels.compiled import keep_compiled

SOURCE = os.path.join(os.getcwd(), "src")
# Third-party modules that the study's notebooks and pages import, directly or not.
STACK = (
    "numpy",
    "scipy.stats",
    "scipy.optimize",
    "scipy.sparse",
    "scipy.special",
    "pandas",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_pdf",
    "matplotlib.backends.backend_svg",
    "seaborn",
    "statsmodels.regression.linear_model",
    "pandera.pandas",
    "pydantic",
    "pybtex.database",
    "yaml",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "nbformat",
    "nbconvert",
    "nbconvert.filters.markdown_mistune",
    "fontTools.merge",
    "fontTools.subset",
    "pygments.formatters.html",
    "pygments.lexers.python",
)


def warm_up() -> None:
    """Import the stack, and compile the study without running any of it, for it may change."""
    build = os.getppid()
    gc.disable()
    for name in STACK:
        if os.getppid() != build:  # it was killed, and nobody will ask for a fork
            sys.exit()
        importlib.import_module(name)
    keep_compiled(SOURCE)
    gc.enable()
    gc.collect()
    gc.freeze()  # what is there now is shared by all forks and never looked at again


def serve(control: socket.socket) -> None:
    """Fork for every request until the other end of the socket is closed.

    A request is one byte and two descriptors: one from which the fork reads what to do and one
    to which it writes its process id and, when it has ended, this process its exit code.
    """
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_read, False)
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # so that the wake-up descriptor is written
    children: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([control, wake_read], [], [])
        if wake_read in ready:
            os.read(wake_read, 4096)
            _report_ended(children)
        if control in ready:
            request, descriptors, _, _ = socket.recv_fds(control, 1, 2)
            if not request:
                for pid in children:
                    _kill_group(pid)
                return
            instructions, status = descriptors
            pid = os.fork()
            if pid == 0:
                for descriptor in (wake_read, wake_write, *children.values()):
                    os.close(descriptor)
                control.close()
                from pipeline.kernels.child import run

                run(instructions, status)
            os.close(instructions)
            children[pid] = status


def _report_ended(children: dict[int, int]) -> None:
    """Tell the build which forks have ended and how."""
    while children:
        pid, how = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        status = children.pop(pid)
        with contextlib.suppress(BrokenPipeError):  # the build no longer wants to know
            os.write(status, f"exit {os.waitstatus_to_exitcode(how)}\n".encode())
        os.close(status)


def _kill_group(pid: int) -> None:
    # it may have ended, or be no group of its own yet: then it dies with this process
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    warm_up()
    serve(socket.socket(fileno=int(sys.argv[1])))
