"""What the words of a multiverse's grid mean: index variants, outcomes, controls, regressions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nqpf.chapters.declared import Level
from nqpf.errors import StudyError
from nqpf.expressions import evaluate, names
from nqpf.index import Hierarchy, IndexOptions, element_hierarchy
from nqpf.regression.multiverse.declare import INDEX_CHOICES, Grid, Option
from nqpf.regression.multiverse.rows import distinct, split, tuples
from nqpf.regression.overlap import purge

SCORING = ("treatment", "normalisation", "weights", "aggregation")
BUILT_BY = (
    "treatment", "normalisation", "weights", "weights_scope", "element_weights", "aggregation",
)  # fmt: skip
CONTROLS = {
    "log_population": ("population", "pop_resident"),
    "urbanisation": ("urbanisation_rate",),
}
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
    without = specifications["without"]
    held_of = {
        text: "+".join(one for one in split(text) if one in known) for text in without.unique()
    }
    specifications["without"] = without.map(held_of)
    return panel, *distinct(panel, specifications)


def _specifications(grid: Grid, chosen: pd.DataFrame, standing_for) -> pd.DataFrame:
    """Choices with the columns that name the regression."""
    out = chosen.rename(columns={one: f"chosen_{one}" for one in ("controls", "estimator")})
    out.insert(0, "chosen_outcome", chosen["outcome"])
    out["factor"] = [standing_for[key] for key in tuples(chosen, ["outcome", *INDEX_CHOICES])]

    def setting(choice: str, name: str) -> pd.Series:
        known = {option.option: option.settings[name] for option in grid.of(choice)}
        return chosen[choice].map(known)

    out["controls"] = setting("controls", "columns")
    out["first"] = setting("years", "first").astype(int)
    out["last"] = setting("years", "last").astype(int)
    out["without"] = setting("units", "without")
    out["estimator"] = setting("estimator", "estimator")
    return out


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
            trees[pair] = tree_of(level, codebook, name, outcome, option)
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
        yield tuple(key), tree, replace(level.options, **changes)


def tree_of(level: Level, codebook, name: str, outcome: Outcome, option: Option) -> Hierarchy:
    """Hierarchy of an option of indicators without what shares an ingredient."""
    settings: Mapping[str, str] = option.settings
    include = split(settings.get("include", ""))
    exclude = set(split(settings.get("exclude", "")))
    candidates = [*level.hierarchy.indicators, *include]
    if settings["purge"] == "yes":
        exclude |= set(outcome.also_out)
        if outcome.id:
            _, removed = purge(rows_of(codebook, name), outcome.id, candidates)
            exclude |= set(removed["indicator"])
    exclude |= {one for one in _core(codebook, name) if one not in level.hierarchy.indicators}
    return element_hierarchy(codebook, name, include=include, exclude=sorted(exclude))


def _core(codebook: pd.DataFrame, name: str) -> list[str]:
    """Core indicators of a level."""
    return list(element_hierarchy(codebook, name).indicators)


def rows_of(codebook: pd.DataFrame, name: str) -> pd.DataFrame:
    """Indicators of one level."""
    return codebook[codebook["level"] == {"provinces": "province", "cities": "city"}[name]]


def outcome_of(level: Level, rows: pd.DataFrame, option: Option) -> Outcome:
    """Outcome of an option of the grid."""
    identifier = option.settings["id"]
    found = rows[rows["id"] == identifier]
    if len(found) != 1 or identifier not in level.values:
        raise StudyError(f"the outcome '{identifier}' of the multiverse is no indicator held")
    values = values_of(level, identifier, log=found["log"].iloc[0] == "yes")
    if "last" in option.settings:
        years = values.index.get_level_values("year")
        values = values.where(years <= int(option.settings["last"]))
    also = tuple(split(option.settings.get("also_out", "")))
    return Outcome(option.option, values, identifier, also)


def values_of(level: Level, formula: str, *, log: bool) -> pd.Series:
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


def inside(level: Level, values: pd.Series) -> pd.Series:
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
    rows = pd.util.hash_pandas_object(own.index).to_numpy()
    return rows.tobytes() + np.round(standard.to_numpy(), SAME).tobytes()
