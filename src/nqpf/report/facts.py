"""Facts: the only numbers that text may print."""

import json
import math
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Formatter

from nqpf.errors import StudyError
from nqpf.paths import study_paths
from nqpf.report.files import write_whole

NAME = re.compile(r"[a-z][a-z0-9_]*")
# what may hold digits in a sentence without being a result
NOT_RESULTS = re.compile(
    r"`[^`]*`|\]\([^)]*\)|\b[CX]\d{3}\b|§\s?\d(\.\d)*|\b(?:fig|tab)-[\w-]+|\bSection \d(\.\d)*"
    r"|\bnotebooks? (?:\d\d|A\d)|CO2|SO2|\bR2\b"
)


@dataclass(frozen=True)
class Fact:
    """One recorded result.

    Attributes
    ----------
    value : float, int or str
        The result itself, in full precision.
    unit : str
        Its unit, empty for a pure number.
    digits : int or None
        Decimals shown in text; None shows integers and words as they are.
    note : str
        Where it comes from.
    """

    value: float | int | str
    unit: str = ""
    digits: int | None = None
    note: str = ""


class _Sentence(Formatter):
    """Fills a template from facts and refuses names that were not recorded."""

    def __init__(self, facts: dict[str, Fact]):
        self.facts = facts

    def get_value(self, key, args, kwargs):
        if key not in self.facts:
            raise StudyError(
                f"the text needs a fact '{key}' that was not recorded; "
                f"there are {', '.join(sorted(self.facts)) or 'none'}"
            )
        return self.facts[key]

    def format_field(self, value, format_spec):
        return shown(value, format_spec)


class Facts:
    """Facts of one notebook, kept in full precision and saved as JSON.

    Parameters
    ----------
    notebook : str
        Name of the notebook.
    study : str
        Name of the study, which decides the folder.
    """

    def __init__(self, notebook: str, study: str):
        self.notebook = notebook
        self.path = study_paths(study).facts / f"{notebook}.json"
        self.facts: dict[str, Fact] = {}

    def record(
        self,
        name: str,
        value: float | int | str,
        unit: str = "",
        digits: int | None = None,
        note: str = "",
    ) -> float | int | str:
        """Record a result under a name that is used once.

        Raises
        ------
        StudyError
            If the name is not lower case or was used, or the value is not a finite number or text.
        """
        if not NAME.fullmatch(name):
            raise StudyError(f"a fact is named by lower-case words joined by _, got '{name}'")
        if name in self.facts:
            raise StudyError(f"the fact '{name}' is recorded twice in {self.notebook}; rename one")
        if hasattr(value, "item"):
            value = value.item()
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise StudyError(f"the fact '{name}' must be a number or a text, got {value!r}")
        if isinstance(value, float) and not math.isfinite(value):
            raise StudyError(
                f"the fact '{name}' is {value}; say in words why there is no number instead"
            )
        self.facts[name] = Fact(value, unit, digits, note)
        return value

    def sentence(self, template: str) -> str:
        """Text with every number taken from a fact.

        Parameters
        ----------
        template : str
            Text with `{name}` or `{name:format}`; formats are those of `shown`.

        Raises
        ------
        StudyError
            If a fact is missing, or a digit is typed into the text.
        """
        typed = re.search(
            r"\S*\d\S*", NOT_RESULTS.sub("", re.sub(r"\{[^}]*\}", "", template))
        )
        if typed:
            raise StudyError(
                f"the text of {self.notebook} holds the typed number '{typed.group()}'; "
                "record it as a fact and name it in braces"
            )
        return _Sentence(self.facts).format(template)

    def save(self) -> None:
        """Write all facts, sorted by name."""
        content = {name: asdict(fact) for name, fact in sorted(self.facts.items())}
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        write_whole(self.path, text + "\n")


def shown(fact: Fact, style: str = "") -> str:
    """A fact as readers see it.

    Parameters
    ----------
    fact : Fact
        The result.
    style : str
        Empty for the recorded decimals and the unit; `p` for a p-value with its letter; `year`
        for a number without thousands separators; `n` for the number alone; otherwise a format
        of Python for the number alone, such as `.2f` or `+.1f`.
    """
    value = fact.value
    if isinstance(value, str):
        return value
    if style == "p":
        return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
    if style == "year":
        return str(int(value))
    if style not in ("", "n"):
        return format(value, style).replace("-", "\N{MINUS SIGN}")
    decimals = fact.digits if fact.digits is not None else (0 if isinstance(value, int) else 2)
    text = f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")
    if style == "n" or not fact.unit:
        return text
    return f"{text}{'' if fact.unit == '%' else ' '}{fact.unit}".replace("%", " %")


def load_facts(study: str) -> dict[str, dict[str, Fact]]:
    """Facts of all notebooks of a study, by notebook and name.

    Parameters
    ----------
    study : str
        Name of the study.
    """
    folder = study_paths(study).facts
    return {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}


def _read(path: Path) -> dict[str, Fact]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return {name: Fact(**fact) for name, fact in content.items()}
