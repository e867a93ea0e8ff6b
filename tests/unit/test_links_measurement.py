"""Sampling variances from the counts of a panel, and links corrected by them: a planted truth and named refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from link_panels import random_panel, row, run, test_text
from scipy import stats

from wres_analysis.links.measurement import MOST_FILLED, sampling_variance
from wres_analysis.standards import load_outcomes, load_standard

pytestmark = pytest.mark.unit

WRES, OUTCOMES = load_standard("wres"), load_outcomes()


def variance(panel: pd.DataFrame, column: str) -> Any:
    return sampling_variance(panel, np.arange(len(panel)), column, WRES, OUTCOMES)


def counted(key: str, x1: Any, n1: Any, x2: Any, n2: Any) -> pd.DataFrame:
    """The columns of an indicator with the counts of ethnic minority and White staff."""
    columns: dict[str, Any] = {}
    for group, x, n in (("bme", x1, n1), ("white", x2, n2)):
        events, base = np.asarray(x, dtype=float), np.asarray(n, dtype=float) * np.ones(np.shape(x))
        columns |= {
            f"{key}.{group}": 100 * events / base, f"{key}.{group}.numerator": events,
            f"{key}.{group}.denominator": base, f"{key}.{group}.base": base,
        }  # fmt: skip
    panel = pd.DataFrame(columns)
    panel[f"{key}.gap"] = panel[f"{key}.bme"] - panel[f"{key}.white"]
    return panel


# Variances --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "n"), [(0.02, 11), (0.28, 40), (0.9, 25)])
def test_the_variance_of_a_percentage_is_right_on_average(p: float, n: int) -> None:
    events = np.arange(n + 1)
    chance = stats.binom.pmf(events, n, p)
    found = variance(counted("ind8", events, n, 100.0 * np.ones(n + 1), 1_000), "ind8.bme")
    assert found.status == "ok"
    # Over all that could be observed, each by its probability: exactly the binomial variance, zero counts included.
    assert chance @ found.values == pytest.approx(100**2 * p * (1 - p) / n, rel=1e-12)


def test_a_gap_has_the_variances_of_both_groups() -> None:
    panel = counted("ind8", [12, 3], [60, 20], [80, 90], [900, 1_000])
    parts = variance(panel, "ind8.bme").values + variance(panel, "ind8.white").values
    assert variance(panel, "ind8.gap").values == pytest.approx(parts, rel=1e-12)
    panel["ind8.disadvantage"] = panel["ind8.gap"]
    assert variance(panel, "ind8.disadvantage").values == pytest.approx(parts, rel=1e-12)


@pytest.mark.parametrize(("expected", "within"), [(2, 0.20), (5, 0.20), (8, 0.10), (20, 0.05), (100, 0.02)])
def test_the_variance_of_a_log_ratio_is_near_that_of_all_possible_counts(expected: float, within: float) -> None:
    n = int(100 * expected)
    events = np.arange(1, min(n, 400) + 1)
    chance = stats.binom.pmf(events, n, 0.01)
    chance /= chance.sum()
    logs = np.log(events / n)
    truth = chance @ logs**2 - (chance @ logs) ** 2
    panel = counted("ind3", events, n, 10**9 * np.ones(events.size), 10**11)  # the other group adds nothing
    panel["ind3.disadvantage"] = logs
    panel["ind3.ratio"] = np.exp(logs)
    found = variance(panel, "ind3.disadvantage").values
    assert chance @ found == pytest.approx(truth, rel=within)
    assert variance(panel, "ind3.ratio").values == pytest.approx(found * panel["ind3.ratio"] ** 2, rel=1e-12)


def test_a_log_of_large_counts_has_the_variance_of_the_delta_method() -> None:
    panel = counted("ind3", [30], [600], [200], [9_000])
    panel["ind3.log_ratio"] = np.log(panel["ind3.bme"] / panel["ind3.white"])
    assert variance(panel, "ind3.log_ratio").values == pytest.approx([1 / 30 - 1 / 600 + 1 / 200 - 1 / 9_000])


def test_a_base_without_counts_is_used_and_flagged() -> None:
    panel = counted("ind8", [12, 12], [60, 60], [80, 80], [900, 900])
    exact = variance(panel, "ind8.gap")
    panel.loc[1, ["ind8.bme.numerator", "ind8.bme.denominator"]] = np.nan
    found = variance(panel, "ind8.gap")
    assert found.values == pytest.approx(exact.values, rel=1e-12)
    assert exact.at_least.tolist() == [False, False]
    assert found.at_least.tolist() == [False, True]


@pytest.mark.parametrize(
    ("column", "status", "words"),
    [
        ("ind9.disadvantage", "full_count", "full count of staff"),
        ("workforce_bme_share", "full_count", "full count of staff"),
        ("sickness", "full_count", "every recorded day"),
        ("engagement", "no_base", "without a measure of its spread"),
        ("ind8.gap", "no_base", "no number of people"),
        ("ind3.published_ratio", "no_base", "no number of people"),
    ],
)  # fmt: skip
def test_what_has_no_sampling_variance_says_why(column: str, status: str, words: str) -> None:
    panel = pd.DataFrame({column: [1.0, 2.0], "ind8.bme": [10.0, 20.0], "ind8.white": [10.0, 20.0]})
    found = variance(panel, column)
    assert found.status == status
    assert words in found.reason
    assert (found.values == 0).all() if status == "full_count" else np.isnan(found.values).all()


# Links ------------------------------------------------------------------------------------------------------------


def small_bases(seed: int = 4, *, trusts: int = 150, years: int = 8, effect: float = -0.02) -> pd.DataFrame:
    """A panel whose gap is that of 40 to 400 respondents, and whose truth acts on next year's sickness."""
    random = np.random.default_rng(seed)
    panel = random_panel(trusts, years, seed=seed, effect=0.0)
    n = len(panel)
    true = {
        "bme": 0.20 + np.repeat(0.03 * random.normal(size=trusts), years) + 0.04 * random.normal(size=n),
        "white": 0.08 + 0.005 * random.normal(size=n),
    }
    for group, bases in (("bme", (40, 400)), ("white", (800, 3_000))):
        base = np.repeat(random.integers(*bases, trusts), years)
        events = random.binomial(base, np.clip(true[group], 0.01, 0.99))
        panel[f"ind8.{group}"] = 100 * events / base
        panel[f"ind8.{group}.numerator"], panel[f"ind8.{group}.denominator"] = events.astype(float), base.astype(float)
        panel[f"ind8.{group}.base"] = base.astype(float)
    panel["ind8.gap"] = panel["ind8.disadvantage"] = panel["ind8.bme"] - panel["ind8.white"]
    gap = 100 * (true["bme"] - true["white"])
    before = np.where(panel["wres_year"] > panel["wres_year"].min(), np.roll(gap, 1), 12.0)
    panel["sickness"] = 5 + effect * before + 0.1 * random.normal(size=n)
    panel["true_gap"] = gap
    return panel


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return small_bases()


