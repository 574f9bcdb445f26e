"""The multiverse of an association: index variants, built once each, and what is done with them.

The grid of choices is data (data/codebook/multiverse.csv); here its words become index variants,
outcomes, samples and controls, which `nqpf.regression.multiverse` fits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nqpf.chapters.declared import Declared, Level
from nqpf.errors import StudyError
from nqpf.expressions import evaluate, names
from nqpf.index import Hierarchy, IndexOptions, build_index, element_hierarchy
from nqpf.index.options import NEED_POSITIVE
from nqpf.regression.multiverse.declare import (
    INDEX_CHOICES,
    Grid,
    Option,
    checked,
    expand,
    read_grid,
)
from nqpf.regression.multiverse.rows import distinct, split
from nqpf.regression.multiverse.run import Multiverse, run_multiverse
from nqpf.regression.overlap import purge
from nqpf.regression.panel import fit_two_way

SCORING = ("treatment", "normalisation", "weights", "aggregation")
BUILT_BY = ("treatment", "normalisation", "weights", "element_weights", "aggregation")
SETTINGS = {
    "outcome": {"id", "also_out", "last"},
    "indicators": {"purge", "include", "exclude"},
    "treatment": {"treatment"},
    "normalisation": {"normalisation"},
    "weights": {"weights", "element_weights"},
    "aggregation": {"aggregation"},
    "controls": {"columns"},
    "years": {"first", "last"},
    "units": {"without"},
    "estimator": {"estimator"},
    "errors": {"errors"},
}
CONTROLS = {
    "log_population": ("population", "pop_resident"),
    "urbanisation": ("urbanisation_rate",),
}
GEOMETRIC = "geometric"  # the declared mean that needs positive scores
SAME = 9  # decimals to which standardised measures agree when they are the same measure


@dataclass(frozen=True)
class Outcome:
    """One outcome of a multiverse.

    Attributes
    ----------
    label : str
        Option of the grid, or the name of a declared test.
    values : Series
        By unit and year, in logarithms where declared.
    id : str
        In indicators.csv, to find shared ingredients; empty for arithmetic over raw variables.
    also_out : tuple of str
        Indicators taken out beyond those that share an ingredient.
    """

    label: str
    values: pd.Series
    id: str
    also_out: tuple[str, ...]


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
    rows = _rows(codebook, name)
    outcomes = [_outcome(level, rows, option) for option in grid.of("outcome")]
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
    known = test.outcome in set(_rows(codebook, test.level)["id"])
    values = _values(level, test.outcome, log=test.log_outcome)
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
        moved = (values / values.std()).rename(index=lambda year: year + lag, level="year")
        column = distinct_measures.setdefault(print_of(moved), f"factor {len(distinct_measures)}")
        columns.setdefault(column, moved)
        standing_for[key] = column
    panel, kept, repeated = distinct_specifications(level, grid, chosen, columns, standing_for)
    primary = kept.loc[kept["primary"]].drop_duplicates("outcome").iloc[0]["factor"]
    scale = {}
    for one in outcomes:
        own = kept.loc[kept["outcome"] == one.label, "factor"]
        measure = primary if primary in set(own) else own.iloc[0]
        fit = fit_two_way(panel, one.label, [measure])
        scale[one.label] = float(np.std(fit.design.y, ddof=1))
    order = {
        column: tuple(option.option for option in grid.of(column.removeprefix("chosen_")))
        for column in grid_choices(grid)
    }
    variants = kept["factor"].nunique()
    return Universe(panel, kept, pd.Series(scale), excluded, len(repeated), variants, order)


def distinct_specifications(
    level: Level,
    grid: Grid,
    chosen: pd.DataFrame,
    columns: Mapping[str, pd.Series],
    standing_for: Mapping[tuple[str, ...], str],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Panel and regressions of a grid, each regression once.

    Parameters
    ----------
    level : Level
        Holds the controls.
    grid : Grid
    chosen : DataFrame
        Combinations as `expand` gives them.
    columns : mapping of str to Series
        Outcomes and factors by name; controls are added.
    standing_for : mapping of tuple to str
        Factor of every outcome and choice of the index.

    Returns
    -------
    panel, kept, repeated : DataFrame
        See `rows.distinct`.
    """
    held = dict(columns)
    for control in dict.fromkeys(
        one for option in grid.of("controls") for one in split(option.settings["columns"])
    ):
        held[control] = _control(level, control)
    panel = pd.DataFrame(held).rename_axis(["unit", "year"]).sort_index()
    factors = list(dict.fromkeys(standing_for.values()))
    panel = panel.loc[panel[factors].notna().any(axis=1)]
    specifications = _specifications(grid, chosen, standing_for)
    known = set(panel.index.get_level_values("unit"))
    specifications["without"] = specifications["without"].map(
        lambda text: "+".join(one for one in split(text) if one in known)
    )
    return panel, *distinct(panel, specifications)


