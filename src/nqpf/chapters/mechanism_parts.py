"""The parts of chapter 3 that are no regression: digital change, components, words of caution."""

import numpy as np
import pandas as pd

from nqpf.chapters.robustness import AS_DECLARED
from nqpf.chapters.wording import direction, listed, significance
from nqpf.errors import StudyError

DIGITAL = {
    "mea_dfi": "Digital finance",
    "obj_ecommerce_gdp": "E-commerce",
    "obj_software_gdp": "Software",
}
OBJECTS = {
    "obj_inv_patents_pc": "Patents",
    "obj_techmarket_gdp": "Technology market",
    "obj_ecommerce_gdp": "E-commerce",
    "obj_sci_papers_pc": "Papers",
    "obj_software_gdp": "Software",
}


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


def in_words(paths: pd.DataFrame) -> pd.DataFrame:
    """Digital paths with the names that readers know; columns unit, year, value."""
    return paths.assign(unit=paths["unit"].map(DIGITAL))


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


def cautions(strip: pd.DataFrame, spread: pd.Series, smallest: float) -> str:
    """What a reader of a verdict has to know of the estimate behind it.

    Parameters
    ----------
    strip : DataFrame
        Rows of one test of `mechanism_tests.strips`.
    spread : Series
        Row of the same test of `mechanism_tests.without_units`.
    smallest : float
        Smallest effect of interest.

    Returns
    -------
    str
        Whether the interval is negligible, which variants have the other sign or, of an estimate
        told from zero, are not told from it, and whether the sign needs one unit.
    """
    by_term = strip.set_index("term")
    declared = by_term.loc[AS_DECLARED]
    others = by_term.drop(AS_DECLARED)
    turned = others["estimate"] * declared["estimate"] < 0
    vague = (others["low"] <= 0) & (others["high"] >= 0) & ~turned
    parts = []
    if -smallest <= declared["low"] and declared["high"] <= smallest:
        parts.append("Negligible: the interval lies inside the minimum effect.")
    if turned.any():
        parts.append(f"Other sign in: {listed(list(others.index[turned]))}.")
    if not declared["low"] <= 0 <= declared["high"] and vague.any():
        parts.append(f"Interval holds zero in: {listed(list(others.index[vague]))}.")
    if spread["low"] * spread["high"] < 0:
        parts.append(f"The sign needs {spread['most_influential']}.")
    return " ".join(parts) or "Same sign in every variant and without any one unit."


def facts_of(table: pd.DataFrame) -> dict[str, float | int | str]:
    """Numbers and words of every test for the text.

    Parameters
    ----------
    table : DataFrame
        As `mechanism_tests.estimates` returns it.

    Returns
    -------
    dict
        By test id with an ending: `_effect`, `_low`, `_high` (in within standard deviations of the
        outcome), `_p`, `_n`, `_units`, `_moves` (how far the factor moves within),
        `_as_moved` (effect of such a movement), `_side` (higher or lower) and `_told` (whether it
        can be told from zero).
    """
    facts: dict[str, float | int | str] = {}
    for row in table.itertuples():
        facts |= {
            f"{row.id}_effect": abs(row.effect),
            f"{row.id}_low": row.effect_low,
            f"{row.id}_high": row.effect_high,
            f"{row.id}_p": row.p,
            f"{row.id}_n": row.n,
            f"{row.id}_units": row.units,
            f"{row.id}_moves": row.moves,
            f"{row.id}_as_moved": row.as_moved,
            f"{row.id}_side": direction(row.effect, "higher", "lower", "no different"),
            f"{row.id}_told": significance(row.p),
        }
    return facts
