"""Published results: panel fixed effects, clustered covariances, wild cluster bootstrap."""

import json

import numpy as np
import pandas as pd
import pytest

from nqpf.regression.covariance import (
    coefficient_table,
    crv1,
    crv3,
    driscoll_kraay,
    jackknife,
    two_way_clusters,
)
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import fit_one_way, fit_pooled, fit_two_way


def published(folder):
    """Expected numbers of a golden folder."""
    return json.loads((folder / "expected.json").read_text())["expected"]


def se(covariance):
    """Standard errors."""
    return np.sqrt(np.diag(covariance.matrix))


def homoskedastic_se(fit):
    """Textbook standard errors, as printed by plm and Baltagi."""
    variance = fit.rss / (fit.n - fit.design.parameters)
    return np.sqrt(np.diag(variance * np.linalg.inv(fit.design.X.T @ fit.design.X)))


def grunfeld():
    """Ten firms, twenty years, from the statsmodels wheel."""
    from statsmodels.datasets import grunfeld as data

    frame = data.load_pandas().data
    frame = frame[frame["firm"] != "American Steel"].astype({"year": int})
    return frame.rename(columns={"firm": "unit"}).set_index(["unit", "year"]).sort_index()


def test_grunfeld_fixed_effects_of_plm(golden):
    folder = golden("grunfeld_panel")
    expected = published(folder)
    panel = pd.read_csv(folder / "grunfeld10.csv")
    panel = panel.rename(columns={"firm": "unit"}).set_index(["unit", "year"])
    for name, fit in [
        ("oneway_FE", fit_one_way(panel, "inv", ["value", "capital"])),
        ("twoway_FE", fit_two_way(panel, "inv", ["value", "capital"])),
    ]:
        numbers = np.array([expected[name][term] for term in ("value", "capital")])
        np.testing.assert_allclose(fit.coefficients, numbers[:, 0], atol=1e-6)
        np.testing.assert_allclose(homoskedastic_se(fit), numbers[:, 1], atol=1e-6)
    one, two = (
        panel["inv"] - panel[["value", "capital"]] @ f.coefficients
        for f in (
            fit_one_way(panel, "inv", ["value", "capital"]),
            fit_two_way(panel, "inv", ["value", "capital"]),
        )
    )
    means = one.groupby("unit").mean()
    np.testing.assert_allclose(means - means.mean(), expected["oneway_FE_effects_dmean"], atol=1e-4)
    years = two.groupby("year").mean()
    levels = years - years.loc[1935] + expected["twoway_FE_time_effects"]["1935"]
    printed = list(expected["twoway_FE_time_effects"].values())
    np.testing.assert_allclose(levels, printed, atol=0.011)  # printed with two digits


def test_grunfeld_robust_errors_of_stata_and_r(golden):
    expected = published(golden("grunfeld_stata_robust"))
    names = ["const", "value", "capital"]
    fit = fit_pooled(grunfeld(), "invest", ["value", "capital"])

    def numbers(key):
        return [expected[key][name] for name in names]

    np.testing.assert_allclose(fit.coefficients, numbers("coef"), rtol=1e-6)
    np.testing.assert_allclose(se(crv1(fit)), numbers("se_cluster_firm_small"), rtol=1e-6)
    large = se(crv1(fit, small_sample="none"))
    np.testing.assert_allclose(large, numbers("se_cluster_firm_large"), rtol=1e-6)
    both = se(two_way_clusters(fit))
    np.testing.assert_allclose(both, numbers("se_two_way_firm_year_small"), rtol=1e-6)
    kraay = se(driscoll_kraay(fit, 4, small_sample="none"))
    np.testing.assert_allclose(kraay, numbers("se_driscoll_kraay_xtscc_lag4"), rtol=1e-6)
    np.testing.assert_allclose(se(crv3(fit)), numbers("se_CRV3"), rtol=1e-6)
    np.testing.assert_allclose(se(jackknife(fit)), numbers("se_cluster_jackknife"), rtol=1e-6)


