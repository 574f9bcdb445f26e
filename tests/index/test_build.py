"""Whole indices: COINr's, stage by stage, and what happens to unfit panels and choices."""

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.index import IndexOptions, build_index, hierarchy_from_tree
from nqpf.index.options import AGGREGATIONS, NORMALISATIONS, WEIGHTS
from nqpf.index.treatment import denominate
from tests.index.panels import ELEMENTS, panel, tree

KEYS = {"UnitCode": "unit", "uCode": "unit", "Year": "year", "Time": "year"}


def read(folder, name):
    return pd.read_csv(folder / name).rename(columns=KEYS).set_index(["unit", "year"])


@pytest.fixture(scope="module")
def asem(golden):
    """COINr's example: 51 countries, 49 indicators, eight pillars, two sub-indices, one index."""
    folder = golden("coinr_asem")
    meta = pd.read_csv(folder / "iMeta.csv")
    nodes = meta[meta["Type"].isin(["Indicator", "Aggregate"])].rename(
        columns={"iCode": "id", "Parent": "parent", "Weight": "weight", "Direction": "direction"}
    )
    by = meta.dropna(subset=["Denominator"]).set_index("iCode")["Denominator"].to_dict()
    return folder, hierarchy_from_tree(nodes), by


class TestCoinrStages:
    """Each stage from COINr's own table of the stage before, then all of them in one go."""

    options = IndexOptions(
        treatment="winsorise_or_log",
        winsorise_most=6,
        weights="given",
        element_weights="given",
        coverage=0,
    )

    def test_denominated(self, asem):
        folder, tree_, by = asem
        raw = read(folder, "iData.csv")
        found = denominate(raw[list(tree_.indicators)], raw, by)
        expected = read(folder, "stage_denominated.csv")[list(tree_.indicators)]
        pd.testing.assert_frame_equal(found, expected, rtol=0, atol=1e-6, check_dtype=False)

    def test_treated(self, asem):
        folder, tree_, _ = asem
        imputed = read(folder, "stage_imputed.csv")
        result = build_index(imputed, tree_, self.options)
        expected = read(folder, "stage_treated.csv")[list(tree_.indicators)]
        pd.testing.assert_frame_equal(
            result.treated, expected, rtol=0, atol=1e-6, check_dtype=False
        )
        summary = pd.read_csv(folder / "treat_summary.csv").set_index("IndCode")
        cells = result.treatment.groupby(["indicator", "treatment"]).size().unstack(fill_value=0)
        cells = cells.reindex(summary.index, fill_value=0)
        assert (cells["winsorised, high"] == summary["High"]).all()
        assert (cells["winsorised, low"] == summary["Low"]).all()

    def test_normalised(self, asem):
        folder, tree_, _ = asem
        result = build_index(read(folder, "stage_treated.csv"), tree_, IndexOptions(coverage=0))
        expected = read(folder, "stage_normalised.csv")[list(tree_.indicators)]
        pd.testing.assert_frame_equal(
            result.normalised, expected, rtol=0, atol=1e-6, check_dtype=False
        )

    def test_aggregated_and_ranked_from_the_raw_data(self, asem):
        folder, tree_, by = asem
        raw = read(folder, "iData.csv")
        denominated = denominate(raw[list(tree_.indicators)], raw, by)
        # COINr fills with means of Europe and Asia; the study fills nothing, so only the test does
        imputed = denominated.groupby(raw["EurAsia_group"]).transform(lambda c: c.fillna(c.mean()))
        expected = read(folder, "stage_imputed.csv")[list(tree_.indicators)]
        pd.testing.assert_frame_equal(imputed, expected, rtol=0, atol=1e-6, check_dtype=False)

        result = build_index(imputed, tree_, self.options)
        nodes = list(tree_.nodes)
        expected = read(folder, "stage_aggregated.csv")[nodes]
        pd.testing.assert_frame_equal(result.scores, expected, rtol=0, atol=1e-6)

        # the published ranks are those of the published scores, of two digits, ties included
        printed = result.scores.droplevel("year").round(2)
        scores = pd.read_csv(folder / "scores.csv").set_index("UnitCode")[nodes]
        assert (printed.reindex(scores.index) - scores).abs().max().max() < 1e-9
        ranks = pd.read_csv(folder / "ranks.csv").set_index("UnitCode")[nodes]
        found = printed.rank(ascending=False, method="min").reindex(ranks.index)
        assert (found == ranks).all().all()


