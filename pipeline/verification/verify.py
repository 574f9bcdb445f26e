"""Compare a clean rebuild with the committed fingerprints and with what stands: `make verify`."""

import sys

from nqpf.paths import BUILD
from pipeline.verification import fingerprints
from pipeline.verification.copies import build_copy, clean_copy, exit_code


def verified() -> list[str]:
    """Where a clean rebuild differs from the committed fingerprints, and what stands from it.

    Raises
    ------
    StudyError
        If the fingerprints are missing or the rebuild fails.
    """
    expected = fingerprints.read()
    standing = fingerprints.taken() if (BUILD / "site" / "index.html").is_file() else None
    copy = BUILD / "verify"
    print(f"rebuilding in {copy}", flush=True)
    clean_copy(copy)
    build_copy(copy)
    found = fingerprints.taken(copy)
    lines = [f"rebuilt, {line}" for line in fingerprints.compared(expected, found)]
    if standing is not None:  # made on this machine too, so that every byte has to agree
        differing = fingerprints.compared(found, standing)
        lines += [f"what stands here, {line}" for line in differing]
    how = (
        "exactly: same lock, same family of processors"
        if fingerprints.exact(expected, found)
        else f"within tolerances ({fingerprints.RELATIVE:g} relative): lock or processor differ"
    )
    counted = ", ".join(
        f"{len(rows)} {name}" for name, rows in found.items() if name != "made_with"
    )
    print(f"compared {how}; {counted}; {len(lines)} differences")
    return lines


if __name__ == "__main__":
    sys.exit(exit_code(verified))
