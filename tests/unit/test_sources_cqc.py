"""CQC ratings: banner rows, older headings, events with dates, and texts that are no rating."""

import datetime as dt

import pandas as pd
import pytest
from workbooks import one, source, write_xlsx

from wres_analysis.errors import InputError
from wres_analysis.sample.ods_writer import write_ods
from wres_analysis.sources.cqc import READERS

pytestmark = pytest.mark.unit

PROVIDERS = [
    "Provider ID",
    "Provider Name",
    "Provider Type",
    "Provider Primary Inspection Category",
    "Service / Population Group",
    "Domain",
    "Latest Rating",
    "Publication Date",
    "Report Type",
    "URL",
]
LOCATIONS = [
    "Location ID",
    "Location Name",
    "Location Type",
    "Service / Population Group",
    "Domain",
    "Latest Rating",
    "Publication Date",
    "Inherited Rating (Y/N)",
    "Provider ID",
    "Provider Name",
]
NHS = "NHS Healthcare Organisation"
BANNER = [["Issues with our care directory files"], [], ["We are currently moving to a new digital system."], []]


def provider(code, domain, rating, date, service="Overall", kind=NHS):
    return [code, f"Trust {code}", kind, "Acute", service, domain, rating, date, "Provider", "http://x"]


def location(code, name, rating, date, inherited="N", service="Overall", kind=NHS, trust="RZA"):
    return [code, name, kind, service, "Overall", rating, date, inherited, trust, f"Trust {trust}"]


TWO_SHEETS = {
    "Notes": [["Read me"]],
    "Locations": [
        *BANNER,
        LOCATIONS,
        location("RZA01", "North Wing", "Good", "09/02/2019", inherited="Y"),
        location("RZA01", "North Wing", "Outstanding", "09/02/2019", service="Surgery"),
        location("1-2", "A Home", "Good", "01/02/2024", kind="Social Care Org"),
        [],
    ],
    "Providers": [
        *BANNER,
        PROVIDERS,
        provider("RZA", "Overall", "Requires improvement", "09/02/2019"),
        provider("RZA", "Well-led", "Inadequate", dt.date(2019, 2, 9)),
        provider("RZA", "Safe", "Good", "09/02/2019"),
        provider("RZA", "Overall", "Outstanding", "09/02/2019", service="Surgery"),
        provider("RZB", "Overall", "Insufficient evidence to rate", "01/12/2023"),
        provider("RZB", "Well-led", "Outstanding", "31/01/2024"),
    ],
}


def read(path):
    file = source(path)
    (reader,) = [reader for reader in READERS if reader.recognise(file)]
    return reader.read(file)


@pytest.mark.parametrize("write", [write_ods, write_xlsx])
def test_both_sheets_below_their_banners(tmp_path, write):
    got = read(write(tmp_path / "any name", TWO_SHEETS))
    rows = got.observations
    well_led = one(rows, org_code="RZA", measure="cqc_well_led")
    assert well_led["value"] == 1 and well_led["unit"] == "rating" and well_led["stratum"] == "all"
    assert well_led["period_start"] == well_led["period_end"] == pd.Timestamp(2019, 2, 9)
    assert well_led["source_cell"] == "Providers!G7,H7"
    assert one(rows, org_code="RZA", measure="cqc_overall")["value"] == 2
    assert one(rows, org_code="RZB", measure="cqc_well_led")["value"] == 4
    place = one(rows, measure="cqc_location_overall")
    assert (place["org_code"], place["stratum"], place["value"]) == ("RZA", "RZA01 North Wing", 3)
    assert place["flags"] == "inherited"
    none = one(rows, org_code="RZB", measure="cqc_overall")
    assert none["status"] == "not_applicable" and none["reason"] == "Insufficient evidence to rate"
    assert set(rows["vintage"]) == {"2024-02-01"}  # the newest date in the file, of whatever sector
    by_sheet = {t.sheet: t for t in got.tallies}
    assert by_sheet["Providers"].rows == 6 and by_sheet["Providers"].kept == 3
    assert by_sheet["Providers"].skipped == {
        "ratings of the key question 'Safe'": 1,
        "ratings of one service or population group": 1,
        "not applicable": 1,
    }
    assert by_sheet["Locations"].skipped == {
        "ratings of one service or population group": 1,
        "locations outside the NHS": 1,
    }
    assert list(got.organisations["org_name"]) == ["Trust RZA", "Trust RZB"]


