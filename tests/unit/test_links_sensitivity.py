"""What stands beside a link: hidden causes, a region less, large bases; against statsmodels."""

from __future__ import annotations

from dataclasses import replace
from math import exp, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from link_panels import HEAD, REGIONS, as_data, random_panel, row, run, test_text

from wres_analysis.links import parse_plan, run_plan
from wres_analysis.links.design import Design
from wres_analysis.links.estimates import Estimate
from wres_analysis.links.plan import Test
from wres_analysis.links.sensitivity import LARGE_BASE, LARGE_BASES, hidden_cause, without_each_region
from wres_analysis.links.subset import subset

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return random_panel(30, 6)


def joined(panel: pd.DataFrame) -> pd.DataFrame:
    """Exposure beside next year's engagement."""
    later = panel.set_index(["org_code", "wres_year"])["engagement"]
    keys = pd.MultiIndex.from_arrays([panel["org_code"], panel["wres_year"] + 1])
    return panel.assign(y=later.reindex(keys).to_numpy()).dropna(subset=["y"])


def least_squares(both: pd.DataFrame) -> Any:
    dummies = [pd.get_dummies(both[name], drop_first=name != "org_code") for name in ("org_code", "wres_year")]
    x = np.column_stack([both["ind8.disadvantage"], *dummies]).astype(float)
    return sm.OLS(both["y"].to_numpy(), x).fit()


# Hidden causes ----------------------------------------------------------------------------------------------------


def test_the_robustness_value_is_of_plain_least_squares_whatever_the_standard_error(panel: pd.DataFrame) -> None:
    result = run(panel, *(test_text(se, se=se) for se in ("CR1", "wild", "CR0")))
    peer = least_squares(joined(panel))
    f2 = peer.tvalues[0] ** 2 / peer.df_resid
    for se in ("CR1", "wild", "CR0"):
        found = row(result, se)
        assert found["robustness_value"] == pytest.approx((sqrt(f2**2 + 4 * f2) - f2) / 2, rel=1e-9)
        assert found["e_value"] == row(result, "CR0")["e_value"]


def test_the_e_value_is_that_of_the_standardised_estimate(panel: pd.DataFrame) -> None:
    found = row(run(panel, test_text()))

    def e_value(effect: float) -> float:
        ratio = exp(0.91 * abs(effect))
        return ratio + sqrt(ratio * (ratio - 1))

    assert found["e_value"] == pytest.approx(e_value(found["std_estimate"]), rel=1e-12)
    assert found["ci_high"] < 0
    nearer = found["std_estimate"] * found["ci_high"] / found["estimate"]
    assert found["e_value_limit"] == pytest.approx(e_value(nearer), rel=1e-12)
    assert found["e_value"] > found["e_value_limit"] > 1


def test_an_interval_that_holds_zero_needs_no_hidden_cause() -> None:
    found = row(run(random_panel(30, 6, effect=0.0), test_text()))
    assert found["ci_low"] < 0 < found["ci_high"]
    assert found["e_value_limit"] == 1.0
    assert found["e_value"] > 1.0


