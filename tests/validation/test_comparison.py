"""Published numbers beside ours: the real table is inside, and a wrong number cannot hide."""

import itertools

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.paths import ROOT
from nqpf.validation import comparison, samples
from nqpf.validation.comparison import (
    EXAMPLES,
    checked_by_tests,
    checks,
    compare_numbers,
    published_numbers,
    summarise,
)


@pytest.fixture(scope="module")
def real():
    return compare_numbers()


def small(**changed):
    """One check with two numbers."""
    table = pd.DataFrame(
        {
            "check": ["a", "a"],
            "quantity": ["x", "y"],
            "published": [2.0, -100.0],
            "tolerance": [0.01, 0.01],
            "scale": ["absolute", "relative"],
        }
    )
    return table.assign(**changed)


def compare_small(ours, **changed):
    return compare_numbers(small(**changed), {"a": lambda: ours})


def test_every_number_of_the_study_is_inside_its_tolerance(real):
    assert real.loc[~real["inside"], ["check", "quantity", "ours"]].to_numpy().tolist() == []
    summary = summarise(real)
    assert len(summary) >= 14
    assert (summary["verdict"] == "inside").all()
    assert summary["numbers"].sum() == len(published_numbers())


@pytest.mark.parametrize("check", EXAMPLES)
def test_a_wrong_published_number_puts_its_check_outside(real, check):
    wrong = published_numbers()
    row = wrong.index[wrong["check"] == check][-1]
    scale = abs(wrong.loc[row, "published"]) if wrong.loc[row, "scale"] == "relative" else 1.0
    wrong.loc[row, "published"] += 2.1 * wrong.loc[row, "tolerance"] * scale
    ours = real.set_index(["check", "quantity"])["ours"]
    examples = {one: (lambda one=one: ours.loc[one].to_dict()) for one in EXAMPLES}
    summary = summarise(compare_numbers(wrong, examples)).set_index("check")
    assert summary.loc[check, "verdict"] == "outside"
    assert summary.loc[check, "quantity"] == wrong.loc[row, "quantity"]
    assert (summary.drop(check)["verdict"] == "inside").all()


def test_absolute_and_relative_tolerances_end_where_they_say():
    at_the_end = compare_small({"x": 2.01 - 1e-12, "y": -99.0 - 1e-9})
    assert at_the_end["inside"].all()
    assert at_the_end["allowed"].tolist() == pytest.approx([0.01, 1.0])
    assert not compare_small({"x": 2.0101, "y": -100.0})["inside"].iloc[0]
    assert not compare_small({"x": 2.0, "y": -98.9})["inside"].iloc[1]


def test_what_is_not_a_number_is_outside():
    assert not compare_small({"x": np.nan, "y": -100.0})["inside"].iloc[0]


@pytest.mark.parametrize(
    ("ours", "changed", "message"),
    [
        ({"x": 2.0}, {}, "y stands on one side only"),
        ({"x": 2.0, "y": 1.0, "z": 1.0}, {}, "z stands on one side only"),
        ({"x": 2.0, "y": 1.0}, {"tolerance": [0.01, 0.0]}, "positive tolerance"),
        ({"x": 2.0, "y": 1.0}, {"scale": ["absolute", "percent"]}, "absolute or relative"),
        ({"x": 2.0, "y": 1.0}, {"published": [2.0, 0.0]}, "absolute tolerance"),
        ({"x": 2.0, "y": 1.0}, {"quantity": ["x", "x"]}, "twice"),
        ({"x": 2.0, "y": 1.0}, {"check": ["a", "b"]}, "published or computed"),
    ],
)
def test_tables_that_cannot_be_compared_are_refused(ours, changed, message):
    with pytest.raises(StudyError, match=message):
        compare_small(ours, **changed)


def test_a_check_without_description_is_refused(real):
    with pytest.raises(StudyError, match="moran: described or compared"):
        summarise(real, checks().query("check != 'moran'"))


def test_checks_name_functions_that_exist():
    for names in checks()["function"]:
        if names == "statsmodels QuantReg":
            continue
        path, _, functions = names.rpartition(".")
        module = ROOT / "src" / "nqpf" / f"{path.split(', ')[0].replace('.', '/')}.py"
        if ", " in names:  # two of one module: theil_l, theil_t
            first, second = names.split(", ")
            path, _, one = first.rpartition(".")
            module, functions = ROOT / "src" / "nqpf" / f"{path.replace('.', '/')}.py", second
            assert f"def {one}(" in module.read_text(encoding="utf-8")
        assert f"def {functions}(" in module.read_text(encoding="utf-8")


def test_checks_said_to_be_done_by_tests_exist():
    for test in checked_by_tests()["test"]:
        path, _, name = test.partition("::")
        code = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {name}(" in code or f"class {name}:" in code, test
        assert "golden" in code


def test_the_exact_wild_p_is_that_of_refitting_every_sign_vector():
    panel = samples.grunfeld()
    units, years = (pd.factorize(panel.index.get_level_values(n))[0] for n in ("unit", "year"))
    dummies = np.hstack([np.eye(10)[units], np.eye(20)[years][:, 1:]])
    capital, value, y = (panel[name].to_numpy() for name in ("capital", "value", "invest"))
    full, null = np.column_stack([capital, value, dummies]), np.column_stack([value, dummies])
    solve = np.linalg.pinv(full)
    fitted = null @ np.linalg.lstsq(null, y, rcond=None)[0]

    def t(outcome):
        b = solve @ outcome
        scores = np.bincount(units, solve[0] * (outcome - full @ b))
        return abs(b[0]) / np.sqrt(scores @ scores)

    drawn = [
        t(fitted + (y - fitted) * np.array(signs)[units])
        for signs in itertools.product([1, -1], repeat=10)
    ]
    p = np.mean(np.array(drawn) >= t(y) * (1 - 1e-9))
    published = published_numbers().set_index("check").loc["wild_exact", "published"]
    assert p == pytest.approx(published, abs=1e-12)
    assert EXAMPLES["wild_exact"]()["p"] == p


def test_a_missing_packaged_file_says_what_to_do():
    with pytest.raises(StudyError, match="locked version"):
        samples._packaged("statsmodels.stats.tests.results", "nowhere.csv")


def test_typed_data_files_have_no_gaps():
    for table in (published_numbers(), checks(), checked_by_tests()):
        assert not table.isna().any(axis=None)
    assert comparison.EXAMPLES.keys() == set(checks()["check"])
