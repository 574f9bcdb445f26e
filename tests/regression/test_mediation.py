"""Mediation: identities, a known truth, brute-force bootstrap, published numbers."""

import json

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regression.mediation import mediate
from nqpf.regression.panel import fit_two_way
from tests.regression.simulated import simulated_panel


def mediated_panel(units=20, years=10, *, seed=0, missing=0.0, confounded=0.0):
    """Panel with y = .3 x1 + .8 m1 + 0 m2, m1 = .5 x1, m2 = .5 x1, m3 unrelated."""
    panel = simulated_panel(units, years, 1, seed=seed, missing=missing)
    rng = np.random.default_rng(seed + 1)
    size, hidden = len(panel), rng.normal(size=len(panel))
    panel["m1"] = 0.5 * panel["x1"] + rng.normal(size=size) + confounded * hidden
    panel["m2"] = 0.5 * panel["x1"] + rng.normal(size=size)
    panel["m3"] = rng.normal(size=size)
    panel["y"] = 0.3 * panel["x1"] + 0.8 * panel["m1"] + rng.normal(size=size) + hidden * confounded
    return panel


def rows(result):
    """Estimates by term and mediator."""
    return result.effects.set_index(["term", "mediator"])["estimate"]


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_paths_are_those_of_the_three_regressions(missing):
    panel = mediated_panel(12, 7, seed=3, missing=missing)
    names = ["m1", "m2", "m3"]
    result = mediate(panel, "y", "x1", names, controls=["w"], draws=50, seed=1)
    estimate = rows(result)
    full = fit_two_way(panel, "y", ["x1", "w", *names])
    assert estimate["direct", ""] == pytest.approx(full.term("x1")["estimate"], abs=1e-10)
    total = fit_two_way(panel, "y", ["x1", "w"])
    assert estimate["total", ""] == pytest.approx(total.term("x1")["estimate"], abs=1e-10)
    for name in names:
        a = fit_two_way(panel, name, ["x1", "w"]).term("x1")["estimate"]
        b = full.term(name)["estimate"]
        assert estimate["factor on mediator", name] == pytest.approx(a, abs=1e-10)
        assert estimate["mediator on outcome", name] == pytest.approx(b, abs=1e-10)
        assert estimate["indirect", name] == pytest.approx(a * b, abs=1e-10)
    parts = estimate["direct", ""] + estimate["indirect", "all"]
    assert parts == pytest.approx(estimate["total", ""], abs=1e-10)
    assert (result.n, result.clusters) == (full.n, 12)


def test_truth_is_recovered_and_covered():
    result = mediate(mediated_panel(40, 12, seed=5), "y", "x1", ["m1", "m2"], draws=399, seed=1)
    table = result.effects.set_index(["term", "mediator"])
    for key, truth in [(("indirect", "m1"), 0.4), (("indirect", "m2"), 0), (("direct", ""), 0.3)]:
        row = table.loc[key]
        assert row["estimate"] == pytest.approx(truth, abs=0.1)
        assert row["low"] < truth < row["high"]
    assert table.loc[("indirect", "m1"), "p"] < 0.01 < table.loc[("indirect", "m2"), "p"]
    assert result.failed == 0


def test_bootstrap_resamples_whole_units_with_effects_anew():
    panel = mediated_panel(7, 6, seed=8, missing=0.1)
    result = mediate(panel, "y", "x1", ["m1"], draws=40, seed=9)
    rng = np.random.default_rng(9)
    counts = rng.multinomial(7, np.full(7, 1 / 7), 40)
    units = sorted(panel.index.unique("unit"))
    indirect = []
    for draw in counts:
        copies = [
            panel.xs(unit, level="unit", drop_level=False).rename(
                index={unit: f"{unit}-{copy}"}, level="unit"
            )
            for unit, count in zip(units, draw, strict=True)
            for copy in range(count)
        ]
        sample = pd.concat(copies)
        a = fit_two_way(sample, "m1", ["x1"]).coefficients[0]
        indirect.append(a * fit_two_way(sample, "y", ["x1", "m1"]).coefficients[1])
    row = result.effects.query("term == 'indirect' and mediator == 'm1'").iloc[0]
    assert row["se"] == pytest.approx(np.std(indirect, ddof=1), rel=1e-8)
    assert row["low"] == pytest.approx(np.quantile(indirect, 0.025), rel=1e-8)


