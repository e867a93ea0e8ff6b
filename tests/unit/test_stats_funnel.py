"""Funnel limits against R, the published constants, and what chance does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from wres_analysis.stats.funnel import (
    count_ratio_funnel,
    funnel_limits,
    known_error_funnel,
    proportion_funnel,
)
from wres_analysis.stats.shrinkage import log_ratio_and_variance

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).parents[1] / "oracle"
CASES = pd.read_csv(ORACLE / "shrinkage" / "cases.csv").groupby("set")
ANSWERS = pd.read_csv(ORACLE / "funnel" / "answers.csv", index_col=["set", "kind", "quantity"]).value.sort_index(
    kind="stable"
)
SIZES: Any = {
    "proportion": [50, 500, 5000],
    "count_ratio": [5, 50, 500],
    "difference": [1e2, 1e4, 1e6],
    "log_ratio": [1, 10, 100],
}


def answer(name, kind, quantity) -> Any:
    return ANSWERS.loc[(name, kind, quantity)].squeeze()


def funnel(name, kind):
    case = CASES.get_group(name)
    if kind == "proportion":
        return proportion_funnel(case.x1, case.n1)
    if kind == "count_ratio":
        return count_ratio_funnel(case.x1, case.x2)
    p, q = case.x1 / case.n1, case.x2 / case.n2
    if kind == "difference":
        return known_error_funnel(p - q, np.sqrt(p * (1 - p) / case.n1 + q * (1 - q) / case.n2), kind=kind, target=0)
    ratios = log_ratio_and_variance(case.x1, case.n1, case.x2, case.n2, correction="half")
    return known_error_funnel(ratios.estimate, np.sqrt(ratios.variance), kind=kind)


@pytest.mark.parametrize("name", ["bcg", "spread", "alike"])
@pytest.mark.parametrize("kind", SIZES)
def test_funnels_are_those_of_r(name, kind):
    ours = funnel(name, kind)
    assert set(ours.status) == {"ok"}
    for quantity in ("target", "phi", "tau2", "z", "z_adjusted"):
        np.testing.assert_allclose(getattr(ours, quantity), answer(name, kind, quantity), rtol=1e-10, atol=1e-13)
    for adjusted, word in ((False, "plain"), (True, "adjusted")):
        limits = funnel_limits(ours, SIZES[kind], adjusted=adjusted)
        for curve in ("low_95", "high_95", "low_998", "high_998"):
            expected = answer(name, kind, f"{word}_{curve}")
            np.testing.assert_allclose(getattr(limits, curve), expected, rtol=1e-10, atol=1e-14)


def test_limits_are_the_published_multiples():
    """1.959964 and 3.090232 standard errors; 100 trials about a half have 0.05 each on the arcsine scale."""
    half = proportion_funnel([50, 40], [100, 80])
    limits = funnel_limits(half, [100], adjusted=False)
    for curve, multiple in (("high_95", 1.959964), ("high_998", 3.090232)):
        expected = np.sin(np.pi / 4 + multiple * 0.05) ** 2
        assert getattr(limits, curve)[0] == pytest.approx(expected, abs=1e-7)


def test_phi_and_tau2_by_hand():
    """Ten z-scores with standard error 1: winsorising draws 9 in to 0.9 of the way from 4 to it, and -9 likewise."""
    y = np.array([-9, -2, -1, -1, 0, 0, 1, 1, 4, 9.0])
    ours = known_error_funnel(y, np.ones(10), kind="difference", target=0)
    ends = np.array([-2 - 0.1 * 7, 4 + 0.1 * 5])  # the 10th percentile lies 0.9 of a step above the lowest
    phi = (ends[0] ** 2 + 4 + 4 + 16 + ends[1] ** 2) / 10
    assert ours.phi == pytest.approx(phi)
    assert ours.tau2 == pytest.approx((10 * phi - 9) / (10 - 1))
    np.testing.assert_allclose(ours.z_adjusted, y / np.sqrt(1 + ours.tau2))
    plain = known_error_funnel(y, np.ones(10), kind="difference", target=0, winsorise=0)
    assert plain.phi == pytest.approx((y**2).mean())


def test_flags_tell_three_zones():
    z = np.array([0, 1.9, -1.97, 3.0, 3.1, -5])
    ours = known_error_funnel(z, np.ones(6), kind="difference", target=0)
    assert list(ours.flag) == ["inside", "inside", "95_to_99.8", "95_to_99.8", "outside_99.8", "outside_99.8"]
    assert ours.overdispersion == "ok"
    assert list(ours.flag_adjusted) == ["inside"] * 6


def test_chance_alone_is_flagged_as_often_as_it_says():
    rng = np.random.default_rng(5)
    n = rng.integers(200, 3000, 4000)
    alone = proportion_funnel(rng.binomial(n, 0.3), n, target=0.3)
    assert (alone.flag != "inside").mean() == pytest.approx(0.05, abs=0.012)
    assert (alone.flag == "outside_99.8").mean() == pytest.approx(0.002, abs=0.002)
    # Winsorising takes from chance too: the mean square of a normal z-score, drawn in at 10 and 90 %, is 0.68.
    assert alone.phi == pytest.approx(0.8 - 2 * 1.2816 * norm.pdf(1.2816) + 0.2 * 1.2816**2, abs=0.04)
    assert proportion_funnel(rng.binomial(n, 0.3), n, target=0.3, winsorise=0).phi == pytest.approx(1, abs=0.08)


def test_usual_spread_between_units_is_allowed_for():
    """True rates that differ (standard deviation 0.05): most units pass the plain limits, few the adjusted."""
    rng = np.random.default_rng(6)
    n = rng.integers(1000, 3000, 2000)
    truth = np.sin(rng.normal(np.arcsin(np.sqrt(0.3)), 0.05, 2000)) ** 2
    ours = proportion_funnel(rng.binomial(n, truth), n)
    assert ours.overdispersion == "ok"
    assert (ours.flag != "inside").mean() > 0.5
    # Winsorising loses a third of a variance that is the same for all, and 5 and 0.2 % become 11 and 1 %.
    assert ours.tau2 == pytest.approx(0.68 * 0.05**2, rel=0.1)
    assert (ours.flag_adjusted != "inside").mean() == pytest.approx(0.107, abs=0.02)
    assert (ours.flag_adjusted == "outside_99.8").mean() == pytest.approx(0.011, abs=0.007)
    plain = proportion_funnel(rng.binomial(n, truth), n, winsorise=0)
    assert plain.tau2 == pytest.approx(0.05**2, rel=0.1)
    assert (plain.flag_adjusted != "inside").mean() == pytest.approx(0.05, abs=0.015)


def test_winsorising_keeps_a_few_odd_units_from_widening_the_limits():
    rng = np.random.default_rng(8)
    y = np.concatenate([rng.normal(0, 1.5, 190), np.full(10, 6.0)])
    drawn_in = known_error_funnel(y, np.ones(200), kind="difference", target=0)
    plain = known_error_funnel(y, np.ones(200), kind="difference", target=0, winsorise=0)
    assert (drawn_in.flag_adjusted[190:] == "outside_99.8").all()
    assert not (plain.flag_adjusted[190:] == "outside_99.8").any()


def test_where_limits_run_off_the_scale_they_stop_at_its_end():
    rare = proportion_funnel([0, 1, 2, 0], [100, 120, 90, 4])
    limits = funnel_limits(rare, [1, 4, 100])
    assert limits.low_998[0] == 0
    assert limits.high_998[0] == 1
    assert ((limits.low_95 >= 0) & (limits.high_95 <= 1)).all()


def test_what_cannot_be_compared_is_named_and_has_no_flag():
    ours = proportion_funnel([1, np.nan, 0, 3], [10, 10, 0, 10])
    assert list(ours.status) == ["ok", "no_base", "no_base", "ok"]
    assert (list(ours.flag[1:3]), ours.n_units, ours.target) == (["", ""], 2, 0.2)
    counts = count_ratio_funnel([0, 3, 2, np.nan, 0], [4, 0, 2, 1, 0])
    assert list(counts.status) == ["ok", "ok", "ok", "no_base", "no_events"]
    assert np.isnan(counts.estimate[1])
    assert np.isfinite(counts.z[:3]).all()
    known = known_error_funnel([1, 2, 3, np.nan], [0, np.inf, 1, 1], kind="log_ratio", target=1)
    assert list(known.status) == ["no_error", "no_error", "ok", "no_base"]
    assert (known.overdispersion, known.flag[2], known.flag_adjusted[2]) == ("too_few_units", "95_to_99.8", "")


def test_without_units_or_events_there_is_no_target():
    for ours in (
        proportion_funnel([], []),
        proportion_funnel([0, np.nan], [0, 4]),
        count_ratio_funnel([0, 0], [3, 5]),
        known_error_funnel([np.nan], [1], kind="difference"),
    ):
        assert ours.overdispersion == "no_target"
        assert np.isnan([ours.target, ours.phi, ours.tau2]).all()
        assert set(ours.flag) <= {""}
        assert np.isnan(funnel_limits(ours, [10.0]).low_95).all()


def test_no_overdispersion_changes_nothing():
    ours = funnel("alike", "proportion")
    assert (ours.overdispersion, ours.tau2) == ("none", 0.0)
    np.testing.assert_array_equal(ours.z, ours.z_adjusted)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: proportion_funnel([5], [4]), "position 0"),
        (lambda: proportion_funnel([1, 2], [4]), "one length"),
        (lambda: proportion_funnel([1], [4], target=30), "proportion"),
        (lambda: proportion_funnel([1], [4], winsorise=0.5), "winsorise"),
        (lambda: count_ratio_funnel([1, -1], [4, 4]), "position 1"),
        (lambda: count_ratio_funnel([1], [4], target=0), "positive"),
        (lambda: known_error_funnel([1], [-1], kind="difference"), "position 0"),
        (lambda: known_error_funnel([1], [1], kind=cast(Any, "ratio")), "kind"),
        (lambda: known_error_funnel([1], [1], kind="log_ratio", target=-1), "positive"),
        (lambda: funnel_limits(proportion_funnel([1, 2], [4, 4]), [0]), "positive"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@st.composite
def counts(draw):
    n = draw(st.integers(1, 5000))
    return draw(st.integers(0, n)), n


@settings(max_examples=80, deadline=None)
@given(st.lists(counts(), min_size=3, max_size=15), st.booleans())
def test_a_proportion_is_flagged_where_it_lies_beyond_the_curve(rows, adjusted):
    x, n = np.array(rows).T
    ours = proportion_funnel(x, n)
    limits = funnel_limits(ours, n, adjusted=adjusted)
    flag, z = (ours.flag_adjusted, ours.z_adjusted) if adjusted else (ours.flag, ours.z)
    clear = np.abs(np.abs(z) - 1.959963984540054) > 1e-6  # not on the line itself
    beyond = (ours.estimate < limits.low_95) | (ours.estimate > limits.high_95)
    assert list(beyond[clear]) == list((flag != "inside")[clear])
    assert (np.abs(ours.z_adjusted) <= np.abs(ours.z) * (1 + 1e-12)).all()
