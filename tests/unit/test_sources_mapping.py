# mypy: ignore-errors
"""Own data by a mapping: every unit, every bad cell, and every mistake in the mapping itself told at once."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbooks import one, source, write_xlsx

from wres_analysis.errors import InputError
from wres_analysis.sample.ods_writer import write_ods
from wres_analysis.sources.mapping import (
    beside,
    lacks,
    load_mapping,
    read_mapped,
    read_mapping,
    shipped_mappings,
)
from wres_analysis.sources.mapping_format import period_of
from wres_analysis.standards import load_outcomes, load_standard

pytestmark = pytest.mark.unit

HEAD = """
[map]
key = "ours"
title = "Our own figures"
publisher = "Us"
"""
ROWS = """
[rows]
org_code = "Trust"
"""
YEAR = """
[period]
kind = "wres_year"
column = "Year"
"""
VALUE = """
[[value]]
measure = "ind7"
group = "bme"
value = "BME"
unit = "percent"
"""


def mapping(value: str = VALUE, *, head: str = HEAD, rows: str = ROWS, period: str = YEAR, match: str = ""):
    return load_mapping(head + match + rows + period + value, "ours.map.toml")


def csv(folder: Path, *lines: str) -> Path:
    path = folder / "ours.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(folder: Path, *lines: str, **parts: str):
    return read_mapped(source(csv(folder, *lines)), mapping(**parts))


def only(folder: Path, cell: str, unit: str = "percent", extra: str = "") -> pd.Series:
    value = f'[[value]]\nmeasure = "ind7"\ngroup = "bme"\nvalue = "BME"\nunit = "{unit}"\n'
    reading = read(folder, "Trust,Year,BME", f'RZA,2025,"{cell}"', value=value, rows=ROWS + extra)
    return reading.observations.iloc[0]


def mistakes(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_mapping(text, "ours.map.toml")
    return [str(problem) for problem in caught.value.problems]


# -- Values ------------------------------------------------------------------------------------------------------


def test_a_value_has_its_unit_period_group_and_address(tmp_path):
    reading = read(tmp_path, "Trust,Year,Note,BME", "RZA,2025,x,48.37")
    row = reading.observations.iloc[0]
    assert (row["org_code"], row["measure"], row["group"], row["stratum"]) == ("RZA", "ind7", "bme", "all")
    assert (row["value"], row["unit"], row["status"], row["source_cell"]) == (48.37, "percent", "observed", "D2")
    assert (row["period_start"], row["period_end"]) == (pd.Timestamp(2024, 4, 1), pd.Timestamp(2025, 3, 31))
    assert (row["source"], row["source_file"], row["vintage"]) == ("ours", "ours.csv", "")
    (tally,) = reading.tallies
    assert (tally.rows, tally.kept) == (1, 1)
    assert tally.skipped == {"columns that the mapping does not use": 1}


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        ("48.37", "percent", 48.37),
        ("0.4837", "fraction", 48.37),
        ("48.37%", "percent", 48.37),
        ("48.37 %", "fraction", 48.37),  # the sign says what the number is, whatever the mapping says
        ("  48.37  ", "percent", 48.37),
        ("1", "fraction", 100.0),
        ("0", "percent", 0.0),
        ("1e1", "percent", 10.0),
    ],
)
def test_rates_become_percentages(tmp_path, cell, unit, value):
    row = only(tmp_path, cell, unit)
    assert row["status"] == "observed"
    assert row["value"] == pytest.approx(value, rel=1e-12)
    assert row["unit"] == "percent"


@pytest.mark.parametrize(
    ("cell", "unit", "status", "reason"),
    [
        ("NA", "percent", "excluded", "'NA' is not a number"),
        ("N/A", "percent", "excluded", "'N/A' is not a number"),
        ("nan", "percent", "excluded", "'nan' is not a number"),
        ("inf", "percent", "excluded", "'inf' is not a number"),
        ("about 40", "percent", "excluded", "'about 40' is not a number"),
        ("27,5", "percent", "excluded", "'27,5' is not a number"),
        ("TRUE", "percent", "excluded", "'TRUE' is not a number"),
        ("101", "percent", "excluded", "101 is outside the possible range of a percent"),
        ("-3", "percent", "excluded", "-3 is outside the possible range of a percent"),
        ("58.4", "fraction", "excluded", "58.4 is outside the possible range of a fraction"),
        ("120%", "fraction", "excluded", "120% is outside the possible range of a fraction"),
        ("-", "percent", "suppressed", "suppressed by the publisher"),
        ("*", "percent", "suppressed", "suppressed by the publisher"),
        ("", "percent", "not_submitted", "the cell is empty"),
    ],
)
def test_a_cell_that_is_no_value_says_why(tmp_path, cell, unit, status, reason):
    row = only(tmp_path, cell, unit)
    assert (row["status"], row["reason"]) == (status, reason)
    assert np.isnan(row["value"])


def test_marks_are_what_the_mapping_says(tmp_path):
    extra = 'suppressed = ["<10", "-999"]\nmissing = ["NA", ""]\nnot_applicable = ["n/a"]\n'
    seen = {cell: only(tmp_path, cell, extra=extra)["status"] for cell in ("<10", "-999", "NA", "", "n/a", "-")}
    assert seen == {
        "<10": "suppressed",
        "-999": "suppressed",
        "NA": "not_submitted",
        "": "not_submitted",
        "n/a": "not_applicable",
        "-": "excluded",
    }


AMOUNTS = '[[value]]\nmeasure = "ind7"\nnumerator = "Yes"\ndenominator = "All"\nunit = "count"\n'


def test_counts_make_a_percentage_and_travel_with_it(tmp_path):
    row = read(tmp_path, "Trust,Year,Yes,All", 'RZA,2025,"1,944","4,019"', value=AMOUNTS).observations.iloc[0]
    assert (row["numerator"], row["denominator"], row["effective_base"]) == (1944, 4019, 4019)
    assert row["value"] == 100 * 1944 / 4019
    assert (row["unit"], row["source_cell"]) == ("percent", "C2,D2")


@pytest.mark.parametrize(
    ("cells", "status", "reason"),
    [
        ("5,0", "excluded", "the numerator 5 is larger than the denominator 0"),
        ("0,0", "not_applicable", "the denominator is 0"),
        ("12,10", "excluded", "the numerator 12 is larger than the denominator 10"),
        ("-1,10", "excluded", "an amount is negative"),
        ("1,-10", "excluded", "an amount is negative"),
        ("x,10", "excluded", "'x' is not a number"),
        ("1,x", "excluded", "'x' is not a number"),
        ("1,*", "suppressed", "suppressed by the publisher"),
        (",10", "not_submitted", "the cell is empty"),
    ],
)
def test_amounts_that_make_no_share_say_why(tmp_path, cells, status, reason):
    row = read(tmp_path, "Trust,Year,Yes,All", f"RZA,2025,{cells}", value=AMOUNTS).observations.iloc[0]
    assert (row["status"], row["reason"]) == (status, reason)
    assert row[["value", "numerator", "denominator", "effective_base"]].isna().all()


def test_a_base_is_an_effective_base_and_a_bad_one_excludes_the_value(tmp_path):
    value = VALUE + 'base = "n"\n'
    rows = read(tmp_path, "Trust,Year,BME,n", 'RZA,2025,40,"1,200"', "RZB,2025,40,many", "RZC,2025,40,-", value=value)
    assert list(rows.observations["effective_base"].fillna(-1)) == [1200, -1, -1]
    assert list(rows.observations["status"]) == ["observed", "excluded", "observed"]
    assert rows.observations["reason"][1] == "base: 'many' is not a number"
    assert rows.observations["source_cell"][0] == "C2,D2"


@pytest.mark.parametrize(
    ("measure", "unit", "cell", "status"),
    [
        ("engagement", "score", "6.9", "observed"),
        ("engagement", "score", "69", "excluded"),
        ("headcount", "count", '"12,345"', "observed"),
        ("headcount", "count", "-4", "excluded"),
        ("cqc_well_led", "rating", "3", "observed"),
        ("cqc_well_led", "rating", "5", "excluded"),
        ("ind3", "ratio", "1.4", "observed"),
    ],
)
def test_a_value_is_within_what_its_measure_can_be(tmp_path, measure, unit, cell, status):
    value = f'[[value]]\nmeasure = "{measure}"\nvalue = "v"\nunit = "{unit}"\n'
    row = read(tmp_path, "Trust,Year,v", f"RZA,2025,{cell}", value=value).observations.iloc[0]
    assert (row["status"], row["unit"]) == (status, unit)


def test_a_printed_ratio_stands_beside_the_rates(tmp_path):
    value = '[[value]]\nmeasure = "ind3"\nvalue = "v"\nunit = "ratio"\n'
    row = read(tmp_path, "Trust,Year,v", "RZA,2025,1.4", value=value).observations.iloc[0]
    assert (row["stratum"], row["group"]) == ("published_ratio", "all")


def test_fractions_that_the_mapping_calls_percentages_are_refused(tmp_path):
    with pytest.raises(InputError, match=r'Every value is between 0 and 1.*Say unit = "fraction" in ours.map.toml'):
        read(tmp_path, "Trust,Year,BME", "RZA,2025,0.48", "RZB,2025,0.51")


# -- Rows --------------------------------------------------------------------------------------------------------


def test_where_takes_rows_by_text_and_number_and_the_rest_is_counted(tmp_path):
    value = (
        '[[value]]\nmeasure = "ind7"\ngroup = "white"\nvalue = "v"\nunit = "percent"\n'
        'where = { Group = "white  staff", Wave = 2 }\n'
        '[[value]]\nmeasure = "ind7"\ngroup = "bme"\nvalue = "v"\nunit = "percent"\nwhere = { Group = "BME" }\n'
    )
    lines = ["RZA,2025,White staff,2,60", "RZA,2025,White staff,1,61", "RZA,2025,bme,1,50", "RZA,2025,Other,1,55"]
    reading = read(tmp_path, "Trust,Year,Group,Wave,v", *lines, value=value)
    assert list(zip(reading.observations["group"], reading.observations["value"], strict=True)) == [
        ("white", 60.0),
        ("bme", 50.0),
    ]
    assert reading.tallies[0].skipped == {"rows that no [[value]] of the mapping takes": 2}


def test_a_value_that_takes_no_row_is_an_error_that_says_what_the_column_holds(tmp_path):
    value = VALUE + 'where = { Indicator = "Harrassment" }\n'
    with pytest.raises(InputError) as caught:
        read(tmp_path, "Trust,Year,Indicator,BME", "RZA,2025,Harassment,40", "RZA,2025,Q15,50", value=value)
    assert str(caught.value) == (
        "ours.csv, column 'Indicator': [[value]] number 1 of ours.map.toml wants rows where this is 'Harrassment', "
        "and takes none. The column holds: Harassment, Q15."
    )


def test_a_stratum_can_be_fixed_or_a_column(tmp_path):
    value = '[[value]]\nmeasure = "ind1"\ngroup = "bme"\nvalue = "v"\nunit = "percent"\nstratum_column = "Band"\n'
    reading = read(tmp_path, "Trust,Year,Band,v", "RZA,2025,Band 5,20", "RZA,2025,Band 6,15", value=value)
    assert list(reading.observations["stratum"]) == ["Band 5", "Band 6"]
    fixed = '[[value]]\nmeasure = "ind9"\ngroup = "bme"\nvalue = "v"\nunit = "percent"\nstratum = "board_voting"\n'
    reading = read(tmp_path, "Trust,Year,v", "RZA,2025,20", value=fixed)
    assert list(reading.observations["stratum"]) == ["board_voting"]


def test_rows_without_a_code_are_counted_and_codes_are_capitals(tmp_path):
    reading = read(tmp_path, "Trust,Year,BME", " rza ,2025,40", ",2025,41", "RZC,2025,42")
    assert list(reading.observations["org_code"]) == ["RZA", "RZC"]
    assert list(reading.observations["source_cell"]) == ["C2", "C4"]
    assert reading.tallies[0].skipped == {"rows without an organisation code": 1}


def test_a_row_that_is_cut_short_gives_no_value(tmp_path):
    row = one(read(tmp_path, "Trust,Year,BME,n", "RZA,2025,40,1", "RZB,2025,4").observations, org_code="RZB")
    assert (row["status"], row["reason"]) == ("excluded", "the row is cut short")


def test_a_file_without_rows_gives_nothing_and_fails_nothing(tmp_path):
    reading = read(tmp_path, "Trust,Year,BME", rows=ROWS + 'region = "Trust"\n')
    assert len(reading.observations) == len(reading.organisations) == 0


def test_every_missing_column_is_named_at_once(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, "Trust,Jahr,White", "RZA,2025,1", rows=ROWS + 'region = "Region"\n')
    assert {p.column for p in caught.value.problems} == {"Region", "Year", "BME"}
    assert {p.row for p in caught.value.problems} == {1}


def test_what_a_file_says_of_organisations_is_kept(tmp_path):
    rows = ROWS + 'org_name = "Name"\nregion = "Region"\n'
    lines = ["RZA,2024,Old name,North West,40", "RZA,2025,New name,-,41"]
    seen = read(tmp_path, "Trust,Year,Name,Region,BME", *lines, rows=rows).organisations
    assert seen[["org_code", "org_name", "region", "source_cell"]].to_numpy().tolist() == [
        ["RZA", "New name", "", "A3"]
    ]
    assert list(seen["as_of"]) == [pd.Timestamp(2025, 3, 31)]


# -- Periods -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "start", "end"),
    [
        ("survey", "2024", dt.date(2024, 10, 1), dt.date(2024, 12, 31)),
        ("wres_year", "2025", dt.date(2024, 4, 1), dt.date(2025, 3, 31)),
        ("financial_year", "2023/24", dt.date(2023, 4, 1), dt.date(2024, 3, 31)),
        ("financial_year", "2023-24", dt.date(2023, 4, 1), dt.date(2024, 3, 31)),
        ("financial_year", "2023–2024", dt.date(2023, 4, 1), dt.date(2024, 3, 31)),
        ("financial_year", "2099/00", dt.date(2099, 4, 1), dt.date(2100, 3, 31)),
        ("month", "2024-02", dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
        ("month", "April 2013", dt.date(2013, 4, 1), dt.date(2013, 4, 30)),
        ("month", "2024-03-01", dt.date(2024, 3, 1), dt.date(2024, 3, 31)),
        ("date", "2024-03-31", dt.date(2024, 3, 31), dt.date(2024, 3, 31)),
        ("date", "31/03/2024", dt.date(2024, 3, 31), dt.date(2024, 3, 31)),
    ],
)
def test_periods(kind, text, start, end):
    assert period_of(kind, text) == (start, end)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *[("survey", text) for text in ("202", "20244", "24", "", "2024/25", "1924", "now")],
        *[("financial_year", text) for text in ("2023", "2023/25", "2023/23", "23/24", "2023/1924", "")],
        *[("wres_year", text) for text in ("2024/25", "WRES 2025")],
        *[("month", text) for text in ("2024-13", "2024-00", "2024", "13/2024")],
        *[("date", text) for text in ("today", "5", "202", "31/02/2024", "2024-3-31", "31.03.24", "")],
        ("year", "2024"),
    ],
)
def test_what_is_no_period(kind, text):
    assert period_of(kind, text) is None


@given(st.sampled_from(["survey", "financial_year", "wres_year", "month", "date"]), st.text(max_size=12))
def test_no_text_breaks_the_reading_of_periods(kind, text):
    period = period_of(kind, text)
    assert period is None or period[0] <= period[1]


def test_a_year_typed_as_202_is_excluded_under_its_own_rule(tmp_path):
    rows = read(tmp_path, "Trust,Year,BME", "RZA,202,40", "RZB,2025,41").observations
    assert list(rows["status"]) == ["excluded", "observed"]
    assert rows["flags"][0] == "bad_year"
    assert rows["reason"][0] == "'202' is not a WRES year such as 2025 (it ends on 31 March 2025)"
    assert rows["period_end"].isna().tolist() == [True, False]


def test_one_period_for_the_whole_file(tmp_path):
    rows = read(tmp_path, "Trust,BME", "RZA,40", period='[period]\nkind = "survey"\nis = 2024\n').observations
    assert rows["period_start"][0] == pd.Timestamp(2024, 10, 1)


# -- Workbooks ---------------------------------------------------------------------------------------------------

TABLE = [
    ["Figures of our trust", None, None, None],
    [None, None, None, None],
    ["Trust", "Year", "BME\nstaff", "n"],
    ["RZA", 2025, 48.25, 4019],
    ["RZB", 2025, "NA", 12],
    ["RZC", "202", 40, "many"],
]
IN_SHEET = '[match]\nsheet = "Data"\nheader_row = 3\n'
STAFF = '[[value]]\nmeasure = "ind7"\ngroup = "bme"\nvalue = "BME staff"\nbase = "n"\nunit = "percent"\n'


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_a_sheet_with_its_headings_further_down(tmp_path, suffix):
    path = tmp_path / f"ours.{suffix}"
    sheets = {"Notes": [["x"]], "Data": TABLE}
    write_xlsx(path, sheets) if suffix == "xlsx" else write_ods(path, sheets)
    ours = mapping(STAFF, match=IN_SHEET)
    assert lacks(ours, source(path)) == ()
    reading = read_mapped(source(path), ours)
    rows = reading.observations
    assert list(rows["source_cell"]) == ["Data!C4,D4", "Data!C5,D5", "Data!C6,D6"]
    assert list(rows["status"]) == ["observed", "excluded", "excluded"]
    assert list(rows["reason"])[1] == "'NA' is not a number"
    assert (rows["value"][0], rows["effective_base"][0]) == (48.25, 4019)
    assert (reading.tallies[0].sheet, reading.tallies[0].rows) == ("Data", 3)


def test_dates_and_numbers_of_a_workbook_are_periods_and_marks(tmp_path):
    rows = [
        ["Trust", "Month", "Group", "v"],
        ["RZA", dt.date(2024, 4, 1), 2, -999],
        ["RZB", dt.date(2024, 5, 31), 2, 4],
    ]
    path = write_xlsx(tmp_path / "ours.xlsx", {"S": rows})
    value = '[[value]]\nmeasure = "sickness"\nvalue = "v"\nunit = "percent"\nwhere = { Group = 2 }\n'
    ours = mapping(value, rows=ROWS + 'suppressed = ["-999"]\n', period='[period]\nkind = "month"\ncolumn = "Month"\n')
    found = read_mapped(source(path), ours).observations
    assert list(found["status"]) == ["suppressed", "observed"]
    assert list(found["period_end"]) == [pd.Timestamp(2024, 4, 30), pd.Timestamp(2024, 5, 31)]


def test_a_csv_with_lines_above_its_headings(tmp_path):
    lines = ["Our figures, 2025", "", "Trust,Year,BME", "RZA,2025,40", "RZB,2025"]
    path = csv(tmp_path, *lines)
    ours = mapping(match="[match]\nheader_row = 3\n")
    assert lacks(ours, source(path)) == ()
    rows = read_mapped(source(path), ours).observations
    assert list(rows["source_cell"]) == ["C4", "C5"]
    assert list(rows["reason"]) == ["", "the row is cut short"]


def test_a_heading_that_comes_twice_is_numbered(tmp_path):
    path = write_xlsx(tmp_path / "ours.xlsx", {"S": [["Trust", "Year", "BME", "BME"], ["RZA", 2025, 40, 41]]})
    second = mapping(VALUE.replace('"BME"', '"BME.1"'))
    assert list(read_mapped(source(path), second).observations["value"]) == [41]


@pytest.mark.parametrize(
    ("match", "told"),
    [
        ('[match]\nsheet = "Other"\n', "sheet 'Other': The workbook has no such sheet. It has: S."),
        ("[match]\nheader_row = 9\n", "row 9: The sheet has 2 rows, so row 9 holds no headings."),
    ],
)
def test_a_sheet_or_row_that_is_not_there_is_named(tmp_path, match, told):
    path = write_xlsx(tmp_path / "ours.xlsx", {"S": [["Trust", "Year", "BME"], ["RZA", 2025, 40]]})
    with pytest.raises(InputError, match=r"ours\.xlsx") as caught:
        read_mapped(source(path), mapping(match=match))
    assert told in str(caught.value)


# -- The mapping itself ------------------------------------------------------------------------------------------


def test_every_mistake_in_a_mapping_is_told_at_once_in_plain_words():
    told = mistakes(
        """
        extra = 1
        [map]
        key = "Our Data!"
        title = 5
        [match]
        header_row = 0
        colums = ["Trust"]
        [rows]
        suppressed = "-"
        [period]
        kind = "year"
        is = 2024
        column = "Year"
        [[value]]
        measure = "ind77"
        group = "BME"
        value = "BME"
        unit = "percent"
        [[value]]
        measure = "engagement"
        numerator = "a"
        unit = "furlongs"
        [[value]]
        measure = "ind3"
        value = "r"
        unit = "ratio"
        group = "bme"
        where = { Wave = [1, 2] }
        exact_fraction = true
        """
    )
    expected = [
        "There is no table [extra] in a mapping.",
        "[map] title must be text in quotation marks, and is 5.",
        "[map] says no 'title'.",
        "[map] says no 'publisher'.",
        "[map] key 'Our Data!' is not a plain word. Use small letters, digits and underscores.",
        "[match] has no key 'colums'. Did you mean 'columns'?",
        "[match] header_row counts rows from 1.",
        "[rows] suppressed must be a list of texts, and is '-'.",
        "[rows] says no 'org_code'.",
        "[period] kind must be one of survey, wres_year, financial_year, month, date.",
        "[period] needs either 'column' or 'is'.",
        "[[value]] number 1: there is no measure 'ind77'. Did you mean 'ind7'?",
        "[[value]] number 1: there is no group 'BME'. Known: white, bme, unknown, all.",
        "[[value]] number 2: name either a 'value' column, or a 'numerator' and a 'denominator' column.",
        "[[value]] number 2: 'engagement' is a score, not a share of a denominator.",
        "[[value]] number 2: 'furlongs' is not a unit of 'engagement' here. Say one of: count, gbp, days.",
        "[[value]] number 3: a printed ratio is of all groups together.",
        "[[value]] number 3: only a rate without counts can be an exact fraction.",
        "[[value]] number 3 where: each column needs one text or whole number.",
    ]
    for line in expected:
        assert any(t.startswith(f"ours.map.toml: {line}") for t in told), line
    assert len(told) == len(expected), told
    assert not any("\n" in line for line in told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[map", "The mapping is not valid TOML"),
        (HEAD + ROWS + YEAR, "There is no [[value]]"),
        (HEAD + ROWS + YEAR + '[value]\nmeasure = "ind7"\n', "There is no [[value]]"),
        ("map = 3\n" + ROWS + YEAR + VALUE, "[map] must be a table."),
        (HEAD + ROWS + '[period]\nkind = "survey"\nis = 202\n' + VALUE, "[period] is: '202' is not a survey year"),
        (HEAD + ROWS + YEAR + VALUE.replace('unit = "percent"\n', ""), "no 'unit' is said"),
        (HEAD + ROWS + YEAR + VALUE.replace("percent", "count"), "'count' is not a unit of 'ind7' here"),
        (HEAD + ROWS + YEAR + VALUE + 'numerator = "a"\ndenominator = "b"\n', "name either a 'value' column"),
        (HEAD + ROWS + YEAR + AMOUNTS + 'base = "n"\n', "a denominator is its own base"),
        (HEAD + ROWS + YEAR + VALUE + 'stratum = "a"\nstratum_column = "b"\n', "two answers to one question"),
        (HEAD + ROWS + YEAR + VALUE.replace("ind7", "ind9") + 'stratum = "boardroom"\n', "has no stratum 'boardroom'"),
        (HEAD + ROWS + YEAR + VALUE + 'colour = "red"\n', "[[value]] number 1 has no key 'colour'"),
        (HEAD + "[rows]\norg_code = 3\n" + YEAR + VALUE, "[rows] org_code must be text in quotation marks, and is 3"),
    ],
)
def test_single_mistakes(text, told):
    assert any(told in line for line in mistakes(text))


@given(st.dictionaries(st.sampled_from(["map", "rows", "period", "value", "match"]), st.integers() | st.text()))
def test_no_nonsense_in_the_place_of_tables_is_more_than_a_mistake(tables):
    import json

    text = "\n".join(f"{name} = {json.dumps(value)}" for name, value in tables.items() if "\x7f" not in str(value))
    assert mistakes(text)


def test_a_mapping_that_is_no_text_is_told(tmp_path):
    path = tmp_path / "ours.map.toml"
    path.write_bytes(b'[map]\nkey = "\xff\xfe"\n')
    with pytest.raises(InputError, match=r"ours\.map\.toml: The mapping cannot be read"):
        read_mapping(path)


def test_a_mapping_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "ours.map.toml"
    path.write_text("\ufeff" + HEAD + ROWS + YEAR + VALUE, encoding="utf-8")
    assert read_mapping(path).key == "ours"


def test_the_mapping_beside_a_file_is_found_by_its_name(tmp_path):
    path = csv(tmp_path, "Trust,Year,BME")
    assert beside(source(path)) is None
    (tmp_path / "ours.map.toml").write_text(HEAD + ROWS + YEAR + VALUE, encoding="utf-8")
    assert beside(source(path)) == tmp_path / "ours.map.toml"


def test_a_file_is_meant_when_it_has_every_heading(tmp_path):
    ours = mapping()
    assert lacks(ours, source(csv(tmp_path, "BME,Trust,Year,more"))) == ()
    assert lacks(ours, source(csv(tmp_path, "BME,Trust"))) == ("Year",)
    assert set(lacks(ours, source(write_xlsx(tmp_path / "e.xlsx", {"S": []})))) == {"Trust", "Year", "BME"}
    narrower = mapping(match='[match]\ncolumns = ["Trust", "Stamp"]\n')
    assert lacks(narrower, source(csv(tmp_path, "BME,Trust,Year"))) == ("Stamp",)


def test_shipped_mappings_say_what_they_are_and_name_known_measures():
    known = {*load_standard().indicators, *load_outcomes().measures}
    found = shipped_mappings()
    assert [m.key for m in found] == [
        "agency_tac_extract",
        "nss_ethnicity_extract",
        "nss_panel_extract",
        "nss_wres_extract",
    ]
    for one_mapping in found:
        assert one_mapping.checked and one_mapping.publisher and one_mapping.vintage
        assert {rule.measure for rule in one_mapping.values} <= known
