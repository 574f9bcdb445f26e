"""The arithmetic of an index on plain arrays; one index or thousands run through the same lines.

Values have shape (years, units, indicators). Weights may carry leading axes: years, for weights of
each year, or draws, for a Monte Carlo study.
"""

import numpy as np

from nqpf.errors import StudyError
from nqpf.index import aggregate, normalise
from nqpf.index.hierarchy import Hierarchy
from nqpf.index.options import IndexOptions
from nqpf.index.weights import FEWEST_ROWS, SCHEMES, equal_weights, given_weights

TOPSIS_SCALE = 100.0  # closeness lies between 0 and 1; other scores between 0 and 100


def normalised_scores(
    values: np.ndarray, hierarchy: Hierarchy, options: IndexOptions, base: int, reference: int = -1
) -> np.ndarray:
    """Normalise the indicators as the options say.

    Parameters
    ----------
    values : ndarray, shape (years, units, k)
        After treatment.
    hierarchy : Hierarchy
    options : IndexOptions
    base : int
        Position of the base year.
    reference : int
        Position of the reference unit, for normalisation "reference".

    Raises
    ------
    StudyError
        If an indicator does not vary where the normalisation needs it to.
    """
    signs, names, scale = hierarchy.signs, hierarchy.indicators, options.scale_used
    method = options.normalisation_used
    normalise.refuse_constant(*normalise.pooled_goalposts(values), names)
    match method:
        case "minmax":
            low, high = normalise.pooled_goalposts(values)
        case "minmax_base":
            low, high = normalise.base_goalposts(values, base)
            normalise.refuse_constant(low, high, names, " in the base year")
        case "minmax_yearly":
            low, high = normalise.yearly_goalposts(values)
            normalise.refuse_constant(low, high, names, " within a year")
        case "goalposts":
            low, high = _given_goalposts(options, names)
        case "zscore":
            return normalise.zscore(values, signs, scale)
        case "rank":
            return normalise.rank_scale(values, signs, scale)
        case "frontier":
            return normalise.distance_to_frontier(values, signs, scale[1])
        case "reference":
            return normalise.distance_to_reference(values, signs, values[base, reference], scale[1])
        case "vector":
            return normalise.vector_scale(values, signs)
        case "mazziotta_pareto":
            return normalise.mazziotta_pareto_scale(values, signs, np.nanmean(values[base], axis=0))
    return normalise.minmax(values, signs, low, high, scale)


def indicator_weights(
    values: np.ndarray, hierarchy: Hierarchy, options: IndexOptions, base: int
) -> np.ndarray:
    """Weights of the indicators, all together summing to one.

    Parameters
    ----------
    values : ndarray, shape (years, units, k)
        After treatment, before normalisation.
    hierarchy : Hierarchy
    options : IndexOptions
    base : int
        Position of the base year.

    Returns
    -------
    ndarray, shape (k,) or, with weights of each year, (years, k)

    Raises
    ------
    StudyError
        If the rows of the scope are too few, or an indicator does not vary in it.
    """
    names = hierarchy.indicators
    if options.weights == "equal":
        return equal_weights(len(names))
    if options.weights == "given":
        nominal = dict(zip(names, hierarchy.nominal[0], strict=True))
        return given_weights(options.given_weights or nominal, names)
    scheme = SCHEMES[options.weights]
    match options.weights_scope:
        case "pooled":
            return scheme(_unit_scores(values, hierarchy, "over all years"))
        case "base":
            return scheme(_unit_scores(values[base], hierarchy, "in the base year"))
        case _:
            return np.stack(
                [scheme(_unit_scores(year, hierarchy, "within a year")) for year in values]
            )


