"""Difference GMM: Arellano and Bond (1991), linearmodels, numerical derivatives, known truth."""

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regression.dynamics import lagged
from nqpf.regression.gmm import _outer_scores, _robust, _step, fit_difference_gmm
from nqpf.regression.gmm_design import build_differenced
from nqpf.regression.panel import fit_two_way


def dynamic_panel(units=60, years=8, *, a=0.5, b=1.0, seed=0, feedback=0.0, serial=0.0):
    """y_it = a y_i,t-1 + b x_it + unit + year + e_it; x may answer earlier errors."""
    rng = np.random.default_rng(seed)
    unit, burn = rng.normal(size=units), 20
    y, x, e = np.zeros(units), np.zeros(units), np.zeros(units)
    frames = []
    for t in range(burn + years):
        x = 0.5 * x + feedback * e + 0.3 * unit + rng.normal(size=units)
        e = serial * e + rng.normal(size=units)
        y = a * y + b * x + unit + 0.1 * t + e
        if t >= burn:
            frames.append(pd.DataFrame({"unit": np.arange(units), "year": t, "y": y, "x": x}))
    panel = pd.concat(frames)
    panel["unit"] = panel["unit"].map("u{:03d}".format)
    return panel.set_index(["unit", "year"]).sort_index()


def employment(folder):
    """Arellano and Bond's 140 firms: logs of employment, wages, capital, output."""
    data = pd.read_csv(folder / "abdata.csv").rename(columns={"id": "unit"})
    panel = data.astype({"unit": int, "year": int}).set_index(["unit", "year"]).sort_index()
    for name, years in (("w", 1), ("k", 1), ("k", 2), ("ys", 1), ("ys", 2)):
        panel[f"{name}{years}"] = lagged(panel, name, years)
    return panel


def test_employment_equations_of_arellano_and_bond(golden):
    """Their Table 4: column (a1), and column (b) with R's plm `pgmm` and Windmeijer's errors."""
    panel = employment(golden("arellano_bond_abdata"))
    names = ["w", "w1", "k", "ys", "ys1"]
    full = fit_difference_gmm(panel, "n", lags=2, exogenous=names, collapse=False)
    printed = [0.474151, -0.052967, -0.513205, 0.224640, 0.292723, 0.609775, -0.446373]
    errors = [0.185398, 0.051749, 0.145565, 0.141950, 0.062627, 0.156263, 0.217302]
    np.testing.assert_allclose(full.terms["estimate"], printed, atol=2e-6)
    np.testing.assert_allclose(full.terms["se"], errors, atol=2e-6)
    np.testing.assert_allclose(
        full.terms["se_uncorrected"],
        [0.0853, 0.0273, 0.0493, 0.0801, 0.0395, 0.1085, 0.1248],
        atol=6e-5,
    )
    np.testing.assert_allclose(full.autocorrelation["z"], [-1.53845, -0.27968], atol=1e-5)
    assert full.hansen == pytest.approx(30.11247, abs=1e-4)
    assert (full.hansen_df, full.rows, full.instruments) == (25, 611, 38)
    assert full.hansen_p == pytest.approx(0.22011, abs=1e-5)
    few = fit_difference_gmm(panel, "n", lags=2, exogenous=names)
    printed = [0.853895, -0.169886, -0.533119, 0.352516, 0.271707, 0.612855, -0.682550]
    errors = [0.562348, 0.123293, 0.245948, 0.432846, 0.089921, 0.242289, 0.612311]
    np.testing.assert_allclose(few.terms["estimate"], printed, atol=3e-6)
    np.testing.assert_allclose(few.terms["se"], errors, atol=3e-6)
    assert few.hansen == pytest.approx(11.62681, abs=1e-4)
    assert few.hansen_df == 5
    np.testing.assert_allclose(few.autocorrelation["z"], [-1.290551, 0.4482577], atol=1e-5)
    one = fit_difference_gmm(panel, "n", lags=2, exogenous=names, collapse=False, steps=1)
    np.testing.assert_allclose(one.autocorrelation["z"], [-2.493, -0.359], atol=6e-4)
    names = ["w", "w1", "k", "k1", "k2", "ys", "ys1", "ys2"]
    a1 = fit_difference_gmm(panel, "n", lags=2, exogenous=names, collapse=False, steps=1)
    np.testing.assert_allclose(a1.terms["estimate"][:3], [0.686, -0.085, -0.608], atol=6e-4)
    np.testing.assert_allclose(a1.terms["se"][:3], [0.145, 0.056, 0.178], atol=6e-4)
    np.testing.assert_allclose(a1.autocorrelation["z"], [-3.600, -0.516], atol=6e-4)
    assert a1.sargan == pytest.approx(65.8, abs=0.05)