def test_a_csv_of_providers_with_the_older_headings(tmp_path):
    header = ["Key Question" if name == "Domain" else name for name in PROVIDERS]
    lines = [header, provider("RZA", "Well-led", "Good", "01/03/2018")]
    (tmp_path / "x.csv").write_text("\n".join(",".join(f'"{cell}"' for cell in line) for line in lines))
    rows = read(tmp_path / "x.csv").observations
    assert one(rows)["measure"] == "cqc_well_led" and one(rows)["source_cell"] == "G2,H2"


def test_only_the_reader_of_locations_is_verified(tmp_path):
    locations = {"Locations": TWO_SHEETS["Locations"]}
    for sheets, verified in ((TWO_SHEETS, False), (locations, True)):
        file = source(write_ods(tmp_path / "a.ods", sheets))
        assert [reader.verified for reader in READERS if reader.recognise(file)] == [verified]


def test_bad_cells_and_two_ratings_of_one_day(tmp_path):
    lines = [
        provider("RZA", "Overall", "Good", "01/03/2018"),
        provider("RZA", "Overall", "Outstanding", "01/03/2018"),
        provider("RZB", "Overall", "Good", "01/03/2018"),
        provider("RZB", "Overall", "Good", "01/03/2018"),
        provider("RZC", "Overall", "Excellent", "01/03/2018"),
        provider("RZD", "Overall", "Good", "202"),
    ]
    got = read(write_ods(tmp_path / "a.ods", {"Providers": [PROVIDERS, *lines]}))
    rows = got.observations
    both = rows[rows["org_code"] == "RZA"]
    assert len(both) == 2 and set(both["status"]) == {"excluded"} and both["value"].isna().all()
    assert set(both["flags"]) == {"duplicate_organisation"}
    assert one(rows, org_code="RZB")["value"] == 3
    assert "'Excellent'" in one(rows, org_code="RZC")["reason"]
    bad = one(rows, org_code="RZD")
    assert bad["status"] == "excluded" and "'202' is not a date" in bad["reason"] and pd.isna(bad["period_end"])
    (tally,) = got.tallies
    assert (tally.kept, tally.excluded, tally.skipped) == (1, 4, {"the same rating again": 1})


def test_a_missing_heading_is_named(tmp_path):
    sheets = {"Providers": [*BANNER, ["Rated" if n == "Publication Date" else n for n in PROVIDERS]]}
    with pytest.raises(InputError, match=r"a\.ods, sheet 'Providers', row 5, column 'Publication Date': The column is"):
        read(write_ods(tmp_path / "a.ods", sheets))


def test_a_sheet_that_lost_its_headings_is_not_passed_over(tmp_path):
    sheets = {**TWO_SHEETS, "Providers": TWO_SHEETS["Providers"][len(BANNER) + 1 :]}
    with pytest.raises(InputError, match=r"sheet 'Providers', row 1: None of the first .* 'Provider ID'"):
        read(write_ods(tmp_path / "a.ods", sheets))


def test_the_directory_of_locations_is_not_taken(tmp_path):
    sheets = {"Locations": [["Location ID", "Publication Date", "Provider ID"], ["RZA01", "01/03/2018", "RZA"]]}
    file = source(write_ods(tmp_path / "a.ods", sheets))
    assert not any(reader.recognise(file) for reader in READERS)
    (tmp_path / "b.csv").write_text("Org code,Provider ID\nRZA,RZA\n")
    assert not any(reader.recognise(source(tmp_path / "b.csv")) for reader in READERS)
