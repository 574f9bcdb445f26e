"""Distances and Malmquist indices: DEAP's example, known technologies, bad input."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from nqpf.errors import StudyError
from nqpf.productivity import (
    Technology,
    chained_volume,
    cumulated,
    global_malmquist,
    malmquist,
    mean_changes,
    output_distance,
)

PARTS = ["effch", "techch", "pech", "sech", "tfpch"]


@pytest.fixture
def deap(golden):
    """Five firms, one input, one output, three years: DEAP 2.1's example 4 and its output."""
    folder = golden("malmquist_deap_eg4")
    table = pd.read_csv(folder / "eg4.csv").rename(columns={"firm": "unit"})
    expected = json.loads((folder / "expected.json").read_text())["expected"]
    return table.set_index(["unit", "year"]).sort_index(), expected


@pytest.fixture
def panel():
    """Eight units, five years, two inputs, one output below a growing Cobb-Douglas frontier."""
    rng = np.random.default_rng(7)
    index = pd.MultiIndex.from_product(
        [[f"u{k}" for k in range(8)], range(2010, 2015)], names=["unit", "year"]
    )
    frame = pd.DataFrame({"k": rng.lognormal(size=40), "l": rng.lognormal(size=40)}, index=index)
    frame["y"] = frame["k"] ** 0.4 * frame["l"] ** 0.6 * rng.uniform(0.5, 1, 40)
    return frame


def test_deaps_second_year_is_reproduced_digit_by_digit(deap):
    data, expected = deap
    found = malmquist(data, ["x"], ["y"])
    second = found.xs(2, level="year")
    for part in PARTS:
        assert second[part].to_numpy() == pytest.approx(expected["year2"][part], abs=6e-4)
    assert found.xs(3, level="year")[PARTS].to_numpy() == pytest.approx(1)
    by_year = mean_changes(found, "year")
    for part, value in expected["year2"]["mean"].items():
        assert by_year.loc[2, part] == pytest.approx(value, abs=6e-4)
    for part, value in expected["means_by_year_geomean"].items():
        assert np.exp(np.log(by_year[part]).mean()) == pytest.approx(value, abs=6e-4)


def test_deaps_first_year_efficiencies_are_reproduced(deap):
    data, expected = deap
    first = data.xs(1, level="year").astype(float)
    whole = Technology(first[["x"]].to_numpy(), first[["y"]].to_numpy())
    for returns, name in (("constant", "crs_te_year1"), ("variable", "vrs_te_year1")):
        found = output_distance(whole.inputs, whole.outputs, whole, returns)
        assert found == pytest.approx(expected[name], abs=6e-4)


def test_one_input_and_output_need_no_program():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(1, 5, (9, 1)), rng.uniform(1, 5, (9, 1))
    ratio = (y / x).ravel()
    assert output_distance(x, y, Technology(x, y)) == pytest.approx(ratio / ratio.max())


@pytest.mark.parametrize("returns", ["constant", "variable"])
def test_all_programs_at_once_give_what_each_gives_alone(panel, returns):
    rows = panel.xs(2012, level="year")
    x, y = rows[["k", "l"]].to_numpy(), rows[["y"]].to_numpy()
    for unit, distance in enumerate(output_distance(x, y, Technology(x, y), returns)):
        limits = np.vstack(
            [np.hstack([y[unit][:, None], -y.T]), np.hstack([np.zeros((2, 1)), x.T])]
        )
        equal = np.hstack([[0.0], np.ones(8)])[None] if returns == "variable" else None
        alone = linprog(
            np.r_[-1.0, np.zeros(8)],
            A_ub=limits,
            b_ub=np.r_[0.0, x[unit]],
            A_eq=equal,
            b_eq=None if equal is None else [1.0],
        )
        assert distance == pytest.approx(1 / alone.x[0], abs=1e-9)


def test_units_of_measure_do_not_matter(panel):
    scaled = panel * [1e6, 1e-3, 1e4]
    first = malmquist(panel, ["k", "l"], ["y"])[PARTS]
    other = malmquist(scaled, ["k", "l"], ["y"])[PARTS]
    assert other.to_numpy() == pytest.approx(first.to_numpy(), abs=1e-7)


def test_components_multiply_up(panel):
    found = malmquist(panel, ["k", "l"], ["y"])
    assert (found["effch"] * found["techch"]).to_numpy() == pytest.approx(found["tfpch"])
    assert (found["pech"] * found["sech"]).to_numpy() == pytest.approx(found["effch"])
    assert (found["status"] == "ok").all()
    assert len(found) == 8 * 4


def test_a_frontier_that_moves_by_three_percent_is_seen_as_that():
    rng = np.random.default_rng(2)
    index = pd.MultiIndex.from_product(
        [[f"u{k}" for k in range(6)], range(2000, 2005)], names=["unit", "year"]
    )
    efficiency = np.repeat(rng.uniform(0.5, 1, 6), 5)
    efficiency[:5] = 1.0
    x = np.repeat(rng.uniform(1, 9, 6), 5)
    growth = 1.03 ** np.tile(np.arange(5), 6)
    data = pd.DataFrame({"x": x, "y": efficiency * x * growth}, index=index)
    for found in (malmquist(data, ["x"], ["y"]), global_malmquist(data, ["x"], ["y"])):
        assert found["effch"].to_numpy() == pytest.approx(1)
        assert found["techch"].to_numpy() == pytest.approx(1.03)
        assert found["tfpch"].to_numpy() == pytest.approx(1.03)
    level = cumulated(malmquist(data, ["x"], ["y"]))
    assert level.loc[2000].to_numpy() == pytest.approx(100)
    assert level.loc[2004].to_numpy() == pytest.approx(100 * 1.03**4)


