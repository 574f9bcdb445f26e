"""The catalogue of a language: English texts as they stand in the code, and what they become.

An entry of the YAML file is a text or a pattern: `{}` stands for a part that is translated by
itself. Place names come from the geography tables. A text without an entry stays English, is
listed by `make words` and fails the tests, so that none is lost without a word.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from nqpf.errors import StudyError
from nqpf.places import chinese_names

ENGLISH = "en"
FOLDER = Path(__file__).parent
HOLE = "{}"
PARTS = ("(.+?)", "(.+)")  # the shortest part first, then the longest
LETTERS = re.compile(r"[A-Za-z]{2,}")
NAMES = re.compile(  # signs that are the same in every language
    r"""^(?:
      [CX]\d{3}                             # claims
    | (?:fig|tab)-[0-9A-Z]\d-\d+-[\w-]+     # exhibits
    | [a-z0-9]+(?:_[a-z0-9]+)+              # variables of the codebook
    | \$.*\$                                # formulas
    )$""",
    re.VERBOSE,
)
RANKED = re.compile(r"(\d+) (.+)|(.+) (\d+)")  # a name with its place before or after it
LISTS = ((", ", "、"), (" · ", " · "), ("; ", "；"), (": ", "："), (" and ", "和"))


@dataclass(frozen=True)
class Catalogue:
    """What texts become in a language.

    Attributes
    ----------
    language : str
        Its code, `en` or `zh`.
    texts : dict of str to str
        Whole texts, with one space between words.
    patterns : list of (Pattern, str)
        Texts with parts that differ, and their translation with as many holes.
    """

    language: str
    texts: dict[str, str]
    patterns: list[tuple[re.Pattern, str]]

    def find(self, text: str) -> str | None:
        """Translation of a text; itself where it has no words, none where no entry fits."""
        plain = " ".join(text.split())
        if self.language == ENGLISH or not LETTERS.search(plain) or NAMES.fullmatch(plain):
            return text
        if plain in self.texts:
            return self.texts[plain]
        for pattern, target in self.patterns:
            if match := pattern.fullmatch(plain):
                parts = [self.find(part) for part in match.groups()]
                if None not in parts:
                    return _filled(target, parts)
        if match := RANKED.fullmatch(plain):
            parts = [self.find(part) for part in match.groups() if part]
            if None not in parts:
                return " ".join(parts)
        for mark, target in LISTS:
            pieces = plain.split(mark)
            parts = [self.find(piece) for piece in pieces] if len(pieces) > 1 else [None]
            if None not in parts:
                return target.join(parts)
        return None

    def text(self, text: str) -> str:
        """Translation of a text, or the text itself where no entry fits."""
        return self.find(text) or text

    def template(self, template: str) -> str:
        """Translation of a template with {fact} fields, by the template itself."""
        return self.texts.get(" ".join(template.split()), template)


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language.

    Parameters
    ----------
    language : str
        `en`, which has no entries and changes nothing, or one with a file of this folder.

    Raises
    ------
    StudyError
        If there is no such language, or an entry loses or adds a part of its text.
    """
    if language == ENGLISH:
        return Catalogue(language, {}, [])
    path = FOLDER / f"{language}.yml"
    if not path.is_file():
        known = ", ".join([ENGLISH, *sorted(one.stem for one in FOLDER.glob("*.yml"))])
        raise StudyError(f"there is no language '{language}'; there are {known}")
    texts, patterns = dict(chinese_names()), []
    for group, entries in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        for text, target in entries.items():
            plain = " ".join(str(text).split())
            _check(group, plain, str(target))
            if HOLE in plain:
                parts = [re.escape(part) for part in plain.split(HOLE)]
                patterns += [(re.compile(hole.join(parts)), str(target)) for hole in PARTS]
            texts[plain] = str(target)
    patterns.sort(key=lambda one: -len(one[0].pattern))  # the most particular first
    return Catalogue(language, texts, patterns)


def fields(template: str) -> list[str]:
    """Names of the {fact} fields of a template, sorted."""
    return sorted(re.findall(r"\{([a-z_][\w-]*)[^}]*\}", template))


def _check(group: str, text: str, target: str) -> None:
    if not target.strip():
        raise StudyError(f"the catalogue's {group} leaves '{text}' empty; translate it")
    if fields(text) != fields(target) or text.count(HOLE) != target.count(HOLE):
        raise StudyError(
            f"the catalogue's {group} turns '{text}' into '{target}', which does not have the "
            "same fields; keep every {field}"
        )


def _filled(target: str, parts: list[str]) -> str:
    pieces = target.split(HOLE)
    return pieces[0] + "".join(part + piece for part, piece in zip(parts, pieces[1:], strict=True))
