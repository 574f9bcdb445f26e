"""Links between cities as a gravity formula guesses them from size and distance.

No flow is observed here. Travel time would serve better than the great circle; the result is a
picture of size and distance, not of trade.
"""

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regional.samples import refuse_missing

EARTH_RADIUS_KM = 6371.0088


def great_circle_km(geography: pd.DataFrame) -> pd.DataFrame:
    """Great-circle distances between units by the haversine formula.

    Parameters
    ----------
    geography : DataFrame
        Index unit; columns lon, lat in degrees.

    Returns
    -------
    DataFrame, units x units, km.

    References
    ----------
    Sinnott (1984), Sky and Telescope 68(2), 159.
    """
    for name, limit in (("lon", 180), ("lat", 90)):
        refuse_missing(geography[name], name)
        if (geography[name].abs() > limit).any():
            raise StudyError(f"expected {name} in degrees, at most {limit} either way")
    lon, lat = np.radians(geography[["lon", "lat"]].to_numpy(dtype=float)).T
    chord = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return pd.DataFrame(km, geography.index, geography.index.rename(None))


def gravity_links(
    masses: pd.DataFrame, geography: pd.DataFrame, *, decay: float = 2.0
) -> pd.DataFrame:
    r"""Links :math:`R_{ij} = \sqrt{P_i G_i}\,\sqrt{P_j G_j} / d_{ij}^2` of all pairs.

    Parameters
    ----------
    masses : DataFrame
        Index unit; two columns, population and GDP of one year, in any unit of measure: links mean
        something only beside one another.
    geography : DataFrame
        Index unit, columns lon and lat; may hold more units.
    decay : float
        Power of the distance.

    Returns
    -------
    DataFrame: a, b, km, link, share (of the sum of all links), the strongest first.

    Raises
    ------
    StudyError
        Missing or non-positive masses, units without a position, two units in one place.

    References
    ----------
    Reilly (1931), The Law of Retail Gravitation; Taaffe (1962), Economic Geography 38, 1-14, for
    the form with population and economy.
    """
    if masses.shape[1] != 2 or len(masses) < 2:
        raise StudyError(
            f"expected two units or more with population and GDP, got {masses.shape}: "
            "rows are units, columns the two masses"
        )
    for column in masses:
        refuse_missing(masses[column], f"'{column}'")
    if (masses <= 0).any(axis=None):
        raise StudyError("expected positive population and GDP of every unit")
    unplaced = masses.index.difference(geography.index)
    if len(unplaced):
        raise StudyError(f"expected a position of every unit, got none for {', '.join(unplaced)}")
    km = great_circle_km(geography.loc[masses.index]).to_numpy()
    upper = np.triu_indices(len(masses), 1)
    if not km[upper].all():
        raise StudyError("expected units in different places, got two with a distance of zero")
    size = np.sqrt(masses.prod(axis=1).to_numpy(dtype=float))
    link = (np.outer(size, size)[upper]) / km[upper] ** decay
    names = masses.index.to_numpy()
    pairs = {"a": names[upper[0]], "b": names[upper[1]], "km": km[upper]}
    table = pd.DataFrame({**pairs, "link": link, "share": link / link.sum()})
    return table.sort_values(["link", "a", "b"], ascending=[False, True, True], ignore_index=True)


def gravity_totals(links: pd.DataFrame) -> pd.DataFrame:
    """Sum of each unit's links.

    Parameters
    ----------
    links : DataFrame
        From `gravity_links`.

    Returns
    -------
    DataFrame: unit, total, share (of all units' totals; sum to one), strongest (the unit it is
    linked to most), the largest first.
    """
    both = pd.concat([links, links.rename(columns={"a": "b", "b": "a"})])
    ordered = both.sort_values(["a", "link", "b"], ascending=[True, False, True])
    table = ordered.groupby("a").agg(total=("link", "sum"), strongest=("b", "first"))
    table = table.rename_axis("unit").reset_index()
    table.insert(2, "share", table["total"] / table["total"].sum())
    return table.sort_values(["total", "unit"], ascending=[False, True], ignore_index=True)
