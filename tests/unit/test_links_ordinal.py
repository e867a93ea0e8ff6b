"""Ratings in a plan: which event meets which exposure, the fit beneath, planted truth, and what is refused."""

import json
from dataclasses import replace
from math import log
from typing import Any

import numpy as np
import pandas as pd
import pytest
from link_panels import HEAD, as_data, events_table, random_panel, row, test_text
from scipy.special import logit

from wres_analysis.links import parse_plan, run_plan
from wres_analysis.links.events import build_event_design
from wres_analysis.links.frames import write_files
from wres_analysis.links.models import estimate
from wres_analysis.stats.ordinal import ordinal, ordinal_covariance

pytestmark = pytest.mark.unit

SESOI = "{ odds_ratio = 1.5, per = 10 }"


def rated(**changes):
    return test_text(**{"model": "ordinal", "outcome": "cqc_well_led", "sesoi": SESOI, **changes})


def a_test(**changes):
    return parse_plan(HEAD + rated(**changes)).tests[0]


def found(panel, events, *tests):
    return run_plan(parse_plan(HEAD + "\n".join(tests or [rated()]), file="test.toml"), as_data(panel, events))


def random_events(panel, *, effect=-0.3, seed=4, cuts=(-3.5, 0.0, 2.0)):
    """A rating in one year of two, the year after its exposure; some of a trust's ratings share their noise."""
    random = np.random.default_rng(seed)
    exposure = panel.set_index(["org_code", "wres_year"])["ind8.disadvantage"]
    trusts = panel["org_code"].unique()
    own = dict(zip(trusts, random.logistic(size=len(trusts)), strict=True))
    rows = []
    for trust, year in exposure.index:
        if random.random() < 0.5 and year < panel["wres_year"].max():
            # Noise is the trust's own draw or one of the event: logistic, so the effect is exactly the log odds.
            noise = own[trust] if random.random() < 0.4 else random.logistic()
            latent = effect * (exposure[trust, year] - 10) + noise
            rows.append((trust, f"{year}-10-15", 1.0 + np.searchsorted(cuts, latent)))
    return events_table(rows)


PANEL = random_panel(60)
EVENTS = random_events(PANEL)


# Which event meets which exposure ----------------------------------------------------------------------------------


def small():
    return pd.DataFrame(
        {
            "org_code": ["RZ1"] * 3 + ["RZ2"] * 3,
            "wres_year": [2020, 2021, 2022] * 2,
            "ind8.disadvantage": [1.0, 2.0, 3.0, 4.0, 5.0, np.nan],
            "headcount": [100.0, 0.0, 300.0, 400.0, 500.0, 600.0],
        }
    )


DATED = [
    ("RZ1", "2020-03-31", 1), ("RZ1", "2020-04-01", 2), ("RZ1", "2021-03-31", 3), ("RZ1", "2021-04-01", 4),
    ("RZ2", "2021-07-01", 1), ("RZ2", "2022-05-01", 2), ("RZ9", "2021-07-01", 3),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lag", "x", "y", "years"),
    [
        (0, [1, 2, 2, 3], [1, 2, 3, 4], [2020, 2021, 2021, 2022]),  # the year's own survey, of the autumn before
        (1, [1, 1, 2, 5], [2, 3, 4, 1], [2020, 2020, 2021, 2021]),
        (2, [1, 4, 5], [4, 1, 2], [2020, 2020, 2021]),
        (-1, [2, 3, 3], [1, 2, 3], [2021, 2022, 2022]),
    ],
)
def test_a_rating_meets_the_exposure_of_its_financial_year_less_the_lag(lag, x, y, years):
    made = build_event_design(
        small().assign(org_code=small()["org_code"]), events_table(DATED), a_test(cluster="org_code"), lag=lag
    )
    assert list(made.x[:, 0]) == x
    assert list(made.y) == y
    assert list(made.time) == years
    assert list(small()["wres_year"].iloc[made.rows]) == years
    assert made.lost["rows"] == len(DATED) == len(y) + sum(list(made.lost.values())[1:])