def test_the_plain_index_is_the_mean_of_element_means_of_minmax_scores():
    data = panel()
    result = build_index(data, tree(directions=[1, 1, -1, 1, 1, 1]))
    scores = (data - data.min()) / (data.max() - data.min()) * 100
    scores["i2"] = 100 - scores["i2"]
    elements = pd.DataFrame(
        {e: scores[[f"i{k}", f"i{k + 3}"]].mean(axis=1) for k, e in enumerate(ELEMENTS)}
    )
    pd.testing.assert_frame_equal(result.scores[list(ELEMENTS)], elements)
    pd.testing.assert_series_equal(result.scores["index"], elements.mean(axis=1), check_names=False)
    assert list(result.scores.columns) == ["index", *ELEMENTS]
    assert result.ranks["index"].groupby(level="year").min().eq(1).all()
    assert (result.share == 1).all()


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("element_weights", ["equal", "implied"])
def test_every_combination_of_weights_and_aggregation_gives_an_index(
    aggregation, weights, element_weights
):
    options = IndexOptions(
        aggregation=aggregation, weights=weights, element_weights=element_weights
    )
    result = build_index(panel(), tree(), options)
    assert np.isfinite(result.scores).all().all()
    table = result.weights
    assert table["effective"].sum() == pytest.approx(1)
    assert table.groupby("element")["within"].sum().to_numpy() == pytest.approx(1)
    per_element = table.groupby("element")["effective"].sum().to_numpy()
    if element_weights == "equal":
        assert per_element == pytest.approx(1 / 3)


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_every_normalisation_gives_an_index(normalisation):
    data = panel()
    posts = {c: (data[c].min() - 1, data[c].max() + 1) for c in data}
    options = IndexOptions(normalisation=normalisation, goalposts=posts, reference="u02")
    result = build_index(data, tree(), options)
    assert np.isfinite(result.scores).all().all()
    if normalisation == "reference":
        assert result.normalised.loc[("u02", 2010)].to_numpy() == pytest.approx(100)
    if normalisation == "goalposts":
        assert result.normalised.min().min() > 0
        assert result.normalised.max().max() < 100


def test_weights_of_the_base_year_and_of_every_year_use_only_their_rows():
    data = panel(units=12)
    first = data.xs(2010, level="year", drop_level=False)
    base = build_index(data, tree(), IndexOptions(weights="critic", weights_scope="base"))
    alone = build_index(first, tree(), IndexOptions(weights="critic"))
    pd.testing.assert_frame_equal(base.weights, alone.weights)
    yearly = build_index(data, tree(), IndexOptions(weights="critic", weights_scope="yearly"))
    assert yearly.weights.index.names == ["year", "indicator"]
    pd.testing.assert_frame_equal(yearly.weights.loc[2010], alone.weights)
    assert yearly.weights.groupby(level="year")["effective"].sum().to_numpy() == pytest.approx(1)


def test_the_base_year_of_weights_and_of_mazziotta_pareto_can_be_chosen():
    data = panel(units=12)
    year = data.xs(2013, level="year", drop_level=False)
    chosen = IndexOptions(weights="sd", weights_scope="base", base_year=2013)
    pd.testing.assert_frame_equal(
        build_index(data, tree(), chosen).weights,
        build_index(year, tree(), IndexOptions(weights="sd")).weights,
    )
    options = IndexOptions(aggregation="mazziotta_pareto", base_year=2013)
    scores = build_index(data, tree(), options).normalised.xs(2013, level="year")
    assert scores.mean().to_numpy() == pytest.approx(100)


def test_elements_may_have_weights_of_their_own():
    nodes = tree().tree()
    nodes.loc[nodes["id"] == "objects", "weight"] = 2.0
    nodes.loc[nodes["id"] == "i0", "weight"] = 9.0
    weighted = hierarchy_from_tree(nodes)
    options = IndexOptions(weights="sd", element_weights="given")
    result = build_index(panel(), weighted, options)
    per_element = result.weights.groupby("element")["effective"].sum()
    assert per_element[list(ELEMENTS)].tolist() == pytest.approx([0.25, 0.25, 0.5])
    plain = build_index(panel(), tree(), IndexOptions(weights="sd"))
    assert result.weights["within"].to_numpy() == pytest.approx(plain.weights["within"].to_numpy())
    nominal = build_index(panel(), weighted, IndexOptions(weights="given")).weights
    assert nominal.loc["i0", "within"] == pytest.approx(0.9)


