"""One association estimated as PLAN.md says."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters.associations import estimate, estimate_all, numbers, select, worst_of
from nqpf.chapters.declared import FACTOR
from nqpf.regression.panel import statsmodels_model
from tests.chapters.forces import DECLARED, INFERENCE, level, test_on


def test_a_known_effect_is_recovered():
    row = estimate(test_on(level(effect=0.5)).panel, DECLARED.association, INFERENCE)
    assert row["estimate"] == pytest.approx(0.5, abs=4 * row["se"])
    assert row["low"] < 0.5 < row["high"]
    assert row["p"] < 0.01
    assert (row["n"], row["units"], row["first"], row["last"]) == (120, 12, 2010, 2019)
    assert row["exact"]


def test_no_effect_is_told_from_zero_in_about_one_of_twenty():
    told = [
        estimate(
            test_on(level(effect=0, noise=1, seed=seed)).panel, DECLARED.association, INFERENCE
        )["p"]
        < 0.05
        for seed in range(40)
    ]
    assert sum(told) <= 6  # binomial(40, 0.05) exceeds 6 in about one of 200


def test_the_estimate_is_that_of_statsmodels():
    panel = test_on(level()).panel
    scaled = select(panel, DECLARED.association)
    shown = statsmodels_model(scaled, "outcome", [FACTOR], log=("outcome",))
    row = estimate(panel, DECLARED.association, INFERENCE)
    assert row["estimate"] == pytest.approx(shown.params[FACTOR], rel=1e-10)


def test_the_scale_is_that_of_all_years_of_the_index():
    panel = test_on(level(), first=2015).panel
    part = select(panel, replace(DECLARED.association, years=(2015, 2019)))
    whole = panel[FACTOR] / panel[FACTOR].std()
    pd.testing.assert_series_equal(part[FACTOR], whole[part.index])


def test_the_effect_is_over_the_within_deviation_of_the_outcome():
    panel = test_on(level(effect=0.3)).panel
    wide = np.log(panel["outcome"]).unstack("year")
    within = wide.sub(wide.mean(axis=1), axis=0).sub(wide.mean() - wide.to_numpy().mean())
    row = estimate(panel, DECLARED.association, INFERENCE)
    assert row["effect"] == pytest.approx(row["estimate"] / within.to_numpy().std(ddof=1))


def test_rows_without_an_outcome_are_counted():
    panel = test_on(level()).panel
    panel.iloc[5, panel.columns.get_loc("outcome")] = np.nan
    assert estimate(panel, DECLARED.association, INFERENCE)["dropped"] == 1


def test_of_two_outcomes_the_worse_numbers_count():
    rows = estimate_all(
        test_on(level()).panel,
        [DECLARED.association, replace(DECLARED.association, factor="entropy weights")],
        INFERENCE,
    ).assign(effect=[0.4, -0.1], low=[0.1, -0.5], high=[0.9, 0.2], p=[0.01, 0.6], n=[9, 8])
    worst = worst_of(rows)
    assert (worst["effect"], worst["effect_high"]) == (-0.1, 0.4)
    assert (worst["low"], worst["high"], worst["p"], worst["n"]) == (-0.5, 0.9, 0.6, 8)
    assert numbers(rows.iloc[0])["p"] == 0.01
