"""Convergence, regions and mobility of an index whose course is known."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import consequences, definitions, definitions_judged, definitions_regions
from nqpf.chapters import definitions_dynamics as dynamics
from nqpf.chapters.associations import Inference
from nqpf.errors import StudyError
from nqpf.productivity import malmquist

YEARS = range(2010, 2017)
UNITS = [f"u{k:02}" for k in range(12)]
DRAWN = {"bands": 99, "seed": 1, "level": 0.9}


def course(gain):
    """Scores by unit and year: start from 10, 12, ... and gain by a rule."""
    wide = pd.DataFrame(
        {y: [gain(10 + 2 * k, y - 2010, k) for k in range(12)] for y in YEARS}, index=UNITS
    )
    long = wide.rename_axis(index="unit", columns="year").stack().rename("index")
    return long.to_frame().sort_index()


def made(scores):
    regions = pd.Series(["East"] * 6 + ["West"] * 6, index=UNITS)
    return dynamics.Dynamics(scores, scores, regions, False)


@pytest.fixture(scope="module")
def parting():
    """Everyone gains in points by level, and the low gain more in proportion."""
    return made(course(lambda start, t, k: start + t * (3 + 0.1 * start) + 0.2 * np.sin(7 * k + t)))


def test_points_and_proportions_may_part_ways(parting):
    assert dynamics.spread_reading(parting) == "the gaps grew in points and shrank in proportion"
    same = made(course(lambda start, t, _k: start * 1.05**t))
    assert "grew in points" in dynamics.spread_reading(same)
    closing = made(course(lambda start, t, _k: 30 + (start - 30) * 0.8**t))
    assert dynamics.spread_reading(closing) == "the gaps shrank in points and in proportion"


def test_spread_paths_name_the_measures_in_words(parting):
    paths = dynamics.spread_paths(parting, **DRAWN)
    assert list(dict.fromkeys(paths["unit"])) == ["in points", "over the mean", "in logarithms"]
    assert (paths.loc[paths["year"] == 2010, "value"] == 100).all()


def test_those_behind_grow_faster_by_all_three_regressions(parting):
    table = dynamics.convergence_table(parting, Inference(199, 3, 0.95))
    assert (table["beta"] < 0).all()
    assert table["units"].tolist() == [12, 12, 12]
    facts = dynamics.spread_facts(parting, table, **DRAWN)
    assert facts["first_year"] == (2010, "year")
    assert facts["half_absolute"][0] == table["half_life"].iloc[0]


def test_years_shown_run_from_the_first_to_the_last(parting):
    years = dynamics.shown_years(parting)
    assert (years[0], years[-1]) == (2010, 2016)
    assert len(years) == dynamics.SHOWN_YEARS
    found = dynamics.densities(parting, **DRAWN)
    assert list(found["year"].unique()) == years
    facts = dynamics.peak_facts(found)
    assert facts["peak_last"][0] > facts["peak_first"][0]


def test_parts_of_the_gini_add_up_and_theil_is_beside_them(parting):
    parts, table = definitions_regions.inequality_parts(parting, **DRAWN)
    rows = table.set_index(["measure", "part"])
    total = parts[parts["year"] == 2016]["value"].sum()
    assert rows.loc[("Gini (Dagum)", "total"), "last"] == pytest.approx(total)
    assert set(table["measure"]) == {"Gini (Dagum)", "Theil T", "Theil L"}
    facts = definitions_regions.inequality_facts(table)
    assert facts["gini_first"][0] > facts["gini_last"][0]


def test_who_moved_is_named():
    def gain(start, t, k):
        return 100 + t if k == 0 and t > 0 else start + t

    moved = made(course(gain))
    facts = definitions_regions.mobility_facts(moved, **DRAWN)
    assert facts["riser"] == ("u00",)
    assert facts["rise"][0] == 11
    ranks = definitions_regions.ranks_over_time(moved)
    assert ranks.groupby("year")["rank"].apply(lambda r: sorted(r) == list(range(1, 13))).all()


@pytest.fixture(scope="module")
def measured():
    ids = {f"{e[:3]}_{k}": e for e in definitions.ELEMENTS for k in range(2)}
    codebook = pd.DataFrame(
        [
            {"id": i, "level": "province", "role": e, "dimension": i, "direction": "+",
             "default": "core", "unit": "%"}
            for i, e in ids.items()
        ]
    )  # fmt: skip
    rng = np.random.default_rng(2)
    index = pd.MultiIndex.from_product([UNITS, YEARS], names=["unit", "year"])
    frame = pd.DataFrame(np.exp(rng.normal(size=(len(index), 6))), index, columns=list(ids))
    geography = pd.DataFrame({"region": ["East"] * 6 + ["West"] * 6}, index=UNITS)

    def measure(**choices):
        options = definitions.index_options([2010, 2016], choices)
        return definitions.measure("provinces", codebook, frame, geography, options, "u00")

    return measure


def test_scores_that_are_not_positive_are_replaced_by_minmax_ones(measured):
    plain = dynamics.dynamics_of(measured())
    assert not plain.rebuilt
    turned = dynamics.dynamics_of(measured(normalisation="zscore"))
    assert turned.rebuilt
    pd.testing.assert_frame_equal(turned.scores, plain.scores)


def test_yearly_scores_are_not_compared_over_years(measured):
    chosen, remark = definitions_judged.comparable(measured())
    assert remark == ""
    pooled, remark = definitions_judged.comparable(measured(normalisation="minmax_yearly"))
    assert "pooled" in remark
    pd.testing.assert_frame_equal(pooled.scores, chosen.scores)


def test_claims_point_to_figures_of_provinces_only():
    assert definitions_judged.exhibits("provinces")["C006"] == "fig-02-7-correlations"
    assert set(definitions_judged.exhibits("cities").values()) == {"tab-02-8-verdicts"}


def test_a_mean_index_that_falls_has_no_leap(measured):
    result = measured().index
    falling = course(lambda start, t, _k: start - t)
    object.__setattr__(result, "scores", falling)
    with pytest.raises(StudyError, match="does not rise"):
        definitions_judged.leap(result, replications=19, seed=1, level=0.9)


def test_productivity_that_grows_alike_is_the_frontiers():
    index = pd.MultiIndex.from_product([["a", "b", "c"], [2010, 2011, 2012]])
    index = index.set_names(["unit", "year"])
    capital = np.repeat([1.0, 2.0, 4.0], 3)
    output = capital * np.tile([1.0, 1.02, 1.02**2], 3)
    panel = pd.DataFrame({"capital": capital, "output": output}, index)
    changes = malmquist(panel, ["capital"], ["output"])
    facts = consequences.productivity_facts(changes, "b")
    assert facts["tfp"][0] == pytest.approx(2.0)
    assert facts["tfp_frontier"][0] == pytest.approx(2.0)
    assert facts["tfp_catching"][0] == pytest.approx(0.0, abs=1e-9)
    assert facts["tfp_rising"] == (3, "")
    assert consequences.productivity_facts(changes, "z")["tfp"] == ("none",)
    paths = consequences.productivity_paths(changes).set_index(["unit", "year"])["value"]
    assert paths["a", 2012] == pytest.approx(100 * 1.02**2)


def test_what_the_tests_say_depends_on_their_numbers():
    tests = pd.DataFrame(
        {"label": ["x on y", "z on y"], "p": [0.5, 0.6], "effect_low": [-3.0, -2.0],
         "effect_high": [3.0, 2.0]}
    )  # fmt: skip
    assert "None of these" in consequences.tests_reading(tests)
    small = tests.assign(effect_low=[-0.1, -2.0], effect_high=[0.1, 2.0])
    assert "*x on y*" in consequences.tests_reading(small)
    told = tests.assign(p=[0.01, 0.6])
    assert "Told from zero before adjustment for the family: *x on y*" in (
        consequences.tests_reading(told)
    )


def test_a_pace_is_told_only_where_gaps_close(parting):
    table = dynamics.convergence_table(parting, Inference(199, 3, 0.95))
    assert "{half_absolute} years" in dynamics.pace_reading(table)
    apart = made(course(lambda start, t, _k: start * (1 + 0.002 * start) ** t))
    table = dynamics.convergence_table(apart, Inference(199, 3, 0.95))
    assert "no gap is on its way" in dynamics.pace_reading(table)
    assert dynamics.spread_facts(apart, table, **DRAWN)["half_absolute"] == ("no",)
