"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def golden():
    """Folder of published results by name; skips where the folder is not there."""
    base = Path(os.environ.get("NQPF_GOLDEN", ROOT.parent / "shared" / "golden"))

    def folder(name: str) -> Path:
        path = base / name
        if not path.is_dir():
            pytest.skip(f"published results '{name}' are not on this machine (set NQPF_GOLDEN)")
        return path

    return folder
