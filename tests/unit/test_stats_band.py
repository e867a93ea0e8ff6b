"""The band against full enumeration, simulation, and figures worked out elsewhere."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm

from wres_analysis.stats.band import (
    probability_in_band,
    probability_outside_if_equal,
    probability_true_ratio_outside,
)

pytestmark = pytest.mark.unit


def enumerated(n1, n2, p, low, high):
    """Probabilities inside, below, above and without a ratio, over every pair of counts."""
    parts = dict.fromkeys(("inside", "below", "above", "no_ratio"), 0.0)
    first, second = (binom.pmf(range(n + 1), n, p) for n in (n1, n2))
    for x1, x2 in np.ndindex(n1 + 1, n2 + 1):
        if x2 == 0:
            part = "no_ratio"
        else:
            ratio = Fraction(x1, n1) / Fraction(x2, n2)
            part = "below" if ratio < low else "above" if ratio > high else "inside"
        parts[part] += first[x1] * second[x2]
    return parts


@pytest.mark.parametrize(
    ("n1", "n2", "p"),
    [(20, 45, 0.1), (30, 30, 0.5), (5, 60, 0.02), (40, 10, 0.9), (9, 9, 0.0), (9, 9, 1.0), (1, 1, 0.4)],
)
@pytest.mark.parametrize(("low", "high"), [(0.8, 1.25), (0.5, 2.0)])
def test_chances_are_those_of_every_pair_of_counts(n1, n2, p, low, high):
    ours = probability_outside_if_equal(n1, n2, p, low=low, high=high)
    for part, chance in enumerated(n1, n2, p, Fraction(str(low)), Fraction(str(high))).items():
        assert getattr(ours, part) == pytest.approx(chance, rel=1e-12, abs=1e-14)


def test_edges_belong_to_the_band():
    """4 of 10 against 5 of 10 is 0.8, and 5 against 4 is 1.25: with bases of ten they count as inside."""
    ours = probability_outside_if_equal(10, 10, 0.45)
    narrower = probability_outside_if_equal(10, 10, 0.45, low=0.801, high=1.249)
    on_the_edge = 2 * binom.pmf(4, 10, 0.45) * binom.pmf(5, 10, 0.45) + 2 * binom.pmf(8, 10, 0.45) * binom.pmf(
        10, 10, 0.45
    )
    assert ours.inside - narrower.inside == pytest.approx(on_the_edge, rel=1e-9)


def test_chances_are_those_of_simulation():
    rng = np.random.default_rng(1)
    n1, n2, p, draws = np.array([400, 900, 150]), np.array([3000, 4100, 700]), np.array([0.01, 0.004, 0.3]), 40_000
    x1, x2 = rng.binomial(n1, p, (draws, 3)), rng.binomial(n2, p, (draws, 3))
    ratio = np.divide(x1 / n1, x2 / n2, out=np.full(x1.shape, np.nan), where=x2 > 0)
    ours = probability_outside_if_equal(n1, n2, p)
    assert ours.below == pytest.approx((ratio < 0.8 - 1e-12).mean(axis=0), abs=0.01)  # four Monte Carlo errors
    assert ours.above == pytest.approx((ratio > 1.25 + 1e-12).mean(axis=0), abs=0.01)


def test_the_share_inside_by_expected_events_as_published_with_the_method():
    """26, 35, 47, 63, 79 and 92 % by 3 to 80 expected events in the smaller group, from a simulation elsewhere.

    Its settings were a rate of 1 % and shares of the smaller group about 19 %. With so few events the chance jumps from
    one pair of bases to the next, so it is averaged here over shares from 10 to 30 %. All but one agree within half a
    point, which is its rounding; at 5 events the exact value is 33.7 %, 1.3 points less.
    """
    share = np.arange(0.10, 0.3001, 0.005)
    for events, simulated, within in (
        (3, 26, 0.5),
        (5, 35, 1.5),
        (10, 47, 0.5),
        (20, 63, 0.6),
        (40, 79, 0.5),
        (80, 92, 0.5),
    ):
        smaller = round(events / 0.01)
        larger = np.rint(smaller * (1 - share) / share)
        inside = 100 * probability_outside_if_equal(smaller, larger, 0.01).inside.mean()
        assert inside == pytest.approx(simulated, abs=within)


def test_under_equality_most_organisations_of_ordinary_size_fall_outside():
    """The same source: 231 of them, median headcount 4,700, a fifth in the smaller group, 1 %: 41 % inside."""
    rng = np.random.default_rng(0)
    total = np.rint(np.exp(rng.normal(np.log(4700), 0.6, 231)))
    smaller = np.rint(total * rng.beta(2, 8.5, 231)) + 1
    ours = probability_outside_if_equal(smaller, total - smaller, 0.01)
    assert 0.38 < ours.inside.mean() < 0.46  # the shape of the sizes is ours: the source gives only these figures
    assert ours.outside.mean() > 0.5


def test_zeros():
    """One trial each at a half: 0/0 and 1/0 are no ratio, 0/1 lies below, 1/1 inside."""
    ours = probability_outside_if_equal(1, 1, 0.5)
    assert (ours.no_ratio, ours.below, ours.inside, ours.above) == pytest.approx((0.5, 0.25, 0.25, 0))
    assert (ours.outside, ours.outside_given_ratio) == pytest.approx((0.25, 0.5))
    never = probability_outside_if_equal(50, 500, 0)
    assert (never.no_ratio, never.outside) == (1, 0)
    assert np.isnan(never.outside_given_ratio)
    always = probability_outside_if_equal(50, 500, 1)
    assert (always.inside, always.no_ratio) == (1, 0)


def test_missing_bases_have_a_name_and_no_numbers():
    ours = probability_outside_if_equal([100, 0, np.nan, 100], [500, 500, 500, 500], [0.1, 0.1, 0.1, np.nan])
    assert list(ours.status) == ["ok", "no_base", "no_base", "no_base"]
    assert np.isnan(ours.inside[1:]).all()
    assert np.isnan(ours.outside_given_ratio[1:]).all()
    assert probability_outside_if_equal(np.nan, 5, 0.1).status == "no_base"


def test_large_bases_need_no_approximation():
    """Ten million each at 0.0001, a thousand events: the normal limit of the log ratio, to three digits."""
    ours = probability_outside_if_equal(10_000_000, 10_000_000, 0.0001, low=0.95, high=1.05)
    spread = np.sqrt(2 / 1000)
    assert ours.outside == pytest.approx(norm.cdf(np.log(0.95) / spread) + norm.sf(np.log(1.05) / spread), abs=0.002)
    assert ours.inside + ours.outside + ours.no_ratio == pytest.approx(1, abs=1e-10)


def test_scalars_give_scalars_and_arrays_keep_their_shape():
    assert isinstance(probability_outside_if_equal(10, 20, 0.3).outside, float)
    grid = probability_outside_if_equal(np.full((2, 1), 40), [50, 60, 70], 0.2)
    assert grid.outside.shape == grid.status.shape == (2, 3)
    assert grid.below[1, 2] == probability_outside_if_equal(40, 70, 0.2).below


def test_true_ratio_by_the_normal_distribution():
    ours = probability_true_ratio_outside([0.0, np.log(1.25), np.nan, 2.0], [0.04, 0.01, 1.0, 1e-6])
    assert ours.outside[0] == pytest.approx(2 * norm.sf(np.log(1.25) / 0.2))
    assert ours.above[1] == pytest.approx(0.5)
    assert np.isnan([ours.inside[2], ours.outside[2]]).all()
    assert (ours.above[3], ours.inside[3]) == (1, 0)
    assert float(probability_true_ratio_outside(0.1, 0.04).below) == pytest.approx(norm.cdf((np.log(0.8) - 0.1) / 0.2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: probability_outside_if_equal(-1, 5, 0.1), "base"),
        (lambda: probability_outside_if_equal(5.5, 5, 0.1), "base"),
        (lambda: probability_outside_if_equal(10**8, 5, 0.1), "base"),
        (lambda: probability_outside_if_equal(5, 5, 1.1), "rate"),
        (lambda: probability_outside_if_equal(5, 5, 0.1, low=1.25, high=0.8), "order"),
        (lambda: probability_true_ratio_outside(0.1, 0), "positive"),
        (lambda: probability_true_ratio_outside(0.1, 0.1, low=0), "order"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 30_000), st.integers(1, 30_000), st.floats(0, 1))
def test_chances_add_up_and_a_wider_band_holds_more(n1, n2, p):
    ours = probability_outside_if_equal(n1, n2, p)
    wider = probability_outside_if_equal(n1, n2, p, low=0.5, high=2)
    assert ours.inside + ours.outside + ours.no_ratio == pytest.approx(1, abs=1e-9)
    assert min(ours.inside, ours.below, ours.above, ours.no_ratio) >= 0
    assert wider.inside >= ours.inside - 1e-12
    assert wider.no_ratio == ours.no_ratio == pytest.approx((1 - p) ** n2, rel=1e-6, abs=1e-15)


@pytest.mark.parametrize(("n1", "n2", "p1", "p2"), [(20, 45, 0.2, 0.1), (30, 30, 0.4, 0.5), (5, 60, 0.0, 0.02)])
def test_chances_with_two_rates_are_those_of_every_pair_of_counts(n1, n2, p1, p2):
    first, second = binom.pmf(range(n1 + 1), n1, p1), binom.pmf(range(n2 + 1), n2, p2)
    ratios = {
        (x1, x2): Fraction(x1 * n2, n1 * x2) for x1 in range(n1 + 1) for x2 in range(1, n2 + 1)
    }  # exact, as the edges are
    inside = sum(first[a] * second[b] for (a, b), r in ratios.items() if Fraction(4, 5) <= r <= Fraction(5, 4))
    above = sum(first[a] * second[b] for (a, b), r in ratios.items() if r > Fraction(5, 4))
    ours = probability_in_band(n1, n2, p1, p2)
    assert ours.inside == pytest.approx(inside, rel=1e-12, abs=1e-14)  # sums of at most 3,000 products
    assert ours.above == pytest.approx(above, rel=1e-12, abs=1e-14)
    assert ours.inside + ours.below + ours.above + ours.no_ratio == pytest.approx(1, rel=1e-12)
