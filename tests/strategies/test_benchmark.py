"""Years to the benchmark at the own pace."""

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.scenarios import distance_to_benchmark


@pytest.fixture
def panel():
    index = pd.MultiIndex.from_product([["A", "B", "C"], range(2010, 2015)], names=["unit", "year"])
    ahead, own, behind = [10.0] * 5, [1.0, 2, 4, 5, 7], [3.0, 2.5, 2, 1.5, 1]
    return pd.DataFrame({"x": [*ahead, *own, *behind]}, index=index)


def run(panel, unit, **settings):
    return distance_to_benchmark(panel, unit, ["x"], (2010, 2014), leaders=1, **settings).iloc[0]


def test_gap_over_pace_with_the_interval_of_the_mean_change(panel):
    row = run(panel, "B")
    assert (row["gap"], row["pace"], row["rank"], row["steps"]) == (3.0, 1.5, 2, 4)
    assert row["years"] == pytest.approx(2.0)
    half = 3.182446 * np.std([1, 2, 1, 2], ddof=1) / 2  # t(3) at 97.5 %
    assert row["low"] == pytest.approx(3 / (1.5 + half), rel=1e-6)
    assert row["high"] == pytest.approx(3 / (1.5 - half), rel=1e-6)


def test_the_leader_is_there_and_who_falls_back_never_arrives(panel):
    assert run(panel, "A")["years"] == 0
    row = run(panel, "C")
    assert row["years"] == row["high"] == np.inf


def test_less_may_be_better(panel):
    row = run(-panel, "B", signs=pd.Series({"x": -1}))
    assert row["years"] == pytest.approx(2.0)
    assert row["value"] == -7


@pytest.mark.parametrize(
    ("unit", "column", "message"),
    [("Z", "x", "'Z' has no x in 2014"), ("A", "y", "expected an indicator of the panel, got 'y'")],
)
def test_unknown_names_are_sentences(panel, unit, column, message):
    with pytest.raises(StudyError, match=message):
        distance_to_benchmark(panel, unit, [column], (2010, 2014))


def test_too_short_a_path_is_refused(panel):
    with pytest.raises(StudyError, match="three are needed"):
        distance_to_benchmark(panel, "A", ["x"], (2012, 2014))
