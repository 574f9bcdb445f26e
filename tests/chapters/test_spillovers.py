"""Neighbours: their factor, the Durbin model, and likeness on the map."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import spillovers
from nqpf.chapters.declared import FACTOR, OUTCOME
from nqpf.errors import StudyError
from nqpf.regression.spatial_weights import link_to_nearest, spatial_lag
from tests.chapters.forces import INFERENCE, level, test_on

UNITS = [f"u{i:02}" for i in range(12)]
PLACES = pd.DataFrame({"lon": np.arange(12.0) % 4, "lat": np.arange(12.0) // 4}, index=UNITS)
BORDERS = pd.DataFrame(
    [(UNITS[i], UNITS[j]) for i in range(12) for j in (i + 1, i + 4)
     if j < 12 and (j != i + 1 or j % 4)],
    columns=["a", "b"],
)  # fmt: skip
AROUND = {"provinces": BORDERS}, {"provinces": PLACES}


@pytest.fixture
def test():
    made = test_on(level(effect=0.3, noise=0.02))
    weights = link_to_nearest(BORDERS, UNITS, PLACES)
    lag = spatial_lag(made.panel, FACTOR, weights) / made.panel[FACTOR].std()
    made.panel[OUTCOME] *= np.exp(0.6 * lag)
    return made


def test_own_and_neighbours_factors_are_told_apart(test):
    rows = spillovers.factor_next_door([test], *AROUND, INFERENCE).set_index("term")
    ratio = rows.loc["neighbours", "estimate"] / rows.loc["own", "estimate"]
    assert ratio == pytest.approx(2, abs=0.3)
    assert (rows["p"] < 0.05).all()
    shown = spillovers.for_figure(rows.reset_index())
    assert set(shown["series"]) == {"own", "neighbours"}
    assert set(shown["term"]) == {"Output on skill"}


def test_impacts_add_up_and_find_the_spillover(test):
    table = spillovers.impacts_by_neighbours(test, BORDERS, PLACES, INFERENCE)
    assert set(table["neighbours"]) == {"shared border", "four nearest", "inverse distance"}
    for _, part in table.groupby("neighbours"):
        by_term = part.set_index("term")["estimate"]
        assert by_term["together"] == pytest.approx(by_term["at home"] + by_term["on all others"])
    border = table[table["neighbours"] == "shared border"].set_index("term")
    assert border.loc["on all others", "low"] > 0
    assert (table["left_out"] == "none").all()


def test_thin_years_go_first_and_then_units_with_gaps(test):
    years = test.panel.index.get_level_values("year")
    units = test.panel.index.get_level_values("unit")
    gone = (years == 2013) & (units > "u02") | (units == "u07") & (years == 2016)
    test.panel.loc[gone, OUTCOME] = np.nan
    panel, kept, left_out = spillovers.whole_panel(test)
    assert 2013 not in kept
    assert left_out == ["u07"]
    assert "u07" not in panel.index.get_level_values("unit")
    assert panel[panel.index.get_level_values("year").isin(kept)][OUTCOME].notna().all()


def test_a_panel_without_two_whole_years_is_refused(test):
    years = test.panel.index.get_level_values("year")
    test.panel.loc[years > 2010, OUTCOME] = np.nan
    with pytest.raises(StudyError, match="no two years"):
        spillovers.whole_panel(test)


def test_likeness_is_seen_where_it_is(test):
    smooth = PLACES["lat"].reindex(test.panel.index.get_level_values("unit")).to_numpy()
    test.panel[OUTCOME] = np.exp(np.log(test.panel[OUTCOME]) + 5 * smooth)
    table = spillovers.likeness_by_level({"provinces": test}, *AROUND, seed=1).set_index("what")
    assert table.loc["outcome", "told"] == table.loc["outcome", "years"] == 10
    assert table.loc["outcome", "statistic"] > 0.5
    assert table.loc["factor", "expected"] == pytest.approx(-1 / 11)
    assert table.loc["what the regression leaves", "told"] < 5


def test_years_with_a_gap_have_no_likeness(test):
    units = test.panel.index.get_level_values("unit")
    test.panel.loc[(units == "u01"), OUTCOME] = np.nan
    with pytest.raises(StudyError, match="no year has outcome"):
        spillovers.likeness(test, BORDERS, PLACES, seed=1)


def test_kinds_of_neighbours_are_means():
    for weights in spillovers.kinds_of_neighbours(UNITS, BORDERS, PLACES).values():
        assert weights.is_row_standardised
