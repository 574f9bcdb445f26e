"""Small worlds with a known truth, one per estimator: draw a panel, estimate, give the interval.

Each function takes a random generator and returns estimate and 95 % interval of what the world was
made with. Series are persistent, units and years have effects, and regressors go with the effects.
"""

from collections.abc import Callable
from dataclasses import dataclass

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
) -> pd.DataFrame:
    """Independent persistent series by unit and year; all but the last have effects in common.

    The column `effects` holds them: added to regressors here, to be added to outcomes.
    """
    index = pd.MultiIndex.from_product(
        [[f"u{u:02d}" for u in range(units)], range(2000, 2000 + years)], names=["unit", "year"]
    )
    effects = rng.standard_normal((units, 1)) + rng.standard_normal((1, years))
    columns = {"effects": effects.ravel()}
    for name in names:
        series = persistent_series((units, years), persistence, rng)
        columns[name] = (series if name == names[-1] else series + effects).ravel()
    return pd.DataFrame(columns, index=index)


def _association(rng: np.random.Generator) -> pd.DataFrame:
    """Outcome with slope `SLOPE`."""
    panel = draw_world(rng)
    panel["y"] = SLOPE * panel["x"] + panel["effects"] + panel["e"]
    return panel


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
    panel = draw_world(rng)
    kind = (panel.index.get_level_values("unit") < "u09").astype(float)
    panel["product"] = panel["x"] * kind
    panel["y"] = 0.2 * panel["x"] + SLOPE * panel["product"] + panel["effects"] + panel["e"]
    return _interval(fit_two_way(panel, "y", ["x", "product"]), "product")


def two_stage(rng: np.random.Generator) -> Answer:
    """Confounded regressor with an instrument, CRV1."""
    panel = draw_world(rng, ("z", "u", "e"))
    panel["x"] = panel["z"] + panel["u"]
    panel["y"] = SLOPE * panel["x"] - panel["u"] + panel["e"]
    fit = fit_iv(panel, "y", "x", ["z"])
    row = fit.term("x")
    return row["estimate"], row["low"], row["high"]


def mediation(rng: np.random.Generator) -> Answer:
    """Indirect association through one mediator, cluster bootstrap."""
    panel = draw_world(rng, ("x", "m", "e"))
    panel["m"] += 0.6 * panel["x"]
    panel["y"] = 0.2 * panel["x"] + 0.5 * panel["m"] + panel["effects"] + panel["e"]
    seed = int(rng.integers(2**31))
    table = mediate(panel, "y", "x", ["m"], draws=399, seed=seed).effects
    row = table[(table["term"] == "indirect") & (table["mediator"] == "m")].iloc[0]
    return row["estimate"], row["low"], row["high"]


def threshold(rng: np.random.Generator) -> Answer:
    """Value at which a slope changes."""
    panel = draw_world(rng)
    panel["q"] = rng.standard_normal(len(panel))
    slope = np.where(panel["q"] <= THRESHOLD, 0.0, 1.0)
    panel["y"] = slope * panel["x"] + panel["effects"] + panel["e"]
    seed = int(rng.integers(2**31))
    fit = fit_threshold(panel, "y", [], switching=["x"], variable="q", seed=seed, draws=99)
    row = fit.intervals.iloc[0]
    return row["estimate"], row["low"], row["high"]


def _map(rows: int = 5, columns: int = 6) -> SpatialWeights:
    """Cells of a grid, neighbours where they share an edge."""
    cells = {(r, c): f"c{r}{c}" for r in range(rows) for c in range(columns)}
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
    panel = draw_world(rng, units=weights.n, years=10, persistence=0.0)
    panel.index = panel.index.set_levels(list(weights.units), level="unit")
    right = SLOPE * panel["x"] + panel["effects"] + panel["e"]
    spread = np.linalg.inv(np.eye(weights.n) - RHO * weights.dense)
    wide = right.unstack("year")
    panel["y"] = pd.DataFrame(spread @ wide.to_numpy(), wide.index, wide.columns).stack()
    return fit_spatial_panel(panel, "y", ["x"], weights, "SAR")


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
    panel = draw_world(rng, units=units, years=18, persistence=0.0)
    news = (SLOPE * panel["x"] + panel["effects"] + panel["e"]).unstack("unit")
    levels, level = [], news.iloc[0] / (1 - MEMORY)
    for _, row in news.iterrows():
        level = MEMORY * level + row
        levels.append(level)
    panel["y"] = pd.DataFrame(levels, index=news.index).stack().swaplevel()
    return panel[panel.index.get_level_values("year") >= 2010]


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
