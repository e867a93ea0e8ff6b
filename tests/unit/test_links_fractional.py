"""Fractional logit of a plan: statsmodels by hand, the outcome's own unit, and a named status for each failure."""

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from link_panels import random_panel, row, run, test_text

from wres_analysis.links.fractional import bounds_of
from wres_analysis.standards import load_outcomes

pytestmark = pytest.mark.unit

NAME = "ind8.disadvantage"


def found(panel: pd.DataFrame, **changes: Any) -> pd.Series:
    """The row of the test itself."""
    said: dict[str, Any] = {"model": "fractional", "outcome": "sickness"} | changes
    result = run(panel, test_text(**said))
    return result.frame[(result.frame["test_id"] == "T") & (result.frame["variant"] == "complete_case")].iloc[0]


def joined(panel: pd.DataFrame, outcome: str) -> pd.DataFrame:
    later = panel.set_index(["org_code", "wres_year"])[outcome]
    keys = pd.MultiIndex.from_arrays([panel["org_code"], panel["wres_year"] + 1])
    return panel.assign(y=later.reindex(keys).to_numpy()).dropna(subset=["y", NAME])


@pytest.mark.parametrize(("outcome", "width"), [("sickness", 100), ("engagement", 10)])
def test_effect_is_in_the_unit_of_the_outcome(outcome, width):
    panel = random_panel()
    one = found(panel, outcome=outcome, adjust='["workforce_bme_share"]')
    both = joined(panel, outcome)
    years = pd.get_dummies(both["wres_year"], prefix="y", drop_first=True).astype(float)
    x = sm.add_constant(pd.concat([both[[NAME, "workforce_bme_share"]], years], axis=1))
    peer = sm.GLM(both["y"] / width, x, family=sm.families.Binomial()).fit(tol=1e-14)
    share = peer.fittedvalues
    assert one["estimate"] == pytest.approx(width * (share * (1 - share)).mean() * peer.params[NAME], rel=1e-8)
    assert one["unit"].endswith("per percentage point")
    assert (one["n_obs"], one["n_clusters"], one["term"]) == (len(both), 20, NAME)
    assert one["ci_low"] < one["estimate"] < one["ci_high"]
    assert "delta method on the average effect" in one["se_convention"]


def test_far_from_its_limits_it_is_least_squares():
    """Where shares hardly bend, both models say nearly the same."""
    panel = random_panel(60)
    curve = found(panel, adjust='["workforce_bme_share"]')
    line = row(run(panel, test_text(model="ols", outcome="sickness", adjust='["workforce_bme_share", "wres_year"]')))
    assert curve["estimate"] == pytest.approx(line["estimate"], abs=0.1 * line["std_error"])
    assert curve["std_error"] == pytest.approx(line["std_error"], rel=0.1)


def test_years_are_taken_out_once():
    panel = random_panel()
    assert found(panel)["estimate"] == pytest.approx(found(panel, adjust='["wres_year"]')["estimate"], rel=1e-12)


def test_log_odds_stand_beside_it():
    result = run(random_panel(), test_text(model="fractional", outcome="sickness"))
    detail = json.loads(json.dumps(result.about["tests"]["T"]["detail"]))[NAME]
    assert detail["range"] == [0.0, 100.0]
    odds = detail["log_odds"]
    assert odds["ci_low"] < odds["estimate"] < odds["ci_high"]
    assert odds["p_value"] == pytest.approx(
        found(random_panel())["p_value"], rel=0.2
    )  # the same up to the delta method


def test_smallest_effect_of_interest_is_in_the_unit_of_the_outcome():
    one = found(random_panel(), sesoi="{ change = 5, per = 10 }")
    assert one["sesoi"] == 0.5
    assert one["verdict"] == "evidence_of_no_meaningful_effect"


def test_planted_effect_is_covered():
    random = np.random.default_rng(2)
    panel = random_panel(200, 5)
    before = panel.groupby("org_code")[NAME].shift().fillna(10)
    panel["sickness"] = 100 / (1 + np.exp(3 - 0.05 * (before - 10) - 0.1 * random.normal(size=len(panel))))
    odds = run(panel, test_text(model="fractional", outcome="sickness")).about["tests"]["T"]["detail"][NAME]["log_odds"]
    assert odds["estimate"] == pytest.approx(0.05, abs=3 * odds["std_error"])  # one seed; three errors


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"outcome": "cqc_well_led"}, "not_available", "'cqc_well_led' has none"),
        ({"outcome": "ind7.disadvantage"}, "not_available", "has none"),
        ({"se": "wild"}, "not_available", "made for least squares"),
    ],
)
def test_what_this_model_is_not_for_is_told(changes, status, says):
    one = found(random_panel(), **changes)
    assert one["status"] == status
    assert says in one["message"]
    assert np.isnan(one["estimate"])


def failing(status: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    panel = random_panel()
    changes: dict[str, dict[str, Any]] = {
        "all_missing": {"sickness": np.nan},
        "constant_exposure": {NAME: 10.0},
        "constant_outcome": {"sickness": 5.0},
        "out_of_range": {"sickness": panel["sickness"] - 6},
        "separated": {"sickness": 100.0 * (panel.groupby("org_code")[NAME].shift() > 10)},
        "one_cluster": {"region": "London"},
    }
    if status == "singular":
        same = panel["region"].map({"London": "Acute", "Midlands": "Community", "South West": "Mental health"})
        return panel.assign(trust_type=same), {"adjust": '["region", "trust_type"]'}
    return panel.assign(**changes[status]), {"cluster": "region"} if status == "one_cluster" else {}


@pytest.mark.parametrize(
    "status",
    [
        "all_missing", "constant_exposure", "constant_outcome", "out_of_range", "separated", "one_cluster", "singular",
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_named_and_has_no_number(status):
    panel, changes = failing(status)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = found(panel, **changes)
    assert one["status"] == status
    assert one[["estimate", "std_error", "ci_low", "p_value", "std_estimate"]].isna().all()
    assert len(one["message"]) > 20
    if status == "singular":
        assert "region[Midlands]" in one["message"] and "trust_type[Community]" in one["message"]


@pytest.mark.parametrize(
    ("column", "bounds"),
    [
        ("sickness", (0.0, 100.0)), ("engagement", (0.0, 10.0)), ("workforce_bme_share", (0.0, 100.0)),
        ("cqc_well_led", None), ("headcount", None), ("sickness.numerator", None), ("ind8.gap", None),
    ],
)  # fmt: skip
def test_bounds_are_those_of_shares_and_scores(column, bounds):
    assert bounds_of(column, load_outcomes()) == bounds
