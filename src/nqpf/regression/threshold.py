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
from functools import cached_property

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.design import Design, build_design, with_regressors
from nqpf.regression.panel import TWO_WAY, PanelFit, fit_design
from nqpf.regression.threshold_bootstrap import RESAMPLING, bootstrap_gains, check_resampling
from nqpf.regression.threshold_search import ThresholdGrid, build_grid

CRITICAL = {"critical_10": 0.9, "critical_5": 0.95, "critical_1": 0.99}


@dataclass(frozen=True)
class ThresholdFit:
    """A fitted threshold regression; tests and tables are computed when they are read.

    Attributes
    ----------
    variable : str
        Threshold variable.
    thresholds : tuple of float
        Estimates, increasing, in units of the variable.
    values : ndarray, shape (N,)
        Threshold variable of the rows used.
    critical : float
        Value of the likelihood ratio that bounds the intervals.
    fit : PanelFit
        Regression given the thresholds; terms "z [regime 1]", ... for switching slopes. Its errors
        treat the thresholds as known, which is right asymptotically (Hansen 1999, sec. 4).
    linear : PanelFit
        The same without thresholds.
    missing : int
        Rows left out because they have no value of the threshold variable.
    grid : ThresholdGrid
    products : ndarray, shape (1, G, K)
        Candidates, and their inner products with the outcome.
    steps : tuple of tuple of int
        Candidates chosen when there are 1, 2, ... thresholds.
    draws : int
    resampling : str
    seed : int
        Of the bootstrap of the tests.
    """

    variable: str
    thresholds: tuple[float, ...]
    values: np.ndarray
    critical: float
    fit: PanelFit
    linear: PanelFit
    missing: int
    grid: ThresholdGrid
    products: np.ndarray
    steps: tuple[tuple[int, ...], ...]
    draws: int
    resampling: str
    seed: int

    @cached_property
    def tests(self) -> pd.DataFrame:
        """Tests of k against k - 1 thresholds, k = 1, 2, ..., by the bootstrap.

        Columns thresholds (k), rss_without, rss, f_classic, f_xthreg, p, critical_10, critical_5,
        critical_1 (of f_classic), draws.
        """
        rng = np.random.default_rng(self.seed)
        return pd.DataFrame([_test(self, k, rng) for k in range(1, len(self.steps) + 1)])

    @cached_property
    def intervals(self) -> pd.DataFrame:
        """Thresholds that the likelihood ratio does not reject.

        Columns threshold (1, 2, ...), estimate, low, high (not included: the next candidate, up
        to which the split stays the same), candidates (values not rejected), connected (whether
        they follow one another on the grid).
        """
        return pd.DataFrame(
            [_interval(self, number, *ratio) for number, ratio in enumerate(self._ratios, start=1)]
        )

    @cached_property
    def profiles(self) -> pd.DataFrame:
        """Likelihood ratio over the grid, the other thresholds held: threshold, value, lr."""
        frames = [
            pd.DataFrame({"threshold": number, "value": values, "lr": lr})
            for number, (values, lr) in enumerate(self._ratios, start=1)
        ]
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def membership(self) -> pd.Series:
        """Regime 1, 2, ... of every row used, by unit and year."""
        regimes = _regime_of(self.values, self.thresholds)
        return pd.Series(regimes, self.linear.design.rows, name="regime")

    @cached_property
    def regimes(self) -> pd.DataFrame:
        """Size of each regime and who is in it.

        Columns regime, low, high (of the variable, low excluded), rows, units, names: every unit of
        the regime, with its years unless it is always there.
        """
        return _regimes(self.membership, self.thresholds)

    @cached_property
    def dropped(self) -> pd.Series:
        """Rows left out, counted by reason, those without a threshold variable first."""
        first = {f"missing {self.variable}": self.missing} if self.missing else {}
        counts = pd.concat([pd.Series(first, dtype=int), self.linear.dropped])
        return counts.rename("rows").astype(int)

    @cached_property
    def _ratios(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Candidates and their likelihood ratios, for each threshold."""
        return _likelihood_ratios(self.linear, self.grid, self.products, self.steps[-1])

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
    missing = panel[variable].isna().to_numpy()
    complete = panel[~missing] if missing.any() else panel
    names = list(dict.fromkeys([*regressors, *switching]))
    design = build_design(complete, outcome, names, effects=effects, log=log)
    check_resampling(design, resampling)
    linear = fit_design(design, "linear")
    z = design.raw[:, [design.position(name) for name in switching]]
    q = complete[variable].to_numpy()[design.positions].astype(float)
    grid = build_grid(
        q,
        design.codes["unit"],
        lambda indicators: _blocks(design, z, indicators),
        points=points,
        trim=trim,
        min_units=min_units,
    )
    products = grid.inner_products(linear.errors[:, None])
    steps = tuple(tuple(step[0].tolist()) for step in grid.sequence(products, thresholds))
    for count, step in enumerate(steps, start=1):
        if min(step) < 0:
            raise StudyError(
                f"no place for {count} threshold{'s' * (count > 1)} of '{variable}' leaves "
                f"{grid.smallest[0]} rows of {min_units} units in every regime: "
                "ask for fewer thresholds, or lower trim or min_units"
            )
    values = tuple(float(grid.values[c]) for c in steps[-1])
    return ThresholdFit(
        variable=variable,
        thresholds=values,
        values=q,
        critical=float(-2 * np.log(1 - np.sqrt(level))),
        fit=_fit_regimes(design, switching, _regime_of(q, values)),
        linear=linear,
        missing=int(missing.sum()),
        grid=grid,
        products=products,
        steps=steps,
        draws=draws,
        resampling=resampling,
        seed=seed,
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


def _test(found: ThresholdFit, k: int, rng: np.random.Generator) -> dict:
    """Row of `tests` for k thresholds against k - 1."""
    linear, grid, products, draws = found.linear, found.grid, found.products, found.draws
    before, after = found.steps[k - 2] if k > 1 else (), found.steps[k - 1]
    explained = [grid.explained(products, chosen)[0] for chosen in (before, after)]
    without, rss = (linear.rss - part for part in explained)
    f = (without - rss) / rss
    simulated = bootstrap_gains(linear, grid, products, before, after, draws, found.resampling, rng)
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


def _likelihood_ratios(linear, grid, products, final) -> list[tuple[np.ndarray, np.ndarray]]:
    """Admissible values of each threshold and their likelihood ratios, the others held."""
    best = linear.rss - grid.explained(products, final)[0]
    variance = best / _degrees(linear)[0]
    ratios = []
    for position in final:
        others = tuple(c for c in final if c != position)
        rss = linear.rss - grid.explained(products, others)[0] - grid.gains(products, others)[0]
        allowed = np.isfinite(rss)
        ratios.append((grid.values[allowed], np.maximum(0, (rss[allowed] - best) / variance)))
    return ratios


def _interval(found: ThresholdFit, number: int, values: np.ndarray, lr: np.ndarray) -> dict:
    """Row of `intervals`: the set that the likelihood ratio does not reject.

    A threshold splits the rows alike until the next value is reached, so a set ends there.
    """
    inside = np.flatnonzero(lr <= found.critical)
    return {
        "threshold": number,
        "estimate": found.thresholds[number - 1],
        "low": values[inside[0]],
        "high": _next(values[inside[-1]], found.grid.values, found.values),
        "candidates": len(inside),
        "connected": bool((np.diff(inside) == 1).all()),
    }


def _next(value: float, candidates: np.ndarray, observed: np.ndarray) -> float:
    """The next candidate above a value; above the last one, the next value that was observed."""
    above = candidates[candidates > value]
    above = above if len(above) else observed[observed > value]
    return float(above.min()) if len(above) else float(value)


def _regime_of(q: np.ndarray, thresholds: tuple[float, ...]) -> np.ndarray:
    """Regime 1, 2, ... of values of the threshold variable."""
    return np.searchsorted(thresholds, q, side="left") + 1


def _fit_regimes(design: Design, switching: list[str], regime: np.ndarray) -> PanelFit:
    """Regression with a slope per regime of every switching column."""
    common = [name for name in design.regressors if name not in (*switching, "const")]
    columns = {name: design.raw[:, design.position(name)] for name in common}
    for name in switching:
        for one in range(1, regime.max() + 1):
            columns[f"{name} [regime {one}]"] = design.raw[:, design.position(name)] * (
                regime == one
            )
    split = with_regressors(design, list(columns), np.array(list(columns.values())).T)
    return fit_design(split, f"{regime.max() - 1} thresholds")


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


def _listed(names: Sequence[str]) -> list[str]:
    """Names as a list, one name allowed."""
    return [names] if isinstance(names, str) else list(names)
