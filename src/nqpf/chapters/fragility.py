"""Chapter 3: what an omitted cause, or the building of the index, could do to an estimate."""

from dataclasses import replace

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Inference
from nqpf.chapters.declared import FACTOR, OUTCOME, Declared, Level, tree_without
from nqpf.chapters.mechanism_tests import LEVEL_WORDS, Test, primary
from nqpf.chapters.mechanisms import scaled_sample, within_sd
from nqpf.index.build import Prepared, assemble, prepare_cube
from nqpf.index.cube import Cube, panel_cube
from nqpf.regression.chain import unit_bootstrap
from nqpf.regression.omitted import robustness
from nqpf.scenarios.slopes import weighted_slopes

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
        found = robustness(test.fit, FACTOR, half_width=abs(row["estimate"] - near))
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
    options = replace(level.options, units_excluded=())
    tree = tree_without(level.hierarchy, one.taken_out)
    given = test.panel[[OUTCOME, FACTOR]].rename(columns=_GIVEN)
    panel = level.values[list(tree.indicators)].join(given, how="outer")
    units = panel.index.get_level_values("unit")
    panel = panel[~units.isin(level.options.units_excluded)]
    indicators = panel_cube(panel, tree.indicators, options.years)
    cube = panel_cube(panel, [_GIVEN[FACTOR], _GIVEN[OUTCOME]])
    places = np.searchsorted(cube.years, indicators.years + one.lag)
    y, scale = _regressed(cube, panel, one)

    def built(prepared: Prepared, drawn: np.ndarray, changes: dict[str, str]) -> np.ndarray:
        """The factor of one sample at the years of its outcome, shape (years, units)."""
        scores = assemble(prepared, replace(options, **changes)).node(one.factor)
        factor = np.full(y.shape, np.nan)
        kept = prepared.screening.keeps(prepared.screening.unit_share)
        factor[np.ix_(places, drawn[kept])] = scores
        return factor

    def build(samples: np.ndarray) -> dict[str, np.ndarray]:
        counts = (samples[..., None] == np.arange(y.shape[1])).sum(axis=1)
        # the chains differ in weights only, which the preparation does not read
        prepared = [prepare_cube(indicators.resampled(drawn), tree, options) for drawn in samples]
        found = {}
        for words, changes in CHAINS.items():
            if changes is None:
                factor = np.broadcast_to(cube.values[..., 0], (len(samples), *y.shape))
            else:
                made = zip(prepared, samples, strict=True)
                factor = np.stack([built(*sample, changes) for sample in made])
            slope = weighted_slopes(factor[..., None], y, counts, name=words)[..., 0]
            found[words] = slope * _spread(factor, samples) / scale
        return found

    draws = min(inference.draws, MOST_CHAIN_DRAWS)
    result = unit_bootstrap(
        y.shape[1], build, draws=draws, seed=inference.seed, level=inference.level
    )
    return result.terms.assign(draws=result.draws, failed=result.failed)


_GIVEN = {FACTOR: "factor as given", OUTCOME: "outcome as given"}


def _regressed(cube: Cube, panel: pd.DataFrame, one: Declared) -> tuple[np.ndarray, float]:
    """The outcome as regressed, shape (years, units), and its within standard deviation."""
    association = one.association
    names = {given: name for name, given in _GIVEN.items()}
    scale = within_sd(scaled_sample(panel.rename(columns=names), association), association)
    first, last = association.years
    inside = (cube.years >= first) & (cube.years <= last)
    outcome = np.where(inside[:, None], cube.values[..., 1], np.nan)
    return np.log(outcome) if association.log_outcome else outcome, scale


def _spread(factor: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Standard deviation of a factor (samples, years, units) over all cells of the units drawn."""
    cells = np.take_along_axis(factor, samples[:, None], axis=2)
    return np.nanstd(cells, axis=(1, 2), ddof=1)
