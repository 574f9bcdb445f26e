import json

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.report import load_exhibits, load_facts, open_page
from nqpf.report.facts import make_fact, save_notebook_facts


def fact(value, unit="", digits=None, missing=""):
    return make_fact("name", value, unit, digits, "", missing)


@pytest.mark.parametrize(
    ("made", "spec", "text"),
    [
        (fact(30.7312, "%", 1), "", "30.7"),
        (fact(30.7312, "%", 1), "u", "30.7%"),
        (fact(1450, "bn CNY"), "u", "1,450\N{NO-BREAK SPACE}bn CNY"),
        (fact(0.8, "% a year", 1), "u", "0.8% a year"),
        (fact(2013, "year"), "", "2013"),
        (fact(2013), "", "2,013"),
        (fact(2013), "d", "2013"),
        (fact(-0.12345), ".2f", "−0.12"),
        (fact(0.12345), "+.1f", "+0.1"),
        (fact(0.0319), "p", "p = 0.032"),
        (fact(3), "o", "3rd"),
        (fact(3), "w", "three"),
        (fact("Foshan and Zhuhai"), "", "Foshan and Zhuhai"),
        (fact(np.float64("nan"), missing="not available"), ".1f", "not available"),
        (fact(np.int64(7)), "w", "seven"),
    ],
)
def test_a_fact_as_prose_prints_it(made, spec, text):
    assert made.text(spec) == text


@pytest.mark.parametrize("value", [float("nan"), np.inf, None, pd.NA])
def test_a_missing_result_needs_words(value):
    with pytest.raises(StudyError, match="missing="):
        fact(value)


@pytest.mark.parametrize("value", [True, np.True_, [1], {"a": 1}, pd.Series([1.0])])
def test_only_single_numbers_and_text_are_facts(value):
    with pytest.raises(StudyError, match="fact 'name'"):
        fact(value)


@pytest.mark.parametrize(
    ("made", "spec"), [(fact(1.5), "w"), (fact("text"), ".1f"), (fact(1), "%")]
)
def test_a_format_that_does_not_fit_is_refused(made, spec):
    with pytest.raises(StudyError, match="fact 'name'"):
        made.text(spec)


@pytest.mark.parametrize("name", ["Share", "2nd", "a-b", ""])
def test_names_are_plain(name):
    with pytest.raises(StudyError, match="lower case"):
        make_fact(name, 1, "", None, "", "")


def test_saved_facts_come_back_and_are_sorted(tmp_path, monkeypatch):
    from nqpf.report import facts, page

    class Paths:
        facts = tmp_path

    monkeypatch.setattr(facts, "built_paths", lambda study: Paths)
    monkeypatch.setattr(page, "study_paths", lambda study: Paths)
    one = open_page("03_mechanisms", "smoke")
    one.record("z_last", np.float32(0.5), "%", 1, "half")
    one.record("a_first", 3)
    one.close()
    content = json.loads((tmp_path / "03_mechanisms.json").read_text(encoding="utf-8"))
    assert list(content["facts"]) == ["a_first", "z_last"]
    assert content["facts"]["z_last"]["text"] == "0.5"
    loaded = load_facts("smoke")["03_mechanisms"]
    assert loaded == one.facts
    assert load_exhibits("smoke") == []


def test_exhibits_are_kept_in_reading_order(tmp_path):
    shuffled = (("table", "2.1"), ("figure", "2.10"), ("figure", "2.2"), ("figure", "2.1"))
    made = [{"kind": kind, "number": number} for kind, number in shuffled]
    save_notebook_facts(tmp_path / "02.json", {}, made)
    kept = json.loads((tmp_path / "02.json").read_text())["exhibits"]
    assert [one["number"] for one in kept] == ["2.1", "2.2", "2.10", "2.1"]
