"""A trust's profile against counts added by hand and intervals of statsmodels."""

import numpy as np
import pandas as pd
import pytest
from handmade import (
    COMPARISON,
    STANDARD,
    both,
    missing,
    month,
    months,
    observed,
    only,
    organisations,
    panel_data,
    rating,
)
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from wres_analysis.errors import RequestError
from wres_analysis.profiles.frames import INDICATOR_COLUMNS, OUTCOME_COLUMNS
from wres_analysis.profiles.trust import trust_profile

pytestmark = pytest.mark.unit

ORGS = organisations(
    ("RZ1", "London", "Acute - Large"),
    ("RZ2", "London", "Acute - Small"),
    ("RZ3", "North West", "Acute - Large"),
    ("RZ4", "North West", "Ambulance Trust"),
)


def profile(*records, code="RZ1", orgs=ORGS, checked=False, **options):
    return trust_profile(panel_data(*records, orgs=orgs, checked=checked), code, **options)


def row_of(frame: pd.DataFrame, subject: str, **wanted) -> pd.Series:
    part = frame[frame["subject"] == subject]
    for name, value in wanted.items():
        part = part[part[name] == value]
    return only(part)


def indicator(p, key: str, subject: str = "trust") -> pd.Series:
    return row_of(p.indicators, subject, indicator=key)


def outcome(p, key: str, subject: str = "trust") -> pd.Series:
    return row_of(p.outcomes, subject, measure=key)


# One trust: intervals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reference", "comparison"), [((21, 100), (30, 80)), ((1, 40), (0, 12)), ((50, 50), (30, 30))])
@pytest.mark.parametrize("key", ["ind5", "ind7"])
def test_a_gap_has_the_interval_of_its_counts(key: str, reference, comparison) -> None:
    row = indicator(profile(both("RZ1", key, 2025, reference, comparison)), key)
    low, high = confint_proportions_2indep(*comparison, *reference, compare="diff", method="newcomb")
    assert (row["low"], row["high"]) == pytest.approx((100 * low, 100 * high), abs=1e-6)
    assert (
        row["estimate"]
        == row["gap"]
        == pytest.approx(100 * (comparison[0] / comparison[1] - reference[0] / reference[1]))
    )
    assert (row["reference_base"], row["comparison_base"]) == (reference[1], comparison[1])
    assert row["method"] == "Newcombe hybrid score interval, 95%"


@pytest.mark.parametrize("key", ["ind2", "ind3", "ind4"])
def test_a_ratio_has_the_score_interval_of_its_counts(key: str) -> None:
    reference, comparison = (17, 2505), (9, 725)
    top, bottom = (reference, comparison) if key != "ind3" else (comparison, reference)
    row = indicator(profile(both("RZ1", key, 2025, reference, comparison)), key)
    low, high = confint_proportions_2indep(*top, *bottom, compare="ratio", method="score", correction=False)
    assert (row["low"], row["high"]) == pytest.approx((low, high), rel=1e-4)
    assert row["estimate"] == pytest.approx((top[0] / top[1]) / (bottom[0] / bottom[1]))
    gap = confint_proportions_2indep(*comparison, *reference, compare="diff", method="newcomb")
    assert (row["gap_low"], row["gap_high"]) == pytest.approx([100 * limit for limit in gap], abs=1e-6)


def test_the_published_example_of_nine_and_seventeen() -> None:
    """methods.md A5: counts 9/725 and 17/2,505 give 1.83, Koopman 0.83 to 4.00."""
    row = indicator(profile(both("RZ1", "ind3", 2025, (17, 2505), (9, 725))), "ind3")
    assert [round(row[name], 2) for name in ("estimate", "low", "high")] == [1.83, 0.83, 4.00]
    assert row["reading"] == "unclear"


def test_an_outcome_from_answers_has_wilsons_interval() -> None:
    p = profile(
        months("RZ1", 2025, 95, 100, measure="fft_positive", stratum="inpatient"),
        both("RZ1", "ind5", 2025, (1, 9), (2, 9)),
    )
    row = outcome(p, "fft_positive")
    assert (row["low"], row["high"]) == pytest.approx(
        [100 * x for x in proportion_confint(1140, 1200, method="wilson")]
    )
    assert row["base"] == 1200.0


