"""TAC accounts: shares from lines in thousands of pounds, names to codes, both column vintages, and the year."""

import pandas as pd
import pytest
from workbooks import one, read, source, write_xlsx

from wres_analysis.errors import InputError
from wres_analysis.sources.tac import READERS

pytestmark = pytest.mark.unit

(READER,) = READERS
NEW = ["OrganisationName", "WorkSheetName", "TableID", "MainCode", "RowNumber", "SubCode", "Total"]
OLD = ["Organisation Name ", "WorkSheetName", "TableID", "MainCode", "RowNumber", "SubCode ", "Value number "]
LISTING = [
    ["Full name of Provider ", "NHS code", "Region", "Sector", "Comments "],
    ["Fictional A NHS Trust ", "RZA ", "London", "Acute", None],
    ["Fictional B NHS Foundation Trust", "RZB", "North West", "Ambulance", None],
    ["Fictional C NHS Trust", "RZC", "London", "Community", "Accounts not yet adopted"],
]


def lines(name, agency=None, bank=None, gross=None, year="CY", extra=()):
    cells = {"STA0310": agency, "STA0300": bank, "STA0330": gross}
    return [
        *([name, "TAC09 Staff ", 2, f"A09{year}01 ", 20, f"{code} ", v] for code, v in cells.items() if v is not None),
        *extra,
    ]


A = lines("Fictional A NHS Trust", 4100, 900, 100000)
B = lines("Fictional B NHS  Foundation Trust ", agency=0, gross=50000)
NOISE = [
    *lines("Fictional A NHS Trust", 9999, 9999, 100000, year="PY"),
    ["Fictional A NHS Trust", "TAC09 Staff", 2, "A09CY01P", 20, "STA0310", 7],
    ["Fictional A NHS Trust", "TAC08 Op Exp", 1, "A08CY01", 20, "EXP0390", 7],
]


def workbook(path, rows=(*A, *B, *NOISE), head=NEW, name="x.xlsx", year="TAC data for 2022-23", listing=None, **more):
    sheets = {
        "Intro": [[], [None, year]],
        "List of Providers": LISTING if listing is None else listing,
        "All Data ": [head, *rows],
        **more,
    }
    return write_xlsx(path / name, {name: rows for name, rows in sheets.items() if rows is not None})


@pytest.mark.parametrize("head", [NEW, OLD], ids=["2022/23 on", "2021/22"])
def test_shares_in_percent_of_gross_staff_cost_in_pounds(tmp_path, head):
    got = read(READER, workbook(tmp_path, head=head))
    rows = got.observations
    agency = one(rows, org_code="RZA", measure="agency_share")
    assert (agency["numerator"], agency["denominator"]) == (4_100_000, 100_000_000)
    assert agency["value"] == pytest.approx(4.1) and agency["source_cell"] == "All Data !G2,G4"
    both = one(rows, org_code="RZA", measure="agency_and_external_bank_share")
    assert both["value"] == pytest.approx(5.0) and both["numerator"] == 5_000_000 and both["flags"] == ""
    assert (both["period_start"], both["period_end"]) == (pd.Timestamp(2022, 4, 1), pd.Timestamp(2023, 3, 31))
    assert both["vintage"] == "2022/23"
    tally = next(t for t in got.tallies if t.sheet == "All Data ")
    assert (tally.rows, tally.kept) == (10, 4)
    assert tally.skipped == {"cells of other schedules": 1, "other cells of TAC09 Staff": 4}
    listing = next(t for t in got.tallies if t.sheet == "List of Providers")
    assert listing.skipped == {"listed, but without staff costs: Fictional C NHS Trust": 1}
    assert list(got.organisations["org_code"]) == ["RZA", "RZB", "RZC"]
    assert list(got.organisations["trust_type"]) == ["Acute", "Ambulance", "Community"]


def test_zero_is_a_value_and_an_absent_bank_line_is_nil(tmp_path):
    rows = read(READER, workbook(tmp_path)).observations
    agency = one(rows, org_code="RZB", measure="agency_share")
    assert (agency["value"], agency["status"], agency["flags"]) == (0, "observed", "")
    assert one(rows, org_code="RZB", measure="agency_and_external_bank_share")["flags"] == "line_absent"


