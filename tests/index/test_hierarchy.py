import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.index import (
    Hierarchy,
    characteristic_hierarchy,
    element_hierarchy,
    hierarchy_from_tree,
)
from nqpf.paths import CODEBOOK
from tests.index.panels import tree


@pytest.fixture
def codebook():
    rows = [
        ("wage", "province", "labourers", "+", "core"),
        ("rd", "province", "means", "+", "core"),
        ("roads", "province", "means", "+", ""),
        ("patents", "province", "objects", "+", "core"),
        ("carbon", "province", "objects", "-", "alt"),
        ("share", "province", "outcome", "none", "core"),
        ("wage", "city", "labourers", "+", "core"),
    ]
    return pd.DataFrame(rows, columns=["id", "level", "role", "direction", "default"])


def nodes(*rows):
    return pd.DataFrame(rows, columns=["id", "parent", "weight", "direction"])


def test_the_codebook_gives_three_elements_of_core_indicators(codebook):
    found = element_hierarchy(codebook, "provinces")
    assert found.indicators == ("wage", "rd", "patents")
    assert found.elements == ("labourers", "means", "objects")
    assert found.nodes == ("index", "labourers", "means", "objects")


def test_indicators_are_put_in_and_left_out_by_name(codebook):
    found = element_hierarchy(codebook, "provinces", include=["carbon"], exclude=["rd"])
    assert found.indicators == ("wage", "patents", "carbon")
    assert found.elements == ("labourers", "objects")
    assert found.signs.tolist() == [1, 1, -1]


def test_levels_do_not_mix(codebook):
    assert element_hierarchy(codebook, "cities").indicators == ("wage",)


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ({"include": ["robots"]}, "'robots' is not an indicator"),
        ({"exclude": ["robots"]}, "'robots' is not an indicator"),
        ({"include": ["share"]}, "'share' is not an indicator of the provinces' elements"),
    ],
)
def test_an_unknown_indicator_is_refused(codebook, kwargs, said):
    with pytest.raises(StudyError, match=said):
        element_hierarchy(codebook, "provinces", **kwargs)


def test_an_indicator_without_direction_is_refused(codebook):
    codebook.loc[codebook["id"] == "rd", "direction"] = "none"
    with pytest.raises(StudyError, match="'rd' has no direction"):
        element_hierarchy(codebook, "provinces")


def test_an_unknown_level_is_refused(codebook):
    with pytest.raises(StudyError, match="provinces or cities, got 'county'"):
        element_hierarchy(codebook, "county")


def test_a_codebook_with_an_id_twice_is_refused(codebook):
    twice = pd.concat([codebook, codebook.iloc[[1]]])
    with pytest.raises(StudyError, match="'rd' stands twice"):
        element_hierarchy(twice, "provinces")


def test_characteristics_cut_the_same_indicators_otherwise(codebook):
    mapping = pd.DataFrame(
        [("province", "carbon", "quality"), ("province", "rd", "technology")],
        columns=["level", "indicator", "characteristic"],
    )
    found = characteristic_hierarchy(mapping, codebook, "provinces")
    assert found.elements == ("technology", "quality")
    assert found.parent["carbon"] == "quality"
    twice = pd.concat([mapping, mapping.assign(characteristic="efficiency")])
    with pytest.raises(StudyError, match="two characteristics"):
        characteristic_hierarchy(twice, codebook, "provinces")
    with pytest.raises(StudyError, match="'luck' is not one of"):
        characteristic_hierarchy(mapping.assign(characteristic="luck"), codebook, "provinces")


@pytest.mark.parametrize("level", ["provinces", "cities"])
def test_the_declared_characteristics_fit_the_codebook(level):
    if not (CODEBOOK / "indicators.csv").exists():
        pytest.skip("the codebook is not on this machine")
    read = {
        name: pd.read_csv(CODEBOOK / f"{name}.csv", keep_default_na=False)
        for name in ("characteristics", "indicators")
    }
    found = characteristic_hierarchy(read["characteristics"], read["indicators"], level)
    assert found.elements == ("technology", "efficiency", "quality")
    assert (read["characteristics"]["why"].str.len() > 10).all()


def test_a_tree_may_have_any_depth():
    found = hierarchy_from_tree(
        nodes(
            ("a", "x", 1, 1),
            ("b", "y", 2, -1),
            ("x", "p", 1, None),
            ("y", "p", 3, None),
            ("p", "top", 1, None),
            ("top", None, 1, None),
        )
    )
    assert found.levels == (("a", "b"), ("x", "y"), ("p",), ("top",))
    assert found.nominal[1].tolist() == [1, 3]
    assert found.tree().set_index("id")["level"].to_dict() == {
        "a": 1, "b": 1, "x": 2, "y": 2, "p": 3, "top": 4
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("a", "top", 1, 1)], "does not hang|exactly one node without a parent"),
        ([("a", "top", 1, 1), ("b", None, 1, 1), ("top", None, 1, None)], "exactly one node"),
        ([("a", "top", 1, 0), ("top", None, 1, None)], "'a' has no direction"),
        ([("a", "top", 0, 1), ("top", None, 1, None)], "positive weight"),
        ([("a", "top", 1, 1), ("a", "top", 1, 1), ("top", None, 1, None)], "twice"),
        (
            [("a", "x", 1, 1), ("b", "top", 1, 1), ("x", "top", 1, None), ("top", None, 1, None)],
            "'b' has no indicator left",
        ),
        ([("a", "b", 1, 1), ("b", "a", 1, 1), ("top", None, 1, None)], "does not hang below|needs"),
    ],
)
def test_an_unsound_tree_is_refused(rows, said):
    with pytest.raises(StudyError, match=said):
        hierarchy_from_tree(nodes(*rows))


def test_a_table_without_a_needed_column_is_refused():
    with pytest.raises(StudyError, match="'direction'"):
        hierarchy_from_tree(nodes(("a", None, 1, 1)).drop(columns="direction"))


def test_leaving_out_keeps_the_rest_and_refuses_to_empty_an_element():
    whole = tree(4)
    assert whole.without("i3").indicators == ("i0", "i1", "i2")
    assert whole.element_of("i3") == "labourers"
    with pytest.raises(StudyError, match="'means' has no indicator left"):
        whole.without("i1")
    with pytest.raises(StudyError, match="'i9' is not an indicator"):
        whole.without("i9")


def test_turning_a_direction_touches_that_indicator_only():
    assert tree(3).reversed("i1").signs.tolist() == [1, -1, 1]


def test_a_root_alone_is_no_hierarchy():
    with pytest.raises(StudyError, match="above them, one root"):
        Hierarchy((("index",),), {}, {}, {})
