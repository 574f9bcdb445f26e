"""Declarations of indicators are checked one by one, and computed as written."""

import numpy as np
import pandas as pd
import pytest

from nqpf.data.indicators import check_codebook, compute, years_of
from nqpf.errors import StudyError

GOOD = {
    "id": "x_pc",
    "level": "city",
    "role": "means",
    "formula": "a/b",
    "direction": "+",
    "unit": "items per person",
    "years": "2010-2012",
    "log": "no",
}
VARIABLES = {"city": {"a", "b"}, "province": {"c"}}


def book(*changes):
    return pd.DataFrame([{**GOOD, **change} for change in changes])


def panel(**columns):
    index = pd.MultiIndex.from_product([["A"], range(2010, 2014)], names=["unit", "year"])
    return pd.DataFrame(columns, index=index, dtype=float)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2011-2013 ex 2012", {2011, 2013}),
        ("2006-2007;2021;2023", {2006, 2007, 2021, 2023}),
        ("2015", {2015}),
        ("2010-2014 ex 2011;2013", {2010, 2012, 2014}),
    ],
)
def test_years_are_read(text, years):
    assert years_of(text) == years


@pytest.mark.parametrize(
    "text",
    [
        "",
        "all",
        "2012-2010",
        "2010-2011-2012",
        "10-12",
        "2010-2012 ex 2015",
        "2010;",
        "2010 ex",
        None,
    ],
)
def test_bad_years_are_named(text):
    with pytest.raises(StudyError, match="expected years such as '2011-2022 ex 2017', got"):
        years_of(text)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"level": "county"}, "column level: expected one of city, province, got 'county'"),
        ({"role": "land"}, "column role: expected one of control, labourers, means, objects,"),
        ({"direction": "up"}, "column direction: expected one of +, -, none, got 'up'"),
        ({"log": "maybe"}, "column log: expected one of no, yes, got 'maybe'"),
        ({"unit": ""}, "column unit: expected some text, got nothing"),
        ({"id": ""}, "column id: expected some text, got nothing"),
        ({"years": "2012-2010"}, "column years: expected years such as"),
        ({"formula": "a/c"}, "column formula: expected variables of the city panel, got c"),
        ({"formula": "a/"}, "column formula: expected an expression, got 'a/'"),
        ({"formula": "open(a)"}, "is not allowed"),
        ({"formula": "2"}, "column formula: expected at least one variable, got '2'"),
        ({"formula": "min(a, b)"}, "column formula: expected arithmetic that works year by year"),
        ({"formula": "a and b"}, "column formula: expected arithmetic that works year by year"),
    ],
)
def test_wrong_declaration_is_named(change, said):
    with pytest.raises(StudyError) as caught:
        check_codebook(book({"id": "first"}, change), VARIABLES)
    text = str(caught.value)
    assert text.startswith(f"data/codebook/indicators.csv, row 3 ({change.get('id', 'x_pc')}), ")
    assert said in text
    assert "\n" not in text


def test_near_name_of_a_variable_is_offered():
    with pytest.raises(StudyError, match="got gpd; did you mean 'gdp'"):
        check_codebook(book({"formula": "gpd"}), {"city": {"gdp"}, "province": set()})


def test_duplicate_id_names_both_rows_but_levels_are_apart():
    check_codebook(book({}, {"level": "province", "formula": "c"}), VARIABLES)
    with pytest.raises(StudyError, match=r"row 3 \(x_pc\), column id: .* again, first in row 2"):
        check_codebook(book({}, {}), VARIABLES)


def test_many_faults_are_five_and_a_count():
    wrong = [{"id": f"i{k}", "role": "land"} for k in range(8)]
    with pytest.raises(StudyError) as caught:
        check_codebook(book(*wrong), VARIABLES)
    lines = str(caught.value).splitlines()
    assert len(lines) == 6
    assert lines[-1] == "data/codebook/indicators.csv: and 3 more like these"


def test_lacking_column_is_named():
    with pytest.raises(StudyError, match=r"row 1: expected the columns .* got no years"):
        check_codebook(book({}).drop(columns="years"), VARIABLES)


def test_values_only_in_declared_years_and_only_finite():
    data = panel(a=[1, 2, np.nan, 4], b=[2, 0, 2, 2])
    values = compute(data, book({}), "cities")["x_pc"]
    assert values.tolist()[0] == 0.5
    assert values.iloc[1:].isna().all()  # division by zero, missing ingredient, undeclared year


def test_only_indicators_of_the_level_are_computed():
    data = panel(a=[1] * 4, b=[2] * 4, c=[3] * 4)
    both = book({}, {"id": "y", "level": "province", "formula": "c"})
    assert compute(data, both, "provinces").columns.tolist() == ["y"]
