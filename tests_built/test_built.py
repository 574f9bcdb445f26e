"""What the last `make` left behind: complete, not empty, linked, and the README agrees."""

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from nqpf.files import sha256
from nqpf.report import load_labels
from nqpf.report.language import catalogue
from nqpf.report.latex import CHINESE
from pipeline.config import (
    EXHIBITS_FILE,
    EXHIBITS_PAGE,
    current_build,
    declared,
    notebooks,
)
from pipeline.readme import PAGES as DOCUMENTS
from pipeline.readme import rendered
from pipeline.words import lacking

BUILD = current_build()
SITE = BUILD.paths.site
SMALLEST = 400  # bytes; no figure, table or page is smaller


class Links(HTMLParser):
    """Collects links, anchors, images and what they would load."""

    def __init__(self):
        super().__init__()
        self.hrefs, self.ids, self.images, self.loads = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids.add(attributes["id"])
        if tag == "a" and "href" in attributes:
            self.hrefs.append(attributes["href"])
        if tag == "img":
            self.images.append(attributes)
        if tag in ("script", "img", "iframe", "source") and "src" in attributes:
            self.loads.append(attributes["src"])
        if tag == "link" and "href" in attributes:
            self.loads.append(attributes["href"])


@cache
def parsed(path: Path) -> Links:
    links = Links()
    links.feed(path.read_text(encoding="utf-8"))
    return links


PAGES = ["index.html", *(f"{name}.html" for name in notebooks())]


@pytest.mark.parametrize("name", notebooks())
def test_every_declared_exhibit_is_there_and_not_empty(name):
    files = declared(name, BUILD).files(BUILD.paths)
    assert files, f"{name} makes nothing"
    for path in files.values():
        if path.suffix == ".csv":
            head, *rows = path.read_text(encoding="utf-8").splitlines()
            assert head
            assert rows, path
        else:
            assert path.stat().st_size > SMALLEST, path


def test_there_are_at_least_a_dozen_figures():
    figures = [figure for name in notebooks() for figure in declared(name, BUILD).figures]
    assert len(figures) >= 12


def test_the_folders_hold_nothing_that_is_not_declared():
    expected = {path.name for name in notebooks() for path in
                declared(name, BUILD).files(BUILD.paths).values()}  # fmt: skip
    found = {
        path.name
        for folder in (BUILD.paths.figures, BUILD.paths.tables)
        for path in folder.iterdir()
        if path.name != "README.md"
    }
    assert found == expected


@pytest.mark.parametrize("page", PAGES)
class TestPage:
    def test_every_link_resolves(self, page):
        links = parsed(SITE / page)
        assert links.hrefs
        for href in links.hrefs:
            if re.match(r"[a-z]+:", href):
                continue
            target, _, anchor = href.partition("#")
            path = SITE / target if target else SITE / page
            assert path.exists(), f"{page} links to {href}"
            if anchor:
                assert anchor in parsed(path).ids, f"{page} links to {href}"

    def test_nothing_is_loaded_from_another_host(self, page):
        for source in parsed(SITE / page).loads:
            assert source.startswith("data:") or (SITE / source).exists(), source

    def test_every_image_has_words(self, page):
        for image in parsed(SITE / page).images:
            assert len(image.get("alt", "")) >= 40

    def test_is_not_too_heavy(self, page):
        assert SMALLEST < (SITE / page).stat().st_size < 2_500_000

    def test_shows_no_error_and_no_path_of_this_machine(self, page):
        text = (SITE / page).read_text(encoding="utf-8")
        assert "Traceback" not in text
        assert str(SITE.parents[1]) not in text


def test_the_front_page_links_every_chapter():
    hrefs = parsed(SITE / "index.html").hrefs
    for name in notebooks():
        assert f"{name}.html" in hrefs


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.name)
def test_the_readme_says_what_the_build_found(page):
    assert page.read_text(encoding="utf-8") == rendered(page), "run `make readme` and commit"


