"""A study with data of its own: make its data folder, then go on as if that were `data/`."""

import hashlib
import os
import sys
from pathlib import Path

from nqpf.params import own_data, study_name
from nqpf.paths import DATA, DATA_VARIABLE, ROOT, built_paths

MARK = "composed"  # digest of what the folder was made of


def use_own_data(file: Path) -> None:
    """Start the build again on the study's own data folder, where its parameters ask for one.

    Parameters
    ----------
    file : Path
        Parameter file.

    Raises
    ------
    StudyError
        If the parameters or the own tables are wrong.
    """
    folders = [ROOT / name for name in own_data(file)]
    if not folders or os.environ.get(DATA_VARIABLE):
        return
    target = built_paths(study_name(file)).root / "data"
    digest = _digest([DATA / "SHA256SUMS", *_files(DATA / "codebook"), *_files(*folders)])
    mark = target / MARK
    if not mark.is_file() or mark.read_text(encoding="utf-8") != digest:
        from nqpf.data.own import compose  # pandas is only paid for when it is needed

        compose(DATA, folders, target)
        mark.write_text(digest, encoding="utf-8")
    os.environ[DATA_VARIABLE] = str(target)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "pipeline", *sys.argv[1:]])


def _files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def _digest(paths: list[Path]) -> str:
    """Digest of names and contents."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
