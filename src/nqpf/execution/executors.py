"""Where work runs: one interface, `concurrent.futures`, for this process, processes and Dask."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from nqpf.errors import StudyError

SCHEDULER = "SCHEDULER"  # environment variable: empty, processes, processes:N or tcp://host:port
CONNECT_SECONDS = 20


class InProcess(Executor):
    """Runs every call at once, here."""

    def submit(self, fn: Callable, /, *args, **kwargs) -> Future:
        """Run the call and return its finished future."""
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # handed to whoever asks for the result
            future.set_exception(error)
        return future


@contextmanager
def open_executor(scheduler: str | None = None) -> Iterator[Executor]:
    """Executor for a scheduler; closed when the block is left.

    Parameters
    ----------
    scheduler : str, optional
        "" runs in this process, "processes" as many processes as there are cores, "processes:N"
        so many, "tcp://host:port" the workers of that Dask scheduler, which must be able to
        import this package. By default what the environment's SCHEDULER says.

    Raises
    ------
    StudyError
        Another word, Dask not installed, or no scheduler at the address.
    """
    where = asked_for() if scheduler is None else scheduler
    if where in ("", "in-process"):
        yield InProcess()
    elif where.partition(":")[0] == "processes":
        with ProcessPoolExecutor(_count(where), get_context("spawn"), one_thread) as executor:
            yield executor
    elif "://" in where:
        with _client(where) as client:
            executor = client.get_executor(pure=False, retries=3)
            try:
                yield executor
            finally:
                executor.shutdown()
    else:
        raise StudyError(
            f"SCHEDULER is empty, processes, processes:N or tcp://host:port, got '{where}'"
        )


def asked_for() -> str:
    """The scheduler that the environment names, empty for none."""
    return os.environ.get(SCHEDULER, "")


def describe(where: str) -> str:
    """Where work would run on a scheduler, in words."""
    if where in ("", "in-process"):
        return "in-process"
    if where.partition(":")[0] == "processes":
        return f"in {_count(where)} processes"
    return f"on Dask at {where}"


def one_thread() -> None:
    """Start of a worker process: one thread for linear algebra, as everywhere."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def _count(where: str) -> int:
    """Number of processes named, or of cores."""
    _, _, count = where.partition(":")
    if not count:
        return os.cpu_count() or 1
    if not count.isdigit() or int(count) < 1:
        raise StudyError(f"processes:N takes a number of processes, got '{where}'")
    return int(count)


def _client(address: str):
    """Client of a Dask scheduler."""
    try:
        from distributed import Client
    except ImportError:
        raise StudyError(
            f"SCHEDULER={address} needs Dask; install the optional extra: pip install '.[cluster]'"
        ) from None
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise StudyError(f"no Dask scheduler answers at {address}: {error}") from None
