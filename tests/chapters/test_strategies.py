"""Chapter 5: declared tests, links and the frontier on small known panels."""

import re

import numpy as np
import pandas as pd
import pytest
import yaml

from nqpf import data
from nqpf.chapters import (
    strategies,
    strategies_read,
    strategy_links,
    strategy_tests,
    strategy_ways,
)
from nqpf.chapters.associations import Inference
from nqpf.chapters.declared import declared_tests, level_of
from nqpf.claims.plan import family_members, load_plan
from nqpf.errors import StudyError
from nqpf.index import IndexOptions, element_hierarchy
from nqpf.paths import ROOT, SCENARIOS
from nqpf.regression.panel import fit_two_way
from nqpf.scenarios import load_scenario, load_scenarios, sizes_of

CODEBOOK = data.load_codebook("indicators")
PROVINCES = CODEBOOK[CODEBOOK["level"] == "province"]
TREE = element_hierarchy(CODEBOOK, "provinces")
UNITS = [f"P{i:02d}" for i in range(12)]
YEARS = range(2013, 2023)
QUICK = strategies.Simulation(29, 7, 0.9)


@pytest.fixture(scope="module")
def level():
    """Provinces with every raw denominator and indicator that the chapter asks for."""
    rng = np.random.default_rng(12)
    rows = pd.MultiIndex.from_product([UNITS, YEARS], names=["unit", "year"])

    def paths():
        place = rng.uniform(2, 6, size=(len(UNITS), 1))
        return (place + 0.2 * np.arange(10) + 0.5 * rng.normal(size=(12, 10))).ravel()

    outcomes = ["out_labprod2", "out_newprod_va2", "out_hitech_export_share",
                "out_newprod_rd_yield", "ctl_trade_gdp", "ctl_population", "ctl_urban"]  # fmt: skip
    frame = pd.DataFrame({name: paths() for name in [*TREE.indicators, *outcomes]}, index=rows)
    raw = pd.DataFrame(
        {name: paths() for name in ("population", "gdp_rev5", "fiscal_exp", "va_secondary",
                                    "ind_rd_exp", "rd_fte")},
        index=rows,
    )  # fmt: skip
    return level_of(frame, raw, TREE, IndexOptions(years=(2013, 2022)))


@pytest.fixture(scope="module")
def links(level):
    tests = declared_tests(data.load_codebook("associations"))
    return strategy_links.province_links(level, tests, PROVINCES)


@pytest.fixture(scope="module")
def geography():
    return pd.DataFrame({"region": ["East"] * 6 + ["West"] * 6}, index=UNITS)


@pytest.fixture
def files(tmp_path):
    def write(name, units, *, claims="[C101]", way="total: 2"):
        path = tmp_path / f"{name}.yml"
        path.write_text(
            f"title: About {name}\nlevel: provinces\nunits: {units}\nclaims: {claims}\nbound: 2\n"
            f"changes: [{{indicator: lab_rd_fte_pc, {way}}}]\n",
            encoding="utf-8",
        )

    write("provinces-core", "[P00, P01]")
    write("provinces-spread", f"[{', '.join(UNITS)}]")
    write("talent-alone", "[case]", claims="[C095]", way="sd: 0.4")
    write("capital-alone", "[case]", claims="[C095]", way="sd: 0.3")
    write("talent-and-capital", "[case]", claims="[C095]", way="sd: 0.35")
    return load_scenarios(tmp_path)


@pytest.fixture
def run(level, links, geography, files):
    applied = strategies.applied_all(files, level, PROVINCES, geography, "P03")
    table, drawn = strategies.run_all(files, applied, links, "P03", QUICK)
    return applied, table, drawn


BORDERS = pd.DataFrame({"a": UNITS[:-1], "b": UNITS[1:]})


def test_every_member_of_the_family_is_estimated_once_by_the_numbers_of_its_rule(level):
    tests, curve = strategy_tests.strategy_tests(level, BORDERS, Inference(99, 1, 0.95))
    found = strategy_tests.judged(tests)
    plan = load_plan()
    assert list(found) == family_members(plan, "strategies", "Guangdong")
    for claim, numbers in found.items():
        assert set(numbers) == set(plan[claim].statistics)
    assert len(curve.marginal) == 9


def test_the_interaction_is_per_standard_deviation_of_each_part(level):
    panel = strategy_tests.together_panel(level)
    row, curve = strategy_tests.together(level, Inference(99, 1, 0.95))
    assert panel[strategy_tests.TALENT].std() == pytest.approx(1)
    fit = fit_two_way(
        panel, "outcome", [strategy_tests.PRODUCT, strategy_tests.TALENT, strategy_tests.CAPITAL],
        log=("outcome",),
    )  # fmt: skip
    expected = fit.term(strategy_tests.PRODUCT)["estimate"]
    assert row["estimate"] == pytest.approx(expected)
    assert row["effect"] == pytest.approx(expected / np.std(fit.design.y, ddof=1))
    slopes = curve.marginal
    rise = np.diff(slopes["estimate"]) / np.diff(slopes["at"])
    np.testing.assert_allclose(rise, expected, rtol=1e-6)


