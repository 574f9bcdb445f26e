"""Outcome indicators of structural upgrading from sector accounts.

Advancement says how far weight has moved to later sectors, rationalisation how far labour and
output lie apart. Neither is manufacturing upgrading: advancement also rises with
de-industrialisation. All functions take frames with one column per sector, in the order primary,
secondary, tertiary, and any index (unit and year); a row with a missing cell stays, missing.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import xlogy

from nqpf.errors import StudyError

SECTORS = ("primary", "secondary", "tertiary")


def sector_shares(value_added: pd.DataFrame) -> pd.DataFrame:
    """Shares of the three sectors in their sum.

    Parameters
    ----------
    value_added : DataFrame, rows x 3
        Amounts or shares of primary, secondary and tertiary sector, in this order.

    Returns
    -------
    DataFrame, columns primary, secondary, tertiary; rows sum to one.

    Raises
    ------
    StudyError
        Not three columns, negative cells, a row of zeros.
    """
    amounts = _three_sectors(value_added, "value added")
    return amounts.div(_total(amounts, "value added"), axis=0)


def advancement_weighted(value_added: pd.DataFrame) -> pd.Series:
    """Advancement as 1 x primary + 2 x secondary + 3 x tertiary share: 1 to 3.

    References
    ----------
    Xu and Jiang (2015), Journal of Quantitative and Technical Economics 32(3), 3-21.
    """
    shares = sector_shares(value_added)
    return (shares @ np.array([1.0, 2.0, 3.0])).rename("advancement_weighted")


def advancement_angle(value_added: pd.DataFrame) -> pd.Series:
    r"""Advancement by the angles of the structure to the three axes: 1.5 pi to 2.5 pi.

    The shares :math:`(s_1, s_2, s_3)` form an angle :math:`\theta_j = \arccos(s_j / |s|)` with
    axis j, and :math:`W = \sum_{k=1}^3 \sum_{j=1}^k \theta_j = 3\theta_1 + 2\theta_2 + \theta_3`.
    All primary gives 1.5 pi, all secondary 2 pi, all tertiary 2.5 pi.

    References
    ----------
    Fu Linghui (2010), Statistical Research 27(8), 79-81.
    """
    shares = sector_shares(value_added).to_numpy()
    length = np.sqrt((shares**2).sum(axis=1, keepdims=True))
    angles = np.arccos(np.clip(shares / length, 0, 1))
    return pd.Series(angles @ [3.0, 2.0, 1.0], value_added.index, name="advancement_angle")


def tertiary_to_secondary(value_added: pd.DataFrame) -> pd.Series:
    """Tertiary over secondary value added.

    Raises
    ------
    StudyError
        Rows without any secondary value added, where the ratio is not defined.

    References
    ----------
    Gan, Zheng and Yu (2011), Economic Research Journal 46(5), 4-16.
    """
    amounts = _three_sectors(value_added, "value added")
    none = amounts.index[amounts["secondary"] == 0]
    if len(none):
        raise StudyError(f"expected secondary value added in every row, got zero in {none[0]}")
    return (amounts["tertiary"] / amounts["secondary"]).rename("tertiary_to_secondary")


def advancement_productivity(
    value_added: pd.DataFrame,
    employment: pd.DataFrame,
    *,
    high: Sequence[float],
    low: Sequence[float] = (0.0, 0.0, 0.0),
) -> pd.Series:
    r"""Advancement weighted by labour productivity, :math:`\sum_j s_j (P_j - l_j)/(h_j - l_j)`.

    :math:`P_j` is value added per person, :math:`l_j` and :math:`h_j` its goalposts, for instance
    the start and end of industrialisation, or zero and the national mean of a base year; one
    where all sectors stand at their upper goalposts. Shares alone count a large, unproductive
    service sector as advanced; this does not.

    Parameters
    ----------
    value_added, employment : DataFrame, rows x 3
        Same rows.
    high, low : sequence of 3 floats
        Goalposts, value added per person in the units of the two frames.

    References
    ----------
    Liu, Zhang and Huang (2008), Economic Perspectives (Jingjixue Dongtai) 2008(11), 4-8.
    """
    top, bottom = np.asarray(high, dtype=float), np.asarray(low, dtype=float)
    if top.shape != (3,) or bottom.shape != (3,) or not (top > bottom).all():
        raise StudyError(
            f"expected three goalposts high above low, got high {list(high)} and low {list(low)}"
        )
    Y, L = _matched(value_added, employment)
    shares = Y.div(_total(Y, "value added"), axis=0)
    productivity = (Y / L).where(L != 0, 0)  # no one, and by the check above nothing, there
    reached = (productivity - bottom) / (top - bottom)
    return (shares * reached).sum(axis=1, skipna=False).rename("advancement_productivity")


def deviation_theil(value_added: pd.DataFrame, employment: pd.DataFrame) -> pd.Series:
    r"""Rationalisation as a Theil-type deviation, :math:`\sum_j s_j \ln(s_j / e_j)`.

    Equal to :math:`\sum_j (Y_j/Y) \ln\frac{Y_j/L_j}{Y/L}`, with 0 ln 0 = 0. Zero where all sectors
    are equally productive (rational); **larger is worse**. Kept raw: its inverse explodes near
    zero.

    Parameters
    ----------
    value_added, employment : DataFrame, rows x 3
        Same rows.

    Raises
    ------
    StudyError
        Different rows; a sector with value added but no one employed.

    References
    ----------
    Gan, Zheng and Yu (2011), Economic Research Journal 46(5), 4-16, equation (2).
    """
    shares, staff = _matched_shares(value_added, employment)
    ratio = (shares / staff).where(shares > 0, shares)  # 0 ln 0 even where no one works
    terms = pd.DataFrame(xlogy(shares, ratio), shares.index, shares.columns)
    return terms.sum(axis=1, skipna=False).clip(lower=0).rename("deviation_theil")


def deviation_structure(value_added: pd.DataFrame, employment: pd.DataFrame) -> pd.Series:
    r"""Structural deviation :math:`\sum_j |\frac{Y_j/L_j}{Y/L} - 1|`; zero is rational.

    All sectors count alike, however small; see `deviation_structure_weighted`. Parameters and
    errors as in `deviation_theil`.

    References
    ----------
    Gan, Zheng and Yu (2011), Economic Research Journal 46(5), 4-16, equation (1).
    """
    shares, staff = _matched_shares(value_added, employment)
    gaps = (shares / staff - 1).abs().where(staff != 0, shares * 0)
    return gaps.sum(axis=1, skipna=False).rename("deviation_structure")


def deviation_structure_weighted(value_added: pd.DataFrame, employment: pd.DataFrame) -> pd.Series:
    r"""Structural deviation weighted by output, :math:`\sum_j s_j |\frac{Y_j/L_j}{Y/L} - 1|`.

    Zero is rational. Parameters and errors as in `deviation_theil`.

    References
    ----------
    Gan, Zheng and Yu (2011), Economic Research Journal 46(5), 4-16, on the need for weights.
    """
    shares, staff = _matched_shares(value_added, employment)
    gaps = (shares / staff - 1).abs().where(staff != 0, shares * 0)
    return (shares * gaps).sum(axis=1, skipna=False).rename("deviation_structure_weighted")


def structure_measures(
    value_added: pd.DataFrame, employment: pd.DataFrame | None = None
) -> pd.DataFrame:
    """All measures that need no goalposts, one column each.

    Returns
    -------
    DataFrame, index of `value_added`: primary, secondary, tertiary (shares),
    tertiary_to_secondary, advancement_weighted, advancement_angle and, with employment,
    deviation_theil, deviation_structure, deviation_structure_weighted.
    """
    measures = [tertiary_to_secondary, advancement_weighted, advancement_angle]
    columns = [sector_shares(value_added), *(measure(value_added) for measure in measures)]
    if employment is not None:
        deviations = [deviation_theil, deviation_structure, deviation_structure_weighted]
        columns += [measure(value_added, employment) for measure in deviations]
    return pd.concat(columns, axis=1)


def ratio(panel: pd.DataFrame, numerator: str, denominator: str, scale: float = 1.0) -> pd.Series:
    """Intensity of one column in another, for instance high-tech revenue over value added.

    Revenue or sales over value added is an intensity, not a share: it may pass one. Infinite and
    0/0 cells are refused.

    Parameters
    ----------
    panel : DataFrame
    numerator, denominator : str
        Columns.
    scale : float
        Factor that brings both to one unit of measure (and to per cent, if wanted).

    Raises
    ------
    StudyError
        Unknown columns, a denominator of zero or below.
    """
    unknown = [name for name in (numerator, denominator) if name not in panel.columns]
    if unknown:
        raise StudyError(f"expected columns of the panel, got {', '.join(unknown)}")
    low = panel.index[panel[denominator] <= 0]
    if len(low):
        raise StudyError(f"expected '{denominator}' above zero, got otherwise in {low[0]}")
    return (panel[numerator] / panel[denominator] * scale).rename(f"{numerator}/{denominator}")


def shares_by_definition(
    services: pd.DataFrame, definitions: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Share of producer services in all services under several definitions.

    A verdict on producer services hangs on which sectors count; this puts the definitions side
    by side.

    Parameters
    ----------
    services : DataFrame, economies x service sectors
        Value added of all service sectors of each economy, complete.
    definitions : mapping
        Name of a definition -> the sectors that it counts.

    Returns
    -------
    DataFrame: economy, definition, share (0 to 1), sectors (their number).

    Raises
    ------
    StudyError
        A definition with an unknown or repeated sector, missing or negative cells, an economy
        without services.
    """
    for name, sectors in definitions.items():
        unknown = [sector for sector in sectors if sector not in services.columns]
        if unknown or not sectors or len(set(sectors)) < len(sectors):
            raise StudyError(
                f"expected definition '{name}' to name sectors of the table once each, got "
                f"{', '.join(unknown) or 'none or a repeated one'}"
            )
    if not (services >= 0).all(axis=None) or (services.sum(axis=1) == 0).any():
        raise StudyError("expected value added of at least zero in all service sectors, complete")
    total = services.sum(axis=1)
    rows = [
        (economy, name, services.loc[economy, list(sectors)].sum() / total[economy], len(sectors))
        for economy in services.index
        for name, sectors in definitions.items()
    ]
    return pd.DataFrame(rows, columns=["economy", "definition", "share", "sectors"])


