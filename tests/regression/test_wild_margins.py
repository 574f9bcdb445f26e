"""Margins of sign vectors, and the intervals made of them, against the definition of the test."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nqpf.errors import StudyError
from nqpf.regression import wild
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import PanelFit, fit_two_way
from nqpf.regression.wild import sign_vectors, wild_scores
from nqpf.regression.wild_margins import DrawnMargins, EnumeratedMargins
from tests.regression.simulated import simulated_panel

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def slow_p(fit: PanelFit, term: str, null: float) -> float:
    """p by the definition: t of every sign vector, one by one."""
    n, H = wild_scores(fit, term).at(null - fit.coefficients[fit.design.position(term)])
    V = np.vstack(list(sign_vectors(fit.clusters, draws=0, seed=None)))
    t = np.abs(V @ n) / np.linalg.norm(V @ H.T, axis=1)
    own = abs(n.sum()) / np.linalg.norm(H.sum(axis=1))
    return np.mean(t >= own * (1 - 1e-9))


def bisected(fit: PanelFit, term: str, side: int, alpha: float) -> float:
    """End of an interval by doubling and bisecting p of the definition."""
    estimate, se = fit.term(term)[["estimate", "se"]]
    inside, outside = 0.0, 2.0
    while slow_p(fit, term, estimate + side * outside * se) > alpha:
        inside, outside = outside, 2 * outside
        if outside > 1e4:
            return side * np.inf
    while outside - inside > 1e-7 * outside:
        middle = (inside + outside) / 2
        if slow_p(fit, term, estimate + side * middle * se) > alpha:
            inside = middle
        else:
            outside = middle
    return estimate + side * inside * se


@FEW
@given(
    clusters=st.integers(2, 11),
    integers=st.booleans(),
    level=st.sampled_from([0.5, 0.75, 0.95]),
    seed=st.integers(0, 10_000),
)
def test_p_and_interval_are_those_of_the_definition(clusters, integers, level, seed):
    panel = simulated_panel(clusters, 6, 2, seed=seed, effect=0.2)
    if integers:  # small whole numbers make sign vectors tie
        panel[["y", "x1"]] = panel[["y", "x1"]].round()
    try:
        fit = fit_two_way(panel, "y", ["x1"])
        result = wild_cluster_test(fit, "x1", level=level)
    except StudyError:
        assume(False)
    assert result.p == slow_p(fit, "x1", 0.0)
    se = fit.term("x1")["se"]
    for end, side in ((result.low, -1), (result.high, 1)):
        expected = bisected(fit, "x1", side, 1 - level)
        if np.isinf(expected):
            assert end == expected
        else:
            inward = end - side * 1e-4 * se
            assert abs(end - expected) <= 1e-4 * abs(expected - result.estimate) or (
                slow_p(fit, "x1", inward) > 1 - level >= slow_p(fit, "x1", end + side * 1e-4 * se)
            )


@pytest.mark.parametrize("clusters", [2, 3, 8, 16])
@pytest.mark.parametrize("distance", [0.0, -0.3, 5.0, 1e3])
def test_enumerated_margins_are_those_of_the_same_vectors_given(clusters, distance):
    fit = fit_two_way(simulated_panel(clusters, 7, 2, seed=clusters), "y", ["x1", "x2"])
    scores = wild_scores(fit, "x1")
    enumerated = EnumeratedMargins(scores)
    given_ = DrawnMargins(scores, sign_vectors(clusters, draws=0, seed=None))
    assert enumerated.vectors == given_.vectors == 2 ** (clusters - 1)
    ours, slack = _together(enumerated.at(distance))
    expected, wide = _together(given_.at(distance))
    scale = np.abs(expected).max()
    np.testing.assert_allclose(np.sort(4 * ours), np.sort(expected), atol=1e-9 * scale)
    assert 4 * slack == pytest.approx(wide, rel=1e-6)
    assert np.count_nonzero(ours == 0) >= 1  # the sample itself


def _together(blocks):
    """Margins of all blocks, and the slack of them."""
    margins, slacks = zip(*[(block.ravel().copy(), slack) for block, slack in blocks], strict=True)
    return np.concatenate(margins), slacks[0]


def test_kept_draws_are_those_drawn_anew_and_cannot_be_changed(monkeypatch):
    kept = list(sign_vectors(30, draws=20_000, seed=5))
    again = list(sign_vectors(30, draws=20_000, seed=5))
    assert all(one is other for one, other in zip(kept, again, strict=True))
    with pytest.raises(ValueError, match="read-only"):
        kept[0][0, 0] = 0.0
    monkeypatch.setattr(wild, "KEPT", 0)
    anew = list(sign_vectors(30, draws=20_000, seed=5))
    assert anew[0] is not kept[0]
    np.testing.assert_array_equal(np.vstack(anew), np.vstack(kept))
