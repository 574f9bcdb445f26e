"""Published figures behind the claims, and the paper's own, read from the codebook."""

import math
from pathlib import Path

import pandas as pd

from nqpf.claims.plan import PlannedClaim
from nqpf.errors import StudyError
from nqpf.paths import CODEBOOK

NUMBERS = CODEBOOK / "claims_numbers.csv"
FOUND = "found"  # a figure of which a claim may have several
RANGE = ("count", "low", "high")


def figures(claim_id: str, path: Path = NUMBERS) -> pd.DataFrame:
    """Figures of one claim with their sources.

    Returns
    -------
    DataFrame
        Columns kind (paper or evidence), name, value, unit, year, source, note.

    Raises
    ------
    StudyError
        If the table cannot be read or a value is not a number.
    """
    try:
        table = pd.read_csv(path, keep_default_na=False, dtype=str)
    except OSError as error:
        raise StudyError(f"expected the table of figures at {path}: {error}") from None
    mine = table[table["claim_id"] == claim_id].drop(columns="claim_id")
    value = pd.to_numeric(mine["value"], errors="coerce")
    if value.isna().any():
        raise StudyError(f"{path.name}: a value of {claim_id} is not a number; mend the table")
    return mine.assign(value=value).reset_index(drop=True)


def numbers_of(claim: PlannedClaim, path: Path = NUMBERS) -> dict[str, float]:
    """Numbers that a claim's rule needs, as far as they are published figures.

    Where the statistic asks for count, low and high, they are the number and the range of all
    figures found, the range missing where there is none.

    Parameters
    ----------
    claim : PlannedClaim
        What is to be judged.
    path : Path
        Table of figures.

    Returns
    -------
    dict
        By the names of the statistic; names that are not published are left to the notebook.

    Raises
    ------
    StudyError
        If the table gives a single number twice or one that the statistic does not name.
    """
    table = figures(claim.claim_id, path)
    found = table.loc[table["name"] == FOUND, "value"]
    single = table
    numbers: dict[str, float] = {}
    if set(RANGE) <= set(claim.statistics):
        single = table[table["name"] != FOUND]
        numbers["count"] = len(found)
        numbers["low"] = float(found.min()) if len(found) else math.nan
        numbers["high"] = float(found.max()) if len(found) else math.nan
    for name, value in zip(single["name"], single["value"], strict=True):
        if name in numbers or name not in claim.statistics:
            raise StudyError(
                f"{path.name}: {claim.claim_id} has '{name}' twice or without need; it needs "
                f"{', '.join(claim.statistics)}"
            )
        numbers[name] = float(value)
    if missing := claim.optional - set(numbers):
        # a figure that may be missing and is in no table is missing
        numbers |= dict.fromkeys(sorted(missing), math.nan) if not table.empty else {}
    return numbers
