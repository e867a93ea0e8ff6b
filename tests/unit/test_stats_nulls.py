"""What nulls can say, against R, statsmodels, published figures and numbers worked by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import DescrStatsW

from wres_analysis.stats.nulls import assess_null, e_value, minimum_detectable_effect

pytestmark = pytest.mark.unit

POWER = pd.read_csv(Path(__file__).parents[1] / "oracle" / "linear" / "power.csv")


def test_detectable_effects_are_those_of_r():
    """R's noncentral t stops at about twelve digits of probability, and at fewer in its far tail."""
    assert len(POWER) == 45
    for row in cast(Any, POWER.itertuples()):
        ours = minimum_detectable_effect(1.0, row.df, alpha=row.alpha, power=row.power)
        assert ours == pytest.approx(row.effect, rel=1e-8)


def test_detectable_effects_are_those_of_statsmodels():
    for df in (5, 29, 209):
        theirs = TTestPower().solve_power(nobs=df + 1, alpha=0.05, power=0.8) * (df + 1) ** 0.5
        assert minimum_detectable_effect(1.0, df) == pytest.approx(theirs, rel=1e-5)  # its root search stops there


def test_detectable_correlations_in_cross_sections_are_those_of_the_usual_tables():
    """30 organisations .49, 120 .25, 210 .19: with r / sqrt((1 - r**2) / df) for the effect in standard errors."""
    for n, r in ((30, 0.49), (60, 0.36), (120, 0.25), (210, 0.19)):
        effect = minimum_detectable_effect(1.0, n - 2)
        assert effect / (n - 2 + effect**2) ** 0.5 == pytest.approx(r, abs=0.01)


def test_a_detectable_effect_is_detected_as_often_as_it_says():
    random = np.random.default_rng(1)
    effect = minimum_detectable_effect(1.0, 12)
    t = (random.normal(size=40_000) + effect) / np.sqrt(random.chisquare(12, 40_000) / 12)
    assert (np.abs(t) > 2.178813).mean() == pytest.approx(0.8, abs=0.006)


def test_two_one_sided_tests_are_those_of_statsmodels():
    random = np.random.default_rng(2)
    for mean in (0.0, 0.1, -0.3, 0.8):
        sample = DescrStatsW(random.normal(mean, 1, 35))
        theirs = sample.ttost_mean(-0.5, 0.5)[0]
        ours = assess_null(sample.mean, sample.std_mean, sample.nobs - 1, smallest_effect=0.5)
        assert ours.equivalence_p == pytest.approx(theirs, rel=1e-10)


def test_numbers_worked_by_hand():
    """Standard error 1, normal: 1.959964 + 0.841621; 1.644854 + 1.281552; p of 2 below 0.5 is P(Z > 1.5)."""
    result = assess_null(0.5, 1.0, np.inf, smallest_effect=2.0)
    assert result.minimum_detectable == pytest.approx(2.801585, abs=5e-6)  # with the far tail 3e-6 less
    assert result.smallest_demonstrable == pytest.approx(1.644854 + 1.281552, abs=2e-6)
    assert result.smallest_ruled_out == pytest.approx(0.5 + 1.644854, abs=1e-6)
    assert result.equivalence_p == pytest.approx(0.0668072, abs=1e-7)


def test_the_smallest_effect_ruled_out_is_where_the_test_turns():
    for df in (6, 200, np.inf):
        limit = assess_null(-0.7, 0.4, df).smallest_ruled_out
        assert assess_null(-0.7, 0.4, df, smallest_effect=limit).equivalence_p == pytest.approx(0.05, rel=1e-10)


@pytest.mark.parametrize(
    ("estimate", "std_error", "smallest", "verdict"),
    [
        (0.0, 1.0, 5.0, "evidence_of_no_meaningful_effect"),
        (2.5, 1.0, 5.0, "evidence_of_no_meaningful_effect"),  # an effect, but less than matters
        (4.0, 1.0, 5.0, "not_null"),
        (-4.0, 1.0, np.nan, "not_null"),
        (1.5, 1.0, 3.0, "no_evidence"),  # could have been seen (2.80), was not, is not ruled out (1.5 + 1.64)
        (-1.5, 1.0, 3.0, "no_evidence"),
        (0.0, 1.0, 1.5, "cannot_tell"),
        (1.9, 1.0, 2.7, "cannot_tell"),
        (0.0, 1.0, np.nan, "cannot_tell"),
        (np.nan, 1.0, 1.0, "not_available"),
        (1.0, np.nan, 1.0, "not_available"),
        (1.0, 0.0, 1.0, "not_available"),
    ],
)
def test_verdicts(estimate, std_error, smallest, verdict):
    assert assess_null(estimate, std_error, 1e5, smallest_effect=smallest).verdict == verdict
    assert assess_null([estimate], std_error, 1e5, smallest_effect=smallest).verdict[0] == verdict


