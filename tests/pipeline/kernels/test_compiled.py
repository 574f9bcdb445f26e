"""Code that was compiled once is imported from there, unless the file has changed since."""

import importlib
import sys

import pytest

from pipeline.kernels import compiled


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder of modules that are kept; says how often Python compiled anything after that."""
    (tmp_path / "kept_one.py").write_text("value = 1\n")
    (tmp_path / "kept_broken.py").write_text("value = \n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "path_hooks", [*sys.path_hooks])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(compiled, "_kept", {})
    compiled.keep_compiled(str(tmp_path))
    calls = []
    plain = compiled.SourceFileLoader.source_to_code

    def counted(self, data, path, **options):
        calls.append(path)
        return plain(self, data, path, **options)

    monkeypatch.setattr(compiled.SourceFileLoader, "source_to_code", counted)
    yield tmp_path, calls
    for name in ("kept_one", "kept_broken"):
        sys.modules.pop(name, None)
    for place in [place for place in sys.path_importer_cache if place.startswith(str(tmp_path))]:
        del sys.path_importer_cache[place]


def test_what_is_kept_is_not_compiled_again(kept):
    _, calls = kept
    module = importlib.import_module("kept_one")
    assert module.value == 1
    assert isinstance(module.__loader__, compiled.KeptLoader)
    assert calls == []


def test_a_file_that_has_changed_is_compiled_even_at_the_same_size(kept):
    folder, calls = kept
    (folder / "kept_one.py").write_text("value = 2\n")
    assert importlib.import_module("kept_one").value == 2
    assert calls == [str(folder / "kept_one.py")]


def test_a_file_that_is_no_python_is_left_to_its_import(kept):
    with pytest.raises(SyntaxError):
        importlib.import_module("kept_broken")


def test_other_folders_are_imported_as_ever(kept):
    _, calls = kept
    sys.modules.pop("this_is_elsewhere", None)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("this_is_elsewhere")
    assert not isinstance(pytest.__loader__, compiled.KeptLoader)
    assert calls == []
