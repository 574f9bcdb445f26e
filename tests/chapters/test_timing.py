"""Leads and lags of the primary tests."""

import numpy as np
import pytest

from nqpf.chapters.declared import FACTOR, OUTCOME
from nqpf.chapters.timing import in_panels, timing
from tests.chapters.forces import INFERENCE, level, test_on


def shifted(years):
    """Test whose outcome follows the factor by some years; ahead of it when negative."""
    test = test_on(level(16, effect=0, noise=0.02))
    x = test.panel[FACTOR] / test.panel[FACTOR].std()
    moved = x.rename(index=lambda year: year + years, level="year").reindex(x.index)
    test.panel[OUTCOME] *= np.exp(0.5 * moved.fillna(0))
    kept = moved.notna()
    test.panel[OUTCOME] = test.panel[OUTCOME].where(kept)
    return test


@pytest.mark.parametrize("years", [1, 0, -1])
def test_the_year_of_the_association_is_found(years):
    path = timing([shifted(years)], INFERENCE).set_index("lag")
    assert path["estimate"].abs().idxmax() == years
    assert path.loc[years, "p"] < 0.05
    assert (path["leads_p"].iloc[0] < 0.05) == (years < 0)


def test_panels_are_named_by_level_and_test():
    table = in_panels(timing([shifted(0)], INFERENCE))
    assert set(table["test"]) == {"Provinces: Output on skill"}
    assert sorted(table["lag"]) == [-2, -1, 0, 1, 2]
