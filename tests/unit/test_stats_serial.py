# mypy: ignore-errors
"""Years that resemble one another: against nlme and metafor (frozen), and against memories that were planted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wres_analysis.stats.pooled_slopes import pool_slopes, pooled_excess
from wres_analysis.stats.serial import ASSUMED, MOST, pooled_memory
from wres_analysis.stats.serial_lines import turn
from wres_analysis.stats.trend import fit_trends

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).parents[1] / "oracle" / "trend"
YEARS = np.arange(2017.0, 2026.0)
NOW = 2025
#: R prints 17 digits; the rest is rounding of sums, which weights of 1 / (1 - 0.9^2) make five times larger.
CLOSE = 1e-9


@pytest.fixture(scope="module")
def cases():
    return pd.read_csv(ORACLE / "cases.csv")


@pytest.fixture(scope="module")
def answers():
    told = pd.read_csv(ORACLE / "serial.csv")
    return {key: part["value"].to_numpy() for key, part in told.groupby(["set", "series", "method", "rho", "quantity"])}


def matrices(cases, name):
    rows = cases[cases["set"] == name]
    y, v = (rows.pivot(index="series", columns="year", values=x).reindex(columns=YEARS.astype(int)) for x in "yv")
    return list(y.index), y.to_numpy(), v.to_numpy()


@pytest.mark.parametrize("rho", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", ["noisy", "quiet", "large", "many"])
def test_lines_are_those_of_nlme_with_the_same_correlation(cases, answers, name, rho):
    series, y, v = matrices(cases, name)
    fit = fit_trends(y, 0 * v, YEARS, rho=rho)
    height = np.stack(fit.at(NOW))
    for k, s in enumerate(series):
        for method in ("car1", "ar1"):
            if (name, s, method, rho, "slope") not in answers:
                continue
            told = answers[name, s, method, rho, "slope"]
            mine = [fit.slope[k], fit.slope_se[k], fit.low[k], fit.high[k]]
            np.testing.assert_allclose(mine, told, rtol=CLOSE, atol=CLOSE)
            np.testing.assert_allclose(height[:, k], answers[name, s, method, rho, "height"], rtol=CLOSE, atol=1e-8)
            np.testing.assert_allclose(fit.tau2[k], answers[name, s, method, rho, "sigma2"][0], rtol=1e-8)


@pytest.mark.parametrize("name", ["noisy", "quiet", "large", "many"])
def test_lines_beside_sampling_are_those_of_metafor(cases, answers, name):
    series, y, v = matrices(cases, name)
    for rho in (0.3, 0.6, 0.9):
        line = turn(y, v, YEARS, np.full(len(y), rho)).line(2.0)
        for k, s in enumerate(series):
            told = answers[name, s, "sampled", rho, "slope"]
            np.testing.assert_allclose([line.slope[k], line.slope_se[k]], told, rtol=CLOSE, atol=CLOSE)
            np.testing.assert_allclose(line.squares[k], answers[name, s, "sampled", rho, "squares"][0], rtol=CLOSE)


def remembering(random, shape, rho):
    """Deviations of variance 1 whose neighbours correlate by ``rho``, by the definition."""
    u = random.normal(size=shape)
    for t in range(1, shape[1]):
        u[:, t] = rho * u[:, t - 1] + np.sqrt(1 - rho**2) * u[:, t]
    return u


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7])
def test_a_planted_memory_comes_back_from_series_of_nine_years_with_gaps(rho):
    random = np.random.default_rng(41)
    y = 5 - 0.3 * YEARS + remembering(random, (1500, 9), rho)
    y[random.random(y.shape) < 0.1] = np.nan
    found = pooled_memory(y, np.where(np.isnan(y), np.nan, 0.0), YEARS)
    assert found.status == "estimated"
    # 1,500 series: the standard error is 0.01 to 0.02, so three of them. At 0 the estimate cannot be lower.
    assert found.estimate == pytest.approx(rho, abs=3 * found.se)
    assert found.se < 0.03
    assert found.rho == pytest.approx(min(found.estimate + found.se, MOST))
    assert found.likeness < 0.01
    v = np.full(y.shape, 0.5)
    noisy = pooled_memory(y + random.normal(0, np.sqrt(v)), np.where(np.isnan(y), np.nan, v), YEARS)
    assert noisy.estimate == pytest.approx(rho, abs=3 * noisy.se)


def test_series_that_move_together_tell_less():
    random = np.random.default_rng(5)
    own, shared = remembering(random, (200, 11), 0.5), remembering(random, (1, 11), 0.5)
    time = np.arange(11.0)
    alone = pooled_memory(own, 0 * own, time)
    together = pooled_memory(own + shared, 0 * own, time)
    assert alone.likeness < 0.02
    assert together.likeness > 0.2
    assert together.se > 2 * alone.se


@pytest.mark.parametrize(
    ("series", "years"),
    [(1, 9), (5, 5), (200, 3), (0, 5)],
)
def test_what_tells_no_memory_has_an_assumed_one(series, years):
    y = np.random.default_rng(3).normal(size=(series, years))
    found = pooled_memory(y, 0 * y, np.arange(float(years)))
    assert (found.status, found.rho) == ("assumed", ASSUMED)
    assert found.n_series == series


def coverage(random, years, rho, shared, noise, draws=12, trusts=100):
    """How often intervals hold a trust's planted slope: ordinary ones, and those that allow for memory as we do."""
    held = np.zeros((draws, 2))
    time = np.arange(float(years))
    for d in range(draws):
        slopes = random.normal(-0.3, 0.2, trusts)
        u = np.sqrt(1 - shared) * remembering(random, (trusts, years), rho)
        u = u + np.sqrt(shared) * remembering(random, (1, years), rho)
        v = np.exp(random.normal(np.log(noise), 0.5, u.shape)) if noise else np.zeros(u.shape)
        y = slopes[:, None] * time + u + random.normal(0, np.sqrt(v))
        found = pooled_memory(y, v, time)
        least = found.rho * pooled_excess(y, v, time, rho=found.rho) if noise else 0.0
        for k, fit in enumerate((fit_trends(y, v, time), fit_trends(y, v, time, rho=found.rho, least=least))):
            held[d, k] = ((fit.low < slopes) & (slopes < fit.high)).mean()
    return held.mean(axis=0)


