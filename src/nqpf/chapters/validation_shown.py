"""Appendix 1 as tables and facts: what the validation found, in words that follow the numbers."""

import numpy as np
import pandas as pd

from nqpf.chapters.wording import listed
from nqpf.regression.panel import fit_two_way
from nqpf.report.numbers import number, significant_decimals
from nqpf.validation.designs import DESIGNS, HARD_DESIGNS
from nqpf.validation.engine import METHODS
from nqpf.validation.examples_regression import INVESTMENT, wild_exact
from nqpf.validation.samples import grunfeld
from nqpf.validation.size import detectable, effect_of_slope, slope_of_effect, wilson_interval

WILD = METHODS[-1]
SHOWN_METHODS = ("CRV1, t(G−1)", "CRV3, t(G−1)", WILD)
EFFECTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
PROVINCES = DESIGNS[3].name  # the study's own: its largest two units move most
SMALLEST = 0.2  # the plan's smallest effect of interest
TARGET = 0.8
KINDS = ["publication", "other software", "exact answer", "worked out apart"]
COVERAGE = 0.95  # promised by every interval
CERTAIN = 0.99  # of the interval of a coverage, before it is called too low
SERIOUS = 3.0  # Monte Carlo standard errors from which a bias is named


def published_table(summary: pd.DataFrame) -> pd.DataFrame:
    """Checks against published numbers, two short lines to a cell, numbers by their own size.

    Parameters
    ----------
    summary : DataFrame
        As `validation.comparison.summarise` returns.
    """
    table = summary.sort_values("kind", key=lambda kinds: kinds.map(KINDS.index), kind="stable")
    functions = table["function"].str.replace(r"[\w.]+\.", "", regex=True)
    table["estimator"] = table["method"] + "\n" + functions
    table["against"] = table["source"] + "\n" + table["data"].str.replace(r" \(.*", "", regex=True)
    pairs = {
        "values": ("published", "ours", _figures),
        "differences": ("difference", "allowed", _order),
    }
    for name, (above, below, written) in pairs.items():
        table[name] = [
            f"{written(one)}\n{written(other)}"
            for one, other in zip(table[above], table[below], strict=True)
        ]
    table["which"] = [
        row.quantity if row.numbers == 1 else f"{row.quantity}\nworst of {row.numbers}"
        for row in table.itertuples()
    ]
    return table


def published_facts(summary: pd.DataFrame, numbers: pd.DataFrame) -> dict[str, object]:
    """How many checks and numbers there are, what is outside, and the case of Grunfeld's firms."""
    outside = summary[summary["verdict"] == "outside"]
    fit = fit_two_way(grunfeld(), *INVESTMENT)
    return {
        "checks": len(summary),
        "numbers": len(numbers),
        "inside": int(numbers["inside"].sum()),
        "outside_names": listed(list(outside["method"]), none="none"),
        "grunfeld_t": float(fit.term("capital")["t"]),
        "grunfeld_p": wild_exact()["p"],
    }


def in_per_cent(shares: pd.DataFrame) -> pd.DataFrame:
    """Shares and the ends of their intervals in per cent."""
    return shares.assign(**{name: 100 * shares[name] for name in ("share", "low", "high")})


def size_facts(shares: pd.DataFrame) -> dict[str, float]:
    """True size, in per cent, of the tests that the text names.

    Parameters
    ----------
    shares : DataFrame
        `rejection_shares` of `DESIGNS` without effect.
    """
    table = 100 * shares.pivot(index="design", columns="method", values="share")
    alike, giants = DESIGNS[0].name, DESIGNS[1].name
    facts = {}
    for name, method in (
        ("classical", "classical"),
        ("hc1", "HC1"),
        ("crv1", "CRV1, t(G−1)"),
        ("crv3", "CRV3, t(G−1)"),
        ("wild", WILD),
    ):
        facts |= {f"{name}_alike": table.loc[alike, method]}
        facts |= {f"{name}_giants": table.loc[giants, method]}
    facts |= {"wild_least": table[WILD].min(), "wild_most": table[WILD].max()}
    width = shares.loc[shares["method"] == WILD, ["low", "high"]]
    return facts | {"noise": 100 * float((width["high"] - width["low"]).max() / 2)}


