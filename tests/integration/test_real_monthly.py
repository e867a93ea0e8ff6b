"""Monthly sickness absence as published: what naive charts mark, and what is left with peers and memory allowed for.

The figures are of NHS Digital's workbook to April 2022 and NHS England's monthly files from April 2023. Where a test
says how many or how much, the margin is what a reissue of a file could move.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wres_analysis.charts.monthly import alternative_text, xmr_months
from wres_analysis.narrative.monthly import tell_false_signals, tell_pattern
from wres_analysis.panel.load import load_folder
from wres_analysis.panel.store import PanelData
from wres_analysis.stats.its import fit_interrupted
from wres_analysis.stats.seasonal import lag1
from wres_analysis.stats.xmr import xmr_chart
from wres_analysis.trends.month_series import read_months
from wres_analysis.trends.monthly import false_signals, monthly_patterns, monthly_points

pytestmark = pytest.mark.integration

FOLDERS = ("sickness_monthly_workbook", "sickness_benchmarking", "organisations")


@pytest.fixture(scope="module")
def panel(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> PanelData:
    missing = [name for name in FOLDERS if not (real_data / name).is_dir()]
    if missing:
        pytest.skip(f"WRES_REAL_DATA lacks {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("monthly")
    for name in FOLDERS:
        shutil.copytree(real_data / name, folder / name)
    return load_folder(folder)


@pytest.fixture(scope="module")
def patterns(panel: PanelData) -> pd.DataFrame:
    return monthly_patterns(panel)


def test_published_values_are_those_of_the_files(panel: PanelData) -> None:
    """R0A, looked up by hand in the workbook (October 2017) and in the file of March 2025."""
    points: Any = monthly_points(panel, "R0A", "sickness", months=120).set_index("month")
    assert points.loc["2017-10-31", "value"] == 4.93
    assert points.loc["2025-03-31", "value"] == pytest.approx(5.629551, abs=1e-6)
    # The trust began in October 2017; the workbook has "not applicable" for the months before.
    assert points["value"].first_valid_index() == pd.Timestamp("2017-10-31")
    assert set(points.loc[:"2017-09-30", "status"]) == {"not_applicable"}


def test_on_2015_to_2020_naive_charts_mark_every_trust(panel: PanelData) -> None:
    series = read_months(panel, "sickness", until="2020-02")
    assert series is not None
    whole = series.values[np.isfinite(series.values).all(axis=1)]
    assert len(whole) > 190
    assert 0.65 < np.median(lag1(whole)) < 0.78
    assert xmr_chart(whole).signal.any(axis=1).all()


def test_the_gap_of_2022_is_no_month_and_is_crossed_by_nothing(panel: PanelData) -> None:
    points: Any = monthly_points(panel, "R0A", "sickness").set_index("month")
    gap = points["2022-05-31":"2023-03-31"]
    assert len(gap) == 11
    assert gap["value"].isna().all()
    assert set(gap["status"]) == {"not_submitted"}
    first = points.loc["2023-04-30"]
    assert (first["why"], first["segment"]) == ("no_month_before", points.loc["2022-04-30", "segment"] + 1)


def test_every_trust_is_named_with_what_became_of_it(panel: PanelData, patterns: pd.DataFrame) -> None:
    assert set(patterns["org_code"]) == set(panel.organisations["code"])
    counts = patterns["status"].value_counts()
    assert counts["ok"] > 200
    assert counts["merged"] > 40
    assert (patterns.loc[patterns["status"] != "ok", "message"] != "").all()
    # Yeovil joined Somerset on 1 April 2023; the segment of the trust it joined begins there anyway.
    assert "RH5" in patterns.loc[patterns["org_code"] == "RA4", "message"].iloc[0]
    for row in patterns.to_dict("records"):
        text = tell_pattern({str(name): value for name, value in row.items()}).text
        assert "nan" not in text


@pytest.mark.parametrize("until", ["2025-03", "2020-02"])
def test_with_peers_and_memory_allowed_for_few_trusts_are_marked(panel: PanelData, until: str) -> None:
    frame = false_signals(panel, "sickness", until=until)
    every = frame[frame["rules"] == "all"].set_index(["adjusted", "series", "surprises"])["share"]
    naive = every["nothing", "real", ""]
    rows = frame[(frame["rules"] == "all") & frame["adjusted"].str.contains("month before")]
    real = rows[rows["series"] == "real"].iloc[0]
    calm = rows[(rows["series"] == "nothing_happening") & (rows["surprises"] == "real")].iloc[0]
    assert naive > 0.8
    # In calm times the real rate lies within sampling of what nothing happening gives: about 1 in 6 or 7.
    assert 0.1 < calm["share"] < 0.22
    assert real["low"] < calm["share"] < real["high"]
    assert abs(real["lag1"]) < 0.1  # no memory is left
    assert "no more than chance" in tell_false_signals(frame).text


def test_in_the_pandemic_far_more_trusts_are_marked(panel: PanelData) -> None:
    """The method is not blind: where trusts were struck at different times, half of them are marked."""
    frame = false_signals(panel, "sickness", until="2022-04", months=25)
    rows = frame[(frame["rules"] == "all") & frame["adjusted"].str.contains("month before")]
    real = rows[rows["series"] == "real"].iloc[0]
    normal = rows[rows["surprises"] == "normal"].iloc[0]
    assert real["share"] > 0.4 > 2 * normal["share"]


def test_figure_of_a_real_trust(panel: PanelData) -> None:
    points: Any = monthly_points(panel, "R0A", "sickness")
    (ax,) = xmr_months(points).axes
    assert "no values\npublished" in [text.get_text() for text in ax.texts]
    assert "49 months with a value and 11 without" in alternative_text(points)


def test_interrupted_series_of_the_median_trust_has_memory_that_newey_west_underrates(panel: PanelData) -> None:
    """April 2013 to April 2022 with a break in March 2020: errors remember, and calibrated limits are much wider."""
    series = read_months(panel, "sickness", months=144)
    assert series is not None
    early = series.values[:, series.months < pd.Timestamp("2022-05-01")]
    median = np.nanmedian(early[np.isfinite(early).mean(axis=1) > 0.95], axis=0)
    months = series.months[: len(median)]
    fit = fit_interrupted(
        median, [int(months.searchsorted(pd.Timestamp("2020-03-31")))], months=months.month.to_numpy()
    )
    step = fit.of("step_1")
    assert (fit.status, fit.n) == ("ok", 109)
    assert 0.5 < fit.memory < 0.85
    assert step["cal_high"] - step["cal_low"] > 1.4 * (step["ci_high"] - step["ci_low"])