@pytest.mark.parametrize(
    ("key", "reference", "comparison", "reading"),
    [
        ("ind5", (10, 1000), (300, 1000), "worse"),
        ("ind5", (300, 1000), (10, 1000), "better"),
        ("ind5", (10, 50), (11, 50), "unclear"),
        ("ind7", (10, 1000), (300, 1000), "better"),
        ("ind7", (300, 1000), (10, 1000), "worse"),
        ("ind2", (300, 1000), (10, 1000), "worse"),
        ("ind2", (10, 1000), (300, 1000), "better"),
        ("ind3", (10, 1000), (300, 1000), "worse"),
        ("ind4", (300, 1000), (10, 1000), "worse"),
        ("ind3", (0, 1000), (50, 1000), "worse"),
        ("ind3", (50, 1000), (0, 1000), "better"),
        ("ind3", (1, 10), (0, 10), "unclear"),
        ("ind3", (0, 1000), (0, 1000), "no_interval"),
    ],
)
def test_what_an_interval_says(key: str, reference, comparison, reading: str) -> None:
    assert indicator(profile(both("RZ1", key, 2025, reference, comparison)), key)["reading"] == reading


def test_rates_without_bases_stand_without_an_interval() -> None:
    rates = [
        observed("RZ1", key, 2025, value=v, group=g)
        for key in ("ind5", "ind2")
        for g, v in (("white", 20.0), ("bme", 16.0))
    ]
    p = profile(rates)
    gap, ratio = indicator(p, "ind5"), indicator(p, "ind2")
    assert (gap["estimate"], gap["reading"]) == (-4.0, "no_interval")
    assert (ratio["estimate"], ratio["reading"]) == (1.25, "no_interval")
    assert np.isnan(gap["low"]) and np.isnan(ratio["high"])
    assert gap["reason"] == "no base is published"


def test_a_rate_of_a_hundred_that_is_not_quite_whole_is_no_impossible_count() -> None:
    """A rate of 100% whose last bit is off must not give more events than people."""
    whole = [observed("RZ1", "ind5", 2025, value=100.00000000000001, base=37, group=g) for g in ("white", "bme")]
    assert indicator(profile(whole), "ind5")["comparison"] == pytest.approx(100.0)


# Comparisons -----------------------------------------------------------------------------------------------------

FOUR = {
    "RZ1": ((20, 100), (30, 100)),
    "RZ2": ((50, 400), (10, 20)),
    "RZ3": ((5, 50), (1, 10)),
    "RZ4": ((7, 70), (3, 30)),
}


@pytest.fixture(scope="module")
def four():
    return profile([both(code, "ind5", 2025, *pair) for code, pair in FOUR.items()])


@pytest.mark.parametrize(
    ("subject", "codes"),
    [("trust", ["RZ1"]), ("region", ["RZ1", "RZ2"]), ("type", ["RZ1", "RZ2", "RZ3"]), ("england", list(FOUR))],
)
def test_comparisons_add_the_counts_of_their_trusts_this_one_included(four, subject: str, codes: list[str]) -> None:
    row = indicator(four, "ind5", subject)
    for n, side in ((0, "reference"), (1, "comparison")):
        top, bottom = (sum(FOUR[code][n][part] for code in codes) for part in (0, 1))
        assert row[side] == pytest.approx(100 * top / bottom)
        assert row[f"{side}_base"] == bottom
    assert (row["n_trusts"], row["n_possible"]) == (len(codes), len(codes))
    assert row["alone"] == (subject == "trust")


def test_one_row_a_subject_and_the_declared_columns(four) -> None:
    assert not four.indicators.duplicated(["indicator", "subject"]).any()
    assert {name: str(dtype) for name, dtype in four.indicators.dtypes.items()} == INDICATOR_COLUMNS
    assert {name: str(dtype) for name, dtype in four.outcomes.dtypes.items()} == OUTCOME_COLUMNS
    assert [s.key for s in four.subjects] == ["trust", "region", "type", "england"]
    assert [s.name for s in four.subjects] == ["Trust RZ1", "London", "Acute trusts", "England"]