def _three_sectors(amounts: pd.DataFrame, what: str) -> pd.DataFrame:
    if amounts.shape[1] != len(SECTORS):
        raise StudyError(
            f"expected {what} of primary, secondary and tertiary sector in this order, got "
            f"{amounts.shape[1]} columns: {', '.join(map(str, amounts.columns))}"
        )
    table = amounts.astype(float).set_axis(list(SECTORS), axis=1)
    negative = table.index[(table < 0).any(axis=1)]
    if len(negative):
        raise StudyError(f"expected {what} of at least zero, got less in {negative[0]}")
    return table


def _total(amounts: pd.DataFrame, what: str) -> pd.Series:
    total = amounts.sum(axis=1, skipna=False)
    empty = total.index[total == 0]
    if len(empty):
        raise StudyError(f"expected some {what} in every row, got none in {empty[0]}")
    return total


def _matched(value_added, employment) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both frames, checked to have the same rows and someone behind all value added."""
    Y, L = _three_sectors(value_added, "value added"), _three_sectors(employment, "employment")
    if not Y.index.equals(L.index):
        raise StudyError("expected value added and employment of the same rows in the same order")
    idle = Y.index[((L == 0) & (Y > 0)).any(axis=1)]
    if len(idle):
        raise StudyError(f"expected someone employed where value is added, got no one in {idle[0]}")
    return Y, L


def _matched_shares(value_added, employment) -> tuple[pd.DataFrame, pd.DataFrame]:
    Y, L = _matched(value_added, employment)
    return Y.div(_total(Y, "value added"), axis=0), L.div(_total(L, "employment"), axis=0)
