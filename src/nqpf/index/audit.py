"""Do the data speak for the elements? Correlations, reliability, principal components.

All functions take a frame of normalised indicators (rows are observations) and use its complete
rows. Unit-years of one unit are not independent: statistics describe, their p-values are not used.
"""

import numpy as np
import pandas as pd
from scipy.stats import chi2

from nqpf.errors import StudyError
from nqpf.index.hierarchy import Hierarchy
from nqpf.index.weights import correlations

REDUNDANT = 0.92  # COIN Tool: indicators this close carry one piece of information
NEGATIVE = -0.3  # COIN Tool: indicators of one index that oppose each other


def correlation_pairs(indicators: pd.DataFrame, hierarchy: Hierarchy) -> pd.DataFrame:
    """Correlation of every pair of indicators, marked by element.

    Parameters
    ----------
    indicators : DataFrame
    hierarchy : Hierarchy

    Returns
    -------
    DataFrame
        Columns a, b, element_a, element_b, same_element, r, flag ("redundant" above .92,
        "opposed" below -.3, otherwise empty; thresholds of the COIN Tool).
    """
    values = complete_rows(indicators[list(hierarchy.indicators)])
    r = correlations(values)
    first, second = np.triu_indices(len(r), k=1)
    names = np.array(hierarchy.indicators)
    element = np.array([hierarchy.parent[i] for i in names])
    pair = r[first, second]
    return pd.DataFrame(
        {
            "a": names[first],
            "b": names[second],
            "element_a": element[first],
            "element_b": element[second],
            "same_element": element[first] == element[second],
            "r": pair,
            "flag": np.select([pair > REDUNDANT, pair < NEGATIVE], ["redundant", "opposed"], ""),
        }
    )


def correlation_summary(indicators: pd.DataFrame, hierarchy: Hierarchy) -> pd.DataFrame:
    """Mean, smallest and largest correlation within each element and between every two.

    Returns
    -------
    DataFrame
        Columns element_a, element_b, pairs, mean, low, high.
    """
    pairs = correlation_pairs(indicators, hierarchy)
    return (
        pairs.groupby(["element_a", "element_b"], sort=False)["r"]
        .agg(pairs="size", mean="mean", low="min", high="max")
        .reset_index()
    )


def cronbach_alpha(indicators: pd.DataFrame) -> float:
    """Cronbach's (1951) alpha, k/(k-1) (1 - sum of variances / variance of the sum).

    Parameters
    ----------
    indicators : DataFrame
        Two or more columns on one scale, more being better.
    """
    values = complete_rows(indicators)
    k = values.shape[1]
    if k < 2:
        raise StudyError("Cronbach's alpha needs two indicators or more")
    return float(k / (k - 1) * (1 - values.var(axis=0).sum() / values.sum(axis=1).var()))


def reliability(indicators: pd.DataFrame, hierarchy: Hierarchy) -> pd.DataFrame:
    """Cronbach's alpha of each element and of all indicators, on standardised indicators.

    Returns
    -------
    DataFrame
        Columns element, indicators, alpha, weakest (the indicator without which alpha is
        largest), alpha_without. NaN where an element is too small.
    """
    used = indicators[list(hierarchy.indicators)].dropna()
    standard = (used - used.mean()) / used.std()
    groups = {
        e: [i for i in hierarchy.indicators if hierarchy.parent[i] == e]
        for e in hierarchy.levels[1]
    }
    groups["all"] = list(hierarchy.indicators)
    rows = []
    for name, members in groups.items():
        alpha = cronbach_alpha(standard[members]) if len(members) > 1 else np.nan
        without = {
            i: cronbach_alpha(standard[[m for m in members if m != i]])
            for i in members
            if len(members) > 2
        }
        weakest = max(without, key=without.__getitem__) if without else ""
        rows.append((name, len(members), alpha, weakest, without.get(weakest, np.nan)))
    return pd.DataFrame(
        rows, columns=["element", "indicators", "alpha", "weakest", "alpha_without"]
    )


