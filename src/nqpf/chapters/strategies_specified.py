"""Chapter 5 over the specifications of appendix 2, in numbers and words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nqpf.chapters.strategies_read import BOTH, CAPITAL, TALENT, effect_of, quantity_of
from nqpf.chapters.strategy_specifications import spread
from nqpf.chapters.wording import listed
from nqpf.errors import StudyError
from nqpf.report.numbers import number


def specification_facts(effects: pd.DataFrame, apart: pd.DataFrame) -> dict[str, float | str]:
    """Talent, capital and both over their specifications.

    Parameters
    ----------
    effects : DataFrame
        As `strategies.run_all` returns it.
    apart : DataFrame
        As `strategy_specifications.under_specifications` returns it.

    Returns
    -------
    dict
        For each of the three its specifications, median, low, high and positive (%);
        specified_both (specifications that hold all three), specified_better (% of them in which
        half of each exceeds the better of the two alone), specified_complements (% in which it
        exceeds, in logarithms, the mean of the two: the product of talent and capital is
        positive); a sentence.
    """
    three = (TALENT, CAPITAL, BOTH)
    wide = _by_specification(apart, three, "case")
    found: dict[str, float | str] = {}
    for name in three:
        key = name.replace("-", "_")
        found |= {f"{key}_spec_{one}": value for one, value in spread(wide[name].dropna()).items()}
    shared = wide.dropna()
    better = shared[BOTH] > shared[[TALENT, CAPITAL]].max(axis=1)
    logs = np.log1p(shared / 100)  # linear but for the product, whose sign is left
    more = logs[BOTH] > (logs[TALENT] + logs[CAPITAL]) / 2
    found |= {"specified_both": len(shared), "specified_better": 100 * float(better.mean())}
    found["specified_complements"] = 100 * float(more.mean())
    declared = [effect_of(effects, name, "case")["estimate"] for name in three]
    keys = [name.replace("-", "_") for name in three]
    widths = [found[f"{key}_spec_high"] - found[f"{key}_spec_low"] for key in keys]
    found["specified_reading"] = (
        "How the index and the regression are set up moves each answer further than the choice "
        "between the three strategies does."
        if min(widths) > np.ptp(declared)
        else "For one strategy at least the set-up of index and regression matters less than the "
        "choice between the three."
    )
    return found


def gap_facts(apart: pd.DataFrame, pair: tuple[str, str]) -> dict[str, float]:
    """Change of the mean, concentrated less spread, over the specifications.

    Parameters
    ----------
    apart : DataFrame
        As `strategy_specifications.under_specifications` returns it.
    pair : (str, str)
        Names of the concentrated and of the spread scenario.

    Returns
    -------
    dict
        gap_spec_specifications, gap_spec_median, gap_spec_low, gap_spec_high, gap_spec_positive
        (%), and theil_spec_positive: in how many per cent concentration raises inequality.
    """
    means = _by_specification(apart, pair, "mean").dropna()
    found = {
        f"gap_spec_{name}": value for name, value in spread(means[pair[0]] - means[pair[1]]).items()
    }
    theil = _by_specification(apart, pair[:1], "theil")[pair[0]].dropna()
    return {**found, "theil_spec_positive": 100 * float((theil > 0).mean())}


def specification_table(
    tables: Sequence[pd.DataFrame], summaries: Sequence[pd.DataFrame]
) -> pd.DataFrame:
    """Every scenario in one row, the declared estimate beside the specifications.

    Parameters
    ----------
    tables : sequence of DataFrame
        As `strategies.run_all` returns them, one per level.
    summaries : sequence of DataFrame
        As `strategy_specifications.summarised` returns them, in the same order.

    Returns
    -------
    DataFrame
        Columns scenario, label, link, whose, estimate, specifications, median, low, high, positive.
    """
    rows = []
    for table, summary in zip(tables, summaries, strict=True):
        indexed = summary.set_index(["scenario", "quantity"])
        for name in table["scenario"].unique():
            quantity = quantity_of(table, name)
            row, other = effect_of(table, name, quantity), indexed.loc[(name, quantity)]
            rows.append(
                {
                    "scenario": name,
                    "label": row["label"],
                    "link": row["link"],
                    "whose": "the case" if quantity == "case" else "the mean",
                    "estimate": row["estimate"],
                    **{
                        one: other[one]
                        for one in ("specifications", "median", "low", "high", "positive")
                    },
                }
            )
    return pd.DataFrame(rows)


def table_facts(table: pd.DataFrame, single: Sequence[str]) -> dict[str, int | float | str]:
    """How many specifications stand behind a scenario, and how often signs agree.

    Parameters
    ----------
    table : DataFrame
        As `specification_table` returns it.
    single : sequence of str
        Links whose factor is one indicator.
    """
    alone = table["link"].isin(single)
    opposite = np.sign(table["median"]) != np.sign(table["estimate"])
    found: dict[str, int | float | str] = {
        "opposite": int(opposite.sum()),
        "inside": int(((table["low"] <= 0) & (table["high"] >= 0)).sum()),
    }
    single_rows = table.loc[alone, ["label", "specifications"]].itertuples(index=False)
    which = listed([f"{row.label}: {number(int(row.specifications))}" for row in single_rows])
    found["single_reading"] = (
        "Where a scenario rests on a single indicator, there is no index whose making could vary, "
        f"and few combinations of years, provinces, controls and estimator are left ({which})."
        if alone.any()
        else "No scenario here rests on a single indicator."
    )
    return found


def _by_specification(apart: pd.DataFrame, scenarios: Sequence[str], quantity: str) -> pd.DataFrame:
    """Estimates of some scenarios, one row per specification."""
    rows = apart[apart["scenario"].isin(scenarios) & (apart["quantity"] == quantity)]
    wide = rows.pivot(index="specification", columns="scenario", values="estimate")
    if lost := [name for name in scenarios if name not in wide]:
        raise StudyError(f"no specification holds the scenario {', '.join(lost)}")
    return wide
