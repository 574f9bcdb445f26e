"""Randomisation inference and placebo outcomes.

The regressor is shuffled many times and the clustered t statistic recomputed, all shuffles in
batches: shuffle, project out effects and controls, one matrix product. The test is exact when the
shuffles are exchangeable under the null of no effect on anyone, and with studentised statistics
approximately valid beyond (Canay, Romano, Shaikh 2017, Econometrica 85; MacKinnon, Webb 2020,
J. Econometrics 218).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.holm import holm
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import PanelFit, fit_two_way
from nqpf.regression.wild_margins import TIE
from nqpf.regression.within import group_sums

CHUNK = 512


@dataclass(frozen=True)
class RandomisationResult:
    """Result of a randomisation test.

    Attributes
    ----------
    term : str
    scheme : str
        "within years" or "whole paths".
    estimate, t : float
        Of the sample; t is clustered, without small-sample factor.
    p : float
        Two-sided, by the t statistic; the sample counts as one shuffle.
    p_estimate : float
        The same by the coefficient.
    draws : int
    distribution : ndarray, shape (draws,)
        Shuffled t statistics.
    """

    term: str
    scheme: str
    estimate: float
    t: float
    p: float
    p_estimate: float
    draws: int
    distribution: np.ndarray


def permute_within_years(
    fit: PanelFit, term: str, *, draws: int = 9_999, seed: int
) -> RandomisationResult:
    """Shuffle the regressor among the units of each year, separately by year.

    Keeps the distribution of every year, destroys persistence: exact when, given the year, any
    unit could have had any value. With persistent regressors prefer `permute_paths`.

    Parameters
    ----------
    fit : PanelFit
        Outcome, effects and controls are kept; its clusters studentise.
    term : str
    draws : int
    seed : int
    """
    design = fit.design
    x = design.raw[:, design.position(term)]
    years = design.codes["year"]
    by_year = np.argsort(years, kind="stable")

    def shuffle(rng: np.random.Generator, count: int) -> np.ndarray:
        order = np.argsort(years[:, None] + rng.random((len(x), count)), axis=0)
        out = np.empty((len(x), count))
        out[by_year] = x[order]
        return out

    return randomise(fit, term, shuffle, scheme="within years", draws=draws, seed=seed)


def permute_paths(
    fit: PanelFit, term: str, *, draws: int = 9_999, seed: int
) -> RandomisationResult:
    """Give every unit the whole path of another unit.

    Keeps persistence and common movements: exact when the paths are exchangeable among units.

    Parameters
    ----------
    fit : PanelFit
        Every unit needs the same years.
    term : str
    draws : int
    seed : int

    Raises
    ------
    StudyError
        If the sample is unbalanced.
    """
    design = fit.design
    units, years = fit.units, fit.periods
    if fit.n != units * years:
        raise StudyError(
            f"expected every unit in every year to swap paths, got {fit.n} rows for {units} units "
            f"and {years} years: keep the balanced part or permute within years"
        )
    paths = design.raw[:, design.position(term)].reshape(units, years)

    def shuffle(rng: np.random.Generator, count: int) -> np.ndarray:
        order = np.argsort(rng.random((count, units)), axis=1)
        return paths[order].reshape(count, -1).T

    return randomise(fit, term, shuffle, scheme="whole paths", draws=draws, seed=seed)


def randomise(
    fit: PanelFit,
    term: str,
    shuffle: Callable[[np.random.Generator, int], np.ndarray],
    *,
    scheme: str,
    draws: int,
    seed: int,
) -> RandomisationResult:
    """Compare the sample's statistics with those of shuffled regressors.

    Parameters
    ----------
    fit : PanelFit
    term : str
    shuffle : callable
        (generator, count) -> ndarray, shape (N, count): shuffled values of the term by row.
    scheme : str
        Name of the scheme for the reader.
    draws : int
    seed : int
    """
    design = fit.design
    j = design.position(term)
    others, _ = np.linalg.qr(np.delete(design.X, j, axis=1))
    y = design.y - others @ (others.T @ design.y)

    def statistics(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        a = design.within(x)
        a = a - others @ (others.T @ a)
        size = np.einsum("nb,nb->b", a, a)
        b = y @ a / size
        scores = group_sums(a * (y[:, None] - a * b), design.codes[design.cluster], design.groups)
        return b, b * size / np.sqrt((scores**2).sum(axis=0))

    estimate, t = statistics(design.raw[:, [j]])
    rng = np.random.default_rng(seed)
    sizes = [min(CHUNK, draws - start) for start in range(0, draws, CHUNK)]
    shuffled = [statistics(shuffle(rng, size)) for size in sizes]
    b, distribution = (np.concatenate(part) for part in zip(*shuffled, strict=True))

    def share(values, own):
        return float(1 + np.sum(np.abs(values) >= abs(own) * (1 - TIE))) / (1 + draws)

    return RandomisationResult(
        term=term,
        scheme=scheme,
        estimate=float(estimate[0]),
        t=float(t[0]),
        p=share(distribution, t[0]),
        p_estimate=share(b, estimate[0]),
        draws=draws,
        distribution=distribution,
    )


def placebo_outcomes(
    panel: pd.DataFrame,
    outcomes: Sequence[str],
    regressors: Sequence[str],
    term: str,
    *,
    estimator: Callable[..., PanelFit] = fit_two_way,
    draws: int = 99_999,
    seed: int | None = None,
    **options,
) -> pd.DataFrame:
    """Regress outcomes that the term should not move on it.

    Parameters
    ----------
    panel : DataFrame
    outcomes : sequence of str
        Placebo outcomes.
    regressors : sequence of str
    term : str
        Regressor of interest.
    estimator : callable
        One of `nqpf.regression.panel`; `options` go to it.
    draws, seed : int
        Of the wild bootstrap, if the clusters are more than 21.

    Returns
    -------
    DataFrame
        outcome, term, estimate, t, p, low, high (wild cluster), p_holm, n, clusters.
    """
    rows = []
    for outcome in outcomes:
        fit = estimator(panel, outcome, regressors, **options)
        wild = wild_cluster_test(fit, term, draws=draws, seed=seed)
        named = {name: getattr(wild, name) for name in ("estimate", "t", "p", "low", "high")}
        rows.append(
            {"outcome": outcome, "term": term, **named, "n": fit.n, "clusters": fit.clusters}
        )
    table = pd.DataFrame(rows)
    table.insert(7, "p_holm", holm(table["p"]))
    return table
