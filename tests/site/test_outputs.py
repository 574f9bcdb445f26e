import base64

import pytest

from nqpf.errors import StudyError
from nqpf.site.outputs import OutputFitter


def fitter(**kwargs):
    defaults = {
        "cite": lambda keys: f"({keys})",
        "name": "03_mechanisms",
        "rewrite": lambda url: url.replace("../figures/", "exhibits/figures/"),
        "claim_href": {"C022": ("06.html#C022", "a sentence")}.get,
        "exhibit_href": {"fig-02-3-elements": "02.html#fig-02-3-elements"}.get,
        "cell_href": lambda number, cell: f"{number}.html#cell-{cell}" if number == "03" else None,
        "verdicts": {"supported": "#1B8064", "not yet judged": "#8A949C"},
        "ledger": "",
        "linked_images": True,
    }
    return OutputFitter(**(defaults | kwargs))


def drawing(width="374.4pt", height="150pt"):
    svg = f'<svg width="{width}" height="{height}" viewBox="0 0 1 1"></svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def exhibit(source):
    return (
        f'<figure id="fig-03-1-x" style="margin:1em"><img src="{source}" alt="what is seen">'
        '<a href="../figures/fig-03-1-x.svg">svg</a></figure>'
    )


def rows(*cells):
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f'<figure id="tab-03-1-x"><table border="1"><tbody>{body}</tbody></table></figure>'


def test_a_figure_becomes_a_file_beside_the_page_with_its_size():
    html = fitter().fit(exhibit(drawing()))
    assert 'src="exhibits/figures/fig-03-1-x.svg"' in html
    assert 'width="499"' in html
    assert 'height="200"' in html
    assert "base64" not in html
    assert "style" not in html


def test_a_figure_travels_inside_where_the_site_holds_no_files():
    assert drawing() in fitter(linked_images=False).fit(exhibit(drawing()))


def test_an_image_without_words_is_refused():
    with pytest.raises(StudyError, match="03_mechanisms shows an image without alternative text"):
        fitter().fit('<img src="x.png">')


def test_styles_for_jupyterlab_go_but_the_side_of_a_column_stays():
    html = fitter().fit('<table><tr><td style="text-align:right;color:red">1</td></tr></table>')
    assert '<td class="right">1</td>' in html


def test_styles_inside_drawings_stay():
    html = fitter().fit('<svg><path style="fill:red"></path></svg>')
    assert 'style="fill:red"' in html


def test_a_bare_table_gets_a_region_of_its_own():
    html = fitter().fit(
        "<style>td {color: red}</style><table border='1'><tr><td>1</td></tr></table>"
    )
    assert html == '<div class="table-scroll"><table><tr><td>1</td></tr></table></div>'


def test_verdicts_claims_and_exhibits_that_fill_a_cell_are_more_than_words():
    html = fitter().fit(
        rows("<th>C022</th><td>not yet judged</td><td>fig-02-3-elements</td><td>C022 too</td>")
    )
    assert '<a class="claim" href="06.html#C022" title="a sentence">C022</a>' in html
    assert '<span class="verdict" style="--dot:#8A949C">not yet judged</span>' in html
    assert '<a class="exhibit-link" href="02.html#fig-02-3-elements">Figure 2.3</a>' in html
    assert "<td>C022 too</td>" in html


def test_rows_of_the_ledger_are_anchors():
    html = fitter(ledger="tab-03-1-x").fit(rows("<th>C022</th><td>supported</td>"))
    assert '<tr id="C022"><th>C022</th>' in html
    assert 'class="ledger"' in html


def test_an_exhibit_of_no_page_stays_a_word():
    assert "<td>fig-09-1-x</td>" in fitter().fit(rows("<td>fig-09-1-x</td>"))


def test_long_tables_scroll_in_height_and_long_columns_stay_wide():
    text = "word " * 20
    head = "<thead><tr><th>a</th><th>b</th></tr></thead>"
    body = "".join(f"<tr><td>1</td><td>{text}</td></tr>" for _ in range(31))
    html = fitter().fit(f"<table>{head}<tbody>{body}</tbody></table>")
    assert 'class="table-scroll tall"' in html
    assert '<th>a</th><th class="long">b</th>' in html


def test_the_ledger_leads_to_the_cell_that_judged():
    row = "<th>C022</th><td>03: judge</td>", "<th>C023</th><td>07: judge</td>"
    html = fitter(ledger="tab-03-1-x").fit(rows(*row))
    assert '<a class="cell-link" href="03.html#cell-judge">03: judge</a>' in html
    assert "<td>07: judge</td>" in html  # no such page
    assert "cell-link" not in fitter().fit(rows(*row))  # only in the ledger
