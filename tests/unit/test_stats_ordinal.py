"""Proportional odds against R and statsmodels, planted truths, and a named status for what cannot be answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.miscmodels.ordinal_model import OrderedModel

from wres_analysis.stats.bootstrap import wild_multipliers
from wres_analysis.stats.linear import ols
from wres_analysis.stats.ordinal import ordinal, ordinal_covariance
from wres_analysis.stats.ordinal_bootstrap import score_bootstrap
from wres_analysis.stats.ordinal_check import proportional_odds_check, slope_check
from wres_analysis.stats.ordinal_effects import average_effects, predicted_probabilities

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).parents[1] / "oracle" / "ordinal"
ANSWERS = pd.read_csv(ORACLE / "answers.csv", keep_default_na=False)
DATA = {name: pd.read_csv(ORACLE / f"{name}.csv") for name in ("small", "large")}
CASES = [(data, weighted) for data in DATA for weighted in (False, True)]
ROBUST = [(data, False, kind) for data in DATA for kind in ("CR0", "CR1")]
KINDS = [(data, weighted, "model") for data, weighted in CASES] + ROBUST


def answers(data, weighted, what, kind=""):
    of = (ANSWERS["data"] == data) & (ANSWERS["weighted"] == weighted) & (ANSWERS["what"] == what)
    rows = ANSWERS[of & (ANSWERS["kind"] == kind)]
    assert len(rows)
    return rows.assign(value=rows["value"].astype(float), second=pd.to_numeric(rows["second"]))


def fitted(data, weighted=False):
    frame = DATA[data]
    columns = [str(name) for name in frame if name not in ("y", "cluster", "w")]
    return ordinal(frame["y"], frame[columns], weights=frame["w"] if weighted else None, names=columns)


def covered(data, weighted, kind):
    fit = fitted(data, weighted)
    return fit, ordinal_covariance(fit, kind=kind, cluster=None if kind == "model" else DATA[data]["cluster"])


def simulated(n=300, *, seed=1, beta=(0.8, -0.5), cuts=(-2.0, 0.0, 1.5)):
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, len(beta)))
    return np.searchsorted(cuts, x @ beta + random.logistic(size=n)).astype(float), x


# Peers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "weighted", "kind"), KINDS)
def test_estimates_and_errors_are_those_of_polr(data, weighted, kind):
    """The likelihood's maximum to 1e-4 of a standard error, errors of one convention to 1e-5: what polr's optimiser,
    even at reltol 1e-15, and its Hessian by differences allow."""
    told = answers(data, weighted, "coefficient", kind)
    fit, cov = covered(data, weighted, kind)
    assert list(told["column"]) == list(cov.names)
    assert (np.abs(told["value"] - cov.estimates) / told["second"]).max() < 1e-4
    np.testing.assert_allclose(cov.std_errors, told["second"], rtol=1e-5)
    likelihood = answers(data, weighted, "log_likelihood")["value"].iloc[0]
    assert fit.log_likelihood == pytest.approx(likelihood, rel=1e-10)


@pytest.mark.parametrize(("data", "weighted", "kind"), KINDS)
def test_probabilities_and_effects_are_those_of_differences_in_r(data, weighted, kind):
    """R takes central differences of the whole quantity: good to about 1e-7, at estimates good to 1e-4 of an error."""
    fit, cov = covered(data, weighted, kind)
    shares = answers(data, weighted, "probability", kind)
    at = shares["at"].astype(float).unique()
    ours = predicted_probabilities(fit, cov, "x1", at)
    effects = average_effects(fit, cov, "x1")
    for told, values, errors in (
        (shares, ours.values.ravel(), ours.std_errors.ravel()),
        (answers(data, weighted, "effect", kind), effects.values, effects.std_errors),
    ):
        assert (np.abs(told["value"] - values) / told["second"]).max() < 1e-4
        np.testing.assert_allclose(errors, told["second"], rtol=1e-4)


@pytest.mark.parametrize("kind", ["model", "CR1"])
@pytest.mark.parametrize("data", DATA)
def test_the_check_of_proportional_odds_is_brants(data, kind):
    """From glm fits in R, which stop at a relative 1e-14 of the deviance."""
    check = proportional_odds_check(fitted(data), cluster=None if kind == "model" else DATA[data]["cluster"])
    told = answers(data, False, "check", kind)
    single, whole = told.iloc[:-1], told.iloc[-1]
    np.testing.assert_allclose(check.statistic, single["value"], rtol=1e-6)
    np.testing.assert_allclose(check.p_values, single["second"], rtol=1e-6)
    assert (check.all_statistic, check.all_p) == pytest.approx((whole["value"], whole["second"]), rel=1e-6)
    assert check.all_df == int(whole["at"])
    splits = answers(data, False, "split", kind)
    np.testing.assert_allclose(check.coefficients.ravel(), splits["value"], rtol=1e-6)
    np.testing.assert_allclose(check.std_errors.ravel(), splits["second"], rtol=1e-6)


@pytest.mark.parametrize("kind", ["model", "CR0"])
@pytest.mark.parametrize("data", DATA)
def test_the_score_check_is_that_of_differences_in_r(data, kind):
    """R takes first and second differences of the likelihood of the model with further slopes: good to about 1e-5."""
    fit, told = fitted(data), answers(data, False, "score", kind)
    for column, statistic, p in zip(told["column"], told["value"], told["second"], strict=True):
        check = slope_check(fit, column, cluster=None if kind == "model" else DATA[data]["cluster"])
        assert (check.statistic, check.p_value) == pytest.approx((statistic, p), rel=1e-4)
        assert check.df == len(fit.categories) - 2


def test_the_maximum_is_that_of_statsmodels():
    y, x = simulated(400, seed=3)
    peer = OrderedModel(y, x, distr="logit").fit(method="bfgs", disp=0, gtol=1e-8, maxiter=500)
    fit = ordinal(y, x)
    assert fit.log_likelihood == pytest.approx(peer.llf, rel=1e-12)
    np.testing.assert_allclose(fit.coefficients, peer.params[:2], atol=1e-5)  # bfgs stops at a gradient of 1e-8
    np.testing.assert_allclose(fit.thresholds, peer.model.transform_threshold_params(peer.params)[1:-1], atol=1e-5)


# What must hold --------------------------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.integers(2, 6), st.floats(0.01, 100), st.floats(-1000, 1000))
def test_the_scale_of_a_column_changes_its_units_only(seed, categories, scale, shift):
    y, x = simulated(120, seed=seed, cuts=tuple(np.linspace(-1.5, 1.5, categories - 1)))
    plain, moved = ordinal(y, x), ordinal(y, x * scale + shift)
    assert plain.status == moved.status
    if plain.status != "ok":
        return
    # Thresholds of a column around 1000 lose three or four digits to its mean.
    np.testing.assert_allclose(moved.coefficients * scale, plain.coefficients, rtol=1e-6, atol=1e-8)
    shifted = moved.thresholds - shift * moved.coefficients.sum()
    np.testing.assert_allclose(shifted, plain.thresholds, rtol=1e-5, atol=1e-5)
    errors = [ordinal_covariance(fit, kind="model").std_errors[:2] for fit in (plain, moved)]
    np.testing.assert_allclose(errors[1] * scale, errors[0], rtol=1e-6)


def test_categories_turned_round_turn_the_signs():
    y, x = simulated(seed=7)
    there, back = ordinal(y, x), ordinal(-y, x)
    np.testing.assert_allclose(back.coefficients, -there.coefficients, rtol=1e-8)
    np.testing.assert_allclose(back.thresholds, -there.thresholds[::-1], rtol=1e-8)
    assert back.log_likelihood == pytest.approx(there.log_likelihood, rel=1e-12)


def test_a_row_of_weight_two_is_two_rows():
    y, x = simulated(seed=8)
    weights = np.random.default_rng(8).integers(0, 3, y.size)
    once, often = ordinal(y, x, weights=weights), ordinal(np.repeat(y, weights), np.repeat(x, weights, axis=0))
    assert once.n_missing == (weights == 0).sum()
    np.testing.assert_allclose(once.coefficients, often.coefficients, rtol=1e-10)
    errors = [ordinal_covariance(fit, kind="model").std_errors for fit in (once, often)]
    np.testing.assert_allclose(errors[0], errors[1], rtol=1e-8)


def test_without_a_slope_thresholds_are_the_log_odds_of_the_shares():
    """Each value of the column has the same categories, so nothing is to be found and the rest is arithmetic."""
    y, x = np.tile([0, 0, 0, 1, 1, 2, 2, 2, 2, 3], 4), np.repeat([0.0, 1.0, 2.0, 3.0], 10)
    fit = ordinal(y, x)
    share = np.array([0.3, 0.5, 0.9])
    np.testing.assert_allclose(fit.thresholds, np.log(share / (1 - share)), atol=1e-9)
    assert fit.coefficients[0] == pytest.approx(0, abs=1e-9)
    assert fit.log_likelihood == pytest.approx(fit.log_likelihood_null, rel=1e-12)


@pytest.mark.parametrize(("data", "weighted", "kind"), KINDS)
def test_shares_add_to_one_and_effects_to_nothing(data, weighted, kind):
    fit, cov = covered(data, weighted, kind)
    shares, effects = predicted_probabilities(fit, cov, "x1", [-40, 10, 70]), average_effects(fit, cov, "x1")
    np.testing.assert_allclose(shares.values.sum(axis=1), 1, rtol=1e-12)
    assert effects.values.sum() == pytest.approx(0, abs=1e-14)
    assert ((shares.low > 0) & (shares.low < shares.values) & (shares.values < shares.high) & (shares.high < 1)).all()
    assert ((effects.low < effects.values) & (effects.values < effects.high)).all()


def test_dozens_of_dummies_on_1900_rows_take_few_steps():
    """Steps, not seconds: statsmodels' Newton on this many rows and dummies takes 36 seconds."""
    random = np.random.default_rng(5)
    y, x = simulated(1900, seed=5)
    dummies = random.integers(0, 40, 1900)[:, None] == np.arange(1, 40)
    fit = ordinal(y, np.column_stack([x, dummies]))
    assert (fit.status, len(fit.names)) == ("ok", 41)
    assert fit.steps <= 8


