"""Turnover benchmarking: leavers over the mean of the staff at the start and at the end of one month."""

import pandas as pd
import pytest
from workbooks import one, read, source

from wres_analysis.errors import InputError
from wres_analysis.sources.turnover import READERS

pytestmark = pytest.mark.unit

(READER,) = READERS
HEAD = (
    "PERIOD,TYPE,NHSE_REGION_CODE,NHSE_REGION_NAME,ICS_CODE,ICS_NAME,REPORTING_ORG_NAME,REPORTING_ORG_CODE,"
    "CLUSTER_GROUP,BENCHMARK_GROUP,STAFF_GROUP_1_NAME,HC,FTE"
)
END, START, LEAVERS = "Denominator at end of period", "Denominator at start of period", "Leavers"
FULL = ((END, 110), (START, 90), (LEAVERS, 4))


def line(kind, count, code="RZA", group="All staff groups", period="202509 to 202510"):
    return f'{period},{kind},Y56,London,QKK,South East,"Fictional, A",{code},Acute,Acute - Teaching,{group},{count},1.5'


def write(folder, *lines, head=HEAD):
    path = folder / "anything.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def rows_of(folder, *counts, **more):
    others = [line(kind, count, code="RZX") for kind, count in FULL]
    reading = read(READER, write(folder, *others, *(line(kind, count, **more) for kind, count in counts)))
    return reading.observations[reading.observations["org_code"] != "RZX"], reading


def test_leaver_rate(tmp_path):
    rows, reading = rows_of(tmp_path, *FULL, ("Joiners", 9))
    row = one(rows)
    assert (row["numerator"], row["denominator"], row["value"], row["effective_base"]) == (4, 100, 4.0, 100)
    assert (row["period_start"], row["period_end"]) == (pd.Timestamp(2025, 10, 1), pd.Timestamp(2025, 10, 31))
    assert (row["measure"], row["stratum"], row["vintage"]) == ("leaver_rate", "all", "2025-10")
    assert (row["source_cell"], row["flags"], row["status"]) == ("L7,L6,L5", "", "observed")
    (tally,) = reading.tallies
    assert (tally.rows, tally.kept, tally.skipped) == (7, 2, {"row of another kind ('Joiners')": 1})
    seen = one(reading.organisations, org_code="RZA")
    assert (seen["region"], seen["icb"], seen["trust_type"]) == ("London", "QKK", "Acute - Teaching")
    assert (seen["org_name"], seen["as_of"]) == ("Fictional, A", pd.Timestamp(2025, 10, 31))


@pytest.mark.parametrize(
    ("counts", "status", "value", "words"),
    [
        ([(END, 50), (START, 50)], "observed", 0, ""),
        ([(END, 5000), (START, 5000)], "excluded", None, "no row of leavers for 1000 staff"),
        ([(END, 50)], "not_applicable", None, "no staff in the group at the start"),
        ([(START, 50), (LEAVERS, 50)], "not_applicable", None, "no staff in the group at the end"),
        ([(END, 0), (START, 0)], "not_applicable", None, "no staff in the group"),
        ([(END, 1), (START, 1), (LEAVERS, 3)], "excluded", None, "more staff left than were in post"),
        ([(END, "x"), (START, 1), (LEAVERS, 3)], "excluded", None, "HC: 'x' is not a number"),
        ([(END, 10), (START, 10), (LEAVERS, "")], "excluded", None, "HC: the cell is empty"),
        ([(END, 10), (START, 10), (LEAVERS, -2)], "excluded", None, "HC: -2 is outside the possible range"),
        ([*FULL, (LEAVERS, 5)], "excluded", None, "HC: two rows give different counts"),
        ([*FULL, (LEAVERS, 4)], "observed", 4, ""),
    ],
)
def test_counts_of_every_kind(tmp_path, counts, status, value, words):
    row = one(rows_of(tmp_path, *counts)[0])
    assert row["status"] == status
    assert (row["value"] == value) if value is not None else pd.isna(row["value"])
    assert row["reason"].startswith(words) if words else row["reason"] == ""
    assert (row["flags"] == "no_row_means_zero") == (value == 0)


@pytest.mark.parametrize("period", ["202", "202513 to 202601", "202410 to 202510", "2025-09 to 2025-10"])
def test_a_window_that_is_not_a_month_is_excluded(tmp_path, period):
    row = one(rows_of(tmp_path, *FULL, period=period)[0])
    assert row["status"] == "excluded"
    assert row["reason"].startswith(f"PERIOD: '{period}' is ")


def test_staff_groups_are_apart_and_doctors_without_residents_have_their_own_name(tmp_path):
    doctors = '"HCHS Doctors (exc. Resident doctors and equivalents)"'
    rows, _ = rows_of(tmp_path, *FULL, group=doctors)
    assert one(rows)["stratum"] == "HCHS doctors (excluding resident doctors)"


def test_a_row_cut_short_and_one_without_a_code(tmp_path):
    lines = [line(kind, count) for kind, count in FULL] + [line(kind, count, code="") for kind, count in FULL]
    lines.append(line(END, 5, code="RZB").rsplit(",", 2)[0])
    rows = read(READER, write(tmp_path, *lines)).observations.set_index("org_code")
    assert rows.loc["", "reason"] == "there is no organisation code"
    assert rows.loc["RZB", "status"] == "excluded"


@pytest.mark.parametrize("heading", ["PERIOD", "TYPE", "REPORTING_ORG_CODE", "STAFF_GROUP_1_NAME", "HC", "ICS_CODE"])
def test_a_renamed_heading_is_named(tmp_path, heading):
    file = source(write(tmp_path, line(*FULL[0]), head=HEAD.replace(heading, "RENAMED")))
    assert READER.recognise(file)
    with pytest.raises(InputError) as error:
        READER.read(file)
    (problem,) = error.value.problems
    assert (problem.file, problem.row, problem.column) == ("anything.csv", 1, heading)


def test_a_file_without_leavers_is_an_error_not_a_row_of_noughts(tmp_path):
    with pytest.raises(InputError, match="column 'TYPE': No row is of the type 'leavers'"):
        READER.read(source(write(tmp_path, line(END, 10), line(START, 10))))
    with pytest.raises(InputError, match="headings but no rows"):
        READER.read(source(write(tmp_path)))


def test_other_files_are_left_alone(tmp_path):
    for head in ("DATE,ORG_CODE,STAFF_GROUP,FTE_DAYS_LOST", "Type,Period,HC", "x"):
        assert not READER.recognise(source(write(tmp_path, head=head)))
