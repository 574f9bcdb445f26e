"""Every page says what it was made from, and says it anew without being rendered anew."""

import json

import pytest

from nqpf.errors import StudyError
from nqpf.report.language import catalogue
from pipeline.commit import Commit
from pipeline.config import EXHIBITS_FILE
from pipeline.provenance import Provenance
from pipeline.stamp import stamp, stamped
from tests.site.sample import build_sample

ID = "0123456789abcdef0123456789abcdef01234567"


def made_from(state, identity=ID):
    return Provenance(
        study="default",
        version="0.1.0",
        commit=Commit(identity, state),
        parameters={"params/default.yml": "a" * 64},
        environment={"requirements.lock": "b" * 64},
        data={"data/SHA256SUMS": "c" * 64, "data/raw/x.csv": "d" * 64},
    )


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Pages as they were rendered."""
    folder = tmp_path_factory.mktemp("pages")
    build_sample(folder)
    folder = folder / "site"
    (folder / EXHIBITS_FILE).write_text('[{"exhibit": "fig-01-1-x", "files": {}}]')
    return sorted([*folder.glob("*.html"), folder / EXHIBITS_FILE])


def said(page):
    """Words of the page's provenance, without tags."""
    from bs4 import BeautifulSoup

    (place,) = BeautifulSoup(page, "html.parser").select(".colophon dl")
    return {row.dt.get_text(): row.dd.get_text() for row in place.select("div")}


@pytest.mark.parametrize(
    ("state", "identity", "words"),
    [
        ("committed", ID, "0123456789ab"),
        ("changed", ID, "0123456789ab, with changes that are not committed"),
        ("archived", ID, "0123456789ab, as its archive says"),
        ("unknown", "", "not from a known commit"),
    ],
)
def test_every_page_says_its_commit_and_hashes(rendered, state, identity, words):
    pages = [path for path in rendered if path.suffix == ".html"]
    assert len(pages) > 3
    for path in pages:
        page = stamped(path.read_text(encoding="utf-8"), made_from(state, identity))
        assert said(page) == {
            "commit": words,
            "parameters": "a" * 12,
            "data": "c" * 12,
            "environment": "b" * 12,
        }
        assert (f'title="{ID}"' in page) == bool(identity)
        assert 'title="' + "a" * 64 in page
        assert "data-when" not in page


def test_a_page_without_a_place_for_it_is_refused():
    with pytest.raises(StudyError, match="has no <dl"):
        stamped("<p>nothing</p>", made_from("committed"))


def test_what_a_notebook_shows_is_not_taken_for_the_place(rendered):
    page = next(path for path in rendered if path.suffix == ".html").read_text(encoding="utf-8")
    shown = '<template data-when="changed">x</template><code data-hash="commit"></code>'
    page = page.replace("<main", f"{shown}<main", 1)
    assert shown in stamped(page, made_from("committed"))


def test_only_what_is_said_anew_is_written(rendered, tmp_path):
    stamp(rendered, tmp_path / "site", made_from("committed"))
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "site").iterdir()}
    assert set(before) == {path.name for path in rendered}
    stamp(rendered, tmp_path / "site", made_from("committed"))
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "site").iterdir()}
    assert after == before
    stamp(rendered, tmp_path / "site", made_from("changed"))
    for path in (tmp_path / "site").glob("*.html"):
        assert "not committed" in path.read_text(encoding="utf-8")


def test_programs_read_the_same_beside_every_exhibit(rendered, tmp_path):
    stamp(rendered, tmp_path, made_from("changed"))
    listed = json.loads((tmp_path / EXHIBITS_FILE).read_text(encoding="utf-8"))
    assert listed["commit"] == {"id": ID, "state": "changed"}
    assert listed["data"]["data/raw/x.csv"] == "d" * 64
    assert listed["exhibits"] == [{"exhibit": "fig-01-1-x", "files": {}}]


def test_the_commit_is_part_of_what_the_graph_compares():
    digests = {made_from("committed").digest(), made_from("changed").digest(),
               made_from("committed", "f" * 40).digest()}  # fmt: skip
    assert len(digests) == 3


def test_its_words_are_known_in_chinese():
    assert catalogue("zh").text("with changes that are not committed") != (
        "with changes that are not committed"
    )
