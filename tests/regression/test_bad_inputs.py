"""What every estimator does with the panels that break regressions: an error or a stated answer."""

import numpy as np
import pandas as pd
import pytest

from nqpf.errors import StudyError
from nqpf.regression.inference import wild_cluster_test
from nqpf.regression.mediation import mediate
from nqpf.regression.panel import (
    fit_first_difference,
    fit_long_difference,
    fit_one_way,
    fit_pooled,
    fit_two_way,
)
from nqpf.regression.threshold import fit_threshold
from tests.regression.simulated import simulated_panel


def long_difference(panel, outcome, regressors, **options):
    return fit_long_difference(panel, outcome, regressors, start=2000, end=2005, **options)


def threshold(panel, outcome, regressors, **options):
    return fit_threshold(
        panel, outcome, regressors[1:], switching=regressors[:1], variable=regressors[0],
        seed=1, draws=99, resampling="signs", **options,
    )  # fmt: skip


def mediation(panel, outcome, regressors, **options):
    return mediate(panel, outcome, regressors[0], regressors[1:], draws=99, seed=1, **options)


ESTIMATORS = {
    "two-way": fit_two_way,
    "one-way": fit_one_way,
    "pooled": fit_pooled,
    "first difference": fit_first_difference,
    "long difference": long_difference,
    "threshold": threshold,
    "mediation": mediation,
}
WITHIN = ("two-way", "one-way", "first difference", "long difference", "threshold", "mediation")
CLUSTERED = ("two-way", "one-way", "pooled", "first difference", "mediation")


@pytest.fixture
def panel():
    return simulated_panel(14, 6, 3, seed=21)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_singular_design_is_refused_and_named(panel, name):
    panel["x3"] = panel["x2"] - 2 * panel["x1"]
    with pytest.raises(StudyError, match=r"singular design|collinear"):
        ESTIMATORS[name](panel, "y", ["x1", "x2", "x3"])


@pytest.mark.parametrize("name", CLUSTERED)
def test_one_cluster_is_refused(panel, name):
    with pytest.raises(StudyError, match="two clusters"):
        ESTIMATORS[name](panel.assign(region=1), "y", ["x1", "x2"], cluster="region")


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_missing_outcome_is_refused(panel, name):
    with pytest.raises(StudyError, match="no row has 'y'"):
        ESTIMATORS[name](panel.assign(y=np.nan), "y", ["x1", "x2"])
    with pytest.raises(StudyError, match="expected columns"):
        ESTIMATORS[name](panel.drop(columns="y"), "y", ["x1", "x2"])


@pytest.mark.parametrize("name", WITHIN)
def test_a_regressor_constant_within_units_is_refused_and_named(panel, name):
    panel["x3"] = pd.factorize(panel.index.get_level_values("unit"))[0].astype(float)
    with pytest.raises(StudyError, match="x3"):
        ESTIMATORS[name](panel, "y", ["x1", "x3"])


def test_a_regressor_constant_within_units_is_welcome_where_units_are_compared(panel):
    panel["x3"] = pd.factorize(panel.index.get_level_values("unit"))[0].astype(float)
    assert np.isfinite(fit_pooled(panel, "y", ["x1", "x3"]).terms["se"]).all()


@pytest.mark.parametrize("name", ["two-way", "one-way", "pooled", "first difference"])
def test_fewer_periods_than_regressors_is_fine_while_rows_suffice(name):
    panel = simulated_panel(16, 3, 5, seed=22)
    fit = ESTIMATORS[name](panel, "y", [f"x{k}" for k in range(1, 6)])
    assert fit.n > fit.design.parameters
    wild = wild_cluster_test(fit, "x1")
    assert wild.low < wild.estimate < wild.high


@pytest.mark.parametrize("name", ["two-way", "one-way", "first difference"])
def test_more_parameters_than_rows_are_refused(name):
    panel = simulated_panel(4, 3, 9, seed=23)
    with pytest.raises(StudyError, match="more rows than parameters"):
        ESTIMATORS[name](panel, "y", [f"x{k}" for k in range(1, 10)])


@pytest.mark.parametrize("name", ["two-way", "one-way"])
def test_singletons_are_dropped_counted_and_change_nothing(panel, name):
    alone = panel.loc[["u000"]].iloc[:1].rename(index={"u000": "alone"}, level="unit")
    more = pd.concat([panel, alone]).sort_index()
    fit, same = (ESTIMATORS[name](frame, "y", ["x1", "x2"]) for frame in (more, panel))
    assert fit.dropped.to_dict() == {"only row of its unit": 1}
    pd.testing.assert_frame_equal(fit.terms, same.terms)
    assert wild_cluster_test(fit, "x1").p == wild_cluster_test(same, "x1").p


def test_singletons_leave_mediation_and_thresholds_too(panel):
    alone = panel.loc[["u000"]].iloc[:1].rename(index={"u000": "alone"}, level="unit")
    more = pd.concat([panel, alone]).sort_index()
    assert mediation(more, "y", ["x1", "x2"]).n == len(panel)
    assert threshold(more, "y", ["x1", "x2"]).dropped.to_dict() == {"only row of its unit": 1}
