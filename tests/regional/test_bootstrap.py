import numpy as np
import pytest

from nqpf.errors import StudyError
from nqpf.regional.bootstrap import draw_units, percentile_band


def test_draws_repeat_with_their_seed():
    one, two = draw_units(7, 50, 1), draw_units(7, 50, 1)
    assert (one == two).all()
    assert not (one == draw_units(7, 50, 2)).all()
    assert set(np.unique(one)) == set(range(7))


def test_strata_keep_their_sizes():
    strata = np.array([0, 1, 0, 2, 1, 0])
    draws = draw_units(6, 40, 1, strata=strata)
    assert (strata[draws] == strata).all()
    assert len(np.unique(draws, axis=0)) > 20


def test_percentiles():
    low, high = percentile_band(np.arange(101.0), 0.9)
    assert (low, high) == (pytest.approx(5), pytest.approx(95))
    low, high = percentile_band(np.arange(202.0).reshape(101, 2), 0.5)
    assert low.tolist() == pytest.approx([50, 51])
    assert high.tolist() == pytest.approx([150, 151])


def test_bad_bands():
    with pytest.raises(StudyError, match="20 replications"):
        draw_units(5, 19, 1)
    with pytest.raises(StudyError, match="seed"):
        draw_units(5, 20, None)
    for level in (0, 1, 95):
        with pytest.raises(StudyError, match="between 0 and 1"):
            percentile_band(np.arange(5.0), level)
