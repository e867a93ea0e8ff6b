"""Running a plan: the numbers of statsmodels and scipy on the same arrays, and a named status for each failure."""

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from link_panels import HEAD, as_data, random_panel, row, run, test_text
from scipy import stats

from wres_analysis.errors import InputError, RequestError
from wres_analysis.links import parse_plan, run_plan
from wres_analysis.links.frames import LINK_COLUMNS, check_target, write_files
from wres_analysis.links.models import FITTERS
from wres_analysis.links.plan import MODELS
from wres_analysis.stats.multiplicity import adjust_p_values

pytestmark = pytest.mark.unit

CONTRACT = """
test_id, family, family_size, role, exposure, outcome, lag, model, term, variant, adjustment, sample, weights, n_obs,
n_trusts, n_clusters, status, message, estimate, unit, std_error, se_convention, ci_low, ci_high, p_value, p_holm, p_bh,
p_by, p_rw, std_estimate, reliability, estimate_disattenuated, dis_ci_low, dis_ci_high, mde_80, sesoi, equivalence_p,
smallest_demonstrable, e_value, coupling, evidence, plan_hash, data_hash
"""

NUMBERS = ["estimate", "std_error", "ci_low", "ci_high", "p_value", "std_estimate", "mde_80", "equivalence_p"]


def joined(panel: pd.DataFrame, outcome: str = "engagement", lag: int = 1) -> pd.DataFrame:
    """Exposure beside the outcome, put together in another way than the kit does."""
    later = panel.set_index(["org_code", "wres_year"])[outcome]
    keys = pd.MultiIndex.from_arrays([panel["org_code"], panel["wres_year"] + lag])
    return panel.assign(y=later.reindex(keys).to_numpy()).dropna(subset=["y"])


def with_holes(panel: pd.DataFrame) -> pd.DataFrame:
    random = np.random.default_rng(3)
    return panel.assign(**{"ind8.disadvantage": panel["ind8.disadvantage"].where(random.random(len(panel)) > 0.15)})


# Peers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["HC1", "HC3", "CR1"])
@pytest.mark.parametrize("weights", ["none", "ind8.bme.base"])
def test_ols_is_that_of_statsmodels(kind, weights):
    panel = random_panel()
    adjust = '["workforce_bme_share", "region", "log(headcount)"]'
    found = row(run(panel, test_text(model="ols", se=kind, adjust=adjust, weights=weights)))
    both = joined(panel)
    x = pd.get_dummies(
        both[["ind8.disadvantage", "workforce_bme_share", "region"]], columns=["region"], drop_first=True
    )
    x = sm.add_constant(x.astype(float).assign(size=np.log(both["headcount"])))
    model = sm.OLS(both["y"], x) if weights == "none" else sm.WLS(both["y"], x, weights=both[weights])
    clustered = {"groups": pd.factorize(both["org_code"])[0]}
    peer = (
        model.fit(cov_type="cluster", cov_kwds=clustered, use_t=True)
        if kind == "CR1"
        else model.fit(cov_type=kind, use_t=True)
    )
    name = "ind8.disadvantage"
    assert found["estimate"] == pytest.approx(peer.params[name], rel=1e-10)
    assert found["std_error"] == pytest.approx(peer.bse[name], rel=1e-9)
    assert found["p_value"] == pytest.approx(peer.pvalues[name], rel=1e-6)
    low, high = peer.conf_int().loc[name]
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((low, high), rel=1e-8)
    assert found["n_obs"] == len(both)
    assert found["n_clusters"] == (20 if kind == "CR1" else 0)


def test_two_way_fixed_effects_are_statsmodels_with_a_dummy_for_each():
    panel = with_holes(random_panel())
    found = row(run(panel, test_text(adjust='["workforce_bme_share"]', se="CR0", sample="trust_type == 'Acute'")))
    both = joined(panel[panel["trust_type"] == "Acute"]).dropna(subset=["ind8.disadvantage"])
    both = both[both.groupby("org_code")["y"].transform("size") > 1]
    names = ["ind8.disadvantage", "workforce_bme_share"]
    dummies = pd.get_dummies(both[["org_code", "wres_year"]].astype(str), drop_first=True).astype(float)
    x = sm.add_constant(pd.concat([both[names], dummies], axis=1))
    groups = pd.factorize(both["org_code"])[0]
    peer = sm.OLS(both["y"], x).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False, "df_correction": False}, use_t=True
    )
    assert found["estimate"] == pytest.approx(peer.params[names[0]], rel=1e-9)
    assert found["std_error"] == pytest.approx(peer.bse[names[0]], rel=1e-8)
    assert found["n_obs"] == len(both)
    assert found["term"] == "within"


