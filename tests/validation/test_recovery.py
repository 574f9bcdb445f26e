"""Worlds with a known truth: what is right finds it, what is wrong is seen to miss it."""

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.validation.recovery import recover, recover_scenarios
from nqpf.validation.worlds import WORLDS, World

FAST = [world for world in WORLDS if "GMM" not in world.name]
UNBIASED = ("two-way", "first differences", "interaction", "two-stage", "mediation", "SAR")


def shifted(bias, reach=1.96):
    """An estimator with a known bias and standard error one."""

    def answer(rng):
        estimate = bias + rng.standard_normal()
        return estimate, estimate - reach, estimate + reach

    return World("shifted", "mean", 0.0, answer)


def test_bias_and_coverage_are_measured():
    right = recover([shifted(0.0)], replications=2000, seed=1).iloc[0]
    assert abs(right["bias_t"]) < 3
    assert right["coverage"] == pytest.approx(0.95, abs=0.015)
    assert right["coverage_low"] < 0.95 < right["coverage_high"]
    wrong = recover([shifted(0.5)], replications=2000, seed=1).iloc[0]
    assert wrong["bias_t"] > 10
    assert wrong["bias_se"] == pytest.approx(1 / np.sqrt(2000), rel=0.1)
    short = recover([shifted(0.0, reach=1.0)], replications=2000, seed=1).iloc[0]
    assert short["coverage_high"] < 0.8


@pytest.mark.parametrize("world", FAST, ids=lambda world: world.name)
def test_estimators_find_their_truth(world):
    found = recover([world], replications=40, seed=3).iloc[0]
    if world.name.startswith(UNBIASED):
        assert abs(found["bias_t"]) < 4
        assert found["coverage"] > 0.8
    elif world.name == "fixed effects with a lagged outcome":
        assert found["bias"] < -0.1
        assert found["coverage"] < 0.2
    else:
        assert abs(found["bias"]) < 0.03  # a threshold, told to the next observed value


def test_a_seed_decides_everything_and_worlds_do_not_disturb_each_other():
    once = recover([shifted(0.0), FAST[0]], replications=12, seed=5)
    alone = recover([FAST[0]], replications=12, seed=5)
    pd.testing.assert_frame_equal(once.iloc[[1]].reset_index(drop=True), alone)
    assert recover([FAST[0]], replications=12, seed=6)["mean"].iloc[0] != alone["mean"].iloc[0]


def test_scenarios_have_a_row_like_the_others():
    row = recover_scenarios(replications=10, draws=19, seed=1)
    assert list(row) == list(recover([shifted(0.0)], replications=10, seed=1))
    assert row["replications"].iloc[0] == 10
    assert 0 <= row["coverage"].iloc[0] <= 1


def test_too_few_replications_and_broken_estimates_are_refused():
    with pytest.raises(StudyError, match="at least 10 replications"):
        recover([shifted(0.0)], replications=9, seed=1)
    broken = World("broken", "mean", 0.0, lambda _: (np.nan, 0.0, 1.0))
    with pytest.raises(StudyError, match="not a number"):
        recover([broken], replications=10, seed=1)
