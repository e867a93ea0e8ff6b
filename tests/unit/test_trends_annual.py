"""Annual trends from handmade panels: breaks, the pandemic's year, areas whose trusts come and go, planted truth."""

import numpy as np
import pandas as pd
import pytest
from handmade import COMPARISON, REFERENCE, both, missing, observed, only, organisations, panel_data

from wres_analysis.errors import RequestError
from wres_analysis.profiles.disparity import gap_and_error
from wres_analysis.stats.serial import ASSUMED
from wres_analysis.stats.trend import fit_trends
from wres_analysis.trends.annual import annual_trends
from wres_analysis.trends.frames import TREND_COLUMNS, fitted_lines
from wres_analysis.trends.series import POINT_COLUMNS

pytestmark = pytest.mark.unit

YEARS = range(2018, 2026)
ORGS = organisations(
    ("RAA", "London", "Acute"), ("RBB", "London", "Acute"), ("RCC", "Midlands", "Acute"), ("RDD", "Midlands", "Acute"),
    ("REE", "Midlands", "Acute"),
)  # fmt: skip


def survey(code, measure, year, gap, base=400, level=0.1, **more):
    """White a tenth (or ``level``), BME that and the gap, as whole numbers of people."""
    counts = (round(level * 4 * base), 4 * base), (round((level + gap / 100) * base), base)
    return both(code, measure, year, *counts, **more)


def of(result, code, measure, form="gap", group="", trust_set=None):
    frame = result.frame
    at = (frame["org_code"] == code) & (frame["measure"] == measure)
    at &= (frame["form"] == form) & (frame["group"] == group)
    if trust_set:
        at &= frame["trust_set"] == trust_set
    return only(frame[at])


def test_columns_are_those_documented_and_order_does_not_depend_on_the_input():
    rows = [survey(c, "ind8", y, 8 - 0.5 * (y - 2018)) for c in ("RAA", "RBB", "RCC") for y in YEARS]
    data = panel_data(*rows, orgs=ORGS)
    result = annual_trends(data, only=["ind8"])
    assert dict(result.frame.dtypes.astype(str)) == TREND_COLUMNS
    assert dict(result.points.dtypes.astype(str)) == POINT_COLUMNS
    shuffled = panel_data(*rows[::-1], orgs=ORGS)
    pd.testing.assert_frame_equal(result.frame, annual_trends(shuffled, only=["ind8"]).frame)


def test_a_trust_slope_is_that_of_its_gaps_and_their_errors():
    gaps = [9.0, 8.0, 8.5, 6.0, 6.5, 5.0, 5.5, 4.0]
    data = panel_data(*(survey("RAA", "ind8", y, g, base=4000) for y, g in zip(YEARS, gaps, strict=True)), orgs=ORGS)
    row = of(annual_trends(data), "RAA", "ind8")
    counts = np.array([(round((0.1 + g / 100) * 4000), 4000, 1600, 16000) for g in gaps], dtype=float)
    gap, error = gap_and_error(*counts.T)
    # One trust tells nothing of how years resemble one another: the correlation is assumed, and the row says so.
    assert (row["lag1"], row["lag1_source"]) == (ASSUMED, "assumed")
    assert "a correlation of 0.60, which is assumed" in row["message"]
    fit = fit_trends(gap[None], error[None] ** 2, np.arange(2018.0, 2026.0), rho=ASSUMED)
    # The same sums, so only the order of additions may differ.
    assert row["slope"] == pytest.approx(fit.slope[0], rel=1e-12)
    assert row["slope_se"] == pytest.approx(fit.slope_se[0], rel=1e-12)
    assert (row["status"], row["reading"], row["n_years"], row["df"]) == ("ok", "improving", 8, 6)
    assert row["limits"] == "trial"
    assert "Trial limits" in row["message"]
    assert row["change"] == pytest.approx(gap[-1] - gap[0])
    assert row["change_low"] < row["change"] < row["change_high"] < 0
    assert row["base_low"] == 20000
    assert row["pooled_status"] == "too_few_series"
    assert (row["p_method"], row["parity_status"]) == ("own", "in_sight")
    assert row["p_improving"] > 0.99


def test_a_series_starts_again_after_a_break():
    old = [survey("RAA", "ind7", y, -8, level=0.8, vintage=str(y - 1)) for y in range(2018, 2022)]
    new = [survey("RAA", "ind7", y, -20 + y - 2022, level=0.8, vintage=str(y)) for y in range(2022, 2026)]
    result = annual_trends(panel_data(*old, *new, orgs=ORGS))
    row = of(result, "RAA", "ind7")
    assert (row["first_year"], row["n_years"], row["break_handling"]) == (2022, 4, "restarted")
    assert row["years_left_out"].startswith("2018 (before_break); 2019 (before_break)")
    assert row["slope"] > 0  # across the break it would fall by about seven points a year
    assert "starts after a break" in row["message"]
    england = of(result, "England", "ind7", trust_set="all")
    assert (england["first_year"], england["break_handling"]) == (2022, "restarted")
    # Where a trust has nothing after the break, its series is the older side, whole.
    before = of(annual_trends(panel_data(*old, orgs=ORGS)), "RAA", "ind7")
    assert (before["n_years"], before["break_handling"]) == (4, "none")


