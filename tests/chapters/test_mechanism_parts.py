"""Digital paths, components, cautions and facts."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters.mechanism_parts import (
    DIGITAL,
    OBJECTS,
    cautions,
    digital_change,
    digital_paths,
    facts_of,
    in_words,
    object_components,
)
from nqpf.chapters.robustness import AS_DECLARED
from nqpf.errors import StudyError


@pytest.fixture
def digital():
    index = pd.MultiIndex.from_product([["Home", "Away"], range(2013, 2016)])
    index.names = ["unit", "year"]
    frame = pd.DataFrame(dict.fromkeys(DIGITAL, 1.0), index=index)
    frame.loc["Home", "mea_dfi"] = [10.0, 20.0, 30.0]
    frame.loc["Home", "obj_ecommerce_gdp"] = [4.0, 3.0, 5.0]
    frame.loc["Home", "obj_software_gdp"] = [2.0, 1.0, 1.0]
    return frame


def test_paths_start_at_a_hundred_and_changes_are_counted(digital):
    paths = digital_paths(digital, "Home", [2013, 2015])
    assert (paths.loc[paths["year"] == 2013, "value"] == 100).all()
    change = digital_change(paths)
    assert change["count"] == 2
    assert change["share"] == pytest.approx(3 / 6)
    assert set(in_words(paths)["unit"]) == set(DIGITAL.values())


def test_an_end_that_is_missing_is_refused(digital):
    digital.loc[("Home", 2015), "mea_dfi"] = np.nan
    with pytest.raises(StudyError, match="digital indicators of Home in 2013 and 2015"):
        digital_paths(digital, "Home", [2013, 2015])
    with pytest.raises(StudyError, match="2012"):
        digital_paths(digital, "Away", [2012, 2015])


@pytest.mark.parametrize("faces", [1, 2])
def test_components_are_as_many_as_there_are(faces):
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([range(60), [2013, 2014]], names=["unit", "year"])
    hidden = rng.normal(size=(120, faces))
    loads = np.array([hidden[:, k % faces] for k in range(5)]).T
    trend = 5 * (index.get_level_values("year").to_numpy() == 2014)[:, None]
    values = loads + 0.2 * rng.normal(size=(120, 5)) + trend
    table = object_components(
        pd.DataFrame(values, index=index, columns=list(OBJECTS)), [2013, 2014], [3]
    )
    assert (table["eigenvalue"] > 1).sum() == faces
    assert table["eigenvalue"].sum() == pytest.approx(5)
    assert table["share"].sum() == pytest.approx(100)
    assert (table["n"] == 118).all()
    squares = (table[list(OBJECTS)] ** 2).sum(axis=1)
    np.testing.assert_allclose(squares, table["eigenvalue"])


def strip(*rows):
    return pd.DataFrame(rows, columns=["term", "estimate", "low", "high"])


STEADY = pd.Series({"low": 0.3, "high": 0.6, "most_influential": "Beijing"})


@pytest.mark.parametrize(
    ("rows", "spread", "words"),
    [
        ([(AS_DECLARED, 0.5, 0.1, 0.9), ("a", 0.4, 0.1, 0.7)], STEADY, "Same sign in every"),
        ([(AS_DECLARED, 0.5, 0.1, 0.9), ("a", -0.4, -1, 0.2)], STEADY, "Other sign in: a."),
        ([(AS_DECLARED, 0.5, 0.1, 0.9), ("a", 0.4, -0.1, 0.7)], STEADY, "holds zero in: a."),
        ([(AS_DECLARED, 0.05, -0.1, 0.15), ("a", 0.04, 0, 1)], STEADY, "Negligible"),
        (
            [(AS_DECLARED, 0.5, 0.1, 0.9), ("a", 0.4, 0.1, 0.7)],
            pd.Series({"low": -0.1, "high": 0.6, "most_influential": "Beijing"}),
            "The sign needs Beijing.",
        ),
    ],
)
def test_cautions_say_what_a_variant_changes(rows, spread, words):
    assert words in cautions(strip(*rows), spread, 0.2)


def test_facts_carry_side_and_whether_it_is_told():
    row = {"id": "skill", "effect": -0.4, "effect_low": -0.9, "effect_high": 0.1, "p": 0.2}
    row |= {"n": 9, "units": 3, "moves": 0.1, "as_moved": -0.04}
    facts = facts_of(pd.DataFrame([row]))
    assert facts["skill_effect"] == 0.4
    assert facts["skill_side"] == "lower"
    assert facts["skill_told"] == "cannot be told from zero"