def principal_components(indicators: pd.DataFrame) -> pd.DataFrame:
    """Eigenvalues of the correlation matrix: component, eigenvalue, share, cumulative."""
    values = np.linalg.eigvalsh(correlations(complete_rows(indicators)))[::-1]
    share = values / values.sum()
    return pd.DataFrame(
        {
            "component": np.arange(1, len(values) + 1),
            "eigenvalue": values,
            "share": share,
            "cumulative": share.cumsum(),
        }
    )


def component_loadings(indicators: pd.DataFrame, count: int) -> pd.DataFrame:
    """Correlations of the indicators with the first components, signs set so that sums are >= 0.

    Returns
    -------
    DataFrame
        Rows are indicators, columns 1 to count.
    """
    values, vectors = np.linalg.eigh(correlations(complete_rows(indicators)))
    loadings = (vectors * np.sqrt(np.maximum(values, 0)))[:, ::-1][:, :count]
    loadings = loadings * np.where(loadings.sum(axis=0) < 0, -1, 1)
    return pd.DataFrame(loadings, index=indicators.columns, columns=range(1, count + 1))


def sampling_adequacy(indicators: pd.DataFrame) -> pd.Series:
    """Kaiser-Meyer-Olkin measure: overall (first) and of every indicator.

    Squared correlations over squared correlations plus squared partial correlations (Kaiser and
    Rice 1974); below .5 a factor analysis makes no sense.
    """
    r = correlations(complete_rows(indicators))
    try:
        inverse = np.linalg.inv(r)
    except np.linalg.LinAlgError:
        raise StudyError("indicators are linearly dependent; leave one of them out") from None
    scale = np.sqrt(np.diag(inverse))
    partial = inverse / np.outer(scale, scale)
    np.fill_diagonal(r, 0)
    np.fill_diagonal(partial, 0)
    whole, rest = (r**2).sum(axis=0), (partial**2).sum(axis=0)
    values = [whole.sum() / (whole.sum() + rest.sum()), *(whole / (whole + rest))]
    return pd.Series(values, index=["overall", *indicators.columns], name="kmo")


def bartlett_sphericity(indicators: pd.DataFrame) -> pd.Series:
    """Bartlett's (1950) test that all correlations are zero: chi2, df, p, n."""
    values = complete_rows(indicators)
    n, k = values.shape
    statistic = -(n - 1 - (2 * k + 5) / 6) * np.linalg.slogdet(correlations(values))[1]
    df = k * (k - 1) / 2
    return pd.Series({"chi2": statistic, "df": df, "p": chi2.sf(statistic, df), "n": float(n)})


def parallel_analysis(
    indicators: pd.DataFrame, *, draws: int = 500, quantile: float = 0.95, seed: int
) -> pd.DataFrame:
    """How many components exceed what independent columns of the same size give (Horn 1965).

    Each column is shuffled by itself, so its own distribution is kept.

    Returns
    -------
    DataFrame
        Columns component, eigenvalue, threshold, kept (and all before it kept as well).
    """
    values = complete_rows(indicators)
    rng = np.random.default_rng(seed)
    random = np.array(
        [np.linalg.eigvalsh(correlations(rng.permuted(values, axis=0)))[::-1] for _ in range(draws)]
    )
    table = principal_components(indicators)[["component", "eigenvalue"]]
    table["threshold"] = np.quantile(random, quantile, axis=0)
    table["kept"] = (table["eigenvalue"] > table["threshold"]).cummin()
    return table


def complete_rows(indicators: pd.DataFrame) -> np.ndarray:
    """Complete rows of a frame as an array; StudyError if they are no more than the columns."""
    values = indicators.to_numpy(dtype=float)
    values = values[np.isfinite(values).all(axis=1)]
    if len(values) <= values.shape[1]:
        raise StudyError(
            f"an audit of {values.shape[1]} indicators needs more complete rows than that, "
            f"got {len(values)}"
        )
    return values
