"""What units produce, and how alike they are.

A structure is a DataFrame with a row per unit, a column per sector, and what each makes (output,
value added, employment), in one unit of measure, at least zero. Measures of one unit or one pair
need only its shares, so per cent of the unit's GDP serve as well; those against the pooled
structure (location quotients, specialisation, localisation) need amounts that add up over units.
"""

import numpy as np
import pandas as pd

from nqpf.errors import StudyError
from nqpf.regional.concentration import hoover


def sector_shares(structure: pd.DataFrame) -> pd.DataFrame:
    """Share of each sector in its unit: rows sum to one.

    Raises
    ------
    StudyError
        Missing or negative cells, units without any output, repeated names (all named).
    """
    amounts = structure.astype(float)
    if not amounts.index.is_unique or not amounts.columns.is_unique:
        raise StudyError("expected a structure with every unit and every sector once")
    for bad, said in ((~np.isfinite(amounts), "missing"), (amounts < 0, "negative")):
        if bad.any(axis=None):
            unit, sector = bad.stack().idxmax()
            raise StudyError(
                f"expected amounts of at least zero in all sectors, got {int(bad.sum().sum())} "
                f"{said}, the first in {unit}, {sector}: leave the unit or the sector out by name"
            )
    empty = amounts.index[amounts.sum(axis=1) == 0]
    if len(empty) or amounts.empty:
        raise StudyError(
            f"expected units with some output, got {', '.join(map(str, empty)) or 'no unit'}"
        )
    return amounts.div(amounts.sum(axis=1), axis=0)


def pooled(structure: pd.DataFrame) -> pd.Series:
    """Amounts of all units together, by sector."""
    sector_shares(structure)
    return structure.sum().astype(float)


def other_units(structure: pd.DataFrame) -> pd.DataFrame:
    """Amounts of all other units together, for each unit: a reference without the unit itself."""
    if len(structure) < 2:
        raise StudyError("expected at least two units to compare one with the others, got one")
    return pooled(structure) - structure


def location_quotients(structure: pd.DataFrame, reference=None) -> pd.DataFrame:
    r"""Location quotients :math:`LQ_{is} = (x_{is}/x_i) / (x_s/x)`.

    Above one: the sector weighs more in the unit than in the reference. Against the pooled
    structure their mean, weighted by the units' totals, is one in each sector.

    Parameters
    ----------
    structure : DataFrame, units x sectors
    reference : Series by sector, or DataFrame like structure, optional
        Amounts compared with, one for all or one for each unit; pooled units when left out.

    Raises
    ------
    StudyError
        A sector without output in the reference.

    References
    ----------
    Hoover (1936), Review of Economic Statistics 18, 162-171; Isard (1960), Methods of Regional
    Analysis, chapter 7.
    """
    own, base = sector_shares(structure), _reference_shares(structure, reference)
    empty = base.columns[(base == 0).any()]
    if len(empty):
        raise StudyError(
            f"expected output of every sector in the reference, got none in {', '.join(empty)}: "
            "leave the sector out"
        )
    return own / base


def krugman_specialisation(structure: pd.DataFrame, reference=None) -> pd.Series:
    r"""Krugman's index :math:`K_i = \sum_s |x_{is}/x_i - x_s/x|` of each unit.

    0: same structure as the reference, 2: nothing in common. A large unit makes up much of the
    pooled structure and so looks less specialised; `other_units` gives a reference without it.

    Parameters
    ----------
    structure, reference
        As in `location_quotients`.

    References
    ----------
    Krugman (1991), Geography and Trade, appendix B.
    """
    gaps = (sector_shares(structure) - _reference_shares(structure, reference)).abs()
    return gaps.sum(axis=1).rename("krugman_specialisation")


def krugman_dissimilarity(structure: pd.DataFrame) -> pd.DataFrame:
    r"""Krugman's index of every pair, :math:`\sum_s |s_{is} - s_{js}|`, 0 to 2; units x units."""
    shares = sector_shares(structure).to_numpy()
    return _matrix(np.abs(shares[:, None] - shares).sum(axis=-1), structure)