@pytest.mark.parametrize(
    ("compare", "order"),
    [("type", ["trust", "type", "region", "england"]), ("england", ["trust", "england", "region", "type"])],
)
def test_the_comparison_asked_for_comes_first(compare: str, order: list[str]) -> None:
    assert [s.key for s in profile(both("RZ1", "ind5", 2025, (1, 9), (2, 9)), compare=compare).subjects] == order


def test_trusts_without_a_base_are_left_out_and_counted() -> None:
    bare = [observed("RZ2", "ind5", 2025, value=90.0, group=group) for group in ("white", "bme")]
    p = profile(both("RZ1", "ind5", 2025, (20, 100), (30, 100)), bare)
    row = indicator(p, "ind5", "region")
    assert (row["comparison"], row["n_trusts"], row["n_possible"], row["alone"]) == (30.0, 1, 2, True)


def test_a_trust_with_one_group_suppressed_is_left_out_of_both() -> None:
    half = [observed("RZ2", "ind5", 2025, 90, 100, group="white"), missing("RZ2", "ind5", 2025, group=COMPARISON)]
    row = indicator(profile(both("RZ1", "ind5", 2025, (20, 100), (30, 100)), half), "ind5", "region")
    assert (row["reference"], row["n_trusts"]) == (20.0, 1)


def test_rates_of_several_trusts_are_never_averaged() -> None:
    bare = [
        observed(code, "ind5", 2025, value=20.0, group=group) for code in ("RZ1", "RZ2") for group in ("white", "bme")
    ]
    row = indicator(profile(bare), "ind5", "region")
    assert (row["status"], row["reason"]) == ("no_data", "no base to pool by is published")
    assert np.isnan(row["estimate"])


def test_a_trust_alone_in_its_region_says_so() -> None:
    orgs = organisations(("RZ1", "London"), ("RZ2", "North West"))
    p = profile([both(code, "ind5", 2025, (20, 100), (30, 100)) for code in ("RZ1", "RZ2")], orgs=orgs)
    assert indicator(p, "ind5", "region")["alone"]
    assert not indicator(p, "ind5", "england")["alone"]


def test_an_unknown_region_or_type_is_no_comparison() -> None:
    p = profile(both("RZ1", "ind5", 2025, (1, 9), (2, 9)), orgs=organisations(("RZ1",), ("RZ2",)))
    assert [s.key for s in p.subjects] == ["trust", "england"]


def test_trusts_on_the_other_side_of_a_break_are_not_pooled() -> None:
    """In the survey of 2020 one trust has only the old edition: its 80% is of another base than the others' 50%."""
    new = [both(code, "ind7", 2021, (50, 100), (40, 100), vintage="2024") for code in ("RZ1", "RZ3")]
    old = both("RZ2", "ind7", 2021, (80, 100), (70, 100), vintage="2020")
    assert indicator(profile(new, old, year=2021), "ind7", "england")["reference"] == 50.0
    row = indicator(profile(new, old, code="RZ2", year=2021), "ind7", "england")
    assert (row["reference"], row["n_trusts"]) == (80.0, 1)


# Missing, year ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["suppressed", "not_submitted", "not_applicable", "excluded"])
def test_a_missing_value_keeps_its_status_and_reason(status: str) -> None:
    p = profile(
        observed("RZ1", "ind5", 2025, 1, 10, group="white"),
        missing("RZ1", "ind5", 2025, status, group=COMPARISON),
        year=2025,
    )
    row = indicator(p, "ind5")
    assert (row["status"], row["reason"]) == (status, f"it is {status}")
    assert np.isnan(row["comparison"])
    assert indicator(p, "ind6")["status"] == "no_data"