def test_a_standardised_estimate_is_that_of_standardised_columns():
    panel = random_panel()
    plain = row(run(panel, test_text(model="ols")))
    both = joined(panel)
    assert plain["std_estimate"] == pytest.approx(stats.pearsonr(both["ind8.disadvantage"], both["y"])[0])


def test_spearman_is_that_of_scipy_on_the_means_of_trusts():
    panel = with_holes(random_panel())
    found = row(run(panel, test_text(model="spearman", sesoi="{ rho = 0.2 }")))
    means = joined(panel).dropna(subset=["ind8.disadvantage"]).groupby("org_code")[["ind8.disadvantage", "y"]].mean()
    rho, p = stats.spearmanr(means["ind8.disadvantage"], means["y"])
    assert (found["estimate"], found["p_value"]) == pytest.approx((rho, p))
    half = 1.959963985 * np.sqrt((1 + rho**2 / 2) / (len(means) - 3))
    limits = np.tanh([np.arctanh(rho) - half, np.arctanh(rho) + half])
    assert (found["ci_low"], found["ci_high"]) == pytest.approx(tuple(limits))
    assert found["n_trusts"] == len(means) == 20
    assert (found["sesoi"], found["term"]) == (0.2, "between")
    assert 0 < found["mde_80"] < 1


def test_wild_takes_p_and_interval_from_the_bootstrap_and_the_error_of_cr1():
    panel = random_panel(9)
    usual, wild = row(run(panel, test_text())), row(run(panel, test_text(se="wild")))
    assert wild["std_error"] == usual["std_error"]
    assert wild["estimate"] == usual["estimate"]
    assert (wild["ci_low"], wild["p_value"]) != (usual["ci_low"], usual["p_value"])
    assert "999 draws, webb" in wild["se_convention"]
    assert "only 9 clusters" in usual["message"]
    assert wild["message"] == ""


def test_convention_names_factor_and_numbers():
    said = row(run(random_panel(), test_text()))["se_convention"]
    assert "G=20" in said
    assert "factor " in said
    assert said.startswith("CR1: G/(G-1)*(n-1)/(n-K)")


# What was planted ------------------------------------------------------------------------------------------------


def test_a_planted_effect_is_covered_forward_and_small_in_reverse():
    """Over twelve panels: at a coverage of 95 % more than two misses have a chance of 2 %."""
    head = HEAD.replace(', "romano_wolf"', "")
    test = test_text(adjust='["workforce_bme_share"]', sesoi="{ change = 0.2, per = 10 }")
    results = [run(random_panel(60, 8, seed=seed), test, head=head) for seed in range(12)]
    forward = [row(result) for result in results]
    reverse = [row(result, "T@lag-1") for result in results]
    assert sum(one["ci_low"] < -0.1 < one["ci_high"] for one in forward) >= 10
    assert all(one["ci_high"] < 0 for one in forward)
    # Not quite nil in reverse: taking means out of eight years sets each year against all others, by one part in seven.
    assert all(abs(one["estimate"]) < 0.05 for one in reverse)


def test_what_a_row_says_of_itself():
    result = run(random_panel(), test_text(sesoi="{ change = 0.2, per = 10 }"))
    forward, reverse = row(result), row(result, "T@lag-1")
    assert (forward["role"], reverse["role"]) == ("primary", "falsification")
    assert (forward["lag"], reverse["lag"]) == (1, -1)
    assert reverse[["p_holm", "p_bh", "p_by", "p_rw"]].isna().all()
    assert forward["sesoi"] == pytest.approx(0.02)
    assert (forward["per"], forward["per_words"]) == (10, "10 points")
    assert (forward["plan_hash"], forward["data_hash"]) == (result.about["plan"]["hash"], "ab" * 32)


