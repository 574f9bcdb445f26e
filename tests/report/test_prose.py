import pytest

from nqpf.errors import StudyError
from nqpf.report.facts import make_fact
from nqpf.report.prose import Prose, check_no_typed_number, fill


@pytest.mark.parametrize(
    "text",
    [
        "Claims C022 and X009 rest on §3.1 and on CO2, SO2, PM2.5 and R&D.",
        "The file `panel_2018.csv` and [its source](https://example.org/2018/09.html).",
        "See fig-03-2-paths and @hansen1999 on appendix A2.",
        "1. first\n2. second",
        "The estimate $\\beta_1 x^2$ is {share:.2f}.",
        "No number at all.",
    ],
)
def test_names_with_digits_are_no_numbers(text):
    check_no_typed_number(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Guangdong ranks 3 of {n}.", "3"),
        ("It rose in 2013.", "2013."),
        ("from 0.5 to {high}", "0.5"),
        ("about 12,000 firms", "12,000"),
        ("a 5-year mean", "5"),
        ("the pre-2015 years", "2015"),
        ("$x = 3$", "3"),
        ("{share} of 21 cities", "21"),
        ("growth of 10%", "10"),
        ("in FY2023", "2023"),
    ],
)
def test_a_typed_number_is_refused_with_its_words(text, number):
    with pytest.raises(StudyError, match=r"is typed in") as raised:
        check_no_typed_number(text)
    assert f"number {number} " in str(raised.value)


FACTS = {"share": make_fact("share", 30.71, "%", 1, "", "")}


def test_fields_are_filled_from_facts_and_exhibits():
    text = fill("{share:u} as {fig-03-1-map} shows; {{kept}}", FACTS, lambda name: f"<{name}>")
    assert text == "30.7% as <fig-03-1-map> shows; {kept}"


def test_an_unknown_fact_is_named_with_those_there_are():
    with pytest.raises(StudyError, match=r"'\{rank\}' is not a recorded fact; recorded are share"):
        fill("{rank}", FACTS, str)


@pytest.mark.parametrize("text", ["{share", "share}"])
def test_unmatched_braces_are_refused(text):
    with pytest.raises(StudyError, match="braces"):
        fill(text, FACTS, str)


def test_prose_is_markdown_for_jupyter():
    assert Prose("*a*")._repr_markdown_() == str(Prose("*a*")) == repr(Prose("*a*")) == "*a*"
