"""Panels and parameters -> executed notebooks, exhibits, facts and verdicts."""

import json
from pathlib import Path
from typing import Annotated

from pytask import Product, PythonNode, task

from nqpf.paths import CODEBOOK, NOTEBOOKS, RAW, ROOT, SCENARIOS
from pipeline.config import LAST, current_build, declared, notebooks, parameters_of
from pipeline.imports import files_of, imported_by_notebook
from pipeline.nodes import files_for
from pipeline.task_data import PANELS

BUILD = current_build()


def results(notebook: str) -> list[Path]:
    """What later steps read of a notebook: its executed copy, facts and verdicts."""
    paths = BUILD.paths
    return [
        paths.notebooks / f"{notebook}.ipynb",
        paths.facts / f"{notebook}.json",
        paths.verdicts / f"{notebook}.json",
    ]


def found_by_others(notebook: str) -> list[Path]:
    """Facts and verdicts of all other notebooks, which only the last one reads."""
    if notebook != LAST:
        return []
    return [path for other in notebooks() if other != LAST for path in results(other)[1:]]


def scenario_files(notebook: str) -> list[Path]:
    """Strategies, one file each, that only the notebook on strategies reads."""
    return sorted(SCENARIOS.glob("*.yml")) if notebook.startswith("05_") else []


TABLES = [*sorted(CODEBOOK.glob("*.csv")), *sorted(RAW.rglob("*.csv"))]

for name in notebooks():
    step = f"{BUILD.study}-{name}"
    code_files = files_of(imported_by_notebook(NOTEBOOKS / f"{name}.ipynb"))

    @task(
        id=step,
        kwargs={
            "notebook": NOTEBOOKS / f"{name}.ipynb",
            "parameters": PythonNode(value=parameters_of(name, BUILD), hash=True),
            "panels": PANELS,
            "tables": files_for(step, "tables", TABLES),
            "code": files_for(step, "code", code_files),
            "lock": ROOT / "requirements.lock",
            "runner": [ROOT / "pipeline" / f"{part}.py" for part in ("engine", "run_notebook")],
            "scenarios": files_for(step, "strategies", scenario_files(name)),
            "earlier": found_by_others(name),
            "made": [*results(name), *declared(name, BUILD).files(BUILD.paths).values()],
        },
    )
    def task_notebook(
        notebook: Path,
        parameters: str,
        panels: list[Path],
        tables: list[Path],
        code: list[Path],
        lock: Path,
        runner: list[Path],
        scenarios: list[Path],
        earlier: list[Path],
        made: Annotated[list[Path], Product],
    ) -> None:
        """Run a notebook with its parameters."""
        from pipeline.run_notebook import run_notebook  # papermill is only paid for when needed

        name = notebook.stem
        run_notebook(name, json.loads(parameters), declared(name, BUILD), BUILD.paths)
