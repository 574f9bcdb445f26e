import logging

import pytest

from nqpf.errors import StudyError
from nqpf.execution import Plan, plan_run, run_shards
from tests.execution.work import dies_once, fails, squared

HERE = Plan("in-process", "here")


def test_results_stand_in_the_order_of_the_payloads(tmp_path):
    payloads = [(number, "") for number in (3, 1, 2, 3)]
    assert run_shards(squared, payloads, plan=HERE, code="c") == [b"9", b"1", b"4", b"9"]


def test_shards_that_are_there_are_not_computed_again(tmp_path):
    record = tmp_path / "calls"
    payloads = [(number, str(record)) for number in range(5)]
    first = run_shards(squared, payloads, plan=HERE, code="c", store=tmp_path / "shards")
    again = run_shards(squared, payloads[::-1], plan=HERE, code="c", store=tmp_path / "shards")
    assert again == first[::-1]
    assert record.read_text().split() == ["0", "1", "2", "3", "4"]
    run_shards(squared, payloads[:1], plan=HERE, code="other code", store=tmp_path / "shards")
    assert record.read_text().split() == ["0", "1", "2", "3", "4", "0"]


def test_a_damaged_shard_is_computed_again(tmp_path):
    payloads = [(7, "")]
    run_shards(squared, payloads, plan=HERE, code="c", store=tmp_path)
    (shard,) = tmp_path.glob("*.shard")
    shard.write_bytes(shard.read_bytes()[:-1])
    assert run_shards(squared, payloads, plan=HERE, code="c", store=tmp_path) == [b"49"]


def test_an_interrupted_run_goes_on_where_it_was(tmp_path):
    with pytest.raises(ValueError, match="three"):
        run_shards(fails, [1, 2, 3, 4], plan=HERE, code="c", store=tmp_path)
    assert len(list(tmp_path.glob("*.shard"))) == 2
    told = []
    with pytest.raises(ValueError, match="three"):
        run_shards(fails, [1, 2, 3, 4], plan=HERE, code="c", store=tmp_path,
                   done=lambda ready, of: told.append((ready, of)))  # fmt: skip
    assert told == []  # the two that were ready are not told of again
    assert not list(tmp_path.glob("*.partial"))


def test_processes_give_the_same_and_a_dead_one_is_replaced(tmp_path):
    plan = Plan("processes:2", "two processes")
    payloads = [(number, str(tmp_path / "marker") if number == 2 else "") for number in range(4)]
    found = run_shards(dies_once, payloads, plan=plan, code="c", store=tmp_path / "shards")
    assert found == [b"0", b"1", b"2", b"3"]


def test_little_work_stays_here_and_says_so(monkeypatch, caplog):
    monkeypatch.setenv("SCHEDULER", "tcp://127.0.0.1:1")
    little, much = plan_run(3.0), plan_run(300.0)
    assert little.scheduler == "in-process"
    assert "about 3 s of work, less than the 30 s" in little.note
    assert much.scheduler == "tcp://127.0.0.1:1"
    with caplog.at_level(logging.INFO, "nqpf.execution"):
        run_shards(squared, [(1, "")], plan=little, code="c")
    assert "stays in-process" in caplog.text
    assert plan_run(300.0, "").scheduler == ""


@pytest.mark.parametrize(
    ("scheduler", "message"),
    [("magic", "SCHEDULER is empty"), ("processes:none", "number of processes")],
)
def test_an_unknown_scheduler_is_an_error(scheduler, message):
    with pytest.raises(StudyError, match=message):
        run_shards(squared, [(1, "")], plan=Plan(scheduler, ""), code="c")
