"""Executed notebooks, facts and verdicts -> the published pages."""

from pathlib import Path
from typing import Annotated

from pytask import Product, PythonNode, task

from nqpf.paths import CODEBOOK, NOTEBOOKS, ROOT
from pipeline.config import current_build, declared, notebooks
from pipeline.imports import files_of, names_of
from pipeline.kernels.process import call
from pipeline.task_notebooks import results

BUILD = current_build()
PUBLISHING = ("publish.py", "downloads.py", "exhibit_map.py")
SITE_CODE = [
    *files_of({"nqpf.site", "nqpf.claims", "nqpf.chapters.conclusion"}),
    *(ROOT / "pipeline" / name for name in PUBLISHING),
]
REFERENCES = ROOT / "docs" / "references.bib"
PLAN = CODEBOOK / "claims_plan.csv"
STUDY = PythonNode(value=BUILD.parameters.study.model_dump_json(), hash=True)
PAGES = {name: BUILD.paths.site / f"{name}.html" for name in notebooks()}
EXHIBITS = {name: list(declared(name, BUILD).files(BUILD.paths).values()) for name in notebooks()}

for name in notebooks():

    @task(
        id=f"{BUILD.study}-page-{name}",
        kwargs={
            "executed": results(name)[0],
            "outputs": NOTEBOOKS / "outputs.yml",
            "plan": PLAN,
            "references": REFERENCES,
            "study": STUDY,
            "code": SITE_CODE,
            "names": names_of(*SITE_CODE),
            "page": PAGES[name],
        },
    )
    def task_page(
        executed: Path,
        outputs: Path,
        plan: Path,
        references: Path,
        study: str,
        code: list[Path],
        names: str,
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
        "plan": PLAN,
        "references": REFERENCES,
        "study": STUDY,
        "code": SITE_CODE,
        "names": names_of(*SITE_CODE),
        "pages": list(PAGES.values()),
        "notebooks": [NOTEBOOKS / f"{name}.ipynb" for name in notebooks()],
        "index": BUILD.paths.site / "index.html",
    },
)
def task_index(
    found: list[Path],
    exhibits: list[Path],
    outputs: Path,
    plan: Path,
    references: Path,
    study: str,
    code: list[Path],
    names: str,
    pages: list[Path],
    notebooks: list[Path],
    index: Annotated[Path, Product],
) -> None:
    """Publish the front page, the list of exhibits, the downloads and the search."""
    call("pipeline.jobs:publish_index", str(index))
