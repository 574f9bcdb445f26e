"""Words follow numbers."""

import pytest

from nqpf.chapters.wording import counted, direction, listed, quantity, significance


@pytest.mark.parametrize(
    ("value", "word"), [(0.2, "rises"), (-0.2, "falls"), (0.0, "stays"), (0.05, "stays")]
)
def test_direction(value, word):
    assert direction(value, "rises", "falls", "stays", tolerance=0.1) == word


def test_there_is_no_direction_of_a_missing_number():
    with pytest.raises(ValueError, match="nan"):
        direction(float("nan"), "rises", "falls", "stays")


@pytest.mark.parametrize(
    ("names", "text"),
    [([], "none"), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")],
)
def test_listed(names, text):
    assert listed(names) == text


def test_counted():
    assert [counted(n, "city", "cities") for n in (0, 1, 2)] == ["cities", "city", "cities"]
    assert counted(3, "claim") == "claims"


def test_significance_is_strict_at_its_level():
    assert significance(0.049) == "can be told from zero"
    assert significance(0.05) == "cannot be told from zero"


@pytest.mark.parametrize(("count", "word"), [(0, "none"), (1, "one"), (20, "twenty"), (21, "21")])
def test_quantity(count, word):
    assert quantity(count) == word
