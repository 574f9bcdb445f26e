import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nqpf.errors import StudyError
from nqpf.upgrading import (
    advancement_angle,
    advancement_productivity,
    advancement_weighted,
    deviation_structure,
    deviation_structure_weighted,
    deviation_theil,
    ratio,
    sector_shares,
    shares_by_definition,
    structure_measures,
    tertiary_to_secondary,
)

quick = settings(max_examples=40, deadline=None, derandomize=True)
three = st.lists(st.floats(0.01, 1e4), min_size=3, max_size=3)
DEVIATIONS = [deviation_theil, deviation_structure, deviation_structure_weighted]


def sectors(*rows):
    names = [f"city {i}" for i in range(len(rows))]
    return pd.DataFrame(rows, names, ["va1", "va2", "va3"], dtype=float)


def test_pure_structures():
    pure = sectors([1, 0, 0], [0, 5, 0], [0, 0, 9])
    assert advancement_weighted(pure).tolist() == [1, 2, 3]
    assert advancement_angle(pure).tolist() == pytest.approx([1.5 * np.pi, 2 * np.pi, 2.5 * np.pi])


def test_angle_by_hand():
    s = np.array([0.1, 0.4, 0.5])
    theta = np.arccos(s / np.sqrt(0.42))
    expected = theta[0] + (theta[0] + theta[1]) + theta.sum()
    assert advancement_angle(sectors(10 * s)).item() == pytest.approx(expected)


@quick
@given(three, st.floats(0.05, 0.9))
def test_moving_weight_to_a_later_sector_advances(va, part):
    one, two, three_ = va
    later = sectors(va, [one * (1 - part), two + one * part, three_])
    assert advancement_weighted(later).is_monotonic_increasing
    assert sector_shares(later).sum(axis=1).tolist() == pytest.approx([1, 1])


@quick
@given(three, st.floats(0.01, 100))
def test_equal_productivity_is_rational(workers, productivity):
    L = sectors(workers)
    for deviation in DEVIATIONS:
        assert deviation(L * productivity, L).item() == pytest.approx(0, abs=1e-9)


@quick
@given(three, three)
def test_deviation_by_productivities_and_of_any_scale(va, workers):
    Y, L = np.array(va), np.array(workers)
    relative = (Y / L) / (Y.sum() / L.sum())
    table = structure_measures(sectors(va), sectors(workers)).iloc[0]
    assert table["deviation_theil"] == pytest.approx(
        (Y / Y.sum() * np.log(relative)).sum(), abs=1e-9
    )
    assert table["deviation_theil"] >= 0
    assert table["deviation_structure"] == pytest.approx(np.abs(relative - 1).sum())
    weighted = (Y / Y.sum() * np.abs(relative - 1)).sum()
    assert table["deviation_structure_weighted"] == pytest.approx(weighted)
    again = structure_measures(10 * sectors(va), 7 * sectors(workers)).iloc[0]
    assert again.to_numpy() == pytest.approx(table.to_numpy(), abs=1e-9)


def test_productivity_advancement():
    Y, L = sectors([10, 40, 50]), sectors([20, 20, 10])
    assert advancement_productivity(Y, L, high=[0.5, 2, 5]).item() == pytest.approx(1)
    half = advancement_productivity(Y, L, high=[1, 4, 10]).item()
    assert half == pytest.approx(0.5)
    goalposts = advancement_productivity(Y, L, low=[0.5, 2, 5], high=[1, 4, 10]).item()
    assert goalposts == pytest.approx(0)
    between = advancement_productivity(Y, L, low=[0.25, 1, 2.5], high=[0.75, 3, 7.5]).item()
    assert between == pytest.approx(0.5)
    for bad in ([1, 2], [1, 2, 0]):
        with pytest.raises(StudyError, match="three goalposts"):
            advancement_productivity(Y, L, high=bad)


def test_empty_sectors():
    none = sectors([0, 40, 60])
    assert deviation_theil(none, sectors([0, 2, 3])).item() == pytest.approx(0)
    assert deviation_structure(none, sectors([0, 2, 3])).item() == pytest.approx(0)
    assert deviation_structure(none, sectors([5, 2, 3])).item() > 1
    assert advancement_productivity(none, sectors([0, 4, 6]), high=[1, 10, 10]).item() == 1
    for deviation in DEVIATIONS:
        with pytest.raises(StudyError, match="no one in city 0"):
            deviation(sectors([1, 40, 60]), sectors([0, 2, 3]))


def test_missing_stays_missing():
    va, workers = sectors([np.nan, 1, 1], [1, 2, 3]), sectors([1, 1, 1], [1, np.nan, 1])
    table = structure_measures(va, workers)
    assert table.loc["city 0"].drop("tertiary_to_secondary").isna().all()
    assert table.loc["city 1", "deviation_theil":].isna().all()
    assert table.loc["city 1", :"advancement_angle"].notna().all()
    assert advancement_productivity(va, workers, high=[1, 1, 1]).isna().all()


def test_bad_sectors_are_named():
    with pytest.raises(StudyError, match="2 columns: va1, va2"):
        sector_shares(sectors([1, 2, 3])[["va1", "va2"]])
    with pytest.raises(StudyError, match="less in city 1"):
        sector_shares(sectors([1, 2, 3], [-1, 2, 3]))
    with pytest.raises(StudyError, match="none in city 0"):
        advancement_weighted(sectors([0, 0, 0]))
    with pytest.raises(StudyError, match="zero in city 0"):
        tertiary_to_secondary(sectors([1, 0, 1]))
    with pytest.raises(StudyError, match="same rows"):
        deviation_theil(sectors([1, 1, 1]), sectors([1, 1, 1], [1, 1, 1]))


def test_ratio():
    panel = pd.DataFrame({"sales": [3.0, np.nan], "output": [2.0, 4.0]}, ["a", "b"])
    assert ratio(panel, "sales", "output", 100).tolist() == pytest.approx(
        [150, np.nan], nan_ok=True
    )
    with pytest.raises(StudyError, match="columns of the panel, got profit"):
        ratio(panel, "profit", "output")
    with pytest.raises(StudyError, match="'output' above zero, got otherwise in b"):
        ratio(panel.assign(output=[1.0, 0.0]), "sales", "output")


def test_shares_by_definition():
    services = pd.DataFrame(
        {"finance": [2.0, 1], "trade": [3.0, 1], "property": [5.0, 2]}, ["here", "there"]
    )
    wide = {"narrow": ["finance"], "wide": ["finance", "property"]}
    table = shares_by_definition(services, wide)
    assert table["share"].tolist() == pytest.approx([0.2, 0.7, 0.25, 0.75])
    assert table["sectors"].tolist() == [1, 2, 1, 2]
    for sectors_ in ([], ["banks"], ["trade", "trade"]):
        with pytest.raises(StudyError, match="'odd'"):
            shares_by_definition(services, {"odd": sectors_})
    with pytest.raises(StudyError, match="complete"):
        shares_by_definition(services.assign(trade=np.nan), wide)
