"""Where everything is: constants for what is committed, `StudyPaths` for what is built."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # the checkout

DATA_VARIABLE = "NQPF_DATA"  # data folder of a study with data of its own, set by the build

DATA = Path(os.environ.get(DATA_VARIABLE) or ROOT / "data")
RAW = DATA / "raw"  # compiled tables, never edited
CODEBOOK = DATA / "codebook"  # what the tables mean and what the study declares
PROCESSED = DATA / "processed"  # built panels, the same for every study
PARAMS = ROOT / "params"  # one YAML file per study
SCENARIOS = PARAMS / "scenarios"  # one YAML file per strategy
NOTEBOOKS = ROOT / "notebooks"  # committed without outputs
BUILD = ROOT / "build"  # everything else that is built
SHARDS = BUILD / "shards"  # pieces of long work, named by what they were made from

DEFAULT_STUDY = "default"
STAGE_VARIABLE = "NQPF_STAGE"  # set by the build while a notebook runs


@dataclass(frozen=True)
class StudyPaths:
    """Folders of one study's results.

    The default study owns the top-level `figures` and `tables`; every other study keeps
    all of its results in its own folder under `build`.
    """

    study: str
    root: Path  # folder of the study under build/
    figures: Path
    tables: Path
    processed: Path = PROCESSED

    @property
    def facts(self) -> Path:
        """Recorded facts, one JSON file per notebook."""
        return self.root / "facts"

    @property
    def verdicts(self) -> Path:
        """Verdicts on claims, one JSON file per notebook."""
        return self.root / "verdicts"

    @property
    def notebooks(self) -> Path:
        """Executed notebooks."""
        return self.root / "notebooks"

    @property
    def failed(self) -> Path:
        """Partial copies of notebooks that raised, with their tracebacks."""
        return self.root / "failed"

    @property
    def stage(self) -> Path:
        """Where a running notebook writes until it has succeeded."""
        return self.root / "stage"

    @property
    def pages(self) -> Path:
        """Rendered pages, before they are told what they were made from."""
        return self.root / "pages"

    @property
    def site(self) -> Path:
        """Published HTML."""
        return self.root / "site"


def built_paths(study: str) -> StudyPaths:
    """Folders where a study's finished results stand.

    Parameters
    ----------
    study : str
        Name of the parameter file, without its ending.
    """
    if study == DEFAULT_STUDY:
        return StudyPaths(study, BUILD, ROOT / "figures", ROOT / "tables")
    folder = BUILD / study
    return StudyPaths(study, folder, folder / "figures", folder / "tables")


def study_paths(study: str) -> StudyPaths:
    """Folders to which a notebook of the study writes.

    While the build runs a notebook these are folders of a stage, from which results are
    moved into place only once the whole notebook has succeeded; in JupyterLab they are the
    finished places themselves.

    Parameters
    ----------
    study : str
        Name of the parameter file, without its ending.
    """
    stage = os.environ.get(STAGE_VARIABLE)
    if stage is None:
        return built_paths(study)
    folder = Path(stage)
    return StudyPaths(study, folder, folder / "figures", folder / "tables")
