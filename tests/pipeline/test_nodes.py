"""Many files as one node: it tells what they hold and which there are."""

import pytask
import pytest

from pipeline.nodes import Files, files_for


@pytest.fixture
def files(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(name)
    return files_for("a step", "tables", tmp_path.glob("*.csv"))


def test_the_graph_takes_it_for_a_node(files):
    assert isinstance(files, pytask.PNode)
    assert not isinstance(files, pytask.PPathNode)
    assert files.name == "tables of a step"
    assert files.load() == files.paths


def test_the_state_depends_on_nothing_but_names_and_contents(files):
    before = files.state()
    for path in files.paths:
        content = path.read_text()
        path.unlink()
        path.write_text(content)
    assert files.state() == before
    assert Files(name="others", paths=files.paths[::-1]).state() == before


def test_a_changed_content_is_seen(files):
    before = files.state()
    files.paths[0].write_text("other")
    assert files.state() != before


def test_a_file_that_is_gone_or_renamed_is_seen(files):
    before = files.state()
    moved = files.paths[0].rename(files.paths[0].with_name("c.csv"))
    assert files.state() != before
    assert Files(name="others", paths=[moved, files.paths[1]]).state() != before
    assert Files(name="others", paths=files.paths[1:]).state() != before


def test_nothing_is_saved_to_it(files):
    with pytest.raises(TypeError, match="tables of a step is only read, got 'x' to save"):
        files.save("x")
