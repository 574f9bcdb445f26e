"""Cluster scores and sign vectors, of which every wild cluster bootstrap is made.

With cluster sums of scores (MacKinnon 2023, Econometrics and Statistics, "Fast cluster bootstrap
methods for linear regression models") no refit is needed: for sign vector v

    numerator(v)   = sum_h n_h v_h
    score_g(v)     = sum_h H_gh v_h          denominator(v) = sum_g score_g(v)^2

where n_h is the score of cluster h and H_gh what flipping h does to the refitted score of cluster
g. The fixed effects are partialled out exactly, so unbalanced panels are right as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nqpf.errors import StudyError
from nqpf.regression.panel import PanelFit
from nqpf.regression.within import group_sums

EXACT_UP_TO = 21
CHUNK = 1 << 14
KEPT = 1 << 22  # signs that are kept for the next test, 32 MiB
WEBB = np.sqrt([0.5, 1.0, 1.5])


@dataclass(frozen=True)
class WildScores:
    """Cluster scores of one coefficient, for errors e - d a at distance d from the estimate.

    Attributes
    ----------
    n_error, n_term : ndarray, shape (G,)
        Numerators' parts of the unrestricted residuals e and of the partialled-out term a.
    H_error, H_term : ndarray, shape (G, G)
        Refitted scores' parts of the same.
    """

    n_error: np.ndarray
    n_term: np.ndarray
    H_error: np.ndarray
    H_term: np.ndarray

    def at(self, distance: float) -> tuple[np.ndarray, np.ndarray]:
        """Numerators (G,) and refitted scores (G, G) under estimate + `distance` as null."""
        return self.n_error - distance * self.n_term, self.H_error - distance * self.H_term


def wild_scores(fit: PanelFit, term: str) -> WildScores:
    """Cluster scores of a coefficient, with which any wild bootstrap of it can be run.

    Parameters
    ----------
    fit : PanelFit
    term : str

    Returns
    -------
    WildScores
    """
    design = fit.design
    j = design.position(term)
    bread = np.linalg.inv(design.X.T @ design.X)
    a = design.X @ (bread[:, j] / bread[j, j])  # the term with the other regressors partialled out
    clusters, groups = design.codes[design.cluster], design.groups

    def by_cluster(columns, values):
        """Sums over clusters of columns times values, shape (G, columns)."""
        return group_sums(columns * values[:, None], clusters, groups)

    def parts(values):
        """Sums over clusters of values times the term, the regressors and both bases of effects."""
        columns = (design.X, design.within.first, design.within.basis)
        return by_cluster(a[:, None], values)[:, 0], *(by_cluster(one, values) for one in columns)

    def refitted(own, regressors, *bases):
        """H: scores of each cluster when the errors of each one alone are refitted."""
        out = np.diag(own)
        out -= term_regressors @ bread @ regressors.T
        for of_term, of_errors in zip(term_bases, bases, strict=True):
            out -= of_term @ of_errors.T
        return out

    of_errors, of_term = parts(fit.errors), parts(a)
    _, term_regressors, *term_bases = of_term
    return WildScores(
        n_error=of_errors[0],
        n_term=of_term[0],
        H_error=refitted(*of_errors),
        H_term=refitted(*of_term),
    )


def sign_vectors(
    groups: int, *, draws: int, seed: int | None, weights: str = "auto"
) -> Iterator[np.ndarray]:
    """Chunks (rows, G) of sign vectors: all of them up to mirror images, or drawn ones.

    Raises
    ------
    StudyError
        Unknown weights, or draws without a seed.
    """
    if weights == "auto" and groups <= EXACT_UP_TO:
        return _all_signs(groups)
    if weights not in ("auto", "rademacher", "webb"):
        raise StudyError(f"expected weights auto, rademacher or webb, got '{weights}'")
    if seed is None or draws < 1:
        raise StudyError(
            f"{groups} clusters with weights '{weights}' need draws and a seed: pass seed="
        )
    if draws * groups <= KEPT:
        return iter(_kept_signs(groups, draws, seed, webb=weights == "webb"))
    return _drawn_signs(groups, draws, seed, webb=weights == "webb")


def flips(size: int) -> np.ndarray:
    """All ways to flip some of `size` signs: 1 where flipped, shape (2^size, size)."""
    return (np.arange(1 << size)[:, None] >> np.arange(size) & 1).astype(float)


def _all_signs(groups: int) -> Iterator[np.ndarray]:
    """All sign vectors whose last sign is +, in chunks; the first row is all +."""
    count = 1 << (groups - 1)
    bits = np.arange(groups)
    signs = 1.0 - 2.0 * (np.arange(min(CHUNK, count))[:, None] >> bits & 1)
    for start in range(0, count, CHUNK):
        high = start >> bits & 1  # the lower bits repeat in every chunk
        yield signs * (1.0 - 2.0 * high)


@lru_cache(maxsize=2)
def _kept_signs(groups, draws, seed, *, webb) -> tuple[np.ndarray, ...]:
    """Drawn vectors of the last calls, not to be written to; most tests of a study share them."""
    chunks = tuple(_drawn_signs(groups, draws, seed, webb=webb))
    for chunk in chunks:
        chunk.setflags(write=False)
    return chunks


def _drawn_signs(groups, draws, seed, *, webb) -> Iterator[np.ndarray]:
    """Rademacher or Webb (2014) vectors, drawn in chunks."""
    rng = np.random.default_rng(seed)
    for start in range(0, draws, CHUNK):
        shape = (min(CHUNK, draws - start), groups)
        signs = 2.0 * rng.integers(0, 2, shape) - 1.0
        yield signs * rng.choice(WEBB, shape) if webb else signs
