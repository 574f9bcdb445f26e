"""Recovery of a known truth: bias in Monte Carlo standard errors, and coverage of intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.scenarios.coverage import coverage
from nqpf.validation.size import wilson_interval
from nqpf.validation.worlds import WORLDS, World

LEAST = 10  # replications, below which bias and coverage say nothing


def recover(worlds: Sequence[World] = WORLDS, *, replications: int, seed: int) -> pd.DataFrame:
    """Let every estimator look for its truth many times.

    Parameters
    ----------
    worlds : sequence of World
    replications : int
        Panels drawn per world, at least `LEAST`.
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
    rows = []
    for world in worlds:
        streams = np.random.default_rng([seed, *world.name.encode()]).spawn(replications)
        answers = np.array([world.answer(stream) for stream in streams], dtype=float)
        truth = np.full(replications, world.truth)
        rows.append({"name": world.name, "quantity": world.quantity, **_found(truth, answers)})
    return pd.DataFrame(rows)


def recover_scenarios(*, replications: int, draws: int = 99, seed: int) -> pd.DataFrame:
    """The same of the interval of a scenario, index and outcome bootstrapped as one chain.

    Parameters
    ----------
    replications : int
        Panels drawn.
    draws : int
        Bootstrap replications of each panel.
    seed : int

    Returns
    -------
    DataFrame
        One row with the columns of `recover`; truth and mean are means over the panels, whose
        truths differ.
    """
    table = coverage(simulations=replications, replications=draws, seed=seed)
    answers = table[["estimate", "low", "high"]].to_numpy()
    found = _found(table["truth"].to_numpy(), answers)
    name = {
        "name": "scenario, cluster bootstrap of the chain",
        "quantity": "gain, %",
    }
    return pd.DataFrame([{**name, **found}])


def _found(truth: np.ndarray, answers: np.ndarray) -> dict[str, float]:
    """Bias and coverage of estimates with intervals (R, 3)."""
    if len(answers) < LEAST:
        raise StudyError(f"expected at least {LEAST} replications, got {len(answers)}")
    if not np.isfinite(answers[:, 0]).all():
        raise StudyError("an estimate is not a number in one of the worlds; look at its answer")
    estimate, low, high = answers.T
    miss = estimate - truth
    error = float(miss.std(ddof=1) / np.sqrt(len(miss)))
    covered = float(np.mean((low <= truth) & (truth <= high)))
    ends = wilson_interval(covered, len(miss))
    return {
        "truth": float(truth.mean()),
        "mean": float(estimate.mean()),
        "bias": float(miss.mean()),
        "bias_se": error,
        "bias_t": float(miss.mean()) / error,
        "sd": float(miss.std(ddof=1)),
        "coverage": covered,
        "coverage_low": ends[0],
        "coverage_high": ends[1],
        "replications": len(miss),
    }
