"""Omitted causes and the chain from indicators to coefficient."""

from dataclasses import replace

import numpy as np
import pytest

from nqpf.chapters.associations import fit_association
from nqpf.chapters.declared import FACTOR, OUTCOME, factor_values
from nqpf.chapters.fragility import CHAINS, omitted_cause, whole_chain
from nqpf.chapters.mechanism_tests import estimates
from nqpf.chapters.mechanisms import scaled_sample
from nqpf.regression.omitted import robustness_value
from tests.chapters.forces import DECLARED, INFERENCE, level, test_on
from tests.regression.frame_chain import frame_bootstrap

FEW = replace(INFERENCE, draws=49)


def test_robustness_values_are_those_of_the_fit():
    test = test_on(level(effect=0.5))
    table = estimates([test], INFERENCE)
    row = omitted_cause([test], table).iloc[0]
    one = DECLARED.association
    fit = fit_association(scaled_sample(test.panel, one), one)
    explained = row["partial_r2"] / 100
    df = fit.n - fit.design.parameters
    t = (explained / (1 - explained) * df) ** 0.5
    assert row["robustness_value"] / 100 == pytest.approx(robustness_value(t, df))
    assert explained == pytest.approx(fit.within_r2)
    assert 0 < row["robustness_value_level"] < row["robustness_value"]


def test_an_interval_that_holds_zero_needs_no_omitted_cause():
    test = test_on(level(effect=0, noise=1))
    table = estimates([test], INFERENCE).assign(low=-1.0, high=1.0)
    assert omitted_cause([test], table)["robustness_value_level"].iloc[0] == 0


def test_the_chain_starts_from_the_declared_effect():
    made = level(effect=0.5)
    test = test_on(made)
    chain = whole_chain(made, test, FEW).set_index("term")
    effect = estimates([test], INFERENCE)["effect"].iloc[0]
    assert list(chain.index) == list(CHAINS)
    for term in ("index taken as given", "index built anew, equal weights"):
        assert chain.loc[term, "estimate"] == pytest.approx(effect)
    assert (chain["low"] < chain["estimate"]).all()
    assert (chain["draws"] == 49).all()


def test_units_left_out_of_the_index_stay_out_of_the_chain():
    made = level(units_excluded=("u00",))
    assert (whole_chain(made, test_on(made), FEW)["failed"] == 0).all()


def test_a_lag_is_kept_in_the_chain():
    made = level(effect=0.5, lag=1)
    test = test_on(made, lag=1, first=2011)
    chain = whole_chain(made, test, FEW).set_index("term")["estimate"]
    assert chain.iloc[1] == pytest.approx(chain.iloc[0])
    assert chain.iloc[0] == pytest.approx(estimates([test], INFERENCE)["effect"].iloc[0])
    assert FACTOR in test.panel


def test_the_chain_is_that_of_frames_built_and_fitted_one_after_another():
    made = level(effect=0.5)
    test = test_on(made)
    one = test.declared
    scale = np.std(fit_association(test.panel, one.association).design.y, ddof=1)

    def build(sample):
        drawn = replace(made, values=sample.drop(columns="given"))
        found = {}
        for words, changes in CHAINS.items():
            if changes is not None:
                factor = factor_values(drawn, one.factor, one.taken_out, **changes)
                panel = sample.assign(**{FACTOR: factor, OUTCOME: sample["given"]})
                fit = fit_association(scaled_sample(panel, one.association), one.association)
                found[words] = fit.term(FACTOR)["estimate"] / scale
        return found

    panel = made.values.assign(given=test.panel[OUTCOME])
    framed = frame_bootstrap(panel, build, draws=20, seed=FEW.seed, level=FEW.level).terms
    chain = whole_chain(made, test, replace(FEW, draws=20))
    np.testing.assert_allclose(
        chain[["estimate", "se", "low", "high"]].iloc[1:],
        framed[["estimate", "se", "low", "high"]],
        rtol=1e-9,
    )
