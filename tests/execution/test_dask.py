"""A real Dask scheduler with two workers on this machine, one of which is killed midway."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from nqpf.errors import StudyError
from nqpf.execution import Plan, executors, run_shards, shards
from nqpf.paths import ROOT
from nqpf.regression.multiverse import run
from nqpf.regression.multiverse.chunks import fit_chunk
from tests.execution.work import squared
from tests.regression.multiverse.grids import small_multiverse

SECONDS = 60


@pytest.fixture
def cluster(tmp_path):
    """Address of a scheduler and its two worker processes."""
    pytest.importorskip("distributed", reason="Dask is not installed (the extra 'cluster')")
    file = tmp_path / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
                   "OPENBLAS_NUM_THREADS": "1"}  # fmt: skip

    def start(module, *options):
        return subprocess.Popen(
            [sys.executable, "-m", module, *options], env=environment, cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    local = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file))
    started = [start("distributed.cli.dask_scheduler", *local, "--port", "0")]
    try:
        _until(file.exists)
        worker = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--scheduler-file", str(file),
                  "--local-directory", str(tmp_path), "--host", "127.0.0.1")  # fmt: skip
        started += [start("distributed.cli.dask_worker", *worker) for _ in range(2)]
        from distributed import Client

        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=SECONDS)
            address = client.scheduler.address
        yield address, started[1:]
    finally:
        for process in reversed(started):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait(timeout=SECONDS)


def _until(condition):
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "the scheduler did not come up"
        time.sleep(0.05)


def test_a_lost_worker_changes_no_byte(cluster, monkeypatch, tmp_path):
    address, workers = cluster
    monkeypatch.setattr(run, "PER_CHUNK", 4)  # 18 chunks
    monkeypatch.setattr(shards, "WORTH_SENDING", 0.0)
    panel, specifications = small_multiverse(24, 10, seed=5, effect=0.2)
    options = {"draws": 19_999, "seed": 3, "joint_draws": 499}
    killed = []

    def kill_one(ready, of):
        assert of == 18
        if ready == 3 and not killed:
            os.kill(workers[0].pid, signal.SIGKILL)
            killed.append(workers[0].wait(timeout=SECONDS))

    away = run.run_multiverse(
        panel, specifications, scheduler=address, store=tmp_path / "away", done=kill_one, **options
    )
    assert killed == [-signal.SIGKILL]
    assert workers[1].poll() is None
    assert f"on Dask at {address}" in away.where
    here = run.run_multiverse(
        panel, specifications, scheduler="", store=tmp_path / "here", **options
    )
    stored = [
        {path.name: path.read_bytes() for path in (tmp_path / place).glob("*.shard")}
        for place in ("away", "here")
    ]
    assert len(stored[0]) == 18
    assert stored[0] == stored[1]
    np.testing.assert_array_equal(away.table["p_wild"], here.table["p_wild"])
    np.testing.assert_array_equal(away.score, here.score)


def test_an_address_without_a_scheduler_is_an_error(monkeypatch):
    pytest.importorskip("distributed", reason="Dask is not installed (the extra 'cluster')")
    monkeypatch.setattr(executors, "CONNECT_SECONDS", 1)
    with pytest.raises(StudyError, match="no Dask scheduler answers"):
        run_shards(squared, [(1, "")], plan=Plan("tcp://127.0.0.1:9", ""), code="c")


def test_the_work_is_of_the_package_so_that_workers_can_import_it():
    assert fit_chunk.__module__.startswith("nqpf.")