def test_the_newest_year_with_an_indicator_is_taken() -> None:
    rows = [both("RZ1", "ind5", 2024, (1, 9), (2, 9)), months("RZ1", 2025, 5, 100), observed("RZ1", "ind5", 2025, 3, 9)]
    assert profile(rows).year == 2024  # an all-staff value of 2025 compares no groups
    assert profile(months("RZ1", 2025, 5, 100)).year == 2025


def test_a_trust_or_year_without_data_is_refused_by_name() -> None:
    rows = both("RZ1", "ind5", 2024, (1, 9), (2, 9))
    with pytest.raises(RequestError, match="nothing of a trust 'RZ9'"):
        profile(rows, code="RZ9")
    with pytest.raises(RequestError, match=r"nothing of RZ1 in WRES 2031\. They hold 2024"):
        profile(rows, year=2031)


def test_types_without_an_indicator_are_named(four) -> None:
    assert four.uncovered == ()
    p = profile(both("RZ1", "ind5", 2025, (1, 9), (2, 9)), months("RZ4", 2025, 5, 100))
    assert p.uncovered == ("Ambulance",)


# Indicator 9, bands, history -------------------------------------------------------------------------------------


def board(code: str, members: tuple[int, int], workforce: tuple[int, int] | None) -> list:
    rows = both(code, "ind9", 2025, (members[1] - members[0], members[1]), members, stratum="board_voting")
    return rows + ([observed(code, "workforce_share", 2025, *workforce, group=COMPARISON)] if workforce else [])


def test_the_board_is_compared_with_the_workforce_over_trusts_that_have_both() -> None:
    p = profile(board("RZ1", (1, 10), (300, 1000)), board("RZ2", (3, 10), (100, 1000)), board("RZ3", (9, 10), None))
    row = indicator(p, "ind9")
    assert (row["comparison"], row["reference"], row["estimate"]) == pytest.approx((10.0, 30.0, -20.0))
    assert (row["comparison_base"], row["reference_base"]) == (10.0, 1000.0)
    assert (row["reading"], row["method"]) == ("no_interval", "full count")
    england = indicator(p, "ind9", "england")
    assert (england["comparison"], england["reference"], england["n_trusts"]) == pytest.approx((20.0, 20.0, 2))


def test_a_board_without_a_workforce_or_a_size_has_no_difference() -> None:
    row = indicator(profile(board("RZ1", (1, 10), None), board("RZ2", (3, 10), (100, 1000))), "ind9")
    assert (row["status"], row["reason"]) == ("no_data", "the workforce share is not in the loaded files")
    assert np.isnan(row["comparison"]) and np.isnan(row["reference"])
    rates = [
        observed("RZ1", "ind9", 2025, value=v, group=g, stratum="board_voting")
        for g, v in (("white", 90.0), ("bme", 10.0))
    ]
    row = indicator(profile(rates, observed("RZ1", "workforce_share", 2025, 3, 10, group=COMPARISON)), "ind9")
    assert (row["status"], row["reason"]) == ("no_data", "the number of members is not in the loaded files")


def test_bands_keep_the_order_of_the_publication_and_the_newest_edition() -> None:
    strata = ["non_clinical|band_2", "non_clinical|vsm", "medical_and_dental|non_consultant_career_grade"]
    rows = [
        observed("RZ1", "ind1", 2025, n + 1, 20, group=COMPARISON, stratum=s, vintage="1") for n, s in enumerate(strata)
    ]
    newer = observed("RZ1", "ind1", 2025, 18, 20, group=COMPARISON, stratum=strata[0], vintage="2")
    p = profile(rows[1:], newer, rows[0], observed("RZ1", "workforce_share", 2025, 3, 10, group=COMPARISON))
    assert list(p.bands["band"]) == ["VSM", "Non-consultant career grade", "Band 2"]
    assert list(p.bands["staff_group"]) == ["Non-clinical", "Medical and dental", "Non-clinical"]
    assert list(p.bands["comparison"]) == [10.0, 15.0, 90.0]
    assert set(p.bands["workforce"]) == {30.0}


