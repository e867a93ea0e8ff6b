"""The words and tables of a report: the same numbers in tables, sentences and alternative texts."""

import re

import numpy as np
import pytest
from handmade import (
    COMPARISON,
    both,
    missing,
    month,
    months,
    observed,
    organisations,
    panel_data,
    rating,
)

from wres_analysis.charts.tables import Table
from wres_analysis.narrative.trust_report import TrustReport
from wres_analysis.profiles.trust import trust_profile

pytestmark = pytest.mark.unit

ORGS = organisations(
    ("RZ1", "London", "Acute - Large"), ("RZ2", "London", "Acute - Large"), ("RZ3", "North West", "Ambulance Trust")
)
BANDS = ("non_clinical|band_2", "non_clinical|vsm", "clinical|band_5")


def report(*records, code="RZ1", orgs=ORGS, checked=False, **options) -> TrustReport:
    return TrustReport(trust_profile(panel_data(*records, orgs=orgs, checked=checked), code, **options))


def board(code: str, members: tuple[int, int], workforce: tuple[int, int]) -> list:
    seats = both(code, "ind9", 2025, (members[1] - members[0], members[1]), members, stratum="board_voting")
    return [*seats, observed(code, "workforce_share", 2025, *workforce, group=COMPARISON)]


EVERYTHING = [
    [both(code, "ind5", 2025, (200, 1000), (300, 1000)) for code in ("RZ1", "RZ2", "RZ3")],
    both("RZ1", "ind5", 2024, (200, 1000), (250, 1000)),
    [both(code, "ind6", 2025, (20, 100), (21, 100)) for code in ("RZ1", "RZ2")],
    [both(code, "ind7", 2025, (400, 1000), (520, 1000)) for code in ("RZ1", "RZ3")],
    both("RZ1", "ind7", 2021, (800, 1000), (700, 1000), vintage="2020"),
    both("RZ1", "ind7", 2022, (500, 1000), (450, 1000), vintage="2024"),
    missing("RZ1", "ind8", 2025, group=COMPARISON),
    [both(code, "ind2", 2025, (300, 1000), (200, 1000)) for code in ("RZ1", "RZ2")],
    both("RZ1", "ind2", 2024, (280, 1000), (200, 1000)),
    both("RZ1", "ind3", 2025, (20, 900), (0, 100)),
    both("RZ1", "ind3", 2024, (20, 900), (5, 100)),
    board("RZ1", (2, 16), (250, 1000)),
    board("RZ2", (4, 16), (350, 1000)),
    [observed("RZ1", "ind1", 2025, n + 2, 20, group=COMPARISON, stratum=s) for n, s in enumerate(BANDS)],
    months("RZ1", 2025, 5, 100),
    months("RZ2", 2025, 30, 400),
    observed("RZ1", "engagement", 2025, value=6.789, base=900, unit="score"),
    observed("RZ1", "agency_share", 2024, 3e6, 1e8),
    months("RZ1", 2025, 95, 100, measure="fft_positive", stratum="inpatient"),
    rating("RZ1", "2024-05-01", 3, vintage="2025-03-31"),
    rating("RZ1", "2019-05-01", 1, measure="cqc_location_overall", stratum="RZ101 Main Site", vintage="2025-03-31"),
]


@pytest.fixture(scope="module")
def full() -> TrustReport:
    return report(EVERYTHING, checked=True)


def column(table: Table, heading: str) -> dict[str, str]:
    """A column by the first one."""
    at = table.headings.index(heading)
    return {row[0]: row[at] for row in table.rows}


def every_text(r: TrustReport) -> str:
    made = [
        r.heading(), r.glance(), r.coverage(), r.indicator_table(), r.outcome_table(), r.outcome_sentences(),
        r.definitions(), r.data_notes(), r.trace_table(), r.source_table(), r.band_table(), r.alt_bands(),
        r.rating_table(),
    ]  # fmt: skip
    for form in ("gap", "ratio", "difference"):
        made += [
            r.comparison_table(form),
            r.sections(form),
            r.history_table(form),
            r.alt_dots(form),
            r.alt_history(form),
        ]
    return "\n".join(str(part) for part in made if part is not None)


# At a glance -----------------------------------------------------------------------------------------------------


