"""The multiverse of an association: index variants, built once each, and what is done with them.

The grid of choices is data (data/codebook/multiverse.csv); here its words become index variants,
outcomes, samples and controls, which `nqpf.regression.multiverse` fits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nqpf.chapters.declared import Declared, Level
from nqpf.chapters.multiverse_words import (
    BUILT_BY,
    SCORING,
    Outcome,
    distinct_specifications,
    index_variants,
    inside,
    outcome_of,
    print_of,
    rows_of,
    values_of,
)
from nqpf.errors import StudyError
from nqpf.index import IndexOptions
from nqpf.index.build import Prepared, assemble, preparation, prepare
from nqpf.index.options import NEED_POSITIVE
from nqpf.regression.multiverse.declare import (
    INDEX_CHOICES,
    Grid,
    Option,
    checked,
    expand,
    read_grid,
)
from nqpf.regression.multiverse.run import Multiverse, run_multiverse
from nqpf.regression.panel import fit_two_way

SETTINGS = {
    "outcome": {"id", "also_out", "last"},
    "indicators": {"purge", "include", "exclude"},
    "treatment": {"treatment"},
    "normalisation": {"normalisation"},
    "weights": {"weights", "element_weights", "weights_scope"},
    "aggregation": {"aggregation"},
    "controls": {"columns"},
    "years": {"first", "last"},
    "units": {"without"},
    "estimator": {"estimator"},
    "errors": {"errors"},
}
GEOMETRIC = "geometric"  # the declared mean that needs positive scores


@dataclass(frozen=True)
class Universe:
    """Everything that a multiverse is fitted from.

    Attributes
    ----------
    panel : DataFrame
        Outcomes, factors and controls by unit and year.
    specifications : DataFrame
        Choices, and the columns that `run_multiverse` needs; the primary one is marked.
    scale : Series
        By outcome: its standard deviation within units and years, all rows.
    excluded : DataFrame
        Combinations left out by rule: when, reason, specifications.
    repeated : int
        Combinations that are the same regression as another and count once.
    variants : int
        Index variants that differ.
    order : mapping of str to tuple of str
        By column of a choice: its options as declared.
    """

    panel: pd.DataFrame
    specifications: pd.DataFrame
    scale: pd.Series
    excluded: pd.DataFrame
    repeated: int
    variants: int
    order: Mapping[str, tuple[str, ...]]


def grid_of(
    options: pd.DataFrame, excluded: pd.DataFrame, level: str, case: str, study: IndexOptions
) -> Grid:
    """Grid of a level for a case, the study's own index choices marked as primary.

    Parameters
    ----------
    options, excluded : DataFrame
        Codebooks `multiverse` and `multiverse_excluded`.
    level : str
        `provinces` or `cities`.
    case : str
        Province studied, in place of {case}.
    study : IndexOptions
        Index choices of the study; where they are none of those declared, they join them.

    Raises
    ------
    StudyError
        See `read_grid`; or a setting that the choice does not have.
    """
    filled = options.assign(settings=options["settings"].str.replace("{case}", case, regex=False))
    grid = read_grid(filled, excluded, level)
    for option in grid.options:
        if unknown := sorted(set(option.settings) - SETTINGS[option.choice]):
            raise StudyError(
                f"multiverse of the {level}: the option '{option.option}' of {option.choice} has "
                f"a setting {unknown[0]}; known are {', '.join(sorted(SETTINGS[option.choice]))}"
            )
    for choice in SCORING:
        grid = _with_the_study(grid, choice, study)
    return _positive_scores(grid, study)


def universe_of(level: Level, grid: Grid, codebook: pd.DataFrame, *, name: str) -> Universe:
    """Build the multiverse of the whole index on the outcomes of the grid.

    Parameters
    ----------
    level : Level
        Values and the study's index choices.
    grid : Grid
    codebook : DataFrame
        data/codebook/indicators.csv.
    name : str
        `provinces` or `cities`.
    """
    rows = rows_of(codebook, name)
    outcomes = [outcome_of(level, rows, option) for option in grid.of("outcome")]
    return _assemble(level, grid, codebook, name, outcomes, "index", lag=0)


def universe_of_test(level: Level, grid: Grid, codebook: pd.DataFrame, test: Declared) -> Universe:
    """Build the multiverse of one declared test: its outcome and factor, all other choices.

    Where the factor is a single indicator there is no index to vary; samples, controls and
    estimators remain.
    """
    grid, outcome = grid_of_test(level, grid, codebook, test)
    return _assemble(level, grid, codebook, test.level, [outcome], test.factor, lag=test.lag)


def grid_of_test(
    level: Level, grid: Grid, codebook: pd.DataFrame, test: Declared
) -> tuple[Grid, Outcome]:
    """What one declared test leaves open, and its outcome.

    Parameters
    ----------
    level, grid, codebook, test
        As for `estimates_over_specifications`.
    """
    known = test.outcome in set(rows_of(codebook, test.level)["id"])
    values = values_of(level, test.outcome, log=test.log_outcome)
    years = values.index.get_level_values("year")
    values = values.where((years >= test.first) & (years <= test.last))
    outcome = Outcome(test.label, values, test.outcome if known else "", test.taken_out)
    whole = test.factor in level.hierarchy.nodes
    return _for_outcome(grid, test, whole=whole, purgeable=known), outcome


def run(universe: Universe, *, draws: int, seed: int, joint_draws: int = 0, **where) -> Multiverse:
    """Fit a universe; the table gains `effect`: estimate over the outcome's within deviation.

    Parameters
    ----------
    universe : Universe
    draws, seed, joint_draws, **where
        See `run_multiverse`.
    """
    fitted = run_multiverse(
        universe.panel,
        universe.specifications,
        draws=draws,
        seed=seed,
        joint_draws=joint_draws,
        **where,
    )
    effect = fitted.table["estimate"] / scale_of(universe)
    return replace(fitted, table=fitted.table.assign(effect=effect))


def scale_of(universe: Universe) -> pd.Series:
    """What the estimate of each specification is divided by, to be an effect."""
    return universe.specifications["outcome"].map(universe.scale)


def estimates_over_specifications(
    level: Level, grid: Grid, codebook: pd.DataFrame, test: Declared, *, draws: int = 999, seed: int
) -> pd.DataFrame:
    """Estimates of one declared association over all defensible specifications.

    Their spread is what the choices of a researcher do; it is apart from the uncertainty of
    sampling, which `se` and `p_wild` of each row describe.

    Parameters
    ----------
    level : Level
        As `declared.level_of` makes it.
    grid : Grid
        As `grid_of` makes it.
    codebook : DataFrame
        data/codebook/indicators.csv.
    test : Declared
        The association.
    draws, seed : int
        Of the wild bootstrap where signs are not enumerated.

    Returns
    -------
    DataFrame
        One row per distinct specification: the choices, primary, estimate (difference in the
        outcome, in logarithms where declared, per standard deviation of that specification's
        factor), effect (in within standard deviations of the outcome), se, p_wild, n, clusters.
    """
    universe = universe_of_test(level, grid, codebook, test)
    table = run(universe, draws=draws, seed=seed).table
    choices = [one for one in grid_choices(grid) if one in table]
    results = ["primary", "estimate", "effect", "se", "p_wild", "n", "clusters"]
    return table[[*choices, *results]].rename(columns=lambda name: name.removeprefix("chosen_"))


def grid_choices(grid: Grid) -> list[str]:
    """Columns of a table of specifications that hold the choices, errors apart."""
    present = dict.fromkeys(option.choice for option in grid.options)
    clash = {"outcome": "chosen_outcome", "controls": "chosen_controls",
             "estimator": "chosen_estimator"}  # fmt: skip
    return [clash.get(choice, choice) for choice in present if choice != "errors"]


def _assemble(level, grid, codebook, name, outcomes, factor, *, lag) -> Universe:
    """Panel and specifications of outcomes on all measures of a factor."""
    chosen, excluded = expand(grid)
    columns: dict[str, pd.Series] = {one.label: one.values for one in outcomes}
    factors = _factors(level, grid, codebook, name, outcomes, factor, chosen)
    standing_for: dict[tuple[str, ...], str] = {}
    distinct_measures: dict[bytes, str] = {}
    for key, values in factors:
        column = distinct_measures.setdefault(print_of(values), f"factor {len(distinct_measures)}")
        if column not in columns:
            scaled = values / values.std()
            later = {"index": lambda year: year + lag, "level": "year"}
            columns[column] = scaled.rename(**later) if lag else scaled
        standing_for[key] = column
    panel, kept, repeated = distinct_specifications(level, grid, chosen, columns, standing_for)
    primary = kept.loc[kept["primary"]].drop_duplicates("outcome").iloc[0]["factor"]
    scale = {}
    for one in outcomes:
        own = kept.loc[kept["outcome"] == one.label, "factor"]
        measure = primary if (own == primary).any() else own.iloc[0]
        fit = fit_two_way(panel, one.label, [measure])
        scale[one.label] = float(np.std(fit.design.y, ddof=1))
    order = {
        column: tuple(option.option for option in grid.of(column.removeprefix("chosen_")))
        for column in grid_choices(grid)
    }
    variants = kept["factor"].nunique()
    return Universe(panel, kept, pd.Series(scale), excluded, len(repeated), variants, order)


def _factors(
    level, grid, codebook, name, outcomes, factor, chosen
) -> Iterator[tuple[tuple[str, ...], pd.Series]]:
    """Every measure of the factor with the choices it stands for; each index built once."""
    if factor not in level.hierarchy.nodes:
        for key in chosen[["outcome", *INDEX_CHOICES]].drop_duplicates().itertuples(index=False):
            yield tuple(key), inside(level, level.values[factor])
        return
    prepared: dict[tuple, Prepared] = {}
    built: dict[tuple, pd.DataFrame] = {}
    variants = index_variants(level, grid, codebook, name, outcomes, (factor,), chosen)
    for key, tree, options in variants:
        data = (tree.indicators, *preparation(options).values())
        which = (data, *(getattr(options, one) for one in BUILT_BY))
        if which not in built:
            if data not in prepared:
                prepared[data] = prepare(level.values, tree, options)
            built[which] = assemble(prepared[data], options).scores
        yield key, built[which][factor]


def _positive_scores(grid: Grid, study: IndexOptions) -> Grid:
    """The rules of the geometric mean for the study's own mean, where it needs them as well."""
    own = grid.primary("aggregation").option
    if study.aggregation not in NEED_POSITIVE or own == GEOMETRIC:
        return grid
    same = [
        rule.model_copy(update={"when": {**rule.when, "aggregation": own}})
        for rule in grid.excluded
        if rule.when.get("aggregation") == GEOMETRIC
    ]
    return checked(grid.model_copy(update={"excluded": (*grid.excluded, *same)}))


