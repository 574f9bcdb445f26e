"""What readers can take away: archives whose bytes depend on nothing but what is in them."""

import shutil
import zipfile
from pathlib import Path

from nqpf.files import write_whole
from nqpf.paths import CODEBOOK, DATA, RAW, ROOT
from nqpf.site.dark import with_dark
from nqpf.site.references import REFERENCES
from pipeline.config import Build, notebooks

EPOCH = (1980, 1, 1, 0, 0, 0)  # no clock in any archive


def copy_exhibits(site: Path, build: Build) -> None:
    """Bring the site's copies of all exhibits up to date, and no others; svg turn dark there."""
    fresh = site / ".exhibits.partial"
    shutil.rmtree(fresh, ignore_errors=True)
    for name, folder in (("figures", build.paths.figures), ("tables", build.paths.tables)):
        (fresh / name).mkdir(parents=True)
        for path in sorted(folder.iterdir()):
            if path.suffix == ".svg":
                adaptive = with_dark(path.read_text(encoding="utf-8"))
                write_whole(fresh / name / path.name, adaptive)
            elif path.suffix != ".md":
                shutil.copyfile(path, fresh / name / path.name)
    shutil.rmtree(site / "exhibits", ignore_errors=True)
    fresh.replace(site / "exhibits")


def pack_downloads(site: Path, build: Build) -> list[tuple[str, str]]:
    """Write all archives into the site.

    Returns
    -------
    list of (label, href)
        As the front page lists them.
    """
    archive(
        site / "exhibits.zip",
        {
            Path(name) / path.name: path
            for name, folder in (("figures", build.paths.figures), ("tables", build.paths.tables))
            for path in folder.iterdir()
            if path.suffix != ".md"
        },
    )
    data = [*RAW.rglob("*.csv"), *CODEBOOK.glob("*.csv"), *DATA.glob("*.md"), DATA / "SHA256SUMS"]
    data += [*build.paths.processed.glob("*.csv"), ROOT / "LICENSE-DATA"]
    archive(site / "data.zip", {path.relative_to(ROOT): path for path in data})
    shutil.copyfile(REFERENCES, site / REFERENCES.name)
    executed = [build.paths.notebooks / f"{name}.ipynb" for name in notebooks()]
    archive(site / "notebooks.zip", {Path("notebooks") / path.name: path for path in executed})
    return [
        ("All figures and tables as one archive", "exhibits.zip"),
        ("Data: raw tables, codebooks and built panels", "data.zip"),
        ("Notebooks as they ran, with their results", "notebooks.zip"),
        ("Map of exhibits as a table", "exhibits.csv"),
        ("References in BibTeX", "references.bib"),
    ]


def archive(target: Path, files: dict[Path, Path]) -> None:
    """Pack files under the names given, in the order of these names.

    Parameters
    ----------
    target : Path
        Archive to write.
    files : dict of Path to Path
        Name within the archive, and the file; folders are passed over.
    """
    partial = target.with_name(f".{target.name}.partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, path in sorted(files.items()):
            if path.is_file():
                entry = zipfile.ZipInfo(name.as_posix(), EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                packed.writestr(entry, path.read_bytes())
    partial.replace(target)