def unido_similarity(structure: pd.DataFrame) -> pd.DataFrame:
    r"""UNIDO's similarity :math:`\sum_s s_{is}s_{js} / \sqrt{\sum_s s_{is}^2 \sum_s s_{js}^2}`.

    The cosine of two structures, between 0 and 1; large sectors rule it. Symmetric, units x units.

    References
    ----------
    UNIDO (1979), World Industry since 1960: Progress and Prospects.
    """
    shares = sector_shares(structure).to_numpy()
    length = np.sqrt((shares**2).sum(axis=1))
    cosine = np.clip(shares @ shares.T / np.outer(length, length), 0, 1)
    np.fill_diagonal(cosine, 1)
    return _matrix((cosine + cosine.T) / 2, structure)


def finger_kreinin(structure: pd.DataFrame) -> pd.DataFrame:
    r"""Finger and Kreinin's overlap :math:`\sum_s \min(s_{is}, s_{js})`, between 0 and 1.

    Equals one less half of Krugman's dissimilarity.

    References
    ----------
    Finger and Kreinin (1979), Economic Journal 89, 905-912.
    """
    shares = sector_shares(structure).to_numpy()
    overlap = np.minimum(shares[:, None], shares).sum(axis=-1)
    np.fill_diagonal(overlap, 1)
    return _matrix(overlap, structure)


def herfindahl(structure: pd.DataFrame) -> pd.Series:
    r"""Herfindahl index :math:`\sum_s s_{is}^2` of each unit: 1/sectors to 1.

    Its inverse is the number of sectors of equal size that would give the same value.

    References
    ----------
    Hirschman (1964), American Economic Review 54, 761-762.
    """
    return (sector_shares(structure) ** 2).sum(axis=1).rename("herfindahl")


def localisation(structure: pd.DataFrame, sizes: pd.Series | None = None) -> pd.Series:
    """Hoover's coefficient of localisation of each sector over the units, 0 to 1.

    Parameters
    ----------
    structure : DataFrame, units x sectors
        Amounts.
    sizes : Series by unit, optional
        What sectors are compared with; the units' totals when left out.

    References
    ----------
    Hoover (1936), Review of Economic Statistics 18, 162-171.
    """
    pooled(structure)
    base = structure.sum(axis=1) if sizes is None else sizes.reindex(structure.index)
    return structure.apply(hoover, reference=base).rename("localisation")


def pair_table(structure: pd.DataFrame) -> pd.DataFrame:
    """All pairs of units, the most alike first.

    Returns
    -------
    DataFrame: a, b, unido, finger_kreinin, krugman. Pairs of equal similarity in the order of
    their names.
    """
    if len(structure) < 2:
        raise StudyError("expected at least two units to compare, got one")
    upper = np.triu_indices(len(structure), 1)
    measures = {
        "unido": unido_similarity,
        "finger_kreinin": finger_kreinin,
        "krugman": krugman_dissimilarity,
    }
    names = structure.index.to_numpy()
    table = pd.DataFrame(
        {"a": names[upper[0]], "b": names[upper[1]]}
        | {name: measure(structure).to_numpy()[upper] for name, measure in measures.items()}
    )
    return table.sort_values(
        ["unido", "a", "b"], ascending=[False, True, True], kind="stable", ignore_index=True
    )


def similarity_order(similarity: pd.DataFrame) -> list:
    """Units in an order that puts like beside like, for a heat map.

    Average linkage on one less the similarity, leaves turned so that neighbours are closest.

    Parameters
    ----------
    similarity : DataFrame, units x units
        Symmetric, ones on the diagonal.

    References
    ----------
    Bar-Joseph, Gifford and Jaakkola (2001), Bioinformatics 17 (suppl. 1), S22-S29.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    if len(similarity) < 3:
        return list(similarity.index)
    distances = squareform(np.clip(1 - similarity.to_numpy(), 0, None), checks=False)
    tree = optimal_leaf_ordering(linkage(distances, "average"), distances)
    return list(similarity.index[leaves_list(tree)])


def _reference_shares(structure: pd.DataFrame, reference) -> pd.DataFrame:
    """Shares compared with, a row for each unit."""
    if reference is None:
        reference = pooled(structure)
    if isinstance(reference, pd.Series):
        row = reference.reindex(structure.columns).to_frame("reference").T
        shares = sector_shares(row)
        return pd.DataFrame(
            np.repeat(shares.to_numpy(), len(structure), axis=0), structure.index, structure.columns
        )
    return sector_shares(reference.reindex(index=structure.index, columns=structure.columns))


def _matrix(values: np.ndarray, structure: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(values, structure.index, structure.index.rename(None))
