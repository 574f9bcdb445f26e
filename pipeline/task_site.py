"""Executed notebooks, facts and verdicts -> the published pages."""

from pathlib import Path
from typing import Annotated

from pytask import Product, PythonNode, task

from nqpf.paths import CODEBOOK, NOTEBOOKS, ROOT
from pipeline.config import EXHIBITS_FILE, EXHIBITS_PAGE, current_build, declared, notebooks
from pipeline.imports import files_of, names_of
from pipeline.kernels.process import call
from pipeline.provenance import CITATION, Provenance, provenance
from pipeline.stamp import stamp
from pipeline.task_notebooks import results

BUILD = current_build()
PUBLISHING = ("publish.py", "downloads.py", "exhibit_map.py")
STAMPING = ("commit.py", "provenance.py", "stamp.py")
SITE_CODE = [
    *files_of({"nqpf.site", "nqpf.claims", "nqpf.chapters.conclusion"}),
    *(ROOT / "pipeline" / name for name in PUBLISHING),
]
REFERENCES = ROOT / "docs" / "references.bib"
PLAN = CODEBOOK / "claims_plan.csv"
PAGES = {name: BUILD.paths.pages / f"{name}.html" for name in notebooks()}
FRONT = [BUILD.paths.pages / name for name in ("index.html", EXHIBITS_PAGE, EXHIBITS_FILE)]
EXHIBITS = {name: list(declared(name, BUILD).files(BUILD.paths).values()) for name in notebooks()}


def study_node() -> PythonNode:
    """Parameters of the study; a node for each step, as the graph remembers a shared one wrongly.

    Under which step's name it is remembered would change from build to build.
    """
    return PythonNode(value=BUILD.parameters.study.model_dump_json(), hash=True)


for name in notebooks():

    @task(
        id=f"{BUILD.study}-page-{name}",
        kwargs={
            "executed": results(name)[0],
            "outputs": NOTEBOOKS / "outputs.yml",
            "plan": PLAN,
            "references": REFERENCES,
            "study": study_node(),
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
        "study": study_node(),
        "code": SITE_CODE,
        "names": names_of(*SITE_CODE),
        "pages": list(PAGES.values()),
        "notebooks": [NOTEBOOKS / f"{name}.ipynb" for name in notebooks()],
        "citation": CITATION,
        "front": FRONT,
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
    citation: Path,
    front: Annotated[list[Path], Product],
) -> None:
    """Publish the front page, the list of exhibits, the downloads and the search."""
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
