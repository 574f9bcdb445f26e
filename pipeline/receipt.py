"""The receipt of a complete build: says in a moment that nothing has changed since.

To collect and compare some thousand nodes takes the graph a second. A receipt holds size and
time of every file and folder that a build depended on or made, and the commit; while they are all
as they were, the graph, which trusts the same times, would find nothing to do. Anything else is
left to it.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from nqpf.files import write_whole
from nqpf.paths import BUILD, DATA_VARIABLE, PARAMS, ROOT
from pipeline.commit import head

PARAMS_VARIABLE = "NQPF_PARAMS"  # the parameter file of this build, default params/default.yml
RECEIPTS = BUILD / "graph" / "receipts"
PASSED_OVER = {"__pycache__", ".ipynb_checkpoints"}


def parameter_file() -> Path:
    """Parameter file of this build."""
    file = Path(os.environ.get(PARAMS_VARIABLE) or PARAMS / "default.yml")
    return file if file.is_absolute() else ROOT / file


def nothing_changed(parameters: Path) -> bool:
    """Whether a complete build of the study has been made and everything is still as it was.

    Parameters
    ----------
    parameters : Path
        Parameter file of the study.
    """
    if os.environ.get(DATA_VARIABLE):
        return False
    try:
        receipt = json.loads(_place(parameters).read_text(encoding="utf-8"))
        places = receipt["places"]
        same = receipt["parameters"] == str(parameters) and receipt["commit"] == head()
        return same and places == _state(places)
    except (OSError, ValueError, KeyError, TypeError):
        return False  # absent, broken, or something is gone: the graph decides


def differing(parameters: Path) -> list[str]:
    """Files and folders that are not as the last complete build of the study left them.

    Parameters
    ----------
    parameters : Path
        Parameter file of the study.

    Returns
    -------
    list of str
        Relative to the checkout; none where no complete build is remembered.
    """
    places = _places(parameters) or {}  # where there is none every step says why by itself
    return sorted(place for place, noted in places.items() if not _is_as(place, noted))


def is_remembered(parameters: Path) -> bool:
    """Whether a whole receipt is there, so that `differing` can tell what is other than it was.

    Parameters
    ----------
    parameters : Path
        Parameter file of the study.
    """
    return _places(parameters) is not None


def _places(parameters: Path) -> dict[str, list] | None:
    """What a receipt notes of each place, unless it is absent or broken."""
    try:
        places = json.loads(_place(parameters).read_text(encoding="utf-8"))["places"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return places if isinstance(places, dict) else None


def _is_as(place: str, noted: list) -> bool:
    try:
        return _state([place]) == {place: noted}
    except OSError:  # gone, or no longer to be reached
        return False


class Receipt:
    """Notes how everything is while a study is built, and writes it down if all went well.

    What the build depends on is looked at before any step runs: a file that is edited while
    they run will differ from the receipt, and the next build looks closer.
    """

    def __init__(self, parameters: Path):
        """Take back the old receipt, because from now on things may change."""
        self._parameters = parameters
        self._places: dict[str, list] = {}
        self._commit = ""
        _place(parameters).unlink(missing_ok=True)

    def look_at_sources(self, sources: Iterable[Path], products: Iterable[Path]) -> None:
        """Note the files that the build depends on, and the folders that could gain one."""
        for path in products:  # else its folder would be new to the next build
            path.parent.mkdir(parents=True, exist_ok=True)
        known = {self._parameters, *sources, *(ROOT / "pipeline").rglob("*.py")}
        folders = {path.parent for path in known} | _packages()
        folders -= {ROOT, *(path.parent for path in products)}
        self._places = _state(known | folders)
        self._commit = head()

    def write(self, products: Iterable[Path]) -> None:
        """Add the files that the build has made and write the receipt."""
        if os.environ.get(DATA_VARIABLE):  # what the study's own tables come from is not known
            return
        receipt = {
            "parameters": str(self._parameters),
            "commit": self._commit,
            "places": {**self._places, **_state(products)},
        }
        write_whole(_place(self._parameters), json.dumps(receipt))


def _packages() -> set[Path]:
    """Folders of the source, where a new module could change what is imported."""
    found = (ROOT / "src").rglob("*")
    return {path for path in found if path.is_dir() and not PASSED_OVER & set(path.parts)}


def _state(places: Iterable[Path | str]) -> dict[str, list]:
    """Time and size of each file, and for each folder the names it holds, by relative path."""
    state: dict[str, list] = {}
    for place in places:
        path = os.path.join(ROOT, place)
        if os.path.isdir(path):
            found = sorted(name for name in os.listdir(path) if name not in PASSED_OVER)
        else:
            status = os.stat(path)
            found = [status.st_mtime_ns, status.st_size]
        state[os.path.relpath(path, ROOT)] = found
    return state


def _place(parameters: Path) -> Path:
    return RECEIPTS / f"{parameters.stem}.json"
