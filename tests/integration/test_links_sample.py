"""The national plan on the sample: what was planted is found in sign, what was not is not claimed beyond chance."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest
import statsmodels.api as sm

from wres_analysis.links import read_plan, run_plan
from wres_analysis.panel.store import open_panel

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data():
    return open_panel(ROOT / "data" / "sample")


@pytest.fixture(scope="module")
def result(data):
    return run_plan(read_plan(ROOT / "plans" / "national.toml"), data)


@pytest.fixture(scope="module")
def declared(result):
    frame = result.frame
    return frame[(frame["of"] == "") & (frame["variant"] == "complete_case")].set_index("test_id")


@pytest.fixture(scope="module")
def truth():
    return tomllib.loads((ROOT / "data" / "sample" / "truth.toml").read_text(encoding="utf-8"))


def test_every_test_of_the_plan_has_an_answer_or_a_reason(declared):
    assert len(declared) == 51
    assert set(declared["status"]) == {"ok"}
    assert set(declared.loc[declared["model"] == "ordinal", "coupling"]) == {"flagged"}


def test_planted_effects_within_trusts_are_found_in_sign_and_weakened_by_survey_noise(declared, truth):
    planted = [one for one in truth["effect"] if one["kind"] == "within"]
    assert len(planted) == 3
    for effect in planted:
        pair = (declared["exposure"] == effect["exposure"]) & (declared["outcome"] == effect["outcome"])
        for found in declared[pair & (declared["model"] == "twfe")].to_dict("records"):
            for_10 = found["estimate"] * found["per"]
            assert for_10 * effect["per_10_points"] > 0
            assert abs(for_10) < abs(effect["per_10_points"])


def test_the_planted_link_between_trusts_is_found_in_sign_from_rating_events(declared, result, truth):
    """With 49 events of 34 trusts no more than the sign: the interval is wide, and the row says that it cannot tell."""
    found = declared.loc["P6"]
    pair = ["between", found["exposure"], found["outcome"]]
    (planted,) = (one for one in truth["effect"] if [one["kind"], one["exposure"], one["outcome"]] == pair)
    assert found["estimate"] * planted["per_10_points"] > 0
    assert found["ci_low"] < planted["per_10_points"] / 10 < found["ci_high"]
    account = result.about["tests"]["P6"]["rows"]
    assert account["rows"] == sum(count for why, count in account.items() if why != "rows")
    assert account["used"] == found["n_obs"] > found["n_trusts"] == found["n_clusters"]


def test_the_reverse_of_what_was_planted_shows_nothing(result):
    reverse = result.frame[result.frame["test_id"].isin(["P1@lag-1", "P2@lag-1"])]
    assert (reverse["p_value"] > 0.05).all()


def test_pairs_without_an_effect_are_not_claimed_beyond_chance(declared, truth):
    nil = {
        (one["exposure"], outcome) for one in truth["null"] if one["kind"] == "within" for outcome in one["outcomes"]
    }
    secondary = declared[(declared["family"] == "secondary") & (declared["model"] == "twfe")]
    tested = secondary[[pair in nil for pair in zip(secondary["exposure"], secondary["outcome"], strict=True)]]
    assert len(tested) == 33
    assert (tested["p_value"] < 0.05).sum() <= 5  # more than that has a chance below 1 % among 33
    assert (tested["p_bh"] > 0.05).all()
    assert (tested["p_rw"] > 0.05).all()
    rated = declared[(declared["family"] == "secondary") & (declared["model"] == "ordinal")]
    between = {
        (one["exposure"], outcome) for one in truth["null"] if one["kind"] == "between" for outcome in one["outcomes"]
    }
    rated = rated[[pair in between for pair in zip(rated["exposure"], rated["outcome"], strict=True)]]
    assert len(rated) == 8
    assert (rated["p_value"] < 0.05).sum() <= 2  # more than that has a chance below 1 % among 8


def test_an_estimate_is_that_of_statsmodels_on_the_panel(data, declared):
    """P1 again, by other means: a dummy for each trust and year, the outcome moved by hand."""
    panel = data.panel
    later = panel[["org_code", "wres_year", "engagement"]].assign(wres_year=panel["wres_year"] - 1)
    names = ["ind8.disadvantage", "workforce_bme_share"]
    both = panel[["org_code", "wres_year", *names]].merge(later, on=["org_code", "wres_year"]).dropna()
    dummies = pd.get_dummies(both[["org_code", "wres_year"]].astype(str), drop_first=True).astype(float)
    peer = sm.OLS(both["engagement"], sm.add_constant(pd.concat([both[names], dummies], axis=1))).fit()
    assert declared.loc["P1", "estimate"] == pytest.approx(peer.params["ind8.disadvantage"], rel=1e-8)
    assert declared.loc["P1", "n_obs"] == len(both)


def test_levels_on_the_old_base_are_not_used(declared, result):
    counts = result.about["tests"]["S-ind7-sickness"]["rows"]
    assert counts["ind7.disadvantage before a break"] > 100
    assert declared.loc["S-ind7-sickness", "n_obs"] < declared.loc["S-ind6-sickness", "n_obs"] - 100