def test_far_values_do_no_harm():
    """A column with one value of 1e6, and categories that hardly anybody is in."""
    y, x = simulated(400, seed=9, cuts=(-6.0, 0.0, 6.0))
    x[3, 1] = 1e6
    fit = ordinal(y, x)
    assert fit.status == "ok"
    assert np.isfinite(ordinal_covariance(fit, kind="model").std_errors).all()


# Planted truth ---------------------------------------------------------------------------------------------------


def test_intervals_by_cluster_cover_what_was_planted():
    """A slope of 0.5 with three rows to each of 150 clusters, dependent by a common share of the noise.

    Noise: a logistic draw that a cluster's rows share with probability one half, so each row's noise is logistic and
    the slope is exactly the planted one. 200 intervals; at 95 % fewer than 180 or all have a chance below 0.5 %.
    """
    random = np.random.default_rng(17)
    groups, cluster = 150, np.repeat(np.arange(150), 3)
    inside = 0
    for _ in range(200):
        x = random.normal(size=groups)[cluster] + 0.5 * random.normal(size=cluster.size)
        shared = random.random(cluster.size) < 0.5
        noise = np.where(shared, random.logistic(size=groups)[cluster], random.logistic(size=cluster.size))
        cov = ordinal_covariance(ordinal(np.searchsorted([-2, 0, 2], 0.5 * x + noise), x), kind="CR1", cluster=cluster)
        inside += cov.low[0] <= 0.5 <= cov.high[0]
    assert 180 <= inside < 200


