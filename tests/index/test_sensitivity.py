import json

import numpy as np
import pytest

from nqpf.errors import StudyError
from nqpf.index.rank_model import Choices, rank_model
from nqpf.index.sensitivity import MEAN_SHIFT, choice_sensitivity, sobol_study
from tests.index.panels import panel, tree


def ishigami(x):
    a, b, c = (np.pi * (2 * x - 1)).T
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def test_the_ishigami_function_has_its_analytic_indices(golden):
    found = json.loads((golden("sobol_ishigami") / "expected.json").read_text())["expected"]
    table = sobol_study(ishigami, ["a", "b", "c"], ["y"], points=2**13, seed=1)
    assert table["first"].to_numpy() == pytest.approx(found["S1"], abs=0.01)
    assert table["total"].to_numpy() == pytest.approx(found["ST"], abs=0.01)


def test_several_outputs_are_kept_apart():
    def two(x):
        return np.column_stack([x[:, 0], x[:, 1]])

    table = sobol_study(two, ["a", "b"], ["p", "q"], points=512, seed=1)
    first = table.pivot(index="output", columns="factor", values="first")
    assert first.loc["p", "a"] == pytest.approx(1, abs=0.02)
    assert first.loc["q", "a"] == pytest.approx(0, abs=0.02)


def test_an_additive_function_has_shares_of_variance_without_interactions():
    table = sobol_study(
        lambda x: x @ np.array([3.0, 2.0, 1.0]), list("abc"), ["y"], points=2**12, seed=3
    )
    assert table["first"].to_numpy() == pytest.approx([9 / 14, 4 / 14, 1 / 14], abs=0.01)
    assert table["total"].to_numpy() == pytest.approx(table["first"], abs=0.01)


def test_intervals_hold_the_truth(golden):
    found = json.loads((golden("sobol_ishigami") / "expected.json").read_text())["expected"]
    table = sobol_study(
        ishigami, ["a", "b", "c"], ["y"], points=1024, seed=1, resamples=99, level=0.99
    )
    assert (table["first_low"] <= np.array(found["S1"]) + 0.01).all()
    assert (table["first_high"] >= np.array(found["S1"]) - 0.01).all()
    assert (table["total_low"] <= table["total_high"]).all()


def test_a_choice_without_effect_gets_nothing():
    data = panel(units=12, seed=8)
    data[:] = np.exp(np.random.default_rng(1).normal(size=data.shape) / 4)  # nothing to winsorise
    choices = Choices(
        normalisation=("minmax",),
        weights=("equal", "entropy", "critic"),
        element_weights=("implied",),
        aggregation=("arithmetic",),
        left_out=False,
    )
    model = rank_model(data, tree(), year=2013, choices=choices)
    table = choice_sensitivity(model, points=256, seed=1).set_index("factor")
    assert table.loc["treatment", ["first", "total"]].tolist() == pytest.approx([0, 0], abs=1e-9)
    assert table.loc["weights", "total"] == pytest.approx(1, abs=0.05)


def test_ranks_of_units_are_outputs_and_a_fixed_rank_has_no_shares():
    data = panel(units=12)
    data.loc["u04"] = (data.max() * 50).to_numpy()  # first whatever is chosen
    data.loc["u04"] = data.loc["u04"].to_numpy() * np.linspace(1, 1.2, 5)[:, None]
    model = rank_model(data, tree(), year=2013)
    table = choice_sensitivity(model, units=["u04", "u01"], points=128, seed=1)
    assert set(table["output"]) == {MEAN_SHIFT, "rank of u04", "rank of u01"}
    assert (table.loc[table["output"] == "rank of u04", "total"] == 0).all()
    shift = table[table["output"] == MEAN_SHIFT]
    assert set(shift["factor"]) == set(model.factors)
    assert (shift["total"] > -0.01).all()
    again = choice_sensitivity(model, units=["u04", "u01"], points=128, seed=1)
    assert again.equals(table)


def test_impossible_wishes_are_refused():
    model = rank_model(panel(), tree(), year=2013)
    with pytest.raises(StudyError, match="power of two, got 1000"):
        choice_sensitivity(model, points=1000, seed=1)
    with pytest.raises(StudyError, match="Atlantis is not ranked"):
        choice_sensitivity(model, units=["Atlantis"], seed=1)
    single = Choices(("none",), ("minmax",), ("equal",), ("equal",), ("arithmetic",), False)
    fixed = rank_model(panel(), tree(), year=2013, choices=single)
    with pytest.raises(StudyError, match="two choices that vary"):
        choice_sensitivity(fixed, seed=1)
