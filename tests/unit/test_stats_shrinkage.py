"""Shrinkage against metafor, statsmodels, published examples and planted truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, norm
from statsmodels.stats.meta_analysis import combine_effects

from wres_analysis.stats.shrinkage import log_ratio_and_variance, random_effects, shrink

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).parents[1] / "oracle" / "shrinkage"
CASES = pd.read_csv(ORACLE / "cases.csv").groupby("set")
ANSWERS = pd.read_csv(ORACLE / "answers.csv").set_index(["set", "method", "quantity"]).value.sort_index(kind="stable")
SETS = ["bcg", "spread", "alike"]
METHODS: Any = {"paule_mandel": "PM", "reml": "REML", "dersimonian_laird": "DL"}
BAD = cast(Any, "bad")


def answer(name, method, quantity) -> Any:
    return np.atleast_1d(ANSWERS.loc[(name, method, quantity)])


def log_ratios(name):
    return answer(name, "log_ratio", "estimate"), answer(name, "log_ratio", "variance")


def planted(rng, k, spread):
    """True values, estimates and variances of k units; standard errors from 0.22 to 0.89."""
    variances = np.exp(rng.uniform(np.log(0.05), np.log(0.8), k))
    truth = rng.normal(0.2, spread, k)
    return truth, rng.normal(truth, np.sqrt(variances)), variances


@pytest.mark.parametrize("name", SETS)
def test_log_ratios_are_those_of_metafor(name):
    case = CASES.get_group(name)
    ours = log_ratio_and_variance(case.x1, case.n1, case.x2, case.n2, correction="half")
    estimate, variance = log_ratios(name)
    np.testing.assert_allclose(ours.estimate, estimate, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(ours.variance, variance, rtol=1e-13)
    assert list(ours.status) == [
        "corrected" if not (x1 and x2) else "ok" for x1, x2 in zip(case.x1, case.x2, strict=True)
    ]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("method", METHODS)
def test_mean_and_variance_between_units_are_those_of_metafor(name, method):
    y, v = log_ratios(name)
    ours, normal = random_effects(y, v, method=method), random_effects(y, v, method=method, interval="normal")
    assert ours.status == ("no_spread" if name == "alike" else "ok")
    pairs = {
        "mu": [ours.mu],
        "mu_se": [ours.mu_se],
        "tau2": [ours.tau2],
        "q": [ours.q],
        "i2": [ours.i2],
        "tau2_limits": [ours.tau2_low, ours.tau2_high],
        "hartung_knapp": [ours.mu_low, ours.mu_high],
        "normal": [normal.mu_low, normal.mu_high],
    }
    for quantity, values in pairs.items():
        np.testing.assert_allclose(values, answer(name, METHODS[method], quantity), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", ["bcg", "spread"])
@pytest.mark.parametrize("method", METHODS)
def test_plug_in_posteriors_are_the_best_predictions_of_metafor(name, method):
    ours = shrink(*log_ratios(name), method=method, posterior="plug_in")
    np.testing.assert_allclose(ours.mean, answer(name, METHODS[method], "blup"), rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(ours.sd, answer(name, METHODS[method], "blup_se"), rtol=1e-10)


@pytest.mark.parametrize(("method", "theirs"), [("paule_mandel", "iterated"), ("dersimonian_laird", "chi2")])
@pytest.mark.parametrize("name", ["bcg", "spread"])  # statsmodels lets DerSimonian and Laird's variance fall below zero
def test_mean_and_variance_between_units_are_those_of_statsmodels(name, method, theirs):
    y, v = log_ratios(name)
    options = {"atol": 1e-12} if theirs == "iterated" else {}
    other = combine_effects(y, v, method_re=theirs, **options)
    ours = random_effects(y, v, method=method)
    assert ours.tau2 == pytest.approx(other.tau2, rel=1e-8)
    assert ours.mu == pytest.approx(other.mean_effect_re, rel=1e-8)
    assert ours.mu_se == pytest.approx(other.sd_eff_w_re, rel=1e-8)
    assert ours.q == pytest.approx(other.q, rel=1e-8)


def test_the_vaccine_trials_as_the_paper_on_metafor_has_them():
    """Viechtbauer (2010), Journal of Statistical Software 36(3), section 3: 13 trials of BCG, REML, to its digits."""
    case = CASES.get_group("bcg")
    ratios = log_ratio_and_variance(case.x1, case.n1, case.x2, case.n2, correction="none")
    ours = random_effects(ratios.estimate, ratios.variance, interval="normal")
    assert (round(ours.mu, 4), round(ours.mu_se, 4)) == (-0.7145, 0.1798)
    assert (round(ours.mu_low, 4), round(ours.mu_high, 4)) == (-1.0669, -0.3622)
    assert (round(ours.tau2, 4), round(ours.i2, 4), round(ours.q, 4)) == (0.3132, 0.9222, 152.2330)
    assert (round(ours.tau2_low, 4), round(ours.tau2_high, 4)) == (0.1197, 1.1115)


def test_the_batting_averages_as_efron_and_morris_have_them():
    """Eighteen players after 45 times at bat (Scientific American 1977, 236:119-127): the estimates of Stein."""
    hits = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
    published = ".294 .289 .285 .280 .275 .275 .270 .266 .261 .261 .256 .256 .256 .256 .256 .252 .247 .242"
    grand = hits.mean() / 45
    ours = shrink(hits / 45, np.full(18, grand * (1 - grand) / 45), posterior="morris")
    assert ours.mean.round(3).tolist() == [float(value) for value in published.split()]
    np.testing.assert_allclose(1 - ours.weight_of_mean, 0.212, atol=5e-4)


def test_morris_allows_for_more_than_plug_in_does():
    y, v = log_ratios("bcg")
    morris, plug_in = shrink(y, v), shrink(y, v, posterior="plug_in")
    assert (morris.sd > plug_in.sd).all()
    assert (morris.weight_of_mean < plug_in.weight_of_mean).all()
    # Written out for one unit, from the formula in the docstring.
    w = 1 / (v + morris.fit.tau2)
    b = 10 / 12 * v[0] * w[0]
    variance = (
        v[0] * (1 - b) + b * v[0] * w[0] / w.sum() + 2 / 10 * b**2 * w[0] / w.mean() * (y[0] - morris.fit.mu) ** 2
    )
    assert morris.sd[0] == pytest.approx(variance**0.5, rel=1e-12)
    assert morris.high[0] - morris.mean[0] == pytest.approx(1.959963984540054 * morris.sd[0], rel=1e-12)


def test_planted_truth_is_covered():
    """30 units, 300 times: intervals hold the truth as often as they say, and plug-in ones less often than Morris's."""
    rng = np.random.default_rng(20261121)
    inside: dict[str, list[float]] = {"mu": [], "tau2": [], "morris": [], "plug_in": []}
    for _ in range(300):
        truth, y, v = planted(rng, 30, 0.5)
        fit = random_effects(y, v)
        inside["mu"].append(fit.mu_low <= 0.2 <= fit.mu_high)
        inside["tau2"].append(fit.tau2_low <= 0.25 <= fit.tau2_high)
        for posterior in ("morris", "plug_in"):
            units = shrink(y, v, posterior=cast(Any, posterior))
            inside[posterior].append(float(((units.low <= truth) & (truth <= units.high)).mean()))
    shares = {name: float(np.mean(values)) for name, values in inside.items()}
    # 95 % of 300 has a Monte Carlo error of 1.3 points; of 9,000 units (not quite independent) of about 0.4.
    assert 0.915 < shares["mu"] < 0.985
    assert 0.915 < shares["tau2"] < 0.985
    assert 0.938 < shares["morris"] < 0.962
    assert 0.90 < shares["plug_in"] < shares["morris"]


