"""True size and power of tests: how often they reject when nothing, or something, is there."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.validation.designs import PanelDesign, draw_panels
from nqpf.validation.engine import p_values

DRAWS = 399  # (draws + 1) times 0.05 is whole, so a drawn test is as exact as a full one
ALPHA = 0.05


def rejection_shares(
    designs: Sequence[PanelDesign],
    *,
    simulations: int,
    seed: int,
    effects: Sequence[float] = (0.0,),
    methods: Sequence[str] | None = None,
    alpha: float = ALPHA,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """How often each test rejects, by design and true slope.

    Parameters
    ----------
    designs : sequence of PanelDesign
    simulations : int
        Panels drawn per design; the same panels serve all slopes and methods.
    seed : int
    effects : sequence of float
        True slopes in standard deviations of the error per standard deviation of the regressor;
        0 gives the size, others the power.
    methods : sequence of str, optional
        Of `engine.METHODS`; by default all.
    alpha : float
        Nominal level.
    draws : int
        Sign vectors of the wild bootstrap.

    Returns
    -------
    DataFrame
        Columns design, effect, method, share, low, high (95 % interval of the share for the
        number of simulations), simulations.

    References
    ----------
    MacKinnon, Nielsen, Webb (2023), Journal of Econometrics 232, "Cluster-robust inference: a
    guide to empirical practice". Interval of a share: Wilson (1927), JASA 22.
    """
    rows = []
    for number, design in enumerate(designs):
        x, e = draw_panels(design, simulations, np.random.default_rng([seed, number]))
        for effect in effects:
            signs = np.random.default_rng([seed, number, 1])
            found = p_values(x, effect * x + e, draws=draws, rng=signs)
            for method, p in found.items():
                if methods is None or method in methods:
                    share = float(np.mean(p <= alpha))
                    low, high = wilson_interval(share, simulations)
                    rows.append((design.name, effect, method, share, low, high, simulations))
    columns = ["design", "effect", "method", "share", "low", "high", "simulations"]
    return pd.DataFrame(rows, columns=columns)


def wilson_interval(share: float, count: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a share found in `count` simulations (Wilson 1927)."""
    z = stats.norm.ppf((1 + level) / 2)
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    reach = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return float(middle - reach), float(middle + reach)