def within_spread(panel: pd.DataFrame, column: str) -> float:
    """Variance of what trust and year means leave of a complete panel."""
    values = panel[column] - panel.groupby("org_code")[column].transform("mean")
    return float((values - values.groupby(panel["wres_year"]).transform("mean")).var())


def test_the_planted_effect_is_found_where_the_raw_one_is_too_small(panel: pd.DataFrame) -> None:
    found = row(run(panel, test_text(outcome="sickness")))
    exposed = panel[panel["wres_year"] < panel["wres_year"].max()]
    true_share = within_spread(exposed, "true_gap") / within_spread(exposed, "ind8.gap")
    assert 0.4 < true_share < 0.8
    # The truth of this very sample; the standard error of the reliability is about 0.03 here.
    assert found["reliability"] == pytest.approx(true_share, abs=0.08)
    assert found["dis_status"] == "ok"
    assert found["estimate"] == pytest.approx(-0.02 * true_share, abs=2.5 * found["std_error"])
    assert found["ci_high"] < found["estimate"] * 0.8 < 0
    assert found["ci_low"] > -0.02  # the raw interval misses the planted effect
    assert found["dis_ci_low"] <= -0.02 <= found["dis_ci_high"]
    assert found["estimate_disattenuated"] == pytest.approx(found["estimate"] / found["reliability"], rel=1e-12)


