"""Chapter 2: the numbers that the rules of its claims ask for."""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from nqpf.chapters.definitions import Measured
from nqpf.chapters.definitions_audit import year_means_out
from nqpf.errors import StudyError
from nqpf.index import IndexResult, build_index
from nqpf.index.importance import importance_of_elements

ALIKE, APART = 0.9, 0.85  # correlations above and below which the rule of C013 decides


def leap(result: IndexResult, *, replications: int, seed: int, level: float) -> dict[str, float]:
    """Largest over median yearly gain of the mean index, with an interval from drawing units.

    Parameters
    ----------
    result : IndexResult
        The index.
    replications, seed : int
        Of the bootstrap of units.
    level : float
        Coverage of the interval.

    Returns
    -------
    dict
        value, low, high.

    Raises
    ------
    StudyError
        If the usual gain is not positive, so that no ratio to it means anything.
    """
    gains = np.diff(result.scores["index"].unstack("year").dropna().to_numpy(), axis=1)

    def ratio(mean: np.ndarray) -> np.ndarray:
        return mean.max(axis=-1) / np.median(mean, axis=-1)

    drawn = np.random.default_rng(seed).integers(0, len(gains), (replications, len(gains)))
    means = gains[drawn].mean(axis=1)
    if (np.median(means, axis=1) <= 0).any() or np.median(gains.mean(axis=0)) <= 0:
        raise StudyError("the mean index does not rise in its usual year, so no leap shows")
    tail = (1 - level) / 2
    low, high = np.quantile(ratio(means), [tail, 1 - tail])
    return {"value": float(ratio(gains.mean(axis=0))), "low": float(low), "high": float(high)}


def trend_of(scores: pd.Series, unit: str) -> dict[str, float]:
    """Mean yearly change of a unit and the share of its changes that are positive.

    Parameters
    ----------
    scores : Series
        Indexed by unit and year.
    unit : str
        The unit.
    """
    changes = scores.xs(unit, level="unit").dropna().diff().dropna()
    return {"trend": float(changes.mean()), "share": float((changes > 0).mean())}


def shortfall(indices: pd.DataFrame, growth: pd.Series) -> pd.DataFrame:
    """Growth in the shock years against growth before, beside the index before the shock.

    Parameters
    ----------
    indices : DataFrame
        Column index, indexed by unit and year.
    growth : Series
        Real growth in %, indexed by unit and year.

    Returns
    -------
    DataFrame
        Columns unit, x (index of 2019), y (mean growth of 2020 to 2022 less that of 2015 to
        2019, percentage points).
    """
    wide = growth.unstack("year")
    change = wide[[2020, 2021, 2022]].mean(axis=1, skipna=False) - wide[
        [2015, 2016, 2017, 2018, 2019]
    ].mean(axis=1, skipna=False)
    before = indices["index"].xs(2019, level="year")
    return pd.DataFrame({"x": before, "y": change}).dropna().rename_axis("unit").reset_index()


def rank_correlation(
    pairs: pd.DataFrame, *, replications: int, seed: int, level: float
) -> dict[str, float]:
    """Spearman correlation with permutation p and an interval from drawing units.

    Parameters
    ----------
    pairs : DataFrame
        Columns x, y.
    replications, seed : int
        Of permutations and of the bootstrap.
    level : float
        Coverage of the interval.

    Returns
    -------
    dict
        estimate, low, high, p, n.
    """
    rng = np.random.default_rng(seed)
    x, y = pairs["x"].rank().to_numpy(), pairs["y"].rank().to_numpy()
    estimate = float(np.corrcoef(x, y)[0, 1])
    shuffled = rng.permuted(np.tile(y, (replications, 1)), axis=1)
    zx, zy = (x - x.mean()) / x.std(), (shuffled - y.mean()) / y.std()
    null = zy @ zx / len(x)
    p = (1 + (np.abs(null) >= abs(estimate) - 1e-12).sum()) / (1 + replications)
    drawn = rng.integers(0, len(x), (replications, len(x)))
    resampled = _rank_correlations(x[drawn[:999]], y[drawn[:999]])
    tail = (1 - level) / 2
    low, high = np.nanquantile(resampled, [tail, 1 - tail])
    return {
        "estimate": estimate,
        "low": float(low),
        "high": float(high),
        "p": float(p),
        "n": len(x),
    }


def feature_ranks(
    characteristics: IndexResult, by_entropy: IndexResult, feature: str
) -> dict[str, int]:
    """Rank of a characteristic by importance and by entropy weight, one is first.

    Parameters
    ----------
    characteristics : IndexResult
        Index over the three characteristics.
    by_entropy : IndexResult
        The same with entropy weights and implied weights of the characteristics.
    feature : str
        Characteristic that is ranked.
    """
    importance = importance_of_elements(characteristics)["correlation_ratio"]
    entropy = by_entropy.weights.groupby("element")["effective"].sum()
    return {
        "rank_importance": int(importance.rank(ascending=False)[feature]),
        "rank_entropy": int(entropy.rank(ascending=False)[feature]),
    }


def largest_feature_correlation(characteristics: IndexResult) -> float:
    """Largest correlation between two characteristics, year means out."""
    scores = year_means_out(characteristics.scores.drop(columns="index")).dropna()
    matrix = scores.corr().to_numpy()
    return float(matrix[np.triu_indices(len(matrix), k=1)].max())


def comparable(measured: Measured) -> tuple[IndexResult, str]:
    """The index with levels that compare over years, and a note where it is not the chosen one.

    Scores between the lowest and the highest value of each year have no common level, so that
    gains over time mean nothing; claims about gains are then judged on pooled min-max scores.
    """
    if measured.index.options.normalisation_used != "minmax_yearly":
        return measured.index, ""
    pooled = replace(measured.index.options, normalisation="minmax")
    index = build_index(measured.indicators, measured.index.hierarchy, pooled)
    return index, "Judged on pooled min-max scores; yearly ones do not compare over years."


def features_reading(characteristics: IndexResult) -> str:
    """Say whether the characteristics are three things, by the thresholds of the rule of C013."""
    largest = largest_feature_correlation(characteristics)
    if largest > ALIKE:
        return "At least two of the three names are given to what the data hold for one thing."
    if largest < APART:
        return "The three can be told apart."
    return "Whether they are three things or two is not clear."


def exhibits(panel: str) -> dict[str, str]:
    """Exhibit that shows the numbers of each claim.

    Parameters
    ----------
    panel : str
        provinces or cities; where figures show cities, the table of verdicts, whose numbers are
        of provinces, is named instead.
    """
    shown = {
        "C005": "fig-02-3-elements",
        "C006": "fig-02-7-correlations",
        **dict.fromkeys(("C007", "C008", "C009"), "fig-02-3-elements"),
        **dict.fromkeys(("C013", "C014"), "fig-02-9-characteristics"),
    }
    return shown if panel == "provinces" else dict.fromkeys(shown, "tab-02-8-verdicts")


def _rank_correlations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Spearman correlation of each row of x with that of y; NaN where one does not vary."""
    a, b = (rankdata(values, axis=1) - (values.shape[1] + 1) / 2 for values in (x, y))
    with np.errstate(invalid="ignore"):
        return (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
