"""The detailed spreadsheets: questions found by their words, every fault of every sheet named, no organisation lost."""

import numpy as np
import pandas as pd
import pytest
from workbooks import one, read, source, write_xlsx

from wres_analysis.errors import InputError
from wres_analysis.sources.nss_detailed import READERS

pytestmark = pytest.mark.unit

(READER,) = READERS
IDS = ["ODS code", "Organisation name", "Benchmarking group", "Region", "ICS", "Weighting"]
BASE = "Base (number of responses)"
HBA = (
    "Q14{} - In the last 12 months how many times have you personally experienced harassment, bullying or abuse at "
    "work from {}?"
)
OFTEN = ["% Never", "% 1-2", "% 3-5", "% 6-10", "% More than 10"]
WHITE = [
    "English / Welsh / Scottish / Northern Irish / British",
    "Irish",
    "Gypsy or Irish Traveller",
    "Any other White background",
]
OTHERS = [
    "% Mixed/Multiple ethnic background - White and Asian",
    "% Asian/Asian British - Indian",
    "% Any other ethnic group - Arab",
]
ETHNIC = [*(f"% White - {name}" for name in WHITE), *OTHERS]

#: Sheet -> question -> its options. The words and their order are the publisher's.
SHEETS = {
    "YOUR JOB Q1-3": {"Q1 - Do you have face-to-face contact with patients?": ["% Yes", "% No"]},
    "HEALTH WELLBEING SAFETY Q13-14": {
        HBA.format("a", "patients / service users, their relatives or other members of the public"): OFTEN,
        HBA.format("b", "managers"): OFTEN,
        HBA.format("c", "other colleagues"): OFTEN,
    },
    "HEALTH WELLBEING SAFETY Q15-17": {
        "Q15 - Does your organisation act fairly with regard to career progression / promotion, regardless of ethnic "
        "background, gender?": ["% Yes", "% No", "% Don't know"],
        "Q16a - In the last 12 months have you personally experienced discrimination at work from "
        "patients?": ["% Yes", "% No"],
        "Q16b - In the last 12 months have you personally experienced discrimination at work from "
        "manager / team leader or other colleagues?": ["% Yes", "% No"],
    },
    "BACKGROUND INFORMATION Q27-30": {
        "Q27a - Gender": ["% Female", "% Male"],
        "Q28 - What is your ethnic group?": ETHNIC,
    },
    "THEMES": {
        "Staff Engagement - Staff engagement": ["Staff Engagement - score"],
        "E_1 - Motivation": ["E_1 - score"],
        "E_2 - Involvement": ["E_2 - score"],
        "E_3 - Advocacy": ["E_3 - score"],
        "Morale - Morale": ["Morale - score"],
    },
}  # fmt: skip
#: R0A as published in 2024: 8,899 White and 4,111 other respondents of 13,010 who gave their ethnic group.
SHARES = [7500, 400, 9, 990, 1000, 3000, 111]
CODES = ("R0A", "R1F1", "G6V2S")


def sheet(questions, codes=CODES, year=2024, ids=IDS):
    top, head = [f"NHS Staff Survey {year} - WEIGHTED Results", *[None] * (len(ids) - 1)], list(ids)
    for question, options in questions.items():
        top += [question, *[None] * len(options)]
        head += [*options, BASE]
    rows = [top, ["Q"], ["Note: small numbers are replaced by '-'"], [], head]
    for code in codes:
        row = [code, f"Trust {code}", "Acute&Acute Community Trusts", "North West", "-", "Occupation Group"][: len(ids)]
        for options in questions.values():
            if options == ETHNIC:
                row += [100 * count / 13010 for count in SHARES] + [13010]
            elif len(options) == 1:
                row += [6.75, 12000]
            else:
                row += [80.25, *[5.0] * (len(options) - 1), 12000]
        rows.append(row)
    return rows


