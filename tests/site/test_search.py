import base64
import json
import zlib

import pytest

from nqpf.site import PageLink, entries_of


@pytest.fixture
def entries(sample):
    script = (sample / "assets" / "search.js").read_text(encoding="utf-8")
    packed = script.removeprefix('window.nqpfSearch = "').removesuffix('";\n')
    index = json.loads(zlib.decompress(base64.b64decode(packed)))
    pages = index["pages"]
    return [
        {"page": pages[page][1], "href": f"{pages[page][0]}#{anchor}".rstrip("#"), "title": title,
         "text": text}
        for page, anchor, title, text in index["entries"]
    ]  # fmt: skip


def test_sections_carry_their_text(entries):
    found = [one for one in entries if one["href"] == "01_introduction.html#the-data"]
    assert found == [
        {
            "page": "1 Introduction",
            "href": "01_introduction.html#the-data",
            "title": "1.1 The data",
            "text": found[0]["text"],
        }
    ]
    assert found[0]["text"].startswith("Text.")


def test_exhibits_are_found_by_caption_and_by_what_they_show(entries):
    (one,) = [one for one in entries if one["href"].endswith("#fig-01-1-disc")]
    assert one["title"] == "Figure 1.1. A disc"
    assert "A caption about it." in one["text"]
    assert "red disc" in one["text"]


def test_claims_are_found_in_the_ledger(entries):
    (one,) = [one for one in entries if one["href"] == "02_ledger.html#C007"]
    assert one["title"] == "C007"
    assert "Sentence of claim 7." in one["text"]


def test_code_and_parameters_are_not_searched(entries):
    assert not [one for one in entries if "import pandas" in one["text"]]
    assert not [one for one in entries if "bootstrap" in one["text"]]


def test_text_after_an_exhibit_belongs_to_its_section():
    html = (
        '<main><h2 id="a">A</h2><p>one</p><figure id="f"><p class="exhibit-title">F</p></figure>'
        "<p>two</p></main>"
    )
    found = entries_of(html, PageLink("01", "p.html", "P", ""))
    assert {one["href"]: one["text"] for one in found} == {"p.html#a": "one two", "p.html#f": ""}
