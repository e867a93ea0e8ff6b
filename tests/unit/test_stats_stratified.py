"""Comparisons put together over strata: against R's metafor, and against the paradox that they are there to avoid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wres_analysis.stats.stratified import mantel_haenszel

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).parent.parent / "oracle" / "stratified"
CASES = pd.read_csv(ORACLE / "cases.csv")
ANSWERS = pd.read_csv(ORACLE / "answers.csv")
COUNTS = ("x1", "n1", "x2", "n2")


def counts(name):
    part = CASES[CASES["set"] == name]
    return [part[column].to_numpy() for column in COUNTS]


@pytest.mark.parametrize("answer", ANSWERS.to_dict("records"), ids=lambda one: f"{one['set']}-{one['measure']}")
def test_it_is_that_of_metafor(answer):
    names: dict[str, Any] = {"RR": "ratio", "OR": "odds_ratio", "RD": "difference"}
    found = mantel_haenszel(*counts(answer["set"]), measure=names[answer["measure"]])
    # The same closed formulas on both sides, so nothing but rounding.
    for name in ("estimate", "std_error", "low", "high"):
        assert getattr(found, name) == pytest.approx(answer[name], rel=1e-12)


def test_groups_that_are_equal_in_each_stratum_are_equal_together_though_their_sums_are_not():
    x1, n1, x2, n2 = [90, 2], [900, 100], [10, 18], [100, 900]  # rates 10% and 2%, alike for both groups
    assert mantel_haenszel(x1, n1, x2, n2).estimate == pytest.approx(1.0, abs=1e-12)  # rounding only
    assert mantel_haenszel(x1, n1, x2, n2, measure="odds_ratio").estimate == pytest.approx(1.0, abs=1e-12)
    assert mantel_haenszel(x1, n1, x2, n2, measure="difference").estimate == pytest.approx(0.0, abs=1e-12)
    assert (sum(x1) / sum(n1)) / (sum(x2) / sum(n2)) > 3


def test_one_stratum_is_the_plain_comparison():
    assert mantel_haenszel(12, 100, 30, 200).estimate == pytest.approx((12 / 100) / (30 / 200), rel=1e-12)


def test_exchanging_the_groups_turns_ratio_and_difference():
    a, b, c, d = counts("uneven")
    turns: list[tuple[Any, Any]] = [
        ("ratio", lambda v: 1 / v),
        ("odds_ratio", lambda v: 1 / v),
        ("difference", lambda v: -v),
    ]
    for measure, turned in turns:
        there, back = mantel_haenszel(a, b, c, d, measure=measure), mantel_haenszel(c, d, a, b, measure=measure)
        # A law of the formulas: rounding only.
        assert [there.estimate, there.low, there.high] == pytest.approx(
            [turned(back.estimate), turned(back.high), turned(back.low)], rel=1e-9
        )


def test_strata_without_both_groups_do_not_count():
    a, b, c, d = counts("few_large")
    more = [np.append(values, extra) for values, extra in zip((a, b, c, d), (5, 50, 0, 0), strict=True)]
    more = [np.append(values, extra) for values, extra in zip(more, (np.nan, 50, 3, 40), strict=True)]
    assert mantel_haenszel(*more) == mantel_haenszel(a, b, c, d)


def test_what_cannot_be_told_has_a_status_and_no_interval():
    assert mantel_haenszel([3], [10], [2], [0]).status == "no_strata"
    nothing = mantel_haenszel([3, 1], [10, 9], [0, 0], [12, 13])
    assert nothing.status == "no_events"
    assert np.isnan([nothing.estimate, nothing.low, nothing.high]).all()
    with pytest.raises(ValueError, match="measure is"):
        mantel_haenszel(1, 2, 1, 2, measure="hazard")  # type: ignore[arg-type]
