"""Chapter 3: whether neighbours matter, by the factor next door and by what maps leave over.

The factor of the neighbours enters the declared specification as a second regressor (SLX), tested
as exactly as the first. The Durbin model (SDM) adds feedback through the outcome; its errors are
normal and independent by assumption, so it is shown beside, under three kinds of neighbours.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Inference, outcome_sd
from nqpf.chapters.declared import FACTOR, OUTCOME
from nqpf.chapters.mechanism_tests import LEVEL_WORDS, Test, primary
from nqpf.chapters.mechanisms import scaled_sample, within_sd
from nqpf.errors import StudyError
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import fit_two_way
from nqpf.regression.spatial_association import moran_by_year
from nqpf.regression.spatial_impacts import impacts
from nqpf.regression.spatial_models import fit_spatial_panel
from nqpf.regression.spatial_weights import (
    SpatialWeights,
    inverse_distance,
    link_to_nearest,
    nearest,
    spatial_lag,
)

NEAREST = 4
MOST_PERMUTATIONS = 999
MOST_IMPACT_DRAWS = 4_999
MANY = 0.5  # share of units with a value from which a year is kept
NEIGHBOURS = "neighbours"
IMPACTS = {
    "direct": "at home",
    "indirect": "on all others",
    "total": "together",
}


def kinds_of_neighbours(
    units: list[str], adjacency: pd.DataFrame, geography: pd.DataFrame
) -> dict[str, SpatialWeights]:
    """Three row-standardised definitions of who is next to whom, by name.

    Parameters
    ----------
    units : list of str
        Units wanted.
    adjacency : DataFrame
        Columns a, b.
    geography : DataFrame
        Indexed by unit: lon, lat.
    """
    return {
        "shared border": link_to_nearest(adjacency, units, geography),
        "four nearest": nearest(geography, units, NEAREST),
        "inverse distance": inverse_distance(geography, units),
    }


def units_of(test: Test) -> list[str]:
    """Units for which the factor of a test is held."""
    held = test.panel[FACTOR].dropna().index.get_level_values("unit")
    return list(dict.fromkeys(held))


def factor_next_door(
    tests: list[Test],
    adjacency: Mapping[str, pd.DataFrame],
    geography: Mapping[str, pd.DataFrame],
    inference: Inference,
) -> pd.DataFrame:
    """Own factor and mean factor of the units that share a border, in one regression (SLX).

    Parameters
    ----------
    tests : list of Test
        Primary ones are used.
    adjacency, geography : mapping of str to DataFrame
        By level.
    inference : Inference
        Draws, seed and level.

    Returns
    -------
    DataFrame
        Columns level, test, term (own, neighbours), estimate, low, high (effects), p, n.
    """
    rows = []
    for test in primary(tests):
        one, level = test.declared.association, test.declared.level
        weights = link_to_nearest(adjacency[level], units_of(test), geography[level])
        whole = test.panel.assign(**{NEIGHBOURS: spatial_lag(test.panel, FACTOR, weights)})
        scaled = scaled_sample(whole, one)
        scaled[NEIGHBOURS] = scaled[NEIGHBOURS] / test.panel[FACTOR].std()
        fit = fit_two_way(scaled, OUTCOME, [FACTOR, NEIGHBOURS], log=one.logged)
        scale = outcome_sd(test.fit)
        for term, words in ((FACTOR, "own"), (NEIGHBOURS, NEIGHBOURS)):
            wild = wild_cluster_test(
                fit, term, draws=inference.draws, seed=inference.seed, level=inference.level
            )
            rows.append(
                {
                    "level": LEVEL_WORDS[level],
                    "test": test.declared.label,
                    "term": words,
                    "estimate": wild.estimate / scale,
                    "low": wild.low / scale,
                    "high": wild.high / scale,
                    "p": wild.p,
                    "n": fit.n,
                }
            )
    return pd.DataFrame(rows)


def for_figure(table: pd.DataFrame) -> pd.DataFrame:
    """Own and neighbours' terms for a figure: rows named by test, headed by level.

    Parameters
    ----------
    table : DataFrame
        As `factor_next_door` returns it.
    """
    return table.rename(columns={"term": "series", "test": "term", "level": "group"})


def whole_panel(test: Test) -> tuple[pd.DataFrame, list[int], list[str]]:
    """Balanced part of a test's panel: spatial models cannot do with a missing neighbour.

    Years that fewer than half of the units have are left out first, then units with a gap.

    Parameters
    ----------
    test : Test
        Any declared test.

    Returns
    -------
    panel : DataFrame
        Factor divided by its overall standard deviation.
    years : list of int
        Years kept.
    left_out : list of str
        Units left out.
    """
    scaled = test.scaled
    held = scaled[[OUTCOME, FACTOR]].notna().all(axis=1).unstack("unit").fillna(value=False)
    held = held[units_of(test)].astype(bool)
    kept = held[held.mean(axis=1) >= MANY]
    if len(kept) < 2:
        raise StudyError(f"'{test.declared.id}' has no two years with half of its units")
    gaps = [unit for unit in kept.columns if not kept[unit].all()]
    years = [int(year) for year in kept.index]
    units = scaled.index.get_level_values("unit")
    return scaled[units.isin(kept.columns.difference(gaps))], years, gaps


def impacts_by_neighbours(
    test: Test, adjacency: pd.DataFrame, geography: pd.DataFrame, inference: Inference
) -> pd.DataFrame:
    """Impacts of a factor at home and elsewhere in the spatial Durbin model, by neighbours.

    Parameters
    ----------
    test : Test
        A declared test.
    adjacency, geography : DataFrame
        Of its level.
    inference : Inference
        Draws, seed and level.

    Returns
    -------
    DataFrame
        Columns neighbours, term (direct, indirect or total impact in words), estimate, low, high
        (effects, simulated), p, rho, rho_p, n, units, left_out.
    """
    panel, years, gaps = whole_panel(test)
    units = list(dict.fromkeys(panel.index.get_level_values("unit")))
    one = test.declared.association
    scale = within_sd(panel, one)
    draws = max(min(inference.draws, MOST_IMPACT_DRAWS), 199)
    parts = []
    for words, weights in kinds_of_neighbours(units, adjacency, geography).items():
        fit = fit_spatial_panel(
            panel, OUTCOME, [FACTOR], weights, "SDM", years=years, log=one.logged
        )
        table = impacts(fit, seed=inference.seed, draws=draws, level=inference.level).table
        rho = fit.term("rho")
        table[["estimate", "low", "high"]] /= scale
        parts.append(
            table.assign(
                neighbours=words,
                term=table["effect"].map(IMPACTS),
                rho=float(rho["estimate"]),
                rho_p=float(rho["p"]),
                n=fit.n,
                units=len(units),
                left_out=", ".join(gaps) or "none",
            )
        )
    columns = ["neighbours", "term", "estimate", "low", "high", "p", "rho", "rho_p", "n", "units"]
    return pd.concat(parts, ignore_index=True)[[*columns, "left_out"]]


def likeness(
    test: Test, adjacency: pd.DataFrame, geography: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Moran's I of factor, outcome and residuals, over the years that all units have.

    Parameters
    ----------
    test : Test
        A declared test.
    adjacency, geography : DataFrame
        Of its level; units that share a border are neighbours.
    seed : int
        Of the permutations.

    Returns
    -------
    DataFrame
        Columns level, what, first, last (years), statistic (mean over years), expected, lowest and
        highest (over years), told (years with permutation p below 0.05), years.
    """
    panel = test.scaled
    one = test.declared.association
    weights = link_to_nearest(adjacency, units_of(test), geography)
    outcome = np.log(panel[OUTCOME]) if one.log_outcome else panel[OUTCOME]
    residuals = test.fit.residuals
    series = {"factor": panel[FACTOR], "outcome": outcome, "what the regression leaves": residuals}
    rows = []
    for what, values in series.items():
        table = moran_by_year(
            values.to_frame("value"), "value", weights, seed=seed, permutations=MOST_PERMUTATIONS
        ).dropna(subset=["statistic"])
        if table.empty:
            raise StudyError(f"no year has {what} of every unit of '{test.declared.id}'")
        rows.append(
            {
                "level": LEVEL_WORDS[test.declared.level],
                "what": what,
                "first": int(table["year"].min()),
                "last": int(table["year"].max()),
                "statistic": float(table["statistic"].mean()),
                "expected": float(table["expected"].iloc[0]),
                "lowest": float(table["statistic"].min()),
                "highest": float(table["statistic"].max()),
                "told": int((table["p_permutation"] < 0.05).sum()),
                "years": len(table),
            }
        )
    return pd.DataFrame(rows)


def likeness_by_level(
    tests: Mapping[str, Test],
    adjacency: Mapping[str, pd.DataFrame],
    geography: Mapping[str, pd.DataFrame],
    seed: int,
) -> pd.DataFrame:
    """Moran's I of one test at each level; see `likeness`.

    Parameters
    ----------
    tests : mapping of str to Test
        By level.
    adjacency, geography : mapping of str to DataFrame
        By level.
    seed : int
        Of the permutations.
    """
    parts = [
        likeness(test, adjacency[level], geography[level], seed) for level, test in tests.items()
    ]
    return pd.concat(parts, ignore_index=True)
