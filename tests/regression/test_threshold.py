"""Panel thresholds: Hansen (1999), brute force with dummies, known truth, size, refusals."""

import json

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regression.panel import fit_two_way
from nqpf.regression.threshold import fit_threshold
from nqpf.regression.threshold_bootstrap import bootstrap_gains
from nqpf.regression.threshold_search import build_grid
from tests.regression.simulated import simulated_panel

FAST = {"draws": 99, "seed": 1}


def threshold_panel(units=21, years=15, *, cuts=(0.0,), slopes=(0.0, 1.5), seed=0, noise=0.5):
    """Panel whose slope on x1 depends on where x3 stands."""
    panel = simulated_panel(units, years, 3, seed=seed, effect=0.0, noise=noise)
    regime = np.searchsorted(cuts, panel["x3"], side="left")
    panel["y"] += np.array(slopes)[regime] * panel["x1"]
    return panel


def fit(panel, **options):
    """Threshold in x3 of the slope on x1, x2 controlled for."""
    options = {"switching": ["x1"], "variable": "x3", **FAST, **options}
    return fit_threshold(panel, "y", ["x2"], **options)


def rss_with_dummies(panel, cuts, effects=("unit", "year")):
    """Residual sum of squares by least squares on dummies and one column per regime."""
    regime = np.searchsorted(sorted(cuts), panel["x3"], side="left")
    parts = [
        pd.get_dummies(panel.index.get_level_values(effect), dtype=float).to_numpy()
        for effect in effects
    ]
    slopes = [(panel["x1"] * (regime == r)).to_numpy()[:, None] for r in range(len(cuts) + 1)]
    X = np.hstack([*parts, panel[["x2"]].to_numpy(), *slopes])
    b = np.linalg.lstsq(X, panel["y"].to_numpy(), rcond=None)[0]
    return float(((panel["y"].to_numpy() - X @ b) ** 2).sum())


def test_investment_of_565_firms_as_hansen(golden):
    folder = golden("hansen1999_threshold")

    expected = json.loads((folder / "expected.json").read_text())["expected"]
    raw = pd.read_csv(folder / "hansen1999_raw.csv").rename(columns={"firm": "unit", "t": "year"})
    raw = raw.set_index(["unit", "year"]).sort_index()
    lag = raw.groupby(level="unit")[["q", "cf", "debt"]].shift(1)
    panel = pd.DataFrame(
        {
            "inv": raw["inv"],
            "q": lag["q"],
            "q2": lag["q"] ** 2 / 1e3,
            "q3": lag["q"] ** 3 / 1e6,
            "debt": lag["debt"],
            "q_debt": lag["q"] * lag["debt"],
            "cf": lag["cf"],
        }
    ).dropna()
    result = fit_threshold(
        panel,
        "inv",
        ["q", "q2", "q3", "debt", "q_debt"],
        switching=["cf"],
        variable="debt",
        thresholds=2,
        effects=("unit",),
        points=400,
        trim=0.01,
        **FAST,
    )
    single, double = result.tests.iloc[0], result.tests.iloc[1]
    assert result.linear.rss == pytest.approx(expected["linear_RSS"], abs=1e-5)
    assert single["rss"] == pytest.approx(expected["single"]["RSS"], abs=1e-4)
    assert single["f_xthreg"] == pytest.approx(expected["single"]["F_xthreg"], rel=1e-3)
    assert single["f_classic"] == pytest.approx(expected["single"]["F_hansen_scaling"], rel=1e-3)
    assert single["p"] <= 0.02
    assert double["rss"] == pytest.approx(expected["double"]["RSS"], abs=1e-4)
    assert double["f_classic"] == pytest.approx(expected["double"]["F2"], rel=1e-3)
    assert result.thresholds[0] == pytest.approx(expected["single"]["threshold"], abs=1e-3)
    np.testing.assert_allclose(
        result.thresholds, expected["double"]["thresholds_grid400"], atol=1e-3
    )
    row = result.intervals.iloc[0]  # meets the published interval of the single threshold
    low, high = expected["single"]["xthreg_CI"]
    assert row["low"] < high
    assert row["high"] > low
    keys = ["q", "q2_1e3", "q3_1e6", "debt", "q_debt", "cf_low", "cf_mid", "cf_high"]
    printed = np.array([expected["coefs_double"][key] for key in keys])
    np.testing.assert_allclose(result.fit.coefficients, printed[:, 0], rtol=6e-3, atol=6e-6)
    variance = result.fit.rss / (result.fit.n - result.fit.design.within.rank)
    X = result.fit.design.X
    classical = np.sqrt(np.diag(variance * np.linalg.inv(X.T @ X)))
    np.testing.assert_allclose(classical, printed[:, 1], rtol=6e-3, atol=6e-6)
    assert result.regimes["rows"].sum() == len(panel)