def _specifications(grid: Grid, chosen: pd.DataFrame, standing_for) -> pd.DataFrame:
    """Choices with the columns that name the regression."""
    index = chosen[["outcome", *INDEX_CHOICES]].itertuples(index=False, name=None)
    out = chosen.rename(columns={one: f"chosen_{one}" for one in ("controls", "estimator")})
    out.insert(0, "chosen_outcome", chosen["outcome"])
    out["factor"] = [standing_for[key] for key in index]
    settings = {
        choice: {option.option: option.settings for option in grid.of(choice)}
        for choice in ("controls", "years", "units", "estimator")
    }
    out["controls"] = [settings["controls"][one]["columns"] for one in chosen["controls"]]
    out["first"] = [int(settings["years"][one]["first"]) for one in chosen["years"]]
    out["last"] = [int(settings["years"][one]["last"]) for one in chosen["years"]]
    out["without"] = [settings["units"][one]["without"] for one in chosen["units"]]
    out["estimator"] = [settings["estimator"][one]["estimator"] for one in chosen["estimator"]]
    return out


def _factors(
    level, grid, codebook, name, outcomes, factor, chosen
) -> Iterator[tuple[tuple[str, ...], pd.Series]]:
    """Every measure of the factor with the choices it stands for; each index built once."""
    if factor not in level.hierarchy.nodes:
        for key in chosen[["outcome", *INDEX_CHOICES]].drop_duplicates().itertuples(index=False):
            yield tuple(key), _inside(level, level.values[factor])
        return
    built: dict[tuple, pd.DataFrame] = {}
    variants = index_variants(level, grid, codebook, name, outcomes, (factor,), chosen)
    for key, tree, options in variants:
        which = (tree.indicators, *(getattr(options, one) for one in BUILT_BY))
        if which not in built:
            built[which] = build_index(level.values, tree, options).scores
        yield key, built[which][factor]


def index_variants(
    level: Level,
    grid: Grid,
    codebook: pd.DataFrame,
    name: str,
    outcomes: Sequence[Outcome],
    nodes: Sequence[str],
    chosen: pd.DataFrame,
) -> Iterator[tuple[tuple[str, ...], Hierarchy, IndexOptions]]:
    """The index of every choice: its tree without what the outcome shares, and its options.

    Parameters
    ----------
    level, grid, codebook : Level, Grid, DataFrame
        As for `universe_of`.
    name : str
        `provinces` or `cities`.
    outcomes : sequence of Outcome
        Of the grid.
    nodes : sequence of str
        Parts of the index that are wanted.
    chosen : DataFrame
        Combinations as `expand` gives them.

    Yields
    ------
    key, tree, options : tuple of str, Hierarchy, IndexOptions
        The key is the outcome and the choices of the index; each key once.

    Raises
    ------
    StudyError
        If nothing is left of a part.
    """
    by_label = {one.label: one for one in outcomes}
    trees: dict[tuple[str, str], Hierarchy] = {}
    for key in chosen[["outcome", *INDEX_CHOICES]].drop_duplicates().itertuples(index=False):
        outcome, pair = by_label[key.outcome], (key.outcome, key.indicators)
        if pair not in trees:
            option = grid.option("indicators", key.indicators)
            trees[pair] = _tree(level, codebook, name, outcome, option)
        tree = trees[pair]
        if lost := [one for one in nodes if one not in tree.nodes]:
            raise StudyError(
                f"nothing is left of {lost[0]} for '{outcome.label}' with indicators "
                f"'{key.indicators}'; exclude the combination in multiverse_excluded.csv"
            )
        changes = {
            setting: value
            for choice in SCORING
            for setting, value in grid.option(choice, getattr(key, choice)).settings.items()
        }
        yield tuple(key), tree, replace(level.options, weights_scope="pooled", **changes)


