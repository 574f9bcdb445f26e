"""Words for what the system does not allow."""

import errno

ADVICE = {
    errno.ENOSPC: "free some space and run make again",
    errno.EDQUOT: "free some space and run make again",
    errno.EROFS: "copy the project to a place that can be written to",
    errno.EACCES: "make it yours to write, or copy the project to such a place",
}


def about_disk(error: OSError) -> str:
    """What could not be done with which file, and what a reader can do about it."""
    place = error.filename or "a file under build/"
    advice = ADVICE.get(error.errno, "mend that and run make again")
    return f"{place}: {error.strerror or error}; {advice}"
