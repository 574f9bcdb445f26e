"""Chapter 3: whether slopes differ between groups of units or change at some level of the factor.

Groups are compared by interaction on all units, never by regressions on nine or ten clusters.
Neither groups nor thresholds decide a claim of this chapter.
"""

from collections.abc import Mapping

import pandas as pd

from nqpf.chapters.associations import Inference, outcome_sd
from nqpf.chapters.declared import FACTOR, OUTCOME
from nqpf.chapters.mechanism_tests import LEVEL_WORDS, Test, primary
from nqpf.chapters.mechanisms import interaction
from nqpf.regression.holm import holm
from nqpf.regression.threshold import fit_threshold

MOST_THRESHOLD_DRAWS = 999
LEAST_THRESHOLD_DRAWS = 99
NAMED = 12  # units or spells of a regime that a table names in full


def groups(
    tests: list[Test], members: Mapping[str, tuple[str, list[str]]], inference: Inference
) -> pd.DataFrame:
    """Whether slopes of the primary tests differ between a group of units and the rest.

    Parameters
    ----------
    tests : list of Test
        Primary ones are used.
    members : mapping of str to (str, list of str)
        By level: name of the group and its units.
    inference : Inference
        Draws, seed and level.

    Returns
    -------
    DataFrame
        Columns level, test, group, units, rest and difference (effects), low, high, p of the
        difference, n, p_adj (Holm over the tests of the level).
    """
    rows = []
    for test in primary(tests):
        one = test.declared
        if one.level not in members:
            continue
        name, units = members[one.level]
        scale = outcome_sd(test.fit)
        both = interaction(test.panel, one.association, units, inference).set_index("term")
        more = both.loc["difference"]
        rows.append(
            {
                "level": LEVEL_WORDS[one.level],
                "test": one.label,
                "group": name,
                "units": len(units),
                "rest": both.loc["rest", "estimate"] / scale,
                "difference": more["estimate"] / scale,
                "low": more["low"] / scale,
                "high": more["high"] / scale,
                "p": more["p"],
                "n": int(more["n"]),
            }
        )
    table = pd.DataFrame(rows)
    table["p_adj"] = table.groupby("level")["p"].transform(lambda p: holm(p.to_numpy()))
    return table


def differences(table: pd.DataFrame) -> pd.DataFrame:
    """Differences of slopes for a figure, headed by level and group.

    Parameters
    ----------
    table : DataFrame
        As `groups` returns it.

    Returns
    -------
    DataFrame
        Columns term, group, estimate, low, high, p.
    """
    heads = table["group"] + " less rest"
    columns = {"test": "term", "difference": "estimate"}
    return table.drop(columns="group").rename(columns=columns).assign(group=heads)


def thresholds(tests: list[Test], inference: Inference) -> pd.DataFrame:
    """One threshold of the factor in the slope of each primary test (Hansen 1999).

    Residual paths of whole units are flipped at random under the null, because panels have gaps
    and units differ.

    Parameters
    ----------
    tests : list of Test
        Primary ones are used.
    inference : Inference
        Draws (at most 999 are used, and at least 99), seed and level.

    Returns
    -------
    DataFrame
        Columns level, test, threshold, low, high (standard deviations of the factor, from its
        lowest possible value), statistic (classic F), p, p_adj (Holm over the tests of the level),
        below and above (slopes as effects), n, units_below, units_above, names_below, names_above.
    """
    draws = max(min(inference.draws, MOST_THRESHOLD_DRAWS), LEAST_THRESHOLD_DRAWS)
    rows = []
    for test in primary(tests):
        one = test.declared.association
        found = fit_threshold(
            test.scaled, OUTCOME, [], switching=[FACTOR], variable=FACTOR, seed=inference.seed,
            draws=draws, resampling="signs", level=inference.level, log=one.logged,
        )  # fmt: skip
        place, tested = found.intervals.iloc[0], found.tests.iloc[0]
        slopes = found.fit.coefficients / outcome_sd(test.fit)
        rows.append(
            {
                "level": LEVEL_WORDS[test.declared.level],
                "test": test.declared.label,
                "threshold": place["estimate"],
                "low": place["low"],
                "high": place["high"],
                "statistic": tested["f_classic"],
                "p": tested["p"],
                "below": float(slopes[0]),
                "above": float(slopes[1]),
                "n": found.fit.n,
                "units_below": int(found.regimes["units"].iloc[0]),
                "units_above": int(found.regimes["units"].iloc[1]),
                "names_below": found.regimes["names"].iloc[0],
                "names_above": found.regimes["names"].iloc[1],
            }
        )
    table = pd.DataFrame(rows)
    table.insert(7, "p_adj", table.groupby("level")["p"].transform(lambda p: holm(p.to_numpy())))
    return table


def smaller_regime(table: pd.DataFrame) -> pd.DataFrame:
    """Name the units of the regime with fewer spells, for a table that has to be read.

    Parameters
    ----------
    table : DataFrame
        As `thresholds` returns it.

    Returns
    -------
    DataFrame
        The table with column members: which side, and its units with their years.
    """
    members = []
    for row in table.itertuples():
        sides = {"below": row.names_below.split("; "), "above": row.names_above.split("; ")}
        side = min(sides, key=lambda name: len(sides[name]))
        names = sides[side]
        more = f"; and {len(names) - NAMED} more" if len(names) > NAMED else ""
        members.append(f"{side}: {'; '.join(names[:NAMED])}{more}")
    return table.assign(members=members)
