"""Three channels in parallel, with a truth that runs through one of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nqpf.chapters.channels import PUSH, RESULT, left_out, sensitivity, three_channels
from nqpf.chapters.declared import factor_values
from nqpf.data import load_codebook
from nqpf.errors import StudyError
from nqpf.index import element_hierarchy
from tests.chapters.forces import INFERENCE, level

MORE = replace(INFERENCE, draws=499)
BOOK = pd.DataFrame(
    {
        "id": [*[f"i{k}" for k in range(6)], PUSH, RESULT],
        "formula": [*"abcdef", "science/spending", "sales/added"],
        "dimension": [*[f"what {k}" for k in range(6)], "science", "new products"],
    }
)


def with_channel(noise):
    """Spending raises skill, skill raises new products, with some noise."""
    base = level(20, effect=0, noise=0.02)
    rng = np.random.default_rng(5)
    push = pd.Series(rng.normal(size=len(base.values)), base.values.index)
    values = base.values.drop(columns="out").assign(**{PUSH: push})
    values[["i0", "i3"]] = values[["i0", "i3"]].add(2 * push, axis=0)
    base = replace(base, values=values)
    skill = factor_values(base, "labourers", ())
    out = 0.8 * skill / skill.std() + noise * rng.normal(size=len(values))
    return replace(base, values=values.assign(**{RESULT: np.exp(out)}))


@pytest.fixture
def made():
    return with_channel(0.02)


def test_the_channel_that_carries_it_is_found(made):
    found = three_channels(made, BOOK, MORE)
    effects = found.effects.set_index("term")
    through = effects.loc["through labourers"]
    assert through["low"] > 0
    assert through["estimate"] == pytest.approx(effects.loc["in all", "estimate"], rel=0.1)
    assert abs(effects.loc["through objects", "estimate"]) < 0.05 * through["estimate"]
    parts = effects.drop("in all")["estimate"].sum()
    assert parts == pytest.approx(effects.loc["in all", "estimate"])
    paths = found.paths.set_index("element")
    product = paths["on_push"] * paths["on_result"]
    np.testing.assert_allclose(product, paths["indirect"], atol=1e-10)
    assert paths.loc["labourers", "left"] == "what 0; what 3"
    assert abs(paths.loc["labourers", "rho_zero"]) > 0.5


def test_sensitivity_falls_through_nil_where_the_table_says():
    found = three_channels(with_channel(0.5), BOOK, MORE)
    curve = sensitivity(found)
    mine = curve[curve["series"] == "labourers"].sort_values("x")
    nil = np.interp(0, -mine["y"], mine["x"])
    assert nil == pytest.approx(found.result.rho_zero["labourers"], abs=0.06)


def test_indicators_that_share_a_variable_are_left_out():
    book = load_codebook("indicators")
    book = book[book["level"] == "province"]
    real = replace(level(), hierarchy=element_hierarchy(book, "provinces"))
    gone = set(left_out(book, real))
    assert {PUSH, "mea_rd_gdp", "obj_techmarket_gdp", "obj_ecommerce_gdp"} <= gone
    assert "lab_rd_fte_pc" not in gone


def test_nothing_in_common_is_refused(made):
    empty = replace(made, values=made.values.assign(**{RESULT: np.nan}))
    with pytest.raises(StudyError, match="no province-year"):
        three_channels(empty, BOOK, MORE)