def test_every_label_that_exhibits_show_has_its_chinese():
    labels = [label for labels in load_labels(BUILD.study).values() for label in labels]
    assert labels
    assert lacking(labels, catalogue("zh")) == [], "`make words` prints lines to fill in"


@pytest.mark.parametrize("path", sorted(BUILD.paths.tables.glob("*.tex")), ids=lambda p: p.stem)
def test_latex_is_balanced_and_holds_only_what_latex_reads(path):
    text = path.read_text(encoding="utf-8")
    opened = re.findall(r"\\begin\{(\w+)\}", text)
    closed = re.findall(r"\\end\{(\w+)\}", text)
    assert sorted(opened) == sorted(closed)
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")
    allowed = {"é", "ö", "ü", "ä", "Ø", "ø", "ć"}
    foreign = {c for c in text if ord(c) > 126} - allowed
    assert not {c for c in foreign if not CHINESE.match(c)}
    assert "ctex" in text or not foreign
    cells = {
        len(re.findall(r"(?<!\\)&", line))
        for line in text.splitlines()
        if line.endswith(r"\\") and "multicolumn" not in line and "caption" not in line
    }
    assert len(cells) == 1, f"{path.name}: rows differ in their number of cells"


def test_figures_are_lettered_in_the_studys_own_fonts():
    # a fallback comes from wherever matplotlib stands, and so would the order in the file
    others = {
        path.name: sorted(names)
        for path in BUILD.paths.figures.glob("*.pdf")
        if (
            names := {
                name
                for name in re.findall(rb"/BaseFont /[A-Z]{6}\+(\w+)", path.read_bytes())
                if not name.startswith(b"Compendium")
            }
        )
    }
    assert others == {}


HEAVIEST_PAGE = 1_500_000  # bytes with all that the page loads but the shared assets
HEAVIEST_ASSETS = 300_000


@pytest.mark.parametrize("page", PAGES)
def test_a_page_with_its_pictures_is_light(page):
    pictures = {source for source in parsed(SITE / page).loads if not source.startswith("data:")}
    own = [SITE / source for source in pictures if not source.startswith("assets/")]
    weight = (SITE / page).stat().st_size + sum(path.stat().st_size for path in own)
    assert weight < HEAVIEST_PAGE, f"{page} weighs {weight:,} bytes"


def test_shared_assets_are_light():
    weight = sum(path.stat().st_size for path in (SITE / "assets").iterdir())
    assert weight < HEAVIEST_ASSETS, f"assets weigh {weight:,} bytes"


def test_the_list_for_programs_has_the_hash_of_every_file():
    listed = json.loads((SITE / EXHIBITS_FILE).read_text(encoding="utf-8"))
    folders = {"figure": BUILD.paths.figures, "table": BUILD.paths.tables}
    found = {}
    for one in listed["exhibits"]:
        for name, digest in one["files"].items():
            found[name] = digest
            assert sha256(folders[one["kind"]] / name) == digest
            copy = SITE / "exhibits" / f"{one['kind']}s" / name
            assert sha256(copy) == one["copies_in_site"].get(name, digest)
        assert set(one["data"]) <= set(listed["data"]), one["exhibit"]
    others = {name for entry in notebooks() for name in declared(entry, BUILD).others}
    declared_files = {name for entry in notebooks() for name in
                      declared(entry, BUILD).files(BUILD.paths)}  # fmt: skip
    assert set(found) == declared_files - others


@pytest.mark.parametrize("name", [*PAGES, EXHIBITS_PAGE])
def test_every_page_says_what_it_was_made_from(name):
    page = (SITE / name).read_text(encoding="utf-8")
    listed = json.loads((SITE / EXHIBITS_FILE).read_text(encoding="utf-8"))
    for digest in (*listed["parameters"].values(), *listed["environment"].values()):
        assert f'title="{digest}"' in page
    assert "data-when" not in page
    assert "data-hash" not in page
