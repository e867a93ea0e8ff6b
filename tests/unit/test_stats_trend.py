"""Trends against metafor and lm (frozen), and against truths that were planted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wres_analysis.stats.pooled_slopes import pool_slopes
from wres_analysis.stats.trend import change_between, fit_trends, percentage_variance, way_to_zero

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).parents[1] / "oracle" / "trend"
YEARS = np.arange(2017.0, 2026.0)
NOW = 2025
SETS = ("noisy", "quiet", "large", "many")
#: metafor's search for tau2 ends when a step is below 1e-15 and R prints 17 digits; the rest is rounding of sums.
CLOSE = 1e-9


@pytest.fixture(scope="module")
def cases():
    return pd.read_csv(ORACLE / "cases.csv")


@pytest.fixture(scope="module")
def answers():
    told = pd.read_csv(ORACLE / "answers.csv", dtype={"series": str})
    return {key: part["value"].to_numpy() for key, part in told.groupby(["set", "series", "method", "quantity"])}


def matrices(cases, name):
    rows = cases[cases["set"] == name]
    y = rows.pivot(index="series", columns="year", values="y").reindex(columns=YEARS.astype(int))
    v = rows.pivot(index="series", columns="year", values="v").reindex(columns=YEARS.astype(int))
    return [str(s) for s in y.index], y.to_numpy(), v.to_numpy()


def check_lines(fit, series, name, method, answers):
    height = np.stack(fit.at(NOW))
    for k, s in enumerate(series):
        told = answers[name, s, method, "slope"]
        mine = [fit.slope[k], fit.slope_se[k], fit.low[k], fit.high[k]]
        np.testing.assert_allclose(mine, told, rtol=CLOSE, atol=CLOSE)
        np.testing.assert_allclose(height[:, k], answers[name, s, method, "height"], rtol=CLOSE, atol=1e-8)


@pytest.mark.parametrize("name", SETS)
def test_slopes_heights_and_excess_are_those_of_metafor(cases, answers, name):
    series, y, v = matrices(cases, name)
    fit = fit_trends(y, v, YEARS)
    assert set(fit.status) == {"ok"}
    check_lines(fit, series, name, "adhoc", answers)
    for k, s in enumerate(series):
        np.testing.assert_allclose(fit.tau2[k], answers[name, s, "adhoc", "tau2"][0], rtol=1e-7, atol=1e-12)
        np.testing.assert_allclose(fit.q[k], answers[name, s, "adhoc", "q"][0], rtol=CLOSE)
        if fit.tau2[k] > 0:  # then Knapp and Hartung's factor is 1, and the floor changes nothing
            np.testing.assert_allclose(
                [fit.low[k], fit.high[k]], answers[name, s, "knha", "slope"][2:], rtol=1e-6, atol=1e-6
            )


@pytest.mark.parametrize("name", SETS)
def test_without_sampling_a_trend_is_least_squares(cases, answers, name):
    series, y, v = matrices(cases, name)
    fit = fit_trends(y, 0 * v, YEARS)
    check_lines(fit, series, name, "lm", answers)
    assert np.isnan(fit.q).all()


@pytest.mark.parametrize("name", SETS)
def test_one_excess_for_all_series_is_that_of_one_regression(cases, answers, name):
    _, y, v = matrices(cases, name)
    pooled = pool_slopes(y, v, YEARS)
    np.testing.assert_allclose(pooled.tau2, answers[name, "all", "common", "tau2"][0], rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(pooled.slope, answers[name, "all", "common", "slope"], rtol=1e-7)
    np.testing.assert_allclose(pooled.slope_se, answers[name, "all", "common", "slope_se"], rtol=1e-7)


@pytest.mark.parametrize(("method", "factor"), [("adhoc", 1.0), ("lm", 0.0)])
def test_the_way_to_zero_ends_where_limits_of_the_line_are_zero(cases, answers, method, factor):
    seen = set()
    for name in SETS:
        series, y, v = matrices(cases, name)
        fit = fit_trends(y, factor * v, YEARS)
        way = way_to_zero(fit, NOW, horizon=1e9)
        _, low_now, high_now = fit.at(NOW)
        for k, s in enumerate(series):
            count, *roots = answers[name, s, method, "crossings"]
            seen.add(way.status[k])
            if way.status[k] == "reached":
                assert low_now[k] <= 0 <= high_now[k]
                continue
            if count < 2 or max(np.abs(roots)) > 399:  # R looked no further than 400 years either way
                continue
            first, last = sorted(roots)
            if way.status[k] == "moving_away":
                assert last < 0
            elif way.status[k] == "open_ended":
                assert first < 0
                np.testing.assert_allclose(way.low[k], last, rtol=1e-6)
                assert way.high[k] == np.inf
            else:
                np.testing.assert_allclose([way.low[k], way.high[k]], [first, last], rtol=1e-6)
                assert way.low[k] < way.estimate[k] < way.high[k]
    assert {"reached", "in_sight", "open_ended"} <= seen


def test_a_gap_that_widens_is_never_projected_to_parity():
    y = np.array([[2.0, 3.1, 3.9, 5.0, 6.1, 7.0], [7.0, 6.1, 5.0, 3.9, 3.1, 2.0], [7.0, 7.0, 6.9, 6.9, 6.8, 6.8]])
    fit = fit_trends(y, np.full(y.shape, 1e-4), np.arange(2020.0, 2026.0))
    way = way_to_zero(fit, 2025)
    assert list(way.status) == ["moving_away", "in_sight", "beyond_horizon"]
    assert np.isnan(way.low[0])
    # The second falls by about 1.01 a year from 2.0: parity in two years.
    assert 1.7 < way.low[1] < 2.0 < way.high[1] < 2.3
    assert way.low[2] > 30


def test_intervals_cover_planted_slopes():
    """Coverage of 95% intervals, 2,000 series a setting: Monte Carlo standard error 0.5 points, so 3 of them below."""
    random = np.random.default_rng(20_260_331)
    for k, tau in ((3, 0.0), (4, 2.0), (5, 0.0), (6, 1.0), (9, 3.0)):
        years = np.arange(float(k))
        v = 1e4 * 0.16 / random.integers(60, 900, (2000, k))
        y = 5 - 0.7 * years + random.normal(0, tau, v.shape) + random.normal(0, np.sqrt(v))
        fit = fit_trends(y, v, years)
        covered = ((fit.low < -0.7) & (fit.high > -0.7)).mean()
        assert covered > 0.935, (k, tau, covered)


def test_shrunken_slopes_cover_and_are_closer_to_the_truth():
    random = np.random.default_rng(7)
    covered, own, shrunk = [], [], []
    for _ in range(20):
        v = 1e4 * 0.16 / random.integers(60, 900, (100, 8))
        slopes = random.normal(-0.5, 0.4, 100)
        y = 6 + slopes[:, None] * YEARS[:8] + random.normal(0, 1.0, v.shape) + random.normal(0, np.sqrt(v))
        pooled = pool_slopes(y, v, YEARS[:8])
        assert set(pooled.status) <= {"ok", "too_imprecise"}
        inside = (pooled.shrunken.low < slopes) & (slopes < pooled.shrunken.high)
        covered.append(inside.mean())
        own.append(np.mean((pooled.slope - slopes) ** 2))
        shrunk.append(np.mean((pooled.shrunken.mean - slopes) ** 2))
    # 2,000 intervals that share their mean within a draw: about 0.7 points of Monte Carlo error, three of them.
    assert 0.93 < np.mean(covered) < 0.97
    assert np.mean(shrunk) < 0.8 * np.mean(own)


def test_short_series_and_perfect_lines_have_a_word_and_no_interval():
    y = np.array([[1.0, np.nan, 2.0, np.nan], [1.0, 2.0, 3.0, 4.0], [5.0, 5.0, 5.0, 5.0], [np.nan] * 4])
    fit = fit_trends(y, np.where(np.isnan(y), np.nan, 0.0), np.arange(4.0))
    assert list(fit.status) == ["too_few", "exact_fit", "exact_fit", "too_few"]
    assert list(fit.n_years) == [2, 4, 4, 0]
    assert np.isnan(fit.low).all()
    assert np.isnan(fit.slope[[0, 3]]).all()
    np.testing.assert_allclose(fit.slope[[1, 2]], [1.0, 0.0], atol=1e-15)  # sums of four numbers near 1
    assert list(way_to_zero(fit, 3.0).status) == ["no_trend"] * 4
    assert np.isnan(fit.probability_rising()).all()
    pooled = pool_slopes(y, np.where(np.isnan(y), np.nan, 0.0), np.arange(4.0))
    assert list(pooled.status) == ["too_few", "exact_fit", "exact_fit", "too_few"]
    assert list(pool_slopes(y[:1], 0 * y[:1], np.arange(4.0)).status) == ["too_few"]


def test_a_missing_variance_leaves_the_year_out_as_a_missing_value_does():
    y = np.array([[3.0, 2.0, 9.0, 1.5, 1.0]])
    v = np.array([[0.1, 0.2, np.nan, 0.1, 0.3]])
    with_gap = fit_trends(y, v, YEARS[:5])
    without = fit_trends(np.delete(y, 2, 1), np.delete(v, 2, 1), np.delete(YEARS[:5], 2))
    assert with_gap.n_years[0] == 4
    assert with_gap.slope[0] == pytest.approx(without.slope[0], rel=1e-14)  # the same sums in another order
    assert with_gap.slope_se[0] == pytest.approx(without.slope_se[0], rel=1e-14)


@pytest.mark.parametrize(
    ("y", "v", "time", "words"),
    [
        ([[1.0, 2.0]], [[1.0]], [0.0, 1.0], "do not fit"),
        ([[1.0, 2.0]], [[1.0, 1.0]], [1.0, 1.0], "times must differ"),
        ([[1.0, 2.0]], [[1.0, -1.0]], [0.0, 1.0], "must not be negative"),
        ([[1.0, 2.0]], [[1.0, 0.0]], [0.0, 1.0], "some variances are 0"),
    ],
)
def test_what_makes_no_sense_is_refused(y, v, time, words):
    with pytest.raises(ValueError, match=words):
        fit_trends(y, v, time)


def test_change_between_two_years():
    # 30 of 100 against 20 of 100: the plain error is sqrt(0.3 * 0.7 / 100 + 0.2 * 0.8 / 100); with one event and one
    # non-event added to each it is that of 31/102 and 21/102.
    v = percentage_variance([30, 20, 0, 5], [100, 100, 0, np.nan])
    assert np.isnan(v[2:]).all()
    expected = [1e4 * 31 / 102 * 71 / 102 / 102, 1e4 * 21 / 102 * 81 / 102 / 102]
    np.testing.assert_allclose(v[:2], expected, rtol=1e-13)  # one rounding an operation
    found = change_between([20.0, 7.0, np.nan], [v[1], 0.0, 1.0], [30.0, 9.0, 1.0], [v[0], 0.0, 1.0])
    assert list(found.status) == ["ok", "not_sampled", "missing"]
    assert found.change[0] == 10
    assert found.low[0] == pytest.approx(10 - 1.959964 * np.sqrt(sum(expected)), rel=1e-6)  # the printed digits of z
    assert np.isnan(found.low[1])
