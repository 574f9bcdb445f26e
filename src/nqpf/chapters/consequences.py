"""Chapter 2: what is said to follow from the forces, as declared in PLAN.md."""

from dataclasses import replace

import pandas as pd

from nqpf.chapters.associations import Association, Inference, estimate_all, purged_index
from nqpf.chapters.wording import listed
from nqpf.index import IndexResult, build_index
from nqpf.productivity import cumulated, mean_changes
from nqpf.regression.mediation import MediationResult

ALPHA = 0.05
SMALLEST = 0.2  # smallest effect of interest, in within standard deviations (PLAN.md)
TALENT_YEARS = (2012, 2022)  # of the serial path from talent to new products (C010)
LABELS = {
    "C011": "total factor productivity on the index",
    "C012": "high-tech intensity of industry on the index",
    "C016": "labour productivity of industry on digital finance",
    "C021": "export share of high-tech new products on the index",
}


def consequence_tests(
    indicators: pd.DataFrame,
    result: IndexResult,
    codebook: pd.DataFrame,
    productivity: pd.DataFrame,
    inference: Inference,
) -> pd.DataFrame:
    """Estimate the four declared associations of the chapter.

    Parameters
    ----------
    indicators : DataFrame
        Indicators of the provinces, indexed by unit and year.
    result : IndexResult
        The full index, whose options and tree the purged ones share.
    codebook : DataFrame
        data/codebook/indicators.csv of the provinces.
    productivity : DataFrame
        Column log_level, indexed by unit and year.
    inference : Inference
        Draws, seed and level.

    Returns
    -------
    DataFrame
        Rows as `associations.estimate` gives them, with label, effect_low and effect_high.
    """
    options = result.options
    units = result.scores.index.unique("unit")
    panel = indicators.join(productivity["log_level"]).join(result.scores["index"].rename("full"))
    # GDP holds secondary value added, so one purge serves industry's outcomes and productivity
    scores, _ = purged_index(indicators, result.hierarchy, options, codebook, "out_hitech_va2")
    panel["purged"] = scores["index"]
    panel = panel[panel.index.get_level_values("unit").isin(units)]
    tests = [
        Association("C011", "log_level", "purged", (2013, 2017)),
        Association("C012", "out_hitech_va2", "purged", (2013, 2022), True),
        Association("C016", "out_labprod2", "mea_dfi", (2013, 2019), True),
        Association("C021", "out_hitech_export_share", "full", (2016, 2022)),
    ]
    rows = estimate_all(panel, tests, inference)
    scale = rows["effect"] / rows["estimate"]
    return rows.assign(
        label=rows["id"].map(LABELS),
        effect_low=rows["low"] * scale,
        effect_high=rows["high"] * scale,
    )


def productivity_paths(changes: pd.DataFrame) -> pd.DataFrame:
    """Cumulated total factor productivity, 100 in the year before the first change.

    Parameters
    ----------
    changes : DataFrame
        Result of `definitions.productivity_changes`.

    Returns
    -------
    DataFrame
        Columns unit, year, value.
    """
    wide = cumulated(changes)
    return wide.stack().rename("value").reset_index()[["unit", "year", "value"]]


def productivity_facts(changes: pd.DataFrame, case: str) -> dict[str, tuple]:
    """Mean yearly change of productivity and its two parts, of the case and of all.

    Parameters
    ----------
    changes : DataFrame
        Result of `definitions.productivity_changes`.
    case : str
        Province; where it has no changes the facts say so.

    Returns
    -------
    dict
        Facts: value, unit, digits. tfp, tfp_catching and tfp_frontier (% a year) of the case,
        tfp_rank and tfp_provinces, tfp_all (the mean of all), tfp_rising (provinces above one),
        tfp_first and tfp_last (years compared).
    """
    means = mean_changes(changes, "unit")
    years = changes.index.get_level_values("year")
    percent = 100 * (means - 1)
    facts: dict[str, tuple] = {
        "tfp_first": (int(years.min()) - 1, "year"),
        "tfp_last": (int(years.max()), "year"),
        "tfp_provinces": (len(means), ""),
        "tfp_rising": (int((means["tfpch"] > 1).sum()), ""),
        "tfp_all": (float(percent["tfpch"].mean()), "% a year", 1),
    }
    for name, part in (("", "tfpch"), ("_catching", "effch"), ("_frontier", "techch")):
        known = case in means.index
        facts[f"tfp{name}"] = (
            (float(percent.loc[case, part]), "% a year", 1) if known else ("none",)
        )
    rank = means["tfpch"].rank(ascending=False, method="min")
    facts["tfp_rank"] = (int(rank[case]), "") if case in means.index else ("none",)
    return facts


def tests_reading(tests: pd.DataFrame) -> str:
    """Say how many of the declared associations can be told from zero, before adjustment."""
    told = tests[tests["p"] < ALPHA]
    small = (tests["effect_low"] > -SMALLEST) & (tests["effect_high"] < SMALLEST)
    if told.empty and not small.any():
        return (
            "None of these associations can be told from zero, and none of the intervals lies "
            "inside the band of effects too small to matter: the panel is too short and too thin "
            "to confirm the paper's consequences or to rule them out."
        )
    if told.empty:
        names = listed([f"*{label}*" for label in tests.loc[small, "label"]])
        return (
            "None of these associations can be told from zero. The interval lies inside the band "
            f"of effects too small to matter for {names}."
        )
    which = listed([f"*{label}*" for label in told["label"]])
    return (
        f"Told from zero before adjustment for the family: {which}. The verdicts below use the "
        "adjusted values and ask for an effect of a size worth naming as well."
    )


def with_weights(
    result: IndexResult, indicators: pd.DataFrame, *, weights: str, element_weights: str
) -> IndexResult:
    """Build the same index with other weights."""
    options = replace(result.options, weights=weights, element_weights=element_weights)
    return build_index(indicators, result.hierarchy, options)


def serial_path(result: MediationResult) -> dict[str, float]:
    """Numbers of the path from talent over inventions to new products.

    Parameters
    ----------
    result : MediationResult
        One mediator.

    Returns
    -------
    dict
        estimate, low, high of the indirect elasticity; p, the larger of the p-values of the two
        paths; n.
    """
    effects = result.effects.set_index("term")
    indirect = effects.loc["indirect"]
    indirect = indirect.iloc[0] if isinstance(indirect, pd.DataFrame) else indirect
    paths = effects.loc[["factor on mediator", "mediator on outcome"], "p"]
    return {
        "estimate": float(indirect["estimate"]),
        "low": float(indirect["low"]),
        "high": float(indirect["high"]),
        "p": float(paths.max()),
        "n": result.n,
    }
