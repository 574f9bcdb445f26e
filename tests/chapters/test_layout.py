"""How alike the cities are: small structures by hand, the published one by its figures."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import layout
from nqpf.data import load_table
from nqpf.regional.specialisation import finger_kreinin, unido_similarity
from tests.chapters.real import raw_panel


@pytest.fixture(scope="module")
def output():
    gdp = raw_panel("cities")["gdp_rev"].xs(layout.YEAR, level="year")
    return layout.amounts(load_table("manufacturing_structure"), gdp)


@pytest.fixture(scope="module")
def pairs(output):
    return layout.pairs_of(output)


def small(**cities):
    return pd.DataFrame(cities, index=["one", "two", "three"]).T.astype(float)


def test_amounts_are_shares_of_gdp():
    table = pd.DataFrame({"city": ["A", "A"], "subsector": ["x", "y"], "value": [10, 5]})
    made = layout.amounts(table, pd.Series({"A": 200.0, "B": 1.0}))
    assert made.to_dict("index") == {"A": {"x": 20, "y": 10}}


def test_the_published_structure_is_read_as_it_stands(output):
    gdp = raw_panel("cities").loc[("Shenzhen", 2018), "gdp_rev"]
    assert output.loc["Shenzhen", layout.ELECTRONICS] == pytest.approx(0.2306 * gdp)
    assert output.shape == (9, 10)


def test_one_matrix_holds_both_measures():
    structure = small(A=[1, 0, 0], B=[1, 1, 0], C=[0, 0, 1])
    both = layout.both_similarities(structure)
    cosine, overlap = unido_similarity(structure), finger_kreinin(structure)
    for i, row in enumerate(both.index):
        for j, column in enumerate(both.columns):
            expected = cosine if i >= j else overlap
            assert both.iloc[i, j] == pytest.approx(expected.loc[row, column])
    assert np.diag(both) == pytest.approx(1)
    assert abs(list(both.index).index("A") - list(both.index).index("B")) == 1  # like beside like


def test_every_pair_stands_once_with_what_is_said_of_it(pairs):
    assert len(pairs) == 36
    assert pairs["value"].is_monotonic_decreasing
    said = pairs.set_index(["a", "b"])["said"]
    counts = said.value_counts()
    assert counts["same leading industry"] == 6
    assert counts["homogeneous"] == 1
    assert counts["together"] == 5  # of six pairs one is also in a group by leading industry
    assert (pairs["finger_kreinin"] - (1 - pairs["krugman"] / 2)).abs().max() < 1e-12


def test_similarities_agree_with_the_evidence(pairs):
    numbers = layout.similarity_numbers(pairs)
    assert numbers["C073"]["value"] == pytest.approx(0.63, abs=0.005)
    value = {frozenset((r.a, r.b)): r.value for r in pairs.itertuples()}
    assert value[frozenset(("Zhuhai", "Zhongshan"))] == pytest.approx(0.95, abs=0.005)
    assert value[frozenset(("Shenzhen", "Foshan"))] == pytest.approx(0.25, abs=0.005)
    assert (pairs["value"] > 0.8).sum() == 11


def test_contrasts_split_all_pairs():
    pairs = pd.DataFrame({"a": ["A", "A", "B"], "b": ["B", "C", "C"], "value": [0.9, 0.1, 0.3]})
    assert layout.within(pairs, ["A", "B"]).tolist() == [True, False, False]
    assert layout.touching(pairs, ["A"]).tolist() == [True, True, False]
    contrast = layout.contrast(pairs, layout.within(pairs, ["A", "B"]))
    assert contrast == {"value": pytest.approx(0.9), "reference": pytest.approx(0.2)}


def test_the_network_draws_alike_pairs_and_all_that_are_named(pairs):
    drawn = layout.drawn_pairs(pairs, layout.ALIKE)
    assert drawn["marked"].sum() == 7
    assert (drawn["value"] >= layout.ALIKE).sum() == (pairs["value"] >= layout.ALIKE).sum()
    only_named = layout.drawn_pairs(pairs, 1.1)
    assert only_named["marked"].all()
    assert (only_named["weight"] > 0).all()


def test_facts_count_the_named_among_the_alike(pairs):
    facts = layout.similarity_facts(pairs, layout.similarity_numbers(pairs))
    assert facts["alike_named"][0] <= facts["alike_count"][0]
    assert facts["together"][0] == layout.similarity_numbers(pairs)["C080"]["value"]


def test_leading_branches_are_those_of_the_published_table(output):
    numbers = layout.branch_numbers(output)
    assert numbers["C074"] == {"count": 3}
    assert numbers["C075"] == {"count": 3}
    table = load_table("manufacturing_structure").set_index(["city", "subsector"])["value"]
    gdp = raw_panel("cities")["gdp_rev"].xs(2018, level="year")
    ratio = (
        table["Shenzhen", layout.ELECTRONICS] * gdp["Shenzhen"]
        / (table["Huizhou", layout.ELECTRONICS] * gdp["Huizhou"])
    )  # fmt: skip
    assert numbers["C076"]["ratio"] == pytest.approx(ratio)


def test_framed_cells_are_the_pairs_of_both_groups():
    cells = layout.named_cells()
    assert len(cells) == 12
    assert ("Shenzhen", "Dongguan") in cells
    assert ("Dongguan", "Shenzhen") in cells
    assert ("Shenzhen", "Foshan") not in cells


def test_profile_has_a_row_per_city_and_indices_in_range(output):
    table = layout.profile(output)
    assert len(table) == 9
    assert table["herfindahl"].between(0.1, 1).all()
    assert table["krugman"].between(0, 2).all()
    assert table.set_index("city").loc["Guangzhou", "leader"] == "automobiles"


def test_traditional_branches_against_the_smaller_core():
    columns = [*layout.TRADITIONAL, "other"]
    rows = {"G": [1, 1, 1, 1, 9], "S": [2, 2, 2, 2, 9], "x": [0, 0, 0, 3, 9], "y": [5, 0, 0, 0, 9]}
    made = pd.DataFrame(rows, index=columns, dtype=float).T
    assert layout.traditional_small(made, ["G", "S"]) == {"share": 0.5, "n": 2}


def test_patents_above_the_province():
    index = pd.MultiIndex.from_product([["A", "B"], [2023]], names=["unit", "year"])
    panel = pd.DataFrame({"patents_granted": [30.0, 10], "pop_resident": [1.0, 3]}, index=index)
    patents = layout.patents_per_resident(panel, 2023)
    assert patents["above"].tolist() == [True, False]  # 30 and 3.3 against 10
    assert layout.few_excel(patents)["count"] == 1


def test_integration_scores_of_the_source():
    scores = layout.integration(load_table("city_figures"))
    assert len(scores) == 9
    assert set(scores.index[:2]) == set(layout.CORES)
    found = layout.cores_and_others(scores, layout.CORES)
    assert found["value"] == pytest.approx(scores.mean())
    assert layout.best_rank(scores, ["Guangzhou"]) <= 2
    assert layout.best_rank(pd.Series({"A": 3.0, "B": 2.0, "C": 1.0}), ["C", "B"]) == 2
