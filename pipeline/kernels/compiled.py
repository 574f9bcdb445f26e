"""Code of the study compiled once, for all forks that will import it."""

import contextlib
import os
import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path
from types import CodeType

_kept: dict[str, tuple[bytes, CodeType]] = {}


class KeptLoader(SourceFileLoader):
    """Python's own loader, which compiles only what has changed since it was kept."""

    def source_to_code(self, data: bytes, path: str, **options: object) -> CodeType:
        """Code of a file; the kept one where it was compiled from the very same bytes."""
        content, code = _kept.get(path, (None, None))
        return code if content == bytes(data) else super().source_to_code(data, path, **options)


def keep_compiled(folder: str) -> None:
    """Compile all modules below a folder and import them from there from now on.

    Parameters
    ----------
    folder : str
        Absolute; a place on `sys.path`. A file that is no Python is left for the import that
        needs it to say so.
    """
    for file in Path(folder).rglob("*.py"):
        path, content = str(file), file.read_bytes()
        with contextlib.suppress(SyntaxError, ValueError):
            _kept[path] = content, SourceFileLoader("", path).source_to_code(content, path)

    def finder(place: str) -> FileFinder:
        if not (place + os.sep).startswith(folder + os.sep):
            raise ImportError
        return FileFinder(place, (KeptLoader, SOURCE_SUFFIXES))

    sys.path_hooks.insert(0, finder)
    for place in [place for place in sys.path_importer_cache if place.startswith(folder)]:
        del sys.path_importer_cache[place]
