import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regional.mobility import class_transitions, rank_changes, rank_persistence
from tests.regional.panels import growing_panel, panel_of


@pytest.fixture
def swap():
    """Four units; the two smallest change places in 2002 and back in 2003."""
    wide = pd.DataFrame(
        {2001: [1.0, 2, 3, 4], 2002: [2.0, 1, 3, 4], 2003: [1.0, 2, 3, 4]}, list("abcd")
    )
    return panel_of(wide)


def test_rank_changes(swap):
    table = rank_changes(swap, "y", start=2001, end=2002)
    assert table["unit"].tolist() == ["d", "c", "a", "b"]
    assert table.set_index("unit")["change"].to_dict() == {"d": 0, "c": 0, "a": 1, "b": -1}
    assert table["change"].sum() == 0


def test_ties_share_their_rank():
    panel = panel_of(pd.DataFrame({2001: [1.0, 1, 3], 2002: [1.0, 2, 3]}, list("abc")))
    assert rank_changes(panel, "y", start=2001, end=2002)["start_rank"].tolist() == [1, 2.5, 2.5]


def test_persistence(swap):
    table = rank_persistence(swap, "y", base=2001)
    assert table["spearman"].tolist() == pytest.approx([1, 0.8, 1])
    assert table["mean_rank_change"].tolist() == [0, 0.5, 0]
    assert table["kendall"].tolist() == pytest.approx(
        [1, stats.kendalltau([1, 2, 3, 4], [2, 1, 3, 4]).statistic, 1]
    )
    equal = panel_of(pd.DataFrame({2001: [1.0, 1, 1], 2002: [1.0, 2, 3]}, list("abc")))
    with pytest.raises(StudyError, match="differing 'y' in 2001"):
        rank_persistence(equal, "y", base=2001)
    with pytest.raises(StudyError, match="got 1999"):
        rank_persistence(swap, "y", base=1999)


def test_nobody_moves():
    result = class_transitions(growing_panel(noise=0), "y", classes=3, replications=50, seed=1)
    assert result.shorrocks == 0
    assert (result.low, result.high) == (0, 0)
    assert (result.probabilities.to_numpy() == np.eye(3)).all()
    assert result.moves == 21 * 15 == result.counts.to_numpy().sum()


def test_half_of_the_units_swap(swap):
    result = class_transitions(swap, "y", classes=4, replications=50, seed=1)
    expected = [[0, 2, 0, 0], [2, 0, 0, 0], [0, 0, 2, 0], [0, 0, 0, 2]]
    assert result.counts.to_numpy().tolist() == expected
    assert result.shorrocks == pytest.approx((4 - 2) / 3)
    assert any(text.startswith("4 units") for text in result.cautions)
    assert any("cells hold fewer than 5" in text for text in result.cautions)
    over_two = class_transitions(swap, "y", classes=4, span=2, replications=50, seed=1)
    assert over_two.shorrocks == 0
    assert any("overlap" in text for text in over_two.cautions)


def test_band_repeats_and_contains_the_index():
    panel = growing_panel(beta=-0.1, noise=0.3)
    one, two = (class_transitions(panel, "y", replications=200, seed=4) for _ in range(2))
    assert (one.low, one.high) == (two.low, two.high)
    assert one.low < one.shorrocks < one.high
    assert np.allclose(one.probabilities.sum(axis=1), 1)


def test_classes_are_as_equal_as_units_allow():
    panel = growing_panel(noise=0, units=21, years=2)
    counts = class_transitions(panel, "y", classes=4, replications=50, seed=1).counts
    assert sorted(counts.sum(axis=1)) == [5, 5, 5, 6]


def test_all_equal_leaves_classes_empty_and_says_so():
    panel = panel_of(pd.DataFrame({2001: [1.0] * 4, 2002: [1.0] * 4}, list("abcd")))
    result = class_transitions(panel, "y", classes=2, replications=50, seed=1)
    assert np.isnan(result.shorrocks)
    assert np.isnan(result.low)
    assert any("empty" in text for text in result.cautions)


def test_bad_mobility_input(swap):
    with pytest.raises(StudyError, match="2 to 4 classes"):
        class_transitions(swap, "y", classes=5, seed=1)
    with pytest.raises(StudyError, match="years 7 apart"):
        class_transitions(swap, "y", classes=2, span=7, seed=1)
    with pytest.raises(StudyError, match="got none for b"):
        class_transitions(swap.drop([("b", 2002)]), "y", classes=2, seed=1)
