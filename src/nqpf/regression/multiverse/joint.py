"""Joint inference over a multiverse: how often so much would show without any association.

Simonsohn, Simmons and Nelson (2020, Nature Human Behaviour 4, 1208-1214) run the whole multiverse
on samples in which the null is true. Here these are the sample with the restricted errors of whole
units turned round, the same units for every specification, as the wild bootstrap of one
specification does; so specifications depend on each other as in the data.
"""

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.multiverse.chunks import joint_signs
from nqpf.regression.multiverse.run import Multiverse

BLOCK = 16  # sign vectors at a time, so that a product stays in the processor's cache
STATISTICS = ("median effect", "share significant", "aggregate score")


def joint_tests(multiverse: Multiverse, scale: pd.Series | None = None) -> pd.DataFrame:
    """Test the null of no association in any specification, for all and for each family.

    Parameters
    ----------
    multiverse : Multiverse
        Run with joint draws.
    scale : Series, optional
        By specification (index of the table): what estimates are divided by, to be comparable.

    Returns
    -------
    DataFrame
        Columns family ("all" first), statistic (median effect; share significant with the sign
        that more have; aggregate, the sum of normal scores of p over the root of their number),
        value, expected (its median under the null, in absolute value), p (two-sided; the share of
        sign vectors, the sample's among them, that are at least as extreme), specifications.

    Raises
    ------
    StudyError
        Without joint draws.
    """
    drawn, sizes = joint_draws(multiverse, scale)
    rows = []
    for family, by_statistic in drawn.items():
        for statistic, values in by_statistic.items():
            extreme = np.round(np.abs(values), 12)
            rows.append(
                {
                    "family": family,
                    "statistic": statistic,
                    "value": float(values[0]),
                    "expected": float(np.median(extreme[1:])),
                    "p": float(np.mean(extreme >= extreme[0])),
                    "specifications": sizes[family],
                }
            )
    return pd.DataFrame(rows)


def joint_draws(
    multiverse: Multiverse, scale: pd.Series | None = None
) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, int]]:
    """Values of the joint statistics under every sign vector, the sample's first.

    Returns
    -------
    draws : dict of family to dict of statistic to ndarray, shape (J + 1,)
        The share significant bears the sign that more have.
    sizes : dict of family to int
        Specifications with an estimate.
    """
    if not multiverse.joint_draws:
        raise StudyError("the multiverse was run without joint draws; run it with joint_draws=999")
    table = multiverse.table
    divisor = np.ones(len(table)) if scale is None else scale.reindex(table.index).to_numpy(float)
    flips = multiverse.flips / divisor[:, None]
    sound = np.isfinite(flips).all(axis=1)
    signs = joint_signs(len(multiverse.units), multiverse.joint_draws, multiverse.seed)
    out, sizes = {}, {}
    families = table[multiverse.family].to_numpy()
    for family in ("all", *multiverse.family_names):
        member = sound if family == "all" else sound & (families == family)
        use = [i for i, name in enumerate(multiverse.family_names) if family in ("all", name)]
        size = int(member.sum())
        if not size:
            continue
        positive, negative = (
            getattr(multiverse, name)[use].sum(axis=0) / size for name in ("positive", "negative")
        )
        medians = _medians(flips[member], signs)
        share = np.where(positive >= negative, positive, -negative)
        score = multiverse.score[use].sum(axis=0) / np.sqrt(size)
        out[family] = dict(zip(STATISTICS, (medians, share, score), strict=True))
        sizes[family] = size
    return out, sizes


def _medians(flips: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Median estimate under each sign vector; by one partition, as `numpy.median` needs two."""
    half = len(flips) // 2
    medians = np.empty(len(signs))
    for start in range(0, len(signs), BLOCK):
        part = slice(start, start + BLOCK)
        estimates = signs[part] @ flips.T
        estimates.partition(half, axis=1)
        medians[part] = estimates[:, half]
        if len(flips) % 2 == 0:
            medians[part] = (medians[part] + estimates[:, :half].max(axis=1)) / 2
    return medians
