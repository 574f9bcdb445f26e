"""Quantile regression as displayed in the notebooks: statsmodels, against a linear program."""

import json

import numpy as np
import pytest
from scipy.optimize import linprog
from statsmodels.datasets import engel
from statsmodels.regression.quantile_regression import QuantReg


def by_linear_program(y, X, tau):
    """Koenker and Bassett (1978): residuals split into what is above and below."""
    n, k = X.shape
    cost = np.concatenate([np.zeros(2 * k), np.full(n, tau), np.full(n, 1 - tau)])
    rows = np.hstack([X, -X, np.eye(n), -np.eye(n)])
    b = linprog(cost, A_eq=rows, b_eq=y, method="highs").x[: 2 * k]
    return b[:k] - b[k:]


def test_food_expenditure_of_engel(golden):
    expected = json.loads((golden("quantreg_engel") / "expected.json").read_text())["expected"]
    data = engel.load_pandas().data
    y = data["foodexp"].to_numpy()
    X = np.column_stack([np.ones(len(data)), data["income"]])
    for tau in (0.1, 0.25, 0.5, 0.75, 0.9):
        const, slope = QuantReg(y, X).fit(q=tau).params
        printed = expected[str(tau)]
        assert const == pytest.approx(printed[0], abs=2e-3)
        assert slope == pytest.approx(printed[1], abs=1e-4)
        exact = by_linear_program(y, X, tau)
        assert (const, slope) == (
            pytest.approx(exact[0], abs=2e-2),
            pytest.approx(exact[1], abs=1e-4),
        )