def _tree(level: Level, codebook, name: str, outcome: Outcome, option: Option) -> Hierarchy:
    """Hierarchy of an option of indicators without what shares an ingredient."""
    settings: Mapping[str, str] = option.settings
    include = split(settings.get("include", ""))
    exclude = set(split(settings.get("exclude", "")))
    candidates = [*level.hierarchy.indicators, *include]
    if settings["purge"] == "yes":
        exclude |= set(outcome.also_out)
        if outcome.id:
            _, removed = purge(_rows(codebook, name), outcome.id, candidates)
            exclude |= set(removed["indicator"])
    exclude |= {one for one in _core(codebook, name) if one not in level.hierarchy.indicators}
    return element_hierarchy(codebook, name, include=include, exclude=sorted(exclude))


def _core(codebook: pd.DataFrame, name: str) -> list[str]:
    """Core indicators of a level."""
    return list(element_hierarchy(codebook, name).indicators)


def _rows(codebook: pd.DataFrame, name: str) -> pd.DataFrame:
    """Indicators of one level."""
    return codebook[codebook["level"] == {"provinces": "province", "cities": "city"}[name]]


def _outcome(level: Level, rows: pd.DataFrame, option: Option) -> Outcome:
    """Outcome of an option of the grid."""
    identifier = option.settings["id"]
    found = rows[rows["id"] == identifier]
    if len(found) != 1 or identifier not in level.values:
        raise StudyError(f"the outcome '{identifier}' of the multiverse is no indicator held")
    values = _values(level, identifier, log=found["log"].iloc[0] == "yes")
    if "last" in option.settings:
        years = values.index.get_level_values("year")
        values = values.where(years <= int(option.settings["last"]))
    also = tuple(split(option.settings.get("also_out", "")))
    return Outcome(option.option, values, identifier, also)


def _values(level: Level, formula: str, *, log: bool) -> pd.Series:
    """An indicator or arithmetic over raw variables, in logarithms if asked for."""
    if lost := sorted(names(formula) - set(level.values.columns)):
        raise StudyError(f"the outcome '{formula}' needs {', '.join(lost)}, which is not held")
    values = evaluate(formula, {one: level.values[one] for one in names(formula)})
    if log and (values <= 0).any():
        raise StudyError(f"expected positive values of '{formula}' to take logarithms")
    return np.log(values) if log else values


def _control(level: Level, name: str) -> pd.Series:
    """A control by its name in the grid."""
    if name not in CONTROLS:
        raise StudyError(f"'{name}' is not a control; there are {', '.join(CONTROLS)}")
    held = [source for source in CONTROLS[name] if source in level.values]
    if not held:
        raise StudyError(f"the control '{name}' needs {' or '.join(CONTROLS[name])}, none is held")
    values = level.values[held[0]]
    return np.log(values) if name.startswith("log_") else values


def _inside(level: Level, values: pd.Series) -> pd.Series:
    """Values of the units and years of the index."""
    units, years = (values.index.get_level_values(one) for one in ("unit", "year"))
    kept = ~units.isin(level.options.units_excluded)
    if level.options.years is not None:
        kept &= (years >= level.options.years[0]) & (years <= level.options.years[1])
    return values[kept]


def print_of(values: pd.Series) -> bytes:
    """What two measures share that differ by unit and origin only."""
    own = values.dropna()
    standard = (own - own.mean()) / own.std()
    return repr(list(own.index)).encode() + np.round(standard.to_numpy(), SAME).tobytes()


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
