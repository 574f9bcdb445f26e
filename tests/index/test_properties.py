"""What must hold for any panel."""

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nqpf.index import IndexOptions, build_index
from nqpf.index import weights as w
from nqpf.index.options import AGGREGATIONS, WEIGHTS
from tests.index.panels import tree

FEW = settings(max_examples=40, deadline=None)
SCHEMES = [s for s in WEIGHTS if s != "given"]


@st.composite
def panels(draw, low=0.1, high=1000.0):
    """Panels of three to seven units, two to four years, six indicators that vary."""
    units, years = draw(st.integers(3, 7)), draw(st.integers(2, 4))
    size = (units * years, 6)
    values = draw(arrays(float, size, elements=st.floats(low, high, allow_subnormal=False)))
    # a floor of variation, so that every indicator has goalposts and a correlation
    values = values + np.random.default_rng(0).uniform(0, high, size)
    index = pd.MultiIndex.from_product(
        [[f"u{u}" for u in range(units)], range(2000, 2000 + years)], names=["unit", "year"]
    )
    return pd.DataFrame(values, index=index, columns=[f"i{k}" for k in range(6)])


@FEW
@given(panels(), st.sampled_from(SCHEMES))
def test_weights_sum_to_one_and_are_not_negative(data, scheme):
    table = build_index(data, tree(), IndexOptions(weights=scheme)).weights
    assert np.isclose(table["effective"].sum(), 1)
    assert np.allclose(table.groupby("element")["within"].sum(), 1)
    assert (table["effective"] >= 0).all()


@FEW
@given(panels(), st.sampled_from(SCHEMES), st.sampled_from(AGGREGATIONS[:4]))
def test_the_index_stays_in_range(data, scheme, aggregation):
    options = IndexOptions(weights=scheme, aggregation=aggregation)
    scores = build_index(data, tree(), options).scores
    assert scores.min().min() >= -1e-9
    assert scores.max().max() <= 100 + 1e-9


@FEW
@given(panels(), st.sampled_from(["minmax", "zscore", "rank"]))
def test_turning_all_directions_turns_the_ranks(data, normalisation):
    options = IndexOptions(normalisation=normalisation)
    up = build_index(data, tree(), options).scores["index"]
    down = build_index(data, tree(directions=[-1] * 6), options).scores["index"]
    total = up + down
    assert np.allclose(total, total.iloc[0])


@FEW
@given(panels(), st.sampled_from(["minmax", "zscore"]), st.sampled_from(SCHEMES))
def test_units_of_measure_and_constants_change_nothing(data, normalisation, scheme):
    options = IndexOptions(normalisation=normalisation, weights=scheme)
    moved = data * [1, 2, 4, 8, 0.5, 16] + [64, 0, 8, 512, 1, 32]
    plain = build_index(data, tree(), options).scores
    other = build_index(moved, tree(), options).scores
    assert np.allclose(plain, other, atol=1e-6)


@FEW
@given(panels(), st.integers(0, 5))
def test_a_better_indicator_never_lowers_its_units_index(data, column):
    better = data.copy()
    row = data.index[3]
    low, high = data.iloc[:, column].min(), data.iloc[:, column].max()
    better.loc[row, f"i{column}"] = (data.loc[row, f"i{column}"] + high) / 2
    assume(better[f"i{column}"].min() == low)  # or the goalpost itself would move
    for aggregation in AGGREGATIONS[:3]:
        options = IndexOptions(aggregation=aggregation)
        before = build_index(data, tree(), options).scores.loc[row, "index"]
        after = build_index(better, tree(), options).scores.loc[row, "index"]
        assert after >= before - 1e-9


@FEW
@given(panels())
def test_geometric_lies_below_generalised_lies_below_arithmetic(data):
    def scores(aggregation):
        options = IndexOptions(aggregation=aggregation, scale=(1, 100))
        return build_index(data, tree(), options).scores["index"]

    assert (scores("geometric") <= scores("generalised") + 1e-9).all()
    assert (scores("generalised") <= scores("arithmetic") + 1e-9).all()


@FEW
@given(arrays(float, (12, 4), elements=st.floats(0, 1)))
def test_entropy_weights_do_not_depend_on_the_order_of_rows_or_columns(values):
    values = values + np.random.default_rng(1).uniform(0, 1, values.shape)
    plain = w.entropy_weights(values)
    assert np.allclose(w.entropy_weights(values[::-1]), plain)
    assert np.allclose(w.entropy_weights(values[:, ::-1]), plain[::-1])
