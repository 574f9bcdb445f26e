"""Builds that are stopped from outside, and builds that meet."""

import os
import signal

import pytest

from nqpf.params import TOPICS_OF

from .conftest import wait_for


def running_notebooks(project):
    stage = project.root / "build/stage"
    return stage.is_dir() and any(stage.iterdir())


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_an_interrupted_build_is_completed_by_the_next_one(prepared, name):
    process = prepared.start("all")
    assert wait_for(lambda: running_notebooks(prepared), 120)
    assert process.poll() is None, "the build ended before it could be interrupted"
    process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=30)
    if name == "SIGKILL":
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == {"SIGINT": 130, "SIGTERM": 143}[name]
        assert errors == "interrupted; nothing half-made was kept, `make` goes on from here\n"
    assert prepared.wait_until_alone() == {}
    assert not (prepared.root / "build/failed").exists()

    result = prepared.make()
    assert result.returncode == 0, result.stderr
    made = {path.stem for path in prepared.root.glob("build/notebooks/*.ipynb")}
    assert made == set(TOPICS_OF)
    assert not list((prepared.root / "build/stage").iterdir())


def test_ctrl_c_in_a_terminal_reaches_make_and_ends_everything(prepared):
    """A terminal sends the signal to the whole group: make, the build and what it started."""
    prepared.write_notebook("02_definitions", "import time\ntime.sleep(600)")
    process = prepared.start_make("nb-02")
    assert wait_for(lambda: running_notebooks(prepared), 120)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "nothing half-made was kept" in errors
    assert "Traceback" not in errors
    assert prepared.wait_until_alone() == {}


def test_a_make_that_is_killed_leaves_no_build_behind(prepared):
    prepared.write_notebook("02_definitions", "import time\ntime.sleep(600)")
    process = prepared.start_make("nb-02")
    assert wait_for(lambda: running_notebooks(prepared), 120)
    process.kill()
    process.communicate(timeout=30)
    assert prepared.wait_until_alone() == {}


def test_two_builds_at_once_do_not_mix(prepared):
    process = prepared.start("all")
    assert wait_for(lambda: running_notebooks(prepared))
    second = prepared.make()
    assert second.returncode != 0
    assert "another build is running" in second.stderr
    process.communicate(timeout=240)
    assert process.returncode == 0
    assert prepared.make().returncode == 0


def test_nohup_keeps_a_build(prepared):
    prepared.write_notebook("02_definitions", "import time\ntime.sleep(3)")
    process = prepared.start("notebook", "02", ignoring=signal.SIGHUP)
    assert wait_for(lambda: running_notebooks(prepared), 120)
    process.send_signal(signal.SIGHUP)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert (prepared.root / "build/notebooks/02_definitions.ipynb").exists()
