"""Small worlds with a known truth, one per estimator: draw a panel, estimate, give the interval.

Each function takes a random generator and returns estimate and 95 % interval of what the world was
made with. Series are persistent, units and years have effects, and regressors go with the effects.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from nqpf.regression.dynamics import lagged
from nqpf.regression.gmm import fit_difference_gmm
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.instruments import fit_iv
from nqpf.regression.mediation import mediate
from nqpf.regression.panel import PanelFit, fit_first_difference, fit_two_way
from nqpf.regression.spatial_impacts import impacts
from nqpf.regression.spatial_models import fit_spatial_panel
from nqpf.regression.spatial_weights import SpatialWeights, contiguity
from nqpf.regression.threshold import fit_threshold
from nqpf.validation.designs import PERSISTENCE, persistent_series

SLOPE = 0.3
INDIRECT = 0.6 * 0.5
THRESHOLD = 0.2
RHO = 0.4
MEMORY = 0.5
TOTAL = SLOPE / (1 - RHO)

Answer = tuple[float, float, float]


@dataclass(frozen=True)
class World:
    """One estimator and the truth it is to find.

    Attributes
    ----------
    name : str
        Estimator and interval, for readers.
    quantity : str
        What is estimated.
    truth : float
    answer : callable
        Generator -> estimate, low, high.
    """

    name: str
    quantity: str
    truth: float
    answer: Callable[[np.random.Generator], Answer]


def draw_world(
    rng: np.random.Generator,
    names: tuple[str, ...] = ("x", "e"),
    units: int = 21,
    years: int = 15,
    persistence: float = PERSISTENCE,
) -> dict[str, np.ndarray]:
    """Independent persistent series (units, years); all but the last have effects in common.

    The series `effects` holds them: added to regressors here, to be added to outcomes.
    """
    effects = rng.standard_normal((units, 1)) + rng.standard_normal((1, years))
    drawn = {"effects": effects}
    for name in names:
        series = persistent_series((units, years), persistence, rng)
        drawn[name] = series if name == names[-1] else series + effects
    return drawn


def _panel(first: int = 2000, **columns: np.ndarray) -> pd.DataFrame:
    """Series (units, years) by unit and year, the years counted from `first`."""
    index = _rows(*next(iter(columns.values())).shape, first)
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)


@cache
def _rows(units: int, years: int, first: int) -> pd.MultiIndex:
    """Units u00, u01, ... in the years from `first`."""
    return pd.MultiIndex.from_product(
        [[f"u{u:02d}" for u in range(units)], range(first, first + years)], names=["unit", "year"]
    )


def _association(rng: np.random.Generator) -> pd.DataFrame:
    """Outcome with slope `SLOPE`."""
    drawn = draw_world(rng)
    x = drawn["x"]
    return _panel(y=SLOPE * x + drawn["effects"] + drawn["e"], x=x)


def _interval(fit: PanelFit, term: str = "x") -> Answer:
    row = fit.term(term)
    return row["estimate"], row["low"], row["high"]


def two_way(rng: np.random.Generator) -> Answer:
    """Two-way fixed effects, CRV1."""
    return _interval(fit_two_way(_association(rng), "y", ["x"]))


def two_way_wild(rng: np.random.Generator) -> Answer:
    """Two-way fixed effects, wild bootstrap inverted."""
    fit = fit_two_way(_association(rng), "y", ["x"])
    seed = int(rng.integers(2**31))
    # drawn even here, where all vectors could be enumerated: a thousandth of the time
    result = wild_cluster_test(fit, "x", draws=1999, seed=seed, weights="rademacher")
    return result.estimate, result.low, result.high


def first_difference(rng: np.random.Generator) -> Answer:
    """Changes on changes, CRV1."""
    return _interval(fit_first_difference(_association(rng), "y", ["x"]))


def interaction(rng: np.random.Generator) -> Answer:
    """Slope that differs between two kinds of units."""
    drawn = draw_world(rng)
    x = drawn["x"]
    kind = np.arange(len(x))[:, None] < 9
    product = x * kind
    y = 0.2 * x + SLOPE * product + drawn["effects"] + drawn["e"]
    return _interval(
        fit_two_way(_panel(y=y, x=x, product=product), "y", ["x", "product"]), "product"
    )


def two_stage(rng: np.random.Generator) -> Answer:
    """Confounded regressor with an instrument, CRV1."""
    drawn = draw_world(rng, ("z", "u", "e"))
    x = drawn["z"] + drawn["u"]
    y = SLOPE * x - drawn["u"] + drawn["e"]
    return _interval(fit_iv(_panel(y=y, x=x, z=drawn["z"]), "y", "x", ["z"]))


def mediation(rng: np.random.Generator) -> Answer:
    """Indirect association through one mediator, cluster bootstrap."""
    drawn = draw_world(rng, ("x", "m", "e"))
    x = drawn["x"]
    m = drawn["m"] + 0.6 * x
    y = 0.2 * x + 0.5 * m + drawn["effects"] + drawn["e"]
    seed = int(rng.integers(2**31))
    table = mediate(_panel(y=y, x=x, m=m), "y", "x", ["m"], draws=399, seed=seed).effects
    row = table[(table["term"] == "indirect") & (table["mediator"] == "m")].iloc[0]
    return row["estimate"], row["low"], row["high"]


def threshold(rng: np.random.Generator) -> Answer:
    """Value at which a slope changes."""
    drawn = draw_world(rng)
    x = drawn["x"]
    q = rng.standard_normal(x.shape)
    y = np.where(q <= THRESHOLD, 0.0, 1.0) * x + drawn["effects"] + drawn["e"]
    seed = int(rng.integers(2**31))
    panel = _panel(y=y, x=x, q=q)
    fit = fit_threshold(panel, "y", [], switching=["x"], variable="q", seed=seed, draws=99)
    row = fit.intervals.iloc[0]
    return row["estimate"], row["low"], row["high"]


@cache
def _map(rows: int = 5, columns: int = 6) -> SpatialWeights:
    """Cells of a grid, named row by row, neighbours where they share an edge."""
    cells = {(r, c): f"u{columns * r + c:02d}" for r in range(rows) for c in range(columns)}
    pairs = [
        (name, cells[beside])
        for (r, c), name in cells.items()
        for beside in ((r + 1, c), (r, c + 1))
        if beside in cells
    ]
    return contiguity(pd.DataFrame(pairs, columns=["a", "b"]), list(cells.values()))


def _spatial(rng: np.random.Generator):
    """A fitted SAR: outcomes answer the neighbours' outcomes by `RHO`."""
    weights = _map()
    drawn = draw_world(rng, units=weights.n, years=10, persistence=0.0)
    right = SLOPE * drawn["x"] + drawn["effects"] + drawn["e"]
    spread = np.linalg.inv(np.eye(weights.n) - RHO * weights.dense)
    return fit_spatial_panel(_panel(y=spread @ right, x=drawn["x"]), "y", ["x"], weights, "SAR")


