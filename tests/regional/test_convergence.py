import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from nqpf.errors import StudyError
from nqpf.regional.beta_convergence import (
    beta_cross_section,
    beta_panel_absolute,
    beta_panel_conditional,
)
from nqpf.regional.sigma_convergence import relative_spread, sigma_convergence
from tests.regional.panels import growing_panel, panel_of


def test_known_speed_is_recovered_without_noise():
    panel = growing_panel(beta=-0.04, noise=0)
    with pytest.raises(StudyError, match="explain it exactly"):
        beta_panel_absolute(panel, "y")
    end = beta_cross_section(panel, "y", start=2005, end=2020)
    assert end.speed == pytest.approx(-np.log(0.96), abs=1e-10)
    assert end.half_life == pytest.approx(np.log(2) / -np.log(0.96), abs=1e-8)


def test_panel_beta_is_recovered_with_its_half_life():
    result = beta_panel_absolute(growing_panel(beta=-0.04), "y")
    assert result.beta == pytest.approx(-0.04, abs=0.002)
    assert result.low < result.beta < result.high < 0
    assert result.half_life == pytest.approx(17, abs=1)
    assert result.half_life_low < result.half_life < result.half_life_high
    assert result.speed_low < result.speed < result.speed_high
    assert (result.n, result.units, result.clusters) == (21 * 15, 21, 21)
    assert result.summary["half_life"].item() == result.half_life


def test_units_with_their_own_paths_converge_only_conditionally():
    rng = np.random.default_rng(0)
    goal, logs = rng.normal(0, 2, 30), []
    logs.append(goal + rng.normal(0, 0.5, 30))
    for _ in range(24):
        logs.append(logs[-1] - 0.3 * (logs[-1] - goal) + rng.normal(0, 0.1, 30))
    wide = pd.DataFrame(np.exp(np.array(logs).T), [f"u{i:02d}" for i in range(30)])
    panel = panel_of(wide.set_axis(range(2000, 2025), axis=1))
    assert beta_panel_conditional(panel, "y").beta == pytest.approx(-0.35, abs=0.1)
    assert beta_panel_absolute(panel, "y").beta > -0.1


def test_panel_beta_against_statsmodels():
    panel = growing_panel(noise=0.1).assign(z=np.random.default_rng(1).normal(size=21 * 16))
    flat = panel.reset_index().assign(ln=lambda d: np.log(d["y"]))
    for span in (1, 3):
        by_unit = flat.groupby("unit")["ln"]
        data = flat.assign(growth=(by_unit.shift(-span) - flat["ln"]) / span).dropna()
        groups = {"groups": pd.factorize(data["unit"])[0]}
        pooled = smf.ols("growth ~ ln + C(year)", data).fit(
            cov_type="cluster", cov_kwds=groups, use_t=True
        )
        absolute = beta_panel_absolute(panel, "y", span=span)
        assert absolute.beta == pytest.approx(pooled.params["ln"], abs=1e-10)
        assert absolute.terms["se"][0] == pytest.approx(pooled.bse["ln"], rel=1e-8)
        own = smf.ols("growth ~ ln + z + C(year) + C(unit)", data).fit()
        conditional = beta_panel_conditional(panel, "y", controls=["z"], span=span)
        assert conditional.terms["estimate"].tolist() == pytest.approx(
            [own.params["ln"], own.params["z"]], abs=1e-10
        )
        assert conditional.n == len(data)


def test_cross_section_against_statsmodels():
    panel = growing_panel(noise=0.1).assign(z=np.random.default_rng(1).normal(size=21 * 16))
    first, last = panel.xs(2006, level="year"), panel.xs(2016, level="year")
    data = first.assign(ln=np.log(first["y"]), growth=np.log(last["y"] / first["y"]) / 10)
    other = smf.ols("growth ~ ln + z", data).fit(cov_type="HC3", use_t=True)
    found = beta_cross_section(panel, "y", start=2006, end=2016, controls=["z"])
    row = found.terms.iloc[0]
    assert [row["estimate"], row["se"], row["p"], row["low"], row["high"]] == pytest.approx(
        [
            other.params["ln"],
            other.bse["ln"],
            other.pvalues["ln"],
            *other.conf_int().loc["ln"],
        ]
    )
    assert found.terms["term"].tolist() == ["ln y", "z", "const"]
    assert found.kind == "conditional, cross-section 2006-2016"


def test_half_life_is_infinite_without_convergence():
    apart = beta_panel_absolute(growing_panel(beta=0.03), "y")
    assert apart.beta > 0
    assert apart.half_life == np.inf
    assert apart.speed < 0


def test_closing_the_gap_within_a_span_has_no_finite_speed():
    fast = beta_panel_absolute(growing_panel(beta=-1.3, noise=0.05), "y")
    assert fast.speed == np.inf
    assert fast.half_life == 0


