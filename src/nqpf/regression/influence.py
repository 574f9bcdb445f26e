"""Whether a headline rests on one unit."""

import pandas as pd

from nqpf.errors import StudyError
from nqpf.regression.design import restrict
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.panel import PanelFit, fit_design


def leave_one_unit_out(
    fit: PanelFit, term: str, *, draws: int = 9_999, seed: int | None = None
) -> pd.DataFrame:
    """Refit without each unit in turn, effects estimated anew, wild cluster p each time.

    Parameters
    ----------
    fit : PanelFit
        Any model of `nqpf.regression.panel`.
    term : str
        Regressor followed.
    draws, seed : int
        Of the wild bootstrap, where more than 21 clusters remain.

    Returns
    -------
    DataFrame
        Per unit left out, in their order: without, estimate, se, t, p, low, high, shift, n,
        clusters. `shift` is the move of the estimate in standard errors of the full fit.

    Raises
    ------
    StudyError
        If the model cannot be fitted without some unit, naming it.
    """
    full = fit.term(term)
    units = fit.design.labels["unit"]
    rows = []
    for code, unit in enumerate(units):
        try:
            design = restrict(fit.design, fit.design.codes["unit"] != code)
            rest = fit_design(design, fit.model, fit.small_sample)
            wild = wild_cluster_test(rest, term, draws=draws, seed=seed)
        except StudyError as error:
            raise StudyError(f"without {unit}: {error}") from None
        rows.append(
            {
                "without": unit,
                "estimate": wild.estimate,
                "se": rest.term(term)["se"],
                "t": wild.t,
                "p": wild.p,
                "low": wild.low,
                "high": wild.high,
                "shift": (wild.estimate - full["estimate"]) / full["se"],
                "n": rest.n,
                "clusters": rest.clusters,
            }
        )
    return pd.DataFrame(rows)
