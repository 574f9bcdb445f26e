import numpy as np
import pandas as pd
import pytest

from nqpf.report.drawn import drawn_facts


def told(frame):
    return {name: fact.value for name, fact in drawn_facts(frame).items()}


def test_intervals_clear_of_zero_are_counted():
    frame = pd.DataFrame({"low": [0.1, -1, -2, np.nan], "high": [1, 1, -0.5, np.nan]})
    assert told(frame) == {"drawn": 4, "drawn_intervals": 3, "drawn_clear": 2}
    ranged = frame.assign(p=[np.nan, 0.2, 0.01, np.nan])  # the first is a range, not an interval
    assert told(ranged) == {"drawn": 4, "drawn_intervals": 2, "drawn_clear": 1}


def test_the_largest_and_the_smallest_are_named():
    frame = pd.DataFrame({"unit": ["A", "B", "C", "D"], "value": [2, np.nan, 7, -1]})
    assert told(frame) == {"drawn": 4, "drawn_highest": "C", "drawn_lowest": "D"}
    assert told(frame.rename(columns={"unit": "label"}))["drawn_highest"] == "C"


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"unit": ["A", "A"], "value": [1.0, 2.0]}),  # a value per year, say
        pd.DataFrame({"unit": ["A", "B"], "value": [np.nan, np.nan]}),
        pd.DataFrame({"value": [1.0]}),
    ],
)
def test_nobody_is_named_where_it_cannot_be_told(frame):
    assert told(frame) == {"drawn": len(frame)}
