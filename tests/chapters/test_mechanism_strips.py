"""Strips, ranges without one unit and cautions of the primary tests."""

from dataclasses import replace

import pytest

from nqpf.chapters.mechanism_strips import cautions_by_claim, points, strips, without_units
from nqpf.chapters.mechanism_tests import estimates, panels_of
from nqpf.chapters.robustness import AS_DECLARED
from tests.chapters.forces import DECLARED, INFERENCE, level


@pytest.fixture(scope="module")
def built():
    made = {"provinces": level(effect=0.5, noise=0.02), "cities": level(seed=3)}
    declared = [
        replace(DECLARED, taken_out=("i0",)),
        replace(DECLARED, id="other", primary=False),
        replace(DECLARED, id="skill_city", level="cities"),
    ]
    tests = panels_of(made, declared)
    return tests, estimates(tests, INFERENCE)


def test_strips_are_of_primary_tests_with_their_variants(built):
    tests, table = built
    strip = strips(tests, INFERENCE)
    assert set(strip["id"]) == {"skill", "skill_city"}
    ours = strip[strip["id"] == "skill"].set_index("term")
    assert {"full factor", "first differences", "unit trends"} <= set(ours.index)
    assert "unit trends" not in set(strip.loc[strip["id"] == "skill_city", "term"])
    declared = table.set_index("id")["effect"]
    assert ours.loc[AS_DECLARED, "estimate"] == pytest.approx(declared["skill"])


def test_ranges_hold_the_estimate_and_cautions_name_claims(built):
    tests, table = built
    spread = without_units(tests, table).set_index("id")
    assert (spread["low"] <= spread["estimate"]).all()
    assert (spread["estimate"] <= spread["high"]).all()
    said = cautions_by_claim(table, strips(tests, INFERENCE), spread.reset_index())
    assert list(said) == ["C1"]
    assert said["C1"].endswith(".")


def test_points_are_of_one_level(built):
    assert set(points(built[0], "cities")["test"]) == {"Output on skill"}
    assert len(points(built[0], "provinces")) == 120