@pytest.mark.parametrize(("effects", "missing"), [(("unit", "year"), 0.15), (("unit",), 0.0)])
def test_search_finds_what_least_squares_with_dummies_finds(effects, missing):
    panel = simulated_panel(8, 7, 3, seed=4, missing=missing)
    result = fit(
        panel,
        thresholds=2,
        effects=effects,
        min_units=2,
        trim=0.1,
        resampling="signs" if missing else "units",
    )
    q = np.sort(panel["x3"].unique())
    units = panel.index.get_level_values("unit")
    least = np.ceil(0.1 * len(panel))

    def allowed(cuts):
        regime = np.searchsorted(sorted(cuts), panel["x3"], side="left")
        sizes = [((regime == r).sum(), units[regime == r].nunique()) for r in range(len(cuts) + 1)]
        return all(rows >= least and count >= 2 for rows, count in sizes)

    def best(others):
        candidates = [g for g in q[:-1] if g not in others and allowed([g, *others])]
        rss = [rss_with_dummies(panel, [g, *others], effects) for g in candidates]
        return candidates[int(np.argmin(rss))], min(rss)

    first, rss_one = best([])
    second, _ = best([first])
    first_again, rss_two = best([second])
    assert result.thresholds == tuple(sorted([first_again, second]))
    linear = rss_with_dummies(panel, [], effects)
    np.testing.assert_allclose(result.tests["rss_without"], [linear, rss_one], rtol=1e-9)
    np.testing.assert_allclose(result.tests["rss"], [rss_one, rss_two], rtol=1e-9)
    dummies = len(panel.index.unique("unit")) + ("year" in effects) * (7 - 1)
    f = (linear - rss_one) / rss_one
    assert result.tests["f_classic"][0] == pytest.approx(f * (len(panel) - dummies))
    assert result.tests["f_xthreg"][0] == pytest.approx(f * (len(panel) - 7))
    profile = result.profiles.query("threshold == 1").set_index("value")["lr"]
    other = result.thresholds[1]
    some = profile.index[3]
    lr = (rss_with_dummies(panel, [some, other], effects) - rss_two) / rss_two
    assert profile[some] == pytest.approx(lr * (len(panel) - dummies))


def test_bootstrap_draws_equal_fits_of_the_drawn_samples():
    panel = threshold_panel(10, 6, seed=3)
    result = fit(panel, thresholds=2, min_units=2)
    design, z = result.linear.design, panel["x1"].to_numpy()[:, None]
    q, _ = np.linalg.qr(design.X)

    def blocks(indicators):
        raw = design.within(indicators * z)
        return (raw - q @ (q.T @ raw))[:, :, None]

    grid = build_grid(
        panel["x3"].to_numpy(), design.codes["unit"], blocks, points=300, trim=0.05, min_units=2
    )
    products = grid.inner_products(result.linear.errors[:, None])
    one, two = (tuple(step[0]) for step in grid.sequence(products, 2))
    draws = 3
    ours = bootstrap_gains(
        result.linear, grid, products, one, two, draws, "units", np.random.default_rng(5)
    )
    # the same draws by hand: residuals of two thresholds, outcomes from one, everything refitted
    residuals = result.fit.errors.reshape(10, 6)
    regime = panel["x3"].to_numpy() > grid.values[one[0]]
    names = {"low": panel["x1"] * ~regime, "high": panel["x1"] * regime}
    small = fit_two_way(panel.assign(**names), "y", ["x2", *names])
    drawn = np.random.default_rng(5).integers(10, size=(draws, 10))
    for draw in range(draws):
        outcome = panel["y"] - small.residuals + residuals[drawn[draw]].ravel()
        again = fit(panel.assign(y=outcome), thresholds=2, min_units=2).tests.iloc[1]
        assert ours[draw] == pytest.approx((again["rss_without"] - again["rss"]) / again["rss"])


def test_one_threshold_is_found_and_its_slopes():
    result = fit(threshold_panel(cuts=(0.3,), seed=2), thresholds=2)
    assert result.thresholds[0] != result.thresholds[1]
    assert result.tests["p"][0] == pytest.approx(0.01)
    single = fit(threshold_panel(cuts=(0.3,), seed=2))
    row = single.intervals.iloc[0]
    assert single.thresholds[0] == pytest.approx(0.3, abs=0.15)
    assert row["low"] <= 0.3 <= row["high"] + 0.05
    terms = single.fit.terms.set_index("term")["estimate"]
    assert terms["x1 [regime 1]"] == pytest.approx(0, abs=0.2)
    assert terms["x1 [regime 2]"] == pytest.approx(1.5, abs=0.2)
    assert single.critical == pytest.approx(7.35, abs=0.005)


def test_two_thresholds_are_found_and_a_third_is_not():
    panel = threshold_panel(30, 15, cuts=(-0.8, 0.9), slopes=(0.0, 1.5, 3.5), seed=1, noise=0.3)
    result = fit(panel, thresholds=3, draws=199)
    assert result.supported() == 2
    double = fit(panel, thresholds=2)
    np.testing.assert_allclose(double.thresholds, (-0.8, 0.9), atol=0.2)