def test_heading_says_who_and_when(full) -> None:
    assert str(full.heading()) == (
        "# Trust RZ1\n\nNHS Workforce Race Equality Standard 2025: acute trust, London (code RZ1). WRES 2025 is the "
        "position on 31 March 2025, the year from April 2024, and the staff survey of autumn 2024."
    )


def test_heading_of_a_trust_of_which_nothing_is_known() -> None:
    bare = report(both("RZ9", "ind5", 2025, (1, 9), (2, 9)), code="RZ9", orgs=organisations(("RZ1",)))
    assert str(bare.heading()).startswith("# RZ9\n\nNHS Workforce Race Equality Standard 2025: code RZ9. WRES 2025 is")


def test_glance_sorts_the_indicators_by_what_their_intervals_say(full) -> None:
    lines = str(full.glance()).splitlines()
    assert lines == [
        "- The data show a difference to the disadvantage of ethnic minority staff on indicator 2 (appointment from "
        "shortlisting) and indicator 5 (harassment, bullying or abuse from the public).",
        "- The data do not show a difference either way on indicator 3 (entering the formal disciplinary process) and "
        "indicator 6 (harassment, bullying or abuse from staff).",
        "- The data show a difference to the advantage of ethnic minority staff on indicator 7 (belief in equal "
        "opportunities).",
        "- No interval can be given, so no conclusion is drawn, on indicator 9 (board representation).",
        "- There is no value for this trust and year of indicators 4 and 8; each section says why.",
    ]


def test_pay_bands_that_alone_are_missing_are_named() -> None:
    rows = [both("RZ1", f"ind{n}", 2025, (1, 9), (2, 9)) for n in range(2, 9)]
    assert str(report(rows, board("RZ1", (2, 16), (25, 100))).glance()).splitlines()[-1] == (
        "- There is no value for this trust and year of indicator 1; its section says why."
    )


def test_coverage_counts_the_trusts_behind_england(full) -> None:
    assert str(full.coverage()) == (
        "Comparisons with England rest on 1 to 3 of the 3 trusts in the loaded files, this trust included."
    )
    alone = report(both("RZ1", "ind5", 2025, (1, 9), (2, 9)), months("RZ3", 2025, 5, 100))
    assert str(alone.coverage()).endswith(
        "this trust included. The files have no indicator of any ambulance trust, so the England figures leave those "
        "trusts out."
    )
    without = report(both("RZ2", "ind5", 2025, (1, 9), (2, 9)), months("RZ1", 2025, 5, 100))
    assert "this trust included" not in str(without.coverage())
    assert "this trust included" not in str(without.comparison_table("gap"))
    nobody = report(months("RZ1", 2025, 5, 100))
    assert "nothing to compare with" in str(nobody.coverage())


# Tables and sentences agree --------------------------------------------------------------------------------------


def test_the_board_has_its_workforce_in_a_column_that_says_so(full) -> None:
    table = full.indicator_table()
    assert table.headings[1:3] == ("White or workforce, %", "BME, %")
    row = next(row for row in table.rows if row[0].startswith("9."))
    assert row[1:6] == ("25.0", "12.5", "difference, points", "\u221212.5", "none")
    own = full.comparison_table("difference")
    assert own.headings[2:] == (
        "Seats",
        "BME, % of voting board members",
        "BME, % of the workforce",
        "Difference, points",
    )
    assert own.rows[0][1:] == ("1", "16", "12.5", "25.0", "\u221212.5")


def test_without_a_board_no_column_speaks_of_the_workforce() -> None:
    table = report(both("RZ1", "ind5", 2025, (1, 9), (2, 9))).indicator_table()
    assert table.headings[1] == "White, %"
    assert not any("workforce" in note or "Ratios" in note for note in table.notes)


def test_notes_say_which_way_a_ratio_is_worse(full) -> None:
    assert (
        "Ratios: the two percentages are the rates of the groups. Indicators 2 and 4 are White over BME and indicator "
        "3 is BME over White; above 1 is worse for ethnic minority staff."
    ) in full.indicator_table().notes


def test_sentences_and_tables_round_alike(full) -> None:
    """Whatever a sentence says of the trust stands so in the table."""
    said = str(full.sections("gap") + full.sections("ratio"))
    table = full.indicator_table()
    for row in table.rows:
        if row[0][0] in "257":
            for text in (row[1], row[2]):
                assert f"{text}% of" in said, (row, text)
            limits = re.findall(r"\d+\.\d+", row[5])
            assert all(limit in said for limit in limits), (row, said)