def test_the_neighbours_index_is_a_mean_over_borders(level):
    panel = strategy_tests.neighbour_panel(level, BORDERS, "out_newprod_va2", ())
    own = panel[strategy_tests.OWN].unstack("unit")
    near = panel[strategy_tests.NEIGHBOURS].unstack("unit")
    assert near["P05"].to_numpy() == pytest.approx((own["P04"] + own["P06"]).to_numpy() / 2)


def test_home_share_is_what_is_not_exported(level):
    test = next(one for one in strategy_tests.SINGLE if one.id == "C108")
    link = strategy_links.link_of(level, test, None)
    assert (link.outcome + level.values["out_hitech_export_share"]).to_numpy() == pytest.approx(100)


def test_trade_is_read_year_by_year(level):
    trade = strategy_tests.trade_weight(level.values, ["P00"])
    own = level.values["ctl_trade_gdp"].xs("P00", level="unit").loc[2016:2022]
    found = strategy_tests.trend_of_trade(trade, "P00")
    assert found["trend"] == pytest.approx((own.iloc[-1] - own.iloc[0]) / 6)
    assert found["share"] == (own.diff().dropna() < 0).mean()
    with pytest.raises(StudyError, match="trade over GDP of Nowhere"):
        strategy_tests.trade_weight(level.values, ["Nowhere"])


def test_a_scenario_is_carried_by_its_claim_and_by_the_index_without_one(files, links):
    by_name = {one.name: strategy_links.link_for(one, links) for one in files}
    assert by_name["talent-alone"] == "together"
    assert by_name["provinces-core"] == "total"


def test_talent_goes_through_both_slopes_of_the_product(run, links):
    _, table, _ = run
    link = links["together"]
    assert link.product
    assert "mea_rd_gdp" not in link.hierarchy.indicators
    talent = strategies_read.effect_of(table, "talent-alone", "case")["estimate"]
    assert talent != 0


def test_core_and_spread_change_the_same_total(run, level):
    applied, _, _ = run
    size = sizes_of(PROVINCES, level.values)["lab_rd_fte_pc"].xs(2022, level="year")

    def total(indicators):
        return float((indicators["lab_rd_fte_pc"].xs(2022, level="year") * size).sum())

    before = total(strategy_links.indicators_of(level))
    for name in ("provinces-core", "provinces-spread"):
        assert total(applied[name].indicators) == pytest.approx(1.02 * before)


def test_the_frontier_ends_in_both_scenarios_and_has_spillovers_apart(run, links):
    applied, table, _ = run
    curve = strategies.frontier_of(
        links["total"], BORDERS, applied, strategies_read.PROVINCE_PAIR, QUICK
    )
    plain = curve[curve["series"] == "without spillovers"].set_index("share")
    for share, name in ((0.0, "provinces-spread"), (1.0, "provinces-core")):
        row = strategies_read.effect_of(table, name, "mean")
        assert plain.loc[share, "x"] == pytest.approx(row["estimate"])
        assert plain.loc[share, "x_low"] == pytest.approx(row["low"])
    assert plain["gap"].iloc[0] == pytest.approx(plain.loc[1.0, "x"] - plain.loc[0.0, "x"])
    assert plain["gap_low"].iloc[0] <= plain["gap"].iloc[0] <= plain["gap_high"].iloc[0]
    near = curve[curve["series"] == "with spillovers"].set_index("share")
    assert near.loc[1.0, "x"] != plain.loc[1.0, "x"]
    assert plain.loc[0.0, "y"] == pytest.approx(0, abs=1e-9)  # the same share everywhere


def test_the_frontier_says_which_scenario_is_missing(run, links):
    applied, _, _ = run
    with pytest.raises(StudyError, match=r"needs the scenario cities-core, .* in params/scenarios"):
        strategies.frontier_of(links["total"], BORDERS, applied, strategies_read.CITY_PAIR, QUICK)


def readme_example():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    part = text[text.index("**A new strategy.**") :]
    return re.search(r"```yaml\n(.*?)```", part, re.S)[1]


def test_the_readmes_example_works_the_first_time(tmp_path, level, links, geography):
    path = tmp_path / "mine.yml"
    path.write_text(readme_example(), encoding="utf-8")
    mine = [load_scenario(path)]
    applied = strategies.applied_all(mine, level, PROVINCES, geography, "P03")
    table, _ = strategies.run_all(mine, applied, links, "P03", QUICK)
    assert set(applied["mine"].changes["unit"]) == {"P03"}
    row = strategies_read.effect_of(table, "mine", "case")
    assert row["low"] <= row["high"]
    assert row["estimate"] != 0


