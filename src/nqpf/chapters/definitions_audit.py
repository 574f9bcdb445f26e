"""Chapter 2: whether the indicators, their weights and the three elements hold water."""

import numpy as np
import pandas as pd

from nqpf.chapters.definitions import Measured
from nqpf.index import Hierarchy
from nqpf.index.audit import (
    correlation_pairs,
    parallel_analysis,
    principal_components,
    reliability,
    sampling_adequacy,
)
from nqpf.index.confirmatory import confirmatory_factors
from nqpf.index.exploratory import exploratory_factors, factors_against_elements

CLEAR_GAP = 0.1  # of mean correlations, from which elements are called visible
FEWEST_TO_TEST = 3  # indicators of every element, for a factor model to say something


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


def last_counted(indicators: pd.DataFrame) -> float:
    """The smallest eigenvalue that the rule of C006 still counts, as it lies above one."""
    eigenvalues = principal_components(year_means_out(indicators))["eigenvalue"]
    return float(eigenvalues[eigenvalues > 1].min())


def correlation_matrix(indicators: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """Correlations of the indicators, year means out, named for readers."""
    matrix = year_means_out(indicators).dropna().corr()
    return matrix.rename(index=labels, columns=labels)


def kinship(found: dict[str, float], units: str) -> str:
    """Say in a sentence whether indicators go together by element.

    Parameters
    ----------
    found : dict
        within and across, mean correlations; result of `structure_of_elements`.
    units : str
        What the units are called, provinces or cities.
    """
    gap = found["within"] - found["across"]
    if gap > CLEAR_GAP:
        return (
            "Indicators of one element go together visibly more than indicators of different ones."
        )
    if gap > 0:
        return (
            f"The edge of the elements is slight: {units} that lead in one element lead in the "
            f"others, and the elements sort the indicators more than they divide the {units}."
        )
    return "Indicators of different elements go together no less than those of the same one."


def element_audit(measured: Measured) -> pd.DataFrame:
    """Reliability of each element and of the index, year means out.

    Returns
    -------
    DataFrame
        Columns element, indicators, alpha (Cronbach), weakest (label of the indicator without
        which alpha is largest), alpha_without, within (mean correlation), first (share of the
        variance on the first component, %).
    """
    hierarchy = measured.index.hierarchy
    free = year_means_out(measured.index.normalised)
    table = reliability(free, hierarchy)
    pairs = correlation_pairs(free, hierarchy)
    within, first = [], []
    for element in table["element"]:
        mine = pairs["same_element"] & (pairs["element_a"] == element)
        chosen = pairs if element == "all" else pairs[mine]
        within.append(float(chosen["r"].mean()) if len(chosen) else np.nan)
        names = [i for i in hierarchy.indicators if element in ("all", hierarchy.parent[i])]
        alone = len(names) < 2
        first.append(np.nan if alone else 100 * principal_components(free[names])["share"].iloc[0])
    return table.assign(
        weakest=[measured.labels.get(i, "") for i in table["weakest"]], within=within, first=first
    )


def factor_facts(measured: Measured, seed: int) -> dict[str, float | None]:
    """What factor analysis says of three elements.

    Parameters
    ----------
    measured : Measured
    seed : int
        Of the parallel analysis.

    Returns
    -------
    dict
        adequacy (Kaiser-Meyer-Olkin), components (that exceed chance, Horn 1965), largest_share
        (% of the variance on the first component); agreeing (indicators that load most on the
        factor of their element, of three exploratory ones), cfi, rmsea and nearest (largest
        correlation between two elements in the confirmatory model). The last four are None where
        an element has fewer than three indicators, which no model of three factors can tell.
    """
    hierarchy = measured.index.hierarchy
    free = year_means_out(measured.index.normalised)
    found: dict[str, float | None] = {
        "adequacy": float(sampling_adequacy(free).iloc[0]),
        "components": int(parallel_analysis(free, seed=seed)["kept"].sum()),
        "largest_share": 100 * float(principal_components(free)["share"].iloc[0]),
        **dict.fromkeys(("agreeing", "cfi", "rmsea", "nearest")),
    }
    sizes = pd.Series(hierarchy.parent)[list(hierarchy.indicators)].value_counts()
    if sizes.min() < FEWEST_TO_TEST:
        return found
    loadings = exploratory_factors(free, len(hierarchy.elements)).loadings
    model = confirmatory_factors(free, hierarchy)
    between = model.factor_correlations.to_numpy()
    return {
        **found,
        "agreeing": int(factors_against_elements(loadings, hierarchy)["agrees"].sum()),
        "cfi": float(model.cfi),
        "rmsea": float(model.rmsea),
        "nearest": float(between[np.triu_indices(len(between), k=1)].max()),
    }


def model_reading(measured: Measured, seed: int) -> str:
    """Sentences on the factor models, with facts to be filled in.

    The facts are those of `factor_facts`, recorded under names that begin with factors_.
    """
    hierarchy = measured.index.hierarchy
    sizes = pd.Series(hierarchy.parent)[list(hierarchy.indicators)].value_counts()
    if sizes.min() < FEWEST_TO_TEST:
        return (
            "Where an element has fewer than three indicators no model of three factors can be "
            "told from others, so none is fitted."
        )
    told = parallel_analysis(year_means_out(measured.index.normalised), seed=seed)["kept"].sum()
    return (
        "Of three exploratory factors, {factors_agreeing} of {indicators} indicators load most on "
        "the one of their element; a confirmatory model of the three elements has a comparative "
        "fit index of {factors_cfi} (usual demand: above nine tenths) and puts two elements "
        "at a correlation of {factors_nearest}. "
    ) + (
        "The elements order the indicators; they are not three things that the data would have "
        "found by themselves."
        if told < len(hierarchy.elements)
        else "As many components as elements stand out from chance."
    )