def test_readings_are_words(full) -> None:
    assert column(full.indicator_table(), "Reading") == {
        "2. Appointment from shortlisting": "worse for ethnic minority staff",
        "3. Entering the formal disciplinary process": "no difference shown",
        "4. Non-mandatory training": "not in the files",
        "5. Harassment, bullying or abuse from the public": "worse for ethnic minority staff",
        "6. Harassment, bullying or abuse from staff": "no difference shown",
        "7. Belief in equal opportunities": "better for ethnic minority staff",
        "8. Discrimination at work": "suppressed",
        "9. Board representation": "no interval",
    }


@pytest.mark.parametrize(
    ("compare", "headings"),
    [("region", ["London", "England"]), ("type", ["Acute trusts", "England"]), ("england", ["England"])],
)
def test_comparison_columns(compare: str, headings: list[str]) -> None:
    r = report(EVERYTHING, compare=compare)
    assert list(r.indicator_table().headings[6:-1]) == headings
    assert list(r.outcome_table().headings[4:]) == headings


def test_history_marks_the_years_before_a_break(full) -> None:
    table = full.history_table("gap")
    firsts = [row[0] for row in table.rows]
    assert "7. Belief in equal opportunities, 2021 (before the break)" in firsts
    assert "7. Belief in equal opportunities, 2022" in firsts
    assert "Not checked against the publisher's own account" in table.notes[0]
    alt = full.alt_history("gap")
    assert "BME 45.0% in 2022 and 52.0% in 2025, White 50.0% and 40.0%, not comparable with the years before" in alt
    assert "70.0%" not in alt
    assert full.history("difference") is None and full.history_table("difference") is None


def test_what_is_drawn_is_turned_so_that_right_is_worse(full) -> None:
    drawn = full.drawn("gap")
    mine = drawn[drawn["subject"] == "trust"].set_index("title")
    assert mine.loc["5. Harassment, bullying or abuse from the public", "estimate"] == pytest.approx(10.0)
    better = mine.loc["7. Belief in equal opportunities"]
    assert better["estimate"] == pytest.approx(-12.0)
    assert better["low"] < better["estimate"] < better["high"] < 0
    ratios = full.drawn("ratio")
    assert ratios.loc[ratios["subject"] == "trust", "estimate"].tolist() == pytest.approx([1.5, 0.0])
    assert "8." not in full.alt_dots("gap") and "-" not in full.alt_dots("gap").replace("-plot", "")


def test_bands(full) -> None:
    table = full.band_table()
    assert [row[:2] for row in table.rows] == [
        ("Non-clinical, Band 2", "10.0"), ("Non-clinical, VSM", "15.0"), ("Clinical, Band 5", "20.0"),
    ]  # fmt: skip
    assert table.notes[0] == "BME share of the workforce (known ethnicity): 25.0%."
    assert "lowest in non-clinical, band 2 (10.0%) and highest in clinical, band 5 (20.0%)" in full.alt_bands()


def test_outcomes(full) -> None:
    table = full.outcome_table()
    assert column(table, "Trust") == {
        "Sickness absence rate, %": "5.00",
        "Staff engagement score": "6.79",
        "Agency spend as a share of staff cost, %": "3.0",
        "Agency and external bank spend as a share of staff cost, %": "not in the files",
        "Friends and Family Test, positive, %": "95.0",
        "CQC rating of the trust, well-led": "Good",
    }
    assert column(table, "London")["Sickness absence rate, %"] == "7.00"  # 35 of 500 days
    said = str(full.outcome_sentences())
    assert said.endswith("no value for this trust of: Agency and external bank spend as a share of staff cost.")
    assert "5.00% from April 2024 to March 2025. It was 7.00% in London (2 trusts with data), 7.00%" in said


def test_ratings(full) -> None:
    table = full.rating_table()
    assert table.rows == (
        ("CQC rating of the trust, well-led", "Good", "1 May 2024"),
        ("Location RZ101 Main Site, overall", "Inadequate", "1 May 2019"),
    )
    assert table.notes == ("The rating of a location is of one site, not of the trust.",)