def test_petersen_errors_of_r_sandwich(golden):
    folder = golden("petersen_cluster_se")
    expected = published(folder)
    panel = pd.read_csv(folder / "petersen.csv")
    panel = panel.rename(columns={"firm": "unit"}).set_index(["unit", "year"])
    fit = fit_pooled(panel, "y", ["x"])
    classical = expected["se_classical"]
    np.testing.assert_allclose(homoskedastic_se(fit), [classical["const"], classical["x"]], 1e-6)
    firm = expected["vcov_cluster_firm_HC1"]
    matrix = [[firm["cc"], firm["cx"]], [firm["cx"], firm["xx"]]]
    np.testing.assert_allclose(crv1(fit).matrix, matrix, rtol=1e-6)
    third = expected["vcov_cluster_firm_CV3_jackknife"]
    matrix = [[third["cc"], third["cx"]], [third["cx"], third["xx"]]]
    np.testing.assert_allclose(crv3(fit).matrix, matrix, rtol=1e-6)
    both = expected["vcov_twoway_firm_year"]
    matrix = [[both["cc"], both["cx"]], [both["cx"], both["xx"]]]
    np.testing.assert_allclose(two_way_clusters(fit, common_factor=False).matrix, matrix, rtol=1e-6)
    kraay = expected["driscoll_kraay"]["lag_Tminus1_noadj"]
    ours = se(driscoll_kraay(fit, 9, small_sample="none"))
    np.testing.assert_allclose(ours, [kraay["const"], kraay["x"]], rtol=1e-6)


def test_nlsw88_clustered_and_wild(golden):
    folder = golden("nlsw88_cluster_and_wcb")
    expected = published(folder)
    frame = pd.read_csv(folder / "nlsw88.csv").dropna(subset=["industry"])
    frame["south_union"] = frame["south"] * frame["union"]
    panel = frame.rename(columns={"industry": "unit", "idcode": "year"}).set_index(["unit", "year"])
    first = expected["reg_wage_tenure_ttlexp_collgrad_southXunion"]
    # the interaction in the log is factor notation: south, union and their product
    regressors = ["tenure", "ttl_exp", "collgrad", "south", "union", "south_union"]
    fit = fit_pooled(panel, "wage", regressors)
    assert (fit.n, fit.clusters) == (first["N"], first["G"])
    assert fit.within_r2 == pytest.approx(first["r2"], abs=5e-5)
    for term in ("tenure", "ttl_exp", "collgrad"):
        ours = fit.term(term)
        np.testing.assert_allclose([ours["estimate"], ours["se"]], first[term], atol=1e-6)
    second = expected["wcb_tenure"]
    fit = fit_pooled(panel, "wage", ["tenure", "ttl_exp", "collgrad"])
    result = wild_cluster_test(fit, "tenure")
    assert result.t == pytest.approx(second["t"], abs=1e-4)
    assert result.exact
    assert result.p == pytest.approx(second["p_wcr_rademacher_999"], abs=0.03)
    for end in second["ci"]:  # 999 draws there: their ends must be borderline here
        assert wild_cluster_test(fit, "tenure", end).p == pytest.approx(0.05, abs=0.03)


def test_collapsed_enumeration_of_boottest(golden):
    folder = golden("wcb_collapsed_enumerated")
    expected = published(folder)
    frame = pd.read_csv(folder / "collapsed.csv").rename(columns={"year": "unit"})
    panel = frame.assign(year=range(len(frame))).set_index(["unit", "year"])
    fit = fit_pooled(panel, "hasinsurance", ["selfemployed", "post", "post_self"])
    result = wild_cluster_test(fit, "post_self", 0.04)
    assert result.t == pytest.approx(expected["t"], abs=1e-4)
    # boottest prints 19/256: one of the two ties with the sample is counted there, both here
    assert (result.p, result.ties) == (20 / 256, 2)
    assert (
        result.p - result.ties / 256 - 1e-9
        <= expected["p_wcr_rademacher_full_enumeration_256"]
        <= result.p
    )
    # p is a step function; boottest interpolates its ends between these steps
    wide = wild_cluster_test(fit, "post_self", 0.04, level=1 - 15 / 256)
    narrow = wild_cluster_test(fit, "post_self", 0.04, level=1 - 17 / 256)
    low, high = expected["ci95"]
    assert wide.low <= low <= narrow.low
    assert narrow.high <= high <= wide.high
    assert result.low == pytest.approx(low, abs=1e-3)
    assert result.high == pytest.approx(high, abs=1e-3)
    webb = wild_cluster_test(fit, "post_self", 0.04, weights="webb", draws=9_999, seed=1)
    assert webb.p == pytest.approx(expected["p_wcr_webb_999"], abs=0.03)
    other = wild_cluster_test(fit, "post")
    assert other.t == pytest.approx(expected["t_b"], abs=1e-4)
    assert other.p == 2 / 256  # only the sample and its mirror: boottest, not counting it, prints 0
    np.testing.assert_allclose([other.low, other.high], expected["ci_b"], atol=1e-3)


