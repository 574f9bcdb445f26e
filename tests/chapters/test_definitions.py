"""Chapter 2: choices reach the engine, and its tables say what the index says."""

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters import (
    definitions,
    definitions_audit,
    definitions_profiles,
    definitions_shown,
    definitions_weights,
)
from nqpf.errors import StudyError
from nqpf.index import IndexOptions, build_index, element_hierarchy
from nqpf.index.uncertainty import leave_one_out

IDS = {f"{element[:3]}_{k}": element for element in definitions.ELEMENTS for k in range(3)}


@pytest.fixture(scope="module")
def codebook():
    rows = [
        {"id": i, "level": "province", "role": e, "dimension": f"name of {i}", "direction": "+",
         "default": "core", "unit": "%"}
        for i, e in IDS.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def indicators():
    rng = np.random.default_rng(8)
    index = pd.MultiIndex.from_product(
        [list("ABCDEFGHIJKL"), range(2010, 2016)], names=["unit", "year"]
    )
    level = np.repeat(rng.normal(size=(12, 1)) + 0.4 * rng.normal(size=(12, 9)), 6, axis=0)
    trend = 0.1 * (index.get_level_values("year") - 2010).to_numpy()[:, None]
    values = np.exp(level + trend + 0.1 * rng.normal(size=(72, 9)))
    return pd.DataFrame(values, index, columns=list(IDS))


@pytest.fixture(scope="module")
def geography():
    return pd.DataFrame({"region": ["East"] * 6 + ["West"] * 6}, index=list("ABCDEFGHIJKL"))


@pytest.fixture(scope="module")
def measured(codebook, indicators, geography):
    options = definitions.index_options([2010, 2015], {})
    return definitions.measure("provinces", codebook, indicators, geography, options, "C")


def test_details_of_choices_become_options_of_the_engine():
    found = definitions.index_options(
        [2010, 2015],
        {
            "coverage": 0.5,
            "treatment": {"winsorise_or_log": 3},
            "normalisation": {"minmax": [1, 100]},
            "weights": {"given": {"a": 2}},
            "element_weights": {"given": {"labourers": 1, "means": 1, "objects": 2}},
            "aggregation": {"generalised": -1.0},
        },
        ["Tibet"],
    )
    assert found == IndexOptions(
        years=(2010, 2015),
        units_excluded=("Tibet",),
        coverage=0.5,
        treatment="winsorise_or_log",
        winsorise_most=3,
        normalisation="minmax",
        scale=(1, 100),
        weights="given",
        given_weights={"a": 2},
        element_weights="given",
        given_above={"labourers": 1, "means": 1, "objects": 2},
        aggregation="generalised",
        power=-1.0,
    )
    with pytest.raises(StudyError, match="'zscore' of normalisation takes no details"):
        definitions.index_options([2010, 2015], {"normalisation": {"zscore": 3}})


def test_choices_given_for_single_indicators_are_dropped_where_others_come_in():
    given = definitions.index_options(
        [2010, 2015],
        {
            "normalisation": {"goalposts": {"a": [0, 1]}},
            "weights": {"given": {"a": 2}},
            "element_weights": {"given": {"labourers": 1, "means": 1, "objects": 2}},
            "aggregation": "geometric",
        },
    )
    plain = definitions.of_any_tree(given)
    assert plain == IndexOptions(years=(2010, 2015), aggregation="geometric")


def test_the_best_others_are_named_where_no_peers_are(measured):
    order = [unit for unit in measured.standing["unit"] if unit != "C"]
    assert measured.named == tuple(order[: definitions.NAMED])
    assert measured.standing["rank"].tolist() == sorted(measured.standing["rank"])
    assert measured.unit == "province"
    assert measured.year == 2015


def test_the_headline_is_the_standing_of_the_unit_followed(measured):
    facts = definitions_shown.headline(measured)
    row = measured.standing.set_index("unit").loc["C"]
    assert facts["case_rank"] == (int(row["rank"]),)
    assert facts["case_score"] == (pytest.approx(row["index"]),)
    assert facts["ranked"] == (12,)


def test_weights_of_every_scheme_sum_to_a_hundred_above_the_two_closing_rows(measured):
    table = definitions_weights.weights_compared(measured)
    schemes = ["weight", "importance", "entropy", "critic", "pca", "sd", "entropy_critic"]
    assert table.loc[list(IDS), schemes].sum().to_numpy() == pytest.approx(100)
    assert table.loc["effective number", "weight"] == pytest.approx(9)
    assert table.loc["largest over smallest", "weight"] == pytest.approx(1)
    narrowest = (
        table.loc["effective number", list(definitions_weights.SCHEMES)].astype(float).idxmin()
    )
    expected = definitions_weights.SCHEME_NAMES[narrowest]
    assert definitions_weights.most_lopsided(table) == expected


def test_the_rule_for_outliers_counts_the_cells_it_changes(codebook, indicators, geography):
    spiked = indicators.copy()
    spiked.iloc[[3, 40], 0] = [400.0, 300.0]
    options = definitions.index_options([2010, 2015], {})
    found = definitions.measure("provinces", codebook, spiked, geography, options, "C")
    table = definitions_weights.indicator_table(found).set_index("label")
    first = table.loc["name of lab_0"]
    assert first["rule"].startswith("winsorised") or first["rule"] == "log"
    treated = build_index(
        spiked,
        element_hierarchy(codebook, "provinces"),
        definitions.index_options([2010, 2015], {"treatment": "winsorise_or_log"}),
    ).treatment
    assert table["cells"].sum() == len(treated)
    assert first["cells"] == (treated["indicator"] == "lab_0").sum()


def test_reliability_and_factors_are_of_the_elements(measured):
    audit = definitions_audit.element_audit(measured).set_index("element")
    assert audit["indicators"].to_dict() == {"labourers": 3, "means": 3, "objects": 3, "all": 9}
    assert ((audit["alpha"] > 0) & (audit["alpha"] < 1)).all()
    facts = definitions_audit.factor_facts(measured, 1)
    assert facts["components"] >= 1
    assert 0 <= facts["agreeing"] <= 9


def test_too_few_indicators_for_a_factor_model_are_said_to_be(codebook, indicators, geography):
    few = codebook[~codebook["id"].isin(["obj_1", "obj_2"])]
    options = definitions.index_options([2010, 2015], {})
    found = definitions.measure("provinces", few, indicators, geography, options, "C")
    facts = definitions_audit.factor_facts(found, 1)
    assert facts["cfi"] is None
    assert facts["agreeing"] is None
    assert "none is fitted" in definitions_audit.model_reading(found, 1)


@pytest.mark.parametrize(
    ("gap", "said"),
    [(0.2, "visibly more"), (0.05, "cities that lead"), (-0.1, "no less")],
)
def test_kinship_is_read_from_the_gap_of_the_means(gap, said):
    assert said in definitions_audit.kinship({"within": 0.5 + gap, "across": 0.5}, "cities")


def test_a_profile_is_ordered_by_rank_and_its_facts_are_its_ends(measured):
    table = definitions_profiles.profile_table(measured)
    assert table["rank"].is_monotonic_increasing
    facts = definitions_profiles.profile_facts(measured)
    best = measured.labels[table["indicator"].iloc[0]]
    worst = measured.labels[table["indicator"].iloc[-1]]
    assert facts["strongest"][0].startswith(best)
    assert facts["weakest"][0].startswith(worst)
    assert facts["above_median"] == (int((table["score"] > table["median"]).sum()), "")


def test_every_unit_has_a_line_with_the_nearest_other(measured):
    table = definitions_profiles.city_table(measured)
    assert table["unit"].tolist() == measured.standing["unit"].tolist()
    assert (table["alike"] != table["unit"]).all()
    assert set(table["alike"]) <= set(table["unit"])
    assert table["region"].isin(["East", "West"]).all()


def test_balance_follows_the_order_of_the_index(measured):
    table = definitions_shown.balance(measured.index, measured.standing)
    assert list(dict.fromkeys(table["unit"])) == measured.standing["unit"].tolist()
    facts = definitions_shown.balance_facts(measured.standing, "C")
    own = table[table["unit"] == "C"].set_index("element")["value"]
    assert facts["strongest_element"] == (own.idxmax(),)
    assert facts["element_gap"][0] == pytest.approx(own.max() - own.min())
    assert definitions_shown.balance_facts(measured.standing, "Z")["element_gap"] == ("none",)


def test_the_largest_move_by_leaving_out_is_named(measured):
    shifts = leave_one_out(
        measured.indicators, measured.index.hierarchy, measured.index.options, year=2015
    )
    facts = definitions_shown.left_out_facts(shifts, "C", measured.labels)
    assert facts["out_largest"][0] == shifts["shift"].abs().max()
    assert facts["out_focus"][0] == shifts.loc[shifts["unit"] == "C", "shift"].abs().max()
    assert facts["out_focus_word"][0] == ("place" if facts["out_focus"][0] == 1 else "places")


def test_weights_are_named_in_words():
    assert definitions_shown.weighting("equal", "implied").startswith("equal weights")
    given = {"given": {"labourers": 1}}
    assert definitions_shown.weighting("critic", given) == (
        "CRITIC weights, elements weighted as given"
    )


def test_the_rule_for_outliers_is_told_whatever_the_normalisation(codebook, indicators, geography):
    """A ratio to the frontier takes no logs, but the table only says what the rule would do."""
    spiked = indicators.copy()
    spiked.iloc[:, 0] = np.exp(np.linspace(0, 30, 72))
    options = definitions.index_options([2010, 2015], {"normalisation": "frontier"})
    found = definitions.measure("provinces", codebook, spiked, geography, options, "C")
    table = definitions_weights.indicator_table(found).set_index("label")
    assert table.loc["name of lab_0", "rule"] == "log"
    assert table.loc["name of lab_0", "cells"] == 72
    assert table.loc["name of obj_0", "rule"] == definitions_weights.KEPT