def by_hand(panel, collapse):
    """Differences and instruments laid out one row at a time."""
    wide = {name: panel[name].unstack("year") for name in ("y", "x")}
    years = list(wide["y"].columns)
    rows, Z = [], []
    for unit in wide["y"].index:
        for t in range(2, len(years)):
            y = wide["y"].loc[unit].to_numpy()
            x = wide["x"].loc[unit].to_numpy()
            rows.append([unit, years[t], y[t] - y[t - 1], y[t - 1] - y[t - 2], x[t] - x[t - 1]])
            z = {}
            for k in range(2, t + 1):
                z["y", k if collapse else (t, k)] = y[t - k]
            for k in range(1, t + 1):
                z["x", k if collapse else (t, k)] = x[t - k]
            Z.append(z)
    data = pd.DataFrame(rows, columns=["unit", "year", "dy", "dly", "dx"])
    dummies = pd.get_dummies(data["year"], dtype=float).to_numpy()
    instruments = pd.DataFrame(Z).fillna(0.0).to_numpy()
    return data, dummies, np.hstack([instruments, dummies])


@pytest.mark.parametrize("collapse", [True, False])
def test_two_step_as_linearmodels(collapse):
    from linearmodels.iv import IVGMM

    panel = dynamic_panel(80, 5, seed=2)
    data, dummies, Z = by_hand(panel, collapse)
    ours = fit_difference_gmm(panel, "y", predetermined=["x"], collapse=collapse)
    H = sum(
        Z[rows].T @ (2 * np.eye(3) - np.eye(3, k=1) - np.eye(3, k=-1)) @ Z[rows]
        for rows in np.split(np.arange(len(data)), 80)
    )
    free = len(dummies[0])
    model = IVGMM(
        data["dy"],
        dummies,
        data[["dly", "dx"]],
        Z[:, :-free],
        weight_type="clustered",
        clusters=data["unit"].astype("category").cat.codes,
    )
    order = [
        *range(Z.shape[1] - free, Z.shape[1]),
        *range(Z.shape[1] - free),
    ]  # theirs: dummies first
    one = model.fit(iter_limit=1, initial_weight=np.linalg.inv(H[np.ix_(order, order)]))
    two = model.fit(iter_limit=2, initial_weight=np.linalg.inv(H[np.ix_(order, order)]))
    np.testing.assert_allclose(ours.one_step, one.params[["dly", "dx"]], atol=1e-8)
    np.testing.assert_allclose(ours.terms["estimate"], two.params[["dly", "dx"]], atol=1e-8)
    assert ours.hansen == pytest.approx(two.j_stat.stat, rel=1e-6)
    assert ours.hansen_df == two.j_stat.df
    assert ours.instruments == Z.shape[1]


def linked(data):
    """Z'HZ unit by unit, H the covariance pattern of differenced independent errors."""
    total = np.zeros((data.Z.shape[1], data.Z.shape[1]))
    units, years = (data.index.get_level_values(name) for name in ("unit", "year"))
    for unit in units.unique():
        Z, own = data.Z[units == unit], years[units == unit].to_numpy()
        apart = np.abs(own[:, None] - own)
        total += Z.T @ (2.0 * (apart == 0) - (apart == 1)) @ Z
    return total


@pytest.mark.parametrize("collapse", [True, False])
def test_sums_over_units_are_those_of_a_loop_over_units_with_gaps(collapse):
    rng = np.random.default_rng(3)
    panel = dynamic_panel(12, 9, seed=4)
    panel["w"] = rng.normal(size=len(panel))
    panel = panel.iloc[np.sort(rng.choice(len(panel), 95, replace=False))]
    panel.loc[panel.index[[3, 40]], "x"] = np.nan
    data = build_differenced(
        panel, "y", lags=1, exogenous=["w"], predetermined=["x"], endogenous=[],
        year_effects=True, max_lag=4, collapse=collapse, log=[],
    )  # fmt: skip
    np.testing.assert_allclose(data.linked(), linked(data), rtol=1e-12, atol=1e-12)
    values, held = rng.normal(size=data.rows), dict(panel["y"])
    units = data.index.get_level_values("unit")
    sums = [values[units == unit].sum() for unit in units.unique()]
    np.testing.assert_allclose(data.by_unit(values), sums, rtol=1e-12)
    known = dict(zip(data.index, values, strict=True))
    expected = [known.get((unit, year - 2), 0.0) for unit, year in data.index]
    np.testing.assert_array_equal(data.earlier(values, 2), expected)
    for row, (unit, year) in enumerate(data.index):
        assert data.y[row] == held[unit, year] - held[unit, year - 1]
        lag = data.X[row, data.terms.index("y [t-1]")]
        assert lag == held[unit, year - 1] - held[unit, year - 2]
        if collapse:  # first the outcome two years before and more
            first = [held.get((unit, year - k), 0.0) for k in (2, 3, 4)]
            np.testing.assert_array_equal(data.Z[row, :3], first)


