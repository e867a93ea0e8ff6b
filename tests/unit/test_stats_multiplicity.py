"""Families of tests against R, statsmodels, pyfixest, a naive step-down, and a planted null."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from wres_analysis.stats.bootstrap import wild_cluster_test, wild_multipliers
from wres_analysis.stats.linear import ols
from wres_analysis.stats.multiplicity import adjust_p_values, romano_wolf

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).parents[1] / "oracle" / "linear"
ANSWERS = pd.read_csv(ORACLE / "p_adjust.csv")
ROMANO_WOLF = pd.read_csv(ORACLE / "romano_wolf.csv").set_index("row")

families = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@pytest.mark.parametrize("method", ["holm", "bh", "by"])
@pytest.mark.parametrize("family", sorted(set(ANSWERS.family)))
def test_adjusted_p_values_are_those_of_r(family, method):
    """R is told the size of the family with the tests that could not be made."""
    rows = ANSWERS[(ANSWERS.family == family) & (ANSWERS.method == method)]
    ours = adjust_p_values(rows.p_value, method=method)
    np.testing.assert_allclose(ours.p_values, rows.adjusted, rtol=1e-12)
    assert (ours.family_size, ours.n_missing) == (len(rows), rows.p_value.isna().sum())


@pytest.mark.parametrize(("method", "theirs"), [("holm", "holm"), ("bh", "fdr_bh"), ("by", "fdr_by")])
def test_adjusted_p_values_are_those_of_statsmodels(method, theirs):
    p = np.random.default_rng(1).beta(0.3, 1, size=45).round(3)  # with ties
    np.testing.assert_allclose(
        adjust_p_values(p, method=method).p_values, multipletests(p, method=theirs)[1], rtol=1e-12
    )


@given(families)
def test_laws_of_adjustment(p):
    holm, bh, by = (adjust_p_values(p, method=cast(Any, m)).p_values for m in ("holm", "bh", "by"))
    assert (holm >= p).all()
    assert (bh >= np.array(p) * (1 - 1e-12)).all()
    assert (holm >= bh * (1 - 1e-12)).all()
    assert (by >= bh * (1 - 1e-12)).all()
    order = np.argsort(p, kind="stable")
    for adjusted in (holm, bh, by):
        assert (np.diff(adjusted[order]) >= -1e-12).all()
        assert ((adjusted >= 0) & (adjusted <= 1)).all()


@given(families, st.integers(1, 5))
def test_a_test_that_could_not_be_made_never_helps_the_others(p, more):
    for method in ("holm", "bh", "by"):
        without = adjust_p_values(p, method=cast(Any, method))
        beside = adjust_p_values([*p, *[np.nan] * more], method=cast(Any, method))
        assert beside.family_size == len(p) + more
        assert np.isnan(beside.p_values[len(p) :]).all()
        assert (beside.p_values[: len(p)] >= without.p_values * (1 - 1e-12)).all()


def test_families_without_a_p_value():
    nothing = adjust_p_values([np.nan, np.nan], method="bh")
    assert (nothing.family_size, nothing.n_missing) == (2, 2)
    assert np.isnan(nothing.p_values).all()
    assert adjust_p_values([], method="holm").p_values.size == 0


def test_step_down_is_that_of_pyfixest():
    draws = ROMANO_WOLF.loc["draw"].to_numpy()
    ours = romano_wolf(ROMANO_WOLF.loc["data"], t_draws=draws)
    np.testing.assert_allclose(ours.p_values, ROMANO_WOLF.loc["p_value"].astype(float), rtol=1e-12)
    assert (ours.method, ours.family_size) == ("romano_wolf", 6)


def naive_step_down(t, draws):
    """As the algorithm is written: reject the largest, look at those that are left, never fall back."""
    left, result, worst = list(range(len(t))), np.empty(len(t)), 0.0
    while left:
        top = max(left, key=lambda i: abs(t[i]))
        count = sum(max(abs(draw[i]) for i in left) >= abs(t[top]) for draw in draws)
        worst = max(worst, (count + 1) / (len(draws) + 1))
        result[top] = worst
        left.remove(top)
    return result


@given(st.integers(0, 10_000), st.integers(1, 8))
def test_step_down_is_that_of_a_naive_one(seed, tests):
    random = np.random.default_rng(seed)
    draws = random.normal(size=(49, tests)) + random.normal(size=(49, 1))
    t = random.normal(size=tests) * 2
    ours = romano_wolf(t, t_draws=draws).p_values
    np.testing.assert_allclose(ours, naive_step_down(t, draws), rtol=1e-12)
    alone = ((np.abs(draws) >= np.abs(t)).sum(axis=0) + 1) / 50
    assert (ours >= alone - 1e-12).all()
    exact = romano_wolf(t, t_draws=np.vstack([t, draws]), enumerated=True).p_values
    np.testing.assert_allclose(exact, ours, rtol=1e-12)


def test_what_is_missing_from_a_step_down():
    random = np.random.default_rng(1)
    draws, t = random.normal(size=(99, 4)), np.array([2.5, np.nan, -3.0, 0.2])
    ours = romano_wolf(t, t_draws=draws)
    np.testing.assert_allclose(
        ours.p_values[[0, 2, 3]], romano_wolf(t[[0, 2, 3]], t_draws=draws[:, [0, 2, 3]]).p_values
    )
    assert np.isnan(ours.p_values[1])
    assert (ours.family_size, ours.n_missing) == (3, 1)
    draws[:10, 3] = np.nan  # ten draws without a statistic exceed any
    assert (romano_wolf(t, t_draws=draws).p_values[[0, 2, 3]] >= 11 / 100).all()
    assert np.isnan(romano_wolf([np.nan], t_draws=[[0.1]]).p_values).all()


def test_chance_of_any_false_finding_is_kept_and_a_true_one_is_found():
    """Eight means that share half of their noise, seven of them zero; draws flip the signs of whole rows."""
    random = np.random.default_rng(2)
    runs, n = 1000, 40

    def statistics(values):
        return values.mean(axis=-2) / values.std(axis=-2, ddof=1) * n**0.5

    false = unadjusted = found = 0.0
    for _ in range(runs):
        data = random.normal(size=(n, 1)) + random.normal(size=(n, 8)) + 0.9 * (np.arange(8) == 7)
        signs = random.choice([-1.0, 1.0], size=(99, n, 1))
        t, draws = statistics(data), statistics(signs * data)
        adjusted = romano_wolf(t, t_draws=draws).p_values
        false += (adjusted[:7] <= 0.05).any()
        unadjusted += ((np.abs(draws) >= np.abs(t)).mean(axis=0)[:7] <= 0.05).any()
        found += adjusted[7] <= 0.05
    assert 0.03 < false / runs < 0.05 + 2 * (0.05 * 0.95 / runs) ** 0.5
    assert unadjusted / runs > 0.15
    assert found / runs > 0.8


def test_tests_of_one_resampling_go_together():
    """The bootstrap's draws as they come: two outcomes that are the same are one test, and a third is adjusted."""
    random = np.random.default_rng(3)
    cluster = np.repeat(np.arange(20), 4)
    x, y, other = random.normal(size=(3, 80))
    shared = wild_multipliers(20, draws=199, seed=4)
    tests = [
        wild_cluster_test(ols(outcome, x), column="x0", cluster=cluster, multipliers=shared)
        for outcome in (y + 0.2 * x, 5 * (y + 0.2 * x), other)
    ]
    adjusted = romano_wolf([t.t for t in tests], t_draws=np.column_stack([t.t_draws for t in tests])).p_values
    pair = romano_wolf([t.t for t in tests[1:]], t_draws=np.column_stack([t.t_draws for t in tests[1:]])).p_values
    assert adjusted[0] == adjusted[1] == pair[0]
    assert adjusted[2] == pair[1] == pytest.approx(max(pair[0], tests[2].p_value))


def test_arguments_that_mean_nothing_are_refused():
    with pytest.raises(ValueError, match="no such adjustment"):
        adjust_p_values([0.1], method=cast(Any, "bonferroni"))
    for p in ([1.2], [-0.1], [[0.1]]):
        with pytest.raises(ValueError, match="numbers from 0 to 1"):
            adjust_p_values(p, method="bh")
    for draws in (np.ones((5, 3)), np.ones(2), np.ones((0, 2))):
        with pytest.raises(ValueError, match="draws x tests"):
            romano_wolf([1.0, 2.0], t_draws=draws)
