"""Submissions: shares from counts, totals only where every row is there, and every kind of bad cell named."""

import datetime as dt
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from workbooks import one, read, source, write_xlsx

from wres_analysis.errors import InputError
from wres_analysis.resources import share
from wres_analysis.sources.submission_cells import read_year
from wres_analysis.sources.submission_layout import BANDS, BANDS_OF, BOARD, FLOWS, INSTRUCTIONS, TITLE, WORKFORCE
from wres_analysis.sources.submission_template import EXAMPLE_NAME, TEMPLATE_NAME, write_example, write_template
from wres_analysis.sources.wres_submission import READERS
from wres_analysis.standards import load_standard

pytestmark = pytest.mark.unit

(READER,) = READERS
END = dt.date(2025, 3, 31)
A = ["RZA", "Fictional A"]
STAFF = [
    [*A, END, "Non-clinical", "Band 5", 60, 20, 5],
    [*A, END, "Clinical", "Band 8a", 30, 10, 0],
    [*A, END, "Medical and dental", "Consultant", 10, 30, 1],
]
# KMPT, 2019: 9 of 725 BME and 17 of 2,505 White staff; its page prints 1.7.
CASES = [[*A, END, 3, 2505, 17, 725, 9, 70, 0, 1.7]]
SEATS = [[*A, END, "Total", 9, 2, 1], [*A, END, "Voting", 7, 1, 0], [*A, END, "Executive", 4, 1, 0]]


def workbook(path, staff=STAFF, cases=CASES, seats=SEATS, **change):
    sheets = {
        INSTRUCTIONS: [[TITLE], ["How to fill it in"]],
        WORKFORCE.sheet: [["Title"], [], list(WORKFORCE.headings), *staff],
        FLOWS.sheet: [["Title"], [], list(FLOWS.headings), *cases],
        BOARD.sheet: [["Title"], [], list(BOARD.headings), *seats],
        **change,
    }
    return write_xlsx(path / "any name.xlsx", {name: rows for name, rows in sheets.items() if rows is not None})


def rows_of(path, **change):
    return read(READER, workbook(path, **change)).observations


def test_indicator_1_is_a_share_of_known_ethnicity(tmp_path):
    rows = rows_of(tmp_path)
    bme = one(rows, measure="ind1", group="bme", stratum="non_clinical|band_5")
    assert (bme["numerator"], bme["denominator"], bme["value"]) == (20, 80, 25)
    assert bme["period_start"] == bme["period_end"] == pd.Timestamp(END)
    assert bme["source_cell"] == "Indicator 1!G4,F4" and bme["vintage"] == "submission"
    unknown = one(rows, measure="ind1", group="unknown", stratum="non_clinical|band_5")
    assert (unknown["numerator"], unknown["denominator"]) == (5, 85)
    assert set(rows.loc[rows["measure"] == "ind1", "stratum"]) == {
        "non_clinical|band_5",
        "clinical|band_8a",
        "medical_and_dental|consultant",
    }


def test_headcount_and_workforce_share_are_sums_of_all_rows(tmp_path):
    rows = rows_of(tmp_path)
    counts = {g: one(rows, measure="headcount", group=g) for g in ("white", "bme", "unknown", "all")}
    assert {g: row["value"] for g, row in counts.items()} == {"white": 100, "bme": 60, "unknown": 6, "all": 166}
    assert counts["all"]["unit"] == "count" and counts["all"]["source_cell"] == "Indicator 1!F4:H6"
    bme = one(rows, measure="workforce_share", group="bme")
    assert (bme["numerator"], bme["denominator"], bme["value"]) == (60, 160, 37.5)


def test_the_flows_have_their_pools_and_the_printed_ratio_beside(tmp_path):
    rows = rows_of(tmp_path)
    bme, white = (one(rows, measure="ind3", group=g) for g in ("bme", "white"))
    assert (bme["numerator"], bme["denominator"]) == (9, 725)
    assert round(bme["value"] / white["value"], 2) == 1.83  # as recomputed in the published case
    assert (bme["period_start"], bme["period_end"]) == (pd.Timestamp(2024, 4, 1), pd.Timestamp(END))
    printed = one(rows, measure="ind3", group="all")
    assert (printed["stratum"], printed["value"], printed["unit"]) == ("published_ratio", 1.7, "ratio")


