import zipfile
from pathlib import Path

from pipeline.downloads import EPOCH, archive


def test_an_archive_depends_on_nothing_but_its_files(tmp_path):
    (tmp_path / "b").write_text("two")
    (tmp_path / "a").write_text("one")
    files = {Path("x/b"): tmp_path / "b", Path("x/a"): tmp_path / "a", Path("x"): tmp_path}
    archive(tmp_path / "first.zip", files)
    (tmp_path / "a").touch()
    archive(tmp_path / "second.zip", dict(reversed(files.items())))
    first, second = (tmp_path / name for name in ("first.zip", "second.zip"))
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as packed:
        assert packed.namelist() == ["x/a", "x/b"]
        assert {one.date_time for one in packed.infolist()} == {EPOCH}
        assert packed.read("x/b") == b"two"
