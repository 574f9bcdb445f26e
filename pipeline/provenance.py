"""What a build was made from, by hash: the commit, parameters, environment and data; no clock."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from nqpf.files import sha256
from nqpf.params import own_data
from nqpf.paths import CODEBOOK, DATA, RAW, ROOT, SCENARIOS
from pipeline.commit import Commit, commit
from pipeline.config import Build

CITATION = ROOT / "CITATION.cff"
LOCK = ROOT / "requirements.lock"
SUMS = DATA / "SHA256SUMS"
READ = (  # what a build of any study reads, its parameter file and own data apart
    *(ROOT / name for name in ("src", "pipeline", "notebooks", "docs/references.bib")),
    *(ROOT / "data" / name for name in ("raw", "codebook", "SHA256SUMS")),
    *(SCENARIOS, LOCK, CITATION),
)


@dataclass(frozen=True)
class Provenance:
    """What a build was made from.

    Attributes
    ----------
    study, version : str
        Name of the study, and the version of the compendium.
    commit : Commit
        The commit that it is of.
    parameters, environment, data : dict of str to str
        SHA-256 of the parameter file, of the lock, and of all raw tables and codebooks, by name
        as seen from the checkout; of a file elsewhere, its name alone.
    """

    study: str
    version: str
    commit: Commit
    parameters: dict[str, str]
    environment: dict[str, str]
    data: dict[str, str]

    def digest(self) -> str:
        """A hash of all of it, which is what the graph compares."""
        return hashlib.sha256(json.dumps(asdict(self)).encode("utf-8")).hexdigest()


def provenance(build: Build) -> Provenance:
    """What a build that begins now is made from.

    Parameters
    ----------
    build : Build
        The study.

    Raises
    ------
    StudyError
        If NQPF_COMMIT is asked for the commit and holds none.
    """
    file = ROOT / build.file
    tables = [path for folder in (RAW, CODEBOOK) for path in folder.rglob("*") if path.is_file()]
    return Provenance(
        study=build.study,
        version=yaml.safe_load(CITATION.read_text(encoding="utf-8"))["version"],
        commit=commit_of(build),
        parameters=_hashes(file),
        environment=_hashes(LOCK),
        data=_hashes(SUMS, *sorted(tables)),
    )


def commit_of(build: Build) -> Commit:
    """The commit of this checkout, and whether what a build of a study reads was changed since.

    Parameters
    ----------
    build : Build
        The study.

    Raises
    ------
    StudyError
        If NQPF_COMMIT is asked for the commit and holds none.
    """
    file = ROOT / build.file
    return commit([*READ, file, *(ROOT / name for name in own_data(file))])


def _hashes(*files: Path) -> dict[str, str]:
    return {_shown(path): sha256(path) for path in files}


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
