"""A small level with a known truth: six indicators, three elements, an outcome with an effect."""

from dataclasses import replace

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Inference
from nqpf.chapters.declared import Declared, Level, factor_values
from nqpf.chapters.mechanism_tests import panels_of
from nqpf.index import IndexOptions
from tests.index.panels import tree

YEARS = (2010, 2019)
INFERENCE = Inference(draws=199, seed=1, level=0.95)
DECLARED = Declared(
    id="skill", claim_id="C1", mechanism="labourers", level="provinces", outcome="out",
    factor="labourers", taken_out=(), lag=0, log_outcome=True, first=2010, last=2019, primary=True,
    family="main", minimum_effect=0.2, label="Output on skill",
)  # fmt: skip


def level(units=12, *, effect=0.5, noise=0.1, seed=0, lag=0, **more):
    """Level whose outcome is exp(effect times the standardised labourers element + effects)."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"u{i:02}" for i in range(units)], range(YEARS[0], YEARS[1] + 1)], names=["unit", "year"]
    )
    walks = rng.normal(size=(units, YEARS[1] - YEARS[0] + 1, 6)).cumsum(axis=1)
    walks += 2 * rng.normal(size=(units, 1, 6))
    values = pd.DataFrame(walks.reshape(-1, 6), index=index, columns=[f"i{k}" for k in range(6)])
    made = Level(values, tree(6), IndexOptions(years=YEARS, **more))
    factor = factor_values(made, "labourers", ())
    factor = (factor / factor.std()).rename(index=lambda year: year + lag, level="year")
    codes, years = (pd.factorize(index.get_level_values(name))[0] for name in index.names)
    fixed = rng.normal(size=units)[codes] + 0.1 * years
    out = effect * factor.reindex(index) + fixed + noise * rng.normal(size=len(index))
    return replace(made, values=values.assign(out=np.exp(out)))


def test_on(made, **changes):
    """One declared test on a level."""
    return panels_of({"provinces": made}, [replace(DECLARED, **changes)])[0]


test_on.__test__ = False
