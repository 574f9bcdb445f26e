"""Our estimators against pyfixest, statsmodels, linearmodels and plain refitting, in one run.

Rounds alternate between the tools, so that a busy machine slows all of them; medians over rounds.
Tools that fit one model at a time are timed on a few fits and scaled to the number of ours.

    python benchmarks/bench_regression.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from nqpf.regression.batched import fit_many
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import fit_two_way
from nqpf.regression.randomisation import permute_within_years

ROUNDS = 5
TERMS = [f"x{k}" for k in range(1, 6)]


def panel_of(units: int, years: int, seed: int = 1) -> pd.DataFrame:
    """Random panel with an outcome and five regressors."""
    index = pd.MultiIndex.from_product([range(units), range(years)], names=["unit", "year"])
    values = np.random.default_rng(seed).normal(size=(len(index), 6))
    return pd.DataFrame(values, index, columns=["y", *TERMS])


def compare(title: str, tools: Mapping[str, tuple[Callable[[], object], float]], target: float):
    """Time tools in turn; each is (call, how many of our workloads one call is)."""
    seconds: dict[str, list[float]] = {name: [] for name in tools}
    for call, _ in tools.values():
        call()  # imports and first-use costs are not the estimator's
    for _ in range(ROUNDS):
        for name, (call, share) in tools.items():
            start = time.perf_counter()
            call()
            seconds[name].append((time.perf_counter() - start) / share)
    medians = {name: float(np.median(values)) for name, values in seconds.items()}
    ours = next(iter(medians.values()))
    print(f"\n{title}  (target {target:g} s: {'met' if ours < target else 'MISSED'})")
    for name, median in medians.items():
        print(f"  {name:34s} {median:12.4f} s   {median / ours:10.1f} x")


def many_fits() -> None:
    """10,000 two-way regressions with clustered errors."""
    import pyfixest
    import statsmodels.formula.api as smf
    from linearmodels import PanelOLS

    panel, count = panel_of(21, 15), 10_000
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(count, len(panel), 5)), rng.normal(size=(count, len(panel)))
    units, years = (panel.index.get_level_values(name) for name in ("unit", "year"))
    rows, right = panel.reset_index(), " + ".join(TERMS)
    dummies = f"y ~ {right} + C(unit) + C(year)"

    def statsmodels_formula():
        return smf.ols(dummies, rows).fit(cov_type="cluster", cov_kwds={"groups": rows["unit"]})

    def linearmodels_panel():
        model = PanelOLS(panel["y"], panel[TERMS], entity_effects=True, time_effects=True)
        return model.fit(cov_type="clustered", cluster_entity=True)

    def pyfixest_feols():
        return pyfixest.feols(f"y ~ {right} | unit + year", rows, vcov={"CRV1": "unit"})

    compare(
        "10,000 two-way fits, 21 x 15, 5 regressors, clustered",
        {
            "ours, fit_many": (lambda: fit_many(X, y, units, years), 1),
            "ours, fit_two_way one by one": (
                lambda: fit_two_way(panel, "y", TERMS).terms,
                1 / count,
            ),
            "pyfixest": (pyfixest_feols, 1 / count),
            "linearmodels": (linearmodels_panel, 1 / count),
            "statsmodels formula": (statsmodels_formula, 1 / count),
        },
        target=1.0,
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


def wild_bootstrap() -> None:
    """Exact enumeration at 21 clusters, drawn vectors at 280, interval included."""
    small, large = panel_of(21, 15), panel_of(280, 15)
    fit = fit_two_way(small, "y", TERMS)
    compare(
        "exact wild cluster p and interval, 21 clusters (2,097,152 vectors)",
        {
            "ours, enumeration": (lambda: wild_cluster_test(fit, "x1"), 1),
            "refitting every vector": (refitted_draws(small, 500), 500 / 2**20),
        },
        target=1.0,
    )
    many = fit_two_way(large, "y", TERMS)
    tools = {
        "ours, scores (interval included)": (
            lambda: wild_cluster_test(many, "x1", draws=9_999, seed=1),
            1,
        ),
        "refitting every vector": (refitted_draws(large, 100), 100 / 9_999),
    }
    try:
        import pyfixest
        import wildboottest  # noqa: F401
    except ImportError:
        print("\npyfixest.wildboottest is left out: it needs the package wildboottest")
    else:
        model = pyfixest.feols(
            f"y ~ {' + '.join(TERMS)} | unit + year", large.reset_index(), vcov={"CRV1": "unit"}
        )
        tools["pyfixest.wildboottest"] = (
            lambda: model.wildboottest(param="x1", reps=9_999, seed=1),
            1,
        )
    compare("9,999 wild cluster draws, 280 x 15", tools, target=0.5)


def permutations() -> None:
    """1,000 shuffles of a regressor within years against refitting each."""
    panel = panel_of(21, 15)
    fit = fit_two_way(panel, "y", TERMS)

    def refit():
        for _ in range(5):
            _ = fit_two_way(panel, "y", TERMS).terms

    compare(
        "1,000 permutations within years, clustered t, 21 x 15",
        {
            "ours, batched": (lambda: permute_within_years(fit, "x1", draws=1_000, seed=1), 1),
            "refitting each": (refit, 5 / 1_000),
        },
        target=0.1,
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    many_fits()
    wild_bootstrap()
    permutations()
