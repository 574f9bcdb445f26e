import numpy as np
import pandas as pd
import pytest
from scipy.stats import gaussian_kde

from nqpf.errors import StudyError
from nqpf.regional.density import density_peaks, kernel_densities
from tests.regional.panels import growing_panel, panel_of


@pytest.fixture(scope="module")
def densities():
    return kernel_densities(growing_panel(years=3), "y", points=400, replications=99, seed=2)


def test_density_is_that_of_scipy_and_integrates_to_one(densities):
    panel = growing_panel(years=3)
    for year, curve in densities.groupby("year"):
        kernel = gaussian_kde(panel.xs(year, level="year")["y"], "silverman")
        assert curve["density"].to_numpy() == pytest.approx(kernel(curve["x"]))
        assert np.trapezoid(curve["density"], curve["x"]) == pytest.approx(1, abs=0.01)


def test_band_encloses_most_of_the_density_and_repeats(densities):
    inside = densities["density"].between(densities["low"] - 1e-9, densities["high"] + 1e-9)
    assert inside.mean() > 0.9
    again = kernel_densities(growing_panel(years=3), "y", points=400, replications=99, seed=2)
    pd.testing.assert_frame_equal(densities, again)


def test_band_draws_are_kernel_densities_of_the_draws():
    # all draws of one unit repeated would be that unit's kernel; the mean of draws is the density
    panel = growing_panel(years=1)
    found = kernel_densities(panel, "y", points=50, replications=4000, seed=1, level=0.02)
    middle = (found["low"] + found["high"]) / 2
    assert middle.to_numpy() == pytest.approx(found["density"].to_numpy(), abs=0.02)


def test_two_groups_give_two_peaks():
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(0, 0.2, 15), rng.normal(5, 0.2, 10)])
    panel = panel_of(pd.DataFrame({2020: x}, [f"u{i:02d}" for i in range(25)]))
    peaks = density_peaks(
        kernel_densities(panel, "y", bandwidth=0.2, points=500, replications=50, seed=1)
    )
    assert peaks["x"].tolist() == pytest.approx([0, 5], abs=0.3)
    assert peaks["highest"].tolist() == [True, False]


def test_chosen_years_only_need_their_own_values():
    panel = growing_panel(years=3)
    panel.loc[("city 01", 2006), "y"] = np.nan
    found = kernel_densities(panel, "y", years=[2005, 2007], replications=50, seed=1)
    assert set(found["year"]) == {2005, 2007}
    with pytest.raises(StudyError, match="got none for city 01"):
        kernel_densities(panel, "y", seed=1)


def test_bad_density_input():
    equal = panel_of(pd.DataFrame({2020: [1.0] * 5}, list("abcde")))
    with pytest.raises(StudyError, match="5 units and 1 values"):
        kernel_densities(equal, "y", seed=1)
    with pytest.raises(StudyError, match="bandwidth"):
        kernel_densities(growing_panel(years=1), "y", bandwidth="wide", seed=1)
    with pytest.raises(StudyError, match="at least one year"):
        kernel_densities(growing_panel(years=1), "y", years=[], seed=1)
