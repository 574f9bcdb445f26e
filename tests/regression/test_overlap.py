"""The guard against ingredients on both sides."""

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.paths import CODEBOOK
from nqpf.regression.overlap import (
    overlap_matrix,
    overlap_table,
    purge,
    shared_variables,
    variable_places,
)
from nqpf.regression.panel import fit_two_way
from tests.regression.simulated import simulated_panel

BOOK = pd.DataFrame(
    [
        ("out_va2_pc", "va_secondary_rev5*10000/population"),
        ("out_co2_gdp", "co2/gdp_rev5*100"),
        ("out_structure", "va3/va2"),
        ("patents_pc", "patents/population"),
        ("rd_gdp", "rd_exp/10000/gdp_rev5*100"),
        ("co2_pc", "co2/population"),
        ("people_per_va", "population/hectares"),
        ("dfi", "pku_dfi_index"),
    ],
    columns=["id", "formula"],
)
INDEX = ["patents_pc", "rd_gdp", "co2_pc", "people_per_va", "dfi"]


@pytest.mark.parametrize(
    ("formula", "places"),
    [
        ("a/b", {"a": {"numerator"}, "b": {"denominator"}}),
        ("a/(b/c)", {"a": {"numerator"}, "b": {"denominator"}, "c": {"numerator"}}),
        ("a/(a+b)*100", {"a": {"numerator", "denominator"}, "b": {"denominator"}}),
        ("log(a/b) - c", {"a": {"numerator"}, "b": {"denominator"}, "c": {"numerator"}}),
        ("a*b**-1", {"a": {"numerator"}, "b": {"denominator"}}),
        ("a/10000/b", {"a": {"numerator"}, "b": {"denominator"}}),
    ],
)
def test_places_of_variables(formula, places):
    assert variable_places(formula) == places


def test_kinds_of_sharing():
    def kinds(outcome, indicator):
        return shared_variables(outcome, indicator)["kind"].tolist()

    assert kinds("a/n", "b/n") == ["denominator"]
    assert kinds("a/n", "a/m") == ["numerator"]
    assert kinds("a/n", "b/a") == ["inverse"]
    assert kinds("a/n", "n/b") == ["inverse"]
    assert kinds("a/(a+b)", "a/c") == ["numerator", "inverse"]
    assert kinds("va2/n", "loans/gdp_rev") == ["nested"]
    assert kinds("a/b", "c/d") == []


def test_matrix_and_table():
    matrix = overlap_matrix(BOOK, ["out_va2_pc", "out_co2_gdp"], INDEX)
    assert matrix.loc["out_va2_pc"].tolist() == [
        "denominator",
        "nested",
        "denominator",
        "inverse",
        "none",
    ]
    assert matrix.loc["out_co2_gdp"].tolist() == [
        "none",
        "denominator",
        "numerator",
        "none",
        "none",
    ]
    table = overlap_table(BOOK, ["out_va2_pc"], ["rd_gdp"])
    assert table["shared"].tolist() == ["nested: va_secondary_rev5 ~ gdp_rev5"]


def test_purge_keeps_what_shares_nothing():
    kept, removed = purge(BOOK, "out_va2_pc", INDEX)
    assert kept == ["dfi"]
    assert removed["indicator"].tolist() == ["patents_pc", "rd_gdp", "co2_pc", "people_per_va"]
    kept, removed = purge(BOOK, "out_va2_pc", INDEX, kinds=["numerator", "inverse"])
    assert kept == ["patents_pc", "rd_gdp", "co2_pc", "dfi"]
    assert removed["shared"].tolist() == ["inverse: population"]
    with pytest.raises(StudyError, match="kinds among"):
        purge(BOOK, "out_va2_pc", INDEX, kinds=["both"])
    with pytest.raises(StudyError, match="one indicator 'nothing'"):
        purge(BOOK, "nothing", INDEX)
    with pytest.raises(StudyError, match="rows of one level"):
        purge(pd.concat([BOOK, BOOK]), "out_va2_pc", INDEX)


def test_the_guard_catches_a_correlation_made_of_nothing():
    panel = simulated_panel(30, 12, 2, seed=1, effect=0.0)
    rng = np.random.default_rng(1)
    for name in ("patents", "va_secondary_rev5"):
        panel[name] = np.exp(0.3 * rng.normal(size=len(panel)))
    panel["population"] = np.exp(0.3 * rng.normal(size=len(panel)))
    panel["x1"] = np.log(panel["patents"] / panel["population"])
    panel["y"] = np.log(panel["va_secondary_rev5"] / panel["population"])
    assert fit_two_way(panel, "y", ["x1"]).term("x1")["p"] < 1e-6  # unrelated, one denominator
    assert purge(BOOK, "out_va2_pc", ["patents_pc"])[0] == []


def test_formulas_of_the_study_give_the_published_overlap():
    path = CODEBOOK / "overlap.csv"
    if not path.exists():
        pytest.skip("data/codebook/overlap.csv is not there")
    published = pd.read_csv(path, keep_default_na=False)
    book = pd.read_csv(CODEBOOK / "indicators.csv")
    for level, rows in published.groupby("level"):
        ids = rows["outcome"].unique(), rows["indicator"].unique()
        ours = overlap_table(book[book["level"] == level], *ids)
        both = rows.merge(ours, on=["outcome", "indicator"], how="left")
        assert (both["overlap"] == both["kind"]).all()
