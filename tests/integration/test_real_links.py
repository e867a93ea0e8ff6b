"""The plan between trusts on real published data: answers where there is a year, and reasons where there is none."""

from pathlib import Path

import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import spearmanr

from wres_analysis.links import read_plan, run_plan
from wres_analysis.panel.store import open_panel

pytestmark = pytest.mark.integration

PLANS = Path(__file__).resolve().parents[2] / "plans"


@pytest.fixture(scope="module")
def data(real_data):
    return open_panel(real_data)


@pytest.fixture(scope="module")
def result(data):
    return run_plan(read_plan(PLANS / "cross_section.toml"), data)


def test_real_data_have_answers_between_trusts_and_none_is_more_than_weak(result):
    frame = result.frame
    declared = frame[(frame["of"] == "") & (frame["variant"] == "complete_case")]
    assert (declared["status"] == "ok").sum() >= 16
    assert set(declared["evidence"]) <= {"no_answer", "cannot_tell", "no_evidence", "no_meaningful_effect", "weak"}
    engagement = declared[declared["outcome"] == "engagement"]
    assert set(engagement["coupling"]) == {"flagged"}


def test_a_stand_in_for_the_workforce_share_is_named_in_every_row_that_uses_it(result, data):
    if "workforce_bme_share" in data.panel:
        pytest.skip("these data hold the workforce share")
    rows = result.frame[(result.frame["model"] == "ols") & (result.frame["status"] == "ok")]
    rows = rows[rows["variant"] != "large_bases"]
    assert rows["adjustment"].str.startswith("respondent_share.bme + ").all()
    assert rows["message"].str.contains("Adjusted for respondent_share.bme, which the plan allows instead").all()


def test_estimates_are_those_of_statsmodels_and_scipy_on_the_panel(result, data):
    found = result.frame[result.frame["variant"] == "complete_case"].set_index("test_id")
    share = found.loc["B1", "adjustment"].partition(" ")[0]
    names = ["ind8.disadvantage", "sickness", share, "region", "trust_type"]
    rows = data.panel[[*names, "wres_year"]].dropna()
    if rows["wres_year"].nunique() != 1:
        pytest.skip("more than one year")
    x = pd.get_dummies(rows[["ind8.disadvantage", share, "region", "trust_type"]], drop_first=True).astype(float)
    peer = sm.OLS(rows["sickness"], sm.add_constant(x)).fit(cov_type="HC1", use_t=True)
    assert found.loc["B1", "n_obs"] == len(rows)
    assert found.loc["B1", "estimate"] == pytest.approx(peer.params["ind8.disadvantage"], rel=1e-8)
    ranks = data.panel[["ind8.disadvantage", "engagement"]].dropna()
    rho = spearmanr(ranks["ind8.disadvantage"], ranks["engagement"]).statistic
    assert found.loc["R-ind8-engagement", "estimate"] == pytest.approx(rho)
