"""Executed notebook -> one page that opens from disk and asks no other host for anything."""

import re
from html import escape
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from nqpf.errors import StudyError
from nqpf.report.files import write_whole
from nqpf.site.model import PageLink, SiteInfo

TEMPLATES = Path(__file__).parent / "template"


def render_page(
    notebook: Path, page: Path, *, pages: list[PageLink], site: SiteInfo, exhibits: dict[str, str]
) -> None:
    """Render an executed notebook.

    Parameters
    ----------
    notebook : Path
        Executed notebook.
    page : Path
        File to write; its name must be among `pages`.
    pages : list of PageLink
        All pages in reading order.
    site : SiteInfo
        What every page says of the study.
    exhibits : dict of str to str
        Where links of exhibits point, from the prefix in the notebook to that in the site.

    Raises
    ------
    StudyError
        If the page is not one of the site's.
    """
    names = [link.href for link in pages]
    if page.name not in names:
        raise StudyError(f"{page.name} is not a page of the site; there are {', '.join(names)}")
    place = names.index(page.name)
    content = nbformat.read(notebook, as_version=4)
    _mark_cells(content)
    exporter = HTMLExporter(
        config=Config(
            {
                "HTMLExporter": {
                    "template_name": "nqpf",
                    "extra_template_basedirs": [str(TEMPLATES)],
                    "exclude_input_prompt": True,
                    "exclude_output_prompt": True,
                    "embed_images": False,
                    "mathjax_url": "",
                    "require_js_url": "",
                }
            }
        )
    )
    resources = {
        "nqpf": {
            "site": site,
            "pages": pages,
            "here": pages[place],
            "previous": pages[place - 1] if place else None,
            "next": pages[place + 1] if place + 1 < len(pages) else None,
            "contents": table_of_contents(content),
        }
    }
    html, _ = exporter.from_notebook_node(content, resources=resources)
    for prefix, target in exhibits.items():
        html = html.replace(f'href="{prefix}', f'href="{target}')
    write_whole(page, html.rstrip() + "\n")


def table_of_contents(notebook: NotebookNode) -> list[dict[str, str]]:
    """Second-level headings of a notebook with the anchors nbconvert gives them."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for line in cell.source.splitlines():
            if match := re.match(r"## +(.+)", line):
                text = match[1].strip()
                found.append({"text": text, "anchor": text.replace(" ", "-")})
    return found


def _mark_cells(notebook: NotebookNode) -> None:
    """Drop what is only for the machine: the defaults that injected parameters replace."""
    injected = [
        cell for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", [])
    ]
    if injected:
        notebook.cells = [
            cell for cell in notebook.cells if "parameters" not in cell.metadata.get("tags", [])
        ]
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:  # the page has the better form; do not carry both
                data.pop("image/png", None)


def provenance_line(site: SiteInfo) -> str:
    """Provenance as text for footers."""
    return " \N{MIDDLE DOT} ".join(
        f"{escape(label)} <code>{escape(value)}</code>" for label, value in site.provenance.items()
    )
