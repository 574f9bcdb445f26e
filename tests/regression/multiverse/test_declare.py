import pandas as pd
import pytest

from nqpf import data
from nqpf.errors import StudyError
from nqpf.regression.multiverse.declare import CHOICES, expand, read_grid, read_settings

OPTIONS = data.load_codebook("multiverse")
EXCLUDED = data.load_codebook("multiverse_excluded")


def row(**change):
    base = {"level": "provinces", "choice": "years", "option": "new", "settings": "first=2014",
            "primary": "no", "reason": "a test"}  # fmt: skip
    return pd.concat([OPTIONS, pd.DataFrame([{**base, **change}])], ignore_index=True)


@pytest.mark.parametrize("level", ["provinces", "cities"])
def test_the_declared_grid_is_sound_and_every_option_has_a_reason(level):
    grid = read_grid(OPTIONS, EXCLUDED, level)
    assert all(grid.primary(choice) for choice in CHOICES)
    assert all(len(option.reason) > 10 for option in grid.options)
    specifications, excluded = expand(grid)
    product = 1
    for choice in CHOICES:
        product *= len(grid.of(choice)) if choice != "errors" else 1
    assert len(specifications) + excluded["specifications"].sum() == product
    assert specifications["primary"].sum() == 1
    assert (excluded["specifications"] > 0).all()


def test_more_than_ten_thousand_are_defended():
    counts = [len(expand(read_grid(OPTIONS, EXCLUDED, one))[0]) for one in ("provinces", "cities")]
    assert counts[0] > 10_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"choice": "colour"}, "colour"),
        ({"option": "all"}, "declared twice"),
        ({"primary": "yes"}, "exactly one primary"),
        ({"primary": "perhaps"}, "perhaps"),
        ({"settings": "first"}, "key=value"),
        ({"choice": "estimator"}, "is no estimator"),
        ({"choice": "errors"}, "is no kind of errors"),
    ],
)
def test_a_wrong_row_is_an_error_that_names_it(change, message):
    with pytest.raises(StudyError, match=message):
        read_grid(row(**change), EXCLUDED, "provinces")


@pytest.mark.parametrize(
    ("when", "message"),
    [("weights=magic", "'magic' is not an option of weights"), ("colour=red", "is not a choice")],
)
def test_an_exclusion_of_what_is_not_there_is_an_error(when, message):
    wrong = pd.DataFrame([{"level": "provinces", "when": when, "reason": "a test"}])
    with pytest.raises(StudyError, match=message):
        read_grid(OPTIONS, wrong, "provinces")


def test_the_primary_specification_cannot_be_excluded():
    wrong = pd.DataFrame([{"level": "provinces", "when": "years=all", "reason": "a test"}])
    with pytest.raises(StudyError, match="primary specification"):
        expand(read_grid(OPTIONS, wrong, "provinces"))


def test_settings_are_pairs():
    assert read_settings("a=1;b=2+3;c=") == {"a": "1", "b": "2+3", "c": ""}
    with pytest.raises(ValueError, match="twice"):
        read_settings("a=1;a=2")
