"""Our numbers for published regressions: one function per check, quantities by name."""

import numpy as np
from statsmodels.regression.quantile_regression import QuantReg

from nqpf.regression.covariance import (
    Covariance,
    crv1,
    crv3,
    driscoll_kraay,
    jackknife,
    two_way_clusters,
)
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.instruments import fit_iv
from nqpf.regression.mediation import mediate
from nqpf.regression.omitted import (
    adjusted_estimate,
    benchmark_bounds,
    partial_r2,
    robustness_value,
)
from nqpf.regression.panel import PanelFit, fit_one_way, fit_pooled, fit_two_way
from nqpf.regression.spatial_association import moran
from nqpf.regression.spatial_weights import contiguity
from nqpf.validation import samples

INVESTMENT = ("invest", ["value", "capital"])
DARFUR = {"estimate": 0.09732, "se": 0.02326, "t": 4.18445, "df": 783}
FEMALE = {"r2_regressor": 0.0092, "t_outcome": -9.789}  # bound at once, t in the outcome equation


def pooled() -> dict[str, float]:
    """Least squares without effects."""
    fit = _pooled()
    return dict(zip(fit.design.regressors, fit.coefficients, strict=True))


def clustered() -> dict[str, float]:
    """CRV1 by firm with Stata's factor."""
    return _errors(_pooled(), crv1(_pooled()))


def clustered_large() -> dict[str, float]:
    """CRV1 by firm without a factor."""
    return _errors(_pooled(), crv1(_pooled(), small_sample="none"))


def clustered_twice() -> dict[str, float]:
    """Clusters of firms and of years at once."""
    return _errors(_pooled(), two_way_clusters(_pooled()))


def kraay() -> dict[str, float]:
    """Driscoll and Kraay with four lags."""
    return _errors(_pooled(), driscoll_kraay(_pooled(), 4, small_sample="none"))


def jackknifed() -> dict[str, float]:
    """CRV3: leave one cluster out, around the estimate."""
    return _errors(_pooled(), crv3(_pooled()))


def jackknifed_around_mean() -> dict[str, float]:
    """The same around the mean of the replicates."""
    return _errors(_pooled(), jackknife(_pooled()))


def one_way() -> dict[str, float]:
    """Fixed effects of firms, textbook errors."""
    return _textbook(fit_one_way(samples.grunfeld(), *INVESTMENT))


def two_way() -> dict[str, float]:
    """Fixed effects of firms and years, textbook errors."""
    return _textbook(fit_two_way(samples.grunfeld(), *INVESTMENT))


def wild_exact() -> dict[str, float]:
    """All sign vectors of ten clusters, null imposed, two-way fixed effects."""
    fit = fit_two_way(samples.grunfeld(), *INVESTMENT)
    return {"p": wild_cluster_test(fit, "capital").p}


def two_stage() -> dict[str, float]:
    """Schooling and ability instrumented by mother's schooling, a test, age and marriage."""
    data = samples.griliches()
    years = [name for name in data if name.startswith("year_")]
    fit = fit_iv(
        data,
        "lw",
        ["s", "iq"],
        ["med", "kww", "age", "mrt"],
        ["expr", "tenure", "rns", "smsa", *years],
        effects=(),
        errors="homoskedastic",
    )
    out = {}
    for name in ("s", "iq", "expr"):
        out |= {name: fit.term(name)["estimate"], f"se {name}": fit.term(name)["se"]}
    return out


def quantile() -> dict[str, float]:
    """Food expenditure on income at three quantiles."""
    from statsmodels.datasets import engel

    data = engel.load_pandas().data
    X = np.column_stack([np.ones(len(data)), data["income"]])
    out = {}
    for tau in (0.1, 0.5, 0.9):
        constant, slope = QuantReg(data["foodexp"].to_numpy(), X).fit(q=tau).params
        out |= {f"constant at {tau}": constant, f"slope at {tau}": slope}
    return out


def mediation() -> dict[str, float]:
    """Framing, emotion, and a message to Congress."""
    data = samples.framing()
    controls = [name for name in data if name not in ("cong_mesg", "treat", "emo")]
    table = mediate(
        data, "cong_mesg", "treat", ["emo"], controls=controls, effects=(), draws=99, seed=1
    ).effects.set_index(["term", "mediator"])["estimate"]
    return {
        "indirect": table["indirect", "emo"],
        "direct": table["direct", ""],
        "total": table["total", ""],
    }


def robustness() -> dict[str, float]:
    """Partial R2 and robustness values from a t statistic."""
    t, df = DARFUR["t"], DARFUR["df"]
    return {
        "partial R2": partial_r2(t, df),
        "robustness value": robustness_value(t, df),
        "robustness value at 5%": robustness_value(t, df, alpha=0.05),
    }


def benchmark() -> dict[str, float]:
    """The estimate if something one, two, three times as strong as `female` were left out."""
    bound = FEMALE["r2_regressor"]
    own = bound / (1 + bound), partial_r2(FEMALE["t_outcome"], DARFUR["df"])
    return {
        f"adjusted estimate {times}x": float(
            adjusted_estimate(
                DARFUR["estimate"],
                *benchmark_bounds(*own, times),
                classical_se=DARFUR["se"],
                df=DARFUR["df"],
            )
        )
        for times in (1, 2, 3)
    }


def chessboard() -> dict[str, float]:
    """Every neighbour of the other colour."""
    values, pairs = samples.chessboard()
    result = moran(values, contiguity(pairs, list(values.index)), seed=1, permutations=99)
    return {"I": result.statistic, "expected I": result.expected}


def _pooled() -> PanelFit:
    return fit_pooled(samples.grunfeld(), *INVESTMENT)


def _errors(fit: PanelFit, covariance: Covariance) -> dict[str, float]:
    """Standard errors of the slopes."""
    se = np.sqrt(np.diag(covariance.matrix))
    return {f"se {name}": se[fit.design.position(name)] for name in INVESTMENT[1]}


def _textbook(fit: PanelFit) -> dict[str, float]:
    """Slopes and homoskedastic standard errors."""
    variance = fit.rss / (fit.n - fit.design.parameters)
    matrix = variance * np.linalg.inv(fit.design.X.T @ fit.design.X)
    slopes = dict(zip(fit.design.regressors, fit.coefficients, strict=True))
    return slopes | _errors(fit, Covariance("homoskedastic", matrix, np.inf))
