"""SAR, SEM, SLX, SDM: published results, spreg, brute force, known truth, and refusals."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, sparse

from nqpf.errors import StudyError
from nqpf.regression.panel import fit_two_way
from nqpf.regression.spatial_design import complete_years
from nqpf.regression.spatial_diagnostics import score_tests_cross_section, score_tests_panel
from nqpf.regression.spatial_impacts import impacts
from nqpf.regression.spatial_models import (
    fit_spatial_cross_section,
    fit_spatial_panel,
    likelihood_ratio,
)
from nqpf.regression.spatial_weights import SpatialWeights, contiguity, nearest, spatial_lag
from tests.regression.maps import lattice, rook, spatial_panel

X = ["x1", "x2"]


def columbus(folder):
    """Crime data of Columbus, Ohio, with the neighbours of R's COL.nb."""
    frame = pd.read_csv(folder / "columbus_oldcol.csv")
    frame.index = [str(i + 1) for i in range(len(frame))]
    pairs = pd.read_csv(folder / "edges_COL_nb.csv").astype(str).set_axis(["a", "b"], axis=1)
    expected = json.loads((folder / "expected.json").read_text())["expected"]
    return frame, contiguity(pairs, list(frame.index)), expected


def numbers(fit, names):
    """Estimates and standard errors of terms, shape (terms, 2)."""
    return fit.terms.set_index("term").loc[names, ["estimate", "se"]].to_numpy(copy=True)


@pytest.mark.parametrize("model", ["SAR", "SDM"])
def test_columbus_as_spatialreg(golden, model):
    frame, W, expected = columbus(golden("columbus_spatial"))
    published = expected[f"{model.lower()}_ml"]
    fit = fit_spatial_cross_section(frame, "CRIME", ["INC", "HOVAL"], W, model)
    names = {"const": "const", "INC": "INC", "HOVAL": "HOVAL"}
    if model == "SDM":
        names |= {"W INC": "lagINC", "W HOVAL": "lagHOVAL"}
    printed = [published[key] for key in names.values()]
    np.testing.assert_allclose(numbers(fit, list(names)), printed, atol=1e-5)
    digits = 1e-5 if model == "SDM" else 5e-7
    assert fit.dependence == pytest.approx(published["rho"], abs=digits)
    assert fit.term("rho")["se"] == pytest.approx(published["se_rho"], abs=1e-5)
    assert fit.loglik == pytest.approx(published["loglik"], abs=1e-4)
    assert fit.sigma2 == pytest.approx(published["sigma2"], abs=1e-3)
    if model == "SAR":
        assert 2 * (fit.loglik - fit.loglik_ols) == pytest.approx(published["LR"], abs=1e-4)
        table = impacts(fit, seed=1).table.set_index(["term", "effect"])["estimate"]
        for (term, effect), value in table.items():
            assert value == pytest.approx(expected["sar_impacts"][term][effect], abs=1e-6)


def test_score_tests_of_columbus_as_spdep(golden):
    frame, W, expected = columbus(golden("columbus_spatial"))
    table = score_tests_cross_section(frame, "CRIME", ["INC", "HOVAL"], W)
    keys = ["RSlag", "RSerr", "adjRSlag", "adjRSerr", "SARMA"]
    printed = [expected["rs_tests"][key] for key in keys]
    np.testing.assert_allclose(table["statistic"], printed, atol=1e-6)


def test_munnell_panel_as_splm(golden):
    """Millo and Piras (2012, J. Statistical Software 47(1)): `spml(..., model = "within")`."""
    folder = golden("munnell_produc")
    data = pd.read_csv(folder / "produc.csv").rename(columns={"state": "unit"})
    matrix = sparse.csr_array(pd.read_csv(folder / "usaww.csv").to_numpy())
    W = SpatialWeights(tuple(data["unit"].unique()), matrix, "usaww")
    panel = data.set_index(["unit", "year"])
    names, logs = ["pcap", "pc", "emp", "unemp"], ["gsp", "pcap", "pc", "emp"]
    fits = {
        model: fit_spatial_panel(panel, "gsp", names, W, model, effects=("unit",), log=logs)
        for model in ("SEM", "SAR")
    }
    printed = np.array(
        [
            [0.0051438, 0.0250109],
            [0.2053026, 0.0231427],
            [0.7822540, 0.0278057],
            [-0.0022317, 0.0010709],
            [0.557401, 0.033075],
        ]
    )
    ours = numbers(fits["SEM"], [*names, "lambda"])
    # splm divides by n T; the transformation of Lee and Yu leaves n (T - 1), here 16/17 of it
    ours[:, 1] *= np.sqrt(16 / 17)
    np.testing.assert_allclose(ours, printed, atol=6e-7)
    assert fits["SAR"].dependence == pytest.approx(0.2746887, abs=5e-7)


