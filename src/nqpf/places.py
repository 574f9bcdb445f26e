"""Provinces and the cities we hold data for, read with the standard library only.

The build must know which parts of the study a province has data for before it imports
anything heavy.
"""

import csv
import re
from functools import cache

from nqpf.paths import RAW

PAPER_CASE = "Guangdong"  # the province that the paper is about
SHORT_CHINESE = re.compile("(壮族|回族|维吾尔)?(自治区|省|市)$")


@cache
def provinces() -> dict[str, str]:
    """Names of the 31 provinces by their two-digit GB/T 2260 code."""
    with (RAW / "provinces" / "geography.csv").open(encoding="utf-8", newline="") as file:
        return {row["province_code"]: row["province"] for row in csv.DictReader(file)}


def cities_of(province: str) -> tuple[str, ...]:
    """Cities of a province for which the study holds a panel, in the order of their codes.

    Parameters
    ----------
    province : str
        English name of the province.

    Returns
    -------
    tuple of str
        English names; empty where no city panel is held.
    """
    code = {name: code for code, name in provinces().items()}.get(province)
    with (RAW / "cities" / "geography.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row["city"] for row in csv.DictReader(file) if row["city_code"][:2] == code)


def cities_of_paper(province: str) -> tuple[str, ...]:
    """Cities of a province if it is the paper's, for what rests on figures of its cities.

    Parameters
    ----------
    province : str
        English name of the province studied.

    Returns
    -------
    tuple of str
        As `cities_of`; empty for another province, whether its cities are held or not.
    """
    return cities_of(province) if province == PAPER_CASE else ()


@cache
def home_of_cities() -> str:
    """Province whose cities are held: the paper's, or that of a reader's own cities."""
    with (RAW / "cities" / "geography.csv").open(encoding="utf-8", newline="") as file:
        return provinces()[next(csv.DictReader(file))["city_code"][:2]]


@cache
def chinese_names() -> dict[str, str]:
    """Short Chinese names of all provinces and cities by their English ones."""
    found = {}
    for level, one in (("provinces", "province"), ("cities", "city")):
        with (RAW / level / "geography.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row[one]] = SHORT_CHINESE.sub("", row[f"{one}_zh"])
    return found
