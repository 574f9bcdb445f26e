"""Panel threshold regression: a slope that changes once a variable passes some value.

    y_it = sum_r b_r z_it 1(g_{r-1} < q_it <= g_r) + x_it c + unit_i + year_t + e_it

Hansen (1999), J. Econometrics 93, with year effects partialled out as well: in software without
them a common trend loads on the regimes. The test compares k - 1 with k thresholds; its p-value is
bootstrapped because a threshold does not exist under the null. The interval of a threshold is the
set that a likelihood ratio does not reject (7.35 at 95 %); it assumes independent homoskedastic
errors, so with few and unequal units read it as a description. With 21 units a regime may be one
or two of them: regimes smaller than `min_units` are not searched, and all are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.design import Design, build_design
from nqpf.regression.panel import TWO_WAY, PanelFit, fit_design
from nqpf.regression.threshold_bootstrap import RESAMPLING, bootstrap_gains
from nqpf.regression.threshold_search import build_grid

CRITICAL = {"critical_10": 0.9, "critical_5": 0.95, "critical_1": 0.99}


@dataclass(frozen=True)
class ThresholdFit:
    """A fitted threshold regression.

    Attributes
    ----------
    variable : str
        Threshold variable.
    thresholds : tuple of float
        Estimates, increasing, in units of the variable.
    tests : DataFrame
        One row per number of thresholds k = 1, 2, ...: thresholds (k), rss_without, rss, f_classic,
        f_xthreg, p, critical_10, critical_5, critical_1 (of f_classic), draws.
    intervals : DataFrame
        threshold (1, 2, ...), estimate, low, high (not included: the next candidate, up to which
        the split stays the same), candidates (values not rejected), connected (whether they
        follow one another on the grid).
    profiles : DataFrame
        Likelihood ratio over the grid, the other thresholds held: threshold, value, lr.
    critical : float
        Value of the likelihood ratio that bounds the intervals.
    regimes : DataFrame
        regime, low, high (of the variable, low excluded), rows, units, names: every unit of the
        regime, with its years unless it is always there.
    membership : Series
        Regime 1, 2, ... of every row used, by unit and year.
    fit : PanelFit
        Regression given the thresholds; terms "z [regime 1]", ... for switching slopes. Its errors
        treat the thresholds as known, which is right asymptotically (Hansen 1999, sec. 4).
    linear : PanelFit
        The same without thresholds.
    dropped : Series
        Rows left out, counted by reason.
    """

    variable: str
    thresholds: tuple[float, ...]
    tests: pd.DataFrame
    intervals: pd.DataFrame
    profiles: pd.DataFrame
    critical: float
    regimes: pd.DataFrame
    membership: pd.Series
    fit: PanelFit
    linear: PanelFit
    dropped: pd.Series

    def supported(self, alpha: float = 0.05) -> int:
        """Count thresholds before the first test that does not reject."""
        accepted = self.tests["p"] > alpha
        return int(accepted.argmax()) if accepted.any() else len(accepted)


def fit_threshold(
    panel: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    *,
    switching: Sequence[str],
    variable: str,
    seed: int,
    thresholds: int = 1,
    effects: Sequence[str] = TWO_WAY,
    points: int = 300,
    trim: float = 0.05,
    min_units: int = 3,
    draws: int = 999,
    resampling: str = "units",
    level: float = 0.95,
    log: Sequence[str] = (),
) -> ThresholdFit:
    """Estimate one to three thresholds and test each number against one less.

    Parameters
    ----------
    panel : DataFrame
        Index levels unit and year.
    outcome : str
    regressors : sequence of str
        Columns whose slope is the same everywhere; may be empty.
    switching : sequence of str
        Columns whose slope differs between regimes.
    variable : str
        Threshold variable; often one of the above.
    seed : int
    thresholds : {1, 2, 3}
    effects : sequence of str
        Default units and years. ("unit",) only to compare with published one-way results.
    points : int
        Most candidates on the grid, quantiles of the variable.
    trim : float
        Least share of rows in a regime.
    min_units : int
        Least number of distinct units in a regime.
    draws : int
        Bootstrap samples of each test.
    resampling : {"units", "signs"}
        "units": residual series of whole units drawn with replacement (Hansen 1999), which needs
        a balanced panel and units alike; "signs": whole series flipped at random (wild), for
        unbalanced panels and unequal units.
    level : float
        Coverage of the intervals.
    log : sequence of str
        Columns of the regression taken in natural logarithms; thresholds stay in units of the
        variable.

    Returns
    -------
    ThresholdFit

    Notes
    -----
    F = (rss_without - rss) / (rss / df). ``f_classic``: df = rows less fixed effects, n (T - 1)
    with unit effects alone (Hansen 1999, eq. 17). ``f_xthreg``: df = rows less years, (n - 1) T
    (Wang 2015, Stata Journal 15). The p-value does not depend on it. It counts the sample itself
    among the draws. Residuals come from the larger model, outcomes are made under the smaller one,
    thresholds estimated anew in every draw (Hansen 1999, sec. 3.2 and 5.2).

    Raises
    ------
    StudyError
        Besides those of `build_design`: constant threshold variable, no room for so many regimes,
        an unbalanced panel with "units".
    """
    _check(panel, switching, variable, thresholds, draws, resampling)
    switching, regressors = _listed(switching), _listed(regressors)
    complete = panel[panel[variable].notna()]
    names = list(dict.fromkeys([*regressors, *switching]))
    design = build_design(complete, outcome, names, effects=effects, log=log)
    linear = fit_design(design, "linear")
    sample = complete.loc[design.rows].astype(float)
    sample[list(log)] = np.log(sample[list(log)])
    q = complete.loc[design.rows, variable].to_numpy(float)
    grid = build_grid(
        q,
        design.codes["unit"],
        lambda indicators: _blocks(design, sample[switching].to_numpy(), indicators),
        points=points,
        trim=trim,
        min_units=min_units,
    )
    products = grid.inner_products(linear.errors[:, None])
    steps = [step[0] for step in grid.sequence(products, thresholds)]
    for count, step in enumerate(steps, start=1):
        if (step < 0).any():
            raise StudyError(
                f"no place for {count} threshold{'s' * (count > 1)} of '{variable}' leaves "
                f"{grid.smallest[0]} rows of {min_units} units in every regime: "
                "ask for fewer thresholds, or lower trim or min_units"
            )
    rng = np.random.default_rng(seed)
    tests = pd.DataFrame(
        _test(linear, grid, products, steps, k, draws=draws, resampling=resampling, rng=rng)
        for k in range(1, thresholds + 1)
    )
    final = [int(c) for c in steps[-1]]
    critical = float(-2 * np.log(1 - np.sqrt(level)))
    profiles, intervals = _intervals(linear, grid, products, final, critical, np.unique(q))
    values = tuple(float(grid.values[c]) for c in final)
    membership = pd.Series(np.searchsorted(values, q, side="left") + 1, design.rows, name="regime")
    return ThresholdFit(
        variable=variable,
        thresholds=values,
        tests=tests,
        intervals=intervals,
        profiles=profiles,
        critical=critical,
        regimes=_regimes(membership, values),
        membership=membership,
        fit=_fit_regimes(sample, outcome, regressors, switching, membership, effects),
        linear=linear,
        dropped=_dropped(panel, variable, linear),
    )


def _check(panel, switching, variable, thresholds, draws, resampling) -> None:
    """Refuse impossible requests before anything is computed."""
    if variable not in panel.columns:
        raise StudyError(f"expected a threshold variable of the panel, got '{variable}'")
    if not _listed(switching):
        raise StudyError("expected at least one switching regressor, got none")
    if thresholds not in (1, 2, 3):
        raise StudyError(f"expected one to three thresholds, got {thresholds}")
    if draws < 99:
        raise StudyError(f"expected at least 99 bootstrap draws, got {draws}")
    if resampling not in RESAMPLING:
        raise StudyError(f"expected resampling of {' or '.join(RESAMPLING)}, got '{resampling}'")


def _blocks(design: Design, z: np.ndarray, indicators: np.ndarray) -> np.ndarray:
    """Switching columns below each candidate, effects and regressors partialled out."""
    raw = (indicators[:, :, None] * z[:, None, :]).reshape(len(z), -1)
    q, _ = np.linalg.qr(design.X)
    within = design.within(raw)
    within -= q @ (q.T @ within)
    return within.reshape(len(z), indicators.shape[1], z.shape[1])


def _degrees(fit: PanelFit) -> tuple[int, int]:
    """Degrees of freedom of the classic and of the xthreg F statistic."""
    return fit.n - fit.design.within.rank, fit.n - fit.periods


def _test(linear, grid, products, steps, k, *, draws, resampling, rng) -> dict:
    """Row of `tests` for k thresholds against k - 1."""
    before = tuple(steps[k - 2]) if k > 1 else ()
    explained = [grid.explained(products, chosen)[0] for chosen in (before, tuple(steps[k - 1]))]
    without, rss = (linear.rss - part for part in explained)
    f = (without - rss) / rss
    simulated = bootstrap_gains(
        linear, grid, products, before, tuple(steps[k - 1]), draws, resampling, rng
    )
    classic, xthreg = _degrees(linear)
    row = {
        "thresholds": k,
        "rss_without": without,
        "rss": rss,
        "f_classic": classic * f,
        "f_xthreg": xthreg * f,
        "p": float(1 + (simulated >= f).sum()) / (1 + draws),
    }
    row |= {name: classic * float(np.quantile(simulated, q)) for name, q in CRITICAL.items()}
    return row | {"draws": draws}


def _intervals(linear, grid, products, final, critical, observed):
    """Likelihood ratios over the grid and the sets they do not reject.

    A threshold splits the rows alike until the next value is reached, so a set ends there.
    """
    best = linear.rss - grid.explained(products, final)[0]
    variance = best / _degrees(linear)[0]
    profiles, intervals = [], []
    for number, position in enumerate(final, start=1):
        others = tuple(c for c in final if c != position)
        rss = linear.rss - grid.explained(products, others)[0] - grid.gains(products, others)[0]
        allowed = np.isfinite(rss)
        lr = np.maximum(0, (rss[allowed] - best) / variance)
        values = grid.values[allowed]
        profiles.append(pd.DataFrame({"threshold": number, "value": values, "lr": lr}))
        inside = np.flatnonzero(lr <= critical)
        intervals.append(
            {
                "threshold": number,
                "estimate": grid.values[position],
                "low": values[inside[0]],
                "high": _next(values[inside[-1]], grid.values, observed),
                "candidates": len(inside),
                "connected": bool((np.diff(inside) == 1).all()),
            }
        )
    return pd.concat(profiles, ignore_index=True), pd.DataFrame(intervals)


def _next(value: float, candidates: np.ndarray, observed: np.ndarray) -> float:
    """The next candidate above a value; above the last one, the next value that was observed."""
    above = candidates[candidates > value]
    above = above if len(above) else observed[observed > value]
    return float(above.min()) if len(above) else float(value)


def _fit_regimes(sample, outcome, regressors, switching, membership, effects) -> PanelFit:
    """Regression with a slope per regime of every switching column."""
    common = [name for name in regressors if name not in switching]
    frame = sample[[outcome, *common]].copy()
    for name in switching:
        for regime in range(1, membership.max() + 1):
            frame[f"{name} [regime {regime}]"] = sample[name] * (membership == regime)
    terms = [name for name in frame.columns if name != outcome]
    design = build_design(frame, outcome, terms, effects=effects)
    return fit_design(design, f"{membership.max() - 1} thresholds")


def _regimes(membership: pd.Series, values: tuple[float, ...]) -> pd.DataFrame:
    """Size of each regime and who is in it."""
    edges = [-np.inf, *values, np.inf]
    all_years = membership.groupby(level="unit").size()
    rows = []
    for regime in range(1, len(edges)):
        members = membership[membership == regime].index.to_frame(index=False)
        years = members.groupby("unit")["year"].apply(list)
        names = [
            f"{unit}" if len(inside) == all_years[unit] else f"{unit} {_spans(inside)}"
            for unit, inside in years.items()
        ]
        rows.append(
            {
                "regime": regime,
                "low": edges[regime - 1],
                "high": edges[regime],
                "rows": len(members),
                "units": len(years),
                "names": "; ".join(names),
            }
        )
    return pd.DataFrame(rows)


def _spans(years: Sequence[int]) -> str:
    """Years as text, runs shortened: 2011-2014, 2016."""
    runs = np.split(np.array(years), np.flatnonzero(np.diff(years) > 1) + 1)
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _dropped(panel, variable, linear) -> pd.Series:
    """Rows left out by reason, those without a threshold variable first."""
    missing = int(panel[variable].isna().sum())
    first = {f"missing {variable}": missing} if missing else {}
    return pd.concat([pd.Series(first, dtype=int), linear.dropped]).rename("rows").astype(int)


def _listed(names: Sequence[str]) -> list[str]:
    """Names as a list, one name allowed."""
    return [names] if isinstance(names, str) else list(names)
