"""The national workforce by ethnic group: what is a share of what."""

import datetime as dt

import pandas as pd
import pytest
from workbooks import one, read, source, write_xlsx

from wres_analysis.errors import InputError
from wres_analysis.sources.workforce_ethnicity import READERS

pytestmark = pytest.mark.unit

(READER,) = READERS
HEAD = ["Time", "Ethnicity", "Ethnicity_type", "Staff_Group", "Role_Group", "Grade", "Value"]
JUNE = dt.date(2022, 6, 1)
EVERYBODY = "All - Including Unknown, Not Stated And Discontinued Codes"
#: 100 people of known ethnicity, nobody Chinese; 125 with those whose ethnicity is not known.
COUNTS = {
    **{"All": 100, "White": 60, "Asian": 20, "Black": 10, "Mixed": 6, "Other": 4},
    **{EVERYBODY: 125, "Unknown & Not Stated": 20, "Discontinued Codes": 5},
}


def rows_for(role="Midwives", grade="All Grades", time=JUNE, **changed):
    counts = COUNTS | changed
    return [
        [time, name, "ONS 6+1", "Clinical", role, grade, count] for name, count in counts.items() if count is not None
    ]


def workbook(folder, *rows, head=HEAD):
    return write_xlsx(folder / "x.xlsx", {"data": [head, *rows]})


def observed(folder, *rows):
    return read(READER, workbook(folder, *rows)).observations


def test_shares_of_staff_of_known_ethnicity(tmp_path):
    reading = read(READER, workbook(tmp_path, *rows_for()))
    rows = reading.observations[reading.observations["stratum"] == "Clinical|Midwives|All Grades"]
    shares = dict(zip(rows["group"], rows["value"], strict=True))
    assert shares == {
        **{"white": 60, "bme": 40, "asian": 20, "black": 10, "mixed": 6, "other": 4},
        **{"unknown": 16, "discontinued": 4},  # of everybody, 125
    }
    white, bme = one(rows, group="white"), one(rows, group="bme")
    assert (white["numerator"], white["denominator"], white["org_code"]) == (60, 100, "ENG")
    assert (white["source_cell"], white["flags"], white["unit"]) == ("data!G3,G2", "", "percent")
    assert (bme["numerator"], bme["source_cell"], bme["flags"]) == (40, "data!G2,G3", "derived")
    assert one(rows, group="unknown")["denominator"] == 125
    assert set(rows["period_end"]) == {pd.Timestamp(2022, 6, 30)}
    assert set(rows["vintage"]) == {"2022-06"}
    (tally,) = reading.tallies
    assert (tally.rows, tally.kept, tally.excluded) == (9, 8 + 9, 0)
    assert tally.skipped == {"row of a total, used as a denominator": 2}


def test_the_whole_workforce_is_the_role_groups_at_all_grades(tmp_path):
    managers = rows_for("Managers", All=200, White=160)
    graded = rows_for("Managers", "Band 7", All=50, White=10)
    rows = observed(tmp_path, *rows_for(), *managers, *graded)
    bme = one(rows, group="bme", stratum="all")
    assert (bme["numerator"], bme["denominator"]) == (80, 300)
    assert bme["flags"] == "derived sum_of_role_groups"
    assert bme["source_cell"] == "data!G3,G12,G2,G11"
    assert one(rows, group="chinese", stratum="all")["value"] == 0
    assert one(rows, group="bme", stratum="Clinical|Managers|Band 7")["value"] == 80


def test_a_group_without_white_staff(tmp_path):
    row = one(observed(tmp_path, *rows_for(All=40, White=None)), group="bme", stratum="Clinical|Midwives|All Grades")
    assert (row["value"], row["source_cell"]) == (100, "data!G2")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (rows_for(White=61), "the ethnic groups add up to 101, the row 'All' says 100"),
        (rows_for(Asian="x"), "Value: 'x' is not a number"),
        (rows_for(Asian=-20), "Value: -20 is outside the possible range"),
        (rows_for(time="202"), "Time: the cell names no month"),
        ([*rows_for(), rows_for()[0]], "the same month, role, grade and ethnic group twice"),
        (rows_for(All=None), "the ethnic groups add up to 100, the row 'All' says 0"),
    ],
)
def test_what_does_not_fit_is_excluded_and_not_added(tmp_path, rows, words):
    found = observed(tmp_path, *rows)
    assert set(found["status"]) == {"excluded"}
    assert found["reason"].str.startswith(words).all()
    assert "all" not in set(found["stratum"])
    assert found["value"].isna().all()


def test_other_classifications_are_counted_by_name(tmp_path):
    extra = [JUNE, "Bangladeshi", "ONS 18+1", "Clinical", "Midwives", "All Grades", 3]
    reading = read(READER, workbook(tmp_path, *rows_for(), extra))
    assert reading.tallies[0].skipped["row of a group that is none of the six ('Bangladeshi')"] == 1


def test_the_same_table_as_text(tmp_path):
    path = tmp_path / "x.csv"
    lines = [HEAD, *[["2022-06-01", f'"{row[1]}"', *row[2:]] for row in rows_for()]]
    path.write_text("\n".join(",".join(map(str, line)) for line in lines), encoding="utf-8-sig")
    row = one(read(READER, path).observations, group="bme", stratum="all")
    assert (row["value"], row["source_cell"]) == (40, "G3,G2")


@pytest.mark.parametrize("heading", HEAD)
def test_a_renamed_heading_is_named(tmp_path, heading):
    file = source(workbook(tmp_path, *rows_for(), head=["Renamed" if h == heading else h for h in HEAD]))
    assert READER.recognise(file)
    with pytest.raises(InputError) as error:
        READER.read(file)
    (problem,) = error.value.problems
    assert (problem.file, problem.sheet, problem.row, problem.column) == ("x.xlsx", "data", 1, heading)


def test_other_files_are_left_alone(tmp_path):
    assert not READER.recognise(source(write_xlsx(tmp_path / "o.xlsx", {"data": [["Time", "Value"], [1, 2]]})))
    assert not READER.recognise(source(write_xlsx(tmp_path / "e.xlsx", {"data": []})))
    with pytest.raises(InputError, match="headings but no rows"):
        READER.read(source(workbook(tmp_path)))
