"""Rank intervals: what any ranking must satisfy, exact small cases, and planted truth."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from wres_analysis.stats.ranks import beta_draws, normal_draws, rank_intervals

pytestmark = pytest.mark.unit


def test_two_units_by_the_normal_distribution():
    ours = rank_intervals(normal_draws([0.0, 0.5], [0.3, 0.4], seed=1, n_draws=40_000), tail=0.5)
    first_is_lower = norm.cdf(0.5 / 0.5)
    assert ours.probability_lowest == pytest.approx([first_is_lower, 1 - first_is_lower], abs=0.008)
    assert ours.mean == pytest.approx([2 - first_is_lower, 1 + first_is_lower], abs=0.008)
    assert (list(ours.median), list(ours.low), list(ours.high)) == ([1, 2], [1, 1], [2, 2])


def test_draws_that_take_every_order_once():
    """All 24 orders of four units, each as likely: every rank is as likely, whichever the unit."""
    ours = rank_intervals(np.array(list(itertools.permutations([0.1, 0.2, 0.3, 0.4]))), level=0.5, tail=0.25)
    assert (ours.mean == 2.5).all()
    assert (ours.median == 2.5).all()
    assert list(ours.low) == [1] * 4
    assert list(ours.high) == [3] * 4
    assert ours.probability_lowest == pytest.approx([0.25] * 4)
    assert (ours.n_units, ours.n_tail, ours.n_draws) == (4, 1, 24)


def test_units_that_cannot_be_told_apart_have_the_same_wide_interval():
    k = 40
    ours = rank_intervals(normal_draws(np.zeros(k), np.ones(k), seed=2, n_draws=8000))
    width = ours.high - ours.low
    assert (np.abs(width - 38) <= 1).all()  # 95 % of 40 places
    assert ours.probability_highest == pytest.approx([0.1] * k, abs=0.015)
    assert ours.mean == pytest.approx([20.5] * k, abs=0.6)


def test_units_far_apart_have_one_place():
    ours = rank_intervals(normal_draws([3.0, 1.0, 2.0], [0.01, 0.01, 0.01], seed=3, n_draws=500))
    for ranks in (ours.mean, ours.median, ours.low, ours.high):
        assert list(ranks) == [3, 1, 2]
    assert list(ours.probability_highest) == [1, 0, 0]


def test_the_order_in_which_units_come_does_not_matter():
    rng = np.random.default_rng(4)
    mean, sd = rng.normal(size=12), rng.uniform(0.2, 1, 12)
    shuffled = rng.permutation(12)
    one = rank_intervals(normal_draws(mean, sd, seed=5, n_draws=300))
    other = rank_intervals(normal_draws(mean[shuffled], sd[shuffled], seed=5, n_draws=300))
    for name in ("mean", "median", "low", "high", "probability_lowest", "probability_highest"):
        np.testing.assert_array_equal(getattr(one, name)[shuffled], getattr(other, name))
    a, b = rng.uniform(1, 9, 12), rng.uniform(1, 9, 12)
    np.testing.assert_array_equal(
        beta_draws(a, b, seed=5, n_draws=50)[:, shuffled], beta_draws(a[shuffled], b[shuffled], seed=5, n_draws=50)
    )


def test_the_seed_decides():
    draws = [normal_draws([0.0, 1.0], [1.0, 1.0], seed=seed, n_draws=9) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).all()


def test_draws_have_the_moments_of_their_posteriors():
    normal = normal_draws([2.0, -1.0], [0.5, 2.0], seed=6)
    assert normal.mean(axis=0) == pytest.approx([2, -1], abs=0.06)
    assert normal.std(axis=0) == pytest.approx([0.5, 2], rel=0.03)
    beta = beta_draws([20.0, 3.0], [80.0, 1.0], seed=6)
    assert beta.mean(axis=0) == pytest.approx([0.2, 0.75], abs=0.006)
    assert beta.std(axis=0) == pytest.approx([0.0398, 0.1936], rel=0.03)


def test_planted_ranks_are_covered():
    """20 units, 200 times: the posterior is the right one, so the true rank is inside at least as often as said."""
    rng = np.random.default_rng(7)
    inside, tail = [], []
    for index in range(200):
        truth = rng.normal(0, 1, 20)
        error = rng.uniform(0.3, 1.5, 20)
        estimate = rng.normal(truth, error)
        keep = 1 / (1 + error**2)
        ours = rank_intervals(normal_draws(keep * estimate, np.sqrt(keep) * error, seed=index, n_draws=500), level=0.8)
        rank = truth.argsort().argsort() + 1
        inside.append((ours.low <= rank) & (rank <= ours.high))
        tail.append(ours.probability_lowest - (rank <= 2))
    assert 0.80 < np.mean(inside) < 0.90  # whole ranks: more than 0.8 rather than less
    assert np.mean(tail) == pytest.approx(0, abs=1e-12)  # two in the tail each time, whatever the draws
    assert np.mean(np.square(tail)) < 0.9 * 0.1  # and better than saying 0.1 of everyone


def test_units_without_a_posterior_are_not_ranked():
    ours = rank_intervals(normal_draws([0.0, np.nan, 5.0, 9.0], [0.1, 1.0, 0.1, np.nan], seed=8, n_draws=50))
    assert list(ours.status) == ["ok", "missing", "ok", "missing"]
    assert (ours.n_units, list(ours.mean[[0, 2]])) == (2, [1, 2])
    assert np.isnan([*ours.mean[[1, 3]], *ours.high[[1, 3]], *ours.probability_lowest[[1, 3]]]).all()


def test_one_unit_has_no_rank():
    ours = rank_intervals(normal_draws([0.3, np.nan], [0.1, 0.1], seed=9, n_draws=5))
    assert list(ours.status) == ["one_unit", "missing"]
    assert np.isnan([*ours.mean, *ours.low, *ours.probability_highest]).all()
    assert rank_intervals(np.empty((5, 0))).n_units == 0


@pytest.mark.parametrize(
    ("k", "tail", "n_tail"), [(30, 0.1, 3), (39, 0.1, 3), (7, 0.1, 1), (10, 0.3, 3), (210, 0.1, 21)]
)
def test_a_tail_is_a_share_rounded_down_but_never_empty(k, tail, n_tail):
    ours = rank_intervals(normal_draws(np.arange(k), np.ones(k), seed=0, n_draws=3), tail=tail)
    assert ours.n_tail == n_tail
    assert ours.probability_lowest.sum() == pytest.approx(n_tail)
    assert ours.probability_highest.sum() == pytest.approx(n_tail)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: normal_draws([1.0], [1.0, 2.0], seed=0), "one length"),
        (lambda: normal_draws([1.0], [-1.0], seed=0), "negative"),
        (lambda: normal_draws([1.0], [1.0], seed=0, n_draws=0), "at least one"),
        (lambda: beta_draws([1.0], [0.0], seed=0), "positive"),
        (lambda: rank_intervals([1.0, 2.0]), "table"),
        (lambda: rank_intervals([[1.0, np.nan], [1.0, 2.0]]), "lacks others"),
        (lambda: rank_intervals([[1.0, 2.0]], tail=0), "tail"),
        (lambda: rank_intervals([[1.0, 2.0]], level=1), "level"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 3)), min_size=2, max_size=25), st.integers(0, 10**6))
def test_ranks_share_out_the_places(rows, seed):
    mean, sd = np.array(rows).T
    ours = rank_intervals(normal_draws(mean, sd, seed=seed, n_draws=200))
    k = len(rows)
    assert ours.mean.sum() == pytest.approx(k * (k + 1) / 2)
    assert ((ours.low >= 1) & (ours.low <= ours.median) & (ours.median <= ours.high) & (ours.high <= k)).all()
    assert ((ours.low <= ours.mean) | (ours.mean <= ours.high)).all()
    assert (ours.low == ours.low.round()).all()
