"""papermill's engine as the build needs it: warm kernels, a neutral environment, a total limit."""

import contextlib
import logging
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

import nbformat
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.iorw import write_ipynb

from nqpf.paths import NOTEBOOKS, STAGE_VARIABLE
from pipeline.kernels.process import base_environment
from pipeline.kernels.provisioner import choose_provisioner
from pipeline.limits import limit_seconds

ENGINE = "staged"
SOCKET_BYTES = 100  # of a path, a little less than what systems allow a socket
START_SECONDS = 120  # for a kernel to come up on a busy machine

_interrupted = threading.Event()
_running: set[PapermillNotebookClient] = set()


class KernelEndedError(Exception):
    """A kernel did not live to the end of its notebook; the message says why."""


class StagedEngine(NBClientEngine):
    """papermill's own engine with an environment and a limit of its own for each notebook."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        stage: Path,
        copy: Path,
        **_: object,
    ) -> None:
        """Run the notebook; if its kernel ends early, still leave a partial copy.

        Raises
        ------
        KernelEndedError
            If the kernel dies or has to be ended because the limit is over.
        """
        with tempfile.TemporaryDirectory(prefix="nqpf-") as folder:
            client = PapermillNotebookClient(
                nb_man,
                kernel_name=kernel_name,
                timeout=None,
                startup_timeout=START_SECONDS,
                record_timing=False,
                shutdown_kernel="immediate",  # all it made is on disk or has been sent
                extra_arguments=["--log-level=ERROR"],
                resources={"metadata": {"path": str(NOTEBOOKS)}},
            )
            _speak_through_files(client, Path(folder))
            # an empty folder of IPython's: start files of the reader's could change results
            own = {STAGE_VARIABLE: str(stage), "IPYTHONDIR": folder}
            _run(client, nb_man, {**base_environment(), **own}, stage, copy)


def _speak_through_files(client: PapermillNotebookClient, folder: Path) -> None:
    """Speak with the kernel through files of its own, where the system has such sockets.

    A port of the network that was free may be taken before the kernel binds it, and then the
    kernel ends; with several builds on one machine that is seen now and then.
    """
    manager = client.create_kernel_manager()
    manager.connection_file = str(folder / "kernel.json")
    longest = len(os.fsencode(folder / "kernel-ipc-5"))
    if sys.platform != "win32" and longest <= SOCKET_BYTES:
        manager.transport = "ipc"


def _run(
    client: PapermillNotebookClient,
    nb_man: NotebookExecutionManager,
    environment: dict[str, str],
    stage: Path,
    copy: Path,
) -> None:
    """Run all cells within the limit; see `StagedEngine.execute_managed_notebook`."""
    choose_provisioner()
    seconds = limit_seconds()
    expired = threading.Event()
    kernels = []

    def expire() -> None:
        expired.set()
        _kill(client)

    def begin(**_: object) -> None:  # the kernel is there; how long that took is another matter
        kernels.append(client.km.provisioner.process)
        clock.start()

    clock = threading.Timer(seconds, expire)
    clock.daemon = True
    client.on_notebook_start = begin
    _running.add(client)
    try:
        with (stage / "kernel.log").open("ab") as log:
            client.execute(env=environment, stdout=log, stderr=log)
    except Exception as error:
        with contextlib.suppress(OSError):  # a full disk must not hide the reason
            write_ipynb(nb_man.nb, str(copy))
        if expired.is_set():
            raise KernelEndedError(
                f"it did not end within {seconds:g} s; allow more with TIMEOUT="
            ) from error
        if isinstance(error, DeadKernelError) and kernels:
            raise KernelEndedError(f"its kernel {_cause(kernels[0].poll())}") from error
        if not kernels and (said := (stage / "kernel.log").read_text(errors="replace").split()):
            raise RuntimeError(f"{error}; the kernel said: {' '.join(said)[-500:]}") from error
        raise
    finally:
        clock.cancel()
        _running.discard(client)


def interrupt() -> None:
    """End all running kernels at once, because the build was interrupted."""
    _interrupted.set()
    for client in list(_running):
        _kill(client)


def is_interrupted() -> bool:
    """Whether failures are only those of kernels that were ended on purpose."""
    return _interrupted.is_set()


def last_begun(notebook: nbformat.NotebookNode) -> int:
    """Index of the last cell that was begun, the first if none was."""
    begun = [
        index
        for index, cell in enumerate(notebook.cells)
        if cell.metadata.get("papermill", {}).get("start_time")
    ]
    return begun[-1] if begun else 0


def _kill(client: PapermillNotebookClient) -> None:
    """End the kernel of a notebook and all it has started."""
    manager = client.km
    if manager is not None and manager.provisioner is not None and manager.provisioner.pid:
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.killpg(manager.provisioner.pid, signal.SIGKILL)


def _cause(code: int | None) -> str:
    """What the exit code of a kernel says."""
    if code == -signal.SIGKILL:
        return "was killed by the system, most likely because memory ran out"
    if code is not None and code < 0:
        return f"was ended by signal {-code} ({signal.Signals(-code).name})"
    return f"ended with exit code {code}"


papermill_engines.register(ENGINE, StagedEngine)
logging.getLogger("papermill").setLevel(logging.ERROR)  # parameters are checked by pydantic
logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what fails is said by the build
