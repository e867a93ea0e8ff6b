"""Sickness absence as CSV: three layouts, two vintages, and everything that can be wrong with a cell."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import one, read, source

from wres_analysis.errors import InputError
from wres_analysis.sources import sickness

pytestmark = pytest.mark.unit

BENCHMARKING, MONTHLY, BACK_SERIES = sickness.READERS
HEAD = (
    "DATE,NHSE_REGION_CODE,NHSE_REGION_NAME,ICS_CODE,ICS_NAME,ORG_CODE,ORG_NAME,CLUSTER_GROUP,BENCHMARK_GROUP,"
    "STAFF_GROUP,FTE_DAYS_LOST,FTE_DAYS_AVAILABLE,SICKNESS_ABSENCE_RATE_PERCENT"
)
NORTH = 'Y62,North West,QOP,Greater Manchester,RZA,"Fictional, North",Acute,Acute - Teaching'
GOOD = f"30/04/2024,{NORTH},All staff groups,100,4000,2.5"
MONTHLY_HEAD = (
    "DATE,NHSE_REGION_CODE,NHSE_REGION_NAME,ORG_CODE,ORG_NAME,ORG_TYPE,"
    "FTE_DAYS_LOST,FTE_DAYS_AVAILABLE,SICKNESS_ABSENCE_RATE_PERCENT"
)
BACK_HEAD = (
    "Date,HEE_region_code,HEE_region_name,Org Code,Org Name,Org Type,FTE Days Sick,FTE Days Available,SA Rate (%)"
)
ARCHIVE_HEAD = (
    "Month,Tm End Date,Org code,Org name,Cluster group,Benchmark group,NHSE region code,NHSE region name,"
    "Staff group,FTE days lost,FTE days available,Sickness absence rate (%)"
)


def write(folder: Path, *lines: str, head: str = HEAD, encoding: str = "utf-8", end: str = "\n") -> Path:
    path = folder / "anything.csv"
    path.write_bytes((end.join([head, *lines]) + end).encode(encoding))
    return path


def only(folder: Path, line: str, head: str = HEAD) -> pd.Series:
    reader = next(r for r in sickness.READERS if r.recognise(source(write(folder, line, head=head))))
    return one(reader.read(source(folder / "anything.csv")).observations)


def test_rate_is_recomputed_from_the_days(tmp_path):
    row = only(tmp_path, f"30/04/2024,{NORTH},All staff groups,123.456,4321.5,2.86")
    assert row["value"] == pytest.approx(100 * 123.456 / 4321.5)
    assert (row["numerator"], row["denominator"], row["effective_base"]) == (123.456, 4321.5, 4321.5)
    assert (row["period_start"], row["period_end"]) == (pd.Timestamp(2024, 4, 1), pd.Timestamp(2024, 4, 30))
    assert (row["org_code"], row["measure"], row["unit"]) == ("RZA", "sickness", "percent")
    assert (row["status"], row["stratum"], row["group"]) == ("observed", "all", "all")
    assert (row["vintage"], row["source"], row["source_file"]) == ("2024-04", "sickness_benchmarking", "anything.csv")
    assert row["source_cell"] == "K2,L2"


def test_a_printed_rate_that_the_days_contradict_is_flagged_and_counted(tmp_path):
    lines = [GOOD, GOOD.replace("All staff groups", "Midwives").replace("2.5", "2.53")]
    reading = read(BENCHMARKING, write(tmp_path, *lines))
    assert list(reading.observations["flags"]) == ["", "printed_rate_differs"]
    assert list(reading.observations["value"]) == [2.5, 2.5]
    assert reading.tallies[0].skipped == {"printed rate not used: the days give another one, which is kept": 1}


@pytest.mark.parametrize(
    ("measures", "status", "reason"),
    [
        (",,", "suppressed", "suppressed by the publisher"),
        ("0,0,", "not_applicable", "no days were available"),
        ("0,400,0", "observed", ""),
        ("abc,400,1", "excluded", "FTE_DAYS_LOST: 'abc' is not a number"),
        ("1,4x0,1", "excluded", "FTE_DAYS_AVAILABLE: '4x0' is not a number"),
        ("NA,NA,NA", "excluded", "FTE_DAYS_LOST: 'NA' is not a number"),
        ("nan,400,1", "excluded", "FTE_DAYS_LOST: 'nan' is not a number"),
        ("inf,400,1", "excluded", "FTE_DAYS_LOST: 'inf' is not a number"),
        (",400,1", "excluded", "FTE_DAYS_LOST: the cell is empty"),
        ("4,,1", "excluded", "FTE_DAYS_AVAILABLE: the cell is empty"),
        (",,3.2", "excluded", "a rate is printed without its days"),
        ("500,400,125", "excluded", "more days were lost than were available"),
        ("-1,400,0", "excluded", "FTE_DAYS_LOST: -1 is outside the possible range 0 to inf"),
        ('"1,000.5","40,000",2.5', "observed", ""),
    ],
)
def test_cells_of_every_kind(tmp_path, measures, status, reason):
    row = only(tmp_path, f"30/04/2024,{NORTH},All staff groups,{measures}")
    assert (row["status"], row["reason"]) == (status, reason)
    kept = status == "observed"
    assert [pd.notna(row[c]) for c in ("value", "numerator", "denominator", "effective_base")] == [kept] * 4


@pytest.mark.parametrize("date", ["202", "", "31/02/2024", "30/04/202", "01/01/1900", "#REF!"])
def test_a_date_that_is_none_is_excluded_with_the_cell_quoted(tmp_path, date):
    row = only(tmp_path, GOOD.replace("30/04/2024", date))
    assert row["status"] == "excluded"
    assert row["reason"] == f"DATE: '{date}' is no month from 2000 to 2099"
    assert pd.isna(row["period_start"])
    assert pd.isna(row["period_end"])
    assert row["vintage"] == ""


@pytest.mark.parametrize(
    ("published", "stratum"),
    [
        ("All staff groups", "all"),
        ("HCHS doctors", "HCHS doctors"),
        ("HCHS Doctors", "HCHS doctors"),
        ("Unknown classification", "Unknown classification"),
        ("Other staff or those with unknown classification", "Unknown classification"),
        ("Something new", "Something new"),
    ],
)
def test_staff_groups_have_one_spelling(tmp_path, published, stratum):
    assert only(tmp_path, GOOD.replace("All staff groups", published))["stratum"] == stratum


def test_organisations_are_seen_once_with_what_the_newest_row_says(tmp_path):
    lines = [
        GOOD,
        GOOD.replace("All staff groups", "Midwives"),
        GOOD.replace("30/04/2024", "31/05/2024").replace("Acute - Teaching", "Acute - Large"),
        GOOD.replace("RZA", "RZB").replace("Y62,North West", "Y58,South West of England"),
    ]
    seen = read(BENCHMARKING, write(tmp_path, *lines)).organisations
    assert list(seen["org_code"]) == ["RZA", "RZB"]
    north = one(seen, org_code="RZA")
    assert (north["org_name"], north["region"], north["icb"]) == ("Fictional, North", "North West", "QOP")
    assert (north["trust_type"], north["as_of"]) == ("Acute - Large", pd.Timestamp(2024, 5, 31))
    assert north["source_cell"] == "F4"
    assert one(seen, org_code="RZB")["region"] == "South West"


def test_without_icb_columns_as_in_summer_2022(tmp_path):
    head = HEAD.replace("ICS_CODE,ICS_NAME,", "")
    line = GOOD.replace("QOP,Greater Manchester,", "").replace("30/04/2024", "30/06/2022")
    reading = read(BENCHMARKING, write(tmp_path, line, head=head))
    assert one(reading.observations)["value"] == 2.5
    assert one(reading.observations)["source_cell"] == "I2,J2"
    assert one(reading.organisations)["icb"] == ""


def test_archive_vintage_with_percent_signs(tmp_path):
    line = "2018-APR,30/04/2018,RZA,Fictional,Acute,Acute - Large,Y62,North West,HCHS doctors,100,4000,2.50%"
    reading = read(BENCHMARKING, write(tmp_path, line, head=ARCHIVE_HEAD))
    row = one(reading.observations)
    assert (row["value"], row["flags"], row["stratum"], row["vintage"]) == (2.5, "", "HCHS doctors", "2018-04")
    assert row["source_cell"] == "J2,K2"
    assert one(reading.organisations)["trust_type"] == "Acute - Large"


def test_monthly_csv(tmp_path):
    line = "31/05/2025,Y62,North West,RZA,Fictional,Acute,100,4000,2.5"
    reading = read(MONTHLY, write(tmp_path, line, head=MONTHLY_HEAD))
    row = one(reading.observations)
    assert (row["source"], row["value"], row["stratum"], row["vintage"]) == (
        "sickness_monthly_csv",
        2.5,
        "all",
        "2025-05",
    )
    assert one(reading.organisations)["trust_type"] == ""


@pytest.mark.parametrize("region", ["HEE_region_code,HEE_region_name", "NHSE_Region_Code,NHSE_Region_Name"])
def test_back_series_with_mark_repeated_headings_and_notes(tmp_path, region):
    head = BACK_HEAD.replace("HEE_region_code,HEE_region_name", region)
    lines = [
        "2014-APR,Y62,North West,RZA,Fictional,Acute,100,4000,2.5",
        head,
        "2014-MAY,Y62,North West,RZA,Fictional,Acute,,,",
        ",,,,,,,,",
        "Source: Electronic Staff Record",
    ]
    reading = read(BACK_SERIES, write(tmp_path, *lines, head=head, encoding="utf-8-sig", end="\r\n"))
    rows = reading.observations
    assert list(rows["period_end"]) == [pd.Timestamp(2014, 4, 30), pd.Timestamp(2014, 5, 31)]
    assert list(rows["status"]) == ["observed", "suppressed"]
    assert list(rows["source_cell"]) == ["G2,H2", "G4,H4"]
    assert set(rows["vintage"]) == {"2014-05"}
    tally = reading.tallies[0]
    assert (tally.rows, tally.kept, tally.suppressed, tally.excluded) == (2, 1, 1, 0)
    assert tally.skipped == {"heading row repeated inside the table": 1, "blank row or note": 2}


def test_a_row_cut_short_is_not_taken_for_suppressed(tmp_path):
    path = write(tmp_path, GOOD, f"30/04/2024,{NORTH},Midwives")
    rows = read(BENCHMARKING, path).observations
    assert list(rows["status"]) == ["observed", "excluded"]
    assert rows["reason"].iloc[1] == "the row is cut short"


def test_a_row_without_a_code_is_excluded_and_no_organisation(tmp_path):
    reading = read(BENCHMARKING, write(tmp_path, GOOD, GOOD.replace("RZA", "")))
    assert reading.observations["reason"].iloc[1] == "there is no organisation code"
    assert list(reading.organisations["org_code"]) == ["RZA"]


@pytest.mark.parametrize(
    ("reader", "head", "heading"),
    [(BENCHMARKING, HEAD, h) for h in ("DATE", "ORG_CODE", "STAFF_GROUP", "FTE_DAYS_LOST", "BENCHMARK_GROUP")]
    + [(MONTHLY, MONTHLY_HEAD, h) for h in ("ORG_CODE", "FTE_DAYS_AVAILABLE", "SICKNESS_ABSENCE_RATE_PERCENT")]
    + [(BACK_SERIES, BACK_HEAD, h) for h in ("Date", "FTE Days Sick", "SA Rate (%)")],
)
def test_a_renamed_heading_is_known_for_what_it_is_and_named(tmp_path, reader, head, heading):
    renamed = ["CHANGED" if h == heading else h for h in head.split(",")]
    file = source(write(tmp_path, ",".join("x" for _ in renamed), head=",".join(renamed)))
    assert [r.key for r in sickness.READERS if r.recognise(file)] == [reader.key]
    with pytest.raises(InputError) as error:
        reader.read(file)
    (problem,) = error.value.problems
    assert (problem.file, problem.row, problem.column) == ("anything.csv", 1, heading)
    assert "CHANGED" in problem.todo or "The row has" in problem.todo


@pytest.mark.parametrize("head", [HEAD, MONTHLY_HEAD, BACK_HEAD, ARCHIVE_HEAD])
def test_each_layout_has_exactly_one_reader(tmp_path, head):
    assert sum(r.recognise(source(write(tmp_path, head=head))) for r in sickness.READERS) == 1


@pytest.mark.parametrize(
    "head",
    [
        "DATE,STAFF_GROUP,REASON,FTE_DAYS_LOST,FTE_DAYS_AVAILABLE",
        MONTHLY_HEAD.replace("ORG_TYPE", "ORG_TYPE,REASON"),
        HEAD.replace("STAFF_GROUP", "STAFF_GROUP,REASON"),
        "Date,NHSE region name,ICS code,Org Code,Org Name,Cluster group,Benchmark group,Staff Group,Data Type,Total",
        "a,b,c",
        "",
    ],
)
def test_other_files_are_left_alone(tmp_path, head):
    assert not any(r.recognise(source(write(tmp_path, head=head))) for r in sickness.READERS)


def test_headings_without_rows(tmp_path):
    with pytest.raises(InputError, match=r"anything\.csv: The file has headings but no rows"):
        BENCHMARKING.read(source(write(tmp_path)))


def test_a_row_too_long_is_named(tmp_path):
    with pytest.raises(InputError, match=r"anything\.csv, row 3: .*14 cells where the first row has 13"):
        BENCHMARKING.read(source(write(tmp_path, GOOD, GOOD + ",7")))


CELL = st.one_of(
    st.floats(0, 1e6, allow_nan=False).map(lambda x: f"{x:.5f}"),
    st.sampled_from(["", "0", "-", "NA", "nan", "1e3", "-5", "abc", "12%", "1,5"]),
    st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc"], exclude_characters='"'), max_size=6),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8))
def test_whatever_the_cells_hold_every_row_is_accounted_for(tmp_path, cells):
    lines = [f'30/04/2024,{NORTH},Midwives,"{a}","{b}","{c}"' for a, b, c in cells]
    reading = read(BENCHMARKING, write(tmp_path, *lines))
    rows, (tally,) = reading.observations, reading.tallies
    assert len(rows) == len(cells) == tally.rows
    assert tally.kept + tally.suppressed + tally.excluded + tally.skipped.get("not applicable", 0) == len(cells)
    seen = (rows["status"] == "observed").to_numpy()
    assert (rows["value"].notna().to_numpy() == seen).all()
    assert ((rows["reason"] == "").to_numpy() == seen).all()
    assert np.allclose(rows["value"][seen], 100 * rows["numerator"][seen] / rows["denominator"][seen])
    assert rows["value"][seen].between(0, 100).all()
