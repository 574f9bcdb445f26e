"""Inequality between units in one year, and its path.

Beware of names: "the Theil index" may be T or L. Here T weights by value shares and L by
population shares; L is the mean logarithmic deviation, GE(0). The R package REAT calls L
``theil``.

All measures take values per head (income, output) with the population as weights, or plain
values with none. They are zero for equal values and for a single unit, and do not depend on the
unit of measure. Missing values are refused by name.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.special import xlogy

from nqpf.errors import StudyError
from nqpf.regional.samples import check_values, sections


def theil_t(values, weights=None) -> float:
    r"""Theil's T, GE(1): :math:`\sum_i w_i (x_i/\mu) \ln(x_i/\mu)`, with 0 ln 0 = 0.

    Parameters
    ----------
    values : array_like, shape (n,)
        At least zero.
    weights : array_like, shape (n,), optional
        Positive, need not sum to one.

    References
    ----------
    Theil (1967), Economics and Information Theory, chapter 4.
    """
    x, w = check_values(values, weights, measure="Theil T")
    ratio = x / (w @ x)
    return max(float(w @ xlogy(ratio, ratio)), 0.0)


def theil_t_of_each(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Theil's T of many samples at once; see `theil_t`.

    Parameters
    ----------
    values, weights : ndarray, shape (..., n)
        Units of weight zero are left out.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    StudyError
        Of the first sample that `theil_t` refuses.
    """
    values, weights = np.broadcast_arrays(values, weights)
    values = np.where(weights == 0, 0.0, values)
    total = (weights * values).sum(axis=-1, keepdims=True)
    sound = np.isfinite(values) & (values >= 0) & np.isfinite(weights) & (weights > 0)
    sound = (sound | (weights == 0)).all(axis=-1) & (total[..., 0] > 0)
    for wrong in np.argwhere(~sound):
        x, w = values[tuple(wrong)], weights[tuple(wrong)]
        check_values(x[w != 0], w[w != 0], measure="Theil T")
    ratio = values * weights.sum(axis=-1, keepdims=True) / total
    found = (weights * xlogy(ratio, ratio)).sum(axis=-1) / weights.sum(axis=-1)
    return np.maximum(found, 0.0)


def theil_l(values, weights=None) -> float:
    r"""Theil's L, GE(0), the mean logarithmic deviation: :math:`\sum_i w_i \ln(\mu/x_i)`.

    Infinite where a value is zero, which is therefore an error.

    Parameters
    ----------
    values : array_like, shape (n,)
        Positive.
    weights : array_like, shape (n,), optional

    References
    ----------
    Theil (1967), Economics and Information Theory, chapter 4; Bourguignon (1979), Econometrica 47,
    901-920.
    """
    x, w = check_values(values, weights, zeros=False, measure="Theil L")
    return max(float(w @ np.log((w @ x) / x)), 0.0)


def gini(values, weights=None) -> float:
    r"""Gini coefficient, :math:`\sum_i\sum_j w_i w_j |x_i - x_j| / (2\mu)`.

    Between 0 and 1 - 1/n without weights; see `gini_corrected`.

    References
    ----------
    Gini (1912), Variabilità e mutabilità; weighted form in Lerman and Yitzhaki (1989), Journal of
    Econometrics 42, 43-47.
    """
    x, w = check_values(values, weights, measure="the Gini")
    return float(w @ np.abs(x[:, None] - x) @ w) / (2 * float(w @ x))


def gini_corrected(values) -> float:
    """Gini times n/(n-1): one when a single unit has everything.

    Raises
    ------
    StudyError
        Fewer than two units, where it is not defined.
    """
    uncorrected, n = gini(values), len(values)
    if n < 2:
        raise StudyError("expected at least two units for the corrected Gini, got one")
    return uncorrected * n / (n - 1)


def atkinson(values, aversion: float, weights=None) -> float:
    r"""Atkinson index: the share of the total that equality would allow to give up.

    :math:`1 - (\sum_i w_i (x_i/\mu)^{1-\varepsilon})^{1/(1-\varepsilon)}`; for
    :math:`\varepsilon = 1` one less the geometric over the arithmetic mean. One where
    :math:`\varepsilon \ge 1` and a value is zero.

    Parameters
    ----------
    values : array_like, shape (n,)
    aversion : float
        Aversion to inequality, above zero.
    weights : array_like, shape (n,), optional

    References
    ----------
    Atkinson (1970), Journal of Economic Theory 2, 244-263.
    """
    x, w = check_values(values, weights, measure="the Atkinson index")
    if not aversion > 0:
        raise StudyError(f"expected an aversion to inequality above zero, got {aversion}")
    ratio = x / (w @ x)
    if aversion >= 1 and not ratio.all():
        return 1.0
    if aversion == 1:
        return max(1 - float(np.exp(w @ np.log(ratio))), 0.0)
    return max(1 - float(w @ ratio ** (1 - aversion)) ** (1 / (1 - aversion)), 0.0)


def coefficient_of_variation(values, weights=None) -> float:
    """Standard deviation (over n) divided by the mean; weighted by population, Williamson's V_w.

    References
    ----------
    Williamson (1965), Economic Development and Cultural Change 13(4), equation for V_w.
    """
    x, w = check_values(values, weights, measure="the coefficient of variation")
    mean = w @ x
    return float(np.sqrt(w @ (x - mean) ** 2) / mean)


MEASURES: dict[str, Callable[..., float]] = {
    "Theil T": theil_t,
    "Theil L": theil_l,
    "Gini": gini,
    "coefficient of variation": coefficient_of_variation,
}


def inequality_path(
    panel: pd.DataFrame,
    value: str,
    *,
    weight: str | None = None,
    measures: Sequence[str] = tuple(MEASURES),
) -> pd.DataFrame:
    """Inequality in every year of a panel.

    Parameters
    ----------
    panel : DataFrame
        Index unit, year.
    value : str
        Column of values, per head where `weight` is the population.
    weight : str, optional
        Column of weights.
    measures : sequence of str
        Any of `MEASURES`.

    Returns
    -------
    DataFrame: year, measure, value, n (units).

    Raises
    ------
    StudyError
        A unit without a value in some year (see `samples.complete_years`), an unknown measure.
    """
    unknown = [name for name in measures if name not in MEASURES]
    if unknown:
        raise StudyError(f"expected measures among {', '.join(MEASURES)}, got {unknown[0]!r}")
    rows = [
        (year, name, MEASURES[name](data[value], data[weight] if weight else None), len(data))
        for year, data in sections(panel, [value, weight] if weight else value).items()
        for name in measures
    ]
    return pd.DataFrame(rows, columns=["year", "measure", "value", "n"])
