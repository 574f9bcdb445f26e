"""Chapter 2: new quality productive forces measured as an index of three elements."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.index import Hierarchy, IndexOptions, IndexResult, build_index
from nqpf.index.audit import correlation_pairs, principal_components
from nqpf.index.importance import importance_of_elements
from nqpf.productivity import chained_volume, cumulated, malmquist

ELEMENTS = ("laborers", "means", "objects")


def index_options(
    years: list[int], choices: Mapping[str, Any], left_out: list[str] | None = None
) -> IndexOptions:
    """Options of the engine from the parameters of a notebook.

    Parameters
    ----------
    years : list of int
        First and last year.
    left_out : list of str, optional
        Units left out by decision.
    choices : mapping
        coverage, treatment, normalisation, weights, weights_scope, element_weights, aggregation,
        missing.
    """
    return IndexOptions(years=(years[0], years[1]), units_excluded=tuple(left_out or ()), **choices)


def twins(
    indicators: pd.DataFrame, hierarchy: Hierarchy, options: IndexOptions, weights: list[str]
) -> dict[str, IndexResult]:
    """Build the same index with other weights, to see whether they matter.

    Parameters
    ----------
    indicators : DataFrame
        Indexed by unit and year.
    hierarchy : Hierarchy
        Tree of the indicators.
    options : IndexOptions
        All other choices.
    weights : list of str
        Weighting schemes.
    """
    return {
        scheme: build_index(indicators, hierarchy, replace(options, weights=scheme))
        for scheme in weights
    }


def weight_table(results: Mapping[str, IndexResult], codebook: pd.DataFrame) -> pd.DataFrame:
    """Weights of every indicator in the index under each scheme.

    Parameters
    ----------
    results : mapping of str to IndexResult
        Results of `twins`.
    codebook : DataFrame
        data/codebook/indicators.csv of one level.

    Returns
    -------
    DataFrame
        Columns dimension, element, id and one column per scheme, in per cent; where weights
        differ by year their mean is shown.
    """
    columns = {}
    for scheme, result in results.items():
        weights = result.weights["effective"]
        columns[scheme] = 100 * weights.groupby(level="indicator", sort=False).mean()
    table = pd.DataFrame(columns).rename_axis("id").reset_index()
    labels = codebook.set_index("id")
    table.insert(0, "dimension", list(labels.loc[table["id"], "dimension"]))
    table.insert(1, "element", list(labels.loc[table["id"], "role"]))
    return table


def standing_in_year(result: IndexResult, year: int) -> pd.DataFrame:
    """Scores and ranks of all units in one year, best first.

    Parameters
    ----------
    result : IndexResult
        The index.
    year : int
        Year looked at.

    Returns
    -------
    DataFrame
        Columns unit, rank, index and the elements; units without a score are left out.

    Raises
    ------
    StudyError
        If no unit has a score in that year.
    """
    scores = result.scores.xs(year, level="year").dropna(subset=["index"])
    if scores.empty:
        raise StudyError(f"no unit has an index in {year}; choose another year or rule for gaps")
    ranks = result.ranks.xs(year, level="year")["index"].reindex(scores.index).astype(int)
    table = scores.assign(rank=ranks).sort_values(["rank"], kind="stable").reset_index()
    return table[["unit", "rank", "index", *[e for e in ELEMENTS if e in table]]]


def last_year(result: IndexResult) -> int:
    """Last year in which any unit has an index."""
    scored = result.scores["index"].dropna()
    return int(scored.index.get_level_values("year").max())


def as_paths(result: IndexResult, column: str = "index") -> pd.DataFrame:
    """Scores over time as columns unit, year, value."""
    return result.scores[column].dropna().rename("value").reset_index()


def mean_path(result: IndexResult) -> pd.DataFrame:
    """Mean index of the units that have one in every year, with its yearly gains.

    Parameters
    ----------
    result : IndexResult
        The index.

    Returns
    -------
    DataFrame
        Columns year, value, gain (missing in the first year).
    """
    wide = result.scores["index"].unstack("year").dropna()
    path = wide.mean().rename("value").rename_axis("year").reset_index()
    return path.assign(gain=path["value"].diff())


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


def year_means_out(panel: pd.DataFrame) -> pd.DataFrame:
    """Panel less the mean of each year, so that common trends do not correlate."""
    return panel - panel.groupby(level="year").transform("mean")


def structure_of_elements(indicators: pd.DataFrame, hierarchy: Hierarchy) -> dict[str, float]:
    """Whether indicators hang together by element.

    Parameters
    ----------
    indicators : DataFrame
        Normalised indicators, more being better.
    hierarchy : Hierarchy
        Tree of the indicators.

    Returns
    -------
    dict
        count (eigenvalues above one), within, across (mean correlations), year means out.
    """
    free = year_means_out(indicators)
    pairs = correlation_pairs(free, hierarchy)
    eigenvalues = principal_components(free)["eigenvalue"]
    return {
        "count": int((eigenvalues > 1).sum()),
        "within": float(pairs.loc[pairs["same_element"], "r"].mean()),
        "across": float(pairs.loc[~pairs["same_element"], "r"].mean()),
    }


def correlation_matrix(indicators: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """Correlations of the indicators, year means out, named for readers."""
    matrix = year_means_out(indicators).dropna().corr()
    return matrix.rename(index=labels, columns=labels)


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
    resampled = np.array(
        [pairs.iloc[rows][["x", "y"]].corr("spearman").iat[0, 1] for rows in drawn[:999]]
    )
    tail = (1 - level) / 2
    low, high = np.nanquantile(resampled, [tail, 1 - tail])
    return {
        "estimate": estimate,
        "low": float(low),
        "high": float(high),
        "p": float(p),
        "n": len(x),
    }


def whole_economy_productivity(panel: pd.DataFrame, left_out: list[str]) -> pd.DataFrame:
    """DEA-Malmquist productivity of the whole economy from capital and employment.

    Parameters
    ----------
    panel : DataFrame
        Columns gdp_rev5, gdp_index, employment_total, capital_stock_zj2000.
    left_out : list of str
        Units left out by decision.

    Returns
    -------
    DataFrame
        Columns growth (% over the year before) and log_level (logarithm of the cumulated index),
        indexed by unit and year; missing where an ingredient is.
    """
    inputs = ["capital_stock_zj2000", "employment_total"]
    first = int(panel["gdp_index"].dropna().index.get_level_values("year").min())
    output = chained_volume(panel["gdp_rev5"], panel["gdp_index"], first).rename("output")
    table = panel[inputs].join(output).drop(index=left_out, level="unit", errors="ignore")
    years = table.dropna().index.get_level_values("year")
    table = table[table.index.get_level_values("year").isin(years.unique())]
    changes = malmquist(table, inputs, ["output"])
    level = np.log(cumulated(changes) / 100).stack().rename("log_level")
    level.index = level.index.set_names(["year", "unit"])
    growth = (100 * (changes["tfpch"] - 1)).rename("growth")
    return pd.concat([growth, level.swaplevel().sort_index()], axis=1).sort_index()


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


def rows_of(panel: pd.DataFrame, years: tuple[int, int], left_out: list[str]) -> pd.DataFrame:
    """Rows of the given years, without the units left out by decision."""
    at = panel.index.get_level_values("year")
    kept = ~panel.index.get_level_values("unit").isin(left_out)
    return panel[(at >= years[0]) & (at <= years[1]) & kept]