def pysal(weights):
    """The same neighbours for libpysal, by position."""
    from libpysal.weights import W as Neighbours

    links = {i: np.flatnonzero(row).tolist() for i, row in enumerate(weights.dense)}
    theirs = Neighbours(links, silence_warnings=True)
    theirs.transform = "r"
    return theirs


def test_cross_sections_as_spreg():
    import spreg

    _, geography = lattice(5, 6)
    for W in (rook(5, 6), nearest(geography, list(geography.index), 4)):
        frame = spatial_panel(W, years=1, rho=0.4, lags=(0.3, 0.2), seed=3).droplevel("year")
        y = frame.loc[list(W.units), ["y"]].to_numpy()
        data = frame.loc[list(W.units), X].to_numpy()
        theirs = {
            "SAR": spreg.ML_Lag(y, data, pysal(W), method="full"),
            "SDM": spreg.ML_Lag(y, data, pysal(W), method="full", slx_lags=1),
            "SEM": spreg.ML_Error(y, data, pysal(W), method="full"),
        }
        for model, other in theirs.items():
            ours = fit_spatial_cross_section(frame, "y", X, W, model)
            np.testing.assert_allclose(ours.estimate, other.betas.ravel(), atol=2e-5)
            np.testing.assert_allclose(ours.terms["se"], other.std_err, rtol=1e-4)
            assert ours.loglik == pytest.approx(float(np.squeeze(other.logll)), abs=1e-6)


def test_one_way_panels_as_spreg():
    import spreg

    W = rook(4, 5)
    panel = spatial_panel(W, years=6, rho=0.4, lam=0.2, seed=5)
    long = panel.swaplevel().sort_index().reindex(list(W.units), level="unit")
    y, data = long[["y"]].to_numpy(), long[X].to_numpy()
    for model, theirs in [
        ("SAR", spreg.ML_LagFE(y, data, pysal(W))),
        ("SEM", spreg.ML_ErrorFE(y, data, pysal(W))),
    ]:
        ours = fit_spatial_panel(panel, "y", X, W, model, effects=("unit",))
        np.testing.assert_allclose(ours.estimate, theirs.betas.ravel(), atol=1e-4)


def transformed(panel, W, outcome="y"):
    """Data of Lee and Yu's transformation, written out: y*, X*, W*."""

    def free(size):  # orthonormal columns orthogonal to the constant
        return np.linalg.svd(np.eye(size) - 1 / size)[0][:, : size - 1]

    wide = [panel[name].unstack("year").loc[list(W.units)].to_numpy() for name in [outcome, *X]]
    rows, years = free(W.n), free(wide[0].shape[1])
    columns = [(rows.T @ values @ years).T.ravel() for values in wide]
    return columns[0], np.column_stack(columns[1:]), rows.T @ W.dense @ rows


@pytest.mark.parametrize("model", ["SAR", "SEM"])
def test_two_way_panel_is_lee_and_yu_written_out(model):
    W = rook(4, 4)
    panel = spatial_panel(W, years=5, rho=0.35, lam=0.3, seed=2)
    y, Z, small = transformed(panel, W)
    size, periods = len(small), len(y) // len(small)
    big = np.kron(np.eye(periods), small)
    eye = np.eye(len(big))

    def minus_loglik(parameters):
        *b, dependence, log_sigma2 = parameters
        A = eye - dependence * big
        e = A @ y - Z @ b if model == "SAR" else A @ (y - Z @ b)
        sigma2 = np.exp(log_sigma2)
        return (
            len(y) / 2 * np.log(2 * np.pi * sigma2) - np.linalg.slogdet(A)[1] + e @ e / (2 * sigma2)
        )

    best = optimize.minimize(minus_loglik, [0.9, -0.4, 0.1, -1.0], method="BFGS", tol=1e-9)
    ours = fit_spatial_panel(panel, "y", X, W, model)
    np.testing.assert_allclose(ours.estimate, best.x[:3], atol=1e-5)
    assert ours.loglik == pytest.approx(-best.fun, abs=1e-8)
    assert ours.sigma2 == pytest.approx(np.exp(best.x[3]), rel=1e-4)
    # the expected information, with nothing concentrated, centred or summed year by year
    b, dependence, sigma2 = ours.estimate[:2], ours.dependence, ours.sigma2
    A = small @ np.linalg.inv(np.eye(size) - dependence * small)
    spread = periods * (np.trace(A @ A) + np.trace(A.T @ A))
    if model == "SAR":
        pull = np.kron(np.eye(periods), A) @ Z @ b
        information = np.zeros((4, 4))
        information[:2, :2] = Z.T @ Z / sigma2
        information[:2, 2] = information[2, :2] = Z.T @ pull / sigma2
        information[2, 2] = spread + pull @ pull / sigma2
        information[2, 3] = information[3, 2] = periods * np.trace(A) / sigma2
        information[3, 3] = len(y) / (2 * sigma2**2)
        expected = np.linalg.inv(information)[:3, :3]
    else:
        F = (eye - dependence * big) @ Z
        part = np.array([[spread, periods * np.trace(A) / sigma2], [0, len(y) / (2 * sigma2**2)]])
        part[1, 0] = part[0, 1]
        expected = np.zeros((3, 3))
        expected[:2, :2] = sigma2 * np.linalg.inv(F.T @ F)
        expected[2, 2] = np.linalg.inv(part)[0, 0]
    np.testing.assert_allclose(ours.covariance, expected, rtol=1e-8, atol=1e-12)


