"""Executed notebook -> one page that opens from disk and asks no other host for anything."""

from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from nqpf.errors import StudyError
from nqpf.files import write_whole
from nqpf.report.palette import colours
from nqpf.site.markdown import PageText
from nqpf.site.model import PageLink, SiteInfo
from nqpf.site.outputs import EXHIBIT, OutputFitter
from nqpf.site.parameters import is_parameter_cell, parameters_of

TEMPLATES = Path(__file__).parent / "template"


class StudyExporter(HTMLExporter):
    """nbconvert's html with the study's template and nothing that is loaded from elsewhere."""

    template_name = "nqpf"
    exclude_input_prompt = True
    exclude_output_prompt = True
    embed_images = False

    def __init__(self, **kwargs):
        super().__init__(extra_template_basedirs=[str(TEMPLATES)], **kwargs)

    @property
    def default_config(self) -> Config:
        """No address of another host, whether a template asks for it or not."""
        config = Config(
            {
                "HTMLExporter": {
                    "mathjax_url": "",
                    "require_js_url": "",
                    "jquery_url": "",
                    "jupyter_widgets_base_url": "",
                }
            }
        )
        config.merge(super().default_config)
        return config


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
        Where links of exhibits point, from the prefix in the notebook to that in the site; empty
        if the site holds no files of exhibits, and images then travel inside the page.

    Raises
    ------
    StudyError
        If the page is not one of the site's, the notebook holds an error, an image without
        alternative text, a note without text or a formula that cannot be read.
    """
    names = [link.href for link in pages]
    if page.name not in names:
        raise StudyError(f"{page.name} is not a page of the site; there are {', '.join(names)}")
    place = names.index(page.name)
    content = nbformat.read(notebook, as_version=4)
    links = _Links(page.name, pages, site, exhibits)
    text = PageText(page.stem, links.rewrite, links.claim)
    parameters = parameters_of(content)
    content.cells = [cell for cell in content.cells if not is_parameter_cell(cell) and cell.source]
    _render_text(content, text, links, bool(exhibits))
    _group_code(content)
    resources = {
        "nqpf": {
            "site": site,
            "pages": pages,
            "here": pages[place],
            "previous": pages[place - 1] if place else None,
            "next": pages[place + 1] if place + 1 < len(pages) else None,
            "contents": text.contents(),
            "notes": text.notes(),
            "references": text.citations.listed(),
            "parameters": parameters,
        }
    }
    html, _ = StudyExporter().from_notebook_node(content, resources=resources)
    write_whole(page, html.rstrip() + "\n")


class _Links:
    """Where links of a notebook lead in the site."""

    def __init__(self, here: str, pages: list[PageLink], site: SiteInfo, exhibits: dict[str, str]):
        self.here = here
        self.pages = {link.number: link.href for link in pages}
        self.notebooks = {Path(link.href).with_suffix(".ipynb").name: link.href for link in pages}
        self.site = site
        self.exhibits = exhibits

    def rewrite(self, url: str) -> str:
        """Notebooks become pages, exhibits are found beside them."""
        for prefix, target in self.exhibits.items():
            if url.startswith(prefix):
                return target + url.removeprefix(prefix)
        path, mark, anchor = url.partition("#")
        return self.notebooks.get(path.removeprefix("./"), path) + mark + anchor

    def claim(self, claim: str) -> tuple[str, str] | None:
        """Where a claim of the ledger stands, and its sentence."""
        ledger = self.site.ledger
        if ledger is None or claim not in ledger.claims:
            return None
        page = "" if ledger.href == self.here else ledger.href
        return f"{page}#{claim}", ledger.claims[claim]

    def exhibit(self, exhibit: str) -> str | None:
        """Where an exhibit is shown."""
        page = self.pages.get(EXHIBIT.fullmatch(exhibit)[2])
        return f"{page}#{exhibit}" if page else None

    def cell(self, number: str, cell: str) -> str | None:
        """Where the code of a cell stands."""
        page = self.pages.get(number)
        return f"{page}#cell-{cell}" if page else None


def _render_text(content: NotebookNode, text: PageText, links: _Links, linked_images: bool) -> None:
    """Replace Markdown and html by what the site shows, in reading order."""
    ledger, say = links.site.ledger, links.site.say
    fitter = OutputFitter(
        text.name,
        links.rewrite,
        links.claim,
        links.exhibit,
        links.cell,
        verdicts={say(name): shade for name, shade in colours("verdicts").items()},
        say=say,
        ledger=ledger.table if ledger and ledger.href == links.here else "",
        linked_images=linked_images,
        cite=text.citations.cite,
    )
    text.collect_notes(_markdown(content))
    for cell in content.cells:
        if cell.cell_type == "markdown":
            cell.metadata["html"] = text.to_html(cell.source, cell.get("attachments"))
        cell_outputs = [one for one in cell.get("outputs", []) if not _is_echo(one)]
        if cell.cell_type == "code":
            cell.outputs = cell_outputs
        for output in cell_outputs:
            if output.output_type == "error":
                raise StudyError(
                    f"{text.name} ended with {output.ename}: {output.evalue}; a page is made only "
                    "of a notebook that ran to its end"
                )
            data = output.get("data", {})
            if "text/html" in data:  # the better form; the page does not carry both
                data.pop("image/png", None)
                data["text/html"] = fitter.fit(data["text/html"])
            elif "text/markdown" in data:
                output.metadata["html"] = text.to_html(data["text/markdown"])
            elif any(kind.startswith("image/") for kind in data):
                raise StudyError(
                    f"{text.name} shows an image without alternative text; "
                    "show figures by page.save_figure, which asks for one"
                )


def _is_echo(output: NotebookNode) -> bool:
    """Whether an output is only the value of a cell's last line, which nobody meant to show."""
    return output.output_type == "execute_result" and set(output.data) <= {"text/plain"}


def _markdown(content: NotebookNode) -> list[str]:
    """All Markdown of a notebook, that of outputs included."""
    found = []
    for cell in content.cells:
        if cell.cell_type == "markdown":
            found.append(cell.source)
        found += [
            output.data["text/markdown"]
            for output in cell.get("outputs", [])
            if "text/markdown" in output.get("data", {})
        ]
    return found


def _group_code(content: NotebookNode) -> None:
    """Fold code cells that show nothing together with the next one, as one step of the reading."""
    group: list[NotebookNode] = []
    for cell in [*content.cells, None]:
        if cell is not None and cell.cell_type == "code":
            group.append(cell)
        if group and (cell is None or cell.cell_type != "code" or cell.outputs):
            for one in group:
                one.metadata["fold"] = {
                    "first": one is group[0],
                    "last": one is group[-1],
                    "size": len(group),
                }
            group = []