def design_of(n: int = 6) -> Design:
    x = np.array([[0.0], [10.0]] * (n // 2))
    return Design(
        y=np.arange(n, dtype=float), x=x, names=("gap",), entity=np.arange(n).astype(object),
        time=np.full(n, 2020), cluster=np.arange(n).astype(object), weights=None, rows=np.arange(n), lost={"rows": n},
    )  # fmt: skip


@pytest.mark.parametrize(("model", "there"), [("ordinal", True), ("fractional", False), ("spearman", False)])
def test_odds_count_for_one_standard_deviation_and_other_models_have_no_e_value(model: str, there: bool) -> None:
    result = Estimate("ok", "", estimate=np.log(2.5) / 5, ci_low=np.log(1.4) / 5, ci_high=np.log(4.0) / 5)
    test = Test("T", "f", "gap", "rating", 1, model)
    columns, _ = hidden_cause(design_of(), test, result, alpha=0.05)
    # The exposure's standard deviation is 5; EValue::evalues.OR(2.5, 1.4, 4.0, rare = FALSE).
    expected = (2.53971129469801, 1.6488166904897) if there else (np.nan, np.nan)
    assert (columns["e_value"], columns["e_value_limit"]) == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert np.isnan(columns["robustness_value"])


@pytest.mark.parametrize(("low", "high", "limit"), [(-np.inf, np.inf, 1.0), (0.01, np.inf, None), (-np.inf, 0.1, 1.0)])
def test_an_infinite_limit_counts_as_one_on_its_side(low: float, high: float, limit: float | None) -> None:
    result = Estimate("unbounded", "", estimate=0.05, std_estimate=0.2, ci_low=low, ci_high=high)
    columns, _ = hidden_cause(design_of(), Test("T", "f", "gap", "y", 1, "twfe"), result, alpha=0.05)
    ratio = exp(0.91 * 0.04)  # the limit in standard deviations: 0.01 * 0.2 / 0.05
    assert columns["e_value_limit"] == pytest.approx(limit or ratio + sqrt(ratio * (ratio - 1)), rel=1e-12)
    assert columns["e_value"] > 1.3


# One region less --------------------------------------------------------------------------------------------------


def test_the_range_without_each_region_is_that_of_fits_of_their_own(panel: pd.DataFrame) -> None:
    result = run(panel, test_text())
    own = {region: float(least_squares(joined(panel[panel["region"] != region])).params[0]) for region in REGIONS}
    found = row(result)
    assert found["loro_low"] == pytest.approx(min(own.values()), rel=1e-9)
    assert found["loro_high"] == pytest.approx(max(own.values()), rel=1e-9)
    about = result.about["tests"]["T"]["detail"]["within"]["without_each_region"]
    assert about["lowest_without"] == min(own, key=lambda name: own[name])
    assert about["highest_without"] == max(own, key=lambda name: own[name])
    assert about["no_estimate_without"] == []


def test_one_region_that_carries_the_link_is_seen() -> None:
    panel = random_panel(45, 6, effect=0.0)
    before = panel.groupby("org_code")["ind8.disadvantage"].shift(1).fillna(10.0)
    here = panel["region"] == REGIONS[1]
    panel["engagement"] -= np.where(here, 0.3 * before, 0.0)
    result = run(panel, test_text())
    found = row(result)
    assert result.about["tests"]["T"]["detail"]["within"]["without_each_region"]["highest_without"] == REGIONS[1]
    assert found["loro_low"] < found["estimate"] < -0.05 < found["loro_high"]


def test_regions_as_adjusters_lose_the_column_of_the_region_that_is_left_out(panel: pd.DataFrame) -> None:
    found = row(run(panel, test_text(model="ols", adjust='["region", "wres_year"]')))
    both = joined(panel)
    own = []
    for region in REGIONS:
        rest = both[both["region"] != region]
        dummies = pd.get_dummies(rest[["region", "wres_year"]].astype(str), drop_first=True).astype(float)
        peer = sm.OLS(rest["y"].to_numpy(), sm.add_constant(np.column_stack([rest["ind8.disadvantage"], dummies])))
        own.append(float(peer.fit().params[1]))
    assert (found["loro_low"], found["loro_high"]) == pytest.approx((min(own), max(own)), rel=1e-9)


def test_one_region_alone_has_no_range_and_rows_without_a_region_stay(panel: pd.DataFrame) -> None:
    alone = row(run(panel.assign(region="London"), test_text()))
    assert np.isnan(alone["loro_low"])
    assert np.isnan(alone["loro_high"])
    design = design_of()
    regions = pd.DataFrame({"region": ["A", "A", "B", "B", None, None]})
    columns, about = without_each_region(design, Test("T", "f", "gap", "y", 1, "ols"), regions)
    assert columns["loro_low"] == pytest.approx(0.1)  # each leaves four rows, two at either exposure
    assert about["no_estimate_without"] == []


# Fewer rows -------------------------------------------------------------------------------------------------------


def test_large_bases_are_the_same_test_on_the_rows_that_have_them(panel: pd.DataFrame) -> None:
    result = run(panel, test_text(se="CR0"))
    both = result.frame[result.frame["test_id"] == "T"]
    assert (both["variant"] == LARGE_BASES).sum() == 1
    found = both[both["variant"] == LARGE_BASES].iloc[0]
    assert (found["role"], found["of"]) == ("sensitivity", "T")
    assert found[["p_holm", "p_bh", "p_by", "p_rw"]].isna().all()
    own = row(run(panel, test_text(se="CR0", sample=f"ind8.bme.base >= {LARGE_BASE}")))
    for name in ("estimate", "std_error", "ci_low", "ci_high", "p_value", "n_obs", "n_trusts", "e_value", "mde_80"):
        assert found[name] == pytest.approx(own[name], rel=1e-10), name
    assert found["n_obs"] < row(result)["n_obs"]
    rows = result.about["tests"]["T"]["variants"][LARGE_BASES]["rows"]
    assert rows[f"ind8.bme.base below {LARGE_BASE}"] + rows["used"] + rows.get("alone in its trust or year", 0) == 150


def test_the_family_is_adjusted_as_if_there_were_no_variants(panel: pd.DataFrame) -> None:
    result = run(panel, test_text("A"), test_text("B", outcome="sickness"))
    assert result.about["families"]["primary"]["tests"] == 2
    p = [row(result, name)["p_value"] for name in "AB"]
    assert min(row(result, name)["p_holm"] for name in "AB") == pytest.approx(min(1.0, 2 * min(p)))


@pytest.mark.parametrize("changes", [{"exposure": "ind7.disadvantage"}, {"sample": "wres_year == 1"}])
def test_there_is_no_such_row_without_bases_or_without_rows(panel: pd.DataFrame, changes: dict[str, Any]) -> None:
    assert LARGE_BASES not in set(run(panel, test_text(**changes)).frame["variant"])


def test_a_subset_codes_categories_as_if_it_were_all() -> None:
    design = replace(
        design_of(),
        x=np.array([[1, 0, 0], [2, 0, 0], [3, 1, 0], [4, 1, 0], [5, 0, 1], [6, 0, 1]], dtype=float),
        names=("gap", "kind[B]", "kind[C]"),
        weights=np.arange(6.0),
    )
    without_first = subset(design, np.array([False, False, True, True, True, True]), "first")
    assert without_first.names == ("gap", "kind[C]")
    assert without_first.x[:, 1].tolist() == [0, 0, 1, 1]
    without_second = subset(design, np.array([True, True, False, False, True, True]), "second")
    assert without_second.names == ("gap", "kind[C]")
    assert without_second.x[:, 1].tolist() == [0, 0, 1, 1]
    assert without_second.lost["second"] == 2
    assert without_second.rows.tolist() == [0, 1, 4, 5]
    assert without_second.weights is not None
    assert without_second.weights.tolist() == [0, 1, 4, 5]
    assert subset(design, np.array([True, True] + 4 * [False]), "others").names == ("gap",)


def test_a_study_of_the_tests_alone_makes_nothing_again(panel: pd.DataFrame) -> None:
    result = run_plan(parse_plan(HEAD + test_text(), file="test.toml"), as_data(panel), checks=False)
    found = row(result)
    assert LARGE_BASES not in set(result.frame["variant"])
    assert np.isnan(found["loro_low"])
    assert found["e_value"] > 1
    assert found["dis_status"] == "no_base"
