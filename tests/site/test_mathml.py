import pytest

from nqpf.errors import StudyError
from nqpf.site import mathml
from nqpf.site.markdown import PageText

pytest.importorskip("math_core", reason="formulas need the package math-core")


def test_inline_and_display_differ():
    assert mathml.inline("x_i").startswith("<math>")
    assert '<div class="equation"><math display="block">' in mathml.display("x_i")


def test_environments_are_rows_of_a_table():
    html = PageText("x").to_html("\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}")
    assert html.count("<mtr>") == 2
    assert "&amp;=" in html.split("<annotation")[1]
    assert "&=" not in html


def test_the_tex_stays_with_the_formula():
    assert '<annotation encoding="application/x-tex">\\alpha' in mathml.inline("\\alpha")


def test_dollars_in_code_are_no_formula():
    assert "<math" not in PageText("x").to_html("`$x$` costs \\$5")


def test_broken_tex_is_named():
    with pytest.raises(StudyError, match=r"the formula '\\frac\{a' cannot be read"):
        mathml.inline("\\frac{a")


def test_the_same_formula_gives_the_same_bytes():
    tex = "\\begin{equation} a = b \\end{equation}"
    assert mathml.display(tex) == mathml.display(tex)
