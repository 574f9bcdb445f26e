import re

import pytest
from bs4 import BeautifulSoup

from nqpf.errors import StudyError
from nqpf.site import render_index
from tests.site.sample import COLOURS, PAGES, SITE


@pytest.fixture
def front(sample):
    return (sample / "index.html").read_text(encoding="utf-8")


def test_every_chapter_is_linked_with_its_summary(front):
    for link in PAGES:
        assert f'class="card" href="{link.href}"' in front
        assert link.summary in front


def test_verdicts_are_counted_and_empty_ones_left_out(front):
    page = BeautifulSoup(front, "html.parser")
    rows = page.select(".verdict-counts li")
    assert [row.get_text(" ", strip=True) for row in rows] == [
        "20 supported",
        "12 contradicted",
        "8 inconclusive",
    ]
    assert [row.select_one(".verdict")["style"] for row in rows] == [
        f"--dot:{colour}" for colour in COLOURS.values()
    ]
    assert "not yet judged" not in front
    assert "Verdicts on 37 claims of the paper and 3 alleged slips" in front
    assert 'href="02_ledger.html#tab-02-1-ledger"' in front


def test_findings_say_what_where_and_how_sure(front):
    assert '<span class="value">5th</span>' in front
    assert 'href="01_introduction.html">rank of the case</a>' in front
    assert '<span class="note">of 30</span>' in front


def test_downloads_say_how_large_they_are(front):
    assert '<a href="exhibits.zip">All exhibits</a> <span class="size">2.4 MB</span>' in front


def test_exhibits_are_listed_under_their_chapter(front):
    assert '<a href="01_introduction.html#fig-01-1-disc">Figure 1.1</a> A disc' in front
    assert "1 exhibit<" in front


def test_assets_are_local_and_light(sample):
    assets = {path.name: path.stat().st_size for path in (sample / "assets").iterdir()}
    assert {"nqpf.css", "nqpf.js", "tools.js", "search.js", "OFL.txt"} <= set(assets)
    assert sum(assets.values()) < 300_000
    style = (sample / "assets" / "nqpf.css").read_text(encoding="utf-8")
    for address in re.findall(r"url\(\"?([^\")]+)", style):
        assert address in assets


def test_scripts_and_styles_name_no_other_host(sample):
    for path in (sample / "assets").glob("nqpf.*"):
        assert not re.search(r"https?://", path.read_text(encoding="utf-8"))


def test_a_verdict_without_a_colour_is_refused(tmp_path):
    with pytest.raises(StudyError, match="'odd' has no colour"):
        render_index(
            tmp_path / "index.html",
            pages=PAGES,
            site=SITE,
            lead="",
            findings=[],
            verdicts={"odd": 1},
            alleged=0,
            colours=COLOURS,
            downloads=[],
        )
