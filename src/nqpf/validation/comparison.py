"""The study's estimators beside numbers that others printed.

`checks.csv` names the checks, `published.csv` holds their numbers with tolerances, and `EXAMPLES`
the function that computes ours. `elsewhere.csv` names the checks that need data which may not be
passed on: they run as tests where the data are.
"""

from collections.abc import Callable, Mapping
from importlib import resources

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.validation import examples_index, examples_regression

EXAMPLES: Mapping[str, Callable[[], dict[str, float]]] = {
    "pooled": examples_regression.pooled,
    "one_way": examples_regression.one_way,
    "two_way": examples_regression.two_way,
    "crv1": examples_regression.clustered,
    "crv1_large": examples_regression.clustered_large,
    "two_way_clusters": examples_regression.clustered_twice,
    "driscoll_kraay": examples_regression.kraay,
    "crv3": examples_regression.jackknifed,
    "jackknife": examples_regression.jackknifed_around_mean,
    "wild_exact": examples_regression.wild_exact,
    "two_stage": examples_regression.two_stage,
    "quantile": examples_regression.quantile,
    "mediation": examples_regression.mediation,
    "robustness_value": examples_regression.robustness,
    "benchmark": examples_regression.benchmark,
    "moran": examples_regression.chessboard,
    "entropy": examples_index.entropy,
    "critic": examples_index.critic,
    "topsis": examples_index.fighter_aircraft,
    "goalposts": examples_index.human_development,
    "sobol": examples_index.sobol,
    "theil": examples_index.theil,
    "gini": examples_index.gini_examples,
    "dagum": examples_index.dagum,
    "krugman": examples_index.krugman,
    "malmquist": examples_index.malmquist_parts,
}
SCALES = ("absolute", "relative")


def published_numbers() -> pd.DataFrame:
    """Published numbers: check, quantity, published, tolerance, scale (of the tolerance)."""
    return pd.read_csv(resources.files("nqpf.validation") / "published.csv")


def checks() -> pd.DataFrame:
    """What is checked: check, method, function, kind (of what it is held against), data, source."""
    return pd.read_csv(resources.files("nqpf.validation") / "checks.csv")


def checked_by_tests() -> pd.DataFrame:
    """Checks on data that may not be passed on: method, example, source, test."""
    return pd.read_csv(resources.files("nqpf.validation") / "elsewhere.csv")


def compare_numbers(
    published: pd.DataFrame | None = None,
    examples: Mapping[str, Callable[[], dict[str, float]]] = EXAMPLES,
) -> pd.DataFrame:
    """Every published number beside ours.

    Parameters
    ----------
    published : DataFrame, optional
        As `published_numbers`.
    examples : mapping, optional
        By check: a function without arguments that gives ours by quantity.

    Returns
    -------
    DataFrame
        Columns check, quantity, published, ours, difference, allowed (the largest difference, in
        the number's own unit), used (share of it that is used up), inside.

    Raises
    ------
    StudyError
        If a tolerance is not positive or of an unknown scale, a number stands twice, or a check
        or quantity has no number on the other side.
    """
    table = published_numbers() if published is None else published
    _check_table(table, examples)
    rows = []
    for check, numbers in table.groupby("check", sort=False):
        found = examples[check]()
        if set(found) != set(numbers["quantity"]):
            odd = sorted(set(found) ^ set(numbers["quantity"]))
            raise StudyError(
                f"check '{check}': {', '.join(odd)} stands on one side only; published and "
                "computed quantities must be the same"
            )
        for row in numbers.itertuples():
            ours = float(found[row.quantity])
            allowed = row.tolerance * (abs(row.published) if row.scale == "relative" else 1.0)
            difference = ours - row.published
            inside = bool(np.isfinite(ours) and abs(difference) <= allowed)
            rows.append(
                {
                    "check": check,
                    "quantity": row.quantity,
                    "published": row.published,
                    "ours": ours,
                    "difference": difference,
                    "allowed": allowed,
                    "used": abs(difference) / allowed,
                    "inside": inside,
                }
            )
    return pd.DataFrame(rows)


def summarise(numbers: pd.DataFrame, described: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row per check: of its numbers the one that uses most of its tolerance.

    Parameters
    ----------
    numbers : DataFrame
        As `compare_numbers` returns.
    described : DataFrame, optional
        As `checks`.

    Returns
    -------
    DataFrame
        Columns of `checks`, then numbers (how many), quantity, published, ours, difference,
        allowed, verdict: inside only if all of its numbers are, else outside.
    """
    table = checks() if described is None else described
    if set(table["check"]) != set(numbers["check"]):
        odd = sorted(set(table["check"]) ^ set(numbers["check"]))
        raise StudyError(f"{', '.join(odd)}: described or compared, but not both")
    grouped = numbers.groupby("check", sort=False)
    worst = numbers.loc[grouped["used"].idxmax()].set_index("check")
    worst["numbers"] = grouped.size()
    worst["verdict"] = np.where(grouped["inside"].all(), "inside", "outside")
    shown = ["numbers", "quantity", "published", "ours", "difference", "allowed", "verdict"]
    return table.join(worst[shown], on="check")


def _check_table(table: pd.DataFrame, examples: Mapping) -> None:
    """Refuse a table of published numbers that cannot be compared."""
    wrong = table[~(table["tolerance"] > 0) | ~table["scale"].isin(SCALES)]
    if len(wrong):
        row = wrong.iloc[0]
        raise StudyError(
            f"check '{row['check']}', {row['quantity']}: expected a positive tolerance that is "
            f"{' or '.join(SCALES)}, got {row['tolerance']} and '{row['scale']}'"
        )
    relative = table[(table["scale"] == "relative") & (table["published"] == 0)]
    if len(relative):
        raise StudyError(
            f"check '{relative.iloc[0]['check']}': a published zero needs an absolute tolerance"
        )
    twice = table[table.duplicated(["check", "quantity"])]
    if len(twice):
        row = twice.iloc[0]
        raise StudyError(f"check '{row['check']}' has '{row['quantity']}' twice; keep one")
    if set(table["check"]) != set(examples):
        odd = sorted(set(table["check"]) ^ set(examples))
        raise StudyError(f"{', '.join(odd)}: published or computed, but not both")
