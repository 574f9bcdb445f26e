"""Chapter 4: the four declared tests of the family `challenges`."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Association, Inference, estimate, numbers
from nqpf.chapters.declared import Declared, Level, panel_of
from nqpf.chapters.mechanisms import interaction, within_sd
from nqpf.errors import StudyError
from nqpf.regression.spatial_weights import contiguity, spatial_lag

BASE_YEARS = (2013, 2022)  # declared window of C043
CITY_YEARS = (2007, 2018)  # declared window of C072 and C077
CHUNK = 20_000  # permutations held in memory at once


def old_base(indicators: pd.DataFrame, revenue: pd.Series, left_out: list[str]) -> pd.DataFrame:
    """Old base and later growth of high-tech industry, by province (C043).

    Parameters
    ----------
    indicators : DataFrame
        Indexed by unit and year.
    revenue : Series
        High-tech revenue, current prices, same index.
    left_out : list of str
        Provinces without regressions.

    Returns
    -------
    DataFrame
        Index unit; columns base (secondary share, %), growth (log points), intensity (%, of the
        first year), base_left and growth_left (what intensity does not account for).
    """
    first, last = BASE_YEARS
    wide = revenue.unstack("year")
    table = pd.DataFrame(
        {
            "base": indicators["out_sec_share_rev5"].xs(first, level="year"),
            "growth": np.log(wide[last]) - np.log(wide[first]),
            "intensity": indicators["out_hitech_va2"].xs(first, level="year"),
        }
    )
    table = table.drop(index=[unit for unit in left_out if unit in table.index]).dropna()
    if len(table) < 10:
        raise StudyError(f"expected provinces with base and growth, got {len(table)}")
    for column in ("base", "growth"):
        table[f"{column}_left"] = _residuals(table[column], table["intensity"])
    return table


def partial_correlation(table: pd.DataFrame, inference: Inference) -> dict[str, float]:
    """Partial correlation of base and growth, intensity held fixed.

    Parameters
    ----------
    table : DataFrame
        As `old_base` returns it.
    inference : Inference
        Permutations of what is left of growth (Freedman and Lane 1983) and draws of provinces,
        seed, level.

    Returns
    -------
    dict
        estimate; low, high (percentiles over drawn provinces); p (two-sided); n.
    """
    data = table[["base", "growth", "intensity"]].to_numpy(float)
    x, y = table["base_left"].to_numpy(), table["growth_left"].to_numpy()
    observed = float(np.corrcoef(x, y)[0, 1])
    rng = np.random.default_rng(inference.seed)
    beyond, drawn = 0, []
    for start in range(0, inference.draws, CHUNK):
        size = min(CHUNK, inference.draws - start)
        shuffled = rng.permuted(np.tile(y, (size, 1)), axis=1)
        left = shuffled - _fitted(shuffled, table["intensity"].to_numpy(float))
        null = (left @ x) / (np.linalg.norm(left, axis=1) * np.linalg.norm(x))
        beyond += int((np.abs(null) >= abs(observed) - 1e-12).sum())
        drawn.append(_partial(data[rng.integers(len(data), size=(size, len(data)))]))
    low, high = np.nanquantile(
        np.concatenate(drawn), [(1 - inference.level) / 2, (1 + inference.level) / 2]
    )
    return {
        "estimate": observed,
        "low": float(low),
        "high": float(high),
        "p": (beyond + 1) / (inference.draws + 1),
        "n": len(data),
    }


def slopes_by_region(
    level: Level, test: Declared, members: list[str], inference: Inference
) -> pd.DataFrame:
    """Slope of the total test in a group of provinces, elsewhere, and their difference (C045).

    Parameters
    ----------
    level : Level
        Provinces.
    test : Declared
        The primary test of the index.
    members : list of str
        Provinces of the group.
    inference : Inference
        Draws, seed, level.

    Returns
    -------
    DataFrame
        Rows inside, elsewhere, difference: term, estimate, effect, low, high (of the effect, in
        within standard deviations of the outcome), p, n.
    """
    panel = panel_of(level, test)
    association = test.association
    held = panel.dropna(subset=[association.outcome, association.factor])
    units = held.index.unique("unit")
    inside = [unit for unit in units if unit in members]
    outside = [unit for unit in units if unit not in members]
    sd = within_sd(panel, association)
    one = interaction(panel, association, inside, inference)
    other = interaction(panel, association, outside, inference)
    rows = pd.concat([other.iloc[[0]], one], ignore_index=True)
    rows["term"] = ["inside", "elsewhere", "difference"]
    rows["effect"] = rows["estimate"] / sd
    return rows.assign(low=rows["low"] / sd, high=rows["high"] / sd)


def city_tests(
    indicators: pd.DataFrame,
    adjacency: pd.DataFrame,
    index_years: tuple[int, int],
    inference: Inference,
) -> dict[str, dict[str, float]]:
    """Productivity of the cities on finance (C072) and on neighbours' new firms (C077).

    Parameters
    ----------
    indicators : DataFrame
        Of the cities, indexed by unit and year.
    adjacency : DataFrame
        Columns a, b: cities that share a border.
    index_years : (int, int)
        Years over which a factor's standard deviation is taken.
    inference : Inference
        Draws, seed, level; with 21 cities all sign vectors are used.

    Returns
    -------
    dict
        By claim, what `associations.estimate` returns.
    """
    firms = "obj_hightech_new_pc"
    weights = contiguity(adjacency, sorted(indicators.index.unique("unit")))
    panel = indicators[["out_labprod", "mea_loans_pc", firms]].copy()
    panel["neighbours"] = spatial_lag(panel, firms, weights)
    panel = panel.query(f"{index_years[0]} <= year <= {index_years[1]}")
    finance = Association("C072", "out_labprod", "mea_loans_pc", CITY_YEARS, log_outcome=True)
    around = Association(
        "C077", "out_labprod", "neighbours", CITY_YEARS, log_outcome=True, controls=(firms,)
    )
    return {one.id: estimate(panel, one, inference) for one in (finance, around)}


def family(
    correlation: Mapping[str, float],
    slopes: pd.DataFrame,
    cities: Mapping[str, Mapping[str, float]],
    exhibit: str,
) -> dict[str, dict[str, object]]:
    """The family's numbers as the ledger takes them.

    Parameters
    ----------
    correlation : mapping
        Of `partial_correlation`.
    slopes : DataFrame
        Of `slopes_by_region`.
    cities : mapping
        Of `city_tests`; empty where no cities are held.
    exhibit : str
        Figure that shows them.
    """
    difference = slopes.set_index("term").loc["difference"]
    members: dict[str, dict[str, object]] = {
        "C043": dict(correlation),
        "C045": {
            name: difference[name] for name in ("estimate", "effect", "low", "high", "p", "n")
        },
    }
    members |= {claim_id: numbers(dict(row)) for claim_id, row in cities.items()}
    return {claim_id: {**row, "exhibit": exhibit} for claim_id, row in members.items()}


def shown(
    correlation: Mapping[str, float],
    slopes: pd.DataFrame,
    cities: Mapping[str, Mapping[str, float]],
) -> pd.DataFrame:
    """All estimates on one scale, for `charts.coefficients`.

    Returns
    -------
    DataFrame
        Columns claim_id, group, term, estimate, low, high, p: a correlation, or within standard
        deviations of the outcome.
    """
    names = {"inside": "in the East", "elsewhere": "elsewhere", "difference": "East less elsewhere"}
    rows = [("C043", "Correlation over provinces", "old base and new growth, intensity fixed",
             *(correlation[key] for key in ("estimate", "low", "high", "p")))]  # fmt: skip
    rows += [
        ("C045", "New products on the index, provinces", names[row["term"]],
         row["effect"], row["low"], row["high"], row["p"])
        for row in slopes.to_dict("records")
    ]  # fmt: skip
    labels = {"C072": "loans per resident", "C077": "new firms of bordering cities"}
    for claim_id, row in cities.items():
        scale = row["effect"] / row["estimate"]
        rows.append((claim_id, "Labour productivity, cities", labels[claim_id],
                     row["effect"], row["low"] * scale, row["high"] * scale, row["p"]))  # fmt: skip
    return pd.DataFrame(rows, columns=["claim_id", "group", "term", "estimate", "low", "high", "p"])


def _residuals(y: pd.Series, z: pd.Series) -> np.ndarray:
    values = y.to_numpy(float)
    return values - _fitted(values[None, :], z.to_numpy(float))[0]


def _fitted(rows: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Fitted values of every row on a constant and z."""
    centred = z - z.mean()
    slope = rows @ centred / (centred @ centred)
    return rows.mean(axis=1, keepdims=True) + slope[:, None] * centred


def _partial(samples: np.ndarray) -> np.ndarray:
    """Partial correlation of the first two of three columns in every sample."""
    centred = samples - samples.mean(axis=1, keepdims=True)
    products = np.einsum("sni,snj->sij", centred, centred)
    scale = np.sqrt(np.einsum("sii->si", products))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = products / scale[:, :, None] / scale[:, None, :]
        xy, xz, yz = r[:, 0, 1], r[:, 0, 2], r[:, 1, 2]
        return (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))
