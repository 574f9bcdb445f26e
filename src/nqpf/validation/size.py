"""True size and power of tests: how often they reject when nothing, or something, is there."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.regression.within import WithinTransform
from nqpf.validation.designs import PanelDesign, draw_panels
from nqpf.validation.engine import p_values_of_slopes

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
        signs = np.random.default_rng([seed, number, 1])
        by_effect = p_values_of_slopes(x, e, effects, draws=draws, rng=signs)
        for effect, found in zip(effects, by_effect, strict=True):
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


def detectable(power: pd.DataFrame, method: str, target: float = 0.8) -> pd.Series:
    """Smallest slope that a test finds with a given power, by design.

    Parameters
    ----------
    power : DataFrame
        As `rejection_shares` returns it for several effects.
    method : str
    target : float
        Share of rejections wanted.

    Returns
    -------
    Series
        Slope by design, interpolated between the effects; missing where none reaches the target.
    """
    found = {}
    chosen = power[power["method"] == method].sort_values("effect")
    for design, rows in chosen.groupby("design", sort=False):
        rising = rows["share"].cummax().to_numpy()  # Monte Carlo noise must not turn it back
        reached = rising >= target
        if not reached.any() or reached[0]:
            found[design] = np.nan
            continue
        first = int(np.argmax(reached))
        part = slice(first - 1, first + 1)
        found[design] = np.interp(target, rising[part], rows["effect"].to_numpy()[part])
    return pd.Series(found, name="effect", dtype=float)


def share_that_moves(scores: pd.Series) -> float:
    """Standard deviation within units and years over the overall one.

    Parameters
    ----------
    scores : Series
        By unit and year; missing ones are left out.

    Returns
    -------
    float
        Near 0 where units hardly change places relative to how far apart they are.
    """
    present = scores.dropna()
    return float(_within(present).std(ddof=0) / present.std(ddof=0))


def largest_movers(scores: pd.Series, count: int = 2) -> pd.Series:
    """Units with most of the variation within units and years, and their shares of it.

    Parameters
    ----------
    scores : Series
        By unit and year; missing ones are left out.
    count : int
        How many.
    """
    squares = (_within(scores.dropna()) ** 2).groupby(level="unit").sum()
    return (squares / squares.sum()).nlargest(count)


def _within(scores: pd.Series) -> pd.Series:
    """Scores free of unit and year means."""
    codes = [pd.factorize(scores.index.get_level_values(name))[0] for name in ("unit", "year")]
    residual = WithinTransform(codes, np.ones(len(scores)))(scores.to_numpy(float))
    return pd.Series(residual, scores.index)


def slope_of_effect(effect: float, moves: float) -> float:
    """Slope in standard deviations within units and years that an effect of the plan stands for.

    Parameters
    ----------
    effect : float
        Standard deviations of the outcome within units and years per overall standard deviation
        of the regressor.
    moves : float
        As `share_that_moves` of the regressor.

    Returns
    -------
    float
        Within standard deviations of the error per within standard deviation of the regressor:
        the effect is ``(slope / moves) / sqrt(1 + slope**2)``, as the outcome's own standard
        deviation grows with the slope.
    """
    product = effect * moves
    return product / np.sqrt(1 - product**2)


def effect_of_slope(slope: float, moves: float) -> float:
    """The reverse of `slope_of_effect`."""
    return slope / moves / np.sqrt(1 + slope**2)
