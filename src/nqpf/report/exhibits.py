"""Exhibits as a notebook shows them: accessible html, and a plain form where html is not shown."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from nqpf.report.language import catalogue

MOST = "42rem"  # beyond this a figure's text would be larger than the page's


@dataclass(frozen=True)
class FigureExhibit:
    """A saved figure; Jupyter shows its title, image, source and files."""

    id: str
    number: str
    title: str
    caption: str
    alt: str
    source: str
    files: Mapping[str, bytes] = field(repr=False)
    folder: str = "."
    language: str = "en"  # of titles and labels; captions are prose and English

    @property
    def endings(self) -> list[str]:
        """Endings of the files that were written."""
        return list(self.files)

    def html(self) -> str:
        """The figure with its texts; the image travels inside the page."""
        image = base64.b64encode(self.files["svg"]).decode("ascii")
        return (
            f'<figure id="{self.id}" class="exhibit exhibit-figure" '
            f'style="margin:1.25em 0;max-width:{MOST}">\n'
            f'<figcaption id="{self.id}-title">{_heading("Figure", self)}\n'
            f'<span class="exhibit-caption" style="display:block">{escape(self.caption)}</span>'
            "</figcaption>\n"
            f'<img src="data:image/svg+xml;base64,{image}" alt="{escape(self.alt)}" '
            'style="display:block;width:100%;height:auto;margin:.6em 0;background:#fff;'
            'border-radius:4px">\n'
            f"{_foot(self)}\n</figure>"
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, object]:
        return {
            "text/html": self.html(),
            "image/png": base64.b64encode(self.files["png"]).decode("ascii"),
            "text/plain": f"Figure {self.number}. {self.title}",
        }


@dataclass(frozen=True)
class TableExhibit:
    """A saved table; Jupyter shows its title, body, note, source and files."""

    id: str
    number: str
    title: str
    caption: str  # the note
    source: str
    body: str = field(repr=False)
    folder: str = "."
    endings: tuple[str, ...] = ("csv", "html", "tex")
    language: str = "en"

    def html(self) -> str:
        """The table with its texts; a wide one scrolls inside its own region."""
        return (
            f'<figure id="{self.id}" class="exhibit exhibit-table" style="margin:1.25em 0">\n'
            f'<figcaption id="{self.id}-title">{_heading("Table", self)}</figcaption>\n'
            f"{self.body}\n"
            f'<p class="exhibit-note" style="margin:.4em 0 0"><small>{escape(self.caption)}'
            f"</small></p>\n{_foot(self)}\n</figure>"
        )

    def standalone(self) -> str:
        """The table as a file of its own."""
        return (
            '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width">\n'
            f"<title>Table {self.number}. {escape(self.title)}</title>\n"
            "<style>body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
            "padding:0 1rem}table{border-collapse:collapse}th,td{padding:.25em .7em;"
            "text-align:right;vertical-align:top}thead{border-top:2px solid;border-bottom:"
            "1px solid}tbody{border-bottom:2px solid}</style>\n"
            f"<main>\n{self.html()}\n</main>\n</html>\n"
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, object]:
        return {
            "text/html": self.html(),
            "text/plain": f"Table {self.number}. {self.title}",
        }


def _heading(kind: str, exhibit: FigureExhibit | TableExhibit) -> str:
    language = f' lang="{exhibit.language}"' if exhibit.language != "en" else ""
    return (
        f'<strong class="exhibit-title"{language} style="display:block">'
        f'<span class="exhibit-number">{_word(kind, exhibit)} {exhibit.number}.</span> '
        f"{escape(exhibit.title)}</strong>"
    )


def _word(word: str, exhibit: FigureExhibit | TableExhibit) -> str:
    return catalogue(exhibit.language).text(word)


def _foot(exhibit: FigureExhibit | TableExhibit) -> str:
    names = {ending: ending for ending in exhibit.endings}
    names |= {"csv": _word("data", exhibit), "tex": "LaTeX"}
    links = " · ".join(
        f'<a href="{exhibit.folder}/{exhibit.id}.{ending}" '
        f'aria-label="{names[ending]} {_word("of", exhibit)} {exhibit.id}">{names[ending]}</a>'
        for ending in exhibit.endings
    )
    return (
        f'<p class="exhibit-source" style="margin:.2em 0 0"><small>{_word("Source", exhibit)}: '
        f'{escape(exhibit.source)} <span class="exhibit-files">{links}</span></small></p>'
    )
