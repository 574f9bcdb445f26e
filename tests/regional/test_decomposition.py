import json

import inequality as pysal
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from nqpf.errors import StudyError
from nqpf.regional.bootstrap import draw_units
from nqpf.regional.decomposition import (
    dagum_path,
    decompose_dagum,
    decompose_theil_l,
    decompose_theil_t,
    theil_path,
)
from nqpf.regional.inequality import gini, theil_l, theil_t
from tests.regional.panels import grouped, growing_panel, panel_of, quick

DAGUM = [1, 2, 3, 2, 4, 9, 5, 6, 10, 11], list("AAABBBCCCC")


def split_rows(rows):
    x, w, groups = zip(*rows, strict=True)
    return np.array(x), np.array(w), list(groups)


def test_mexican_regions(golden):
    data = pd.read_csv(golden("theil_mexico") / "mexico.csv")
    published = [0.0345889, 0.02816853, 0.05260921, 0.05931219, 0.03205257, 0.02963731, 0.03635872]
    found = [
        decompose_theil_t(data[f"pcgdp{year}"], data["hanson98"].to_numpy()).between
        for year in range(1940, 2001, 10)
    ]
    assert found == pytest.approx(published, abs=1e-7)


@quick
@given(grouped())
def test_theil_parts_add_up(rows):
    x, w, groups = split_rows(rows)
    for decompose, measure in ((decompose_theil_t, theil_t), (decompose_theil_l, theil_l)):
        split = decompose(x, groups, w)
        assert split.total == measure(x, w)
        assert split.between + split.within == pytest.approx(split.total, abs=1e-9)
        assert split.between >= -1e-12
        assert split.groups["population_share"].sum() == pytest.approx(1)
        assert split.groups["value_share"].sum() == pytest.approx(1)


@quick
@given(grouped())
def test_theil_t_against_pysal(rows):
    x, _, groups = split_rows(rows)
    split = decompose_theil_t(x, groups)
    other = pysal.theil.TheilD(x, np.array(groups))
    assert split.between == pytest.approx(np.ravel(other.bg)[0], abs=1e-6)
    assert split.within == pytest.approx(np.ravel(other.wg)[0], abs=1e-6)


def test_theil_edges():
    alone = decompose_theil_t([1, 2, 3], ["A"] * 3)
    assert alone.between == pytest.approx(0, abs=1e-15)
    assert alone.within == pytest.approx(theil_t([1, 2, 3]))
    each = decompose_theil_l([1, 2, 3], ["A", "B", "C"])
    assert each.within == 0
    assert each.between == pytest.approx(theil_l([1, 2, 3]))
    idle = decompose_theil_t([0, 0, 1, 3], list("AABB"))
    assert idle.between == pytest.approx(np.log(2))
    assert idle.between + idle.within == pytest.approx(idle.total)
    with pytest.raises(StudyError, match="got zero for unit 0"):
        decompose_theil_l([0, 1], ["A", "B"])
    with pytest.raises(StudyError, match="group of every unit"):
        decompose_theil_t([1, 2], ["A", None])


def test_theil_path_adds_up_each_year():
    panel = growing_panel(units=6, years=3).assign(people=2.0)
    regions = pd.Series(list("AABBCC"), panel.index.unique("unit"))
    path = theil_path(panel, "y", regions, weight="people")
    assert path.columns.tolist() == ["year", "index", "part", "group", "value", "share"]
    table = path[path["group"] == "all"].pivot(
        index=["year", "index"], columns="part", values="value"
    )
    assert (table["between"] + table["within"] - table["total"]).abs().max() < 1e-12
    own = path[path["part"] == "within group"].groupby(["year", "index"])["value"].sum()
    assert (own - table["within"]).abs().max() < 1e-12


def test_theil_share_is_missing_where_all_are_equal():
    panel = panel_of(pd.DataFrame({2001: [2.0, 2.0]}, ["a", "b"]))
    assert theil_path(panel, "y", pd.Series({"a": "A", "b": "B"}))["share"].isna().all()


def test_dagum_worked_example():
    split = decompose_dagum(*DAGUM)
    assert split.gini == pytest.approx(0.360377358490566, abs=1e-12)
    assert split.within == pytest.approx(0.07547169811320756, abs=1e-12)
    assert split.net_between == pytest.approx(0.25471698113207547, abs=1e-12)
    assert split.transvariation == pytest.approx(0.030188679245283026, abs=1e-12)
    pairs = split.pairs.set_index(["a", "b"])
    assert pairs["gini"].tolist() == pytest.approx([29 / 63, 0.6, 0.32051282051282054], abs=1e-12)
    assert pairs["distance"].tolist() == pytest.approx([27 / 29, 1, 0.72], abs=1e-12)


def test_dagum_agrees_with_an_independent_computation(golden):
    found = json.loads((golden("dagum_identities") / "expected.json").read_text())["expected"]
    for groups, result in (("groups", "result"), ("separated_groups", "separated")):
        labels = [name for name, values in found[groups].items() for _ in values]
        values = [value for values in found[groups].values() for value in values]
        split = decompose_dagum(values, labels)
        parts = {
            "G": split.gini,
            "Gw": split.within,
            "Gnb": split.net_between,
            "Gt": split.transvariation,
        }
        assert parts == pytest.approx({k: found[result][k] for k in parts}, abs=1e-12)
        for pair in split.pairs.to_dict("records"):
            expected = found[result]["pairs"][pair["a"] + pair["b"]]
            assert [pair["gini"], pair["distance"]] == pytest.approx(
                [expected["G"], expected["D"]], abs=1e-12
            )


