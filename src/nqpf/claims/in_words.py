"""Numbers of a verdict as text: by the rule's own names in files, in words where people read."""

import math
import re
from collections.abc import Mapping

INTERVAL_OF = re.compile(r"interval of the (estimate|effect)")
LARGE = 100  # from here on a number is shown without decimals
WORDS = {  # where a name of a rule does not speak for itself
    "count_abstract": "count in the abstract",
    "count_section": "count in the section",
    "effect_city": "effect in cities",
    "effect_high": "larger of the two effects",
    "growth_total": "growth in all",
    "growth_usa": "growth with the United States",
    "minimum_effect": "smallest effect of interest",
    "p_adj": "adjusted p",
    "p_city": "p in cities",
    "rank_digital": "digital rank",
    "rank_entropy": "rank by entropy weights",
    "rank_importance": "rank by importance",
    "rank_manufacturing": "rank in manufacturing",
    "rank_material": "material rank",
    "share_core": "share by the core definition",
    "share_general": "share of general trade",
    "share_processing": "share of processing trade",
    "share_wide": "share by the wide definition",
}


def numbers_as_text(numbers: Mapping[str, float]) -> str:
    """Numbers of a verdict in one line, six significant figures, for files.

    Parameters
    ----------
    numbers : mapping of str to float
        By the names that the rule uses.
    """
    return "; ".join(f"{name} = {value:.6g}" for name, value in numbers.items())


def numbers_in_words(numbers: Mapping[str, float], meanings: Mapping[str, str]) -> str:
    """Numbers of a verdict in one line, three significant figures, for readers.

    Parameters
    ----------
    numbers : mapping of str to float
        By the names that the rule uses; of a missing one it is said that it is not held.
    meanings : mapping of str to str
        What the plan says of each, which tells whose interval it is and which of two was taken.
    """
    return "; ".join(
        f"{_told_apart(name, meanings)} {_shown(value)}" for name, value in numbers.items()
    )


def _told_apart(name: str, meanings: Mapping[str, str]) -> str:
    """The words for a number, with what sets it apart from its like."""
    words, meaning = words_for(name), meanings.get(name, "")
    for one in ("smaller", "larger"):
        if meaning.startswith(f"{one} of the two") and one not in words:
            return f"{one} {words}"
    whose = INTERVAL_OF.search(meanings.get("low", ""))
    return f"{words} of the {whose[1]}" if whose and name in ("low", "high") else words


def words_for(name: str) -> str:
    """What readers call a number that a rule asks for, such as `adjusted p` for `p_adj`."""
    return WORDS.get(name, name.replace("_", " "))


def _shown(value: float) -> str:
    if math.isnan(value):
        return "not held"
    text = f"{value:.0f}" if abs(value) >= LARGE else f"{value:.3g}"
    return text.replace("-", "\N{MINUS SIGN}")