@pytest.mark.parametrize(
    ("years", "rho", "noise"),
    [(5, 0.6, 0.0), (7, 0.3, 0.0), (9, 0.0, 0.0), (9, 0.6, 0.0), (12, 0.7, 0.0), (9, 0.6, 1.0), (12, 0.7, 0.2)],
)
def test_intervals_hold_planted_slopes_whatever_the_memory(years, rho, noise):
    before, after = coverage(np.random.default_rng(20_261_122), years, rho, 0.0, noise)
    # 1,200 series a setting: a Monte Carlo error of 0.6 points, and three of them below 95%.
    assert after > 0.93, (before, after)
    if rho >= 0.6 and years >= 9:
        assert before < 0.92, (before, after)


def test_a_wave_that_moves_all_series_is_not_averaged_away():
    """No slope differs from 0, all trusts share one wave: the pooled slopes must not be sure of a direction."""
    random = np.random.default_rng(17)
    sure, naive = [], []
    time = np.arange(9.0)
    for _ in range(40):
        y = (
            remembering(random, (60, 9), 0.5)
            + 2 * remembering(random, (1, 9), 0.5)
            + random.normal(0, 0.1, (60, 1)) * time
        )
        for out, shared in ((sure, 0.5), (naive, None)):
            pooled = pool_slopes(y, 0 * y, time, rho=0.5, shared_rho=shared)
            rising = pooled.probability_rising()[pooled.status == "ok"]
            out.append(np.mean((rising > 0.975) | (rising < 0.025)))
    # Of 40 draws the share that is sure by mistake: 5% each is expected, and the wave is one event a draw.
    assert np.mean(sure) < 0.15
    assert np.mean(naive) > 0.4


def test_correlations_outside_their_range_are_refused():
    with pytest.raises(ValueError, match="from 0 to below 1"):
        fit_trends([[1.0, 2.0, 4.0]], [[0.0, 0.0, 0.0]], [0.0, 1.0, 2.0], rho=1.0)
