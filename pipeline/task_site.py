"""Executed notebooks, facts and verdicts -> the published pages."""

from pathlib import Path
from typing import Annotated

from pytask import Product, PythonNode, task

from nqpf.paths import CODEBOOK, NOTEBOOKS, ROOT
from pipeline.config import (
    ARCHIVES,
    EXHIBITS_FILE,
    EXHIBITS_PAGE,
    current_build,
    declared,
    found_on,
    notebooks,
    packed_data,
)
from pipeline.imports import files_of
from pipeline.kernels.process import call
from pipeline.nodes import files_for
from pipeline.provenance import CITATION, Provenance, provenance
from pipeline.stamp import stamp
from pipeline.task_data import PANELS
from pipeline.task_notebooks import results

BUILD = current_build()
PUBLISHING = ("publish.py", "exhibit_map.py")
STAMPING = ("commit.py", "provenance.py", "stamp.py")
SITE_CODE = [
    *files_of({"nqpf.site", "nqpf.claims", "nqpf.chapters.conclusion"}),
    *(ROOT / "pipeline" / name for name in PUBLISHING),
]
DOWNLOAD_CODE = [*files_of({"nqpf.site.dark"}), ROOT / "pipeline" / "downloads.py"]
REFERENCES = ROOT / "docs" / "references.bib"
PLAN = CODEBOOK / "claims_plan.csv"
PAGES = {name: BUILD.paths.pages / f"{name}.html" for name in notebooks()}
FOUND = {name: found_on(page) for name, page in PAGES.items()}
FRONT = [BUILD.paths.pages / name for name in ("index.html", EXHIBITS_PAGE, EXHIBITS_FILE)]
DOWNLOADS = [BUILD.paths.site / name for name in (*ARCHIVES, REFERENCES.name)]
EXHIBITS = {name: list(declared(name, BUILD).files(BUILD.paths).values()) for name in notebooks()}


def study_node() -> PythonNode:
    """Parameters of the study; a node for each step, as the graph remembers a shared one wrongly.

    Under which step's name it is remembered would change from build to build.
    """
    return PythonNode(value=BUILD.parameters.study.model_dump_json(), hash=True)


for name in notebooks():
    step = f"{BUILD.study}-page-{name}"

    @task(
        id=step,
        kwargs={
            "executed": results(name)[0],
            "outputs": NOTEBOOKS / "outputs.yml",
            "plan": PLAN,
            "references": REFERENCES,
            "study": study_node(),
            "code": files_for(step, "code", SITE_CODE),
            "page": PAGES[name],
            "found": FOUND[name],
        },
    )
    def task_page(
        executed: Path,
        outputs: Path,
        plan: Path,
        references: Path,
        study: str,
        code: list[Path],
        page: Annotated[Path, Product],
        found: Annotated[Path, Product],
    ) -> None:
        """Publish one notebook."""
        call("pipeline.jobs:publish_page", str(executed), str(page))


@task(
    id=f"{BUILD.study}-downloads",
    kwargs={
        "executed": [results(name)[0] for name in notebooks()],
        "exhibits": [path for paths in EXHIBITS.values() for path in paths],
        "panels": PANELS,
        "tables": files_for(f"{BUILD.study}-downloads", "tables", packed_data()),
        "references": REFERENCES,
        "code": files_for(f"{BUILD.study}-downloads", "code", DOWNLOAD_CODE),
        "downloads": DOWNLOADS,
    },
)
def task_downloads(
    executed: list[Path],
    exhibits: list[Path],
    panels: list[Path],
    tables: list[Path],
    references: Path,
    code: list[Path],
    downloads: Annotated[list[Path], Product],
) -> None:
    """Publish what readers can take away: every exhibit, and archives."""
    call("pipeline.jobs:publish_downloads")


@task(
    id=f"{BUILD.study}-index",
    kwargs={
        "results": [path for name in notebooks() for path in results(name)],
        "downloads": DOWNLOADS,
        "outputs": NOTEBOOKS / "outputs.yml",
        "plan": PLAN,
        "references": REFERENCES,
        "study": study_node(),
        "code": files_for(f"{BUILD.study}-index", "code", SITE_CODE),
        "pages": list(PAGES.values()),
        "found": list(FOUND.values()),
        "notebooks": [NOTEBOOKS / f"{name}.ipynb" for name in notebooks()],
        "citation": CITATION,
        "front": FRONT,
    },
)
def task_index(
    results: list[Path],
    downloads: list[Path],
    outputs: Path,
    plan: Path,
    references: Path,
    study: str,
    code: list[Path],
    pages: list[Path],
    found: list[Path],
    notebooks: list[Path],
    citation: Path,
    front: Annotated[list[Path], Product],
) -> None:
    """Publish the front page, the list of exhibits and the search."""
    call("pipeline.jobs:publish_index", str(front[0]))


@task(
    id=f"{BUILD.study}-stamp",
    kwargs={
        "rendered": [*PAGES.values(), *FRONT],
        "made_from": PythonNode(value=provenance(BUILD), hash=Provenance.digest),
        "code": [ROOT / "pipeline" / name for name in STAMPING],
        "published": [BUILD.paths.site / path.name for path in [*PAGES.values(), *FRONT]],
    },
)
def task_stamp(
    rendered: list[Path],
    made_from: Provenance,
    code: list[Path],
    published: Annotated[list[Path], Product],
) -> None:
    """Tell every page what it was made from."""
    stamp(rendered, published[0].parent, made_from)
