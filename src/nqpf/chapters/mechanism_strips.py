"""Chapter 3: whether the primary tests survive, and what the regressions see."""

import pandas as pd

from nqpf.chapters.associations import Inference
from nqpf.chapters.declared import CONTROLS, variants_of
from nqpf.chapters.mechanism_parts import cautions
from nqpf.chapters.mechanism_tests import LEVEL_WORDS, Test, primary
from nqpf.chapters.robustness import (
    robustness,
    spread_without_units,
    within_points,
    without_each_unit,
)


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
