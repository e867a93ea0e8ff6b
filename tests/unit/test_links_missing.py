"""Gaps: each has a class, and what might have been a number is filled in beside the complete cases."""

import numpy as np
import pandas as pd
import pytest
from link_panels import HEAD, as_data, random_panel, row, test_text

from wres_analysis.links import LinksResult, parse_plan, run_plan
from wres_analysis.links.missing import CLASSES, Gaps
from wres_analysis.standards import load_outcomes, load_standard
from wres_analysis.stats.linear import within

pytestmark = pytest.mark.unit

STANDARD, OUTCOMES = load_standard("wres"), load_outcomes()
PLAIN = HEAD.replace(', "romano_wolf"', "")


def annual(rows: list[tuple[str, int, str, str, str]]) -> pd.DataFrame:
    """Annual values of a few slots: trust, year, measure, group, status."""
    frame = pd.DataFrame(rows, columns=["org_code", "wres_year", "measure", "group", "status"])
    return frame.assign(stratum="all")


def holed(panel: pd.DataFrame, column: str, slots: list[tuple[str, int]]) -> pd.DataFrame:
    panel = panel.copy()
    for trust, year in slots:
        panel.loc[(panel["org_code"] == trust) & (panel["wres_year"] == year), column] = np.nan
    return panel


def run(panel: pd.DataFrame, values: pd.DataFrame, *tests: str) -> LinksResult:
    data = as_data(panel)
    data.tables["values"] = values
    return run_plan(parse_plan(PLAIN + "\n".join(tests)), data)


def variant(result: LinksResult, name: str) -> pd.Series:
    found = result.frame[(result.frame["test_id"] == "T") & (result.frame["variant"] == name)]
    assert len(found) == 1
    return found.iloc[0]


# Classes -----------------------------------------------------------------------------------------------------------

SLOTS = [("RZ000", 2018), ("RZ001", 2019), ("RZ002", 2018), ("RZ005", 2018), ("RZ006", 2018), ("RZ007", 2020)]
STATUSES = annual(
    [
        ("RZ000", 2018, "ind8", "bme", "suppressed"),
        ("RZ000", 2018, "ind8", "white", "observed"),
        ("RZ001", 2019, "ind8", "bme", "not_submitted"),
        ("RZ001", 2019, "ind8", "white", "suppressed"),
        ("RZ002", 2018, "ind8", "bme", "merged"),
        ("RZ005", 2018, "ind8", "bme", "excluded"),
        ("RZ006", 2018, "ind8", "bme", "observed"),
        ("RZ006", 2018, "ind8", "white", "observed"),
        ("RZ006", 2018, "ind8", "all", "suppressed"),  # of another group: of no concern
        ("RZ007", 2020, "ind6", "bme", "suppressed"),  # of another measure: of no concern
    ]
)


def test_each_gap_has_its_class():
    panel = holed(random_panel(), "ind8.disadvantage", SLOTS)
    (test,) = parse_plan(PLAIN + test_text()).tests
    gaps = Gaps(panel, STATUSES, STANDARD, OUTCOMES)
    found = gaps.of(test, 0)[0]
    keys = list(zip(panel["org_code"], panel["wres_year"], strict=True))
    words = {key: word for key, word in zip(keys, found, strict=True) if word}
    assert words == dict(
        zip(SLOTS, ["suppressed", "suppressed", "structural", "excluded", "undefined", "unpublished"], strict=True)
    )
    assert set(words.values()) < set(CLASSES)


def test_years_and_kinds_and_breaks_are_told_from_the_panel():
    panel = random_panel()
    panel.loc[panel["trust_type"] == "Ambulance", "sickness"] = np.nan
    panel.loc[panel["wres_year"] == 2019, "sickness"] = np.nan
    panel["sickness.before_break"] = panel["wres_year"] == 2018
    (test,) = parse_plan(PLAIN + test_text(outcome="sickness")).tests
    outcome = Gaps(panel, STATUSES, STANDARD, OUTCOMES).of(test, 1)[1].to_numpy()
    year, kind = panel["wres_year"].to_numpy(), panel["trust_type"].to_numpy()
    acute = kind == "Acute"
    assert set(outcome[year == 2022]) == {"not_yet_published"}
    assert set(outcome[year == 2018]) == {"not_collected"}
    assert set(outcome[(year == 2017) & acute]) == {"before_break"}
    assert set(outcome[(year == 2020) & ~acute]) == {"structural"}
    assert set(outcome[(year == 2020) & acute]) == {""}


def test_a_year_in_which_the_trust_has_no_row_is_structural():
    panel = random_panel()
    panel = panel[(panel["org_code"] != "RZ003") | (panel["wres_year"] < 2020)].reset_index(drop=True)
    (test,) = parse_plan(PLAIN + test_text()).tests
    gaps = Gaps(panel, STATUSES, STANDARD, OUTCOMES)
    mine = (panel["org_code"] == "RZ003") & (panel["wres_year"] == 2019)
    assert list(gaps.of(test, 1)[1][mine]) == ["structural"]


def test_links_json_counts_the_gaps_of_the_sample():
    panel = holed(random_panel(), "ind8.disadvantage", SLOTS)
    result = run(panel, STATUSES, test_text(sample="trust_type == 'Acute'", adjust='["workforce_bme_share"]'))
    acute = sum(int(trust[2:]) % 4 != 0 for trust, _ in SLOTS)
    missing = result.about["tests"]["T"]["missing"]
    assert sum(missing["exposure"].values()) == acute == 5
    assert missing["outcome"] == {"not_yet_published": 15}
    assert "workforce_bme_share" not in missing


