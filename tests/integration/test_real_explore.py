# mypy: ignore-errors
"""The first look at real published data: answers where there is a year, named reasons where there is none."""

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from wres_analysis.links.explore import explore, read_choices
from wres_analysis.links.scatter import scatter
from wres_analysis.panel.store import open_panel

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def data(real_data):
    return open_panel(real_data)


@pytest.fixture(scope="module")
def found(data):
    return explore(data, read_choices(outcomes="sickness, engagement", adjust="region, trust_type, share"))


def test_every_pair_has_a_number_or_a_named_reason(found):
    frame = found.frame
    assert (frame["estimate"].notna() == (frame["status"] == "ok")).all()
    assert (frame.loc[frame["status"] != "ok", "message"] != "").all()
    assert (frame["status"] == "ok").any()
    coupled = frame[(frame["exposure"] == "ind8.disadvantage") & (frame["outcome"] == "engagement")]
    assert set(coupled["coupling"]) == {"flagged"}


@pytest.mark.parametrize(("kind", "peer"), [("pearson", pearsonr), ("spearman", spearmanr)])
def test_numbers_are_those_of_scipy_on_the_panel(found, data, kind, peer):
    frame = found.frame[(found.frame["kind"] == kind) & (found.frame["exposure"] == "ind8.disadvantage")]
    for outcome in ("sickness", "engagement"):
        row = frame[frame["outcome"] == outcome].iloc[0]
        rows = data.panel[["wres_year", "ind8.disadvantage", outcome]].dropna()
        if rows["wres_year"].nunique() != 1:
            pytest.skip("more than one year")
        answer = peer(rows["ind8.disadvantage"], rows[outcome])
        assert (row["estimate"], row["p_value"]) == pytest.approx((answer.statistic, answer.pvalue))
        assert row["n_trusts"] == len(rows)


def test_one_year_has_no_answer_within_trusts(found):
    within = found.frame[(found.frame["kind"] == "within") & found.frame["years"].str.fullmatch(r"\d{4}")]
    if not len(within):
        pytest.skip("more than one year for every pair")
    assert set(within["status"]) == {"one_year"}


def test_the_scatter_plot_holds_each_trust_once(found, data):
    one = scatter(data, found, "ind5.disadvantage", "sickness")
    assert one.points["org_code"].is_unique and len(one.points) > 100
    assert np.isfinite(one.slopes["slope"]).all() and one.points["labelled"].sum() == 5
