"""Altered, missing and extra files name themselves."""

import hashlib

import pytest

from nqpf.data.checksums import read_sums, verify
from nqpf.errors import StudyError


@pytest.fixture
def root(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "codebook").mkdir()
    lines = []
    for name in ("raw/a.csv", "raw/b.csv", "codebook/c.csv"):
        (tmp_path / name).write_text(f"table {name}\n", encoding="utf-8")
        digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        lines.append(f"{digest}  {name}")
    (tmp_path / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def message(root):
    with pytest.raises(StudyError) as caught:
        verify(root)
    return str(caught.value)


def test_untouched_files_pass(root):
    verify(root)
    assert list(read_sums(root)) == ["raw/a.csv", "raw/b.csv", "codebook/c.csv"]


def test_altered_file_is_named_with_both_ways_out(root):
    (root / "raw" / "a.csv").write_text("table raw/a.csv \n", encoding="utf-8")
    text = message(root)
    assert text.startswith("data/raw/a.csv is altered: undo it with `git checkout data/raw/a.csv`")
    assert "renew its line in data/SHA256SUMS" in text


def test_missing_and_extra_files_are_named_together(root):
    (root / "codebook" / "c.csv").rename(root / "raw" / "new.csv")
    lines = message(root).splitlines()
    assert lines[0].startswith("data/codebook/c.csv is missing: get it back with `git checkout")
    assert lines[1].startswith("data/raw/new.csv is not a table of the study")
    assert len(lines) == 2


def test_many_extra_files_are_five_and_a_count(root):
    for number in range(8):
        (root / "raw" / f"extra{number}.csv").touch()
    assert message(root).splitlines()[-1] == "data: and 3 more like these"


@pytest.mark.parametrize("line", ["raw/a.csv", "abc  raw/a.csv", ""])
def test_broken_list_names_its_row(root, line):
    path = root / "SHA256SUMS"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    assert message(root).startswith("data/SHA256SUMS, row 4: expected a checksum, two spaces")


def test_absent_list_is_named(root):
    (root / "SHA256SUMS").unlink()
    assert message(root).startswith("data/SHA256SUMS cannot be read")


def test_every_committed_table_is_as_listed():
    verify()