def level_weights(
    indicator: np.ndarray, hierarchy: Hierarchy, element_weights: str
) -> tuple[np.ndarray, ...]:
    """Weights of each level's nodes within their parents.

    Parameters
    ----------
    indicator : ndarray, shape (..., k)
        Weights of the indicators.
    hierarchy : Hierarchy
    element_weights : {"equal", "implied", "given"}
        Rule for all nodes above the indicators.

    Returns
    -------
    tuple of ndarray, shapes (..., nodes of a level, nodes of the next)
        Columns sum to one.
    """
    size, matrices = indicator, []
    for depth, member in enumerate(hierarchy.membership):
        if depth > 0 and element_weights == "equal":
            size = np.ones(member.shape[0])
        elif depth > 0 and element_weights == "given":
            size = hierarchy.nominal[depth]
        share = size[..., :, None] * member
        size = share.sum(axis=-2)
        if not (size > 0).all():
            raise StudyError("all indicators of an element weigh nothing; leave the element out")
        matrices.append(share / size[..., None, :])
    return tuple(matrices)


def effective_weights(matrices: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    """Weights of the indicators in the nodes of every level above, shapes (..., k, nodes)."""
    effective = [matrices[0]]
    for matrix in matrices[1:]:
        effective.append(effective[-1] @ matrix)
    return effective


def combine(
    scores: np.ndarray,
    matrices: tuple[np.ndarray, ...],
    options: IndexOptions,
    ideals: tuple[np.ndarray, np.ndarray] | None = None,
) -> list[np.ndarray]:
    """Scores of every level above the indicators, the root last.

    Elements are aggregated from indicators and the root from elements by the same rule; TOPSIS
    measures every node straight on its indicators with their effective weights.

    Parameters
    ----------
    scores : ndarray, shape (..., rows, k)
        Normalised indicators.
    matrices : tuple of ndarray
        Of `level_weights`, broadcast against the scores.
    options : IndexOptions
        Aggregation, power and the rule for missing values.
    ideals : pair of ndarray, shape (k,), optional
        Ideal and anti-ideal of TOPSIS.

    Returns
    -------
    list of ndarray, shapes (..., rows, nodes)
    """
    if options.aggregation == "topsis":
        return [
            TOPSIS_SCALE * aggregate.topsis(scores, weights, *ideals, options.missing)
            for weights in effective_weights(matrices)
        ]
    levels = []
    for matrix in matrices:
        match options.aggregation:
            case "arithmetic":
                scores = aggregate.arithmetic_mean(scores, matrix, options.missing)
            case "geometric":
                scores = aggregate.geometric_mean(scores, matrix, options.missing)
            case "generalised":
                scores = aggregate.generalised_mean(scores, matrix, options.power, options.missing)
            case "mazziotta_pareto":
                scores = aggregate.mazziotta_pareto(scores, matrix, options.missing)
        levels.append(scores)
    return levels


def ideal_points(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Best and worst normalised value of each indicator over all units and years."""
    low, high = normalise.pooled_goalposts(scores)
    return high, low


def _unit_scores(values: np.ndarray, hierarchy: Hierarchy, where: str) -> np.ndarray:
    """Min-max scores between 0 and 1 of the complete rows, shape (rows, k)."""
    rows = values.reshape(-1, values.shape[-1])
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < FEWEST_ROWS:
        raise StudyError(
            f"data-driven weights need at least {FEWEST_ROWS} complete rows {where}, "
            f"got {len(rows)}; use pooled or equal weights"
        )
    low, high = rows.min(axis=0), rows.max(axis=0)
    normalise.refuse_constant(low, high, hierarchy.indicators, f" {where}")
    return normalise.minmax(rows, hierarchy.signs, low, high, (0.0, 1.0))


def _given_goalposts(options: IndexOptions, names: tuple[str, ...]) -> tuple[np.ndarray, ...]:
    """Goalposts of the options as arrays, in the hierarchy's order."""
    given = options.goalposts or {}
    absent = [n for n in names if n not in given]
    if absent:
        raise StudyError(f"no goalposts are given for {', '.join(absent)}")
    posts = np.array([given[n] for n in names], dtype=float)
    normalise.refuse_constant(posts[:, 0], posts[:, 1], names, " between its goalposts")
    return posts[:, 0], posts[:, 1]
