import numpy as np
import pytest
from scipy import stats

from nqpf.errors import StudyError
from nqpf.index import normalise as n
from tests.index.panels import panel

UP = np.ones(6)
SIGNS = np.array([1.0, 1, -1, 1, -1, 1])


@pytest.fixture
def values():
    return panel().to_numpy().reshape(8, 5, 6).swapaxes(0, 1).copy()


def test_pooled_minmax_reaches_both_ends_once_over_all_years(values):
    scores = n.minmax(values, SIGNS, *n.pooled_goalposts(values))
    assert scores.min(axis=(0, 1)) == pytest.approx(0, abs=1e-12)
    assert scores.max(axis=(0, 1)) == pytest.approx(100)
    worst = values[..., 2].argmax()
    assert scores[..., 2].ravel()[worst] == pytest.approx(0, abs=1e-12)


def test_base_goalposts_bind_the_base_year_only(values):
    scores = n.minmax(values, UP, *n.base_goalposts(values, 0))
    assert (scores[0].min(axis=0), scores[0].max(axis=0)) == (
        pytest.approx(0, abs=1e-12),
        pytest.approx(100),
    )
    assert scores.max() > 100


def test_yearly_goalposts_use_the_whole_scale_every_year(values):
    scores = n.minmax(values, UP, *n.yearly_goalposts(values))
    assert scores.min(axis=1) == pytest.approx(0, abs=1e-12)
    assert scores.max(axis=1) == pytest.approx(100)


def test_z_scores_agree_with_scipy_and_take_a_scale(values):
    flat = values.reshape(-1, 6)
    expected = stats.zscore(flat, ddof=1) * SIGNS
    assert n.zscore(values, SIGNS).reshape(-1, 6) == pytest.approx(expected)
    scaled = n.zscore(values, SIGNS, (100, 10)).reshape(-1, 6)
    assert scaled == pytest.approx(100 + 10 * expected)


def test_ranks_are_pooled_shared_in_ties_and_skip_missing_cells():
    x = np.array([[[1.0], [2.0], [2.0]], [[9.0], [np.nan], [4.0]]])
    scores = n.rank_scale(x, np.array([1.0]))
    assert scores[0, :, 0].tolist() == pytest.approx([0, 37.5, 37.5])
    assert scores[1, [0, 2], 0].tolist() == pytest.approx([100, 75])
    assert np.isnan(scores[1, 1, 0])
    assert np.nansum(n.rank_scale(x, np.array([-1.0])) + scores) == pytest.approx(500)


def test_the_frontier_scores_a_hundred_on_either_direction(values):
    scores = n.distance_to_frontier(values, SIGNS)
    assert scores.max(axis=(0, 1)) == pytest.approx(100)
    assert scores[..., 0] == pytest.approx(100 * values[..., 0] / values[..., 0].max())
    assert scores[..., 2] == pytest.approx(100 * values[..., 2].min() / values[..., 2])


def test_the_reference_itself_scores_a_hundred(values):
    scores = n.distance_to_reference(values, SIGNS, values[0, 3])
    assert scores[0, 3] == pytest.approx(100)


@pytest.mark.parametrize("bad", [-1.0, 0.0])
def test_a_ratio_of_unsuitable_values_is_refused(values, bad):
    values[0, 0, 2] = bad
    with pytest.raises(StudyError, match="needs positive values"):
        n.distance_to_frontier(values, SIGNS)


def test_vector_scores_have_length_one(values):
    scores = n.vector_scale(values, SIGNS)
    assert (scores**2).sum(axis=(0, 1)) == pytest.approx(1)
    with pytest.raises(StudyError, match="zero everywhere"):
        n.vector_scale(values * np.array([1, 1, 1, 1, 1, 0.0]), SIGNS)


def test_mazziotta_pareto_goalposts_score_70_and_130_around_the_reference(values):
    reference = values[0].mean(axis=0)
    scores = n.mazziotta_pareto_scale(values, UP, reference)
    assert scores[0].mean(axis=0) == pytest.approx(100)
    half = np.ptp(values, axis=(0, 1)) / 2
    posts = np.stack([reference - half, reference + half])
    low, high = values.min(axis=(0, 1)), values.max(axis=(0, 1))
    assert 100 + (posts - reference) * 60 / (high - low) == pytest.approx(
        np.array([[70.0] * 6, [130.0] * 6])
    )
    assert np.ptp(scores, axis=(0, 1)) == pytest.approx(60)


@pytest.mark.parametrize("scale", [n.zscore, n.rank_scale])
def test_a_constant_indicator_is_refused_by_number(values, scale):
    values[..., 4] = 7.0
    with pytest.raises(StudyError, match="number 5 does not vary"):
        scale(values, UP)
    with pytest.raises(StudyError, match="number 5 does not vary"):
        n.minmax(values, UP, *n.pooled_goalposts(values))


def test_rounding_noise_is_no_variation():
    x = np.array([[0.1 + 0.2], [0.3]])
    with pytest.raises(StudyError, match="does not vary"):
        n.minmax(x, np.ones(1), *n.pooled_goalposts(x))


def test_the_chinese_human_development_index_of_2010(golden):
    import json

    found = json.loads((golden("hdi2010_china") / "expected.json").read_text())["expected"]
    given, posts = found["inputs"], found["goalposts"]

    def score(value, post):
        return float(n.minmax(np.array([value]), np.ones(1), *map(np.array, post), (0, 1))[0])

    life = score(given["life_exp"], posts["life"])
    mean = score(given["mean_school"], posts["mean_school"])
    expected = score(given["exp_school"], posts["exp_school"])
    education = score(np.sqrt(mean * expected), posts["edu_combined"])
    income = score(np.log(given["gni_ppp"]), np.log(posts["gni"]))
    from nqpf.index.aggregate import geometric_mean

    index = geometric_mean(np.array([[life, education, income]]), np.full(3, 1 / 3))[0]
    assert [life, mean, expected, education, income, index] == pytest.approx(
        [
            found["life_index"],
            found["mean_school_index"],
            found["exp_school_index"],
            found["education_index"],
            found["income_index"],
            found["HDI"],
        ],
        abs=1e-3,
    )
