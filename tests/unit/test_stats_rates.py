"""The beta-binomial against R, direct integration and planted truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import betabinom

from wres_analysis.stats.rates import beta_prior, shrink_rates

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).parents[1] / "oracle" / "shrinkage"
CASES = pd.read_csv(ORACLE / "cases.csv").groupby("set")
ANSWERS = pd.read_csv(ORACLE / "answers.csv", index_col=["method", "set", "quantity"]).value.sort_index(kind="stable")


def answer(name, quantity) -> Any:
    return ANSWERS.loc[("beta_binomial", name, quantity)]


@pytest.mark.parametrize("name", ["bcg", "spread"])
def test_prior_and_posteriors_are_those_of_r(name):
    case = CASES.get_group(name)
    ours = shrink_rates(case.x1, case.n1)
    assert ours.prior.status == "ok"
    # R's nested root searches and our joint one meet at 1e-12.
    np.testing.assert_allclose([ours.prior.alpha, ours.prior.beta], answer(name, "alpha_beta"), rtol=1e-9)
    for quantity in ("mean", "low", "high"):
        np.testing.assert_allclose(getattr(ours, quantity), answer(name, quantity), rtol=1e-9)
    pooled = case.x1.sum() / case.n1.sum()
    np.testing.assert_allclose(ours.probability_above(pooled), answer(name, "above_pooled"), rtol=1e-8)


def test_a_posterior_by_direct_integration():
    case = CASES.get_group("spread")
    ours = shrink_rates(case.x1, case.n1, level=0.9)
    a, b, x, n = ours.prior.alpha, ours.prior.beta, int(case.x1.iloc[0]), int(case.n1.iloc[0])

    def density(p):
        return np.exp((a - 1 + x) * np.log(p / 0.01) + (b - 1 + n - x) * np.log1p((0.01 - p) / 0.99))

    def share(low, high):
        return (
            quad(density, low, high, epsabs=0, epsrel=1e-11)[0] / quad(density, 1e-9, 0.05, epsabs=0, epsrel=1e-11)[0]
        )

    assert ours.probability_above(0.006)[0] == pytest.approx(share(0.006, 0.05), rel=1e-8)
    assert share(1e-9, ours.low[0]) == pytest.approx(0.05, rel=1e-8)
    assert share(ours.high[0], 0.05) == pytest.approx(0.05, rel=1e-8)
    mean = quad(lambda p: p * density(p), 1e-9, 0.05)[0] / quad(density, 1e-9, 0.05)[0]
    assert ours.mean[0] == pytest.approx(mean, rel=1e-7)


def test_no_other_prior_is_more_likely():
    case = CASES.get_group("bcg")
    prior = beta_prior(case.x1, case.n1)

    def likelihood(a, b):
        return betabinom.logpmf(case.x1, case.n1, a, b).sum()

    best = likelihood(prior.alpha, prior.beta)
    for up in (1.001, 0.999):
        assert likelihood(prior.alpha * up, prior.beta) < best
        assert likelihood(prior.alpha, prior.beta * up) < best
        assert likelihood(prior.alpha * up, prior.beta * up) < best


def test_moments_by_hand():
    """Rates 0.1, 0.2 and 0.6 of 10 each: mean 0.3, squares 1.4, and (1.4 / 0.21 - 2) / (30 - 10 - 2) between units."""
    prior = beta_prior([1, 2, 6], [10, 10, 10], method="moments")
    correlation = (1.4 / 0.21 - 2) / 18
    assert prior.mean == pytest.approx(0.3)
    assert prior.alpha + prior.beta == pytest.approx(1 / correlation - 1)
    assert prior.alpha == pytest.approx(0.3 * (1 / correlation - 1))


@pytest.mark.parametrize("method", ["maximum_likelihood", "moments"])
def test_planted_truth_is_found_and_covered(method):
    """150 units, 40 times: rates about 0.2 with a standard deviation of 0.04, bases from 20 to 1,000."""
    rng = np.random.default_rng(11)
    means, weights, inside = [], [], []
    for _ in range(40):
        n = np.exp(rng.uniform(np.log(20), np.log(1000), 150)).astype(int)
        truth = rng.beta(20, 80, 150)
        ours = shrink_rates(rng.binomial(n, truth), n, method=method)
        means.append(ours.prior.mean)
        weights.append(ours.prior.alpha + ours.prior.beta)
        inside.append(((ours.low <= truth) & (truth <= ours.high)).mean())
    assert np.mean(means) == pytest.approx(0.2, abs=0.003)
    assert np.median(weights) == pytest.approx(100, rel=0.08)
    assert 0.935 < np.mean(inside) < 0.96


def test_small_bases_are_drawn_the_more():
    ours = shrink_rates([0, 0, 0, 30, 200, 5], [5, 50, 500, 100, 1000, 20])
    assert (np.diff(ours.mean[:3]) < 0).all()
    assert (ours.low[:3] > 0).all()
    np.testing.assert_allclose(ours.alpha, ours.prior.alpha + np.array([0, 0, 0, 30, 200, 5]))


@pytest.mark.parametrize(
    ("x", "n", "status"),
    [
        ([], [], "no_units"),
        ([3, np.nan], [9, 9], "one_unit"),
        ([0, 0, 0], [9, 90, 5], "no_events"),
        ([9, 90, 5], [9, 90, 5], "all_events"),
        ([0, 9, 0], [9, 9, 5], "all_or_none"),
        ([10, 20, 30], [100, 200, 300], "no_spread"),
        ([0, 1, 1, 0], [1, 1, 1, 1], "no_spread"),
    ],
)
@pytest.mark.parametrize("method", ["maximum_likelihood", "moments"])
def test_what_has_no_prior_has_a_name_and_no_numbers(x, n, status, method):
    ours = shrink_rates(x, n, method=method)
    assert ours.prior.status == status
    assert np.isnan([ours.prior.alpha, ours.prior.beta, *ours.mean, *ours.low, *ours.high]).all()
    assert np.isnan(ours.probability_above(0.1)).all()
    assert set(ours.status) <= {status, "no_base"}


def test_units_without_a_base_are_left_out_and_named():
    ours = shrink_rates([1, 0, 6, np.nan, 2], [10, 0, 10, 10, 10])
    assert list(ours.status) == ["ok", "no_base", "ok", "no_base", "ok"]
    assert ours.prior == beta_prior([1, 6, 2], [10, 10, 10])
    assert np.isnan(ours.mean[[1, 3]]).all()
    assert np.isnan(ours.probability_above(0.5)[[1, 3]]).all()


def test_arguments_that_mean_nothing_are_refused():
    with pytest.raises(ValueError, match="position 1"):
        beta_prior([1, 5], [2, 4])
    with pytest.raises(ValueError, match="one length"):
        beta_prior([1, 5], [2, 4, 6])
    with pytest.raises(ValueError, match="estimator"):
        beta_prior([1, 2], [2, 4], method=cast(Any, "bayes"))
    with pytest.raises(ValueError, match="level"):
        shrink_rates([1, 2], [2, 4], level=0)


@st.composite
def half_counts(draw):
    n = draw(st.integers(1, 5000))
    return draw(st.integers(0, 2 * n)) / 2, n


@settings(max_examples=120, deadline=None)
@given(st.lists(half_counts(), min_size=2, max_size=15), st.sampled_from(["maximum_likelihood", "moments"]))
def test_every_set_of_counts_has_posteriors_or_a_name(rows, method):
    x, n = np.array(rows).T
    ours = shrink_rates(x, n, method=method)
    assert ours.prior.status in {"ok", "no_spread", "no_events", "all_events", "all_or_none"}
    if ours.prior.status == "ok":
        assert ((ours.low < ours.mean) & (ours.mean < ours.high)).all() or (ours.sd < 1e-12).any()
        between = np.sort([np.full(len(x), ours.prior.mean), x / n], axis=0)
        assert ((between[0] - 1e-12 <= ours.mean) & (ours.mean <= between[1] + 1e-12)).all()
    else:
        assert np.isnan(ours.mean).all()
