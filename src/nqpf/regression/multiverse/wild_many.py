"""Wild cluster p-values of thousands of specifications.

A sign vector v is at least as extreme as the sample when (v'n)^2 / v'Mv is at least its value at
v = 1, that is when the quadratic form

    v'Qv,   Q = n n' / (1'n)^2 - M / 1'M1,

is not negative. An exact p-value counts the corners of the hypercube where it is not: the signs are
halved, and all combinations of both halves are one product of two small matrices. Drawn vectors are
shared by all specifications with as many clusters: the products v_g v_h are then one matrix.
"""

import numpy as np

from nqpf.errors import StudyError
from nqpf.regression.inference import TIE
from nqpf.regression.wild import EXACT_UP_TO, sign_vectors

SLICE = 128  # right halves at a time, so that a product stays in the processor's cache
TOGETHER = 128  # specifications at a time, for the same reason


def wild_p_many(
    numerators: np.ndarray, denominators: np.ndarray, *, draws: int, seed: int | None
) -> np.ndarray:
    """Restricted wild cluster bootstrap p-values of the null of zero.

    The same numbers as `inference.wild_cluster_test` gives one by one (a test holds them to it):
    all sign vectors up to 21 clusters, Rademacher draws above.

    Parameters
    ----------
    numerators : ndarray, shape (S, G)
    denominators : ndarray, shape (S, G, G)
        As `scores.score_many` returns them; NaN where a specification is singular.
    draws, seed : int
        Used where signs are not enumerated.

    Returns
    -------
    ndarray, shape (S,)
        NaN where singular.
    """
    n, M = np.asarray(numerators, float), np.asarray(denominators, float)
    if n.ndim != 2 or M.shape != (*n.shape, n.shape[1]):
        raise StudyError(f"expected n (S, G) and M (S, G, G), got {n.shape} and {M.shape}")
    p = np.full(len(n), np.nan)
    sound = np.flatnonzero(np.isfinite(n).all(axis=1))
    Q = extreme_form(n[sound], M[sound])
    if n.shape[1] <= EXACT_UP_TO:
        p[sound] = [exact_share(one) for one in Q]
    else:
        p[sound] = _drawn(Q, draws, seed)
    return p


def extreme_form(n: np.ndarray, M: np.ndarray) -> np.ndarray:
    """Q of each specification, shape (S, G, G); it vanishes at v = 1."""
    numerator = n.sum(axis=1) ** 2
    denominator = M.sum(axis=(1, 2))
    return n[:, :, None] * n[:, None, :] / numerator[:, None, None] - M / denominator[:, None, None]


def exact_share(Q: np.ndarray) -> float:
    """Share of all sign vectors v with v'Qv >= 0, ties counted, shape of Q (G, G)."""
    groups = len(Q)
    right = groups // 2
    left = groups - right
    A = corners(left)[: max(1, 1 << (left - 1))]  # the last sign fixed: v and -v tie
    B = corners(right)
    # a'Q11 a + 2 a'Q12 b + b'Q22 b as one product of rows and columns
    rows = np.column_stack([2 * A @ Q[:left, left:], _form(A, Q[:left, :left]), np.ones(len(A))])
    columns = np.vstack([B.T, np.ones(len(B)), _form(B, Q[left:, left:])])
    count = 0
    for start in range(0, len(B), SLICE):
        count += int(np.count_nonzero(rows @ columns[:, start : start + SLICE] >= -TIE))
    return count / (len(A) * len(B))


def corners(size: int) -> np.ndarray:
    """All sign vectors, shape (2^size, size); the last sign is + in the first half."""
    return 1.0 - 2.0 * (np.arange(1 << size)[:, None] >> np.arange(size) & 1)


def pair_products(signs: np.ndarray) -> np.ndarray:
    """Products v_g v_h, g < h, and a one, of sign vectors (B, G): shape (B, G(G-1)/2 + 1)."""
    first, second = np.triu_indices(signs.shape[1], 1)
    return np.column_stack([signs[:, first] * signs[:, second], np.ones(len(signs))])


def pair_coefficients(Q: np.ndarray) -> np.ndarray:
    """Coefficients of `pair_products` that give v'Qv, shape (S, G(G-1)/2 + 1)."""
    first, second = np.triu_indices(Q.shape[1], 1)
    pairs = Q[:, first, second] + Q[:, second, first]
    return np.column_stack([pairs, np.einsum("sgg->s", Q)])


def _form(V: np.ndarray, Q: np.ndarray) -> np.ndarray:
    """Value v'Qv of each row v."""
    return np.einsum("bg,bg->b", V @ Q, V)


def _drawn(Q: np.ndarray, draws: int, seed: int | None) -> np.ndarray:
    """p-values from vectors drawn once for all specifications."""
    coefficients = pair_coefficients(Q)
    extreme = np.zeros(len(Q), dtype=int)
    for signs in sign_vectors(Q.shape[1], draws=draws, seed=seed):
        for part in np.array_split(signs, max(1, len(signs) // 2048)):
            products = pair_products(part)
            for start in range(0, len(Q), TOGETHER):
                together = slice(start, start + TOGETHER)
                margins = products @ coefficients[together].T
                extreme[together] += np.count_nonzero(margins >= -TIE, axis=0)
    return (1 + extreme) / (1 + draws)