def test_the_board_has_three_strata_that_the_standard_knows(tmp_path):
    rows = rows_of(tmp_path)
    board = rows[(rows["measure"] == "ind9") & (rows["group"] == "bme")].set_index("stratum")
    assert set(board.index) == set(load_standard().indicators["ind9"].strata)
    assert board.loc["board_voting", "value"] == 12.5
    assert board.loc["board_total", "denominator"] == 11


def test_masked_and_unsubmitted_cells_say_so_and_totals_are_not_made_of_the_rest(tmp_path):
    b = ["RZB", "Fictional B", 2025]
    staff = [*STAFF, [*b, "Clinical", "VSM", "*", 4, 0], [*b, "Clinical", "Band 5", 10, 4, 0]]
    staff += [["RZC", "C", 2025, "Clinical", "VSM", "not  submitted", 4, 0], [*A, 2024, "Clinical", "VSM", 1, 2, ""]]
    rows = rows_of(tmp_path, staff=staff)
    vsm = one(rows, org_code="RZB", measure="ind1", group="bme", stratum="clinical|vsm")
    assert vsm["status"] == "suppressed" and pd.isna(vsm["value"]) and pd.isna(vsm["numerator"])
    white = one(rows, org_code="RZB", measure="headcount", group="white")
    assert white["status"] == "suppressed" and "1 of 2 rows" in white["reason"] and "row 7" in white["reason"]
    assert one(rows, org_code="RZB", measure="headcount", group="bme")["value"] == 8
    assert one(rows, org_code="RZB", measure="workforce_share", group="bme")["status"] == "suppressed"
    assert one(rows, org_code="RZC", measure="headcount", group="all")["status"] == "not_submitted"
    blank = one(rows, org_code="RZA", measure="ind1", group="unknown", stratum="clinical|vsm")
    assert (blank["status"], blank["reason"]) == ("not_submitted", "the cell is empty")
    assert one(rows, org_code="RZA", measure="ind1", group="bme", stratum="clinical|vsm")["value"] == pytest.approx(
        200 / 3
    )


def test_bad_cells_are_excluded_with_flag_and_reason(tmp_path):
    cases = [
        [*A, END, 2, 100, 120, "many", 3, 10, 1],
        [*A, 202, 4, 100, 10, 50, 3, 10, 1],
        ["", "Nobody", END, 4, 100, 10, 50, 3, 10, 1],
        [*A, END, 4, 100, 10.5, 50, 3, 10, 1],
        [*A, END, 7, 100, 10, 50, 3, 10, 1],
    ]
    got = read(READER, workbook(tmp_path, cases=cases))
    rows = got.observations[got.observations["measure"].isin(["ind2", "ind4"])]
    assert "more people with the event" in one(rows, measure="ind2", group="white")["reason"]
    text = one(rows, measure="ind2", group="bme")
    assert (text["flags"], text["reason"]) == ("text_in_number", "'many' is not a number")
    year = rows[rows["flags"] == "bad_year"]
    assert len(year) == 3 and year["period_end"].isna().all() and year["reason"].str.contains("'202' is not").all()
    nobody = rows[rows["org_code"] == ""]
    assert set(nobody["flags"]) == {"unknown_code"} and set(nobody["status"]) == {"excluded"}
    half = rows[rows["source_cell"].str.endswith("F7,E7")]
    assert list(half["reason"]) == ["10.5 is not a whole number"]
    tally = next(t for t in got.tallies if t.sheet == FLOWS.sheet)
    assert tally.rows == 5 and tally.skipped == {"row 8: '7' is no indicator of the template": 1}
    assert tally.kept == 3 and tally.excluded == 9  # unknown of row 4; BME and unknown of row 7


