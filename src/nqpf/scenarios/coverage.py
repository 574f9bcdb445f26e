"""Whether a scenario's interval covers a known truth as often as it says."""

from functools import cache

import numpy as np
import pandas as pd

from nqpf.index import IndexOptions, build_index
from nqpf.index.hierarchy import Hierarchy
from nqpf.scenarios.link import Link
from nqpf.scenarios.simulation import simulate

LEAVES = ("skill", "study", "money", "tools", "patents", "papers")
TREE = Hierarchy(
    levels=(LEAVES, ("labourers", "means", "objects"), ("index",)),
    parent={
        **dict(zip(LEAVES, np.repeat(["labourers", "means", "objects"], 2).tolist(), strict=True)),
        **dict.fromkeys(("labourers", "means", "objects"), "index"),
    },
    weight=dict.fromkeys((*LEAVES, "labourers", "means", "objects"), 1.0),
    direction=dict.fromkeys(LEAVES, 1),
)


def coverage(
    *,
    simulations: int = 200,
    units: int = 30,
    years: int = 10,
    effect: float = 0.5,
    persistence: float = 0.5,
    replications: int = 199,
    seed: int,
    level: float = 0.95,
) -> pd.DataFrame:
    """Simulate panels with a known effect and see whether a scenario's interval holds it.

    Indicators have unit effects, common growth and persistent shocks; the outcome in logarithms is
    the effect times the index over its standard deviation plus unit and year effects and
    persistent errors. The scenario raises two indicators of the first unit by half a standard
    deviation in the last year. Its true effect is known given the indicators.

    Parameters
    ----------
    simulations : int
        Panels drawn.
    units, years : int
        Size of a panel.
    effect : float
        Log points of the outcome per overall standard deviation of the index.
    persistence : float
        First-order autocorrelation of indicators and errors.
    replications : int
        Bootstrap replications of each panel.
    seed : int
        Of everything that is drawn.
    level : float
        Nominal coverage.

    Returns
    -------
    DataFrame
        One row per panel: simulation, truth, estimate, low, high (% of the outcome), covered.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(simulations):
        link, changed, truth = known_truth(
            rng, units=units, years=years, effect=effect, persistence=persistence
        )
        found = simulate(
            link, {"known": changed}, years - 1, case="unit 00",
            replications=replications, seed=int(rng.integers(2**31)), level=level,
        ).table  # fmt: skip
        own = found[found["quantity"] == "case"].iloc[0]
        rows.append((number, truth, own["estimate"], own["low"], own["high"]))
    table = pd.DataFrame(rows, columns=["simulation", "truth", "estimate", "low", "high"])
    return table.assign(covered=table["truth"].between(table["low"], table["high"]))


def known_truth(
    rng: np.random.Generator, *, units: int, years: int, effect: float, persistence: float
) -> tuple[Link, pd.DataFrame, float]:
    """A panel with a known effect, a scenario on it and the scenario's true effect in %.

    Parameters
    ----------
    rng : Generator
    units, years : int
    effect, persistence : float
        See `coverage`.
    """
    rows = _rows(units, years)

    def paths() -> np.ndarray:
        shocks = rng.normal(size=(units, years))
        for time in range(1, years):
            shocks[:, time] += persistence * shocks[:, time - 1]
        return shocks

    def panel() -> np.ndarray:
        place, growth = rng.normal(size=(units, 1)), 0.3 * np.arange(years)
        return 10 + 2 * place + growth + 0.5 * paths()

    indicators = pd.DataFrame({name: panel().ravel() for name in LEAVES}, index=rows)
    scores = build_index(indicators, TREE, IndexOptions()).scores["index"]
    slope = effect / float(scores.std())
    errors = paths() + rng.normal(size=(units, 1)) + rng.normal(size=(1, years))
    # the index keeps the order of the rows
    outcome = pd.Series(np.exp(slope * scores.to_numpy() + 0.3 * errors.ravel()), index=rows)
    raised = {name: 0.5 * float(indicators[name].std()) for name in LEAVES[:2]}
    last = np.arange(len(rows)) == years - 1  # year of the first unit
    changed = indicators.assign(
        **{name: indicators[name] + more * last for name, more in raised.items()}
    )
    link = Link(
        "known", "known outcome", indicators, outcome, True, (0, years - 1), TREE, IndexOptions(),
        ("index",),
    )  # fmt: skip
    spans = {name: float(np.ptp(indicators[name])) for name in raised}
    moved = sum(100 / 6 * (more / spans[name]) for name, more in raised.items())
    return link, changed, 100 * float(np.expm1(slope * moved))


@cache
def _rows(units: int, years: int) -> pd.MultiIndex:
    """Units and years of the simulated panels."""
    names = [f"unit {position:02d}" for position in range(units)]
    return pd.MultiIndex.from_product([names, range(years)], names=["unit", "year"])
