"""Counts recovered from decimals: two published cells, and exact arithmetic on planted fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wres_analysis.stats import recover_fraction

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "numerator", "denominator", "n_low", "n_high"),
    [(0.5839690310827735, 5129, 8783, 4400, 8800), (0.4837024135357054, 1944, 4019, 2100, 4100)],
)
def test_the_career_progression_rates_of_manchester(value, numerator, denominator, n_low, n_high):
    """The White and the BME rate of one trust, survey 2024, as a published extract prints them."""
    found = recover_fraction(value, n_low=n_low, n_high=n_high)
    assert found.unique
    assert (found.numerators.tolist(), found.denominators.tolist()) == ([numerator], [denominator])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_candidates_are_the_multiples_of_the_planted_fraction(data):
    n_low = data.draw(st.integers(1, 9000))
    n_high = data.draw(st.integers(n_low, 12000))
    n = data.draw(st.integers(n_low, n_high))
    k = data.draw(st.integers(0, n))
    # What rounding does to it on the way: exact, or a percentage and back, or fifteen digits.
    value = data.draw(st.sampled_from([k / n, min(k / n * 100 / 100, 1.0), float(f"{k / n:.15g}")]))
    found = recover_fraction(value, n_low=n_low, n_high=n_high)
    reduced = Fraction(k, n)
    step = reduced.denominator
    expected = np.arange(-(-n_low // step) * step, n_high + 1, step)
    assert found.denominators.tolist() == expected.tolist()
    assert found.numerators.tolist() == (expected // step * reduced.numerator).tolist()
    assert n in found.denominators
    assert found.unique == (len(expected) == 1)
    if n_low > n_high / 2 and step == n:
        assert found.unique


def test_a_value_that_is_no_fraction_of_the_range_has_no_candidates():
    found = recover_fraction(0.1234567890123, n_low=10, n_high=500)
    assert not found.unique
    assert len(found.denominators) == len(found.numerators) == 0


@pytest.mark.parametrize(
    ("value", "settings_", "says"),
    [
        (58.4, {"n_low": 1, "n_high": 10}, "share from 0 to 1"),
        (float("nan"), {"n_low": 1, "n_high": 10}, "share from 0 to 1"),
        (0.5, {"n_low": 10, "n_high": 9}, "no denominators"),
        (0.5, {"n_low": 1, "n_high": 1000, "tolerance": 1e-4}, "cannot tell apart"),
        (0.5, {"n_low": 1, "n_high": 2_000_000}, "cannot tell apart"),
    ],
)
def test_requests_without_an_answer_are_refused(value, settings_, says):
    with pytest.raises(ValueError, match=says):
        recover_fraction(value, **settings_)
