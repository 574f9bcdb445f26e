"""Citations of a page, [@key], from the study's one BibTeX file."""

import re
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path

from pybtex.database import Entry, parse_file
from pybtex.plugin import find_plugin
from pybtex.richtext import Text

from nqpf.errors import StudyError
from nqpf.paths import ROOT

REFERENCES = ROOT / "docs" / "references.bib"
CITATION = r"\[(?P<citation_keys>-?@[A-Za-z][\w:-]*(?:;\s*-?@[A-Za-z][\w:-]*)*)\]"
PROTECTED = re.compile(r'<span class="bibtex-protected">(.*?)</span>')
MANY = 3  # authors beyond which only the first is named in the text


@dataclass(frozen=True)
class Reference:
    """One entry of the list at the end of a page.

    Attributes
    ----------
    anchor : str
        Where it stands on the page.
    html : str
        The entry in full.
    """

    anchor: str
    html: str


@dataclass
class Citations:
    """What one page cites.

    Parameters
    ----------
    page : str
        Name of the page, for messages.
    file : Path
        BibTeX file.
    """

    page: str
    file: Path = REFERENCES
    cited: set[str] = field(default_factory=set)

    def cite(self, keys: str) -> str:
        """Author and year in parentheses, each linked to its entry.

        Parameters
        ----------
        keys : str
            As between the brackets: `@one; @other`; `-@one` leaves out the author.

        Raises
        ------
        StudyError
            If the file has no such entry.
        """
        return f"({'; '.join(self._one(key.strip()) for key in keys.split(';'))})"

    def listed(self) -> list[Reference]:
        """Full entries of what was cited, by author and year."""
        entries = {key: _entries(self.file)[key] for key in self.cited}
        order = sorted(entries, key=lambda key: (_surnames(entries[key]), _year(entries[key]), key))
        return [Reference(f"ref-{key}", formatted(self.file)[key]) for key in order]

    def _one(self, key: str) -> str:
        bare = key.removeprefix("-").removeprefix("@")
        known = _entries(self.file)
        if bare not in known:
            raise StudyError(
                f"{self.page} cites [@{bare}], which {self.file.name} does not have; add the entry "
                "or correct the key"
            )
        self.cited.add(bare)
        entry = known[bare]
        words = _year(entry) if key.startswith("-") else f"{_names(entry)} {_year(entry)}".strip()
        return f'<a class="citation-link" href="#ref-{bare}">{escape(words)}</a>'


@cache
def formatted(file: Path) -> dict[str, str]:
    """Every entry of a BibTeX file as html, by key."""
    style = find_plugin("pybtex.style.formatting", "plain")()
    backend = find_plugin("pybtex.backends", "html")()
    known = _entries(file)
    return {
        one.key: PROTECTED.sub(r"\1", one.text.render(backend)).replace("\n", " ")
        for one in style.format_entries(known.values())
    }


@cache
def _entries(file: Path) -> dict[str, Entry]:
    return dict(parse_file(str(file), bib_format="bibtex").entries)


def _names(entry: Entry) -> str:
    """Surnames as a text cites them."""
    names = _surnames(entry)
    if len(names) > MANY:
        return f"{names[0]} et al."
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _surnames(entry: Entry) -> list[str]:
    return [
        " ".join(str(part) for part in _plain([*one.prelast_names, *one.last_names]))
        for one in entry.persons["author"]
    ]


def _plain(parts: list[str]) -> list[str]:
    """Names without the braces and accents of TeX."""
    return [str(Text.from_latex(re.sub(r"^\{(.*)\}$", r"\1", part))) for part in parts]


def _year(entry: Entry) -> str:
    return entry.fields.get("year", "")
