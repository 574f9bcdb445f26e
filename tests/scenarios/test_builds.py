"""Whole builds that go right, go wrong, and are repaired by the next `make`."""

import json
import signal
import subprocess
import time

import pytest


def test_a_second_make_does_nothing_and_edits_run_only_what_depends(project):
    first = project.make()
    assert first.returncode == 0, first.stderr
    assert (project.root / "build/site/index.html").stat().st_size > 0
    before = {path: path.stat().st_mtime_ns for path in project.root.glob("build/notebooks/*")}

    second = project.make()
    assert second.returncode == 0
    assert {p: p.stat().st_mtime_ns for p in before} == before

    project.write_notebook("04_challenges", "page.record('number', 44, digits=0)")
    third = project.make()
    assert third.returncode == 0, third.stderr
    changed = {p.stem for p in before if p.stat().st_mtime_ns != before[p]}
    assert changed == {"04_challenges", "06_conclusion"}  # the last one reads all facts


def test_a_changed_cleaning_function_runs_the_data_step_again(project):
    assert project.make("data").returncode == 0
    panel = project.root / "data/processed/cities.csv"
    stamp = panel.stat().st_mtime_ns
    cleaning = project.root / "src/nqpf/data/clean.py"
    cleaning.write_text(cleaning.read_text() + "\n# a remark\n")
    assert project.make("data").returncode == 0
    assert panel.stat().st_mtime_ns != stamp


def test_a_mistyped_parameter_stops_before_anything_runs(project):
    (project.root / "params/wrong.yml").write_text("index: {wieghts: entropy}\n")
    result = project.make("PARAMS=params/wrong.yml")
    assert result.returncode != 0
    assert "did you mean 'weights'" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert not (project.root / "data/processed").exists()


@pytest.mark.parametrize("kind", ["altered", "missing", "extra"])
def test_a_wrong_raw_file_is_named_and_repaired(project, kind):
    path = project.root / "data/raw/international.csv"
    original = path.read_bytes()
    if kind == "altered":
        path.write_bytes(original.replace(b"72.8", b"82.8", 1))
    elif kind == "missing":
        path.unlink()
    else:
        (project.root / "data/raw/mine.csv").write_text("a,b\n")
    result = project.make("data")
    assert result.returncode != 0
    assert ("mine.csv" if kind == "extra" else "international.csv") in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert not list(project.root.glob("data/processed/*"))

    path.write_bytes(original)
    (project.root / "data/raw/mine.csv").unlink(missing_ok=True)
    assert project.make("data").returncode == 0


def test_a_notebook_that_raises_is_kept_apart_and_never_counts_as_built(project):
    project.write_notebook("03_mechanisms", "raise ValueError('deliberate')")
    result = project.make()
    assert result.returncode != 0
    assert "03_mechanisms stopped in code cell [3]: ValueError: deliberate" in result.stderr
    kept = project.root / "build/failed/03_mechanisms.ipynb"
    assert "deliberate" in kept.read_text()
    assert not (project.root / "build/notebooks/03_mechanisms.ipynb").exists()
    assert not (project.root / "build/facts/03_mechanisms.json").exists()

    project.write_notebook("03_mechanisms", "page.record('number', 3, digits=0)")
    assert project.make().returncode == 0
    assert not kept.exists()
    facts = json.loads((project.root / "build/facts/03_mechanisms.json").read_text())
    assert "number" in json.dumps(facts)


def test_an_exhibit_that_is_declared_but_not_made_is_named(project):
    outputs = project.root / "notebooks/outputs.yml"
    text = outputs.read_text().replace(
        "02_definitions:\n", "02_definitions:\n  figures: [fig-02-1-ghost]\n"
    )
    outputs.write_text(text)
    result = project.make("nb-02")
    assert result.returncode != 0
    assert "missing: fig-02-1-ghost.pdf" in result.stderr


def test_one_notebook_builds_alone(project):
    assert project.make("nb-02").returncode == 0
    made = {path.stem for path in project.root.glob("build/notebooks/*.ipynb")}
    assert made == {"02_definitions"}


def test_an_unknown_notebook_is_named(project):
    result = project.make("nb-17")
    assert result.returncode != 0
    assert "there is no notebook '17'" in result.stderr


def test_another_case_is_built_beside_the_default_one(project):
    assert project.make().returncode == 0
    default = {
        path: path.read_bytes()
        for path in (project.root / "build").rglob("*")
        if path.is_file() and path.suffix in (".ipynb", ".html", ".json")
    }
    result = project.make("PARAMS=params/jiangsu.yml")
    assert result.returncode == 0, result.stderr
    assert (project.root / "build/jiangsu/site/index.html").exists()
    executed = (project.root / "build/jiangsu/notebooks/02_definitions.ipynb").read_text()
    assert "Jiangsu" in executed
    assert all(path.read_bytes() == content for path, content in default.items())


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill -9"])
def test_an_interrupted_build_is_completed_by_the_next_one(project, signal_sent):
    process = subprocess.Popen(
        [project.root / ".venv/bin/python", "-m", "pipeline", "all"],
        cwd=project.root,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    stage = project.root / "build/stage"
    deadline = time.monotonic() + 120
    while not (stage.exists() and any(stage.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert process.poll() is None, "the build ended before it could be interrupted"
    process.send_signal(signal_sent)
    assert process.wait(timeout=120) != 0

    result = project.make()
    assert result.returncode == 0, result.stderr
    assert len(list(project.root.glob("build/notebooks/*.ipynb"))) == 6
    assert not list(stage.iterdir())


def test_two_builds_at_once_do_not_mix(project):
    process = subprocess.Popen(
        [project.root / ".venv/bin/python", "-m", "pipeline", "all"],
        cwd=project.root,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    lock = project.root / "build/.lock"
    deadline = time.monotonic() + 60
    while not lock.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    second = project.make()
    assert second.returncode != 0
    assert "another build is running" in second.stderr
    assert process.wait(timeout=240) == 0
    assert project.make().returncode == 0


def test_clean_removes_what_was_built_and_nothing_else(project):
    source = sorted(p for p in project.root.rglob("*") if ".venv" not in p.parts and p.is_file())
    assert project.make("data").returncode == 0
    assert project.make("clean").returncode == 0
    left = sorted(
        p
        for p in project.root.rglob("*")
        if ".venv" not in p.parts and p.is_file() and "__pycache__" not in p.parts
    )
    assert left == source
