"""The tests that PLAN.md declares, as data, and the panel on which each is run.

A factor is an element of the index, the index itself or a single indicator. Indicators that share
an ingredient with the outcome are taken out before it is built; the variants that the plan wants
shown beside it stand in further columns of the same panel.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Association
from nqpf.errors import StudyError
from nqpf.expressions import evaluate, names
from nqpf.index import Hierarchy, IndexOptions, build_index
from nqpf.index.options import NEED_POSITIVE
from nqpf.regression.overlap import overlap_table

FACTOR = "factor"
OUTCOME = "outcome"
CONTROLS = {"log_population": "ctl_population", "urbanisation": "ctl_urban"}
SAME = 1e-9
BASE_YEAR = "base-year goalposts"
BY_THE_PLAN = "one is a part of the other (PLAN.md)"


@dataclass(frozen=True)
class Declared:
    """One declared test.

    Attributes
    ----------
    id, claim_id, mechanism, level : str
        Name of the test, claim it serves, mechanism, `provinces` or `cities`.
    outcome : str
        Indicator, raw variable or arithmetic over them.
    factor : str
        `index`, an element or an indicator.
    taken_out : tuple of str
        Indicators left out of the factor because the outcome shares an ingredient.
    lag : int
        Years by which the factor precedes the outcome.
    log_outcome : bool
        Whether the outcome is taken in natural logarithms.
    first, last : int
        Years of the outcome.
    primary : bool
        Whether it is a mechanism's one primary test at its level.
    family : str
        Within which p-values are adjusted; empty for none.
    minimum_effect : float
        Smallest effect of interest, in within standard deviations of the outcome.
    label : str
        Outcome on factor in words.
    """

    id: str
    claim_id: str
    mechanism: str
    level: str
    outcome: str
    factor: str
    taken_out: tuple[str, ...]
    lag: int
    log_outcome: bool
    first: int
    last: int
    primary: bool
    family: str
    minimum_effect: float
    label: str

    @property
    def association(self) -> Association:
        """The test on the panel of `panel_of`."""
        years = (self.first, self.last)
        return Association(self.id, OUTCOME, FACTOR, years, self.log_outcome)


@dataclass(frozen=True)
class Level:
    """What a level's tests are computed from.

    Attributes
    ----------
    values : DataFrame
        Indicators and raw variables by unit and year.
    hierarchy : Hierarchy
        The whole index.
    options : IndexOptions
        Its choices; years and units left out bound every factor.
    """

    values: pd.DataFrame
    hierarchy: Hierarchy
    options: IndexOptions


def declared_tests(codebook: pd.DataFrame) -> list[Declared]:
    """Read data/codebook/associations.csv.

    Parameters
    ----------
    codebook : DataFrame
        As `data.load_codebook("associations")` returns it.

    Raises
    ------
    StudyError
        If an id stands twice.
    """
    if codebook["id"].duplicated().any():
        twice = codebook.loc[codebook["id"].duplicated(), "id"].iloc[0]
        raise StudyError(f"the declared test '{twice}' stands twice in associations.csv; keep one")
    rows = codebook.to_dict("records")
    for row in rows:
        row["taken_out"] = tuple(part for part in row["taken_out"].split(";") if part)
        row["log_outcome"], row["primary"] = row["log_outcome"] == "yes", row["primary"] == "yes"
    return [Declared(**row) for row in rows]


def level_of(
    indicators: pd.DataFrame, raw: pd.DataFrame, hierarchy: Hierarchy, options: IndexOptions
) -> Level:
    """Put indicators and raw variables of a level side by side.

    Parameters
    ----------
    indicators, raw : DataFrame
        Indexed by unit and year; where a name is in both the indicator counts.
    hierarchy : Hierarchy
        The whole index.
    options : IndexOptions
        Its inference.
    """
    others = raw.drop(columns=raw.columns.intersection(indicators.columns))
    return Level(indicators.join(others, how="outer").sort_index(), hierarchy, options)


def factor_values(level: Level, factor: str, taken_out: tuple[str, ...], **changes) -> pd.Series:
    """The factor of a test on the unit-years of the index.

    Parameters
    ----------
    level : Level
        Values and inference.
    factor : str
        `index`, an element or an indicator.
    taken_out : tuple of str
        Indicators left out; the rest are weighted anew.
    **changes
        Other choices of `IndexOptions` than the level's, for variants.
    """
    options = replace(level.options, **changes)
    if factor in level.hierarchy.nodes:
        tree = tree_without(level.hierarchy, taken_out)
        return build_index(level.values, tree, options).scores[factor]
    if factor not in level.values:
        raise StudyError(f"expected a node of the index or an indicator, got '{factor}'")
    values = level.values[factor]
    units, years = (values.index.get_level_values(name) for name in ("unit", "year"))
    inside = ~units.isin(options.units_excluded)
    if options.years is not None:
        inside &= (years >= options.years[0]) & (years <= options.years[1])
    return values[inside]


def tree_without(tree: Hierarchy, taken_out: tuple[str, ...]) -> Hierarchy:
    """The tree without those of its indicators that a test takes out."""
    gone = [one for one in taken_out if one in tree.indicators]
    return tree.without(*gone) if gone else tree


def panel_of(level: Level, test: Declared) -> pd.DataFrame:
    """Panel of one declared test with the variants of its factor.

    Parameters
    ----------
    level : Level
        Values and inference.
    test : Declared
        Outcome, factor, years.

    Returns
    -------
    DataFrame
        Columns outcome (missing outside the declared years), factor (on all unit-years of the
        index, so that its standard deviation is that of the plan), the controls of the declared
        variant where they are held, and one column for each variant that differs from the factor.
    """
    known = set(level.values.columns)
    if lost := sorted(names(test.outcome) - known):
        raise StudyError(f"the outcome of '{test.id}' needs {', '.join(lost)}, which is not held")
    scope = {name: level.values[name] for name in names(test.outcome)}
    outcome = evaluate(test.outcome, scope)
    years = outcome.index.get_level_values("year")
    columns = {OUTCOME: outcome.where((years >= test.first) & (years <= test.last))}
    for label, values in _factors(level, test):
        moved = values.rename(index=lambda year: year + test.lag, level="year")
        if label == FACTOR or not _same(moved, columns[FACTOR]):
            columns[label] = moved
    for name, source in CONTROLS.items():
        if source in known:
            raw = level.values[source]
            columns[name] = np.log(raw) if name.startswith("log_") else raw
    return pd.DataFrame(columns).rename_axis(["unit", "year"]).sort_index()


def variants_of(panel: pd.DataFrame) -> list[str]:
    """Columns of a test's panel that measure its factor otherwise."""
    return [name for name in panel.columns if name not in (OUTCOME, FACTOR, *CONTROLS)]