def workbook(folder, change=None, year=2024, codes=CODES):
    sheets = {"Notes": [["How to read"], ["x"]], **{n: sheet(q, year=year, codes=codes) for n, q in SHEETS.items()}}
    if change:
        change(sheets)
    return write_xlsx(folder / "anything.xlsx", sheets)


def rows_of(folder, change=None, **options):
    return read(READER, workbook(folder, change, **options)).observations


def problems_of(folder, change, **options):
    with pytest.raises(InputError) as caught:
        read(READER, workbook(folder, change, **options))
    return caught.value.problems


def test_the_questions_of_the_standards_are_found_by_their_words(tmp_path):
    rows = rows_of(tmp_path)
    assert rows.groupby(["measure", "group", "stratum"]).size().to_dict() == {
        ("engagement", "all", "advocacy"): 3,
        ("engagement", "all", "all"): 3,
        ("engagement", "all", "involvement"): 3,
        ("engagement", "all", "motivation"): 3,
        ("hba_colleagues", "all", "all"): 3,
        ("hba_managers", "all", "all"): 3,
        ("ind5", "all", "all"): 3,
        ("ind7", "all", "all"): 3,
        ("ind8", "all", "all"): 3,
        ("respondent_share", "bme", "all"): 3,
        ("respondent_share", "white", "all"): 3,
    }
    assert set(rows["org_code"]) == set(CODES)
    assert set(rows["period_start"]) == {pd.Timestamp(2024, 10, 1)}


def test_values_units_bases_and_addresses(tmp_path):
    rows = rows_of(tmp_path)
    never = one(rows, org_code="R0A", measure="ind5")
    assert (never["value"], never["effective_base"], never["unit"]) == (19.75, 12000, "percent")
    assert never["source_cell"] == "HEALTH WELLBEING SAFETY Q13-14!G6,L6"
    assert np.isnan(never["numerator"])  # weighted: no fraction of its base
    yes = one(rows, org_code="R1F1", measure="ind8")
    assert (yes["value"], yes["source_cell"]) == (80.25, "HEALTH WELLBEING SAFETY Q15-17!N7,P7")
    score = one(rows, org_code="G6V2S", measure="engagement", stratum="all")
    assert (score["value"], score["unit"], score["source_cell"]) == (6.75, "score", "THEMES!G8,H8")


def test_respondents_are_counted_exactly(tmp_path):
    rows = rows_of(tmp_path)
    white = one(rows, org_code="R0A", measure="respondent_share", group="white")
    bme = one(rows, org_code="R0A", measure="respondent_share", group="bme")
    assert (white["numerator"], white["denominator"]) == (8899, 13010)
    assert (bme["numerator"], bme["denominator"]) == (4111, 13010)
    assert white["value"] + bme["value"] == pytest.approx(100, abs=1e-9)
    assert white["flags"] == bme["flags"] == "counts_derived"
    assert white["source_cell"] == "BACKGROUND INFORMATION Q27-30!J6:M6,Q6"
    assert bme["source_cell"] == "BACKGROUND INFORMATION Q27-30!N6:P6,Q6"


def test_what_a_sheet_says_of_organisations(tmp_path):
    seen = read(READER, workbook(tmp_path)).organisations
    assert list(seen["org_code"]) == list(CODES)
    row = one(seen, org_code="R0A")
    assert (row["org_name"], row["region"], row["icb"]) == ("Trust R0A", "North West", "")
    assert (row["trust_type"], row["as_of"]) == ("Acute&Acute Community Trusts", pd.Timestamp(2024, 12, 31))
    assert row["source_cell"] == "HEALTH WELLBEING SAFETY Q13-14!A6"


def test_everything_not_read_is_counted(tmp_path):
    tallies = {t.sheet: t for t in read(READER, workbook(tmp_path)).tallies}
    assert tallies["Notes"].skipped == {"a sheet of notes": 1}
    assert tallies["YOUR JOB Q1-3"].skipped == {"questions that no standard uses": 1}
    assert tallies["HEALTH WELLBEING SAFETY Q15-17"].skipped == {"columns that no standard uses": 6}
    assert (tallies["THEMES"].rows, tallies["THEMES"].kept) == (3, 12)


