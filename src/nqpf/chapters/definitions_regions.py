"""Chapter 2: how the index is spread over regions, and who changes place."""

import numpy as np
import pandas as pd

from nqpf.chapters.definitions_dynamics import Dynamics
from nqpf.regional.decomposition import dagum_path, theil_path
from nqpf.regional.mobility import class_transitions, rank_changes, rank_persistence

TOTAL = "total"
OVERLAP = "overlap of regions"
PARTS = {  # of Dagum's Gini and of Theil's indices, as readers know them
    TOTAL: TOTAL,
    "within": "within regions",
    "between": "between regions",
    "net between": "between regions",
    "transvariation": OVERLAP,
}


def inequality_parts(
    dynamics: Dynamics, *, bands: int, seed: int, level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Inequality of the index by region: Dagum's parts over time, and first against last year.

    Returns
    -------
    parts : DataFrame
        Columns year, part (within, between and overlap of regions), value: to be stacked.
    table : DataFrame
        Columns measure, part, first, last, share_first, share_last (% of the total), and low,
        high: the band of the last year where units are drawn within their regions.
    """
    dagum = dagum_path(
        dynamics.complete,
        "index",
        dynamics.regions,
        replications=bands,
        seed=seed,
        level=level,
    ).assign(measure="Gini (Dagum)")
    theil = theil_path(dynamics.complete, "index", dynamics.regions)
    theil = theil[theil["group"] == "all"].rename(columns={"index": "measure"})
    both = pd.concat([dagum, theil], ignore_index=True)
    both["part"] = both["part"].map(PARTS)
    keys = ["measure", "part"]
    first, last = (both[both["year"] == year].set_index(keys) for year in dynamics.ends)
    table = pd.DataFrame(
        {
            "first": first["value"],
            "last": last["value"],
            "low": last["low"],
            "high": last["high"],
            "share_first": 100 * first["share"],
            "share_last": 100 * last["share"],
        }
    )
    order = dict.fromkeys(zip(both["measure"], both["part"], strict=True))
    parts = dagum.assign(part=dagum["part"].map(PARTS))
    return parts[parts["part"] != TOTAL], table.loc[list(order)].reset_index()


def inequality_facts(table: pd.DataFrame) -> dict[str, tuple]:
    """The Gini in both years and the share of Theil's T between regions in the last."""
    rows = table.set_index(["measure", "part"])
    return {
        "gini_first": (float(rows.loc[("Gini (Dagum)", TOTAL), "first"]), "", 2),
        "gini_last": (float(rows.loc[("Gini (Dagum)", TOTAL), "last"]), "", 2),
        "between": (float(rows.loc[("Theil T", PARTS["between"]), "share_last"]), "", 0),
        "overlap": (
            float(rows.loc[("Gini (Dagum)", PARTS["transvariation"]), "share_last"]),
            "",
            0,
        ),
    }


def ranks_over_time(dynamics: Dynamics) -> pd.DataFrame:
    """Rank of every unit in the complete years: columns unit, year, rank."""
    ranks = dynamics.complete["index"].groupby(level="year").rank(ascending=False, method="first")
    return ranks.rename("rank").astype(int).reset_index()


def mobility_facts(dynamics: Dynamics, *, bands: int, seed: int, level: float) -> dict[str, tuple]:
    """How far ranks of the first year are those of the last, and who moved most."""
    first, last = dynamics.ends
    moved = rank_changes(dynamics.complete, "index", start=first, end=last)
    kept = rank_persistence(dynamics.complete, "index", base=first).set_index("year")
    classes = class_transitions(
        dynamics.complete, "index", replications=bands, seed=seed, level=level, span=_step(dynamics)
    )
    up, down = moved.loc[moved["change"].idxmax()], moved.loc[moved["change"].idxmin()]
    return {
        "spearman": (float(kept.loc[last, "spearman"]), "", 2),
        "mean_move": (float(kept.loc[last, "mean_rank_change"]), "", 1),
        "riser": (str(up["unit"]),),
        "rise": (abs(float(up["change"])), "", 0),
        "faller": (str(down["unit"]),),
        "fall": (abs(float(down["change"])), "", 0),
        "shorrocks": (classes.shorrocks, "", 2),
    }


def _step(dynamics: Dynamics) -> int:
    """Smallest distance between two complete years."""
    return int(np.diff(dynamics.years).min())
