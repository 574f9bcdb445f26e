"""A search index made while the site is built: a script that pages load when a reader searches."""

import base64
import json
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from nqpf.files import write_whole
from nqpf.site.model import PageLink

HEADINGS = ("h1", "h2", "h3", "h4")
TEXTS = ("p", "li", "blockquote", "tr")
DETAILS = re.compile(r"<(/)?details\b[^>]*>")


def render_search(
    target: Path, pages: Sequence[PageLink], found: Sequence[list[dict[str, str]]]
) -> None:
    """Write the search index of all pages.

    Parameters
    ----------
    target : Path
        Script to write, `assets/search.js` of the site. It is a script rather than JSON because
        pages that are opened from disk may load no other kind of file; it holds the index as
        deflated JSON, which browsers unpack by themselves.
    pages : sequence of PageLink
        Pages in reading order.
    found : sequence of list of dict
        What `entries_of` found on each of them, in the same order.
    """
    rows = [
        [place, entry["href"].partition("#")[2], entry["title"], entry["text"]]
        for place, (_, entries) in enumerate(zip(pages, found, strict=True))
        for entry in entries
    ]
    names = [[link.href, f"{link.label} {link.title}"] for link in pages]
    index = json.dumps({"pages": names, "entries": rows}, ensure_ascii=False, separators=(",", ":"))
    packed = base64.b64encode(zlib.compress(index.encode("utf-8"), 9)).decode("ascii")
    write_whole(target, f'window.nqpfSearch = "{packed}";\n')


def entries_of(html: str, link: PageLink) -> list[dict[str, str]]:
    """What can be found on a page: its sections, its exhibits and the claims of the ledger.

    Parameters
    ----------
    html : str
        The rendered page.
    link : PageLink
        Its name and place.

    Returns
    -------
    list of dict
        Keys page (number and title), href, title and text.
    """
    main = BeautifulSoup(_without_details(html), "html.parser").find("main")
    for unread in main.select("annotation, .anchor, .exhibit-files, sup.note"):
        unread.decompose()
    name = f"{link.label} {link.title}"
    entries = [{"page": name, "href": link.href, "title": link.title, "text": ""}]
    for node in main.find_all([*HEADINGS, *TEXTS, "figure"]):
        if node.name in HEADINGS:
            place = f"{link.href}#{node['id']}" if node.get("id") else link.href
            entries.append({"page": name, "href": place, "title": _words(node), "text": ""})
        elif node.name == "figure":
            section = entries.pop()  # text after an exhibit still belongs to its section
            entries += [*_exhibit(node, name, link.href), section]
        elif node.find_parent("figure") is None and node.find_parent(TEXTS) is None:
            entries[-1]["text"] = f"{entries[-1]['text']} {_words(node)}".strip()
    return [entry for entry in entries if entry["text"] or entry["title"] != link.title]


def _without_details(html: str) -> str:
    """A page without what is folded away, mostly code: nine of ten tags need no parsing then."""
    kept, depth, end = [], 0, 0
    for mark in DETAILS.finditer(html):
        opens = mark[1] is None
        if opens and depth == 0:
            kept.append(html[end : mark.start()])
        depth += 1 if opens else -1
        end = mark.end()
    return "".join([*kept, html[end:]])


def _exhibit(figure: Tag, page: str, href: str) -> list[dict[str, str]]:
    title = figure.select_one(".exhibit-title")
    said = [_words(one) for one in figure.select(".exhibit-caption, .exhibit-note")]
    said += [image["alt"] for image in figure.select("img[alt]")]
    place = f"{href}#{figure['id']}" if figure.get("id") else href
    own = {
        "page": page,
        "href": place,
        "title": _words(title) if title else "",
        "text": " ".join(said),
    }
    claims = [
        {"page": page, "href": f"{href}#{row['id']}", "title": row["id"], "text": _words(row)}
        for row in figure.select("tr[id]")
    ]
    return [own, *claims]


def _words(node: Tag) -> str:
    return " ".join(node.get_text(" ").split())
