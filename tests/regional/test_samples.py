import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regional.samples import (
    check_groups,
    check_values,
    complete_units,
    complete_years,
    cross_section,
    sections,
)


@pytest.fixture
def panel():
    index = pd.MultiIndex.from_product(
        [["Hainan", "Hebei", "Tibet"], [2001, 2002]], names=["unit", "year"]
    )
    return pd.DataFrame(
        {"gdp": [1.0, 2, 3, 4, np.nan, np.nan], "people": [1.0, 1, 1, np.nan, 1, 1]}, index=index
    )


def test_complete_units_names_what_it_leaves_out(panel):
    sample = complete_units(panel, ["gdp"])
    assert sample.units == ["Hainan", "Hebei"]
    assert sample.years == [2001, 2002]
    assert sample.left_out.to_dict("list") == {
        "unit": ["Tibet", "Tibet"],
        "year": [2001, 2002],
        "missing": ["gdp", "gdp"],
    }


def test_complete_years_names_cells_lost_with_their_year(panel):
    sample = complete_years(panel.drop("Tibet"), ["gdp", "people"])
    assert sample.years == [2001]
    assert sample.left_out["unit"].tolist() == ["Hainan", "Hebei"]
    assert sample.left_out["missing"].tolist() == ["", "people"]


def test_an_absent_row_counts_as_missing(panel):
    sample = complete_units(panel.drop([("Hebei", 2002)]), ["gdp"])
    assert sample.units == ["Hainan"]


def test_nothing_complete_is_an_error(panel):
    with pytest.raises(StudyError, match="expected a year with all values of gdp"):
        complete_years(panel, ["gdp"])


def test_cross_section_names_missing_units(panel):
    with pytest.raises(StudyError, match=r"'gdp' in 2001, got none for Tibet"):
        cross_section(panel, "gdp", 2001)
    with pytest.raises(StudyError, match=r"'people' in 2002, got none for Hebei"):
        cross_section(panel, ["people"], 2002)
    with pytest.raises(StudyError, match="from 2001 to 2002, got 1999"):
        cross_section(panel, "gdp", 1999)


def test_a_unit_without_a_row_in_the_year_is_missing(panel):
    with pytest.raises(StudyError, match="got none for Hebei"):
        cross_section(panel.drop([("Hebei", 2001), ("Tibet", 2001)]), "gdp", 2001)


def test_panel_must_be_one(panel):
    with pytest.raises(StudyError, match="index levels unit and year"):
        sections(panel.reset_index(), "gdp")
    with pytest.raises(StudyError, match="Hainan 2001 twice"):
        sections(pd.concat([panel, panel.iloc[:1]]), "gdp")
    with pytest.raises(StudyError, match="'gross'"):
        sections(panel, "gross")
    with pytest.raises(StudyError, match="empty"):
        sections(panel.iloc[:0], "gdp")


def test_values_are_checked_and_named():
    named = pd.Series([1.0, np.nan, -2.0], ["a", "b", "c"])
    with pytest.raises(StudyError, match="got none for b"):
        check_values(named)
    with pytest.raises(StudyError, match=r"c \(-2\)"):
        check_values(named.dropna())
    with pytest.raises(StudyError, match="zeros only"):
        check_values([0, 0])
    with pytest.raises(StudyError, match="at least one unit"):
        check_values([])
    with pytest.raises(StudyError, match="got none for unit 1"):
        check_values([1, np.inf])
    with pytest.raises(StudyError, match="and 4 more"):
        check_values(pd.Series([np.nan] * 10, list("abcdefghij")))


def test_weights_are_checked():
    x = pd.Series([1.0, 2.0], ["a", "b"])
    with pytest.raises(StudyError, match="same units"):
        check_values(x, pd.Series([1.0, 2.0], ["b", "a"]))
    with pytest.raises(StudyError, match=r"positive weights.*b \(0\)"):
        check_values(x, [1, 0])
    with pytest.raises(StudyError, match="expected 2 weights"):
        check_values(x, [1, 2, 3])
    assert check_values(x, [1, 3])[1].tolist() == [0.25, 0.75]


def test_groups_are_checked():
    index = pd.Index(["a", "b"])
    codes, names = check_groups(pd.Series({"b": "East", "a": "West", "c": "North"}), index)
    assert codes.tolist() == [1, 0]
    assert names == ["East", "West"]
    with pytest.raises(StudyError, match="got none for b"):
        check_groups(pd.Series({"a": "West"}), index)
    with pytest.raises(StudyError, match="got none for a"):
        check_groups([None, "West"], index)
    with pytest.raises(StudyError, match="expected 2 groups"):
        check_groups(["West"], index)
