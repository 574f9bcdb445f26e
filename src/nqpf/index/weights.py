"""Weights of indicators. Schemes that read the data take scores of one matrix, more being better.

Entropy, CRITIC, standard-deviation and PCA weights are computed on min-max scores between 0 and 1
of complete rows, whatever normalisation the index itself uses: z-scores would make all standard
deviations one, and entropy needs non-negative values. A shift constant is never added: 0 ln 0 = 0.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import rankdata

from nqpf.errors import StudyError

FEWEST_ROWS = 3


def equal_weights(count: int) -> np.ndarray:
    """Weights 1/count, shape (count,)."""
    return np.full(count, 1 / count)


def entropy_weights(scores: np.ndarray) -> np.ndarray:
    """Entropy weights: the more unequal an indicator's shares, the more it weighs.

    p_ij = x_ij / sum_i x_ij, e_j = - sum_i p_ij ln p_ij / ln n, w_j = (1 - e_j) / sum (1 - e)
    (Hwang and Yoon 1981, section 3.2.2; Shannon 1948 for 0 ln 0 = 0).

    Parameters
    ----------
    scores : ndarray, shape (n, k)
        Non-negative, complete.

    Raises
    ------
    StudyError
        If a value is negative or missing, a column is zero everywhere, or all are constant.
    """
    scores = _complete(scores, "entropy")
    if (scores < 0).any():
        raise StudyError(
            f"entropy weights need values of at least zero, got {scores.min():g}; "
            "normalise by min-max first"
        )
    totals = scores.sum(axis=0)
    if (totals == 0).any():
        raise StudyError("an indicator is zero everywhere, so it has no entropy; leave it out")
    shares = scores / totals
    logs = np.log(shares, where=shares > 0, out=np.zeros_like(shares))
    entropy = -(shares * logs).sum(axis=0) / np.log(len(scores))
    return _proportional(1 - entropy)


def standard_deviation_weights(scores: np.ndarray) -> np.ndarray:
    """Weights in proportion to standard deviations.

    Parameters
    ----------
    scores : ndarray, shape (n, k)
        On one common scale, complete.
    """
    return _proportional(_complete(scores, "standard-deviation").std(axis=0))


def critic_weights(scores: np.ndarray, correlation: str = "pearson") -> np.ndarray:
    """CRITIC weights: contrast times conflict, sd_j * sum_k (1 - r_jk).

    Diakoulaki, Mavrotas and Papayannakis (1995, Computers & Operations Research 22(7), eq. 5-7).

    Parameters
    ----------
    scores : ndarray, shape (n, k)
        On one common scale, more being better, complete.
    correlation : {"pearson", "spearman"}

    Raises
    ------
    StudyError
        If a value is missing or a column is constant (it has no correlation).
    """
    scores = _complete(scores, "CRITIC")
    if correlation not in ("pearson", "spearman"):
        raise StudyError(f"CRITIC uses pearson or spearman correlations, got '{correlation}'")
    ranked = scores if correlation == "pearson" else rankdata(scores, axis=0)
    conflict = (1 - correlations(ranked)).sum(axis=0)
    return _proportional(scores.std(axis=0) * conflict)


def pca_weights(scores: np.ndarray) -> np.ndarray:
    """Weights in proportion to the variance of each indicator that the main components carry.

    The communality: squared loadings summed over the components of the correlation matrix with an
    eigenvalue above one (Kaiser). It is the same after any rotation and never negative. OECD/JRC
    Handbook (2008, section 6.1) and Nicoletti, Scarpetta and Boylaud (2000) also start from
    squared loadings, but then give an indicator the weight of its largest factor only.

    Parameters
    ----------
    scores : ndarray, shape (n, k)
        Complete.
    """
    scores = _complete(scores, "PCA")
    if scores.shape[1] == 1:
        return np.ones(1)
    values, vectors = np.linalg.eigh(correlations(scores))
    kept = values > 1
    return _proportional((vectors[:, kept] ** 2 * values[kept]).sum(axis=1))


def combined_weights(first: np.ndarray, second: np.ndarray, share: float = 0.5) -> np.ndarray:
    """Linear combination of two sets of weights, `share` of the first.

    Parameters
    ----------
    first, second : ndarray, shape (k,)
    share : float
        Between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise StudyError(f"the share of the first weights lies between 0 and 1, got {share}")
    return share * first + (1 - share) * second


def given_weights(weights: Mapping[str, float], indicators: Sequence[str]) -> np.ndarray:
    """Weights set by the user, brought to sum one, shape (indicators,).

    Weights of indicators that are not in the index (left out, screened out) have no effect.

    Raises
    ------
    StudyError
        If one is missing, negative, or all are zero.
    """
    absent = [i for i in indicators if i not in weights]
    if absent:
        raise StudyError(f"no weight is given for {', '.join(absent)}; give every indicator one")
    values = np.array([float(weights[i]) for i in indicators])
    if not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
        raise StudyError("given weights must be numbers of at least zero, some above zero")
    return _proportional(values)


def random_weights(count: int, draws: int, *, seed: int, concentration: float = 1.0) -> np.ndarray:
    """Draws from a symmetric Dirichlet distribution, shape (draws, count).

    Parameters
    ----------
    count, draws : int
    seed : int
    concentration : float
        1 makes every set of weights equally likely; larger values stay closer to equal weights.
    """
    if not concentration > 0:
        raise StudyError(f"the concentration of random weights is positive, got {concentration}")
    return np.random.default_rng(seed).dirichlet(np.full(count, concentration), size=draws)


def correlations(values: np.ndarray) -> np.ndarray:
    """Pearson correlations between the columns; StudyError if one does not vary.

    Parameters
    ----------
    values : ndarray, shape (n, k)
    """
    centred = values - values.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    flat = length <= 1e-12 * np.abs(values).max(axis=0) * np.sqrt(len(values))
    if flat.any():
        columns = ", ".join(str(c + 1) for c in np.flatnonzero(flat))
        raise StudyError(f"indicator number {columns} does not vary, so it has no correlation")
    standard = centred / length
    return np.clip(standard.T @ standard, -1, 1)


SCHEMES = {
    "entropy": entropy_weights,
    "critic": critic_weights,
    "pca": pca_weights,
    "sd": standard_deviation_weights,
    "entropy_critic": lambda s: combined_weights(entropy_weights(s), critic_weights(s)),
}


def _complete(scores: np.ndarray, what: str) -> np.ndarray:
    """The matrix, refused if too small or not complete."""
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 2 or len(scores) < 2:
        raise StudyError(f"{what} weights need a matrix of at least two rows, got {scores.shape}")
    if not np.isfinite(scores).all():
        raise StudyError(f"{what} weights need complete rows; leave out rows with missing values")
    return scores


def _proportional(sizes: np.ndarray) -> np.ndarray:
    """Sizes brought to sum one."""
    total = sizes.sum()
    if not total > 1e-15:
        raise StudyError("no indicator varies, so the data give no weights; use equal weights")
    return sizes / total
