import itertools

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regression.multiverse.summaries import by_choice, overall, variance_by_choice


def table_of(a=2.0, b=1.0, both=0.0, drop=()):
    rows = [
        {"A": i, "B": j, "C": 0, "effect": a * i + b * j + both * i * j, "p": 0.01 if i else 0.5}
        for i, j, _ in itertools.product([0, 1], [0, 1], range(3))
        if (i, j) not in drop
    ]
    return pd.DataFrame(rows)


def test_a_full_grid_without_interaction_divides_as_the_squares_of_its_effects():
    found = variance_by_choice(table_of(), ["A", "B", "C"], effect="effect")
    by = found.set_index("choice")
    assert list(found["choice"]) == ["A", "B"]  # C does not vary
    assert by.loc["A", "shapley"] == pytest.approx(80)
    for column in ("alone", "total"):
        np.testing.assert_allclose(by[column], by["shapley"])
    assert found.attrs["interactions"] == pytest.approx(0, abs=1e-9)


def test_interactions_are_in_the_totals_and_named():
    found = variance_by_choice(table_of(both=2.0), ["A", "B"], effect="effect")
    assert found.attrs["interactions"] > 1
    assert found["shapley"].sum() + found.attrs["interactions"] == pytest.approx(100)
    assert found["total"].sum() > 100
    assert (found["total"] >= found["shapley"] - 1e-9).all()


def test_shapley_values_add_up_where_the_grid_has_holes():
    found = variance_by_choice(table_of(drop=[(1, 1)]), ["A", "B"], effect="effect")
    assert found["shapley"].sum() + found.attrs["interactions"] == pytest.approx(100)


def test_shares_and_medians_by_choice():
    found = by_choice(table_of(b=0.0), ["A"], effect="effect", p="p").set_index("option")
    assert found.loc[1, "positive"] == 100
    assert found.loc[0, "positive"] == found.loc[1, "negative"] == 0
    assert found.loc[1, "median"] == 2
    assert overall(table_of(), "effect", "p")["specifications"] == 12


def test_what_cannot_be_divided_or_summed_is_refused():
    with pytest.raises(StudyError, match="nothing to divide"):
        variance_by_choice(table_of(a=0.0, b=0.0), ["A", "B"], effect="effect")
    with pytest.raises(StudyError, match="no column size"):
        by_choice(table_of(), ["A"], effect="size", p="p")
    with pytest.raises(StudyError, match="nothing can be summed up"):
        overall(table_of().assign(p=np.nan), "effect", "p")
