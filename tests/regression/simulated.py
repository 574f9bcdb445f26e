"""Panels with a known truth, for the regression tests."""

import numpy as np
import pandas as pd


def simulated_panel(
    units=12, years=8, regressors=2, *, seed=0, effect=0.5, missing=0.0, noise=1.0, ar=0.5
):
    """Panel y = effect * x1 + unit + year + AR(1) noise, other regressors without effect.

    `missing` is the share of rows taken out at random; weights are in column w.
    """
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"u{i:03d}" for i in range(units)], range(2000, 2000 + years)], names=["unit", "year"]
    )
    columns = [f"x{k + 1}" for k in range(regressors)]

    def paths():
        out = rng.normal(size=(units, years))
        for t in range(1, years):
            out[:, t] += ar * out[:, t - 1]
        return out + rng.normal(size=(units, 1)) + rng.normal(size=(1, years))

    frame = pd.DataFrame({name: paths().ravel() for name in columns}, index=index)
    frame.insert(0, "y", effect * frame["x1"] + noise * paths().ravel())
    frame["w"] = rng.uniform(0.5, 2.0, len(frame))
    return frame[rng.random(len(frame)) >= missing]
