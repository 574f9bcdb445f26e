import json

import pytest

from nqpf.errors import StudyError
from nqpf.paths import DATA, NOTEBOOKS
from pipeline.config import KINDS, all_outputs, notebooks
from pipeline.exhibit_map import READERS, TABLES, behind_exhibits, exhibit_map


def write(tmp_path, *sources):
    cells = [
        {"cell_type": "code", "id": f"cell-{i}", "source": source, "metadata": {}, "outputs": []}
        for i, source in enumerate(sources)
    ]
    path = tmp_path / "03_mechanisms.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


def test_code_is_followed_back_to_the_data(tmp_path):
    path = write(
        tmp_path,
        "from nqpf import data, report\nfrom nqpf.chapters import mechanisms as m\n"
        "from nqpf.report import charts\npage = report.open_page('03_mechanisms')",
        "panel = data.load_panel('provinces')\nother = data.load_table('international')",
        "fit = m.fit(panel)\nfit['x'] = m.scaled(1)",
        "page.save_figure(charts.bars(fit), 'fig-03-1-a', title='T')\n"
        "page.save_table(other, id='tab-03-1-b')",
    )
    found = behind_exhibits(path)
    assert list(found) == ["fig-03-1-a", "tab-03-1-b"]
    figure = found["fig-03-1-a"]
    assert figure.cell == "cell-3"
    assert figure.data == ["data/raw/provinces/panel.csv"]
    assert "nqpf.report.charts.bars" in figure.functions
    assert "nqpf.chapters.mechanisms.scaled" in figure.functions
    assert "nqpf.data.load_table" not in figure.functions
    assert found["tab-03-1-b"].data == ["data/raw/international.csv"]


def test_names_that_a_loop_gives_are_read(tmp_path):
    path = write(
        tmp_path,
        "from nqpf import data\n"
        "both = {level: data.load_panel(level) for level in ('provinces', 'cities')}",
        "page.save_table(both['cities'], 'tab-03-1-b')",
    )
    assert behind_exhibits(path)["tab-03-1-b"].data == [
        "data/raw/cities/panel.csv",
        "data/raw/provinces/panel.csv",
    ]


@pytest.mark.parametrize("name", notebooks())
def test_every_declared_exhibit_is_found_with_what_is_behind_it(name):
    found = behind_exhibits(NOTEBOOKS / f"{name}.ipynb")
    entry = all_outputs()[name]
    kinds = [f"{where}{kind}" for where in ("", "city_", "paper_city_") for kind in KINDS]
    declared = [exhibit for kind in kinds for exhibit in entry.get(kind, [])]
    assert sorted(found) == sorted(declared)
    for exhibit, behind in found.items():
        assert behind.functions, exhibit
        for file in behind.data:
            assert (DATA.parent / file).is_file(), file


def test_the_files_behind_readers_exist():
    for level in ("provinces", "cities"):
        for reader in ("load_panel", "load_geography", "load_adjacency"):
            for file in READERS[reader].format(level).split(", "):
                assert (DATA.parent / file).is_file()
    for file in TABLES.values():
        assert (DATA.parent / file).is_file()


def test_the_map_is_one_row_per_exhibit():
    one = {"notebook": "01_introduction_and_data", "id": "fig-01-3-glance", "kind": "figure",
           "number": "1.3", "title": "T", "source": "S", "files": ["svg", "csv"]}  # fmt: skip
    (row,) = exhibit_map([one]).to_dict("records")
    assert row["cell"] == "fig-glance"
    assert row["files"] == "fig-01-3-glance.svg; fig-01-3-glance.csv"
    assert "data/raw/provinces/panel.csv" in row["data"]


def test_a_notebook_that_changed_during_the_build_is_named():
    gone = {"notebook": "01_introduction_and_data", "id": "fig-01-9-gone", "kind": "figure"}
    with pytest.raises(StudyError, match=r"01_introduction_and_data saved fig-01-9-gone .* again"):
        exhibit_map([gone])
