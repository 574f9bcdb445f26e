"""Nothing is written unless everything can be; counts are counts."""

import errno
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nqpf.data import build
from nqpf.errors import StudyError


def test_full_disk_is_one_sentence_and_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("old", encoding="utf-8")
    real = Path.write_text

    def write_some(self, text, **options):
        if self.name.startswith(".b.csv"):
            real(self, text[:1], **options)
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, text, **options)

    monkeypatch.setattr(Path, "write_text", write_some)
    with pytest.raises(StudyError) as caught:
        build._write(tmp_path, {"a.csv": "new", "b.csv": "new"})
    assert str(caught.value) == (
        f"the panels cannot be written to {tmp_path} (No space left on device); free space or "
        "give the right to write there, then run make again"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "old"


def test_folder_that_refuses_is_one_sentence(tmp_path, monkeypatch):
    def refuse(self, text, **options):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(StudyError, match=r"cannot be written .* \(Permission denied\); free space"):
        build._write(tmp_path, {"a.csv": "new"})
    assert list(tmp_path.iterdir()) == []


def test_file_in_place_of_the_folder_is_one_sentence(tmp_path):
    (tmp_path / "processed").write_text("", encoding="utf-8")
    with pytest.raises(StudyError, match=r"cannot be written .* \(File exists\)"):
        build._write(tmp_path / "processed", {"a.csv": "new"})


def test_bad_input_writes_nothing(tmp_path, monkeypatch):
    book = build.load_codebook("exclusions")
    broken = book.assign(action=book["action"].where(book.index > 0, "delete"))
    tables = {"exclusions": broken, "indicators": build.load_codebook("indicators")}
    monkeypatch.setattr(build, "load_codebook", tables.__getitem__)
    with pytest.raises(StudyError, match=r"exclusions\.csv, row 2, column action"):
        build.build_processed(tmp_path / "processed")
    assert not (tmp_path / "processed").exists()


def test_altered_raw_file_writes_nothing(tmp_path, monkeypatch):
    def altered():
        raise StudyError("data/raw/cities/panel.csv is altered")

    monkeypatch.setattr(build, "verify", altered)
    with pytest.raises(StudyError, match="altered"):
        build.build_processed(tmp_path / "processed")
    assert not (tmp_path / "processed").exists()


def test_coverage_counts_units_cells_and_full_years():
    index = pd.MultiIndex.from_product([["A", "B"], [2010, 2011, 2012]], names=["unit", "year"])
    panel = pd.DataFrame(
        {"x": [1, 2, np.nan, 4, np.nan, np.nan], "none": np.nan}, index=index, dtype=float
    )
    table = build.coverage_table("cities", "variable", panel).set_index("name")
    assert table.loc["x", ["units", "first", "last", "cells", "full_years"]].tolist() == [
        2,
        2010,
        2011,
        3,
        1,
    ]
    assert table.loc["none", ["units", "cells", "full_years"]].tolist() == [0, 0, 0]
    assert table.loc["none", ["first", "last"]].isna().all()
