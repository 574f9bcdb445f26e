"""Every test of one slope, for thousands of balanced panels at once.

The estimators are those of `nqpf.regression` (a test holds them together to rounding); only their
form is another. In a balanced panel unit and year effects go out by subtracting means, leaving a
unit out changes only the year means, and a wild cluster bootstrap needs one G x G matrix per panel
(`nqpf.regression.wild`).
"""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import special

from nqpf.errors import StudyError

METHODS = (
    "classical",
    "HC1",
    "CRV1, normal",
    "CRV1, t(G−1)",
    "CRV3, t(G−1)",
    "two-way clusters, t",
    "Driscoll-Kraay, t(T−1)",
    "wild, restricted",
)
CHUNK = 64
AT_ONCE = 4  # panels whose sign vectors fit the processor's cache together
TIE = 1e-9


def two_way_residual(values: np.ndarray) -> np.ndarray:
    """Balanced panels (S, G, T) free of unit and year means."""
    out = values - values.mean(axis=2, keepdims=True)
    return out - out.mean(axis=1, keepdims=True)


def p_values(
    x: np.ndarray, y: np.ndarray, *, draws: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Two-sided p-values of no association, by method.

    Parameters
    ----------
    x, y : ndarray, shape (S, G, T)
        One regressor and one outcome per simulation.
    draws : int
        Sign vectors of the wild bootstrap.
    rng : Generator
        Of the signs.

    Returns
    -------
    dict of str to ndarray, shape (S,)
        Keys are `METHODS`.
    """
    return p_values_of_slopes(x, y, (0.0,), draws=draws, rng=rng)[0]


def p_values_of_slopes(
    x: np.ndarray, e: np.ndarray, true: Sequence[float], *, draws: int, rng: np.random.Generator
) -> list[dict[str, np.ndarray]]:
    """The same for the outcomes ``slope * x + e`` of several true slopes, signs drawn once for all.

    Parameters
    ----------
    x, e : ndarray, shape (S, G, T)
    true : sequence of float
        The slopes.
    draws, rng
        As in `p_values`.

    Returns
    -------
    list of dict
        One per slope, as `p_values` returns it.
    """
    _check_shapes(x, e)
    parts: list[list[dict[str, np.ndarray]]] = [[] for _ in true]
    for at in _chunks(len(x)):
        outcomes = [slope * x[at] + e[at] for slope in true]
        drawn = _wild(x[at], outcomes, draws, rng)
        for part, y, wild in zip(parts, outcomes, drawn, strict=True):
            part.append({**_analytic(x[at], y), METHODS[-1]: wild})
    return [
        {name: np.concatenate([one[name] for one in part]) for name in METHODS} for part in parts
    ]


def slopes(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two-way slopes and their CRV1 standard errors, "nested" convention; shape (S,) each."""
    estimate, errors = _analytic_errors(x, y)
    return estimate, errors["CRV1, t(G−1)"][0]


def _check_shapes(x: np.ndarray, y: np.ndarray) -> None:
    """Refuse what is no stack of balanced panels."""
    if x.shape != y.shape or x.ndim != 3:
        raise StudyError(f"expected x and y of one shape (S, G, T), got {x.shape} and {y.shape}")


def _chunks(count: int) -> Iterator[slice]:
    """Slices that keep a chunk within the processor's cache."""
    return (slice(start, start + CHUNK) for start in range(0, count, CHUNK))


def _analytic(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """P-values that need no draws."""
    estimate, errors = _analytic_errors(x, y)
    out = {}
    for name, (se, df) in errors.items():
        with np.errstate(divide="ignore"):  # two-way clusters may leave no variance at all
            t = np.abs(estimate) / se
        out[name] = 2 * (special.ndtr(-t) if df is None else special.stdtr(df, -t))
    return out


def _analytic_errors(x: np.ndarray, y: np.ndarray):
    """Slopes (S,), and by method their standard errors (S,) and degrees of freedom."""
    _check_shapes(x, y)
    _, G, T = x.shape
    n, parameters = G * T, G + T  # the regressor, G + T - 1 effects
    a, v = two_way_residual(x), two_way_residual(y)
    xx = np.einsum("sgt,sgt->s", a, a)
    estimate = np.einsum("sgt,sgt->s", a, v) / xx
    e = v - estimate[:, None, None] * a
    scores = a * e
    cells = np.einsum("sgt,sgt->s", scores, scores)
    by_unit = (scores.sum(axis=2) ** 2).sum(axis=1)
    years = scores.sum(axis=1)
    by_year = (years**2).sum(axis=1)
    df = n - parameters
    nested = G / (G - 1) * (n - 1) / (n - T - 1)  # unit effects lie within the clusters
    few = min(G, T)
    both = few / (few - 1) * (n - 1) / (n - 2)  # both effects lie within one of the clusterings
    kraay = T / (T - 1) * (n - 1) / (n - G - 1)
    variances = {
        METHODS[0]: (np.einsum("sgt,sgt->s", e, e) / df * xx, df),
        METHODS[1]: (n / df * cells, df),
        METHODS[2]: (nested * by_unit, None),
        METHODS[3]: (nested * by_unit, G - 1),
        METHODS[4]: (_jackknife(x, y, estimate) * xx**2, G - 1),
        METHODS[5]: (both * np.maximum(by_unit + by_year - cells, 0), few - 1),
        METHODS[6]: (kraay * _bartlett(years, int(4 * (T / 100) ** (2 / 9))), T - 1),
    }
    return estimate, {name: (np.sqrt(meat) / xx, df) for name, (meat, df) in variances.items()}


def _bartlett(years: np.ndarray, lags: int) -> np.ndarray:
    """Long-run sums of squares of yearly scores (S, T)."""
    total = (years**2).sum(axis=1)
    for lag in range(1, lags + 1):
        cross = (years[:, lag:] * years[:, :-lag]).sum(axis=1)
        total += 2 * (1 - lag / (lags + 1)) * cross
    return total


def _jackknife(x: np.ndarray, y: np.ndarray, estimate: np.ndarray) -> np.ndarray:
    """Variance from leaving out each unit in turn, year effects estimated anew (CRV3)."""
    G = x.shape[1]
    x = x - x.mean(axis=2, keepdims=True)
    y = y - y.mean(axis=2, keepdims=True)

    def without_each(first, second):
        """Cross products (S, G) of the panels without unit g."""
        products = np.einsum("sgt,sgt->sg", first, second)
        left = first.sum(axis=1, keepdims=True) - first
        right = second.sum(axis=1, keepdims=True) - second
        total = products.sum(axis=1, keepdims=True) - products
        return total - np.einsum("sgt,sgt->sg", left, right) / (G - 1)

    moved = without_each(x, y) / without_each(x, x) - estimate[:, None]
    return (G - 1) / G * (moved**2).sum(axis=1)


def wild_matrices(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numerators (S, G) and refitted scores (S, G, G) of the restricted wild bootstrap.

    For signs v the bootstrap t is ``n v / |H v|`` but for a constant; see `nqpf.regression.wild`.
    """
    G = x.shape[1]
    a, u = two_way_residual(x), two_way_residual(y)
    numerators = np.einsum("sgt,sgt->sg", a, u)
    shares = np.einsum("sgt,sgt->sg", a, a)
    shares = shares / shares.sum(axis=1, keepdims=True)
    refitted = -(a @ u.transpose(0, 2, 1)) / G - shares[:, :, None] * numerators[:, None, :]
    diagonal = np.arange(G)
    refitted[:, diagonal, diagonal] += numerators
    return numerators, refitted


def _wild(
    x: np.ndarray, outcomes: Sequence[np.ndarray], draws: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """P-values of the restricted wild cluster bootstrap by outcome, ties counted as extreme."""
    S, G = x.shape[:2]
    bits = rng.integers(0, 2, (S, draws, G), dtype=np.int8)
    tests = [wild_matrices(x, y) for y in outcomes]
    stacked = [
        np.concatenate([refitted, numerators[:, None]], axis=1).transpose(0, 2, 1)
        for numerators, refitted in tests
    ]
    own = [
        (numerators.sum(axis=1)[:, None] ** 2, (refitted.sum(axis=2) ** 2).sum(axis=1)[:, None])
        for numerators, refitted in tests
    ]
    extreme = np.zeros((len(tests), S), dtype=int)
    for start in range(0, S, AT_ONCE):
        at = slice(start, start + AT_ONCE)
        signs = np.subtract(bits[at], 0.5, dtype=float)  # half of every sign, so four times below
        for test, (matrices, (own_top, own_bottom)) in enumerate(zip(stacked, own, strict=True)):
            scores = signs @ matrices[at]
            top = 4 * scores[..., G] ** 2
            bottom = 4 * np.einsum("sbg,sbg->sb", scores[..., :G], scores[..., :G])
            beyond = top * own_bottom[at] >= own_top[at] * bottom * (1 - TIE)
            extreme[test, at] = beyond.sum(axis=1)
    return list((1 + extreme) / (1 + draws))
