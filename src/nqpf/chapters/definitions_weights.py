"""Chapter 2: what the indicators are like, how much they weigh and how much they matter."""

from dataclasses import replace

import numpy as np
import pandas as pd

from nqpf.chapters.definitions import Measured, of_any_tree
from nqpf.index import IndexResult, build_index
from nqpf.index.build import prepare
from nqpf.index.importance import (
    concentration,
    effective_number,
    importance_of_indicators,
    largest_to_smallest,
)
from nqpf.index.treatment import ACTIONS, excess_kurtosis, skewness
from nqpf.index.weights import SCHEMES

KEPT = "left as it is"  # an indicator that the rule for outliers does not touch
SCHEME_NAMES = {
    "entropy": "entropy",
    "critic": "CRITIC",
    "pca": "principal components",
    "sd": "standard deviation",
    "entropy_critic": "entropy and CRITIC combined",
}


def indicator_table(measured: Measured) -> pd.DataFrame:
    """What each indicator is like, and what the rule for outliers does or would do to it.

    Parameters
    ----------
    measured : Measured

    Returns
    -------
    DataFrame
        Columns label, element, unit, coverage (% of cells), skew, kurtosis (excess), rule and
        cells (changed by the rule). The rule is that of COINr, whether or not it is chosen.
    """
    index = measured.index
    rule = replace(index.options, treatment="winsorise_or_log")
    action = prepare(measured.indicators, index.hierarchy, rule).action
    changed = action.reshape(-1, action.shape[-1])
    names = list(index.hierarchy.indicators)
    cells = index.cube.values.reshape(-1, len(names))
    units = measured.codebook.set_index("id")["unit"]
    return pd.DataFrame(
        {
            "label": [measured.labels[i] for i in names],
            "element": [index.hierarchy.parent[i] for i in names],
            "unit": list(units[names]),
            "coverage": 100 * np.isfinite(cells).mean(axis=0),
            "skew": skewness(cells),
            "kurtosis": excess_kurtosis(cells),
            "rule": [ACTIONS.get(int(column[column != 0][:1].sum()), KEPT) for column in changed.T],
            "cells": (changed != 0).sum(axis=0),
        }
    )


def weights_compared(measured: Measured) -> pd.DataFrame:
    """Weights of the indicators under every scheme, beside the importance they reach.

    Parameters
    ----------
    measured : Measured

    Returns
    -------
    DataFrame
        Columns element, label, weight (as declared), ratio (correlation ratio S_i), importance
        (S_i as a share), and one per scheme, all but the ratio in per cent of the index. Two rows
        close the table: the effective number of indicators and the largest over the smallest.
    """
    index = measured.index
    table = importance_of_indicators(index)
    columns = {
        "weight": 100 * table["weight"],
        "importance": 100 * table["importance"],
        "ratio": table["correlation_ratio"],
    }
    for scheme in SCHEMES:
        options = replace(of_any_tree(index.options), weights=scheme)
        other = build_index(measured.indicators, index.hierarchy, options)
        columns[scheme] = 100 * _mean_weights(other)
    frame = pd.DataFrame(columns)
    summary = pd.DataFrame(
        {
            "effective number": frame.apply(effective_number),
            "largest over smallest": frame.apply(largest_to_smallest),
        }
    ).T
    rows = pd.concat([frame, summary])
    labels = [measured.labels.get(i, i) for i in rows.index]
    elements = [index.hierarchy.parent.get(i, "together") for i in rows.index]
    rows.insert(0, "label", labels)
    rows.insert(0, "element", elements)
    return rows.rename_axis("indicator")


def most_lopsided(compared: pd.DataFrame) -> str:
    """Name of the data-driven scheme with the fewest effective indicators.

    Parameters
    ----------
    compared : DataFrame
        Result of `weights_compared`.
    """
    return SCHEME_NAMES[str(compared.loc["effective number", list(SCHEMES)].astype(float).idxmin())]


def weight_facts(measured: Measured) -> dict[str, float]:
    """Effective numbers of indicators and the ratio of weights, as the index is declared."""
    return {
        f"weights_{name}": float(value) for name, value in concentration(measured.index).items()
    }


def _mean_weights(result: IndexResult) -> pd.Series:
    """Weights in the index, averaged where each year has its own."""
    return result.weights["effective"].groupby(level="indicator", sort=False).mean()


def importance_table(measured: Measured) -> pd.DataFrame:
    """Weight and importance in per cent by indicator, the most important first.

    Returns
    -------
    DataFrame
        Columns label, element, weight, importance.
    """
    importances = importance_of_indicators(measured.index)
    table = pd.DataFrame(
        {
            "label": [measured.labels[i] for i in importances.index],
            "element": importances["element"].to_numpy(),
            "weight": 100 * importances["weight"].to_numpy(),
            "importance": 100 * importances["importance"].to_numpy(),
        }
    )
    return table.sort_values("importance", ascending=False, ignore_index=True)
