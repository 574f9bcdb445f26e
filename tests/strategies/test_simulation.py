"""Scenarios on data with a known effect, and identities that hold whatever the data."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.index import IndexOptions
from nqpf.regional.inequality import theil_t
from nqpf.regression.chain import expanded_ends
from nqpf.scenarios import (
    Reader,
    Scenario,
    apply_scenario,
    by_specification,
    contrast,
    coverage,
    index_change,
    mixtures,
    simulate,
)
from nqpf.scenarios.coverage import known_truth
from nqpf.scenarios.link import measure_of, regressors
from nqpf.scenarios.simulation import effects
from nqpf.scenarios.slopes import slopes


@pytest.fixture(scope="module")
def known():
    rng = np.random.default_rng(3)
    return known_truth(rng, units=15, years=8, effect=0.6, persistence=0.4)


def run(link, scenarios, **changes):
    settings = {"case": "unit 00", "replications": 49, "seed": 4, "level": 0.9} | changes
    return simulate(link, scenarios, 7, **settings)


def value(simulated, scenario, quantity, column="estimate"):
    return simulated.table.set_index(["scenario", "quantity"]).loc[(scenario, quantity), column]


def test_the_effect_is_slope_times_change_of_the_index(known):
    link, changed, _ = known
    found = run(link, {"s": changed})
    measure = measure_of(link, np.arange(15))
    slope = slopes(link, regressors(link, link.prepared.values, measure), np.ones(15, int))[0]
    moved = index_change(link, changed, 7)
    assert (moved.drop("unit 00") == 0).all()
    expected = 100 * np.expm1(slope * moved["unit 00"])
    assert value(found, "s", "case") == pytest.approx(expected)


def test_mean_and_inequality_are_those_of_the_outcomes_after(known):
    link, changed, _ = known
    rng = np.random.default_rng(1)
    size = pd.Series(rng.uniform(1, 3, len(link.outcome)), index=link.outcome.index)
    link = replace(link, size=size)
    found = run(link, {"s": changed})
    now = pd.DataFrame({"y": link.outcome, "w": size}).xs(7, level="year")
    after = now["y"].copy()
    after["unit 00"] *= 1 + value(found, "s", "case") / 100
    mean = np.average(after, weights=now["w"]) / np.average(now["y"], weights=now["w"])
    theil = theil_t(after, now["w"]) / theil_t(now["y"], now["w"])
    assert value(found, "s", "mean") == pytest.approx(100 * (mean - 1))
    assert value(found, "s", "theil") == pytest.approx(100 * (theil - 1))


def gappy(link):
    """A unit without an outcome in some years, one without an indicator, one without both."""
    outcome, indicators = link.outcome.copy(), link.indicators.copy()
    outcome.loc[[("unit 03", 2), ("unit 03", 3), ("unit 09", 0), ("unit 09", 7)]] = np.nan
    indicators.loc[[("unit 05", 4), ("unit 09", 1)], "skill"] = np.nan
    return replace(link, outcome=outcome, indicators=indicators)


VARIANTS = {
    "plain": {},
    "first differences": {"estimator": "first differences"},
    "long difference": {"estimator": "long difference"},
    "unit trends": {"estimator": "unit trends"},
    "product": {"nodes": ("labourers", "means"), "product": True},
    "one indicator": {"nodes": ("patents", "labourers")},
    "entropy": {"options": IndexOptions(weights="entropy", element_weights="implied")},
    "weights of each year": {
        "options": IndexOptions(
            weights="entropy", weights_scope="yearly", element_weights="implied"
        )
    },
    "base year": {"options": IndexOptions(normalisation="minmax_base")},
    "geometric": {"options": IndexOptions(aggregation="geometric", weights="sd")},
    "topsis": {"options": IndexOptions(aggregation="topsis", weights="critic")},
    "ranks": {"options": IndexOptions(normalisation="rank", missing="available")},
}


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("near", [False, True])
def test_samples_at_once_have_the_effects_of_each_alone(known, name, near):
    link = replace(gappy(known[0]), **VARIANTS[name])
    if near:
        pairs = pd.DataFrame({"a": link.units[:-1], "b": link.units[1:]})
        extra = np.random.default_rng(2).normal(size=(len(link.outcome), 1))
        controls = pd.DataFrame(extra, index=link.outcome.index, columns=["z"])
        link = replace(link, adjacency=pairs, controls=controls)
    changed = link.indicators.copy()
    changed.loc[("unit 00", 7), "skill"] += 1.0
    after = {"s": link.changed(changed), "none": link.prepared.values}
    drawn = np.sort(np.random.default_rng(6).integers(0, 15, (6, 15)), axis=1)
    drawn = np.append(drawn, [np.repeat([0, 2, 4, 6, 8], 3), np.arange(15)], axis=0)
    together, reader = effects(link, after, drawn, 7), Reader(link, 7, "unit 00")
    for scenario, found in together.items():
        read = reader.read(found)
        for i, one in enumerate(drawn):
            alone = effects(link, after, one, 7)[scenario]
            np.testing.assert_allclose(found[i], alone, rtol=1e-11, atol=1e-13)
            for quantity, own in reader.read(alone).items():
                assert read[quantity][i] == pytest.approx(own, rel=1e-11, abs=1e-12)


def copied(link, drawn):
    """The link on a panel in which units drawn again stand as units of their own."""

    def again(table):
        parts = [table.xs(link.units[code], level="unit") for code in drawn]
        names = [f"copy {place:02d}" for place in range(len(drawn))]
        return pd.concat(parts, keys=names, names=["unit", "year"])

    return replace(link, outcome=again(link.outcome), indicators=again(link.indicators))


@pytest.mark.parametrize("estimator", ["within", "first differences", "unit trends"])
def test_units_drawn_several_times_weigh_as_copies_of_them(known, estimator):
    link = replace(gappy(known[0]), estimator=estimator)
    drawn = np.array([0, 0, 0, 1, 3, 3, 5, 5, 6, 8, 9, 9, 9, 10, 14])
    apart = copied(link, drawn)
    whole = np.arange(15)
    one, other = measure_of(link, drawn), measure_of(apart, whole)
    counts = np.bincount(drawn, minlength=15)
    weighted = slopes(link, regressors(link, link.prepared.values, one), counts)
    X = regressors(apart, apart.prepared.values, other)
    np.testing.assert_allclose(weighted, slopes(apart, X, np.ones(15, int)), rtol=1e-11)


def test_nothing_changed_nothing_moves(known):
    link, _, _ = known
    found = run(link, {"none": link.indicators})
    assert not found.table[["estimate", "low", "high"]].to_numpy().any()


def test_the_interval_comes_from_the_seed_and_narrows_with_the_level(known):
    link, changed, _ = known
    one, same = run(link, {"s": changed}), run(link, {"s": changed})
    pd.testing.assert_frame_equal(one.table, same.table)
    wide = run(link, {"s": changed}, level=0.98)
    assert value(wide, "s", "case", "low") < value(one, "s", "case", "low")


def test_an_outcome_in_levels_changes_in_its_unit(known):
    link, changed, _ = known
    plain = replace(link, outcome=np.log(link.outcome), log=False)
    found = run(plain, {"s": changed})
    logged = run(link, {"s": changed})
    assert value(found, "s", "case") == pytest.approx(
        np.log1p(value(logged, "s", "case") / 100), rel=1e-9
    )
    assert "theil" not in set(found.table["quantity"])


def test_a_contrast_is_taken_replication_by_replication(known):
    link, changed, _ = known
    half = (link.indicators + changed) / 2
    found = run(link, {"all": changed, "half": half})
    both = contrast(found, "all", "half", "case", 0.9)
    drawn = found.replicates[("all", "case")] - found.replicates[("half", "case")]
    low, high = np.quantile(drawn, expanded_ends(0.9, found.units))
    assert (both["low"], both["high"]) == pytest.approx((low, high))
    assert both["estimate"] == pytest.approx(
        value(found, "all", "case") - value(found, "half", "case")
    )
    assert both["share"] == (drawn > 0).mean()


def make(units, **way):
    return Scenario(
        title="same total", level="provinces", units=units, bound=2.0,
        changes=[{"indicator": "skill", **way}],
    )  # fmt: skip


@pytest.fixture
def shared(known):
    link, _, _ = known
    rng = np.random.default_rng(8)
    sizes = pd.DataFrame({"skill": rng.uniform(1, 9, len(link.outcome))}, index=link.outcome.index)
    regions = pd.Series("East", index=link.units)
    apply = [
        apply_scenario(make(units, total=3.0), link.indicators, regions, "unit 00", sizes)
        for units in (["unit 01", "unit 02"], list(link.units))
    ]
    return link, sizes["skill"], *apply


def total(indicators, sizes):
    return float((indicators["skill"] * sizes).xs(7, level="year").sum())


def test_concentrated_and_spread_have_the_same_total(shared):
    link, sizes, core, spread = shared
    before = total(link.indicators, sizes)
    for applied in (core, spread):
        assert total(applied.indicators, sizes) == pytest.approx(1.03 * before)
    assert core.changes["unit"].nunique() == 2
    assert spread.changes["unit"].nunique() == 15
    steps = core.changes["after"] - core.changes["before"]
    assert steps.iloc[0] == pytest.approx(steps.iloc[1])  # shared out by size


def test_mixtures_keep_the_total_and_end_in_both_scenarios(shared):
    link, sizes, core, spread = shared
    mixed = mixtures(core, spread, [0.0, 0.4, 1.0], link.indicators)
    for indicators in mixed.values():
        assert total(indicators, sizes) == pytest.approx(1.03 * total(link.indicators, sizes))
    pd.testing.assert_frame_equal(mixed[1.0], core.indicators)
    pd.testing.assert_frame_equal(mixed[0.0], spread.indicators)


def test_a_total_without_a_size_is_refused(known):
    link, _, _ = known
    regions = pd.Series("East", index=link.units)
    with pytest.raises(StudyError, match="total cannot change; indicators with a size: none"):
        apply_scenario(make(["unit 01"], total=3.0), link.indicators, regions, "unit 00")


def test_specifications_are_shown_apart(known):
    link, changed, _ = known
    links = {"declared": link, "differences": replace(link, estimator="first differences")}
    table = by_specification(links, {"s": changed}, 7, case="unit 00")
    own = table[table["quantity"] == "case"].set_index("specification")["estimate"]
    assert own["declared"] == pytest.approx(value(run(link, {"s": changed}), "s", "case"))
    assert own["differences"] != own["declared"]


def test_a_year_without_outcomes_is_refused(known):
    link, changed, _ = known
    early = replace(link, outcome=link.outcome[link.outcome.index.get_level_values("year") < 7])
    with pytest.raises(StudyError, match="need outcome and index of two units in 7"):
        run(early, {"s": changed})


def test_intervals_cover_a_known_truth_about_as_often_as_they_say():
    table = coverage(simulations=40, units=20, years=8, replications=99, seed=11, level=0.9)
    assert abs(table["estimate"].mean() - table["truth"].mean()) < 3 * table["estimate"].sem()
    assert 0.75 <= table["covered"].mean() <= 1.0
    assert not table["covered"].all()  # an interval that always covers is too wide


def test_a_slope_of_zero_is_not_found_by_the_interval():
    table = coverage(simulations=20, units=20, years=8, effect=0.0, replications=99, seed=2)
    assert (table["truth"] == 0).all()
    assert table["covered"].mean() >= 0.8
