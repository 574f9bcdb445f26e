"""The parameters a notebook ran with, beside its defaults and what they mean."""

import ast
import io
import tokenize
from dataclasses import dataclass

from nbformat import NotebookNode

DEFAULTS = "parameters"  # tags that papermill reads and writes
INJECTED = "injected-parameters"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a run.

    Attributes
    ----------
    name : str
        As in the notebook and the parameter file.
    value : str
        What the notebook ran with, as Python writes it.
    default : str
        What it would have been; empty where it is the same.
    meaning : str
        Comment beside the default.
    """

    name: str
    value: str
    default: str
    meaning: str


def parameters_of(notebook: NotebookNode) -> list[Parameter]:
    """Parameters in the order in which the notebook declares them.

    Parameters
    ----------
    notebook : NotebookNode
        Executed, with the cell that papermill adds or without.

    Returns
    -------
    list of Parameter
        Empty where no cell is tagged `parameters`. Injected names that the notebook does not
        declare come last.
    """
    declared, given = _cell(notebook, DEFAULTS), _cell(notebook, INJECTED)
    defaults, values = _assignments(declared), _assignments(given)
    meanings = _comments(declared)
    found = []
    for name in [*defaults, *(name for name in values if name not in defaults)]:
        default = defaults.get(name, "")
        value = values.get(name, default)
        changed = bool(default) and ast.dump(ast.parse(value)) != ast.dump(ast.parse(default))
        found.append(Parameter(name, value, default if changed else "", meanings.get(name, "")))
    return found


def is_parameter_cell(cell: NotebookNode) -> bool:
    """Whether a cell holds parameters, declared or injected."""
    return bool({DEFAULTS, INJECTED} & set(cell.metadata.get("tags", [])))


def _cell(notebook: NotebookNode, tag: str) -> str:
    return "\n".join(cell.source for cell in notebook.cells if tag in cell.metadata.get("tags", []))


def _assignments(source: str) -> dict[str, str]:
    """Name and value, as written, of each plain assignment."""
    found = {}
    for node in ast.parse(source).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and value is not None:
            found[target.id] = ast.unparse(value)
    return found


def _comments(source: str) -> dict[str, str]:
    """Comment at the end of each assignment, by name."""
    by_line = {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found = {}
    for node in ast.parse(source).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and node.end_lineno in by_line:
            found[target.id] = by_line[node.end_lineno]
    return found