def test_missing_rows_are_left_out_by_name():
    panel = growing_panel(noise=0.1)
    panel.loc[("city 03", 2010), "y"] = np.nan
    result = beta_panel_absolute(panel, "y")
    assert result.n == 21 * 15 - 2
    lost = result.left_out[["unit", "year"]].to_numpy().tolist()
    assert sorted(map(tuple, lost)) == [("city 03", 2009), ("city 03", 2010)]
    with pytest.raises(StudyError, match="got none for city 03"):
        beta_cross_section(panel, "y", start=2010, end=2015)


def test_bad_convergence_input():
    panel = growing_panel()
    with pytest.raises(StudyError, match="start before end"):
        beta_cross_section(panel, "y", start=2010, end=2010)
    with pytest.raises(StudyError, match="vary independently"):
        beta_cross_section(panel.assign(z=1.0), "y", start=2005, end=2010, controls=["z"])
    few = panel.loc[["city 00", "city 01", "city 02"]]
    with pytest.raises(StudyError, match="units for 2 parameters"):
        beta_cross_section(few, "y", start=2005, end=2010)
    with pytest.raises(StudyError, match="span of at least one"):
        beta_panel_absolute(panel, "y", span=0)
    zero = panel.copy()
    zero.loc[("city 01", 2007), "y"] = 0
    with pytest.raises(StudyError, match="city 01 2007"):
        beta_panel_conditional(zero, "y")
    with pytest.raises(StudyError, match="got zero for city 01"):
        sigma_convergence(zero, "y", seed=1)


def test_sigma_of_a_shrinking_spread():
    panel = growing_panel(beta=-0.05)
    result = sigma_convergence(panel, "y", replications=199, seed=5)
    path = result.path[result.path["measure"] == "standard deviation of logs"]
    logs = np.log(panel["y"]).unstack()
    assert path["value"].tolist() == pytest.approx(logs.std().tolist())
    assert ((path["low"] <= path["value"] + 0.05) & (path["low"] < path["high"])).all()
    change = result.change.set_index("measure").loc["standard deviation of logs"]
    assert change["high"] < 0
    assert change["change"] == pytest.approx(path["value"].iloc[-1] - path["value"].iloc[0])
    slope = np.polyfit(path["year"], path["value"], 1)[0]
    assert change["per_year"] == pytest.approx(slope)
    assert change["per_year_low"] < slope < change["per_year_high"]
    cv = result.path[result.path["measure"] == "coefficient of variation"]["value"].iloc[0]
    assert cv == pytest.approx(
        panel.xs(2005, level="year")["y"].pipe(lambda y: y.std(ddof=0) / y.mean())
    )


def test_sigma_repeats_with_its_seed_and_needs_units():
    panel = growing_panel(years=4)
    one, two = (sigma_convergence(panel, "y", replications=50, seed=9) for _ in range(2))
    pd.testing.assert_frame_equal(one.path, two.path)
    with pytest.raises(StudyError, match="three units and two years, got 2"):
        sigma_convergence(panel.loc[["city 00", "city 01"]], "y", seed=1)
    panel.loc[("city 05", 2006), "y"] = np.nan
    with pytest.raises(StudyError, match="'y' in 2006, got none for city 05"):
        sigma_convergence(panel, "y", seed=1)


def test_sigma_of_equal_units_is_zero_with_a_zero_band():
    panel = panel_of(pd.DataFrame({2001: [2.0] * 3, 2002: [4.0] * 3}, ["a", "b", "c"]))
    result = sigma_convergence(panel, "y", replications=50, seed=1)
    assert (result.path[["value", "low", "high"]].to_numpy() == 0).all()


def test_relative_spread_starts_at_a_hundred_and_tells_points_from_proportions():
    years = range(2001, 2005)
    # everyone gains, the leader most in points and least in proportion
    wide = pd.DataFrame(
        {y: [10.0 + 4 * k, 20.0 + 5 * k, 40.0 + 6 * k] for k, y in enumerate(years)}
    )
    panel = panel_of(wide.set_axis(["a", "b", "c"]))
    found = relative_spread(panel, "y", replications=99, seed=3)
    path = found.pivot(index="year", columns="measure", values="value")
    assert (path.loc[2001] == 100).all()
    assert path.loc[2004, "standard deviation"] == pytest.approx(
        100 * wide[2004].std() / wide[2001].std()
    )
    assert path.loc[2004, "standard deviation"] > 100
    assert path.loc[2004, "coefficient of variation"] < 100
    assert path.loc[2004, "standard deviation of logs"] < 100
    assert (found["low"] <= found["high"]).all()


def test_relative_spread_needs_a_first_year_with_differences():
    wide = pd.DataFrame({2001: [2.0] * 3, 2002: [2.0, 3.0, 4.0]}, ["a", "b", "c"])
    with pytest.raises(StudyError, match="differ in 2001"):
        relative_spread(panel_of(wide), "y", replications=20, seed=1)