@pytest.mark.parametrize(
    ("cell", "base", "status", "reason"),
    [
        ("-", "-", "suppressed", "suppressed by the publisher"),
        ("-", 12, "suppressed", "suppressed by the publisher"),
        (80.0, "-", "observed", ""),
        ("NA", 12, "excluded", "'NA' is not a number"),
        (None, 12, "excluded", "the cell is empty"),
        (101.0, 12, "excluded", "101 is outside the possible range 0 to 100"),
        (-1, 12, "excluded", "-1 is outside the possible range 0 to 100"),
        (80.0, "many", "excluded", "base: 'many' is not a number"),
        (True, 12, "excluded", "'True' is not a number"),
    ],
)
def test_a_cell_without_a_value_says_why(tmp_path, cell, base, status, reason):
    def change(sheets):
        sheets["HEALTH WELLBEING SAFETY Q15-17"][5][6] = cell
        sheets["HEALTH WELLBEING SAFETY Q15-17"][5][9] = base

    row = one(rows_of(tmp_path, change), org_code="R0A", measure="ind7")
    assert (row["status"], row["reason"]) == (status, reason)
    assert np.isfinite(row["value"]) == (status == "observed")


@pytest.mark.parametrize(
    ("cell", "base", "status", "reason"),
    [
        ("-", 13010, "suppressed", "suppressed by the publisher"),
        ("x", 13010, "excluded", "'x' is not a number"),
        (50.0, "x", "excluded", "'x' is not a number"),
        (50.0, 0, "not_applicable", "nobody answered"),
    ],
)
def test_one_bad_ethnic_group_spoils_both_shares(tmp_path, cell, base, status, reason):
    """Text is excluded, not called suppressed; the other group's count would be the rest of a hundred."""

    def change(sheets):
        sheets["BACKGROUND INFORMATION Q27-30"][5][10] = cell
        sheets["BACKGROUND INFORMATION Q27-30"][5][16] = base

    rows = rows_of(tmp_path, change)
    for group in ("white", "bme"):
        row = one(rows, org_code="R0A", measure="respondent_share", group=group)
        assert (row["status"], row["reason"]) == (status, reason)
        assert row[["value", "numerator", "denominator"]].isna().all()
    assert one(rows, org_code="R1F1", measure="respondent_share", group="bme")["numerator"] == 4111


def test_percentages_that_are_no_counts_claim_none(tmp_path):
    def change(sheets):
        sheets["BACKGROUND INFORMATION Q27-30"][5][9:13] = [60.001, 3.0, 0.1, 7.0]

    row = one(rows_of(tmp_path, change), org_code="R0A", measure="respondent_share", group="white")
    assert np.isnan(row["numerator"])
    assert (row["status"], row["flags"]) == ("observed", "")


def test_a_row_without_a_code_in_the_middle_loses_itself_and_no_other(tmp_path):
    def change(sheets):
        sheets["THEMES"][6][0] = None
        sheets["THEMES"] += [[], ["Source: NHS Staff Survey"]]

    reading = read(READER, workbook(tmp_path, change))
    rows = reading.observations
    assert list(rows[(rows["measure"] == "engagement") & (rows["stratum"] == "all")]["org_code"]) == ["R0A", "G6V2S"]
    tally = next(t for t in reading.tallies if t.sheet == "THEMES")
    assert (tally.rows, tally.skipped["rows without a code and a name"]) == (2, 2)


def test_another_order_and_number_of_columns_is_read_by_the_headings(tmp_path):
    def change(sheets):
        for name, questions in SHEETS.items():
            rows = sheet(questions)
            for row in rows:
                row.insert(0, "extra" if row and row[0] == "ODS code" else None)
            rows[0][0], rows[0][1] = rows[0][1], None
            sheets[name] = rows

    row = one(rows_of(tmp_path, change), org_code="R0A", measure="ind7")
    assert (row["value"], row["source_cell"]) == (80.25, "HEALTH WELLBEING SAFETY Q15-17!H6,K6")


