import numpy as np
import pytest

from nqpf.errors import StudyError
from nqpf.index.cube import panel_cube
from nqpf.index.screening import screen
from tests.index.panels import panel

NAMES = [f"i{k}" for k in range(6)]


def test_what_is_left_out_is_named_with_its_reason():
    data = panel()
    data.loc["u01"] = np.nan
    data.loc[("u02", slice(None)), ["i0", "i1", "i2"]] = np.nan
    data["i5"] = np.nan
    cube, report = screen(panel_cube(data, NAMES, None, ("u07",)), 0.65, ("u07",))
    table = report.table.set_index("id")
    assert cube.indicators == ("i0", "i1", "i2", "i3", "i4")
    assert "u01" not in cube.units
    assert table.loc["i5", "reason"] == "no data"
    assert table.loc["u01", "reason"] == "no data"
    assert table.loc["u02", "reason"] == "covers less than 65%"
    assert table.loc["u02", "coverage"] == pytest.approx(2 / 5)
    assert table.loc["u07", "reason"] == "excluded by the study"
    assert table.loc["u00", "present"] == 25
    assert table.query("kept").shape[0] == 5 + 5


def test_nothing_is_filled_and_rows_stay_aligned():
    data = panel()
    data.loc["u00"] = np.nan
    data.iloc[7, 2] = np.nan
    cube, _ = screen(panel_cube(data, NAMES), 0.5)
    again = cube.frame(cube.values, NAMES)
    assert again.equals(data.drop("u00"))


def test_full_coverage_keeps_complete_units_only():
    data = panel()
    data.iloc[0, 0] = np.nan
    with pytest.raises(StudyError, match="no indicator"):
        screen(panel_cube(data[["i0"]], ["i0"]), 1.0)
    cube, _ = screen(panel_cube(data, NAMES), 0.99)
    assert cube.indicators == tuple(NAMES[1:])


def test_too_little_data_everywhere_is_an_error():
    data = panel()
    data.loc[:] = np.where(np.random.default_rng(0).random(data.shape) < 0.8, np.nan, data)
    with pytest.raises(StudyError, match="lower coverage"):
        screen(panel_cube(data, NAMES), 0.65)


def test_a_share_equal_to_the_threshold_is_enough():
    data = panel()
    data.loc[("u02", [2010, 2011]), :] = np.nan
    cube, _ = screen(panel_cube(data, NAMES), 0.6)
    assert "u02" in cube.units
    assert "u02" not in screen(panel_cube(data, NAMES), 0.61)[0].units
