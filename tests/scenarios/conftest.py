"""A tiny copy of the project: the real build, data and code, but notebooks of three cells."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from nqpf.params import TOPICS_OF

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock")
FOLDERS = ("src", "pipeline", "data/raw", "data/codebook", "params")


def tiny_notebook(name: str, code: str) -> dict:
    """A notebook of the project's shape: parameters, imports, one cell, close."""
    lines = {
        "parameters": "study: str = 'default'\ncase: str = 'Guangdong'",
        "imports": f"from nqpf import report\npage = report.open_page({name!r}, study)",
        "body": code,
        "close": "import nqpf.claims\n"
        f"nqpf.claims.open_ledger({name!r}, study).save()\npage.close()",
    }
    cells = [
        {
            "cell_type": "code",
            "id": key,
            "metadata": {"tags": ["parameters"]} if key == "parameters" else {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for key, source in lines.items()
    ]
    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {name}"}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": [title, *cells], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


@dataclass
class Project:
    """A checkout that a test may break."""

    root: Path

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("NQPF_")}
        return kept | {"PYTHONPATH": "src"}

    def make(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess:
        """Run make as a reader would, on the environment that runs the tests."""
        return subprocess.run(
            ["make", *arguments],
            cwd=self.root,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def write_notebook(self, name: str, code: str) -> None:
        path = self.root / "notebooks" / f"{name}.ipynb"
        path.write_text(json.dumps(tiny_notebook(name, code), indent=1))

    def ran(self, result: subprocess.CompletedProcess) -> set[str]:
        """Names of the tasks that ran, from the build's own report."""
        return {
            line.split("[")[1].split("]")[0] if "[" in line else line.split("::")[1].split()[0]
            for line in result.stdout.splitlines()
            if "::" in line and "│ ." in line.replace("│  .", "│ .")
        }


@pytest.fixture
def project(tmp_path):
    """A tiny copy of the project, not built."""
    root = tmp_path / "tiny copy 广东"
    for folder in FOLDERS:
        shutil.copytree(
            ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
    for name in COPIED:
        shutil.copy(ROOT / name, root / name)
    shutil.copy(ROOT / "data" / "SHA256SUMS", root / "data" / "SHA256SUMS")
    (root / ".venv").mkdir()
    for name in ("bin", "lib", "share", "pyvenv.cfg"):  # a venv of its own, with the same content
        (root / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    for stamp in ("installed", "installed-dev"):
        (root / ".venv" / stamp).touch()
    (root / "notebooks").mkdir()
    tiny = Project(root)
    for name in TOPICS_OF:
        tiny.write_notebook(name, f"page.record('number', {int(name[:2])}, digits=0)")
    outputs = {name: {"title": name, "summary": f"Tiny {name}."} for name in TOPICS_OF}
    (root / "notebooks" / "outputs.yml").write_text(yaml.safe_dump(outputs))
    return tiny
