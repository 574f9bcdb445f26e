"""Leave-one-unit-out and the bootstrap of a whole chain."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regression.chain import expanded_ends, unit_bootstrap
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.influence import leave_one_unit_out
from nqpf.regression.panel import fit_first_difference, fit_pooled, fit_two_way
from tests.regression.frame_chain import frame_bootstrap
from tests.regression.simulated import simulated_panel


@pytest.mark.parametrize("estimator", [fit_two_way, fit_first_difference, fit_pooled])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_equals_refitting_without_the_unit(estimator, missing):
    panel = simulated_panel(8, 6, 2, seed=3, missing=missing)
    fit = estimator(panel, "y", ["x1", "x2"], weights="w")
    table = leave_one_unit_out(fit, "x1").set_index("without")
    for unit in table.index:
        rest = estimator(panel.drop(unit, level="unit"), "y", ["x1", "x2"], weights="w")
        wild = wild_cluster_test(rest, "x1")
        row = table.loc[unit]
        assert row["estimate"] == pytest.approx(wild.estimate, abs=1e-10)
        assert row["se"] == pytest.approx(rest.term("x1")["se"], abs=1e-10)
        assert (row["p"], row["n"], row["clusters"]) == (wild.p, rest.n, rest.clusters)


def test_the_unit_that_makes_the_headline_is_found():
    panel = simulated_panel(10, 8, 1, seed=4, effect=0.0, noise=0.3)
    giant = panel.index.get_level_values("unit") == "u007"
    panel.loc[giant, "y"] += 3 * panel.loc[giant, "x1"]
    table = leave_one_unit_out(fit_two_way(panel, "y", ["x1"]), "x1")
    assert table.loc[table["shift"].abs().idxmax(), "without"] == "u007"


def test_a_term_that_rests_on_one_unit_names_it():
    panel = simulated_panel(6, 6, 1, seed=1)
    panel["x1"] = panel["x1"].where(panel.index.get_level_values("unit") == "u003", 0.0)
    with pytest.raises(StudyError, match="without u003: x1 does not vary"):
        leave_one_unit_out(fit_two_way(panel, "y", ["x1"]), "x1")


def weighted_chain(panel):
    """Index with weights estimated on the panel, then its coefficient."""
    parts = panel[["x1", "x2"]]
    weights = parts.std() / parts.std().sum()
    fit = fit_two_way(panel.assign(index=parts @ weights), "y", ["index"])
    return {"index": fit.coefficients[0], "weight": weights["x1"]}


def test_a_chain_rebuilds_everything_and_covers_the_truth():
    panel = simulated_panel(20, 8, 2, seed=6)
    panel["y"] = panel["x1"] + panel["x2"] + np.random.default_rng(60).normal(size=len(panel))
    result = frame_bootstrap(panel, weighted_chain, draws=99, seed=1)
    table = result.terms.set_index("term")
    sample = weighted_chain(panel)
    assert table.loc["index", "estimate"] == sample["index"]
    assert table.loc["index", "low"] < 2 < table.loc["index", "high"]
    assert table.loc["weight", "se"] > 0  # the weights move with the resample
    again = frame_bootstrap(panel, weighted_chain, draws=99, seed=1)
    assert again.terms.equals(result.terms)


def test_units_drawn_twice_are_two_units():
    panel = simulated_panel(6, 4, 1, seed=7, missing=0.1)
    seen = []

    def build(resampled):
        seen.append(resampled)
        return {"rows": len(resampled)}

    frame_bootstrap(panel, build, draws=5, seed=2)
    assert seen[0].equals(panel)
    for resampled in seen[1:]:
        assert resampled.index.is_unique
        assert resampled.index.unique("unit").size == 6
        for unit, rows in resampled.groupby(level="unit"):
            original = panel.xs(unit.split(" (")[0], level="unit")
            np.testing.assert_array_equal(rows["y"], original["y"])


def test_a_chain_that_fails_too_often_says_why():
    panel = simulated_panel(6, 4, 1, seed=8)

    def build(resampled):
        if resampled.index.unique("unit").str.contains("(", regex=False).any():
            raise StudyError("this index cannot be built")
        return {"one": 1.0}

    with pytest.raises(StudyError, match=r"resamples failed.*cannot be built"):
        frame_bootstrap(panel, build, draws=20, seed=1)


def test_intervals_of_few_units_end_further_out():
    low, high = expanded_ends(0.95, 1_000_000)
    assert (low, high) == pytest.approx((0.025, 0.975), abs=1e-5)
    few, many = expanded_ends(0.95, 10)[0], expanded_ends(0.95, 30)[0]
    assert few < many < 0.025
    wide = np.sqrt(30 / 29) * stats.t.ppf(0.025, 29)  # the formula, once more by hand
    assert many == pytest.approx(stats.norm.cdf(wide))


def test_means_of_few_units_are_covered_as_often_as_promised():
    rng, held = np.random.default_rng(12), 0
    for seed in range(300):
        x = rng.normal(size=12)
        result = unit_bootstrap(
            12, lambda drawn, x=x: {"mean": x[drawn].mean(axis=1)}, draws=299, seed=seed
        )
        held += result.terms["low"].iloc[0] <= 0 <= result.terms["high"].iloc[0]
    assert 0.925 <= held / 300 <= 0.98  # plain percentiles hold it in nine of ten


def test_many_samples_at_once_are_those_of_one_after_the_other():
    x = np.random.default_rng(13).normal(size=(7, 3))
    index = pd.MultiIndex.from_product([list("gfedcba"), range(3)], names=["unit", "year"])
    panel = pd.DataFrame({"x": x[::-1].ravel()}, index=index)

    def one(sample):
        if sample["x"].max() < 1:  # in some samples only
            raise StudyError("no unit swings enough")
        return {"mean": sample["x"].mean(), "most": sample["x"].max()}

    def many(drawn):
        if (x[drawn].max(axis=(1, 2)) < 1).any():
            raise StudyError("no unit swings enough")
        return {"mean": x[drawn].mean(axis=(1, 2)), "most": x[drawn].max(axis=(1, 2))}

    slow = frame_bootstrap(panel, one, draws=90, seed=5)
    fast = unit_bootstrap(7, many, draws=90, seed=5)
    assert slow.failed == fast.failed > 0
    pd.testing.assert_frame_equal(slow.terms, fast.terms, rtol=1e-12)
    pd.testing.assert_frame_equal(slow.replicates, fast.replicates, rtol=1e-12)

    def with_first(drawn):
        if (drawn[:, 0] > 0).any():
            raise StudyError("the first unit is not drawn")
        return {"one": np.ones(len(drawn))}

    with pytest.raises(StudyError, match=r"of 90 resamples failed.*first unit is not drawn"):
        unit_bootstrap(7, with_first, draws=90, seed=5)


def test_one_unit_cannot_be_resampled():
    index = pd.MultiIndex.from_product([["a"], [2020, 2021]], names=["unit", "year"])
    panel = pd.DataFrame({"x": [1.0, 2.0]}, index=index)
    with pytest.raises(StudyError, match="needs two of them, got 1"):
        frame_bootstrap(panel, lambda p: {"mean": p["x"].mean()}, draws=9, seed=1)
