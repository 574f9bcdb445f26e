import json

import inequality as pysal
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nqpf.errors import StudyError
from nqpf.regional.inequality import (
    MEASURES,
    atkinson,
    coefficient_of_variation,
    gini,
    gini_corrected,
    inequality_path,
    theil_l,
    theil_t,
    theil_t_of_each,
)
from tests.regional.panels import panel_of, quick, values, values_with_zeros

BUNDESLAENDER = [460.69, 549.19, 124.16, 65.29, 31.59, 109.27, 263.44, 39.87, 258.53, 645.59]
BUNDESLAENDER += [131.95, 35.03, 112.66, 56.22, 85.61, 56.81]
ALL = [*MEASURES.values(), lambda x: atkinson(x, 0.5), lambda x: atkinson(x, 1)]


def test_theil_of_reat_is_l():
    # Störmann (2009), the value that REAT::theil prints
    assert theil_l([10, 10, 10, 20, 50]) == pytest.approx(0.2326302, abs=1e-7)
    assert theil_t([10, 10, 10, 20, 50]) == pytest.approx(0.250201211769094, abs=1e-12)


def test_gini_of_textbooks():
    # Doersam (2004), with and without the correction; REAT, grouped and per Land
    assert gini([20, 50, 20, 10]) == pytest.approx(0.3)
    assert gini_corrected([20, 50, 20, 10]) == pytest.approx(0.4)
    income, people = [500, 1500, 2500, 4000, 7500, 15000], [1000, 1200, 1600, 400, 200, 600]
    assert gini(income, people) == pytest.approx(0.5278, abs=1e-4)
    assert gini(BUNDESLAENDER) == pytest.approx(0.5009, abs=1e-4)


def test_the_examples_of_reat(golden):
    found = json.loads((golden("inequality_reat_tiny") / "expected.json").read_text())["expected"]
    theil, plain = found["theil"], found["gini"]
    assert theil_l(theil["x"]) == pytest.approx(theil["theil_L_MLD"], abs=1e-4)
    assert theil_t(theil["x"]) == pytest.approx(theil["theil_T"], abs=1e-4)
    assert gini(plain["x"]) == pytest.approx(plain["G"], abs=1e-4)
    assert gini_corrected(plain["x"]) == pytest.approx(plain["G_star"], abs=1e-4)
    weighted, germany = found["gini_weighted"], found["gini_gdp_bundeslaender_2015"]
    assert gini(weighted["x"], weighted["w"]) == pytest.approx(weighted["G"], abs=1e-4)
    assert gini(germany["x"]) == pytest.approx(germany["G"], abs=1e-4)


def test_mexican_states(golden):
    data = pd.read_csv(golden("theil_mexico") / "mexico.csv")
    published = [0.20894344, 0.15222451, 0.10472941, 0.10194725, 0.09560113, 0.10511256, 0.10660832]
    found = [theil_t(data[f"pcgdp{year}"]) for year in range(1940, 2001, 10)]
    assert found == pytest.approx(published, abs=1e-7)
    assert gini(data["pcgdp1940"]) == pytest.approx(0.3537237117345285, abs=1e-12)


@quick
@given(values)
def test_against_pysal(x):
    x = np.array(x)
    assert theil_t(x) == pytest.approx(
        pysal.theil.Theil(x).T, abs=1e-6
    )  # PySAL adds a small number
    assert gini(x) == pytest.approx(pysal.gini.Gini(x).g, abs=1e-9)
    for aversion in (0.5, 1, 2):
        assert atkinson(x, aversion) == pytest.approx(
            pysal.atkinson.Atkinson(x, aversion).A, abs=1e-9
        )


@quick
@given(values, st.floats(0.001, 1000))
def test_unit_of_measure_does_not_matter(x, scale):
    for measure in ALL:
        assert measure(np.multiply(x, scale)) == pytest.approx(measure(x), abs=1e-9)


@quick
@given(values, st.lists(st.integers(1, 4), min_size=12, max_size=12))
def test_a_weight_is_a_repeated_unit(x, weights):
    weights = weights[: len(x)]
    repeated = np.repeat(x, weights)
    for measure in MEASURES.values():
        assert measure(x, weights) == pytest.approx(measure(repeated), abs=1e-9)