# Imputation --------------------------------------------------------------------------------------------------------


def test_complete_data_need_nothing():
    result = run(random_panel(), STATUSES, test_text())
    for name in ("imputed", "bound_low", "bound_high"):
        found = variant(result, name)
        assert found["status"] == "nothing_missing"
        assert np.isnan(found["estimate"])
        assert found["message"].startswith("No ")


def with_gaps_at_random(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """A panel, the same with a third of its exposures gone where the outcome of the year after is low, and why."""
    panel = random_panel(40, 6, seed=seed)
    later = panel.groupby("org_code")["engagement"].shift(-1)
    low = later < later.groupby(panel["org_code"]).transform("mean")
    random = np.random.default_rng(seed)
    gone = (random.random(len(panel)) < np.where(low, 0.45, 0.15)) & later.notna()
    values = annual(
        [(trust, year, "ind8", "bme", "not_submitted")
         for trust, year in panel.loc[gone, ["org_code", "wres_year"]].itertuples(index=False)]
    )  # fmt: skip
    return panel, panel.assign(**{"ind8.disadvantage": panel["ind8.disadvantage"].mask(gone)}), values


def test_imputed_rows_bring_back_what_the_whole_panel_says():
    """Planted is -0.1 for a point of gap; a third of the gaps are gone, which ones depends on the outcome."""
    differences, fewer = [], []
    for seed in range(2):
        panel, holes, values = with_gaps_at_random(seed)
        result = run(holes, values, test_text())
        whole, part, found = row(run(panel, values, test_text())), row(result), variant(result, "imputed")
        assert found["status"] == "ok"
        assert found["n_obs"] == whole["n_obs"] > part["n_obs"]
        assert found["ci_low"] < -0.1 < found["ci_high"]
        assert (found["role"], found["of"]) == ("sensitivity", "T")
        assert np.isnan(found["p_holm"])
        assert found["se_convention"].startswith("Rubin's rules over 20 imputed data sets")
        differences.append(found["estimate"] - whole["estimate"])
        fewer.append(found["std_error"] > whole["std_error"])
        detail = result.about["tests"]["T"]["variants"]["imputed"]["detail"]["within"]
        assert detail["gaps"] == {"not_submitted": len(values)}
        assert 0.1 < detail["missing_information"] < 0.7
    assert abs(np.mean(differences)) < 0.005  # a standard error of one difference is about 0.003
    assert all(fewer)


def test_what_never_was_is_not_imputed():
    panel = holed(random_panel(), "ind8.disadvantage", SLOTS[2:3])
    assert variant(run(panel, STATUSES, test_text()), "imputed")["status"] == "nothing_missing"


def test_a_seed_decides_the_imputations():
    _, holes, values = with_gaps_at_random(1)
    first, again = (variant(run(holes, values, test_text()), "imputed") for _ in range(2))
    assert first["estimate"] == again["estimate"]


# Bounds ------------------------------------------------------------------------------------------------------------


def test_bounds_are_the_worst_over_the_range_that_is_seen():
    """Two suppressed exposures, against every combination of a grid over the range of the others."""
    slots = [("RZ000", 2018), ("RZ009", 2019)]
    values = annual([(*slot, "ind8", "bme", "suppressed") for slot in slots])
    panel = holed(random_panel(), "ind8.disadvantage", slots)
    result = run(panel, values, test_text())
    keys = pd.MultiIndex.from_arrays([panel["org_code"], panel["wres_year"] + 1])
    later = panel.set_index(["org_code", "wres_year"])["engagement"].reindex(keys).to_numpy()
    rows = panel.assign(y=later).dropna(subset="y").reset_index(drop=True)
    x = rows["ind8.disadvantage"]
    holes = np.flatnonzero(x.isna())
    slopes = []
    for one in np.linspace(x.min(), x.max(), 9):
        for other in np.linspace(x.min(), x.max(), 9):
            filled = x.to_numpy().copy()
            filled[holes] = one, other
            fit = within(rows["y"], filled, entity=rows["org_code"], time=rows["wres_year"])
            slopes.append(fit.coefficients[0])
    low, high = variant(result, "bound_low"), variant(result, "bound_high")
    assert low["estimate"] <= min(slopes) + 1e-12
    assert high["estimate"] >= max(slopes) - 1e-12
    assert (low["estimate"], high["estimate"]) == pytest.approx((min(slopes), max(slopes)), rel=0.02)
    assert low["estimate"] < row(result)["estimate"] < high["estimate"]
    assert low["n_obs"] == row(result)["n_obs"] + 2
    assert f"exposure {x.min():.4g} to {x.max():.4g}" in low["message"]


def test_only_suppressed_values_are_bounded():
    panel = holed(random_panel(), "ind8.disadvantage", SLOTS)
    result = run(panel, STATUSES, test_text(model="ols", adjust='["region", "log(headcount)"]', se="HC1"))
    assert variant(result, "bound_low")["n_obs"] == row(result)["n_obs"] + 2
    assert variant(result, "imputed")["n_obs"] == row(result)["n_obs"] + 4  # and one excluded, one unpublished


def test_only_primary_tests_have_variants_for_gaps():
    head = PLAIN.replace('name = "primary"', 'name = "other"')
    data = as_data(random_panel())
    result = run_plan(parse_plan(head + test_text(family="other")), data)
    assert not set(result.frame["variant"]) & {"imputed", "bound_low", "bound_high"}
