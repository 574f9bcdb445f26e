"""Chapter 3: what an omitted cause, or the building of the index, could do to an estimate."""

from dataclasses import replace

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Inference
from nqpf.chapters.declared import FACTOR, OUTCOME, Declared, Level, factor_values
from nqpf.chapters.mechanism_tests import LEVEL_WORDS, Test, primary
from nqpf.chapters.mechanisms import fit_association, scaled_sample
from nqpf.regression.chain import chain_bootstrap
from nqpf.regression.omitted import robustness
from nqpf.regression.panel import PanelFit

MOST_CHAIN_DRAWS = 199
CHAINS = {
    "index taken as given": None,
    "index built anew, equal weights": {},
    "index built anew, entropy weights": {"weights": "entropy", "weights_scope": "pooled"},
}


def omitted_cause(tests: list[Test], table: pd.DataFrame) -> pd.DataFrame:
    """How strong an omitted variable must be to bring each primary estimate to zero.

    Parameters
    ----------
    tests : list of Test
        Primary ones are used.
    table : DataFrame
        As `mechanism_tests.estimates` returns it; its intervals are used.

    Returns
    -------
    DataFrame
        Columns level, test, effect, partial_r2, robustness_value, robustness_value_level (all three
        in per cent; Cinelli and Hazlett 2020, eq. 18 and 19).
    """
    by_id = table.set_index("id")
    rows = []
    for test in primary(tests):
        one, row = test.declared, by_id.loc[test.declared.id]
        near = row["low"] if row["estimate"] > 0 else row["high"]
        fit = fit_association(scaled_sample(test.panel, one.association), one.association)
        found = robustness(fit, FACTOR, half_width=abs(row["estimate"] - near))
        rows.append(
            {
                "level": LEVEL_WORDS[one.level],
                "test": one.label,
                "effect": row["effect"],
                "partial_r2": 100 * found.partial_r2,
                "robustness_value": 100 * found.robustness_value,
                "robustness_value_level": 100 * found.robustness_value_level,
            }
        )
    return pd.DataFrame(rows)


def whole_chain(level: Level, test: Test, inference: Inference) -> pd.DataFrame:
    """Bootstrap a test from its indicators on: provinces drawn, index built anew, regression run.

    Parameters
    ----------
    level : Level
        Values from which the factor is built.
    test : Test
        A test whose factor is a node of the index.
    inference : Inference
        Draws (at most 199 are used), seed and level.

    Returns
    -------
    DataFrame
        Columns term (how the index enters), estimate, se, bias, low, high (effects, percentiles),
        draws, failed.
    """
    one = test.declared
    names = list(level.hierarchy.indicators)
    given = test.panel[[OUTCOME, FACTOR]].rename(columns=_GIVEN)
    panel = level.values[names].join(given, how="outer")
    units = panel.index.get_level_values("unit")
    panel = panel[~units.isin(level.options.units_excluded)]
    options = replace(level.options, units_excluded=())
    scale = float(np.std(_fit(panel[_GIVEN[FACTOR]], panel, one).design.y, ddof=1))

    def build(sample: pd.DataFrame) -> dict[str, float]:
        drawn = replace(level, values=sample, options=options)
        found = {}
        for words, changes in CHAINS.items():
            given = changes is None
            factor = sample[_GIVEN[FACTOR]] if given else _built(drawn, one, changes)
            found[words] = float(_fit(factor, sample, one).term(FACTOR)["estimate"]) / scale
        return found

    draws = min(inference.draws, MOST_CHAIN_DRAWS)
    result = chain_bootstrap(panel, build, draws=draws, seed=inference.seed, level=inference.level)
    return result.terms.assign(draws=result.draws, failed=result.failed)


_GIVEN = {FACTOR: "factor as given", OUTCOME: "outcome as given"}


def _built(level: Level, one: Declared, changes: dict[str, str]) -> pd.Series:
    """The factor of a test from a sample of units, at the year of its outcome."""
    values = factor_values(level, one.factor, one.taken_out, **changes)
    return values.rename(index=lambda year: year + one.lag, level="year")


def _fit(factor: pd.Series, sample: pd.DataFrame, one: Declared) -> PanelFit:
    """The declared regression on a factor."""
    frame = pd.DataFrame({FACTOR: factor, OUTCOME: sample[_GIVEN[OUTCOME]]})
    frame = frame.rename_axis(["unit", "year"]).sort_index()
    return fit_association(scaled_sample(frame, one.association), one.association)
