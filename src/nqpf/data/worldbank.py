"""The World Bank's series: fetched through its public API, and the newest vintage held."""

import math

import pandas as pd

from nqpf.errors import StudyError
from nqpf.paths import RAW

FOLDER = "worldbank"  # below data/raw: one file per vintage
COLUMNS = ["iso3", "year", "variable", "wdi_code", "value", "source"]
DATABASE = 2  # World Development Indicators
FIRST_YEAR = 2000
SECONDS = 30  # after which an answer counts as not coming
URL = "sources/{source}/series/{series}/country/{economy}/time/all"


def fetched(held: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Fetch the series and economies of a table in their newest vintage.

    Parameters
    ----------
    held : DataFrame
        Columns iso3, variable and wdi_code; rows without a code are another publisher's.

    Returns
    -------
    vintage : str
        Day of the World Bank's last update, such as 2026-07-01.
    table : DataFrame
        The columns of international.csv, sorted; years without a figure are left out.

    Raises
    ------
    StudyError
        If the package that speaks to the API is absent, no answer comes, or the answer is of
        another form or lacks a part.
    """
    try:
        import requests
        import wbgapi
    except ImportError:
        raise StudyError(
            "make update-data needs the package wbgapi, which `make test` installs; run that first"
        ) from None
    series = held.dropna(subset=["wdi_code"]).drop_duplicates("wdi_code")
    names = dict(zip(series["wdi_code"], series["variable"], strict=True))
    economies = sorted(held.dropna(subset=["wdi_code"])["iso3"].unique())
    wbgapi.get_options = {"timeout": SECONDS}
    try:
        vintage = str(wbgapi.source.get(DATABASE)["lastupdated"])
        rows = [
            _row(item, names, vintage)
            for item in wbgapi.refetch(
                URL,
                ["series", "economy"],
                source=DATABASE,
                series=";".join(sorted(names)),
                economy=";".join(economies),
            )
        ]
    except requests.Timeout:
        raise StudyError(
            f"the World Bank did not answer within {SECONDS} seconds; nothing was changed, try "
            "again later"
        ) from None
    except (requests.RequestException, wbgapi.APIError) as error:
        raise StudyError(
            f"the World Bank's figures could not be fetched ({error}); nothing was changed, try "
            "again later"
        ) from None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise StudyError(
            "the World Bank's answer has another form than expected "
            f"({type(error).__name__}: {error}); nothing was changed, wbgapi may need an update"
        ) from None
    table = pd.DataFrame(rows, columns=COLUMNS)
    _check_whole(table, sorted(names), economies)
    table = table[(table["year"] >= FIRST_YEAR) & table["value"].notna()]
    return vintage, table.sort_values(["wdi_code", "iso3", "year"], ignore_index=True)


def with_newest(international: pd.DataFrame) -> pd.DataFrame:
    """Take the World Bank's series from the newest vintage held, where there is one.

    Parameters
    ----------
    international : DataFrame
        data/raw/international.csv.

    Returns
    -------
    DataFrame
        A series comes whole from one vintage: none is mixed.
    """
    files = sorted((RAW / FOLDER).glob("wdi_*.csv"))
    if not files:
        return international
    newest = pd.read_csv(files[-1], keep_default_na=False, na_values={"value": [""]})
    others = international[~international["wdi_code"].isin(newest["wdi_code"])]
    return pd.concat([others, newest[international.columns]], ignore_index=True)


def _row(item: dict, names: dict[str, str], vintage: str) -> tuple:
    """One answer as a row of the table."""
    parts = {part["concept"].lower(): part for part in item["variable"]}
    code, value = parts["series"]["id"], item["value"]
    value = math.nan if value is None else float(value)
    year = int(parts["time"]["value"])
    source = f"World Bank WDI, public API, update of {vintage}"
    return parts["country"]["id"], year, names[code], code, value, source


def _check_whole(table: pd.DataFrame, series: list[str], economies: list[str]) -> None:
    """Raise unless every series has every economy in the same years: a lost page shows there."""
    counts = table.groupby(["wdi_code", "iso3"])["year"].nunique()
    wanted = pd.MultiIndex.from_product([series, economies], names=["wdi_code", "iso3"])
    counts = counts.reindex(wanted, fill_value=0)
    if (short := counts[counts < max(counts.max(), 1)]).size:
        code, economy = short.index[0]
        raise StudyError(
            f"the World Bank's answer is not whole: expected {counts.max()} years of {code} for "
            f"{economy}, got {short.iloc[0]} (and {short.size - 1} more such gaps); nothing was "
            "changed, try again later"
        )
