"""A panel as a block of numbers (years, units, indicators): what the index is computed on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError


@dataclass(frozen=True)
class Cube:
    """Indicators of a panel.

    Attributes
    ----------
    values : ndarray, shape (years, units, indicators)
        NaN where the panel has no value or no row.
    years : ndarray of int
    units : ndarray of str
    indicators : tuple of str
    rows : MultiIndex
        (unit, year) of every row that the panel had, in the panel's order.
    row_year, row_unit : ndarray of int
        Position of these rows in `years` and `units`.
    """

    values: np.ndarray
    years: np.ndarray
    units: np.ndarray
    indicators: tuple[str, ...]
    rows: pd.MultiIndex
    row_year: np.ndarray
    row_unit: np.ndarray

    def year_position(self, year: int) -> int:
        """Position of a year; StudyError if it is not in the panel."""
        found = np.flatnonzero(self.years == year)
        if not len(found):
            raise StudyError(
                f"year {year} is not among the index's years "
                f"{self.years[0]} to {self.years[-1]}; choose one of them"
            )
        return int(found[0])

    def unit_position(self, unit: str) -> int:
        """Position of a unit; StudyError if it is not in the panel."""
        found = np.flatnonzero(self.units == unit)
        if not len(found):
            raise StudyError(
                f"'{unit}' is not among the index's units: {', '.join(map(str, self.units))}"
            )
        return int(found[0])

    def select(self, units: np.ndarray, indicators: np.ndarray) -> "Cube":
        """The cube of some units and indicators.

        Parameters
        ----------
        units, indicators : ndarray of bool
            Which to keep.
        """
        if units.all() and indicators.all():
            return self
        position = np.cumsum(units) - 1
        kept = units[self.row_unit]
        return Cube(
            self.values[:, units][:, :, indicators],
            self.years,
            self.units[units],
            tuple(i for i, keep in zip(self.indicators, indicators, strict=True) if keep),
            self.rows[kept],
            self.row_year[kept],
            position[self.row_unit[kept]],
        )

    def resampled(self, drawn: np.ndarray) -> "Cube":
        """The cube of units drawn with replacement; one drawn twice stands there twice.

        Parameters
        ----------
        drawn : ndarray of int, shape (n,)
            Positions of the units.
        """
        copy, row = np.nonzero(drawn[:, None] == self.row_unit)
        return Cube(
            self.values[:, drawn],
            self.years,
            self.units[drawn],
            self.indicators,
            self.rows[row],
            self.row_year[row],
            copy,
        )

    def frame(self, values: np.ndarray, columns: Sequence[str]) -> pd.DataFrame:
        """Panel frame of values of shape (years, units, columns), for the panel's own rows."""
        return pd.DataFrame(
            values[self.row_year, self.row_unit], index=self.rows, columns=columns, copy=False
        )


def panel_cube(
    panel: pd.DataFrame,
    indicators: Sequence[str],
    years: tuple[int, int] | None = None,
    units_excluded: Sequence[str] = (),
) -> Cube:
    """Cube of some indicators of a panel.

    Parameters
    ----------
    panel : DataFrame
        Indexed by unit and year, one row each, one column per indicator.
    indicators : sequence of str
        Columns wanted, in this order.
    years : tuple of int, optional
        First and last year; all of the panel's by default.
    units_excluded : sequence of str
        Units left out by decision of the study.

    Raises
    ------
    StudyError
        If the index is not (unit, year) with one row each, an indicator is not a column or not
        numeric, a unit to exclude does not exist, or nothing is left.
    """
    if list(panel.index.names) != ["unit", "year"]:
        raise StudyError(f"a panel is indexed by unit and year, got {list(panel.index.names)}")
    absent = [i for i in indicators if i not in panel.columns]
    if absent:
        raise StudyError(
            f"the panel has no column {', '.join(absent)}; "
            f"it holds {', '.join(map(str, panel.columns))}"
        )
    unit_code, all_units = _positions(panel.index, 0)
    year_code, all_years = _positions(panel.index, 1)
    first, last = years or (all_years[0], all_years[-1])
    unknown = sorted(set(units_excluded) - set(all_units))
    if unknown:
        raise StudyError(f"cannot exclude {', '.join(unknown)}: no such unit in the panel")
    try:
        table = panel[list(indicators)].to_numpy(dtype=float)
    except (TypeError, ValueError):
        raise StudyError("indicators must be numbers; a column of the panel is not") from None

    wanted_year = (all_years >= first) & (all_years <= last)
    wanted_unit = ~np.isin(all_units, list(units_excluded))
    if not wanted_year.any() or not wanted_unit.any():
        raise StudyError(
            f"nothing is left between {first} and {last} of {len(all_units)} units with "
            f"{len(units_excluded)} excluded; the panel covers {all_years[0]} to {all_years[-1]}"
        )
    block = np.full((len(all_years), len(all_units), table.shape[1]), np.nan)
    block[year_code, unit_code] = table
    here = wanted_year[year_code] & wanted_unit[unit_code]
    if len(np.unique(year_code * len(all_units) + unit_code)) < len(panel):
        raise StudyError("the panel has two rows for one unit and year; keep one")
    return Cube(
        block[wanted_year][:, wanted_unit],
        all_years[wanted_year],
        all_units[wanted_unit],
        tuple(indicators),
        panel.index if here.all() else panel.index[here],
        (np.cumsum(wanted_year) - 1)[year_code[here]],
        (np.cumsum(wanted_unit) - 1)[unit_code[here]],
    )


def _positions(index: pd.MultiIndex, depth: int) -> tuple[np.ndarray, np.ndarray]:
    """Position of every row among the sorted distinct values of one index level, and these."""
    labels = np.asarray(index.levels[depth])
    used, position = np.unique(np.asarray(index.codes[depth]), return_inverse=True)
    order = np.argsort(labels[used], kind="stable")
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return back[position], labels[used][order]
