"""Which files of `nqpf` a notebook or a step depends on, from its imports."""

import ast
import json
from functools import cache
from pathlib import Path

import grimp

from nqpf.paths import ROOT

SOURCE = ROOT / "src"
PACKAGE = "nqpf"


def files_of(modules: set[str]) -> list[Path]:
    """Source and data files on which the given modules depend, themselves included.

    Parameters
    ----------
    modules : set of str
        Dotted names inside `nqpf`.

    Returns
    -------
    list of Path
        Modules that are imported directly or through others, the packages that hold them,
        and the files that those packages carry beside their code (styles, fonts, templates).
    """
    graph = _graph()
    wanted = {_existing(name) for name in modules}
    closure: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in closure:
            continue
        closure.add(name)
        wanted |= graph.find_modules_directly_imported_by(name)
        if "." in name:  # importing a module runs its package first
            wanted.add(name.rpartition(".")[0])
    files: set[Path] = set()
    for name in closure:
        place = SOURCE / Path(*name.split("."))
        if place.is_dir():
            files.add(place / "__init__.py")
            if name != PACKAGE:
                files |= _carried(place)
        else:
            files.add(place.with_suffix(".py"))
    return sorted(files)


def imported_by_notebook(path: Path) -> set[str]:
    """Modules of `nqpf` that the code cells of a notebook import."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return imported_by_code(code)


def imported_by_code(code: str) -> set[str]:
    """Modules of `nqpf` that a piece of code imports, as `import a.b` or `from a import b`."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return {PACKAGE}  # the notebook will fail and name its line
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == PACKAGE}


def _existing(name: str) -> str:
    """The module itself, or the one that holds the name."""
    modules = _graph().modules
    while name not in modules:
        name = name.rpartition(".")[0]
    return name


def _carried(package: Path) -> set[Path]:
    """Files a package carries beside its code, at any depth below it."""
    return {
        path
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE, cache_dir=None)