def test_windmeijer_is_the_delta_method_on_the_weights():
    panel = dynamic_panel(40, 6, seed=5)
    ours = fit_difference_gmm(panel, "y", predetermined=["x"], year_effects=False)
    data = build_differenced(
        panel,
        "y",
        lags=1,
        exogenous=[],
        predetermined=["x"],
        endogenous=[],
        year_effects=False,
        max_lag=None,
        collapse=True,
        log=[],
    )
    H = linked(data)
    first = _step(data, np.linalg.inv(H))

    def second(b):
        return _step(data, np.linalg.inv(_outer_scores(data, data.y - data.X @ b)))

    step = 1e-6
    D = np.column_stack(
        [(second(first.b + h).b - second(first.b - h).b) / (2 * step) for h in step * np.eye(2)]
    )
    V2 = second(first.b).bread
    V = V2 + D @ V2 + V2 @ D.T + D @ _robust(data, first) @ D.T
    np.testing.assert_allclose(ours.covariance, V, rtol=1e-5)


def test_truth_is_recovered_where_fixed_effects_fail():
    estimates, corrected, plain, naive = [], [], [], []
    for seed in range(60):
        panel = dynamic_panel(100, 6, seed=seed, feedback=0.5)
        fit = fit_difference_gmm(panel, "y", predetermined=["x"])
        estimates.append(fit.terms["estimate"])
        corrected.append(fit.terms["se"])
        plain.append(fit.terms["se_uncorrected"])
        wide = panel.assign(lag=lagged(panel, "y"))
        naive.append(fit_two_way(wide, "y", ["lag", "x"]).coefficients[0])
    np.testing.assert_allclose(np.mean(estimates, axis=0), [0.5, 1.0], atol=0.05)
    assert np.mean(naive) < 0.42
    spread = np.std(estimates, axis=0, ddof=1)
    np.testing.assert_allclose(np.mean(corrected, axis=0), spread, rtol=0.25)
    assert (np.mean(plain, axis=0) < np.mean(corrected, axis=0)).all()


def test_second_order_autocorrelation_is_seen_only_where_it_is():
    clean = [
        fit_difference_gmm(dynamic_panel(150, 7, seed=s), "y", exogenous=["x"]) for s in range(40)
    ]
    serial = fit_difference_gmm(dynamic_panel(300, 7, serial=0.6), "y", exogenous=["x"])
    p = np.array([fit.autocorrelation["p"] for fit in clean])
    assert (p[:, 0] < 0.05).mean() > 0.9
    assert (p[:, 1] < 0.05).mean() < 0.2
    assert serial.autocorrelation["p"][1] < 0.01


def test_instruments_are_counted_and_warned_of():
    panel = dynamic_panel(21, 12)
    many = fit_difference_gmm(panel, "y", predetermined=["x"], collapse=False)
    assert many.instruments > many.groups
    assert "instruments for 21 units" in many.warnings[0]
    few = fit_difference_gmm(panel, "y", predetermined=["x"], max_lag=3)
    # lags 2, 3 of y, 1 to 3 of x, ten year dummies
    assert few.instruments == 2 + 3 + 10
    assert few.hansen_df == 15 - 12
    assert [w.split(":")[0] for w in few.warnings] == ["21 units"]
    exact = fit_difference_gmm(panel, "y", exogenous=["x"], max_lag=2)
    assert exact.hansen_df == 0
    assert np.isnan(exact.hansen_p)
    assert "cannot be tested" in exact.warnings[-1]


def test_gaps_lose_rows_and_nothing_else():
    panel = dynamic_panel(40, 8)
    holed = panel.drop([("u003", 23), ("u005", 20)])
    fit = fit_difference_gmm(holed, "y", exogenous=["x"])
    whole = fit_difference_gmm(panel, "y", exogenous=["x"])
    # without 2023 the differences of 2023, 2024 and the lagged difference of 2025 are gone
    assert whole.rows - fit.rows == 3 + 1
    assert fit.groups == 40


def test_logs_are_taken():
    panel = dynamic_panel(40, 6)
    by_log = fit_difference_gmm(np.exp(panel), "y", exogenous=["x"], log=["y", "x"])
    np.testing.assert_allclose(
        by_log.terms["estimate"], fit_difference_gmm(panel, "y", exogenous=["x"]).terms["estimate"]
    )


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda p: p, {"exogenous": ["x9"]}, "got x9"),
        (lambda p: p, {"exogenous": ["x"], "endogenous": ["x"]}, "one role"),
        (lambda p: p, {"lags": 0}, "at least one lag"),
        (lambda p: p, {"steps": 3}, "one or two steps"),
        (lambda p: p, {"max_lag": 1}, "lagged two years"),
        (lambda p: p, {"lags": 9}, "consecutive years"),
        (lambda p: p, {"lags": 2, "max_lag": 2}, "at least as many instruments"),
        (lambda p: p.assign(x=1.0), {"exogenous": ["x"]}, "x does not change"),
        (lambda p: p.assign(z=2 * p["x"]), {"exogenous": ["x", "z"]}, "singular design"),
        (lambda p: p, {"log": ["y"]}, "positive values"),
        (lambda p: p.reset_index(), {}, "index levels unit, year"),
    ],
)
def test_bad_input_is_refused(change, options, message):
    with pytest.raises(StudyError, match=message):
        fit_difference_gmm(change(dynamic_panel(12, 6)), "y", **options)
