"""Associations on one scale and slopes of groups."""

import numpy as np
import pytest

from nqpf.chapters.associations import fit_association
from nqpf.chapters.declared import FACTOR, OUTCOME
from nqpf.chapters.mechanisms import interaction, scaled_sample, within_sd
from nqpf.errors import StudyError
from tests.chapters.forces import DECLARED, INFERENCE, level, test_on

ONE = DECLARED.association


def test_other_measures_are_scaled_by_their_own_deviation():
    panel = test_on(level(), taken_out=("i0",)).panel
    scaled = scaled_sample(panel, ONE, ["full factor"])
    assert scaled["full factor"].std() == pytest.approx(1)
    assert scaled[FACTOR].std() == pytest.approx(1)


def test_within_deviation_is_of_the_logged_outcome():
    panel = test_on(level()).panel
    fit = fit_association(scaled_sample(panel, ONE), ONE)
    assert within_sd(panel, ONE) == pytest.approx(np.std(fit.design.y, ddof=1))
    assert ONE.logged == (OUTCOME,)


def test_slopes_of_group_and_rest_are_recovered():
    made = level(effect=0.2, noise=0.02)
    group = [f"u{i:02}" for i in range(5)]
    panel = test_on(made).panel
    inside = panel.index.get_level_values("unit").isin(group)
    panel[OUTCOME] *= np.exp(0.6 * inside * panel[FACTOR] / panel[FACTOR].std())
    rows = interaction(panel, ONE, group, INFERENCE).set_index("term")
    assert rows.loc["rest", "estimate"] == pytest.approx(0.2, abs=0.03)
    assert rows.loc["difference", "estimate"] == pytest.approx(0.6, abs=0.05)
    assert rows.loc["difference", "p"] < 0.05


@pytest.mark.parametrize("members", [[], [f"u{i:02}" for i in range(12)]])
def test_a_group_holds_some_but_not_all(members):
    with pytest.raises(StudyError, match="some but not all units"):
        interaction(test_on(level()).panel, ONE, members, INFERENCE)
