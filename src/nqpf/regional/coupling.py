r"""Coupling coordination of systems, in the classic and in the corrected definition.

Each system :math:`U_i` lies in [0, 1]. Development is :math:`T = \sum_i \alpha_i U_i`,
coordination :math:`D = \sqrt{C T}`. The definitions differ in the coupling C:

* classic, with the root and the coefficient that keep it in [0, 1]:
  :math:`C = (\prod_i U_i)^{1/n} / (\frac1n \sum_i U_i)`, for two systems
  :math:`2\sqrt{U_1 U_2}/(U_1 + U_2)`. It is near one for almost all pairs of values.
* corrected, which spreads C over [0, 1]:
  :math:`C = \sqrt{[1 - \sum_{i>j} |U_i - U_j| / \frac{n(n-1)}2]
  \times (\prod_i U_i/\max_i U_i)^{1/(n-1)}}`, for two systems
  :math:`\sqrt{(1 - |U_1 - U_2|) \min(U)/\max(U)}`.

C says how alike the values are, D mixes that with their level. Neither says that one system acts
on the other; show the scatter of the systems beside them. Where all systems are zero C is
undefined (missing) and D is zero.

References
----------
Classic: Liao (1999), Tropical Geography 19(2), 171-177 (grades); Liu (2017), Journal of Huaiyin
Teachers College (Natural Science) 16(1), 18-22, on roots and coefficients left out by others.
Corrected: Wang, Kong, Ren, Zhi and Dai (2021), Journal of Natural Resources 36(3), 793-810.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nqpf.errors import StudyError

GRADES = (
    "extreme imbalance",
    "severe imbalance",
    "moderate imbalance",
    "mild imbalance",
    "near imbalance",
    "bare coordination",
    "primary coordination",
    "intermediate coordination",
    "good coordination",
    "quality coordination",
)


def coupling_classic(
    systems: pd.DataFrame, weights: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Coupling as geometric over arithmetic mean.

    Parameters
    ----------
    systems : DataFrame, rows x systems
        Values in [0, 1], two systems or more; rows with a missing value stay, missing.
    weights : mapping, optional
        Positive weight of every system in T, need not sum to one; equal when left out.

    Returns
    -------
    DataFrame, same rows: coupling, development, coordination.

    Raises
    ------
    StudyError
        Fewer than two systems, values outside [0, 1], weights of other systems.
    """
    U, T = _systems(systems, weights)
    mean = U.mean(axis=1)
    root = np.prod(U, axis=1) ** (1 / U.shape[1])
    coupling = np.divide(root, mean, out=np.full_like(mean, np.nan), where=mean > 0)
    return _coordination(np.minimum(coupling, 1), T, systems.index)


def coupling_corrected(
    systems: pd.DataFrame, weights: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Coupling as corrected by Wang et al. (2021).

    Parameters, returns and errors as in `coupling_classic`.
    """
    U, T = _systems(systems, weights)
    n = U.shape[1]
    pairs = np.triu_indices(n, 1)
    gaps = np.abs(U[:, pairs[0]] - U[:, pairs[1]]).mean(axis=1)
    largest = U.max(axis=1, keepdims=True)
    relative = np.divide(U, largest, out=np.full_like(U, np.nan), where=largest > 0)
    coupling = np.sqrt((1 - gaps) * np.prod(relative, axis=1) ** (1 / (n - 1)))
    return _coordination(coupling, T, systems.index)


def coupling_by_definition(
    systems: pd.DataFrame, weights: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Both definitions side by side, tidy.

    Returns
    -------
    DataFrame: the index levels of `systems`, definition ("classic", "corrected"), coupling,
    development, coordination, grade.
    """
    frames = [
        measure(systems, weights).assign(definition=name)
        for name, measure in (("classic", coupling_classic), ("corrected", coupling_corrected))
    ]
    table = pd.concat(frames).reset_index()
    table["grade"] = coordination_grades(table["coordination"])
    columns = ["definition", "coupling", "development", "coordination", "grade"]
    return table[[*table.columns.difference(columns, sort=False), *columns]]


def coordination_grades(coordination: pd.Series) -> pd.Series:
    """Liao's (1999) ten grades of D, each a tenth of [0, 1], lower bound included."""
    tenth = np.floor(np.round(coordination * 10, 9)).clip(upper=len(GRADES) - 1)
    return tenth.map(dict(enumerate(GRADES))).rename("grade")


def _systems(systems, weights) -> tuple[np.ndarray, np.ndarray]:
    """Values of the systems, and development T."""
    if systems.shape[1] < 2:
        raise StudyError(f"expected at least two systems, got {systems.shape[1]}")
    outside = (systems < 0) | (systems > 1)
    if outside.any(axis=None):
        *row, column = outside.stack().idxmax()
        raise StudyError(
            f"expected systems between 0 and 1, got '{column}' outside in "
            f"{' '.join(map(str, row))}: scale them to common goalposts first"
        )
    if weights is None:
        weights = dict.fromkeys(systems.columns, 1.0)
    if set(weights) != set(systems.columns) or min(weights.values()) <= 0:
        raise StudyError(
            f"expected a positive weight of each of {', '.join(map(str, systems.columns))}, "
            f"got {dict(weights)}"
        )
    alpha = np.array([weights[column] for column in systems.columns], dtype=float)
    U = systems.to_numpy(dtype=float)
    return U, U @ (alpha / alpha.sum())


def _coordination(coupling: np.ndarray, T: np.ndarray, index: pd.Index) -> pd.DataFrame:
    D = np.where(T == 0, 0.0, np.sqrt(coupling * T))
    return pd.DataFrame({"coupling": coupling, "development": T, "coordination": D}, index)
