"""Recovery of a known truth: bias in Monte Carlo standard errors, and coverage of intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.validation.size import wilson_interval
from nqpf.validation.worlds import WORLDS, World


def recover(
    worlds: Sequence[World] = WORLDS, *, replications: int, seed: int
) -> pd.DataFrame:
    """Let every estimator look for its truth many times.

    Parameters
    ----------
    worlds : sequence of World
    replications : int
        Panels drawn per world, at least ten.
    seed : int
        Each world has a stream of its own, so adding one changes no other.

    Returns
    -------
    DataFrame
        Columns name, quantity, truth, mean, bias (mean less truth), bias_se (Monte Carlo standard
        error of the mean), bias_t (their ratio), sd (of the estimates), coverage (share of 95 %
        intervals that hold the truth), coverage_low, coverage_high, replications.

    Raises
    ------
    StudyError
        Fewer than ten replications, or an estimate that is not a number.
    """
    if replications < 10:
        raise StudyError(f"expected at least ten replications, got {replications}")
    rows = []
    for world in worlds:
        streams = np.random.default_rng([seed, *world.name.encode()]).spawn(replications)
        answers = np.array([world.answer(stream) for stream in streams], dtype=float)
        if not np.isfinite(answers[:, 0]).all():
            raise StudyError(f"{world.name}: an estimate is not a number; look at its world")
        estimate, low, high = answers.T
        mean, sd = estimate.mean(), estimate.std(ddof=1)
        error = sd / np.sqrt(replications)
        coverage = float(np.mean((low <= world.truth) & (world.truth <= high)))
        ends = wilson_interval(coverage, replications)
        rows.append(
            {
                "name": world.name,
                "quantity": world.quantity,
                "truth": world.truth,
                "mean": mean,
                "bias": mean - world.truth,
                "bias_se": error,
                "bias_t": (mean - world.truth) / error,
                "sd": sd,
                "coverage": coverage,
                "coverage_low": ends[0],
                "coverage_high": ends[1],
                "replications": replications,
            }
        )
    return pd.DataFrame(rows)
