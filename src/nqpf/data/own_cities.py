"""Another province's cities in the place of the study's own.

A panel of cities is of one province. Where own folders bring cities of another, the study's city
tables are emptied before theirs are added, and its judgements on single figures go with them;
what variables and indicators mean stays.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from nqpf.data.raw import read_table
from nqpf.data.rows import FIRST_ROW
from nqpf.data.wording import several, shown
from nqpf.errors import StudyError
from nqpf.expressions import names

GEOGRAPHY, ADJACENCY = "raw/cities/geography.csv", "raw/cities/adjacency.csv"
PANEL = "raw/cities/panel.csv"
JUDGED = ("codebook/exclusions.csv", "codebook/suspicious_cells.csv")  # of both levels
COLUMNS = ["city_code", "city", "city_zh", "region", "lon", "lat", "tile_row", "tile_col"]


def make_room(data: Path, folders: list[Path]) -> None:
    """Empty the city tables of a data folder if own folders bring cities of another province.

    Parameters
    ----------
    data : Path
        Folder with a copy of the study's tables; written to.
    folders : list of Path
        Folders of own data.

    Raises
    ------
    StudyError
        If own cities are of several provinces, or come without a panel or without neighbours.
    """
    places = [folder / GEOGRAPHY for folder in folders if (folder / GEOGRAPHY).is_file()]
    homes = {home for path in places for home in _homes(path)}
    if not homes - _homes(data / GEOGRAPHY):
        return
    if len(homes) > 1:
        raise StudyError(
            f"own cities are of the provinces {', '.join(sorted(homes))}, by the first two digits "
            "of their codes; a study holds the cities of one province"
        )
    for name in (PANEL, ADJACENCY):
        if not any((folder / name).is_file() for folder in folders):
            raise StudyError(
                f"{shown(places[0])} brings cities of another province, but no own folder holds "
                f"{name}; a province's cities need both"
            )
    for name in (GEOGRAPHY, ADJACENCY, PANEL):
        _keep(data / name, lambda rows: rows.iloc[:0])
    for name in JUDGED:
        _keep(data / name, lambda rows: rows[rows["panel"] != "cities"])


def check_cities(data: Path) -> None:
    """Check where the cities of a data folder are, and that there are figures of them.

    Parameters
    ----------
    data : Path
        Data folder to which all own rows have been added.

    Raises
    ------
    StudyError
        Naming file and row of a code that is not six digits or of no province, a tile that is no
        number or taken, a city without a region, or a neighbour that is no city; or the variables
        behind an indicator of which there is no figure.
    """
    _check_places(data)
    _check_variables(data)


def _check_variables(data: Path) -> None:
    """Check that the panel has every variable that an indicator needs."""
    book = pd.read_csv(data / "codebook/indicators.csv", keep_default_na=False)
    needed = {one for formula in book[book["level"] == "city"]["formula"] for one in names(formula)}
    held = set(pd.read_csv(data / PANEL, usecols=["variable"])["variable"])
    if lacking := sorted(needed - held):
        raise StudyError(
            f"{shown(data / PANEL)}: expected figures of every variable behind an indicator of "
            f"cities in codebook/indicators.csv, got none of {', '.join(lacking)}; give at least "
            "one figure of each, and leave out what is not known"
        )


def _check_places(data: Path) -> None:
    """Check codes, tiles, regions and neighbours."""
    places = read_table(data / GEOGRAPHY, COLUMNS)
    provinces = set(read_table(data / "raw/provinces/geography.csv", ["province_code"],
                               others=True)["province_code"])  # fmt: skip
    faults, taken = [], {}
    for row, place in enumerate(places.to_dict("records"), start=FIRST_ROW):
        where = f"{shown(data / GEOGRAPHY)}, row {row}, column"
        code, tile = place["city_code"], (place["tile_row"], place["tile_col"])
        if not (code.isdecimal() and len(code) == 6 and code[:2] in provinces):
            faults.append(f"{where} city_code: expected six digits that begin with the code of a "
                          f"province, got '{code}'")  # fmt: skip
        if not place["region"]:
            faults.append(f"{where} region: expected a part of the province, got nothing")
        if not all(one.isdecimal() for one in tile):
            faults.append(f"{where} tile_row, tile_col: expected whole numbers from 0, got "
                          f"{', '.join(tile)}")  # fmt: skip
        elif tile in taken:
            faults.append(f"{where} tile_row, tile_col: expected a tile of its own, got that of "
                          f"{taken[tile]}")  # fmt: skip
        taken.setdefault(tile, place["city"])
    borders = read_table(data / ADJACENCY, ["city_a", "city_b"], others=True)
    known = set(places["city"])
    for row, pair in enumerate(borders.to_dict("records"), start=FIRST_ROW):
        for column in ("city_a", "city_b"):
            if pair[column] not in known:
                faults.append(f"{shown(data / ADJACENCY)}, row {row}, column {column}: expected a "
                              f"city of geography.csv, got '{pair[column]}'")  # fmt: skip
    if faults:
        raise StudyError(several(faults, shown(data / GEOGRAPHY)))


def _homes(geography: Path) -> set[str]:
    """Codes of the provinces whose cities a table names."""
    return {code[:2] for code in read_table(geography, COLUMNS)["city_code"]}


def _keep(table: Path, wanted: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    rows = pd.read_csv(table, dtype=str, keep_default_na=False)
    wanted(rows).to_csv(table, index=False, lineterminator="\n")