def test_probabilities_above_a_threshold_are_borne_out():
    """Among units said to lie above with a probability near p, a share near p does."""
    rng = np.random.default_rng(7)
    said, true = [], []
    for _ in range(100):
        truth, y, v = planted(rng, 60, 0.5)
        said.append(shrink(y, v).probability_above(0.5))
        true.append(truth > 0.5)
    chance, above = np.concatenate(said), np.concatenate(true)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        among = (chance >= low) & (chance < low + 0.2)
        assert above[among].mean() == pytest.approx(chance[among].mean(), abs=0.04)


def test_probabilities_broadcast_over_thresholds():
    units = shrink([0.1, 0.5, 0.9, np.nan, 1.4], [0.1, 0.1, 0.2, 0.1, 0.1])
    table = units.probability_above(np.array([[0.0], [0.4]]))
    assert table.shape == (2, 5)
    assert np.isnan(table[:, 3]).all()
    assert table[1, 0] == pytest.approx(norm.sf(0.4, units.mean[0], units.sd[0]), rel=1e-12)
    own = units.probability_above(units.mean)
    np.testing.assert_allclose(own[[0, 1, 2, 4]], 0.5)


def test_restricted_likelihood_is_taken_at_its_highest_point():
    """Two maxima: one at no variance at all, one, far higher, at about 3.4."""
    y, v = np.array([0.27, 0.32, -3.22, 1.52]), np.array([0.002, 0.0053, 0.3466, 14.0534])

    def restricted(tau2):
        w = 1 / (v + tau2)
        return (np.log(w).sum() - np.log(w.sum()) - w @ (y - w @ y / w.sum()) ** 2) / 2

    tau2 = random_effects(y, v, method="reml").tau2
    grid = np.linspace(0, 20, 4001)
    heights = np.array([restricted(value) for value in grid])
    assert heights[0] > heights[1]  # a maximum at 0 is there to be caught by
    assert tau2 == pytest.approx(grid[heights.argmax()], abs=0.005)
    assert restricted(tau2) >= heights.max()