def test_the_year_of_the_pandemic_is_kept_or_left_out_and_the_other_stands_beside():
    gaps = dict.fromkeys(YEARS, 6.0) | {2021: 16.0}
    data = panel_data(*(survey("RAA", "ind8", y, g) for y, g in gaps.items()), orgs=ORGS)
    kept, left = (
        of(annual_trends(data, covid=choice, only=["ind8"]), "RAA", "ind8") for choice in ("keep", "leave_out")
    )
    assert (kept["n_years"], left["n_years"]) == (8, 7)
    assert left["years_left_out"] == "2021 (covid)"
    assert (kept["other_covid"], left["other_covid"]) == ("leave_out", "keep")
    assert kept["other_slope"] == left["slope"]
    assert left["other_slope"] == kept["slope"]
    assert kept["slope"] != left["slope"]
    assert left["slope"] == pytest.approx(0.0, abs=1e-12)  # all the other gaps are the same counts
    with pytest.raises(RequestError, match="kept or left out"):
        annual_trends(data, covid="maybe")


def test_areas_add_counts_and_say_who_is_in_them():
    """RBB enters in 2021 with no gap at all: the gap of London falls without any trust having changed."""
    rows = [survey("RAA", "ind8", y, 10) for y in YEARS] + [survey("RBB", "ind8", y, 0) for y in YEARS if y > 2020]
    result = annual_trends(panel_data(*rows, orgs=ORGS))
    every, constant = (of(result, "London", "ind8", trust_set=name) for name in ("all", "constant"))
    assert (every["trusts_low"], every["trusts_high"]) == (1, 2)
    assert (constant["trusts_low"], constant["trusts_high"]) == (1, 1)
    assert every["slope"] < -0.5
    assert constant["slope"] == pytest.approx(0.0, abs=1e-12)  # the same counts each year
    assert "Trusts enter and leave" in every["message"]
    assert every["change"] == pytest.approx(-5)  # two trusts of one size: 15 % against 10 %
    assert every["pooled_status"] == "not_applicable"


def test_a_log_ratio_and_its_gap_turn_the_same_way():
    """White applicants' likelihood falls from 1.8 to 1.1 times that of others: ratio down, gap up, both better."""
    rows = [
        both("RAA", "ind2", y, (round(2000 * (0.18 - 0.01 * (y - 2018))), 2000), (100, 1000)) for y in YEARS
    ]  # fmt: skip
    result = annual_trends(panel_data(*rows, orgs=ORGS))
    ratio, gap = (of(result, "RAA", "ind2", form) for form in ("log_ratio", "gap"))
    assert (ratio["better"], gap["better"]) == (-1, 1)
    assert (ratio["slope"] < 0, gap["slope"] > 0) == (True, True)
    assert (ratio["reading"], gap["reading"]) == ("improving", "improving")


def test_beyond_parity_no_direction_is_called_better():
    rows = [survey("RAA", "ind8", y, -1.5 - (y - 2018), base=2000) for y in YEARS]
    row = of(annual_trends(panel_data(*rows, orgs=ORGS)), "RAA", "ind8")
    assert row["beyond_parity"]
    assert row["reading"] == "falling"
    assert np.isnan(row["p_improving"])
    assert row["parity_status"] == "moving_away"


def test_what_cannot_be_told_has_a_word_and_no_number():
    rows = [
        survey("RAA", "ind8", 2024, 5), survey("RAA", "ind8", 2025, 4),
        [survey("RBB", "ind8", y, 5) for y in (2022, 2023, 2025)],
        [missing("RBB", "ind8", 2024, group=g) for g in (REFERENCE, COMPARISON)],
        [observed("RCC", "engagement", y, value=6.9, base=500) for y in YEARS],
        [observed("RDD", "sickness", y, value=4 + 0.3 * (y % 3)) for y in YEARS],
        [observed("REE", "ind8", y, value=12, group=g) for g in (REFERENCE, COMPARISON) for y in YEARS],
    ]  # fmt: skip
    result = annual_trends(panel_data(*rows, orgs=ORGS), since=2022)
    few = of(result, "RAA", "ind8")
    assert (few["status"], few["reading"], few["change_status"]) == ("too_few", "", "no_baseline")
    assert "2 years have a value; a trend needs three." in few["message"]
    assert np.isnan(few[["slope", "ci_low", "pooled_slope", "p_improving", "change", "parity_low"]].astype(float)).all()
    assert "2022" in few["change_reason"]
    gap = of(result, "RBB", "ind8")
    assert (gap["status"], gap["years_left_out"]) == ("ok", "2024 (suppressed)")
    flat = of(result, "RCC", "engagement", "level", "all")
    assert (flat["status"], flat["slope"]) == ("exact_fit", 0)
    full = of(result, "RDD", "sickness", "level", "all")
    assert (full["status"], full["change_status"]) == ("ok", "not_sampled")
    assert "is not a sample" in full["change_reason"]
    assert full["method"].startswith("generalised least squares")
    assert not full["sampled"]
    assert not ((result.frame["org_code"] == "England") & (result.frame["measure"] == "sickness")).any()
    baseless = of(result, "REE", "ind8")
    assert baseless["status"] == "no_values"
    assert "2018 (no_base)" in baseless["years_left_out"]


