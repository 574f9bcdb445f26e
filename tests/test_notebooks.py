"""Every committed notebook has the house's shape."""

import ast
import json
import re

import pytest

from nqpf.params import TOPICS_OF, Parameters
from nqpf.paths import NOTEBOOKS
from pipeline.config import OUTPUTS, all_outputs

MOST_CODE_CELLS = 20  # about fifteen that compute or draw, besides parameters, imports, the close
FORBIDDEN = {
    r"\bplt\.savefig|\.savefig\(": "figures are saved by page.save_figure",
    r"\.summary\(": "tables are made by page.save_table",
    r"<table|<div|<img|<figure": "no hand-made HTML",
    r"^\s*(def|class) ": "functions live in nqpf",
    r"^\s*print\(": "results are shown by page.text",
    r"#\s*type:\s*ignore|# noqa": "nothing is silenced",
}


def read(name):
    return json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))


def source(cell):
    return "".join(cell["source"])


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def parameters_cell(notebook):
    tagged = [c for c in code_cells(notebook) if "parameters" in c["metadata"].get("tags", [])]
    assert len(tagged) == 1
    return source(tagged[0])


def test_the_folder_holds_exactly_the_notebooks_of_the_study():
    assert {path.stem for path in NOTEBOOKS.glob("*.ipynb")} == set(TOPICS_OF)


@pytest.mark.parametrize("name", TOPICS_OF)
class TestNotebook:
    def test_is_committed_without_outputs(self, name):
        for cell in code_cells(read(name)):
            assert cell["outputs"] == []
            assert cell["execution_count"] is None

    def test_cells_have_distinct_readable_ids(self, name):
        ids = [cell["id"] for cell in read(name)["cells"]]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", one) for one in ids)

    def test_parameters_are_those_of_its_topics_with_their_defaults(self, name):
        tree = ast.parse(parameters_cell(read(name)))
        found = {}
        for node in tree.body:
            assert isinstance(node, ast.AnnAssign), "every parameter is typed"
            found[node.target.id] = ast.literal_eval(node.value)
        assert found == {"study": "default", **Parameters().of(name)}

    def test_every_parameter_is_commented(self, name):
        for line in parameters_cell(read(name)).strip().splitlines():
            assert "#" in line, line

    def test_holds_nothing_that_belongs_in_the_package(self, name):
        notebook = read(name)
        text = "\n".join(source(cell) for cell in notebook["cells"])
        for pattern, reason in FORBIDDEN.items():
            assert not re.search(pattern, text, re.M), reason

    def test_captions_are_plain_text(self, name):
        code = "\n".join(source(cell) for cell in code_cells(read(name)))
        for text in re.findall(r"\b(?:title|caption|note|alt)=\"([^\"]*)\"", code):
            assert not re.search(r"`|\[@|\]\(|\*\w", text), text

    def test_is_short(self, name):
        cells = code_cells(read(name))
        prose = [cell for cell in cells if source(cell).strip().startswith("page.text(")]
        assert len(cells) - len(prose) <= MOST_CODE_CELLS
        assert all(len(source(cell).splitlines()) <= 30 for cell in cells)

    def test_no_cell_echoes_a_recorded_value(self, name):
        for cell in code_cells(read(name)):
            last = ast.parse(source(cell)).body[-1]
            echoes = isinstance(last, ast.Expr) and ast.unparse(last).startswith("page.record(")
            assert not echoes or source(cell).rstrip().endswith(";"), cell["id"]

    def test_starts_with_a_title_and_ends_by_closing_its_page(self, name):
        notebook = read(name)
        assert source(notebook["cells"][0]).startswith("# ")
        assert "page.close()" in source(code_cells(notebook)[-1])

    def test_exhibits_named_in_the_code_are_those_declared(self, name):
        code = "\n".join(source(cell) for cell in code_cells(read(name)))
        entry = all_outputs()[name]
        declared = [
            e for key in entry if key not in ("title", "summary", "files") for e in entry[key]
        ]
        named = re.findall(
            r"save_(?:figure|table)\(.*?[\"']((?:fig|tab)-[a-zA-Z0-9-]+)", code, re.S
        )
        assert sorted(set(named)) == sorted(declared)
        for kind in ("fig", "tab"):
            numbers = [int(one.split("-")[2]) for one in named if one.startswith(kind)]
            assert numbers == sorted(numbers), "exhibits are numbered as they appear"
        assert all(re.match(rf"(fig|tab)-{name.split('_')[0]}-\d+-", e) for e in declared)


def test_outputs_describe_every_notebook_and_no_other():
    assert set(all_outputs()) == set(TOPICS_OF)
    assert OUTPUTS.read_text(encoding="utf-8").isascii()
