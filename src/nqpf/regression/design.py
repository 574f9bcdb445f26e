"""From a panel and column names to the arrays of a regression, every dropped row accounted for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.rows import INDEX, check_index, sorted_rows
from nqpf.regression.within import WithinTransform, is_nested

COLLINEAR = 1e-9


@dataclass(frozen=True)
class Design:
    """Data of one regression with its fixed effects partialled out.

    Attributes
    ----------
    outcome : str
    regressors : tuple of str, length K
    effects : tuple of str
        Fixed effects taken out: of "unit" and "year".
    rows : pandas.MultiIndex, length N
        Unit and year of every row used.
    positions : ndarray of int, shape (N,)
        Where these rows stand in the panel.
    level : ndarray, shape (N,)
    raw : ndarray, shape (N, K)
        Outcome and regressors as they entered (after logarithms), nothing taken out.
    y : ndarray, shape (N,)
    X : ndarray, shape (N, K)
        Within-transformed outcome and regressors, times root weights.
    within : WithinTransform
        The transform that made them.
    codes, labels : dict
        Per grouping ("unit", "year", and the cluster variable if it is another): the group of each
        row, shape (N,), and the names of the groups.
    cluster : str
        Grouping over which errors may be dependent.
    everything : pandas.MultiIndex
        Unit and year of every row of the panel.
    reasons : ndarray of str
        Why each of them is left out, "" for the rows used.
    """

    outcome: str
    regressors: tuple[str, ...]
    effects: tuple[str, ...]
    rows: pd.MultiIndex
    positions: np.ndarray
    level: np.ndarray
    raw: np.ndarray
    y: np.ndarray
    X: np.ndarray
    within: WithinTransform
    codes: dict[str, np.ndarray]
    labels: dict[str, pd.Index]
    cluster: str
    everything: pd.MultiIndex
    reasons: np.ndarray

    @cached_property
    def dropped(self) -> pd.DataFrame:
        """Rows left out when the sample was selected: unit, year, reason."""
        out = self.reasons != ""
        return self.everything[out].to_frame(index=False).assign(reason=self.reasons[out])

    @property
    def n(self) -> int:
        """Number of rows N."""
        return len(self.y)

    @property
    def groups(self) -> int:
        """Number of clusters G."""
        return len(self.labels[self.cluster])

    @property
    def parameters(self) -> int:
        """Regressors and fixed effects together."""
        return len(self.regressors) + self.within.rank

    def parameters_outside(self, *clusters: str) -> int:
        """Parameters that cost degrees of freedom under clustering by `clusters`.

        Effects nested in one of them do not count, except for the one constant they contain
        (reghdfe, fixest: ``fixef.K = "nested"``).
        """
        nested = [
            effect
            for effect in self.effects
            if any(is_nested(self.codes[effect], self.codes[cluster]) for cluster in clusters)
        ]
        if not nested:
            return self.parameters
        if len(nested) == len(self.effects):
            return len(self.regressors) + 1
        inside = max(len(self.labels[effect]) for effect in nested)
        return self.parameters - inside + 1

    def position(self, term: str) -> int:
        """Column of a regressor."""
        if term not in self.regressors:
            raise StudyError(
                f"expected a term among {', '.join(self.regressors)}, got '{term}': "
                "name one of the regressors of this fit"
            )
        return self.regressors.index(term)


def build_design(
    panel: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    *,
    effects: Sequence[str],
    weights: str | None = None,
    cluster: str = "unit",
    log: Sequence[str] = (),
) -> Design:
    """Select the sample, take logarithms, partial out the effects and check what is left.

    Parameters
    ----------
    panel : DataFrame
        Index levels unit and year, one numeric column per variable.
    outcome : str
        Column explained.
    regressors : sequence of str
        Columns that explain it. Without effects a column "const" of ones comes first.
    effects : sequence of str
        Fixed effects: any of "unit", "year".
    weights : str, optional
        Column of positive weights.
    cluster : str
        "unit", "year" or a column that groups rows.
    log : sequence of str
        Columns taken in natural logarithms; they keep their names.

    Raises
    ------
    StudyError
        Unknown or repeated columns, infinite values, logarithms of non-positive values, no rows,
        one cluster, more parameters than rows, regressors explained by the effects or each other.
    """
    regressors = [regressors] if isinstance(regressors, str) else list(regressors)
    _check_columns(panel, outcome, regressors, weights=weights, cluster=cluster, log=log)
    values, reasons = _select(
        panel, outcome, regressors, effects=effects, weights=weights, cluster=cluster
    )
    rows, positions = sorted_rows(panel.index, reasons == "")
    values = {name: column[positions] for name, column in values.items()}
    _enter(values, outcome, regressors, weights=weights, log=log)
    codes, labels = _group(rows, values, cluster)
    if len(labels[cluster]) < 2:
        raise StudyError(
            f"expected at least two clusters ('{cluster}'), got one: "
            "its errors have nothing to be compared with"
        )
    w = np.ones(len(rows)) if weights is None else values[weights].astype(float)
    within = WithinTransform([codes[effect] for effect in effects], w)
    names, raw, X = _regressors(
        within, regressors, np.array([values[name] for name in regressors]).T, effects
    )
    return Design(
        outcome=outcome,
        regressors=names,
        effects=tuple(effects),
        rows=rows,
        positions=positions,
        level=values[outcome],
        raw=raw,
        y=within(values[outcome]),
        X=X,
        within=within,
        codes=codes,
        labels=labels,
        cluster=cluster,
        everything=panel.index,
        reasons=reasons,
    )


def with_regressors(design: Design, regressors: Sequence[str], raw: np.ndarray) -> Design:
    """Design of the same rows and outcome with other regressors, checked alike.

    Parameters
    ----------
    design : Design
    regressors : sequence of str, length K
    raw : ndarray, shape (N, K)
        Their values, row by row as in the design.

    Raises
    ------
    StudyError
        More parameters than rows, regressors explained by the effects or each other.
    """
    names, raw, X = _regressors(design.within, list(regressors), raw, design.effects)
    return replace(design, regressors=names, raw=raw, X=X)


def restrict(design: Design, kept: np.ndarray) -> Design:
    """Design on some of its rows, effects taken out anew and singletons dropped.

    Parameters
    ----------
    design : Design
    kept : ndarray of bool, shape (N,)

    Raises
    ------
    StudyError
        If one cluster, too few rows or a singular design remains.
    """
    kept = kept.copy()
    while True:
        single = np.zeros_like(kept)
        for effect in design.effects:
            codes = design.codes[effect]
            single |= kept & (np.bincount(codes[kept], minlength=codes.max() + 1)[codes] == 1)
        if not single.any():
            break
        kept &= ~single
    codes, labels = {}, {}
    for name, old in design.codes.items():
        present, codes[name] = np.unique(old[kept], return_inverse=True)
        labels[name] = design.labels[name][present]
    if len(labels[design.cluster]) < 2:
        raise StudyError(f"expected at least two clusters ('{design.cluster}') to remain")
    root = design.within.root[kept]
    within = WithinTransform([codes[effect] for effect in design.effects], root**2)
    if kept.sum() <= within.rank + len(design.regressors):
        raise StudyError(f"expected more rows than parameters, {int(kept.sum())} rows remain")
    # the old transform took out only effects that are taken out again here
    X = within.residual(design.X[kept])
    _check_rank(X, design.X, list(design.regressors), design.effects)
    return replace(
        design,
        rows=design.rows[kept],
        positions=design.positions[kept],
        level=design.level[kept],
        raw=design.raw[kept],
        y=within.residual(design.y[kept]),
        X=X,
        within=within,
        codes=codes,
        labels=labels,
    )


def _check_columns(panel, outcome, regressors, *, weights, cluster, log) -> None:
    """Refuse a panel without its index, unknown or repeated columns."""
    check_index(panel)
    if not regressors:
        raise StudyError(f"expected at least one regressor for '{outcome}', got none")
    wanted = [outcome, *regressors]
    if len(set(wanted)) < len(wanted):
        raise StudyError(f"expected each column once, got {', '.join(wanted)}: remove the repeated")
    extra = [name for name in (weights, cluster) if name and name not in INDEX]
    unknown = [name for name in [*wanted, *extra] if name not in panel.columns]
    if unknown:
        raise StudyError(
            f"expected columns of the panel, got {', '.join(unknown)}; there are "
            f"{', '.join(map(str, panel.columns))}"
        )
    strangers = sorted(set(log) - set(wanted))
    if strangers:
        raise StudyError(f"expected logs of columns in the regression, got {', '.join(strangers)}")


def _select(panel, outcome, regressors, *, effects, weights, cluster):
    """Columns of the panel by name, and by row the first reason to drop it, "" to use it."""
    extra = [name for name in (weights, cluster) if name and name not in INDEX]
    names = list(dict.fromkeys([outcome, *regressors, *extra]))
    values = {name: panel[name].to_numpy() for name in names}
    reasons = np.full(len(panel), "", dtype=object)
    for name in reversed(names):
        reasons[pd.isna(values[name])] = f"missing {name}"
    _mark_singletons(panel.index, effects, reasons)
    if not (reasons == "").any():
        raise StudyError(
            f"no row has '{outcome}' and {', '.join(regressors)} together: "
            f"{pd.Series(reasons).value_counts().to_dict()}"
        )
    return values, reasons


def _enter(values, outcome, regressors, *, weights, log) -> None:
    """Check the values of the sample and make them numbers, logarithms taken."""
    for name in (outcome, *regressors):
        values[name] = values[name].astype(float)
    for name in log:
        if (values[name] <= 0).any():
            raise StudyError(
                f"expected positive values of '{name}' to take logarithms, got "
                f"{int((values[name] <= 0).sum())} that are not: use it in levels"
            )
        values[name] = np.log(values[name])
    if any(np.isinf(values[name]).any() for name in (outcome, *regressors)):
        raise StudyError(f"expected finite values of {outcome}, {', '.join(regressors)}; got inf")
    if weights and (values[weights] <= 0).any():
        raise StudyError(f"expected positive weights in '{weights}': leave such rows out first")


def _mark_singletons(index, effects, reason) -> None:
    """Mark rows that their own fixed effect fits perfectly, until none is left."""
    codes = {effect: np.asarray(index.codes[INDEX.index(effect)]) for effect in effects}
    found = True
    while found:
        found = False
        for effect, code in codes.items():
            kept = reason == ""
            single = kept & (np.bincount(code[kept], minlength=code.max() + 1)[code] == 1)
            reason[single] = f"only row of its {effect}"
            found |= bool(single.any())


def _group(rows, values, cluster):
    """Codes and names of units, years and clusters."""
    codes, labels = {}, {}
    for position, name in enumerate(INDEX):
        codes[name], labels[name] = _compact_level(rows, position)
    if cluster not in codes:
        codes[cluster], found = pd.factorize(values[cluster], sort=True)
        labels[cluster] = pd.Index(found)
    return codes, labels


def _compact_level(rows: pd.MultiIndex, position: int) -> tuple[np.ndarray, pd.Index]:
    """Codes 0, 1, ... of one level of sorted rows and its values that occur, sorted."""
    level, codes = rows.levels[position], np.asarray(rows.codes[position])
    if not level.is_monotonic_increasing or (codes < 0).any():
        codes, labels = pd.factorize(rows.get_level_values(position), sort=True)
        return codes, pd.Index(labels)
    occurs = np.bincount(codes, minlength=len(level)) > 0
    labels = pd.Index(np.asarray(level)[occurs], dtype=level.dtype)
    return (np.cumsum(occurs) - 1)[codes], labels


def _regressors(within: WithinTransform, names: list[str], raw: np.ndarray, effects):
    """Names, values, and values free of the effects; without effects a constant comes first."""
    if not effects:
        names, raw = ["const", *names], np.column_stack([np.ones(len(raw)), raw])
    if len(raw) <= within.rank + len(names):
        raise StudyError(
            f"expected more rows than parameters, got {len(raw)} rows for {len(names)} "
            f"regressors and {within.rank} fixed effects: use fewer regressors or more years"
        )
    X = within(raw)
    _check_rank(X, within.root[:, None] * raw, names, effects)
    return tuple(names), raw, X


def _check_rank(X, before, regressors, effects) -> None:
    """Name the regressors that the effects, or the other regressors, explain.

    `before` has the columns of X as they were when they still varied.
    """
    size = np.sqrt((X**2).sum(axis=0))
    still = size <= COLLINEAR * np.sqrt((before**2).sum(axis=0))
    if still.any():
        names = ", ".join(np.array(regressors)[still])
        raise StudyError(
            f"{names} does not vary once {' and '.join(effects) or 'nothing'} effects are taken "
            "out (constant within units, or the same for all units of a year): drop or interact it"
        )
    values, vectors = np.linalg.eigh((X / size).T @ (X / size))
    if values[0] < COLLINEAR:
        names = ", ".join(np.array(regressors)[np.abs(vectors[:, 0]) > 1e-3])
        raise StudyError(f"singular design: {names} are collinear given the effects; drop one")
