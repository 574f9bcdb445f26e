"""A small site with everything in it that pages of the study have."""

import importlib.util

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from nqpf.report.exhibits import FigureExhibit, TableExhibit
from nqpf.report.tables import as_html, lay_out
from nqpf.site import (
    ExhibitLink,
    Finding,
    Ledger,
    PageLink,
    SiteInfo,
    entries_of,
    render_index,
    render_page,
    render_search,
)

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="374.4pt" height="150pt" '
    'viewBox="0 0 374.4 150"><rect width="374.4" height="150" fill="#fff"/>'
    '<circle cx="90" cy="80" r="30" fill="#b3261e"/></svg>'
)
ALT = "One red disc on a white ground, which stands for a figure of the study."
HAS_FORMULAS = importlib.util.find_spec("math_core") is not None
FORMULA = "$$y_{it} = \\alpha_i + \\lambda_t + \\beta x_{it} + \\varepsilon_{it}$$"
PAGES = [
    PageLink("01", "01_introduction.html", "Introduction", "Where the figures come from."),
    PageLink("02", "02_ledger.html", "Conclusion", "Every claim with its verdict."),
    PageLink("A1", "A1_validation.html", "Validation", "Whether the index can be trusted."),
]
VERDICTS = {"supported": 20, "contradicted": 12, "inconclusive": 8}
COLOURS = {"supported": "#1B8064", "contradicted": "#B3261E", "inconclusive": "#C08A1E"}
CLAIMS = {f"C{number:03d}": f"Sentence of claim {number}." for number in range(1, 41)}
SITE = SiteInfo(
    "A study of forces",
    "Guangdong",
    "default",
    "params/default.yml",
    searchable=True,
    ledger=Ledger("02_ledger.html", "tab-02-1-ledger", CLAIMS),
)
EXHIBITS = {"../figures/": "exhibits/figures/", "../tables/": "exhibits/tables/"}


def figure():
    files = {"svg": SVG.encode(), "png": b"png"}
    return FigureExhibit(
        "fig-01-1-disc",
        "1.1",
        "A disc",
        "A caption about it.",
        ALT,
        "own drawing",
        files,
        "../figures",
    )


def table(frame, name, number, title="A table"):
    body = as_html(lay_out(frame), f"{name}-title")
    return TableExhibit(name, number, title, "A note.", "own count", body, "../tables")


def shown(exhibit):
    return new_output("execute_result", data={"text/html": exhibit.html(), "text/plain": "exhibit"})


def wide_table():
    frame = pd.DataFrame(
        {"city": ["Guangzhou", "Shenzhen"]} | {str(y): [1.5, 2.5] for y in range(2000, 2022)}
    )
    return table(frame, "tab-01-1-wide", "1.1")


def ledger_table():
    words = [word for word, count in VERDICTS.items() for _ in range(count)]
    frame = pd.DataFrame(
        {
            "claim": list(CLAIMS),
            "says": [text + " It is said in so many words that it fills a line." for text in
                     CLAIMS.values()],
            "Section": [("1", "4.1", "4.2", "5")[place % 4] for place in range(40)],
            "verdict": words,
            "p": [place / 40 for place in range(40)],
            "exhibit": ["fig-01-1-disc"] * 40,
        }
    )  # fmt: skip
    return table(frame, "tab-02-1-ledger", "2.1", "The ledger")


def notebook(*cells):
    content = new_notebook(cells=list(cells))
    content.metadata["language_info"] = {"name": "python"}
    return content


def introduction():
    parameters = 'study: str = "default"  # parameter file\ndraws: int = 999  # of the bootstrap'
    formula = FORMULA if HAS_FORMULAS else "No formula here."
    return notebook(
        new_markdown_cell("# 1 Introduction\n\nClaim C002 is judged here.[^n]", id="title"),
        new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]}),
        new_code_cell("draws = 99", id="xyz", metadata={"tags": ["injected-parameters"]}),
        new_code_cell("import pandas as pd", id="imports"),
        new_code_cell("frame = 1", id="load"),
        new_code_cell("show(frame)", id="fig", outputs=[shown(figure())]),
        new_markdown_cell(f"## 1.1 The data\n\nText.\n\n{formula}\n\n### Which *years*", id="a"),
        new_code_cell("show(wide)", id="tab", outputs=[shown(wide_table())]),
        new_code_cell(
            "page.text()",
            id="read",
            outputs=[
                new_output(
                    "execute_result",
                    data={"text/markdown": "See [Figure 1.1](#fig-01-1-disc).", "text/plain": "x"},
                )
            ],
        ),
        new_code_cell(
            "print(1)", id="print", outputs=[new_output("stream", name="stdout", text="1\n" * 3)]
        ),
        new_markdown_cell("[^n]: A note about [the next](02_ledger.ipynb#C003).", id="b"),
    )


def conclusion():
    return notebook(
        new_markdown_cell("# 2 Conclusion\n\nAll claims.", id="title"),
        new_code_cell("show(ledger)", id="judge", outputs=[shown(ledger_table())]),
    )


def validation():
    return notebook(new_markdown_cell("# A1 Validation\n\n## A1.1 First\n\nText.", id="title"))


def build_sample(folder):
    """The whole small site."""
    site = folder / "site"
    for link, content in zip(PAGES, (introduction(), conclusion(), validation()), strict=True):
        source = folder / f"{link.number}.ipynb"
        nbformat.write(content, source)
        render_page(source, site / link.href, pages=PAGES, site=SITE, exhibits=EXHIBITS)
    for kind, ids, endings in (
        ("figures", ["fig-01-1-disc"], ("svg", "png")),
        ("tables", ["tab-01-1-wide", "tab-02-1-ledger"], ("csv", "html", "tex")),
    ):
        for name in ids:
            for ending in endings:
                path = site / "exhibits" / kind / f"{name}.{ending}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(SVG if ending == "svg" else "x", encoding="utf-8")
    (site / "exhibits.zip").write_bytes(b"x" * 2_400_000)
    render_index(
        site / "index.html",
        pages=PAGES,
        site=SITE,
        lead="What this is.",
        findings=[Finding("5th", "rank of the case", "of 30", "01_introduction.html")],
        verdicts=VERDICTS | {"not yet judged": 0},
        alleged=3,
        colours=COLOURS,
        downloads=[("All exhibits", "exhibits.zip")],
        exhibits=[
            ExhibitLink(
                "fig-01-1-disc", "figure", "1.1", "A disc", "01_introduction.html#fig-01-1-disc"
            )
        ],
        citation="Somebody (2024). A study.",
    )
    html = [(site / link.href).read_text(encoding="utf-8") for link in PAGES]
    found = [entries_of(page, link) for page, link in zip(html, PAGES, strict=True)]
    render_search(site / "assets" / "search.js", PAGES, found)
    return site
