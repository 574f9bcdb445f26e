"""Chapter 5: scenarios under every specification of the multiverse, apart from sampling.

The specifications are those of appendix 2 for the outcome of the scenario's link. The index is
built anew under each one's own choices, before and after the change, so that the same change of
indicators gives that specification's change of index; its coefficients are estimated on that
specification's rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nqpf.chapters.declared import Declared, Level
from nqpf.chapters.multiverse_grid import grid_of_test
from nqpf.chapters.multiverse_words import (
    BUILT_BY,
    distinct_specifications,
    index_variants,
    print_of,
)
from nqpf.chapters.strategy_links import indicators_of
from nqpf.errors import StudyError
from nqpf.index import Hierarchy
from nqpf.index.build import preparation
from nqpf.regression.multiverse.declare import INDEX_CHOICES, Grid, expand
from nqpf.regression.multiverse.rows import Columns, panel_columns, split, used_rows
from nqpf.scenarios import Applied, Link, Reader, shift
from nqpf.scenarios.slopes import STILL

SAMPLE = ["controls", "first", "last", "without", "estimator"]
MIDDLE = (0.05, 0.95)  # ends of the middle nine tenths


@dataclass(frozen=True)
class Measured:
    """One measure of a link's factor, and what the scenarios do to it.

    Attributes
    ----------
    terms : DataFrame
        Regressors by unit and year.
    moved : mapping of str to DataFrame
        Change of the regressors by unit, by scenario; only scenarios whose indicators it holds.
    """

    terms: pd.DataFrame
    moved: Mapping[str, pd.DataFrame]


def under_specifications(
    table: pd.DataFrame,
    applied: Mapping[str, Applied],
    links: Mapping[str, Link],
    tests: Mapping[str, Declared],
    level: Level,
    grid: Grid,
    codebook: pd.DataFrame,
    case: str | None,
) -> pd.DataFrame:
    """Every scenario of a table of `strategies.run_all` under the specifications of its link.

    Parameters
    ----------
    table : DataFrame
        As `strategies.run_all` returns it.
    applied, links : mapping
        Scenarios applied, and links by name.
    tests : mapping of str to Declared
        Behind each link, see `strategy_links.tests_of_links`.
    level, grid, codebook : Level, Grid, DataFrame
        As for `multiverse_grid.estimates_over_specifications`.
    case : str, optional
        Province studied.

    Returns
    -------
    DataFrame
        See `by_choice`; columns label and link beside.
    """
    found = []
    pairs = table[["scenario", "label", "link", "year"]].drop_duplicates()
    for (name, year), members in pairs.groupby(["link", "year"], sort=False):
        link = links[name]
        wanted = {one: applied[one] for one in members["scenario"]}
        rows = by_choice(link, tests[name], level, grid, codebook, wanted, year, case=case)
        labels = rows["scenario"].map(members.set_index("scenario")["label"])
        found.append(rows.assign(label=labels, link=name))
    return pd.concat(found, ignore_index=True)


def by_choice(
    link: Link,
    test: Declared,
    level: Level,
    grid: Grid,
    codebook: pd.DataFrame,
    applied: Mapping[str, Applied],
    year: int,
    *,
    case: str | None,
) -> pd.DataFrame:
    """What scenarios go with by one link under every distinct specification of its test.

    A specification counts for a scenario if its factor holds all the indicators moved that the
    declared one holds. Where the factor is a single indicator there is no index to vary; samples,
    controls and estimators remain.

    Parameters
    ----------
    link : Link
        As declared.
    test : Declared
        Its test; a link of several parts takes the outcome and the indicators left out from it.
    level, grid, codebook : Level, Grid, DataFrame
        As for `multiverse_grid.estimates_over_specifications`.
    applied : mapping of str to Applied
        Scenarios by name.
    year : int
        Year in which effects are read.
    case : str, optional
        Unit studied.

    Returns
    -------
    DataFrame
        Columns specification (a number), the choices, primary, scenario, quantity, estimate.
    """
    own, outcome = grid_of_test(level, grid, codebook, test)
    chosen, _ = expand(own)
    measures, standing_for = {}, {}
    columns = {outcome.label: outcome.values}
    known: dict[bytes, str] = {}
    variants = _variants(link, own, outcome, level, codebook, test.level, chosen)
    for key, measured in _measures(link, variants, level, applied, year):
        parts = measured.terms[measured.terms.columns[: len(link.nodes)]]
        mark = b"".join(print_of(parts[name]) for name in parts)
        name = known.setdefault(mark, f"factor {len(known)}")
        standing_for[key] = name
        if name not in measures:
            measures[name] = measured
            columns[name] = measured.terms.sum(axis=1, skipna=False)  # held where all terms are
    panel, kept, _ = distinct_specifications(level, own, chosen, columns, standing_for)
    slopes = coefficients(panel, kept, {name: one.terms for name, one in measures.items()})
    found = _effects(link, kept["factor"], slopes, measures, Reader(link, year, case))
    plain = kept.drop(columns=["outcome", "factor", *SAMPLE])
    return plain.rename(columns=lambda name: name.removeprefix("chosen_")).merge(
        found, left_index=True, right_on="specification"
    )


def _effects(
    link: Link,
    factors: pd.Series,
    slopes: np.ndarray,
    measures: Mapping[str, Measured],
    reader: Reader,
) -> pd.DataFrame:
    """Quantities of every scenario under every specification whose factor holds it, in order.

    `factors` names the factor of each specification, `slopes` (specifications, terms) belong to.
    """
    moved = {
        (name, scenario): change.reindex(link.units).to_numpy()
        for name, one in measures.items()
        for scenario, change in one.moved.items()
    }
    tables = []
    for scenario in dict.fromkeys(scenario for _, scenario in moved):
        held = np.array([(factor, scenario) in moved for factor in factors])
        changes = np.stack([moved[factor, scenario] for factor in factors[held]])
        found = reader.read((changes @ slopes[held][..., None])[..., 0])
        values = np.column_stack(list(found.values()))
        table = {
            "specification": np.repeat(np.flatnonzero(held), len(found)),
            "scenario": scenario,
            "quantity": np.tile(list(found), len(values)),
            "estimate": values.ravel(),
        }
        tables.append(pd.DataFrame(table))
    return pd.concat(tables).sort_values("specification", kind="stable", ignore_index=True)


def coefficients(
    panel: pd.DataFrame, specifications: pd.DataFrame, terms: Mapping[str, pd.DataFrame]
) -> np.ndarray:
    """Coefficients of every specification, effects and controls taken out once for each sample.

    Parameters
    ----------
    panel : DataFrame
        Outcomes and controls by unit and year, and a column per factor that is held where the
        factor is.
    specifications : DataFrame
        As `rows.distinct` keeps them.
    terms : mapping of str to DataFrame
        Regressors of each factor, by unit and year; the same number for all.

    Returns
    -------
    ndarray, shape (specifications, terms)

    Raises
    ------
    StudyError
        If the terms of a specification do not vary independently given the rest.

    Notes
    -----
    By Frisch, Waugh and Lovell the coefficients are those of the residuals on the residuals.
    """
    width = len(next(iter(terms.values())).columns)
    wide = {
        f"{name}, term {i}": one.iloc[:, i] for name, one in terms.items() for i in range(width)
    }
    columns = panel_columns(panel.join(pd.DataFrame(wide).reindex(panel.index)))
    held = {name: panel[name].notna().to_numpy().tobytes() for name in terms}
    found = np.empty((len(specifications), width))
    numbered = specifications.reset_index(drop=True)
    groups = numbered.groupby(["outcome", *SAMPLE, numbered["factor"].map(held)], sort=False)
    factors = numbered["factor"].to_numpy()
    for (outcome, *sample, _), places in groups.indices.items():
        mine = factors[places]
        choices = dict(zip(("outcome", *SAMPLE), (outcome, *sample), strict=True))
        rows = used_rows(columns, (outcome, mine[0], *sample))
        names = [f"{name}, term {i}" for name in mine for i in range(width)]
        own = columns.values(choices["estimator"], [outcome, *names])[rows]
        scale = np.linalg.norm(own, axis=0)
        rest = _taken_out(columns, rows, choices["estimator"], split(choices["controls"]))
        own = own - rest @ np.linalg.lstsq(rest, own, rcond=1e-10)[0]
        X = own[:, 1:].reshape(len(own), len(mine), width).transpose(1, 0, 2)
        norms = np.linalg.norm(X, axis=1)
        if (norms <= STILL * scale[1:].reshape(norms.shape)).any():
            raise StudyError(f"a regressor does not vary in a specification with {choices}")
        left, sizes, right = np.linalg.svd(X / norms[:, None], full_matrices=False)
        if sizes.shape[1] < width or (sizes <= STILL).any():
            raise StudyError(f"regressors are not independent in a specification with {choices}")
        inside = (own[:, 0] @ left) / sizes
        found[places] = (inside[:, None] @ right)[:, 0] / norms
    return found


def summarised(apart: pd.DataFrame) -> pd.DataFrame:
    """Each scenario over its specifications.

    Parameters
    ----------
    apart : DataFrame
        As `under_specifications` returns it.

    Returns
    -------
    DataFrame
        Columns scenario, label, quantity, specifications, median, low, high (the middle nine
        tenths), positive (share of specifications, %).
    """
    keys = ["scenario", "label", "quantity"]
    groups = apart.groupby(keys, sort=False)["estimate"]
    return pd.DataFrame([dict(zip(keys, key, strict=True)) | spread(one) for key, one in groups])


def spread(values: pd.Series) -> dict[str, float]:
    """Specifications (their number), median, low and high, and positive (%) of estimates."""
    low, high = values.quantile(list(MIDDLE))
    return {
        "specifications": len(values),
        "median": float(values.median()),
        "low": float(low),
        "high": float(high),
        "positive": 100 * float((values > 0).mean()),
    }


def _variants(
    link: Link, grid: Grid, outcome, level: Level, codebook: pd.DataFrame, name: str, chosen
) -> Iterator[tuple[tuple[str, ...], Link]]:
    """The link under every choice of the index; a single indicator has one."""
    if not any(node in link.hierarchy.nodes for node in link.nodes):
        for key in chosen[["outcome", *INDEX_CHOICES]].drop_duplicates().itertuples(index=False):
            yield tuple(key), link
        return
    held: dict[tuple[str, ...], pd.DataFrame] = {}
    for key, tree, options in index_variants(
        level, grid, codebook, name, [outcome], link.nodes, chosen
    ):
        if tree.indicators not in held:
            held[tree.indicators] = indicators_of(level, tree)
        indicators = held[tree.indicators]
        whole = replace(options, units_excluded=())
        yield key, replace(link, hierarchy=tree, options=whole, indicators=indicators)


def _measures(
    link: Link, variants, level: Level, applied: Mapping[str, Applied], year: int
) -> Iterator[tuple[tuple[str, ...], Measured]]:
    """Regressors of every variant and their change, each index built once."""
    mine = _below(link.prepared.hierarchy, link.nodes)
    needed = {name: set(one.changes["indicator"]) & mine for name, one in applied.items()}
    treated: dict[tuple, tuple[Link, dict[str, np.ndarray]]] = {}
    built: dict[tuple, Measured] = {}
    for key, variant in variants:
        tree, options = variant.hierarchy, variant.options
        which = (tree.indicators, *(getattr(options, one) for one in BUILT_BY))
        if which not in built:
            stem = (tree.indicators, *preparation(options).values())
            if stem not in treated:
                treated[stem] = (variant, _changed(variant, applied, needed))
            first, after = treated[stem]
            built[which] = Measured(*shift(first.rescored(options), after, year))
        yield key, built[which]


def _changed(
    link: Link, applied: Mapping[str, Applied], needed: Mapping[str, set[str]]
) -> dict[str, np.ndarray]:
    """Treated indicators under each scenario of which a link holds what is needed."""
    holds = _below(link.prepared.hierarchy, link.nodes)
    changed = {}
    for name, one in applied.items():
        if needed[name] <= holds:
            both = [column for column in one.indicators if column in link.indicators]
            changed[name] = link.changed(link.indicators.assign(**one.indicators[both]))
    return changed


def _below(tree: Hierarchy, nodes: Sequence[str]) -> set[str]:
    """Indicators below some nodes of a tree, or those nodes that are indicators."""
    found = set()
    for indicator in tree.indicators:
        above = {indicator}
        node = indicator
        while node in tree.parent:
            node = tree.parent[node]
            above.add(node)
        if above & set(nodes):
            found.add(indicator)
    return found


def _taken_out(
    columns: Columns, rows: np.ndarray, estimator: str, controls: list[str]
) -> np.ndarray:
    """Controls and effects of an estimator on some rows."""
    years = columns.years[rows]
    blocks = [columns.values(estimator, controls)[rows], _dummies(years)]
    if estimator != "first differences":
        units = _dummies(columns.units[rows])
        blocks.append(units)
        if estimator == "unit trends":
            blocks.append(units * (years - years.mean())[:, None])
    return np.column_stack(blocks)


def _dummies(values: np.ndarray) -> np.ndarray:
    return (values[:, None] == np.unique(values)).astype(float)
