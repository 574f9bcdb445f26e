import numpy as np
import pytest
from statsmodels.nonparametric.kernel_regression import KernelReg

from nqpf.errors import StudyError
from nqpf.index import IndexOptions, build_index
from nqpf.index import importance as imp
from tests.index.panels import panel, tree


@pytest.fixture
def x():
    return np.random.default_rng(1).normal(size=300)


def test_a_straight_line_gives_the_squared_correlation(x):
    noise = np.random.default_rng(2).normal(size=300)
    y = 2 * x + noise
    assert imp.correlation_ratio(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2, abs=0.04)
    assert imp.correlation_ratio(x, -3 * x + 1) == pytest.approx(1)


def test_a_parabola_is_important_though_uncorrelated(x):
    y = x**2
    assert np.corrcoef(x, y)[0, 1] ** 2 < 0.1
    assert imp.correlation_ratio(x, y) > 0.98


def test_noise_is_not_important(x):
    ratio = imp.correlation_ratio(x, np.random.default_rng(9).normal(size=300))
    assert ratio < 0.03


@pytest.mark.parametrize("signal", [0.5, 1.0, 2.0])
def test_the_ratio_of_a_sine_is_its_share_of_the_variance(signal):
    rng = np.random.default_rng(5)
    x = rng.uniform(0, 2 * np.pi, 800)
    y = signal * np.sqrt(2) * np.sin(x) + rng.normal(size=800)
    truth = signal**2 / (1 + signal**2)
    assert imp.correlation_ratio(x, y) == pytest.approx(truth, abs=0.05)


@pytest.mark.filterwarnings("ignore::FutureWarning")  # statsmodels' own
def test_the_curve_agrees_with_statsmodels_local_linear_regression(x):
    standard = (x - x.mean()) / x.std()
    y = np.sin(2 * standard)
    fitted, _ = imp._local_linear(standard[None, :] - standard[:, None], y, 0.3)
    oracle = KernelReg(y, standard, "c", reg_type="ll", bw=[0.3]).fit()[0]
    assert fitted == pytest.approx(oracle, abs=1e-8)


def test_missing_pairs_are_left_out_and_poor_input_is_refused(x):
    y = x**3
    hole = x.copy()
    hole[:20] = np.nan
    assert imp.correlation_ratio(hole, y) == pytest.approx(imp.correlation_ratio(x[20:], y[20:]))
    with pytest.raises(StudyError, match="10 complete pairs, got 5"):
        imp.correlation_ratio(x[:5], y[:5])
    with pytest.raises(StudyError, match="both variables to vary"):
        imp.correlation_ratio(np.ones(300), y)


def test_concentration_measures_have_their_known_values():
    assert imp.effective_number(np.full(8, 0.125)) == pytest.approx(8)
    assert imp.effective_number(np.array([1.0, 0, 0])) == pytest.approx(1)
    assert imp.largest_to_smallest(np.array([0.6, 0.3, 0.1])) == pytest.approx(6)
    assert imp.largest_to_smallest(np.array([1.0, 0.0])) == np.inf


def test_equal_weights_are_not_equal_importance():
    data = panel(units=20)
    data["i3"] = data["i0"] * 1.1  # repeats i0: the pair moves its element and the index
    result = build_index(data, tree())
    table = imp.importance_of_indicators(result)
    assert table["weight"].to_numpy() == pytest.approx(1 / 6)
    assert table["importance"].sum() == pytest.approx(1)
    assert table.loc["i0", "gap"] > 0
    assert (table["correlation_ratio"] >= table["r_squared"] - 0.02).all()
    summary = imp.concentration(result)
    assert summary["effective_by_weight"] == pytest.approx(6)
    assert summary["effective_by_importance"] < 6
    elements = imp.importance_of_elements(result, year=2012)
    assert elements["weight"].to_numpy() == pytest.approx(1 / 3)
    with pytest.raises(StudyError, match="year 1999"):
        imp.importance_of_indicators(result, year=1999)


def test_weights_of_every_year_enter_by_their_mean():
    options = IndexOptions(weights="entropy", weights_scope="yearly", element_weights="implied")
    result = build_index(panel(units=12), tree(), options)
    table = imp.importance_of_indicators(result)
    means = result.weights["effective"].groupby(level="indicator").mean()
    assert table["weight"].to_numpy() == pytest.approx(means[table.index].to_numpy())
    assert imp.importance_of_elements(result)["weight"].sum() == pytest.approx(1)
