"""Raw tables and compiled codebooks are what their checksums say, no more and no less."""

from pathlib import Path

from nqpf.data.wording import several
from nqpf.errors import StudyError
from nqpf.files import sha256
from nqpf.paths import DATA

DIGEST_LENGTH = 64  # hexadecimal digits of a SHA-256


def read_sums(root: Path = DATA) -> dict[str, str]:
    """Expected SHA-256 of every protected file, by its path below `data`."""
    path = root / "SHA256SUMS"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise StudyError(
            "data/SHA256SUMS cannot be read: get it back with `git checkout data/SHA256SUMS`"
        ) from None
    sums = {}
    for row, line in enumerate(lines, start=1):
        digest, _, name = line.partition("  ")
        if not name or len(digest) != DIGEST_LENGTH:
            raise StudyError(
                f"data/SHA256SUMS, row {row}: expected a checksum, two spaces and a path below "
                f"data, got '{line}'"
            )
        sums[name] = digest
    return sums


def verify(root: Path = DATA) -> None:
    """Check every protected file.

    Parameters
    ----------
    root : Path
        Folder with `SHA256SUMS`, `raw` and `codebook`.

    Raises
    ------
    StudyError
        If a file is altered or missing, or a file stands in `raw` that is not listed; each is
        named with what to do.
    """
    expected = read_sums(root)
    problems = []
    for name, digest in expected.items():
        path = root / name
        if not path.is_file():
            problems.append(f"data/{name} is missing: get it back with `git checkout data/{name}`")
        elif sha256(path) != digest:
            problems.append(
                f"data/{name} is altered: undo it with `git checkout data/{name}`, or, if the "
                "change is meant, renew its line in data/SHA256SUMS"
            )
    for path in sorted((root / "raw").rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name not in expected:
            problems.append(
                f"data/{name} is not a table of the study: move it out of data/raw, or list it in "
                "data/SHA256SUMS"
            )
    if problems:
        raise StudyError(several(problems, "data"))
