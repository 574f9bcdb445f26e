"""Appendix 2: what a multiverse says, as tables and frames to be drawn."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.chapters import multiverse_grid
from nqpf.chapters.declared import Declared, Level
from nqpf.chapters.multiverse_grid import Universe
from nqpf.paths import SHARDS
from nqpf.regression.multiverse.declare import Grid
from nqpf.regression.multiverse.joint import joint_tests
from nqpf.regression.multiverse.run import Multiverse
from nqpf.regression.multiverse.summaries import by_choice, overall, variance_by_choice

HEADINGS = {
    "chosen_outcome": "Outcome",
    "indicators": "Indicators",
    "treatment": "Outliers",
    "normalisation": "Normalisation",
    "weights": "Weights",
    "aggregation": "Aggregation",
    "chosen_controls": "Controls",
    "years": "Years",
    "units": "Units",
    "chosen_estimator": "Estimator",
}
JOINT_LABELS = {
    "median effect": "median effect",
    "share significant": "share significant, sign of the more frequent",
    "aggregate score": "aggregate of normal scores",
}
ALPHA = 0.05


def fitted(universe: Universe, *, draws: int, joint_draws: int, seed: int) -> Multiverse:
    """Fit a universe; pieces that an earlier run has made are read, not computed again."""
    return multiverse_grid.run(
        universe, draws=draws, seed=seed, joint_draws=joint_draws, store=SHARDS
    )


def curve(multiverse: Multiverse, universe: Universe) -> pd.DataFrame:
    """Specifications as effects with CRV1 intervals, for the curve.

    Returns
    -------
    DataFrame
        Columns estimate, low, high (effects), p, clear (p at most five per cent), primary, and the
        choices.
    """
    table = multiverse.table
    scale = multiverse_grid.scale_of(universe)
    reach = stats.t.ppf(0.975, table["clusters"] - 1) * table["se"] / scale
    choices = {
        name: pd.Categorical(table[name], categories=universe.order[name]) for name in HEADINGS
    }
    out = table[["primary"]].assign(
        **choices,
        estimate=table["effect"],
        low=table["effect"] - reach,
        high=table["effect"] + reach,
        p=table["p_wild"],
        clear=table["p_wild"] <= ALPHA,
    )
    return out.dropna(subset=["estimate", "p"])


def headline(multiverse: Multiverse, universe: Universe) -> dict[str, object]:
    """Numbers of the text: size of the multiverse, median, shares, place of the primary one."""
    table = multiverse.table
    summary = overall(table, "effect", "p_wild", ALPHA)
    primary = table[table["primary"]].iloc[0]
    crv1 = overall(table, "effect", "p_crv1", ALPHA)
    return {
        "specifications": len(table),
        "variants": universe.variants,
        "left_out": int(universe.excluded["specifications"].sum()),
        "repeated": universe.repeated,
        "median": summary["median"],
        "low": summary["low"],
        "high": summary["high"],
        "positive": summary["positive"],
        "negative": summary["negative"],
        "crv1_share": crv1["positive"] + crv1["negative"],
        "sign_positive": 100 * float((table["effect"] > 0).mean()),
        "primary_effect": float(primary["effect"]),
        "primary_p": float(primary["p_wild"]),
        "primary_place": 100 * float((table["effect"] < primary["effect"]).mean()),
        "outcomes": table["chosen_outcome"].nunique(),
        "outcomes_found": int(_found(table).groupby(table["chosen_outcome"]).any().sum()),
        "fewer": _compared(summary["positive"] + summary["negative"]),
    }


def _found(table: pd.DataFrame) -> pd.Series:
    """Specifications that are significant with the sign that is claimed."""
    return (table["p_wild"] <= ALPHA) & (table["effect"] > 0)


def _compared(share: float) -> str:
    """A share significant, in per cent, beside what a true null gives to a single test."""
    return "fewer than" if share < 100 * ALPHA else "no fewer than"


def choices_table(multiverse: Multiverse) -> pd.DataFrame:
    """Specifications summed up by choice, with the shares that either kind of errors gives.

    Returns
    -------
    DataFrame
        Columns choice, option, specifications, median, low, high, positive, negative (wild
        cluster), crv1 (significant of either sign by CRV1), the last four in per cent but for the
        effects. The first row is all.
    """
    table, names = multiverse.table, list(HEADINGS)
    parts = []
    for p in ("p_wild", "p_crv1"):
        whole = pd.DataFrame(
            [{"choice": "All", "option": "", **overall(table, "effect", p, ALPHA)}]
        )
        own = by_choice(table, names, effect="effect", p=p, alpha=ALPHA)
        parts.append(pd.concat([whole, own], ignore_index=True))
    wild, crv1 = parts
    wild["crv1"] = crv1["positive"] + crv1["negative"]
    return wild.assign(choice=wild["choice"].replace(HEADINGS))


def variance_table(multiverse: Multiverse) -> tuple[pd.DataFrame, float]:
    """Share of the spread by choice with a label, and the share of interactions, in per cent."""
    found = variance_by_choice(multiverse.table, list(HEADINGS), effect="effect")
    return found.assign(label=found["choice"].map(HEADINGS)), float(found.attrs["interactions"])


def joint_table(multiverse: Multiverse, universe: Universe) -> pd.DataFrame:
    """Joint tests with words for families and statistics; shares in per cent."""
    found = joint_tests(multiverse, multiverse_grid.scale_of(universe))
    share = found["statistic"] == "share significant"
    found.loc[share, ["value", "expected"]] *= 100
    order = {"all": 0, **{name: i for i, name in enumerate(_in_order(multiverse), start=1)}}
    found = found.sort_values("family", key=lambda names: names.map(order), kind="stable")
    return found.assign(
        family=found["family"].replace({"all": "all outcomes"}),
        statistic=found["statistic"].map(JOINT_LABELS),
        key=found["statistic"],
    ).reset_index(drop=True)


def joint_p(table: pd.DataFrame) -> dict[str, float]:
    """Joint p-values over all outcomes, by short name."""
    whole = table[table["family"] == "all outcomes"].set_index("key")["p"]
    return {
        "median_p": float(whole["median effect"]),
        "share_p": float(whole["share significant"]),
        "score_p": float(whole["aggregate score"]),
        "smallest_family_p": float(table.loc[table["family"] != "all outcomes", "p"].min()),
    }


def joint_reading(table: pd.DataFrame) -> str:
    """What the joint tests over all outcomes say, in a sentence."""
    whole = table[table["family"] == "all outcomes"]
    clear = int((whole["p"] <= ALPHA).sum())
    if clear == len(whole):
        return "A multiverse without any association would rarely show as much as this one does."
    if clear:
        return "The three statistics disagree, so the multiverse as a whole is not clear."
    return (
        "A multiverse without any association would typically show as much as this one does. That "
        "is no proof of no association: it says that these specifications together tell no more "
        "than chance does."
    )


def two_uncertainties(multiverse: Multiverse, universe: Universe) -> pd.DataFrame:
    """What choices do beside what sampling does, by outcome.

    Returns
    -------
    DataFrame
        Columns term (outcome), kind, estimate, low, high. "choices": median and the middle 90 per
        cent of specifications; "sampling": the primary choices on that outcome, with the CRV1
        interval.
    """
    frame, primary = curve(multiverse, universe), primary_choices(multiverse)
    rows = []
    for outcome in _in_order(multiverse):
        own = frame[frame["chosen_outcome"] == outcome]
        low, middle, high = np.quantile(own["estimate"], [0.05, 0.5, 0.95])
        rows.append({"term": outcome, "kind": "choices", "estimate": middle, "low": low,
                     "high": high})  # fmt: skip
        same = own[(own[list(primary)] == pd.Series(primary)).all(axis=1)]
        for row in same.to_dict("records"):
            rows.append({"term": outcome, "kind": "sampling",
                         **{name: row[name] for name in ("estimate", "low", "high")}})  # fmt: skip
    return pd.DataFrame(rows)


def primary_choices(multiverse: Multiverse) -> dict[str, str]:
    """Choices of the primary specification apart from its outcome."""
    own = multiverse.table[multiverse.table["primary"]].iloc[0]
    return {name: own[name] for name in HEADINGS if name != "chosen_outcome"}


def mechanisms_table(
    level: Level,
    grid: Grid,
    codebook: pd.DataFrame,
    tests: Sequence[Declared],
    *,
    draws: int,
    joint_draws: int,
    seed: int,
) -> pd.DataFrame:
    """Every primary test over all its specifications.

    Returns
    -------
    DataFrame
        Columns id, label, specifications, primary (effect), p (of the primary), median, low, high,
        positive, negative (per cent significant), median_p, share_p (joint).
    """
    rows = []
    for test in tests:
        universe = multiverse_grid.universe_of_test(level, grid, codebook, test)
        multiverse = fitted(universe, draws=draws, joint_draws=joint_draws, seed=seed)
        own = multiverse.table[multiverse.table["primary"]].iloc[0]
        joint = joint_p(joint_table(multiverse, universe))
        rows.append(
            {
                "id": test.claim_id,
                "label": test.label,
                "primary": own["effect"],
                "p": own["p_wild"],
                **overall(multiverse.table, "effect", "p_wild", ALPHA),
                "median_p": joint["median_p"],
                "share_p": joint["share_p"],
            }
        )
    return pd.DataFrame(rows)


def excluded_table(universe: Universe) -> pd.DataFrame:
    """Combinations left out by rule and why, the most numerous first."""
    return universe.excluded.sort_values("specifications", ascending=False, kind="stable")


def options_table(grid: Grid) -> pd.DataFrame:
    """All options of a grid with their reason, or the rule that leaves them out altogether.

    Returns
    -------
    DataFrame
        Columns choice, option, role (primary, left out or empty), reason.
    """
    gone = {
        (choice, option): rule.reason
        for rule in grid.excluded
        for choice, option in rule.when.items()
        if len(rule.when) == 1
    }
    rows = []
    for one in grid.options:
        rule = gone.get((one.choice, one.option))
        role = "left out" if rule else "primary" if one.primary else ""
        rows.append((one.choice, one.option, role, rule or one.reason))
    return pd.DataFrame(rows, columns=["choice", "option", "role", "reason"])


def _in_order(multiverse: Multiverse) -> list[str]:
    """Outcomes as declared, the primary one first."""
    return list(pd.unique(multiverse.table["chosen_outcome"]))
