"""Interrupted time series against R (lm and sandwich), statsmodels, planted breaks, and what must be refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from wres_analysis.stats.its import MIN_BEFORE, MIN_TOTAL, fit_interrupted, newey_west_lag

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).resolve().parents[1] / "oracle" / "its"
CASES = pd.read_csv(ORACLE / "cases.csv", dtype={"breaks": str})
ANSWERS = pd.read_csv(ORACLE / "answers.csv")


def case(name: str) -> tuple[np.ndarray, np.ndarray, list[int]]:
    one = CASES[CASES["case"] == name]
    return one["value"].to_numpy(), one["month"].to_numpy(), [int(b) for b in one["breaks"].iloc[0].split()]


@pytest.mark.parametrize("lag", [0, 3, 6])
@pytest.mark.parametrize("effects", ["yes", "no"])
@pytest.mark.parametrize("name", sorted(set(CASES["case"])))
def test_same_as_r(name: str, effects: str, lag: int) -> None:
    values, months, breaks = case(name)
    fit = fit_interrupted(values, breaks, months=months, effects=effects == "yes", lag=lag)
    theirs = ANSWERS[(ANSWERS["case"] == name) & (ANSWERS["effects"] == effects) & (ANSWERS["lag"] == lag)]
    assert fit.status == "ok"
    assert list(fit.names) == theirs["term"].tolist()
    assert set(theirs["df"]) == {fit.df}
    # Estimates by QR on both sides; the issue allows 1e-6 of a standard error and a relative 1e-5 of errors.
    np.testing.assert_array_less(abs(fit.estimate - theirs["estimate"].to_numpy()), 1e-9 * fit.std_error)
    np.testing.assert_allclose(fit.std_error, theirs["std_error"], rtol=1e-8)


@pytest.mark.parametrize("name", ["missing", "gap_at_break", "one_break"])
def test_missing_months_keep_their_place_as_in_statsmodels_with_weight_zero(name: str) -> None:
    values, months, breaks = case(name)
    fit = fit_interrupted(values, breaks, months=months, effects=False, lag=4)
    here = np.isfinite(values)
    t = np.arange(len(values), dtype=float)
    columns = [np.ones_like(t), t]
    for at in breaks:
        columns += [t >= at, np.where(t >= at, t - at, 0)]
    model = sm.WLS(np.where(here, values, 0.0), np.column_stack(columns).astype(float), weights=here.astype(float))
    theirs = model.fit(cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": False})
    np.testing.assert_allclose(fit.estimate, theirs.params, rtol=1e-8)
    np.testing.assert_allclose(fit.std_error, theirs.bse * np.sqrt(fit.n / fit.df), rtol=1e-8)


def test_planted_break_is_found_and_the_season_is_not_taken_for_one() -> None:
    t = np.arange(72)
    months = 1 + t % 12
    values = 5 + 0.01 * t + np.cos(t * np.pi / 6) + (t >= 40) * (0.7 - 0.03 * (t - 40))
    fit = fit_interrupted(values, [40], months=months)
    # No noise: exact but for rounding.
    assert fit.of("step_1")["estimate"] == pytest.approx(0.7, abs=1e-10)
    assert fit.of("change_1")["estimate"] == pytest.approx(-0.03, abs=1e-10)
    np.testing.assert_allclose(fit.fitted, values, atol=1e-10)
    np.testing.assert_allclose(fit.without - (5 + 0.01 * t + np.cos(t * np.pi / 6)), 0, atol=1e-10)
    with pytest.raises(KeyError):
        fit.of("step_2")


def without_break(memory: float, months: int, rng: np.random.Generator) -> np.ndarray:
    noise = rng.normal(size=months + 50)
    for t in range(1, months + 50):
        noise[t] += memory * noise[t - 1]
    return noise[50:]


@pytest.mark.parametrize(("memory", "periods", "breaks"), [(0.6, 60, [30]), (0.0, 60, [30]), (0.5, 109, [60, 85])])
def test_calibrated_tests_keep_their_level_where_newey_west_does_not(
    memory: float, periods: int, breaks: list[int]
) -> None:
    rng = np.random.default_rng(6)
    months = 1 + np.arange(periods) % 12
    newey_west, calibrated, covered, remembered = [], [], [], []
    for seed in range(300):
        fit = fit_interrupted(without_break(memory, periods, rng), breaks, months=months, draws=199, seed=seed)
        step = fit.of("step_1")
        newey_west.append(step["p_value"] < 0.05)
        calibrated.append(step["p_calibrated"] < 0.05)
        covered.append(step["cal_low"] <= 0 <= step["cal_high"])
        remembered.append(fit.memory)
    # 300 series know 0.05 to 0.013: three of these each way, and a little for the memory, which is estimated.
    assert 0.01 <= np.mean(calibrated) <= 0.10
    assert 0.90 <= np.mean(covered) <= 0.99
    assert np.mean(newey_west) > np.mean(calibrated) + 0.02
    # Planted; what is below nought counts as nought, which lifts the mean of an absent memory.
    assert abs(np.mean(remembered) - memory) < 0.08


def test_without_draws_there_is_nothing_calibrated_and_with_a_seed_always_the_same() -> None:
    values, months, breaks = case("one_break")
    plain = fit_interrupted(values, breaks, months=months, draws=0)
    assert np.isnan(plain.of("step_1")["p_calibrated"])
    one, two = (fit_interrupted(values, breaks, months=months) for _ in range(2))
    np.testing.assert_array_equal(one.p_calibrated, two.p_calibrated)
    np.testing.assert_array_equal(one.std_error, plain.std_error)


@pytest.mark.parametrize(
    ("n", "lag"), [(24, 3), (60, 3), (100, 4), (200, 4), (300, 5)]
)  # 4 x (n / 100)^(2/9): 2.9, 3.6, 4, 4.7, 5.1
def test_rule_for_the_lag(n: int, lag: int) -> None:
    assert newey_west_lag(n) == lag


YEARS = 1 + np.arange(48) % 12


@pytest.mark.parametrize(
    ("values", "breaks", "months", "status"),
    [
        (np.arange(9.0), [5], None, "not_monthly"),
        (np.arange(48.0), [20], np.arange(48) % 4 + 1, "not_monthly"),
        (np.full(48, np.nan), [20], YEARS, "all_missing"),
        (np.arange(30.0) % 7, [15], YEARS[:30], "too_short"),
        (np.arange(48.0) % 7, [5], YEARS, "too_short_segment"),
        (np.arange(48.0) % 7, [20, 30], YEARS, "too_short_segment"),
        (np.arange(48.0) % 7, [], YEARS, "bad_break"),
        (np.arange(48.0) % 7, [0], YEARS, "bad_break"),
        (np.arange(48.0) % 7, [48], YEARS, "bad_break"),
        (np.where(YEARS == 8, np.nan, np.arange(48.0) % 7), [24], YEARS, "no_full_year"),
        (np.full(48, 3.0), [20], YEARS, "constant"),
    ],
)
def test_refusals_have_a_name_and_a_sentence(
    values: np.ndarray, breaks: list[int], months: np.ndarray | None, status: str
) -> None:
    fit = fit_interrupted(values, breaks, months=months)
    assert fit.status == status
    assert fit.message.endswith(".")
    assert not fit.estimate.size


def test_least_lengths_are_enough() -> None:
    values = np.random.default_rng(1).normal(size=MIN_TOTAL)
    fit = fit_interrupted(values, [MIN_BEFORE], months=YEARS[:MIN_TOTAL])
    assert fit.status == "ok"
    assert (fit.n, fit.df, fit.lag) == (36, 21, 3)
    assert fit.se_convention == "Newey-West, Bartlett weights, lag 3, factor n/(n-k), t with 21 df"


def test_shapes_that_make_no_sense_raise() -> None:
    with pytest.raises(ValueError, match="one series"):
        fit_interrupted(np.ones(5), [2], months=np.ones(4))
    with pytest.raises(ValueError, match="infinite"):
        fit_interrupted(np.r_[np.inf, np.ones(47)], [20], months=YEARS)
