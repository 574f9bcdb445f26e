"""Which indicators and units have enough data to be in the index: decided by rule, reported."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.index.cube import Cube


@dataclass(frozen=True)
class Screening:
    """What the coverage rule kept and left out.

    Attributes
    ----------
    indicators, units : tuple of str
        All that were judged.
    indicator_share, unit_share : ndarray
        Share of their cells that is present; a unit's over the indicators kept.
    cells : tuple of int
        Cells of an indicator and of a unit.
    coverage : float
        Smallest share to be kept.
    units_excluded : tuple of str
        Left out by decision, before any rule.
    """

    indicators: tuple[str, ...]
    units: tuple[str, ...]
    indicator_share: np.ndarray
    unit_share: np.ndarray
    cells: tuple[int, int]
    coverage: float
    units_excluded: tuple[str, ...]

    def keeps(self, share: np.ndarray) -> np.ndarray:
        """Whether shares of present cells suffice; nothing is kept without any data."""
        return (share >= self.coverage) & (share > 0)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per indicator and unit: kind, id, present, cells, coverage, kept, reason."""
        judged = [
            (kind, name, round(share * cells), cells, share, bool(self.keeps(share)))
            for kind, names, shares, cells in (
                ("indicator", self.indicators, self.indicator_share, self.cells[0]),
                ("unit", self.units, self.unit_share, self.cells[1]),
            )
            for name, share in zip(names, shares, strict=True)
        ]
        columns = ["kind", "id", "present", "cells", "coverage", "kept"]
        table = pd.DataFrame(judged, columns=columns)
        table["reason"] = [
            "kept" if keep else "no data" if share == 0 else f"covers less than {self.coverage:.0%}"
            for share, keep in zip(table["coverage"], table["kept"], strict=True)
        ]
        decided = pd.DataFrame(
            [("unit", u, np.nan, np.nan, np.nan, False) for u in self.units_excluded],
            columns=columns,
        ).assign(reason="excluded by the study")
        return pd.concat([table, decided], ignore_index=True) if len(decided) else table


def screen(
    cube: Cube, coverage: float, units_excluded: tuple[str, ...] = ()
) -> tuple[Cube, Screening]:
    """Leave out indicators, then units, whose share of present cells is below a threshold.

    Nothing is filled. Indicators are judged over all units, units over the indicators kept; the
    share asked for by the COIN Tool of the JRC (Becker et al. 2019, JRC118407) is 0.65.

    Parameters
    ----------
    cube : Cube
        Without the units excluded by decision.
    coverage : float
        Smallest share of present cells, between 0 and 1.
    units_excluded : tuple of str
        Units excluded by decision, named in the table only.

    Returns
    -------
    Cube
        Of what is kept.
    Screening

    Raises
    ------
    StudyError
        If no indicator or no unit has enough data.
    """
    present = np.isfinite(cube.values)
    years, units, _ = present.shape
    indicator_share = present.mean(axis=(0, 1))
    good = (indicator_share >= coverage) & (indicator_share > 0)
    unit_share = present[:, :, good].mean(axis=(0, 2)) if good.any() else np.zeros(units)
    screening = Screening(
        cube.indicators,
        tuple(cube.units),
        indicator_share,
        unit_share,
        (years * units, years * int(good.sum())),
        coverage,
        units_excluded,
    )
    for what, share in (("indicator", indicator_share), ("unit", unit_share)):
        if not screening.keeps(share).any():
            raise StudyError(
                f"no {what} has data for {coverage:.0%} of its cells (the best has "
                f"{share.max():.0%}); choose other years or a lower coverage"
            )
    return cube.select(screening.keeps(unit_share), good), screening
