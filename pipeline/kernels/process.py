"""The build's side: starts the warm process and asks it for forks."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.paths import BUILD, ROOT
from pipeline.kernels.child import run_here

KERNEL_VARIABLE = "KERNEL"  # `stock` for jupyter_client's own kernels
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def is_warm() -> bool:
    """Whether kernels are forked from a warm process here.

    Raises
    ------
    StudyError
        If KERNEL names something that does not exist.
    """
    wish = os.environ.get(KERNEL_VARIABLE, "") or "warm"
    if wish not in ("warm", "stock"):
        raise StudyError(f"KERNEL is 'warm' (the default) or 'stock', got '{wish}'")
    return wish == "warm" and sys.platform == "linux"


def base_environment() -> dict[str, str]:
    """Environment in which a notebook gives the same results on every machine."""
    return {
        **os.environ,
        **dict.fromkeys(ONE_THREAD, "1"),
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "MPLBACKEND": "agg",
    }


class ForkedProcess:
    """A fork of the warm process, with the face of `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, status: int):
        """Take charge of a fork that reports on the descriptor `status`."""
        self._status = status
        self._text = b""
        self._ended = False
        self._lock = threading.Lock()
        self.returncode: int | None = None
        self.error: dict[str, str] | None = None
        self.pid = 0
        while not self.pid and not self._ended:
            self._read(None)
        if not self.pid:
            raise StudyError(
                "the warm process from which kernels are forked has ended before its time; "
                "run make again, or with KERNEL=stock"
            )

    def poll(self) -> int | None:
        """Exit code, or None while the process runs."""
        while not self._ended and self._read(0.0):
            pass
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self._ended:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not self._read(left) and not self._ended:
                raise subprocess.TimeoutExpired("a fork of the warm process", timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the process and all it has started."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process."""
        self.send_signal(signal.SIGKILL)

    def _read(self, timeout: float | None) -> bool:
        """Take in what the process reports, waiting at most so long; False if nothing came."""
        with self._lock:
            if self._ended:
                return False
            ready, _, _ = select.select([self._status], [], [], timeout)
            if not ready:
                return False
            chunk = os.read(self._status, 65536)
            self._text += chunk
            *lines, self._text = self._text.split(b"\n")
            for line in lines:
                word, _, rest = line.decode("utf-8").partition(" ")
                if word == "pid":
                    self.pid = int(rest)
                elif word == "error":
                    self.error = json.loads(rest)
                elif word == "exit":
                    self.returncode = int(rest)
            if not chunk:  # the end; without an exit code the warm process was killed
                if self.returncode is None:
                    self.returncode = -signal.SIGKILL
                self._ended = True
                os.close(self._status)
            return True


class WarmProcess:
    """The one warm process of this build; started when it is first needed."""

    def __init__(self):
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._control: socket.socket | None = None
        self._owner = 0  # the process that started it and may end it; its forks only use it
        self._forks: set[ForkedProcess] = set()

    def start(self) -> None:
        """Start importing in the background, if that has not begun."""
        with self._lock:
            self._start()

    def fork(
        self,
        target: str,
        arguments: list[object],
        environment: dict[str, str],
        folder: Path,
        log: Path | None = None,
    ) -> ForkedProcess:
        """Run a function in a fork of the warm process.

        Parameters
        ----------
        target : str
            `module:function`.
        arguments : list
            As far as JSON goes.
        environment : dict
            All of the fork's environment.
        folder : Path
            Where it works.
        log : Path, optional
            File for what it writes to the screen.
        """
        order = {
            "target": target,
            "arguments": arguments,
            "environment": environment,
            "folder": str(folder),
            "log": str(log or ""),
        }
        orders_read, orders_write = os.pipe()
        status_read, status_write = os.pipe()
        with self._lock:
            self._start()
            with contextlib.suppress(BrokenPipeError):  # seen below, where no fork answers
                socket.send_fds(self._control, [b"f"], [orders_read, status_write])
        os.close(orders_read)
        os.close(status_write)
        with contextlib.suppress(BrokenPipeError), os.fdopen(orders_write, "w") as stream:
            json.dump(order, stream)
        process = ForkedProcess(status_read)
        self._forks = {fork for fork in self._forks if fork.returncode is None} | {process}
        return process

    def stop(self) -> None:
        """End all forks at once, and the warm process where it was started here."""
        with self._lock:
            for process in list(self._forks):
                process.kill()
            if self._process is not None and self._owner == os.getpid():
                self._control.close()
                self._process.kill()
                self._process.wait()
                self._process = None
            self._forks.clear()

    def _start(self) -> None:
        here = self._owner == os.getpid()
        if self._process is not None and (not here or self._process.poll() is None):
            return
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.kernels.warm", str(theirs.fileno())],
            cwd=ROOT,
            env=base_environment(),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the build alone
        )
        theirs.close()
        self._control = ours
        self._owner = os.getpid()


WARM = WarmProcess()


def begin_to_warm_up() -> None:
    """Start the warm process while the build still has other things to do."""
    if is_warm():
        WARM.start()


def call(target: str, *arguments: object) -> None:
    """Run a function of the build in a fork, or here where forks are not used.

    Parameters
    ----------
    target : str
        `module:function`.
    *arguments
        As far as JSON goes.

    Raises
    ------
    StudyError
        As the function did; or what failed in it, in a sentence that says where its traceback is.
    """
    name = target.partition(":")[2]
    if is_warm():
        process = WARM.fork(target, list(arguments), base_environment(), ROOT)
        code = process.wait()
        error = process.error
        if code != 0 and error is None:
            raise StudyError(f"{name} ended before its time, with code {code}")
    else:
        error = run_here(target, list(arguments))
    if error is None:
        return
    if error["kind"] == "StudyError":
        raise StudyError(error["sentence"])
    sentence = f"{name} failed: {error['kind']}: {error['sentence']}"
    trace = BUILD / "failed" / f"{name}.txt"
    with contextlib.suppress(OSError):  # the disk may be the very thing that failed
        trace.parent.mkdir(parents=True, exist_ok=True)
        trace.write_text(error["traceback"], encoding="utf-8")
        sentence += f"; the traceback is in {trace}"
    raise StudyError(sentence)
