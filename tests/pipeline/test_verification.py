"""Fingerprints, copies and crates notice one changed byte, and say which."""

import copy
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from nqpf.errors import StudyError
from nqpf.paths import ROOT
from pipeline.verification import fingerprints
from pipeline.verification.copies import clean_copy, differences, source_files
from pipeline.verification.sealed import GUARD, in_namespace


@pytest.fixture
def built(tmp_path):
    """A checkout with one panel, one fact and one exhibit."""
    for name, text in {
        "data/processed/cities.csv": "unit,year,gdp\nFoshan,2020,1.5\nFoshan,2021,2.5\n",
        "figures/fig-01-1-x.svg": "<svg/>",
        "figures/README.md": "not built",
        "build/facts/01_x.json": '{"facts": {"n": {"value": 0.25, "text": "0.25"}}}',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def moved(tables, lock="other"):
    """The same fingerprints as if taken with another lock."""
    other = copy.deepcopy(tables)
    other["made_with"][0]["value"] = lock
    return other


def test_fingerprints_hold_rows_moments_facts_and_hashes(built):
    tables = fingerprints.taken(built)
    assert [(row["table"], row["rows"], row["columns"]) for row in tables["panels"]] == [
        ("cities.csv", "2", "3")
    ]
    gdp = next(row for row in tables["columns"] if row["column"] == "gdp")
    assert (gdp["count"], gdp["mean"], gdp["min"], gdp["max"]) == ("2", "2.0", "1.5", "2.5")
    assert tables["facts"] == [{"notebook": "01_x", "fact": "n", "value": "0.25", "text": "0.25"}]
    assert [row["file"] for row in tables["exhibits"]] == ["fig-01-1-x.svg"]


def test_they_survive_writing_and_reading(built, tmp_path):
    tables = fingerprints.taken(built)
    fingerprints.write(tables, tmp_path / "kept")
    assert fingerprints.read(tmp_path / "kept") == tables
    assert fingerprints.compared(fingerprints.read(tmp_path / "kept"), tables) == []


def test_a_missing_table_of_fingerprints_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"data/fingerprints/panels\.csv is missing"):
        fingerprints.read(tmp_path)


def test_nothing_built_is_one_sentence(tmp_path):
    with pytest.raises(StudyError, match="nothing is built"):
        fingerprints.taken(tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("figures/fig-01-1-x.svg", "<svg/>", "<svg />", "exhibits: fig-01-1-x.svg"),
        ("data/processed/cities.csv", "2.5", "2.6", "columns: cities.csv gdp"),
        ("build/facts/01_x.json", "0.25", "0.26", "facts: 01_x n"),
    ],
)
def test_one_changed_byte_is_named(built, name, old, new, said):
    before = fingerprints.taken(built)
    path = built / name
    path.write_text(path.read_text().replace(old, new))
    lines = fingerprints.compared(before, fingerprints.taken(built))
    assert any(line.startswith(said) for line in lines)


def test_what_is_lost_and_what_is_new_are_named(built):
    before = fingerprints.taken(built)
    (built / "figures/fig-01-1-x.svg").rename(built / "figures/fig-01-2-y.svg")
    lines = fingerprints.compared(before, fingerprints.taken(built))
    assert "exhibits: fig-01-1-x.svg was expected and not made" in lines
    assert "exhibits: fig-01-2-y.svg was made and not expected" in lines


def test_elsewhere_last_digits_may_turn_and_no_more(built):
    before = moved(fingerprints.taken(built))
    path = built / "data/processed/cities.csv"
    path.write_text(path.read_text().replace("2.5", "2.5000001"))
    (built / "figures/fig-01-1-x.svg").write_text("<svg />")
    assert fingerprints.compared(before, fingerprints.taken(built)) == []
    path.write_text(path.read_text().replace("2.5000001", "2.51"))
    lines = fingerprints.compared(before, fingerprints.taken(built))
    assert any(line.startswith("columns: cities.csv gdp: expected mean 2.0") for line in lines)