def test_the_check_finds_what_is_not_proportional_and_little_else():
    random = np.random.default_rng(19)
    n, cluster = 450, np.repeat(np.arange(150), 3)
    found = {(sort, name): 0 for sort in ("brant", "score") for name in ("proportional", "not")}
    for _ in range(40):
        x = random.normal(size=n)
        u = random.random(n)
        for name, slopes in (("proportional", (0.5, 0.5, 0.5)), ("not", (1.0, 0.5, 0.0))):
            above = expit(np.array(slopes) * x[:, None] + [2.5, 0.0, -2.5])
            y = (u[:, None] < above).sum(axis=1)  # shares fall from split to split but for |x| beyond 5
            fit = ordinal(y, x)
            found["brant", name] += proportional_odds_check(fit, cluster=cluster).p_values[0] < 0.05
            found["score", name] += slope_check(fit, "x0", cluster=cluster).p_value < 0.05
    for sort in ("brant", "score"):
        assert found[sort, "proportional"] <= 6  # more than that out of 40 has a chance of 0.3 % at 5 %
        assert found[sort, "not"] >= 35


# Score bootstrap ---------------------------------------------------------------------------------------------------


def clustered(seed, groups=15):
    """Three rows to a cluster, noise partly shared, two columns."""
    random = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(groups), 3)
    x = random.normal(size=(groups, 2))[cluster] + 0.5 * random.normal(size=(cluster.size, 2))
    shared = random.random(cluster.size) < 0.5
    noise = np.where(shared, random.logistic(size=groups)[cluster], random.logistic(size=cluster.size))
    return x @ [0.8, -0.4] + noise, x, cluster


