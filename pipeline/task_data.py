"""Raw tables -> processed panels."""

from pathlib import Path
from typing import Annotated

from pytask import Product, task

from nqpf.paths import CODEBOOK, DATA, PROCESSED, RAW, ROOT
from pipeline.imports import files_of, names_of
from pipeline.kernels.process import call

PANELS = [
    PROCESSED / f"{name}.csv"
    for name in (
        "cities",
        "provinces",
        "indicators_cities",
        "indicators_provinces",
        "trace_cities",
        "trace_provinces",
        "coverage",
        "quality",
    )
]


RAW_FILES = sorted(path for path in RAW.rglob("*") if path.is_file())
CODEBOOK_FILES = sorted(CODEBOOK.glob("*.csv"))
CODE = files_of({"nqpf.data.build"})


@task(
    id=DATA.parent.name if DATA.parent != ROOT else "study",
    kwargs={
        "raw": RAW_FILES,
        "codebook": [DATA / "SHA256SUMS", *CODEBOOK_FILES],
        "code": CODE,
        "names": names_of(*RAW_FILES, *CODEBOOK_FILES, *CODE),
        "panels": PANELS,
    },
)
def task_data(
    raw: list[Path],
    codebook: list[Path],
    code: list[Path],
    names: str,
    panels: Annotated[list[Path], Product],
) -> None:
    """Check the raw tables and build the panels."""
    call("pipeline.jobs:build_panels", str(panels[0].parent))
