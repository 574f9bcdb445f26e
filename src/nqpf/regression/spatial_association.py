"""Moran's I of a variable over a map, for the whole map and unit by unit.

With 21 units the normal approximation is poor and power is low: permutation p-values lead.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.errors import StudyError
from nqpf.regression.spatial_weights import SpatialWeights

QUADRANTS = ("high-high", "low-high", "low-low", "high-low")  # anticlockwise from top right


@dataclass(frozen=True)
class MoranResult:
    """Global Moran's I.

    Attributes
    ----------
    statistic : float
        I.
    expected : float
        -1 / (n - 1), its mean without association.
    variance_normal, z_normal, p_normal : float
        If values are drawn from a normal distribution; two-sided p.
    variance_random, z_random, p_random : float
        If values are assigned to places at random.
    p_permutation : float
        Two-sided: share of permutations at least as far from `expected`, the sample counted.
    n, permutations : int
    weights : str
        Kind of neighbours.
    """

    statistic: float
    expected: float
    variance_normal: float
    z_normal: float
    p_normal: float
    variance_random: float
    z_random: float
    p_random: float
    p_permutation: float
    n: int
    permutations: int
    weights: str


def moran(
    values: pd.Series, weights: SpatialWeights, *, seed: int, permutations: int = 9_999
) -> MoranResult:
    """Global Moran's I with analytic and permutation p-values.

    Parameters
    ----------
    values : Series
        One finite value per unit of the weights, indexed by unit, in any order.
    weights : SpatialWeights
    seed : int
    permutations : int

    Raises
    ------
    StudyError
        Missing or foreign units, fewer than four, or a constant variable.

    References
    ----------
    Cliff and Ord (1981), Spatial Processes, eq. 1.40 to 1.44; R `spdep::moran.test`.
    """
    z = _deviations(values, weights)
    W, n = weights.dense, weights.n
    s0 = W.sum()
    s1 = ((W + W.T) ** 2).sum() / 2
    s2 = ((W.sum(axis=0) + W.sum(axis=1)) ** 2).sum()
    second = z @ z
    statistic = n / s0 * (z @ W @ z) / second
    expected = -1 / (n - 1)
    normal = (n**2 * s1 - n * s2 + 3 * s0**2) / ((n**2 - 1) * s0**2) - expected**2
    kurtosis = n * (z**4).sum() / second**2
    random = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    random -= kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    random = random / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    shuffled = np.random.default_rng(seed).permuted(np.tile(z, (permutations, 1)), axis=1)
    others = n / s0 * ((shuffled @ W.T) * shuffled).sum(axis=1) / second
    extreme = np.abs(others - expected) >= abs(statistic - expected) - 1e-12
    z_normal, z_random = ((statistic - expected) / np.sqrt(v) for v in (normal, random))
    return MoranResult(
        statistic=float(statistic),
        expected=expected,
        variance_normal=float(normal),
        z_normal=float(z_normal),
        p_normal=float(2 * stats.norm.sf(abs(z_normal))),
        variance_random=float(random),
        z_random=float(z_random),
        p_random=float(2 * stats.norm.sf(abs(z_random))),
        p_permutation=float((1 + extreme.sum()) / (1 + permutations)),
        n=n,
        permutations=permutations,
        weights=weights.kind,
    )


def moran_by_year(
    panel: pd.DataFrame,
    column: str,
    weights: SpatialWeights,
    *,
    seed: int,
    permutations: int = 9_999,
) -> pd.DataFrame:
    """Global Moran's I of every year in which all units of the weights have a value.

    Returns
    -------
    DataFrame
        Columns year, statistic, expected, z_random, p_random, p_permutation, n, missing (units
        without a value, joined by commas). Years with missing units have no statistic: neighbours
        would change with the year.
    """
    wide = panel[column].unstack("unit").reindex(columns=list(weights.units))
    rows = []
    for year, values in wide.iterrows():
        missing = list(values.index[values.isna()])
        row = {"year": year, "n": weights.n - len(missing), "missing": ", ".join(missing)}
        if not missing:
            result = moran(values, weights, seed=seed, permutations=permutations)
            kept = ("statistic", "expected", "z_random", "p_random", "p_permutation")
            row |= {name: getattr(result, name) for name in kept}
        rows.append(row)
    names = ["year", "statistic", "expected", "z_random", "p_random", "p_permutation"]
    return pd.DataFrame(rows).reindex(columns=[*names, "n", "missing"])


def local_moran(
    values: pd.Series, weights: SpatialWeights, *, seed: int, permutations: int = 9_999
) -> pd.DataFrame:
    """Local Moran's I of every unit (LISA), with conditional permutation p-values.

    The unit keeps its value, its neighbours' values are drawn without replacement from all other
    units.

    Parameters
    ----------
    values, weights, seed, permutations
        As in `moran`.

    Returns
    -------
    DataFrame
        One row per unit, in the order of the weights: unit, value (deviation from the mean), lag
        (of deviations), statistic (local I; they sum to n times the global one when weights are
        row standardised), quadrant, p (two-sided, the sample counted), p_adjusted (Benjamini and
        Hochberg 1995 over the units: 21 tests are made at once).

    References
    ----------
    Anselin (1995), Geographical Analysis 27, eq. 12.
    """
    z = _deviations(values, weights)
    W, n = weights.dense, weights.n
    lag = W @ z
    moment = z @ z / n
    most = int((W > 0).sum(axis=1).max())
    rng = np.random.default_rng(seed)
    order = np.argsort(rng.random((permutations, n - 1)), axis=1)[:, :most]
    p = np.empty(n)
    for i in range(n):
        linked = W[i][W[i] > 0]
        others = np.delete(z, i)
        drawn = others[order[:, : len(linked)]] @ linked
        centre = others.mean() * linked.sum()  # mean of the draws, so that both tails count alike
        extreme = np.abs(drawn - centre) >= abs(lag[i] - centre) - 1e-12
        p[i] = (1 + extreme.sum()) / (1 + permutations)
    corner = np.where(z >= 0, np.where(lag >= 0, 0, 3), np.where(lag >= 0, 1, 2))
    return pd.DataFrame(
        {
            "unit": list(weights.units),
            "value": z,
            "lag": lag,
            "statistic": z * lag / moment,
            "quadrant": [QUADRANTS[k] for k in corner],
            "p": p,
            "p_adjusted": stats.false_discovery_control(p),
        }
    )


def _deviations(values: pd.Series, weights: SpatialWeights) -> np.ndarray:
    """Values in the order of the weights, around their mean."""
    if set(values.index) != set(weights.units) or len(values) != weights.n:
        wrong = sorted(map(str, set(values.index) ^ set(weights.units)))
        raise StudyError(
            f"expected one value per unit of the weights, differing in: {', '.join(wrong)}; "
            "restrict the weights to the units that have one"
        )
    x = values.loc[list(weights.units)].to_numpy(float)
    if not np.isfinite(x).all():
        missing = [unit for unit, ok in zip(weights.units, np.isfinite(x), strict=True) if not ok]
        raise StudyError(
            f"expected finite values, none for {', '.join(missing)}: "
            "restrict the weights to the other units"
        )
    if len(x) < 4:
        raise StudyError(f"expected at least four units for Moran's I, got {len(x)}")
    z = x - x.mean()
    if np.abs(z).max() <= 1e-12 * max(1.0, np.abs(x).max()):
        raise StudyError("expected a variable that varies between units, got a constant")
    return z
