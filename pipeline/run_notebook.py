"""Run one notebook on a stage and move its results into place once it has succeeded."""

import json
import os
import shutil
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG

from nqpf.errors import StudyError
from nqpf.paths import NOTEBOOKS, StudyPaths
from pipeline import engine
from pipeline.config import Declared

INJECTED = "injected-parameters"  # papermill's tag


def run_notebook(
    notebook: str, parameters: dict[str, object], declared: Declared, paths: StudyPaths
) -> None:
    """Execute a notebook and put its results where readers look for them.

    Parameters
    ----------
    notebook : str
        Name without its ending.
    parameters : dict
        Values for its parameters cell.
    declared : Declared
        What it must make: neither less nor more.
    paths : StudyPaths
        Finished places of the study.

    Raises
    ------
    StudyError
        If a cell raised (the partial copy is then kept apart), or if what the notebook made
        differs from what is declared.
    """
    stage = StudyPaths(
        paths.study,
        paths.stage / notebook,
        paths.stage / notebook / "figures",
        paths.stage / notebook / "tables",
    )
    shutil.rmtree(stage.root, ignore_errors=True)
    for folder in (stage.figures, stage.tables, stage.facts, stage.verdicts, stage.notebooks):
        folder.mkdir(parents=True)
    copy = stage.notebooks / f"{notebook}.ipynb"
    kept = paths.failed / copy.name
    try:
        papermill.execute_notebook(
            NOTEBOOKS / f"{notebook}.ipynb",
            copy,
            parameters=parameters,
            engine_name=engine.ENGINE,
            stage=stage.root,
            copy=copy,
            kernel_name="python3",
            progress_bar=False,
            request_save_on_cell_execute=False,  # once, at the end, is enough
        )
    except Exception as error:
        if engine.is_interrupted():
            raise
        sentence = _sentence(notebook, error, copy) + _keep(copy, kept)
        shutil.rmtree(stage.root, ignore_errors=True)
        raise StudyError(sentence) from None
    _check(notebook, declared, stage)
    _without_clock(copy)
    _move(stage, paths)
    shutil.rmtree(stage.root)
    kept.unlink(missing_ok=True)


def _sentence(notebook: str, error: Exception, copy: Path) -> str:
    """What went wrong in a notebook, and where."""
    if isinstance(error, PapermillExecutionError):
        place, what = _cell(copy, error.cell_index), f"{error.ename}: {error.evalue}"
    elif isinstance(error, engine.KernelEndedError):
        place, what = _cell(copy, None), str(error)
    else:
        return f"{notebook} could not be run: {type(error).__name__}: {error}"
    return f"{notebook} stopped in {place}: {what}"


def _cell(copy: Path, index: int | None) -> str:
    """Name a cell as a reader finds it in the committed notebook.

    Parameters
    ----------
    copy : Path
        Partial copy, as papermill leaves it: with marks beside the error and a cell of given
        parameters.
    index : int, optional
        Of the cell, not counting the marks; the last one begun if it is not known.
    """
    try:
        executed = nbformat.read(copy, as_version=4)
    except (OSError, ValueError):  # not even the copy could be written
        return "a cell"
    cells = [c for c in executed.cells if ERROR_MARKER_TAG not in c.metadata.get("tags", [])]
    index = engine.last_begun(executed) if index is None else index
    if INJECTED in cells[index].metadata.get("tags", []):
        return "the cell of parameters that the build gives"
    number = sum(
        cell.cell_type == "code" and INJECTED not in cell.metadata.get("tags", [])
        for cell in cells[: index + 1]
    )
    return f"code cell {number} ('{cells[index].id}')"


def _keep(copy: Path, kept: Path) -> str:
    """Keep the partial copy of a notebook that raised, and say where it is."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        os.replace(copy, kept)
    except OSError:  # there is none: the notebook did not begin, or the disk is full
        return ""
    return f"; the partial copy with its traceback is {kept}"


def _check(notebook: str, declared: Declared, stage: StudyPaths) -> None:
    """Raise unless the notebook made exactly what is declared."""
    made = {path.name for folder in (stage.figures, stage.tables) for path in folder.iterdir()}
    expected = set(declared.files(stage))
    missing, extra = sorted(expected - made), sorted(made - expected)
    if missing or extra:
        raise StudyError(
            f"{notebook} must make what notebooks/outputs.yml declares; "
            f"missing: {', '.join(missing) or 'nothing'}; "
            f"not declared: {', '.join(extra) or 'nothing'}"
        )
    for folder, what in ((stage.facts, "facts"), (stage.verdicts, "verdicts")):
        if not (folder / f"{notebook}.json").exists():
            raise StudyError(
                f"{notebook} must save its {what}, even when there are none; it did not"
            )


def _without_clock(path: Path) -> None:
    """Take times, durations and machine paths out of an executed notebook."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    for number, cell in enumerate(notebook.cells):
        if INJECTED in cell.metadata.get("tags", []):
            cell.id = f"injected-{number}"
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _move(stage: StudyPaths, paths: StudyPaths) -> None:
    """Move every result into place; each file is replaced as a whole."""
    for source, target in (
        (stage.figures, paths.figures),
        (stage.tables, paths.tables),
        (stage.facts, paths.facts),
        (stage.verdicts, paths.verdicts),
        (stage.notebooks, paths.notebooks),
    ):
        target.mkdir(parents=True, exist_ok=True)
        made = sorted(source.iterdir())
        for path in made:
            os.replace(path, target / path.name)
        _remove_stale(target, stage.root.name, {path.name for path in made})


def _remove_stale(folder: Path, notebook: str, made: set[str]) -> None:
    """Remove exhibits that an earlier version of the notebook made and this one does not."""
    own = notebook.split("_", maxsplit=1)[0]
    for kind in ("fig", "tab"):
        for path in folder.glob(f"{kind}-{own}-*"):
            if path.name not in made:
                path.unlink()
