"""What readers can take away: archives whose bytes depend on nothing but what is in them."""

import io
import shutil
import zipfile
from pathlib import Path

from nqpf.files import write_whole
from nqpf.paths import ROOT
from nqpf.site.dark import with_dark
from nqpf.site.references import REFERENCES
from pipeline.config import ARCHIVES, Build, notebooks, packed_data

PACKED = {".png", ".pdf"}  # deflated already
LEVEL = 1  # of deflating: a higher one takes twice as long for a few per cent
EPOCH = (1980, 1, 1, 0, 0, 0)  # no clock in any archive


def publish_downloads(build: Build) -> None:
    """Write what readers can take away into the site of a build."""
    copy_exhibits(build.paths.site, build)
    pack_downloads(build.paths.site, build)


def copy_exhibits(site: Path, build: Build) -> None:
    """Bring the site's copies of all exhibits up to date, and no others; svg turn dark there."""
    fresh = site / ".exhibits.partial"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
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
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def pack_downloads(site: Path, build: Build) -> None:
    """Write all archives into the site."""
    exhibits, data, executed = (site / name for name in ARCHIVES)
    archive(
        exhibits,
        {
            Path(name) / path.name: path
            for name, folder in (("figures", build.paths.figures), ("tables", build.paths.tables))
            for path in folder.iterdir()
            if path.suffix != ".md"
        },
    )
    files = [*packed_data(), *build.paths.processed.glob("*.csv")]
    archive(data, {path.relative_to(ROOT): path for path in files})
    shutil.copyfile(REFERENCES, site / REFERENCES.name)
    run = [build.paths.notebooks / f"{name}.ipynb" for name in notebooks()]
    archive(executed, {Path("notebooks") / path.name: path for path in run})


def archive(target: Path, files: dict[Path, Path]) -> None:
    """Pack files under the names given, in the order of these names.

    Parameters
    ----------
    target : Path
        Archive to write.
    files : dict of Path to Path
        Name within the archive, and the file; folders are passed over.
    """
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, path in sorted(files.items()):
            if path.is_file():
                entry = zipfile.ZipInfo(name.as_posix(), EPOCH)
                stored = path.suffix in PACKED
                entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                packed.writestr(entry, path.read_bytes(), compresslevel=LEVEL)
    write_whole(target, whole.getvalue())
