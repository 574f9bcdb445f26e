import numpy as np
import pytest
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regression.multiverse.joint import STATISTICS, joint_draws, joint_tests
from nqpf.regression.multiverse.run import run_multiverse
from tests.regression.multiverse.grids import small_multiverse

RUNS, DRAWS = 120, 99


def fitted(seed, effect, draws=DRAWS):
    panel, specifications = small_multiverse(12, 8, seed=seed, effect=effect)
    return run_multiverse(panel, specifications, draws=99, seed=seed, joint_draws=draws)


@pytest.fixture(scope="module")
def without_effect():
    tests = [joint_tests(fitted(seed, 0.0)) for seed in range(RUNS)]
    return {
        statistic: np.array([
            one.loc[(one["family"] == "all") & (one["statistic"] == statistic), "p"].item()
            for one in tests
        ])
        for statistic in STATISTICS
    }  # fmt: skip


@pytest.mark.parametrize("statistic", ["median effect", "aggregate score"])
def test_without_an_effect_the_joint_p_is_uniform(without_effect, statistic):
    assert stats.kstest(without_effect[statistic], "uniform").pvalue > 0.05


@pytest.mark.parametrize("statistic", STATISTICS)
def test_without_an_effect_five_per_cent_are_rejected(without_effect, statistic):
    rejected = int((without_effect[statistic] <= 0.05).sum())
    low, high = stats.binom.interval(0.99, RUNS, 0.05)
    if statistic == "share significant":  # often no specification is, so its p is often one
        low = 0
    assert low <= rejected <= high


def test_a_known_effect_is_found_by_every_statistic():
    found = joint_tests(fitted(1, 0.8, draws=499))
    assert (found["p"] <= 0.02).all()
    assert (found["value"] > 0).all()


def test_signs_tell_the_direction():
    found = joint_tests(fitted(1, -0.8))
    assert (found["value"] < 0).all()


def test_families_and_the_whole_are_told_apart():
    multiverse = fitted(3, 0.3)
    found = joint_tests(multiverse)
    assert list(found["family"].unique()) == ["all", "y", "z"]
    sizes = found.groupby("family")["specifications"].first()
    assert sizes["all"] == sizes["y"] + sizes["z"] == 72
    drawn, _ = joint_draws(multiverse)
    own = multiverse.table.loc[multiverse.table["outcome"] == "y", "estimate"].median()
    assert drawn["y"]["median effect"][0] == pytest.approx(own)


def test_a_scale_makes_outcomes_comparable_and_leaves_p_of_one_family_alone():
    multiverse = fitted(3, 0.3)
    scale = multiverse.table["outcome"].map({"y": 2.0, "z": 4.0})
    plain, scaled = joint_tests(multiverse), joint_tests(multiverse, scale)
    one = (plain["family"] == "z") & (plain["statistic"] == "median effect")
    assert scaled.loc[one, "value"].item() == pytest.approx(plain.loc[one, "value"].item() / 4)
    assert scaled.loc[one, "p"].item() == plain.loc[one, "p"].item()


def test_without_joint_draws_there_is_no_joint_test():
    panel, specifications = small_multiverse()
    with pytest.raises(StudyError, match="joint_draws"):
        joint_tests(run_multiverse(panel, specifications, draws=99, seed=1))
