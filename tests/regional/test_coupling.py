import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nqpf.errors import StudyError
from nqpf.regional.coupling import (
    GRADES,
    coordination_grades,
    coupling_by_definition,
    coupling_classic,
    coupling_corrected,
)
from tests.regional.panels import quick

unit = st.floats(0.001, 1)
BOTH = [coupling_classic, coupling_corrected]


def frame(*rows):
    return pd.DataFrame(rows, columns=[f"U{i + 1}" for i in range(len(rows[0]))], dtype=float)


@quick
@given(unit, unit)
def test_two_systems_by_their_own_formulas(a, b):
    classic = coupling_classic(frame([a, b])).iloc[0]
    assert classic["coupling"] == pytest.approx(2 * np.sqrt(a * b) / (a + b), abs=1e-12)
    assert classic["development"] == pytest.approx((a + b) / 2)
    corrected = coupling_corrected(frame([a, b])).iloc[0]
    expected = np.sqrt((1 - abs(a - b)) * min(a, b) / max(a, b))
    assert corrected["coupling"] == pytest.approx(expected, abs=1e-12)
    assert corrected["coordination"] == pytest.approx(np.sqrt(expected * (a + b) / 2))


@quick
@given(st.lists(unit, min_size=2, max_size=6))
def test_in_range_and_the_same_in_any_order(systems):
    for measure in BOTH:
        found = measure(frame(systems))
        assert found.to_numpy().min() >= 0
        assert found.to_numpy().max() <= 1 + 1e-12
        turned = measure(frame(systems[::-1]))
        assert turned.to_numpy() == pytest.approx(found.to_numpy())


@quick
@given(st.lists(unit, min_size=2, max_size=5))
def test_correction_never_raises_coupling_of_two(systems):
    two = frame(systems[:2])
    assert (coupling_corrected(two)["coupling"] <= coupling_classic(two)["coupling"] + 1e-12).all()


def test_three_systems_by_hand():
    corrected = coupling_corrected(frame([0.2, 0.5, 0.8])).iloc[0]
    gaps = (0.3 + 0.6 + 0.3) / 3
    product = (0.2 / 0.8) * (0.5 / 0.8)
    assert corrected["coupling"] == pytest.approx(np.sqrt((1 - gaps) * np.sqrt(product)))
    classic = coupling_classic(frame([0.2, 0.5, 0.8])).iloc[0]
    assert classic["coupling"] == pytest.approx((0.2 * 0.5 * 0.8) ** (1 / 3) / 0.5)


def test_edges():
    for measure in BOTH:
        table = measure(frame([0.4, 0.4], [0, 0.4], [0, 0], [np.nan, 0.4], [1, 1]))
        assert table["coupling"].tolist() == pytest.approx([1, 0, np.nan, np.nan, 1], nan_ok=True)
        assert table["coordination"].tolist() == pytest.approx(
            [np.sqrt(0.4), 0, 0, np.nan, 1], nan_ok=True
        )


def test_weights_change_development_only():
    systems = frame([0.2, 0.8])
    for measure in BOTH:
        heavy = measure(systems, {"U2": 3, "U1": 1}).iloc[0]
        assert heavy["development"] == pytest.approx(0.65)
        assert heavy["coupling"] == measure(systems)["coupling"].iloc[0]


def test_bad_systems_are_named():
    panel = pd.DataFrame(
        {"index": [0.2, 0.3], "outcome": [0.4, 1.2]},
        pd.MultiIndex.from_tuples([("Foshan", 2001), ("Yunfu", 2002)], names=["unit", "year"]),
    )
    for measure in BOTH:
        with pytest.raises(StudyError, match="'outcome' outside in Yunfu 2002"):
            measure(panel)
        with pytest.raises(StudyError, match="two systems, got 1"):
            measure(panel[["index"]])
        with pytest.raises(StudyError, match="positive weight of each"):
            measure(panel.iloc[:1], {"index": 1})


def test_both_definitions_side_by_side():
    index = pd.MultiIndex.from_tuples([("a", 2001), ("b", 2001)], names=["unit", "year"])
    table = coupling_by_definition(frame([0.2, 0.8], [0.5, 0.5]).set_axis(index))
    assert table.columns.tolist() == [
        "unit",
        "year",
        "definition",
        "coupling",
        "development",
        "coordination",
        "grade",
    ]
    assert table["definition"].tolist() == ["classic"] * 2 + ["corrected"] * 2


def test_grades():
    found = coordination_grades(pd.Series([0, 0.1, 0.3, 0.55, 0.999, 1, np.nan]))
    assert found.tolist()[:6] == [GRADES[0], GRADES[1], GRADES[3], GRADES[5], GRADES[9], GRADES[9]]
    assert pd.isna(found.iloc[6])
