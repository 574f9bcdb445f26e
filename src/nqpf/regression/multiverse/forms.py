"""Cluster scores of many specifications and what sign vectors make of them.

The refitted scores of a specification are H v with H = diag(n) - L R', of which L and R have one
column per year effect and regressor. Their squared length v'Mv, M = H'H, is what the clustered
variance is made of. With few clusters M is formed once: products v_g v_h, shared by all
specifications, then give every length at once. With many, L and R are used as they are, and the
cost grows with the clusters instead of their square.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nqpf.errors import StudyError

DENSE_UP_TO = 64  # clusters for which M is formed


@dataclass(frozen=True)
class Scores:
    """Cluster scores of S specifications with G clusters, errors restricted by the null of zero.

    Attributes
    ----------
    n : ndarray, shape (S, G)
        Numerators by cluster; NaN where a specification is singular.
    M : ndarray, shape (S, G, G), or None
        With up to `DENSE_UP_TO` clusters.
    left, right : ndarray, shape (S, G, r), or None
        L and R, with more.
    """

    n: np.ndarray
    M: np.ndarray | None = None
    left: np.ndarray | None = None
    right: np.ndarray | None = None

    def __post_init__(self) -> None:
        shape = self.n.shape
        if self.n.ndim != 2 or (self.M is not None and self.M.shape != (*shape, shape[1])):
            got = None if self.M is None else self.M.shape
            raise StudyError(f"expected n (S, G) and M (S, G, G), got {shape} and {got}")
        if self.M is None and (self.left is None or self.right is None):
            raise StudyError("expected M, or L and R, beside the numerators")

    @property
    def groups(self) -> int:
        """Clusters G."""
        return self.n.shape[1]

    @property
    def sound(self) -> np.ndarray:
        """Specifications that are not singular, shape (S,) of bool."""
        return np.isfinite(self.n).all(axis=1)

    def take(self, which: np.ndarray | slice) -> "Scores":
        """Some of the specifications."""
        parts = (self.M, self.left, self.right)
        return Scores(self.n[which], *(None if one is None else one[which] for one in parts))

    def numerators(self, signs: np.ndarray) -> np.ndarray:
        """Numerators under sign vectors (B, G), shape (S, B)."""
        return self.n @ signs.T

    def lengths(self, signs: np.ndarray) -> np.ndarray:
        """Squared lengths v'Mv under sign vectors (B, G), shape (S, B)."""
        if self.M is not None:
            return pair_coefficients(self.M) @ pair_products(signs)
        out = np.empty((len(self.n), len(signs)))
        for i, (n, left, right) in enumerate(zip(self.n, self.left, self.right, strict=True)):
            inside = signs @ np.hstack([right, n[:, None] * left])
            W, Z = np.hsplit(inside, 2)
            out[i] = n @ n - 2 * (W * Z).sum(axis=1) + ((W @ (left.T @ left)) * W).sum(axis=1)
        return out


def scores_from(n: np.ndarray, left: np.ndarray, right: np.ndarray) -> Scores:
    """Scores in the form that suits the number of clusters."""
    if n.shape[1] > DENSE_UP_TO:
        return Scores(n, None, left, right)
    H = np.einsum("sg,gh->sgh", n, np.eye(n.shape[1])) - left @ right.transpose(0, 2, 1)
    return Scores(n, H.transpose(0, 2, 1) @ H)


def together(parts: Sequence[Scores]) -> Scores:
    """Scores of several batches with the same clusters as one."""
    n = np.concatenate([one.n for one in parts])
    if all(one.M is not None for one in parts):
        return Scores(n, np.concatenate([one.M for one in parts]))
    width = max(one.left.shape[2] for one in parts)
    pair = [
        np.concatenate([_widened(getattr(one, name), width) for one in parts])
        for name in ("left", "right")
    ]
    return Scores(n, None, *pair)


def pair_products(signs: np.ndarray) -> np.ndarray:
    """Products v_g v_h, g < h, and a one, of sign vectors (B, G): shape (G(G-1)/2 + 1, B)."""
    first, second = np.triu_indices(signs.shape[1], 1)
    by_group = np.ascontiguousarray(signs.T)
    products = np.ones((len(first) + 1, len(signs)), signs.dtype)
    np.multiply(by_group[first], by_group[second], out=products[:-1])
    return products


def pair_coefficients(Q: np.ndarray) -> np.ndarray:
    """Coefficients of `pair_products` that give v'Qv, shape (S, G(G-1)/2 + 1)."""
    first, second = np.triu_indices(Q.shape[1], 1)
    pairs = Q[:, first, second] + Q[:, second, first]
    return np.column_stack([pairs, np.einsum("sgg->s", Q)])


def _widened(values: np.ndarray, width: int) -> np.ndarray:
    """Columns of zeros added up to a width."""
    return np.pad(values, ((0, 0), (0, 0), (0, width - values.shape[2])))
