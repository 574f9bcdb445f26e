"""Which choice moves ranks most: Sobol indices of the choices behind an index."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.stats import sobol_indices, uniform

from nqpf.errors import StudyError
from nqpf.index.rank_model import RankModel

MEAN_SHIFT = "mean absolute rank shift"


def sobol_study(
    outcome: Callable[[np.ndarray], np.ndarray],
    factors: Sequence[str],
    outputs: Sequence[str],
    *,
    points: int = 1024,
    seed: int,
    resamples: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """First-order and total Sobol indices of a function on the unit cube.

    First-order: share of the outcome's variance that a factor explains alone. Total: share that is
    lost when the factor is fixed, interactions included. Saltelli et al. (2010, Computer Physics
    Communications 181) on a scrambled Sobol sequence, as in `scipy.stats.sobol_indices`.

    Parameters
    ----------
    outcome : callable
        (draws, factors) in the unit cube -> (draws, outputs).
    factors, outputs : sequence of str
    points : int
        A power of two; the function is evaluated points * (factors + 2) times.
    seed : int
    resamples : int
        Bootstrap resamples of the intervals; 0 for none.
    level : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        Columns output, factor, first, total and, with resamples, first_low, first_high,
        total_low, total_high. All are zero for an output that never varies.

    Raises
    ------
    StudyError
        If `points` is not a power of two, or there are fewer than two factors to compare.
    """
    if len(factors) < 2:
        raise StudyError(f"Sobol indices need two choices that vary, got {len(factors)}")
    if points < 2 or points & (points - 1):
        raise StudyError(f"the number of points must be a power of two, got {points}")
    count = len(factors)

    def transposed(x: np.ndarray) -> np.ndarray:
        return (
            np.asarray(outcome(np.ascontiguousarray(x.T)), dtype=float).reshape(-1, len(outputs)).T
        )

    with np.errstate(divide="ignore", invalid="ignore"):
        study = sobol_indices(
            func=transposed,
            n=points,
            dists=[uniform()] * count,
            rng=np.random.default_rng(seed),
        )
        first = np.reshape(study.first_order, (len(outputs), count))
        total = np.reshape(study.total_order, (len(outputs), count))
        table = pd.DataFrame(
            {
                "output": np.repeat(list(outputs), count),
                "factor": list(factors) * len(outputs),
                "first": first.ravel(),
                "total": total.ravel(),
            }
        )
        if resamples:
            spread = study.bootstrap(confidence_level=level, n_resamples=resamples)
            for name, ends in (("first", spread.first_order), ("total", spread.total_order)):
                table[f"{name}_low"] = np.ravel(ends.confidence_interval.low)
                table[f"{name}_high"] = np.ravel(ends.confidence_interval.high)
    return table


def choice_sensitivity(
    model: RankModel,
    *,
    units: Sequence[str] = (),
    points: int = 1024,
    seed: int,
    resamples: int = 0,
) -> pd.DataFrame:
    """Sobol indices of the choices for the mean rank shift and for the ranks of some units.

    Parameters
    ----------
    model : RankModel
    units : sequence of str
        Units whose own rank is an output as well.
    points : int
        A power of two; the index is built points * (choices that vary + 2) times.
    seed : int
    resamples : int
        Bootstrap resamples of the intervals; 0 for none.

    Returns
    -------
    DataFrame
        See `sobol_study`; outputs are "mean absolute rank shift" (over all units, against the
        study's own options; Saisana et al. 2005, eq. 4) and "rank of <unit>".
    """
    unknown = [u for u in units if u not in model.units]
    if unknown:
        raise StudyError(f"{', '.join(unknown)} is not ranked in {model.year}")
    columns = [int(np.flatnonzero(model.units == unit)[0]) for unit in units]

    def outcome(choices: np.ndarray) -> np.ndarray:
        ranks = model.ranks(choices)
        shift = np.abs(ranks - model.baseline).mean(axis=1)
        return np.column_stack([shift, ranks[:, columns]])

    outputs = [MEAN_SHIFT, *(f"rank of {unit}" for unit in units)]
    return sobol_study(
        outcome, model.factors, outputs, points=points, seed=seed, resamples=resamples
    )