def test_one_unit_and_none_have_names_and_no_numbers():
    for y, v, status in (([0.3], [0.1], "one_unit"), ([], [], "no_units"), ([0.3, 0.4], [0, 0], "no_variance")):
        fit, units = random_effects(y, v), shrink(y, v)
        assert fit.status == status
        assert np.isnan([fit.mu, fit.mu_low, fit.mu_se, fit.tau2, fit.tau2_high, fit.q, fit.i2]).all()
        assert np.isnan([*units.mean, *units.sd, *units.high]).all()
        assert "ok" not in units.status


def test_what_cannot_be_used_is_left_out_and_named():
    y, v = [0.1, np.nan, 0.5, 0.9, 0.7, 0.2, -0.3], [0.1, 0.1, np.nan, np.inf, 0.0, 0.2, 0.1]
    fit = random_effects(y, v)
    assert list(fit.unit_status) == ["ok", "missing", "missing", "infinite_variance", "zero_variance", "ok", "ok"]
    assert (fit.n_units, fit.mu) == (3, random_effects([0.1, 0.2, -0.3], [0.1, 0.2, 0.1]).mu)
    units = shrink(y, v, posterior="plug_in")
    assert np.isnan(units.mean[1:5]).all()
    assert list(units.status[1:5]) == list(fit.unit_status[1:5])


def test_without_spread_plug_in_has_no_answer_and_morris_a_cautious_one():
    y, v = log_ratios("alike")
    plug_in, morris = shrink(y, v, posterior="plug_in"), shrink(y, v)
    assert plug_in.fit.status == morris.fit.status == "no_spread"
    assert set(plug_in.status) == {"no_spread"}
    assert np.isnan(plug_in.mean).all()
    assert np.isnan(plug_in.probability_above(0)).all()
    assert set(morris.status) == {"ok"}
    np.testing.assert_allclose(morris.weight_of_mean, 9 / 11)
    assert (morris.sd > morris.fit.mu_se).all()


def test_morris_needs_four_units():
    assert set(shrink([0.1, 0.9, 2.0], [0.1, 0.1, 0.1]).status) == {"too_few_units"}
    assert set(shrink([0.1, 0.9, 2.0], [0.1, 0.1, 0.1], posterior="plug_in").status) == {"ok"}
    assert set(shrink([0.1, 0.9, 2.0, 2.1], [0.1, 0.1, 0.1, 0.1]).status) == {"ok"}


def test_no_variance_fits_estimates_that_are_all_the_same():
    fit = random_effects([0.4, 0.4, 0.4], [0.1, 0.2, 0.3])
    assert (fit.status, fit.tau2, fit.q, fit.i2) == ("no_spread", 0.0, 0.0, 0.0)
    assert fit.mu == pytest.approx(0.4)
    assert np.isnan([fit.tau2_low, fit.tau2_high]).all()


@pytest.mark.parametrize(("y", "v"), [([1, np.inf], [1, 1]), ([1, 2], [1, -1]), ([1, 2], [1]), ([[1, 2]], [[1, 2]])])
def test_estimates_that_cannot_be_are_refused(y, v):
    with pytest.raises(ValueError, match=r"position 1|one length"):
        random_effects(y, v)


def test_arguments_that_mean_nothing_are_refused():
    with pytest.raises(ValueError, match="estimator"):
        random_effects([1, 2], [1, 1], method=BAD)
    with pytest.raises(ValueError, match="interval"):
        random_effects([1, 2], [1, 1], interval=BAD)
    with pytest.raises(ValueError, match="level"):
        shrink([1, 2], [1, 1], level=95)
    with pytest.raises(ValueError, match="posterior"):
        shrink([1, 2], [1, 1], posterior=BAD)
    with pytest.raises(ValueError, match="correction"):
        log_ratio_and_variance(1, 2, 1, 2, correction=BAD)


