"""Choices of the index that are a name or, where they take more, `{name: details}`."""

import csv
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import PlainValidator

from nqpf.paths import CODEBOOK

ELEMENTS = ("labourers", "means", "objects")
Choice = str | dict[str, Any]


@cache
def element_indicators() -> frozenset[str]:
    """Ids of all indicators that an element may hold, of provinces and of cities."""
    with (CODEBOOK / "indicators.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["id"] for row in csv.DictReader(file) if row["role"] in ELEMENTS)


def choice(names: tuple[str, ...], details: Mapping[str, Callable[[Any], str]]) -> Any:
    """Type of a parameter that is one of some names or `{name: details}`.

    Parameters
    ----------
    names : tuple of str
        What may stand alone.
    details : mapping
        By name: a function that says what is wrong with its details, or an empty string.

    Raises
    ------
    ValueError
        By the validator, if the value is neither; pydantic turns it into a sentence.
    """
    allowed = ", ".join(f"'{name}'" for name in names)
    richer = ", ".join(f"{{{name}: ...}}" for name in details)
    said = f"it must be one of {allowed}" + (f" or {richer}" if details else "")

    def check(value: Any) -> Choice:
        if isinstance(value, str) and value in names:
            return value
        if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in details:
            name, more = next(iter(value.items()))
            if wrong := details[name](more):
                raise ValueError(f"for '{name}' {wrong}")
            return value
        raise ValueError(said)

    return Annotated[Choice, PlainValidator(check)]


def whole(low: int, high: int) -> Callable[[Any], str]:
    """Details that are a whole number."""

    def wrong(value: Any) -> str:
        fine = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if fine else f"give a whole number from {low} to {high}"

    return wrong


def power(value: Any) -> str:
    """Power of a generalised mean."""
    fine = _is_number(value) and -10 <= value <= 10
    return "" if fine else "give the power as a number from -10 to 10"


def ends(value: Any) -> str:
    """Two numbers in order."""
    return "" if _in_order(value) else "give two numbers, the lower first"


def names_of_units(value: Any) -> str:
    """One unit or several, of which the first that an index holds is taken."""
    several = [value] if isinstance(value, str) else value
    fine = isinstance(several, list) and several and all(isinstance(one, str) for one in several)
    return "" if fine else "name a unit, or a list with one province and one city"


def goalposts(value: Any) -> str:
    """Lowest and highest value of indicators."""
    if not isinstance(value, dict) or not all(_in_order(pair) for pair in value.values()):
        return "give {indicator: [low, high]}"
    return _unknown(value, element_indicators(), "an indicator of an element")


def weights_by_indicator(value: Any) -> str:
    """Weights of indicators."""
    return _weights(value, element_indicators(), "an indicator of an element")


def weights_by_element(value: Any) -> str:
    """Weights of the elements, of every one."""
    wrong = _weights(value, frozenset(ELEMENTS), "an element")
    if wrong or set(value) == set(ELEMENTS):
        return wrong
    return f"give a weight to each of {', '.join(ELEMENTS)}"


def _weights(value: Any, known: frozenset[str], what: str) -> str:
    if not isinstance(value, dict) or not value:
        return "give {name: weight}"
    if not all(_is_number(one) and one > 0 for one in value.values()):
        return "every weight must be a number above zero"
    return _unknown(value, known, what)


def _unknown(value: Mapping[str, Any], known: frozenset[str], what: str) -> str:
    unknown = [name for name in value if name not in known]
    return f"'{unknown[0]}' is not {what}; known are {', '.join(sorted(known))}" if unknown else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_order(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(_is_number(one) for one in value)
        and value[0] < value[1]
    )
