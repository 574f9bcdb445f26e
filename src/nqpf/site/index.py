"""The front page: what the study finds in one screen, and the way in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nqpf.report.files import write_whole
from nqpf.site.exporter import TEMPLATES
from nqpf.site.model import PageLink, SiteInfo

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Finding:
    """One key figure of the front page.

    Attributes
    ----------
    value : str
        The number, as readers see it.
    label : str
        What it is.
    note : str
        How sure it is, or what it rests on.
    href : str
        Where it is found.
    """

    value: str
    label: str
    note: str
    href: str


def render_index(
    page: Path,
    *,
    pages: list[PageLink],
    site: SiteInfo,
    lead: str,
    findings: list[Finding],
    verdicts: Mapping[str, int],
    colours: Mapping[str, str],
    downloads: list[tuple[str, str]],
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
        How many claims have each verdict, in order.
    colours : mapping of str to str
        Colour of each verdict.
    downloads : list of (label, href)
        What can be taken away.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "nqpf"), autoescape=True, undefined=StrictUndefined
    )
    most = max([*verdicts.values(), 1])
    text = environment.get_template("front.html.j2").render(
        site=site,
        pages=pages,
        lead=lead,
        findings=findings,
        verdicts=[
            (name, count, round(100 * count / most), colours[name])
            for name, count in verdicts.items()
            if count
        ],
        total=sum(verdicts.values()),
        downloads=downloads,
    )
    for asset in sorted(ASSETS.iterdir()):
        write_whole(page.parent / "assets" / asset.name, asset.read_bytes())
    write_whole(page, text.rstrip() + "\n")
