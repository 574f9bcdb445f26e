import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nqpf.errors import StudyError
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.multiverse.rows import distinct, split
from nqpf.regression.multiverse.run import run_multiverse
from nqpf.regression.panel import fit_first_difference, fit_two_way
from tests.regression.multiverse.grids import small_multiverse

RESULTS = ["estimate", "se", "t", "p_crv1", "p_wild", "n", "clusters"]


@pytest.fixture(scope="module")
def fitted():
    panel, specifications = small_multiverse(12, 8, seed=2, effect=0.3)
    panel = panel.drop(panel.index[[3, 20, 47]])
    return panel, run_multiverse(panel, specifications, draws=199, seed=1, joint_draws=99)


def sample_of(panel, one):
    years = panel.index.get_level_values("year")
    kept = (years >= one["first"]) & (years <= one["last"])
    kept &= ~panel.index.get_level_values("unit").isin(split(one["without"]))
    return panel[kept]


def test_sampled_specifications_are_the_one_by_one_fits(fitted):
    panel, multiverse = fitted
    plain = multiverse.table[multiverse.table["estimator"] != "unit trends"]
    for _, one in plain.sample(16, random_state=1).iterrows():
        estimator = fit_two_way if one["estimator"] == "within" else fit_first_difference
        terms = [one["factor"], *split(one["controls"])]
        fit = estimator(sample_of(panel, one), one["outcome"], terms)
        wild = wild_cluster_test(fit, one["factor"], draws=199, seed=1)
        assert one["estimate"] == pytest.approx(fit.coefficients[0], abs=1e-10)
        assert one["se"] == pytest.approx(fit.term(one["factor"])["se"], abs=1e-10)
        assert one["p_wild"] == wild.p
        assert (one["n"], one["clusters"]) == (fit.n, fit.clusters)


def test_sampled_specifications_are_those_of_statsmodels(fitted):
    panel, multiverse = fitted
    within = multiverse.table[multiverse.table["estimator"] != "first differences"]
    for _, one in within.sample(12, random_state=2).iterrows():
        sample = sample_of(panel, one)
        units, years = (sample.index.get_level_values(name) for name in ("unit", "year"))
        dummies = [pd.get_dummies(units, dtype=float).to_numpy(),
                   pd.get_dummies(years, dtype=float).to_numpy()[:, 1:]]  # fmt: skip
        if one["estimator"] == "unit trends":
            dummies.append(dummies[0][:, 1:] * (years.to_numpy(float) - 2003)[:, None])
        X = np.hstack([sample[[one["factor"], *split(one["controls"])]].to_numpy(), *dummies])
        model = sm.OLS(sample[one["outcome"]].to_numpy(), X).fit()
        assert one["estimate"] == pytest.approx(model.params[0], abs=1e-10)


def test_results_do_not_depend_on_the_order_of_specifications(fitted):
    panel, multiverse = fitted
    mixed = multiverse.table.drop(columns=RESULTS).sample(frac=1, random_state=3)
    again = run_multiverse(panel, mixed, draws=199, seed=1, joint_draws=99)
    pd.testing.assert_frame_equal(again.table.sort_index(), multiverse.table)
    np.testing.assert_array_equal(again.positive, multiverse.positive)


def test_flips_at_the_sample_are_the_estimates(fitted):
    _, multiverse = fitted
    total = multiverse.flips.sum(axis=1)
    np.testing.assert_allclose(total, multiverse.table["estimate"], atol=1e-12)
    left_out = multiverse.table["without"] == "u000"
    assert (multiverse.flips[left_out.to_numpy(), 0] == 0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outcome": "wages"}, "no column wages"),
        ({"without": "Atlantis"}, "cannot leave out Atlantis"),
        ({"estimator": "magic"}, "expected estimators"),
    ],
)
def test_specifications_that_the_panel_cannot_serve_are_refused(change, message):
    panel, specifications = small_multiverse()
    with pytest.raises(StudyError, match=message):
        run_multiverse(panel, specifications.assign(**change), draws=99, seed=1)
    with pytest.raises(StudyError, match="need the columns factor"):
        run_multiverse(panel, specifications.drop(columns="factor"), draws=99, seed=1)


def test_the_same_regression_by_another_name_counts_once():
    panel, specifications = small_multiverse()
    years = panel.index.get_level_values("year")
    panel.loc[years > 2005, "z"] = np.nan
    short = specifications.assign(last=2005, primary=False)
    both = pd.concat([short, specifications], ignore_index=True)
    kept, repeated = distinct(panel, both)
    assert len(repeated) == 36  # the outcome that ends in 2005 has one sample, not two
    assert set(repeated["outcome"]) == {"z"}
    assert kept["primary"].sum() == 1