@quick
@given(values, st.floats(0.05, 0.45))
def test_a_transfer_from_rich_to_poor_lowers_inequality(x, part):
    x = np.sort(x)
    if x[-1] - x[0] < 1e-3 * x[-1]:
        return
    moved = x.copy()
    amount = part * (x[-1] - x[0])
    moved[0] += amount
    moved[-1] -= amount
    for measure in ALL:
        assert measure(moved) < measure(x)


@quick
@given(values_with_zeros)
def test_zeros_are_fine_where_0_ln_0_is_0(x):
    assert 0 <= theil_t(x) <= np.log(len(x)) + 1e-12
    assert 0 <= gini(x) <= 1 - 1 / len(x) + 1e-12


def test_one_holds_all():
    assert theil_t([0, 0, 0, 5]) == pytest.approx(np.log(4))
    assert gini([0, 0, 0, 5]) == pytest.approx(0.75)
    assert gini_corrected([0, 0, 0, 5]) == pytest.approx(1)
    assert atkinson([0, 0, 0, 5], 1) == 1
    assert atkinson([0, 0, 0, 5], 2) == 1
    assert coefficient_of_variation([0, 0, 0, 5]) == pytest.approx(np.sqrt(3))


def test_theil_l_refuses_zeros_by_name():
    with pytest.raises(StudyError, match=r"Theil L .* got zero for Yunfu"):
        theil_l(pd.Series([1.0, 0.0], ["Foshan", "Yunfu"]))


@pytest.mark.parametrize("measure", ALL)
def test_edges(measure):
    assert measure([3.0, 3.0, 3.0]) == pytest.approx(0, abs=1e-15)
    assert measure([7.0]) == pytest.approx(0, abs=1e-15)
    for bad, said in (([1, -1], "at least zero"), ([1, np.nan], "got none"), ([], "at least one")):
        with pytest.raises(StudyError, match=said):
            measure(bad)


def test_corrected_gini_of_one_unit_and_aversion_of_zero_are_errors():
    with pytest.raises(StudyError, match="two units"):
        gini_corrected([7.0])
    with pytest.raises(StudyError, match="above zero"):
        atkinson([1, 2], 0)


def test_path_has_a_row_per_year_and_measure():
    wide = pd.DataFrame({2001: [1.0, 2, 3], 2002: [2.0, 2, 2]}, ["a", "b", "c"])
    panel = panel_of(wide).assign(people=[1.0, 1, 2, 2, 3, 3])
    path = inequality_path(panel, "y", weight="people", measures=["Gini", "Theil T"])
    assert path.columns.tolist() == ["year", "measure", "value", "n"]
    assert path["year"].tolist() == [2001, 2001, 2002, 2002]
    assert path["value"].tolist() == pytest.approx(
        [gini([1, 2, 3], [1, 2, 3]), theil_t([1, 2, 3], [1, 2, 3]), 0, 0], abs=1e-15
    )
    with pytest.raises(StudyError, match="measures among"):
        inequality_path(panel, "y", measures=["Theil"])
    with pytest.raises(StudyError, match="got none for b"):
        inequality_path(panel.drop([("b", 2002)]), "y")


def test_theil_of_many_samples_is_that_of_each():
    rng = np.random.default_rng(4)
    values, weights = rng.lognormal(size=(3, 5, 9)), rng.uniform(0.1, 2, (5, 9))
    values[1, 2, 3] = 0.0
    weights[4, :2] = 0.0
    found = theil_t_of_each(values, weights)
    for i, j in np.ndindex(found.shape):
        kept = weights[j] > 0
        assert found[i, j] == pytest.approx(
            theil_t(values[i, j][kept], weights[j][kept]), rel=1e-12
        )
    values[0, 4, 0] = np.nan  # of weight zero
    assert theil_t_of_each(values, weights)[0, 4] == found[0, 4]


@pytest.mark.parametrize(("value", "weight"), [(-1.0, 1.0), (np.nan, 1.0), (1.0, -1.0)])
def test_theil_of_many_samples_refuses_what_theil_refuses(value, weight):
    values, weights = np.ones((2, 3)), np.ones((2, 3))
    values[1, 2], weights[1, 2] = value, weight
    with pytest.raises(StudyError, match=r"for Theil T, got .*unit 2"):
        theil_t_of_each(values, weights)
    with pytest.raises(StudyError, match="got zeros only"):
        theil_t_of_each(np.zeros(3), np.ones(3))
