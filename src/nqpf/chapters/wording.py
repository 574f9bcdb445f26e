"""Words chosen by numbers, so that sentences stay true when parameters or data change."""

import math
from collections.abc import Sequence

from nqpf.report.numbers import WORDS, number

TOLD, NOT_TOLD = "can be told from zero", "cannot be told from zero"


def direction(value: float, up: str, down: str, level: str, *, tolerance: float = 0.0) -> str:
    """Word for the sign of a number.

    Parameters
    ----------
    value : float
        The number.
    up, down, level : str
        Words for above, below and within the tolerance of zero.
    tolerance : float
        Distance from zero that still counts as level, in the unit of the number.

    Returns
    -------
    str
        One of the three words.

    Raises
    ------
    ValueError
        If the number is not finite, for which there is no word.
    """
    if not math.isfinite(value):
        raise ValueError(f"there is no direction of {value}")
    if value > tolerance:
        return up
    return down if value < -tolerance else level


def listed(names: Sequence[str], none: str = "none") -> str:
    """Names as an English list: `A`, `A and B`, `A, B and C`.

    Parameters
    ----------
    names : sequence of str
        What to list, in order.
    none : str
        Word for an empty list.
    """
    if len(names) < 2:
        return names[0] if names else none
    return f"{', '.join(names[:-1])} and {names[-1]}"


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """The noun that agrees with a count; the number itself comes from a recorded fact.

    Parameters
    ----------
    count : int
        How many.
    singular : str
        Noun for one.
    plural : str, optional
        Noun for any other count; by default with an s.
    """
    return singular if count == 1 else plural or f"{singular}s"


def quantity(count: int) -> str:
    """A count in words as a sentence takes it: `none`, `one`, `two`; in figures above twenty.

    Parameters
    ----------
    count : int
        How many, not negative.
    """
    if count == 0:
        return "none"
    return WORDS[count] if count < len(WORDS) else number(count)


def significance(p: float, alpha: float = 0.05) -> str:
    """Whether a test tells an association from none, in words that claim no more.

    Parameters
    ----------
    p : float
        Probability of a result at least as extreme where there is no association.
    alpha : float
        Level of the test.
    """
    return TOLD if p < alpha else NOT_TOLD


def clear_of_zero(low: float, high: float) -> str:
    """The same for an interval: whether it lies on one side of zero."""
    return TOLD if low > 0 or high < 0 else NOT_TOLD
