"""Inequality within and between regions: Theil T, Theil L and Dagum's Gini.

Theil's indices split into two parts that add up. The Gini does not, unless regions do not
overlap; Dagum's third part, transvariation, is that overlap.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.regional.bootstrap import draw_units, percentile_band
from nqpf.regional.inequality import gini, theil_l, theil_t
from nqpf.regional.samples import check_groups, check_values, sections


@dataclass(frozen=True)
class TheilDecomposition:
    """Theil's T or L split by groups.

    Attributes
    ----------
    index : str
        "Theil T" or "Theil L".
    total, between, within : float
        total = between + within.
    groups : DataFrame
        One row per group: group, units, population_share, value_share, mean, inequality (of the
        group alone), within, between (the group's terms in the two sums).
    """

    index: str
    total: float
    between: float
    within: float
    groups: pd.DataFrame


def decompose_theil_t(values, groups, weights=None) -> TheilDecomposition:
    r"""Theil T: within :math:`\sum_g s_g T_g`, between :math:`\sum_g s_g \ln(s_g/p_g)`.

    :math:`s_g` is the group's share of the value, :math:`p_g` of the population (of the weights;
    of the units, when there are none).

    Parameters
    ----------
    values : Series by unit, or array_like, shape (n,)
        Values per head where weights are the population.
    groups : Series by unit, or array_like, shape (n,)
        Region of every unit; not missing.
    weights : like values, optional

    References
    ----------
    Theil (1967), Economics and Information Theory; Shorrocks (1980), Econometrica 48, 613-625.
    """
    total = theil_t(values, weights)
    table = _group_table(values, groups, weights, theil_t)
    s, p = table["value_share"].to_numpy(), table["population_share"].to_numpy()
    between = s * np.log(np.where(s > 0, s / p, 1))
    return _theil("Theil T", total, table, between, within=s * table["inequality"])


def decompose_theil_l(values, groups, weights=None) -> TheilDecomposition:
    r"""Theil L: within :math:`\sum_g p_g L_g`, between :math:`\sum_g p_g \ln(p_g/s_g)`.

    Parameters as in `decompose_theil_t`; values must be positive.

    References
    ----------
    Shorrocks (1980), Econometrica 48, 613-625, on GE(0).
    """
    total = theil_l(values, weights)
    table = _group_table(values, groups, weights, theil_l)
    s, p = table["value_share"].to_numpy(), table["population_share"].to_numpy()
    return _theil("Theil L", total, table, p * np.log(p / s), within=p * table["inequality"])


def theil_path(
    panel: pd.DataFrame, value: str, groups: pd.Series, *, weight: str | None = None
) -> pd.DataFrame:
    """Decompose Theil T and L in every year.

    Parameters
    ----------
    panel : DataFrame
        Index unit, year.
    value : str
        Column of positive values.
    groups : Series
        Region by unit.
    weight : str, optional
        Column of weights.

    Returns
    -------
    DataFrame: year, index, part, group, value, share. Parts are "total", "between" and "within"
    (group "all") and "within group" (one row a group, their sum is "within"); share is of the
    total, missing where the total is zero.
    """
    rows = []
    for year, data in sections(panel, [value, weight] if weight else value).items():
        weights = data[weight] if weight else None
        for decompose in (decompose_theil_t, decompose_theil_l):
            split = decompose(data[value], groups, weights)
            parts = [(p, "all", getattr(split, p)) for p in ("total", "between", "within")]
            parts += [("within group", r.group, r.within) for r in split.groups.itertuples()]
            rows += [(year, split.index, *part, _share(part[2], split.total)) for part in parts]
    return pd.DataFrame(rows, columns=["year", "index", "part", "group", "value", "share"])


@dataclass(frozen=True)
class DagumDecomposition:
    """Dagum's three parts of the Gini.

    Attributes
    ----------
    gini, within, net_between, transvariation : float
        gini = within + net_between + transvariation. Dagum's gross between part is
        net_between + transvariation.
    groups : DataFrame
        group, units, population_share, value_share, mean, inequality (Gini of the group), within.
    pairs : DataFrame
        a, b, gini (between the two), distance (Dagum's relative economic affluence D, 1 where the
        groups do not overlap, 0 where their means are equal), net_between, transvariation.
    """

    gini: float
    within: float
    net_between: float
    transvariation: float
    groups: pd.DataFrame
    pairs: pd.DataFrame


def decompose_dagum(values, groups, weights=None) -> DagumDecomposition:
    r"""Gini within groups, net between groups, and of their transvariation.

    :math:`G_w=\sum_j G_{jj}p_js_j`, :math:`G_{nb}=\sum_{j>h}G_{jh}(p_js_h+p_hs_j)D_{jh}`,
    :math:`G_t=\sum_{j>h}G_{jh}(p_js_h+p_hs_j)(1-D_{jh})`. All three are sums of
    differences :math:`(x_i-x_r)^+`, and are computed as such: nothing is divided by a group's
    spread, and separated groups have no transvariation exactly.

    Parameters
    ----------
    values : Series by unit, or array_like, shape (n,)
        At least zero.
    groups : Series by unit, or array_like, shape (n,)
    weights : like values, optional
        Population: as if every unit stood there that many times.

    References
    ----------
    Dagum (1997), Empirical Economics 22, 515-531.
    """
    total = gini(values, weights)
    table = _group_table(values, groups, weights, gini)
    x, w, codes = _coded(values, groups, weights)
    above = _differences_above(x, w, codes, len(table))
    mean_all = float(w @ x)
    table["within"] = np.diag(above) / mean_all
    pairs = _pairs(table, above, mean_all)
    return DagumDecomposition(
        gini=total,
        within=float(table["within"].sum()),
        net_between=float(pairs["net_between"].sum()),
        transvariation=float(pairs["transvariation"].sum()),
        groups=table,
        pairs=pairs,
    )


def dagum_path(
    panel: pd.DataFrame,
    value: str,
    groups: pd.Series,
    *,
    weight: str | None = None,
    replications: int = 499,
    seed: int,
    level: float = 0.95,
) -> pd.DataFrame:
    """Dagum's parts in every year, with bands from units drawn within their regions.

    Parameters
    ----------
    panel, value, groups, weight
        As in `theil_path`.
    replications : int
        Bootstrap draws; the same units in all years.
    seed : int
    level : float

    Returns
    -------
    DataFrame: year, part ("total", "within", "net between", "transvariation"), value, share, low,
    high (band of value), share_low, share_high.
    """
    years = sections(panel, [value, weight] if weight else value)
    codes, names = check_groups(groups, next(iter(years.values())).index)
    draws = draw_units(len(codes), replications, seed, strata=codes)
    times = np.array([np.bincount(draw, minlength=len(codes)) for draw in draws])
    frames = []
    for year, data in years.items():
        x, w = check_values(data[value], data[weight] if weight else None, measure="the Gini")
        parts = _dagum_parts(x, w, codes, len(names))
        drawn = _dagum_parts(x, w * times, codes, len(names))
        low, high = percentile_band(drawn, level)
        share_low, share_high = percentile_band(_shares(drawn), level)
        frames.append(
            pd.DataFrame(
                {
                    "year": year,
                    "part": ["total", "within", "net between", "transvariation"],
                    "value": parts,
                    "share": _shares(parts),
                    "low": low,
                    "high": high,
                    "share_low": share_low,
                    "share_high": share_high,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _coded(values, groups, weights):
    x, w = check_values(values, weights)
    index = values.index if isinstance(values, pd.Series) else pd.RangeIndex(x.size)
    codes, _ = check_groups(groups, index)
    return x, w, codes


def _group_table(values, groups, weights, measure) -> pd.DataFrame:
    """Shares, means and the inequality of each group by itself."""
    x, w = check_values(values, weights)
    index = values.index if isinstance(values, pd.Series) else pd.RangeIndex(x.size)
    codes, names = check_groups(groups, index)
    rows = []
    for code, name in enumerate(names):
        own = codes == code
        population, value = w[own].sum(), w[own] @ x[own]
        spread = measure(x[own], w[own]) if value > 0 else 0.0
        rows.append((name, own.sum(), population, value / (w @ x), value / population, spread))
    columns = ["group", "units", "population_share", "value_share", "mean", "inequality"]
    return pd.DataFrame(rows, columns=columns)


def _theil(index, total, table, between, within) -> TheilDecomposition:
    table = table.assign(within=within, between=between)
    return TheilDecomposition(
        index=index,
        total=total,
        between=float(table["between"].sum()),
        within=float(table["within"].sum()),
        groups=table,
    )


def _differences_above(x, w, codes, k) -> np.ndarray:
    """Weighted sums of (x_i - x_r)+ over i in group j and r in group h, shape (..., k, k).

    Weights, shape (..., n), may be those of many draws at once.
    """
    members = w[..., None, :] * (codes == np.arange(k)[:, None])
    return members @ np.maximum(x[:, None] - x, 0) @ np.swapaxes(members, -1, -2)


def _dagum_parts(x, w, codes, k) -> np.ndarray:
    """Total, within, net between, transvariation, shape (..., 4); `w` need not sum to one."""
    w = w / w.sum(axis=-1, keepdims=True)
    above = _differences_above(x, w, codes, k)
    j, h = np.triu_indices(k, 1)
    one, other = above[..., j, h], above[..., h, j]
    within = np.trace(above, axis1=-2, axis2=-1)
    net_between = np.abs(one - other).sum(axis=-1)
    transvariation = 2 * np.minimum(one, other).sum(axis=-1)
    parts = np.stack([within, net_between, transvariation], axis=-1) / (w @ x)[..., None]
    return np.concatenate([parts.sum(axis=-1, keepdims=True), parts], axis=-1)


def _pairs(table: pd.DataFrame, above: np.ndarray, mean_all: float) -> pd.DataFrame:
    columns = ["a", "b", "gini", "distance", "net_between", "transvariation"]
    rows = []
    for j, h in zip(*np.triu_indices(len(table), 1), strict=True):
        a, b = table.iloc[j], table.iloc[h]
        apart, overlap = abs(above[j, h] - above[h, j]), 2 * min(above[j, h], above[h, j])
        spread = apart + overlap
        scale = a["population_share"] * b["population_share"] * (a["mean"] + b["mean"])
        rows.append(
            (
                a["group"],
                b["group"],
                spread / scale if scale else 0.0,
                apart / spread if spread else 0.0,
                apart / mean_all,
                overlap / mean_all,
            )
        )
    return pd.DataFrame(rows, columns=columns)


def _share(part: float, total: float) -> float:
    return part / total if total else np.nan


def _shares(parts: np.ndarray) -> np.ndarray:
    """Parts over the total, the first of the last axis; missing where that is zero."""
    total = parts[..., :1]
    return np.divide(parts, total, out=np.full_like(parts, np.nan), where=total > 0)
