"""All declared tests of chapter 3 at once: estimates, families, strips, and numbers for the ledger.

`Tests` ties each declared test to its panel, which is built once. Everything below is a table of
such tests; which of them decides a claim, and how, stands in the plan and nowhere here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Inference, estimate, numbers, worst_of
from nqpf.chapters.declared import (
    CONTROLS,
    FACTOR,
    Declared,
    Level,
    panel_of,
    variants_of,
)
from nqpf.chapters.mechanism_parts import cautions
from nqpf.chapters.mechanisms import (
    fit_association,
    interaction,
    scaled_sample,
    within_sd,
)
from nqpf.chapters.robustness import (
    robustness,
    spread_without_units,
    within_points,
    without_each_unit,
)
from nqpf.errors import StudyError
from nqpf.regression.families import adjust_family, holm
from nqpf.regression.randomisation import permute_within_years

MOST_SHUFFLES = 1_999
MOST_FAMILY_DRAWS = 19_999
LEVEL_WORDS = {"provinces": "Provinces", "cities": "Cities of Guangdong"}


@dataclass(frozen=True)
class Test:
    """A declared test and its panel, factors not yet standardised."""

    __test__ = False  # not a test of pytest's

    declared: Declared
    panel: pd.DataFrame


def tests_of(levels: Mapping[str, Level], declared: list[Declared]) -> list[Test]:
    """Panels of the declared tests whose level is held.

    Parameters
    ----------
    levels : mapping of str to Level
        By name; a level that is not held is left out.
    declared : list of Declared
        All declared tests.
    """
    return [Test(one, panel_of(levels[one.level], one)) for one in declared if one.level in levels]


def estimates(tests: list[Test], inference: Inference) -> pd.DataFrame:
    """Estimate all tests, p-values adjusted within families.

    Parameters
    ----------
    tests : list of Test
        As `tests_of` returns them.
    inference : Inference
        Draws, seed and level.

    Returns
    -------
    DataFrame
        One row per test: what `associations.estimate` returns; claim_id, level, mechanism, primary,
        family, label, minimum_effect; effect_low and effect_high (the interval in within standard
        deviations); p_adj (Holm over the claims of the family, provinces only) and p_romano_wolf
        (over its regressions); p_shuffled (factor permuted within years) and p_crv1.
    """
    rows = []
    for test in tests:
        one = test.declared
        scaled = scaled_sample(test.panel, one.association)
        row = estimate(test.panel, one.association, inference)
        fit = fit_association(scaled, one.association)
        shuffled = permute_within_years(
            fit, FACTOR, draws=min(inference.draws, MOST_SHUFFLES), seed=inference.seed
        )
        scale = row["effect"] / row["estimate"]
        row |= {name: getattr(one, name) for name in _DECLARED}
        row |= {"effect_low": row["low"] * scale, "effect_high": row["high"] * scale}
        rows.append(row | {"p_shuffled": shuffled.p, "p_crv1": float(fit.term(FACTOR)["p"])})
    table = pd.DataFrame(rows)
    table["p_adj"] = _holm_by_claim(table)
    table["p_romano_wolf"] = _romano_wolf(tests, inference)
    return table


def numbers_for(table: pd.DataFrame, claim_id: str) -> dict[str, float]:
    """Numbers of a claim as the plan names them.

    Parameters
    ----------
    table : DataFrame
        As `estimates` returns it.
    claim_id : str
        A claim with one province test, with a province and a city test, or with two province
        tests that both must hold.

    Returns
    -------
    dict
        estimate, effect, low, high, p, n; with effect_high where two tests must hold, of which
        the worse numbers count; with effect_city and p_city of a primary claim, missing where
        there is no city test.
    """
    mine = table[table["claim_id"] == claim_id]
    ours = mine[mine["level"] == "provinces"]
    if ours.empty:
        raise StudyError(f"expected a declared test of {claim_id} on provinces, got none")
    found = worst_of(ours) if len(ours) > 1 else numbers(ours.iloc[0])
    if ours["primary"].any():
        cities = mine[mine["level"] == "cities"]
        for name in ("effect", "p"):
            value = float(cities[name].iloc[0]) if len(cities) else float("nan")
            found[f"{name}_city"] = value
    return found


def family_numbers(
    table: pd.DataFrame, family: str, exhibit: str, notes: Mapping[str, str] | None = None
) -> dict[str, dict[str, object]]:
    """Numbers of a family's claims, ready for the ledger.

    Parameters
    ----------
    table : DataFrame
        As `estimates` returns it.
    family : str
        Family of the plan.
    exhibit : str
        Table or figure that shows the numbers.
    notes : mapping of str to str, optional
        Remark by claim.
    """
    claims = table.loc[table["family"] == family, "claim_id"].unique()
    notes = notes or {}
    return {
        claim: {"exhibit": exhibit, "note": notes.get(claim, ""), **numbers_for(table, claim)}
        for claim in claims
    }


def cautions_by_claim(
    table: pd.DataFrame, strip: pd.DataFrame, spread: pd.DataFrame
) -> dict[str, str]:
    """Cautions of the claims that a primary province test decides.

    Parameters
    ----------
    table, strip, spread : DataFrame
        As `estimates`, `strips` and `without_units` return them.
    """
    deciding = table[table["primary"] & (table["level"] == "provinces")]
    by_id = spread.set_index("id")
    return {
        row.claim_id: cautions(strip[strip["id"] == row.id], by_id.loc[row.id], row.minimum_effect)
        for row in deciding.itertuples()
    }


def strips(tests: list[Test], inference: Inference) -> pd.DataFrame:
    """Robustness of every primary test.

    Parameters
    ----------
    tests : list of Test
        Primary ones are used.
    inference : Inference
        Draws, seed and level.

    Returns
    -------
    DataFrame
        Columns id, test, level, term, estimate, low, high, p, n, in the unit of effects.
    """
    parts = []
    for test in primary(tests):
        one = test.declared
        held = tuple(name for name in CONTROLS if name in test.panel)
        rows = robustness(
            test.panel,
            one.association,
            inference,
            alternatives={label: label for label in variants_of(test.panel)},
            controls=held if len(held) == len(CONTROLS) else (),
            trends=one.level == "provinces",
        ).rename(columns={"label": "term"})
        rows.insert(0, "level", LEVEL_WORDS[one.level])
        rows.insert(0, "test", one.label)
        rows.insert(0, "id", one.id)
        parts.append(rows)
    return pd.concat(parts, ignore_index=True)


def without_units(tests: list[Test], table: pd.DataFrame) -> pd.DataFrame:
    """Range of every primary effect when one unit is left out.

    Parameters
    ----------
    tests : list of Test
        Primary ones are used.
    table : DataFrame
        As `estimates` returns it.

    Returns
    -------
    DataFrame
        Columns id, test, level, term and those of `robustness.spread_without_units`.
    """
    effects = table.set_index("id")["effect"]
    rows = []
    for test in primary(tests):
        one = test.declared
        spread = spread_without_units(
            float(effects[one.id]), without_each_unit(test.panel, one.association)
        )
        words = f"{one.label}, furthest without {spread['most_influential']}"
        names = {"id": one.id, "test": one.label, "level": LEVEL_WORDS[one.level], "term": words}
        rows.append(names | spread)
    return pd.DataFrame(rows)


def points(tests: list[Test], level: str) -> pd.DataFrame:
    """Outcome and factor of every primary test of a level with both effects taken out.

    Parameters
    ----------
    tests : list of Test
        Primary ones are used.
    level : str
        `provinces` or `cities`.

    Returns
    -------
    DataFrame
        Columns test, unit, year, x, y, share; see `robustness.within_points`.
    """
    parts = [
        within_points(test.panel, test.declared.association).assign(test=test.declared.label)
        for test in primary(tests)
        if test.declared.level == level
    ]
    return pd.concat(parts, ignore_index=True)


def groups(
    tests: list[Test], members: Mapping[str, tuple[str, list[str]]], inference: Inference
) -> pd.DataFrame:
    """Whether slopes of the primary tests differ between a group of units and the rest.

    Parameters
    ----------
    tests : list of Test
        Primary ones are used.
    members : mapping of str to (str, list of str)
        By level: name of the group and its units.
    inference : Inference
        Draws, seed and level.

    Returns
    -------
    DataFrame
        Columns level, test, group, units, rest and difference (effects), low, high, p of the
        difference, n, p_adj (Holm over the tests of the level).
    """
    rows = []
    for test in primary(tests):
        one = test.declared
        if one.level not in members:
            continue
        name, units = members[one.level]
        scale = within_sd(scaled_sample(test.panel, one.association), one.association)
        both = interaction(test.panel, one.association, units, inference).set_index("term")
        more = both.loc["difference"]
        rows.append(
            {
                "level": LEVEL_WORDS[one.level],
                "test": one.label,
                "group": name,
                "units": len(units),
                "rest": both.loc["rest", "estimate"] / scale,
                "difference": more["estimate"] / scale,
                "low": more["low"] / scale,
                "high": more["high"] / scale,
                "p": more["p"],
                "n": int(more["n"]),
            }
        )
    table = pd.DataFrame(rows)
    table["p_adj"] = table.groupby("level")["p"].transform(lambda p: holm(p.to_numpy()))
    return table


def primary(tests: list[Test]) -> list[Test]:
    """Those that decide a mechanism or accompany one that does."""
    return [test for test in tests if test.declared.primary]


_DECLARED = ("claim_id", "level", "mechanism", "primary", "family", "label", "minimum_effect")


def _holm_by_claim(table: pd.DataFrame) -> np.ndarray:
    """Holm within families over claims; a claim's p-value is the larger of its tests'."""
    deciding = (table["level"] == "provinces") & (table["family"] != "")
    adjusted = np.full(len(table), np.nan)
    for _, family in table[deciding].groupby("family", sort=False):
        by_claim = family.groupby("claim_id", sort=False)["p"].max()
        values = dict(zip(by_claim.index, holm(by_claim.to_numpy()), strict=True))
        adjusted[family.index] = family["claim_id"].map(values)
    return adjusted


def _romano_wolf(tests: list[Test], inference: Inference) -> np.ndarray:
    """Romano-Wolf within each family of province regressions, from shared draws."""
    adjusted = np.full(len(tests), np.nan)
    families: dict[str, list[int]] = {}
    for place, test in enumerate(tests):
        if test.declared.level == "provinces" and test.declared.family:
            families.setdefault(test.declared.family, []).append(place)
    for places in families.values():
        fits = {}
        for place in places:
            one = tests[place].declared
            scaled = scaled_sample(tests[place].panel, one.association)
            fits[one.id] = (fit_association(scaled, one.association), FACTOR)
        draws = min(inference.draws, MOST_FAMILY_DRAWS)
        adjusted[places] = adjust_family(fits, draws=draws, seed=inference.seed)["p_romano_wolf"]
    return adjusted
