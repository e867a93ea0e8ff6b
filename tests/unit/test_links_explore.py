# mypy: ignore-errors
"""The first look: what is planted is seen, what is coupled is named, what has no answer says why."""

import numpy as np
import pandas as pd
import pytest
from link_panels import as_data, random_panel
from scipy.stats import pearsonr, spearmanr

from wres_analysis.errors import RequestError
from wres_analysis.links.explore import EXPLORE_COLUMNS, KINDS, Choices, explore, read_choices
from wres_analysis.links.expression import parse_expression
from wres_analysis.links.scatter import scatter, scatters, stacked
from wres_analysis.stats.multiplicity import adjust_p_values

pytestmark = pytest.mark.unit

FEW = {"indicators": "5, 6, 8", "outcomes": "engagement, sickness"}


def made(seed=11, trusts=60, years=5, **changes):
    """A panel in which sickness goes with indicator 6 within trusts, and with indicator 5 through the share alone."""
    random = np.random.default_rng(1000 + seed)  # not the stream of random_panel
    panel = random_panel(trusts, years, seed=seed)
    n = len(panel)
    panel["org_name"] = "Trust " + panel["org_code"]
    share = np.repeat(random.normal(20, 6, trusts), years)
    panel["workforce_bme_share"] = share + random.normal(0, 0.2, n)
    panel["ind5.disadvantage"] = 0.5 * share + random.normal(size=n)
    panel["sickness"] = 0.3 * share + 0.5 * panel["ind6.disadvantage"] + random.normal(0, 0.5, n)
    return panel.assign(**changes)


def found_in(panel, **texts):
    return explore(as_data(panel), read_choices(**(FEW | {"adjust": "share"} | texts)))


def one(result, kind, exposure, outcome):
    frame = result.frame
    part = frame[(frame["kind"] == kind) & (frame["exposure"] == exposure) & (frame["outcome"] == outcome)]
    assert len(part) == 1
    return part.iloc[0]


@pytest.fixture(scope="module")
def panel():
    return made()


@pytest.fixture(scope="module")
def result(panel):
    return found_in(panel)


def test_frame_has_every_pair_once_in_each_kind(result):
    frame = result.frame
    assert tuple(frame.columns) == EXPLORE_COLUMNS
    assert frame.groupby("kind").size().to_dict() == dict.fromkeys(KINDS, 10)  # 3 + 6 + 1 pairs of 5 measures
    assert not frame.duplicated(["kind", "exposure", "outcome"]).any()
    assert frame["block"].value_counts().to_dict() == {"links": 24, "indicators": 12, "outcomes": 4}


def test_what_goes_together_through_an_adjuster_alone_is_gone_when_it_is_taken_out(result):
    naive, adjusted = (one(result, kind, "ind5.disadvantage", "sickness") for kind in ("pearson", "partial"))
    assert naive["distinguishable"] and naive["estimate"] > 0.6
    assert not adjusted["distinguishable"] and adjusted["ci_low"] < 0 < adjusted["ci_high"]
    assert adjusted["n_effective"] == adjusted["n_trusts"] - 1


def test_what_goes_together_within_trusts_is_seen_there(result):
    row = one(result, "within", "ind6.disadvantage", "sickness")
    # Of independent noise, 0.5 x 1 beside 0.5: a correlation of sqrt(1/2).
    assert row["ci_low"] < np.sqrt(0.5) < row["ci_high"]
    assert row["distinguishable"] and row["n_obs"] == 300
    assert not one(result, "within", "ind5.disadvantage", "sickness")["distinguishable"]


def test_between_trusts_each_counts_once(panel, result):
    balanced = panel.groupby("org_code")[["ind8.disadvantage", "engagement"]].mean()
    row = one(result, "pearson", "ind8.disadvantage", "engagement")
    if row["n_obs"] == len(panel):  # nothing missing, so each year's mean is taken from all alike
        peer = pearsonr(balanced["ind8.disadvantage"], balanced["engagement"])
        assert (row["estimate"], row["p_value"]) == pytest.approx((peer.statistic, peer.pvalue))
    assert row["n_trusts"] == row["n_effective"] == 60


