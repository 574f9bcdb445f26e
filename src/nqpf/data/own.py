"""A reader's own figures put beside the study's: newer years, another province, its cities.

A folder of own data is laid out like `data/` and holds only what it adds. Together with the
study's tables it makes a data folder of its own, which the build then reads in place of `data/`;
the study's own files are never written to.
"""

import os
import shutil
from pathlib import Path

import pandas as pd

from nqpf.data.checksums import verify
from nqpf.data.own_cities import check_cities, make_room
from nqpf.data.raw import UNIT_COLUMN, long_columns, read_long, read_table
from nqpf.data.rows import FIRST_ROW, read_rows
from nqpf.data.wording import several, shown
from nqpf.errors import StudyError
from nqpf.files import sha256

ADDS_TO = (  # tables that own rows may be added to, and what makes a row of them unique
    ("raw/provinces/geography.csv", ("province",)),
    ("raw/provinces/adjacency.csv", ("province_a", "province_b")),
    ("raw/provinces/panel.csv", ("province", "year", "variable")),
    ("raw/cities/geography.csv", ("city",)),
    ("raw/cities/adjacency.csv", ("city_a", "city_b")),
    ("raw/cities/panel.csv", ("city", "year", "variable")),
    ("codebook/variables.csv", ("panel", "variable")),
    ("codebook/sources.csv", ("source_id",)),
    ("codebook/province_tiles.csv", ("province",)),
    ("codebook/exclusions.csv", ("panel", "unit", "year", "variable")),
    ("codebook/indicators.csv", ("level", "id")),
)


def compose(base: Path, own: list[Path], target: Path) -> None:
    """Make a data folder of the study's tables and the reader's own.

    Parameters
    ----------
    base : Path
        The study's data folder; verified first, only read.
    own : list of Path
        Folders laid out like it. Cities of another province take the place of the study's.
    target : Path
        Folder that is made, or made anew; as before if anything is wrong.

    Raises
    ------
    StudyError
        If a folder is absent, holds a file that nothing can be added to, a table has other
        columns, a row stands already, or an own figure breaks a rule of the long tables.
    """
    verify(base)
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        for folder in ("raw", "codebook"):
            shutil.copytree(base / folder, partial / folder)
        for folder in own:
            _check_folder(folder)
        make_room(partial, own)
        for folder in own:
            for name, key in ADDS_TO:
                if (folder / name).is_file():
                    _append(partial / name, folder / name, key)
            for level in UNIT_COLUMN:
                if (folder / "raw" / level / "panel.csv").is_file():
                    check_own(folder / "raw" / level / "panel.csv", level, partial)
        check_cities(partial)
        _write_sums(base, partial)
        processed = target / "processed"
        if processed.is_dir():
            os.replace(processed, partial / "processed")
        shutil.rmtree(target, ignore_errors=True)
        os.replace(partial, target)
    except OSError as error:
        raise StudyError(
            f"the data folder {shown(target)} cannot be made ({error.strerror or error}); free "
            "space or give the right to write there, then run make again"
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_own(path: Path, level: str, data: Path, *, most: int | None = None) -> int:
    """Check one long table of own figures by the rules that the study's tables keep.

    Parameters
    ----------
    path : Path
        The table.
    level : str
        `cities` or `provinces`.
    data : Path
        Data folder whose units and variables are known.
    most : int, optional
        Faults spelled out before the rest is counted.

    Returns
    -------
    int
        Number of figures.

    Raises
    ------
    StudyError
        Naming file, row and column of each fault, what was expected and what came.
    """
    return len(read_long(level, data / "raw", data / "codebook", path=path, most=most))


def level_of(path: Path) -> str:
    """Level of a long table, by its columns.

    Raises
    ------
    StudyError
        If it has neither a city nor a province in its header.
    """
    header = read_rows(path)[0]
    found = [level for level, one in UNIT_COLUMN.items() if one in header]
    if len(found) != 1:
        raise StudyError(
            f"{shown(path)}, row 1: expected the columns of a long table of cities or provinces "
            f"({', '.join(long_columns('provinces'))}), got {', '.join(header)}"
        )
    return found[0]


def _check_folder(folder: Path) -> None:
    """Raise unless the folder is there and holds only tables that can be added to."""
    if not folder.is_dir():
        raise StudyError(
            f"'data.add' names {shown(folder)}, which is not a folder; give the path of one "
            "from the project's root"
        )
    known = {name for name, _ in ADDS_TO}
    held = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".md", ".yml")
    }
    if unknown := sorted(held - known):
        raise StudyError(
            f"{shown(folder)} holds {', '.join(unknown)}, to which nothing can be added; own "
            f"tables are {', '.join(sorted(known))}"
        )
    if not held:
        raise StudyError(f"{shown(folder)} holds no table; own tables are {', '.join(known)}")


def _append(table: Path, own: Path, key: tuple[str, ...]) -> None:
    """Add the rows of an own table below those of the study's, which none may repeat."""
    header = read_rows(table)[0]
    added, columns = read_table(own, header), list(key)
    held = set(map(tuple, pd.read_csv(table, dtype=str, keep_default_na=False)[columns].to_numpy()))
    faults = [
        f"{shown(own)}, row {number}: expected a row that the study does not hold, got "
        f"{', '.join(values)} again; take it out"
        for number, values in enumerate(map(tuple, added[columns].to_numpy()), start=FIRST_ROW)
        if values in held
    ]
    if faults:
        raise StudyError(several(faults, shown(own)))
    text = table.read_bytes()
    gap = b"" if text.endswith(b"\n") else b"\n"
    body = added[header].to_csv(index=False, header=False, lineterminator="\n")
    table.write_bytes(text + gap + body.encode("utf-8"))


def _write_sums(base: Path, folder: Path) -> None:
    """Checksums of the same files as the study's."""
    names = [line.partition("  ")[2] for line in _lines(base / "SHA256SUMS")]
    sums = [f"{sha256(folder / name)}  {name}" for name in names]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8", newline="\n")


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