def test_tied_units_share_the_better_rank():
    data = panel()
    data.loc["u06"] = data.loc["u01"].to_numpy()
    ranks = build_index(data, tree()).ranks["index"].xs(2012, level="year")
    assert ranks["u06"] == ranks["u01"] == (ranks < ranks["u01"]).sum() + 1


def test_yearly_minmax_equals_indices_of_single_years():
    data = panel()
    yearly = build_index(data, tree(), IndexOptions(normalisation="minmax_yearly"))
    one = data.xs(2012, level="year", drop_level=False)
    alone = build_index(one, tree())
    pd.testing.assert_frame_equal(
        yearly.scores.xs(2012, level="year"), alone.scores.xs(2012, level="year")
    )


def test_the_base_year_can_be_chosen():
    data = panel()
    options = IndexOptions(normalisation="minmax_base", base_year=2013)
    scores = build_index(data, tree(), options).normalised.xs(2013, level="year")
    assert scores.min().to_numpy() == pytest.approx(0, abs=1e-9)
    assert scores.max().to_numpy() == pytest.approx(100)
    with pytest.raises(StudyError, match="year 1999"):
        build_index(data, tree(), IndexOptions(normalisation="minmax_base", base_year=1999))


def test_a_unit_year_with_a_gap_has_no_score_unless_asked_for():
    data = panel()
    data.loc[("u03", 2012), "i4"] = np.nan
    complete = build_index(data, tree())
    gap = complete.scores.loc[("u03", 2012)]
    assert gap[["index", "means"]].isna().all()
    assert gap[["labourers", "objects"]].notna().all()
    assert complete.scores.isna().sum().sum() == 2
    assert complete.share[("u03", 2012)] == pytest.approx(5 / 6)
    available = build_index(data, tree(), IndexOptions(missing="available"))
    assert available.scores.loc[("u03", 2012), "means"] == pytest.approx(
        available.normalised.loc[("u03", 2012), "i1"]
    )
    assert available.scores.notna().all().all()


def test_a_unit_without_data_is_left_out_and_named():
    data = panel()
    data.loc["u05"] = np.nan
    result = build_index(data, tree())
    assert "u05" not in result.scores.index.get_level_values("unit")
    left_out = result.screening.query("not kept").set_index("id")["reason"]
    assert left_out.to_dict() == {"u05": "no data"}


def test_an_indicator_without_data_is_left_out_and_named_or_an_error_if_its_element_empties():
    data = panel()
    data["i4"] = np.nan
    result = build_index(data, tree())
    assert result.hierarchy.indicators == ("i0", "i1", "i2", "i3", "i5")
    assert result.screening.set_index("id").loc["i4", "reason"] == "no data"
    data["i1"] = np.nan
    with pytest.raises(StudyError, match="'means' has no indicator left"):
        build_index(data, tree())


@pytest.mark.parametrize("value", [3.7, 0.0])
def test_a_constant_or_all_zero_indicator_is_an_error_that_names_it(value):
    data = panel().assign(i3=value)
    with pytest.raises(StudyError, match="'i3' does not vary"):
        build_index(data, tree())


def test_an_indicator_constant_in_one_year_fails_only_where_that_matters():
    data = panel()
    data.loc[(slice(None), 2010), "i3"] = 1.0
    assert build_index(data, tree()).scores.notna().all().all()
    for options, where in (
        (IndexOptions(normalisation="minmax_yearly"), "within a year"),
        (IndexOptions(normalisation="minmax_base"), "in the base year"),
        (IndexOptions(weights="entropy", weights_scope="yearly"), "within a year"),
    ):
        with pytest.raises(StudyError, match=f"'i3' does not vary {where}"):
            build_index(data, tree(), options)


def test_a_single_unit_is_scored_against_its_own_history():
    data = panel().loc[["u02"]]
    result = build_index(data, tree())
    assert result.scores["index"].between(0, 100).all()
    assert (result.ranks == 1).all().all()
    with pytest.raises(StudyError, match="does not vary within a year"):
        build_index(data, tree(), IndexOptions(normalisation="minmax_yearly"))


def test_a_single_unit_in_a_single_year_is_an_error():
    with pytest.raises(StudyError, match="does not vary"):
        build_index(panel().loc[["u02"]], tree(), IndexOptions(years=(2012, 2012)))