def test_events_are_used_or_lost_for_one_reason():
    events = events_table(DATED).assign(flags=["", "inherited", "", "", "", "", ""])
    made = build_event_design(small(), events, a_test(adjust='["log(headcount)"]', sample="wres_year < 2022"))
    assert {why: n for why, n in made.lost.items() if n} == {
        "rows": 7,
        "rating inherited": 1,
        "no row of the exposure's year": 2,  # of 2019, and of a trust that is not in the panel
        "not in the sample": 1,
        "log(headcount) missing": 1,
    }
    assert list(made.y) == [3, 1]


def test_ratings_of_locations_and_of_other_measures_are_not_those_of_the_trust():
    own = events_table(DATED)
    others = [own.assign(stratum="RZ101 A Hospital"), events_table(DATED, measure="cqc_overall")]
    alone, among = (build_event_design(small(), one, a_test()) for one in (own, pd.concat([*others, own])))
    assert alone.lost == among.lost
    np.testing.assert_array_equal(alone.x, among.x)


# From events to a row ----------------------------------------------------------------------------------------------


def test_a_row_is_the_fit_of_the_joined_events():
    """The same join by other means, and the model beneath, which is checked against R."""
    answer = row(found(PANEL, EVENTS, rated(adjust='["workforce_bme_share", "region"]')))
    events = EVENTS.assign(wres_year=EVENTS["date"].dt.year + (EVENTS["date"].dt.month > 3) - 1)
    both = events.merge(PANEL, on=["org_code", "wres_year"])
    dummies = pd.get_dummies(both["region"], drop_first=True).astype(float)
    fit = ordinal(both["value"], pd.concat([both[["ind8.disadvantage", "workforce_bme_share"]], dummies], axis=1))
    cov = ordinal_covariance(fit, kind="CR1", cluster=both["org_code"])
    assert answer["status"] == "ok"
    expected = [numbers[0] for numbers in (cov.estimates, cov.std_errors, cov.low, cov.high, cov.p_values)]
    names = ["estimate", "std_error", "ci_low", "ci_high", "p_value"]
    assert list(answer[names]) == pytest.approx(expected, rel=1e-9)  # the sum's order differs
    assert (answer["n_obs"], answer["n_trusts"], answer["n_clusters"]) == (len(both), *[both["org_code"].nunique()] * 2)
    assert answer["unit"] == "log odds of a higher category per percentage point"
    assert answer["sesoi"] == pytest.approx(log(1.5) / 10)
    assert "CR1: G/(G-1)*(n-1)/(n-K)" in answer["se_convention"]
    assert "stays in force" not in answer["message"]


def test_a_planted_effect_is_covered_by_its_intervals():
    forward, inside = [], 0
    for seed in range(20):
        events = random_events(PANEL, seed=seed)
        (one,) = estimate(build_event_design(PANEL, events, a_test()), a_test(), alpha=0.05, seed=1, draws=99)
        inside += one.ci_low <= -0.3 <= one.ci_high
        forward.append(one.estimate)
    assert inside >= 16  # fewer than that of 20 have a chance of 0.3 % at 95 %
    # The mean of 20 estimates, each with a standard error near 0.07, and a maximum-likelihood bias of a few per cent.
    assert np.mean(forward) == pytest.approx(-0.3, abs=0.05)


def test_a_smallest_effect_is_an_odds_ratio():
    """A null of many ratings: with a generous smallest effect it is ruled out, with a small one it is not."""
    panel = random_panel(150)
    events = random_events(panel, effect=0.0)
    generous, small = (
        row(found(panel, events, rated(sesoi=f"{{ odds_ratio = {size}, per = 10 }}"))) for size in (20, 1.1)
    )
    assert generous["verdict"] == "evidence_of_no_meaningful_effect"
    assert small["verdict"] == "cannot_tell"
    assert generous["equivalence_p"] < 0.05 < small["equivalence_p"]


