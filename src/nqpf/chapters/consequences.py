"""Chapter 2: what is said to follow from the forces, as declared in PLAN.md."""

from dataclasses import replace

import pandas as pd

from nqpf.chapters.associations import Association, Inference, estimate_all, purged_index
from nqpf.index import IndexResult, build_index
from nqpf.regression.mediation import MediationResult

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
