"""Steps other than notebooks, as functions that a fork of the warm process can be told to run."""

from pathlib import Path


def build_panels(folder: str) -> None:
    """Check the raw tables and build the panels into a folder."""
    from nqpf.data.build import build_processed

    build_processed(Path(folder))


def publish_page(executed: str, page: str) -> None:
    """Publish one executed notebook of the current study."""
    from pipeline import publish
    from pipeline.config import current_build

    publish.publish_page(Path(executed), Path(page), current_build())


def publish_downloads() -> None:
    """Publish what readers of the current study can take away."""
    from pipeline.config import current_build
    from pipeline.downloads import publish_downloads

    publish_downloads(current_build())


def publish_index(index: str) -> None:
    """Publish the front page of the current study, the list of exhibits and the search."""
    from pipeline import publish
    from pipeline.config import current_build

    publish.publish_index(Path(index), current_build())
