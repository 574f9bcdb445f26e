"""Chapter 3: sentences and counts that follow from its tables, so that text stays true."""

import pandas as pd

from nqpf.chapters.channels import Channels
from nqpf.chapters.wording import listed, significance

NEARLY_SAME = 0.25  # relative change of a standard error that is called small


def count_words(count: int) -> str:
    """How many, with none for nothing; small counts in words."""
    words = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if 0 <= count < len(words) else str(count)


def told(table: pd.DataFrame, column: str = "p", alpha: float = 0.05) -> str:
    """How many rows of a table can be told from zero, in words."""
    return count_words(int((table[column] < alpha).sum()))


def of_precision(precision: dict[str, float | int]) -> str:
    """What the main tests could have found.

    Parameters
    ----------
    precision : dict
        As `mechanism_shown.precision` returns it.
    """
    if precision["told"]:
        return "Estimates that can be told from zero are judged by size and robustness below."
    if precision["times"] > 1:
        return (
            "In the median, main tests could neither have found an effect as small as the minimum "
            "nor excluded one: they are *inconclusive*, which is not the same as *no association*."
        )
    return "The intervals are narrow enough to exclude associations of a size worth naming."


def of_components(count: int) -> str:
    """How many faces the objects of labour show."""
    if count == 1:
        return (
            "Material and non-material faces rise and fall together across provinces: the data "
            "see one face, not two."
        )
    if count == 2:
        return "The data see two faces, as the paper says; which they are the table shows."
    return f"The data see {count_words(count)} components, not two."


def of_signs(table: pd.DataFrame, column: str = "difference") -> str:
    """Whether the differences that can be told from zero before adjustment agree in sign."""
    clear = table[table["p"] < 0.05]
    if len(clear) < 2:
        return "There is no pattern to read in them."
    if (clear[column] > 0).all() or (clear[column] < 0).all():
        return "Those have the same sign."
    return (
        "Those do not agree in sign: they give no common story of a leading region in which the "
        "forces work better."
    )


def of_durbin(durbin: pd.DataFrame, next_door: pd.DataFrame, test: str) -> dict[str, object]:
    """What the Durbin model says of the others, beside the exact test of the same.

    Parameters
    ----------
    durbin, next_door : DataFrame
        As `spillovers.impacts_by_neighbours` and `spillovers.factor_next_door` return them.
    test : str
        Label of the test that the Durbin model is about.

    Returns
    -------
    dict
        lowest, highest (impacts on all others over the kinds of neighbours), clear (in how many of
        them the interval excludes zero, in words), exact_p (neighbours' term of the declared
        regression).
    """
    others = durbin[durbin["term"] == "on all others"]
    mine = next_door[(next_door["test"] == test) & (next_door["term"] == "neighbours")]
    clear = (others["low"] > 0) | (others["high"] < 0)
    return {
        "lowest": float(others["estimate"].min()),
        "highest": float(others["estimate"].max()),
        "clear": count_words(int(clear.sum())),
        "exact_p": float(mine["p"].iloc[0]),
    }


def of_channels(found: Channels) -> dict[str, object]:
    """Numbers and words of the three channels.

    Parameters
    ----------
    found : Channels
        As `channels.three_channels` returns them.

    Returns
    -------
    dict
        n; total_p; whole (whether the association in all is told from zero); told (how many
        channels are, in words); rho (largest error correlation, in size, that a channel needs to
        be brought to nil).
    """
    total_p = float(found.effects["p"].iloc[0])
    return {
        "n": found.result.n,
        "total_p": total_p,
        "whole": significance(total_p),
        "told": told(found.paths),
        "rho": float(found.paths["rho_zero"].abs().max()),
    }


def of_likeness(moran: pd.DataFrame) -> str:
    """In how many years factor, outcome and residuals are alike among neighbours, by level."""
    parts = []
    for level, table in moran.groupby("level", sort=False):
        counts = [f"{row.what} in {row.told} of {row.years} years" for row in table.itertuples()]
        parts.append(f"{level}: {listed(counts)}.")
    return " ".join(parts)


def of_chain(chain: pd.DataFrame) -> dict[str, object]:
    """Whether building the index anew makes the estimate less certain.

    Parameters
    ----------
    chain : DataFrame
        As `fragility.whole_chain` returns it: index as given first, built anew second.

    Returns
    -------
    dict
        ratio (of standard errors) and words.
    """
    ratio = float(chain["se"].iloc[1] / chain["se"].iloc[0])
    small = abs(ratio - 1) < NEARLY_SAME
    words = (
        "That the index is itself an estimate hardly matters beside how few provinces there are."
        if small
        else "That the index is itself an estimate matters, and intervals that ignore it mislead."
    )
    return {"ratio": ratio, "words": words}
