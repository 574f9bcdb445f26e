"""Give the site what it shows of this build; the site itself knows no pipeline."""

import hashlib
import os
import shutil
import zipfile
from pathlib import Path

from nqpf.chapters.conclusion import VERDICTS
from nqpf.claims import assemble
from nqpf.paths import DATA, NOTEBOOKS, ROOT
from nqpf.report import load_facts
from nqpf.report.palette import palette
from nqpf.site import Finding, PageLink, SiteInfo, render_index, render_page
from pipeline.config import Build, declared, notebooks

TITLE = "New quality productive forces and {case}'s manufacturing"
LEAD = (
    "Luo and Hu argue in words that new quality productive forces upgrade Guangdong's "
    "manufacturing. This compendium is the empirical half that the paper leaves out: it measures "
    "the forces in {case} and everywhere else, tests each mechanism with rules fixed in advance, "
    "and gives every claim of the paper a verdict that a reader can check."
)
FINDINGS = (  # notebook and name of the fact, what it is
    ("02_definitions", "case_rank", "rank of {case} among the provinces by the index"),
    ("03_mechanisms", "primary_supported", "of the declared main tests support the paper"),
    ("06_conclusion", "judged", "claims of the paper with a verdict from data"),
)
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same in every archive, so that its bytes are too


def publish_page(executed: Path, page: Path, build: Build) -> None:
    """Render one executed notebook into the site."""
    render_page(
        executed, page, pages=pages(build), site=site_info(build), exhibits=exhibit_links(build)
    )


def publish_index(index: Path, build: Build) -> None:
    """Write the front page, the shared assets, the exhibits and the archive."""
    copy_exhibits(index.parent, build)
    archive(index.parent / "exhibits.zip", index.parent)
    ledger = assemble(build.study)
    counts = ledger["verdict"].value_counts()
    case = build.parameters.study.case
    render_index(
        index,
        pages=pages(build),
        site=site_info(build),
        lead=LEAD.format(case=case),
        findings=findings(build),
        verdicts={verdict: int(counts.get(verdict, 0)) for verdict in VERDICTS},
        colours=palette()["verdicts"],
        downloads=[("All figures and tables as one archive", "exhibits.zip")],
    )


def pages(build: Build) -> list[PageLink]:
    """Every page of the site in reading order."""
    links = []
    for name in notebooks():
        entry = declared(name, build)
        links.append(PageLink(name.split("_")[0], f"{name}.html", entry.title, entry.summary))
    return links


def site_info(build: Build) -> SiteInfo:
    """What every page says of the study and of its build."""
    return SiteInfo(
        title=TITLE.format(case=build.parameters.study.case),
        case=build.parameters.study.case,
        study=build.study,
        parameters=str(build.file),
        provenance={
            "parameters": short_hash((ROOT / build.file).read_bytes()),
            "data": short_hash((DATA / "SHA256SUMS").read_bytes()),
            "environment": short_hash((ROOT / "requirements.lock").read_bytes()),
        },
    )


def findings(build: Build) -> list[Finding]:
    """Key figures of the front page, from recorded facts; a fact that is not there is left out."""
    facts = load_facts(build.study)
    shown = []
    for notebook, name, label in FINDINGS:
        fact = facts.get(notebook, {}).get(name)
        if fact is not None:
            text = label.format(case=build.parameters.study.case)
            shown.append(Finding(fact.text(), text, fact.note, f"{notebook}.html"))
    return shown


def exhibit_links(build: Build) -> dict[str, str]:
    """Where links of exhibits point: from their place beside notebooks to that in the site."""
    folders = {"figures": build.paths.figures, "tables": build.paths.tables}
    return {
        f"{Path(os.path.relpath(folder, NOTEBOOKS)).as_posix()}/": f"exhibits/{name}/"
        for name, folder in folders.items()
    }


def copy_exhibits(site: Path, build: Build) -> None:
    """Bring the site's copies of all exhibits up to date, and no others."""
    fresh = site / ".exhibits.partial"
    shutil.rmtree(fresh, ignore_errors=True)
    for name, folder in (("figures", build.paths.figures), ("tables", build.paths.tables)):
        (fresh / name).mkdir(parents=True)
        for path in sorted(folder.iterdir()):
            if path.suffix != ".md":
                shutil.copyfile(path, fresh / name / path.name)
    shutil.rmtree(site / "exhibits", ignore_errors=True)
    fresh.replace(site / "exhibits")


def archive(target: Path, site: Path) -> None:
    """Pack all exhibits into one archive whose bytes depend on nothing else."""
    partial = target.with_name(f".{target.name}.partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted((site / "exhibits").rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(site).as_posix(), EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(entry, path.read_bytes())
    partial.replace(target)


def short_hash(content: bytes) -> str:
    """First characters of a SHA-256, enough to tell versions apart."""
    return hashlib.sha256(content).hexdigest()[:12]