def spatial_dependence(rng: np.random.Generator) -> Answer:
    """Spatial dependence of a SAR."""
    row = _spatial(rng).term("rho")
    return row["estimate"], row["low"], row["high"]


def spatial_total(rng: np.random.Generator) -> Answer:
    """Total impact in a SAR, simulated interval."""
    fit = _spatial(rng)
    table = impacts(fit, seed=int(rng.integers(2**31)), draws=999).table
    row = table[table["effect"] == "total"].iloc[0]
    return row["estimate"], row["low"], row["high"]


def _dynamic(rng: np.random.Generator, units: int) -> pd.DataFrame:
    """Outcome that remembers `MEMORY` of its last year; the last eight of eighteen years."""
    drawn = draw_world(rng, units=units, years=18, persistence=0.0)
    x = drawn["x"]
    y = SLOPE * x + drawn["effects"] + drawn["e"]
    level = y[:, 0] / (1 - MEMORY)
    for year in range(y.shape[1]):
        level = MEMORY * level + y[:, year]
        y[:, year] = level
    return _panel(2010, y=y[:, 10:], x=x[:, 10:])


def gmm_many(rng: np.random.Generator) -> Answer:
    """Difference GMM, 100 units: the number it is made for."""
    row = fit_difference_gmm(_dynamic(rng, 100), "y", predetermined=["x"]).term("y [t-1]")
    return row["estimate"], row["low"], row["high"]


def gmm_few(rng: np.random.Generator) -> Answer:
    """Difference GMM, 30 units."""
    row = fit_difference_gmm(_dynamic(rng, 30), "y", predetermined=["x"]).term("y [t-1]")
    return row["estimate"], row["low"], row["high"]


def lagged_within(rng: np.random.Generator) -> Answer:
    """Two-way fixed effects with the outcome's lag: known to be biased in short panels."""
    panel = _dynamic(rng, 100)
    panel = panel.assign(before=lagged(panel, "y", 1))
    return _interval(fit_two_way(panel, "y", ["before", "x"]), "before")


WORLDS = (
    World("two-way fixed effects, CRV1", "slope", SLOPE, two_way),
    World("two-way fixed effects, wild bootstrap", "slope", SLOPE, two_way_wild),
    World("first differences, CRV1", "slope", SLOPE, first_difference),
    World("interaction with a kind of unit, CRV1", "difference of slopes", SLOPE, interaction),
    World("two-stage least squares, CRV1", "slope", SLOPE, two_stage),
    World("mediation, cluster bootstrap", "indirect association", INDIRECT, mediation),
    World("panel threshold, likelihood ratio", "threshold", THRESHOLD, threshold),
    World("SAR, maximum likelihood", "dependence", RHO, spatial_dependence),
    World("SAR, simulated impacts", "total impact", TOTAL, spatial_total),
    World("difference GMM, 100 units", "memory", MEMORY, gmm_many),
    World("difference GMM, 30 units", "memory", MEMORY, gmm_few),
    World("fixed effects with a lagged outcome", "memory", MEMORY, lagged_within),
)
