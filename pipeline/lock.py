"""Renew the locks from pyproject.toml, and environment.yml with the same direct versions."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from nqpf.paths import ROOT
from pipeline.install import INSTALLER_LOCK

LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
ENVIRONMENT = ROOT / "environment.yml"
PYTHON = "3.11"  # the oldest that is supported; the locks hold for newer ones too
CONDA_NAMES = {"matplotlib": "matplotlib-base", "flit_core": "flit-core"}
HEAD = """\
# For conda, mamba and Binder. Written by `make lock` from pyproject.toml; the versions are
# those of requirements.lock, which `make` itself uses.
name: nqpf
channels:
  - conda-forge
dependencies:
  - python={python}
  - pip
"""


def normal(name: str) -> str:
    """Name of a package as locks spell it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_dependencies() -> list[str]:
    """Names of what the study itself needs, in the order of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [re.split(r"[\s<>=!~\[;]", text)[0] for text in project["dependencies"]]


def locked_versions(path: Path) -> dict[str, str]:
    """Version of each package in a lock."""
    pins = re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", path.read_text(encoding="utf-8"), re.M)
    return {normal(name): version for name, version in pins}


def environment_text() -> str:
    """Content of environment.yml that agrees with the lock."""
    versions = locked_versions(LOCK)
    lines = [
        f"  - {CONDA_NAMES.get(name, name)}={versions[normal(name)]}"
        for name in direct_dependencies()
    ]
    return HEAD.format(python=PYTHON) + "\n".join(lines) + "\n"


def main() -> None:
    """Resolve the locks with uv and write environment.yml."""
    common = ["--universal", "--python-version", PYTHON, "--fork-strategy", "fewest"]
    common += ["--generate-hashes", "--no-header", "--no-annotate", "--quiet", "--upgrade"]
    uv = [sys.executable, "-m", "uv", "pip", "compile", *common]
    study = [*uv, "pyproject.toml"]
    subprocess.run([*study, "-o", LOCK.name], cwd=ROOT, check=True)
    extra = ["--all-extras", "-c", LOCK.name, "-o", DEV_LOCK.name]
    subprocess.run([*study, *extra], cwd=ROOT, check=True)
    itself = [*uv, "-", "-c", DEV_LOCK.name, "-o", INSTALLER_LOCK.name]
    subprocess.run(itself, input="uv", text=True, cwd=ROOT, check=True)
    ENVIRONMENT.write_text(environment_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
