import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.index import IndexOptions, build_index
from nqpf.index.rank_model import Choices, rank_model
from nqpf.index.uncertainty import leave_one_out, monte_carlo, random_weight_ranks
from tests.index.panels import panel, tree

YEAR = 2013


@pytest.fixture(scope="module")
def data():
    return panel(units=12)


@pytest.fixture(scope="module")
def draws(data):
    return monte_carlo(rank_model(data, tree(), year=YEAR), draws=512, seed=4)


def ranks_of(result, units):
    scores = result.scores["index"].xs(YEAR, level="year")[units]
    return scores.round(9).rank(ascending=False, method="min").to_numpy()


def test_every_draw_is_the_index_that_its_choices_build(data, draws):
    for number in range(60):
        chosen = draws.choices.iloc[number].to_dict()
        left_out = chosen.pop("left_out")
        smaller = tree() if left_out == "none" else tree().without(left_out)
        result = build_index(data, smaller, IndexOptions(**chosen))
        assert draws.ranks[number].tolist() == ranks_of(result, draws.units).tolist()


def test_yearly_and_given_weights_are_built_alike(data):
    given = {f"i{k}": k + 1.0 for k in range(6)}
    options = IndexOptions(given_weights=given, weights_scope="yearly", element_weights="implied")
    choices = Choices(
        treatment=("none",),
        normalisation=("minmax_yearly", "minmax"),
        weights=("given", "entropy"),
        element_weights=("implied",),
        aggregation=("arithmetic",),
    )
    model = rank_model(data, tree(), options, year=YEAR, choices=choices)
    assert model.factors == ("normalisation", "weights", "left_out")
    found = monte_carlo(model, draws=64, seed=2)
    for number in range(64):
        chosen = found.choices.iloc[number].to_dict()
        left_out = chosen.pop("left_out")
        smaller = tree() if left_out == "none" else tree().without(left_out)
        varied = IndexOptions(given_weights=given, weights_scope="yearly", **chosen)
        result = build_index(data, smaller, varied)
        assert found.ranks[number].tolist() == ranks_of(result, found.units).tolist()


def test_the_baseline_is_the_studys_own_index(data, draws):
    assert draws.baseline.tolist() == ranks_of(build_index(data, tree()), draws.units).tolist()


def test_alternatives_are_drawn_evenly(draws):
    for name in ("treatment", "normalisation", "aggregation", "left_out"):
        shares = draws.choices[name].value_counts(normalize=True)
        assert shares.max() - shares.min() < 0.03
    assert draws.choices["left_out"].nunique() == 7


def test_draws_repeat_with_their_seed_and_differ_with_another(data, draws):
    model = rank_model(data, tree(), year=YEAR)
    assert np.array_equal(monte_carlo(model, draws=512, seed=4).ranks, draws.ranks)
    assert not np.array_equal(monte_carlo(model, draws=512, seed=5).ranks, draws.ranks)


def test_intervals_hold_their_share_of_the_draws(draws):
    table = draws.intervals(0.9).set_index("unit")
    ranks = pd.DataFrame(draws.ranks, columns=draws.units)
    low, high = (table.loc[draws.units, end] for end in ("low", "high"))
    assert (((ranks >= low) & (ranks <= high)).mean() >= 0.9).all()
    assert table["baseline"].is_monotonic_increasing
    assert (table["low"] == table["low"].round()).all()
    wide = draws.intervals(0.99).set_index("unit")["width"]
    assert (wide >= table["width"]).all()
    with pytest.raises(StudyError, match="between 0 and 1"):
        draws.intervals(90)


def test_shares_count_draws(draws):
    first = draws.share_in_first(3)
    assert first.sum() >= 3  # ties
    assert first.max() <= 1
    leader = draws.units[draws.baseline.argmin()]
    ahead = draws.share_ahead(leader)
    assert leader not in ahead
    mine = draws.ranks[:, list(draws.units).index(leader)]
    other = draws.ranks[:, list(draws.units).index(ahead.index[0])]
    assert ahead.iloc[0] == pytest.approx((mine < other).mean())
    with pytest.raises(StudyError, match="'Atlantis' is not ranked"):
        draws.share_ahead("Atlantis")


def test_a_unit_with_a_gap_in_the_year_is_not_ranked(data):
    hole = data.copy()
    hole.loc[("u03", YEAR), "i1"] = np.nan
    model = rank_model(hole, tree(), year=YEAR)
    assert "u03" not in model.units
    assert len(model.units) == 11
    hole.loc[(slice(None), YEAR), "i1"] = np.nan
    with pytest.raises(StudyError, match=f"no unit has all indicators in {YEAR}"):
        rank_model(hole, tree(), year=YEAR)


