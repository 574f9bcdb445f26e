"""Nothing that comes from data or a parameter file is ever run or trusted as markup."""

import ast

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import yaml

from nqpf.errors import StudyError
from nqpf.params import load_parameters
from nqpf.paths import ROOT
from nqpf.report.exhibits import TableExhibit
from nqpf.report.rendering import render
from nqpf.report.tables import as_html, lay_out

SOURCES = sorted(path for folder in ("src", "pipeline") for path in (ROOT / folder).rglob("*.py"))
CALLS = {"eval", "exec", "compile", "__import__", "execfile"}
MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
ATTRIBUTES = {
    ("os", "system"),
    ("os", "popen"),
    ("yaml", "load"),
    ("yaml", "unsafe_load"),
    ("yaml", "full_load"),
    ("pd", "read_pickle"),
    ("pd", "eval"),
}


def faults(tree: ast.AST) -> list[str]:
    """Uses of what could run text as code."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                found.append(f"line {node.lineno}: {name}()")
            case ast.Attribute(value=ast.Name(id=base), attr=name) if (base, name) in ATTRIBUTES:
                found.append(f"line {node.lineno}: {base}.{name}")
            case ast.Import(names=names):
                found += [
                    f"line {node.lineno}: import {one.name}"
                    for one in names
                    if one.name.split(".")[0] in MODULES
                ]
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in MODULES:
                found.append(f"line {node.lineno}: from {module}")
            case ast.keyword(arg="shell", value=ast.Constant(value=True)):
                found.append(f"line {node.value.lineno}: shell=True")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_text_is_run_as_code(path):
    assert faults(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')",
        "import pickle",
        "from pickle import loads",
        "yaml.load(x)",
        "subprocess.run('x', shell=True)",
        "pd.read_pickle(p)",
    ],
)
def test_the_search_finds_what_it_looks_for(code):
    assert faults(ast.parse(code))


def test_a_parameter_file_cannot_make_objects(tmp_path):
    path = tmp_path / "bad.yml"
    path.write_text("study: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(StudyError, match="not valid YAML"):
        load_parameters(path)
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(path.read_text())


HOSTILE = '<script>alert("x")</script>'


def test_text_of_data_is_escaped_in_tables_and_exhibits():
    frame = pd.DataFrame({HOSTILE: [HOSTILE, "a & b"], "n": [1, 2]})
    html = as_html(lay_out(frame), "some-title")
    shown = TableExhibit("tab-01-1-x", "1.1", HOSTILE, HOSTILE, HOSTILE, html, "tables")
    for text in (html, shown.standalone(), shown.html()):
        assert "<script" not in text
        assert "&lt;script" in text


def test_text_of_data_is_escaped_in_drawings():
    fig, axes = plt.subplots()
    axes.plot([0, 1], [0, 1])
    axes.set_title(HOSTILE)
    files = render(fig, "fig-01-1-x", HOSTILE, HOSTILE)
    plt.close(fig)
    assert b"<script" not in files["svg"]
