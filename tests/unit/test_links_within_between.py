"""Within and between trusts, and the plain random intercept: peers, planted truths, a status for each failure."""

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from link_panels import HEAD, as_data, random_panel, row, run, test_text
from statsmodels.regression.mixed_linear_model import MixedLM

from wres_analysis.errors import InputError
from wres_analysis.links import parse_plan, run_plan
from wres_analysis.links.frames import summary

pytestmark = pytest.mark.unit

NAME = "ind8.disadvantage"


def with_holes(panel: pd.DataFrame) -> pd.DataFrame:
    random = np.random.default_rng(3)
    return panel.assign(**{NAME: panel[NAME].where(random.random(len(panel)) > 0.15)})


def pair(panel: pd.DataFrame, **changes: Any) -> tuple[pd.Series, pd.Series]:
    """The two rows of the test itself: within, between."""
    result = run(panel, test_text(**({"model": "within_between"} | changes)))
    rows = result.frame[(result.frame["test_id"] == "T") & (result.frame["variant"] == "complete_case")]
    assert list(rows["term"]) == ["within", "between"]
    return rows.iloc[0], rows.iloc[1]


def told(panel: pd.DataFrame, **changes: Any) -> dict[str, Any]:
    return run(panel, test_text(**({"model": "within_between"} | changes))).about["tests"]["T"]["detail"]


def joined(panel: pd.DataFrame) -> pd.DataFrame:
    later = panel.set_index(["org_code", "wres_year"])["engagement"]
    keys = pd.MultiIndex.from_arrays([panel["org_code"], panel["wres_year"] + 1])
    return panel.assign(y=later.reindex(keys).to_numpy()).dropna(subset=["y", NAME])


@pytest.mark.parametrize(
    "adjust", [[], ["workforce_bme_share", "log(headcount)"], ["wres_year", "workforce_bme_share"]]
)
def test_within_is_two_way_fixed_effects_whatever_rows_are_missing(adjust):
    panel = with_holes(random_panel())
    panel["headcount"] *= np.linspace(1, 1.5, len(panel))  # so that it varies within trusts
    within, _ = pair(panel, adjust=json.dumps(adjust))
    effects = row(run(panel, test_text(adjust=json.dumps([name for name in adjust if name != "wres_year"]))))
    assert within["estimate"] == pytest.approx(effects["estimate"], rel=1e-9)
    assert within["std_estimate"] > 0 or within["estimate"] < 0
    assert within["n_trusts"] == 20


def test_without_gaps_between_is_least_squares_on_the_means_of_trusts():
    panel = random_panel()
    within, between = pair(panel, adjust='["region"]', se="model")
    means = joined(panel).groupby("org_code")[["y", NAME]].mean()
    region = pd.get_dummies(panel.groupby("org_code")["region"].first(), drop_first=True).astype(float)
    peer = sm.OLS(means["y"], sm.add_constant(pd.concat([means[NAME], region], axis=1))).fit()
    assert between["estimate"] == pytest.approx(peer.params[NAME], rel=1e-9)
    assert between["std_error"] == pytest.approx(peer.bse[NAME], rel=1e-6)
    assert (between["ci_low"], between["ci_high"]) == pytest.approx(tuple(peer.conf_int().loc[NAME]), rel=1e-6)
    assert between["p_value"] == pytest.approx(peer.pvalues[NAME], rel=1e-5)
    assert between["std_estimate"] == pytest.approx(peer.params[NAME] * means[NAME].std() / means["y"].std())
    assert within["n_obs"] == between["n_obs"] == 100


def test_the_difference_is_that_of_the_two_with_an_interval_of_its_own():
    panel = random_panel()
    within, between = pair(panel, se="model")
    said = told(panel, se="model")["between"]["between_less_within"]
    assert said["estimate"] == pytest.approx(between["estimate"] - within["estimate"])
    # Deviations and means are orthogonal, so from the model the two are independent.
    assert said["std_error"] == pytest.approx(np.hypot(between["std_error"], within["std_error"]), rel=1e-9)
    assert said["ci_low"] < said["estimate"] < said["ci_high"]
    assert f"{said['estimate']:.3g}" in between["message"]
    assert "Satterthwaite" in said["se_convention"]


