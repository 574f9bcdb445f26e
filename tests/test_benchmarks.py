"""The frame of the benchmarks: promises kept and broken, rows saved, topics found."""

import csv
import importlib.util
import subprocess
import sys
import time

import pytest

from nqpf.paths import ROOT

FOLDER = ROOT / "benchmarks"


@pytest.fixture
def frame():
    spec = importlib.util.spec_from_file_location("frame", FOLDER / "frame.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["frame"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["frame"]


@pytest.fixture
def runner(frame):
    spec = importlib.util.spec_from_file_location("bench_main", FOLDER / "__main__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def busy(seconds):
    """A function that keeps the processor busy."""

    def run():
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass

    return run


def test_rows_know_their_ratio_and_whether_the_promise_holds(frame):
    assert frame.Row("a", 2.0, "other", 10.0).ratio == 5
    assert frame.Row("a", 2.0, "other", 10.0).holds is None
    assert frame.Row("a", 2.0, "other", 10.0, 5.0).holds
    assert not frame.Row("a", 2.0, "other", 10.0, 5.1).holds


def test_tools_are_timed_in_turn_and_scaled_to_the_same_work(frame):
    rows = list(
        frame.compare(
            "loops", busy(0.01), {"half": (busy(0.01), 0.5)}, limit=0.1, targets={"half": 1.5},
            rounds=2,
        )
    )  # fmt: skip
    limit, half = rows
    assert (limit.other, limit.seconds, limit.target) == (frame.LIMIT, 0.1, 1.0)
    assert limit.holds
    assert half.ratio == pytest.approx(2, rel=0.3)
    assert half.holds


def test_a_limit_that_is_missed_is_seen(frame):
    (row,) = frame.compare("loop", busy(0.02), {}, limit=0.001, rounds=1)
    assert not row.holds


def test_every_benchmark_file_offers_rows(runner):
    assert {"index", "regression"} <= set(runner.topics())
    for topic in runner.topics():
        assert "\ndef rows(" in (FOLDER / f"bench_{topic}.py").read_text(encoding="utf-8")


def run_with(runner, frame, monkeypatch, tmp_path, seconds):
    """Exit code of a run whose only topic has one row."""
    row = frame.Row("loop", 1.0, "tool", seconds, 2.0)
    module = type(sys)("bench_made_up")
    module.rows = lambda: iter([row])
    monkeypatch.setitem(sys.modules, "bench_made_up", module)
    monkeypatch.setattr(runner, "topics", lambda: ["made_up"])
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return runner.main([])


def test_a_broken_promise_fails_the_run_and_is_named(runner, frame, monkeypatch, tmp_path, capsys):
    assert run_with(runner, frame, monkeypatch, tmp_path, 3.0) == 0
    assert run_with(runner, frame, monkeypatch, tmp_path, 1.5) == 1
    assert "expected at least 2 times tool, got 1.5" in capsys.readouterr().err
    with (tmp_path / "build" / "bench" / "bench.csv").open(encoding="utf-8") as file:
        (saved,) = csv.DictReader(file)
    assert saved["benchmark"] == "made_up"
    assert (saved["ratio"], saved["target"], saved["holds"]) == ("1.5", "2", "MISSED")


def test_an_unknown_topic_is_named_with_those_there_are():
    done = subprocess.run(
        [sys.executable, FOLDER, "nothing"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no benchmark 'nothing'; there are " in done.stderr
    assert "regression" in done.stderr
