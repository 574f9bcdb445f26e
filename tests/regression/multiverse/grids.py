"""Small multiverses on simulated panels, for the tests."""

import itertools

import numpy as np
import pandas as pd

from tests.regression.simulated import simulated_panel


def small_multiverse(units=12, years=8, *, seed=0, effect=0.0):
    """Panel and 2 x 3 x 2 x 2 x 3 = 72 specifications: outcomes, measures, controls, samples."""
    rng = np.random.default_rng(seed + 1_000)
    panel = simulated_panel(units, years, 3, seed=seed, effect=effect)
    panel["z"] = panel["y"] + 0.5 * rng.normal(size=len(panel))
    panel["f1"] = panel["x1"]
    panel["f2"] = panel["x1"] + 0.3 * rng.normal(size=len(panel))
    panel["f3"] = panel["x1"] + 0.5 * panel["x3"]
    rows = [
        {
            "outcome": outcome, "factor": factor, "controls": controls, "first": 2000,
            "last": 1999 + years, "without": without, "estimator": estimator,
            "primary": (outcome, factor, controls, without, estimator)
            == ("y", "f1", "", "", "within"),
        }
        for outcome, factor, controls, without, estimator in itertools.product(
            ["y", "z"], ["f1", "f2", "f3"], ["", "x2"], ["", "u000"],
            ["within", "first differences", "unit trends"],
        )
    ]  # fmt: skip
    return panel[["y", "z", "f1", "f2", "f3", "x2"]], pd.DataFrame(rows)
