import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.report.latex import as_latex, latex
from nqpf.report.regression_tables import lay_out_regressions
from nqpf.report.tables import as_csv, as_html, lay_out

FRAME = pd.DataFrame(
    {
        "term": ["Index & co", "R&D_share"],
        "estimate": [0.123456789, -1234.5],
        "p": [0.0319, 0.0002],
        "year": [2013, 2022],
        "n": [12345, 31],
        "note": ["a", None],
    }
)


class Cells(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.cells, self.scopes, self._open = [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag in ("td", "th"):
            self.cells.append("")
            self.scopes.append(dict(attrs).get("scope"))
            self._open = True
        elif tag == "br" and self._open:
            self.cells[-1] += "\n"

    def handle_endtag(self, tag):
        self._open = self._open and tag not in ("td", "th")

    def handle_data(self, data):
        if self._open:
            self.cells[-1] += data


def test_columns_are_formatted_by_what_they_are():
    table = lay_out(FRAME, formats={"estimate": 2})
    assert table.heads == list(FRAME)
    assert table.rows == [
        ["Index & co", "0.12", "0.032", "2013", "12,345", "a"],
        ["R&D_share", "−1,234.50", "< 0.001", "2022", "31", "–"],
    ]
    assert table.align == ["left", "right", "right", "right", "right", "left"]


def test_columns_are_chosen_named_and_ordered():
    table = lay_out(FRAME, columns={"n": "Observations", "term": "Term"})
    assert table.heads == ["Observations", "Term"]
    assert table.rows[0] == ["12,345", "Index & co"]


def test_csv_keeps_every_digit():
    assert as_csv(FRAME).splitlines()[1] == "Index & co,0.123456789,0.0319,2013,12345,a"
    assert as_csv(FRAME.set_index("term")).splitlines()[0].startswith("term,estimate")


def test_html_scopes_every_heading_and_scrolls_in_a_named_region():
    html = as_html(lay_out(FRAME, columns=["term", "estimate"]), "tab-title")
    found = Cells(html)
    assert found.cells == ["term", "estimate", "Index & co", "0.1", "R&D_share", "−1,234.5"]
    assert found.scopes == ["col", "col", "row", None, "row", None]
    assert 'role="region" aria-labelledby="tab-title" tabindex="0"' in html


def test_groups_and_spans_have_their_own_headings():
    table = lay_out(
        FRAME.assign(part=["A", "B"]), ["term", "estimate", "p"], by="part",
        spans={"Effect": ["estimate", "p"]},
    )  # fmt: skip
    found = Cells(as_html(table, "t"))
    assert found.scopes.count("rowgroup") == 2
    assert found.scopes.count("colgroup") == 1
    text = as_latex(table, "t", "Title", "")
    assert r"\cmidrule(lr){2-3}" in text
    assert r"\multicolumn{3}{@{}l}{\textit{B}}" in text


def test_latex_is_escaped_and_has_as_many_cells_as_columns():
    text = as_latex(lay_out(FRAME), "tab-01-1-x", "50% & more", "note_1")
    assert r"\caption{50\% \& more}" in text
    assert r"\label{tab-01-1-x}" in text
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {len(re.findall(r"(?<!\\)&", line)) for line in body} == {len(FRAME.columns) - 1}
    assert "−" not in text


def test_latex_specials():
    assert latex("a_b {c} ~^\\ ≥ −1") == (
        r"a\_b \{c\} \textasciitilde{}\textasciicircum{}\textbackslash{} $\geq$ $-$1"
    )


@pytest.mark.parametrize(
    ("frame", "settings", "message"),
    [
        (FRAME.head(0), {}, "no rows"),
        (FRAME, {"columns": ["absent"]}, "no column 'absent'"),
        (FRAME, {"formats": {"absent": 1}}, "no column 'absent'"),
        (FRAME, {"formats": {"n": "stars"}}, "no format"),
    ],
)
def test_bad_tables_are_refused(frame, settings, message):
    with pytest.raises(StudyError, match=message):
        lay_out(frame, **settings)


ESTIMATES = pd.DataFrame(
    [
        ("(1)", "Index", 0.1234, 0.05, 0.02, 0.22, 0.0314),
        ("(2)", "Index", -0.2, 0.1, np.nan, np.nan, 0.0001),
        ("(2)", "Size", 1.0, 0.5, 0.0, 2.0, 0.05),
    ],
    columns=["specification", "term", "estimate", "se", "low", "high", "p"],
)


def test_estimates_stand_side_by_side_without_stars():
    fits = pd.DataFrame({"Observations": [300, 315], "R²": [0.31234, np.nan]}, index=["(1)", "(2)"])
    table = lay_out_regressions(ESTIMATES, fits, {"Index": "NQPF index", "Size": "Size"})
    assert table.heads == ["", "(1)", "(2)"]
    assert table.rows[0] == [
        "NQPF index",
        "0.123\n(0.050)\n[0.020, 0.220]\np = 0.031",
        "−0.200\n(0.100)\np < 0.001",
    ]
    assert table.rows[1][1] == ""
    assert table.rows[2:] == [["Observations", "300", "315"], ["R²", "0.312", "–"]]
    assert "*" not in as_latex(table, "t", "t", "n")


@pytest.mark.parametrize(
    ("estimates", "settings", "message"),
    [
        (ESTIMATES.drop(columns="se"), {}, "se is missing"),
        (pd.concat([ESTIMATES, ESTIMATES]), {}, "stands twice"),
        (ESTIMATES, {"terms": ["Absent"]}, "'Absent'"),
        (ESTIMATES, {"fits": pd.DataFrame({"N": [1]}, index=["(1)"])}, "no row for specification"),
    ],
)
def test_bad_estimates_are_refused(estimates, settings, message):
    with pytest.raises(StudyError, match=re.escape(message)):
        lay_out_regressions(estimates, **settings)