def naive_p(y, x, cluster, null, multipliers):
    """P-value of a slope of the first column, from statsmodels' logistic regression with that slope as an offset."""
    free = np.column_stack([np.ones(y.size), x[:, 1]])
    peer = GLM(y, free, family=Binomial(), offset=null * x[:, 0]).fit(tol=1e-13)
    weight = peer.fittedvalues * (1 - peer.fittedvalues)
    beside = np.linalg.solve(free.T @ (free * weight[:, None]), free.T @ (x[:, 0] * weight))
    scores = (y - peer.fittedvalues) * (x[:, 0] - free @ beside)
    sums = np.array([scores[cluster == g].sum() for g in np.unique(cluster)])
    seen = abs(sums.sum()) / np.sqrt((sums**2).sum())
    larger = sum(abs((draw * sums).sum()) / np.sqrt(((draw * sums) ** 2).sum()) >= seen - 1e-9 for draw in multipliers)
    return (larger + 1) / (len(multipliers) + 1)


@pytest.mark.parametrize("groups", [8, 15])  # Webb's six points, and signs
def test_the_score_bootstrap_is_that_of_logistic_regression_with_an_offset(groups):
    latent, x, cluster = clustered(3, groups)
    y = (latent > 0).astype(float)
    ours = score_bootstrap(ordinal(y, x), "x0", cluster=cluster, draws=399, seed=5)
    draws = wild_multipliers(groups, draws=399, seed=5).values
    assert ours.p_value == pytest.approx(naive_p(y, x, cluster, 0.0, draws))
    assert ours.status in ("ok", "unbounded")
    error = ordinal_covariance(ordinal(y, x), kind="CR1", cluster=cluster).std_errors[0]
    for limit, out in ((ours.low, -1), (ours.high, 1)):
        if np.isfinite(limit):  # found to a thousandth of a standard error
            assert naive_p(y, x, cluster, limit, draws) > 0.05
            assert naive_p(y, x, cluster, limit + out * 2e-3 * error, draws) <= 0.05


def test_the_score_bootstrap_finds_a_null_where_it_is():
    """Twelve clusters, where t with CR1 rejects a true null in 11 % of such samples."""
    random = np.random.default_rng(23)
    rejected = {"bootstrap": 0, "outside": 0}
    for seed in range(40):
        latent, x, cluster = clustered(1000 + seed, 12)
        y = np.searchsorted([-2.0, 0.0, 2.0], latent - x @ [0.8, -0.4])
        boot = score_bootstrap(ordinal(y, x[:, 0]), "x0", cluster=cluster, draws=199, seed=int(random.integers(1000)))
        rejected["bootstrap"] += boot.p_value < 0.05
        rejected["outside"] += not boot.low <= 0 <= boot.high
    assert rejected["bootstrap"] <= 6  # more than that of 40 has a chance of 0.3 % at 5 %
    assert abs(rejected["outside"] - rejected["bootstrap"]) <= 1  # one and the same test, but for ties at the limit


def test_a_bootstrap_of_what_has_no_answer_has_its_name():
    for labels, status in ((np.zeros(100), "one_cluster"), (np.array([None] + [1, 2] * 49 + [3]), "missing_cluster")):
        boot = score_bootstrap(ordinal(Y, X), "x0", cluster=labels, seed=1)
        assert (boot.status, np.isnan([boot.p_value, boot.low, boot.high]).all()) == (status, True)
    assert score_bootstrap(ordinal(Y * 0, X), "x0", cluster=np.arange(100), seed=1).status == "constant_outcome"


# What cannot be answered -----------------------------------------------------------------------------------------


def separating(y, x):
    """Beside x a dummy that only rows of the highest category have: quasi-complete separation."""
    return y, np.column_stack([x, (y == y.max()) & (np.arange(y.size) % 2 == 0)])


Y, X = simulated(100, seed=2)
FAILURES: dict[str, tuple[Any, Any, tuple[str, ...]]] = {
    "all_missing": (Y * np.nan, X, ()),
    "too_few": (np.arange(4.0), X[:4], ()),  # three thresholds and two slopes
    "constant_exposure": (Y, np.column_stack([X, np.full(100, 3.0)]), ("x2",)),
    "singular": (Y, np.column_stack([X, X[:, 0] - 2]), ("x0", "x2")),
    "constant_outcome": (np.full(100, 3.0), X, ()),
    "separated": (*separating(Y, X), ("x2",)),
}


