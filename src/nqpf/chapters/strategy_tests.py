"""Chapter 5: the five declared tests of the family `strategies`, and the trend of C107."""

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Association, Inference, estimate, numbers, worst_of
from nqpf.chapters.declared import OUTCOME, Declared, Level, factor_values, panel_of
from nqpf.errors import StudyError
from nqpf.regression.moderation import Moderation, moderate
from nqpf.regression.spatial_weights import contiguity, spatial_lag

TALENT, CAPITAL, PRODUCT = "talent", "capital", "talent x capital"
OWN, NEIGHBOURS = "own index", "neighbours' index"
PURGED = ("mea_rd_gdp", "obj_techmarket_gdp", "obj_ecommerce_gdp")  # share GDP with the outcome
INTENSITY = "out_newprod_va2"
TRADE_YEARS = (2016, 2024)  # of C107
FAMILY = ("C095", "C101", "C103", "C108", "C109")
MEMBERS = {
    "C095": ("C095",),
    "C101": ("C101",),
    "C103": ("C103 productivity", "C103 new products"),
    "C108": ("C108",),
    "C109": ("C109",),
}


def _declared(id: str, outcome: str, factor: str, years: tuple[int, int], log: bool, label: str):  # noqa: A002
    return Declared(
        id, id[:4], "strategies", "provinces", outcome, factor, (), 0, log, *years, False,
        "strategies", 0.2, label,
    )  # fmt: skip


SINGLE = (
    _declared("C103 productivity", "out_labprod2", "mea_dfi", (2013, 2019), True,
              "Labour productivity on digital finance"),
    _declared("C103 new products", INTENSITY, "mea_dfi", (2013, 2022), True,
              "New-product intensity on digital finance"),
    _declared("C108", "100 - out_hitech_export_share", "obj_inv_patents_pc", (2016, 2022), False,
              "Home share of high-tech new products on patents"),
    _declared("C109", "out_newprod_rd_yield", "obj_ecommerce_gdp", (2013, 2022), True,
              "New-product sales per R&D expense on e-commerce"),
)  # fmt: skip
LABELS = {
    "C095": "New-product intensity on talent times capital",
    "C101": "New-product intensity on the neighbours' index",
    **{test.id: test.label for test in SINGLE},
}


def together_panel(level: Level) -> pd.DataFrame:
    """Talent, purged capital and their product beside new-product intensity (C095).

    Parameters
    ----------
    level : Level
        Of the provinces.

    Returns
    -------
    DataFrame
        Columns outcome, talent, capital (centred, in overall standard deviations) and their
        product, on all unit-years of the index.
    """
    parts = {}
    for name, node, gone in ((TALENT, "labourers", ()), (CAPITAL, "means", ("mea_rd_gdp",))):
        values = factor_values(level, node, gone)
        parts[name] = (values - values.mean()) / values.std()
    panel = pd.DataFrame(parts)
    panel[PRODUCT] = panel[TALENT] * panel[CAPITAL]
    return panel.join(level.values[INTENSITY].rename(OUTCOME))


def together(level: Level, inference: Inference) -> tuple[dict[str, object], Moderation]:
    """Whether talent and capital go together with more than the sum of both (C095).

    Parameters
    ----------
    level : Level
        Of the provinces.
    inference : Inference
        Draws, seed, level.

    Returns
    -------
    dict, Moderation
        The row of the interaction as `associations.estimate` gives it, per overall standard
        deviation of each part, and the slope of talent over capital.
    """
    panel = together_panel(level)
    # `estimate` would divide the product by its own deviation; the plan scales its two parts
    sd = float(panel[PRODUCT].std())
    test = Association("C095", OUTCOME, PRODUCT, (2013, 2022), True, (TALENT, CAPITAL))
    row = estimate(panel, test, inference)
    row |= {name: row[name] / sd for name in ("estimate", "effect", "low", "high", "se", "se_crv3")}
    years = panel.index.get_level_values("year")
    inside = panel[(years >= test.years[0]) & (years <= test.years[1])]
    curve = moderate(
        inside.assign(**{OUTCOME: np.log(inside[OUTCOME])}), OUTCOME, TALENT, CAPITAL,
        draws=inference.draws, seed=inference.seed,
    )  # fmt: skip
    return row, curve


def neighbour_panel(level: Level, adjacency: pd.DataFrame, outcome: str, gone) -> pd.DataFrame:
    """Own index and mean index of bordering units, purged, beside an outcome.

    Parameters
    ----------
    level : Level
        Values and choices.
    adjacency : DataFrame
        Pairs of neighbours, columns a and b.
    outcome : str
        Indicator.
    gone : sequence of str
        Indicators taken out of the index.
    """
    own = factor_values(level, "index", tuple(gone)).rename(OWN).to_frame()
    weights = contiguity(adjacency, list(own.index.unique("unit")))
    own[NEIGHBOURS] = spatial_lag(own, OWN, weights)
    return own.join(level.values[outcome].rename(OUTCOME))


def strategy_tests(
    level: Level, adjacency: pd.DataFrame, inference: Inference
) -> tuple[pd.DataFrame, Moderation]:
    """Estimate every test of the family.

    Parameters
    ----------
    level : Level
        Of the provinces.
    adjacency : DataFrame
        Provinces that share a border.
    inference : Inference
        Draws, seed, level.

    Returns
    -------
    DataFrame, Moderation
        Rows as `associations.estimate` gives them, with label, effect_low and effect_high; and the
        slope of talent over capital.
    """
    first, curve = together(level, inference)
    borders = neighbour_panel(level, adjacency, INTENSITY, PURGED)
    spill = Association("C101", OUTCOME, NEIGHBOURS, (2013, 2022), True, (OWN,))
    rows = [first, estimate(borders, spill, inference)]
    rows += [estimate(panel_of(level, test), test.association, inference) for test in SINGLE]
    table = pd.DataFrame(rows)
    scale = table["effect"] / table["estimate"]
    table = table.assign(
        label=table["id"].map(LABELS),
        effect_low=table["low"] * scale,
        effect_high=table["high"] * scale,
    )
    return table, curve


def judged(tests: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Numbers of each claim of the family, as its rule asks for them.

    Parameters
    ----------
    tests : DataFrame
        As `strategy_tests` returns it.
    """
    rows = tests.set_index("id")
    found = {}
    for claim, members in MEMBERS.items():
        own = rows.loc[list(members)]
        found[claim] = worst_of(own) if len(own) > 1 else numbers(own.iloc[0])
    return found


def trade_weight(indicators: pd.DataFrame, units: list[str]) -> pd.DataFrame:
    """Trade over GDP of some units in the years of C107.

    Returns
    -------
    DataFrame
        Columns unit, year, value (%), change (points over the year before).
    """
    first, last = TRADE_YEARS
    wide = indicators["ctl_trade_gdp"].unstack("unit").loc[first:last]
    unknown = [unit for unit in units if unit not in wide or wide[unit].notna().sum() < 2]
    if unknown:
        raise StudyError(f"trade over GDP of {', '.join(unknown)} is not held for two years")
    value = wide[units].stack().rename("value").reset_index()
    value["change"] = value.groupby("unit")["value"].diff()
    return value[["unit", "year", "value", "change"]]


def trend_of_trade(trade: pd.DataFrame, case: str) -> dict[str, float]:
    """Numbers of C107: mean yearly change in points and the share of falling years."""
    changes = trade.loc[trade["unit"] == case, "change"].dropna()
    return {"trend": float(changes.mean()), "share": float((changes < 0).mean())}
