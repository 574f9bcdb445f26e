import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regional.standing import rank_interval, standing


@pytest.fixture
def panel():
    index = pd.MultiIndex.from_product([["a", "b", "c"], [2001, 2002]], names=["unit", "year"])
    return pd.DataFrame(
        {"sales": [3.0, 1, 2, 2, 1, np.nan], "smoke": [3.0, np.nan, 2, 2, 1, 1]}, index=index
    )


def test_standing_by_direction(panel):
    table = standing(panel, "a", {"sales": "+", "smoke": "-"})
    assert table[["year", "measure", "rank", "n", "best"]].to_numpy().tolist() == [
        [2001, "sales", 1, 3, "a"],
        [2001, "smoke", 3, 3, "c"],
        [2002, "sales", 2, 2, "b"],
    ]
    assert table["missing"].tolist() == ["", "", "c"]
    assert table["median"].tolist() == [2, 2, 1.5]
    assert rank_interval(table).to_numpy().tolist() == [[2001, 1, 2, 3, 2], [2002, 2, 2, 2, 1]]


def test_bad_standing_input(panel):
    with pytest.raises(StudyError, match="got 'Canton'"):
        standing(panel, "Canton", {"sales": "+"})
    with pytest.raises(StudyError, match="direction"):
        standing(panel, "a", {"sales": "up"})
    with pytest.raises(StudyError, match="'profit'"):
        standing(panel, "a", {"profit": "+"})
