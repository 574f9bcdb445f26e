"""The bootstrap of a chain that works on frames, one sample after the other: slow and plain."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from nqpf.regression.chain import ChainResult, unit_bootstrap


def frame_bootstrap(
    panel: pd.DataFrame, build: Callable[[pd.DataFrame], Mapping[str, float]], **how
) -> ChainResult:
    """`unit_bootstrap` of what `build` makes of a panel of the units drawn."""
    units = panel.index.unique("unit").sort_values()

    def many(samples: np.ndarray) -> dict[str, np.ndarray]:
        found = [build(resampled(panel, units[drawn])) for drawn in samples]
        return {term: np.array([one[term] for one in found]) for term in found[0]}

    return unit_bootstrap(len(units), many, **how)


def resampled(panel: pd.DataFrame, drawn: pd.Index) -> pd.DataFrame:
    """Panel of units drawn, the second of one name called `name (2)` and so on."""
    names = drawn + pd.Series(drawn).groupby(drawn).cumcount().map(
        lambda before: f" ({before + 1})" if before else ""
    ).to_numpy(object)
    parts = {name: panel.xs(unit, level="unit") for name, unit in zip(names, drawn, strict=True)}
    return pd.concat(parts, names=["unit"]).sort_index()
