"""Many files as one thing that a step depends on."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NoReturn

from nqpf.files import sha256
from nqpf.paths import ROOT


@dataclass(kw_only=True)
class Files:
    """Files that a step reads and no step makes, as one node of the graph.

    A node for each would be some thousands, and looking at them would take longer than many an
    edit is worth. The state tells which files there are as well as what they hold, so a step also
    sees when one is gone.

    Attributes
    ----------
    name : str
        What the graph remembers it by: no other set of files may have it.
    paths : list of Path
    attributes : dict
        As pytask wants every node to have them.
    """

    name: str
    paths: list[Path]
    attributes: dict = field(default_factory=dict)

    @property
    def signature(self) -> str:
        """What tells this node apart within one build."""
        return hashlib.sha256(f"files: {self.name}".encode()).hexdigest()

    def state(self) -> str:
        """Hash of all names and contents."""
        listed = [f"{os.path.relpath(path, ROOT)} {_content(path)}" for path in sorted(self.paths)]
        return hashlib.sha256("\n".join(listed).encode()).hexdigest()

    def load(self, is_product: bool = False) -> list[Path]:
        """Paths, for the step."""
        return self.paths

    def save(self, value: object) -> NoReturn:
        """Refuse: no step makes these files."""
        raise TypeError(f"{self.name} is only read, got {value!r} to save")


def files_for(step: str, what: str, paths: Iterable[Path]) -> Files:
    """Files of one kind that a step reads.

    Parameters
    ----------
    step : str
        Name of the step, with its study.
    what : str
        Kind of the files, such as "code".
    paths : iterable of Path
    """
    return Files(name=f"{what} of {step}", paths=sorted(paths))


def _content(path: Path) -> str:
    """Hash of a file, or a word that it is not there."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return "absent"
    return _hash(path, status.st_mtime_ns, status.st_size)


@cache
def _hash(path: Path, time: int, size: int) -> str:
    """Hash of a file as it is; time and size tell whether it still is the same."""
    return sha256(path)