@pytest.mark.parametrize("way", ["add: 3.0", "sd: 0.5", "total: 5"])
def test_the_other_ways_of_the_readme_work_too(tmp_path, level, geography, way):
    assert way in readme_example()
    path = tmp_path / "mine.yml"
    example = re.sub(r"percent: 10", way, readme_example())
    path.write_text(f"{example}\nbound: 2.0\n", encoding="utf-8")
    applied = strategies.applied_all([load_scenario(path)], level, PROVINCES, geography, "P03")
    assert len(applied["mine"].changes) == 1


def test_the_three_strategies_cost_the_same_and_the_pairs_share_a_total():
    files = {one.name: one for one in load_scenarios(SCENARIOS)}
    cost = {
        name: sum(change.sd for change in files[name].changes)
        for name in (strategies_read.TALENT, strategies_read.CAPITAL, strategies_read.BOTH)
    }
    assert len({round(value, 9) for value in cost.values()}) == 1
    for pair in (strategies_read.PROVINCE_PAIR, strategies_read.CITY_PAIR):
        core, spread = (files[name] for name in pair)
        assert core.changes == spread.changes
        assert all(change.total for change in core.changes)


def test_every_file_names_only_known_keys_and_claims():
    plan = load_plan()
    for path in SCENARIOS.glob("*.yml"):
        assert set(yaml.safe_load(path.read_text(encoding="utf-8"))["claims"]) <= set(plan)


def test_both_is_compared_with_the_better_alone(run):
    _, table, drawn = run
    found = strategies_read.cost_facts(table, drawn["together"], 0.9)
    better = max(found["talent_alone"], found["capital_alone"])
    assert found["both_less_estimate"] == pytest.approx(found["talent_and_capital"] - better)
    with pytest.raises(StudyError, match="needs the scenario 'talent-alone'"):
        strategies_read.cost_facts(
            table[table["scenario"] != "talent-alone"], drawn["together"], 0.9
        )


def test_one_row_per_scenario_with_its_interval(run, links, level):
    applied, table, _ = run
    moves = strategies.index_moves(table, applied, links, level, "P03")
    found = strategies_read.scenario_table([table], [moves])
    assert list(found["scenario"]) == list(table["scenario"].unique())
    by_name = found.set_index("scenario")["index"]
    span = np.ptp(level.values["lab_rd_fte_pc"])
    sd = level.values["lab_rd_fte_pc"].xs(2022, level="year").std()
    assert by_name["talent-alone"] == pytest.approx(100 / 12 * 0.4 * sd / span)  # one of twelve
    assert (found["low"] <= found["high"]).all()
    assert set(found["whose"]) == {"the case"}


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.1, 0.2, "as complements"), (-0.2, -0.1, "as substitutes"), (-0.1, 0.1, "cannot say")],
)
def test_words_follow_the_interval(low, high, words):
    assert words in strategies_read.complements({"low": low, "high": high})


def test_frontier_words_follow_the_difference_of_its_ends():
    rows = {"share": [0.0, 1.0], "series": "without spillovers", "x": [1.0, 2.0], "y": [0.0, 3.0]}
    rows |= {"x_low": -1.0, "x_high": 4.0}
    curve = pd.DataFrame({**rows, "gap": 1.0, "gap_low": -1.0, "gap_high": 3.0})
    curve = pd.concat([curve, curve.assign(series="with spillovers")])
    found = strategies_read.frontier_facts(curve)
    assert found["gap_alone"] == found["gap_near"] == 1.0
    assert "recommends neither" in found["gap_reading"]
    assert "leaves inequality as it is" in found["even_reading"]
    assert "may as well be zero" in found["sign_reading"]
    uneven = strategies_read.frontier_facts(curve.assign(gap_low=0.5, y=1.0, x_low=0.5))
    assert "may as well be zero" not in uneven["sign_reading"]
    assert "can be told without spillovers and with spillovers" in uneven["gap_reading"]
    assert "need not" in uneven["even_reading"]


def test_which_tests_are_clear_is_said_in_a_sentence():
    tests = pd.DataFrame({"id": ["C103 a", "C108"], "low": [0.1, -1.0], "high": [0.2, -0.5]})
    assert "C103 and C108 have" in strategies_read.clear_tests(tests)
    assert strategies_read.clear_tests(tests.assign(low=-1.0, high=1.0)).startswith("No interval")


def test_benchmarks_are_counted(level):
    scores = level.values["lab_rd_fte_pc"]
    ways = strategy_ways.ways_of_cities(scores, (2013, 2022), 0.95)
    assert sorted(ways["label"]) == UNITS
    facts = strategy_ways.benchmark_facts(ways)
    assert facts["behind"] == (ways["gap"] > 0).sum()
    assert facts["open_ended"] <= facts["behind"]


def test_the_case_has_a_way_on_every_indicator(level):
    ways = strategy_ways.ways_of_case(level.values, TREE, PROVINCES, "P03", (2013, 2022), 0.95)
    assert list(ways["indicator"]) == list(TREE.indicators)
    assert set(ways["element"]) == set(TREE.elements)
    assert ways["label"].notna().all()
