"""What one shared ingredient does to a regression in which nothing has an effect.

An index of twelve ratios and an outcome that is a ratio too: all raw variables are independent, but
the outcome's denominator is also that of one indicator. The overlap guard reads it off formulas.
"""

import numpy as np
import pandas as pd

from nqpf.regression.overlap import purge
from nqpf.validation.designs import PERSISTENCE, persistent_series
from nqpf.validation.engine import p_values, two_way_residual
from nqpf.validation.size import ALPHA, DRAWS, wilson_interval

OUTCOME = "outcome"
INDICATORS = 12
SHARED = "gdp"


def ratios(indicators: int = INDICATORS) -> pd.DataFrame:
    """Formulas of outcome and indicators, as a codebook: id, formula; the last one overlaps."""
    rows = [(OUTCOME, f"output / {SHARED}")]
    rows += [(f"i{k:02d}", f"a{k} / b{k}") for k in range(1, indicators)]
    rows.append((f"i{indicators:02d}", f"a{indicators} / {SHARED}"))
    return pd.DataFrame(rows, columns=["id", "formula"])


def overlap_rejections(
    *,
    simulations: int,
    seed: int,
    units: int = 21,
    years: int = 15,
    alpha: float = ALPHA,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """How often an index without any effect is found to have one, in full and purged.

    Parameters
    ----------
    simulations : int
    seed : int
    units, years : int
        G and T.
    alpha : float
        Nominal level of the restricted wild cluster bootstrap.
    draws : int

    Returns
    -------
    DataFrame
        Rows full and purged; columns index, indicators (how many), share, low, high,
        correlation (mean within units and years of index and outcome).
    """
    codebook = ratios()
    full = [name for name in codebook["id"] if name != OUTCOME]
    kept, _ = purge(codebook, OUTCOME, full)
    rng = np.random.default_rng(seed)
    shape = (simulations, units, years)
    shared = persistent_series(shape, PERSISTENCE, rng)
    outcome = persistent_series(shape, PERSISTENCE, rng) - shared
    sums = {"full": np.zeros(shape), "purged": np.zeros(shape)}
    for row in codebook[codebook["id"] != OUTCOME].itertuples():
        above = persistent_series(shape, PERSISTENCE, rng)
        below = shared if SHARED in row.formula else persistent_series(shape, PERSISTENCE, rng)
        score = _standardised(above - below)
        sums["full"] += score
        sums["purged"] += score if row.id in kept else 0.0
    rows = []
    for name, chosen in (("full", full), ("purged", kept)):
        index = sums[name] / len(chosen)
        p = p_values(index, outcome, draws=draws, rng=np.random.default_rng([seed, 1]))
        share = float(np.mean(p["wild, restricted"] <= alpha))
        low, high = wilson_interval(share, simulations)
        rows.append((name, len(chosen), share, low, high, _correlation(index, outcome)))
    columns = ["index", "indicators", "share", "low", "high", "correlation"]
    return pd.DataFrame(rows, columns=columns)


def _standardised(values: np.ndarray) -> np.ndarray:
    """Panels with mean zero and standard deviation one over all units and years."""
    middle = values.mean(axis=(1, 2), keepdims=True)
    return (values - middle) / values.std(axis=(1, 2), keepdims=True)


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Mean correlation within units and years."""
    a, b = two_way_residual(x), two_way_residual(y)
    products = np.einsum("sgt,sgt->s", a, b)
    lengths = np.einsum("sgt,sgt->s", a, a) * np.einsum("sgt,sgt->s", b, b)
    return float(np.mean(products / np.sqrt(lengths)))
