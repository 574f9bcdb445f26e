"""Names of results: hashes of what they were made from."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from nqpf.errors import StudyError
from nqpf.paths import ROOT

PLAIN = frozenset({bool, int, float, str})
SOURCE = ROOT / "src" / "nqpf"


def fingerprint(*parts: object) -> str:
    """Hash of plain data: the same for equal content, on any machine and in any process.

    Parameters
    ----------
    *parts
        Text, numbers, bytes, None, arrays, and sequences, mappings and dataclasses of these.

    Raises
    ------
    StudyError
        If a part is of another kind, whose content could not be told.
    """
    digest = hashlib.sha256()
    for part in parts:
        _add(digest, part)
    return digest.hexdigest()


@cache
def code_fingerprint(*rooms: str) -> str:
    """Hash of the source of some rooms of the package and of the numerical libraries' versions.

    Parameters
    ----------
    *rooms : str
        Such as `regression` or `index`; a single module without its ending.

    Raises
    ------
    StudyError
        If there is no such room.
    """
    files: list[Path] = []
    for room in rooms:
        found = sorted((SOURCE / room).rglob("*.py")) or [SOURCE / f"{room}.py"]
        if not found[0].is_file():
            raise StudyError(f"there is no room '{room}' in the package")
        files += found
    versions = [f"{name} {version(name)}" for name in ("numpy", "pandas", "scipy")]
    source = [(str(file.relative_to(SOURCE)), file.read_bytes()) for file in sorted(set(files))]
    return fingerprint(versions, source)


def _add(digest: Any, part: object) -> None:
    """Add one part with its kind and size, so that no two contents run together."""
    match part:
        case np.ndarray():
            if part.dtype.hasobject:
                raise StudyError("an array of objects has no content to hash; use text or numbers")
            _chunk(digest, "array", f"{part.dtype.str}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        case bytes():
            _chunk(digest, "bytes", part)
        case None | bool() | int() | float() | str() | np.generic():
            plain = part.item() if isinstance(part, np.generic) else part
            _chunk(digest, type(plain).__name__, repr(plain).encode())
        case Mapping():
            _chunk(digest, "mapping", str(len(part)).encode())
            for key in sorted(part):
                _add(digest, key)
                _add(digest, part[key])
        case tuple() | list() if PLAIN.issuperset(map(type, part)):
            _chunk(digest, "row", repr(tuple(part)).encode())  # at once, for there are many
        case tuple() | list():
            _chunk(digest, "sequence", str(len(part)).encode())
            for one in part:
                _add(digest, one)
        case _ if is_dataclass(part) and not isinstance(part, type):
            _chunk(digest, "record", type(part).__name__.encode())
            for field in fields(part):
                _add(digest, getattr(part, field.name))
        case _:
            raise StudyError(f"a {type(part).__name__} has no content that could be hashed")


def _chunk(digest: Any, kind: str, content: bytes) -> None:
    digest.update(f"{kind}:{len(content)}:".encode())
    digest.update(content)
