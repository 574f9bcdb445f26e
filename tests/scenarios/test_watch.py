"""`make watch` rebuilds what an edit touches, and ends without leaving anything."""

import os
import signal
import subprocess
import time

import pytest

from .conftest import wait_for


@pytest.fixture
def watching(built, tmp_path):
    """A built project under watch, with what it says; ended by Ctrl-C."""
    said = tmp_path / "said"
    with said.open("w") as screen:
        process = subprocess.Popen(
            ["make", "watch"],
            cwd=built.root,
            env=built.environment(),
            stdout=screen,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        assert wait_for(lambda: "waiting for edits" in said.read_text()), said.read_text()
        time.sleep(1)  # until the files are watched
        yield built, said
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)
    assert process.returncode != 0
    assert "watching has ended" in said.read_text()
    assert "Traceback" not in said.read_text()
    assert built.wait_until_alone() == {}


def fact(project, name):
    return (project.root / f"build/facts/{name}.json").read_text()


def test_edits_reach_facts_and_pages(watching):
    project, said = watching
    page = project.root / "build/site/04_challenges.html"
    project.write_notebook("04_challenges", "page.record('number', 4711, digits=0)")
    assert wait_for(lambda: "4711" in fact(project, "04_challenges"), 60), said.read_text()
    assert wait_for(lambda: "4711" in page.read_text(), 60), said.read_text()
    assert "changed: notebooks/04_challenges.ipynb" in said.read_text()


def test_an_edit_of_code_is_seen_though_imports_are_kept(watching):
    project, said = watching
    code = project.root / "src/nqpf/chapters/wording.py"
    code.write_text(code.read_text() + "\nMARK = 4712\n")
    body = "from nqpf.chapters.wording import MARK\npage.record('number', MARK, digits=0)"
    project.write_notebook("04_challenges", body)
    assert wait_for(lambda: "4712" in fact(project, "04_challenges"), 60), said.read_text()
    # of another length, for Python tells compiled files apart by second and size
    code.write_text(code.read_text().replace("4712", "4713  # edited"))
    assert wait_for(lambda: "4713" in fact(project, "04_challenges"), 60), said.read_text()


def test_a_failure_is_said_and_the_next_edit_repairs_it(watching):
    project, said = watching
    project.write_notebook("04_challenges", "raise ValueError('deliberate')")
    assert wait_for(lambda: "ValueError: deliberate" in said.read_text(), 60)
    project.write_notebook("04_challenges", "page.record('number', 4714, digits=0)")
    assert wait_for(lambda: "4714" in fact(project, "04_challenges"), 60), said.read_text()


def test_an_edit_of_the_build_itself_starts_it_again(watching):
    project, said = watching
    part = project.root / "pipeline/limits.py"
    part.write_text(part.read_text() + "\n# a remark\n")
    assert wait_for(lambda: said.read_text().count("waiting for edits") == 2, 60), said.read_text()


def test_a_make_that_is_killed_ends_the_watch(built, tmp_path):
    with (tmp_path / "said").open("w") as screen:
        process = subprocess.Popen(
            ["make", "watch"],
            cwd=built.root,
            env=built.environment(),
            stdout=screen,
            stderr=screen,
            start_new_session=True,
        )
    assert wait_for(lambda: "waiting for edits" in (tmp_path / "said").read_text())
    process.kill()
    process.wait(10)
    assert built.wait_until_alone() == {}