def test_too_few_rows_for_weights_from_the_data_is_an_error():
    data = panel(units=2)
    with pytest.raises(StudyError, match="at least 3 complete rows within a year, got 2"):
        build_index(data, tree(), IndexOptions(weights="sd", weights_scope="yearly"))


def test_geometric_means_run_from_one_and_refuse_scores_below_the_base_year():
    data = panel()
    result = build_index(data, tree(), IndexOptions(aggregation="geometric"))
    assert result.normalised.min().to_numpy() == pytest.approx(1)
    assert result.scores["index"].between(1, 100).all()
    with pytest.raises(StudyError, match="positive scores"):
        build_index(
            data,
            tree(),
            IndexOptions(aggregation="geometric", normalisation="minmax_base", base_year=2014),
        )


def test_given_weights_decide():
    data = panel()
    only = dict.fromkeys(tree().indicators, 1e-12) | {"i0": 1.0}
    options = IndexOptions(weights="given", given_weights=only, element_weights="implied")
    result = build_index(data, tree(), options)
    assert result.scores["index"].to_numpy() == pytest.approx(
        result.normalised["i0"].to_numpy(), abs=1e-6
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weights": "lucky"}, "weights must be one of equal"),
        ({"normalisation": "softmax"}, "normalisation must be one of"),
        ({"aggregation": "median"}, "aggregation must be one of"),
        ({"missing": "mean"}, "missing must be one of complete, available"),
        ({"treatment": "clip"}, "treatment must be one of"),
        ({"weights_scope": "monthly"}, "weights_scope must be one of"),
        ({"element_weights": "fair"}, "element_weights must be one of"),
        ({"coverage": 65}, "between 0 and 1, got 65"),
        ({"years": (2020, 2010)}, "in order"),
        ({"normalisation": "goalposts"}, "needs the option 'goalposts'"),
        ({"normalisation": "reference"}, "needs the option 'reference'"),
        ({"scale": (100, 0)}, "must run upward"),
    ],
)
def test_an_impossible_choice_is_refused_at_once(wrong, said):
    with pytest.raises(StudyError, match=said):
        IndexOptions(**wrong)


def test_what_does_not_exist_is_named():
    data = panel()
    with pytest.raises(StudyError, match="no column i5"):
        build_index(data.drop(columns="i5"), tree())
    with pytest.raises(StudyError, match="'Atlantis' is not among"):
        build_index(data, tree(), IndexOptions(normalisation="reference", reference="Atlantis"))
    with pytest.raises(StudyError, match="no goalposts are given for i1"):
        build_index(data, tree(), IndexOptions(normalisation="goalposts", goalposts={"i0": (0, 1)}))


def test_the_panel_is_not_touched_and_a_second_run_agrees():
    data = panel()
    before = data.copy()
    options = IndexOptions(treatment="winsorise_or_log", weights="entropy")
    first = build_index(data, tree(), options)
    pd.testing.assert_frame_equal(data, before)
    again = build_index(data, tree(), options)
    pd.testing.assert_frame_equal(first.scores, again.scores)


def test_weights_of_the_elements_can_be_given_and_must_be_complete():
    data = panel()
    given = {"labourers": 1.0, "means": 1.0, "objects": 2.0}
    options = IndexOptions(element_weights="given", given_above=given)
    result = build_index(data, tree(), options)
    elements = result.scores[["labourers", "means", "objects"]].to_numpy()
    assert result.scores["index"].to_numpy() == pytest.approx(elements @ [0.25, 0.25, 0.5])
    with pytest.raises(StudyError, match="no weight is given for 'objects'"):
        tree().reweighted({"labourers": 1.0, "means": 1.0})
    with pytest.raises(StudyError, match="'means' needs a positive weight"):
        tree().reweighted(given | {"means": 0.0})


def test_of_several_references_the_first_that_is_held_counts():
    data = panel()
    alone = IndexOptions(normalisation="reference", reference="u03")
    several = IndexOptions(normalisation="reference", reference=("Atlantis", "u03", "u01"))
    one, two = (build_index(data, tree(), options).scores for options in (alone, several))
    pd.testing.assert_frame_equal(one, two)
    none = IndexOptions(normalisation="reference", reference=("Atlantis", "Lemuria"))
    with pytest.raises(StudyError, match="'Atlantis' is not among"):
        build_index(data, tree(), none)