def test_a_half_case_marks_a_rolling_average_in_indicator_3_only(tmp_path):
    rows = rows_of(tmp_path, cases=[[*A, END, 3, 1000, 12.5, 200, 4, 10, 0], [*A, 2024, 3, 1000, 12.3, 200, 4, 10, 0]])
    half = one(rows, measure="ind3", group="white", period_end=pd.Timestamp(END))
    assert (half["status"], half["flags"], half["value"]) == ("observed", "rolling_average", 1.25)
    assert one(rows, measure="ind3", group="bme", period_end=pd.Timestamp(END))["flags"] == ""
    assert "12.3" in one(rows, measure="ind3", group="white", period_end=pd.Timestamp(2024, 3, 31))["reason"]


def test_an_empty_pool_has_no_rate(tmp_path):
    rows = rows_of(tmp_path, cases=[[*A, END, 4, 100, 10, 0, 0, 0, 1]])
    assert one(rows, measure="ind4", group="bme")["status"] == "not_applicable"
    assert one(rows, measure="ind4", group="unknown")["status"] == "excluded"


@pytest.mark.parametrize(
    ("cell", "value", "status", "flags"),
    [
        ("1.54%", 1.54, "observed", "unit_error"),  # as one trust printed its indicator 2
        (" 1.25 ", 1.25, "observed", ""),
        ("*", None, "suppressed", ""),
        ("Not submitted", None, "not_submitted", ""),
        ("about one", None, "excluded", "text_in_number"),
    ],
)
def test_printed_ratios(tmp_path, cell, value, status, flags):
    row = one(rows_of(tmp_path, cases=[[*CASES[0][:-1], cell]]), stratum="published_ratio")
    assert (row["status"], row["flags"]) == (status, flags)
    assert pd.isna(row["value"]) if value is None else row["value"] == value


def test_rows_that_are_there_twice(tmp_path):
    staff = [*STAFF, STAFF[0], [*STAFF[1][:-1], 7]]
    got = read(READER, workbook(tmp_path, staff=staff))
    rows = got.observations
    assert one(rows, measure="ind1", group="bme", stratum="non_clinical|band_5")["value"] == 25
    double = rows[rows["stratum"] == "clinical|band_8a"]
    assert len(double) == 6 and set(double["flags"]) == {"duplicate_organisation"} and double["value"].isna().all()
    tally = next(t for t in got.tallies if t.sheet == WORKFORCE.sheet)
    assert tally.skipped == {"the same row again, with the same numbers": 1}
    assert one(rows, measure="headcount", group="all")["status"] == "excluded"


def test_a_row_whose_year_is_lost_spoils_the_totals_it_may_belong_to(tmp_path):
    lost = [*A, 202, "Clinical", "VSM", 5, 5, 0]
    rows = rows_of(tmp_path, staff=[*STAFF, lost])
    total = one(rows, measure="headcount", group="all")
    assert total["status"] == "excluded" and "year of row 7" in total["reason"]
    whole_year = [[*A, 202, *row[3:]] for row in STAFF]  # a whole year mistyped is no part of the other
    assert one(rows_of(tmp_path, staff=[*STAFF, *whole_year]), measure="headcount", group="all")["value"] == 166


def test_an_unknown_band_is_excluded_and_spoils_the_totals(tmp_path):
    rows = rows_of(tmp_path, staff=[*STAFF, [*A, END, "Clinical", "Band 10", 5, 5, 0]])
    strange = rows[rows["stratum"] == "clinical|Band 10"]
    assert set(strange["reason"]) == {"'Band 10' is no band of the template"} and set(strange["flags"]) == {
        "unknown_row"
    }
    assert one(rows, measure="headcount", group="all")["status"] == "excluded"


