"""What cells show, made fit for the site: exhibits as files beside the page, tables that scroll."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from nqpf.errors import StudyError
from nqpf.site.markdown import CLAIM, claim_link
from nqpf.site.references import CITATION

SVG = "data:image/svg+xml;base64,"
SIZE = re.compile(r'<svg[^>]*?\bwidth="([\d.]+)pt"[^>]*?\bheight="([\d.]+)pt"', re.DOTALL)
PIXELS_PER_POINT = 4 / 3
TALL = 30  # rows beyond which a table scrolls inside its own height
LONG = 60  # characters beyond which a column is text to be read, and is kept wide enough for it
SIDES = ("left", "right", "center")
CELL = re.compile(r"([0-9A]\d): ([a-z0-9-]+)")  # notebook and cell, as the ledger names them
CITED = re.compile(CITATION)
EXHIBIT = re.compile(r"(fig|tab)-([0-9A-Z]\d)-(\d+)-[a-z0-9-]+")


@dataclass(frozen=True)
class OutputFitter:
    """Turns html as a notebook shows it into html of the site.

    Attributes
    ----------
    name : str
        Name of the notebook, for messages.
    rewrite : callable
        Turns a link as the notebook has it into one of the site.
    claim_href : callable
        Link and sentence of a claim by its id; none where there is no ledger.
    exhibit_href : callable
        Link of an exhibit by its id; none where its page is not in the site.
    cell_href : callable
        Link of a cell by number of its notebook and id; none where its page is not in the site.
    verdicts : mapping of str to str
        Colour of each verdict, which is marked where it fills a cell of a table.
    ledger : str
        Id of the table whose rows are the anchors of claims; empty on all other pages.
    linked_images : bool
        Whether the site holds the exhibits' files, so that images need not travel in the page.
    cite : callable
        Turns the keys of a citation into author and year.
    say : callable
        A word of the furniture in the language of labels.
    """

    name: str
    rewrite: Callable[[str], str]
    claim_href: Callable[[str], tuple[str, str] | None]
    exhibit_href: Callable[[str], str | None]
    cell_href: Callable[[str, str], str | None]
    verdicts: Mapping[str, str]
    ledger: str
    linked_images: bool
    cite: Callable[[str], str]
    say: Callable[[str], str] = str

    def fit(self, html: str) -> str:
        """Html of one output.

        Raises
        ------
        StudyError
            If an image has no alternative text.
        """
        soup = BeautifulSoup(html, "html.parser")
        for style in soup.find_all("style"):
            style.decompose()
        for tag in soup.find_all(style=True):
            _keep_only_alignment(tag)
        for link in soup.find_all("a", href=True):
            link["href"] = self.rewrite(link["href"])
        for image in soup.find_all("img"):
            self._fit_image(image)
        for table in soup.find_all("table"):
            self._fit_table(table, soup)
        fitted = str(soup)
        return CITED.sub(lambda match: self.cite(match["citation_keys"]), fitted)

    def _fit_image(self, image: Tag) -> None:
        if not image.get("alt", "").strip():
            raise StudyError(
                f"{self.name} shows an image without alternative text; "
                "show figures by page.save_figure, which asks for one"
            )
        source = image.get("src", "")
        if not source.startswith(SVG):
            return
        drawing = base64.b64decode(source.removeprefix(SVG)).decode("utf-8")
        if size := SIZE.search(drawing):  # known before it loads, so that nothing jumps
            image["width"], image["height"] = (
                str(round(float(points) * PIXELS_PER_POINT)) for points in size.groups()
            )
        figure = image.find_parent("figure", id=True)
        own = figure and figure.find("a", href=re.compile(r"\.svg$"))
        if own and self.linked_images:
            image["src"] = own["href"]

    def _fit_table(self, table: Tag, soup: BeautifulSoup) -> None:
        table.attrs.pop("border", None)
        if table.find_parent(class_="table-scroll") is None:
            table.wrap(soup.new_tag("div", attrs={"class": "table-scroll"}))
        region = table.find_parent(class_="table-scroll")
        rows = table.select("tbody tr")
        if len(rows) > TALL:
            region["class"] = [*region.get("class", []), "tall"]
        for head, cells in zip(
            table.select("thead tr:last-child > *"), _columns(rows), strict=False
        ):
            if max(map(len, cells), default=0) > LONG:
                head["class"] = [*head.get("class", []), "long"]
        exhibit = table.find_parent("figure", id=True)
        is_ledger = bool(self.ledger) and exhibit is not None and exhibit["id"] == self.ledger
        if is_ledger:
            exhibit["class"] = [*exhibit.get("class", []), "ledger"]
        for row in rows:
            for cell in row.find_all(["th", "td"]):
                self._mark(cell, row, is_ledger)

    def _mark(self, cell: Tag, row: Tag, is_ledger: bool) -> None:
        """Make claims, exhibits and verdicts in cells more than words."""
        text = cell.get_text()
        if text in self.verdicts:
            cell.clear()
            mark = f'<span class="verdict" style="--dot:{self.verdicts[text]}">{text}</span>'
            cell.append(BeautifulSoup(mark, "html.parser"))
        elif CLAIM.fullmatch(text):
            if is_ledger and cell.name == "th":
                row["id"] = text
            elif found := self.claim_href(text):
                cell.clear()
                cell.append(BeautifulSoup(claim_link(text, *found), "html.parser"))
        elif (match := EXHIBIT.fullmatch(text)) and (href := self.exhibit_href(text)):
            kind = "Figure" if match[1] == "fig" else "Table"
            cell.clear()
            name = f"{self.say(kind)} {match[2].lstrip('0')}.{int(match[3])}"
            link = f'<a class="exhibit-link" href="{href}">{name}</a>'
            cell.append(BeautifulSoup(link, "html.parser"))
        elif (
            is_ledger
            and (match := CELL.fullmatch(text))
            and (href := self.cell_href(*match.groups()))
        ):
            cell.clear()
            link = f'<a class="cell-link" href="{href}">{text}</a>'
            cell.append(BeautifulSoup(link, "html.parser"))


def _columns(rows: list[Tag]) -> list[tuple[str, ...]]:
    """Texts of a table by column; rows that span columns are left out."""
    texts = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in rows]
    return list(zip(*[row for row in texts if len(row) > 1], strict=False))


def _keep_only_alignment(tag: Tag) -> None:
    """Styles are for JupyterLab; here only the side of a column is kept, as a class."""
    if tag.find_parent(["svg", "math"]):
        return
    style = tag.attrs.pop("style")
    side = re.search(r"text-align:\s*(\w+)", style)
    if tag.name in ("td", "th") and side and side[1] in SIDES:
        tag["class"] = [*tag.get("class", []), side[1]]
