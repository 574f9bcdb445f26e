import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nqpf.errors import StudyError
from nqpf.regional.concentration import (
    concentration_path,
    herfindahl_of_units,
    hoover,
    region_shares,
    top_share,
)
from tests.regional.panels import growing_panel, quick, values


@quick
@given(values, st.floats(0.01, 100))
def test_hoover_is_zero_where_spread_as_the_reference(x, scale):
    assert hoover(np.multiply(x, scale), x) == pytest.approx(0, abs=1e-12)


@quick
@given(values, st.lists(st.floats(0.1, 10), min_size=12, max_size=12))
def test_hoover_is_the_share_to_move(x, reference):
    x, r = np.array(x), np.array(reference[: len(x)])
    moved = np.clip(x / x.sum() - r / r.sum(), 0, None).sum()
    assert hoover(x, r) == pytest.approx(moved, abs=1e-12)
    assert 0 <= hoover(x, r) < 1


def test_shares_of_the_largest():
    assert top_share([1, 2, 3, 4]) == 0.4
    assert top_share([1, 2, 3, 4], 2) == 0.7
    assert top_share([1, 2, 3, 4], 4) == 1
    assert herfindahl_of_units([5, 5]) == 0.5
    for k in (0, 5):
        with pytest.raises(StudyError, match="k from 1 to 4"):
            top_share([1, 2, 3, 4], k)
    with pytest.raises(StudyError, match="got none"):
        herfindahl_of_units([1, np.nan])


def test_paths():
    panel = growing_panel(units=6, years=3).assign(people=1.0)
    path = concentration_path(panel, "y", reference="people", top=(1, 6))
    assert set(path["measure"]) == {"largest 1", "largest 6", "Herfindahl", "Hoover"}
    assert (path.loc[path["measure"] == "largest 6", "value"] - 1).abs().max() < 1e-12
    assert set(path["n"]) == {6}
    regions = pd.Series(list("AABBBC"), panel.index.unique("unit"))
    shares = region_shares(panel, "y", regions)
    assert shares.groupby("year")["share"].sum().to_numpy() == pytest.approx(np.ones(3))
    assert shares["units"].tolist() == [2, 3, 1] * 3