def test_dagum_separated_groups_do_not_overlap_at_all():
    split = decompose_dagum([1, 2, 3, 4, 5, 6], list("AAABBB"))
    assert split.transvariation == 0
    assert split.pairs["distance"].tolist() == [1]
    assert split.gini == pytest.approx(0.2777777777777778, abs=1e-12)
    assert split.within == pytest.approx(0.06349206349206349, abs=1e-12)
    assert split.net_between == pytest.approx(0.21428571428571427, abs=1e-12)


@quick
@given(grouped())
def test_dagum_parts_add_up(rows):
    x, w, groups = split_rows(rows)
    split = decompose_dagum(x, groups, w)
    parts = split.within + split.net_between + split.transvariation
    assert parts == pytest.approx(split.gini, abs=1e-12)
    assert split.gini == gini(x, w)
    assert min(split.within, split.net_between, split.transvariation) >= 0


@quick
@given(grouped())
def test_dagum_is_his_formula(rows):
    x, w, groups = split_rows(rows)
    split = decompose_dagum(x, groups, w)
    table = split.groups.set_index("group")
    p, s = table["population_share"], table["value_share"]
    within = (table["inequality"] * p * s).sum()
    assert split.within == pytest.approx(within, abs=1e-12)
    weight = [p[r.a] * s[r.b] + p[r.b] * s[r.a] for r in split.pairs.itertuples()]
    net = (split.pairs["gini"] * split.pairs["distance"] * weight).sum()
    assert split.net_between == pytest.approx(net, abs=1e-12)
    assert split.pairs["distance"].between(0, 1 + 1e-12).all()


@quick
@given(grouped())
def test_dagum_does_not_depend_on_scale_or_on_repetition(rows):
    x, w, groups = split_rows(rows)
    once = decompose_dagum(x, groups, w)
    for again in (
        decompose_dagum(1000 * x, groups, w),
        decompose_dagum(np.tile(x, 2), groups * 2, np.tile(w, 2)),
    ):
        assert again.net_between == pytest.approx(once.net_between, abs=1e-12)
        assert again.transvariation == pytest.approx(once.transvariation, abs=1e-12)


def test_dagum_edges():
    same = decompose_dagum([1, 5, 1, 5], list("AABB"))
    assert same.net_between == 0
    assert same.within + same.transvariation == pytest.approx(same.gini)
    alone = decompose_dagum([1, 2, 4], ["A"] * 3)
    assert alone.within == pytest.approx(alone.gini)
    assert alone.pairs.empty
    equal = decompose_dagum([2, 2, 2], list("AAB"))
    assert (equal.gini, equal.within, equal.net_between, equal.transvariation) == (0, 0, 0, 0)
    assert decompose_dagum([0, 0, 0, 1], list("ABCC")).pairs["gini"].iloc[0] == 0
    with pytest.raises(StudyError, match="at least zero"):
        decompose_dagum([1, -1], ["A", "B"])


def test_dagum_path_is_the_decomposition_with_a_repeatable_band():
    panel = growing_panel(units=9, years=2).assign(people=np.arange(1.0, 19))
    regions = pd.Series(list("AAABBBCCC"), panel.index.unique("unit"))
    path = dagum_path(panel, "y", regions, weight="people", replications=99, seed=3)
    data = panel.xs(2005, level="year")
    split = decompose_dagum(data["y"], regions, data["people"])
    first = path[path["year"] == 2005].set_index("part")
    assert first["value"].tolist() == pytest.approx(
        [split.gini, split.within, split.net_between, split.transvariation], abs=1e-12
    )
    assert first["share"]["total"] == 1
    assert (path["low"] <= path["high"]).all()
    again = dagum_path(panel, "y", regions, weight="people", replications=99, seed=3)
    pd.testing.assert_frame_equal(path, again)
    other = dagum_path(panel, "y", regions, weight="people", replications=99, seed=4)
    assert not path["low"].equals(other["low"])


def test_dagum_band_is_that_of_decomposed_draws():
    panel = growing_panel(units=6, years=1).assign(people=np.arange(1.0, 7))
    data = panel.xs(2005, level="year")
    codes = np.array([0, 0, 0, 1, 1, 1])
    path = dagum_path(
        panel, "y", pd.Series(codes, data.index), weight="people", replications=30, seed=8
    )
    splits = [
        decompose_dagum(data["y"].to_numpy()[d], codes[d], data["people"].to_numpy()[d])
        for d in draw_units(6, 30, 8, strata=codes)
    ]
    for part, name in (("within", "within"), ("net between", "net_between")):
        low, high = np.quantile([getattr(split, name) for split in splits], [0.025, 0.975])
        row = path.set_index("part").loc[part]
        assert (row["low"], row["high"]) == pytest.approx((low, high))


def test_band_needs_draws_and_a_seed():
    panel = growing_panel(units=4, years=2)
    regions = pd.Series(list("AABB"), panel.index.unique("unit"))
    with pytest.raises(StudyError, match="20 replications"):
        dagum_path(panel, "y", regions, replications=5, seed=1)
    with pytest.raises(StudyError, match="seed"):
        dagum_path(panel, "y", regions, seed=None)
    with pytest.raises(StudyError, match="between 0 and 1"):
        dagum_path(panel, "y", regions, seed=1, level=95)
