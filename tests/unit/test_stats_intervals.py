"""Intervals against R, statsmodels, published examples, and what any interval must satisfy."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from wres_analysis.stats import difference_interval, proportion_interval, ratio_interval

pytestmark = pytest.mark.unit

ANSWERS = pd.read_csv(Path(__file__).parents[1] / "oracle" / "intervals" / "answers.csv")


def _interval(method, rows):
    x1, n1, x2, n2 = (rows[c].to_numpy() for c in ("x1", "n1", "x2", "n2"))
    if method == "wilson":
        return proportion_interval(x1, n1)
    if method == "newcombe":
        return difference_interval(x1, n1, x2, n2)
    return ratio_interval(x1, n1, x2, n2, method=method)


def _rows(method) -> Any:
    """The cases that have events in both groups."""
    return ANSWERS[(ANSWERS.method == method) & (ANSWERS.x1 > 0) & (ANSWERS.x2 > 0)].itertuples()


@pytest.mark.parametrize("method", ["wilson", "newcombe", "koopman", "miettinen_nurminen", "katz"])
def test_limits_are_those_of_r(method):
    rows = ANSWERS[ANSWERS.method == method]
    assert len(rows) == 20
    ours = _interval(method, rows)
    # prop.test bounds its limits by 0 and 1; R's root search is good to about ten digits.
    np.testing.assert_allclose(ours.low, rows.low, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(ours.high, rows.high, rtol=1e-9, atol=1e-14)


def test_wilson_and_newcombe_are_those_of_statsmodels():
    rows = ANSWERS[ANSWERS.method == "wilson"]
    for level in (0.8, 0.95, 0.998):
        ours = proportion_interval(rows.x1, rows.n1, level=level)
        low, high = proportion_confint(rows.x1, rows.n1, alpha=1 - level, method="wilson")
        np.testing.assert_allclose(ours.low, low, rtol=1e-10, atol=1e-15)
        np.testing.assert_allclose(ours.high, high, rtol=1e-10)
        ours = difference_interval(rows.x1, rows.n1, rows.x2, rows.n2, level=level)
        for index, row in enumerate(rows.itertuples()):
            theirs = confint_proportions_2indep(
                row.x1, row.n1, row.x2, row.n2, compare="diff", method="newcomb", alpha=1 - level
            )
            assert (ours.low[index], ours.high[index]) == pytest.approx(theirs, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize(("method", "correction"), [("koopman", False), ("miettinen_nurminen", True)])
def test_score_ratio_is_that_of_statsmodels(method, correction):
    for row in _rows(method):
        if row.x1 == row.n1 or row.x2 == row.n2:
            continue  # statsmodels 0.15.0 takes the wrong root when every trial of a group is a success; R does not
        ours = ratio_interval(row.x1, row.n1, row.x2, row.n2, method=method)
        theirs = confint_proportions_2indep(
            row.x1, row.n1, row.x2, row.n2, compare="ratio", method="score", correction=correction
        )
        assert (ours.low, ours.high) == pytest.approx(theirs, rel=1e-5)  # its root search stops there


def test_the_limit_where_every_trial_succeeds_is_where_the_test_turns():
    """6 of 6 against 4 of 9: with ratio t at most 1.5 the most likely p2 is 10/15, and p1 is t times that."""
    ratio = ratio_interval(6, 6, 4, 9).low
    p2 = 10 / 15
    p1 = ratio * p2
    variance = p1 * (1 - p1) / 6 + ratio**2 * p2 * (1 - p2) / 9
    assert (1 - ratio * 4 / 9) / variance**0.5 == pytest.approx(1.959963984540054, rel=1e-12)


def test_katz_is_that_of_statsmodels():
    for row in _rows("katz"):
        ours = ratio_interval(row.x1, row.n1, row.x2, row.n2, method="katz")
        theirs = confint_proportions_2indep(row.x1, row.n1, row.x2, row.n2, compare="ratio", method="log")
        assert (ours.low, ours.high) == pytest.approx(theirs, rel=1e-9)


def test_a_trust_with_26_disciplinary_cases():
    """9 of 725 against 17 of 2,505: published as '1.7', and as '1.8', times as likely."""
    koopman = ratio_interval(9, 725, 17, 2505)
    assert round(koopman.estimate, 2) == 1.83
    assert (round(koopman.low, 2), round(koopman.high, 2)) == (0.83, 4.00)
    katz = ratio_interval(9, 725, 17, 2505, method="katz")
    assert (round(katz.low, 2), round(katz.high, 2)) == (0.82, 4.09)


def test_the_adrenaline_trial_as_the_r_package_contingencytables_has_it():
    """7 of 34 against 1 of 34 (Perondi 2004), the values in that package's own tests, to the digits given there."""
    published: Any = {"koopman": (1.2209, 42.5757), "miettinen_nurminen": (1.2086, 43.0330), "katz": (0.9096, 53.8695)}
    for method, limits in published.items():
        ours = ratio_interval(7, 34, 1, 34, method=method)
        assert (round(ours.low, 4), round(ours.high, 4)) == limits
    newcombe = difference_interval(7, 34, 1, 34)
    assert (round(newcombe.low, 4), round(newcombe.high, 4)) == (0.0189, 0.3404)