def test_between_trusts_the_reliability_is_higher_than_within(panel: pd.DataFrame) -> None:
    result = run(panel, test_text("W", outcome="sickness"), test_text("B", outcome="sickness", model="ols"))
    assert row(result, "B")["reliability"] > row(result, "W")["reliability"] + 0.05


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"outcome": "engagement", "lag": 0}, "same_respondents"),
        ({"model": "spearman", "se": None}, "not_available"),
        ({"exposure": "ind9.disadvantage"}, "full_count"),
        ({"exposure": "ind7.disadvantage"}, "no_base"),
        ({"outcome": "sickness", "se": "wild"}, "ok"),
        ({"outcome": "sickness", "se": "HC3", "model": "ols"}, "ok"),
    ],
)
def test_each_way_of_correcting_or_not_has_a_name_and_a_sentence(
    panel: pd.DataFrame, changes: dict[str, Any], status: str
) -> None:
    result = run(panel, test_text(**changes))
    found = row(result)
    assert found["status"] == "ok"
    assert found["dis_status"] == status
    corrected = found[["estimate_disattenuated", "dis_ci_low", "dis_ci_high"]].astype(float)
    assert np.isfinite(corrected).all() if status == "ok" else corrected.isna().all()
    (detail,) = result.about["tests"]["T"]["detail"].values()
    assert (detail["measurement_error"]["message"] == "") == (status == "ok")
    if status == "full_count":
        assert found["reliability"] == 1.0
    elif status != "ok":
        assert np.isnan(found["reliability"])


def test_few_unknown_errors_take_the_mean_and_many_are_refused(panel: pd.DataFrame) -> None:
    places = np.random.default_rng(1).permutation(len(panel))
    names = [f"ind8.bme.{name}" for name in ("numerator", "denominator", "base")]
    for share, status in ((0.5 * MOST_FILLED, "ok"), (2 * MOST_FILLED, "no_base")):
        holes = panel.copy()
        holes.loc[places[: int(share * len(panel))], names] = np.nan
        result = run(holes, test_text(outcome="sickness"))
        assert row(result)["dis_status"] == status
        assert "is not known" in result.about["tests"]["T"]["detail"]["within"]["measurement_error"]["message"]


def test_an_exposure_that_is_all_chance_gets_no_corrected_number() -> None:
    panel = small_bases()
    random = np.random.default_rng(2)
    base = panel["ind8.bme.denominator"].to_numpy()
    panel["ind8.bme.numerator"] = random.binomial(base.astype(int), 0.2).astype(float)
    panel["ind8.bme"] = 100 * panel["ind8.bme.numerator"] / base
    panel["ind8.white"] = 8.0
    panel["ind8.disadvantage"] = panel["ind8.bme"] - 8.0
    result = run(panel, test_text(outcome="sickness"))
    found = row(result)
    assert found["dis_status"] == "too_unreliable"
    assert abs(found["reliability"]) < 0.1
    assert np.isnan(found["estimate_disattenuated"])
    assert "below 10%" in result.about["tests"]["T"]["detail"]["within"]["measurement_error"]["message"]


def test_lower_bounds_of_bases_are_told(panel: pd.DataFrame) -> None:
    bounded = panel.copy()
    bounded.loc[:49, ["ind8.bme.numerator", "ind8.bme.denominator"]] = np.nan
    result = run(bounded, test_text(outcome="sickness"))
    message = result.about["tests"]["T"]["detail"]["within"]["measurement_error"]["message"]
    assert "more people may have answered" in message
    assert row(result)["dis_status"] == "ok"
