import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from nqpf.errors import StudyError
from nqpf.regional.specialisation import (
    finger_kreinin,
    herfindahl,
    krugman_dissimilarity,
    krugman_specialisation,
    localisation,
    location_quotients,
    other_units,
    pair_table,
    pooled,
    similarity_order,
    unido_similarity,
)
from tests.regional.panels import quick, structures


def test_krugman_of_a_textbook():
    # Farhauer and Kroell (2013): nothing in common
    structure = pd.DataFrame([[20, 10, 70, 0, 0], [0, 0, 0, 60, 40]], ["a", "b"])
    assert krugman_dissimilarity(structure).loc["a", "b"] == pytest.approx(2)
    assert finger_kreinin(structure).loc["a", "b"] == 0
    assert unido_similarity(structure).loc["a", "b"] == 0


def test_krugman_of_goettingen(golden):
    data = pd.read_csv(golden("krugman_goettingen") / "goettingen.csv").iloc[1:16]
    city = data["Goettingen2017"].to_frame("Göttingen").T
    found = krugman_specialisation(city, reference=data["BRD2017"])
    assert found["Göttingen"] == pytest.approx(0.4508469, abs=1e-6)


@quick
@given(structures())
def test_mean_location_quotient_is_one(structure):
    weights = structure.sum(axis=1) / structure.to_numpy().sum()
    mean = location_quotients(structure).mul(weights, axis=0).sum()
    assert mean.to_numpy() == pytest.approx(np.ones(len(mean)))


@quick
@given(structures())
def test_similarity_is_symmetric_with_one_on_the_diagonal(structure):
    for measure in (unido_similarity, finger_kreinin):
        matrix = measure(structure).to_numpy()
        assert (matrix == matrix.T).all()
        assert (np.diag(matrix) == 1).all()
        assert ((matrix >= 0) & (matrix <= 1 + 1e-12)).all()


@quick
@given(structures())
def test_finger_kreinin_is_one_less_half_of_krugman(structure):
    total = finger_kreinin(structure) + krugman_dissimilarity(structure) / 2
    assert total.to_numpy() == pytest.approx(np.ones(total.shape))


@quick
@given(structures())
def test_only_shares_matter_to_pairs(structure):
    scaled = structure.mul(np.arange(1, len(structure) + 1), axis=0)
    for measure in (unido_similarity, finger_kreinin, krugman_dissimilarity):
        assert measure(scaled).to_numpy() == pytest.approx(measure(structure).to_numpy())
    assert herfindahl(scaled).to_numpy() == pytest.approx(herfindahl(structure).to_numpy())


@quick
@given(structures())
def test_herfindahl_and_localisation_stay_in_range(structure):
    h = herfindahl(structure)
    assert ((h >= 1 / structure.shape[1] - 1e-12) & (h <= 1 + 1e-12)).all()
    assert localisation(structure).between(-1e-12, 1).all()


@quick
@given(structures())
def test_unido_is_the_cosine(structure):
    from scipy.spatial.distance import cosine

    a, b = structure.iloc[0], structure.iloc[1]
    assert unido_similarity(structure).iloc[0, 1] == pytest.approx(1 - cosine(a, b), abs=1e-9)


def test_references():
    structure = pd.DataFrame([[1.0, 3.0], [3.0, 1.0], [6.0, 6.0]], list("abc"), ["x", "y"])
    assert pooled(structure).tolist() == [10, 10]
    others = other_units(structure)
    assert others.loc["c"].tolist() == [4, 4]
    assert krugman_specialisation(structure, others)["a"] == pytest.approx(
        abs(1 / 4 - 9 / 16) + abs(3 / 4 - 7 / 16)
    )
    assert krugman_specialisation(structure)["c"] == 0
    assert location_quotients(structure, pd.Series({"y": 1.0, "x": 3.0})).loc["a"].tolist() == [
        pytest.approx(1 / 3),
        3,
    ]


def test_localisation_of_hand_made_sectors():
    structure = pd.DataFrame({"alone": [4.0, 0.0], "even": [4.0, 8.0]}, ["a", "b"])
    assert localisation(structure)["alone"] == pytest.approx(0.5)
    assert localisation(structure, pd.Series({"b": 2.0, "a": 1.0}))["even"] == pytest.approx(0)


def test_pairs_come_with_the_most_alike_first():
    structure = pd.DataFrame([[1, 9], [2, 8], [9, 1]], ["a", "b", "c"])
    table = pair_table(structure)
    assert table.columns.tolist() == ["a", "b", "unido", "finger_kreinin", "krugman"]
    assert table.iloc[0][["a", "b"]].tolist() == ["a", "b"]
    assert len(table) == 3
    order = similarity_order(unido_similarity(structure))
    assert abs(order.index("a") - order.index("b")) == 1
    assert sorted(order) == ["a", "b", "c"]
    assert similarity_order(unido_similarity(structure.iloc[:2])) == ["a", "b"]


def test_bad_structures_are_named():
    base = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], ["a", "b"], ["x", "y"])
    for cell, said in ((np.nan, "missing"), (-1.0, "negative")):
        broken = base.copy()
        broken.loc["b", "y"] = cell
        with pytest.raises(StudyError, match=f"1 {said}, the first in b, y"):
            herfindahl(broken)
    idle = base.copy()
    idle.loc["a"] = 0
    with pytest.raises(StudyError, match="some output, got a"):
        unido_similarity(idle)
    with pytest.raises(StudyError, match="every sector once"):
        herfindahl(base.set_axis(["x", "x"], axis=1))
    with pytest.raises(StudyError, match="got none in x"):
        location_quotients(base.assign(x=0.0))
    with pytest.raises(StudyError, match="missing, the first in reference, y"):
        location_quotients(base, pd.Series({"x": 1.0}))
    for few in (pair_table, other_units):
        with pytest.raises(StudyError, match="two units"):
            few(base.iloc[:1])
