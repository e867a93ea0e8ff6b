"""Trends of real published files: four surveys and nine years of sickness absence, done again by other means."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from wres_analysis.panel.load import load_folder
from wres_analysis.panel.store import PanelData
from wres_analysis.trends.annual import AnnualTrends, annual_trends

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def data(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> PanelData:
    folder = tmp_path_factory.mktemp("trends")
    for name in ("staff_survey_2021_2024_panel", "staff_survey_2024_native", "sickness_monthly_workbook"):
        shutil.copytree(real_data / name, folder / name)
    return load_folder(folder)


@pytest.fixture(scope="module")
def trends(data: PanelData) -> AnnualTrends:
    return annual_trends(data)


def of(trends: AnnualTrends, subject: str, measure: str, **more: str) -> pd.DataFrame:
    frame = trends.frame
    at = (frame["subject"] == subject) & (frame["measure"] == measure)
    for name, value in more.items():
        at &= frame[name] == value
    return frame[at]


def test_the_surveys_of_2021_to_2024_give_trends_of_all_staff_only(trends):
    """The panel extract has rates of all staff for four years, rates by group for one year at most."""
    told = of(trends, "trust", "ind8", form="level", group="all")
    assert (told["n_years"] == 4).sum() > 200
    assert set(told.loc[told["n_years"] == 4, "limits"]) == {"trial"}
    gaps = of(trends, "trust", "ind8", form="gap")
    assert set(gaps["status"]) <= {"too_few", "no_values"}
    assert gaps["slope"].isna().all()


def covariance(row: dict, years: pd.Series, variance: pd.Series) -> np.ndarray:
    """Of the years of a row, from its excess variance and correlation."""
    distance = np.abs(np.subtract.outer(years.to_numpy("float64"), years.to_numpy("float64")))
    return row["tau"] ** 2 * row["lag1"] ** distance + np.diag(variance)


def test_a_trust_done_again_by_generalised_least_squares(data, trends):
    """With the excess variance and correlation of the row, statsmodels' generalised least squares agrees."""
    points = trends.points
    told = of(trends, "trust", "ind8", form="level", group="all")
    for row in told[told["status"] == "ok"].iloc[::40].to_dict("records"):
        mine = points[(points["code"] == row["org_code"]) & (points["measure"] == "ind8") & (points["group"] == "all")]
        mine = mine[mine["used"] & (mine["subject"] == "trust")]
        published = data.values[(data.values["org_code"] == row["org_code"]) & (data.values["measure"] == "ind8")]
        published = published[(published["group"] == "all") & (published["status"] == "observed")]
        np.testing.assert_allclose(mine["value"], published.sort_values("wres_year")["value"], rtol=1e-12)
        sigma = covariance(row, mine["wres_year"], mine["variance"])
        fit = sm.GLS(mine["value"], sm.add_constant(mine["wres_year"].astype(float)), sigma=sigma).fit()
        # Years near 2,000 squared cost statsmodels half of its digits.
        assert row["slope"] == pytest.approx(fit.params["wres_year"], rel=1e-6, abs=1e-9)
        error = np.sqrt(fit.normalized_cov_params.loc["wres_year", "wres_year"])
        assert row["slope_se"] == pytest.approx(error, rel=1e-5)


def test_england_is_the_sum_of_its_trusts_and_the_constant_set_is_smaller(trends):
    every, constant = (
        of(trends, "england", "ind8", form="level", group="all", trust_set=s) for s in ("all", "constant")
    )
    assert every["trusts_high"].item() > constant["trusts_high"].item() == constant["trusts_low"].item() > 190
    # Trusts that enter or leave are few, so the two agree within a tenth of a point a year.
    assert every["slope"].item() == pytest.approx(constant["slope"].item(), abs=0.1)
    points = trends.points
    at = (points["measure"] == "ind8") & (points["group"] == "all") & (points["form"] == "level") & points["used"]
    last = points[at & (points["wres_year"] == 2025)]
    mine = last[last["subject"] == "trust"]
    pooled = (mine["value"] * mine["base"]).sum() / mine["base"].sum()
    england = last[(last["subject"] == "england") & (last["trust_set"] == "all")]
    assert england["value"].item() == pytest.approx(pooled, rel=1e-12)  # the same sum in another order
    assert england["n_trusts"].item() == len(mine)


def test_sickness_rose_at_most_trusts_and_has_no_sampling_interval(trends):
    """Nine years of rates without days: generalised least squares, and no area to sum."""
    told = of(trends, "trust", "sickness")
    told = told[told["n_years"] >= 9]
    assert len(told) > 150
    assert (told["slope"] > 0).mean() > 0.9
    assert set(told["change_status"]) == {"not_sampled"}
    assert not len(of(trends, "england", "sickness"))
    mine = trends.points[(trends.points["measure"] == "sickness") & trends.points["used"]]
    for code in told["org_code"].iloc[::60]:
        series = mine[mine["code"] == code]
        row = told[told["org_code"] == code].to_dict("records")[0]
        sigma = covariance(row, series["wres_year"], series["variance"])
        fit = sm.GLS(series["value"], sm.add_constant(series["wres_year"] - 2020.0), sigma=sigma).fit()
        assert row["slope"] == pytest.approx(fit.params["wres_year"], rel=1e-9)  # sums of nine numbers
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(list(fit.conf_int().loc["wres_year"]), rel=1e-9)


def test_sickness_years_resemble_one_another_and_the_intervals_say_so(real_data, tmp_path):
    """Ordinary lines named 160 of 242 trusts; a wave that moved all of them looks like a slope at each."""
    for name in ("sickness_monthly_workbook", "sickness_benchmarking"):
        shutil.copytree(real_data / name, tmp_path / name)
    trends = annual_trends(load_folder(tmp_path), only=["sickness"])
    told = of(trends, "trust", "sickness")
    told = told[told["status"] == "ok"]
    assert set(told["lag1_source"]) == {"estimated"}
    assert 0.3 < told["lag1_estimate"].iloc[0] < told["lag1"].iloc[0] < 0.9
    assert (told["reading"] == "worsening").mean() < 0.35
    assert set(told["england_basis"]) == {"mean_of_trusts"}
    assert told["england_slope"].iloc[0] > 0


def test_shrunken_slopes_lie_closer_together_than_own_ones(trends):
    told = of(trends, "trust", "ind8", form="level", group="all")
    told = told[told["pooled_status"] == "ok"]
    assert len(told) > 200
    assert told["pooled_slope"].std() < told["slope"].std()
    assert told["p_improving"].between(0, 1).all()
    named = told[told["reading"].isin(["improving", "worsening"])]
    # With four years hardly any trust's own data can tell; where nothing changed one in twenty would be named anyhow.
    assert len(named) < 0.15 * len(told)
