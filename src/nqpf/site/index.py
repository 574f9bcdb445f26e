"""The front page: what the study finds in one screen, and the way in."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from nqpf.errors import StudyError
from nqpf.files import write_whole
from nqpf.report.language import ENGLISH, catalogue
from nqpf.site.exporter import TEMPLATES
from nqpf.site.model import ExhibitLink, Finding, PageLink, SiteInfo

ASSETS = Path(__file__).parent / "assets"
SAID = re.compile(r"""\bsay\("([^"]+)\"""")


def render_index(
    page: Path,
    *,
    pages: list[PageLink],
    site: SiteInfo,
    lead: str,
    findings: list[Finding],
    verdicts: Mapping[str, int],
    alleged: int,
    colours: Mapping[str, str],
    downloads: list[tuple[str, str]],
    exhibits: Sequence[ExhibitLink] = (),
    citation: str = "",
    folder: Path | None = None,
) -> None:
    """Write the front page and the assets that all pages share.

    Parameters
    ----------
    page : Path
        File to write.
    pages : list of PageLink
        All pages in reading order.
    site : SiteInfo
        What every page says of the study.
    lead : str
        What this is, in a few sentences.
    findings : list of Finding
        Key figures.
    verdicts : mapping of str to int
        How many claims and alleged inconsistencies have each verdict, in order.
    alleged : int
        How many of them are inconsistencies that the compilers allege.
    colours : mapping of str to str
        Colour of each verdict.
    downloads : list of (label, href)
        What can be taken away; the size of files that are there already is shown.
    exhibits : sequence of ExhibitLink
        All figures and tables, listed by chapter; none for no list.
    citation : str
        How to cite the study, as one paragraph; a general one by default.
    folder : Path, optional
        Folder of the site, which gets the assets and holds what can be taken away; that of the
        page by default.

    Raises
    ------
    StudyError
        If a verdict has no colour.
    """
    if missing := [name for name, count in verdicts.items() if count and name not in colours]:
        raise StudyError(f"verdict '{missing[0]}' has no colour; add it to the palette")
    folder = folder or page.parent
    text = _template("front.html.j2").render(
        site=site,
        pages=pages,
        lead=lead,
        findings=findings,
        verdicts=[
            {
                "name": name,
                "count": count,
                "colour": colours[name],
            }
            for name, count in verdicts.items()
            if count
        ],
        total=sum(verdicts.values()),
        alleged=alleged,
        downloads=[(label, href, _size(folder / href)) for label, href in downloads],
        chapters=[(link, [one for one in exhibits if _page(one) == link.href]) for link in pages],
        citation=citation,
    )
    write_assets(folder, site.labels)
    write_whole(page, text.rstrip() + "\n")


def render_exhibits(
    page: Path, *, pages: list[PageLink], site: SiteInfo, lead: str, exhibits: Sequence[ExhibitLink]
) -> None:
    """Write the page that lists every exhibit with all that stands behind it.

    Parameters
    ----------
    page : Path
        File to write.
    pages, site
        As for `render_index`.
    lead : str
        What the list is for.
    exhibits : sequence of ExhibitLink
        All figures and tables, in reading order.
    """
    text = _template("exhibits.html.j2").render(
        site=site, pages=pages, here=page.name, lead=lead, exhibits=exhibits
    )
    write_whole(page, text.rstrip() + "\n")


def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "nqpf"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(name)


def write_assets(site: Path, labels: str = ENGLISH) -> None:
    """Bring the style, the script, its words and the fonts that all pages share into the site."""
    if labels != ENGLISH:
        write_whole(site / "assets" / "words.js", script_words(labels))
    for asset in sorted(ASSETS.iterdir()):
        if asset.suffix in (".css", ".js", ".woff2", ".txt"):
            write_whole(site / "assets" / asset.name, asset.read_bytes())


def script_words(labels: str) -> str:
    """What the scripts say, in the language of labels, as a script that pages load first."""
    said = {
        text
        for asset in ASSETS.glob("*.js")
        for text in SAID.findall(asset.read_text(encoding="utf-8"))
    }
    words = {text: catalogue(labels).template(text) for text in sorted(said)}
    return f"window.nqpfWords = {json.dumps(words, ensure_ascii=False, indent=1)};\n"


def _page(exhibit: ExhibitLink) -> str:
    return exhibit.href.partition("#")[0]


def _size(path: Path) -> str:
    """Size of a file for readers; empty if it is elsewhere."""
    if not path.is_file():
        return ""
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(round(size / 1e3), 1)} kB"
