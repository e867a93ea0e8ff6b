"""Table 4 of the monthly sickness workbook: rates by organisation and month."""

import pandas as pd
import pytest
from workbooks import one, read, source, write_xlsx

from wres_analysis.errors import InputError
from wres_analysis.sources.sickness_workbook import READERS

pytestmark = pytest.mark.unit

(READER,) = READERS
TITLE = [
    ["NHS Sickness Absence Rates, April 2022"],
    [],
    ["Table 4: Monthly NHS Sickness Absence rates by Organisation (%)"],
]
HEAD = [
    "NHSE Region name",
    "NHSE code",
    "Organisation name",
    "Org\ncode",
    "April    2013",
    "May\n2013",
    "June 2013 ",
    "",
]
REGION = ["London", "Y56", "All organisations", "Y56", 3.2, 3.3, 3.4]
RZA = ["London", "Y56", "Fictional  A", "RZA", 3.73, ".", None]
NOTES = [[], ["Source: Electronic Staff Record"], ['"." denotes not applicable.']]


def workbook(folder, *rows, title=TITLE, head=HEAD, name="Table 4"):
    table = [["Table 4: Monthly rates by Organisation (%)"], [], head, *(rows or (REGION, RZA)), *NOTES]
    sheets = {"Title sheet": title, "Notes and definitions": [["Notes"]], "Table 1": [["Table 1"]], name: table}
    return write_xlsx(folder / "book.xlsx", sheets)


def test_every_month_of_every_organisation(tmp_path):
    reading = read(READER, workbook(tmp_path))
    rows = reading.observations
    assert list(rows["org_code"]) == ["RZA"] * 3
    assert list(rows["status"]) == ["observed", "not_applicable", "suppressed"]
    assert list(rows["period_end"]) == list(pd.to_datetime(["2013-04-30", "2013-05-31", "2013-06-30"]))
    assert list(rows["source_cell"]) == ["Table 4!E5", "Table 4!F5", "Table 4!G5"]
    first = rows.iloc[0]
    assert (first["value"], first["flags"], first["vintage"], first["unit"]) == (
        3.73,
        "rate_only",
        "2022-04",
        "percent",
    )
    assert rows[["numerator", "denominator", "effective_base"]].isna().all(axis=None)
    (tally,) = reading.tallies
    assert (tally.rows, tally.kept, tally.suppressed, tally.excluded) == (1, 1, 1, 0)
    assert tally.skipped == {
        "row of a whole region ('All organisations')": 1,
        "blank row or note": 3,
        "not applicable": 1,
    }
    seen = one(reading.organisations)
    assert (seen["org_code"], seen["org_name"], seen["region"]) == ("RZA", "Fictional A", "London")
    assert (seen["as_of"], seen["source_cell"]) == (pd.Timestamp(2013, 6, 30), "Table 4!D5")


def test_bad_cells_are_excluded_and_quoted(tmp_path):
    rows = read(READER, workbook(tmp_path, ["London", "Y56", "A", "RZA", "3.x", 120, "4.5"])).observations
    assert list(rows["status"]) == ["excluded", "excluded", "observed"]
    assert list(rows["reason"]) == ["'3.x' is not a number", "120 is outside the possible range 0 to 100", ""]
    assert rows["value"].iloc[2] == 4.5
    assert list(rows["flags"]) == ["", "", "rate_only"]


def test_codes_are_kept_as_published_and_a_missing_one_is_excluded(tmp_path):
    reading = read(READER, workbook(tmp_path, [*RZA[:3], "RYK-X", 1, 2, 3], [*RZA[:3], "", 4, 5, 6]))
    rows = reading.observations
    assert list(rows["org_code"].unique()) == ["RYK-X", ""]
    assert set(rows.loc[rows["org_code"] == "", "reason"]) == {"there is no organisation code"}
    assert reading.tallies[0].excluded == 3
    assert list(reading.organisations["org_code"]) == ["RYK-X"]


def test_an_organisation_listed_under_two_regions(tmp_path):
    other = ["Midlands", "Y60", "Fictional A", "RZA", ".", 4.0, "."]
    reading = read(READER, workbook(tmp_path, [*RZA[:4], 3.0, ".", "."], other))
    rows = reading.observations.set_index("period_end")
    assert sorted(rows.index.month) == [4, 5, 6]
    assert rows["status"].sort_index().tolist() == ["observed", "observed", "not_applicable"]
    assert reading.tallies[0].skipped["not applicable, RZA being listed twice"] == 3


def test_columns_that_are_no_month_are_named(tmp_path):
    head = [*HEAD[:5], "202", "", ""]
    reading = read(READER, workbook(tmp_path, [*RZA[:4], 1, 2, 3], head=head))
    assert list(reading.observations["value"]) == [1]
    assert reading.tallies[0].skipped["column F: its heading '202' is no month"] == 1
    assert reading.tallies[0].skipped["column G: it has values and no heading"] == 1


@pytest.mark.parametrize(("place", "heading"), [(0, "NHSE Region name"), (3, "Org code"), (2, "Organisation name")])
def test_a_renamed_heading_is_named(tmp_path, place, heading):
    head = [*HEAD]
    head[place] = "Something"
    file = source(workbook(tmp_path, head=head))
    assert READER.recognise(file)
    with pytest.raises(InputError) as error:
        READER.read(file)
    (problem,) = error.value.problems
    assert (problem.file, problem.sheet, problem.row, problem.column) == ("book.xlsx", "Table 4", 3, heading)


def test_without_months(tmp_path):
    with pytest.raises(InputError, match="row 3: No column is headed by a month"):
        READER.read(source(workbook(tmp_path, head=[*HEAD[:4], "x", "y", "z"])))


def test_without_its_table(tmp_path):
    file = source(workbook(tmp_path, name="Tabelle 4"))
    assert READER.recognise(file)
    with pytest.raises(InputError, match="sheet 'Table 4': The sheet is missing"):
        READER.read(file)


def test_a_title_without_a_month_and_other_workbooks(tmp_path):
    assert not READER.recognise(source(workbook(tmp_path, title=[["NHS Workforce Statistics, April 2022"]])))
    with pytest.raises(InputError, match="The title names no month"):
        READER.read(source(workbook(tmp_path, title=[["NHS Sickness Absence Rates, Aprel 2022"]])))
    by_reason = {"Title": [["NHS Sickness Absence Rates, April 2022"]], "Reasons": [["REASON"]]}
    assert not READER.recognise(source(write_xlsx(tmp_path / "reason.xlsx", by_reason)))


def test_a_workbook_cut_short_is_named(tmp_path):
    path = workbook(tmp_path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"book\.xlsx: The workbook cannot be opened .* cut short"):
        READER.recognise(source(path))
