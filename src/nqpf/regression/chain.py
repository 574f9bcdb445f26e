"""Uncertainty of a whole chain, from raw indicators through estimated weights to a coefficient.

An index whose weights are estimated on the panel is a generated regressor: conventional errors take
its weights as known (Pagan 1984, International Economic Review 25). Here units are resampled with
replacement and everything downstream is built again each time.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.errors import StudyError

MOST_FAILURES = 0.1
AT_ONCE = 64  # samples computed together: many share the cost of a call, too many leave the cache


@dataclass(frozen=True)
class ChainResult:
    """Bootstrap of a chain.

    Attributes
    ----------
    terms : DataFrame
        term, estimate (of the sample), se, bias, low, high (expanded percentiles).
    replicates : DataFrame
        One row per successful draw, one column per term.
    draws, failed : int
        Resamples taken, and those on which the chain raised a `StudyError`.
    units : int
        Units that were resampled.
    """

    terms: pd.DataFrame
    replicates: pd.DataFrame
    draws: int
    failed: int
    units: int


def unit_bootstrap(
    units: int,
    build: Callable[[np.ndarray], Mapping[Hashable, np.ndarray]],
    *,
    draws: int = 999,
    seed: int,
    level: float = 0.95,
) -> ChainResult:
    """Cluster bootstrap by units of anything computed from a panel, many samples at once.

    Parameters
    ----------
    units : int
        Units of the panel, n.
    build : callable
        Positions of the units drawn, sorted, shape (samples, n) -> numbers by term, shape
        (samples,) each, for example: build the index, fit, return the coefficients. Units drawn
        twice are different units. It raises a `StudyError` if one of the samples cannot be
        computed; which, is then found by dividing them.
    draws, seed : int
    level : float
        Coverage of the intervals: percentiles, expanded for few units (`expanded_ends`).

    Raises
    ------
    StudyError
        If there is one unit only, or the chain fails on the sample itself or on more than a tenth
        of the resamples.

    References
    ----------
    Cameron, Gelbach, Miller (2008), Rev. Economics and Statistics 90, pairs cluster bootstrap.
    """
    if units < 2:
        raise StudyError(f"a bootstrap by units needs two of them, got {units}")
    whole = build(np.arange(units)[None])
    sample = {term: values[0] for term, values in whole.items()}
    rng = np.random.default_rng(seed)
    drawn = np.sort(rng.integers(0, units, (draws, units)), axis=1)
    reasons: list[str] = []
    computed = [
        part
        for start in range(0, draws, AT_ONCE)
        for part in _computed(build, drawn[start : start + AT_ONCE], reasons)
    ]
    if len(reasons) > MOST_FAILURES * draws:
        raise StudyError(
            f"{len(reasons)} of {draws} resamples failed, at most a tenth may: {reasons[0]}"
        )
    table = pd.DataFrame(
        {term: np.concatenate([part[term] for part in computed]) for term in sample}
    )
    values = np.array(list(sample.values()), dtype=float)
    low, high = np.quantile(table, expanded_ends(level, units), axis=0)
    terms = pd.DataFrame(
        {
            "term": table.columns,
            "estimate": values,
            "se": table.std().to_numpy(),
            "bias": table.mean().to_numpy() - values,
            "low": low,
            "high": high,
        }
    )
    return ChainResult(terms=terms, replicates=table, draws=draws, failed=len(reasons), units=units)


def _computed(build, drawn: np.ndarray, reasons: list[str]) -> list[Mapping[Hashable, np.ndarray]]:
    """Numbers of the samples that can be computed; why the others cannot is added to `reasons`."""
    try:
        return [build(drawn)]
    except StudyError as error:
        if len(drawn) == 1:
            reasons.append(str(error))
            return []
    half = len(drawn) // 2
    return [one for part in (drawn[:half], drawn[half:]) for one in _computed(build, part, reasons)]


def expanded_ends(level: float, units: int) -> tuple[float, float]:
    """Quantiles at which a bootstrap interval over few units ends.

    Resampling n units makes a distribution that is narrower by sqrt((n - 1) / n) and has normal
    tails where those of a mean of n have Student's; percentile intervals are too short by that.
    The ends are moved out until both are made up for.

    Parameters
    ----------
    level : float
        Coverage that is wanted.
    units : int
        Units that are resampled, n.

    Returns
    -------
    tuple of float
        Phi(sqrt(n / (n - 1)) t) and one minus it, t the (1 - level) / 2 quantile of Student's
        distribution with n - 1 degrees of freedom.

    References
    ----------
    Hesterberg (2015), The American Statistician 69(4), on expanded percentile intervals.
    """
    wide = np.sqrt(units / (units - 1)) * stats.t.ppf((1 - level) / 2, units - 1)
    low = float(stats.norm.cdf(wide))
    return low, 1 - low
