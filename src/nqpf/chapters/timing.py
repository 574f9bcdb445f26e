"""Chapter 3: whether the outcome follows the factor or runs ahead of it."""

import pandas as pd

from nqpf.chapters.associations import Inference, outcome_sd
from nqpf.chapters.declared import FACTOR, OUTCOME
from nqpf.chapters.mechanism_tests import LEVEL_WORDS, SHORT_LEVEL, Test, primary
from nqpf.regression.dynamics import fit_leads_and_lags
from nqpf.regression.inference import wild_cluster_test

REACH = 2  # years before and after


def timing(tests: list[Test], inference: Inference) -> pd.DataFrame:
    """Factor of the years before, at and after the outcome, in one regression per primary test.

    Parameters
    ----------
    tests : list of Test
        Primary ones are used; factors reach beyond the years of the outcome where they are held.
    inference : Inference
        Draws, seed and level.

    Returns
    -------
    DataFrame
        Columns level, short (its name on a panel), test, lag (years by which the outcome follows;
        negative: it runs ahead), estimate, low, high (effects), p, leads_p (all leads nil,
        clustered F), n.
    """
    parts = []
    for test in primary(tests):
        one = test.declared.association
        scaled = test.panel.assign(**{FACTOR: test.panel[FACTOR] / test.panel[FACTOR].std()})
        found = fit_leads_and_lags(scaled, OUTCOME, FACTOR, leads=REACH, lags=REACH, log=one.logged)
        scale = outcome_sd(test.fit)
        for row in found.path.itertuples():
            wild = wild_cluster_test(
                found.fit, row.term, draws=inference.draws, seed=inference.seed,
                level=inference.level,
            )  # fmt: skip
            parts.append(
                {
                    "level": LEVEL_WORDS[test.declared.level],
                    "short": SHORT_LEVEL[test.declared.level],
                    "test": test.declared.label,
                    "lag": int(row.horizon),
                    "estimate": wild.estimate / scale,
                    "low": wild.low / scale,
                    "high": wild.high / scale,
                    "p": wild.p,
                    "leads_p": found.leads_p,
                    "n": found.fit.n,
                }
            )
    return pd.DataFrame(parts)


def in_panels(paths: pd.DataFrame) -> pd.DataFrame:
    """Paths for a figure of one panel per level and test.

    Parameters
    ----------
    paths : DataFrame
        As `timing` returns it.
    """
    return paths.assign(test=paths["short"] + ": " + paths["test"])
