"""How far ranks depend on the choices: all choices drawn at once, or one indicator left out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import qmc, rankdata

from nqpf.errors import StudyError
from nqpf.index.build import IndexResult, build_index
from nqpf.index.hierarchy import Hierarchy
from nqpf.index.kernel import combine, ideal_points, level_weights
from nqpf.index.options import IndexOptions
from nqpf.index.rank_model import DIGITS, RankModel, removable
from nqpf.index.weights import random_weights


@dataclass(frozen=True)
class RankDraws:
    """Ranks of the units of one year under drawn choices.

    Attributes
    ----------
    units : ndarray of str
    baseline : ndarray, shape (units,)
        Ranks under the study's own options.
    ranks : ndarray, shape (draws, units)
        1 the best, ties sharing the better rank.
    choices : DataFrame
        The alternative drawn of every choice, one row per draw.
    year : int
    """

    units: np.ndarray
    baseline: np.ndarray
    ranks: np.ndarray
    choices: pd.DataFrame
    year: int

    def intervals(self, level: float = 0.9) -> pd.DataFrame:
        """Rank intervals: unit, baseline, low, median, high, mean, width, sorted by baseline.

        Parameters
        ----------
        level : float
            Share of the draws between low and high.
        """
        if not 0 < level < 1:
            raise StudyError(f"the level of an interval lies between 0 and 1, got {level}")
        tail = (1 - level) / 2
        low, median, high = np.quantile(
            self.ranks, [tail, 0.5, 1 - tail], axis=0, method="inverted_cdf"
        )
        table = pd.DataFrame(
            {
                "unit": self.units,
                "baseline": self.baseline,
                "low": low,
                "median": median,
                "high": high,
                "mean": self.ranks.mean(axis=0),
                "width": high - low,
            }
        )
        return table.sort_values(["baseline", "unit"], ignore_index=True)

    def share_in_first(self, count: int) -> pd.Series:
        """Share of the draws in which each unit is among the first `count`."""
        return pd.Series((self.ranks <= count).mean(axis=0), index=self.units, name="share")

    def share_ahead(self, unit: str) -> pd.Series:
        """Share of the draws in which `unit` ranks better than each other unit."""
        mine = self.ranks[:, [_position(self.units, unit)]]
        ahead = pd.Series((mine < self.ranks).mean(axis=0), index=self.units, name="share")
        return ahead.drop(unit)

    @property
    def mean_shift(self) -> np.ndarray:
        """Mean absolute rank difference to the baseline, shape (draws,)."""
        return np.abs(self.ranks - self.baseline).mean(axis=1)


def monte_carlo(model: RankModel, *, draws: int = 4096, seed: int) -> RankDraws:
    """Draw all choices at once by a scrambled Sobol sequence, evenly over their combinations.

    Parameters
    ----------
    model : RankModel
    draws : int
        A power of two keeps the sequence balanced.
    seed : int
    """
    if not model.factors:
        raise StudyError("every choice has one alternative only, so nothing can be drawn")
    points = qmc.Sobol(len(model.factors), rng=np.random.default_rng(seed)).random(draws)
    return RankDraws(
        model.units, model.baseline, model.ranks(points), model.labels(points), model.year
    )


def random_weight_ranks(
    result: IndexResult, *, year: int, draws: int = 4096, seed: int, concentration: float = 1.0
) -> RankDraws:
    """Ranks under weights drawn from all that are possible, every other choice as it is.

    The weights of all indicators are one draw from a symmetric Dirichlet distribution; those of
    the nodes above are the sums of their indicators'.

    Parameters
    ----------
    result : IndexResult
    year : int
    draws : int
    seed : int
    concentration : float
        1: every set of weights is equally likely; larger values stay closer to equal weights.

    Returns
    -------
    RankDraws
        `choices` holds the weights drawn, one column per indicator.

    Raises
    ------
    StudyError
        If the year is not in the index or no unit has all indicators in it.
    """
    position, tree = result.cube.year_position(year), result.hierarchy
    ranked = np.isfinite(result.leaf[position]).all(axis=1)
    if not ranked.any():
        raise StudyError(f"no unit has all indicators in {year}; choose another year")
    drawn = random_weights(len(tree.indicators), draws, seed=seed, concentration=concentration)
    scores = combine(
        result.leaf[position][ranked],
        level_weights(drawn, tree, "implied"),
        result.options,
        ideal_points(result.leaf),
    )[-1][..., 0]
    baseline = result.levels[-1][position, ranked, 0]
    return RankDraws(
        result.cube.units[ranked],
        rankdata(-baseline.round(DIGITS), method="min"),
        rankdata(-scores.round(DIGITS), method="min", axis=1),
        pd.DataFrame(drawn, columns=list(tree.indicators)),
        year,
    )


def leave_one_out(
    indicators: pd.DataFrame,
    hierarchy: Hierarchy,
    options: IndexOptions | None = None,
    *,
    year: int,
) -> pd.DataFrame:
    """Ranks of one year after leaving out each indicator in turn.

    Parameters
    ----------
    indicators, hierarchy, options
        As in `build_index`.
    year : int

    Returns
    -------
    DataFrame
        Columns left_out, unit, baseline, rank, shift (positive: loses places without it). Units
        without a score in the full index are left out of both ranks. An indicator that is alone
        in its element cannot be left out and is not among the rows.
    """
    full = build_index(indicators, hierarchy, options)
    full.cube.year_position(year)
    tree = full.hierarchy
    units = _root_scores(full, year).dropna().index
    baseline = _ranked(_root_scores(full, year)[units])
    frames = []
    for indicator in removable(tree):
        smaller = build_index(indicators, tree.without(indicator), full.options)
        rank = _ranked(_root_scores(smaller, year)[units])
        frames.append(
            pd.DataFrame(
                {
                    "left_out": indicator,
                    "unit": units,
                    "baseline": baseline.to_numpy(),
                    "rank": rank.to_numpy(),
                    "shift": (rank - baseline).to_numpy(),
                }
            )
        )
    if not frames:
        raise StudyError("every element has one indicator only, so none can be left out")
    return pd.concat(frames, ignore_index=True)


def _root_scores(result: IndexResult, year: int) -> pd.Series:
    """Index of one year by unit."""
    return result.scores.iloc[:, 0].xs(year, level="year")


def _ranked(scores: pd.Series) -> pd.Series:
    """Ranks, 1 the best, ties sharing the better rank; rounding noise makes no difference."""
    return scores.round(DIGITS).rank(ascending=False, method="min")


def _position(units: np.ndarray, unit: str) -> int:
    """Position of a unit among those ranked."""
    found = np.flatnonzero(units == unit)
    if not len(found):
        raise StudyError(f"'{unit}' is not ranked; ranked are {', '.join(map(str, units))}")
    return int(found[0])