def test_sensitivity_is_the_estimate_at_rho_zero_and_nil_at_rho_zero_crossing():
    panel = mediated_panel(25, 10, seed=2)
    result = mediate(panel, "y", "x1", ["m1"], rhos=[0.0], draws=30, seed=1)
    assert result.sensitivity["indirect"].iloc[0] == pytest.approx(rows(result)["indirect", "m1"])
    crossing = result.rho_zero["m1"]
    again = mediate(panel, "y", "x1", ["m1"], rhos=[crossing], draws=30, seed=1)
    assert again.sensitivity["indirect"].iloc[0] == pytest.approx(0, abs=1e-12)
    curve = mediate(panel, "y", "x1", ["m1"], draws=30, seed=1).sensitivity["indirect"]
    assert (np.diff(curve) < 0).all()


def test_sensitivity_at_the_true_rho_undoes_confounding():
    panel = mediated_panel(80, 12, seed=4, confounded=1.0)
    # errors: mediator e + h, outcome e + h, so their correlation is 1/2
    result = mediate(panel, "y", "x1", ["m1"], rhos=[0.0, 0.5], draws=30, seed=1)
    naive, corrected = result.sensitivity["indirect"]
    assert naive > 0.55
    assert corrected == pytest.approx(0.4, abs=0.08)


def test_framing_experiment_of_r_mediation(golden):
    folder = golden("mediation_framing")
    expected = json.loads((folder / "expected.json").read_text())["expected"]["med.out"]
    frame = pd.read_csv(folder / "framing.csv")
    dummies = pd.get_dummies(frame[["educ", "gender"]], drop_first=True, dtype=float)
    panel = frame.join(dummies).assign(unit=[f"{i:03d}" for i in range(len(frame))], year=2010)
    result = mediate(
        panel.set_index(["unit", "year"]),
        "cong_mesg",
        "treat",
        ["emo"],
        controls=["age", "income", *dummies.columns],
        effects=(),
        draws=1999,
        seed=1,
    )
    # theirs is a probit outcome, ours its linear probability; the stated tolerance is .01 and .03
    table = result.effects.set_index(["term", "mediator"])
    for key, name in [
        (("indirect", "emo"), "d.avg"),
        (("direct", ""), "z.avg"),
        (("total", ""), "tau.coef"),
    ]:
        assert table.loc[key, "estimate"] == pytest.approx(expected[name][0], abs=0.01)
    both = np.add(expected["d0.ci"], expected["d1.ci"]) / 2
    np.testing.assert_allclose(table.loc[("indirect", "emo"), ["low", "high"]], both, atol=0.03)


def test_bad_input():
    panel = mediated_panel(6, 5)
    with pytest.raises(StudyError, match="list of mediators"):
        mediate(panel, "y", "x1", "m1", draws=9, seed=1)
    with pytest.raises(StudyError, match="between -1 and 1"):
        mediate(panel, "y", "x1", ["m1"], rhos=[1.0], draws=9, seed=1)
    with pytest.raises(StudyError, match="collinear"):
        mediate(panel.assign(m4=2 * panel["m1"]), "y", "x1", ["m1", "m4"], draws=9, seed=1)


def test_draws_without_a_solution_are_counted():
    result = mediate(mediated_panel(3, 6, seed=1), "y", "x1", ["m1"], draws=200, seed=1)
    assert 0 < result.failed < 60  # one unit drawn three times: its years absorb everything
    assert np.isfinite(result.effects["low"]).all()
