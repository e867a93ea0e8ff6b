"""The National Quarterly Pulse Survey: quarter from the title, scores by trust, England's own row."""

import pandas as pd
import pytest
from workbooks import one, read, source, write_xlsx

from wres_analysis.errors import InputError
from wres_analysis.sources.nqps import READERS

pytestmark = pytest.mark.unit

(READER,) = READERS
SHEET = "Engagement Score Breakdown"
TITLE = "National Quarterly Pulse Survey Data - Q4 2021-22"
HEAD = [
    *("Region Code", "Region Name", "STP Code", "STP Name", "Org Code", "Org Name", "Care Setting"),
    *("Total Responses", "HSCIC Workforce Headcount", "Engagement\nScore", "Advocacy", "Involvement", "Motivation"),
]
LONDON = ["Y56", "LONDON COMMISSIONING REGION", "QMF", "East London"]
ENGLAND = ["", "", "", "", "", "", "England", 1000, 9000, 6.7, 6.8, 6.5, 6.9]
RZA = [*LONDON, "RZA", "FICTIONAL A", "Acute Trusts", 50, 600, 6.25, 6, 6.5, "-"]


def workbook(folder, *rows, title=TITLE, head=HEAD, name=SHEET, above=6):
    table = [*[[]] * above, head, [], *(rows or (ENGLAND, RZA))]
    part = [[]] * 6 + [[*HEAD[:9], "Advocacy Score"], [], [*RZA[:9], 6]]
    sheets = {"Notes": [[], [title]], "Summary": [[]], name: table}
    return write_xlsx(folder / "x.xlsx", sheets | dict.fromkeys(("Advocacy", "Involvement", "Motivation"), part))


@pytest.mark.parametrize("above", [0, 6, 9])
def test_scores_of_trusts_and_of_england(tmp_path, above):
    reading = read(READER, workbook(tmp_path, above=above))
    rows = reading.observations
    assert set(rows["org_code"]) == {"ENG", "RZA"}
    assert one(rows, org_code="ENG", stratum="all")["value"] == 6.7
    trust = one(rows, org_code="RZA", stratum="all")
    assert (trust["value"], trust["effective_base"], trust["unit"]) == (6.25, 50, "score")
    assert (trust["measure"], trust["vintage"]) == ("pulse_engagement", "2022-03")
    assert (trust["period_start"], trust["period_end"]) == (pd.Timestamp(2022, 1, 1), pd.Timestamp(2022, 3, 31))
    assert trust["source_cell"] == f"{SHEET}!J{above + 4}"
    motivation = one(rows, org_code="RZA", stratum="motivation")
    assert (motivation["status"], motivation["reason"]) == ("suppressed", "suppressed by the publisher")
    seen = one(reading.organisations)
    assert (seen["org_code"], seen["region"], seen["icb"]) == ("RZA", "London", "QMF")
    assert (seen["trust_type"], seen["org_name"]) == ("Acute Trusts", "FICTIONAL A")
    (tally,) = reading.tallies
    assert (tally.rows, tally.kept, tally.suppressed, tally.skipped) == (2, 7, 1, {"blank row": 1})


@pytest.mark.parametrize(
    ("title", "start", "end"),
    [
        ("Data - Q1 2022-23", "2022-04-01", "2022-06-30"),
        ("Data - Q2 2022/23", "2022-07-01", "2022-09-30"),
        ("Data - Q3 2022-2023", "2022-10-01", "2022-12-31"),
        ("Data - Q4 2023-24", "2024-01-01", "2024-03-31"),
    ],
)
def test_quarters_of_the_financial_year(tmp_path, title, start, end):
    row = read(READER, workbook(tmp_path, title=title)).observations.iloc[0]
    assert (row["period_start"], row["period_end"]) == (pd.Timestamp(start), pd.Timestamp(end))


@pytest.mark.parametrize("title", ["National Quarterly Pulse Survey", "Pulse Survey - Q5 2021-22", "Q4 2021-23"])
def test_without_a_quarter(tmp_path, title):
    with pytest.raises(InputError, match="sheet 'Notes': Neither this sheet nor the summary says which quarter"):
        READER.read(source(workbook(tmp_path, title=title)))


def test_cells_that_are_no_score(tmp_path):
    rows = read(READER, workbook(tmp_path, [*RZA[:9], "#REF!", "", 11, "NA"])).observations
    reasons = dict(zip(rows["stratum"], rows["reason"], strict=True))
    assert set(rows["status"]) == {"excluded"}
    assert reasons == {
        "all": "'#REF!' is not a number",
        "advocacy": "the cell is empty",
        "involvement": "11 is outside the possible range 0 to 10",
        "motivation": "'NA' is not a number",
    }
    assert rows["effective_base"].isna().all()


def test_a_nought_on_no_responses_is_no_score(tmp_path):
    row = one(read(READER, workbook(tmp_path, [*RZA[:7], 0, 600, 0, "-", "-", "-"])).observations, stratum="all")
    assert (row["status"], row["reason"]) == ("excluded", "a score that rests on no responses")


def test_rows_without_a_code_are_counted_by_name(tmp_path):
    selection = [*[""] * 6, "Selection (excluding suppressed data)", 10, 20, 5, 5, 5, 5]
    reading = read(READER, workbook(tmp_path, RZA, selection))
    label = "row without an organisation code (Selection (excluding suppressed data))"
    assert reading.tallies[0].skipped[label] == 1
    assert set(reading.observations["org_code"]) == {"RZA"}


@pytest.mark.parametrize("place", [2, 4, 6, 7, 9, 12])
def test_a_renamed_heading_is_named(tmp_path, place):
    head = [*HEAD]
    head[place] = "Renamed"
    file = source(workbook(tmp_path, head=head, title=f"{TITLE}"))
    assert READER.recognise(file)
    with pytest.raises(InputError) as error:
        READER.read(file)
    (problem,) = error.value.problems
    assert (problem.sheet, problem.row, problem.column) == (SHEET, 7, " ".join(HEAD[place].split()))


def test_renamed_sheets_are_found_and_other_workbooks_left_alone(tmp_path):
    assert len(read(READER, workbook(tmp_path, name="All scores")).observations) == 8
    assert not READER.recognise(
        source(write_xlsx(tmp_path / "o.xlsx", {"Notes": [["Staff Survey"]], "Advocacy": [[]]}))
    )
    with pytest.raises(InputError, match="No sheet has the headings of the engagement scores"):
        READER.read(source(write_xlsx(tmp_path / "p.xlsx", {"Notes": [[TITLE]], "Other": [["x"]]})))


def test_a_workbook_cut_short_is_named(tmp_path):
    path = workbook(tmp_path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"x\.xlsx: The workbook cannot be opened"):
        READER.recognise(source(path))
