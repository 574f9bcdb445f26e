import numpy as np
import pytest

from nqpf.errors import StudyError
from nqpf.index import IndexOptions, build_index
from nqpf.index.profile import contributions, peers, strengths_and_weaknesses, unit_profile
from tests.index.panels import panel, tree


@pytest.fixture
def result():
    return build_index(panel(), tree(directions=[1, -1, 1, 1, 1, 1]))


def test_a_profile_ranks_every_indicator_in_its_good_direction(result):
    data = panel()
    profile = unit_profile(result, "u03", 2012)
    year = data.xs(2012, level="year")
    assert profile.loc["i0", "rank"] == year["i0"].rank(ascending=False)["u03"]
    assert profile.loc["i1", "rank"] == year["i1"].rank()["u03"]
    assert profile["value"].to_numpy() == pytest.approx(data.loc[("u03", 2012)].to_numpy())
    assert profile["gap"].to_numpy() == pytest.approx(
        (profile["score"] - profile["median"]).to_numpy()
    )
    assert (profile["of"] == 8).all()
    assert profile["weight"].sum() == pytest.approx(1)


def test_the_best_and_worst_ranks_come_out_once_each(result):
    profile = unit_profile(result, "u03", 2012)
    table = strengths_and_weaknesses(profile, 2)
    assert table["kind"].tolist() == ["strongest"] * 2 + ["weakest"] * 2
    assert table["rank"].iloc[0] == profile["rank"].min()
    assert table["rank"].iloc[2] == profile["rank"].max()
    assert strengths_and_weaknesses(profile, 99).index.is_unique


def test_the_nearest_peer_is_a_twin(result):
    data = panel()
    data.loc["u06"] = data.loc["u01"].to_numpy() * 1.0001
    twins = build_index(data, tree())
    table = peers(twins, "u01", 2013, count=3)
    assert table["unit"].iloc[0] == "u06"
    assert table["distance"].iloc[0] < 0.01
    assert table["distance"].is_monotonic_increasing
    assert "u01" not in table["unit"].tolist()
    back = peers(twins, "u06", 2013).set_index("unit")
    assert back.loc["u01", "distance"] == pytest.approx(table["distance"].iloc[0])


def test_distances_are_root_mean_squares_of_standardised_differences(result):
    scores = result.normalised.xs(2013, level="year")
    standard = scores / scores.std(ddof=0)
    expected = np.sqrt(((standard - standard.loc["u01"]) ** 2).mean(axis=1))
    table = peers(result, "u01", 2013, count=7).set_index("unit")
    assert table["distance"].to_numpy() == pytest.approx(expected[table.index].to_numpy())


def test_contributions_sum_to_the_index(result):
    table = contributions(result, "u05")
    index = result.scores["index"].loc["u05"]
    assert table.sum(axis=1).to_numpy() == pytest.approx(index.to_numpy())
    with pytest.raises(StudyError, match="arithmetic aggregation"):
        contributions(build_index(panel(), tree(), IndexOptions(aggregation="topsis")), "u05")


def test_contributions_take_the_weights_of_each_year():
    options = IndexOptions(weights="sd", weights_scope="yearly", element_weights="implied")
    result = build_index(panel(units=12), tree(), options)
    assert contributions(result, "u05").sum(axis=1).to_numpy() == pytest.approx(
        result.scores["index"].loc["u05"].to_numpy()
    )
    assert unit_profile(result, "u05", 2011)["weight"].to_numpy() == pytest.approx(
        result.weights.loc[2011, "effective"].to_numpy()
    )


def test_who_or_when_is_unknown_is_refused(result):
    with pytest.raises(StudyError, match="'Atlantis'"):
        unit_profile(result, "Atlantis", 2012)
    with pytest.raises(StudyError, match="year 1999"):
        peers(result, "u01", 1999)
    data = panel()
    data.loc[("u01", 2012), "i2"] = np.nan
    with pytest.raises(StudyError, match="u01 has no value"):
        peers(build_index(data, tree()), "u01", 2012)
