import itertools

import numpy as np
import pytest

from nqpf.errors import StudyError
from nqpf.regression.multiverse.forms import (
    Scores,
    pair_coefficients,
    pair_products,
    scores_from,
    together,
)
from nqpf.regression.multiverse.wild_many import (
    SignedForms,
    exact_share,
    extreme_form,
    wild_p_many,
)
from nqpf.regression.wild import flips
from nqpf.regression.wild_margins import TIE


def random_scores(count, groups, seed=0):
    rng = np.random.default_rng(seed)
    H = rng.normal(size=(count, groups, groups))
    return rng.normal(size=(count, groups)), H.transpose(0, 2, 1) @ H


@pytest.mark.parametrize("groups", [2, 3, 5, 8, 11])
def test_exact_share_counts_every_corner(groups):
    n, M = random_scores(3, groups, seed=groups)
    V = np.array(list(itertools.product([1.0, -1.0], repeat=groups)))
    t2 = (V @ n.T) ** 2 / np.einsum("bg,sgh,bh->bs", V, M, V)
    own = n.sum(axis=1) ** 2 / M.sum(axis=(1, 2))
    expected = (t2 >= own * (1 - 1e-9)).mean(axis=0)
    np.testing.assert_array_equal(wild_p_many(Scores(n, M), draws=9, seed=None), expected)


def test_the_form_vanishes_at_the_sample_and_its_mirror():
    Q = extreme_form(Scores(*random_scores(4, 7)))
    np.testing.assert_allclose(Q.sum(axis=(1, 2)), 0, atol=1e-12)
    assert exact_share(Q[0]) >= 2 / 2**7


def test_pairs_give_the_quadratic_form():
    _, M = random_scores(3, 6)
    V = 1 - 2 * flips(6)
    expected = np.einsum("bg,sgh,bh->bs", V, M, V)
    np.testing.assert_allclose(pair_coefficients(M) @ pair_products(V), expected.T)


def test_above_the_exact_limit_a_seed_is_needed_and_decides():
    n, M = random_scores(5, 24)
    with pytest.raises(StudyError, match="seed"):
        wild_p_many(Scores(n, M), draws=99, seed=None)
    one, again, other = (wild_p_many(Scores(n, M), draws=199, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert ((one >= 1 / 200) & (one <= 1)).all()


def test_singular_specifications_have_no_p_and_leave_the_others_alone():
    n, M = random_scores(3, 6)
    alone = wild_p_many(Scores(n, M), draws=9, seed=1)
    n[1] = np.nan
    p = wild_p_many(Scores(n, M), draws=9, seed=1)
    assert np.isnan(p[1])
    np.testing.assert_array_equal(p[[0, 2]], alone[[0, 2]])
    with pytest.raises(StudyError, match="expected n"):
        Scores(n, M[:2])


def test_with_many_clusters_lengths_come_from_the_thin_form():
    rng = np.random.default_rng(2)
    n, left, right = rng.normal(size=(3, 70)), *rng.normal(size=(2, 3, 70, 4))
    thin = scores_from(n, left, right)
    assert thin.M is None
    H = np.einsum("sg,gh->sgh", n, np.eye(70)) - left @ right.transpose(0, 2, 1)
    dense = Scores(n, H.transpose(0, 2, 1) @ H)
    signs = 2.0 * rng.integers(0, 2, (50, 70)) - 1
    np.testing.assert_allclose(thin.lengths(signs), dense.lengths(signs))
    both = together([thin, scores_from(n[:1], left[:1, :, :2], right[:1, :, :2])])
    assert both.left.shape == (4, 70, 4)
    p = wild_p_many(thin, draws=99, seed=1)
    np.testing.assert_array_equal(p, wild_p_many(dense, draws=99, seed=1))
    with pytest.raises(StudyError, match="expected M, or L and R"):
        Scores(n)


def test_where_single_precision_could_err_forms_are_taken_in_double():
    products = pair_products(1 - 2 * flips(3))
    row = np.array([1.0, 2.0, -1.0, 1.0]) / 3
    row[-1] -= row @ products[:, 0]  # the form of the first vector is zero
    steps = np.array([-5e-9, -2e-9, 0.0, 5e-9])
    coefficients = np.tile(row, (4, 1))
    coefficients[:, -1] += steps
    exact = coefficients @ products >= -TIE
    assert exact[:, 0].tolist() == [False, False, True, True]
    single = coefficients.astype(np.float32) @ products.astype(np.float32) >= -TIE
    assert (single != exact).any()
    found = SignedForms(coefficients).not_negative(products.astype(np.float32))
    np.testing.assert_array_equal(found, exact)