def test_one_year_is_that_of_scipy_and_has_no_answer_within(panel):
    found = found_in(panel, year=2019)
    rows = panel[panel["wres_year"] == 2019].dropna(subset=["engagement", "ind8.disadvantage"])
    for kind, peer in (("pearson", pearsonr), ("spearman", spearmanr)):
        row = one(found, kind, "ind8.disadvantage", "engagement")
        assert row["estimate"] == pytest.approx(peer(rows["ind8.disadvantage"], rows["engagement"]).statistic)
        assert row["years"] == "2019"
    row = one(found, "within", "ind8.disadvantage", "engagement")
    assert row["status"] == "one_year" and "compared with itself" in row["message"]
    assert np.isnan([row["estimate"], row["ci_low"], row["p_bh"]]).all() and not row["distinguishable"]


def test_adjusted_p_are_those_of_the_kind_and_of_pairs_that_were_seen(result):
    for _, part in result.frame.groupby("kind"):
        expected = adjust_p_values(part["p_value"].dropna(), method="bh").p_values
        assert part["p_bh"].dropna().to_numpy() == pytest.approx(expected)
        assert set(part.loc[part["p_value"].notna(), "family_size"]) == {part["p_value"].notna().sum()}


def test_coupled_pairs_are_named_by_rule(result):
    """Answers of the same staff in the same survey are coupled; those of another source are not."""
    same = one(result, "pearson", "ind8.disadvantage", "engagement")
    assert same["coupling"] == "flagged" and "same respondents" in same["coupling_reason"]
    assert one(result, "pearson", "ind5.disadvantage", "ind6.disadvantage")["coupling"] == "flagged"
    assert one(result, "pearson", "ind8.disadvantage", "sickness")["coupling"] == "none"


def test_a_difference_from_the_share_is_coupled_until_the_share_is_taken_out(panel):
    found = found_in(panel, indicators="9", outcomes="sickness")
    assert one(found, "pearson", "ind9.disadvantage", "sickness")["coupling"] == "flagged"
    assert one(found, "partial", "ind9.disadvantage", "sickness")["coupling"] == "none"


def test_a_lag_looks_at_indicators_with_later_outcomes_only(panel):
    found = found_in(panel, lag=1)
    assert set(found.frame["block"]) == {"links"} and set(found.frame["lag"]) == {1}
    assert one(found, "within", "ind8.disadvantage", "engagement")["n_obs"] < len(panel) - 50
    assert one(found, "pearson", "ind8.disadvantage", "engagement")["coupling"] == "none"


def test_a_condition_chooses_rows_and_is_kept(panel):
    found = found_in(panel, sample="trust_type != 'Ambulance'")
    row = one(found, "pearson", "ind8.disadvantage", "sickness")
    assert row["n_trusts"] == 45 and row["sample"] == "trust_type != 'Ambulance'"


def test_what_data_lack_is_a_status_and_a_sentence(panel):
    constant = panel.assign(**{"ind6.disadvantage": 3.0}).drop(columns="ind5.disadvantage")
    found = found_in(constant)
    assert found.absent == ("ind5.disadvantage",)
    row = one(found, "pearson", "ind5.disadvantage", "sickness")
    assert (row["status"], row["message"]) == ("not_available", "These data hold no ind5.disadvantage.")
    assert one(found, "within", "ind6.disadvantage", "sickness")["status"] == "constant_exposure"
    few = found_in(panel[panel["org_code"].isin(panel["org_code"].unique()[:4])])
    assert set(few.frame["status"]) <= {"too_few", "exact_fit"}
    empty = found_in(panel.assign(sickness=np.nan), outcomes="sickness")
    assert set(empty.frame.loc[empty.frame["block"] == "links", "status"]) == {"all_missing"}


