"""XmR charts against a truth table worked out by hand, and against NHSRplotthedots where that has an answer."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wres_analysis.stats.xmr import (
    MIN_POINTS,
    RULE_SET,
    RULE_SET_UNSCREENED,
    assurance,
    mark_points,
    moving_ranges,
    variation,
    xmr_chart,
)

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).resolve().parents[1] / "oracle" / "xmr"
MARKS = {"+": 1, "0": 0, "-": -1}
RULE_NAMES = ("outside", "trend", "two_of_three", "run")


def table(name: str) -> list[dict[str, str]]:
    with (ORACLE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def numbers(text: str) -> np.ndarray:
    """Read "1 2 . 3", a dot being a missing value."""
    return np.array([np.nan if word == "." else float(word) for word in text.split()])


@pytest.mark.parametrize("row", table("rules.csv"), ids=lambda row: row["case"])
def test_truth_table_of_rules(row: dict[str, str]) -> None:
    """Mean 0, limits at 3 and -3, near limits at 2 and -2; the expected marks were worked out by hand."""
    made = mark_points(numbers(row["values"]), 0, 3)
    for name in (*RULE_NAMES, "direction"):
        assert made[name].tolist() == [MARKS[mark] for mark in row[name]], f"{name}: {row['why']}"


@pytest.mark.parametrize("row", table("limits.csv"), ids=lambda row: row["case"])
def test_truth_table_of_limits(row: dict[str, str]) -> None:
    chart = xmr_chart(
        numbers(row["values"]), rebase=[int(word) for word in row["rebase"].split()], screen=row["screen"] == "yes"
    )
    for name in ("mean", "lower", "upper"):
        # 1e-12 of values near 10: sums of a dozen numbers in floating point.
        np.testing.assert_allclose(getattr(chart, name), numbers(row[name]), atol=1e-12, err_msg=row["why"])
    for name in ("n_points", "n_ranges"):
        assert getattr(chart, name).tolist() == numbers(row[name]).tolist()
    assert chart.rule_set == (RULE_SET if row["screen"] == "yes" else RULE_SET_UNSCREENED)


CASES = pd.read_csv(ORACLE / "cases.csv")
ANSWERS = pd.read_csv(ORACLE / "answers.csv")


@pytest.mark.parametrize("screen", ["yes", "no"])
@pytest.mark.parametrize("name", sorted(set(CASES["case"]) - {"equal"}))
def test_same_as_nhsrplotthedots(name: str, screen: str) -> None:
    """Series without gaps: the R package's limits, every rule by itself, and the name that it gives a point."""
    one = CASES[CASES["case"] == name]
    theirs = ANSWERS[(ANSWERS["case"] == name) & (ANSWERS["screen"] == screen)]
    chart = xmr_chart(one["value"].to_numpy(), rebase=np.flatnonzero(one["rebase"]).tolist(), screen=screen == "yes")
    for ours, column in ((chart.mean, "mean"), (chart.lower, "lower"), (chart.upper, "upper")):
        np.testing.assert_allclose(ours, theirs[column], rtol=1e-13, atol=1e-13)  # sums in another order
    for rule in RULE_NAMES:
        assert abs(getattr(chart, rule)).tolist() == theirs[rule].tolist(), rule
    up = theirs["type"].str.contains("Above|Increasing").astype(int)
    down = theirs["type"].str.contains("Below|Decreasing").astype(int)
    assert chart.direction.tolist() == (up - down).tolist()


def test_where_we_answer_and_nhsrplotthedots_does_not() -> None:
    """Equal values: screening leaves R without any moving range (0 is not below 0). Here limits have no width."""
    theirs = ANSWERS[(ANSWERS["case"] == "equal") & (ANSWERS["screen"] == "yes")]
    assert theirs["lower"].isna().all()
    chart = xmr_chart(np.full(10, 3.0))
    assert set(chart.lower) == set(chart.upper) == {3.0}
    assert not chart.signal.any()


def test_no_moving_range_spans_a_missing_value() -> None:
    np.testing.assert_array_equal(moving_ranges(np.array([1, 3, np.nan, 9, 8])), [np.nan, 2, np.nan, np.nan, 1])


def test_trial_limits_below_twelve_points_of_the_segment() -> None:
    values = np.arange(30) % 2 + 0.0
    values[3] = np.nan
    chart = xmr_chart(values, rebase=[12])
    assert chart.n_points[0] == MIN_POINTS - 1
    assert chart.trial.tolist() == [True] * 12 + [False] * 18