@pytest.mark.parametrize("status", FAILURES)
def test_what_cannot_be_fitted_has_a_name_and_no_number(status):
    y, x, blamed = FAILURES[status]
    fit = ordinal(y, x)
    assert (fit.status, fit.blamed) == (status, blamed)
    assert np.isnan(fit.coefficients).all()
    assert np.isnan(fit.thresholds).all()
    cov = ordinal_covariance(fit, kind="CR1", cluster=np.arange(y.size))
    assert set(cov.status) == {status}
    for numbers in (cov.std_errors, cov.p_values, cov.low, cov.high):
        assert np.isnan(numbers).all()
    effects, shares = average_effects(fit, cov, "x0"), predicted_probabilities(fit, cov, "x0", [0.0])
    check, score = proportional_odds_check(fit), slope_check(fit, "x0")
    assert (effects.status, shares.status, check.status, score.status) == (status,) * 4
    assert np.isnan([*effects.values, *shares.values.ravel(), check.all_p, score.p_value]).all()


@pytest.mark.parametrize("n", [30, 300])
def test_complete_separation_is_told_from_a_steep_slope(n):
    x = np.linspace(-2, 2, n)
    y = np.digitize(x, [-1, 0.5])
    assert (ordinal(y, x).status, ordinal(y, x).blamed) == ("separated", ("x0",))
    y[0], y[n // 2] = y[n // 2], y[0]  # one row out of order, and there is a maximum, however steep
    fit = ordinal(y, x)
    assert fit.status == "ok"
    assert fit.coefficients[0] > 0


def test_separation_of_one_split_alone_is_found():
    """All rows of the lowest category have the lowest values; the other categories overlap."""
    random = np.random.default_rng(6)
    x = np.sort(random.normal(size=200))
    y = np.where(np.arange(200) < 5, 0, 1 + (x + random.logistic(size=200) > 0))
    overlapping = ordinal(y, x)
    assert overlapping.status == "ok"  # one slope for all splits, and it has a maximum
    check = proportional_odds_check(overlapping)
    assert (check.status, check.split_status) == ("degenerate_split", ("separated", "ok"))
    assert np.isnan(check.p_values).all()
    assert np.isfinite(check.coefficients[1]).all()
    assert slope_check(overlapping, "x0").status == "ok"  # needs no fit of the split


def test_clusters_that_tell_nothing_have_a_name():
    fit = ordinal(Y, np.column_stack([X, np.arange(100) < 8]))
    cluster = np.repeat(np.arange(12), 9)[:100].astype(object)
    without = np.array([None if one == 3 else one for one in cluster])
    for labels, status in ((np.zeros(100), "one_cluster"), (without, "missing_cluster")):
        assert set(ordinal_covariance(fit, kind="CR0", cluster=labels).status) == {status}
        assert proportional_odds_check(fit, cluster=labels).status == status
        assert slope_check(fit, "x0", cluster=labels).status == status
    carried = ordinal_covariance(fit, kind="CR1", cluster=cluster)
    assert list(carried.status) == ["ok", "ok", "one_cluster_carries", "ok", "ok", "ok"]
    assert np.isfinite(carried.std_errors[:2]).all()
    assert np.isnan(carried.std_errors[2])
    assert average_effects(fit, carried, "x0").status == "one_cluster_carries"
    few = ordinal_covariance(fit, kind="CR1", cluster=np.arange(100) % 12)
    assert few.few_clusters
    assert few.convention == "G/(G-1)*(n-1)/(n-K), G=12, n=100, K=6 (columns and thresholds)"


def test_two_categories_are_logistic_regression_and_have_no_check():
    y, x = simulated(cuts=(0.3,))
    peer = OrderedModel(y, x, distr="logit").fit(method="bfgs", disp=0, gtol=1e-8)
    fit = ordinal(y, x)
    np.testing.assert_allclose(fit.coefficients, peer.params[:2], atol=1e-5)
    assert proportional_odds_check(fit).status == slope_check(fit, "x0").status == "two_categories"


def test_what_is_missing_is_left_out_and_counted():
    y, x = simulated()
    y[0], x[1, 0], x[2, 1] = np.nan, np.inf, np.nan
    fit = ordinal(y, x)
    assert (fit.n_obs, fit.n_missing, fit.used.sum()) == (297, 3, 297)
    np.testing.assert_array_equal(fit.coefficients, ordinal(y[3:], x[3:]).coefficients)
    assert fit.counts.sum() == 297
    assert (fit.used == ols(y, x).used).all()


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "HC1"}, {"kind": "CR1"}, {"kind": "model", "cluster": np.arange(100)}, {"kind": "CR0", "level": 1}],
)
def test_what_is_asked_wrongly_is_refused(wrong):
    with pytest.raises(ValueError, match=r"covariance|cluster|level"):
        ordinal_covariance(ordinal(Y, X), **wrong)
