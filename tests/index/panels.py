"""Small made-up panels and trees for the tests of the index."""

import numpy as np
import pandas as pd

from nqpf.index import hierarchy_from_tree

ELEMENTS = ("labourers", "means", "objects")


def tree(count=6, *, directions=None, elements=ELEMENTS):
    """Indicators i0, i1, ... dealt out to the elements in turn."""
    directions = directions or [1] * count
    leaves = [(f"i{k}", elements[k % len(elements)], 1.0, directions[k]) for k in range(count)]
    above = [(e, "index", 1.0, None) for e in elements] + [("index", None, 1.0, None)]
    rows = [*leaves, *above]
    return hierarchy_from_tree(pd.DataFrame(rows, columns=["id", "parent", "weight", "direction"]))


def panel(units=8, years=5, count=6, seed=3):
    """Positive indicators with a common trend and lasting differences between units."""
    rng = np.random.default_rng(seed)
    level = rng.normal(size=(units, 1, count)) + 0.1 * np.arange(years)[None, :, None]
    values = np.exp(level + 0.3 * rng.normal(size=(units, years, count)))
    index = pd.MultiIndex.from_product(
        [[f"u{u:02}" for u in range(units)], range(2010, 2010 + years)], names=["unit", "year"]
    )
    columns = [f"i{k}" for k in range(count)]
    return pd.DataFrame(values.reshape(-1, count), index=index, columns=columns)
