"""An audit names what is known of a locked package, and never takes silence for safety."""

import socket
import sys

import pytest

from nqpf.errors import StudyError
from pipeline import audit
from pipeline.audit import IGNORED, UnreachableError, audited, ignored, reach
from tests.pipeline.osv_server import database


@pytest.fixture
def lock(tmp_path):
    pytest.importorskip("pip_audit", reason="pip-audit is not installed")
    path = tmp_path / "requirements.lock"
    pins = [f"{name} \\\n    --hash=sha256:{'0' * 64}" for name in ("one==1.0", "two==2.0")]
    path.write_text("\n".join(pins) + "\n")
    return path


@pytest.fixture
def nobody():
    """An address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"http://127.0.0.1:{port}/v1/query"


def test_nothing_is_known(lock):
    with database("none") as (server, address):
        assert audited(lock, address, {}) == []
    assert set(server.asked) >= {("one", "1.0"), ("two", "2.0")}


def test_a_finding_names_package_ids_and_remedy(lock):
    with database("found") as (_, address):
        (line,) = audited(lock, address, {})
    assert line == "two 2.0: CVE-2026-0001, GHSA-aaaa-bbbb-cccc; mended in 2.1"


@pytest.mark.parametrize("name", ["GHSA-aaaa-bbbb-cccc", "CVE-2026-0001"])
def test_a_finding_is_passed_over_by_any_of_its_ids(lock, name):
    with database("found") as (_, address):
        assert audited(lock, address, {name: "the function is never called"}) == []
        assert len(audited(lock, address, {"CVE-2026-0002": "another"})) == 1


def test_nobody_answers(nobody):
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:\d+ cannot be reached \(.*refused"):
        reach(nobody)


def test_the_database_refuses():
    with (
        database("refused") as (_, address),
        pytest.raises(UnreachableError, match=r"cannot be reached \(503 "),
    ):
        reach(address)


def test_answers_that_make_no_sense_are_no_silence(lock):
    with (
        database("bad answer") as (_, address),
        pytest.raises(StudyError, match="could not make sense") as caught,
    ):
        audited(lock, address, {})
    assert not isinstance(caught.value, UnreachableError)


@pytest.mark.parametrize(
    ("arguments", "code", "stream"), [([], 2, "err"), (["--if-reachable"], 0, "out")]
)
def test_where_nobody_answers_only_ci_goes_on_and_says_why(
    nobody, monkeypatch, capsys, arguments, code, stream
):
    monkeypatch.setattr(audit, "DATABASE", nobody)
    monkeypatch.setattr(sys, "argv", ["audit", *arguments])
    assert audit.main() == code
    said = getattr(capsys.readouterr(), stream)
    assert said.count("\n") == 1
    assert "cannot be reached" in said


@pytest.mark.parametrize(("mode", "code"), [("found", 1), ("none", 0), ("bad answer", 2)])
def test_a_finding_fails_even_in_ci(lock, monkeypatch, mode, code):
    monkeypatch.setattr(audit, "DEV_LOCK", lock)
    monkeypatch.setattr(sys, "argv", ["audit", "--if-reachable"])
    with database(mode) as (_, address):
        monkeypatch.setattr(audit, "DATABASE", address)
        assert audit.main() == code


def test_what_is_passed_over_has_a_reason(tmp_path):
    assert all(ignored(IGNORED).values())
    path = tmp_path / "ignored.csv"
    path.write_text("id,reason\nCVE-1,never called\n")
    assert ignored(path) == {"CVE-1": "never called"}
    for row in ("CVE-2,", "CVE-2", ",why", "CVE-2,  "):
        path.write_text(f"id,reason\nCVE-1,never called\n{row}\n")
        with pytest.raises(StudyError, match=r"ignored\.csv, line 3"):
            ignored(path)
