"""Robustness values against the figures of Cinelli and Hazlett's own example, E-values against the R package EValue."""

from __future__ import annotations

from math import log, nan, sqrt

import numpy as np
import pytest
import statsmodels.api as sm

from wres_analysis.stats.confounding import e_value_odds_ratio, robustness, robustness_of_column
from wres_analysis.stats.linear import LinearFit, ols, within

pytestmark = pytest.mark.unit


def test_darfur_is_that_of_the_paper_and_the_r_package() -> None:
    # Cinelli and Hazlett (2020), section 5, to five digits in the README of sensemakr: exposure to violence and
    # attitudes towards peace, t = 4.18445 with 783 degrees of freedom.
    found = robustness(4.18445, 783, alpha=0.05)
    assert found.partial_r2 == pytest.approx(0.02187, abs=5e-6)
    assert found.value == pytest.approx(0.13878, abs=5e-6)
    assert found.limit == pytest.approx(0.07626, abs=5e-6)
    assert robustness(-4.18445, 783) == found


def test_what_is_not_there_has_no_value_and_what_is_not_significant_no_limit() -> None:
    assert robustness(1.0, 100).limit == 0.0
    assert robustness(0.0, 100).value == 0.0
    for t, df in ((nan, 100), (2.0, 1), (2.0, nan)):
        assert np.isnan(robustness(t, df).value)
    with pytest.raises(ValueError, match="alpha"):
        robustness(1.0, 10, alpha=1.0)


@pytest.mark.parametrize("t", [2.5, 6.0, 40.0])
def test_a_confounder_as_strong_as_the_value_makes_up_the_estimate(t: float) -> None:
    df = 60
    found = robustness(t, df)
    # Bias of an omitted variable that explains r of what is left of both, in standard errors of the estimate:
    # their equation (8), sqrt(r * r / (1 - r) * df).
    assert sqrt(found.value**2 / (1 - found.value) * df) == pytest.approx(t, rel=1e-12)


def confounded() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(6)
    hidden, other = random.normal(size=(2, 200))
    x = 0.5 * hidden + 0.3 * other + random.normal(size=200)
    return 0.2 * x + 0.6 * hidden + other + random.normal(size=200), x, other, hidden


def test_the_partial_r2_is_that_of_statsmodels_whatever_the_fixed_effects() -> None:
    y, x, other, _ = confounded()
    groups = np.repeat(np.arange(20), 10)
    whole = sm.add_constant(np.column_stack([x, other]))
    dummies = np.column_stack([x, other, groups[:, None] == np.arange(20)]).astype(float)
    fits: list[tuple[LinearFit, np.ndarray, int]] = [
        (ols(y, np.column_stack([x, other]), names=["x", "z"]), whole, 1),
        (within(y, np.column_stack([x, other]), entity=groups, names=["x", "z"]), dummies, 0),
    ]
    for fit, design, place in fits:
        with_it = sm.OLS(y, design).fit()
        without = sm.OLS(y, np.delete(design, place, axis=1)).fit()
        found = robustness_of_column(fit, "x")
        assert found.partial_r2 == pytest.approx(1 - with_it.ssr / without.ssr, rel=1e-9)


def test_weights_count() -> None:
    y, x, other, _ = confounded()
    weights = np.linspace(0.1, 3, y.size)
    peer = sm.WLS(y, sm.add_constant(np.column_stack([x, other])), weights=weights).fit()
    found = robustness_of_column(ols(y, np.column_stack([x, other]), weights=weights, names=["x", "z"]), "x")
    assert found.partial_r2 == pytest.approx(peer.tvalues[1] ** 2 / (peer.tvalues[1] ** 2 + peer.df_resid), rel=1e-9)


def test_a_fit_without_numbers_has_none_and_an_unknown_column_is_refused() -> None:
    fit = ols([1.0, 2.0, 4.0, 3.0], np.ones(4), names=["x"])
    assert fit.status == "constant_exposure"
    assert np.isnan(robustness_of_column(fit, "x").partial_r2)
    with pytest.raises(ValueError, match="no column 'q'"):
        robustness_of_column(fit, "q")


@pytest.mark.parametrize("sign", [1, -1])
def test_e_values_of_odds_ratios_are_those_of_evalue(sign: int) -> None:
    # EValue::evalues.OR(2.5, 1.4, 4.0, rare = FALSE), as a reference test of another package quotes it.
    limits = sorted(sign * log(ratio) for ratio in (1.4, 4.0))
    found = e_value_odds_ratio(sign * log(2.5), *limits)
    assert found.estimate == pytest.approx(2.53971129469801, rel=1e-12)
    assert found.limit == pytest.approx(1.6488166904897, rel=1e-12)
    assert found.risk_ratio == pytest.approx(sqrt(2.5), rel=1e-12)
