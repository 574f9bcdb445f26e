import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.index.cube import panel_cube
from tests.index.panels import panel

NAMES = [f"i{k}" for k in range(6)]


def test_a_panel_comes_back_as_it_went_in_whatever_its_order():
    data = panel().sample(frac=0.7, random_state=1)
    cube = panel_cube(data, NAMES)
    assert cube.frame(cube.values, NAMES).equals(data)
    assert list(cube.units) == sorted(set(data.index.get_level_values("unit")))


def test_years_and_excluded_units_are_left_out():
    cube = panel_cube(panel(), NAMES, (2011, 2013), ("u02",))
    assert cube.years.tolist() == [2011, 2012, 2013]
    assert "u02" not in cube.units
    assert cube.values.shape == (3, 7, 6)
    assert cube.values[0, 2, 4] == panel().loc[("u03", 2011), "i4"]


def test_leftover_categories_of_a_filtered_panel_do_no_harm():
    data = panel().loc[["u01", "u05"]]
    assert panel_cube(data, NAMES).units.tolist() == ["u01", "u05"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.reset_index(), "indexed by unit and year"),
        (lambda d: d.drop(columns="i3"), "no column i3"),
        (lambda d: d.assign(i3="high"), "must be numbers"),
        (lambda d: pd.concat([d, d.iloc[:1]]), "two rows for one unit"),
    ],
)
def test_an_unfit_panel_is_refused(change, said):
    with pytest.raises(StudyError, match=said):
        panel_cube(change(panel()), NAMES)


def test_wishes_that_leave_nothing_are_refused():
    with pytest.raises(StudyError, match="nothing is left between 1990 and 1999"):
        panel_cube(panel(), NAMES, (1990, 1999))
    with pytest.raises(StudyError, match="cannot exclude Atlantis"):
        panel_cube(panel(), NAMES, None, ("Atlantis",))


def test_positions_are_found_or_refused_by_name():
    cube = panel_cube(panel(), NAMES)
    assert (cube.year_position(2012), cube.unit_position("u03")) == (2, 3)
    with pytest.raises(StudyError, match="year 1999"):
        cube.year_position(1999)
    with pytest.raises(StudyError, match="'Atlantis' is not among"):
        cube.unit_position("Atlantis")


def test_a_missing_row_is_nan_in_the_block():
    cube = panel_cube(panel().drop(("u01", 2012)), NAMES)
    assert np.isnan(cube.values[2, 1]).all()
    assert np.isfinite(cube.values).sum() == (40 - 1) * 6


def test_units_drawn_twice_stand_there_twice():
    data = panel()
    cube = panel_cube(data, list(data.columns))
    drawn = np.array([0, 2, 2])
    again = cube.resampled(drawn)
    np.testing.assert_array_equal(again.values, cube.values[:, drawn])
    assert list(again.units) == list(cube.units[drawn])
    frame = again.frame(again.values, data.columns)
    np.testing.assert_array_equal(frame, data.loc[list(cube.units[drawn])])
