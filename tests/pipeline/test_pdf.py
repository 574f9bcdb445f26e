import shutil

import pytest
from bs4 import BeautifulSoup

from nqpf.errors import StudyError
from pipeline import pdf

PAGE = """<!doctype html><html><head><link rel="stylesheet" href="assets/nqpf.css">
<script src="assets/nqpf.js"></script></head><body><header>no</header><main id="main">
<h1 id="top">{name}</h1><a href="{other}.html#fig">there</a><a href="#top">here</a>
<a href="https://example.org">out</a><img src="exhibits/figures/a.svg" loading="lazy"
alt="x"><figure id="fig" aria-labelledby="fig-title"></figure></main></body></html>"""


@pytest.fixture
def pages(tmp_path):
    found = []
    for name, other in (("one", "two"), ("two", "one")):
        found.append(tmp_path / f"{name}.html")
        found[-1].write_text(PAGE.format(name=name, other=other), encoding="utf-8")
    return found


def test_pages_become_one_document_whose_links_stay_within(pages):
    whole = BeautifulSoup(pdf.one_document(pages, "site"), "html.parser")
    assert [head.get_text() for head in whole.find_all("h1")] == ["one", "two"]
    assert [link["href"] for link in whole.find_all("a")] == [
        "#p1-fig", "#p0-top", "https://example.org", "#p0-fig", "#p1-top", "https://example.org",
    ]  # fmt: skip
    ids = [tag["id"] for tag in whole.find_all(id=True)]
    assert len(ids) == len(set(ids)) == 6
    assert whole.find("figure")["aria-labelledby"] == "p0-fig-title"
    assert whole.find("img")["src"] == "site/exhibits/figures/a.svg"
    assert whole.find("link")["href"] == "site/assets/nqpf.css"
    assert whole.find("script") is None
    assert whole.find("header") is None


def test_without_a_browser_a_sentence_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("NQPF_CHROMIUM", raising=False)
    monkeypatch.setattr(pdf, "BROWSERS", ("no-such-browser",))
    with pytest.raises(StudyError, match="Chromium, which is not on this machine; install it"):
        pdf.print_supplement(tmp_path, tmp_path / "x.pdf")


def test_a_site_that_is_not_built_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "browser", lambda: "chromium")
    with pytest.raises(StudyError, match=r"index.html is not built yet; run `make` first"):
        pdf.print_supplement(tmp_path, tmp_path / "x.pdf")


def test_the_browser_prints_one_pdf(pages, tmp_path, monkeypatch):
    if not any(map(shutil.which, pdf.BROWSERS)):
        pytest.skip("no Chromium on this machine")
    monkeypatch.setattr(pdf, "notebooks", lambda: ["one", "two"])
    (tmp_path / "index.html").write_text(pages[0].read_text())
    target = pdf.print_supplement(tmp_path, tmp_path / "supplement.pdf")
    content = target.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert not list(tmp_path.glob("supplement.html"))