def test_another_p_value_decides_whether_there_is_an_effect():
    assert assess_null(2.2, 1.0, 1e5).verdict == "not_null"
    assert assess_null(2.2, 1.0, 1e5, p_value=0.11).verdict == "cannot_tell"
    assert assess_null(1.5, 1.0, 1e5, p_value=0.01).verdict == "not_null"


@given(st.floats(-5, 5), st.floats(0.01, 10), st.integers(1, 500), st.floats(0.01, 20))
def test_laws_of_nulls(estimate, std_error, df, smallest):
    one = assess_null(estimate, std_error, df, smallest_effect=smallest)
    mirrored = assess_null(-7 * estimate, 7 * std_error, df, smallest_effect=7 * smallest)
    assert mirrored.verdict == one.verdict
    assert mirrored.equivalence_p == pytest.approx(one.equivalence_p, rel=1e-6)
    assert mirrored.minimum_detectable == pytest.approx(7 * one.minimum_detectable, rel=1e-6)
    assert (one.equivalence_p < 0.05) == (one.verdict == "evidence_of_no_meaningful_effect")
    assert (one.smallest_ruled_out < smallest) == (one.equivalence_p < 0.05) or one.equivalence_p == pytest.approx(0.05)
    assert one.smallest_ruled_out >= abs(estimate)


def test_arrays_keep_their_shape_and_scalars_give_floats():
    grid = assess_null(np.zeros((3, 1)), 1.0, [5, np.nan, 50, -1], smallest_effect=1.0)
    assert grid.verdict.shape == grid.minimum_detectable.shape == (3, 4)
    assert list(grid.verdict[0]) == ["cannot_tell", "not_available", "cannot_tell", "not_available"]
    assert np.isnan(grid.smallest_demonstrable[:, [1, 3]]).all()
    single = assess_null(0.0, 1.0, 5)
    assert isinstance(single.minimum_detectable, float)
    assert isinstance(single.verdict, str)
    assert isinstance(minimum_detectable_effect(1.0, 5), float)
    assert np.isnan(minimum_detectable_effect(np.nan, 5))


def test_published_e_values():
    """VanderWeele and Ding (2017): a risk ratio of 3.9 (1.8 to 8.7) has E-values of 7.26 and 3.0."""
    estimate, low, high = np.log([3.9, 1.8, 8.7]) / 0.91
    result = e_value(estimate, low, high)
    assert (round(result.estimate, 2), round(result.limit, 2)) == (7.26, 3.0)
    assert result.risk_ratio == pytest.approx(3.9)


def test_e_value_of_a_standardised_difference_worked_by_hand():
    """0.5 (0.01 to 0.99): exp(0.455) = 1.57617, and 1.57617 + sqrt(1.57617 * 0.57617) = 2.52914."""
    result = e_value(0.5, 0.01, 0.99)
    assert result.estimate == pytest.approx(2.52914, abs=1e-5)
    assert result.limit == pytest.approx(1.00914 + (1.00914 * 0.00914) ** 0.5, abs=1e-4)
    mirrored = e_value(-0.5, -0.99, -0.01)
    assert (mirrored.estimate, mirrored.limit) == pytest.approx((result.estimate, result.limit))


def test_e_value_of_an_interval_that_includes_no_effect_is_one():
    both = e_value([0.3, -0.3, 0.0, np.nan], [-0.1, -0.6, -1.0, 0.0], [0.7, 0.0, 1.0, 1.0])
    np.testing.assert_array_equal(both.limit[:3], 1.0)
    assert both.estimate[2] == 1.0
    assert np.isnan(both.estimate[3])
    assert np.isnan(both.limit[3])
    assert (both.estimate[:2] > 1).all()


def test_arguments_that_mean_nothing_are_refused():
    for alpha, power in ((0.0, 0.8), (0.05, 1.0), (0.5, 0.4)):
        with pytest.raises(ValueError, match="alpha and power"):
            minimum_detectable_effect(1.0, 5, alpha=alpha, power=power)
    with pytest.raises(ValueError, match="must be positive"):
        assess_null(0.0, 1.0, 5, smallest_effect=[1.0, 0.0])
    with pytest.raises(ValueError, match="outside its limits"):
        e_value(0.5, 0.6, 0.7)
