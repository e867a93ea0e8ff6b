"""Within-between, mixed and fractional models on the sample: what was planted is found in sign."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from wres_analysis.links import parse_plan, run_plan
from wres_analysis.panel.store import open_panel

pytestmark = pytest.mark.integration

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
PLAN = """
[plan]
title = "Models on the sample"
seed = 1

[[family]]
name = "primary"
adjust = ["holm"]
"""
TEST = """
[[test]]
id = "{model}-{se}"
family = "primary"
exposure = "ind8.disadvantage"
outcome = "engagement"
lag = 1
model = "{model}"
adjust = ["workforce_bme_share", "region", "trust_type"]
se = "{se}"
sesoi = {{ change = 0.05, per = 10 }}
"""
MODELS = [("within_between", "CR1"), ("within_between", "model"), ("mixed", "CR1"), ("fractional", "CR1")]


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    text = PLAN + "".join(TEST.format(model=model, se=se) for model, se in MODELS)
    frame = run_plan(parse_plan(text, file="test.toml"), open_panel(SAMPLE)).frame
    return frame[(frame["variant"] == "complete_case") & (frame["role"] == "primary")]


@pytest.fixture(scope="module")
def planted() -> dict[str, float]:
    truth = tomllib.loads((SAMPLE / "truth.toml").read_text(encoding="utf-8"))
    pair = ("ind8.disadvantage", "engagement")
    return {one["kind"]: one["per_10_points"] for one in truth["effect"] if (one["exposure"], one["outcome"]) == pair}


@pytest.mark.parametrize("se", ["CR1", "model"])
def test_planted_effects_within_and_between_have_their_signs(found, planted, se):
    rows = found[found["test_id"] == f"within_between-{se}"].set_index("term")
    assert set(planted) == set(rows.index) == {"within", "between"}
    for term, effect in planted.items():
        assert rows.loc[term, "estimate"] * effect > 0
    assert abs(rows.loc["between", "estimate"]) > abs(rows.loc["within", "estimate"])


def test_models_of_one_slope_have_its_sign_too(found, planted):
    for name in ("mixed-CR1", "fractional-CR1"):
        row = found[found["test_id"] == name].iloc[0]
        assert (row["status"], row["term"]) == ("ok", "ind8.disadvantage")
        assert row["estimate"] * planted["within"] > 0
        assert row["unit"] == "point of the score per percentage point"