def test_slx_is_the_two_way_fit_with_lagged_columns():
    W = rook(4, 5)
    panel = spatial_panel(W, years=6, lags=(0.4, 0.0), seed=4)
    ours = fit_spatial_panel(panel, "y", X, W, "SLX")
    lagged = panel.assign(**{f"W {name}": spatial_lag(panel, name, W) for name in X})
    names = [*X, "W x1", "W x2"]
    fit = fit_two_way(lagged, "y", names)
    np.testing.assert_allclose(ours.estimate, fit.coefficients, atol=1e-10)
    table = impacts(ours, seed=1, draws=999).table.set_index(["term", "effect"])["estimate"]
    assert table["x1", "total"] == pytest.approx(fit.coefficients[0] + fit.coefficients[2])


def test_truth_is_recovered():
    W = rook(6, 8)
    estimates = []
    for seed in range(40):
        panel = spatial_panel(W, years=5, rho=0.4, lags=(0.5, 0.2), seed=seed)
        fit = fit_spatial_panel(panel, "y", X, W, "SDM")
        estimates.append([*fit.estimate, *fit.terms["se"]])
    mean = np.mean(estimates, axis=0)
    np.testing.assert_allclose(mean[:5], [1, -0.5, 0.5, 0.2, 0.4], atol=0.04)
    spread = np.std(estimates, axis=0, ddof=1)[:5]
    np.testing.assert_allclose(mean[5:], spread, rtol=0.4)  # standard errors are honest
    error = fit_spatial_panel(spatial_panel(W, years=5, lam=0.5, seed=1), "y", X, W, "SEM")
    assert error.dependence == pytest.approx(0.5, abs=0.15)


def test_impacts_are_those_of_the_matrix_and_intervals_cover():
    _, geography = lattice(4, 5)
    W = nearest(geography, list(geography.index), 3)
    panel = spatial_panel(W, years=8, rho=0.3, lags=(0.5, 0.2), seed=8)
    fit = fit_spatial_panel(panel, "y", X, W, "SDM")
    result = impacts(fit, seed=7)
    table = result.table.set_index(["term", "effect"])
    eye = np.eye(W.n)
    own, lagged = fit.term("x1")["estimate"], fit.term("W x1")["estimate"]
    S = np.linalg.inv(eye - fit.dependence * W.dense) @ (own * eye + lagged * W.dense)
    assert table.loc[("x1", "direct"), "estimate"] == pytest.approx(np.trace(S) / W.n)
    assert table.loc[("x1", "total"), "estimate"] == pytest.approx(S.sum() / W.n)
    true = np.linalg.inv(eye - 0.3 * W.dense) @ (eye + 0.5 * W.dense)
    row = table.loc[("x1", "total")]
    assert row["low"] < true.sum() / W.n < row["high"]
    assert (table["low"] < table["estimate"]).all()
    assert (table["estimate"] < table["high"]).all()
    again = impacts(fit, seed=7)
    pd.testing.assert_frame_equal(result.table, again.table)


