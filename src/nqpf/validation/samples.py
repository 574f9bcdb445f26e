"""The data behind published results: packaged with statsmodels, or small enough to be typed."""

from functools import cache
from importlib import resources

import numpy as np
import pandas as pd

from nqpf.errors import StudyError

# Diakoulaki, Mavrotas and Papayannakis (1995), Computers & Operations Research 22: eight firms
FIRMS = np.array(
    [
        [61, 1.08, 4.33],
        [20.7, 0.26, 4.34],
        [16.3, 1.98, 2.53],
        [9, 3.29, 1.65],
        [5.4, 2.77, 2.33],
        [4, 4.12, 1.21],
        [-6.1, 3.52, 2.1],
        [-34.6, 3.31, 0.98],
    ]
)
# Hwang and Yoon (1981), Multiple Attribute Decision Making: speed, range, payload, cost,
# reliability, manoeuvrability of four aircraft
AIRCRAFT = np.array(
    [
        [2, 1500, 20000, 5.5, 5, 9],
        [2.5, 2700, 18000, 6.5, 3, 5],
        [1.8, 2000, 21000, 4.5, 7, 7],
        [2.2, 1800, 20000, 5, 5, 5],
    ]
)
AIRCRAFT_SIGNS = np.array([1, 1, 1, -1, 1, 1.0])
AIRCRAFT_WEIGHTS = np.array([0.2, 0.1, 0.1, 0.1, 0.2, 0.3])
# gross domestic product of the sixteen German Länder, 2015, thousand million euros (R REAT)
LAENDER = np.array(
    [
        *(460.69, 549.19, 124.16, 65.29, 31.59, 109.27, 263.44, 39.87, 258.53, 645.59),
        *(131.95, 35.03, 112.66, 56.22, 85.61, 56.81),
    ]
)
# Coelli (1996), A Guide to DEAP 2.1, example 4: inputs and outputs of five firms by year
DEAP = {
    1: ([2, 4, 3, 5, 6], [1, 2, 3, 4, 5]),
    2: ([2, 4, 3, 5, 5], [1, 3, 4, 3, 5]),
    3: ([2, 4, 3, 5, 5], [1, 3, 4, 3, 5]),
}


@cache
def grunfeld() -> pd.DataFrame:
    """Investment, value and capital of ten firms over twenty years, by unit and year."""
    from statsmodels.datasets import grunfeld as packaged

    frame = packaged.load_pandas().data
    frame = frame[frame["firm"] != "American Steel"].astype({"year": int})
    return frame.rename(columns={"firm": "unit"}).set_index(["unit", "year"]).sort_index()


@cache
def griliches() -> pd.DataFrame:
    """Log wages, schooling and test scores of 758 young men, with a dummy per survey year."""
    frame = pd.read_stata(_packaged("statsmodels.sandbox.regression.tests", "griliches76.dta"))
    dummies = pd.get_dummies(frame["year"].astype(int), prefix="year", drop_first=True, dtype=float)
    columns = ["lw", "s", "iq", "expr", "tenure", "rns", "smsa", "med", "kww", "age", "mrt"]
    return _cross_section(frame[columns].astype(float).join(dummies))


@cache
def framing() -> pd.DataFrame:
    """Brader, Valentino and Suhay (2008): framing, emotion and messages to Congress."""
    frame = pd.read_csv(_packaged("statsmodels.stats.tests.results", "framing.csv"))
    dummies = pd.get_dummies(frame[["educ", "gender"]], drop_first=True, dtype=float)
    return _cross_section(frame[["cong_mesg", "treat", "emo", "age", "income"]].join(dummies))


def deap() -> pd.DataFrame:
    """One input and one output of five firms in three years."""
    rows = [
        (f"{firm}", year, float(x), float(y))
        for year, (inputs, outputs) in DEAP.items()
        for firm, (x, y) in enumerate(zip(inputs, outputs, strict=True), start=1)
    ]
    return pd.DataFrame(rows, columns=["unit", "year", "x", "y"]).set_index(["unit", "year"])


def chessboard(side: int = 4) -> tuple[pd.Series, pd.DataFrame]:
    """Cells of +1 and -1 in turn, and the pairs that share an edge."""
    cells = {(row, column): f"{row}{column}" for row in range(side) for column in range(side)}
    values = pd.Series({name: (-1.0) ** sum(cell) for cell, name in cells.items()})
    pairs = [
        (name, cells[beside])
        for (row, column), name in cells.items()
        for beside in ((row + 1, column), (row, column + 1))
        if beside in cells
    ]
    return values, pd.DataFrame(pairs, columns=["a", "b"])


def ishigami(cube: np.ndarray) -> np.ndarray:
    """Ishigami and Homma's (1990) function with a = 7, b = 0.1, on the unit cube (S, 3)."""
    a, b, c = (np.pi * (2 * cube - 1)).T
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def _cross_section(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows as units seen once."""
    labelled = frame.assign(unit=[f"{row:03d}" for row in range(len(frame))], year=1)
    return labelled.set_index(["unit", "year"])


def _packaged(package: str, name: str):
    """Path of a data file inside statsmodels."""
    path = resources.files(package) / name
    if not path.is_file():
        raise StudyError(
            f"expected {name} in the installed statsmodels ({package}), but it is not there; "
            "install the locked version with `make`"
        )
    return path