def test_the_global_index_is_circular(panel):
    found = global_malmquist(panel, ["k", "l"], ["y"])
    chain = found["tfpch"].groupby(level="unit").prod()
    years = panel.index.get_level_values("year")
    x, y = panel[["k", "l"]].to_numpy(), panel[["y"]].to_numpy()
    best = output_distance(x, y, Technology(x, y))
    direct = best[years == 2014] / best[years == 2010]
    assert chain.to_numpy() == pytest.approx(direct, abs=1e-8)


def test_a_unit_without_data_is_marked_and_spans_nothing(panel):
    hole = panel.copy()
    hole.loc[("u3", 2012), "k"] = np.nan
    found = malmquist(hole, ["k", "l"], ["y"])
    assert found.loc[("u3", 2012), "status"] == "missing"
    assert found.loc[("u3", 2013), "status"] == "missing"
    assert found.loc[("u3", 2014), "status"] == "ok"
    assert found.loc[("u3", 2012), PARTS].isna().all()
    assert found.loc[("u0", 2012), "units"] == 7
    dropped = malmquist(hole.drop(("u3", 2012)), ["k", "l"], ["y"])
    pd.testing.assert_frame_equal(found, dropped)
    assert cumulated(found)["u3"].loc[2012:].isna().all()
    assert mean_changes(found, "unit").loc["u3", "changes"] == 2


def test_years_that_do_not_follow_each_other_give_no_change(panel):
    gap = panel.drop(2012, level="year")
    found = malmquist(gap, ["k", "l"], ["y"])
    assert sorted(set(found.index.get_level_values("year"))) == [2011, 2014]


def test_a_unit_below_all_inputs_has_no_distance_under_variable_returns():
    technology = Technology(np.array([[2.0], [3.0]]), np.array([[1.0], [2.0]]))
    found = output_distance(
        np.array([[1.0], [2.5]]), np.array([[1.0], [1.0]]), technology, "variable"
    )
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(1 / 1.5)
    constant = output_distance(np.array([[1.0]]), np.array([[1.0]]), technology)
    assert constant == pytest.approx([1.5])


def test_an_output_that_the_technology_cannot_make_is_infinitely_far():
    technology = Technology(np.array([[1.0]]), np.array([[1.0, 0.0]]))
    found = output_distance(np.array([[1.0]]), np.array([[1.0, 1.0]]), technology)
    assert np.isinf(found[0])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.assign(k=d["k"] - 100), "inputs must be positive"),
        (lambda d: d.assign(y=-d["y"]), "outputs must not be negative"),
        (lambda d: d.drop(columns="l"), "no column l"),
        (lambda d: d.xs(2010, level="year", drop_level=False), "two adjacent years"),
        (lambda d: d.assign(k=d["k"].where(d.index.get_level_values(1) != 2012)), r"\[2012\]"),
    ],
)
@pytest.mark.parametrize("index", [malmquist, global_malmquist])
def test_unfit_panels_are_refused(panel, index, change, said):
    with pytest.raises(StudyError, match=said):
        index(change(panel), ["k", "l"], ["y"])


def test_a_volume_is_chained_both_ways_from_its_base_year():
    index = pd.MultiIndex.from_product([["a", "b"], range(2000, 2004)], names=["unit", "year"])
    growth = pd.Series([np.nan, 110, 120, 150, 100, 200, np.nan, 100], index=index)
    value = pd.Series(np.arange(8.0) + 10, index=index, name="gdp")
    found = chained_volume(value, growth, 2001)
    assert found["a"].tolist() == pytest.approx([11 / 1.1, 11, 13.2, 19.8])
    assert found["b"].iloc[:2].tolist() == pytest.approx([7.5, 15])
    assert found["b"].iloc[2:].isna().all()
    without_a_year = chained_volume(value, growth.drop(2002, level="year"), 2001)
    assert np.isnan(without_a_year["a", 2003])
    with pytest.raises(StudyError, match="base year 1990"):
        chained_volume(value, growth, 1990)


def test_unfit_arrays_and_words_are_refused(panel):
    x = np.ones((3, 1))
    with pytest.raises(StudyError, match="constant or variable"):
        output_distance(x, x, Technology(x, x), "increasing")
    with pytest.raises(StudyError, match="complete data"):
        output_distance(x * np.nan, x, Technology(x, x))
    with pytest.raises(StudyError, match="one row per unit"):
        output_distance(x, x[:2], Technology(x, x))
    with pytest.raises(StudyError, match="by year or by unit"):
        mean_changes(malmquist(panel, ["k", "l"], ["y"]), "region")
