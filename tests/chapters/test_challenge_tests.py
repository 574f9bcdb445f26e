"""The four declared tests: partial correlation, slopes by region, and the two of the cities."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import challenge_tests, declared, definitions
from nqpf.chapters.associations import Inference
from nqpf.data import load_adjacency, load_codebook, load_geography
from nqpf.errors import StudyError
from nqpf.index import element_hierarchy
from tests.chapters.real import indicator_panel, raw_panel

QUICK = Inference(draws=999, seed=5, level=0.95)


def made_up(slope, noise=1.0, n=200, seed=2):
    """Base and growth that share a cause, intensity, and beyond it a slope."""
    rng = np.random.default_rng(seed)
    intensity = rng.normal(size=n)
    base = 2 * intensity + rng.normal(size=n)
    growth = -3 * intensity + slope * (base - 2 * intensity) + noise * rng.normal(size=n)
    table = pd.DataFrame({"base": base, "growth": growth, "intensity": intensity})
    for column in ("base", "growth"):
        slopes = np.polyfit(table["intensity"], table[column], 1)
        table[f"{column}_left"] = table[column] - np.polyval(slopes, table["intensity"])
    return table


def test_partial_correlation_sees_through_a_common_cause():
    table = made_up(slope=0.0)
    assert table["base"].corr(table["growth"]) < -0.5
    result = challenge_tests.partial_correlation(table, QUICK)
    assert abs(result["estimate"]) < 0.2
    assert result["p"] > 0.05
    assert result["low"] < 0 < result["high"]


def test_partial_correlation_keeps_its_size_over_many_samples():
    found = [
        challenge_tests.partial_correlation(made_up(0.0, n=30, seed=seed), Inference(199, 5, 0.95))
        for seed in range(100)
    ]
    assert 0.01 <= np.mean([result["p"] < 0.05 for result in found]) <= 0.11
    assert np.mean([result["p"] for result in found]) == pytest.approx(0.5, abs=0.08)


def test_partial_correlation_finds_a_slope_and_is_the_textbook_formula():
    table = made_up(slope=1.0)
    result = challenge_tests.partial_correlation(table, QUICK)
    r = table[["base", "growth", "intensity"]].corr().to_numpy()
    formula = (r[0, 1] - r[0, 2] * r[1, 2]) / np.sqrt((1 - r[0, 2] ** 2) * (1 - r[1, 2] ** 2))
    assert result["estimate"] == pytest.approx(formula)
    assert result["p"] == pytest.approx(1 / 1000)  # no draw is as far out
    assert result["low"] > 0
    assert result["n"] == 200


def test_partial_correlation_repeats_with_its_seed():
    table = made_up(slope=0.1)
    assert challenge_tests.partial_correlation(table, QUICK) == (
        challenge_tests.partial_correlation(table, QUICK)
    )


def test_old_base_is_that_of_the_raw_figures():
    raw = raw_panel("provinces")
    table = challenge_tests.old_base(indicator_panel("provinces"), raw["hitech_revenue"], ["Tibet"])
    assert "Tibet" not in table.index
    assert len(table) == 30
    revenue = raw["hitech_revenue"]
    expected = np.log(revenue["Guangdong", 2022] / revenue["Guangdong", 2013])
    assert table.loc["Guangdong", "growth"] == pytest.approx(expected)
    for column in ("base_left", "growth_left"):
        assert table[column].mean() == pytest.approx(0, abs=1e-9)
        assert table[column].corr(table["intensity"]) == pytest.approx(0, abs=1e-9)


def test_too_few_provinces_are_an_error():
    raw = raw_panel("provinces")
    most = list(raw.index.unique("unit"))[:25]
    with pytest.raises(StudyError, match="provinces with base and growth"):
        challenge_tests.old_base(indicator_panel("provinces"), raw["hitech_revenue"], most)


@pytest.fixture(scope="module")
def slopes():
    choices = {
        "coverage": 0.65, "treatment": "none", "normalisation": "minmax", "weights": "equal",
        "weights_scope": "pooled", "element_weights": "equal", "aggregation": "arithmetic",
        "missing": "complete",
    }  # fmt: skip
    level = declared.level_of(
        indicator_panel("provinces"),
        raw_panel("provinces"),
        element_hierarchy(load_codebook("indicators"), "provinces"),
        definitions.index_options([2013, 2022], choices, ["Tibet"]),
    )
    tests = declared.declared_tests(load_codebook("associations"))
    regions = load_geography("provinces")["region"]
    total = next(test for test in tests if test.id == "total")
    east = list(regions.index[regions == "East"])
    return challenge_tests.slopes_by_region(level, total, east, QUICK)


def test_the_difference_is_inside_less_elsewhere(slopes):
    rows = slopes.set_index("term")
    assert list(rows.index) == ["inside", "elsewhere", "difference"]
    gap = rows.loc["inside", "estimate"] - rows.loc["elsewhere", "estimate"]
    assert rows.loc["difference", "estimate"] == pytest.approx(gap)
    assert (rows["low"] <= rows["effect"]).all()
    assert (rows["effect"] <= rows["high"]).all()


@pytest.fixture(scope="module")
def by_city():
    return challenge_tests.city_tests(
        indicator_panel("cities"), load_adjacency("cities"), (2007, 2021), QUICK
    )


def test_city_tests_use_the_declared_years_and_all_sign_vectors(by_city):
    assert set(by_city) == {"C072", "C077"}
    for row in by_city.values():
        assert (row["first"], row["last"]) == (2007, 2018)
        assert row["units"] == 21
        assert row["exact"]


def test_neighbours_firms_are_the_mean_of_those_that_share_a_border(by_city):
    assert by_city["C077"]["factor"] == "neighbours"
    assert by_city["C077"]["n"] < by_city["C072"]["n"]  # a gap of one city is one of its neighbours


def test_the_family_holds_what_the_plan_asks_for(slopes, by_city):
    correlation = {"estimate": 0.1, "low": -0.2, "high": 0.4, "p": 0.3, "n": 30}
    members = challenge_tests.family(correlation, slopes, by_city, "fig-04-1-x")
    assert set(members) == {"C043", "C045", "C072", "C077"}
    assert {row["exhibit"] for row in members.values()} == {"fig-04-1-x"}
    assert members["C045"]["effect"] == slopes["effect"].iloc[-1]
    without = challenge_tests.family(correlation, slopes, {}, "fig-04-1-x")
    assert set(without) == {"C043", "C045"}


def test_all_estimates_stand_on_one_scale(slopes, by_city):
    correlation = {"estimate": 0.1, "low": -0.2, "high": 0.4, "p": 0.3, "n": 30}
    table = challenge_tests.shown(correlation, slopes, by_city)
    assert len(table) == 6
    city = table.set_index("claim_id").loc["C072"]
    scale = by_city["C072"]["effect"] / by_city["C072"]["estimate"]
    assert city["estimate"] == pytest.approx(by_city["C072"]["effect"])
    assert city["high"] == pytest.approx(by_city["C072"]["high"] * scale)
    assert (table["low"] <= table["estimate"]).all()
