"""Numbers of a verdict read well, and files keep the names of the rules."""

import math

import pytest

from nqpf.claims.in_words import WORDS, numbers_as_text, numbers_in_words
from nqpf.claims.plan import load_plan


def test_files_keep_the_names_of_the_rule():
    assert numbers_as_text({"p_adj": 0.0123456, "n": 30}) == "p_adj = 0.0123456; n = 30"


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"p_adj": 0.94411, "n": 30}, "adjusted p 0.944; n 30"),
        ({"low": -0.34631}, "low \N{MINUS SIGN}0.346"),
        ({"count": 0, "share": math.nan}, "count 0; share not held"),
        ({"value": 2023.0}, "value 2023"),
        ({"count_supported": 2}, "count supported 2"),
    ],
)
def test_readers_see_words_and_true_minus_signs(numbers, words):
    assert numbers_in_words(numbers, {}) == words


def test_it_is_said_whose_interval_it_is_and_which_of_two_was_taken():
    plan, numbers = load_plan(), {"estimate": 0.5, "low": 0.25, "p": 0.5}
    assert numbers_in_words(numbers, plan["C045"].statistics) == (
        "estimate 0.5; low of the effect 0.25; p 0.5"
    )
    assert numbers_in_words(numbers, plan["C072"].statistics) == (
        "estimate 0.5; low of the estimate 0.25; p 0.5"
    )
    assert numbers_in_words(numbers | {"effect_high": 1.0}, plan["C103"].statistics) == (
        "smaller estimate 0.5; smaller low 0.25; larger p 0.5; larger of the two effects 1"
    )


def test_every_word_is_for_a_number_of_the_plan():
    known = {name for claim in load_plan().values() for name in claim.statistics}
    constants = {"minimum_effect", "p_adj"}
    assert set(WORDS) <= known | constants
