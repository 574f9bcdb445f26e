from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nqpf import data
from nqpf.chapters import multiverse_grid, multiverse_words
from nqpf.chapters.associations import Inference, estimate
from nqpf.chapters.declared import declared_tests, level_of, panel_of
from nqpf.errors import StudyError
from nqpf.index import IndexOptions, build_index, element_hierarchy
from nqpf.regression.multiverse.declare import expand
from nqpf.regression.overlap import overlap_table

CODEBOOK = data.load_codebook("indicators")
YEARS = {"provinces": (2013, 2022), "cities": (2007, 2021)}
TESTS = {test.id: test for test in declared_tests(data.load_codebook("associations"))}


def level(name, **changes):
    left_out = ("Tibet",) if name == "provinces" else ()
    options = IndexOptions(years=YEARS[name], units_excluded=left_out, **changes)
    tree = element_hierarchy(CODEBOOK, name)
    return level_of(data.load_indicators(name), data.load_panel(name), tree, options)


def grid(name, options=None, case="Guangdong", study=None):
    options = data.load_codebook("multiverse") if options is None else options
    return multiverse_grid.grid_of(
        options, data.load_codebook("multiverse_excluded"), name, case,
        study or level(name).options,
    )  # fmt: skip


def few(name, study=None):
    """The grid with a single sample, control and estimator: quick, all index variants kept."""
    out = grid(name, study=study)
    for choice in ("years", "units", "estimator"):
        out = out.replaced(choice, [out.primary(choice)])
    return out


@pytest.fixture(scope="module", params=["provinces", "cities"])
def universe(request):
    name = request.param
    return name, multiverse_grid.universe_of(level(name), few(name), CODEBOOK, name=name)


def test_the_primary_specification_is_the_declared_test(universe):
    name, built = universe
    test = TESTS["total" if name == "provinces" else "total_city"]
    fitted = multiverse_grid.run(built, draws=999, seed=1).table
    own = fitted[fitted["primary"]].iloc[0]
    plain = estimate(panel_of(level(name), test), test.association, Inference(999, 1, 0.95))
    assert own["estimate"] == pytest.approx(plain["estimate"], abs=1e-10)
    assert own["effect"] == pytest.approx(plain["effect"], abs=1e-10)
    assert own["p_wild"] == plain["p"]
    assert own["n"] == plain["n"]


@pytest.mark.parametrize(
    "changes",
    [
        {"weights": "entropy", "weights_scope": "yearly", "element_weights": "equal"},
        {"weights": "entropy", "weights_scope": "base", "element_weights": "implied"},
        {"weights": "pca", "element_weights": "implied"},
        {"weights": "equal", "weights_scope": "yearly"},
        {"weights": "sd", "aggregation": "generalised"},
    ],
    ids=lambda changes: "-".join(changes.values()),
)
def test_the_primary_specification_is_the_declared_test_whatever_the_study_chooses(changes):
    at, test = level("provinces", **changes), TESTS["total"]
    choices = grid("provinces", study=at.options)
    for choice in (*multiverse_words.INDEX_CHOICES, "years", "units", "estimator", "controls"):
        choices = choices.replaced(choice, [choices.primary(choice)])
    built = multiverse_grid.universe_of(at, choices, CODEBOOK, name="provinces")
    fitted = multiverse_grid.run(built, draws=99, seed=1).table
    plain = estimate(panel_of(at, test), test.association, Inference(99, 1, 0.95))
    own = fitted[fitted["primary"]]["estimate"].item()
    assert own == pytest.approx(plain["estimate"], abs=1e-10)


def test_no_factor_holds_an_ingredient_of_its_outcome(universe):
    name, built = universe
    at = level(name)
    rows = multiverse_words.rows_of(CODEBOOK, name)
    for option in grid(name).of("outcome"):
        outcome = multiverse_words.outcome_of(at, rows, option)
        for indicators in grid(name).of("indicators"):
            combination = (built.specifications["chosen_outcome"] == option.option) & (
                built.specifications["indicators"] == indicators.option
            )
            if not combination.any():
                continue
            tree = multiverse_words.tree_of(at, CODEBOOK, name, outcome, indicators)
            kinds = overlap_table(rows, [outcome.id], list(tree.indicators))["kind"]
            assert set(kinds) == {"none"}
            assert not set(tree.indicators) & set(outcome.also_out)


def test_measures_that_are_the_same_stand_once_in_the_panel(universe):
    _, built = universe
    factors = built.panel.filter(like="factor ")
    assert built.variants == factors.shape[1]
    correlations = np.triu(np.nan_to_num(factors.corr().to_numpy()), 1)
    assert (correlations < 1 - 1e-12).all()
    np.testing.assert_allclose(factors.std(), 1)


def test_the_studys_own_choices_are_primary_and_join_the_grid_if_they_are_new():
    entropy = replace(level("provinces").options, weights="entropy")
    assert grid("provinces", study=entropy).primary("weights").option == "entropy within elements"
    power = replace(level("provinces").options, aggregation="generalised")
    own = grid("provinces", study=power).primary("aggregation")
    assert own.option == "as in the parameters"
    assert own.settings == {"aggregation": "generalised"}


def test_the_case_is_the_one_left_out():
    settings = grid("provinces", case="Jiangsu").option("units", "without the case").settings
    assert settings == {"without": "Jiangsu"}


def test_a_setting_that_no_choice_has_is_an_error():
    options = data.load_codebook("multiverse")
    options.loc[options["option"] == "until 2019", "settings"] = "first=2013;end=2019"
    with pytest.raises(StudyError, match="has a setting end; known are first, last"):
        grid("provinces", options=options)


@pytest.mark.parametrize("name", ["means", "skill_demand", "labourers_city"])
def test_estimates_of_a_declared_test_hold_its_own(name):
    test = TESTS[name]
    at = level(test.level)
    found = multiverse_grid.estimates_over_specifications(
        at, few(test.level), CODEBOOK, test, draws=99, seed=1
    )
    own = found[found["primary"]]
    plain = estimate(panel_of(at, test), test.association, Inference(99, 1, 0.95))
    assert len(own) == 1
    assert own["estimate"].item() == pytest.approx(plain["estimate"], abs=1e-10)
    assert {"outcome", "controls", "estimator", "weights", "effect", "se"} <= set(found)


@pytest.mark.parametrize("study", [{}, {"weights": "entropy", "weights_scope": "yearly"}])
def test_measures_are_those_of_each_index_built_by_itself(study):
    own = level("provinces", **study)
    grid = few("provinces", own.options)
    rows = multiverse_words.rows_of(CODEBOOK, "provinces")
    outcomes = [multiverse_words.outcome_of(own, rows, one) for one in grid.of("outcome")]
    chosen, _ = expand(grid)
    asked = (own, grid, CODEBOOK, "provinces", outcomes)
    found = dict(multiverse_grid._factors(*asked, "index", chosen))
    assert len(found) > 100
    for key, tree, options in multiverse_words.index_variants(*asked, ("index",), chosen):
        expected = build_index(own.values, tree, options).scores["index"]
        pd.testing.assert_series_equal(found[key], expected)
