"""One chunk of specifications: a self-contained piece of work that any process can do.

What goes in is arrays and names only, so that its content can be hashed and sent anywhere; what
comes out is the same bytes wherever it was done.
"""

import io
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.regression.multiverse.forms import Scores, together
from nqpf.regression.multiverse.rows import DEFINING, EFFECTS, Columns, rows_of_all, split
from nqpf.regression.multiverse.scores import ScoredFits, score_many
from nqpf.regression.multiverse.wild_many import TOGETHER, VECTORS, wild_p_many
from nqpf.regression.wild import sign_vectors

ALPHA = 0.05
EQUAL = 1e9  # t^2 that agree to this share of the largest are ties
_JOINT = ("positive", "negative", "score")


@dataclass(frozen=True)
class Chunk:
    """Specifications to fit and all that they need.

    Attributes
    ----------
    columns : Columns
        Only those used.
    specifications : tuple of tuple
        Values of `DEFINING`, in order.
    families : tuple of str
        Family of each specification; joint results are added up within families.
    family_names : tuple of str
        All families of the multiverse, in order.
    units : tuple of str
        All units of the multiverse: the signs of the joint test belong to them.
    draws, seed : int
        Of the wild bootstrap where signs are not enumerated.
    joint_draws : int
        Sign vectors of the joint test, drawn with the same seed for every chunk.
    """

    columns: Columns
    specifications: tuple[tuple, ...]
    families: tuple[str, ...]
    family_names: tuple[str, ...]
    units: tuple[str, ...]
    draws: int
    seed: int
    joint_draws: int


@dataclass(frozen=True)
class ChunkResult:
    """Results of the S specifications of a chunk, in their order.

    Attributes
    ----------
    estimate, se, t, p_crv1, p_wild : ndarray, shape (S,)
        NaN where the regression is singular.
    n, clusters : ndarray of int, shape (S,)
    flips : ndarray, shape (S, U)
        Parts of the units: with signs v in place of the sample's, the estimate is `flips @ v`.
    positive, negative : ndarray, shape (F, J + 1)
        How many specifications of each family are significant at five per cent with that sign:
        under the J sign vectors of the joint test, the sample first.
    score : ndarray, shape (F, J + 1)
        Sums of the normal scores of the p-values, with the sign of the estimate.
    """

    estimate: np.ndarray
    se: np.ndarray
    t: np.ndarray
    p_crv1: np.ndarray
    p_wild: np.ndarray
    n: np.ndarray
    clusters: np.ndarray
    flips: np.ndarray
    positive: np.ndarray
    negative: np.ndarray
    score: np.ndarray


def fit_chunk(chunk: Chunk) -> bytes:
    """Fit a chunk and return its `ChunkResult` as bytes; see `read_result`."""
    table = pd.DataFrame(chunk.specifications, columns=list(DEFINING))
    table["rows"] = rows_of_all(chunk.columns, table)
    families = np.array([chunk.family_names.index(one) for one in chunk.families])
    size, wide = len(table), chunk.joint_draws + 1
    out = {
        **{name: np.full(size, np.nan) for name in ("estimate", "se", "t", "p_crv1", "p_wild")},
        **{name: np.zeros(size, dtype=np.int32) for name in ("n", "clusters")},
        "flips": np.full((size, len(chunk.units)), np.nan),
        **{name: np.zeros((len(chunk.family_names), wide)) for name in _JOINT},
    }
    signs = joint_signs(len(chunk.units), chunk.joint_draws, chunk.seed)
    kept: dict[tuple[int, ...], list[tuple[np.ndarray, ScoredFits]]] = {}
    for _, group in table.groupby(["rows", "controls", "estimator"], sort=False):
        at = group.index.to_numpy()
        fits = _fit_group(chunk.columns, group)
        out["estimate"][at], out["se"][at] = fits.estimate, fits.se
        out["t"][at], out["p_crv1"][at] = fits.t, fits.p
        out["n"][at], out["clusters"][at] = fits.rows, len(fits.units)
        own = np.searchsorted(chunk.units, fits.units)
        out["flips"][at] = 0.0
        out["flips"][np.ix_(at, own)] = fits.scores.n / fits.length[:, None]
        kept.setdefault(tuple(own), []).append((at, fits))
    for own, parts in kept.items():
        at = np.concatenate([one for one, _ in parts])
        scores = together([fits.scores for _, fits in parts])
        out["p_wild"][at] = wild_p_many(scores, draws=chunk.draws, seed=chunk.seed)
        if chunk.joint_draws:
            member = families[at] == np.arange(len(chunk.family_names))[:, None]
            found = _under_the_null(scores, signs[:, list(own)], member.astype(float))
            for name, sums in zip(_JOINT, found, strict=True):
                out[name] += sums
    return _write(ChunkResult(**out))