def test_a_zero_leaves_one_limit_and_two_zeros_none():
    none_first = ratio_interval(0, 40, 3, 4000)
    assert (none_first.estimate, none_first.low, none_first.status) == (0.0, 0.0, "one_sided")
    assert 0 < none_first.high < np.inf
    none_second = ratio_interval(3, 4000, 0, 40)
    assert np.isnan(none_second.estimate)
    assert (none_second.high, none_second.status) == (np.inf, "one_sided")
    assert none_second.low == pytest.approx(1 / none_first.high, rel=1e-12)
    neither = ratio_interval(0, 40, 0, 4000)
    assert neither.status == "no_ratio"
    assert np.isnan([neither.estimate, neither.low, neither.high]).all()
    assert ratio_interval(0, 40, 3, 4000, method="katz").status == "no_interval"


def test_a_missing_count_or_an_empty_base_has_no_interval():
    both = ratio_interval([1, np.nan, 1, 0], [10, 10, np.nan, 0], 2, 10)
    assert list(both.status) == ["ok", "no_base", "no_base", "no_base"]
    assert np.isnan(both.low[1:]).all()
    assert np.isnan(both.high[1:]).all()
    assert list(proportion_interval([0, 0], [0, 5]).status) == ["no_base", "ok"]
    assert np.isnan(difference_interval(0, 0, 2, 10).estimate)


@pytest.mark.parametrize(("x", "n"), [(3, 2), (-1, 5), (1, -1), (1, np.inf)])
def test_counts_that_cannot_be_are_refused(x, n):
    with pytest.raises(ValueError, match="impossible counts at position 1"):
        proportion_interval([1, x], [2, n])
    with pytest.raises(ValueError, match="impossible counts"):
        ratio_interval(1, 2, x, n)


def test_arguments_that_mean_nothing_are_refused():
    with pytest.raises(ValueError, match="level"):
        proportion_interval(1, 2, level=95)
    with pytest.raises(ValueError, match="no such method"):
        ratio_interval(1, 2, 1, 2, method=cast(Any, "wald"))


def test_scalars_give_floats_and_arrays_keep_their_shape():
    assert isinstance(proportion_interval(1, 2).low, float)
    assert proportion_interval(1, 2).status == "ok"
    grid = ratio_interval(np.ones((3, 1)), 50, np.arange(4), 60)
    assert grid.low.shape == grid.status.shape == (3, 4)


bases = st.integers(1, 20000)


@st.composite
def half_counts(draw):
    n = draw(bases)
    return draw(st.integers(0, 2 * n)) / 2, n


@settings(max_examples=150, deadline=None)
@given(half_counts(), half_counts(), st.sampled_from(["koopman", "miettinen_nurminen"]))
def test_score_intervals_hold_their_estimate_and_mirror(first, second, method):
    (x1, n1), (x2, n2) = first, second
    one, other = ratio_interval(x1, n1, x2, n2, method=method), ratio_interval(x2, n2, x1, n1, method=method)
    if x1 and x2:
        assert one.low <= one.estimate * (1 + 1e-12)
        assert one.estimate <= one.high * (1 + 1e-12)
        assert (one.low, one.high) == pytest.approx((1 / other.high, 1 / other.low), rel=1e-9)
    difference, mirror = difference_interval(x1, n1, x2, n2), difference_interval(x2, n2, x1, n1)
    assert -1 <= difference.low <= difference.estimate <= difference.high <= 1
    assert (difference.low, difference.high) == pytest.approx((-mirror.high, -mirror.low))
    share = proportion_interval(x1, n1)
    assert 0 <= share.low <= share.estimate <= share.high <= 1


@settings(max_examples=60, deadline=None)
@given(half_counts(), half_counts())
def test_a_higher_level_never_narrows(first, second):
    (x1, n1), (x2, n2) = first, second
    if not (x1 or x2):
        return
    narrow, wide = ratio_interval(x1, n1, x2, n2, level=0.8), ratio_interval(x1, n1, x2, n2, level=0.99)
    assert wide.low <= narrow.low * (1 + 1e-12)
    assert wide.high >= narrow.high * (1 - 1e-12)