@pytest.mark.parametrize(("people", "shown"), [(10, False), (11, True)])
def test_a_band_of_few_people_is_not_shown(people: int, shown: bool) -> None:
    p = profile(observed("RZ1", "ind1", 2025, 3, people, group=COMPARISON, stratum="clinical|vsm"), WITH_INDICATOR)
    (band,) = p.bands.to_dict("records")
    assert band["status"] == ("observed" if shown else "too_small")
    for name in ("comparison", "comparison_n", "known_n"):
        assert np.isfinite(band[name]) == shown


def test_history_is_the_trust_alone_up_to_the_year() -> None:
    rows = [both("RZ1", "ind5", year, (20, 100), (year - 2000, 100)) for year in (2023, 2024, 2025)]
    history = profile(rows, year=2024).history
    assert list(history["wres_year"]) == [2023, 2024]
    assert list(history["comparison"]) == [23.0, 24.0]


# Outcomes --------------------------------------------------------------------------------------------------------

WITH_INDICATOR = both("RZ1", "ind5", 2025, (1, 9), (2, 9))


def test_sickness_of_a_region_adds_days() -> None:
    p = profile(WITH_INDICATOR, months("RZ1", 2025, 5, 100), months("RZ2", 2025, 30, 300))
    assert outcome(p, "sickness", "region")["value"] == pytest.approx(100 * 35 / 400)
    assert outcome(p, "sickness", "region")["n_trusts"] == 2
    assert outcome(p, "sickness")["period"] == "April 2024 to March 2025"


def test_engagement_of_a_region_is_weighted_by_answers() -> None:
    rows = [
        observed("RZ1", "engagement", 2025, value=6.0, base=100),
        observed("RZ2", "engagement", 2025, value=7.0, base=300),
    ]
    assert outcome(profile(WITH_INDICATOR, rows), "engagement", "region")["value"] == pytest.approx(6.75)


def test_an_older_outcome_is_labelled_and_its_comparisons_are_of_that_year() -> None:
    old = [observed(code, "agency_share", 2024, x, 100e6) for code, x in (("RZ1", 3e6), ("RZ2", 5e6))]
    newer = [observed("RZ2", "agency_share", 2025, 50e6, 100e6), missing("RZ1", "agency_share", 2025, "not_submitted")]
    p = profile(WITH_INDICATOR, old, newer)
    row = outcome(p, "agency_share")
    assert (row["wres_year"], row["value"], row["period"]) == (2024, 3.0, "April 2023 to March 2024")
    assert row["newer"] == "it is not_submitted"
    assert outcome(p, "agency_share", "region")["value"] == pytest.approx(4.0)


def test_a_trust_gone_since_is_in_the_comparison_of_its_year() -> None:
    """RZ2 has no row in 2025 at all; the spend of 2024 is England's with it."""
    old = [observed(code, "agency_share", 2024, x, 100e6) for code, x in (("RZ1", 3e6), ("RZ2", 5e6))]
    assert outcome(profile(WITH_INDICATOR, old), "agency_share", "england")["n_trusts"] == 2


def test_an_outcome_after_the_year_is_not_used() -> None:
    p = profile(WITH_INDICATOR, observed("RZ1", "engagement", 2026, value=9.0, base=10), year=2025)
    assert outcome(p, "engagement")["status"] == "no_data"


def test_a_rate_without_answers_says_why_it_has_no_interval() -> None:
    rates = [month("RZ1", 2025, n, value=94.0, measure="fft_positive", stratum="inpatient") for n in range(1, 13)]
    row = outcome(profile(WITH_INDICATOR, rates), "fft_positive")
    assert row["value"] == pytest.approx(94.0)
    assert np.isnan(row["low"]) and row["no_interval"] == "no base is published"


@pytest.mark.parametrize(("year", "asked"), [(2020, "fft_recommend"), (2021, "fft_positive")])
def test_only_the_question_of_its_era_is_asked(year: int, asked: str) -> None:
    p = profile(both("RZ1", "ind5", year, (1, 9), (2, 9)))
    assert {m for m in p.outcomes["measure"] if m.startswith("fft")} == {asked}


