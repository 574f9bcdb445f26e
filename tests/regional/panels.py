"""Small panels and strategies for the tests of this folder."""

import numpy as np
import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st

quick = settings(max_examples=40, deadline=None, derandomize=True)
values = st.lists(st.floats(0.01, 1e4), min_size=2, max_size=12)
values_with_zeros = st.lists(st.floats(0.01, 1e4) | st.just(0.0), min_size=2, max_size=12).filter(
    any
)


def grouped(least=1):
    """Values, weights and one of three groups each."""
    row = st.tuples(st.floats(0.01, 1e4), st.floats(0.1, 100), st.sampled_from("ABC"))
    return st.lists(row, min_size=max(least, 2), max_size=12)


def structures(units=(2, 5), sectors=(2, 6)):
    """Structures with some output in every unit and sector."""
    return st.tuples(st.integers(*units), st.integers(*sectors)).flatmap(
        lambda shape: st.lists(
            st.lists(st.floats(0.01, 1e3), min_size=shape[1], max_size=shape[1]),
            min_size=shape[0],
            max_size=shape[0],
        ).map(
            lambda rows: pd.DataFrame(
                rows,
                index=[f"city {i}" for i in range(shape[0])],
                columns=[f"sector {s}" for s in range(shape[1])],
            )
        )
    )


def panel_of(wide: pd.DataFrame, name: str = "y") -> pd.DataFrame:
    """Panel from a frame of units by years."""
    long = wide.stack().rename(name).to_frame()
    long.index.names = ["unit", "year"]
    return long.sort_index()


def growing_panel(beta=-0.04, units=21, years=16, noise=0.01, seed=7) -> pd.DataFrame:
    """Units whose logs follow ln y' = ln y + beta ln y + unit path + noise."""
    rng = np.random.default_rng(seed)
    logs = [rng.normal(0, 1, units)]
    for _ in range(years - 1):
        logs.append(logs[-1] * (1 + beta) + 0.05 + rng.normal(0, noise, units))
    names = [f"city {i:02d}" for i in range(units)]
    wide = pd.DataFrame(np.exp(np.array(logs).T), names, range(2005, 2005 + years))
    return panel_of(wide)