def joint_signs(units: int, draws: int, seed: int) -> np.ndarray:
    """Signs of the units: the sample's own first, then the drawn ones, shape (draws + 1, units)."""
    own = np.ones((1, units))
    if not draws:
        return own
    drawn = sign_vectors(units, draws=draws, seed=seed, weights="rademacher")
    return np.concatenate([own, *drawn])


def read_result(content: bytes) -> ChunkResult:
    """Result of a chunk from the bytes of `fit_chunk`."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return ChunkResult(**{field.name: arrays[field.name] for field in fields(ChunkResult)})


def _write(result: ChunkResult) -> bytes:
    """Bytes of a result: numpy's archive holds no clock."""
    buffer = io.BytesIO()
    np.savez(buffer, **{field.name: getattr(result, field.name) for field in fields(ChunkResult)})
    return buffer.getvalue()


def _fit_group(columns: Columns, group: pd.DataFrame) -> ScoredFits:
    """Fit specifications of the same rows, controls and estimator."""
    first = group.iloc[0]
    kept = np.unpackbits(np.frombuffer(first["rows"], np.uint8), count=len(columns.years))
    kept = kept.astype(bool)
    factors = columns.values(first["estimator"], list(group["factor"]))[kept].T
    outcomes = columns.values(first["estimator"], list(group["outcome"]))[kept].T
    controls = columns.values(first["estimator"], split(first["controls"]))[kept]
    X = np.concatenate(
        [factors[:, :, None], np.broadcast_to(controls, (len(factors), *controls.shape))], axis=2
    )
    return score_many(
        X,
        outcomes,
        columns.units[kept],
        columns.years[kept],
        effects=EFFECTS[first["estimator"]],
        trends=first["estimator"] == "unit trends",
    )


def _under_the_null(scores: Scores, signs: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Significance by sign and normal scores under every sign vector, added up within families.

    The p-value of a vector is the share of all vectors, itself and the sample among them, whose
    |t| is at least as large: what the wild bootstrap would give had that vector been the sample.

    Parameters
    ----------
    scores : Scores
        Of S specifications.
    signs : ndarray, shape (J + 1, G)
    member : ndarray, shape (F, S)
        One where a specification is of a family.

    Returns
    -------
    ndarray, shape (3, F, J + 1)
        Sums of `_JOINT`.
    """
    count = len(signs)
    numerators = scores.numerators(signs)
    squared = np.empty_like(numerators)
    for start in range(0, count, VECTORS):
        part = slice(start, start + VECTORS)
        squared[:, part] = scores.lengths(signs[part])
    p = 1 - np.arange(count) / count
    clear, score = p <= ALPHA, stats.norm.isf(p / 2)
    sums = np.zeros((len(_JOINT), len(member), count))
    for start in range(0, len(numerators), TOGETHER):
        part = slice(start, start + TOGETHER)
        t2 = numerators[part] ** 2 / squared[part]
        t2[~np.isfinite(t2)] = 0.0
        largest = t2.max(axis=1, keepdims=True)
        t2 *= EQUAL / np.where(largest > 0, largest, 1.0)
        below = _smaller(np.rint(t2, out=t2))
        sign = np.where(numerators[part] > 0, 1.0, -1.0) * scores.sound[part, None]
        found = clear[below]
        values = found & (sign > 0), found & (sign < 0), sign * score[below]
        sums += np.stack([member[:, part] @ own for own in values])
    return sums


def _smaller(values: np.ndarray) -> np.ndarray:
    """How many values of its own row are smaller than each value (S, J)."""
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    first = np.zeros(values.shape, dtype=np.intp)  # place of the first of equal values
    first[:, 1:] = np.where(ordered[:, 1:] > ordered[:, :-1], np.arange(1, values.shape[1]), 0)
    np.maximum.accumulate(first, axis=1, out=first)
    smaller = np.empty_like(first)
    np.put_along_axis(smaller, order, first, axis=1)
    return smaller
