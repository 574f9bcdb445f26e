"""Wild cluster p-values of thousands of specifications.

A sign vector v is at least as extreme as the sample when (v'n)^2 / v'Mv is at least its value at
v = 1, that is when the quadratic form

    v'Qv,   Q = n n' / (1'n)^2 - M / 1'M1,

is not negative. An exact p-value counts the corners of the hypercube where it is not: the signs are
halved, and all combinations of both halves are one product of two small matrices. Drawn vectors are
shared by all specifications with as many clusters.
"""

from functools import lru_cache

import numpy as np

from nqpf.regression.multiverse.forms import Scores, pair_coefficients, pair_products
from nqpf.regression.wild import EXACT_UP_TO, flips, sign_vectors
from nqpf.regression.wild_margins import TIE

SLICE = 128  # right halves at a time, so that a product stays in the processor's cache
TOGETHER = 128  # specifications at a time, for the same reason
VECTORS = 2048  # sign vectors at a time
IN_DOUBT = 4096  # products at a time that are taken anew


def wild_p_many(scores: Scores, *, draws: int, seed: int | None) -> np.ndarray:
    """Restricted wild cluster bootstrap p-values of the null of zero.

    The same numbers as `inference.wild_cluster_test` gives one by one (a test holds them to it):
    all sign vectors up to 21 clusters, Rademacher draws above.

    Parameters
    ----------
    scores : Scores
        As `scores.score_many` finds them.
    draws, seed : int
        Used where signs are not enumerated.

    Returns
    -------
    ndarray, shape (S,)
        NaN where singular.
    """
    p = np.full(len(scores.n), np.nan)
    sound = np.flatnonzero(scores.sound)
    own = scores.take(sound)
    if scores.groups <= EXACT_UP_TO:
        p[sound] = [exact_share(Q) for Q in extreme_form(own)]
    else:
        p[sound] = _drawn(own, draws, seed)
    return p


def extreme_form(scores: Scores) -> np.ndarray:
    """Q of each specification, shape (S, G, G); its sum, the form at v = 1, is zero."""
    n, M = scores.n, scores.M
    numerator = n.sum(axis=1) ** 2
    denominator = M.sum(axis=(1, 2))
    return n[:, :, None] * n[:, None, :] / numerator[:, None, None] - M / denominator[:, None, None]


def exact_share(Q: np.ndarray) -> float:
    """Share of all sign vectors v with v'Qv >= 0, ties counted, shape of Q (G, G)."""
    groups = len(Q)
    A, B = _halves(groups)
    left = groups - groups // 2
    # a'Q11 a + 2 a'Q12 b + b'Q22 b as one product of rows and columns
    rows = np.column_stack([2 * A @ Q[:left, left:], _form(A, Q[:left, :left]), np.ones(len(A))])
    columns = np.vstack([B.T, np.ones(len(B)), _form(B, Q[left:, left:])])
    count = 0
    for start in range(0, len(B), SLICE):
        count += int(np.count_nonzero(rows @ columns[:, start : start + SLICE] >= -TIE))
    return count / (len(A) * len(B))


@lru_cache(maxsize=2)
def _halves(groups: int) -> tuple[np.ndarray, np.ndarray]:
    """All sign vectors of both halves of the clusters, the last of the first one fixed.

    v and -v tie, so no other is needed.
    """
    right = groups // 2
    left = groups - right
    return 1 - 2 * flips(left)[: max(1, 1 << (left - 1))], 1 - 2 * flips(right)


def _form(V: np.ndarray, Q: np.ndarray) -> np.ndarray:
    """Value v'Qv of each row v."""
    return np.einsum("bg,bg->b", V @ Q, V)


def _drawn(scores: Scores, draws: int, seed: int | None) -> np.ndarray:
    """p-values from vectors drawn once for all specifications."""
    extreme = np.zeros(len(scores.n), dtype=int)
    count = _count_dense(scores) if scores.M is not None else _count_thin(scores)
    for signs in sign_vectors(scores.groups, draws=draws, seed=seed):
        for start in range(0, len(signs), VECTORS):
            count(signs[start : start + VECTORS], extreme)
    return (1 + extreme) / (1 + draws)


def _count_dense(scores: Scores):
    """Add up extreme vectors by products of signs, Q being a form of them."""
    coefficients = pair_coefficients(extreme_form(scores))
    starts = range(0, len(coefficients), TOGETHER)
    forms = {i: SignedForms(coefficients[i : i + TOGETHER]) for i in starts}

    def count(signs: np.ndarray, extreme: np.ndarray) -> None:
        products = pair_products(signs.astype(np.float32))
        for start, form in forms.items():
            found = form.not_negative(products)
            extreme[start : start + TOGETHER] += np.count_nonzero(found, axis=1)

    return count


class SignedForms:
    """Tells which quadratic forms of sign vectors are not negative, ties counted.

    They are taken in single precision, which is twice as fast. Where rounding could decide, by the
    bound of Higham (2002, Accuracy and Stability of Numerical Algorithms, section 3.1), they are
    taken anew in double, so the answer is that of double precision.
    """

    def __init__(self, coefficients: np.ndarray):
        """Keep the coefficients (S, K) of products of signs, as `pair_coefficients` gives them."""
        steps = (coefficients.shape[1] + 1) * np.finfo(np.float32).eps / 2
        error = TIE + steps * np.abs(coefficients).sum(axis=1)
        scale = 1.01 * error  # in its units a form beyond 1 is certain
        self._double = coefficients
        self._single = (coefficients / scale[:, None]).astype(np.float32)

    def not_negative(self, products: np.ndarray) -> np.ndarray:
        """Whether each form is, for products (K, B) in single precision: shape (S, B) of bool."""
        forms = self._single @ products
        found = forms > 1
        doubtful = np.flatnonzero(found != (forms >= -1))
        for start in range(0, len(doubtful), IN_DOUBT):
            part = doubtful[start : start + IN_DOUBT]
            which, vector = np.divmod(part, products.shape[1])
            own = products.take(vector, axis=1).T
            found.flat[part] = np.einsum("bk,bk->b", self._double[which], own) >= -TIE
        return found


def _count_thin(scores: Scores):
    """Add up extreme vectors one specification at a time, for many clusters."""
    own = np.ones((1, scores.groups))
    numerator, length = scores.numerators(own) ** 2, scores.lengths(own)

    def count(signs: np.ndarray, extreme: np.ndarray) -> None:
        margins = scores.numerators(signs) ** 2 / numerator - scores.lengths(signs) / length
        extreme += np.count_nonzero(margins >= -TIE, axis=1)

    return count