def test_what_stands_beside_the_estimate_is_told(tmp_path):
    result = found(PANEL, EVENTS)
    detail = result.about["tests"]["T"]["detail"]["ind8.disadvantage"]
    counts = [one["rows"] for one in detail["categories"]]
    assert sum(counts) == row(result)["n_obs"]
    assert [one["up_to"] for one in detail["thresholds"]] == [1, 2, 3]
    cuts = [one["estimate"] for one in detail["thresholds"]]
    assert cuts == sorted(cuts)
    # Planted at an exposure of 10: the thresholds of the model are those where the exposure is zero.
    moved = np.array(cuts) - 10 * row(result)["estimate"]
    assert moved == pytest.approx([-3.5, 0.0, 2.0], abs=0.8)  # standard errors are 0.2 to 0.4
    assert detail["odds_ratio"]["per"] == 10
    assert log(detail["odds_ratio"]["estimate"]) == pytest.approx(10 * row(result)["estimate"])
    shares = pd.DataFrame(detail["probabilities"])
    assert shares.groupby("quantile")["estimate"].sum().to_numpy() == pytest.approx(1)
    best = shares[shares["category"] == 4].set_index("quantile")["estimate"]
    assert best[0.1] > best[0.9]  # more disadvantage, fewer of the best rating
    odds = logit(1 - shares[shares["category"] == 1].set_index("exposure")["estimate"])
    slope = (odds.iloc[-1] - odds.iloc[0]) / (odds.index[-1] - odds.index[0])
    assert slope == pytest.approx(row(result)["estimate"])  # one column: no averaging over others
    assert sum(one["estimate"] for one in detail["average_effects"]) == pytest.approx(0, abs=1e-12)
    assert detail["proportional_odds"]["status"] == "ok"
    assert 0 < detail["proportional_odds"]["p"] < 1
    assert [one["from"] for one in detail["proportional_odds"]["brant"]["splits"]] == [2, 3, 4]
    write_files(tmp_path, result.frame, result.about)
    written = json.loads((tmp_path / "links.json").read_text(encoding="utf-8"))
    assert written["tests"]["T"]["detail"]["ind8.disadvantage"]["categories"] == detail["categories"]


def test_slopes_that_differ_are_said():
    random = np.random.default_rng(8)
    panel = random_panel(200)
    slopes = np.array([1.0, 0.4, -0.2])
    rows = []
    for trust, year, x in panel[["org_code", "wres_year", "ind8.disadvantage"]].itertuples(index=False):
        above = 1 / (1 + np.exp(-(slopes * (x - 10) / 3 + [2.0, 0.0, -2.0])))
        if year < 2022:
            rows.append((trust, f"{year}-06-01", 1.0 + (random.random() < above).sum()))
    answer = row(found(panel, events_table(rows)))
    assert "The slopes differ between the thresholds" in answer["message"]


# What cannot be answered -------------------------------------------------------------------------------------------


def events_where(condition):
    """All ratings of 3, but 2 where the exposure's row fulfils a condition."""
    both = EVENTS.merge(
        PANEL.assign(year=PANEL["wres_year"]),
        left_on=["org_code", EVENTS["date"].dt.year],
        right_on=["org_code", "year"],
    )
    return EVENTS.assign(value=np.where(condition(both), 2.0, 3.0))