def test_the_board_column_of_2021_is_known_too(tmp_path):
    def change(sheets):
        for name in SHEETS:
            sheets[name][4][4] = "ICS/STP"
            sheets[name][5][4] = "QOP"

    seen = read(READER, workbook(tmp_path, change, year=2021)).organisations
    assert list(seen["icb"]) == ["QOP", "", ""]


def test_every_fault_of_every_sheet_is_named_at_once(tmp_path):
    def change(sheets):
        sheets["THEMES"][4][6] = "Engagement"  # a renamed option
        sheets["THEMES"][4][9] = "Bases"  # a renamed base
        sheets["HEALTH WELLBEING SAFETY Q15-17"][4][0] = "Code"  # no row of headings
        sheets["HEALTH WELLBEING SAFETY Q13-14"][4][3] = "Area"  # a renamed id column
        sheets["BACKGROUND INFORMATION Q27-30"][0][9] = "Q28 - Your ethnicity"  # a renamed question

    told = [(p.sheet, p.row, p.column) for p in problems_of(tmp_path, change)]
    assert told == [
        ("HEALTH WELLBEING SAFETY Q13-14", 5, "Region"),
        ("HEALTH WELLBEING SAFETY Q15-17", 5, "ODS code"),
        ("THEMES", 5, "Staff Engagement - score"),
        ("THEMES", 5, "Base (number of responses)"),
        ("", 1, "% White - ..."),
    ]


@pytest.mark.parametrize("lost", [name for name in SHEETS if name != "YOUR JOB Q1-3"])
def test_a_missing_sheet_is_an_error_that_names_its_questions(tmp_path, lost):
    problems = problems_of(tmp_path, lambda sheets: sheets.pop(lost))
    wanted = {"THEMES": 4, "HEALTH WELLBEING SAFETY Q13-14": 3, "HEALTH WELLBEING SAFETY Q15-17": 2}.get(lost, 1)
    assert len(problems) == wanted
    assert all("No sheet has the question" in p.what and p.file == "anything.xlsx" for p in problems)


@pytest.mark.parametrize("old", WHITE)
def test_white_groups_under_another_name_are_no_ethnic_minority(tmp_path, old):
    """A heading that no longer begins '% White -' would otherwise move its people into the other group."""

    def change(sheets):
        head = sheets["BACKGROUND INFORMATION Q27-30"][4]
        head[head.index(f"% White - {old}")] = f"% {old}"

    (problem,) = problems_of(tmp_path, change)
    assert (problem.sheet, problem.row) == ("BACKGROUND INFORMATION Q27-30", 5)
    assert "4 White groups" in problem.what


def test_a_survey_before_weighting_is_counted_and_not_read(tmp_path):
    reading = read(READER, workbook(tmp_path, year=2020))
    assert len(reading.observations) == 0
    assert {reason for t in reading.tallies for reason in t.skipped} == {
        "a survey before 2021: not weighted, so not comparable with later ones"
    }


@pytest.mark.parametrize(
    "sheets",
    [
        {"Data": [["ODS code", "x"], ["R0A", 1]]},
        {"THEMES": [["something else"], ["x"]]},
        {"Notes": [["NHS Staff Survey 2024"]], "Data": [["x"]]},
        {"THEMES": []},
    ],
)
def test_other_workbooks_are_not_taken_for_it(tmp_path, sheets):
    assert not READER.recognise(source(write_xlsx(tmp_path / "x.xlsx", sheets)))


def test_text_is_not_taken_for_it(tmp_path):
    path = tmp_path / "NSS24 detailed spreadsheets organisational results.csv"
    path.write_text("NHS Staff Survey 2024\n")
    assert not READER.recognise(source(path))
