"""A receipt never says that nothing has changed when something has."""

import os

import pytest

from pipeline import receipt as module
from pipeline.receipt import Receipt, differing, is_remembered, nothing_changed


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Sources, a product and a parameter file in a checkout of their own."""
    monkeypatch.delenv(module.DATA_VARIABLE, raising=False)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "RECEIPTS", tmp_path / "build/graph/receipts")
    monkeypatch.setattr(module, "head", lambda: "one")
    for name in ("params/mine.yml", "src/a/one.py", "data/raw/x.csv", "made/page.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    return tmp_path


@pytest.fixture
def parameters(checkout):
    """Parameter file of a study that has been built completely."""
    sources = [checkout / "src/a/one.py", checkout / "data/raw/x.csv"]
    products = [checkout / "made/page.html"]
    receipt = Receipt(checkout / "params/mine.yml")
    receipt.look_at_sources(sources, products)
    receipt.write(products)
    return checkout / "params/mine.yml"


def test_nothing_has_changed(parameters):
    assert nothing_changed(parameters)


@pytest.mark.parametrize("name", ["params/mine.yml", "src/a/one.py", "made/page.html"])
def test_a_changed_file(checkout, parameters, name):
    (checkout / name).write_text("22")
    assert not nothing_changed(parameters)


def test_a_file_of_the_same_size(checkout, parameters):
    path = checkout / "src/a/one.py"
    later = path.stat().st_mtime_ns + 1_000_000
    path.write_text("2")
    os.utime(path, ns=(later, later))
    assert not nothing_changed(parameters)


@pytest.mark.parametrize("name", ["src/a/one.py", "made/page.html", "data/raw/x.csv"])
def test_a_file_that_is_gone(checkout, parameters, name):
    (checkout / name).unlink()
    assert not nothing_changed(parameters)


@pytest.mark.parametrize("name", ["src/a/two.py", "src/a/b/two.py", "data/raw/y.csv"])
def test_a_new_file(checkout, parameters, name):
    (checkout / name).parent.mkdir(exist_ok=True)
    (checkout / name).write_text("1")
    assert not nothing_changed(parameters)


def test_another_commit(parameters, monkeypatch):
    monkeypatch.setattr(module, "head", lambda: "two")
    assert not nothing_changed(parameters)


def test_caches_are_no_change(checkout, parameters):
    (checkout / "src/a/__pycache__").mkdir()
    assert nothing_changed(parameters)


def test_another_study_has_no_receipt(checkout, parameters):
    (checkout / "params/other.yml").write_text("1")
    assert not nothing_changed(checkout / "params/other.yml")


def test_a_parameter_file_of_the_same_name_elsewhere(checkout, parameters):
    (checkout / "mine.yml").write_text("1")
    assert not nothing_changed(checkout / "mine.yml")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"parameters": 1}', '{"places": {}}'])
def test_a_broken_receipt(checkout, parameters, text):
    (checkout / "build/graph/receipts/mine.json").write_text(text)
    assert not nothing_changed(parameters)


def test_a_source_that_is_edited_during_the_build(checkout):
    products = [checkout / "made/page.html"]
    receipt = Receipt(checkout / "params/mine.yml")
    receipt.look_at_sources([checkout / "src/a/one.py"], products)
    (checkout / "src/a/one.py").write_text("22")
    receipt.write(products)
    assert not nothing_changed(checkout / "params/mine.yml")


def test_a_build_takes_the_old_receipt_back(parameters):
    Receipt(parameters)
    assert not nothing_changed(parameters)


def test_a_study_with_data_of_its_own_is_always_looked_at(checkout, parameters, monkeypatch):
    monkeypatch.setenv(module.DATA_VARIABLE, "elsewhere")
    assert not nothing_changed(parameters)
    products = [checkout / "made/page.html"]
    receipt = Receipt(parameters)
    receipt.look_at_sources([], products)
    receipt.write(products)
    monkeypatch.delenv(module.DATA_VARIABLE)
    assert not nothing_changed(parameters)


def test_what_differs_is_named(checkout, parameters):
    assert differing(parameters) == []
    (checkout / "src/a/one.py").write_text("22")
    (checkout / "made/page.html").unlink()
    (checkout / "data/raw/new.csv").write_text("1")
    assert differing(parameters) == ["data/raw", "made/page.html", "src/a/one.py"]


def test_without_a_receipt_nothing_is_named(checkout):
    assert differing(checkout / "params/mine.yml") == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"places": 1}', '{"commit": ""}'])
def test_a_broken_receipt_is_none(parameters, text):
    assert is_remembered(parameters)
    module._place(parameters).write_text(text)
    assert not is_remembered(parameters)
    assert differing(parameters) == []
