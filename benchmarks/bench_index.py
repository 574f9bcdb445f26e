"""The index engine against a plain pandas index, and Malmquist against one program per unit."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from frame import Row, compare
from scipy.optimize import linprog

from nqpf.index import IndexOptions, build_index, hierarchy_from_tree
from nqpf.index.rank_model import rank_model
from nqpf.index.sensitivity import choice_sensitivity
from nqpf.productivity import malmquist

ELEMENTS = ("labourers", "means", "objects")


def panel_of(units: int, years: int, count: int) -> pd.DataFrame:
    """Positive random indicators with a trend."""
    index = pd.MultiIndex.from_product(
        [[f"u{u:03d}" for u in range(units)], range(2000, 2000 + years)], names=["unit", "year"]
    )
    values = np.random.default_rng(1).normal(size=(len(index), count))
    trend = 0.05 * (index.get_level_values("year") - 2000).to_numpy()
    return pd.DataFrame(
        np.exp(values / 2 + trend[:, None]), index, columns=[f"i{k}" for k in range(count)]
    )


def tree_of(count: int):
    """Indicators dealt out to three elements."""
    rows = [(f"i{k}", ELEMENTS[k % 3], 1.0, 1) for k in range(count)]
    rows += [(e, "index", 1.0, None) for e in ELEMENTS] + [("index", None, 1.0, None)]
    return hierarchy_from_tree(pd.DataFrame(rows, columns=["id", "parent", "weight", "direction"]))


def plain_pandas(panel: pd.DataFrame) -> pd.DataFrame:
    """Min-max, entropy weights and two levels of means, column by column as usually written."""
    scores = panel.apply(lambda c: (c - c.min()) / (c.max() - c.min()))
    shares = scores.apply(lambda c: c / c.sum())
    entropy = shares.apply(lambda c: -(c[c > 0] * np.log(c[c > 0])).sum() / np.log(len(c)))
    weights = (1 - entropy) / (1 - entropy).sum()
    result = pd.DataFrame(index=panel.index)
    for position, element in enumerate(ELEMENTS):
        columns = list(panel.columns[position::3])
        inside = weights[columns] / weights[columns].sum()
        result[element] = (scores[columns] * inside).sum(axis=1) * 100
    result.insert(0, "index", result.mean(axis=1))
    return result


def rows() -> Iterator[Row]:
    """All comparisons."""
    yield from one_index()
    yield from sobol(21, limit=5.0)
    yield from sobol(280, limit=42.0, rounds=1)
    yield from productivity()


def one_index() -> Iterator[Row]:
    """One index of 21 units, 15 years, 24 indicators, tables included."""
    panel, tree = panel_of(21, 15, 24), tree_of(24)
    options = IndexOptions(weights="entropy")
    same = build_index(panel, tree, options).scores
    difference = (same - plain_pandas(panel)).abs().max().max()
    print(f"  (largest difference to plain pandas: {difference:.1e})")
    yield from compare(
        "one index, 21 x 15 x 24, entropy weights",
        lambda: build_index(panel, tree, options).scores,
        {"plain pandas": (lambda: plain_pandas(panel), 1.0)},
        limit=0.002,
        rounds=7,
    )


def sobol(units: int, limit: float, rounds: int = 3) -> Iterator[Row]:
    """Sobol study of six choices, 8,192 indices."""
    panel, tree = panel_of(units, 15, 24), tree_of(24)

    def study():
        model = rank_model(panel, tree, year=2014)
        return choice_sensitivity(model, points=1024, seed=1)

    yield from compare(
        f"Sobol study, 8,192 indices, {units} x 15 x 24",
        study,
        {
            "build_index, one by one": (
                lambda: build_index(panel, tree, IndexOptions(weights="entropy")).levels,
                1 / 8192,
            ),
            "plain pandas": (lambda: plain_pandas(panel), 1 / 8192),
        },
        limit=limit,
        rounds=rounds,
    )


def productivity() -> Iterator[Row]:
    """Malmquist of 31 units and 15 years: one sparse program a year against one per unit."""
    rng = np.random.default_rng(2)
    panel = panel_of(31, 15, 2).set_axis(["capital", "labour"], axis=1)
    panel["output"] = panel["capital"] ** 0.4 * panel["labour"] ** 0.6 * rng.uniform(0.5, 1, 465)
    year = panel.xs(2005, level="year")
    x, y = year[["capital", "labour"]].to_numpy(), year[["output"]].to_numpy()

    def one_by_one():
        for unit in range(31):
            top = np.hstack([y[unit][:, None], -y.T])
            bottom = np.hstack([np.zeros((2, 1)), x.T])
            linprog(
                np.r_[-1.0, np.zeros(31)],
                A_ub=np.vstack([top, bottom]),
                b_ub=np.r_[0.0, x[unit]],
            )

    programs = 15 * 2 + 14 * 2  # own distances under both returns, and two across each pair
    yield from compare(
        "Malmquist and its parts, 31 x 15, two inputs",
        lambda: malmquist(panel, ["capital", "labour"], ["output"]),
        {"one program per unit": (one_by_one, 1 / programs)},
        limit=2.0,
    )