def test_voters_of_fwildclusterboot(golden):
    folder = golden("wcb_voters")
    expected = published(folder)
    frame = pd.read_csv(folder / "voters.csv").rename(columns={"group_id1": "unit"})
    factors = pd.get_dummies(
        frame[["Q1_immigration", "Q2_defense"]].astype(str), drop_first=True, dtype=float
    )
    panel = pd.concat([frame, factors], axis=1).assign(year=range(len(frame)))
    panel = panel.set_index(["unit", "year"])
    regressors = ["treatment", "log_income", *factors.columns]
    fit = fit_pooled(panel, "proposition_vote", regressors)
    result = wild_cluster_test(fit, "treatment", draws=9_999, seed=1)
    assert result.estimate == pytest.approx(expected["estimate"], abs=5e-4)
    assert result.t == pytest.approx(expected["statistic"], abs=5e-4)
    assert result.p < 0.004
    np.testing.assert_allclose([result.low, result.high], expected["ci"], atol=0.003)


def test_munnell_within_of_baltagi(golden):
    folder = golden("munnell_produc")
    panel = pd.read_csv(folder / "produc.csv").rename(columns={"state": "unit"})
    panel = panel.set_index(["unit", "year"])
    terms = ["pcap", "pc", "emp", "unemp"]
    fit = fit_one_way(panel, "gsp", terms, log=["gsp", "pcap", "pc", "emp"])
    numbers = np.array([published(folder)["within_oneway_published"][term] for term in terms])
    np.testing.assert_allclose(fit.coefficients, numbers[:, 0], atol=1e-4)
    np.testing.assert_allclose(homoskedastic_se(fit), numbers[:, 1], atol=1e-4)


def test_wage_panel_two_way_of_linearmodels(golden):
    expected = published(golden("wage_panel_twoway_fe"))["coef"]
    wage_panel = pytest.importorskip("linearmodels.datasets.wage_panel")
    panel = wage_panel.load().rename(columns={"nr": "unit"}).set_index(["unit", "year"])
    fit = fit_two_way(panel, "lwage", list(expected))
    numbers = np.array(list(expected.values()))
    np.testing.assert_allclose(fit.coefficients, numbers[:, 0], atol=1e-4)
    np.testing.assert_allclose(homoskedastic_se(fit), numbers[:, 1], atol=1e-4)


def test_terms_of_a_golden_fit_are_tidy(golden):
    fit = fit_pooled(grunfeld(), "invest", ["value", "capital"])
    table = coefficient_table(fit, crv1(fit), level=0.9)
    assert list(table) == ["term", "estimate", "se", "t", "p", "low", "high"]
    assert (table["low"] < table["high"]).all()
    assert (table["high"] < fit.terms["high"]).all()


def test_specifications_of_specr_one_by_one(golden):
    folder = golden("spec_curve_specr_example")
    expected = published(folder)
    data = pd.read_csv(folder / "example_data.csv")
    panel = data.assign(unit=range(len(data)), year=1).set_index(["unit", "year"])
    specifications = pd.read_csv(folder / "specs.csv", keep_default_na=False)
    ours = []
    for row in specifications.itertuples():
        controls = row.controls.split("+") if row.controls else []
        fit = fit_pooled(panel, row.y, [row.x, *(name.strip() for name in controls)])
        assert fit.n == row.n
        ours.append(fit.term(row.x)["estimate"])
    np.testing.assert_allclose(ours, specifications["est"], atol=1e-10)
    assert len(ours) == expected["n_specs_full_sample"]
    assert np.median(ours) == pytest.approx(expected["median"], abs=1e-10)
    assert (min(ours), max(ours)) == pytest.approx((expected["min"], expected["max"]), abs=1e-10)