def test_only_tests_with_the_exposure_first_have_a_reverse():
    result = run(random_panel(), test_text("A", lag=0), test_text("B", lag=-1), test_text("C", lag=2))
    reverse = result.frame[result.frame["role"] == "falsification"]
    assert list(reverse["test_id"]) == ["C@lag-1"]
    assert list(reverse["lag"]) == [-1]
    assert list(reverse["of"]) == ["C"]


# Families --------------------------------------------------------------------------------------------------------


def test_p_values_are_adjusted_within_their_family():
    head = HEAD + '[[family]]\nname = "other"\nadjust = ["bh"]\n'
    tests = [
        test_text("A"), test_text("B", outcome="sickness"), test_text("C", exposure="ind5.disadvantage"),
        test_text("D", model="ordinal", outcome="cqc_well_led"), test_text("E", family="other", outcome="sickness"),
    ]  # fmt: skip
    frame = run(random_panel(), *tests, head=head).frame
    primary = frame[(frame["family"] == "primary") & (frame["role"] == "primary")]
    assert list(primary["test_id"]) == ["A", "B", "C", "D"]
    assert set(primary["family_size"]) == {4}
    for method in ("holm", "bh", "by"):
        expected = adjust_p_values(primary["p_value"], method=method).p_values
        np.testing.assert_array_equal(primary[f"p_{method}"], expected)
    assert (primary["p_holm"].iloc[:3] >= primary["p_value"].iloc[:3]).all()
    assert primary["p_rw"].notna().tolist() == [True, True, True, False]
    other = frame[frame["test_id"] == "E"].iloc[0]
    assert other["p_bh"] == other["p_value"]
    assert (other["role"], np.isnan(other["p_holm"])) == ("secondary", True)


def test_romano_wolf_is_between_one_test_and_holm():
    """For tests that are one and the same the step-down finds out; Holm cannot."""
    tests = [test_text(name, outcome="sickness") for name in "ABCD"]
    frame = run(random_panel(30), *tests).frame
    declared = frame[frame["role"] == "primary"]
    assert declared["p_rw"].nunique() == 1
    assert abs(declared["p_rw"].iloc[0] - declared["p_value"].iloc[0]) < 0.06
    assert declared["p_holm"].iloc[0] == pytest.approx(min(1, 4 * declared["p_value"].iloc[0]))


# What cannot be answered -----------------------------------------------------------------------------------------


def changed(**columns):
    panel = random_panel()
    return panel.assign(**{name: make(panel) for name, make in columns.items()})


def first_trust(panel):
    return panel["org_code"] == panel["org_code"].iloc[0]


FAILURES: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {
    "all_missing": (changed(engagement=lambda p: np.nan), {}),
    "too_few": (random_panel(2, 3), {"adjust": '["workforce_bme_share", "headcount"]'}),
    "constant_exposure": (changed(**{"ind8.disadvantage": lambda p: 3.0}), {}),
    "constant_outcome": (changed(engagement=lambda p: 7.0), {}),
    "singular": (changed(sickness=lambda p: 2 * p["ind8.disadvantage"] + 1), {"adjust": '["sickness"]'}),
    "exact_fit": (changed(engagement=lambda p: p["ind8.disadvantage"]), {"lag": 0}),
    "one_cluster": (changed(region=lambda p: "London"), {"cluster": "region"}),
    "missing_cluster": (changed(icb=lambda p: p["icb"].where(p["org_code"] != "RZ001")), {"cluster": "icb"}),
    "one_cluster_carries": (
        changed(**{"ind8.disadvantage": lambda p: np.where(first_trust(p), p["ind8.disadvantage"], 0.0)}), {}),
    "full_leverage": (
        changed(**{"ind8.disadvantage": lambda p: np.where(p.index == 3, 1.0, 0.0)}), {"model": "ols", "se": "HC3"}),
    "not_nested": (
        changed(region=lambda p: np.where(p["wres_year"] > 2019, "London", p["region"])),
        {"se": "wild", "cluster": "region"}),
    "refused": (random_panel(), {"exposure": "ind8.gap", "outcome": "ind8.disadvantage", "lag": 0}),
    "not_available": (random_panel(), {"outcome": "agency_share"}),
}  # fmt: skip


