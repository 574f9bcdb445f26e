"""Family-wise adjustment against slow versions of the definitions."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nqpf.errors import StudyError
from nqpf.regression.families import adjust_family
from nqpf.regression.holm import holm
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import fit_two_way
from nqpf.regression.wild import wild_scores
from tests.regression.simulated import simulated_panel


def family(units=8, seed=0, effects=(0.9, 0.3, 0.0)):
    """Fits of three correlated outcomes, one observed for fewer units."""
    panel = simulated_panel(units, 8, 1, seed=seed, effect=0.0)
    rng = np.random.default_rng(seed)
    common = rng.normal(size=len(panel))
    for k, effect in enumerate(effects):
        panel[f"y{k}"] = effect * panel["x1"] + common + rng.normal(size=len(panel))
    panel.loc["u002", "y2"] = np.nan
    return {f"y{k}": (fit_two_way(panel, f"y{k}", ["x1"]), "x1") for k in range(len(effects))}


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_holm_equals_statsmodels(p):
    from statsmodels.stats.multitest import multipletests

    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], atol=1e-12)


def test_adjusted_p_follow_the_definitions():
    hypotheses = family()
    table = adjust_family(hypotheses).set_index("hypothesis")
    names = [f"u00{i}" for i in range(8)]
    draws = []
    for signs in product([1.0, -1.0], repeat=8):
        flip = dict(zip(names, signs, strict=True))
        row = []
        for fit, term in hypotheses.values():
            n, H = wild_scores(fit, term).at(-fit.coefficients[0])
            v = np.array([flip[name] for name in fit.design.labels["unit"]])
            row.append(abs(n @ v) / np.linalg.norm(H @ v))
        draws.append(row)
    draws = np.array(draws)
    t = draws[0]  # all signs kept
    order = np.argsort(-t)
    at_least = 1 - 1e-9
    expected, floor = {}, 0.0
    for step, k in enumerate(order):
        rest = order[step:]
        floor = max(floor, np.mean(draws[:, rest].max(axis=1) >= t[k] * at_least))
        expected[f"y{k}"] = floor
    assert table["p_romano_wolf"].to_dict() == pytest.approx(expected)
    p_star = np.stack(
        [(column[None, :] >= column[:, None] * at_least).mean(axis=1) for column in draws.T], axis=1
    )
    order = np.argsort(p_star[0], kind="stable")
    expected, floor = {}, 0.0
    for step, k in enumerate(order):
        rest = order[step:]
        floor = max(floor, np.mean(p_star[:, rest].min(axis=1) <= p_star[0, k] + 1e-12))
        expected[f"y{k}"] = floor
    assert table["p_westfall_young"].to_dict() == pytest.approx(expected)


def test_family_p_is_the_exact_wild_p_and_adjustments_only_raise_it():
    hypotheses = family(units=12, seed=4)
    table = adjust_family(hypotheses)
    for (fit, term), p in zip(hypotheses.values(), table["p"], strict=True):
        assert wild_cluster_test(fit, term).p == pytest.approx(p, abs=1e-12)
    for name in ("p_holm", "p_romano_wolf", "p_westfall_young"):
        assert (table[name] >= table["p"] - 1e-12).all()
        assert (table[name] <= 1).all()
    assert (table["p_romano_wolf"] <= table["p_holm"] + 0.01).all()
    assert table["exact"].all()


def test_identical_hypotheses_cost_nothing_under_dependence():
    fit, term = family(units=10, seed=5)["y1"]
    table = adjust_family({"a": (fit, term), "b": (fit, term), "c": (fit, term)})
    assert table["p_romano_wolf"].tolist() == pytest.approx(table["p"].tolist())
    assert table["p_westfall_young"].tolist() == pytest.approx(table["p"].tolist())
    assert table["p_holm"][0] == pytest.approx(min(1, 3 * table["p"][0]))


def test_more_than_21_clusters_are_drawn_with_a_seed():
    hypotheses = family(units=24, seed=6)
    with pytest.raises(StudyError, match="seed"):
        adjust_family(hypotheses)
    table = adjust_family(hypotheses, draws=499, seed=1)
    assert not table["exact"].any()
    assert table["p"].min() >= 1 / 500
    assert table.equals(adjust_family(hypotheses, draws=499, seed=1))


def test_empty_family():
    with pytest.raises(StudyError, match="at least one"):
        adjust_family({})
