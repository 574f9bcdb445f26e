"""Chapter 3: three channels side by side, from public spending over the elements to new products.

The paper lets the forces act through labourers, means and objects at once. The elements are the
index, so they cannot mediate it; what can be asked is whether new products that go with public
science spending go with it through one of the elements. Nothing here decides a claim.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.chapters.associations import Inference
from nqpf.chapters.declared import Level, factor_values
from nqpf.errors import StudyError
from nqpf.regression.mediation import MediationResult, mediate
from nqpf.regression.overlap import overlap_table
from nqpf.regression.within import WithinTransform

PUSH = "mea_scitech_fisc"
RESULT = "out_newprod_va2"
CHANNELS = ("labourers", "means", "objects")
MOST_DRAWS = 1_999
WORDS = {"total": "in all", "direct": "through none of the three", "indirect": "through"}


@dataclass(frozen=True)
class Channels:
    """Parallel mediation by the three elements.

    Attributes
    ----------
    effects : DataFrame
        Columns term, estimate, low, high (effects), p: in all, through each element, through none.
    paths : DataFrame
        One row per element: element, on_push, on_push_p, on_result, on_result_p (effects and
        standard deviations), indirect, low, high, p, rho_zero (error correlation that would bring
        the indirect association to nil), left (indicators used).
    result : MediationResult
        As estimated.
    """

    effects: pd.DataFrame
    paths: pd.DataFrame
    result: MediationResult


def left_out(codebook: pd.DataFrame, level: Level) -> tuple[str, ...]:
    """Indicators that share a raw variable with spending or with new products.

    Parameters
    ----------
    codebook : DataFrame
        data/codebook/indicators.csv of one level.
    level : Level
        Its index.
    """
    inside = list(level.hierarchy.indicators)
    pairs = overlap_table(codebook, [PUSH, RESULT], [one for one in inside if one != PUSH])
    sharing = set(pairs.loc[pairs["kind"] != "none", "indicator"])
    return tuple(one for one in inside if one in sharing or one == PUSH)


def three_channels(level: Level, codebook: pd.DataFrame, inference: Inference) -> Channels:
    """Estimate the three channels with cluster bootstrap and sensitivity.

    Parameters
    ----------
    level : Level
        Of the provinces.
    codebook : DataFrame
        data/codebook/indicators.csv of the provinces.
    inference : Inference
        Draws (at most 1,999 are used), seed and level.
    """
    gone = left_out(codebook, level)
    used = {name: factor_values(level, name, gone) for name in CHANNELS}
    frame = pd.DataFrame({PUSH: factor_values(level, PUSH, ()), **used})
    frame = frame / frame.std()
    frame[RESULT] = np.log(level.values[RESULT])
    frame = frame.rename_axis(["unit", "year"]).dropna()
    if frame.empty:
        raise StudyError("no province-year has spending, all elements and new products")
    result = mediate(
        frame, RESULT, PUSH, list(CHANNELS), draws=min(inference.draws, MOST_DRAWS),
        seed=inference.seed, level=inference.level,
    )  # fmt: skip
    scale = _within_sd(frame[RESULT])
    wanted = result.effects.set_index(["term", "mediator"])
    return Channels(
        effects=_effects(wanted, scale),
        paths=_paths(wanted, scale, result, _left(level, codebook, gone)),
        result=result,
    )


def sensitivity(channels: Channels) -> pd.DataFrame:
    """Indirect associations by the error correlation that an omitted cause would make.

    Parameters
    ----------
    channels : Channels
        As `three_channels` returns them.

    Returns
    -------
    DataFrame
        Columns series (element), x (correlation), y (indirect, log points).
    """
    table = channels.result.sensitivity
    return pd.DataFrame({"series": table["mediator"], "x": table["rho"], "y": table["indirect"]})


def _effects(wanted: pd.DataFrame, scale: float) -> pd.DataFrame:
    """Rows for a figure: total, by element, rest."""
    keys = [("total", ""), *[("indirect", name) for name in CHANNELS], ("direct", "")]
    rows = []
    for term, name in keys:
        row = wanted.loc[(term, name)]
        words = f"{WORDS[term]} {name}" if name else WORDS[term]
        numbers = {one: float(row[one]) / scale for one in ("estimate", "low", "high")}
        rows.append({"term": words, **numbers, "p": float(row["p"])})
    return pd.DataFrame(rows)


def _left(level: Level, codebook: pd.DataFrame, gone: tuple[str, ...]) -> dict[str, str]:
    """Names of the indicators that stand for each element."""
    names = dict(zip(codebook["id"], codebook["dimension"], strict=True))
    element_of = level.hierarchy.element_of
    return {
        name: "; ".join(
            names[one]
            for one in level.hierarchy.indicators
            if element_of(one) == name and one not in gone
        )
        for name in CHANNELS
    }


def _paths(
    wanted: pd.DataFrame, scale: float, result: MediationResult, left: dict[str, str]
) -> pd.DataFrame:
    """The two halves of each channel."""
    rows = []
    for name in CHANNELS:
        first = wanted.loc[("factor on mediator", name)]
        second = wanted.loc[("mediator on outcome", name)]
        both = wanted.loc[("indirect", name)]
        rows.append(
            {
                "element": name,
                "on_push": float(first["estimate"]),
                "on_push_p": float(first["p"]),
                "on_result": float(second["estimate"]) / scale,
                "on_result_p": float(second["p"]),
                "indirect": float(both["estimate"]) / scale,
                "low": float(both["low"]) / scale,
                "high": float(both["high"]) / scale,
                "p": float(both["p"]),
                "rho_zero": float(result.rho_zero[name]),
                "left": left[name],
            }
        )
    return pd.DataFrame(rows)


def _within_sd(values: pd.Series) -> float:
    """Standard deviation once unit and year effects are out."""
    factors = [pd.factorize(values.index.get_level_values(name))[0] for name in ("unit", "year")]
    within = WithinTransform(factors, np.ones(len(values)))
    return float(np.std(within(values.to_numpy(float)), ddof=1))
