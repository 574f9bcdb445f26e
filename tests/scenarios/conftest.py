"""A tiny copy of the project: the real build, data and code, but notebooks of three cells."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from nqpf.params import TOPICS_OF

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    *("Makefile", "pyproject.toml"),
    *("requirements.lock", "requirements-dev.lock", "requirements-installer.lock"),
    *("CITATION.cff", "LICENSE-DATA"),
)
FOLDERS = ("src", "pipeline", "data/raw", "data/codebook", "params", "docs")
AS_A_TERMINAL = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
if sys.argv[1]:
    signal.signal(int(sys.argv[1]), signal.SIG_IGN)
os.execvp(sys.argv[2], sys.argv[2:])
"""


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

    def environment(self, **changed: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("NQPF_")}
        return kept | {"PYTHONPATH": "src"} | changed

    def copied(self, place: Path) -> "Project":
        """The same checkout at another place."""
        shutil.copytree(self.root, place, symlinks=True)
        return Project(place)

    def make(
        self, *arguments: str, timeout: float = 300, before: str = "", **environment: str
    ) -> subprocess.CompletedProcess:
        """Run make as a reader would, on the environment that runs the tests.

        `before` is run by the same shell first, such as `ulimit -v`.
        """
        command = ["make", *arguments]
        if before:
            command = ["sh", "-c", f'{before} && exec "$@"', "sh", *command]
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def with_made(self, *targets: str) -> "Project":
        """The same checkout, once make has made the targets, which it must."""
        result = self.make(*targets)
        assert result.returncode == 0, result.stderr
        return self

    def write_notebook(self, name: str, code: str) -> None:
        path = self.root / "notebooks" / f"{name}.ipynb"
        path.write_text(json.dumps(tiny_notebook(name, code), indent=1))

    def start(self, *arguments: str, ignoring: signal.Signals | None = None) -> subprocess.Popen:
        """Start the build alone, so that a signal reaches it and not make."""
        command = [self.root / ".venv/bin/python", "-m", "pipeline", *arguments]
        return self._start(command, ignoring)

    def start_make(self, *arguments: str) -> subprocess.Popen:
        """Start make in a process group of its own."""
        return self._start(["make", *arguments])

    def _start(
        self, command: list[str | Path], ignoring: signal.Signals | None = None
    ) -> subprocess.Popen:
        """Start a command as a terminal does, even if the tests themselves run behind a shell."""
        ignored = str(int(ignoring)) if ignoring else ""
        command = [sys.executable, "-c", AS_A_TERMINAL, ignored, *command]
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def processes(self) -> dict[int, str]:
        """Command lines of all processes that work in this checkout, by their id."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                place = Path(os.readlink(folder / "cwd"))
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # ended meanwhile, or another user's
                continue
            if place.is_relative_to(self.root) and line:
                found[int(folder.name)] = line
        return found

    def wait_until_alone(self, seconds: float = 10) -> dict[int, str]:
        """Processes that still work in this checkout after some time; none is what we want."""
        wait_for(lambda: not self.processes(), seconds)
        return self.processes()

    def bytes_made(self) -> dict[str, bytes]:
        """Content of everything a reader uses: exhibits, notebooks, facts, verdicts, pages."""
        kinds = ("notebooks", "facts", "verdicts", "site")
        folders = [self.root / "figures", self.root / "tables", self.root / "data/processed"]
        folders += [self.root / "build" / kind for kind in kinds]
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def one_sentence(result: subprocess.CompletedProcess) -> str:
    """The only line that a failed build says of its failure; make adds that it failed."""
    assert result.returncode != 0
    assert "Traceback" not in result.stdout + result.stderr
    lines = [line for line in result.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("error: ")
    return lines[0]


def wait_for(condition, seconds: float = 60) -> bool:
    """Wait until a condition holds and say whether it does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def project(tmp_path):
    """A tiny copy of the project, not built."""
    return make_project(tmp_path / "tiny copy 广东")


@pytest.fixture(scope="session")
def prepared_once(tmp_path_factory):
    """A tiny copy of the project with its panels, which nobody may touch."""
    return make_project(tmp_path_factory.mktemp("prepared") / "tiny copy 广东").with_made("data")


@pytest.fixture
def prepared(prepared_once, tmp_path):
    """A copy of the project whose panels are built and nothing else, in a place of its own."""
    return prepared_once.copied(tmp_path / "prepared copy 浙江")


@pytest.fixture(scope="session")
def built_once(tmp_path_factory):
    """A tiny copy of the project, built, which nobody may touch."""
    return make_project(tmp_path_factory.mktemp("built") / "tiny copy 广东").with_made()


@pytest.fixture
def built(built_once, tmp_path):
    """A built copy of the project, in a place of its own."""
    return built_once.copied(tmp_path / "moved copy 江苏")


def make_project(root: Path) -> Project:
    """Lay out a tiny copy of the project."""
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
    for number, name in enumerate(TOPICS_OF, start=1):
        tiny.write_notebook(name, f"page.record('number', {number}, digits=0)")
    outputs = {name: {"title": name, "summary": f"Tiny {name}."} for name in TOPICS_OF}
    (root / "notebooks" / "outputs.yml").write_text(yaml.safe_dump(outputs))
    return tiny