def test_bad_cells_are_excluded_with_a_reason(tmp_path):
    lone = "Fictional Z NHS Trust"
    rows = [
        *lines(lone, 1, 1, 100),
        *lines("Fictional A NHS Trust", "n/a", 5, 100),
        *lines("Fictional B NHS Foundation Trust", 500, 5, 100),
        *lines("Fictional C NHS Trust", 5, 5, 100),
        *lines("Fictional C NHS Trust", 6, 5, 100),
    ]
    got = read(READER, workbook(tmp_path, rows=rows)).observations
    assert set(got["status"]) == {"excluded"} and got["value"].isna().all()
    unknown = got[got["org_code"] == ""]
    assert set(unknown["reason"]) == {f"no NHS code for '{lone}'"} and set(unknown["flags"]) == {"unknown_code"}
    text = got[got["org_code"] == "RZA"]
    assert set(text["flags"]) == {"text_in_number"} and text["reason"].str.contains("STA0310: 'n/a'").all()
    assert got.loc[got["org_code"] == "RZB", "reason"].str.contains("500,000 of a gross staff cost of 100,000").any()
    assert set(got.loc[got["org_code"] == "RZC", "flags"]) == {"duplicate_organisation"}


def test_a_trust_without_an_agency_line_is_not_counted_as_nil(tmp_path):
    rows = [*lines("Fictional A NHS Trust", bank=5, gross=100), *lines("Fictional B NHS Foundation Trust", agency=5)]
    got = read(READER, workbook(tmp_path, rows=rows)).observations
    assert set(got["status"]) == {"not_submitted"}
    assert set(got.loc[got["org_code"] == "RZA", "reason"]) == {"the accounts have no line STA0310"}
    assert set(got.loc[got["org_code"] == "RZB", "reason"]) == {"the accounts have no line STA0330"}


def test_a_name_with_two_codes_is_not_guessed(tmp_path):
    listing = [*LISTING, ["Fictional A NHS Trust", "RZX"]]
    got = read(READER, workbook(tmp_path, listing=listing)).observations
    assert set(got.loc[got["org_code"] == "", "reason"]) == {"several NHS codes for 'Fictional A NHS Trust': RZA, RZX"}


def test_the_year_comes_from_a_cell_else_from_the_name_and_says_so(tmp_path):
    for year, name, end, flag in [
        ("accounts 2021/22", "TAC_NHS_trusts_2023-24.xlsx", "2022-03-31", ""),
        ("no year here, only 2023-27", "TAC_NHS_trusts_2023-24.xlsx", "2024-03-31", "period_from_file_name"),
        ("2022/23 and 2023/24", "TAC_NHS_trusts_2023-24.xlsx", "2024-03-31", "period_from_file_name"),
    ]:
        rows = read(READER, workbook(tmp_path, year=year, name=name)).observations
        row = one(rows, org_code="RZA", measure="agency_share")
        assert (row["period_end"], row["flags"]) == (pd.Timestamp(end), flag), year
    with pytest.raises(InputError, match=r"x\.xlsx: No cell says which year"):
        read(READER, workbook(tmp_path, year=""))
    with pytest.raises(InputError, match="names several years"):
        read(READER, workbook(tmp_path, year="2021/22, 2022/23", name="TAC_NHS_trusts_2023-24.xlsx"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"head": [*NEW[:5], "Line", "Total"]}, r"sheet 'All Data ', row 1, column 'SubCode'"),
        ({"head": [*NEW[:6], "Amount"]}, r"sheet 'All Data ', row 1, column 'Total'"),
        ({"listing": [["Provider", "Code"], ["A", "RZA"]]}, r"sheet 'List of Providers', row 1, column 'NHS code'"),
        ({"rows": NOISE}, r"No row has TAC09 Staff, A09CY01 and one of"),
    ],
)
def test_damage_is_named(tmp_path, change, message):
    with pytest.raises(InputError, match=rf"x\.xlsx.*{message}"):
        read(READER, workbook(tmp_path, **change))


def test_without_its_list_of_providers_it_is_known_and_refused(tmp_path):
    path = write_xlsx(tmp_path / "x.xlsx", {"All data": [NEW, *A]})
    with pytest.raises(InputError, match=r"x\.xlsx, sheet 'List of Providers'"):
        read(READER, path)


def test_other_workbooks_are_not_taken(tmp_path):
    assert not READER.recognise(source(write_xlsx(tmp_path / "x.xlsx", {"All data": [["a", "b"], [1, 2]]})))
