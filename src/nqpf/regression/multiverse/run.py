"""All specifications of a multiverse: fitted in chunks, put together in order."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.execution import code_fingerprint, plan_run, run_shards
from nqpf.regression.multiverse.chunks import Chunk, ChunkResult, fit_chunk, read_result
from nqpf.regression.multiverse.rows import (
    DEFINING,
    Columns,
    check_specifications,
    panel_columns,
    split,
    tuples,
)
from nqpf.regression.wild import EXACT_UP_TO

PER_CHUNK = 1_024  # specifications, fewer where units are many
UNITS_PER_CHUNK = 65_536
SECONDS_PER_DRAW = 3e-8  # of a drawn sign vector and specification, on one core
SECONDS_EXACT = 1.2e-3  # of all vectors of 21 clusters, on one core
SECONDS_FIT = 3e-4


@dataclass(frozen=True)
class Multiverse:
    """Results of all specifications.

    Attributes
    ----------
    table : DataFrame
        The specifications as given, with estimate, se, t, p_crv1, p_wild, n, clusters.
    flips : ndarray, shape (S, U)
        Parts of the units in each estimate, see `chunks.ChunkResult`.
    units : tuple of str
    family : str
        Column of the table by which joint results are added up.
    family_names : tuple of str
    positive, negative, score : ndarray, shape (F, J + 1)
        Added up within families, the sample first.
    seed, joint_draws : int
    where : str
        How it was run, in a sentence.
    """

    table: pd.DataFrame
    flips: np.ndarray
    units: tuple[str, ...]
    family: str
    family_names: tuple[str, ...]
    positive: np.ndarray
    negative: np.ndarray
    score: np.ndarray
    seed: int
    joint_draws: int
    where: str


def run_multiverse(
    panel: pd.DataFrame,
    specifications: pd.DataFrame,
    *,
    draws: int,
    seed: int,
    joint_draws: int = 0,
    family: str = "outcome",
    scheduler: str | None = None,
    store: Path | None = None,
    done: Callable[[int, int], None] | None = None,
) -> Multiverse:
    """Fit every specification with its wild-cluster p-value.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year; outcomes (in logarithms already), factors and controls.
    specifications : DataFrame
        Columns outcome, factor, controls and without (names joined by +), first, last, estimator;
        others are carried along. `rows.distinct` takes out what would be counted twice.
    draws, seed : int
        Of the wild bootstrap above 21 clusters; up to that p is exact.
    joint_draws : int
        Sign vectors of the joint test under the null, shared by all specifications; 0 for none.
    family : str
        Column by which joint results are added up.
    scheduler, store, done
        See `nqpf.execution`.

    Raises
    ------
    StudyError
        If a specification names what the panel does not hold, or leaves too few rows.
    """
    columns = panel_columns(panel)
    check_specifications(specifications, columns)
    if specifications.empty or family not in specifications:
        raise StudyError(f"expected specifications with a column '{family}', got none")
    names = tuple(sorted(specifications[family].unique()))
    units = tuple(np.unique(columns.units))
    order = _order(specifications)
    size = max(1, min(PER_CHUNK, UNITS_PER_CHUNK // len(units)))
    chunks = [
        _chunk(columns, specifications.loc[part], names, units, family, draws, seed, joint_draws)
        for part in np.split(order, range(size, len(order), size))
    ]
    plan = plan_run(_seconds(specifications, len(units), draws, joint_draws), scheduler)
    code = code_fingerprint("regression", "errors")
    contents = run_shards(fit_chunk, chunks, plan=plan, code=code, store=store, done=done)
    results = [read_result(content) for content in contents]
    back = np.argsort(pd.Index(specifications.index).get_indexer(order))
    table = specifications.copy()
    for name in ("estimate", "se", "t", "p_crv1", "p_wild", "n", "clusters"):
        table[name] = _together(results, name)[back]
    joint = {name: sum(getattr(one, name) for one in results)
             for name in ("positive", "negative", "score")}  # fmt: skip
    return Multiverse(
        table=table,
        flips=_together(results, "flips")[back],
        units=units,
        family=family,
        family_names=names,
        **joint,
        seed=seed,
        joint_draws=joint_draws,
        where=plan.note,
    )


def _order(specifications: pd.DataFrame) -> np.ndarray:
    """Labels of the specifications, those that share units and rows next to each other."""
    near = ["without", "outcome", "estimator", "controls", "first", "last", "factor"]
    return specifications.sort_values(near, kind="stable").index.to_numpy()


def _chunk(columns, part, names, units, family, draws, seed, joint_draws) -> Chunk:
    """A chunk with the columns that it uses."""
    used = {name for one in ("outcome", "factor") for name in part[one].unique()}
    used |= {one for text in part["controls"].unique() for one in split(text)}
    at = [i for i, name in enumerate(columns.names) if name in used]
    own = Columns(
        columns.units,
        columns.years,
        tuple(columns.names[i] for i in at),
        np.ascontiguousarray(columns.levels[:, at]),
        np.ascontiguousarray(columns.changes[:, at]),
    )
    return Chunk(
        columns=own,
        specifications=tuple(tuples(part, DEFINING)),
        families=tuple(part[family]),
        family_names=names,
        units=units,
        draws=draws,
        seed=seed,
        joint_draws=joint_draws,
    )


def _seconds(specifications: pd.DataFrame, units: int, draws: int, joint_draws: int) -> float:
    """Work on one core, roughly, to decide where it goes."""
    without = specifications["without"]
    clusters = units - without.map({text: len(split(text)) for text in without.unique()})
    exact = clusters <= EXACT_UP_TO
    p_values = np.where(exact, SECONDS_EXACT * 2.0 ** (clusters - EXACT_UP_TO),
                        SECONDS_PER_DRAW * draws)  # fmt: skip
    return float((SECONDS_FIT + p_values + 4 * SECONDS_PER_DRAW * joint_draws).sum())


def _together(results: list[ChunkResult], name: str) -> np.ndarray:
    return np.concatenate([getattr(result, name) for result in results])
