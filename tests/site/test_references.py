import re
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell

from nqpf.errors import StudyError
from nqpf.paths import NOTEBOOKS
from nqpf.site.references import CITATION, REFERENCES, Citations, formatted
from tests.site.sample import notebook

BIB = """
@book{one, author = {Doe, Jane}, title = {A {GDP} of Words}, publisher = {P}, year = {1999}}
@article{many, author = {F{\\"a}re, Rolf and B, C and D, E and G, H}, title = {T}, journal = {J},
  year = {1994}}
@misc{undated, author = {Luo, Zhixin and Hu, Pengfei}, title = {U}}
"""


@pytest.fixture
def cited(tmp_path):
    file = tmp_path / "own.bib"
    file.write_text(BIB, encoding="utf-8")
    return Citations("03_mechanisms", file)


def test_a_citation_says_author_and_year_and_leads_to_its_entry(cited):
    assert cited.cite("@one") == '(<a class="citation-link" href="#ref-one">Doe 1999</a>)'
    assert ">1999</a>" in cited.cite("-@one")
    both = cited.cite("@many; @undated")
    assert ">Färe et al. 1994</a>; " in both
    assert ">Luo and Hu</a>)" in both


def test_what_was_cited_is_listed_by_author_and_nothing_else(cited):
    assert cited.listed() == []
    cited.cite("@many")
    cited.cite("@one")
    listed = cited.listed()
    assert [one.anchor for one in listed] == ["ref-one", "ref-many"]
    assert "<em>A GDP of Words</em>" in listed[0].html
    assert "Färe" in listed[1].html
    assert "{" not in listed[1].html


def test_an_unknown_key_is_an_error(cited):
    with pytest.raises(StudyError, match=r"03_mechanisms cites \[@other\], which own.bib"):
        cited.cite("@one; @other")


def test_a_page_shows_citations_and_their_list(render):
    html = render(notebook(new_markdown_cell("# 1 A\n\nInequality [@theil1967] is old.", id="a")))
    assert 'Inequality (<a class="citation-link" href="#ref-theil1967">Theil 1967</a>) is' in html
    assert '<li id="ref-theil1967">Henri Theil.' in html
    assert ">References</h2>" in html


def test_a_page_without_citations_has_no_list(render):
    assert ">References</h2>" not in render(notebook(new_markdown_cell("# 1 A\n\n[x]", id="a")))


def test_every_entry_of_the_study_can_be_written_and_is_whole():
    for key, text in formatted(REFERENCES).items():
        assert re.search(r"\b(1[89]|20)\d\d\b", text) or key == "luo_hu", key
        assert "bibtex" not in text


def test_every_key_of_the_notebooks_is_known():
    known = set(formatted(REFERENCES))
    for path in sorted(Path(NOTEBOOKS).glob("*.ipynb")):
        for match in re.finditer(CITATION, path.read_text(encoding="utf-8")):
            keys = {key.strip().lstrip("-@") for key in match["citation_keys"].split(";")}
            assert keys <= known, path.name
