"""The wild cluster bootstrap against wildboottest draw by draw, against naive refits, and by what it must satisfy."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from wres_analysis.stats.bootstrap import WEBB_BELOW, Multipliers, wild_cluster_test, wild_multipliers
from wres_analysis.stats.covariance import covariance
from wres_analysis.stats.linear import ols, within

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).parents[1] / "oracle" / "linear"
PANEL = pd.read_csv(ORACLE / "panel.csv")
WILD = pd.read_csv(ORACLE / "wild.csv", dtype={"multipliers": str})
COLUMNS = ["x1", "x2", "x3"]
ROOTS = np.sqrt([1.5, 1.0, 0.5])
POINTS = {"-": -1.0, "+": 1.0} | dict(zip("012345", [*-ROOTS, *ROOTS[::-1]], strict=True))


def panel_fit(weights=None):
    return within(PANEL.y, PANEL[COLUMNS], entity=PANEL.entity, time=PANEL.time, weights=weights, names=COLUMNS)


@pytest.mark.parametrize(
    ("cluster", "scheme", "column"),
    sorted(set(WILD[["cluster", "scheme", "column"]].itertuples(index=False, name=None))),
)
def test_draws_are_those_of_wildboottest(cluster, scheme, column):
    rows = WILD[(WILD.cluster == cluster) & (WILD.scheme == scheme) & (WILD.column == column)]
    data, draws = rows[rows.multipliers == "data"].iloc[0], rows[rows.multipliers != "data"]
    values = np.array([[POINTS[mark] for mark in word] for word in draws.multipliers])
    ours = wild_cluster_test(
        panel_fit(),
        column=column,
        cluster=pd.factorize(PANEL[cluster], sort=True)[0],
        multipliers=Multipliers(values, cast(Any, scheme), False),
        counting="all",
    )
    assert ours.t == pytest.approx(data.t, rel=1e-9)
    np.testing.assert_allclose(ours.t_draws, draws.t, rtol=1e-7, atol=1e-9)
    # It counts draws beyond the data only; ties are its own draw number one, which is the data.
    beyond = (np.abs(ours.t_draws) > abs(ours.t) * (1 + 1e-9)).mean()
    assert beyond == pytest.approx(data.p_value, abs=2 / len(values))


def test_enumeration_is_that_of_wildboottest_with_the_data_counted():
    """9 regions: 512 draws. wildboottest leaves out the data and their mirror image, which are as far from zero."""
    rows = WILD[(WILD.cluster == "region") & (WILD.scheme == "rademacher")]
    data, draws = rows[rows.multipliers == "data"].iloc[0], rows[rows.multipliers != "data"]
    ours = wild_cluster_test(
        panel_fit(), column="x1", cluster=PANEL.region, seed=1, scheme="rademacher", counting="all"
    )
    assert (ours.draws, ours.enumerated, ours.n_clusters, ours.few_clusters) == (512, True, 9, True)
    np.testing.assert_allclose(np.sort(ours.t_draws), np.sort(draws.t), rtol=1e-7, atol=1e-9)
    assert ours.p_value == pytest.approx(data.p_value + 2 / 512, abs=1e-12)


def small_panel(seed, entities=10, periods=4, kept=0.85):
    random = np.random.default_rng(seed)
    entity, time = (codes.ravel() for codes in np.indices((entities, periods)))
    rows = random.random(entity.size) < kept
    entity, time = entity[rows], time[rows]
    x = random.normal(size=(entity.size, 2)) + random.normal(size=(entities, 2))[entity]
    y = 0.4 * x[:, 0] + random.normal(size=entities)[entity] + random.normal(size=entity.size)
    return y, x, entity, time, random.uniform(0.2, 5, entity.size)


def naive(y, design, weights, position, cluster, null, multipliers):
    """T statistics of wild draws, one refit with all dummies at a time, by statsmodels."""
    others = np.delete(design, position, axis=1)
    restricted = sm.WLS(y - null * design[:, position], others, weights=weights).fit()
    expected = null * design[:, position] + restricted.fittedvalues
    statistics = []
    for signs in multipliers:
        drawn = expected + signs[cluster] * (y - expected)
        fit = sm.WLS(drawn, design, weights=weights).fit(cov_type="cluster", cov_kwds={"groups": cluster})
        statistics.append((fit.params[position] - null) / fit.bse[position])
    return np.array(statistics)


@pytest.mark.parametrize("null", [0.0, 0.7])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("model", ["ols", "within", "within regions"])
def test_every_draw_is_that_of_a_naive_refit(model, weighted, null):
    y, x, entity, time, weights = small_panel(1)
    if not weighted:
        weights = np.ones(y.size)
    cluster = entity // 2 if model == "within regions" else entity
    if model == "ols":
        fit, position = ols(y, x, weights=weights), 1
        design = np.column_stack([np.ones(y.size), x])
    else:
        fit, position = within(y, x, entity=entity, time=time, weights=weights), 0
        design = np.column_stack([x, pd.get_dummies(entity), pd.get_dummies(time, drop_first=True)]).astype(float)
    assert fit.used.all()
    multipliers = wild_multipliers(cluster.max() + 1, draws=40, seed=2, scheme="webb")
    ours = wild_cluster_test(fit, column="x0", cluster=cluster, multipliers=multipliers, null=null, counting="all")
    theirs = naive(y, design, weights, position, cluster, null, multipliers.values)
    np.testing.assert_allclose(ours.t_draws, theirs, rtol=1e-8, atol=1e-10)
    assert ours.p_value == ((np.abs(theirs) >= abs(ours.t)).sum() + 1) / 41


@pytest.mark.parametrize(("groups", "scheme"), [(45, "auto"), (9, "auto"), (9, "rademacher")])
def test_limits_are_where_the_test_turns(groups, scheme):
    """Just inside the limits a null is kept, just outside it is rejected, by tests of their own."""
    cluster = PANEL.entity % groups
    for level in (0.8, 0.95):
        given: dict[str, Any] = {"column": "x1", "cluster": cluster, "seed": 3, "scheme": scheme, "draws": 599}
        result = wild_cluster_test(panel_fit(PANEL.w), level=level, **given)
        width = result.high - result.low
        assert result.status == "ok"
        assert result.low < result.estimate < result.high
        for limit, outwards in ((result.low, -1), (result.high, 1)):
            inside = wild_cluster_test(panel_fit(PANEL.w), null=limit - outwards * 1e-7 * width, **given)
            outside = wild_cluster_test(panel_fit(PANEL.w), null=limit + outwards * 1e-7 * width, **given)
            assert inside.p_value > 1 - level >= outside.p_value - 1e-12


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_units_signs_and_counting_change_nothing(seed):
    y, x, entity, time, _ = small_panel(seed, kept=0.95)
    given: dict[str, Any] = {"column": "x0", "cluster": entity, "seed": 4, "draws": 99}
    one = wild_cluster_test(within(y, x, entity=entity, time=time), **given)
    other = wild_cluster_test(within(-5 * y + time, x * [0.1, 1], entity=entity, time=time), **given, counting="all")
    assert other.p_value == one.p_value
    assert [other.high, other.low] == pytest.approx([-50 * one.low, -50 * one.high], rel=1e-6)
    assert one.p_value >= 1 / 100
    assert (one.p_value <= 0.05) == (one.low > 0 or one.high < 0) or one.low * one.high == 0


def test_the_error_shown_is_that_of_cr1_and_says_so_by_being_equal():
    usual = covariance(panel_fit(), kind="CR1", cluster=PANEL.region)
    result = wild_cluster_test(panel_fit(), column="x2", cluster=PANEL.region, seed=1)
    assert result.std_error == usual.std_errors[1]
    assert result.t == pytest.approx(usual.t[1])
    assert result.estimate == usual.estimates[1]


def test_multipliers_are_as_promised():
    signs = wild_multipliers(40, draws=4000, seed=5)
    assert (signs.scheme, signs.enumerated, signs.values.shape) == ("rademacher", False, (4000, 40))
    assert set(np.unique(signs.values)) == {-1.0, 1.0}
    webb = wild_multipliers(WEBB_BELOW - 1, draws=20_000, seed=5)
    assert (webb.scheme, webb.enumerated) == ("webb", False)
    np.testing.assert_allclose(np.unique(webb.values) ** 2, [1.5, 1, 0.5, 0.5, 1, 1.5])
    for values in (signs.values, webb.values):
        assert values.mean() == pytest.approx(0, abs=0.02)
        assert values.var() == pytest.approx(1, abs=0.02)
    assert wild_multipliers(WEBB_BELOW, seed=5).scheme == "rademacher"
    every = wild_multipliers(6, draws=64, seed=5, scheme="rademacher")
    assert every.enumerated
    assert set(map(tuple, every.values)) == set(product([-1.0, 1.0], repeat=6))
    assert not wild_multipliers(6, draws=63, seed=5, scheme="rademacher").enumerated
    np.testing.assert_array_equal(signs.values, wild_multipliers(40, draws=4000, seed=5).values)
    assert (signs.values != wild_multipliers(40, draws=4000, seed=6).values).any()


def test_too_few_clusters_for_any_rejection_have_no_limits():
    """With 4 clusters no p-value is below 2 in 16."""
    y, x, entity, time, _ = small_panel(6, entities=12, kept=1.0)
    fit = within(y, x, entity=entity, time=time)
    result = wild_cluster_test(fit, column="x0", cluster=entity % 4, seed=7, scheme="rademacher")
    assert (result.status, result.low, result.high, result.enumerated) == ("unbounded", -np.inf, np.inf, True)
    far = wild_cluster_test(fit, column="x0", cluster=entity % 4, seed=7, scheme="rademacher", null=1e9)
    assert far.p_value == 2 / 16
    narrow = wild_cluster_test(fit, column="x0", cluster=entity % 4, seed=7, scheme="rademacher", level=0.8)
    assert narrow.status == "ok"


def test_tests_on_different_rows_share_their_draws():
    """The draws of a test on a part are those of a test on that part alone, with the same numbers for each cluster."""
    y, x, entity, time, _ = small_panel(8, entities=30)
    shared = wild_multipliers(30, draws=199, seed=9)
    part = np.where(np.isin(entity, [3, 11, 12]), np.nan, y)
    result = wild_cluster_test(
        within(part, x, entity=entity, time=time), column="x1", cluster=entity, multipliers=shared
    )
    kept = ~np.isnan(part)
    codes = np.unique(entity[kept], return_inverse=True)[1]
    columns = Multipliers(np.delete(shared.values, [3, 11, 12], axis=1), "rademacher", False)
    alone = wild_cluster_test(
        within(y[kept], x[kept], entity=entity[kept], time=time[kept]), column="x1", cluster=codes, multipliers=columns
    )
    assert result.n_clusters == 27
    np.testing.assert_allclose(result.t_draws, alone.t_draws, rtol=1e-9)


def test_the_size_is_kept_where_that_of_cr1_is_not():
    """No effect, 12 clusters of unequal size and a regressor that differs between clusters only."""
    random = np.random.default_rng(10)
    cluster = np.repeat(np.arange(12), np.arange(2, 26, 2))
    usual = wild = 0
    for seed in range(400):
        x = random.lognormal(size=12)[cluster]
        fit = ols(random.normal(size=12)[cluster] + random.normal(size=cluster.size), x)
        usual += covariance(fit, kind="CR1", cluster=cluster).p_values[1] <= 0.05
        wild += wild_cluster_test(fit, column="x0", cluster=cluster, seed=seed, draws=199).p_value <= 0.05
    assert usual / 400 > 0.09
    assert wild / 400 < 0.08  # two Monte Carlo errors above 0.05 are 0.072


def test_what_the_data_cannot_answer_has_a_name_and_no_number():
    y, x, entity, time, _ = small_panel(11)
    fit = within(y, x, entity=entity, time=time)
    single = np.where(entity == 3, x[:, 0], 0.0)
    gap = entity.astype(float)
    gap[2] = np.nan
    cases = {
        "one_cluster": wild_cluster_test(fit, column="x0", cluster=np.ones(y.size), seed=1),
        "missing_cluster": wild_cluster_test(fit, column="x0", cluster=gap, seed=1),
        "not_nested": wild_cluster_test(fit, column="x0", cluster=time, seed=1),
        "all_missing": wild_cluster_test(ols(y * np.nan, x), column="x0", cluster=entity, seed=1),
        "one_cluster_carries": wild_cluster_test(
            within(y, np.column_stack([x, single]), entity=entity, time=time), column="x2", cluster=entity, seed=1
        ),
    }
    for status, result in cases.items():
        assert result.status == status
        assert np.isnan([result.estimate, result.t, result.p_value, result.low, result.high]).all()
        assert result.t_draws.size == 0


def test_arguments_that_mean_nothing_are_refused():
    y, x, entity, _, _ = small_panel(12)
    fit = ols(y, x)
    with pytest.raises(ValueError, match="no column 'x9' in the fit, which has intercept, x0, x1"):
        wild_cluster_test(fit, column="x9", cluster=entity, seed=1)
    with pytest.raises(ValueError, match="needs a seed"):
        wild_cluster_test(fit, column="x0", cluster=entity)
    with pytest.raises(ValueError, match="integers from 0 to 4"):
        wild_cluster_test(fit, column="x0", cluster=entity, multipliers=wild_multipliers(5, seed=1))
    with pytest.raises(ValueError, match="scheme"):
        wild_multipliers(5, seed=1, scheme=cast(Any, "mammen"))
    with pytest.raises(ValueError, match="no multipliers for 0 clusters"):
        wild_multipliers(0, seed=1)
