"""Instruments: Wooldridge's example, linearmodels, pyfixest, coverage when weak, refusals."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regression.anderson_rubin import anderson_rubin_fit, anderson_rubin_set
from nqpf.regression.dynamics import joint_p
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.instruments import fit_iv
from nqpf.regression.panel import fit_two_way
from tests.regression.simulated import simulated_panel


def iv_panel(units=21, years=12, *, strength=0.6, slope=1.0, seed=0, instruments=2, missing=0.0):
    """Panel with an endogenous x, instruments z1, z2, ... and a control c."""
    panel = simulated_panel(units, years, instruments + 2, seed=seed, effect=0.0, missing=missing)
    columns = [f"x{k + 1}" for k in range(instruments + 2)]
    names = dict(zip(columns, [f"z{k + 1}" for k in range(instruments)] + ["c", "u"], strict=True))
    panel = panel.rename(columns=names)
    z = panel[[f"z{k + 1}" for k in range(instruments)]].sum(axis=1)
    panel["x"] = strength * z + panel["u"] + 0.3 * panel["c"]
    panel["y"] += slope * panel["x"] - panel["u"] + 0.5 * panel["c"]
    return panel


def test_returns_to_schooling_as_wooldridge(golden):
    from linearmodels.datasets import mroz

    expected = json.loads((golden("iv_mroz") / "expected.json").read_text())["expected"]
    data = mroz.load()
    data = data[data["inlf"] == 1].assign(unit=range(428), year=1975, lwage=lambda d: d["lwage"])
    panel = data.set_index(["unit", "year"])[
        ["lwage", "educ", "exper", "expersq", "fatheduc", "motheduc"]
    ].astype(float)
    fit = fit_iv(
        panel,
        "lwage",
        "educ",
        ["fatheduc", "motheduc"],
        ["exper", "expersq"],
        effects=(),
        errors="homoskedastic",
    )
    for term in ("educ", "exper", "expersq", "const"):
        row = fit.term(term)
        assert (row["estimate"], row["se"]) == pytest.approx(expected[term], abs=1e-4)
    assert anderson_rubin_set(fit).bounded


def dummies(panel, *names):
    """Columns and a dummy per unit and year."""
    units = pd.get_dummies(panel.index.get_level_values("unit"), dtype=float).to_numpy()
    years = pd.get_dummies(panel.index.get_level_values("year"), dtype=float).to_numpy()[:, 1:]
    return np.hstack([panel[list(names)].to_numpy(), units, years])


@pytest.mark.parametrize("estimator", ["2SLS", "LIML"])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_two_way_iv_as_linearmodels_with_dummies(estimator, missing):
    from linearmodels.iv import IV2SLS, IVLIML

    panel = iv_panel(15, 8, missing=missing, seed=2)
    ours = fit_iv(panel, "y", "x", ["z1", "z2"], ["c"], estimator=estimator, small_sample="none")
    model = {"2SLS": IV2SLS, "LIML": IVLIML}[estimator](
        panel["y"], dummies(panel, "c"), panel[["x"]], panel[["z1", "z2"]]
    )
    codes = pd.factorize(panel.index.get_level_values("unit"))[0]
    theirs = model.fit(cov_type="clustered", clusters=codes, debiased=False)
    assert ours.term("x")["estimate"] == pytest.approx(theirs.params["x"], abs=1e-9)
    assert ours.term("x")["se"] == pytest.approx(theirs.std_errors["x"], rel=1e-8)
    if estimator == "LIML":
        assert ours.kappa == pytest.approx(theirs.kappa, rel=1e-9)
        assert ours.kappa > 1


def test_two_way_iv_and_effective_f_as_pyfixest():
    import pyfixest as pf

    panel = iv_panel(15, 8, seed=4)
    theirs = pf.feols("y ~ c | unit + year | x ~ z1", panel.reset_index(), vcov={"CRV1": "unit"})
    ours = fit_iv(panel, "y", "x", "z1", ["c"])
    assert ours.term("x")["estimate"] == pytest.approx(theirs.coef()["x"], rel=1e-9)
    assert ours.term("x")["se"] == pytest.approx(theirs.se()["x"], rel=1e-9)
    first = fit_two_way(panel, "x", ["z1", "c"]).term("z1")
    assert ours.effective_f == pytest.approx(first["t"] ** 2)
    assert ours.critical_f == pytest.approx(23.11, abs=0.01)
    theirs.IV_Diag()
    assert ours.effective_f == pytest.approx(theirs._eff_F, rel=0.03)  # other small-sample factor


def test_effective_f_of_several_instruments_by_hand():
    panel = iv_panel(15, 8, seed=4, instruments=3)
    ours = fit_iv(panel, "y", "x", ["z1", "z2", "z3"], ["c"])
    first = fit_two_way(panel, "x", ["z1", "z2", "z3", "c"])
    X, pi = first.design.X, first.coefficients[:3]
    gram = X.T @ X
    outer = gram[:3, :3] - gram[:3, 3:] @ np.linalg.solve(gram[3:, 3:], gram[3:, :3])
    V = first.covariance.matrix[:3, :3]
    # F_eff = pi'Q pi / tr(V Q): rotation by Q^(1/2) written out
    assert ours.effective_f == pytest.approx(pi @ outer @ pi / np.trace(V @ outer))
    assert 10 < ours.critical_f < 23.2
    assert ours.first_stage["term"].tolist() == ["z1", "z2", "z3"]


def test_anderson_rubin_ends_are_where_the_f_test_rejects():
    for instruments in (1, 2):
        names = [f"z{k + 1}" for k in range(instruments)]
        panel = iv_panel(21, 10, seed=3, instruments=instruments)
        iv = fit_iv(panel, "y", "x", names, ["c"])
        result = anderson_rubin_set(iv)
        ((low, high),) = result.intervals
        assert low < iv.term("x")["estimate"] < high
        assert 1.0 in result
        for end in (low, high):
            fit = fit_two_way(
                panel.assign(left=panel["y"] - end * panel["x"]), "left", [*names, "c"]
            )
            assert joint_p(fit, names) == pytest.approx(0.05, abs=1e-6)
        reduced = fit_two_way(panel, "y", [*names, "c"])
        assert result.p_zero == pytest.approx(joint_p(reduced, names))
        np.testing.assert_allclose(anderson_rubin_fit(iv).coefficients, reduced.coefficients)


def test_exact_few_cluster_anderson_rubin_test():
    panel = iv_panel(10, 10, seed=3, instruments=1)
    iv = fit_iv(panel, "y", "x", "z1", ["c"])
    right = wild_cluster_test(anderson_rubin_fit(iv, 1.0), "z1")
    wrong = wild_cluster_test(anderson_rubin_fit(iv, 0.0), "z1")
    assert right.exact
    assert right.p > 0.05 > wrong.p


def test_weak_instruments_give_unbounded_sets_that_still_cover():
    inside, unbounded = 0, 0
    for seed in range(200):
        panel = iv_panel(21, 8, strength=0.05, seed=seed, instruments=1)
        iv = fit_iv(panel, "y", "x", "z1", ["c"])
        result = anderson_rubin_set(iv)
        inside += 1.0 in result
        unbounded += not result.bounded
    assert inside / 200 > 0.89
    assert unbounded > 100


def test_contradicting_instruments_give_an_empty_set():
    panel = iv_panel(21, 12, seed=1)
    panel["y"] += 6 * panel["z2"]
    result = anderson_rubin_set(fit_iv(panel, "y", "x", ["z1", "z2"], ["c"]))
    assert result.intervals == ()
    assert 0.0 not in result


def test_truth_is_recovered_where_least_squares_fails():
    iv, ols = [], []
    for seed in range(30):
        panel = iv_panel(30, 10, seed=seed)
        iv.append(fit_iv(panel, "y", "x", ["z1", "z2"], ["c"]).term("x")["estimate"])
        ols.append(fit_two_way(panel, "y", ["x", "c"]).term("x")["estimate"])
    assert np.mean(iv) == pytest.approx(1.0, abs=0.05)
    assert np.mean(ols) < 0.8


def test_two_endogenous_regressors():
    panel = iv_panel(20, 10, instruments=3, seed=6)
    panel["x2"] = panel["z3"] - panel["z1"] + 0.5 * panel["u"] + 0.3 * panel["w"]
    panel["y"] += 0.5 * panel["x2"]
    fit = fit_iv(panel, "y", ["x", "x2"], ["z1", "z2", "z3"], ["c"])
    assert fit.term("x")["estimate"] == pytest.approx(1.0, abs=0.3)
    assert fit.term("x2")["estimate"] == pytest.approx(0.5, abs=0.3)
    assert np.isnan(fit.effective_f)
    assert fit.first_stage["endogenous"].value_counts().to_dict() == {"x": 3, "x2": 3}
    with pytest.raises(StudyError, match="one endogenous"):
        anderson_rubin_set(fit)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    units=st.integers(5, 12),
    years=st.integers(4, 8),
    missing=st.sampled_from([0.0, 0.1, 0.25]),
)
def test_random_unbalanced_panels_as_least_squares_with_dummies(seed, units, years, missing):
    panel = iv_panel(units, years, missing=missing, seed=seed)
    try:
        ours = fit_iv(panel, "y", "x", ["z1", "z2"], ["c"])
    except StudyError:  # too few rows left
        return
    kept = panel.loc[ours.design.rows]
    fixed = dummies(kept, "c")
    Z = np.hstack([kept[["z1", "z2"]].to_numpy(), fixed])
    fitted = Z @ np.linalg.lstsq(Z, kept["x"].to_numpy(), rcond=None)[0]
    second = np.column_stack([fitted, fixed])
    slope = np.linalg.lstsq(second, kept["y"].to_numpy(), rcond=None)[0][0]
    assert ours.term("x")["estimate"] == pytest.approx(slope, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    ("change", "arguments", "options", "message"),
    [
        (lambda p: p, (["x", "c"], ["z1"]), {}, "1 for 2"),
        (lambda p: p, ("x", []), {}, "0 for 1"),
        (lambda p: p, ("x", ["z9"]), {}, "got z9"),
        (lambda p: p, ("x", ["x"]), {}, "each column once"),
        (lambda p: p.assign(z1=1.0), ("x", ["z1"]), {}, "z1 does not vary"),
        (lambda p: p.assign(z2=p["z1"]), ("x", ["z1", "z2"]), {}, "collinear"),
        (lambda p: p, ("x", ["z1"]), {"estimator": "GMM"}, "2SLS or LIML"),
        (lambda p: p, ("x", ["z1"]), {"errors": "robust"}, "cluster or homoskedastic"),
    ],
)
def test_bad_input_is_refused(change, arguments, options, message):
    with pytest.raises(StudyError, match=message):
        fit_iv(change(iv_panel(8, 6)), "y", *arguments, **options)


def test_unrelated_and_too_many_instruments_are_refused():
    panel = iv_panel(6, 8, instruments=3)
    x = fit_two_way(panel, "x", ["z1"])
    panel["x"] = x.residuals  # nothing left of z1, exactly
    with pytest.raises(StudyError, match="not identified"):
        fit_iv(panel, "y", "x", "z1")
    few = iv_panel(3, 12, instruments=3)
    with pytest.raises(StudyError, match="fewer instruments than clusters"):
        anderson_rubin_set(fit_iv(few, "y", "x", ["z1", "z2", "z3"]))


def test_critical_values_are_those_of_montiel_olea_and_pflueger():
    """Their table: 37.42, 23.11, 15.06, 12.05 for tau of 5, 10, 20, 30 % with one degree."""
    for tau, printed in ((0.05, 37.42), (0.1, 23.11), (0.2, 15.06), (0.3, 12.05)):
        assert stats.ncx2.ppf(0.95, 1, 1 / tau) == pytest.approx(printed, abs=0.006)