FAILURES: dict[str, tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]] = {
    "all_missing": (PANEL, events_table([]), {}),
    "too_few": (PANEL, EVENTS.iloc[:3], {"adjust": '["workforce_bme_share"]'}),
    "constant_exposure": (PANEL.assign(**{"ind8.disadvantage": 3.0}), EVENTS, {}),
    "constant_outcome": (PANEL, EVENTS.assign(value=3.0), {}),
    "singular": (PANEL, EVENTS, {"adjust": '["ind8.gap", "workforce_bme_share"]'}),
    "separated": (PANEL, events_where(lambda both: both["ind8.disadvantage"] < 10), {}),
    "one_cluster": (PANEL.assign(region="London"), EVENTS, {"cluster": "region"}),
    "missing_cluster": (
        PANEL.assign(icb=PANEL["icb"].where(PANEL["org_code"] != "RZ001")), EVENTS, {"cluster": "icb"}),
    "not_available": (PANEL, EVENTS, {"se": "HC3"}),
}  # fmt: skip


@pytest.mark.parametrize("status", FAILURES)
def test_what_cannot_be_answered_has_a_name_a_sentence_and_no_number(status):
    panel, events, changes = FAILURES[status]
    answer = row(found(panel, events, rated(**changes)))
    assert answer["status"] == status
    assert len(answer["message"]) > 20
    numbers = ["estimate", "std_error", "ci_low", "ci_high", "p_value", "std_estimate", "mde_80", "equivalence_p"]
    assert answer[numbers].isna().all()
    assert answer["verdict"] == "not_available"


def test_columns_to_blame_are_named():
    answers = {
        status: row(found(FAILURES[status][0], FAILURES[status][1], rated(**FAILURES[status][2])))["message"]
        for status in ("singular", "separated")
    }
    assert answers["singular"] == "The data cannot tell these columns apart: ind8.disadvantage and ind8.gap."
    assert answers["separated"].startswith("ind8.disadvantage tells some categories apart without exception")


@pytest.mark.parametrize(("se", "words"), [("HC1", "least squares"), ("HC3", "least squares")])
def test_a_standard_error_without_a_meaning_is_refused_with_a_sentence(se, words):
    answer = row(found(PANEL, EVENTS, rated(se=se)))
    assert (answer["status"], answer["n_obs"]) == ("not_available", len(EVENTS))
    assert words in answer["message"]


def test_a_measurement_has_no_thresholds():
    answer = row(found(PANEL, EVENTS, test_text(model="ordinal", sesoi=SESOI)))
    assert answer["status"] == "not_available"
    assert "it is a measurement, not ordered categories" in answer["message"]


def test_other_models_keep_the_rating_in_force():
    answer = row(found(PANEL, EVENTS, test_text(model="ols", outcome="cqc_well_led")))
    assert answer["n_obs"] > len(EVENTS)
    assert "A rating stays in force until the next" in answer["message"]


def test_few_clusters_are_a_warning_and_have_a_bootstrap():
    few = EVENTS[EVENTS["org_code"].isin(PANEL["org_code"].unique()[:20])]
    plain, wild = row(found(PANEL, few)), row(found(PANEL, few, rated(se="wild")))
    assert "There are only 20 clusters" in plain["message"]
    assert "There are only" not in wild["message"]
    assert wild["se_convention"].startswith("score bootstrap for p and interval (999 draws, rademacher, seed 1)")
    assert list(wild[["estimate", "std_error"]]) == list(plain[["estimate", "std_error"]])
    half = [(one["ci_high"] - one["ci_low"]) / 2 for one in (wild, plain)]
    # What would be found goes by the interval of the test that is made.
    assert wild["mde_80"] / plain["mde_80"] == pytest.approx(half[0] / half[1], rel=1e-9)
    assert wild["p_value"] != plain["p_value"]
    assert wild["ci_low"] < wild["estimate"] < wild["ci_high"]
    assert (wild["p_value"] < 0.05) == (not wild["ci_low"] <= 0 <= wild["ci_high"])


def test_weights_are_those_of_the_exposures_row():
    test = replace(a_test(), weights="ind8.bme.base")
    made = build_event_design(PANEL, EVENTS, test)
    np.testing.assert_array_equal(made.weights, PANEL["ind8.bme.base"].to_numpy()[made.rows])
