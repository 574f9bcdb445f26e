"""Raw tables -> processed panels."""

from pathlib import Path
from typing import Annotated

from pytask import Product, task

from nqpf.paths import CODEBOOK, DATA, PROCESSED, RAW, ROOT
from pipeline.imports import files_of

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


@task(
    id=DATA.parent.name if DATA.parent != ROOT else "study",
    kwargs={
        "raw": sorted(path for path in RAW.rglob("*") if path.is_file()),
        "codebook": [DATA / "SHA256SUMS", *sorted(CODEBOOK.glob("*.csv"))],
        "code": files_of({"nqpf.data.build"}),
        "panels": PANELS,
    },
)
def task_data(
    raw: list[Path], codebook: list[Path], code: list[Path], panels: Annotated[list[Path], Product]
) -> None:
    """Check the raw tables and build the panels."""
    from nqpf.data.build import build_processed  # pandas is only paid for when it is needed

    build_processed(panels[0].parent)
