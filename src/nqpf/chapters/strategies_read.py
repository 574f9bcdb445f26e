"""Chapter 5 in numbers and words: what a reader is told, chosen by the results."""

from collections.abc import Mapping, Sequence

import pandas as pd

from nqpf.chapters.wording import counted, listed
from nqpf.errors import StudyError
from nqpf.scenarios import Simulated, contrast

TALENT, CAPITAL, BOTH = "talent-alone", "capital-alone", "talent-and-capital"
PROVINCE_PAIR = ("provinces-core", "provinces-spread")
CITY_PAIR = ("cities-core", "cities-spread")
SAME = 1e-9  # a change that is none but for rounding


def side(low: float, high: float) -> str:
    """Where an interval lies, in words."""
    if low > 0:
        return "above zero"
    return "below zero" if high < 0 else "on both sides of zero"


def complements(row: Mapping) -> str:
    """What the interval of the interaction says, in a sentence.

    Parameters
    ----------
    row : mapping
        low and high of the interaction.
    """
    if row["low"] > 0:
        return "The data read talent and capital as complements."
    if row["high"] < 0:
        return "The data read talent and capital as substitutes, not as complements."
    return "The data cannot say whether talent and capital are complements or substitutes."


def interaction_facts(tests: pd.DataFrame, curve: pd.DataFrame) -> dict[str, float | str]:
    """Interaction of talent and capital, and the slope of talent at both ends of capital.

    Parameters
    ----------
    tests : DataFrame
        As `strategy_tests` returns it.
    curve : DataFrame
        Slope of talent over capital, `Moderation.marginal`.
    """
    row = tests.set_index("id").loc["C095"]
    return {
        "product": row["effect"],
        "product_low": row["effect_low"],
        "product_high": row["effect_high"],
        "product_p": row["p"],
        "slope_poor": float(curve["estimate"].iloc[0]),
        "slope_rich": float(curve["estimate"].iloc[-1]),
        "together_reading": complements(row),
    }


def effect_of(table: pd.DataFrame, scenario: str, quantity: str) -> pd.Series:
    """Row of one scenario and quantity.

    Parameters
    ----------
    table : DataFrame
        As `strategies.run_all` returns it.
    scenario, quantity : str
        What is wanted.

    Raises
    ------
    StudyError
        If no such scenario was simulated.
    """
    rows = table[(table["scenario"] == scenario) & (table["quantity"] == quantity)]
    if rows.empty:
        known = ", ".join(table["scenario"].unique())
        raise StudyError(
            f"the chapter needs the scenario '{scenario}' in params/scenarios; there are {known}"
        )
    return rows.iloc[0]


def cost_facts(table: pd.DataFrame, drawn: Simulated, level: float) -> dict[str, float | str]:
    """Effects of talent, capital and both at equal cost, and both less the better of the two.

    Parameters
    ----------
    table : DataFrame
        As `strategies.run_all` returns it.
    drawn : Simulated
        Of the link of talent and capital.
    level : float
        Coverage of intervals.
    """
    rows = {name: effect_of(table, name, "case") for name in (TALENT, CAPITAL, BOTH)}
    found: dict[str, float | str] = {}
    for name, row in rows.items():
        key = name.replace("-", "_")
        found |= {key: row["estimate"], f"{key}_low": row["low"], f"{key}_high": row["high"]}
    better = max((TALENT, CAPITAL), key=lambda name: rows[name]["estimate"])
    less = contrast(drawn, BOTH, better, "case", level)
    found |= {f"both_less_{name}": less[name] for name in ("estimate", "low", "high")}
    found["better_alone"] = {TALENT: "talent alone", CAPITAL: "capital alone"}[better]
    found["both_side"] = side(less["low"], less["high"])
    return found


