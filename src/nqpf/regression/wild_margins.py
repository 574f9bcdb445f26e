"""By how much sign vectors are more extreme than the sample, at any null.

With N and D the sample's numerator and denominator, and N_v and D_v those of a sign vector v, v is
at least as extreme as the sample when its margin, N_v^2 D - N^2 D_v, is not negative. A null is
named by its distance from the estimate.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from nqpf.regression.wild import WildScores, flips

TIE = 1e-9
BLOCK = 1 << 15  # vectors at a time, so that what is worked on stays in the processor's cache
ROWS = 1 << 12  # drawn vectors at a time, for the same reason


class EnumeratedMargins:
    """Margins of all sign vectors up to mirror images, whose last sign is +.

    Written in flips f = (1 - v) / 2, a quarter of a margin is

        D (n'f)^2 + (N^2 s'H - D N n')f - N^2 f'H'Hf,    s = H1,

    zero to the last digit at the sample. The clusters are halved: the values at all combinations of
    both halves are an outer sum, squared, and one product of two small matrices.

    Parameters
    ----------
    scores : WildScores

    Attributes
    ----------
    vectors : int
        Number of vectors, 2^(G-1).
    """

    def __init__(self, scores: WildScores):
        self.scores = scores
        free = len(scores.n_error) - 1  # the last cluster is never flipped
        self.half = free // 2
        self.left, self.right = flips(self.half), flips(free - self.half)
        self.vectors = len(self.left) * len(self.right)

    def at(self, distance: float) -> Iterator[tuple[np.ndarray, float]]:
        """Blocks of margins, and how far from zero they still are a tie.

        A block is overwritten by the next one.
        """
        n, H = self.scores.at(distance)
        own = H.sum(axis=1)
        numerator, denominator = n.sum(), own @ own
        sums = np.sqrt(denominator) * n[:-1]
        linear = numerator * (numerator * (own @ H) - denominator * n)[:-1]
        square = -(numerator**2) * (H.T @ H)[:-1, :-1]
        one, other = slice(self.half), slice(self.half, None)
        ones = np.ones((len(self.right), 1))
        rows = np.column_stack(
            [
                2 * self.left @ square[one, other],
                _form(self.left, linear[one], square[one, one]),
                np.ones(len(self.left)),
            ]
        )
        columns = np.hstack(
            [self.right, ones, _form(self.right, linear[other], square[other, other])[:, None]]
        ).T.copy()
        rows_sum, columns_sum = self.left @ sums[one], self.right @ sums[other]
        slack = tie(numerator**2 * denominator) / 4
        step = max(1, BLOCK // len(self.right))
        for start in range(0, len(rows), step):
            margins = np.add.outer(rows_sum[start : start + step], columns_sum)
            margins *= margins
            margins += rows[start : start + step] @ columns
            yield margins, slack


class DrawnMargins:
    """Margins of given sign vectors.

    N_v^2 and D_v are quadratics in the distance, so six numbers per vector serve every null.

    Parameters
    ----------
    scores : WildScores
    chunks : iterable of ndarray, shape (rows, G)
        Sign vectors.

    Attributes
    ----------
    vectors : int
        Number of vectors.
    """

    def __init__(self, scores: WildScores, chunks: Iterable[np.ndarray]):
        self.kept = [
            _quadratics(scores, V[start : start + ROWS])
            for V in chunks
            for start in range(0, len(V), ROWS)
        ]
        self.own = _quadratics(scores, np.ones((1, len(scores.n_error))))[:, 0]
        self.vectors = sum(block.shape[1] for block in self.kept)

    def at(self, distance: float) -> Iterator[tuple[np.ndarray, float]]:
        """Blocks of margins, and how far from zero they still are a tie."""
        powers = np.array([1.0, distance, distance**2])
        numerator, denominator = self.own[:3] @ powers, self.own[3:] @ powers
        compare = np.concatenate([powers * denominator, -powers * numerator])
        slack = tie(numerator * denominator)
        for block in self.kept:
            yield compare @ block, slack


def tie(scale: float) -> float:
    """How far from zero a margin still is a tie, `scale` being the sample's N^2 D."""
    return TIE * max(scale, np.finfo(float).tiny)


def _form(F: np.ndarray, linear: np.ndarray, square: np.ndarray) -> np.ndarray:
    """Value linear'f + f' square f of each row f, shape (rows,)."""
    return F @ linear + np.einsum("bg,bg->b", F @ square, F)


def _quadratics(scores: WildScores, V: np.ndarray) -> np.ndarray:
    """Coefficients of N_v^2 and of D_v in powers of the distance, shape (6, rows)."""
    error, term = V @ scores.n_error, -(V @ scores.n_term)
    errors, terms = V @ scores.H_error.T, -(V @ scores.H_term.T)
    return np.array(
        [
            error * error,
            2 * error * term,
            term * term,
            np.einsum("bg,bg->b", errors, errors),
            2 * np.einsum("bg,bg->b", errors, terms),
            np.einsum("bg,bg->b", terms, terms),
        ]
    )
