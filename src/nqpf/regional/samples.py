"""Values fit for a measure: checked, and with every unit or year that is left out named."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nqpf.errors import StudyError

NAMED = 6


@dataclass(frozen=True)
class Sample:
    """The complete part of a panel.

    Attributes
    ----------
    panel : DataFrame
        Index unit, year; the asked columns, no value missing.
    left_out : DataFrame
        One row per cell (unit, year) left out: unit, year, missing (the columns without a value
        there; empty where the cell itself is complete but its year or unit is not).
    """

    panel: pd.DataFrame
    left_out: pd.DataFrame

    @property
    def years(self) -> list[int]:
        """Years kept."""
        return sorted(self.panel.index.unique("year"))

    @property
    def units(self) -> list[str]:
        """Units kept."""
        return sorted(self.panel.index.unique("unit"))


def complete_years(panel: pd.DataFrame, columns: Sequence[str]) -> Sample:
    """Keep the years in which every unit of the panel has every column.

    Parameters
    ----------
    panel : DataFrame
        Index levels unit and year.
    columns : sequence of str

    Raises
    ------
    StudyError
        Unknown columns; no year is complete.
    """
    return _complete(panel, columns, "year")


def complete_units(panel: pd.DataFrame, columns: Sequence[str]) -> Sample:
    """Keep the units that have every column in every year of the panel.

    Parameters and errors as in `complete_years`. Choose the years first
    (``panel.query("2011 <= year <= 2022")``): one poor year would cost all units.
    """
    return _complete(panel, columns, "unit")


def cross_section(panel: pd.DataFrame, columns: Sequence[str] | str, year: int) -> pd.DataFrame:
    """Values of one year by unit.

    Returns
    -------
    DataFrame, index unit, the asked columns.

    Raises
    ------
    StudyError
        Unknown columns, a year that the panel lacks, units without a value (all named).
    """
    columns = check_panel(panel, columns)
    if year not in panel.index.unique("year"):
        years = panel.index.unique("year")
        raise StudyError(f"expected a year from {years.min()} to {years.max()}, got {year}")
    values = panel.xs(year, level="year")[columns]
    values = values.reindex(panel.index.unique("unit").sort_values())
    for column in columns:
        refuse_missing(values[column], f"'{column}' in {year}")
    return values


def sections(panel: pd.DataFrame, columns: Sequence[str] | str) -> dict[int, pd.DataFrame]:
    """Complete cross-sections of all years of the panel, by year in order."""
    columns = check_panel(panel, columns)
    if panel.empty:
        raise StudyError("expected a panel with rows, got an empty one: choose other years")
    return {
        int(year): cross_section(panel, columns, year)
        for year in panel.index.unique("year").sort_values()
    }


def check_panel(panel: pd.DataFrame, columns: Sequence[str] | str) -> list[str]:
    """Columns as a list, after checking the index of the panel and that it has them."""
    columns = [columns] if isinstance(columns, str) else list(columns)
    if list(panel.index.names) != ["unit", "year"]:
        raise StudyError(
            f"expected a panel with index levels unit and year, got {list(panel.index.names)}"
        )
    if panel.index.has_duplicates:
        unit, year = panel.index[panel.index.duplicated()][0]
        raise StudyError(f"expected one row per unit and year, got {unit} {year} twice")
    unknown = [column for column in columns if column not in panel.columns]
    if unknown:
        raise StudyError(f"expected columns of the panel, got {', '.join(map(repr, unknown))}")
    return columns


def check_values(
    values, weights=None, *, zeros: bool = True, measure: str = "this measure"
) -> tuple[np.ndarray, np.ndarray]:
    """Non-negative values with a positive mean, and weights that sum to one.

    Parameters
    ----------
    values : array_like, shape (n,)
        A Series gives the names used in errors.
    weights : array_like, shape (n,), optional
        Positive; equal when left out. Two Series must have the same index.
    zeros : bool
        Whether the measure is defined where some values are zero.
    measure : str
        Its name, for errors.

    Raises
    ------
    StudyError
        No value, missing, negative or (where undefined) zero values, all values zero, weights that
        are missing, not positive, or of other units.
    """
    named = values if isinstance(values, pd.Series) else pd.Series(np.asarray(values, dtype=float))
    x = named.to_numpy(dtype=float)
    if x.ndim != 1 or not x.size:
        raise StudyError(f"expected values of at least one unit for {measure}, got none")
    refuse_missing(named, measure)
    if (x < 0).any():
        raise StudyError(
            f"expected values of at least zero for {measure}, got {_listed(named[x < 0])}"
        )
    if not zeros and (x == 0).any():
        raise StudyError(
            f"expected positive values for {measure} (it takes their logarithm), got zero for "
            f"{_listed(named[x == 0].index)}: leave them out by name or use a measure without logs"
        )
    if not x.any():
        raise StudyError(f"expected some value above zero for {measure}, got zeros only")
    if weights is None:
        return x, np.full(x.size, 1 / x.size)
    return x, _check_weights(weights, named, measure)


def refuse_missing(values: pd.Series, what: str) -> None:
    """Raise with the names of all units without a finite value."""
    lacking = values.index[~np.isfinite(values.to_numpy(dtype=float))]
    if len(lacking):
        raise StudyError(
            f"expected a value of every unit for {what}, got none for {_listed(lacking)}: choose "
            "other years, or leave units out by name (samples.complete_years, complete_units)"
        )


def check_groups(groups, index: pd.Index) -> tuple[np.ndarray, list[str]]:
    """Group number of every unit, and the names of the groups in order.

    Parameters
    ----------
    groups : Series by unit, or array_like of the length of `index`
        A Series may cover more units than asked.
    index : Index
        The units.
    """
    if isinstance(groups, pd.Series):
        unknown = index.difference(groups.index)
        if len(unknown):
            raise StudyError(f"expected a group of every unit, got none for {_listed(unknown)}")
        groups = groups.reindex(index)
    elif len(groups) != len(index):
        raise StudyError(f"expected {len(index)} groups, one a unit, got {len(groups)}")
    codes, names = pd.factorize(np.asarray(groups, dtype=object), sort=True)
    if (codes < 0).any():
        raise StudyError(
            f"expected a group of every unit, got none for {_listed(index[codes < 0])}"
        )
    return codes, list(names)


def _check_weights(weights, named: pd.Series, measure: str) -> np.ndarray:
    if isinstance(weights, pd.Series) and not weights.index.equals(named.index):
        raise StudyError(f"expected weights of the same units in the same order for {measure}")
    w = np.asarray(weights, dtype=float)
    if w.shape != (len(named),):
        raise StudyError(f"expected {len(named)} weights for {measure}, got {w.size}")
    bad = ~(np.isfinite(w) & (w > 0))
    if bad.any():
        wrong = _listed(pd.Series(w, named.index)[bad])
        raise StudyError(f"expected positive weights for {measure}, got {wrong}")
    return w / w.sum()


def _complete(panel: pd.DataFrame, columns: Sequence[str], level: str) -> Sample:
    columns = check_panel(panel, columns)
    cells = pd.MultiIndex.from_product(
        [panel.index.unique("unit").sort_values(), panel.index.unique("year").sort_values()]
    ).set_names(["unit", "year"])
    values = panel[columns].reindex(cells)
    absent = ~np.isfinite(values.to_numpy(dtype=float))
    poor = pd.Series(absent.any(axis=1), index=cells).groupby(level=level).transform("any")
    if poor.all():
        raise StudyError(
            f"expected a {level} with all values of {', '.join(columns)}, got none: "
            "choose fewer columns, or other years or units"
        )
    missing = [", ".join(np.array(columns)[row]) for row in absent[poor.to_numpy()]]
    left_out = cells[poor.to_numpy()].to_frame(index=False).assign(missing=missing)
    return Sample(panel=values[~poor.to_numpy()], left_out=left_out)


def _listed(items: pd.Series | pd.Index) -> str:
    """Name a few items: labels, or labels with their values."""
    pairs = items.items() if isinstance(items, pd.Series) else ((item, None) for item in items)
    words = [_word(label, value) for label, value in pairs]
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return ", ".join(words[:NAMED]) + more


def _word(label, value) -> str:
    name = f"unit {label}" if isinstance(label, int | np.integer) else str(label)
    return name if value is None else f"{name} ({value:g})"