def frontier_facts(curve: pd.DataFrame) -> dict[str, float | str]:
    """Ends of a frontier, and whether they can be told apart.

    Parameters
    ----------
    curve : DataFrame
        As `strategies.frontier_of` returns it.
    """
    found: dict[str, float | str] = {}
    evenly = curve.loc[curve["share"] == 0.0, "y"].abs().max() < SAME
    found["even_reading"] = (
        "Spread by size it leaves inequality as it is, for every unit then moves by the same share"
        if evenly
        else "Spread by size it need not leave inequality as it is under this index"
    )
    ends = curve[curve["series"] == "without spillovers"].sort_values("share").iloc[0]
    unclear = ends["x_low"] <= 0 <= ends["x_high"]
    found["sign_reading"] = (
        "Without spillovers both ends carry the sign of one coefficient, that of the outcome on "
        "the index, which may as well be zero: a mean that falls does not say that research does "
        "harm."
        if unclear
        else "Without spillovers both ends carry the sign of one coefficient, that of the outcome "
        "on the index."
    )
    for series, name in (("without spillovers", "alone"), ("with spillovers", "near")):
        part = curve[curve["series"] == series].sort_values("share")
        for row, end in ((part.iloc[0], "spread"), (part.iloc[-1], "core")):
            found |= {f"{end}_{name}": row["x"], f"{end}_{name}_theil": row["y"]}
    gaps = curve.groupby("series", sort=False)[["gap", "gap_low", "gap_high"]].first()
    for series, name in (("without spillovers", "alone"), ("with spillovers", "near")):
        for column in gaps:
            found[f"{column}_{name}"] = float(gaps.loc[series, column])
    clear = [name for name, row in gaps.iterrows() if row["gap_low"] > 0 or row["gap_high"] < 0]
    found["gap_reading"] = (
        f"Which of the two does more for the mean can be told {listed(clear)}, by this one "
        "specification."
        if clear
        else "Which of the two does more for the mean cannot be told, and the figure recommends "
        "neither."
    )
    return found


def in_order(table: pd.DataFrame, link: str) -> pd.DataFrame:
    """Effects on the case by one link: the three strategies at equal cost first, then others."""
    rows = table[(table["quantity"] == "case") & (table["link"] == link)]
    first = {name: place for place, name in enumerate((TALENT, CAPITAL, BOTH))}
    order = rows["scenario"].map(lambda name: first.get(name, len(first)))
    return rows.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def quantity_of(table: pd.DataFrame, scenario: str) -> str:
    """What a scenario is read in: `case` where a unit is studied, the `mean` elsewhere."""
    held = table.loc[table["scenario"] == scenario, "quantity"]
    return "case" if (held == "case").any() else "mean"


def scenario_table(tables: Sequence[pd.DataFrame], moves: Sequence[pd.Series]) -> pd.DataFrame:
    """Every scenario in one row with its sampling interval.

    Parameters
    ----------
    tables : sequence of DataFrame
        As `strategies.run_all` returns them, one per level.
    moves : sequence of Series
        As `strategies.index_moves` returns them, in the same order.

    Returns
    -------
    DataFrame
        Columns scenario, label, link, outcome (with its unit), whose (the case or the mean), index
        (change in points), estimate, low, high, moved, outside, skipped, year.
    """
    rows = []
    for table, moved in zip(tables, moves, strict=True):
        for name in table["scenario"].unique():
            quantity = quantity_of(table, name)
            row = effect_of(table, name, quantity)
            rows.append(
                {
                    "scenario": name,
                    "label": row["label"],
                    "link": row["link"],
                    "outcome": f"{row['outcome']}, {'%' if row['logged'] else 'points'}",
                    "whose": "the case" if quantity == "case" else "the mean",
                    "index": moved[name],
                    **{one: row[one] for one in ("estimate", "low", "high")},
                    **{one: row[one] for one in ("moved", "outside", "skipped", "year")},
                }
            )
    return pd.DataFrame(rows)


def guard_facts(table: pd.DataFrame) -> dict[str, int]:
    """How many scenarios leave what was observed, and in how many cells.

    Parameters
    ----------
    table : DataFrame
        As `scenario_table` returns it.
    """
    beyond = table[table["outside"] > 0]
    return {
        "simulated": len(table),
        "beyond_scenarios": len(beyond),
        "beyond_cells": int(beyond["outside"].sum()),
    }


def trade_facts(trade: pd.DataFrame, case: str) -> dict[str, float | str]:
    """Trade over GDP of the case in its first and last year.

    Parameters
    ----------
    trade : DataFrame
        As `strategy_tests.trade_weight` returns it.
    case : str
        Province studied.
    """
    own = trade[trade["unit"] == case].sort_values("year")
    changes = own["change"].dropna()
    return {
        "trade_first": float(own["value"].iloc[0]),
        "trade_last": float(own["value"].iloc[-1]),
        "trade_first_year": int(own["year"].iloc[0]),
        "trade_last_year": int(own["year"].iloc[-1]),
        "trade_falls": int((changes < 0).sum()),
        "trade_changes": len(changes),
    }


def clear_tests(tests: pd.DataFrame) -> str:
    """Sentence on which claims have an interval on one side of zero before adjustment."""
    clear = tests[(tests["low"] > 0) | (tests["high"] < 0)]
    claims = list(dict.fromkeys(clear["id"].str[:4]))
    if not claims:
        return "No interval of these tests lies on one side of zero."
    verb = counted(len(claims), "has", "have")
    return f"Of these claims {listed(claims)} {verb} an interval on one side of zero."
