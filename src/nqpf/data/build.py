"""The data step: verify, read, check, clean, compute, count, write."""

from pathlib import Path

import pandas as pd

from nqpf.data.checksums import verify
from nqpf.data.clean import Cleaned, clean
from nqpf.data.indicators import check_codebook, compute
from nqpf.data.load import load_codebook
from nqpf.data.raw import read_long
from nqpf.data.wording import shown
from nqpf.errors import StudyError

LEVELS = ("cities", "provinces")


def build_processed(folder: Path) -> None:
    """Build every processed table; nothing is written unless all of them could be made.

    Parameters
    ----------
    folder : Path
        Where the tables go.

    Raises
    ------
    StudyError
        If a file is altered, missing or extra, or a table breaks a rule.
    """
    verify()
    exclusions = load_codebook("exclusions")
    codebook = load_codebook("indicators")
    long = {level: read_long(level) for level in LEVELS}
    check_codebook(
        codebook,
        {"city": set(long["cities"]["variable"]), "province": set(long["provinces"]["variable"])},
    )
    cleaned = {level: clean(level, long[level], exclusions) for level in LEVELS}
    tables: dict[str, str] = {}
    coverage = []
    for level, result in cleaned.items():
        indicators = compute(result.panel, codebook, level)
        tables[f"{level}.csv"] = _csv(result.panel.reset_index())
        tables[f"trace_{level}.csv"] = _csv(result.trace)
        tables[f"indicators_{level}.csv"] = _csv(indicators.reset_index())
        coverage.append(coverage_table(level, "variable", result.panel))
        coverage.append(coverage_table(level, "indicator", indicators))
    tables["coverage.csv"] = _csv(pd.concat(coverage))
    tables["quality.csv"] = _csv(quality_table(cleaned))
    _write(folder, tables)


def coverage_table(level: str, kind: str, panel: pd.DataFrame) -> pd.DataFrame:
    """How complete each column of a panel is.

    Parameters
    ----------
    level, kind : str
        Written into the table.
    panel : DataFrame
        Indexed by unit and year.

    Returns
    -------
    DataFrame
        Columns level, kind, name, units, first, last, cells, full_years (years in which every
        unit has a value).
    """
    present = panel.notna()
    by_year = present.groupby(level="year").sum()
    held_by = present.groupby(level="unit").any().sum()
    cells = present.sum()
    units = panel.index.get_level_values("unit").nunique()
    rows = []
    for name in panel:
        years = by_year.index[by_year[name] > 0]
        rows.append(
            {
                "level": level,
                "kind": kind,
                "name": name,
                "units": int(held_by[name]),
                "first": int(years.min()) if len(years) else None,
                "last": int(years.max()) if len(years) else None,
                "cells": int(cells[name]),
                "full_years": int((by_year[name] == units).sum()),
            }
        )
    return pd.DataFrame(rows).astype({"first": "Int64", "last": "Int64"})


def quality_table(cleaned: dict[str, Cleaned]) -> pd.DataFrame:
    """Figures kept, flagged and dropped, by level and variable."""
    parts = []
    for level, result in cleaned.items():
        counts = result.trace.groupby(["variable", "status"]).size().unstack(fill_value=0)
        counts = counts.reindex(columns=["kept", "flagged", "dropped"], fill_value=0).reset_index()
        counts.insert(0, "level", level)
        parts.append(counts)
    return pd.concat(parts)


def _csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


def _write(folder: Path, tables: dict[str, str]) -> None:
    """Write every table beside its place first, then move all of them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = {name: folder / f".{name}.partial" for name in tables}
        try:
            for name, text in tables.items():
                partial[name].write_text(text, encoding="utf-8", newline="\n")
            for name, path in partial.items():
                path.replace(folder / name)
        finally:
            for path in partial.values():
                path.unlink(missing_ok=True)
    except OSError as error:
        raise StudyError(
            f"the panels cannot be written to {shown(folder)} ({error.strerror or error}); "
            "free space or give the right to write there, then run make again"
        ) from None
