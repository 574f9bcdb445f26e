"""The chain's own least squares is the estimator of the tables, and the index does not drift."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.index import IndexOptions, build_index
from nqpf.regression.panel import (
    fit_first_difference,
    fit_long_difference,
    fit_two_way,
)
from nqpf.regression.spatial_weights import contiguity, spatial_lag
from nqpf.scenarios.coverage import TREE, known_truth
from nqpf.scenarios.link import Link, measure_of, regressors
from nqpf.scenarios.slopes import slopes


@pytest.fixture
def link():
    rng = np.random.default_rng(5)
    return known_truth(rng, units=12, years=8, effect=0.5, persistence=0.5)[0]


def whole(link):
    return np.arange(len(link.units))


def slope_of(link, counts=None):
    measure = measure_of(link, whole(link))
    X = regressors(link, link.prepared.values, measure)
    return slopes(link, X, np.ones(len(link.units), int) if counts is None else counts)


def panel_of(link):
    index = build_index(link.indicators, link.hierarchy, link.options)
    return index.scores.join(link.outcome.rename("y"))


def test_the_slope_is_that_of_the_panel_regression(link):
    expected = fit_two_way(panel_of(link), "y", ["index"], log=("y",)).term("index")["estimate"]
    assert slope_of(link)[0] == pytest.approx(expected, rel=1e-10)


def test_rows_may_be_missing(link):
    outcome = link.outcome.copy()
    outcome.iloc[[3, 4, 40, 77]] = np.nan
    gappy = replace(link, outcome=outcome)
    expected = fit_two_way(panel_of(gappy), "y", ["index"], log=("y",)).term("index")["estimate"]
    assert slope_of(gappy)[0] == pytest.approx(expected, rel=1e-10)


def test_differences_are_those_of_the_tables(link):
    panel = panel_of(link)
    first = fit_first_difference(panel, "y", ["index"], log=("y",)).term("index")["estimate"]
    long = fit_long_difference(panel, "y", ["index"], start=0, end=7, log=("y",))
    assert slope_of(replace(link, estimator="first differences"))[0] == pytest.approx(first)
    assert slope_of(replace(link, estimator="long difference"))[0] == pytest.approx(
        long.term("index")["estimate"]
    )


def test_unit_trends_are_dummies_times_years(link):
    panel = panel_of(link)
    units, years = (panel.index.get_level_values(name) for name in ("unit", "year"))
    trends = {f"t{u}": (units == u) * (years - 3.5) for u in link.units[:-1]}
    fit = fit_two_way(panel.assign(**trends), "y", ["index", *trends], log=("y",))
    expected = fit.term("index")["estimate"]
    assert slope_of(replace(link, estimator="unit trends"))[0] == pytest.approx(expected, rel=1e-8)


def test_a_unit_drawn_twice_counts_as_two_units(link):
    panel = panel_of(link)
    twin = panel.xs(link.units[0], level="unit", drop_level=False).rename(
        index={link.units[0]: "twin"}, level="unit"
    )
    doubled = pd.concat([panel, twin]).sort_index()
    expected = fit_two_way(doubled, "y", ["index"], log=("y",)).term("index")["estimate"]
    counts = np.ones(len(link.units), int)
    counts[0] = 2
    assert slope_of(link, counts)[0] == pytest.approx(expected, rel=1e-10)


def test_elements_their_product_controls_and_neighbours_enter(link):
    adjacency = pd.DataFrame({"a": link.units[:-1], "b": link.units[1:]})
    control = pd.DataFrame({"z": np.random.default_rng(1).normal(size=len(link.outcome))},
                           index=link.outcome.index)  # fmt: skip
    both = replace(link, nodes=("labourers", "means"), product=True, controls=control)
    panel = panel_of(link).join(control)
    panel["product"] = panel["labourers"] * panel["means"]
    terms = ["labourers", "means", "product", "z"]
    expected = fit_two_way(panel, "y", terms, log=("y",)).terms["estimate"]
    np.testing.assert_allclose(slope_of(both), expected, rtol=1e-8)
    panel["near"] = spatial_lag(panel, "index", contiguity(adjacency, list(link.units)))
    expected = fit_two_way(panel, "y", ["index", "near"], log=("y",)).terms["estimate"]
    np.testing.assert_allclose(slope_of(replace(link, adjacency=adjacency)), expected, rtol=1e-8)


def test_a_change_moves_nobody_else_even_beyond_the_goalposts(link):
    changed = link.indicators.copy()
    changed.loc[("unit 03", 7), "skill"] = 10 * changed["skill"].max()
    measure = measure_of(link, whole(link))
    moved = regressors(link, link.changed(changed), measure)
    moved = moved - regressors(link, link.prepared.values, measure)
    assert moved[7, 3, 0] > 0
    moved[7, 3] = 0
    assert not moved.any()


def test_a_single_indicator_can_be_the_regressor(link):
    one = replace(link, nodes=("skill",))
    panel = panel_of(link).join(link.indicators["skill"])
    expected = fit_two_way(panel, "y", ["skill"], log=("y",)).term("skill")["estimate"]
    span = link.indicators["skill"].max() - link.indicators["skill"].min()
    assert slope_of(one)[0] * 100 / span == pytest.approx(expected, rel=1e-9)


def test_entropy_weights_are_those_of_the_units_drawn(link):
    other = replace(link, options=IndexOptions(weights="entropy", element_weights="implied"))
    measure = measure_of(other, whole(other))
    scores = regressors(other, other.prepared.values, measure)[..., 0]
    index = build_index(other.indicators, TREE, other.options).scores["index"]
    np.testing.assert_allclose(other.levels_of(index), scores)
    half = measure_of(other, whole(other)[:6])
    assert not np.allclose(half.matrices[0], measure.matrices[0])


def test_scores_that_must_be_positive_keep_the_goalposts_of_all_units(link):
    other = replace(link, options=IndexOptions(aggregation="geometric"))
    half = measure_of(other, whole(other)[:4])
    np.testing.assert_array_equal(half.goalposts, measure_of(other, whole(other)).goalposts)
    assert (regressors(other, other.prepared.values, half) >= 1).all()
    assert not np.array_equal(measure_of(link, whole(link)[:4]).goalposts, half.goalposts)


def test_other_scoring_keeps_the_prepared_indicators(link):
    options = IndexOptions(weights="entropy")
    other = link.rescored(options)
    assert other.options == options
    assert other.prepared is link.prepared
    with pytest.raises(StudyError, match="another treatment prepares the indicators anew"):
        link.rescored(IndexOptions(treatment="winsorise_or_log"))
    above = dict.fromkeys(link.prepared.hierarchy.levels[1], 1.0)
    with pytest.raises(StudyError, match="another given_above prepares the indicators anew"):
        link.rescored(IndexOptions(element_weights="given", given_above=above))
    unused = link.rescored(IndexOptions(given_above=above))  # elements weigh the same in it
    assert unused.prepared is link.prepared


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nodes": ("skil",)}, "skil is no part of its index; there are index, labourers"),
        ({"estimator": "between"}, "one of within, first differences, .* got 'between'"),
    ],
)
def test_a_wrong_link_says_what_there_is(link, changes, message):
    with pytest.raises(StudyError, match=message):
        replace(link, **changes)


def test_a_regressor_without_variation_is_refused(link):
    flat = link.indicators.copy()
    flat["skill"] = flat.groupby("unit")["skill"].transform("mean")
    still: Link = replace(link, indicators=flat, nodes=("skill",))
    with pytest.raises(StudyError, match="does not vary"):
        slope_of(still)