def test_a_blank_line_ends_nothing(tmp_path):
    rows = rows_of(tmp_path, staff=[STAFF[0], [], ["", "", "", "Clinical", "VSM"], *STAFF[1:]])
    total = one(rows, measure="headcount", group="all")
    assert total["value"] == 166 and total["source_cell"] == "Indicator 1!F4:H4,F7:H8"


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        (dt.date(2025, 3, 31), 2025),
        (dt.datetime(2025, 3, 31), 2025),
        ("31/03/2025", 2025),
        (" 2025-03-31 ", 2025),
        (2025.0, 2025),
        ("2025", 2025),
        (dt.date(1905, 7, 17), 2025),  # what Excel makes of 2025 in a cell formatted as a date
        (202.0, None),
        ("202", None),
        (dt.date(1900, 7, 20), None),  # the same of 202
        ("2024/25", None),
        (dt.date(2025, 4, 1), None),
        ("", None),
    ],
)
def test_years(cell, year):
    found, reason = read_year(cell)
    assert found == year and bool(reason) == (year is None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {INSTRUCTIONS: [["WRES submission template, version 2"]]},
            r"sheet 'Instructions', row 1, column 'A'.*version 2",
        ),
        ({"Indicator 9": None}, r"sheet 'Indicator 9': The sheet is missing"),
        ({"Indicator 9": [[], [], ["Organisation code", "White"]]}, r"sheet 'Indicator 9', row 3, column 'BME'"),
        ({"Indicator 9": []}, r"sheet 'Indicator 9', row 3, column 'Organisation code'"),
    ],
)
def test_damage_is_named(tmp_path, change, message):
    with pytest.raises(InputError, match=rf"any name\.xlsx, {message}"):
        read(READER, workbook(tmp_path, **change))


def test_it_is_known_without_its_instructions_and_other_workbooks_are_not(tmp_path):
    assert READER.recognise(source(workbook(tmp_path, **{INSTRUCTIONS: None})))
    assert not READER.recognise(source(write_xlsx(tmp_path / "a.xlsx", {"Indicator 1": [["a"]]})))


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(("write", "name"), [(write_template, TEMPLATE_NAME), (write_example, EXAMPLE_NAME)])
def test_the_shipped_files_are_what_the_writer_writes(tmp_path, write, name):
    one, two = write(tmp_path / "1.xlsx"), write(tmp_path / "2.xlsx")
    assert one.read_bytes() == two.read_bytes()
    # Compared part by part, because a zip's bytes also depend on the compression library.
    assert members(one) == members(share("data", "reference", name))


def test_the_empty_template_is_read_as_empty():
    got = read(READER, share("data", "reference", TEMPLATE_NAME))
    assert len(got.observations) == 0 and len(got.organisations) == 0
    assert {t.sheet: t.skipped.get("rows that are not filled in", 0) for t in got.tallies} == {
        INSTRUCTIONS: 0,
        WORKFORCE.sheet: sum(map(len, BANDS_OF.values())),
        FLOWS.sheet: 3,
        BOARD.sheet: 3,
    }


def test_the_example_is_read_as_the_numbers_that_stand_in_it():
    """Add up the example's cells by pandas alone, and compare."""
    path = share("data", "reference", EXAMPLE_NAME)
    rows = read(READER, path).observations
    end = pd.Timestamp(2024, 3, 31)
    book = {sheet: pd.read_excel(path, sheet, header=2, engine="calamine") for sheet in (WORKFORCE.sheet, FLOWS.sheet)}
    staff, flows = (sheet[sheet["Organisation code"] == "R8X"] for sheet in book.values())
    staff = staff[staff["Snapshot date"] == 2024]
    assert len(staff) == 31
    head = one(rows, org_code="R8X", measure="headcount", group="bme", period_end=end)
    assert head["value"] == staff["BME"].sum() == 1574
    flow = one(flows, **{"Year end": 2024, "Indicator": 2})
    shown = one(rows, org_code="R8X", measure="ind2", group="bme", period_end=end)
    assert shown["denominator"] == flow["BME: number in the pool"] == 944
    assert shown["numerator"] == flow["BME: number with the event"] == 151
    printed = one(rows, org_code="R8X", measure="ind2", group="all", period_end=end)
    assert printed["value"] == flow["Ratio as published (optional)"] == round((525 / 2188) / (151 / 944), 2)
    assert rows["status"].value_counts().to_dict() == {"observed": 706, "not_submitted": 9, "suppressed": 1}
    assert rows["flags"].str.contains("rolling_average").sum() == 4


def test_every_band_of_the_lists_is_a_band():
    assert {band for bands in BANDS_OF.values() for band in bands} == set(BANDS)
