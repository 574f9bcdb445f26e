"""Newer Pythons install the same lock and build the study, where they are on the machine."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.scenarios.conftest import ROOT, make_project

OFFLINE = ("Failed to establish a new connection", "Failed to fetch", "ConnectTimeout")


def interpreter(version: str) -> str | None:
    """Path of a Python of this version, on the path or among those of pyenv."""
    if found := shutil.which(f"python{version}"):
        works = subprocess.run([found, "-V"], capture_output=True, text=True, check=False)
        if works.stdout.startswith(f"Python {version}."):
            return found
    places = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"))
    return str(places[-1]) if places else None


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_a_newer_python_installs_and_builds(tmp_path, version):
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    tiny = make_project(tmp_path / "newer python")
    shutil.rmtree(tiny.root / ".venv")
    shutil.copy(ROOT / "README.md", tiny.root / "README.md")
    installed = tiny.make(f"PYTHON={python}", ".venv/installed", timeout=600)
    if installed.returncode and any(word in installed.stderr for word in OFFLINE):
        pytest.skip(f"packages for Python {version} cannot be reached from here")
    assert installed.returncode == 0, installed.stderr
    own = subprocess.run(
        [tiny.root / ".venv/bin/python", "-V"], capture_output=True, text=True, check=True
    )
    assert own.stdout.startswith(f"Python {version}.")
    built = tiny.make()
    assert built.returncode == 0, built.stderr
    assert (tiny.root / "build/site/index.html").stat().st_size > 0
