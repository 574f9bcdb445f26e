"""Chapter 5 over the multiverse: its count, its estimates, and a truth that every member finds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nqpf import data
from nqpf.chapters import multiverse_grid, strategies, strategies_specified, strategy_links
from nqpf.chapters import strategy_specifications as specified
from nqpf.chapters.declared import declared_tests, level_of
from nqpf.errors import StudyError
from nqpf.index import IndexOptions, build_index, element_hierarchy
from nqpf.paths import SCENARIOS
from nqpf.regression.multiverse.declare import Option
from nqpf.scenarios import apply_scenario, load_scenario, load_scenarios, sizes_of

CODEBOOK = data.load_codebook("indicators")
PROVINCES = CODEBOOK[CODEBOOK["level"] == "province"]
DECLARED = declared_tests(data.load_codebook("associations"))
TESTS = strategy_links.tests_of_links(DECLARED, "provinces")
CASE = "Guangdong"
SAMPLES = ("years", "units", "estimator", "controls")
QUICK = strategies.Simulation(9, 7, 0.9)


def grid_for(level, *, small=()):
    """The declared grid, with only the primary option of some choices."""
    options = data.load_codebook("multiverse"), data.load_codebook("multiverse_excluded")
    grid = multiverse_grid.grid_of(*options, "provinces", CASE, level.options)
    for choice in small:
        grid = grid.replaced(choice, [grid.primary(choice)])
    return grid


@pytest.fixture(scope="module")
def level():
    options = IndexOptions(years=(2013, 2022), units_excluded=("Tibet",))
    tree = element_hierarchy(CODEBOOK, "provinces")
    return level_of(data.load_indicators("provinces"), data.load_panel("provinces"), tree, options)


@pytest.fixture(scope="module")
def links(level):
    return strategy_links.province_links(level, DECLARED, PROVINCES)


@pytest.fixture(scope="module")
def run(level, links):
    files = [one for one in load_scenarios(SCENARIOS) if one.level == "provinces"]
    applied = strategies.applied_all(
        files, level, PROVINCES, data.load_geography("provinces"), CASE
    )
    effects, _ = strategies.run_all(files, applied, links, CASE, QUICK)
    return applied, effects


@pytest.fixture(scope="module")
def apart(level, links, run):
    """All index variants on the primary sample."""
    applied, effects = run
    grid = grid_for(level, small=SAMPLES)
    return specified.under_specifications(
        effects, applied, links, TESTS, level, grid, CODEBOOK, CASE
    )


def test_the_primary_specification_is_the_declared_estimate_of_every_scenario(apart, run):
    _, effects = run
    primary = apart[apart["primary"]].set_index(["scenario", "quantity"])["estimate"]
    declared = effects.set_index(["scenario", "quantity"])["estimate"]
    assert set(primary.index) == set(declared.index)
    np.testing.assert_allclose(primary.reindex(declared.index), declared, atol=1e-9)


def test_a_scenario_of_the_whole_index_has_as_many_specifications_as_the_grid(level, links, run):
    applied, _ = run
    grid = grid_for(level)
    built = multiverse_grid.universe_of_test(level, grid, CODEBOOK, TESTS["total"])
    wanted = {"provinces-core": applied["provinces-core"]}
    found = specified.by_choice(
        links["total"], TESTS["total"], level, grid, CODEBOOK, wanted, 2022, case=CASE
    )
    counts = specified.summarised(found.assign(label="core"))["specifications"]
    assert set(counts) == {len(built.specifications)}


def test_each_estimate_is_that_of_the_multiverse_times_the_move_of_its_own_index(level, links, run):
    applied, _ = run
    grid = grid_for(level, small=("weights", "units"))
    found = specified.by_choice(
        links["total"], TESTS["total"], level, grid, CODEBOOK,
        {"provinces-core": applied["provinces-core"]}, 2022, case=CASE,
    )  # fmt: skip
    of_case = found[found["quantity"] == "case"].reset_index(drop=True)
    estimates = multiverse_grid.estimates_over_specifications(
        level, grid, CODEBOOK, TESTS["total"], draws=9, seed=1
    )
    choices = ["indicators", "treatment", "normalisation", "aggregation", *SAMPLES]
    both = of_case.merge(estimates, on=[one for one in choices if one in of_case],
                         suffixes=("", "_slope"))  # fmt: skip
    assert len(both) == len(of_case) == len(estimates)
    plain = both[
        (both["indicators"] == "core") & (both["treatment"] == "as published")
        & (both["normalisation"] == "min-max") & (both["aggregation"] == "arithmetic")
    ]  # fmt: skip
    assert len(plain) > 5
    tree = links["total"].hierarchy
    before = build_index(level.values, tree, level.options).scores["index"]
    low, high = (getattr(strategy_links.indicators_of(level), end)() for end in ("min", "max"))
    moved = applied["provinces-core"].changes
    own = moved[moved["unit"] == CASE].set_index("indicator")
    points = (own["after"] - own["before"]) / (high - low)[own.index] * 100
    siblings = [sum(tree.parent[one] == tree.parent[i] for one in tree.indicators)
                for i in own.index]  # fmt: skip
    step = float((points / siblings).sum()) / 3 / before.std()
    expected = 100 * np.expm1(plain["estimate_slope"] * step)
    np.testing.assert_allclose(plain["estimate"], expected, rtol=1e-6)


def test_a_specification_without_a_moved_indicator_does_not_count(apart):
    by_scenario = apart.groupby("scenario")["indicators"].agg(set)
    assert "without digital finance" not in by_scenario["capital-alone"]
    assert "without education spending" not in by_scenario["talent-alone"]
    assert "without digital finance" in by_scenario["talent-alone"]
    shared = by_scenario["capital-alone"] & by_scenario["talent-alone"]
    assert by_scenario["talent-and-capital"] == shared


def test_a_single_indicator_leaves_no_index_to_vary(apart):
    single = apart[apart["link"].isin(["C108", "C109"])]
    assert (single.groupby("scenario")["specification"].nunique() == 1).all()
    assert (
        apart[apart["link"] == "total"].groupby("scenario")["specification"].nunique() > 50
    ).all()


def one_truth(level, link, slope):
    """The level and link with an outcome that is linear in the declared factor, nothing else."""
    score = build_index(level.values, link.hierarchy, level.options).scores["index"]
    units = {name: i for i, name in enumerate(score.index.get_level_values("unit").unique())}
    own = pd.Series(score.index.get_level_values("unit").map(units) * 0.05, index=score.index)
    year = pd.Series((score.index.get_level_values("year") - 2013) * 0.1, index=score.index)
    outcome = np.exp(slope * score + own + year)
    values = level.values.assign(out_newprod_va2=outcome.reindex(level.values.index))
    changed = replace(level, values=values)
    return changed, strategy_links.link_of(changed, TESTS["total"], link.size)


def test_with_one_linear_truth_all_specifications_that_nest_it_find_it(level, links, run):
    applied, _ = run
    slope = 0.02
    changed, link = one_truth(level, links["total"], slope)
    nesting = grid_for(changed, small=("indicators", "treatment", "normalisation", "weights",
                                       "aggregation"))  # fmt: skip
    wanted = {"provinces-core": applied["provinces-core"]}
    found = specified.by_choice(
        link, TESTS["total"], changed, nesting, CODEBOOK, wanted, 2022, case=CASE
    )
    of_case = found.loc[found["quantity"] == "case", "estimate"]
    moved = strategies.index_change(link, applied["provinces-core"].indicators, 2022)[CASE]
    assert len(of_case) > 40
    np.testing.assert_allclose(of_case, 100 * np.expm1(slope * moved), rtol=1e-6)


def test_other_measures_of_one_truth_find_about_the_same(level, links, run):
    applied, _ = run
    changed, link = one_truth(level, links["total"], 0.02)
    grid = grid_for(changed, small=(*SAMPLES, "indicators", "aggregation", "treatment"))
    found = specified.by_choice(
        link, TESTS["total"], changed, grid, CODEBOOK,
        {"provinces-core": applied["provinces-core"]}, 2022, case=CASE,
    )  # fmt: skip
    of_case = found[found["quantity"] == "case"]
    truth = of_case.loc[of_case["primary"], "estimate"].item()
    assert len(of_case) > 8
    assert of_case["estimate"].between(0.4 * truth, 2.5 * truth).all()


def test_coefficients_of_a_product_are_those_of_the_link(level, links, apart, run):
    applied, _ = run
    grid = grid_for(level, small=("indicators", "treatment", "normalisation", "weights",
                                  "aggregation", "years", "units", "controls"))  # fmt: skip
    wanted = {"talent-and-capital": applied["talent-and-capital"]}
    found = specified.by_choice(
        links["together"], TESTS["together"], level, grid, CODEBOOK, wanted, 2022, case=CASE
    )
    found = found[found["quantity"] == "case"].set_index("estimator")["estimate"]
    assert set(found.index) == {"within", "first differences", "unit trends"}
    for estimator, value in found.items():
        other = replace(links["together"], estimator=estimator)
        table = strategies.by_specification(
            {"own": other}, {"s": wanted["talent-and-capital"].indicators}, 2022, case=CASE
        ).set_index("quantity")
        assert value == pytest.approx(table.loc["case", "estimate"], rel=1e-6)


def test_terms_that_do_not_vary_are_an_error(level):
    rows = level.values.index[:40]
    panel = pd.DataFrame({"y": np.arange(40.0) ** 2, "factor 0": 1.0}, index=rows)
    specification = pd.DataFrame(
        {"outcome": ["y"], "factor": ["factor 0"], "controls": [""], "first": [2000],
         "last": [2030], "without": [""], "estimator": ["within"]}
    )  # fmt: skip
    with pytest.raises(StudyError, match="a regressor does not vary"):
        specified.coefficients(panel, specification, {"factor 0": panel[["factor 0"]]})


def test_the_studys_own_mean_follows_the_rules_of_the_geometric_one(level):
    power = replace(level.options, aggregation="generalised")
    grid = multiverse_grid.grid_of(
        data.load_codebook("multiverse"), data.load_codebook("multiverse_excluded"),
        "provinces", CASE, power,
    )  # fmt: skip
    own: Option = grid.primary("aggregation")
    ruled = [one.when for one in grid.excluded if one.when.get("aggregation") == own.option]
    assert {one["normalisation"] for one in ruled} == {"z-scores", "base-year goalposts"}


def test_facts_count_what_the_specifications_say(apart, run):
    _, effects = run
    found = strategies_specified.specification_facts(effects, apart)
    wide = apart[apart["quantity"] == "case"].pivot(
        index=["link", "specification"], columns="scenario", values="estimate"
    )
    talent = wide["talent-alone"].dropna()
    assert found["talent_alone_spec_specifications"] == len(talent)
    assert found["talent_alone_spec_median"] == pytest.approx(talent.median())
    assert found["talent_alone_spec_positive"] == pytest.approx(100 * (talent > 0).mean())
    three = wide[["talent-alone", "capital-alone", "talent-and-capital"]].dropna()
    more = three["talent-and-capital"] > three[["talent-alone", "capital-alone"]].max(axis=1)
    assert found["specified_both"] == len(three)
    assert found["specified_better"] == pytest.approx(100 * more.mean())
    assert 0 <= found["specified_better"] <= found["specified_complements"] <= 100
    with pytest.raises(StudyError, match="no specification holds the scenario elsewhere"):
        strategies_specified.gap_facts(apart, ("elsewhere", "provinces-spread"))


def test_the_table_stands_beside_the_declared_estimates(apart, run):
    _, effects = run
    table = strategies_specified.specification_table([effects], [specified.summarised(apart)])
    assert list(table["scenario"]) == list(effects["scenario"].unique())
    facts = strategies_specified.table_facts(table, ["C108", "C109"])
    crosses = (table["low"] <= 0) & (table["high"] >= 0)
    assert facts["inside"] == crosses.sum()
    assert facts["opposite"] == (table["median"] * table["estimate"] < 0).sum()
    counts = table.set_index("label")["specifications"]
    for label in ("A fifth more sales over platforms", "A tenth more inventions of one's own"):
        assert f"{label}: {counts[label]}" in facts["single_reading"]
    assert "No scenario" in strategies_specified.table_facts(table, [])["single_reading"]


def test_a_scenario_may_move_what_the_factor_does_not_hold(tmp_path, level, links):
    path = tmp_path / "mine.yml"
    path.write_text(
        "title: More sales of technology\nlevel: provinces\nunits: [case]\nclaims: [C095]\n"
        "changes: [{indicator: obj_techmarket_gdp, percent: 10}]\n",
        encoding="utf-8",
    )
    regions = data.load_geography("provinces")["region"]
    values = strategy_links.indicators_of(level)
    mine = apply_scenario(
        load_scenario(path), values, regions, CASE, sizes_of(PROVINCES, level.values)
    )
    found = specified.by_choice(
        links["together"], TESTS["together"], level, grid_for(level, small=SAMPLES), CODEBOOK,
        {"mine": mine}, 2022, case=CASE,
    )  # fmt: skip
    assert len(found) > 0
    np.testing.assert_allclose(found["estimate"], 0, atol=1e-9)


def test_half_of_each_is_more_than_the_mean_of_both_where_the_product_is_positive(run):
    _, effects = run
    names = ("talent-alone", "capital-alone", "talent-and-capital")
    logs = np.array([[0.2, 0.1, 0.16], [0.2, 0.1, 0.14], [0.2, 0.1, 0.21]])
    apart = pd.DataFrame(
        [(i, name, "case", 100 * np.expm1(value))
         for i, row in enumerate(logs) for name, value in zip(names, row, strict=True)],
        columns=["specification", "scenario", "quantity", "estimate"],
    )  # fmt: skip
    found = strategies_specified.specification_facts(effects, apart)
    assert found["specified_complements"] == pytest.approx(200 / 3)
    assert found["specified_better"] == pytest.approx(100 / 3)
