"""Variants of one association, and single units."""

import numpy as np
import pytest

from nqpf.chapters.associations import estimate
from nqpf.chapters.declared import FACTOR, OUTCOME
from nqpf.chapters.mechanisms import within_sd
from nqpf.chapters.robustness import (
    AS_DECLARED,
    leverage,
    robustness,
    spread_without_units,
    within_points,
    without_each_unit,
)
from nqpf.errors import StudyError
from tests.chapters.forces import DECLARED, INFERENCE, level, test_on

ONE = DECLARED.association


def test_the_first_row_is_the_declared_one_and_variants_find_the_truth():
    panel = test_on(level(effect=0.5, noise=0.02), taken_out=()).panel
    rows = robustness(panel, ONE, INFERENCE, trends=True).set_index("label")
    assert rows.index[0] == AS_DECLARED
    scale = within_sd(panel, ONE)
    assert rows.loc[AS_DECLARED, "estimate"] * scale == pytest.approx(
        estimate(panel, ONE, INFERENCE)["estimate"]
    )
    for label in ("first differences", "long difference", "unit trends"):
        assert rows.loc[label, "estimate"] * scale == pytest.approx(0.5, abs=0.05), label
    assert rows.loc["long difference", "n"] == 12


def test_unit_trends_undo_a_trend_that_differs_between_units():
    panel = test_on(level(effect=0, noise=0.01)).panel
    x, years = panel[FACTOR], panel.index.get_level_values("year").to_numpy()
    slopes = x.groupby("unit").transform(lambda path: np.polyfit(np.arange(len(path)), path, 1)[0])
    panel[OUTCOME] = np.exp(np.log(panel[OUTCOME]) + 0.05 * slopes * (years - 2010))
    rows = robustness(panel, ONE, INFERENCE, trends=True).set_index("label")["estimate"]
    assert abs(rows["unit trends"]) < 0.1 * abs(rows[AS_DECLARED])


def test_controls_enter_one_variant_only():
    made = test_on(level()).panel.assign(income=lambda f: f[FACTOR] + np.arange(len(f)) % 7)
    labels = robustness(made, ONE, INFERENCE, controls=("income",))["label"]
    assert list(labels).count("with controls") == 1
    assert "unit trends" not in set(labels)


def test_trends_need_years():
    short = test_on(level()).panel.groupby("unit").head(1)
    with pytest.raises(StudyError):
        robustness(short, ONE, INFERENCE, trends=True)


def test_a_unit_that_makes_the_association_is_named():
    panel = test_on(level(effect=0, noise=0.05)).panel
    x = panel.loc["u04", FACTOR]
    values = panel[OUTCOME].copy()
    values.loc["u04"] = (values.loc["u04"] * np.exp(3 * x / panel[FACTOR].std())).to_numpy()
    panel[OUTCOME] = values
    left = without_each_unit(panel, ONE)
    effect = estimate(panel, ONE, INFERENCE)["effect"]
    spread = spread_without_units(effect, left)
    assert spread["most_influential"] == "u04"
    assert spread["lowest_without"] == "u04"
    assert spread["low"] <= effect <= spread["high"]
    assert len(left) == 12


def test_points_have_the_slope_of_the_effect_and_shares_of_one():
    panel = test_on(level(effect=0.5)).panel
    points = within_points(panel, ONE)
    slope = (points["x"] * points["y"]).sum() / (points["x"] ** 2).sum()
    assert slope == pytest.approx(estimate(panel, ONE, INFERENCE)["effect"])
    assert points["share"].sum() == pytest.approx(1)
    shares = leverage(points)
    assert shares.is_monotonic_decreasing
    assert shares.sum() == pytest.approx(1)
