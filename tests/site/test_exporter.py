import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from nqpf.errors import StudyError
from nqpf.site import render_page
from tests.site.sample import EXHIBITS, PAGES, SITE, introduction, notebook


def test_page_is_the_same_twice_and_knows_no_clock(render):
    once = render(introduction())
    assert render(introduction()) == once
    assert not re.search(r"20\d\d-\d\d-\d\d|T\d\d:\d\d", once)


def test_the_random_id_that_papermill_gives_is_not_on_the_page(render):
    assert "xyz" not in render(introduction())


def test_nothing_is_asked_of_another_host(render):
    html = render(introduction())
    loaded = re.findall(r'<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="([^"]*)"', html)
    assert loaded
    assert not [address for address in loaded if re.match(r"(?:[a-z]+:)?//", address)]
    for foreign in ("cdnjs", "mathjax", "require.js", "unpkg", "jquery"):
        assert foreign not in html.lower()


def test_navigation_knows_the_page_its_neighbours_and_its_sections(render):
    page = BeautifulSoup(render(introduction()), "html.parser")
    assert page.select_one("nav [aria-current=page]")["href"] == "01_introduction.html"
    sections = [(link["href"], link.decode_contents()) for link in page.select(".sections a")]
    assert sections == [("#the-data", "The data"), ("#which-years", "Which <em>years</em>")]
    assert page.select_one("[rel=prev]")["href"] == "index.html"
    assert page.select_one("[rel=next]")["href"] == "02_ledger.html"
    assert page.select_one(".nav-label").get_text() == "Appendix"
    chapters = [link["href"] for link in page.select("nav .chapter")]
    assert chapters == [link.href for link in PAGES]


def test_parameters_are_a_table_with_what_they_would_have_been(render):
    html = render(introduction())
    assert "<code>draws</code>" in html
    assert "<code>99</code>" in html
    assert "default <code>999</code>" in html
    assert "of the bootstrap" in html
    assert html.count("Parameters of this run") == 1


def test_code_that_shows_nothing_folds_together_with_the_next_that_does(render):
    html = render(introduction())
    first = html.split('<details class="code">')[1].split("</details>")[0]
    assert re.findall(r'id="(cell-\w+)"', first) == ["cell-imports", "cell-load", "cell-fig"]
    assert "of 3 cells" in first
    assert html.count('<details class="code">') == html.count("</details>") - 1  # parameters


def test_code_is_coloured(render):
    assert '<span class="kn">import</span>' in render(introduction())


def test_figures_are_files_beside_the_page(render):
    html = render(introduction())
    assert 'src="exhibits/figures/fig-01-1-disc.svg"' in html
    assert "image/png" not in html
    assert 'href="exhibits/tables/tab-01-1-wide.csv"' in html
    assert 'src="data:image/svg+xml' in render(introduction(), exhibits={})


def test_links_to_notebooks_become_links_to_pages(render):
    assert 'href="02_ledger.html#C003"' in render(introduction())


def test_notes_stand_at_the_end(render):
    html = render(introduction())
    assert html.index('<li id="note-1">A note about') > html.index('id="cell-print"')


def test_claims_lead_to_the_ledger(render):
    html = render(introduction())
    assert '<a class="claim" href="02_ledger.html#C002" title="Sentence of claim 2.">' in html


def test_texts_of_the_build_are_escaped(render):
    site = type(SITE)("A < B & C", "X", "s", "p<q.yml")
    html = render(introduction(), site=site)
    assert "A &lt; B &amp; C" in html
    assert "<code>p&lt;q.yml</code>" in html


def test_what_is_printed_is_shown_and_the_value_of_a_last_line_is_not(render):
    said = new_output("stream", name="stdout", text="<Fit n=21>")
    value = new_output("execute_result", data={"text/plain": "9999"})
    html = render(notebook(new_code_cell("fit", id="a", outputs=[said, value])))
    assert '<pre class="plain stdout">&lt;Fit n=21&gt;' in html
    assert "9999" not in html


@pytest.mark.parametrize("kind", ["image/png", "image/svg+xml"])
def test_a_bare_image_is_refused(render, kind):
    image = new_output("display_data", data={kind: "aGVsbG8=", "text/plain": "x"})
    with pytest.raises(StudyError, match=r"save_figure"):
        render(notebook(new_code_cell("plot()", id="a", outputs=[image])))


def test_a_notebook_that_failed_is_not_published(render):
    error = new_output("error", ename="ValueError", evalue="no data", traceback=[])
    with pytest.raises(StudyError, match="01_introduction ended with ValueError: no data"):
        render(notebook(new_code_cell("fail()", id="a", outputs=[error])))


def test_a_refused_page_leaves_the_old_one(render, tmp_path):
    render(introduction())
    page = tmp_path / "site" / PAGES[0].href
    before = page.read_bytes()
    with pytest.raises(StudyError, match="no text"):
        render(notebook(new_markdown_cell("Text.[^gone]", id="a")))
    assert page.read_bytes() == before
    assert [path.name for path in page.parent.iterdir()] == [page.name]


def test_an_unknown_page_is_refused(tmp_path):
    source = tmp_path / "in.ipynb"
    nbformat.write(introduction(), source)
    with pytest.raises(StudyError, match=r"other\.html is not a page of the site"):
        render_page(source, tmp_path / "other.html", pages=PAGES, site=SITE, exhibits=EXHIBITS)