def test_impacts_without_row_standardised_weights():
    rows = rook(4, 5)
    matrix = sparse.csr_array(0.15 * (rows.dense > 0))
    W = SpatialWeights(rows.units, matrix, "binary")
    panel = spatial_panel(W, years=8, rho=0.5, seed=8)
    fit = fit_spatial_panel(panel, "y", X, W, "SAR", effects=("unit",))
    table = impacts(fit, seed=7, draws=199).table.set_index(["term", "effect"])["estimate"]
    S = np.linalg.inv(np.eye(W.n) - fit.dependence * W.dense) * fit.term("x1")["estimate"]
    assert table["x1", "total"] == pytest.approx(S.sum() / W.n)
    with pytest.raises(StudyError, match="row-standardised"):
        fit_spatial_panel(panel, "y", X, W, "SAR")


def test_error_model_has_no_spillovers():
    W = rook(4, 5)
    fit = fit_spatial_panel(spatial_panel(W, years=4, lam=0.4), "y", X, W, "SEM")
    table = impacts(fit, seed=1, draws=199).table
    assert set(table["effect"]) == {"direct", "total"}


def test_score_tests_see_the_right_alternative_in_a_two_way_panel():
    W = rook(5, 6)
    lag = score_tests_panel(spatial_panel(W, years=8, rho=0.5), "y", X, W).set_index("test")["p"]
    error = score_tests_panel(spatial_panel(W, years=8, lam=0.6), "y", X, W).set_index("test")["p"]
    assert lag["lag given error"] < 0.001
    assert error["error given lag"] < 0.001
    assert error["lag given error"] > 0.01
    none = [
        score_tests_panel(spatial_panel(W, years=4, seed=seed), "y", X, W)["p"].to_numpy()
        for seed in range(200)
    ]
    rejected = (np.array(none) < 0.05).mean(axis=0)
    assert (rejected < 0.11).all()
    assert (rejected > 0.01).all()


def test_nested_models_are_compared():
    W = rook(5, 6)
    panel = spatial_panel(W, years=6, rho=0.3, lags=(0.6, 0.0))
    full = fit_spatial_panel(panel, "y", X, W, "SDM")
    small = fit_spatial_panel(panel, "y", X, W, "SAR")
    result = likelihood_ratio(small, full)
    assert result["df"] == 2
    assert result["p"] < 0.001
    assert full.aic < small.aic
    with pytest.raises(StudyError, match="nested in an SDM"):
        likelihood_ratio(full, small)


def test_years_without_gaps():
    W = rook(3, 3)
    panel = spatial_panel(W, years=4)
    panel.loc[("c03", 2001), "y"] = np.nan
    panel = panel.drop(("c05", 2003))
    assert complete_years(panel, ["y", "x1"], W.units) == [2000, 2002]
    with pytest.raises(StudyError, match="no year has"):
        complete_years(panel.assign(y=np.nan), ["y", "x1"], W.units)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda p: p.drop(("c05", 2001)), {}, "1 rows have gaps .c05 2001"),
        (lambda p: p, {"years": [2001]}, "at least two years"),
        (lambda p: p, {"effects": ("year",)}, "effects of units"),
        (lambda p: p.assign(x2=1.0), {}, "x2 does not vary"),
        (lambda p: p.assign(x2=2 * p["x1"]), {}, "x1, x2 are collinear"),
        (lambda p: p.drop(columns="x2"), {}, "got x2"),
        (lambda p: p, {"log": ["x1"]}, "positive values of x1"),
        (lambda p: p[p.index.get_level_values("unit") != "c00"], {}, "have gaps"),
    ],
)
def test_bad_panels_are_refused(change, options, message):
    W = rook(3, 3)
    with pytest.raises(StudyError, match=message):
        fit_spatial_panel(change(spatial_panel(W, years=4)), "y", X, W, "SAR", **options)


def test_bad_calls_are_refused():
    W = rook(3, 3)
    panel = spatial_panel(W, years=4)
    with pytest.raises(StudyError, match="SAR, SEM, SLX, SDM"):
        fit_spatial_panel(panel, "y", X, W, "SARAR")
    few = rook(2, 3)
    frame = spatial_panel(few, years=1).droplevel("year")
    with pytest.raises(StudyError, match="more rows than parameters"):
        fit_spatial_cross_section(frame, "y", X, few, "SAR")
    with pytest.raises(StudyError, match="differing in: c00"):
        fit_spatial_cross_section(panel.xs(2000, level="year").iloc[1:], "y", X, W, "SAR")
    fit = fit_spatial_panel(panel, "y", X, W, "SAR")
    with pytest.raises(StudyError, match="a term among"):
        fit.term("x9")
    with pytest.raises(StudyError, match="at least 99 draws"):
        impacts(fit, seed=1, draws=5)