def test_elsewhere_a_drawn_probability_may_move_a_little(built):
    before = moved(fingerprints.taken(built))
    path = built / "build/facts/01_x.json"
    path.write_text(path.read_text().replace("0.25", "0.2508"))
    assert fingerprints.compared(before, fingerprints.taken(built)) == []
    path.write_text(path.read_text().replace("0.2508", "0.26"))
    assert len(fingerprints.compared(before, fingerprints.taken(built))) == 1


def test_bytes_must_agree_only_with_the_same_lock_and_processor(built):
    tables = fingerprints.taken(built)
    assert fingerprints.exact(tables, copy.deepcopy(tables))
    assert not fingerprints.exact(moved(tables), tables)


def test_differences_name_the_artefact_and_both_sides():
    lines = differences({"a": "1", "b": "2"}, {"b": "3", "c": "4"}, ("one", "two"))
    assert lines == ["a is only in one", "b differs between one and two", "c is only in two"]


def test_a_copy_holds_the_sources_and_nothing_built(tmp_path):
    names = source_files()
    assert "Makefile" in names
    assert "data/raw/provinces/panel.csv" in names
    assert not [name for name in names if name.startswith(("build/", "data/processed/", ".venv"))]
    clean_copy(tmp_path / "copy")
    made = {p.relative_to(tmp_path / "copy").as_posix() for p in (tmp_path / "copy").rglob("*")
            if p.is_file()}  # fmt: skip
    assert made == set(names)
    assert (tmp_path / "copy/Makefile").read_bytes() == (ROOT / "Makefile").read_bytes()


REACH = """
import socket
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
try:
    socket.create_connection(("192.0.2.1", 9), timeout=5)
except OSError as error:
    print("sealed", type(error).__name__)
"""


def test_the_guard_lets_this_machine_be_reached_and_no_other():
    code = f"exec(compile(open({str(GUARD)!r}).read(), 'guard', 'exec'))\n{REACH}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("sealed OSError")


def test_a_namespace_reaches_this_machine_and_no_other():
    command = in_namespace([sys.executable, "-c", REACH])
    if command is None:
        pytest.skip("this system gives no network namespaces; the guard is used instead")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("sealed")


class TestCrate:
    """A crate describes each file by its hash and refuses what it does not know."""

    @pytest.fixture
    def crate(self, tmp_path):
        rocrate = pytest.importorskip("rocrate.rocrate", reason="the extra `crate` is missing")
        from rocrate.model.contextentity import ContextEntity

        (tmp_path / "in.csv").write_text("a\n1\n")
        made = rocrate.ROCrate()
        digest = hashlib.sha256((tmp_path / "in.csv").read_bytes()).hexdigest()
        one = made.add_file(tmp_path / "in.csv", "in.csv", properties={"sha256": digest})
        action = made.add(ContextEntity(made, "#run", properties={"@type": "CreateAction"}))
        action["instrument"], action["object"], action["result"] = one, one, one
        made.write(tmp_path / "crate")
        return tmp_path / "crate"

    def checked(self, folder: Path) -> int:
        from pipeline.verification.crate import check

        return check(folder)

    def test_a_whole_crate_passes(self, crate):
        assert self.checked(crate) == 1

    def test_an_altered_file_is_named(self, crate):
        (crate / "in.csv").write_text("a\n2\n")
        with pytest.raises(StudyError, match=r"in\.csv is not the file that was described"):
            self.checked(crate)

    def test_a_missing_file_is_named(self, crate):
        (crate / "in.csv").unlink()
        with pytest.raises(StudyError, match=r"describes in\.csv, which is not there"):
            self.checked(crate)

    def test_a_file_that_is_not_described_is_named(self, crate):
        (crate / "extra.csv").write_text("b\n")
        with pytest.raises(StudyError, match=r"extra\.csv without describing it"):
            self.checked(crate)