def test_many_series_at_once_are_the_same_as_one_by_one() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(size=(7, 40))
    values[rng.random(values.shape) < 0.1] = np.nan
    widen = rng.uniform(1, 2, 7)
    together = xmr_chart(values, rebase=[15], widen=widen)
    for i, one in enumerate(values):
        alone = xmr_chart(one, rebase=[15], widen=widen[i])
        for name in ("mean", "lower", "upper", *RULE_NAMES, "direction", "n_points", "n_ranges"):
            np.testing.assert_array_equal(getattr(together, name)[i], getattr(alone, name))


@given(st.lists(st.one_of(st.none(), st.integers(-5, 5)), min_size=1, max_size=40), st.integers(1, 39))
def test_mirrored_values_have_mirrored_marks_and_nothing_crosses_a_gap(values: list[int | None], cut: int) -> None:
    series = np.array([np.nan if v is None else float(v) for v in values])
    up, down = mark_points(series, 0, 3), mark_points(-series, 0, 3)
    for name in RULE_NAMES:
        np.testing.assert_array_equal(up[name], -down[name])
        assert not up[name][np.isnan(series)].any()
    # What lies before a missing value is marked as if nothing came after it.
    if cut < len(series):
        broken = series.copy()
        broken[cut] = np.nan
        whole, before = mark_points(broken, 0, 3), mark_points(broken[:cut], 0, 3)
        for name in RULE_NAMES:
            np.testing.assert_array_equal(whole[name][:cut], before[name])


def test_false_signals_of_independent_values() -> None:
    """Points outside the limits: 0.27% if limits were known. Estimated from 60 points they err a little more."""
    values = np.random.default_rng(3).normal(size=(4000, 60))
    outside = (xmr_chart(values).outside != 0).mean()
    # 0.5% is what moving-range limits from 60 points give (2.66 x a mean of dependent ranges); 240,000 points have a
    # Monte Carlo error of 0.02 points, so 0.3% to 0.7% holds for any seed.
    assert 0.003 < outside < 0.007


def test_widened_limits_restore_the_rate_of_correlated_values() -> None:
    rng = np.random.default_rng(4)
    r, values = 0.7, np.zeros((3000, 90))
    for t in range(1, 90):
        values[:, t] = r * values[:, t - 1] + np.sqrt(1 - r**2) * rng.normal(size=3000)
    values = values[:, 30:]
    naive = (xmr_chart(values).outside != 0).mean()
    widened = xmr_chart(values, widen=1 / np.sqrt(1 - r))
    assert naive > 0.05  # 1.64 true standard deviations instead of 3: about 10% in theory
    assert (widened.outside != 0).mean() < 0.01
    assert widened.rule_set.endswith("limits widened for autocorrelation")


@pytest.mark.parametrize(
    ("direction", "better", "word"),
    [
        (1, "higher", "improvement"), (-1, "higher", "concern"), (1, "lower", "concern"), (-1, "lower", "improvement"),
        (1, "none", "neutral_high"), (-1, "none", "neutral_low"), (0, "lower", "common_cause"),
    ],
)  # fmt: skip
def test_variation(direction: int, better: str, word: str) -> None:
    assert variation(direction, better) == word


@pytest.mark.parametrize(
    ("target", "better", "word"),
    [
        (7, "higher", "consistent_fail"), (7, "lower", "consistent_pass"), (1, "higher", "consistent_pass"),
        (1, "lower", "consistent_fail"), (4, "higher", "inconsistent"), (6, "lower", "inconsistent"),
        (2, "higher", "inconsistent"), (np.nan, "lower", "not_assessed"), (7, "none", "not_assessed"),
    ],
)  # fmt: skip
def test_assurance_with_limits_at_2_and_6(target: float, better: str, word: str) -> None:
    """Documented by NHSRplotthedots: consistent only beyond a limit, by direction; on a limit inconsistent."""
    assert assurance(target, 2, 6, better) == word


def test_a_process_without_limits_is_not_assessed() -> None:
    assert assurance(3, np.nan, np.nan, "lower") == "not_assessed"


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([], {}, "at least one"), ([1, np.inf], {}, "infinite"), ([1, 2], {"rebase": [2]}, "rebase"),
        ([1, 2], {"rebase": [-1]}, "rebase"), ([1, 2], {"run": 2}, "run of 2"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused(values: list[float], options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        xmr_chart(np.array(values), **options)
