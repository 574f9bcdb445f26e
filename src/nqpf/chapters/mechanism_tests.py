"""All declared tests of chapter 3 at once: estimates, families, strips, and numbers for the ledger.

`Tests` ties each declared test to its panel, which is built once. Everything below is a table of
such tests; which of them decides a claim, and how, stands in the plan and nowhere here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Inference, estimate_of, fit_association, numbers, worst_of
from nqpf.chapters.declared import FACTOR, Declared, Level, panel_of
from nqpf.chapters.mechanisms import scaled_sample
from nqpf.errors import StudyError
from nqpf.places import home_of_cities
from nqpf.regression.families import adjust_family
from nqpf.regression.holm import holm
from nqpf.regression.panel import PanelFit, statsmodels_model
from nqpf.regression.randomisation import permute_within_years

MOST_SHUFFLES = 1_999
MOST_FAMILY_DRAWS = 19_999
LEVEL_WORDS = {"provinces": "Provinces", "cities": f"Cities of {home_of_cities()}"}
SHORT_LEVEL = {"provinces": "Provinces", "cities": "Cities"}


@dataclass(frozen=True)
class Test:
    """A declared test and its panel, factors not yet standardised."""

    __test__ = False  # not a test of pytest's

    declared: Declared
    panel: pd.DataFrame

    @cached_property
    def scaled(self) -> pd.DataFrame:
        """Rows of the declared years, the factor standardised; see `scaled_sample`."""
        return scaled_sample(self.panel, self.declared.association)

    @cached_property
    def fit(self) -> PanelFit:
        """The declared regression."""
        return fit_association(self.scaled, self.declared.association)


def panels_of(levels: Mapping[str, Level], declared: list[Declared]) -> list[Test]:
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
        As `panels_of` returns them.
    inference : Inference
        Draws, seed and level.

    Returns
    -------
    DataFrame
        One row per test: what `associations.estimate` returns; claim_id, level, mechanism, primary,
        family, label, minimum_effect; effect_low and effect_high (the interval in within standard
        deviations); p_adj (Holm over the claims of the family, provinces only) and p_romano_wolf
        (over its regressions); p_shuffled (factor permuted within years) and p_crv1; moves: how
        far the factor moves once unit and year means are out, in its overall standard deviations;
        as_moved: effect of a movement of that size, the correlation of what is left in both.
    """
    rows = []
    for test in tests:
        one = test.declared
        fit = test.fit
        row = estimate_of(fit, one.association, inference)
        shuffled = permute_within_years(
            fit, FACTOR, draws=min(inference.draws, MOST_SHUFFLES), seed=inference.seed
        )
        scale = row["effect"] / row["estimate"]
        row |= {name: getattr(one, name) for name in _DECLARED}
        row |= {"effect_low": row["low"] * scale, "effect_high": row["high"] * scale}
        row |= {"p_shuffled": shuffled.p, "p_crv1": float(fit.term(FACTOR)["p"])}
        row["moves"] = float(np.std(fit.design.X[:, fit.design.position(FACTOR)], ddof=1))
        row["as_moved"] = row["effect"] * row["moves"]
        rows.append(row)
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


def gap_to_statsmodels(tests: list[Test]) -> float:
    """Largest relative distance of a coefficient to that of statsmodels with all dummies.

    Parameters
    ----------
    tests : list of Test
        As `panels_of` returns them.
    """
    gaps = []
    for test in tests:
        one = test.declared.association
        ours = test.fit.term(FACTOR)["estimate"]
        shown = statsmodels_model(test.scaled, one.outcome, [FACTOR], log=one.logged).params[FACTOR]
        gaps.append(abs(ours / shown - 1))
    return float(max(gaps))


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
        fits = {tests[place].declared.id: (tests[place].fit, FACTOR) for place in places}
        draws = min(inference.draws, MOST_FAMILY_DRAWS)
        adjusted[places] = adjust_family(fits, draws=draws, seed=inference.seed)["p_romano_wolf"]
    return adjusted
