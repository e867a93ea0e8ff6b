"""Worst-case slopes: against every combination on a grid, and against the arithmetic of a line."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wres_analysis.stats.worst_case import extreme_slopes

pytestmark = pytest.mark.unit

LIMITS = (-2.0, 3.0)


def slope(y, x, others, weights=None):
    root = np.ones(len(y)) if weights is None else np.sqrt(weights)
    design = np.column_stack([x, others]) * root[:, None]
    return np.linalg.lstsq(design, y * root, rcond=None)[0][0]


def by_force(y, x, others, weights=None, steps=21):
    """The least and the greatest slope over a grid of all combinations."""
    grid = np.linspace(*LIMITS, steps)
    in_y, in_x = (np.flatnonzero(np.isnan(values)) for values in (y, x))
    found = []
    for fill in product(grid, repeat=in_y.size + in_x.size):
        one, other = y.copy(), x.copy()
        one[in_y], other[in_x] = fill[: in_y.size], fill[in_y.size :]
        found.append(slope(one, other, others, weights))
    return min(found), max(found)


@given(st.integers(0, 10_000), st.integers(0, 2), st.integers(0, 2), st.booleans())
def test_no_combination_on_a_grid_is_further_out(seed, in_y, in_x, weighted):
    random = np.random.default_rng(seed)
    y, x = random.normal(size=(2, 9))
    others = np.column_stack([np.ones(9), random.normal(size=9)])
    weights = random.uniform(0.5, 3, 9) if weighted else None
    places = random.permutation(9)
    y[places[:in_y]], x[places[in_y : in_y + in_x]] = np.nan, np.nan
    low, high = extreme_slopes(y, x, others, y_limits=LIMITS, x_limits=LIMITS, weights=weights)
    least, greatest = by_force(y, x, others, weights, 7 if in_y + in_x > 2 else 15)
    assert low.slope <= least + 1e-9
    assert high.slope >= greatest - 1e-9
    for one in (low, high):
        assert one.slope == pytest.approx(slope(one.y, one.x, others, weights), rel=1e-8, abs=1e-10)
        for filled, given_ in ((one.y, y), (one.x, x)):
            gap = np.isnan(given_)
            assert (filled[~gap] == given_[~gap]).all()
            assert ((filled[gap] >= LIMITS[0]) & (filled[gap] <= LIMITS[1])).all()


def test_the_grid_is_not_missed_by_much_either():
    """Not only outside the grid: near it, so the values found are not absurd."""
    random = np.random.default_rng(1)
    y, x = random.normal(size=(2, 12))
    x[:2] = np.nan
    others = np.ones((12, 1))
    low, high = extreme_slopes(y, x, others, y_limits=LIMITS, x_limits=LIMITS)
    least, greatest = by_force(y, x, others, steps=101)
    assert (low.slope, high.slope) == pytest.approx((least, greatest), abs=2e-3)


def test_gaps_of_the_outcome_go_to_the_limit_that_their_leverage_points_to():
    x = np.array([0.0, 1.0, 2.0, 3.0])
    y = np.array([np.nan, 0.0, 0.0, np.nan])
    low, high = extreme_slopes(y, x, np.ones((4, 1)), y_limits=(0, 1), x_limits=(0, 3))
    assert list(high.y) == [0, 0, 0, 1]
    assert list(low.y) == [1, 0, 0, 0]
    assert (low.slope, high.slope) == pytest.approx((-0.3, 0.3))


def test_without_gaps_both_are_the_slope():
    y, x = np.random.default_rng(2).normal(size=(2, 10))
    low, high = extreme_slopes(y, x, np.ones((10, 1)), y_limits=LIMITS, x_limits=LIMITS)
    assert low.slope == high.slope == pytest.approx(np.polyfit(x, y, 1)[0])


def test_an_exposure_that_does_not_vary_has_no_slope():
    low, high = extreme_slopes([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], np.ones((3, 1)), y_limits=LIMITS, x_limits=LIMITS)
    assert np.isnan([low.slope, high.slope]).all()
