"""Month effects, peers, memory: planted truths, brute force, and the rate of false signals that they leave."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.seasonal import seasonal_decompose

from wres_analysis.stats.seasonal import (
    expectation_chart,
    lag1,
    month_effects,
    peer_median,
    pooled_lag1,
    segments_of,
    surrogates,
)
from wres_analysis.stats.xmr import xmr_chart

pytestmark = pytest.mark.unit


def remembering(r: float, units: int, periods: int, seed: int) -> np.ndarray:
    """Series with lag-1 correlation r and variance 1, from their stationary distribution."""
    rng = np.random.default_rng(seed)
    out = rng.normal(size=(units, periods))
    for t in range(1, periods):
        out[:, t] = r * out[:, t - 1] + np.sqrt(1 - r**2) * out[:, t]
    return out


def test_peers_leave_the_unit_out_and_fall_back_where_a_group_is_small() -> None:
    rng = np.random.default_rng(1)
    values = np.round(rng.normal(size=(25, 9)), 1)  # rounded, so that there are ties
    values[rng.random(values.shape) < 0.2] = np.nan
    values[:, 4] = np.nan
    values[3:, 5] = np.nan
    groups = np.array(["a"] * 14 + ["b"] * 9 + ["", ""])
    made = peer_median(values, groups, least=6)
    for i in range(25):
        for t in range(9):
            others = np.arange(25) != i
            own = others & (groups == groups[i]) & (groups[i] != "")
            same = values[own, t][np.isfinite(values[own, t])]
            every = values[others, t][np.isfinite(values[others, t])]
            used = same if len(same) >= 6 else every
            expected = np.median(used) if len(used) >= 6 else np.nan
            np.testing.assert_array_equal(made.median[i, t], expected)  # and -0.0 is 0.0
            assert made.n[i, t] == len(used)
            assert made.own_group[i, t] == (len(same) >= 6)


def test_a_unit_cannot_move_its_own_peers() -> None:
    values = np.random.default_rng(2).normal(size=(12, 5))
    moved = values.copy()
    moved[4] += 100
    groups = np.array(["a"] * 12)
    np.testing.assert_array_equal(peer_median(values, groups).median[4], peer_median(moved, groups).median[4])


MONTHS = np.tile(np.arange(1, 13), 6)
SEASON = np.array([3, 2, 1, 0, -1, -2, -3, -2, -1, 0, 1, 2], dtype=float)


def test_month_effects_are_those_planted_though_the_level_rises() -> None:
    values = SEASON[MONTHS - 1] + 0.2 * np.arange(72)
    # Exact but for rounding: the moving average of a year takes a straight line and a season apart.
    np.testing.assert_allclose(month_effects(values[None, :], MONTHS)[0], SEASON, atol=1e-12)
    peer = seasonal_decompose(values, period=12).seasonal[:12]
    np.testing.assert_allclose(month_effects(values[None, :], MONTHS)[0], peer, atol=1e-12)


def test_one_epidemic_year_does_not_become_a_season() -> None:
    values = SEASON[MONTHS - 1] + np.zeros(72)
    struck = values.copy()
    struck[27:30] += 20
    ours = month_effects(struck[None, :], MONTHS)[0]
    means = seasonal_decompose(struck, period=12).seasonal[:12]
    assert abs(ours - SEASON).max() < 1.5 < abs(means - SEASON).max()


def test_shared_effects_serve_units_too_short_for_their_own() -> None:
    values = np.tile(SEASON[MONTHS - 1], (5, 1)) + np.arange(5)[:, None]
    values[4, :60] = np.nan
    assert np.isnan(month_effects(values, MONTHS)[4]).all()
    np.testing.assert_allclose(month_effects(values, MONTHS, shared=True), np.tile(SEASON, (5, 1)), atol=1e-12)


def test_effects_need_two_values_for_each_month() -> None:
    two_years = np.random.default_rng(1).normal(size=(1, 24))
    assert np.isnan(month_effects(two_years, MONTHS[:24])).all()
    assert np.isfinite(month_effects(np.random.default_rng(1).normal(size=(1, 36)), MONTHS[:36])).all()


@pytest.mark.parametrize("periods", [24, 60])
@pytest.mark.parametrize("r", [0.0, 0.5, 0.7])
def test_pooled_correlation_is_the_planted_one_in_short_series(r: float, periods: int) -> None:
    values = remembering(r, 1500, periods, seed=3)
    # The standard error of the mean of 1,500 correlations of 24 periods is 0.2 / sqrt(1500) = 0.005; what is left of
    # the bias after a correction of first order is below 0.02 at 24 periods.
    assert abs(pooled_lag1(values) - r) < 0.03
    if r and periods == 24:
        assert np.median(lag1(values)) < r - 0.08  # what it would be without the correction


def test_correlation_does_not_run_across_gaps_and_segments() -> None:
    values = np.array([[1.0, 2, 3, np.nan, 30, 20, 10, 40]])
    segment = segments_of([4], 8)
    z = np.array([-1, 0, 1, np.nan, 5, -5, -15, 15])
    products = [z[0] * z[1], z[1] * z[2], z[4] * z[5], z[5] * z[6], z[6] * z[7]]
    expected = np.mean(products) / np.nanmean(z**2)
    assert lag1(values, segment)[0] == pytest.approx(expected, rel=1e-14)
    assert np.isnan(lag1(np.array([[1.0, np.nan, 2, np.nan, 3]]))[0])
    assert np.isnan(pooled_lag1(np.full((3, 10), np.nan)))


def test_surprises_by_hand() -> None:
    values = np.array([[4.0, 6, np.nan, 5, 5, 10, 14]])
    made = expectation_chart(values, r=0.5, rebase=[5])
    # First segment: level 5. The second value was to be 5 + 0.5 x (4 - 5) = 4.5. No value before the fourth.
    np.testing.assert_allclose(made.level[0], [5, 5, 5, 5, 5, 12, 12])
    np.testing.assert_allclose(made.expected[0], [np.nan, 4.5, 5.5, np.nan, 5, np.nan, 11])
    np.testing.assert_allclose(made.chart.values[0], [np.nan, 1.5, np.nan, np.nan, 0, np.nan, 3])
    assert not made.judged.any()  # no two surprises follow each other without a gap: no limits
    with pytest.raises(ValueError, match="correlation"):
        expectation_chart(values, r=1)


def test_without_memory_it_is_the_ordinary_chart() -> None:
    values = np.random.default_rng(4).normal(size=(3, 30))
    made, plain = expectation_chart(values, r=0), xmr_chart(values)
    np.testing.assert_array_equal(made.chart.direction, plain.direction)
    np.testing.assert_allclose(made.upper, plain.upper, atol=1e-12)


@pytest.mark.parametrize("periods", [24, 60])
def test_memory_allowed_for_marks_no_more_than_series_without_memory(periods: int) -> None:
    values = remembering(0.65, 3000, periods, seed=5)
    free = remembering(0, 3000, periods, seed=6)

    def yearly(chart) -> float:
        return float(chart.signal[:, -12:].any(axis=1).mean())

    naive = yearly(xmr_chart(values))
    allowed = yearly(expectation_chart(values, r=pooled_lag1(values)).chart)
    # 3,000 series: a share of 0.13 has a standard error of 0.006, the difference of two 0.009.
    assert naive > 0.6
    assert abs(allowed - yearly(xmr_chart(free))) < 0.04
    assert 0.08 < allowed < 0.18


def test_a_jump_is_seen() -> None:
    values = remembering(0.65, 2000, 36, seed=7)
    values[:, -6:] += 3  # three standard deviations
    made = expectation_chart(values, r=0.65)
    assert (made.chart.outside[:, -6] > 0).mean() > 0.5


def test_surrogates_keep_memory_gaps_and_sizes() -> None:
    like = np.zeros((40, 50))
    like[3, 10:20] = np.nan
    made = surrogates(like, r=0.6, surprises=np.array([-2.0, 2.0, np.nan]), rng=np.random.default_rng(8), draws=30)
    assert made.shape == (1200, 50)
    np.testing.assert_array_equal(np.isnan(made), np.isnan(np.tile(like, (30, 1))))
    assert abs(pooled_lag1(made) - 0.6) < 0.02
    # Var = 4 / (1 - 0.36); 60,000 correlated values know it to about 1%.
    assert np.nanvar(made) == pytest.approx(4 / 0.64, rel=0.05)
    with pytest.raises(ValueError, match="surprises"):
        surrogates(like, r=0.6, surprises=np.array([np.nan]), rng=np.random.default_rng(8), draws=1)
