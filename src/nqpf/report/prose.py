"""Prose whose every number comes from a recorded fact."""

import re
from collections.abc import Callable, Mapping
from string import Formatter

from nqpf.errors import StudyError
from nqpf.report.facts import Fact

EXHIBIT = re.compile(r"(fig|tab)-([0-9A-Z]\d)-(\d+)-[a-z0-9-]+")
NAMES_WITH_DIGITS = re.compile(
    r"""
      `[^`]*`                             # code
    | \]\([^)\s]*\)                       # target of a link
    | (?:fig|tab)-[0-9A-Z]\d-\d+-[\w-]+   # exhibit
    | §\s?\d+(?:\.\d+)*                   # section
    | \[?@[A-Za-z][\w:.-]*                # citation key
    | \bPM2\.5\b
    | \b[A-Za-z&]+\d{1,3}\b               # C022, X009, CO2, A1: a name, not a number
    | (?m:^\s*\d+\.(?=\s))                # marker of a numbered list
    """,
    re.VERBOSE,
)
FORMULA = re.compile(r"\$[^$\n]+\$")
SUBSCRIPT = re.compile(r"[_^]\{*\d+\}*")  # also a power


class Prose:
    """Markdown that Jupyter shows."""

    def __init__(self, markdown: str):
        self.markdown = markdown

    def __repr__(self) -> str:  # the usual one holds an address, other in every run
        return self.markdown

    def _repr_markdown_(self) -> str:
        return self.markdown


def check_no_typed_number(template: str) -> None:
    """Refuse a digit outside braces, unless it is part of a name.

    Names with digits are claim ids (C022), substances (CO2), exhibits (fig-03-2-paths),
    sections (§3.1), citation keys, anything in backticks, markers of numbered lists and
    subscripts in formulas. Years are results of parameters and must be facts too.

    Raises
    ------
    StudyError
        With the number and the words around it.
    """
    literal = "\N{NULL}".join(text for text, *_ in Formatter().parse(template))
    bare = FORMULA.sub(lambda match: SUBSCRIPT.sub(_masked, match[0]), literal)
    bare = NAMES_WITH_DIGITS.sub(_masked, bare)
    if found := re.search(r"\d[\d.,]*", bare):
        around = literal[max(found.start() - 25, 0) : found.end() + 15].replace("\N{NULL}", "{…}")
        raise StudyError(
            f"the number {found[0]} is typed in '…{around.strip()}…'; record it as a fact and "
            f"write {{name}}, or put a name in backticks"
        )


def fill(template: str, facts: Mapping[str, Fact], refer: Callable[[str], str]) -> str:
    """Replace {name} and {name:format} by facts, and {fig-…} and {tab-…} by references.

    Parameters
    ----------
    template : str
        Text with fields in braces.
    facts : mapping of str to Fact
        Recorded facts.
    refer : callable
        Turns the id of an exhibit into a reference.

    Raises
    ------
    StudyError
        If a fact is not recorded.
    """
    parts = []
    try:
        fields = list(Formatter().parse(template))
    except ValueError as error:
        raise StudyError(f"braces do not match in '{template[:60]}…': {error}") from error
    for literal, name, spec, _ in fields:
        parts.append(literal)
        if name is None:
            continue
        if EXHIBIT.fullmatch(name):
            parts.append(refer(name))
        elif name in facts:
            parts.append(facts[name].text(spec))
        else:
            raise StudyError(
                f"'{{{name}}}' is not a recorded fact; recorded are {', '.join(sorted(facts))}"
            )
    return "".join(parts)


def _masked(match: re.Match) -> str:
    return "_" * len(match[0])
