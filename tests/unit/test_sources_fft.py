"""The Friends and Family Test: service and month from the title, England's rows, suppression, two eras."""

import pandas as pd
import pytest
from workbooks import one, read, source, write_xlsx

from wres_analysis.errors import InputError
from wres_analysis.sources.fft import READERS
from wres_analysis.standards import load_outcomes

pytestmark = pytest.mark.unit

(READER,) = READERS
HEAD = [
    [
        *("ICB Code", "Trust Code", "Trust Name", "Total\nResponses", "Total Eligible"),
        *("Percentage Positive", "Percentage Negative", "Breakdown of Responses", "", "", "", "", ""),
    ],
    ["", "", "", "", "", "", "", "Very Good", "Good", "Neither Good nor Poor", "Poor", "Very Poor", "Don't Know"],
]
ENGLAND = [
    ["", "", "England (including Independent Sector Providers)", 1300, 9000, 0.91, 0.04, 1000, 183, 50, 30, 20, 17],
    ["", "", "England (excluding Independent Sector Providers)", 1000, 8000, 0.9, 0.05, 700, 200, 50, 20, 15, 15],
    ["", "", "Selection (excluding suppressed data)", 5, 6, 1, 0, 5, 0, 0, 0, 0, 0],
]
RZA = ["QE1", "RZA", "Fictional A ", 200, 900, 0.93, 0.03, 150, 36, 4, 3, 3, 4]
RZB = ["QE1", "RZB", "Fictional B", 3, 80, "*", "*", "*", "*", "*", "*", "*", "*"]
IND = ["QE1", "NT301", "Independent Hospital", 50, 60, 1, 0, 50, 0, 0, 0, 0, 0]


def workbook(path, title="Inpatient Friends and Family Test (FFT) Data - July 2025", head=None, rows=None, **more):
    """The workbook with its blank rows above the headings, as published."""
    table = [[], [], *(head or HEAD), *(rows or [*ENGLAND, RZA, RZB, IND])]
    sheets = {
        "Notes": [[], ["", title], [], ["FFT gives patients the opportunity, since 1 April 2013 and submit data " * 4]],
        "Trusts": table,
        "Sites": [[], ["Trust Code", "Site Code", "Total Responses"]],
        **more,
    }
    return write_xlsx(path / "april-2019.xlsm", {name: rows for name, rows in sheets.items() if rows is not None})


def test_values_come_from_the_counts_and_the_period_from_the_title(tmp_path):
    got = read(READER, workbook(tmp_path))
    rows = got.observations
    a = one(rows, org_code="RZA")
    assert (a["numerator"], a["denominator"], a["effective_base"]) == (186, 200, 200)
    assert a["value"] == pytest.approx(93.0) and a["unit"] == "percent"
    assert (a["measure"], a["stratum"], a["vintage"]) == ("fft_positive", "inpatient", "2025-07")
    assert (a["period_start"], a["period_end"]) == (pd.Timestamp(2025, 7, 1), pd.Timestamp(2025, 7, 31))
    assert a["source_cell"] == "Trusts!F8,D8,H8,I8"
    assert one(rows, org_code="RZB")["status"] == "suppressed"
    assert one(rows, org_code="NT301")["value"] == 100
    assert one(rows, org_code="ENG")["value"] == 90  # without independent providers
    tally = next(t for t in got.tallies if t.sheet == "Trusts")
    assert (tally.rows, tally.kept, tally.suppressed) == (6, 3, 1)
    assert tally.skipped == {"England with independent providers": 1, "the row of the sheet's own selection": 1}
    assert list(got.organisations["org_name"]) == ["Fictional A", "Fictional B", "Independent Hospital"]


@pytest.mark.parametrize(
    ("title", "stratum", "period"),
    [
        ("A&E Friends and Family Test (FFT) data - December 2024", "ae", "2024-12-31"),
        ("Outpatient Friends and Family Test (FFT) Data - Feb-24", "outpatient", "2024-02-29"),
        ("Ambulance Friends & Family Test (FFT) Data - May 2023", "ambulance", "2023-05-31"),
        ("Community Friends and Family Test (FFT) Data - Sept 2021", "community", "2021-09-30"),
        ("Mental Health Friends and Family Test (FFT) Data -  June  2022", "mental_health", "2022-06-30"),
    ],
)
def test_titles(tmp_path, title, stratum, period):
    row = one(read(READER, workbook(tmp_path, title=title, rows=[RZA])).observations)
    assert (row["stratum"], f"{row['period_end']:%Y-%m-%d}") == (stratum, period)
    assert stratum in load_outcomes().measures["fft_positive"].strata


