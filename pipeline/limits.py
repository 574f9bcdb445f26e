"""What one notebook may use of the machine."""

import math
import os

from nqpf.errors import StudyError

LIMIT_VARIABLE = "NQPF_TIMEOUT"  # set by the command line for the steps
LIMIT_SECONDS = 900


def limit_seconds() -> float:
    """Seconds that one notebook may take in all.

    Raises
    ------
    StudyError
        If the limit is no positive number.
    """
    wish = os.environ.get(LIMIT_VARIABLE) or str(LIMIT_SECONDS)
    try:
        seconds = float(wish)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise StudyError(f"TIMEOUT is a number of seconds above 0, got '{wish}'")
    return seconds