def test_the_difference_is_the_trusts_mean_beside_the_whole_exposure():
    """Mundlak's form of the same model, by statsmodels, without weights or holes."""
    panel = random_panel()
    both = joined(panel)
    x = pd.DataFrame({"x": both[NAME], "mean": both.groupby("org_code")[NAME].transform("mean")})
    x = pd.concat([x, pd.get_dummies(both["wres_year"], prefix="y", drop_first=True).astype(float)], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = MixedLM(both["y"], sm.add_constant(x), groups=both["org_code"]).fit(reml=True)
    said = told(panel, se="CR1")["between"]["between_less_within"]
    assert said["estimate"] == pytest.approx(peer.fe_params["mean"], rel=1e-4)  # as far as its search goes
    variance = told(panel)["within"]["variance"]
    assert variance["between_trusts"] == pytest.approx(float(peer.cov_re.iloc[0, 0]), rel=1e-3)
    assert variance["within_trusts"] == pytest.approx(peer.scale, rel=1e-3)
    share = variance["between_trusts"] / (variance["between_trusts"] + variance["within_trusts"])
    assert variance["share_between_trusts"] == pytest.approx(share)


def test_plain_random_intercept_is_that_of_statsmodels():
    panel = with_holes(random_panel(40))
    found = row(run(panel, test_text(model="mixed", se="model", adjust='["workforce_bme_share"]')))
    both = joined(panel)
    x = both[[NAME, "workforce_bme_share"]]
    x = pd.concat([x, pd.get_dummies(both["wres_year"], prefix="y", drop_first=True).astype(float)], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = MixedLM(both["y"], sm.add_constant(x), groups=both["org_code"]).fit(reml=True)
    assert found["term"] == NAME
    assert found["estimate"] == pytest.approx(peer.fe_params[NAME], rel=1e-4)


def test_trusts_that_differ_by_more_than_their_years_are_told_apart():
    """Planted: -0.1 within, +0.2 between."""
    panel = random_panel(150, effect=0.1)
    level = panel.groupby("org_code")[NAME].transform("mean")
    panel["engagement"] += 0.3 * level - 0.5 * (level - 10) / 2  # takes out what the generator adds by trust
    within, between = pair(panel)
    for found, truth in ((within, -0.1), (between, None)):
        assert found["status"] == "ok"
        if truth is not None:
            assert found["ci_low"] < truth < found["ci_high"]
    assert between["estimate"] > 0
    assert "what sets trusts apart is not what sets the years of a trust apart" in between["message"]
    assert told(panel)["between"]["between_less_within"]["p_value"] < 1e-6


def test_years_are_shared_out_where_rows_are_missing_and_not_where_none_is():
    assert len(told(random_panel())["within"]["means_of_years_left_out"]) == 4
    assert told(with_holes(random_panel()))["within"]["means_of_years_left_out"] == []


@pytest.mark.parametrize("se", ["CR0", "CR1", "wild", "model"])
@pytest.mark.parametrize("model", ["within_between", "mixed"])
def test_every_convention_names_itself(se, model):
    result = run(random_panel(), test_text(model=model, se=se, weights="ind8.bme.base"))
    rows = result.frame[result.frame["variant"] == "complete_case"]
    rows = rows[rows["test_id"] == "T"]
    assert (rows["status"] == "ok").all()
    assert (
        rows["se_convention"]
        .str.contains({"wild": "wild cluster bootstrap", "model": "from the variance"}.get(se, se))
        .all()
    )
    assert (rows["n_clusters"] == (0 if se == "model" else 20)).all()
    assert rows["message"].str.contains("only 20 clusters").all() == (se in ("CR0", "CR1"))
    assert (rows["ci_low"] < rows["estimate"]).all() and (rows["estimate"] < rows["ci_high"]).all()


def test_two_rows_are_one_test_in_the_summary():
    result = run(random_panel(), test_text(model="within_between"), test_text("U", model="within_between", se="HC1"))
    lines = summary(result.frame, result.about)
    assert any(line.startswith("2 tests") for line in lines)
    assert [line.split(": ")[1] for line in lines if line.startswith("  T: ")] == [
        f"{NAME} and engagement, lag 1, within_between, {term}" for term in ("within", "between")
    ]
    assert "1 tests have no answer: not_available. Their rows say why." in lines


def test_wild_difference_has_its_own_bootstrap():
    panel = random_panel(12)
    wild, usual = (told(panel, se=se)["between"]["between_less_within"] for se in ("wild", "CR1"))
    assert (wild["estimate"], wild["std_error"]) == pytest.approx((usual["estimate"], usual["std_error"]))
    assert wild["p_value"] != usual["p_value"]
    assert "wild" in wild["se_convention"]


@pytest.mark.parametrize("model", ["within_between", "mixed"])
def test_errors_of_independent_rows_are_not_made(model):
    result = run(random_panel(), test_text(model=model, se="HC3"))
    found = result.frame.iloc[0]
    assert found["status"] == "not_available"
    assert "'HC3' takes the rows of a trust as independent" in found["message"]


@pytest.mark.parametrize("model", ["ols", "twfe", "fractional", "ordinal"])
def test_other_models_have_no_error_from_the_model(model):
    with pytest.raises(InputError, match="is for within_between and mixed"):
        parse_plan(HEAD + test_text(model=model, se="model"), file="test.toml")


def failing(status: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    panel = random_panel()
    if status == "all_missing":
        return panel.assign(engagement=np.nan), {}
    if status == "constant_exposure":
        return panel.assign(**{NAME: panel.groupby("org_code")[NAME].transform("first")}), {}
    if status == "constant_outcome":
        return panel.assign(engagement=7.0), {}
    if status == "singular":  # every trust of a region is of one type
        same = panel["region"].map({"London": "Acute", "Midlands": "Community", "South West": "Mental health"})
        return panel.assign(trust_type=same), {"adjust": '["region", "trust_type"]'}
    if status == "one_cluster":
        return panel.assign(region="London"), {"cluster": "region"}
    if status == "not_nested":
        return panel.assign(region=np.where(panel["wres_year"] > 2019, "London", "Midlands")), {"cluster": "region"}
    return panel[panel["wres_year"] < 2019], {"model": "mixed"}  # too_few: one year beside another is one row a trust


@pytest.mark.parametrize(
    "status",
    ["all_missing", "constant_exposure", "constant_outcome", "singular", "one_cluster", "not_nested", "too_few"],
)
def test_what_cannot_be_answered_is_named_and_has_no_number(status):
    panel, changes = failing(status)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = run(panel, test_text(**({"model": "within_between"} | changes))).frame
    rows = frame[(frame["test_id"] == "T") & (frame["variant"] == "complete_case")]
    assert set(rows["status"]) == {status}
    assert rows[["estimate", "std_error", "ci_low", "p_value", "std_estimate"]].isna().all(axis=None)
    assert (rows["message"].str.len() > 20).all()
    if status == "singular":
        assert rows["message"].str.contains(r"region\[Midlands\].*trust_type\[Community\]").all()


def test_trusts_that_do_not_differ_are_told():
    panel = random_panel()
    panel["engagement"] -= panel.groupby("org_code")["engagement"].transform("mean")
    result = run_plan(parse_plan(HEAD + test_text(model="mixed"), file="test.toml"), as_data(panel))
    found = result.frame.iloc[0]
    assert found["status"] == "ok"
    assert "differ no more than chance" in found["message"]
    assert result.about["tests"]["T"]["detail"][NAME]["variance"]["on_the_border"] is True