def test_p_is_right_without_a_threshold():
    p = [
        fit(simulated_panel(12, 8, 3, seed=seed), points=30, resampling=resampling).tests["p"][0]
        for resampling in ("units", "signs")
        for seed in range(70)
    ]
    share = (np.array(p).reshape(2, -1) <= 0.1).mean(axis=1)
    assert (share > 0.02).all()
    assert (share < 0.2).all()


def test_two_switching_slopes_share_a_threshold():
    panel = threshold_panel(cuts=(0.0,), seed=6)
    panel["y"] -= np.where(panel["x3"] > 0, 1.0, 0.0) * panel["x2"]
    result = fit_threshold(panel, "y", [], switching=["x1", "x2"], variable="x3", **FAST)
    assert result.thresholds[0] == pytest.approx(0, abs=0.2)
    terms = result.fit.terms.set_index("term")["estimate"]
    assert terms["x2 [regime 2]"] - terms["x2 [regime 1]"] == pytest.approx(-1, abs=0.3)


def test_regimes_name_their_units_and_years():
    panel = simulated_panel(6, 6, 2, seed=1)
    year = panel.index.get_level_values("year")
    unit = panel.index.get_level_values("unit")
    level = {"u000": -5.0, "u001": -4.0, "u002": -3.0, "u003": 3.0, "u004": 4.0, "u005": 5.0}
    panel["x3"] = unit.map(level) + 0.01 * (year - 2000)
    panel.loc[("u005", 2002), "x3"] = -6.0
    panel["y"] += np.where(panel["x3"] > 0, 3.0, 0.0) * panel["x1"]
    result = fit(panel, min_units=3)
    first, second = result.regimes["names"]
    assert first == "u000; u001; u002; u005 2002"
    assert second == "u003; u004; u005 2000-2001, 2003-2005"
    assert result.membership[("u005", 2002)] == 1
    assert result.regimes["units"].tolist() == [4, 3]
    assert result.regimes["rows"].sum() == 36


def test_small_regimes_are_not_searched():
    panel = simulated_panel(6, 8, 2, seed=2)
    unit = panel.index.get_level_values("unit")
    panel["x3"] = (unit == "u005") * 10.0 + np.arange(len(panel)) / 100
    panel["y"] += (unit == "u005") * 50.0 * panel["x1"]
    assert fit(panel, min_units=1).regimes["units"].min() == 1
    assert fit(panel, min_units=3).regimes["units"].min() >= 3


def test_logs_leave_the_threshold_in_its_own_units():
    panel = np.exp(threshold_panel(seed=3))
    by_hand = panel.assign(**{name: np.log(panel[name]) for name in ("y", "x1", "x2")})
    logged = fit(panel, log=["y", "x1", "x2"])
    assert logged.thresholds == fit(by_hand).thresholds
    assert logged.thresholds[0] in panel["x3"].to_numpy()
    np.testing.assert_allclose(logged.fit.coefficients, fit(by_hand).fit.coefficients)


def test_same_seed_same_p_and_dropped_rows_are_counted():
    panel = threshold_panel(8, 8, slopes=(0.0, 0.2), noise=2.0)
    panel.loc[("u000", 2003), "x3"] = np.nan
    panel.loc[("u001", 2003), "y"] = np.nan
    first = fit(panel, resampling="signs")
    pd.testing.assert_frame_equal(first.tests, fit(panel, resampling="signs").tests)
    assert first.dropped.to_dict() == {"missing x3": 1, "missing y": 1}
    assert fit(panel, resampling="signs", seed=2).tests["p"][0] != first.tests["p"][0]


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda p: p.assign(x3=1.0), {}, "varies, got a constant"),
        (lambda p: p.iloc[1:], {}, "balanced panel"),
        (lambda p: p, {"min_units": 9}, "no place for 1 threshold of 'x3'"),
        (lambda p: p, {"trim": 0.4, "thresholds": 2}, "no place for 2 thresholds"),
        (lambda p: p, {"trim": 0.6}, "trimming share"),
        (lambda p: p, {"thresholds": 4}, "one to three"),
        (lambda p: p, {"draws": 10}, "at least 99"),
        (lambda p: p, {"resampling": "rows"}, "units or signs"),
        (lambda p: p, {"switching": []}, "at least one switching"),
        (lambda p: p, {"variable": "x9"}, "got 'x9'"),
        (lambda p: p, {"switching": ["x9"]}, "x9"),
        (lambda p: p.assign(x1=1.0), {}, "x1 does not vary"),
        (lambda p: p.assign(x3=(p["x3"] > 0) * 1.0, x1=(p["x3"] > 0) * 1.0), {}, "no place"),
    ],
)
def test_bad_input_is_refused(change, options, message):
    with pytest.raises(StudyError, match=message):
        fit(change(threshold_panel(8, 6)), **options)
