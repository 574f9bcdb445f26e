"""Facts: the only numbers that prose may print."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from numbers import Integral, Real
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.files import write_whole
from nqpf.paths import built_paths
from nqpf.report.numbers import in_words, number, ordinal, p_phrase, plain

NAME = re.compile(r"[a-z][a-z0-9_]*")
DECIMALS = re.compile(r"(\+?),?\.(\d)f")
SPECS = (
    "'' (its own digits), '.2f' (decimals), '+.1f' (with sign), 'u' (with unit), 'p' (p = 0.032), "
    "'d' (no separators), 'o' (3rd) and 'w' (three)"
)


@dataclass(frozen=True)
class Fact:
    """One recorded result.

    Attributes
    ----------
    value : int, float, str or None
        None where the result is missing, which `missing` then explains.
    unit : str
        Printed by the `u` format; `year` is printed without separators.
    digits : int or None
        Decimals; None for whole numbers as they are and three significant figures otherwise.
    note : str
        What it is, for readers of the JSON file.
    missing : str
        Words that stand for a missing value.
    """

    name: str
    value: int | float | str | None
    unit: str = ""
    digits: int | None = None
    note: str = ""
    missing: str = ""

    def text(self, spec: str = "") -> str:
        """The fact as prose prints it, by the format given.

        Raises
        ------
        StudyError
            If the format is unknown or does not fit the value.
        """
        if self.value is None:
            return self.missing
        if isinstance(self.value, str):
            if spec:
                raise StudyError(f"fact '{self.name}' is text and takes no format, got '{spec}'")
            return self.value
        if match := DECIMALS.fullmatch(spec):
            return number(self.value, int(match[2]), signed=bool(match[1]))
        match spec:
            case "":
                return plain(self.value) if self.unit == "year" else self._number()
            case "u":
                gap = "" if not self.unit or self.unit.startswith("%") else "\N{NO-BREAK SPACE}"
                return f"{self._number()}{gap}{self.unit}"
            case "p":
                return p_phrase(self.value)
            case "d" | "o" | "w" if isinstance(self.value, int):
                return {"d": plain, "o": ordinal, "w": in_words}[spec](self.value)
        raise StudyError(f"fact '{self.name}' cannot be written as '{spec}'; formats are {SPECS}")

    def _number(self) -> str:
        return number(self.value, self.digits)


def make_fact(
    name: str, value: object, unit: str, digits: int | None, note: str, missing: str
) -> Fact:
    """Check a result and turn numpy and pandas scalars into plain ones.

    Raises
    ------
    StudyError
        If the name is not lower case with underscores, the value is neither a number nor text,
        or it is not finite and nothing says what to print instead.
    """
    if not NAME.fullmatch(name):
        raise StudyError(f"fact names are lower case with underscores, got '{name}'; rename it")
    if isinstance(value, str) and value.strip():
        return Fact(name, str(value), unit, None, note)
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        raise StudyError(f"fact '{name}' is a truth value; record the words that it decides")
    if isinstance(value, Integral):
        return Fact(name, int(value), unit, digits, note)
    if isinstance(value, Real) and math.isfinite(value):
        return Fact(name, float(value), unit, digits, note)
    if value is not None and not isinstance(value, Real) and type(value).__name__ != "NAType":
        raise StudyError(
            f"fact '{name}' must be a number or text, got {type(value).__name__}; record one value"
        )
    if not missing:
        raise StudyError(
            f"fact '{name}' is {value}; check the computation or say what to print by missing='…'"
        )
    return Fact(name, None, unit, digits, note, missing)


def save_notebook_facts(
    path: Path, facts: Mapping[str, Fact], exhibits: list[dict], labels: Sequence[str] = ()
) -> None:
    """Write the facts, the exhibits and their labels of one notebook, sorted, as JSON.

    Parameters
    ----------
    path : Path
        File named after the notebook.
    facts : mapping of str to Fact
        Facts by name.
    exhibits : list of dict
        What `Page` keeps about each exhibit.
    labels : sequence of str
        English texts of exhibits, which other languages translate.
    """
    content = {
        "facts": {
            name: {**asdict(facts[name]), "text": facts[name].text()} for name in sorted(facts)
        },
        "exhibits": sorted(exhibits, key=_reading_order),
        "labels": sorted({" ".join(label.split()) for label in labels}),
    }
    write_whole(path, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _reading_order(exhibit: Mapping[str, str]) -> tuple[str, int]:
    """Figures before tables, each by its count: 2.2 before 2.10."""
    return exhibit["kind"], int(exhibit["number"].rpartition(".")[2])


def load_facts(study: str) -> dict[str, dict[str, Fact]]:
    """Facts of every notebook of a study that has been built.

    Parameters
    ----------
    study : str
        Name of the parameter file, without its ending.

    Returns
    -------
    dict
        By notebook, then by name.
    """
    fields = Fact.__dataclass_fields__
    return {
        notebook: {
            name: Fact(**{key: fact[key] for key in fields})
            for name, fact in content["facts"].items()
        }
        for notebook, content in _load(study).items()
    }


def load_exhibits(study: str) -> list[dict]:
    """Exhibits of every notebook of a study that has been built, in reading order.

    Returns
    -------
    list of dict
        Keys notebook, id, kind (figure or table), number, title, caption, alt, source, files.
    """
    return [
        {"notebook": notebook, **item}
        for notebook, content in _load(study).items()
        for item in content["exhibits"]
    ]


def load_labels(study: str) -> dict[str, list[str]]:
    """English texts of the exhibits of a study that has been built, by notebook.

    Returns
    -------
    dict of str to list of str
        Labels of axes, keys and marks of figures, headings of tables.
    """
    return {notebook: content.get("labels", []) for notebook, content in _load(study).items()}


def _load(study: str) -> dict[str, dict]:
    files = sorted(built_paths(study).facts.glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}