def test_every_value_is_traced_to_its_cells(full) -> None:
    traced = dict(full.trace_table().rows)
    assert set(traced) == {
        "Indicator 2", "Indicator 3", "Indicator 5", "Indicator 6", "Indicator 7", "Indicator 9", "Pay bands",
        "Sickness absence rate", "Staff engagement score", "Agency spend as a share of staff cost",
        "Friends and Family Test, positive", "CQC rating of the trust, well-led",
    }  # fmt: skip
    assert len(traced["Sickness absence rate"].split(", ")) == 12
    assert len(traced["Indicator 9"].split(", ")) == 2  # the board and the workforce, of the group compared


def test_many_files_are_named_by_the_first_and_the_last() -> None:
    r = report(
        both("RZ1", "ind5", 2025, (1, 9), (2, 9)),
        [month("RZ1", 2025, n, 5, 100, source_file=f"m{n:02}.csv") for n in range(1, 13)],
    )
    assert re.search(
        r"m\d\d\.csv: A\d+; and 10 more of the same kind; m\d\d\.csv: A\d+$",
        column(r.trace_table(), "File and cells")["Sickness absence rate"],
    )


def test_findings_are_named_by_indicator_and_outcome() -> None:
    rows = [
        both("RZ1", "ind2", 2025, (300, 1000), (200, 1000)),
        observed("RZ1", "ind2", 2025, value=9.0, stratum="published_ratio"),
    ]
    said = str(report(rows, months("RZ1", 2025, 20, 100), checked=True).data_notes())
    assert (
        "- Indicator 2: printed 9, the counts give 1.50 (implausible ratio). What was done: the printed ratio is"
        in said
    )
    assert "- Sickness absence rate: 20.00 is outside 1 to 12 (implausible value)." in said


# What is not there -----------------------------------------------------------------------------------------------


def test_sections_say_where_missing_values_are_to_be_had() -> None:
    r = report(months("RZ1", 2025, 5, 100))
    assert str(r.sections("ratio")) == (
        "The loaded files hold no value of indicators 2, 3 and 4 for this trust and year. Trusts hold the counts "
        "themselves: they come in by the submission template."
    )
    assert str(r.sections("gap")).endswith("The benchmark workbook of the NHS Staff Survey holds these results.")
    assert "indicator 9 for" in str(r.sections("difference"))


def test_nothing_to_show_is_none_or_empty() -> None:
    r = report(months("RZ1", 2025, 5, 100))
    for form in ("gap", "ratio", "difference"):
        assert r.comparison_table(form) is None and r.history_table(form) is None
        assert r.alt_dots(form) == r.alt_history(form) == ""
        assert len(r.drawn(form)) == 0
    assert r.band_table() is None and r.rating_table() is None and r.alt_bands() == ""
    only_ratings = report(both("RZ1", "ind5", 2025, (1, 9), (2, 9)))
    assert len(only_ratings.outcome_table().rows) == 6


@pytest.mark.parametrize(
    "records",
    [
        EVERYTHING,
        months("RZ1", 2025, 5, 100),
        [observed("RZ1", "ind5", 2025, value=20.0, group=g) for g in ("white", "bme")],
    ],
)
def test_no_number_is_shown_as_the_machine_writes_it(records) -> None:
    text = every_text(report(records))
    assert not re.search(r"\bnan\b|\binf\b|(?<!\w)-\d|\d\.\d{3}|<NA>|\bNone\b", text)
    assert "\u22120.0 " not in text and "+0.0 " not in text


def test_an_ambiguous_band_with_no_number_is_said_in_words() -> None:
    r = report(
        both("RZ1", "ind5", 2025, (1, 9), (2, 9)), missing("RZ1", "ind1", 2025, group=COMPARISON, stratum=BANDS[0])
    )
    table = r.band_table()
    assert table is not None
    assert table.rows == (("Non-clinical, Band 2", "suppressed", "not known"),)
    assert "1, 2" in str(r.glance())  # nothing of indicator 1 can be shown


def test_a_profile_of_every_trust_can_be_told() -> None:
    for code in ("RZ1", "RZ2", "RZ3"):
        text = every_text(report(EVERYTHING, code=code, year=2025))
        assert f"code {code}" in text
        assert np.char.count(text, "..") == 0
