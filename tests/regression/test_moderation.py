"""Interactions and marginal effects."""

import numpy as np
import pytest

from nqpf.errors import StudyError
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.moderation import moderate
from nqpf.regression.panel import fit_two_way
from tests.regression.simulated import simulated_panel


def moderated_panel(seed=0, units=15, years=10):
    """y = (.2 + .6 m) x1."""
    panel = simulated_panel(units, years, 2, seed=seed)
    rng = np.random.default_rng(seed + 100)  # not the stream of the regressors
    panel["m"] = panel["x2"]
    panel["y"] = (0.2 + 0.6 * panel["m"]) * panel["x1"] + rng.normal(size=len(panel))
    panel["delta"] = (panel.index.get_level_values("unit") < "u006").astype(float)
    return panel


def test_truth_is_recovered():
    result = moderate(moderated_panel(units=30), "y", "x1", "m", at=[-1, 0, 1], draws=499, seed=1)
    assert result.fit.term("x1 x m")["estimate"] == pytest.approx(0.6, abs=0.1)
    assert result.interaction.p < 0.01
    assert not result.moderator_absorbed
    for row, truth in zip(result.marginal.itertuples(), [-0.4, 0.2, 0.8], strict=True):
        assert row.low < truth < row.high


def test_marginal_effects_are_the_linear_combination_with_its_own_test():
    panel = moderated_panel(seed=2, units=10)
    result = moderate(panel, "y", "x1", "m", at=[0.7])
    fit = result.fit
    b, V = fit.coefficients[:2], fit.covariance.matrix[:2, :2]
    row = result.marginal.iloc[0]
    assert row["estimate"] == pytest.approx(b @ [1, 0.7])
    assert row["se"] == pytest.approx(np.sqrt([1, 0.7] @ V @ [1, 0.7]))
    moved = panel.assign(c=panel["x1"] * (panel["m"] - 0.7))
    by_hand = wild_cluster_test(fit_two_way(moved, "y", ["x1", "c", "m"]), "x1")
    assert (row["p"], row["low"]) == pytest.approx((by_hand.p, by_hand.low))


def test_a_moderator_fixed_by_unit_leaves_its_own_term_to_the_effects():
    panel = moderated_panel(seed=3, units=12)
    result = moderate(panel, "y", "x1", "delta")
    assert result.moderator_absorbed
    assert result.fit.design.regressors == ("x1", "x1 x delta")
    assert result.marginal["at"].tolist() == [0.0, 1.0]
    assert result.marginal["share"].tolist() == [0.5, 1.0]
    gap = result.marginal["estimate"].diff().iloc[1]
    assert gap == pytest.approx(result.interaction.estimate)


def test_default_points_are_deciles():
    panel = moderated_panel(seed=4, units=8, years=6)
    result = moderate(panel, "y", "x1", "m")
    np.testing.assert_allclose(
        result.marginal["at"], panel["m"].quantile(np.arange(0.1, 0.91, 0.1))
    )
    assert (np.diff(result.marginal["share"]) > 0).all()


def test_unknown_column():
    with pytest.raises(StudyError, match="got openness"):
        moderate(moderated_panel(), "y", "x1", "openness")
