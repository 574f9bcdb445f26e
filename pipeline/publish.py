"""Give the site what it shows of this build; the site itself knows no pipeline."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import yaml

from nqpf.chapters.conclusion import VERDICTS, totals
from nqpf.claims import assemble, load_plan
from nqpf.files import sha256, write_whole
from nqpf.paths import NOTEBOOKS
from nqpf.report import load_exhibits, load_facts
from nqpf.report.palette import palette
from nqpf.report.tables import as_csv
from nqpf.site import (
    ExhibitLink,
    Finding,
    Ledger,
    PageLink,
    SiteInfo,
    entries_of,
    render_exhibits,
    render_index,
    render_page,
    render_search,
    write_chinese_font,
)
from nqpf.site.chinese import STYLE as CHINESE
from pipeline.config import (
    EXHIBITS_FILE,
    EXHIBITS_PAGE,
    LAST,
    Build,
    declared,
    found_on,
    notebooks,
)
from pipeline.exhibit_map import exhibit_map
from pipeline.provenance import CITATION, SUMS
from pipeline.stamp import SHORT

TITLE = "New quality productive forces and {case}’s manufacturing"
SHORT_TITLE = "New quality productive forces"
LEAD = (
    "Luo and Hu argue in words that new quality productive forces upgrade Guangdong's "
    "manufacturing. This compendium is the empirical half that the paper leaves out: it measures "
    "the forces in {case} and everywhere else, tests each mechanism with rules fixed in advance, "
    "and gives every claim of the paper a verdict that a reader can check."
)
LEAD_OF_EXHIBITS = (
    "Every figure and table with the notebook and cell that make it, the files that were read and "
    "the functions that were called on the way to it, as the code itself says, and its own files."
)
CITED = (
    "New quality productive forces and the upgrading of Guangdong's manufacturing: a research "
    "compendium. Version {version}, study “{study}”, data {data}."
)
FINDINGS = (  # notebook, name and format of the fact, what it is
    ("02_definitions", "case_rank", "o", "rank of {case} among the provinces by the index"),
    ("03_mechanisms", "primary_supported", "", "of the declared main tests support the paper"),
    ("A2_robustness", "specifications", "", "defensible specifications estimated beside them"),
    ("06_conclusion", "judged", "", "claims and alleged slips with a verdict"),
)
DOWNLOADS = (  # what it is, and its place in the site
    ("All figures and tables as one archive", "exhibits.zip"),
    ("Data: raw tables, codebooks and built panels", "data.zip"),
    ("Notebooks as they ran, with their results", "notebooks.zip"),
    ("Map of exhibits as a table", "exhibits.csv"),
    ("References in BibTeX", "references.bib"),
)
OF_EXHIBIT = ("exhibit", "kind", "number", "title", "notebook", "cell")  # for programs
LEDGER_TABLE = "tab-06-1-ledger"


def publish_page(executed: Path, page: Path, build: Build) -> None:
    """Render one executed notebook, and note what a search can find on its page."""
    links = pages(build)
    render_page(executed, page, pages=links, site=site_info(build), exhibits=exhibit_links(build))
    own = next(link for link in links if link.href == page.name)
    found = entries_of(page.read_text(encoding="utf-8"), own)
    write_whole(found_on(page), json.dumps(found, ensure_ascii=False))


def publish_index(index: Path, build: Build) -> None:
    """Write the front page, the list of exhibits and the search over all pages.

    Parameters
    ----------
    index : Path
        Front page to write, beside the pages of notebooks. All else goes into the site, where
        the downloads are already.
    build : Build
        The study.
    """
    site, links, info = build.paths.site, pages(build), site_info(build)
    made = exhibit_map(load_exhibits(build.study))
    listed = json.dumps(listed_exhibits(made, site, build))
    write_whole(index.with_name(EXHIBITS_FILE), listed)
    write_whole(site / "exhibits.csv", as_csv(made))
    exhibits = [exhibit_link(row) for row in made.to_dict("records")]
    render_exhibits(
        index.with_name(EXHIBITS_PAGE),
        pages=links,
        site=info,
        lead=LEAD_OF_EXHIBITS,
        exhibits=exhibits,
    )
    account = assemble(build.study)
    counts = account["verdict"].value_counts()
    render_index(
        index,
        pages=links,
        site=info,
        lead=LEAD.format(case=build.parameters.study.case),
        findings=findings(build),
        verdicts={verdict: int(counts.get(verdict, 0)) for verdict in VERDICTS},
        alleged=totals(account)["alleged"],
        colours=palette()["verdicts"],
        downloads=DOWNLOADS,
        exhibits=exhibits,
        citation=citation(build),
        folder=site,
    )
    found = [json.loads(found_on(index.with_name(link.href)).read_bytes()) for link in links]
    render_search(site / "assets" / "search.js", links, found)
    if info.extra_style:
        write_chinese_font(site)


def pages(build: Build) -> list[PageLink]:
    """Every page of the site in reading order."""
    say = site_words(build).say
    links = []
    for name in notebooks():
        entry = declared(name, build)
        links.append(PageLink(name.split("_")[0], f"{name}.html", say(entry.title), entry.summary))
    return links


def site_words(build: Build) -> SiteInfo:
    """What every page says of the study; `site_info` adds what is read from files."""
    study = build.parameters.study
    info = SiteInfo("", study.case, build.study, str(build.file), labels=study.language)
    title = TITLE.format(case=study.case)
    return replace(info, title=info.say(title), short_title=info.say(SHORT_TITLE))


def site_info(build: Build) -> SiteInfo:
    """What every page says of the study; what it was made from is stamped on it later."""
    case = build.parameters.study.case
    claims = {name: one.sentence.format(case=case) for name, one in load_plan().items()}
    return replace(
        site_words(build),
        searchable=True,
        ledger=Ledger(f"{LAST}.html", LEDGER_TABLE, claims),
        exhibits_page=EXHIBITS_PAGE,
        hashes_file=EXHIBITS_FILE,
        extra_style=CHINESE if build.parameters.study.language == "zh" else "",
    )


def findings(build: Build) -> list[Finding]:
    """Key figures of the front page, from recorded facts; a fact that is not there is left out."""
    facts, say = load_facts(build.study), site_words(build).say
    shown = []
    for notebook, name, style, label in FINDINGS:
        fact = facts.get(notebook, {}).get(name)
        if fact is not None:
            text = say(label.format(case=build.parameters.study.case))
            shown.append(Finding(say(fact.text(style)), text, fact.note, f"{notebook}.html"))
    return shown


def citation(build: Build) -> str:
    """How to cite this very build."""
    meta = yaml.safe_load(CITATION.read_text(encoding="utf-8"))
    return CITED.format(version=meta["version"], study=build.study, data=sha256(SUMS)[:SHORT])


def exhibit_links(build: Build) -> dict[str, str]:
    """Where links of exhibits point: from their place beside notebooks to that in the site."""
    folders = {"figures": build.paths.figures, "tables": build.paths.tables}
    return {
        f"{Path(os.path.relpath(folder, NOTEBOOKS)).as_posix()}/": f"exhibits/{name}/"
        for name, folder in folders.items()
    }


def listed_exhibits(made: pd.DataFrame, site: Path, build: Build) -> list[dict]:
    """Every exhibit with what it rests on and the hashes of its files, for programs.

    Parameters
    ----------
    made : DataFrame
        As `exhibit_map` returns it.
    site : Path
        The site with its copies of all files; the hash of a copy that differs, as svg that turn
        dark there do, is listed beside that of the file itself.
    build : Build
        The study.
    """
    listed = []
    for row in made.to_dict("records"):
        folder = f"{row['kind']}s"
        own, copied = {}, {}
        for name in filter(None, row["files"].split("; ")):
            own[name] = sha256(getattr(build.paths, folder) / name)
            copy = sha256(site / "exhibits" / folder / name)
            copied |= {name: copy} if copy != own[name] else {}
        about = {key: row[key] for key in OF_EXHIBIT}
        data = [one for one in row["data"].split("; ") if one]
        listed.append(about | {"data": data, "files": own, "copies_in_site": copied})
    return listed


def exhibit_link(row: dict[str, str]) -> ExhibitLink:
    """A row of the map of exhibits, with its links in the site."""
    page = f"{Path(row['notebook']).stem}.html"
    files = [name for name in row["files"].split("; ") if name]
    return ExhibitLink(
        row["exhibit"],
        row["kind"],
        row["number"],
        row["title"],
        f"{page}#{row['exhibit']}",
        source=row["source"],
        files={name.rpartition(".")[2]: f"exhibits/{row['kind']}s/{name}" for name in files},
        notebook=Path(row["notebook"]).stem,
        cell=row["cell"],
        cell_href=f"{page}#cell-{row['cell']}",
        data=[one.removeprefix("data/") for one in row["data"].split("; ") if one],
        functions=[one.removeprefix("nqpf.") for one in row["functions"].split("; ") if one],
    )
