"""The longest path first, and what time is left."""

from types import SimpleNamespace

import pytest
from _pytask.dag_graph import DAG

from pipeline.durations import Durations


def step(name):
    return SimpleNamespace(signature=name, name=f"task_x.py::{name}")


@pytest.fixture
def session():
    """Steps data -> a, b; b -> page, as pytask links them: through the files they make."""
    graph = DAG()
    tasks = [step(name) for name in ("data", "a", "b", "page")]
    for task in tasks:
        graph.add_node(task.signature, task)
    for before, product, after in (
        ("data", "panel", "a"),
        ("data", "panel", "b"),
        ("b", "executed", "page"),
    ):
        graph.add_node(product, None)
        graph.add_edge(before, product)
        graph.add_edge(product, after)
    table = SimpleNamespace(n_tasks=4)
    plugins = SimpleNamespace(get_plugin=lambda name: table)
    return SimpleNamespace(dag=graph, tasks=tasks, config={"pm": plugins}, table=table)


def durations(tmp_path, text):
    (tmp_path / "seconds.json").write_text(text)
    return Durations(tmp_path / "seconds.json", workers=2)


def test_longest_path_counts_what_follows(session, tmp_path):
    times = durations(tmp_path, '{"data": 2, "a": 5, "b": 3, "page": 4}')
    times.start(session)
    order = sorted(["a", "b", "data", "page"], key=times.left, reverse=True)
    assert [times.left(name)[0] for name in order] == [9, 7, 5, 4]
    assert order == ["data", "b", "a", "page"]


def test_time_left_is_bounded_by_path_and_by_work(session, tmp_path):
    times = durations(tmp_path, '{"data": 2, "a": 50, "b": 3, "page": 4}')
    times.start(session)
    assert session.table.n_tasks == "4, about 52 s left"  # data, then a
    times.ended(session, session.tasks[0])
    times.ended(session, session.tasks[1])
    assert session.table.n_tasks == "4, about 7 s left"  # b, then page


def test_time_left_with_more_work_than_workers(session, tmp_path):
    times = Durations(tmp_path / "none.json", workers=1)
    times.start(session)
    assert session.table.n_tasks == "4, about 4 s left"


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"data": "fast", "a": -1}'])
def test_a_broken_file_is_no_file(session, tmp_path, text):
    times = durations(tmp_path, text)
    times.start(session)
    assert times.left("page")[0] == 1


def test_times_are_kept_for_the_next_run(session, tmp_path):
    times = durations(tmp_path, "{}")
    times.start(session)
    times.record(session.tasks[1], 12.345)
    again = Durations(tmp_path / "seconds.json", workers=2)
    again.start(session)
    assert again.left("a")[0] == pytest.approx(12.35, abs=0.01)
    assert [path.name for path in tmp_path.iterdir()] == ["seconds.json"]
