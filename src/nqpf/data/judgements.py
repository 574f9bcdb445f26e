"""The rules that data/codebook/exclusions.csv keeps."""

import pandas as pd

from nqpf.data.wording import several
from nqpf.errors import StudyError

FILE = "data/codebook/exclusions.csv"
KEY = ["unit", "year", "variable"]
COLUMNS = ["panel", *KEY, "action", "reason"]
STATUS = {"drop": "dropped", "flag": "flagged", "keep": "kept"}


def checked_judgements(level: str, long: pd.DataFrame, judgements: pd.DataFrame) -> pd.DataFrame:
    """Judgements of a level, each of a figure that is there.

    Parameters
    ----------
    level : str
        `cities` or `provinces`.
    long : DataFrame
        Checked long table.
    judgements : DataFrame
        Of both levels, in the order of the file: panel, unit, year, variable, action, reason.

    Returns
    -------
    DataFrame
        Columns unit, year, variable, action, reason.

    Raises
    ------
    StudyError
        Naming row and column of a judgement that is unknown, repeated, without a reason, or of a
        figure that does not exist.
    """
    lacking = [name for name in COLUMNS if name not in judgements]
    if lacking:
        raise StudyError(
            f"{FILE}, row 1: expected the columns {', '.join(COLUMNS)}, got no {', '.join(lacking)}"
        )
    judged = long.loc[long["variable"].isin(set(judgements["variable"])), KEY]
    figures = set(judged.itertuples(index=False, name=None))
    faults, seen, mine = [], {}, []
    numbers = pd.to_numeric(judgements["year"], errors="coerce")  # one text makes all years text
    items = judgements.assign(year=numbers.where(numbers.notna(), judgements["year"]))
    for row, item in enumerate(items.to_dict("records"), start=2):  # row 1 is the header
        where = f"{FILE}, row {row}, column"
        if item["panel"] not in ("cities", "provinces"):
            faults.append(f"{where} panel: expected cities or provinces, got '{item['panel']}'")
        if item["action"] not in STATUS:
            faults.append(f"{where} action: expected drop, flag or keep, got '{item['action']}'")
        if not str(item["reason"]).strip():
            faults.append(f"{where} reason: expected why the figure is judged so, got nothing")
        if item["panel"] != level:
            continue
        key = tuple(item[name] for name in KEY)
        shown = f"{item['variable']} of {item['unit']} in {item['year']}"
        if key in seen:
            faults.append(
                f"{where} {', '.join(KEY)}: expected one judgement of a figure, got {shown} "
                f"again, first in row {seen[key]}"
            )
        elif key not in figures:
            faults.append(
                f"{where} {', '.join(KEY)}: expected a figure of the {level} table, got {shown}, "
                "which is not there"
            )
        seen.setdefault(key, row)
        mine.append(item)
    if faults:
        raise StudyError(several(faults, FILE))
    columns = {**long[KEY].dtypes, "action": str, "reason": str}
    return pd.DataFrame(mine, columns=list(columns)).astype(columns)
