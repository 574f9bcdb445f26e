"""Groups by interaction and thresholds of the factor."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters.declared import FACTOR, OUTCOME
from nqpf.chapters.heterogeneity import NAMED, differences, groups, smaller_regime, thresholds
from nqpf.regression.holm import holm
from tests.chapters.forces import INFERENCE, level, test_on

GROUP = [f"u{i:02}" for i in range(4)]


def test_a_slope_that_differs_is_found_on_the_scale_of_effects():
    test = test_on(level(effect=0.2, noise=0.02))
    inside = test.panel.index.get_level_values("unit").isin(GROUP)
    x = test.panel[FACTOR] / test.panel[FACTOR].std()
    test.panel[OUTCOME] *= np.exp(0.5 * inside * x)
    table = groups([test], {"provinces": ("East", GROUP)}, INFERENCE)
    row = table.iloc[0]
    assert row["difference"] / row["rest"] == pytest.approx(2.5, abs=0.4)
    assert (row["group"], row["units"]) == ("East", 4)
    shown = differences(table)
    assert list(shown["group"]) == ["East less rest"]
    assert shown["estimate"].iloc[0] == row["difference"]


def test_differences_are_adjusted_within_a_level():
    tests = [test_on(level(seed=seed), id=f"t{seed}", label=f"t{seed}") for seed in range(3)]
    table = groups(tests, {"provinces": ("East", GROUP)}, INFERENCE)
    np.testing.assert_allclose(table["p_adj"], holm(table["p"]))


def test_levels_without_a_group_are_left_out():
    tests = [test_on(level()), test_on(level(seed=4), id="two", label="two")]
    assert len(groups(tests[:1], {"provinces": ("East", GROUP)}, INFERENCE)) == 1


def test_a_kink_is_found_where_it_is():
    test = test_on(level(20, effect=0, noise=0.02))
    x = test.panel[FACTOR] / test.panel[FACTOR].std()
    cut = float(x.median())
    test.panel[OUTCOME] *= np.exp(0.5 * x * (x > cut))
    row = thresholds([test], INFERENCE).iloc[0]
    assert row["threshold"] == pytest.approx(cut, abs=0.1)
    assert row["p"] < 0.05
    assert abs(row["below"]) < 0.15 * abs(row["above"])
    assert row["low"] <= row["threshold"] <= row["high"]


def test_the_smaller_regime_is_named_and_long_lists_are_cut():
    names = "; ".join(f"unit {k}" for k in range(NAMED + 3))
    table = pd.DataFrame({"names_below": ["A; B", names], "names_above": [names, names + "; Z"]})
    members = list(smaller_regime(table)["members"])
    assert members[0] == "below: A; B"
    assert members[1].startswith("below: unit 0")
    assert members[1].endswith("and 3 more")
