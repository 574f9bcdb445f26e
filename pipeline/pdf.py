"""One PDF of the whole supplement: all pages in one document, printed by headless Chromium.

Usage: `python -m pipeline.pdf` after a build; `make pdf` does both. The browser is the machine's
own (NQPF_CHROMIUM, or one on the path); the study itself needs none.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from nqpf.errors import StudyError
from nqpf.files import write_whole
from pipeline.config import current_build, notebooks

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 300
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-sandbox",  # pages are our own files, and containers run as root
    "--disable-background-networking",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--virtual-time-budget=20000",
)
ADDRESSES = ("href", "src")


def main() -> int:
    """Write the PDF of the study that is built; 0 written, 1 not."""
    try:
        build = current_build()
        print(f"wrote {print_supplement(build.paths.site, build.paths.root / 'supplement.pdf')}")
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def browser() -> str:
    """Program that prints.

    Raises
    ------
    StudyError
        If there is none on this machine.
    """
    program = os.environ.get("NQPF_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), "")
    if not program or not shutil.which(program):
        raise StudyError(
            "`make pdf` prints with Chromium, which is not on this machine; install it (on Debian: "
            "apt-get install chromium), name one by NQPF_CHROMIUM=, or print pages from a browser"
        )
    return program


def print_supplement(site: Path, target: Path) -> Path:
    """Print all pages of a built site into one PDF.

    Parameters
    ----------
    site : Path
        Built site.
    target : Path
        PDF to write.

    Raises
    ------
    StudyError
        If the site is not built, no browser is there or it does not print.
    """
    program = browser()
    pages = [site / name for name in ("index.html", *(f"{name}.html" for name in notebooks()))]
    if lost := [page.name for page in pages if not page.is_file()]:
        raise StudyError(f"{lost[0]} is not built yet; run `make` first")
    whole = target.with_suffix(".html")
    partial = target.with_name(f".{target.name}.partial")
    write_whole(whole, one_document(pages, os.path.relpath(site, whole.parent)))
    command = [program, *FLAGS, f"--print-to-pdf={partial}", whole.resolve().as_uri()]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise StudyError(f"{program} did not print within {SECONDS} seconds") from None
    finally:
        whole.unlink()
    if done.returncode or not partial.is_file():
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise StudyError(f"{program} did not print the supplement: {' '.join(said)}")
    partial.replace(target)
    return target


def one_document(pages: list[Path], site: str) -> str:
    """All pages as one html document, with their links turned into links within it.

    Parameters
    ----------
    pages : list of Path
        Pages of the site in reading order; the first gives the head.
    site : str
        Where the site is, seen from the document.
    """
    names = {page.name: f"p{place}" for place, page in enumerate(pages)}
    whole = BeautifulSoup(pages[0].read_text(encoding="utf-8"), "html.parser")
    for script in whole.find_all("script"):
        script.decompose()
    body = whole.body
    body.clear()
    body["class"] = ["page", "supplement"]
    for page in pages:
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        main = soup.find("main")
        for tag in [main, *main.find_all(True)]:
            _relocate(tag, page.name, names, site)
        main.name = "section"
        main["class"] = ["chapter-page"]
        body.append(main)
    for tag in whole.head.find_all("link", href=True):
        tag["href"] = f"{site}/{tag['href']}"
    return str(whole)


def _relocate(tag: Tag, page: str, names: dict[str, str], site: str) -> None:
    """Give ids a prefix of their page, and lead links to where things are now."""
    if tag.get("id"):
        tag["id"] = f"{names[page]}-{tag['id']}"
    for name in ("aria-labelledby", "for"):
        if tag.get(name):
            tag[name] = f"{names[page]}-{tag[name]}"
    for name in ADDRESSES:
        address = tag.get(name, "")
        if not address or ":" in address.partition("/")[0]:
            continue
        path, _, anchor = address.partition("#")
        if (path or page) in names:
            tag[name] = f"#{names[path or page]}-{anchor or 'main'}"
        else:
            tag[name] = f"{site}/{address}"
    if tag.get("loading"):
        del tag["loading"]


if __name__ == "__main__":
    sys.exit(main())