@pytest.mark.parametrize("status", FAILURES)
def test_each_failure_has_a_status_a_sentence_and_no_number(status):
    panel, changes = FAILURES[status]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = row(run(panel, test_text(**changes)))
    assert found["status"] == status
    assert found["message"].endswith(".")
    assert len(found["message"]) > 20
    assert found[NUMBERS].isna().all()
    assert found["verdict"] == "not_available"


@pytest.mark.parametrize(
    ("status", "panel"),
    [
        ("too_few", random_panel(4)),
        ("constant_exposure", changed(**{"ind8.disadvantage": lambda p: 3.3})),
        ("constant_outcome", changed(engagement=lambda p: 0.0)),
        ("exact_fit", changed(engagement=lambda p: p["ind8.disadvantage"])),
    ],
)
def test_ranks_too_have_a_status_for_each_failure(status, panel):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = row(run(panel, test_text(model="spearman", lag=0)))
    assert (found["status"], found[NUMBERS].isna().all()) == (status, True)


def test_every_model_that_a_plan_may_name_is_fitted():
    assert sorted(FITTERS) == sorted(MODELS)


def test_ratings_in_force_are_told_to_be_carried_forward():
    found = row(run(random_panel(), test_text(outcome="cqc_well_led", model="ols")))
    assert (found["status"], found["coupling"]) == ("ok", "flagged")
    assert "counts in several years" in found["message"]


def test_the_row_of_missing_values_says_where_they_are():
    message = row(run(*FAILURES["all_missing"][:1], test_text()))["message"]
    assert "Most often: outcome missing (100 of 120 rows)" in message


def test_an_empty_sample_is_no_error():
    assert row(run(random_panel(), test_text(sample="region == 'Nowhere'")))["status"] == "all_missing"


def test_a_plan_that_names_unknown_columns_is_refused():
    with pytest.raises(InputError, match=r"test 'T', key 'exposure': There is no column 'ind8\.disadvantge'"):
        run(random_panel(), test_text(exposure="ind8.disadvantge"))
    with pytest.raises(RequestError, match="no standard 'wrse'"):
        run(random_panel(), test_text(), head=HEAD.replace("seed = 1", 'seed = 1\nstandard = "wrse"'))


# Frames and files ------------------------------------------------------------------------------------------------


def test_the_columns_of_the_contract_come_first_in_order():
    contract = [name.strip() for name in CONTRACT.replace("\n", " ").split(",")]
    assert list(LINK_COLUMNS[: len(contract)]) == contract
    assert list(run(random_panel(), test_text()).frame.columns) == list(LINK_COLUMNS)


def test_the_same_inputs_give_the_same_bytes_and_nothing_of_the_machine(tmp_path):
    plan = parse_plan(HEAD + test_text() + test_text("W", se="wild") + test_text("M", model="mixed"), file="p.toml")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        result = run_plan(plan, as_data(random_panel(9)))
        write_files(tmp_path / name, result.frame, result.about)
    for file in ("links.csv", "links.json", "manifest.json"):
        text = (tmp_path / "one" / file).read_text(encoding="utf-8")
        assert (tmp_path / "two" / file).read_text(encoding="utf-8") == text
        assert plan.hash in text
        assert str(tmp_path) not in text
    said = json.loads((tmp_path / "one" / "links.json").read_text(encoding="utf-8"))
    back = pd.read_csv(tmp_path / "one" / "links.csv")
    assert back["estimate"].iloc[0] == pytest.approx(said["rows"][0]["estimate"], rel=1e-11)
    assert {one["estimate"] for one in said["rows"] if one["status"] == "nothing_missing"} == {None}
    assert said["tests"]["T"]["rows"]["used"] == back["n_obs"].iloc[0]


def test_foreign_folders_are_refused(tmp_path):
    data = tmp_path / "panel"
    data.mkdir()
    for out in (data, data / "links", tmp_path):
        with pytest.raises(RequestError, match="lie in one another"):
            check_target(out, data)
    site = tmp_path / "site"
    site.mkdir()
    check_target(site, data)
    (site / "manifest.json").write_text('{"files": {}}', encoding="utf-8")
    with pytest.raises(RequestError, match="not a folder that 'wres links' made"):
        check_target(site, data)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(RequestError, match="not a folder that"):
        check_target(tmp_path / "file", data)