def test_corrections_for_a_zero():
    """No event among 100 against 3 among 1,000: half an event makes the small group look worse, not better."""
    half = log_ratio_and_variance(0, 100, 3, 1000, correction="half")
    by_size = log_ratio_and_variance(0, 100, 3, 1000, correction="by_size")
    assert half.estimate == pytest.approx(np.log((0.5 / 101) / (3.5 / 1001)))
    assert round(np.exp(half.estimate), 2) == 1.42
    assert by_size.estimate == pytest.approx(np.log((1 / 11 / (100 + 2 / 11)) / ((3 + 10 / 11) / (1000 + 20 / 11))))
    assert round(np.exp(by_size.estimate), 2) == 0.23
    assert half.status == by_size.status == "corrected"
    none = log_ratio_and_variance(
        [0, 2, 0, 1, np.nan, 0, 5], [100, 100, 9, 9, 9, 0, 5], [3, 3, 0, 0, 1, 1, 2], 9, correction="none"
    )
    assert list(none.status) == ["zero_count", "ok", "no_events", "zero_count", "no_base", "no_base", "zero_count"]
    assert list(np.isnan(none.estimate)) == [True, False, True, True, True, True, True]


def test_no_event_at_all_is_no_ratio_under_any_correction():
    for correction in ("none", "half", "by_size"):
        both = log_ratio_and_variance(0, 50, 0, 500, correction=cast(Any, correction))
        assert both.status == "no_events"
        assert np.isnan([both.estimate, both.variance]).all()


def test_the_variance_of_a_log_ratio_is_borne_out():
    """With 60 and 240 events expected the delta method is good to a few in a hundred."""
    rng = np.random.default_rng(3)
    x1, x2 = rng.binomial(400, 0.15, 20000), rng.binomial(1600, 0.15, 20000)
    ours = log_ratio_and_variance(x1, 400, x2, 1600, correction="none")
    assert ours.estimate.var() == pytest.approx(ours.variance.mean(), rel=0.03)


units = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 9)), min_size=4, max_size=12)


@settings(max_examples=80, deadline=None)
@given(units, st.sampled_from(list(METHODS)), st.floats(-5, 5), st.floats(0.1, 10))
def test_shifting_and_stretching_the_estimates_does_so_to_the_answers(rows, method, shift, stretch):
    y, v = np.array(rows).T
    one, other = shrink(y, v, method=method), shrink(shift + stretch * y, stretch**2 * v, method=method)
    scale = stretch * (1 + np.abs(y).max())
    # Near the edge of no spread at all, rounding may tip the estimate over it: by next to nothing.
    assert other.fit.tau2 == pytest.approx(stretch**2 * one.fit.tau2, rel=1e-6, abs=1e-7 * scale**2)
    np.testing.assert_allclose(other.mean, shift + stretch * one.mean, atol=1e-6 * scale)
    np.testing.assert_allclose(other.sd, stretch * one.sd, rtol=1e-6)


@settings(max_examples=80, deadline=None)
@given(units, st.sampled_from(list(METHODS)))
def test_estimates_are_drawn_towards_the_mean_and_not_past_it(rows, method):
    y, v = np.array(rows).T
    ours = shrink(y, v, method=method)
    assert ((ours.weight_of_mean > 0) & (ours.weight_of_mean < 1)).all()
    assert (np.abs(ours.mean - ours.fit.mu) <= np.abs(y - ours.fit.mu) + 1e-12).all()
    assert ours.fit.mu_low <= ours.fit.mu <= ours.fit.mu_high
    assert 0 <= ours.fit.i2 < 1


@settings(max_examples=80, deadline=None)
@given(units)
def test_weighted_squares_are_what_paule_and_mandel_and_the_profile_ask(rows):
    y, v = np.array(rows).T

    def squares(tau2):
        w = 1 / (v + tau2)
        return w @ (y - w @ y / w.sum()) ** 2

    fit, df = random_effects(y, v, method="paule_mandel"), len(y) - 1
    assert fit.tau2 == 0 or squares(fit.tau2) == pytest.approx(df, rel=1e-9)
    assert squares(fit.tau2) <= df * (1 + 1e-9)
    for limit, tail in ((fit.tau2_low, 0.975), (fit.tau2_high, 0.025)):
        assert np.isnan(limit) or limit == 0 or squares(limit) == pytest.approx(chi2.ppf(tail, df), rel=1e-9)