def test_ratings_up_to_the_end_of_the_year() -> None:
    rows = [
        rating("RZ1", "2019-05-01", 2, vintage="2020-01-15"),
        rating("RZ1", "2025-03-31", 3, vintage="2025-03-31"),
        rating("RZ1", "2025-04-01", 4, vintage="2025-04-01"),
        rating("RZ1", "2018-01-01", 1, measure="cqc_location_overall", stratum="RZ101 Site"),
        rating("RZ2", "2024-01-01", 4, vintage="2025-03-31"),
    ]
    p = profile(WITH_INDICATOR, both("RZ2", "ind5", 2025, (1, 9), (2, 9)), rows)
    row = outcome(p, "cqc_well_led")
    assert (row["value"], row["period"], row["reason"]) == (3.0, "published on 31 March 2025", "")
    assert outcome(p, "cqc_well_led", "region")["n_trusts"] == 2
    assert list(p.ratings["date"].dt.year) == [2018, 2019, 2025]


def test_old_ratings_say_how_far_the_files_go() -> None:
    row = outcome(profile(WITH_INDICATOR, rating("RZ1", "2019-05-01", 2, vintage="2021-02-01")), "cqc_well_led")
    assert row["reason"] == "the loaded files go up to 1 February 2021"


@pytest.mark.parametrize(("year", "shown"), [(2023, True), (2024, False)])
def test_overall_ratings_are_not_shown_after_the_last_of_them(year: int, shown: bool) -> None:
    rows = [
        both("RZ1", "ind5", year, (1, 9), (2, 9)),
        rating("RZ1", "2020-01-01", 3, measure="cqc_overall", vintage="2025-01-01"),
    ]
    assert ("cqc_overall" in set(profile(rows).outcomes["measure"])) is shown


# Months, sources -------------------------------------------------------------------------------------------------


def test_months_add_days_and_stop_at_the_year() -> None:
    p = profile(
        WITH_INDICATOR,
        months("RZ1", 2025, 5, 100),
        months("RZ2", 2025, 30, 300),
        months("RZ1", 2026, 9, 100),
        year=2025,
    )
    london = p.months[(p.months["subject"] == "region")]
    assert len(london) == 12
    assert london["value"].to_numpy() == pytest.approx(np.full(12, 100 * 35 / 400))
    assert p.months["month"].max() == pd.Timestamp("2025-03-31")


def test_a_series_without_the_trust_is_no_series() -> None:
    assert len(profile(WITH_INDICATOR, months("RZ2", 2025, 5, 100)).months) == 0


def test_a_suppressed_month_of_a_newer_edition_is_a_hole() -> None:
    rows = [*months("RZ1", 2025, 5, 100), month("RZ1", 2025, 6, status="suppressed", vintage="2030")]
    mine = profile(WITH_INDICATOR, rows).months.query("subject == 'trust'")
    assert len(mine) == 11 and 6 not in set(mine["month"].dt.month)


def test_files_behind_the_values_are_named_once(four) -> None:
    row = only(four.sources)
    assert (row["name"], row["title"], row["values"]) == ("made.csv", "Made by hand", 2)


def test_findings_are_those_of_the_trust_and_year() -> None:
    high = [months(code, year, 30, 100) for code, year in (("RZ1", 2025), ("RZ1", 2024), ("RZ2", 2025))]
    p = profile(WITH_INDICATOR, high, checked=True)
    assert only(p.findings)["rule"] == "implausible_value"


def test_every_estimate_has_an_interval_or_a_reason() -> None:
    compared = [i for i in STANDARD.indicators.values() if i.form != "share"]
    rows = [both(c, i.key, 2025, (3, 10), (2, 10), stratum=i.main_stratum) for c in ("RZ1", "RZ2") for i in compared]
    p = profile(rows, observed("RZ1", "workforce_share", 2025, 30, 100, group=COMPARISON))
    seen = p.indicators[p.indicators["estimate"].notna()]
    assert len(seen) > 20
    assert (seen["low"].notna() | (seen["reason"] != "")).all()
    assert (seen["low"].notna() == (seen["reading"] != "no_interval")).all()
