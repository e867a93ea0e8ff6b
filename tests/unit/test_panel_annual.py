"""Annual values against sums worked out by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from handmade import (
    COMPARISON,
    OUTCOMES,
    REFERENCE,
    STANDARD,
    annual,
    missing,
    month,
    months,
    observed,
    only,
    organisations,
    rating,
    table,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from wres_analysis.panel.annual import VALUE_COLUMNS, fits_year, newest, year_of
from wres_analysis.panel.events import rating_events, ratings_in_force
from wres_analysis.standards import wres_year

pytestmark = pytest.mark.unit

SECTORS = ("R1F1", "R1F2")  # reporting sectors of R1F, told by data/reference


def explained(values: pd.DataFrame) -> bool:
    """Every missing value has a status that says so, and every status "observed" has a value."""
    return bool((values["value"].isna() == (values["status"] != "observed")).all())


# Years ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2024-03-31", "2024-04-01", "2024-12-31", "2025-01-01", "2025-03-31", "2025-04-01"])
def test_the_year_of_a_date_is_the_same_everywhere(day: str) -> None:
    stamp = pd.Timestamp(day)
    assert year_of(pd.Series([stamp])).iloc[0] == wres_year(stamp.date())


def test_row_y_holds_the_survey_of_the_autumn_before_and_the_snapshot_of_its_march() -> None:
    rows = [observed("RZ1", "engagement", 2025, value=6.8, base=100), observed("RZ1", "headcount", 2025, value=900)]
    assert rows[0]["period_end"].isoformat() == "2024-12-31"
    assert rows[1]["period_end"].isoformat() == "2025-03-31"
    assert set(annual(rows)["wres_year"]) == {2025}


def test_columns_and_order() -> None:
    values = annual(observed("RZ2", "ind5", 2025, 1, 10, group=COMPARISON), observed("RZ1", "ind5", 2025, 1, 10))
    assert {name: str(dtype) for name, dtype in values.dtypes.items()} == VALUE_COLUMNS
    assert list(values["org_code"]) == ["RZ1", "RZ2"]


def test_nothing_makes_an_empty_table_with_the_same_columns() -> None:
    values = annual(observed("X99", "ind5", 2025, 1, 10))  # not a trust
    assert len(values) == 0
    assert {name: str(dtype) for name, dtype in values.dtypes.items()} == VALUE_COLUMNS
    assert len(annual(observed("RZ1", "pulse_engagement", 2025, value=6.0))) == 0  # a quarter has no annual value


# Months ---------------------------------------------------------------------------------------------------------


def test_sickness_sums_days_and_never_averages_rates() -> None:
    """Eleven months of 3 in 100 and one of 40 in 400: 73 / 1500, not the mean of 3% and 10%."""
    row = only(annual(months("RZ1", 2025, 3, 100, numbers=range(2, 13)), month("RZ1", 2025, 1, 40, 400)))
    assert (row["numerator"], row["denominator"], row["months"]) == (73.0, 1500.0, 12)
    assert row["value"] == pytest.approx(100 * 73 / 1500)
    assert (row["status"], row["reason"], row["flags"]) == ("observed", "", "")


def test_eleven_months_make_no_year() -> None:
    row = only(annual(months("RZ1", 2025, 3, 100, numbers=range(1, 12))))
    assert np.isnan(row["value"]) and np.isnan(row["numerator"]) and np.isnan(row["effective_base"])
    assert (row["status"], row["reason"], row["months"]) == ("not_submitted", "11 of 12 months", 11)


@pytest.mark.parametrize("status", ["suppressed", "excluded", "not_applicable"])
def test_a_year_that_lacks_a_month_says_what_became_of_it(status: str) -> None:
    given_months = months("RZ1", 2025, 3, 100, numbers=range(1, 12))
    gone = month("RZ1", 2025, 12, status=status, reason="nothing there")
    row = only(annual(given_months, gone))
    assert (row["status"], row["reason"]) == (status, "11 of 12 months; nothing there")
    assert gone["source_cell"] in row["source_cells"]


def test_six_months_stand_for_a_year_where_the_measure_says_so() -> None:
    row = only(annual(months("RZ1", 2025, 90, 100, numbers=range(4, 11), measure="fft_positive", stratum="inpatient")))
    assert row["value"] == pytest.approx(90.0)
    assert (row["flags"], row["reason"], row["months"]) == ("partial_year", "7 of 12 months", 7)
    five = months("RZ1", 2025, 90, 100, numbers=range(4, 9), measure="fft_positive", stratum="inpatient")
    assert only(annual(five))["status"] == "not_submitted"


def test_rates_without_days_give_a_flagged_mean() -> None:
    rates = [month("RZ1", 2025, number, value=float(number), flags="rate_only") for number in range(1, 13)]
    row = only(annual(rates))
    assert row["value"] == pytest.approx(6.5)  # (1 + ... + 12) / 12
    assert row["flags"] == "rate_only mean_of_monthly_rates"
    assert np.isnan(row["effective_base"]) and np.isnan(row["denominator"])


def test_a_month_without_days_makes_the_year_a_mean_of_rates() -> None:
    row = only(annual(months("RZ1", 2025, 4, 100, numbers=range(1, 12)), month("RZ1", 2025, 12, value=16.0)))
    assert row["value"] == pytest.approx((11 * 4 + 16) / 12)
    assert "mean_of_monthly_rates" in row["flags"]


def test_a_whole_year_is_no_month() -> None:
    """An annual figure in a measure that is published by month: used where the months do not make a year."""
    year = observed("RZ1", "sickness", 2025, 60, 1000)
    assert only(annual(year))["value"] == pytest.approx(6.0)
    row = only(annual(year, months("RZ1", 2025, 3, 100, numbers=range(1, 12))))
    assert (row["value"], row["months"]) == (pytest.approx(6.0), 12)
    row = only(annual(year, months("RZ1", 2025, 3, 100)))
    assert row["value"] == pytest.approx(3.0)


# Which of several publications ----------------------------------------------------------------------------------


def test_a_newer_vintage_wins_and_its_suppression_too() -> None:
    old = observed("RZ1", "ind5", 2025, 10, 100, group=COMPARISON, vintage="2024")
    new = old | {"vintage": "2025", "value": 20.0, "numerator": 20.0, "source_cell": "B1"}
    assert only(annual(old, new))["value"] == pytest.approx(20.0)
    gone = missing("RZ1", "ind5", 2025, group=COMPARISON, vintage="2025")
    row = only(annual(old, gone))
    assert (row["status"], row["reason"]) == ("suppressed", "it is suppressed")


@pytest.mark.parametrize("status", ["not_applicable", "not_submitted", "excluded"])
def test_a_newer_vintage_that_has_nothing_there_leaves_the_older_number(status: str) -> None:
    """The benchmark workbook blanks the history of merged trusts: what an older edition gave still stands."""
    old = observed("RZ1", "ind7", 2025, 10, 100, group=COMPARISON, vintage="2024")
    row = only(annual(old, missing("RZ1", "ind7", 2025, status, group=COMPARISON, vintage="2025")))
    assert (row["value"], row["vintage"]) == (pytest.approx(10.0), "2024")


def test_the_first_declared_source_wins_whatever_its_vintage() -> None:
    first, second = OUTCOMES.measures["engagement"].sources[:2]
    chosen = observed("RZ1", "engagement", 2025, value=6.5, base=100, source=first, vintage="2024")
    other = observed("RZ1", "engagement", 2025, value=7.5, base=100, source=second, vintage="2026")
    for rows in ((chosen, other), (other, chosen)):
        assert only(annual(*rows))["source"] == first


def test_without_a_declared_order_counts_come_before_rates() -> None:
    bare = observed("RZ1", "ind2", 2025, value=30.0, group=COMPARISON, vintage="z")
    counted = observed("RZ1", "ind2", 2025, 2, 10, group=COMPARISON, vintage="a")
    assert only(annual(bare, counted))["value"] == pytest.approx(20.0)


def test_two_datings_of_one_snapshot_are_not_added_up() -> None:
    """A snapshot and a whole year that end on the same day are one value of the year, not two to pool."""
    snapshot = observed("RZ1", "ind9", 2025, 2, 10, group=COMPARISON, stratum="board_voting", vintage="1")
    as_year = snapshot | {"period_start": pd.Timestamp("2024-04-01"), "numerator": 3.0, "vintage": "2"}
    row = only(annual(snapshot, as_year))
    assert (row["numerator"], row["denominator"]) == (3.0, 10.0)


def test_newest_keeps_the_order_of_the_rows() -> None:
    rows = table(months("RZ1", 2025, 3, 100, numbers=(6, 4, 5)))
    assert list(newest(rows, OUTCOMES).index) == [0, 1, 2]


# Periods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "start", "end", "fits"),
    [
        ("headcount", "2025-03-31", "2025-03-31", True),
        ("headcount", "2024-09-30", "2024-09-30", False),
        ("ind2", "2024-04-01", "2025-03-31", True),
        ("ind2", "2025-01-01", "2025-03-31", False),
        ("agency_share", "2024-07-01", "2025-06-30", False),
        ("engagement", "2024-10-01", "2024-12-31", True),
        ("engagement", "2024-04-01", "2024-06-30", False),
        ("sickness", "2024-04-01", "2024-04-30", True),
        ("sickness", "2024-04-01", "2025-03-31", True),
        ("sickness", "2025-01-01", "2025-03-31", False),
        ("pulse_engagement", "2024-04-01", "2024-06-30", True),
    ],
)
def test_only_periods_that_a_row_can_hold(measure: str, start: str, end: str, fits: bool) -> None:
    row = observed("RZ1", measure, 2025, 1, 10) | {"period_start": start, "period_end": end}
    assert fits_year(table(row), STANDARD, OUTCOMES).tolist() == [fits]
    if not fits:
        assert len(annual(row)) == 0


# Sectors, mergers ------------------------------------------------------------------------------------------------


def test_two_sectors_are_pooled_by_counts_and_flagged() -> None:
    parts = [
        observed(code, "ind5", 2025, x, n, group=COMPARISON)
        for code, x, n in zip(SECTORS, (10, 90), (100, 300), strict=True)
    ]
    row = only(annual(parts))
    assert (row["org_code"], row["members"], row["flags"]) == ("R1F", "R1F1 R1F2", "partial")
    assert row["value"] == pytest.approx(25.0)  # 100 of 400; the mean of 10% and 30% would be 20


def test_one_sector_alone_is_flagged_too() -> None:
    row = only(annual(observed("R1F1", "ind5", 2025, 10, 100, group=COMPARISON)))
    assert (row["org_code"], row["flags"], row["value"]) == ("R1F", "partial", pytest.approx(10.0))


def test_a_sector_that_is_suppressed_leaves_no_value() -> None:
    row = only(annual(observed("R1F1", "ind5", 2025, 10, 100), missing("R1F2", "ind5", 2025)))
    assert (row["status"], row["flags"]) == ("suppressed", "")


def test_the_trust_as_a_whole_is_not_added_to_its_sectors() -> None:
    whole = observed("R1F", "ind5", 2025, 20, 100)
    row = only(annual(whole, observed("R1F1", "ind5", 2025, 10, 50), observed("R1F2", "ind5", 2025, 10, 50)))
    assert (row["value"], row["members"], row["flags"]) == (pytest.approx(20.0), "R1F", "")


def test_engagement_of_sectors_is_the_mean_weighted_by_answers() -> None:
    row = only(
        annual(
            observed("R1F1", "engagement", 2025, value=6.0, base=100),
            observed("R1F2", "engagement", 2025, value=8.0, base=300),
        )
    )
    assert row["value"] == pytest.approx((6 * 100 + 8 * 300) / 400)
    assert row["effective_base"] == 400.0
    assert np.isnan(row["numerator"]) and np.isnan(row["denominator"])


def test_a_weighted_percentage_with_counts_beside_it_stays_a_percentage() -> None:
    row = only(annual(observed("RZ1", "hba_managers", 2025, 12, 100)))
    assert row["value"] == pytest.approx(12.0)


@pytest.fixture
def merged():
    return organisations(("RZ1",), ("RZ2",), ("RZ3",), mergers=[("RZ2", "RZ1", "2024-10-01")])


def test_predecessors_are_pooled_by_counts(merged) -> None:
    rows = [
        observed("RZ1", "ind3", 2025, 10, 1000, group=REFERENCE),
        observed("RZ2", "ind3", 2025, 2, 50, group=REFERENCE),
    ]
    apart = annual(rows, orgs=merged).set_index("org_code")["value"]
    assert dict(apart) == {"RZ1": pytest.approx(1.0), "RZ2": pytest.approx(4.0)}
    row = only(annual(rows, orgs=merged, basis="pooled"))
    assert (row["org_code"], row["members"]) == ("RZ1", "RZ1 RZ2")
    assert row["value"] == pytest.approx(100 * 12 / 1050)


def test_a_succession_counts_from_the_year_in_which_it_lies(merged) -> None:
    rows = [observed("RZ2", "ind3", year, 2, 50) for year in (2024, 2025)]
    values = annual(rows, orgs=merged, basis="pooled")
    assert list(values["org_code"]) == ["RZ1", "RZ2"]
    assert list(values["wres_year"]) == [2025, 2024]


def test_a_part_without_a_base_leaves_no_pooled_value(merged) -> None:
    rows = [observed("RZ1", "ind5", 2025, 10, 100), observed("RZ2", "ind5", 2025, value=30.0)]
    row = only(annual(rows, orgs=merged, basis="pooled"))
    assert np.isnan(row["value"]) and row["status"] == "excluded"
    assert row["reason"] == "several parts, and no base to pool them by"


def test_monthly_rates_of_two_trusts_are_never_averaged(merged) -> None:
    rates = [month(code, 2025, n, value=v) for n in range(1, 13) for code, v in (("RZ1", 4.0), ("RZ2", 6.0))]
    row = only(annual(rates, orgs=merged, basis="pooled"))
    assert np.isnan(row["value"]) and row["status"] == "excluded"


def test_months_of_a_predecessor_complete_the_year(merged) -> None:
    rows = [*months("RZ2", 2025, 6, 100, numbers=range(4, 10)), *months("RZ1", 2025, 10, 500)]
    row = only(annual(rows, orgs=merged, basis="pooled"))
    assert (row["numerator"], row["denominator"], row["months"]) == (6 * 6 + 12 * 10, 6 * 100 + 12 * 500, 12)


def test_a_suppressed_month_of_one_member_makes_the_month_incomplete(merged) -> None:
    rows = [
        *months("RZ1", 2025, 10, 500),
        *months("RZ2", 2025, 6, 100, numbers=range(4, 9)),
        month("RZ2", 2025, 9, status="suppressed"),
    ]
    row = only(annual(rows, orgs=merged, basis="pooled"))
    assert (row["status"], row["months"]) == ("suppressed", 11)


def test_who_did_not_exist_then_takes_nothing_away(merged) -> None:
    rows = [observed("RZ1", "ind3", 2025, 10, 100), missing("RZ2", "ind3", 2025, "not_applicable")]
    assert only(annual(rows, orgs=merged, basis="pooled"))["value"] == pytest.approx(10.0)


def test_what_is_missing_after_a_merger_is_merged(merged) -> None:
    rows = [*months("RZ2", 2025, 6, 100, numbers=range(4, 10)), *months("RZ2", 2024, 6, 100)]
    values = annual(rows, orgs=merged).set_index("wres_year")
    assert values.loc[2024, "status"] == "observed"
    assert values.loc[2025, "status"] == "merged"
    assert values.loc[2025, "reason"] == "the trust became part of RZ1 before 31 March 2025; 6 of 12 months"


def test_headcounts_are_added(merged) -> None:
    rows = [observed("RZ1", "headcount", 2025, value=1000.0), observed("RZ2", "headcount", 2025, value=200.0)]
    assert only(annual(rows, orgs=merged, basis="pooled"))["value"] == 1200.0


# Missing values, cells, breaks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["suppressed", "not_submitted", "not_applicable", "excluded"])
def test_a_published_status_explains_a_missing_value(status: str) -> None:
    values = annual(missing("RZ1", "ind2", 2025, status, group=COMPARISON))
    row = only(values)
    assert explained(values)
    assert (row["status"], row["reason"]) == (status, f"it is {status}")


def test_a_code_that_nobody_knows_has_no_year() -> None:
    assert len(annual(missing("RZ9", "ind2", 2025, "excluded", flags="unknown_code"))) == 0


def test_every_cell_is_named() -> None:
    rows = months("RZ1", 2025, 3, 100)
    cells = only(annual(rows))["source_cells"].split("; ")
    assert sorted(cells) == sorted(f"made.csv!{row['source_cell']}" for row in rows)


def test_bands_are_added_up_for_the_senior_share() -> None:
    senior, junior = "clinical|band_8a", "clinical|band_5"
    other = "non_clinical|vsm"
    values = annual(
        observed("RZ1", "ind1", 2025, 1, 10, group=COMPARISON, stratum=senior),
        observed("RZ1", "ind1", 2025, 4, 10, group=COMPARISON, stratum=other),
        observed("RZ1", "ind1", 2025, 9, 10, group=COMPARISON, stratum=junior),
        missing("RZ1", "ind1", 2025, "not_applicable", group=COMPARISON, stratum="clinical|vsm"),
    )
    row = only(values)
    assert (row["stratum"], row["value"]) == (STANDARD.indicators["ind1"].main_stratum, pytest.approx(25.0))


@pytest.mark.parametrize(
    ("vintage", "survey", "old"), [("2020", 2020, True), ("2021", 2020, False), ("2020", 2021, False)]
)
def test_the_edition_decides_on_which_side_of_a_break_a_value_lies(vintage: str, survey: int, old: bool) -> None:
    row = only(annual(observed("RZ1", "ind7", survey + 1, 60, 100, group=COMPARISON, vintage=vintage)))
    assert ("before_break" in row["flags"]) is old


def test_a_value_without_base_is_kept_as_published() -> None:
    row = only(annual(observed("RZ1", "ind5", 2025, value=12.34)))
    assert (row["value"], row["status"]) == (12.34, "observed")
    assert np.isnan(row["effective_base"])


def test_an_unknown_basis_is_refused() -> None:
    with pytest.raises(ValueError, match="basis"):
        annual(observed("RZ1", "ind5", 2025, 1, 10), basis="newest")


# Properties ------------------------------------------------------------------------------------------------------

counts = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=15, deadline=None)
@given(parts=st.lists(counts, min_size=1, max_size=4), bases=st.lists(st.booleans(), min_size=4, max_size=4))
def test_a_pooled_value_is_the_quotient_of_its_counts_and_lies_within_its_parts(parts, bases) -> None:
    codes = [f"RZ{n}" for n in range(len(parts))]
    orgs = organisations(*((code,) for code in codes), mergers=[(code, "RZ0", "2020-10-01") for code in codes[1:]])
    rows = [
        observed(code, "ind5", 2025, x, n) if has else observed(code, "ind5", 2025, value=100 * x / n)
        for code, (x, n), has in zip(codes, parts, bases, strict=False)
    ]
    values = annual(rows, orgs=orgs, basis="pooled")
    assert explained(values)
    row = only(values)
    if all(bases[: len(parts)]):
        top, bottom = (sum(part[n] for part in parts) for n in (0, 1))
        assert (row["numerator"], row["denominator"]) == (top, bottom)
        assert row["value"] == pytest.approx(100 * top / bottom)
        rates = [100 * x / n for x, n in parts]
        assert min(rates) - 1e-9 <= row["value"] <= max(rates) + 1e-9
    elif len(parts) > 1:
        assert np.isnan(row["value"])


@settings(max_examples=8, deadline=None)
@given(a=counts, b=counts, c=counts)
def test_pooling_is_associative(a, b, c) -> None:
    """Two trusts pooled first and the third then, or all at once: the same."""
    orgs = organisations(
        ("RZ0",), ("RZ1",), ("RZ2",), mergers=[("RZ1", "RZ0", "2020-10-01"), ("RZ2", "RZ0", "2020-10-01")]
    )
    rows = [observed(code, "ind5", 2025, *part) for code, part in zip(("RZ0", "RZ1", "RZ2"), (a, b, c), strict=True)]
    at_once = only(annual(rows, orgs=orgs, basis="pooled"))
    first = only(annual(rows[:2], orgs=orgs, basis="pooled"))
    again = observed("RZ0", "ind5", 2025, first["numerator"], first["denominator"])
    then = only(annual(again, rows[2], orgs=orgs, basis="pooled"))
    assert at_once["value"] == pytest.approx(then["value"])
    assert at_once["denominator"] == then["denominator"]


# Ratings ---------------------------------------------------------------------------------------------------------


def test_an_event_that_editions_repeat_is_one_event() -> None:
    rows = table(
        rating("RZ1", "2019-05-01", 2, vintage="2020-01-01"), rating("RZ1", "2019-05-01", 2, vintage="2023-01-01")
    )
    event = only(rating_events(rows, organisations(("RZ1",)), OUTCOMES))
    assert (event["value"], event["known_to"]) == (2.0, pd.Timestamp("2023-01-01"))


def test_overall_ratings_end_with_their_last_period() -> None:
    last = OUTCOMES.measures["cqc_overall"].last_period
    rows = table(
        rating("RZ1", "2023-12-31", 3, measure="cqc_overall"), rating("RZ1", "2024-01-01", 1, measure="cqc_overall")
    )
    assert last == dt.date(2023, 12, 31)
    assert only(rating_events(rows, organisations(("RZ1",)), OUTCOMES))["value"] == 3.0


def in_force(rows: pd.DataFrame, measure: str = "cqc_well_led") -> dict[int, float]:
    index = pd.DataFrame({"org_code": "RZ1", "wres_year": range(2019, 2026)})
    events = rating_events(rows, organisations(("RZ1",)), OUTCOMES)
    return dict(zip(index["wres_year"], ratings_in_force(index, events, OUTCOMES)[measure], strict=True))


def test_the_rating_in_force_changes_on_the_day_of_publication() -> None:
    shown = in_force(table(rating("RZ1", "2019-03-31", 2), rating("RZ1", "2021-04-01", 3, vintage="2025-03-20")))
    assert [shown[year] for year in (2019, 2020, 2021, 2022, 2025)] == [2, 2, 2, 3, 3]


def test_nothing_is_said_of_dates_after_the_newest_edition() -> None:
    """Files of 2021 cannot know which rating was in force in 2022."""
    shown = in_force(table(rating("RZ1", "2019-03-01", 2, vintage="2021-03-15")))
    assert (shown[2020], shown[2021]) == (2.0, 2.0)
    assert np.isnan(shown[2022])


def test_an_overall_rating_is_not_in_force_after_the_last_of_them() -> None:
    shown = in_force(table(rating("RZ1", "2020-01-01", 3, measure="cqc_overall", vintage="2026-01-01")), "cqc_overall")
    assert shown[2023] == 3.0
    assert np.isnan(shown[2024])
