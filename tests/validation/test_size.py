"""Rejection shares, what tests can find, and how much a regressor moves."""

import numpy as np
import pandas as pd
import pytest

from nqpf.regression.overlap import purge
from nqpf.validation.coincidence import OUTCOME, overlap_rejections, ratios
from nqpf.validation.designs import PanelDesign
from nqpf.validation.size import (
    detectable,
    effect_of_slope,
    largest_movers,
    rejection_shares,
    share_that_moves,
    slope_of_effect,
    wilson_interval,
)

ALIKE = PanelDesign("alike", 12, 8)
GIANTS = PanelDesign("giants", 21, 8, giants=2)
WILD = "wild, restricted"


@pytest.fixture(scope="module")
def shares():
    found = rejection_shares([ALIKE, GIANTS], simulations=1500, seed=1, effects=[0.0, 0.4])
    return found.set_index(["design", "effect", "method"])


def test_the_wild_bootstrap_has_its_size_and_others_do_not(shares):
    size = shares.xs(0.0, level="effect")["share"]
    for design in ("alike", "giants"):
        assert size[design, WILD] == pytest.approx(0.05, abs=0.02)
        assert size[design, "classical"] > 0.12
    assert size["giants", "CRV1, t(G−1)"] > 0.12
    assert size["giants", "CRV3, t(G−1)"] < size["giants", "CRV1, t(G−1)"]


def test_an_effect_is_found_more_often_than_none(shares):
    table = shares["share"].unstack("effect")
    assert (table[0.4] > table[0.0]).all()


def test_intervals_hold_their_share_and_shrink_with_the_number(shares):
    assert shares["share"].between(shares["low"], shares["high"]).all()
    few, many = wilson_interval(0.05, 100), wilson_interval(0.05, 10_000)
    assert few[1] - few[0] > 5 * (many[1] - many[0])
    assert wilson_interval(0.0, 50)[0] == pytest.approx(0, abs=1e-12)
    assert wilson_interval(0.0, 50)[1] > 0


def test_a_seed_decides_everything_and_designs_do_not_disturb_each_other():
    options = {"simulations": 60, "seed": 7}
    once = rejection_shares([ALIKE, GIANTS], **options)
    pd.testing.assert_frame_equal(once, rejection_shares([ALIKE, GIANTS], **options))
    alone = rejection_shares([ALIKE], **options)
    pd.testing.assert_frame_equal(once[once["design"] == "alike"], alone)
    other = rejection_shares([ALIKE], simulations=60, seed=8)
    assert (other["share"] != alone["share"]).any()


def test_only_the_methods_asked_for_are_reported():
    found = rejection_shares([ALIKE], simulations=20, seed=1, methods=[WILD])
    assert found["method"].unique().tolist() == [WILD]


def power(shares_by_effect, design="d"):
    rows = [(design, effect, WILD, share) for effect, share in shares_by_effect.items()]
    return pd.DataFrame(rows, columns=["design", "effect", "method", "share"])


def test_what_is_detectable_is_read_between_the_effects():
    assert detectable(power({0.0: 0.05, 0.2: 0.6, 0.4: 1.0}), WILD)["d"] == pytest.approx(0.3)
    noisy = power({0.0: 0.05, 0.1: 0.5, 0.2: 0.45, 0.3: 0.9})
    assert 0.2 < detectable(noisy, WILD)["d"] < 0.3
    assert np.isnan(detectable(power({0.0: 0.05, 0.2: 0.6}), WILD)["d"])


def moving(scale):
    """Units far apart that move by `scale`."""
    rng = np.random.default_rng(1)
    index = pd.MultiIndex.from_product([range(40), range(30)], names=["unit", "year"])
    place = np.repeat(rng.normal(size=40), 30)
    return pd.Series(place + scale * rng.normal(size=1200), index)


def test_the_share_that_moves_is_small_where_units_stay_in_place():
    assert share_that_moves(moving(0.1)) == pytest.approx(0.1 / np.sqrt(1.01), rel=0.15)
    gap = moving(0.1)
    gap.iloc[:5] = np.nan
    assert share_that_moves(gap) == pytest.approx(share_that_moves(moving(0.1)), rel=0.05)


def test_the_largest_movers_are_named_with_their_share():
    scores = moving(0.1)
    scores.loc[7] = scores.loc[7].to_numpy() + 5 * np.random.default_rng(2).normal(size=30)
    first = largest_movers(scores, 1)
    assert first.index.tolist() == [7]
    assert 0.9 < first.iloc[0] < 1


def test_effects_and_slopes_are_two_names_of_one_thing():
    for slope in (0.03, 0.4):
        assert slope_of_effect(effect_of_slope(slope, 0.15), 0.15) == pytest.approx(slope)
    assert slope_of_effect(0.2, 0.15) == pytest.approx(0.03, rel=0.01)


def test_a_shared_denominator_is_found_by_the_guard_and_makes_findings():
    codebook = ratios()
    indicators = [name for name in codebook["id"] if name != OUTCOME]
    kept, removed = purge(codebook, OUTCOME, indicators)
    assert (len(kept), removed["indicator"].tolist()) == (11, ["i12"])
    found = overlap_rejections(simulations=600, seed=2).set_index("index")
    assert found.loc["full", "share"] > 0.15
    assert found.loc["purged", "share"] == pytest.approx(0.05, abs=0.03)
    assert found.loc["full", "correlation"] > 0.1
    assert found.loc["purged", "correlation"] == pytest.approx(0, abs=0.02)
    pd.testing.assert_frame_equal(
        found, overlap_rejections(simulations=600, seed=2).set_index("index")
    )
