"""Which cell, functions and data stand behind every exhibit, read from the notebooks' own code."""

import ast
import json
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from nqpf.errors import StudyError
from nqpf.paths import NOTEBOOKS

READERS = {  # of nqpf.data: the files behind what they return, with the name that they are given
    "load_panel": "data/raw/{}/panel.csv",
    "load_indicators": "data/raw/{}/panel.csv, data/codebook/indicators.csv",
    "load_trace": "data/raw/{}/panel.csv, data/codebook/sources.csv",
    "load_coverage": "data/raw/{}/panel.csv",
    "load_codebook": "data/codebook/{}.csv",
    "load_geography": "data/raw/{}/geography.csv",
    "load_adjacency": "data/raw/{}/adjacency.csv",
}
LEDGERS = ("open_ledger", "assemble")  # of nqpf.claims
OF_LEDGERS = {"data/codebook/claims.csv", "data/codebook/claims_plan.csv"}
TABLES = {  # of load_table
    "city_figures": "data/raw/cities/figures.csv",
    "manufacturing_structure": "data/raw/cities/manufacturing_structure_2018.csv",
    "international": "data/raw/international.csv",
}
COLUMNS = (
    *("exhibit", "kind", "number", "title", "notebook", "cell", "data", "functions", "source"),
    "files",
)
SAVERS = ("save_figure", "save_table", "save_regressions")


@dataclass
class Behind:
    """What an exhibit rests on.

    Attributes
    ----------
    cell : str
        Id of the cell that saves it.
    functions : list of str
        Functions of the package that were called on the way to it, sorted.
    data : list of str
        Files that were read on the way to it, sorted.
    """

    cell: str
    functions: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)


def behind_exhibits(notebook: Path) -> dict[str, Behind]:
    """What every exhibit of a notebook rests on.

    The code is followed backwards, statement by statement, from the call that saves an exhibit
    through every name that it uses to the calls that read data. A statement counts for a name if
    it assigns it or calls a method of it.

    Parameters
    ----------
    notebook : Path
        Committed notebook.

    Returns
    -------
    dict of str to Behind
        By id of the exhibit, in order.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    rooms: dict[str, str] = {}  # local name -> where it lives in the package
    before: dict[str, tuple[set[str], set[str]]] = {}  # name -> functions and files behind it
    found: dict[str, Behind] = {}
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        for statement in ast.parse("".join(cell["source"])).body:
            rooms |= _imported(statement)
            functions, files = _own_calls(statement, rooms)
            for name in _names(statement, ast.Load):
                functions |= before.get(name, (set(), set()))[0]
                files |= before.get(name, (set(), set()))[1]
            for name in _names(statement, ast.Store):
                before[name] = (functions, files)
            for exhibit in _saved(statement):
                shown = {one for one in functions if not one.startswith("nqpf.report.open")}
                found[exhibit] = Behind(cell["id"], sorted(shown), sorted(files))
    return found


def exhibit_map(exhibits: list[dict]) -> pd.DataFrame:
    """One row per exhibit of a study.

    Parameters
    ----------
    exhibits : list of dict
        As `nqpf.report.load_exhibits` gives them.

    Returns
    -------
    DataFrame
        Columns exhibit, kind, number, title, notebook, cell, data, functions, source, files;
        several values in a cell are separated by semicolons.

    Raises
    ------
    StudyError
        If a notebook no longer saves what it saved when it ran.
    """
    behind = {
        name: behind_exhibits(NOTEBOOKS / f"{name}.ipynb")
        for name in dict.fromkeys(one["notebook"] for one in exhibits)
    }
    rows = []
    for one in exhibits:
        found = behind[one["notebook"]].get(one["id"])
        if found is None:
            raise StudyError(
                f"{one['notebook']} saved {one['id']} when it ran, but its cells do not now; it "
                "was changed during the build, so run make again"
            )
        rows.append(
            {
                "exhibit": one["id"],
                "kind": one["kind"],
                "number": one["number"],
                "title": one["title"],
                "notebook": f"{one['notebook']}.ipynb",
                "cell": found.cell,
                "data": "; ".join(found.data),
                "functions": "; ".join(found.functions),
                "source": one["source"],
                "files": "; ".join(f"{one['id']}.{ending}" for ending in one["files"]),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _imported(statement: ast.stmt) -> dict[str, str]:
    if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("nqpf"):
        return {a.asname or a.name: f"{statement.module}.{a.name}" for a in statement.names}
    if isinstance(statement, ast.Import):
        return {a.asname: a.name for a in statement.names if a.asname and "nqpf" in a.name}
    return {}


def _own_calls(statement: ast.stmt, rooms: dict[str, str]) -> tuple[set[str], set[str]]:
    """Functions of the package that a statement calls, and files that it reads by them."""
    functions, files = set(), set()
    loops = _loop_values(statement)
    for node in ast.walk(statement):
        if not isinstance(node, ast.Call):
            continue
        root, _, rest = _dotted(node.func).partition(".")
        if root not in rooms:
            continue
        name = f"{rooms[root]}.{rest}".rstrip(".")
        functions.add(name)
        reader = name.rpartition(".")[2]
        files |= OF_LEDGERS if reader in LEDGERS else set()
        for argument in _texts(node.args[:1], loops):
            if reader in READERS:
                files |= set(READERS[reader].format(argument).split(", "))
            elif reader == "load_table":
                files.add(TABLES[argument])
    return functions, files


def _texts(arguments: list[ast.expr], loops: dict[str, list[str]]) -> list[str]:
    """Texts that an argument stands for: itself, or those a loop gives it."""
    found = []
    for one in arguments:
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            found.append(one.value)
        elif isinstance(one, ast.Name):
            found += loops.get(one.id, [])
    return found


def _loop_values(statement: ast.stmt) -> dict[str, list[str]]:
    """Texts over which comprehensions and loops of a statement run, by the name they give them."""
    found = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.comprehension | ast.For) and isinstance(node.target, ast.Name):
            values = getattr(node.iter, "elts", [])
            found[node.target.id] = [
                one.value
                for one in values
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
    return found


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _names(statement: ast.stmt, context: type) -> set[str]:
    found = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)
             and isinstance(n.ctx, context)}  # fmt: skip
    if context is ast.Store:  # frame["x"] = …, and book.update(…)
        for node in ast.walk(statement):
            if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(_dotted(node.value).partition(".")[0])
    return found - {"", "page"}


def _saved(statement: ast.stmt) -> list[str]:
    """Ids of the exhibits that a statement saves."""
    found = []
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in SAVERS:
            named = [k.value for k in node.keywords if k.arg == "id"]
            values = [*node.args[1:2], *named]
            found += [v.value for v in values if isinstance(v, ast.Constant)]
    return found