def planted_slopes(seed):
    """Forty trusts with known slopes of the gap, and years that scatter about them by more than chance."""
    random = np.random.default_rng(seed)
    codes = [f"R{a}{b}" for a in "ABCDEFGH" for b in range(5)]
    slopes = random.normal(-0.5, 0.4, len(codes))
    rows = []
    for code, slope in zip(codes, slopes, strict=True):
        for y in YEARS:
            truth = 0.18 + (slope * (y - 2018) + random.normal(0, 0.8)) / 100
            counts = (random.binomial(1600, 0.08), 1600), (random.binomial(400, truth), 400)
            rows.append(both(code, "ind8", y, *counts))
    orgs = organisations(*((code, "London", "Acute") for code in codes))
    return slopes, codes, rows, orgs


def test_planted_slopes_come_back_and_pooled_ones_are_nearer():
    own = pooled = 0
    for seed in (31, 32, 33):
        slopes, codes, rows, orgs = planted_slopes(seed)
        frame = annual_trends(panel_data(*rows, orgs=orgs), only=["ind8"]).frame
        mine = frame[(frame["subject"] == "trust") & (frame["form"] == "gap")].set_index("org_code").loc[codes]
        own += int(((mine["ci_low"] < slopes) & (slopes < mine["ci_high"])).sum())
        pooled += int(((mine["pooled_low"] < slopes) & (slopes < mine["pooled_high"])).sum())
        assert ((mine["pooled_slope"] - slopes) ** 2).mean() < 0.8 * ((mine["slope"] - slopes) ** 2).mean()
        assert mine["mean_slope"].iloc[0] == pytest.approx(slopes.mean(), abs=0.3)  # three of its standard errors
        assert (mine["p_improving"][slopes < -1.0] > 0.5).all()
        england = frame[(frame["subject"] == "england") & (frame["form"] == "gap")]
        assert set(england["reading"]) == {"improving"}
    # Of 120 intervals of 95 %. Those of one country share its mean slope and lag-1 correlation, so they miss together:
    # over twelve seeds 99 % and 95 % held, and the fewest of one were 95 % and 90 %.
    assert own >= 110
    assert pooled >= 105


def test_a_measure_that_no_series_has_is_refused():
    _, _, rows, orgs = planted_slopes(31)
    with pytest.raises(RequestError, match="no annual series of ind99"):
        annual_trends(panel_data(*rows[:1], orgs=orgs), only=["ind99"])


def test_the_line_of_a_row_can_be_drawn_from_the_row():
    gaps = [9.0, 8.0, 8.5, 6.0, 6.5, 5.0, 5.5, 4.0]
    data = panel_data(*(survey("RAA", "ind8", y, g) for y, g in zip(YEARS, gaps, strict=True)), orgs=ORGS)
    frame = annual_trends(data).frame
    lines = fitted_lines(frame)
    row = of(annual_trends(data), "RAA", "ind8")
    mine = lines[(lines["org_code"] == "RAA") & (lines["form"] == "gap")].set_index("wres_year")
    assert list(mine.index) == list(YEARS)
    np.testing.assert_allclose(mine["fitted"].diff().dropna(), row["slope"], rtol=1e-9)  # differences of numbers near 5
    last = mine.loc[2025]
    np.testing.assert_allclose(last[["fitted", "low", "high"]].astype(float),
                               row[["fitted_last", "fitted_low", "fitted_high"]].astype(float), rtol=1e-12)  # fmt: skip
    assert not len(fitted_lines(frame.iloc[:0]))


def test_no_values_at_all_give_an_empty_frame():
    result = annual_trends(panel_data(observed("RAA", "headcount", 2025, value=10), orgs=ORGS))
    assert not len(result.frame)
    assert list(result.frame.columns) == list(TREND_COLUMNS)


def test_a_trust_that_another_joined_says_so():
    orgs = organisations(("RAA", "London", "Acute"), ("RBB", "London", "Acute"), mergers=[("RBB", "RAA", "2021-10-01")])
    rows = [survey("RAA", "ind8", y, 5) for y in YEARS] + [survey("RBB", "ind8", y, 9) for y in YEARS if y < 2022]
    frame = annual_trends(panel_data(*rows, orgs=orgs, checked=True), only=["ind8"]).frame
    mine = only(frame[(frame["org_code"] == "RAA") & (frame["form"] == "gap")])
    assert mine["flags"] == "joined:RBB:2022"
    assert "RBB became part of this trust: years before 2022 are without it." in mine["message"]
    other = only(frame[(frame["org_code"] == "RBB") & (frame["form"] == "gap")])
    assert "joined" not in other["flags"]