def hard_facts(shares: pd.DataFrame) -> dict[str, float]:
    """True size of the leading test where its assumptions fail, in per cent."""
    wild = 100 * shares[shares["method"] == WILD].set_index("design")["share"]
    both = shares[shares["method"] == "two-way clusters, t"].set_index("design")["share"]
    weak, strong, movers, nine = (design.name for design in HARD_DESIGNS)
    return {
        "wild_weak": wild[weak],
        "wild_strong": wild[strong],
        "both_strong": 100 * both[strong],
        "wild_movers": wild[movers],
        "wild_nine": wild[nine],
    }


def power_facts(power: pd.DataFrame, moves: float) -> dict[str, object]:
    """What the leading test can find, in slopes and in the plan's units.

    Parameters
    ----------
    power : DataFrame
        `rejection_shares` of `DESIGNS` for `EFFECTS`.
    moves : float
        `share_that_moves` of the study's index.
    """
    found = detectable(power, WILD, TARGET)
    rows = power[(power["method"] == WILD) & (power["design"] == PROVINCES)].sort_values("effect")
    chances = rows.set_index("effect")["share"]
    slope = slope_of_effect(SMALLEST, moves)
    # between the two smallest slopes the power is taken to rise evenly
    low, high = EFFECTS[:2]
    at_smallest = chances[low] + (chances[high] - chances[low]) * min(slope / high, 1.0)
    return {
        "moves": 100 * moves,
        "slope_smallest": slope,
        "power_smallest": 100 * float(at_smallest),
        "found_alike": _or_none(found[DESIGNS[2].name]),
        "found_giants": _or_none(found[PROVINCES]),
        "found_plan": _or_none(effect_of_slope(found[PROVINCES], moves)),
    }


def recovery_table(*parts: pd.DataFrame) -> pd.DataFrame:
    """Recovered truths, one part below the other, with coverage and its interval in per cent."""
    found = pd.concat(parts, ignore_index=True)
    ends = [
        f"{number(100 * row.coverage, 0)} [{number(100 * row.coverage_low, 0)}, "
        f"{number(100 * row.coverage_high, 0)}]"
        for row in found.itertuples()
    ]
    return found.assign(covered=ends)


def recovery_facts(found: pd.DataFrame) -> dict[str, object]:
    """Which estimators miss their truth, and by whose intervals it is missed too often."""
    biased = found[found["bias_t"].abs() > SERIOUS]
    ends = [
        wilson_interval(row.coverage, row.replications, CERTAIN)[1] for row in found.itertuples()
    ]
    short = found[np.array(ends) < COVERAGE]
    scenario = found[found["name"].str.startswith("scenario")].iloc[0]
    return {
        "recovered": len(found),
        "biased": listed([f"*{name}*" for name in biased["name"]]),
        "scenario_covered": 100 * float(scenario["coverage"]),
        "scenario_low": 100 * float(scenario["coverage_low"]),
        "scenario_high": 100 * float(scenario["coverage_high"]),
        "scenario_reading": _promise(scenario),
        "scenario_panels": int(scenario["replications"]),
        "short": listed([f"*{name}*" for name in short["name"]]),
    }


def _promise(row: pd.Series) -> str:
    """Whether a coverage is what intervals of 95 per cent promise."""
    if row["coverage_high"] < COVERAGE:
        return "is less than the nominal share"
    if row["coverage_low"] > COVERAGE:
        return "is more than the nominal share"
    return "agrees with the nominal share"


def overlap_bars(found: pd.DataFrame) -> pd.DataFrame:
    """Rejections with full and purged index as labelled bars, in per cent."""
    words = {"full": "full index, twelve indicators", "purged": "purged index, eleven"}
    table = in_per_cent(found)
    return table.assign(label=table["index"].map(words), value=table["share"])


def overlap_facts(found: pd.DataFrame) -> dict[str, float]:
    """Rejections with full and purged index, in per cent."""
    shares = found.set_index("index")["share"]
    return {f"overlap_{name}": 100 * float(share) for name, share in shares.items()}


def _or_none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _figures(value: float) -> str:
    """A number to six significant figures at most, without idle zeros."""
    text = number(float(value), min(significant_decimals(float(value), 6), 8))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _order(value: float) -> str:
    """A difference by its size: 2e−06, or 0."""
    return "0" if value == 0 else f"{value:.0e}".replace("-", "−")