def test_an_indicator_alone_in_its_element_is_never_left_out(data):
    model = rank_model(data[["i0", "i1", "i2", "i3"]], tree(4), year=YEAR)
    assert model.alternatives["left_out"] == ("none", "i0", "i3")


def test_choices_that_cannot_be_drawn_are_refused(data):
    single = Choices(("none",), ("minmax",), ("equal",), ("equal",), ("arithmetic",), False)
    model = rank_model(data, tree(), year=YEAR, choices=single)
    assert model.factors == ()
    with pytest.raises(StudyError, match="nothing can be drawn"):
        monte_carlo(model, seed=1)
    with pytest.raises(StudyError, match="at least one alternative"):
        Choices(weights=())
    with pytest.raises(StudyError, match="year 1999"):
        rank_model(data, tree(), year=1999)
    with pytest.raises(StudyError, match="weights must be one of"):
        rank_model(data, tree(), year=YEAR, choices=Choices(weights=("lucky", "equal")))


def test_all_combinations_of_options_are_listed_once():
    grid = list(Choices().options(IndexOptions(power=0.3)))
    assert len(grid) == 2 * 3 * 6 * 2 * 5
    assert len({(g.treatment, g.normalisation, g.weights, g.element_weights, g.aggregation)
                for g in grid}) == len(grid)  # fmt: skip
    assert all(g.power == 0.3 for g in grid)


def test_leaving_out_one_indicator_moves_ranks_as_a_new_index_does(data):
    table = leave_one_out(data, tree(), year=YEAR)
    assert set(table["left_out"]) == set(tree().indicators)
    some = table[table["left_out"] == "i4"].set_index("unit")
    without = build_index(data, tree().without("i4"))
    assert some["rank"].tolist() == ranks_of(without, some.index).tolist()
    assert (some["shift"] == some["rank"] - some["baseline"]).all()
    with pytest.raises(StudyError, match="none can be left out"):
        leave_one_out(data[["i0", "i1", "i2"]], tree(3), year=YEAR)


def test_random_weights_rank_as_the_index_with_those_weights(data):
    result = build_index(data, tree())
    found = random_weight_ranks(result, year=YEAR, draws=40, seed=6)
    assert found.baseline.tolist() == ranks_of(result, found.units).tolist()
    for number in range(40):
        given = found.choices.iloc[number].to_dict()
        assert sum(given.values()) == pytest.approx(1)
        options = IndexOptions(weights="given", given_weights=given, element_weights="implied")
        drawn = build_index(data, tree(), options)
        assert found.ranks[number].tolist() == ranks_of(drawn, found.units).tolist()


def test_concentrated_weights_stay_near_equal_ones_and_move_ranks_less(data):
    result = build_index(data, tree())
    wide, close = (
        random_weight_ranks(result, year=YEAR, draws=256, seed=6, concentration=c)
        for c in (1.0, 500.0)
    )
    assert close.choices.to_numpy() == pytest.approx(1 / 6, abs=0.04)
    assert close.mean_shift.mean() < wide.mean_shift.mean() / 2


def test_random_weights_need_a_year_with_complete_units(data):
    broken = data.copy()
    broken.loc[(slice(None), YEAR), "i0"] = np.nan
    result = build_index(broken, tree())
    with pytest.raises(StudyError, match="no unit has all indicators in 2013"):
        random_weight_ranks(result, year=YEAR, draws=8, seed=1)
    with pytest.raises(StudyError, match="year 1999 is not among"):
        random_weight_ranks(result, year=1999, draws=8, seed=1)


def test_a_scale_of_the_studys_own_stays_with_its_own_choices(data):
    """Z-scores on a scale meant for min-max would be negative, which no geometric mean takes."""
    options = IndexOptions(aggregation="geometric", scale=(1, 100))
    model = rank_model(data, tree(), options, year=YEAR)
    found = monte_carlo(model, draws=64, seed=5)
    assert (
        found.baseline.tolist()
        == ranks_of(build_index(data, tree(), options), found.units).tolist()
    )
    for number in range(20):
        chosen = found.choices.iloc[number].to_dict()
        left_out = chosen.pop("left_out")
        smaller = tree() if left_out == "none" else tree().without(left_out)
        result = build_index(data, smaller, IndexOptions(**chosen))
        assert found.ranks[number].tolist() == ranks_of(result, found.units).tolist()
