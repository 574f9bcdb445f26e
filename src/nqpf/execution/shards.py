"""Pieces of work with results named by content: interrupted, they go on where they were."""

import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import CancelledError, Executor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.execution.executors import asked_for, describe, open_executor
from nqpf.execution.fingerprint import fingerprint

WORTH_SENDING = 30.0  # seconds of work below which starting others costs more than it saves
LOSSES = 3  # times that lost workers are replaced before giving up
DIGEST = 32  # bytes of sha256 before the content of a shard
log = logging.getLogger("nqpf.execution")


@dataclass(frozen=True)
class Plan:
    """Where a run goes and why.

    Attributes
    ----------
    scheduler : str
        As `open_executor` takes it.
    note : str
        One sentence for the reader.
    """

    scheduler: str
    note: str


def plan_run(seconds: float, scheduler: str | None = None) -> Plan:
    """Choose where to run by the work there is.

    Parameters
    ----------
    seconds : float
        Estimated work on one core.
    scheduler : str, optional
        What is asked for; by default what the environment's SCHEDULER says.
    """
    scheduler = asked_for() if scheduler is None else scheduler
    wanted = describe(scheduler)
    if wanted != "in-process" and seconds < WORTH_SENDING:
        note = (
            f"about {seconds:.0f} s of work, less than the {WORTH_SENDING:.0f} s that are worth "
            f"sending out: it stays in-process instead of {wanted}"
        )
        return Plan("in-process", note)
    return Plan(scheduler, f"about {seconds:.0f} s of work on one core, run {wanted}")


def run_shards(
    function: Callable[[object], bytes],
    payloads: Sequence[object],
    *,
    plan: Plan,
    code: str,
    store: Path | None = None,
    done: Callable[[int, int], None] | None = None,
) -> list[bytes]:
    """Apply a function to every payload; results in the order of the payloads.

    Parameters
    ----------
    function : callable
        Of a module of the package; its result depends on its payload alone.
    payloads : sequence
        Plain data, see `fingerprint`; equal ones are computed once.
    plan : Plan
        Where to run.
    code : str
        `code_fingerprint` of the rooms that the function uses.
    store : Path, optional
        Folder of shards. What is there and whole is not computed again; without it nothing is
        kept.
    done : callable, optional
        Told how many of how many shards are ready, each time one is.

    Raises
    ------
    StudyError
        If workers are lost again and again. Errors of the function itself are raised as they are.
    """
    log.info(plan.note)
    name = f"{function.__module__}.{function.__qualname__}"
    keys = [fingerprint(name, code, payload) for payload in payloads]
    found = _held(store, keys)
    missing = {key: payload for key, payload in zip(keys, payloads, strict=True)
               if key not in found}  # fmt: skip
    losses = 0
    while missing:
        try:
            with open_executor(plan.scheduler) as executor:
                for key, content in _completed(executor, function, missing):
                    _keep(store, key, content)
                    found[key] = content
                    del missing[key]
                    if done is not None:
                        done(len(found), len(set(keys)))
        except (BrokenProcessPool, CancelledError) as error:
            losses += 1
            if losses > LOSSES:
                raise StudyError(
                    f"workers were lost {losses} times ({error}); what was done is kept"
                ) from error
            log.info("a worker was lost; %d shards are done, going on", len(found))
    return [found[key] for key in keys]


def _completed(executor: Executor, function, missing) -> Iterable[tuple[str, bytes]]:
    """Key and result of each piece of work, whichever is ready first."""
    futures = {}
    for key, payload in list(missing.items()):
        future = executor.submit(function, payload)
        if future.done():  # in this process: keep each before the next begins
            yield key, future.result()
        else:
            futures[future] = key
    for future in as_completed(futures):
        yield futures[future], future.result()


def _held(store: Path | None, keys: Iterable[str]) -> dict[str, bytes]:
    """Whole shards of the store; a damaged one counts as not there."""
    if store is None:
        return {}
    found = {}
    for key in set(keys):
        path = store / f"{key}.shard"
        if path.is_file():
            content = path.read_bytes()
            if content[:DIGEST] == hashlib.sha256(content[DIGEST:]).digest():
                found[key] = content[DIGEST:]
    return found


def _keep(store: Path | None, key: str, content: bytes) -> None:
    """Write a shard as a whole or not at all."""
    if store is None:
        return
    store.mkdir(parents=True, exist_ok=True)
    partial = store / f"{key}.{os.getpid()}.partial"  # two builds may make the same shard
    partial.write_bytes(hashlib.sha256(content).digest() + content)
    partial.replace(store / f"{key}.shard")