def test_the_older_question_is_another_measure(tmp_path):
    head = [
        ["Org Code", "Org Name", "Total Responses", "Response Rate", "Percentage Recommended"],
        ["", "", "", "", "", "Extremely Likely", "Likely"],
    ]
    rows = [["RZA", "A", 100, 0.2, 0.97, 90, 6], ["RZB", "B", 40, 0.1, "98%"], ["RZC", "C", 40, 0.1, 98]]
    got = read(READER, workbook(tmp_path, head=head, rows=rows, Orgs=None)).observations
    assert set(got["measure"]) == {"fft_recommend"}
    assert one(got, org_code="RZA")["value"] == 96  # the counts go before the printed percentage
    b = one(got, org_code="RZB")
    assert (b["value"], b["effective_base"]) == (98, 40) and pd.isna(b["numerator"])
    c = one(got, org_code="RZC")
    assert c["status"] == "excluded" and "98 is outside the possible range 0 to 1" in c["reason"]


def test_maternity_takes_the_question_about_birth(tmp_path):
    sheets = {f"Q{n}": [*HEAD, [*RZA[:3], 100, 0, 0.5, 0.1, 40 + n, 10, 0, 0, 0, 0]] for n in (1, 2, 3, 4)}
    title = "Maternity Friends and Family Test (FFT) data - July 2025"
    got = read(READER, workbook(tmp_path, title=title, Trusts=None, **sheets))
    row = one(got.observations)
    assert (row["stratum"], row["numerator"]) == ("maternity", 52) and row["source_cell"].startswith("Q2!")
    skipped = {t.sheet: t.skipped for t in got.tallies}
    assert all("only question 2, birth" in " ".join(skipped[f"Q{n}"]) for n in (1, 3, 4))
    del sheets["Q2"]
    with pytest.raises(InputError, match="question 2"):
        read(READER, workbook(tmp_path, title=title, Trusts=None, **sheets))


def test_bad_cells(tmp_path):
    rows = [
        ["QE1", "RZA", "A", 10, "", 0.9, "", 9, 3],
        ["QE1", "RZB", "B", "ten", "", 0.9, "", "*", "*"],
        ["QE1", "RZC", "C", 0, "", "-", "", 0, 0],
        ["QE1", "RZD", "D", 50, "", "NA", "", "", ""],
        ["QE1", "RZE", "E", 50, "", 0.8, "", 40, 0],
        ["QE1", "RZE", "E", 50, "", 0.6, "", 30, 0],
        ["QE1", "RZF", "F", 50, "", 0.8, "", 40, 0],
        ["QE1", "RZF", "F", 50, "", 0.8, "", 40, 0],
        ["* fewer than five answers"],
    ]
    got = read(READER, workbook(tmp_path, rows=rows))
    out = got.observations
    assert "more positive answers" in one(out, org_code="RZA")["reason"]
    assert "'ten' is not a number" in one(out, org_code="RZB")["reason"]
    assert one(out, org_code="RZC")["status"] == "not_applicable"
    assert one(out, org_code="RZD")["flags"] == "text_in_number"
    assert set(out.loc[out["org_code"] == "RZE", "flags"]) == {"duplicate_organisation"}
    assert one(out, org_code="RZF")["value"] == 80
    assert set(out.loc[out["org_code"] != "RZF", "status"]) == {"excluded", "not_applicable"}
    tally = next(t for t in got.tallies if t.sheet == "Trusts")
    assert (tally.kept, tally.excluded) == (1, 5)
    assert tally.skipped == {
        "rows without a code": 1,
        "the same organisation again, with the same value": 1,
        "not applicable": 1,
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": "Inpatient Friends and Family Test (FFT) Data"}, r"sheet 'Notes', row 2: .* which month"),
        ({"title": "Dental Friends and Family Test (FFT) Data - July 2025"}, r"sheet 'Notes', row 2: .* which service"),
        ({"head": [[c.replace("Positive", "Good") for c in HEAD[0]], HEAD[1]]}, r"row 3, column 'Percentage Positive'"),
        ({"head": [["Provider" if c == "Trust Code" else c for c in HEAD[0]], HEAD[1]]}, r"column 'Trust Code'"),
        ({"Trusts (2)": [*HEAD, RZA], "Trusts": None, "Org level": [*HEAD, RZA]}, "More than one sheet"),
    ],
)
def test_damage_is_named(tmp_path, change, message):
    with pytest.raises(InputError, match=rf"april-2019\.xlsm.*{message}"):
        read(READER, workbook(tmp_path, **change))


def test_an_empty_workbook_yields_nothing(tmp_path):
    blank = [["", "", "England", *[""] * 10], ["", "", "Selection (excluding suppressed data)", *[""] * 10]]
    got = read(READER, workbook(tmp_path, rows=blank))
    assert len(got.observations) == 0
    assert next(t for t in got.tallies if t.sheet == "Trusts").skipped == {
        "England without a value": 1,
        "the row of the sheet's own selection": 1,
        "no organisation has a value": 1,
    }


def test_other_workbooks_are_not_taken(tmp_path):
    staff = workbook(tmp_path, title="Staff Friends and Family Test - Q2 July 2018")
    assert not READER.recognise(source(staff))
    assert not READER.recognise(source(write_xlsx(tmp_path / "a.xlsx", {"Trusts": [["Trust Code"], ["RZA"]]})))
