import pytest

from nqpf.errors import StudyError
from nqpf.site.markdown import PageText


def page(**kwargs):
    return PageText("03_mechanisms", **kwargs)


def test_headings_get_readable_anchors_without_their_numbers():
    text = page()
    html = text.to_html("## 3.1 Who is *compared*?")
    assert '<h2 id="who-is-compared">' in html
    assert '<span class="heading-number">3.1</span> Who is <em>compared</em>?' in html
    assert [(one.level, one.number) for one in text.contents()] == [(2, "3.1")]


def test_equal_headings_of_different_cells_get_different_anchors():
    text = page()
    text.to_html("## Data")
    assert 'id="data-2"' in text.to_html("## Data")


def test_contents_leave_out_the_title_and_what_is_deep():
    text = page()
    text.to_html("# 3 Title\n\n## A\n\n### B\n\n#### C")
    assert [one.html for one in text.contents()] == ["A", "B"]


def test_links_in_headings_are_not_carried_into_the_contents():
    text = page()
    html = text.to_html("## See [there](x.html)")
    assert [one.html for one in text.contents()] == ["See there"]
    assert 'href="x.html"' not in html


def test_notes_are_numbered_by_first_use_over_the_whole_page():
    text = page()
    text.collect_notes(["[^b]: second text\n[^a]: first\n    text"])
    html = text.to_html("One.[^a]") + text.to_html("Two.[^b] Again.[^a]")
    assert html.count('href="#note-1"') == 2
    assert html.count('id="note-1-back"') == 1
    assert 'href="#note-2"' in html
    assert text.notes() == ["first text", "second text"]


def test_definitions_of_notes_are_not_shown_in_place():
    text = page()
    text.collect_notes(["[^a]: hidden"])
    assert "hidden" not in text.to_html("Text.[^a]\n\n[^a]: hidden\n")


def test_a_note_without_text_is_refused_by_name():
    text = page()
    text.collect_notes(["[^known]: text"])
    with pytest.raises(StudyError, match=r"03_mechanisms.*\[\^gone\].*known"):
        text.to_html("Text.[^gone]")


def test_two_notes_of_one_key_are_refused():
    with pytest.raises(StudyError, match="twice"):
        page().collect_notes(["[^a]: one", "[^a]: two"])


def test_claims_lead_to_the_ledger_except_in_code_and_links():
    known = {"C022": ("06.html#C022", 'says "so"')}
    text = page(claim_href=known.get)
    html = text.to_html("C022, `C022`, [C022](x.html) and C999.")
    assert html.count('href="06.html#C022"') == 1
    assert 'title="says &quot;so&quot;"' in html
    assert "<code>C022</code>" in html
    assert '<a href="x.html">C022</a>' in html
    assert html.count("C999") == 1


def test_links_are_rewritten():
    text = page(rewrite=lambda url: url.replace(".ipynb", ".html"))
    assert 'href="02.html"' in text.to_html("[two](02.ipynb)")


def test_an_image_needs_words():
    with pytest.raises(StudyError, match=r"a\.png has no alternative text"):
        page().to_html("![](a.png)")
    assert 'alt="a picture"' in page().to_html("![a picture](a.png)")


def test_tables_scroll_inside_their_own_region():
    html = page().to_html("| a | b |\n| --- | --: |\n| 1 | 2 |")
    assert html.startswith('<div class="table-scroll"><table>')
    assert html.count("<table>") == 1
