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
def test_an_interrupted_build_is_completed_by_the_next_one(project, name):
    process = project.start("all")
    assert wait_for(lambda: running_notebooks(project), 120)
    assert process.poll() is None, "the build ended before it could be interrupted"
    process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=30)
    if name == "SIGKILL":
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == {"SIGINT": 130, "SIGTERM": 143}[name]
        assert errors == "interrupted; nothing half-made was kept, `make` goes on from here\n"
    assert project.wait_until_alone() == {}
    assert not (project.root / "build/failed").exists()

    result = project.make()
    assert result.returncode == 0, result.stderr
    made = {path.stem for path in project.root.glob("build/notebooks/*.ipynb")}
    assert made == set(TOPICS_OF)
    assert not list((project.root / "build/stage").iterdir())


def test_ctrl_c_in_a_terminal_reaches_make_and_ends_everything(project):
    """A terminal sends the signal to the whole group: make, the build and what it started."""
    project.write_notebook("02_definitions", "import time\ntime.sleep(600)")
    process = project.start_make("nb-02")
    assert wait_for(lambda: running_notebooks(project), 120)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "nothing half-made was kept" in errors
    assert "Traceback" not in errors
    assert project.wait_until_alone() == {}


def test_a_make_that_is_killed_leaves_no_build_behind(project):
    project.write_notebook("02_definitions", "import time\ntime.sleep(600)")
    process = project.start_make("nb-02")
    assert wait_for(lambda: running_notebooks(project), 120)
    process.kill()
    process.communicate(timeout=30)
    assert project.wait_until_alone() == {}


def test_two_builds_at_once_do_not_mix(project):
    process = project.start("all")
    assert wait_for(lambda: running_notebooks(project))
    second = project.make()
    assert second.returncode != 0
    assert "another build is running" in second.stderr
    process.communicate(timeout=240)
    assert process.returncode == 0
    assert project.make().returncode == 0
