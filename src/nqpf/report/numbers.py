"""Numbers as English readers expect them: 1,234.5, −0.3, p = 0.032."""

import math

from nqpf.errors import StudyError

MINUS = "\N{MINUS SIGN}"
WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen", "twenty",
)  # fmt: skip


def number(value: float, digits: int | None = None, *, signed: bool = False) -> str:
    """A number with thousands separators and a true minus sign.

    Parameters
    ----------
    value : float or int
        Finite number.
    digits : int, optional
        Decimals; by default none for whole numbers and three significant figures otherwise.
    signed : bool
        Whether a plus sign is written too.

    Returns
    -------
    str
        Never `−0`: what rounds to zero has no sign.
    """
    if digits is None:
        digits = 0 if isinstance(value, int) else significant_decimals(value)
    text = f"{value:,.{digits}f}"
    if not any(char in "123456789" for char in text):
        return text.lstrip("-")
    sign = "+" if signed and value > 0 else ""
    return sign + text.replace("-", MINUS)


def significant_decimals(value: float, figures: int = 3) -> int:
    """Decimals that show a number to a given count of significant figures."""
    if value == 0 or not math.isfinite(value):
        return 0
    return min(max(figures - 1 - math.floor(math.log10(abs(value))), 0), 8)


def plain(value: int) -> str:
    """A whole number without separators, as years and codes are written."""
    return str(value).replace("-", MINUS)


def p_value(p: float) -> str:
    """Exact p-value to three decimals, or that it is smaller than these can show.

    Raises
    ------
    StudyError
        If it is not a probability.
    """
    if not 0 <= p <= 1:
        raise StudyError(f"a p-value lies between 0 and 1, got {p}; check what was recorded")
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def p_phrase(p: float) -> str:
    """P-value as it stands in a sentence: `p = 0.032` or `p < 0.001`."""
    text = p_value(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def interval(low: float, high: float, digits: int | None = None) -> str:
    """An interval in square brackets, both ends to the same decimals."""
    if digits is None:
        digits = max(significant_decimals(low), significant_decimals(high))
    return f"[{number(low, digits)}, {number(high, digits)}]"


def ordinal(value: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    last_two, last = abs(value) % 100, abs(value) % 10
    ending = "th" if last_two in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(last, "th")
    return f"{value:,}{ending}"


def in_words(value: int) -> str:
    """Whole numbers up to twenty as words, others in figures."""
    return WORDS[value] if 0 <= value < len(WORDS) else number(value)