def test_a_stand_in_is_taken_and_named(panel):
    other = panel.rename(columns={"workforce_bme_share": "respondent_share.bme"})
    found = found_in(other)
    assert found.stand_ins == (("workforce_bme_share", "respondent_share.bme"),)
    assert one(found, "partial", "ind5.disadvantage", "sickness")["adjustment"] == "respondent_share.bme"
    assert found_in(panel).stand_ins == ()
    alternative = found_in(panel, outcomes="no_such | sickness")
    assert alternative.choices.outcomes == ("sickness",)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"kinds": "pearson, kendall"}, "no kind of correlation 'kendall'"),
        ({"lag": 9}, "lag of 9 years"),
        ({"sample": "region =="}, "sample: "),
        ({"indicators": "10"}, "no column '10'"),
        ({"indicators": "region"}, "holds no numbers"),
        ({"sample": "wealth > 3"}, "no column 'wealth'"),
        ({"sample": "region > 3"}, "Compare text with text"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_in_words(panel, texts, words):
    with pytest.raises(RequestError, match=words.replace("(", r"\(")):
        found_in(panel, **texts)


def test_by_default_everything_of_the_standard_is_looked_at(panel):
    found = explore(as_data(panel), Choices(sample=parse_expression("wres_year == 2018")))
    assert len(found.choices.indicators) == 9
    assert "fft_recommend" not in found.choices.outcomes  # it is no longer measured


def test_scatter_holds_both_lines_of_the_same_trusts(panel, result):
    picture = scatter(as_data(panel), result, "ind5.disadvantage", "sickness", trust="RZ003", labels=4)
    naive, adjusted = picture.slopes.to_dict("records")
    assert naive["low"] > 0 and adjusted["low"] < 0 < adjusted["high"]
    assert naive["n_trusts"] == adjusted["n_trusts"] == len(picture.points) == 60
    points = picture.points
    assert points.loc[points["mine"], "org_code"].tolist() == ["RZ003"]
    assert points["labelled"].sum() in (4, 5) and points.loc[points["pull"].idxmax(), "labelled"]
    line = picture.lines[picture.lines["line"] == "naive"]
    slope, intercept = np.polyfit(points["x"], points["y"], 1)
    assert line["fit"].to_numpy() == pytest.approx(intercept + slope * line["x"].to_numpy())
    assert (line["low"] < line["fit"]).all() and (line["fit"] < line["high"]).all()


def test_pull_is_cooks_distance(panel, result):
    from statsmodels.regression.linear_model import OLS
    from statsmodels.tools import add_constant

    points = scatter(as_data(panel), result, "ind8.disadvantage", "sickness").points
    peer = OLS(points["y"], add_constant(points["x"])).fit().get_influence().cooks_distance[0]
    assert points["pull"].to_numpy() == pytest.approx(peer)


def test_bases_are_those_of_the_indicator_where_it_has_any(panel, result):
    with_base = scatter(as_data(panel), result, "ind8.disadvantage", "sickness")
    means = panel.groupby("org_code")["ind8.bme.base"].mean()
    assert with_base.points["base"].to_numpy() == pytest.approx(means.to_numpy())
    assert with_base.base_name == "ethnic minority staff counted"
    without = scatter(as_data(panel), result, "ind6.disadvantage", "sickness")
    assert without.base_name == "" and without.points["base"].isna().all()


def test_small_multiples_leave_out_what_the_data_lack(panel):
    found = found_in(panel.drop(columns="ind5.disadvantage"))
    every = scatters(as_data(panel.drop(columns="ind5.disadvantage")), found, "sickness")
    assert [one.x_name for one in every] == ["Indicator 6", "Indicator 8"]
    points, lines = stacked(every)
    assert set(points["title"]) == set(lines["title"]) == {"Indicator 6", "Indicator 8"}


def test_scatter_without_rows_or_trust_says_so(panel, result):
    empty = scatter(as_data(panel.assign(sickness=np.nan)), result, "ind8.disadvantage", "sickness")
    assert len(empty.points) == 0 and set(empty.slopes["status"]) == {"all_missing"}
    lacking = scatter(as_data(panel), result, "ind4.disadvantage", "sickness")
    assert set(lacking.slopes["status"]) == {"not_available"}
    assert "no ind4.disadvantage" in lacking.slopes["message"].iloc[0]
    with pytest.raises(RequestError, match="no trust 'RXX'"):
        scatter(as_data(panel), result, "ind8.disadvantage", "sickness", trust="RXX")
    with pytest.raises(RequestError, match="no column 'wealth'"):
        scatter(as_data(panel), result, "wealth", "sickness")


def test_no_effect_is_told_in_about_as_many_pairs_as_chance_allows():
    """Independent noise: unadjusted p below 5% in about 5% of pairs of a kind, and few kinds with any finding."""
    below, findings = [], []
    for seed in range(3):
        random = np.random.default_rng(1000 + seed)
        noise = random_panel(40, 4, seed=seed)
        columns = {f"ind{k}.disadvantage": random.normal(size=160) for k in (2, 3, 4)}
        noise = noise.assign(sickness=random.normal(size=160), agency_share=random.normal(size=160), **columns)
        frame = found_in(noise, indicators="2, 3, 4", outcomes="sickness, agency_share").frame
        below.append((frame["p_value"] < 0.05).mean())
        findings.append(frame.groupby("kind")["distinguishable"].any().mean())
    assert pd.Series(below).mean() < 0.09  # 120 dependent p-values of which 5% are expected
    assert pd.Series(findings).mean() < 0.15
