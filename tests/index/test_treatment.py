import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nqpf.errors import StudyError
from nqpf.index import IndexOptions, build_index
from nqpf.index.treatment import denominate, excess_kurtosis, skewness, winsorise_or_log
from tests.index.panels import panel, tree


def test_moments_agree_with_scipy_and_skip_missing_cells():
    x = np.random.default_rng(1).lognormal(size=(40, 3))
    x[5, 1] = np.nan
    skewed = stats.skew(x, bias=False, nan_policy="omit")
    tailed = stats.kurtosis(x, bias=False, nan_policy="omit")
    assert skewness(x) == pytest.approx(np.asarray(skewed), abs=1e-12)
    assert excess_kurtosis(x) == pytest.approx(np.asarray(tailed), abs=1e-11)


def test_two_outliers_of_coinrs_own_example_are_drawn_in():
    x = np.array([*range(1, 11), 30, 100], dtype=float)[:, None]
    treated, action = winsorise_or_log(x)
    assert treated[-2:, 0].tolist() == [30, 30]
    assert action[:, 0].tolist() == [0] * 11 + [1]


def test_low_outliers_are_drawn_in_from_below():
    x = -np.array([*range(1, 11), 30, 100], dtype=float)[:, None]
    treated, action = winsorise_or_log(x)
    assert treated[-1, 0] == -30
    assert action[-1, 0] == -1


def test_an_inoffensive_column_stays_as_it_is():
    x = np.random.default_rng(2).normal(size=(50, 4))
    treated, action = winsorise_or_log(x)
    assert np.array_equal(treated, x)
    assert not action.any()


def test_a_hopeless_column_is_logged_from_its_original_values():
    x = np.exp(np.random.default_rng(3).normal(size=(200, 1)) * 2)
    treated, action = winsorise_or_log(x, most=3)
    low, high = x.min(), x.max()
    assert (action == 2).all()
    assert treated == pytest.approx(np.log(x - low + 0.01 * (high - low)))
    assert np.array_equal(np.argsort(treated[:, 0]), np.argsort(x[:, 0]))


def test_the_limit_on_winsorised_cells_is_the_number_that_may_move():
    x = np.array([*range(1, 31), 400, 410, 420], dtype=float)[:, None]
    enough, action = winsorise_or_log(x, most=3)
    assert (action == 1).sum() == 3
    assert enough.max() == 30
    assert (winsorise_or_log(x, most=2)[1] == 2).all()


def test_missing_cells_stay_missing_and_unmarked():
    x = np.array([*range(1, 11), 30, 100, np.nan], dtype=float)[:, None]
    treated, action = winsorise_or_log(x)
    assert np.isnan(treated[-1, 0])
    assert action[-1, 0] == 0


def test_every_changed_cell_is_reported():
    data = panel(units=20)
    data.loc[("u04", 2012), "i2"] *= 1000
    result = build_index(data, tree(), IndexOptions(treatment="winsorise_or_log"))
    cells = result.treatment.set_index(["unit", "year", "indicator"])
    moved = cells.loc[("u04", 2012, "i2")]
    assert moved["before"] == data.loc[("u04", 2012), "i2"]
    assert moved["after"] == result.treated.loc[("u04", 2012), "i2"]
    changed = (result.treated != data).stack()
    assert changed.sum() == len(cells)
    assert build_index(data, tree()).treatment.empty


def test_denominators_divide_the_named_columns_only():
    data = pd.DataFrame({"a": [2.0, 4.0], "b": [1.0, 1.0]})
    by = pd.DataFrame({"people": [2.0, 8.0]})
    assert denominate(data, by, {"a": "people"})["a"].tolist() == [1.0, 0.5]
    assert denominate(data, by, {"a": "people"})["b"].tolist() == [1.0, 1.0]
    with pytest.raises(StudyError, match="no column area"):
        denominate(data, by, {"a": "area"})
    with pytest.raises(StudyError, match="positive everywhere"):
        denominate(data, by - 2, {"a": "people"})
    with pytest.raises(StudyError, match="same rows"):
        denominate(data, by.iloc[::-1], {"a": "people"})