def ingredients(
    codebook: pd.DataFrame, hierarchy: Hierarchy, tests: list[Declared]
) -> pd.DataFrame:
    """What each factor holds, what was taken out of it and which ingredient it shared.

    Parameters
    ----------
    codebook : DataFrame
        data/codebook/indicators.csv of one level.
    hierarchy : Hierarchy
        The whole index of the level.
    tests : list of Declared
        Tests of the level.

    Returns
    -------
    DataFrame
        Columns id, test, taken_out, shared, left: names of indicators, one row per test.

    Raises
    ------
    StudyError
        If an indicator that shares a raw variable with the outcome is still in the factor.
    """
    rows = []
    for test in tests:
        members = _members(hierarchy, test.factor)
        gone = [one for one in members if one in test.taken_out]
        left = [one for one in members if one not in test.taken_out]
        shared: list[str] = []
        if test.outcome in set(codebook["id"]):
            pairs = overlap_table(codebook, [test.outcome], members).set_index("indicator")
            if still := [one for one in left if pairs.loc[one, "kind"] != "none"]:
                raise StudyError(
                    f"'{test.id}': {', '.join(still)} shares {pairs.loc[still[0], 'shared']} with "
                    f"{test.outcome}; declare it as taken out"
                )
            shared = [str(pairs.loc[one, "shared"]) or BY_THE_PLAN for one in gone]
        elif gone:
            shared = [BY_THE_PLAN]
        rows.append((test.id, test.label, ", ".join(gone) or "none",
                     "; ".join(dict.fromkeys(shared)) or "none", ", ".join(left)))  # fmt: skip
    return pd.DataFrame(rows, columns=["id", "test", "taken_out", "shared", "left"])


def _members(hierarchy: Hierarchy, factor: str) -> list[str]:
    """Indicators of a factor."""
    if factor not in hierarchy.nodes:
        return [factor]
    return [one for one in hierarchy.indicators if factor in ("index", hierarchy.element_of(one))]


def _factors(level: Level, test: Declared) -> Iterator[tuple[str, pd.Series]]:
    """The declared factor first, then its declared variants.

    Beside a mean that needs positive scores there is no variant with goalposts of the base year:
    scores below that year's lowest are negative.
    """
    yield FACTOR, factor_values(level, test.factor, test.taken_out)
    if test.factor not in level.hierarchy.nodes:
        return
    yield "full factor", factor_values(level, test.factor, ())
    for label, changes in (
        ("entropy weights", {"weights": "entropy", "weights_scope": "pooled"}),
        (BASE_YEAR, {"normalisation": "minmax_base"}),
        ("winsorised or logged", {"treatment": "winsorise_or_log"}),
    ):
        if label == BASE_YEAR and level.options.aggregation in NEED_POSITIVE:
            continue
        yield label, factor_values(level, test.factor, test.taken_out, **changes)
    years, left_out = level.options.years, level.options.units_excluded
    if "Tibet" in left_out and years and years[0] < 2017 < years[1]:
        others = tuple(unit for unit in left_out if unit != "Tibet")
        yield (
            "from 2017 with Tibet",
            factor_values(
                level, test.factor, test.taken_out, years=(2017, years[1]), units_excluded=others
            ),
        )


def _same(one: pd.Series, other: pd.Series) -> bool:
    """Whether two measures differ by unit and origin only."""
    both = pd.concat([one, other], axis=1)
    if not both.notna().any(axis=1).equals(both.notna().all(axis=1)):
        return False
    both = both.dropna()
    return bool(np.corrcoef(both.to_numpy().T)[0, 1] > 1 - SAME)
