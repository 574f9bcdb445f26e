"""Chapter 2: new quality productive forces measured as an index of three elements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.index import IndexOptions, IndexResult, build_index, element_hierarchy
from nqpf.index.hierarchy import LEVEL_IN_CODEBOOK
from nqpf.productivity import chained_volume, cumulated, malmquist

ELEMENTS = ("labourers", "means", "objects")


NAMED = 5  # units named beside the one followed where none are given
DETAILS = {  # option of the engine that the details of a choice set, by choice and name
    "treatment": {"winsorise_or_log": "winsorise_most"},
    "normalisation": {
        "minmax": "scale",
        "rank": "scale",
        "minmax_base": "base_year",
        "goalposts": "goalposts",
        "reference": "reference",
    },
    "weights": {"given": "given_weights"},
    "element_weights": {"given": "given_above"},
    "aggregation": {"generalised": "power"},
}


def index_options(
    years: list[int], choices: Mapping[str, Any], left_out: list[str] | None = None
) -> IndexOptions:
    """Options of the engine from the parameters of a notebook.

    Parameters
    ----------
    years : list of int
        First and last year.
    left_out : list of str, optional
        Units left out by decision.
    choices : mapping
        coverage, treatment, normalisation, weights, weights_scope, element_weights, aggregation,
        missing; each a value or, where a choice takes more than a name, `{name: details}`.

    Raises
    ------
    StudyError
        If a choice has details that it does not take.
    """
    given: dict[str, Any] = {}
    for name, value in choices.items():
        if not isinstance(value, Mapping):
            given[name] = value
            continue
        ((chosen, details),) = value.items()
        if chosen not in DETAILS.get(name, {}):
            raise StudyError(f"the choice '{chosen}' of {name} takes no details, got {details}")
        given[name] = chosen
        given[DETAILS[name][chosen]] = tuple(details) if isinstance(details, list) else details
    return IndexOptions(years=(years[0], years[1]), units_excluded=tuple(left_out or ()), **given)


def of_any_tree(options: IndexOptions) -> IndexOptions:
    """Choices that suit any indicators: what was given for single ones or elements left out.

    The characteristics hold outcomes as well, for which no weights or goalposts are asked.
    """
    plain: dict[str, Any] = {}
    if options.weights == "given":
        plain |= {"weights": "equal", "given_weights": None}
    if options.element_weights == "given":
        plain |= {"element_weights": "equal", "given_above": None}
    if options.normalisation == "goalposts":
        plain |= {"normalisation": "minmax", "goalposts": None}
    return replace(options, **plain)


@dataclass(frozen=True)
class Measured:
    """A panel with its index, and the unit that the chapter follows in it.

    Attributes
    ----------
    level : str
        provinces or cities.
    unit : str
        What one of them is called.
    codebook : DataFrame
        data/codebook/indicators.csv, rows of the level.
    indicators, geography : DataFrame
        Indicators by unit and year; region and place of every unit.
    index : IndexResult
    year : int
        Last year with an index.
    focus : str
        Unit followed.
    named : tuple of str
        Units named beside it.
    """

    level: str
    unit: str
    codebook: pd.DataFrame
    indicators: pd.DataFrame
    geography: pd.DataFrame
    index: IndexResult
    year: int
    focus: str
    named: tuple[str, ...]

    @property
    def standing(self) -> pd.DataFrame:
        """Scores and ranks of the last year, best first."""
        return standing_in_year(self.index, self.year)

    @property
    def labels(self) -> dict[str, str]:
        """Name of each indicator as readers see it."""
        return dict(zip(self.codebook["id"], self.codebook["dimension"], strict=True))


def measure(
    level: str,
    codebook: pd.DataFrame,
    indicators: pd.DataFrame,
    geography: pd.DataFrame,
    options: IndexOptions,
    focus: str,
    named: Sequence[str] = (),
) -> Measured:
    """Build the index of a panel and say whom to follow in it.

    Parameters
    ----------
    level : {"provinces", "cities"}
    codebook : DataFrame
        data/codebook/indicators.csv.
    indicators, geography : DataFrame
        Of the level.
    options : IndexOptions
        All choices.
    focus : str
        Unit followed; it may be without an index.
    named : sequence of str
        Units named beside it; by default the five best others of the last year.
    """
    index = build_index(indicators, element_hierarchy(codebook, level), options)
    year = last_year(index)
    best = [unit for unit in standing_in_year(index, year)["unit"] if unit != focus]
    return Measured(
        level,
        {"provinces": "province", "cities": "city"}[level],
        codebook[codebook["level"] == LEVEL_IN_CODEBOOK[level]],
        indicators,
        geography,
        index,
        year,
        focus,
        tuple(named or best[:NAMED]),
    )


def standing_in_year(result: IndexResult, year: int) -> pd.DataFrame:
    """Scores and ranks of all units in one year, best first.

    Parameters
    ----------
    result : IndexResult
        The index.
    year : int
        Year looked at.

    Returns
    -------
    DataFrame
        Columns unit, rank, index and the elements; units without a score are left out.

    Raises
    ------
    StudyError
        If no unit has a score in that year.
    """
    scores = result.scores.xs(year, level="year").dropna(subset=["index"])
    if scores.empty:
        raise StudyError(f"no unit has an index in {year}; choose another year or rule for gaps")
    ranks = result.ranks.xs(year, level="year")["index"].reindex(scores.index).astype(int)
    table = scores.assign(rank=ranks).sort_values(["rank"], kind="stable").reset_index()
    return table[["unit", "rank", "index", *[e for e in ELEMENTS if e in table]]]


def last_year(result: IndexResult) -> int:
    """Last year in which any unit has an index."""
    scored = result.scores["index"].dropna()
    return int(scored.index.get_level_values("year").max())


def productivity_changes(panel: pd.DataFrame, left_out: list[str]) -> pd.DataFrame:
    """DEA-Malmquist changes of the whole economy from capital and employment.

    Parameters
    ----------
    panel : DataFrame
        Columns gdp_rev5, gdp_index, employment_total, capital_stock_zj2000.
    left_out : list of str
        Units left out by decision.

    Returns
    -------
    DataFrame
        As `nqpf.productivity.malmquist` gives it; output is GDP in prices of the first year.
    """
    inputs = ["capital_stock_zj2000", "employment_total"]
    first = int(panel["gdp_index"].dropna().index.get_level_values("year").min())
    output = chained_volume(panel["gdp_rev5"], panel["gdp_index"], first).rename("output")
    table = panel[inputs].join(output).drop(index=left_out, level="unit", errors="ignore")
    years = table.dropna().index.get_level_values("year")
    table = table[table.index.get_level_values("year").isin(years.unique())]
    return malmquist(table, inputs, ["output"])


def growth_of_ingredients(panel: pd.DataFrame, changes: pd.DataFrame) -> dict[str, tuple]:
    """Yearly growth of capital, output and employment in the median province.

    Parameters
    ----------
    panel : DataFrame
        As in `productivity_changes`.
    changes : DataFrame
        Its result, which says which years and units are compared.

    Returns
    -------
    dict
        Facts tfp_capital, tfp_output and tfp_labour, % a year.
    """
    last = int(changes.index.get_level_values("year").max())
    first = int(changes.index.get_level_values("year").min()) - 1
    units = changes.index.unique("unit")
    chained = panel["gdp_index"].unstack("year").loc[units, range(first + 1, last + 1)] / 100
    growth = {"output": chained.prod(axis=1, skipna=False)}
    for name, column in (("capital", "capital_stock_zj2000"), ("labour", "employment_total")):
        wide = panel[column].unstack("year").loc[units]
        growth[name] = wide[last] / wide[first]
    rates = {k: 100 * (ratio ** (1 / (last - first)) - 1) for k, ratio in growth.items()}
    return {f"tfp_{k}": (float(rate.median()), "% a year", 1) for k, rate in rates.items()}


def whole_economy_productivity(panel: pd.DataFrame, left_out: list[str]) -> pd.DataFrame:
    """Growth and level of total factor productivity; see `productivity_changes`.

    Returns
    -------
    DataFrame
        Columns growth (% over the year before) and log_level (logarithm of the cumulated index),
        indexed by unit and year; missing where an ingredient is.
    """
    changes = productivity_changes(panel, left_out)
    level = np.log(cumulated(changes) / 100).stack().rename("log_level")
    level.index = level.index.set_names(["year", "unit"])
    growth = (100 * (changes["tfpch"] - 1)).rename("growth")
    return pd.concat([growth, level.swaplevel().sort_index()], axis=1).sort_index()


def rows_of(panel: pd.DataFrame, years: tuple[int, int], left_out: list[str]) -> pd.DataFrame:
    """Rows of the given years, without the units left out by decision."""
    at = panel.index.get_level_values("year")
    kept = ~panel.index.get_level_values("unit").isin(left_out)
    return panel[(at >= years[0]) & (at <= years[1]) & kept]