def _with_the_study(grid: Grid, choice: str, study: IndexOptions) -> Grid:
    """The grid with the study's own way of making a choice as the primary one."""
    options = grid.of(choice)
    mine = {setting: str(getattr(study, setting)) for setting in sorted(SETTINGS[choice])}
    if mine.get("weights") == "equal":
        mine["weights_scope"] = "pooled"  # equal weights are computed from no rows
    out = {one.when[choice] for one in grid.excluded if set(one.when) == {choice}}
    match = [one for one in options if one.settings == mine and one.option not in out]
    if not match:
        own = Option(
            choice=choice,
            option="as in the parameters",
            settings=mine,
            primary=True,
            reason="choice of the study's parameter file",
        )
        match, options = [own], (*options, own)
    marked = [one.model_copy(update={"primary": one is match[0]}) for one in options]
    return grid.replaced(choice, marked)


def _for_outcome(grid: Grid, test: Declared, *, whole: bool, purgeable: bool) -> Grid:
    """The grid of one declared test: its outcome, and only the choices that it leaves open.

    Rules that leave out combinations of the same outcome are kept under the test's name.
    """
    own = Option(
        choice="outcome", option=test.label, settings={}, primary=True, reason="declared test"
    )
    same = {one.option for one in grid.of("outcome") if one.settings["id"] == test.outcome}
    rules = []
    for rule in grid.excluded:
        if "outcome" not in rule.when:
            rules.append(rule)
        elif rule.when["outcome"] in same:
            rules.append(rule.model_copy(update={"when": {**rule.when, "outcome": test.label}}))
    others = [one for one in grid.options if one.choice != "outcome"]
    out = checked(Grid(options=(own, *others), excluded=tuple(rules)))
    if not purgeable:  # no formula tells which other indicators share an ingredient
        kept = [one for one in out.of("indicators") if "include" not in one.settings]
        out = out.replaced("indicators", kept)
    if not whole:
        for choice in INDEX_CHOICES:
            out = out.replaced(choice, [out.primary(choice)])
    return out
