"""Markdown of a page to html: anchored headings, formulas, notes, claims that lead to verdicts."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape

from mistune import InlineParser
from nbconvert.filters.markdown_mistune import (
    IPythonRenderer,
    MarkdownWithMath,
    MathInlineParser,
)

from nqpf.errors import StudyError
from nqpf.site import mathml
from nqpf.site.references import CITATION, Citations

CLAIM = re.compile(r"\b[CX]\d{3}\b")  # claims, and inconsistencies of the paper
NOTE = r"\[\^(?P<note_key>[^\]\s]+)\]"
NOTE_TEXT = re.compile(r"^\[\^([^\]\s]+)\]:[ \t]*(.+(?:\n[ \t]+\S.*)*)\n?", re.MULTILINE)
NUMBERED = re.compile(r"((?:A?\d+)(?:\.\d+)*)\s+(.+)", re.DOTALL)
DEEPEST_IN_CONTENTS = 3


@dataclass(frozen=True)
class Heading:
    """A heading with its place on the page."""

    level: int
    anchor: str
    number: str
    html: str  # without links


@dataclass
class PageText:
    """All Markdown of one page, so that anchors and notes are counted over the whole of it.

    Parameters
    ----------
    name : str
        Name of the notebook, for messages.
    rewrite : callable
        Turns a link as the notebook has it into one of the site.
    claim_href : callable
        Link and sentence of a claim by its id; none where there is no ledger.
    """

    name: str
    rewrite: Callable[[str], str] = str
    claim_href: Callable[[str], tuple[str, str] | None] = lambda claim: None
    headings: list[Heading] = field(default_factory=list)
    citations: Citations = field(init=False)
    _anchors: set[str] = field(default_factory=set)
    _note_texts: dict[str, str] = field(default_factory=dict)
    _notes_used: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.citations = Citations(self.name)

    def collect_notes(self, sources: Iterable[str]) -> None:
        """Read the texts of notes, `[^key]: text`, wherever on the page they stand.

        Raises
        ------
        StudyError
            If two notes have the same key.
        """
        for source in sources:
            for key, text in NOTE_TEXT.findall(source):
                if key in self._note_texts:
                    raise StudyError(f"{self.name} defines note [^{key}] twice; rename one")
                self._note_texts[key] = " ".join(text.split())

    def to_html(self, source: str, attachments: Mapping | None = None) -> str:
        """One piece of Markdown as html.

        Parameters
        ----------
        source : str
            Markdown with formulas between dollar signs and notes as `[^key]`.
        attachments : mapping, optional
            Images that travel with a cell.

        Raises
        ------
        StudyError
            If a note has no text, an image no alternative text or a formula cannot be read.
        """
        renderer = _Renderer(self, attachments)
        markdown = MarkdownWithMath(renderer, inline=_Inline(hard_wrap=False))
        return markdown.render(NOTE_TEXT.sub("", source)).strip()

    def anchor(self, text: str) -> str:
        """A readable anchor that no other heading of the page has."""
        slug = re.sub(r"[^\w]+", "-", unescape(text).lower()).strip("-") or "section"
        free = slug
        count = 2
        while free in self._anchors:
            free = f"{slug}-{count}"
            count += 1
        self._anchors.add(free)
        return free

    def refer_to_note(self, key: str) -> str:
        """The sign that leads to a note."""
        if key not in self._note_texts:
            known = ", ".join(sorted(self._note_texts)) or "none"
            raise StudyError(
                f"{self.name} refers to note [^{key}], which has no text; there are: {known}"
            )
        first = key not in self._notes_used
        if first:
            self._notes_used.append(key)
        number = self._notes_used.index(key) + 1
        back = f' id="note-{number}-back"' if first else ""
        return f'<sup class="note"><a href="#note-{number}"{back}>{number}</a></sup>'

    def notes(self) -> list[str]:
        """Texts of the notes in the order in which they were first referred to."""
        rendered = []
        for key in self._notes_used:  # a note may refer to a further one
            html = self.to_html(self._note_texts[key])
            rendered.append(html.removeprefix("<p>").removesuffix("</p>"))
        return rendered

    def contents(self) -> list[Heading]:
        """Headings for the contents of the page; the title is not among them."""
        return [one for one in self.headings if 1 < one.level <= DEEPEST_IN_CONTENTS]


class _Inline(MathInlineParser):
    """Inline Markdown that also knows signs of notes and citations."""

    SPECIFICATION = {  # noqa: RUF012
        **MathInlineParser.SPECIFICATION,
        "note": NOTE,
        "citation": CITATION,
    }
    DEFAULT_RULES = ("note", "citation", *MathInlineParser.DEFAULT_RULES)

    def parse_note(self, match: re.Match, state: InlineParser) -> int:
        state.append_token({"type": "note", "raw": match["note_key"]})
        return match.end()

    def parse_citation(self, match: re.Match, state: InlineParser) -> int:
        state.append_token({"type": "citation", "raw": match["citation_keys"]})
        return match.end()


class _Renderer(IPythonRenderer):
    """Html of one piece of Markdown."""

    def __init__(self, page: PageText, attachments: Mapping | None):
        super().__init__(
            escape=False, exclude_anchor_links=True, attachments=dict(attachments or {})
        )
        self.page = page

    def heading(self, text: str, level: int, **attrs: object) -> str:
        plain = _without_links(text).strip()
        match = NUMBERED.fullmatch(plain)
        number, words = (match[1], match[2]) if match else ("", plain)
        anchor = self.page.anchor(re.sub(r"<annotation.*?</annotation>|<[^>]+>", "", words))
        self.page.headings.append(Heading(level, anchor, number, words))
        shown = f'<span class="heading-number">{number}</span> {words}' if number else words
        if level == 1:
            return f'<h1 id="{anchor}">{shown}</h1>\n'
        label = escape(re.sub(r"<[^>]+>", "", words))
        return (
            f'<h{level} id="{anchor}">{shown}'
            f'<a class="anchor" href="#{anchor}" aria-label="Link to {label}">#</a></h{level}>\n'
        )

    def text(self, text: str) -> str:
        return CLAIM.sub(self._claim, super().text(text))

    def _claim(self, match: re.Match) -> str:
        found = self.page.claim_href(match[0])
        if found is None:
            return match[0]
        href, sentence = found
        return claim_link(match[0], href, sentence)

    def note(self, key: str) -> str:
        return self.page.refer_to_note(key)

    def citation(self, keys: str) -> str:
        return self.page.citations.cite(keys)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(_without_links(text), self.page.rewrite(url), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if not text.strip():
            raise StudyError(f"{self.page.name}: the image {url} has no alternative text; add one")
        return super().image(text, url, title)

    def table(self, text: str) -> str:
        return f'<div class="table-scroll"><table>\n{text}</table></div>\n'

    def block_math(self, body: str) -> str:
        return mathml.display(body)

    def inline_math(self, body: str) -> str:
        return mathml.inline(body)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml.display(f"\\begin{{{name}}}{body}\\end{{{name}}}")


def claim_link(claim: str, href: str, sentence: str) -> str:
    """A claim's id that leads to its verdict and says what it claims."""
    return f'<a class="claim" href="{escape(href)}" title="{escape(sentence)}">{claim}</a>'


def _without_links(html: str) -> str:
    return re.sub(r"</?a\b[^>]*>", "", html)
