"""Renew what the README and REPRODUCING.md take from the build: numbers, lists and pictures.

A number stands between `<!-- fact notebook.name format -->` and `<!-- end -->`, a list between
`<!-- table name -->` and `<!-- end -->`; a picture is a copy, under docs/, of the figure named in
its file name.
"""

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from nqpf.errors import StudyError
from nqpf.paths import CODEBOOK, DATA, DEFAULT_STUDY, RAW, ROOT, built_paths
from nqpf.report import load_exhibits, load_facts

README = ROOT / "README.md"
REPRODUCING = ROOT / "REPRODUCING.md"
PAGES = (README, REPRODUCING)
PICTURES = ROOT / "docs"
FACT = re.compile(r"<!-- fact (\S+?)\.(\w+) ?(\S*) -->.*?<!-- end -->", re.S)
TABLE = re.compile(r"<!-- table (\w+) -->.*?<!-- end -->", re.S)


def rendered(page: Path) -> str:
    """A page with every number and list taken from the build and the codebook.

    Parameters
    ----------
    page : Path
        README.md or REPRODUCING.md.

    Raises
    ------
    StudyError
        If a fact or a list is not there.
    """
    facts = load_facts(DEFAULT_STUDY)

    def number(match: re.Match) -> str:
        notebook, name, style = match.groups()
        found = [f for key, f in facts.items() if key.startswith(notebook)]
        if not found or name not in found[0]:
            raise StudyError(
                f"{page.name} names the fact {notebook}.{name}, which was not recorded"
            )
        shown = f" {style}" if style else ""
        return f"<!-- fact {notebook}.{name}{shown} -->{found[0][name].text(style)}<!-- end -->"

    def table(match: re.Match) -> str:
        name = match.group(1)
        if name not in TABLES:
            known = ", ".join(TABLES)
            raise StudyError(f"{page.name} names the list '{name}'; there are {known}")
        return f"<!-- table {name} -->\n{_markdown(*TABLES[name]())}\n<!-- end -->"

    text = page.read_text(encoding="utf-8")
    return TABLE.sub(table, FACT.sub(number, text))


def main() -> None:
    """Write the pages and copy the pictures."""
    for page in PAGES:
        page.write_text(rendered(page), encoding="utf-8")
    for picture in sorted(PICTURES.glob("fig-*.png")):
        shutil.copyfile(built_paths(DEFAULT_STUDY).figures / picture.name, picture)


def sources() -> tuple[list[str], list[list[str]]]:
    """Every source of figures."""
    rows = _rows(CODEBOOK / "sources.csv")
    columns = ["source_id", "publisher", "licence", "grade"]
    return ["Source", "Publisher", "Licence of the copy read", "Grade"], [
        [row[name] for name in columns] for row in rows
    ]


def datasets() -> tuple[list[str], list[list[str]]]:
    """Every table that is read, with its size."""
    paths = [*sorted(RAW.rglob("*.csv")), *sorted(CODEBOOK.glob("*.csv"))]
    lines = [
        [f"`data/{path.relative_to(DATA).as_posix()}`", f"{len(rows):,}", ", ".join(rows[0])]
        for path in paths
        if (rows := _rows(path))
    ]
    return ["File", "Rows", "Columns"], lines


def exhibits() -> tuple[list[str], list[list[str]]]:
    """Every figure and table, the notebook that makes it and where it stands."""
    lines = []
    for item in load_exhibits(DEFAULT_STUDY):
        kind, folder = ("Figure", "figures") if item["kind"] == "figure" else ("Table", "tables")
        files = ", ".join(item["files"])
        lines.append(
            [f"{kind} {item['number']}", item["title"], f"`notebooks/{item['notebook']}.ipynb`",
             f"`{folder}/{item['id']}` ({files})"]
        )  # fmt: skip
    return ["Exhibit", "Title", "Program", "Files"], lines


TABLES: dict[str, Callable[[], tuple[list[str], list[list[str]]]]] = {
    "sources": sources,
    "datasets": datasets,
    "exhibits": exhibits,
}


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; a bar inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    cells = ([cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
