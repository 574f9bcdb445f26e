"""What a multiverse says: by choice, and how much of its spread each choice explains."""

import itertools
from collections.abc import Sequence
from math import comb

import numpy as np
import pandas as pd

from nqpf.errors import StudyError


def by_choice(
    table: pd.DataFrame, choices: Sequence[str], *, effect: str, p: str, alpha: float = 0.05
) -> pd.DataFrame:
    """Median effect and share significant of the specifications that make each choice.

    Parameters
    ----------
    table : DataFrame
        One row per specification.
    choices : sequence of str
        Columns of the choices.
    effect, p : str
        Columns of effects and p-values.
    alpha : float
        Level of significance.

    Returns
    -------
    DataFrame
        Columns choice, option, specifications, median, low, high (5th and 95th percentile),
        positive and negative (per cent of specifications that are significant with that sign).
    """
    _check(table, [*choices, effect, p])
    sound = table.dropna(subset=[effect, p])
    rows = []
    for choice in choices:
        for option in pd.unique(sound[choice]):
            own = sound[sound[choice] == option]
            rows.append({"choice": choice, "option": option, **overall(own, effect, p, alpha)})
    return pd.DataFrame(rows)


def overall(table: pd.DataFrame, effect: str, p: str, alpha: float = 0.05) -> dict[str, float]:
    """Summary of all specifications of a table; the columns of `by_choice`."""
    sound = table.dropna(subset=[effect, p])
    if sound.empty:
        raise StudyError("no specification has an estimate and a p-value; nothing can be summed up")
    low, median, high = np.quantile(sound[effect], [0.05, 0.5, 0.95])
    clear = sound[p] <= alpha
    return {
        "specifications": len(sound),
        "median": float(median),
        "low": float(low),
        "high": float(high),
        "positive": 100 * float((clear & (sound[effect] > 0)).mean()),
        "negative": 100 * float((clear & (sound[effect] < 0)).mean()),
    }


def variance_by_choice(table: pd.DataFrame, choices: Sequence[str], *, effect: str) -> pd.DataFrame:
    """Share of the spread of estimates that goes with each choice.

    The estimates are a function of the choices, so what additive effects of the choices leave is
    interaction. The additive part is divided by Shapley values of R2, which do not depend on an
    order of the choices even where the grid is not a full one.

    Parameters
    ----------
    table : DataFrame
        One row per specification.
    choices : sequence of str
        Columns of the choices; those with one option are left out.
    effect : str
        Column of effects.

    Returns
    -------
    DataFrame
        Columns choice, alone (correlation ratio), shapley, total (what is left when all other
        choices are fixed: the share with all its interactions); in per cent, largest Shapley
        value first. `attrs["interactions"]` holds what the additive part leaves.

    References
    ----------
    Lindeman, Merenda, Gold (1980); Groemping (2007), The American Statistician 61, 139-147; total
    effects as in Homma and Saltelli (1996), Reliability Engineering and System Safety 52.
    """
    _check(table, [*choices, effect])
    sound = table.dropna(subset=[effect])
    varied = [choice for choice in choices if sound[choice].nunique() > 1]
    y = sound[effect].to_numpy(float)
    y = y - y.mean()
    spread = float(y @ y)
    if not varied or spread <= 0:
        raise StudyError("the estimates do not vary with any choice; there is nothing to divide")
    explained = _explained_by_sets([_dummies(sound[choice]) for choice in varied], y)
    shapley = _shapley(explained, len(varied))
    rows = []
    for i, choice in enumerate(varied):
        others = [one for one in varied if one != choice]
        rows.append(
            {
                "choice": choice,
                "alone": 100 * explained[frozenset([i])] / spread,
                "shapley": 100 * shapley[i] / spread,
                "total": 100 * _within(sound, others, effect) / spread,
            }
        )
    out = pd.DataFrame(rows).sort_values("shapley", ascending=False, kind="stable")
    out = out.reset_index(drop=True)
    out.attrs["interactions"] = 100 * (1 - explained[frozenset(range(len(varied)))] / spread)
    return out


def _dummies(values: pd.Series) -> np.ndarray:
    """Centred dummies of all options but the first."""
    codes, options = pd.factorize(values)
    dummies = (codes[:, None] == np.arange(1, len(options))).astype(float)
    return dummies - dummies.mean(axis=0)


def _explained_by_sets(blocks: list[np.ndarray], y: np.ndarray) -> dict[frozenset[int], float]:
    """Explained sum of squares of the additive model of every set of choices."""
    X = np.hstack(blocks)
    gram, product = X.T @ X, X.T @ y
    ends = np.cumsum([block.shape[1] for block in blocks])
    columns = [
        np.arange(end - block.shape[1], end) for end, block in zip(ends, blocks, strict=True)
    ]
    explained = {frozenset[int](): 0.0}
    for size in range(1, len(blocks) + 1):
        for chosen in itertools.combinations(range(len(blocks)), size):
            at = np.concatenate([columns[i] for i in chosen])
            slopes = np.linalg.lstsq(gram[np.ix_(at, at)], product[at])[0]
            explained[frozenset(chosen)] = float(slopes @ product[at])
    return explained


def _shapley(explained: dict[frozenset[int], float], count: int) -> np.ndarray:
    """Mean gain of each choice over all orders."""
    values = np.zeros(count)
    for chosen, gain in explained.items():
        size = len(chosen)
        for i in range(count):
            if i in chosen:
                values[i] += gain / (count * comb(count - 1, size - 1))
            else:
                values[i] -= gain / (count * comb(count - 1, size))
    return values


def _within(table: pd.DataFrame, others: list[str], effect: str) -> float:
    """Sum of squares around the means of all combinations of other choices."""
    if not others:
        return float(((table[effect] - table[effect].mean()) ** 2).sum())
    means = table.groupby(others, sort=False)[effect].transform("mean")
    return float(((table[effect] - means) ** 2).sum())


def _check(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a table without the columns."""
    absent = [name for name in columns if name not in table]
    if absent:
        raise StudyError(f"the table of specifications has no column {', '.join(absent)}")
