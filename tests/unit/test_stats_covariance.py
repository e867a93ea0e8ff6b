"""Standard errors against R, statsmodels and pyfixest, each by its named convention."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.datasets import longley

from wres_analysis.stats.covariance import FEW_CLUSTERS, covariance, small_sample_factors
from wres_analysis.stats.linear import ols, within

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).parents[1] / "oracle" / "linear"
ANSWERS = pd.read_csv(ORACLE / "answers.csv")
PEERS = pd.read_csv(ORACLE / "peers.csv")
PANEL = pd.read_csv(ORACLE / "panel.csv")
FRAMES = {
    "panel": (PANEL, "y", ["x1", "x2", "x3"]),
    "grunfeld": (pd.read_csv(ORACLE / "grunfeld.csv"), "invest", ["value", "capital"]),
}


def fit_of(data, model, weighted):
    frame, outcome, columns = FRAMES[data]
    weights = frame["w"] if weighted else None
    if model == "ols":
        return ols(frame[outcome], frame[columns], weights=weights, names=columns)
    time = frame["time"] if model == "twoway" else None
    return within(frame[outcome], frame[columns], entity=frame["entity"], time=time, weights=weights, names=columns)


def test_errors_tests_and_limits_are_those_of_r():
    """HC0, HC1, HC3, CR0 and CR1 of sandwich on lm and lm with dummies, and of plm."""
    keys = ["program", "data", "model", "weighted", "kind", "cluster", "counting"]
    groups = ANSWERS.groupby(keys, sort=False)
    assert len(groups) == 79
    for key, rows in groups:
        _, data, model, weighted, kind, cluster, counting = cast(Any, key)
        labels = None if cluster == "none" else FRAMES[data][0][cluster]
        how: Any = counting if kind == "CR1" else "nonnested"
        ours = covariance(fit_of(data, model, weighted), kind=kind, cluster=labels, counting=how)
        assert (ours.status == "ok").all()
        assert ours.df == rows.df.iloc[0]
        np.testing.assert_allclose(ours.std_errors, rows.std_error, rtol=1e-9)
        np.testing.assert_allclose(ours.p_values, rows.p_value, rtol=1e-8)
        np.testing.assert_allclose(ours.low, rows.low, rtol=1e-8)
        np.testing.assert_allclose(ours.high, rows.high, rtol=1e-8)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("theirs", "ours"), [("none", "slopes"), ("nonnested", "nonnested"), ("full", "all")])
def test_errors_are_those_of_pyfixest_for_each_way_of_counting(weighted, theirs, ours):
    rows = PEERS[(PEERS.weighted == weighted) & (PEERS.counting == theirs)]
    fit = fit_of("panel", "twoway", weighted)
    result = covariance(fit, kind="CR1", cluster=PANEL["entity"], counting=cast(Any, ours))
    assert (np.abs(fit.coefficients - rows.estimate) / rows.std_error).max() < 1e-9
    # with weights pyfixest takes the effects out step by step, to about eight digits
    np.testing.assert_allclose(result.std_errors, rows.std_error, rtol=1e-8)
    np.testing.assert_allclose(result.p_values, rows.p_value, rtol=1e-7)


@pytest.mark.parametrize("weighted", [False, True])
def test_errors_are_those_of_statsmodels(weighted):
    weights = PANEL["w"] if weighted else np.ones(len(PANEL))
    dummies = pd.get_dummies(PANEL["time"], drop_first=True, dtype=float)
    design = pd.concat([PANEL[["x1", "x2", "x3"]], pd.get_dummies(PANEL["entity"], dtype=float), dummies], axis=1)
    model = sm.WLS(PANEL["y"].to_numpy(), design.to_numpy(), weights=weights)
    fit = fit_of("panel", "twoway", weighted)
    for kind in ("HC0", "HC1", "HC3"):
        theirs = model.fit(cov_type=kind, use_t=True)
        ours = covariance(fit, kind=cast(Any, kind))
        np.testing.assert_allclose(ours.std_errors, theirs.bse[:3], rtol=1e-9)
        np.testing.assert_allclose(ours.p_values, theirs.pvalues[:3], rtol=1e-8)
    for name in ("entity", "region"):
        theirs = model.fit(cov_type="cluster", cov_kwds={"groups": PANEL[name].to_numpy()}, use_t=True)
        ours = covariance(fit, kind="CR1", cluster=PANEL[name], counting="all")
        np.testing.assert_allclose(ours.matrix, theirs.cov_params()[:3, :3], rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(ours.p_values, theirs.pvalues[:3], rtol=1e-8)
        np.testing.assert_allclose(np.column_stack([ours.low, ours.high]), theirs.conf_int()[:3], rtol=1e-8)


def test_hc3_of_longley_is_that_of_statsmodels():
    """Hard to compute: a program that squares the condition number loses half of its digits here."""
    data = longley.load_pandas()
    theirs = sm.OLS(data.endog, sm.add_constant(data.exog)).fit(cov_type="HC3")
    np.testing.assert_allclose(covariance(ols(data.endog, data.exog), kind="HC3").std_errors, theirs.bse, rtol=1e-6)


def test_conventions_differ_as_measured_on_a_panel_of_210_by_9():
    """The factors on the variance that other programs were seen to use, to the four decimals noted."""
    random = np.random.default_rng(1)
    entity, time = (codes.ravel() for codes in np.indices((210, 9)))
    fit = within(random.normal(size=1890), random.normal(size=(1890, 3)), entity=entity, time=time)
    factors = small_sample_factors(fit, cluster=entity)
    assert {k: round(v, 4) for k, v in factors.items()} == {
        "none": 1.0,
        "slopes": 1.0058,
        "nonnested": 1.0107,
        "all": 1.1372,
    }
    result = covariance(fit, kind="CR1", cluster=entity)
    assert result.convention == "G/(G-1)*(n-1)/(n-K), G=210, n=1890, K=12 (nonnested)"
    assert (result.factor, result.df, result.few_clusters) == (factors["nonnested"], 209.0, False)
    raw = covariance(fit, kind="CR0", cluster=entity)
    np.testing.assert_allclose(result.matrix, raw.matrix * result.factor, rtol=1e-12)


def test_what_counts_as_nested():
    """Entities 10, periods 6, 2 columns: all 17 parameters; less 9 for entities, less 5 for periods, where nested."""
    random = np.random.default_rng(2)
    entity, time = (codes.ravel() for codes in np.indices((10, 6)))
    fit = within(random.normal(size=60), random.normal(size=(60, 2)), entity=entity, time=time)

    def counted(cluster):
        return int(covariance(fit, kind="CR1", cluster=cluster).convention.split("K=")[1].split()[0])

    assert fit.rank == 17
    assert counted(entity) == counted(entity // 5) == 17 - 9
    assert counted(time) == counted(time // 3) == 17 - 5
    assert counted(entity * 100 + time) == 17
    assert covariance(fit, kind="HC1").convention == "n/(n-K), n=60, K=17 (all)"
    alone = within(random.normal(size=60), random.normal(size=(60, 2)), entity=entity)
    assert "K=3 " in covariance(alone, kind="CR1", cluster=entity).convention  # as Stata's xtreg, fe


@given(st.integers(0, 10_000), st.booleans())
def test_clusters_of_one_row_are_no_clusters(seed, weighted):
    random = np.random.default_rng(seed)
    x, y = random.normal(size=(25, 2)), random.normal(size=25)
    weights = random.uniform(0.2, 5, 25) if weighted else None
    fit = ols(y, x, weights=weights)
    own = covariance(fit, kind="CR0", cluster=random.permutation(25))
    np.testing.assert_allclose(own.matrix, covariance(fit, kind="HC0").matrix, rtol=1e-10)
    one = covariance(fit, kind="CR1", cluster=np.arange(25))
    np.testing.assert_allclose(one.matrix, covariance(fit, kind="HC1").matrix, rtol=1e-10)
    np.testing.assert_array_equal(covariance(fit, kind="HC0").effective_clusters, np.nan)


@given(st.integers(0, 10_000), st.floats(0.5, 0.99))
def test_interval_and_p_value_agree_and_units_do_not_matter(seed, level):
    random = np.random.default_rng(seed)
    x, y, cluster = random.normal(size=(40, 2)), random.normal(size=40), random.integers(0, 8, 40)
    result = covariance(ols(y, x), kind="CR1", cluster=cluster, level=level)
    excludes = (result.low > 0) | (result.high < 0)
    assert (excludes == (result.p_values < 1 - level)).all()
    scaled = covariance(ols(1000 * y, x * [1, 0.01]), kind="CR1", cluster=-cluster.astype(float), level=level)
    np.testing.assert_allclose(scaled.t[1:], result.t[1:], rtol=1e-8)
    np.testing.assert_allclose(scaled.std_errors[1:], result.std_errors[1:] * [1e3, 1e5], rtol=1e-8)


def test_effective_clusters_are_all_where_all_tell_the_same_and_one_where_one_tells_all():
    random = np.random.default_rng(3)
    cluster = np.repeat(np.arange(20), 6)
    even = ols(random.normal(size=120), np.tile([-1, 1], 60), intercept=False)
    assert covariance(even, kind="CR1", cluster=cluster).effective_clusters == pytest.approx([20])
    loud = np.tile([-1.0, 1], 60) * np.where(cluster == 4, 1000, 1)
    result = covariance(ols(random.normal(size=120), loud, intercept=False), kind="CR1", cluster=cluster)
    assert result.effective_clusters[0] == pytest.approx(1, abs=1e-3)
    assert result.status[0] == "ok"


def test_a_coefficient_that_one_cluster_carries_has_no_error():
    """Its scores are zero by construction. Other programs print an error that is far too small."""
    random = np.random.default_rng(4)
    entity, time = (codes.ravel() for codes in np.indices((30, 8)))
    x, y = random.normal(size=240), random.normal(size=240)
    single = np.where(entity == 7, random.normal(size=240), 0.0)
    for fit in (
        within(y, np.column_stack([x, single]), entity=entity, time=time, names=["x", "single"]),
        within(y, np.column_stack([x, single]), entity=entity, names=["x", "single"]),
        ols(y, np.column_stack([x, entity == 7]), names=["x", "single"]),
    ):
        result = covariance(fit, kind="CR1", cluster=entity)
        assert list(result.status[-2:]) == ["ok", "one_cluster_carries"]
        assert np.isfinite(result.std_errors[-2])
        assert np.isnan([result.std_errors[-1], result.p_values[-1], result.low[-1], result.high[-1]]).all()
        assert np.isnan(result.matrix[-1]).all()
    # two clusters carry it: few, but no zero by construction
    pair = np.where((entity == 7) | (entity == 9), random.normal(size=240), 0.0)
    result = covariance(within(y, pair, entity=entity, time=time), kind="CR1", cluster=entity)
    assert result.status[0] == "ok"
    assert result.effective_clusters[0] < 3


def test_what_the_data_cannot_answer_has_a_name_and_no_number():
    random = np.random.default_rng(5)
    x, y, cluster = random.normal(size=30), random.normal(size=30), np.repeat(np.arange(6.0), 5)
    fit = ols(y, x)
    gap = cluster.copy()
    gap[3] = np.nan
    lone = ols(y, np.column_stack([x, np.arange(30) == 4]))
    cases = {
        "one_cluster": covariance(fit, kind="CR1", cluster=np.zeros(30)),
        "missing_cluster": covariance(fit, kind="CR0", cluster=gap),
        "full_leverage": covariance(lone, kind="HC3"),
        "singular": covariance(ols(y, np.column_stack([x, x])), kind="CR1", cluster=cluster),
        "all_missing": covariance(ols(y * np.nan, x), kind="HC1"),
    }
    for status, result in cases.items():
        assert set(result.status) == {status}
        for numbers in (result.std_errors, result.t, result.p_values, result.low, result.high, result.matrix):
            assert np.isnan(numbers).all()
        assert np.isnan(result.df)
    assert np.isfinite(covariance(lone, kind="HC1").std_errors).all()
    assert small_sample_factors(fit, cluster=np.zeros(30)) == small_sample_factors(fit, cluster=gap) == {}
    unused = y.copy()
    unused[3] = np.nan  # the row without a cluster is not used, so nothing is missing
    assert set(covariance(ols(unused, x), kind="CR1", cluster=gap).status) == {"ok"}


def test_few_clusters_are_flagged():
    random = np.random.default_rng(6)
    for groups in (FEW_CLUSTERS - 1, FEW_CLUSTERS):
        cluster = np.repeat(np.arange(groups), 3)
        fit = ols(random.normal(size=cluster.size), random.normal(size=cluster.size))
        result = covariance(fit, kind="CR1", cluster=cluster)
        assert (result.n_clusters, result.few_clusters) == (groups, groups < FEW_CLUSTERS)
        assert not covariance(fit, kind="HC1").few_clusters


def test_arguments_that_mean_nothing_are_refused():
    fit = ols([1, 2, 3, 5], [1, 2, 3, 3])
    for wrong in ({"kind": "HC2"}, {"kind": "CR1"}, {"kind": "HC1", "cluster": [1, 1, 2, 2]}):
        with pytest.raises(ValueError, match=r"no such covariance|needs cluster|takes no cluster"):
            covariance(fit, **cast(Any, wrong))
    with pytest.raises(ValueError, match="counting"):
        covariance(fit, kind="HC1", counting=cast(Any, "some"))
    with pytest.raises(ValueError, match="level"):
        covariance(fit, kind="HC1", level=95)
    with pytest.raises(ValueError, match="one for each row"):
        covariance(fit, kind="CR1", cluster=[1, 2])
