"""Which cell of a notebook is running, so that a verdict can name the place that gave it."""

import json
from functools import cache

from nqpf.paths import NOTEBOOKS


def running_cell(notebook: str) -> str | None:
    """Id of the notebook cell that is running.

    Parameters
    ----------
    notebook : str
        Name of the notebook, without its ending.

    Returns
    -------
    str or None
        None outside a notebook, and where the text of the running cell is not in the notebook as
        it stands on disk (a cell that is being changed), or stands there twice.
    """
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    shell = get_ipython()
    if shell is None:
        return None
    return cell_of(notebook, shell.user_ns.get("In", [""])[-1])


def cell_of(notebook: str, source: str) -> str | None:
    """Id of the code cell with this text; None where there is none or more than one.

    Parameters
    ----------
    notebook : str
        Name of the notebook, without its ending.
    source : str
        Text of the cell.
    """
    found = [one for one, text in _code(notebook) if text.strip() == source.strip()]
    return found[0] if len(found) == 1 else None


@cache
def _code(notebook: str) -> tuple[tuple[str, str], ...]:
    """Ids and texts of the code cells of a notebook."""
    path = NOTEBOOKS / f"{notebook}.ipynb"
    if not path.is_file():
        return ()
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return tuple(
        (cell["id"], "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"
    )
