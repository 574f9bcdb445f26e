"""Our estimators against pyfixest, statsmodels, linearmodels and plain refitting, in one run.

Tools that fit one model at a time are timed on a few fits and scaled to the number of ours.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from frame import Row, compare

from nqpf.regression.batched import fit_many
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import fit_two_way
from nqpf.regression.randomisation import permute_within_years

TERMS = [f"x{k}" for k in range(1, 6)]


def panel_of(units: int, years: int, seed: int = 1) -> pd.DataFrame:
    """Random panel with an outcome and five regressors."""
    index = pd.MultiIndex.from_product([range(units), range(years)], names=["unit", "year"])
    values = np.random.default_rng(seed).normal(size=(len(index), 6))
    return pd.DataFrame(values, index, columns=["y", *TERMS])


def rows() -> Iterator[Row]:
    """All comparisons."""
    yield from many_fits()
    yield from exact_bootstrap()
    yield from drawn_bootstrap()
    yield from permutations()


def many_fits() -> Iterator[Row]:
    """10,000 two-way regressions with clustered errors."""
    import pyfixest
    import statsmodels.formula.api as smf
    from linearmodels import PanelOLS

    panel, count = panel_of(21, 15), 10_000
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(count, len(panel), 5)), rng.normal(size=(count, len(panel)))
    units, years = (panel.index.get_level_values(name) for name in ("unit", "year"))
    long, right = panel.reset_index(), " + ".join(TERMS)
    dummies = f"y ~ {right} + C(unit) + C(year)"

    def statsmodels_formula():
        return smf.ols(dummies, long).fit(cov_type="cluster", cov_kwds={"groups": long["unit"]})

    def linearmodels_panel():
        model = PanelOLS(panel["y"], panel[TERMS], entity_effects=True, time_effects=True)
        return model.fit(cov_type="clustered", cluster_entity=True)

    def pyfixest_feols():
        return pyfixest.feols(f"y ~ {right} | unit + year", long, vcov={"CRV1": "unit"})

    yield from compare(
        "10,000 two-way fits, 21 x 15, 5 regressors, clustered",
        lambda: fit_many(X, y, units, years),
        {
            "fit_two_way, one by one": (
                lambda: fit_two_way(panel, "y", TERMS).terms,
                1 / count,
            ),
            "pyfixest": (pyfixest_feols, 1 / count),
            "linearmodels": (linearmodels_panel, 1 / count),
            "statsmodels formula": (statsmodels_formula, 1 / count),
        },
        limit=1.0,
        targets={"pyfixest": 200, "linearmodels": 100, "statsmodels formula": 100},
    )


def refitted_draws(panel: pd.DataFrame, draws: int) -> Callable[[], None]:
    """Restricted wild bootstrap by projecting each drawn outcome on regressors and dummies."""
    dummies = [
        pd.get_dummies(panel.index.get_level_values(name)).to_numpy(float)[:, position:]
        for position, name in enumerate(["unit", "year"])
    ]
    Z = np.hstack([panel[TERMS].to_numpy(), *dummies])
    y, codes = panel["y"].to_numpy(), pd.factorize(panel.index.get_level_values("unit"))[0]

    def run() -> None:
        pseudo = np.linalg.pinv(Z)
        fitted = Z[:, 1:] @ np.linalg.lstsq(Z[:, 1:], y)[0]
        a = pseudo[0]
        rng = np.random.default_rng(1)
        for _ in range(draws):
            signs = 2.0 * rng.integers(0, 2, codes.max() + 1) - 1
            draw = fitted + (y - fitted) * signs[codes]
            beta = pseudo @ draw
            scores = np.bincount(codes, a * (draw - Z @ beta))
            _ = beta[0] / np.sqrt(scores @ scores)

    return run


def exact_bootstrap() -> Iterator[Row]:
    """Every sign vector of 21 clusters, interval included."""
    panel = panel_of(21, 15)
    fit = fit_two_way(panel, "y", TERMS)
    yield from compare(
        "exact wild p and interval, 21 clusters, 2,097,152 vectors",
        lambda: wild_cluster_test(fit, "x1"),
        {"refitting every vector": (refitted_draws(panel, 500), 500 / 2**20)},
        limit=1.0,
        targets={"refitting every vector": 20},
    )


def drawn_bootstrap() -> Iterator[Row]:
    """9,999 drawn vectors of 280 clusters, interval included."""
    panel, draws = panel_of(280, 15), 9_999
    fit = fit_two_way(panel, "y", TERMS)
    others = {"refitting every vector": (refitted_draws(panel, 100), 100 / draws)}
    try:
        import pyfixest
        import wildboottest  # noqa: F401  pyfixest needs it and says so only when asked
    except ImportError:
        print("  (pyfixest.wildboottest is left out: it needs the package wildboottest)")
    else:
        model = pyfixest.feols(
            f"y ~ {' + '.join(TERMS)} | unit + year", panel.reset_index(), vcov={"CRV1": "unit"}
        )
        others["pyfixest.wildboottest"] = (
            lambda: model.wildboottest(param="x1", reps=draws, seed=1),
            1.0,
        )
    yield from compare(
        "9,999 wild cluster draws, 280 x 15",
        lambda: wild_cluster_test(fit, "x1", draws=draws, seed=1),
        others,
        limit=0.5,
        targets={"refitting every vector": 5, "pyfixest.wildboottest": 5},
    )


def permutations() -> Iterator[Row]:
    """1,000 shuffles of a regressor within years against refitting each."""
    panel = panel_of(21, 15)
    fit = fit_two_way(panel, "y", TERMS)

    def refit():
        for _ in range(5):
            _ = fit_two_way(panel, "y", TERMS).terms

    yield from compare(
        "1,000 permutations within years, clustered t, 21 x 15",
        lambda: permute_within_years(fit, "x1", draws=1_000, seed=1),
        {"refitting each": (refit, 5 / 1_000)},
        limit=0.1,
    )
