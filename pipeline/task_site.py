"""Executed notebooks, facts and verdicts -> the published pages."""

from pathlib import Path
from typing import Annotated

from pytask import Product, PythonNode, task

from nqpf.paths import NOTEBOOKS, ROOT
from pipeline.config import current_build, declared, notebooks
from pipeline.imports import files_of
from pipeline.kernels.process import call
from pipeline.task_notebooks import results

BUILD = current_build()
SITE_CODE = [*files_of({"nqpf.site"}), ROOT / "pipeline" / "publish.py"]
EXHIBITS = {name: list(declared(name, BUILD).files(BUILD.paths).values()) for name in notebooks()}

for name in notebooks():

    @task(
        id=f"{BUILD.study}-page-{name}",
        kwargs={
            "executed": results(name)[0],
            "outputs": NOTEBOOKS / "outputs.yml",
            "case": PythonNode(value=BUILD.parameters.study.case, hash=True),
            "code": SITE_CODE,
            "page": BUILD.paths.site / f"{name}.html",
        },
    )
    def task_page(
        executed: Path,
        outputs: Path,
        case: str,
        code: list[Path],
        page: Annotated[Path, Product],
    ) -> None:
        """Publish one notebook."""
        call("pipeline.jobs:publish_page", str(executed), str(page))


@task(
    id=f"{BUILD.study}-index",
    kwargs={
        "found": [path for name in notebooks() for path in results(name)],
        "exhibits": [path for paths in EXHIBITS.values() for path in paths],
        "outputs": NOTEBOOKS / "outputs.yml",
        "case": PythonNode(value=BUILD.parameters.study.case, hash=True),
        "code": SITE_CODE,
        "index": BUILD.paths.site / "index.html",
    },
)
def task_index(
    found: list[Path],
    exhibits: list[Path],
    outputs: Path,
    case: str,
    code: list[Path],
    index: Annotated[Path, Product],
) -> None:
    """Publish the front page, the shared assets and the downloads."""
    call("pipeline.jobs:publish_index", str(index))
