"""Raw tables -> processed panels."""

from pathlib import Path
from typing import Annotated

from pytask import Product, task

from nqpf.paths import CODEBOOK, DATA, PROCESSED, RAW, ROOT
from pipeline.imports import files_of
from pipeline.kernels.process import call
from pipeline.nodes import files_for

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


STUDY = DATA.parent.name if DATA.parent != ROOT else "study"
STEP = f"data of {STUDY}"


@task(
    id=STUDY,
    kwargs={
        "raw": files_for(STEP, "raw tables", (p for p in RAW.rglob("*") if p.is_file())),
        "codebook": files_for(STEP, "codebook", CODEBOOK.glob("*.csv")),
        "sums": DATA / "SHA256SUMS",
        "code": files_for(STEP, "code", files_of({"nqpf.data.build"})),
        "panels": PANELS,
    },
)
def task_data(
    raw: list[Path],
    codebook: list[Path],
    sums: Path,
    code: list[Path],
    panels: Annotated[list[Path], Product],
) -> None:
    """Check the raw tables and build the panels."""
    call("pipeline.jobs:build_panels", str(panels[0].parent))
