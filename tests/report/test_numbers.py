import pytest

from nqpf.errors import StudyError
from nqpf.report.numbers import in_words, interval, number, ordinal, p_phrase, p_value


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234567, None, "1,234,567"),
        (-0.5, 1, "−0.5"),
        (0.012345, None, "0.0123"),
        (123.456, None, "123"),
        (-0.0004, 2, "0.00"),
        (12345.678, 1, "12,345.7"),
        (0.0, None, "0"),
    ],
)
def test_number(value, digits, text):
    assert number(value, digits) == text


def test_signed_number_marks_both_signs_but_not_zero():
    assert [number(v, 1, signed=True) for v in (1.0, -1.0, 0.01)] == ["+1.0", "−1.0", "0.0"]


@pytest.mark.parametrize(
    ("p", "text"), [(0.0319, "p = 0.032"), (0.0004, "p < 0.001"), (1, "p = 1.000")]
)
def test_p_is_exact(p, text):
    assert p_phrase(p) == text


@pytest.mark.parametrize("p", [-0.1, 1.2, float("nan")])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(StudyError, match="between 0 and 1"):
        p_value(p)


def test_ends_of_an_interval_have_the_same_decimals():
    assert interval(-0.1234, 12.5) == "[−0.123, 12.500]"


def test_ordinals_and_words():
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip
    assert [in_words(n) for n in (0, 20, 21)] == ["zero", "twenty", "21"]
