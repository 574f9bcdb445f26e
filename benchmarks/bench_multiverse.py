"""The multiverse: 10,000 specifications with p-values, and how its cost grows.

pyfixest fits one model at a time and, without another package, has no wild bootstrap: it is timed
on a few specifications and scaled, and the bootstrap apart, by refitting a few draws.
"""

import itertools
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from bench_regression import refitted_draws
from frame import Row, compare

from nqpf.regression.multiverse.rows import split
from nqpf.regression.multiverse.run import run_multiverse
from nqpf.report import charts

COUNT, SAMPLE = 10_000, 10
DRAWS, FEW_DRAWS = 9_999, 999
LIMIT = 30.0  # seconds for all of them
FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"
GROWTH = {  # what grows, with its values; the last is compared with the first
    "units": (21, 31, 280, 2_800),  # p is exact at 21, drawn above
    "periods": (5, 10, 20, 40),
    "specifications": (1_000, 2_000, 4_000, 8_000),
}
LINEAR = 0.5  # the largest may take twice what linear growth from the smallest would


def rows() -> Iterator[Row]:
    """All comparisons."""
    logging.getLogger("nqpf.execution").setLevel(logging.WARNING)
    yield from ten_thousand("exact p", units=21, years=15)
    yield from ten_thousand(f"{DRAWS:,} draws", units=30, years=10)
    yield from growth()


def multiverse_of(units: int, years: int, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Random panel and `count` specifications of outcomes, measures, controls and samples."""
    index = pd.MultiIndex.from_product(
        [[f"u{u:04d}" for u in range(units)], range(2000, 2000 + years)], names=["unit", "year"]
    )
    outcomes, controls = [f"y{k}" for k in range(5)], ["", "c1", "c1+c2", "c2"]
    samples = ["", "u0000", "u0001", "u0002+u0003", "u0004"]
    measures = [f"f{k}" for k in range(-(-count // 100))]
    names = [*outcomes, *measures, "c1", "c2"]
    values = np.random.default_rng(1).normal(size=(len(index), len(names)))
    combinations = itertools.islice(itertools.product(outcomes, samples, controls, measures), count)
    specifications = pd.DataFrame(
        [
            {"outcome": y, "factor": f, "controls": c, "first": 2000, "last": 1999 + years,
             "without": w, "estimator": "within", "primary": False}
            for y, w, c, f in combinations
        ]
    )  # fmt: skip
    return pd.DataFrame(values, index, columns=names), specifications


def ten_thousand(kind: str, *, units: int, years: int) -> Iterator[Row]:
    """All specifications with wild-cluster p-values against one model after another."""
    import pyfixest

    panel, specifications = multiverse_of(units, years, COUNT)
    some = specifications.sample(SAMPLE, random_state=1).to_dict("records")
    long = panel.reset_index()
    renamed = panel.iloc[:, :6].set_axis(["y", *(f"x{k}" for k in range(1, 6))], axis=1)
    draws = 2**20 if units <= 21 else DRAWS
    refitted = refitted_draws(renamed, 100)

    def fits():
        for one in some:
            sample = long[~long["unit"].isin(split(one["without"]))]
            right = " + ".join([one["factor"], *split(one["controls"])])
            formula = f"{one['outcome']} ~ {right} | unit + year"
            pyfixest.feols(formula, sample, vcov={"CRV1": "unit"})

    yield from compare(
        f"{COUNT:,} specifications, {units} x {years}, {kind}",
        lambda: run_multiverse(panel, specifications, draws=DRAWS, seed=1, scheduler=""),
        {
            "pyfixest, no bootstrap": (fits, SAMPLE / COUNT),
            "bootstrap by refitting": (refitted, 100 / (COUNT * draws)),
        },
        limit=LIMIT,
        targets={"pyfixest, no bootstrap": 5, "bootstrap by refitting": 200},
        rounds=2,
    )


def growth() -> Iterator[Row]:
    """Seconds by units, periods and specifications, with the exponent fitted to them."""
    measured = []
    for what, sizes in GROWTH.items():
        seconds = [_seconds(what, size) for size in sizes]
        slope = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
        linear = seconds[0] * sizes[-1] / sizes[0]
        yield Row(
            f"growth with {what}, {sizes[0]:,} to {sizes[-1]:,}: exponent {slope:.2f}",
            seconds[-1],
            "linear growth",
            linear,
            LINEAR,
        )
        measured += [
            {"series": what, "size": size, "seconds": second, "exponent": slope,
             "x": np.log10(size / sizes[0]), "y": np.log10(second / seconds[0])}
            for size, second in zip(sizes, seconds, strict=True)
        ]  # fmt: skip
    _keep(pd.DataFrame(measured))


def _seconds(what: str, size: int) -> float:
    """Processor seconds of one multiverse, the better of two."""
    units, years, count = 31, 15, 500
    if what == "units":
        units, count = size, 50
    elif what == "periods":
        years = size
    else:
        count = size
    panel, specifications = multiverse_of(units, years, count)
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        run_multiverse(panel, specifications, draws=FEW_DRAWS, seed=1, scheduler="")
        best = min(best, time.process_time() - start)
    return best


def _keep(table: pd.DataFrame) -> None:
    """Write what was measured as csv and figure."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    table.drop(columns=["x", "y"]).to_csv(FOLDER / "growth.csv", index=False, lineterminator="\n")
    figure = charts.curve(
        table,
        xlabel="size, powers of ten from the smallest",
        ylabel="time, powers of ten",
        series="series",
    )
    figure.savefig(FOLDER / "growth.png")
