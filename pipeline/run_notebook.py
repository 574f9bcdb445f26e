"""Run one notebook on a stage and move its results into place once it has succeeded."""

import contextlib
import json
import logging
import os
import shutil
import signal
import threading
from pathlib import Path

import nbformat
import papermill
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG

from nqpf.errors import StudyError
from nqpf.paths import NOTEBOOKS, ROOT, STAGE_VARIABLE, StudyPaths
from pipeline.config import Declared

ENGINE = "staged"
INJECTED = "injected-parameters"  # papermill's tag
_clients: set[PapermillNotebookClient] = set()  # those whose kernels run
_stopping = threading.Event()  # the build was interrupted
START_SECONDS = 120  # for a kernel to come up on a busy machine
CELL_SECONDS = 900  # after which a cell counts as one that never ends


class StagedEngine(NBClientEngine):
    """papermill's own engine with an environment of its own for each kernel."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **kwargs):
        """Run the notebook with its stage, one thread and a neutral locale."""
        client = PapermillNotebookClient(
            nb_man,
            kernel_name=kernel_name,
            timeout=CELL_SECONDS,
            startup_timeout=START_SECONDS,
            record_timing=False,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(NOTEBOOKS)}},
        )
        _clients.add(client)
        try:
            return client.execute(env=kernel_environment(kwargs["stage"]))
        finally:
            _clients.discard(client)


papermill_engines.register(ENGINE, StagedEngine)
logging.getLogger("papermill").setLevel(logging.ERROR)  # parameters are checked by pydantic


def stop_kernels() -> None:
    """End all running kernels at once, because the build was interrupted."""
    _stopping.set()
    for client in list(_clients):
        if client.km is not None and client.km.provisioner is not None:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(client.km.provisioner.pid, signal.SIGKILL)


def kernel_environment(stage: Path) -> dict[str, str]:
    """Environment in which a notebook gives the same results on every machine."""
    one_thread = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
    )
    return {
        **os.environ,
        **one_thread,
        "PYTHONPATH": str(ROOT / "src"),
        STAGE_VARIABLE: str(stage),
        "MPLBACKEND": "agg",
        "PYTHONHASHSEED": "0",
        "TZ": "UTC",
    }


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
            engine_name=ENGINE,
            stage=stage.root,
            kernel_name="python3",
            progress_bar=False,
        )
    except Exception as error:
        if _stopping.is_set():
            raise
        sentence = _sentence(notebook, error, copy, kept)
        _keep(copy, kept)
        raise StudyError(sentence) from None
    _check(notebook, declared, stage)
    _without_clock(copy)
    _move(stage, paths, declared)
    shutil.rmtree(stage.root)
    kept.unlink(missing_ok=True)


def _sentence(notebook: str, error: Exception, copy: Path, kept: Path) -> str:
    """What went wrong in a notebook, where, and where to read more."""
    more = f"; the partial copy with its traceback is {kept}"
    if isinstance(error, PapermillExecutionError):
        cell = _cell(nbformat.read(copy, as_version=4), error.cell_index)
        return f"{notebook} stopped in {cell}: {error.ename}: {error.evalue}{more}"
    return f"{notebook} could not be run: {type(error).__name__}: {error}{more}"


def _cell(executed: nbformat.NotebookNode, index: int) -> str:
    """Name a cell as a reader finds it in the committed notebook.

    Parameters
    ----------
    executed : NotebookNode
        As papermill leaves it, with marks beside the error and a cell of given parameters.
    index : int
        Of the cell, not counting the marks.
    """
    cells = [c for c in executed.cells if ERROR_MARKER_TAG not in c.metadata.get("tags", [])]
    if INJECTED in cells[index].metadata.get("tags", []):
        return "the cell of parameters that the build gives"
    number = sum(
        cell.cell_type == "code" and INJECTED not in cell.metadata.get("tags", [])
        for cell in cells[: index + 1]
    )
    return f"code cell {number} ('{cells[index].id}')"


def _keep(copy: Path, kept: Path) -> None:
    """Keep the partial copy of a notebook that raised."""
    if copy.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        os.replace(copy, kept)


def _check(notebook: str, declared: Declared, stage: StudyPaths) -> None:
    """Raise unless the notebook made exactly what is declared."""
    made = {path.name for folder in (stage.figures, stage.tables) for path in folder.iterdir()}
    made -= {f"{figure}.csv" for figure in declared.figures}  # data of a figure, where it has any
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


def _move(stage: StudyPaths, paths: StudyPaths, declared: Declared) -> None:
    """Move every result into place; each file is replaced as a whole."""
    for figure in declared.figures:  # a figure that has lost its data must not keep the old ones
        (paths.figures / f"{figure}.csv").unlink(missing_ok=True)
    for source, target in (
        (stage.figures, paths.figures),
        (stage.tables, paths.tables),
        (stage.facts, paths.facts),
        (stage.verdicts, paths.verdicts),
        (stage.notebooks, paths.notebooks),
    ):
        target.mkdir(parents=True, exist_ok=True)
        for path in sorted(source.iterdir()):
            os.replace(path, target / path.name)
