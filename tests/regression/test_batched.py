"""The batched engine is the displayed estimator, only many times at once."""

import numpy as np
import pytest

from nqpf.errors import StudyError
from nqpf.regression.batched import fit_many
from nqpf.regression.panel import fit_two_way, statsmodels_model
from tests.regression.simulated import simulated_panel


def stacked(panels, regressors):
    """Arrays of several panels on the same rows."""
    X = np.stack([panel[regressors].to_numpy() for panel in panels])
    y = np.stack([panel["y"].to_numpy() for panel in panels])
    index = panels[0].index
    return X, y, index.get_level_values("unit"), index.get_level_values("year")


def same_rows(count, missing, **options):
    """Panels with different values on the same unbalanced rows."""
    rows = simulated_panel(seed=99, missing=missing, **options).index
    return [simulated_panel(seed=seed, **options).loc[rows] for seed in range(count)]


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_one_fit_at_a_time_and_statsmodels(missing, weighted):
    panels = same_rows(7, missing, units=11, years=7, regressors=3)
    names = ["x1", "x2", "x3"]
    X, y, units, years = stacked(panels, names)
    w = panels[0]["w"].to_numpy() if weighted else None
    many = fit_many(X, y, units, years, weights=w)
    for s, panel in enumerate(panels):
        same_weights = panel.assign(w=panels[0]["w"])
        fit = fit_two_way(same_weights, "y", names, weights="w" if weighted else None)
        np.testing.assert_allclose(many.estimate[s], fit.coefficients, rtol=0, atol=1e-10)
        np.testing.assert_allclose(many.se[s], fit.terms["se"], rtol=0, atol=1e-10)
        np.testing.assert_allclose(many.p[s], fit.terms["p"], rtol=1e-8)
        assert many.within_r2[s] == pytest.approx(fit.within_r2, abs=1e-10)
        if not weighted:
            model = statsmodels_model(panel, "y", names)
            np.testing.assert_allclose(many.estimate[s], model.params[names], atol=1e-10)


def test_order_of_rows_and_chunks_do_not_matter(monkeypatch):
    X, y, units, years = stacked(same_rows(9, 0.15, units=9, years=6), ["x1", "x2"])
    plain = fit_many(X, y, units, years)
    shuffled = np.random.default_rng(1).permutation(X.shape[1])
    monkeypatch.setattr("nqpf.regression.batched.CHUNK_BYTES", 1)
    other = fit_many(X[:, shuffled], y[:, shuffled], units[shuffled], years[shuffled])
    np.testing.assert_allclose(other.se, plain.se, rtol=1e-10)
    np.testing.assert_allclose(other.estimate, plain.estimate, rtol=1e-10)


def test_one_outcome_or_one_design_serves_all():
    X, y, units, years = stacked(same_rows(5, 0.1, units=9, years=6), ["x1", "x2"])
    one_y = fit_many(X, y[:1], units, years)
    repeated = fit_many(X, np.repeat(y[:1], 5, axis=0), units, years)
    np.testing.assert_allclose(one_y.se, repeated.se)
    np.testing.assert_allclose(one_y.within_r2, repeated.within_r2)
    one_X = fit_many(X[:1], y, units, years)
    repeated = fit_many(np.repeat(X[:1], 5, axis=0), y, units, years)
    np.testing.assert_allclose(one_X.t, repeated.t)


def test_singular_specifications_are_marked_and_the_rest_fitted():
    X, y, units, years = stacked(same_rows(4, 0.0, units=8, years=6), ["x1", "x2"])
    X[1, :, 1] = 2 * X[1, :, 0]
    X[2, :, 0] = years - 2000.0
    many = fit_many(X, y, units, years)
    assert many.singular.tolist() == [False, True, True, False]
    assert np.isnan(many.estimate[[1, 2]]).all()
    assert np.isnan(many.p[[1, 2]]).all()
    assert np.isfinite(many.p[[0, 3]]).all()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda X, y, u, t: (X[:, :-1], y, u, t), "expected X"),
        (lambda X, y, u, t: (X[:2], y, u, t), "as many outcomes"),
        (lambda X, y, u, t: (X, np.where(y > 1, np.nan, y), u, t), "finite"),
        (lambda X, y, u, t: (X[:, :8], y[:, :8], u[:8], t[:8]), "two rows of every"),
        (lambda X, y, u, t: (np.repeat(X, 30, axis=2), y, u, t), "more rows than parameters"),
    ],
)
def test_bad_input(change, word):
    arrays = stacked(same_rows(3, 0.0, units=6, years=5), ["x1", "x2"])
    with pytest.raises(StudyError, match=word):
        fit_many(*change(*arrays))


def test_bad_weights():
    X, y, units, years = stacked(same_rows(1, 0.0, units=6, years=5), ["x1", "x2"])
    with pytest.raises(StudyError, match="weight"):
        fit_many(X, y, units, years, weights=np.zeros(len(units)))
