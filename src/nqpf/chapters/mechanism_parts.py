"""The parts of chapter 3 that are no regression: digital change, components, words of caution."""

import numpy as np
import pandas as pd

from nqpf.chapters.robustness import AS_DECLARED
from nqpf.chapters.wording import listed
from nqpf.errors import StudyError

DIGITAL = ("mea_dfi", "obj_ecommerce_gdp", "obj_software_gdp")
OBJECTS = (
    "obj_inv_patents_pc",
    "obj_techmarket_gdp",
    "obj_ecommerce_gdp",
    "obj_sci_papers_pc",
    "obj_software_gdp",
)


def digital_paths(indicators: pd.DataFrame, case: str, years: list[int]) -> pd.DataFrame:
    """Digital indicators of one province, the first year being 100.

    Parameters
    ----------
    indicators : DataFrame
        Indexed by unit and year.
    case : str
        Province.
    years : list of int
        First and last year.

    Returns
    -------
    DataFrame
        Columns unit (the indicator), year, value.

    Raises
    ------
    StudyError
        If an indicator is missing in a first or last year.
    """
    mine = indicators.loc[case, list(DIGITAL)].loc[years[0] : years[1]]
    if mine.iloc[[0, -1]].isna().any(axis=None) or list(mine.index[[0, -1]]) != list(years):
        raise StudyError(f"expected digital indicators of {case} in {years[0]} and {years[1]}")
    relative = 100 * mine / mine.iloc[0]
    return relative.rename_axis(columns="unit").stack().rename("value").reset_index()


def digital_change(paths: pd.DataFrame) -> dict[str, float]:
    """How many digital indicators rose, and how steadily.

    Parameters
    ----------
    paths : DataFrame
        As `digital_paths` returns it.

    Returns
    -------
    dict
        count: indicators higher in the last than in the first year; share: of all yearly changes
        those that are positive.
    """
    wide = paths.pivot(index="year", columns="unit", values="value").sort_index()
    steps = wide.diff().iloc[1:].stack()
    return {"count": int((wide.iloc[-1] > wide.iloc[0]).sum()), "share": float((steps > 0).mean())}


def object_components(
    indicators: pd.DataFrame, years: list[int], left_out: list[str]
) -> pd.DataFrame:
    """Eigenvalues of the correlations of the five object indicators, year means out.

    Parameters
    ----------
    indicators : DataFrame
        Indexed by unit and year.
    years : list of int
        First and last year.
    left_out : list of str
        Units left out.

    Returns
    -------
    DataFrame
        Columns component, eigenvalue, share (of the variance, %), and the correlation of every
        indicator with the component.
    """
    unit, year = (indicators.index.get_level_values(name) for name in ("unit", "year"))
    inside = (year >= years[0]) & (year <= years[1]) & ~unit.isin(left_out)
    rows = indicators.loc[inside, list(OBJECTS)].dropna()
    centred = rows - rows.groupby(level="year").transform("mean")
    values, vectors = np.linalg.eigh(np.corrcoef(centred.to_numpy().T))
    values, vectors = values[::-1], vectors[:, ::-1]
    vectors = vectors * np.where(vectors.sum(axis=0) < 0, -1, 1)
    loadings = pd.DataFrame((vectors * np.sqrt(values)).T, columns=list(OBJECTS))
    loadings.insert(0, "share", 100 * values / values.sum())
    loadings.insert(0, "eigenvalue", values)
    loadings.insert(0, "component", np.arange(1, len(values) + 1))
    return loadings.assign(n=len(rows))


def cautions(strip: pd.DataFrame, spread: pd.Series) -> str:
    """What a reader of a verdict has to know of the estimate behind it.

    Parameters
    ----------
    strip : DataFrame
        Rows of one test of `mechanism_tests.strips`.
    spread : Series
        Row of the same test of `mechanism_tests.without_units`.

    Returns
    -------
    str
        Specifications with the other sign, those whose interval holds zero, and whether leaving
        out one unit turns the sign; one or two sentences.
    """
    by_term = strip.set_index("term")
    declared = by_term.loc[AS_DECLARED, "estimate"]
    others = by_term.drop(AS_DECLARED)
    turned = others[np.sign(others["estimate"]) != np.sign(declared)]
    vague = others[(others["low"] <= 0) & (others["high"] >= 0)]
    vague = vague.drop(turned.index.intersection(vague.index))
    parts = []
    if len(turned):
        parts.append(f"Other sign: {listed(list(turned.index))}.")
    if len(vague):
        parts.append(f"Interval holds zero: {listed(list(vague.index))}.")
    if np.sign(spread["low"]) != np.sign(spread["high"]):
        parts.append(f"The sign needs {spread['most_influential']}.")
    return " ".join(parts) or "Every variant shown has the same sign and an interval without zero."
