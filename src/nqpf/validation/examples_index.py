"""Our numbers for published indices, inequality measures and productivity changes."""

import numpy as np
import pandas as pd

from nqpf.index.aggregate import geometric_mean, topsis
from nqpf.index.normalise import minmax, pooled_goalposts, vector_scale
from nqpf.index.sensitivity import sobol_study
from nqpf.index.weights import critic_weights, entropy_weights
from nqpf.productivity import malmquist
from nqpf.regional.decomposition import decompose_dagum
from nqpf.regional.inequality import gini, gini_corrected, theil_l, theil_t
from nqpf.regional.specialisation import krugman_dissimilarity
from nqpf.validation import samples

ORDINALS = ("first", "second", "third")
# China in 2010: value and goalposts (UNDP, Human Development Report 2010, technical note 1)
LIFE = (73.5, (20.0, 83.2))
MEAN_SCHOOLING = (7.5, (0.0, 13.2))
EXPECTED_SCHOOLING = (11.4, (0.0, 20.6))
EDUCATION = (0.0, 0.951)
INCOME = (np.log(7263), (np.log(163), np.log(108211)))


def entropy() -> dict[str, float]:
    """Two indicators of two units."""
    found = entropy_weights(np.array([[1.0, 2.0], [4.0, 16.0]]))
    return dict(zip(ORDINALS, found, strict=False))


def critic() -> dict[str, float]:
    """Three indicators of eight firms, between their minima and maxima."""
    firms = samples.FIRMS
    found = critic_weights(minmax(firms, np.ones(3), *pooled_goalposts(firms), (0.0, 1.0)))
    return dict(zip(ORDINALS, found, strict=True))


def fighter_aircraft() -> dict[str, float]:
    """Closeness of four aircraft to the best, vector normalisation."""
    scores = vector_scale(samples.AIRCRAFT, samples.AIRCRAFT_SIGNS)
    found = topsis(scores, samples.AIRCRAFT_WEIGHTS, scores.max(axis=0), scores.min(axis=0))
    return {f"A{number + 1}": value for number, value in enumerate(found)}


def human_development() -> dict[str, float]:
    """Life, education and income between goalposts, and their geometric mean."""
    life, income = _score(*LIFE), _score(*INCOME)
    schooling = np.sqrt(_score(*MEAN_SCHOOLING) * _score(*EXPECTED_SCHOOLING))
    education = _score(float(schooling), EDUCATION)
    index = geometric_mean(np.array([[life, education, income]]), np.full(3, 1 / 3))[0]
    return {"life": life, "education": education, "income": income, "index": float(index)}


def sobol() -> dict[str, float]:
    """First-order and total indices of a function whose indices are known."""
    table = sobol_study(samples.ishigami, list("abc"), ["y"], points=2**13, seed=1)
    out = {}
    for number, row in enumerate(table.itertuples(), start=1):
        out |= {f"first {number}": row.first, f"total {number}": row.total}
    return out


def theil() -> dict[str, float]:
    """Five incomes."""
    incomes = [10, 10, 10, 20, 50]
    return {"L": theil_l(incomes), "T": theil_t(incomes)}


def gini_examples() -> dict[str, float]:
    """Four shares, six classes of income, sixteen Länder."""
    income, people = [500, 1500, 2500, 4000, 7500, 15000], [1000, 1200, 1600, 400, 200, 600]
    return {
        "plain": gini([20, 50, 20, 10]),
        "corrected": gini_corrected([20, 50, 20, 10]),
        "weighted": gini(income, people),
        "Länder": gini(samples.LAENDER),
    }


def dagum() -> dict[str, float]:
    """Ten values in three overlapping groups."""
    split = decompose_dagum([1, 2, 3, 2, 4, 9, 5, 6, 10, 11], list("AAABBBCCCC"))
    return {
        "total": split.gini,
        "within": split.within,
        "net between": split.net_between,
        "overlap": split.transvariation,
    }


def krugman() -> dict[str, float]:
    """Two regions without a common industry."""
    structure = pd.DataFrame([[20, 10, 70, 0, 0], [0, 0, 0, 60, 40]], ["a", "b"])
    return {"K": float(krugman_dissimilarity(structure).loc["a", "b"])}


def malmquist_parts() -> dict[str, float]:
    """Changes of five firms from the first to the second year."""
    second = malmquist(samples.deap(), ["x"], ["y"]).xs(2, level="year")
    return {
        f"{part} {unit}": float(second.loc[unit, part])
        for part in ("effch", "techch", "pech", "tfpch")
        for unit in second.index
    }


def _score(value: float, goalposts: tuple[float, float]) -> float:
    """Place of a value between two goalposts."""
    low, high = (np.array([end]) for end in goalposts)
    return float(minmax(np.array([value]), np.ones(1), low, high, (0.0, 1.0))[0])
