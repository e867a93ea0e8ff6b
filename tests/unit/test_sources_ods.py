"""The register's two files without headings: known by their shape, and nothing else taken for them."""

import pandas as pd
import pytest
from workbooks import one, read, source

from wres_analysis.sources.ods import READERS

pytestmark = pytest.mark.unit

ETR, SUCC = READERS


def trust(code="RZA", region="Y56", icb="QKK", opened="20101101", closed="", width=27, name="FICTIONAL NHS TRUST"):
    row = [code, name, region, icb, "1 ROAD", "", "", "LONDON", "", "NW1 0PE", opened, closed]
    return row + [""] * (width - len(row))


def write(folder, rows, quoted=True, end="\r\n", name="anything.csv"):
    mark = '"' if quoted else ""
    text = end.join(",".join(f"{mark}{cell}{mark}" for cell in row) for row in rows)
    (folder / name).write_bytes((text + end).encode())
    return folder / name


@pytest.mark.parametrize(("width", "quoted", "end"), [(27, True, "\r\n"), (24, False, "\n"), (27, False, "\n")])
def test_trusts(tmp_path, width, quoted, end):
    rows = [
        trust(width=width),
        trust("RZB", "Y58", "QOX", closed="20200331", width=width),
        trust("G6V2S", "", "", "", "20250101", width=width),
    ]
    reading = read(ETR, write(tmp_path, rows, quoted, end))
    assert reading.observations.empty
    seen = reading.organisations.set_index("org_code")
    assert list(seen["region"]) == ["London", "South West", ""]
    assert list(seen["icb"]) == ["QKK", "QOX", ""]
    assert seen.loc["RZB", "closed"] == pd.Timestamp(2020, 3, 31)
    assert (seen.loc["RZA", "opened"], seen.loc["RZA", "org_name"]) == (
        pd.Timestamp(2010, 11, 1),
        "FICTIONAL NHS TRUST",
    )
    assert pd.isna(seen.loc["G6V2S", "opened"])
    assert seen["as_of"].isna().all()
    assert list(seen["source_cell"]) == ["A1", "A2", "A3"]
    assert (reading.tallies[0].rows, reading.tallies[0].kept, reading.tallies[0].skipped) == (3, 3, {})


def test_regions_that_ended_and_wales(tmp_path):
    rows = [trust(f"RZ{i}", code, width=24) for i, code in enumerate(("Y54", "Y55", "Y55", "Y56", "Y57", "W00", "Y99"))]
    reading = read(ETR, write(tmp_path, rows, quoted=False))
    seen = reading.organisations.set_index("org_code")["region"]
    assert seen.to_dict() == {"RZ0": "", "RZ1": "", "RZ2": "", "RZ3": "London", "RZ4": "", "RZ6": ""}
    assert reading.tallies[0].skipped == {
        "organisation in Wales (RZ5)": 1,
        "region Y54, which ended in March 2020: left blank": 1,
        "region Y55, which ended in March 2020: left blank": 2,
        "region Y57, which ended in March 2020: left blank": 1,
        "region Y99, which is not known: left blank": 1,
    }


def test_bad_rows_are_counted_by_number(tmp_path):
    good = [trust(f"RA{i}") for i in range(40)]
    rows = [*good, trust("R?"), trust(""), trust("RZC", opened="202"), ["RZD", "CUT SHORT", "Y56"]]
    reading = read(ETR, write(tmp_path, rows, quoted=False))
    assert list(reading.organisations["org_code"].iloc[40:]) == ["RZC"]
    assert pd.isna(one(reading.organisations, org_code="RZC")["opened"])
    assert reading.tallies[0].skipped == {
        "row 44: it is cut short": 1,
        "row 41: 'R?' is no organisation code": 1,
        "row without an organisation code": 1,
        "row 43: the opening date '202' is no date": 1,
    }


def test_successions(tmp_path):
    rows = [["RZA", "RZB", "", "20191001", "0"], ["9ZZ1", "9ZZ2", "", "20130401", "1"]]
    reading = read(SUCC, write(tmp_path, rows))
    seen = reading.organisations
    assert seen[["org_code", "successor"]].to_numpy().tolist() == [["RZA", "RZB"], ["9ZZ1", "9ZZ2"]]
    assert seen["succession_date"].iloc[0] == pd.Timestamp(2019, 10, 1)
    assert set(seen["region"]) == {""}


def test_a_succession_without_a_date_is_none(tmp_path):
    rows = [[f"R{i:02}", "RZB", "", "20191001", "0"] for i in range(40)]
    rows += [["RZX", "RZB", "", "", "0"], ["RZY", "RZB", "", "20191301", "0"]]
    reading = read(SUCC, write(tmp_path, rows))
    assert len(reading.organisations) == 40
    assert reading.tallies[0].skipped == {
        "row 42: the date of succession '20191301' is no date": 1,
        "succession without a date": 1,
    }


@pytest.mark.parametrize(
    "rows",
    [
        [["a", "b", "c", "d", "e"], ["1", "2", "3", "4", "5"]],
        [["org_code", "successor", "reason", "date", "kind"], ["RZA", "RZB", "", "20191001", "0"]],
        [["RZA", "2020", "2021", "20191001", "0.5"]] * 5,
        [["RZA", "RZB", "", "2019-10-01", "0"]] * 5,
        [["RZA", "RZB", "", "20191001", "0", ""]] * 5,
        [[str(i) for i in range(27)], ["1"] * 27],
        [["x"] * 24] * 3,
        [trust(width=26)] * 3,
        [trust(region="London")] * 3,
        [trust(opened="01/11/2010")] * 3,
        [trust(), *[["free text"] * 27] * 5],
        [["RZA", "1", "", "", *[""] * 23]] * 3,
    ],
)
def test_other_tables_without_headings_are_left_alone(tmp_path, rows):
    file = source(write(tmp_path, rows))
    assert not ETR.recognise(file)
    assert not SUCC.recognise(file)


def test_names_do_not_matter_and_empty_files_are_left_alone(tmp_path):
    assert ETR.recognise(source(write(tmp_path, [trust()], name="succ.csv")))
    assert not SUCC.recognise(source(tmp_path / "succ.csv"))
    (tmp_path / "etr.csv").write_bytes(b"\n\n")
    assert not ETR.recognise(source(tmp_path / "etr.csv"))
