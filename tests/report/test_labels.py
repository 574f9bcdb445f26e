import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nqpf.report.charts.canvas import canvas, text_width, year_ticks
from nqpf.report.charts.labels import fitting_size, place_labels, spread, wrapped
from nqpf.report.style import house_style


def test_labels_with_room_stay_where_they_belong():
    assert np.allclose(spread([5, 1, 9], 1, 0, 10), [5, 1, 9])


def test_two_that_clash_move_apart_by_the_same_amount():
    assert np.allclose(spread([5, 5], 2, 0, 10), [4, 6])


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_spread_labels_keep_gap_order_and_bounds(wanted):
    placed = spread(wanted, 4, 0, 100)
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(placed[order]) >= 4 - 1e-9).all()
    assert placed.min() >= -1e-9
    assert placed.max() <= 100 + 1e-9


def test_crowded_names_do_not_cover_each_other():
    with house_style():
        _, (axes,) = canvas(4)
        points = np.random.default_rng(1).normal(size=(21, 2))
        axes.plot(*points.T, "o")
        names = [f"City number {i}" for i in range(21)]
        place_labels(axes, points, names, [3] * 21, [{"fontsize": 8}] * 21)
        boxes = [text.get_window_extent() for text in axes.texts]
    overlaps = sum(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert overlaps <= 1


def test_text_shrinks_to_fit_but_not_below_the_least():
    with house_style():
        wide = text_width("Heilongjiang", 9)
        assert fitting_size(["Heilongjiang"], wide + 1, 9, 7) == 9
        assert text_width("Heilongjiang", fitting_size(["Heilongjiang"], 40, 9, 1)) <= 40.5
        assert fitting_size(["Heilongjiang"], 5, 9, 7) == 7


def test_wrapping_never_breaks_a_word():
    assert (
        wrapped("labor-productivity weighted index", 12) == "labor-\nproductivity\nweighted\nindex"
    )


@pytest.mark.parametrize(
    ("years", "ticks"),
    [
        (range(2013, 2023), [2013, 2016, 2019, 2022]),
        (range(2007, 2022), [2007, 2014, 2021]),
        ([2020], [2020]),
        ([2018, 2019], [2018, 2019]),
    ],
)
def test_first_and_last_year_are_always_named(years, ticks):
    _, (axes,) = canvas(2)
    year_ticks(axes, years)
    assert list(axes.get_xticks()) == ticks
