# mypy: ignore-errors
"""A folder: every file accounted for, every fault of every file told at once, no value counted twice."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from workbooks import one, source, write_xlsx

from wres_analysis.errors import InputError, RequestError
from wres_analysis.sample.ods_writer import write_ods
from wres_analysis.sources.folder import examine_folder, identify, read_folder
from wres_analysis.sources.mapping import Mapping, shipped_mappings
from wres_analysis.sources.reader import Reader
from wres_analysis.sources.registry import READERS, expected_reader, find_reader

pytestmark = pytest.mark.unit

SICKNESS = (
    "DATE,NHSE_REGION_CODE,NHSE_REGION_NAME,ICS_CODE,ICS_NAME,ORG_CODE,ORG_NAME,CLUSTER_GROUP,BENCHMARK_GROUP,"
    "STAFF_GROUP,FTE_DAYS_LOST,FTE_DAYS_AVAILABLE,SICKNESS_ABSENCE_RATE_PERCENT"
)
ABSENT = "30/04/2024,Y62,North West,QOP,GM,{},A Trust,Acute,Acute - Teaching,All staff groups,{},4000,{}"
OURS = """
[map]
key = "ours"
title = "Our own figures"
publisher = "Us"
[rows]
org_code = "Trust"
[period]
kind = "survey"
is = 2024
[[value]]
measure = "ind7"
group = "bme"
value = "BME"
unit = "percent"
"""


def put(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def absence(folder: Path, name: str, code="RZA", lost=100, rate=2.5) -> Path:
    return put(folder, name, SICKNESS, ABSENT.format(code, lost, rate))


def told(folder: Path, **options) -> list[str]:
    return [str(problem) for problem in examine_folder(folder, **options).problems]


# -- Every file is accounted for ---------------------------------------------------------------------------------


def test_files_are_recognised_by_content_and_the_others_are_named(tmp_path):
    absence(tmp_path, "b/whatever.CSV")
    put(tmp_path, "a/notes.md", "x")
    put(tmp_path, "unknown.csv", "Colour,Size", "red,3")
    put(tmp_path, ".hidden/x.csv", "a")
    put(tmp_path, "~$open.xlsx", "x")
    reading = read_folder(tmp_path)
    assert [(f.name, f.reader, f.note) for f in reading.files] == [
        ("a/notes.md", "", "not a data file"),
        ("b/whatever.CSV", "sickness_benchmarking", ""),
        ("unknown.csv", "", "no reader and no mapping knows this layout"),
        ("~$open.xlsx", "", "a lock that a spreadsheet program leaves while a file is open"),
    ]
    assert [f.name for f in reading.unrecognised] == ["a/notes.md", "unknown.csv", "~$open.xlsx"]
    assert (len(reading.observations), len(reading.organisations)) == (1, 1)
    assert reading.files[1].bytes == (tmp_path / "b/whatever.CSV").stat().st_size


@pytest.mark.parametrize("make", [False, True])
def test_no_folder_and_an_empty_one_are_refused(tmp_path, make):
    folder = tmp_path / "data"
    if make:
        put(folder, ".gitkeep")
    with pytest.raises(RequestError, match="holds no files" if make else "There is no folder"):
        read_folder(folder)


def test_a_folder_of_nothing_known_gives_no_rows(tmp_path):
    put(tmp_path, "readme.txt", "x")
    reading = read_folder(tmp_path)
    assert len(reading.observations) == len(reading.organisations) == len(reading.repeated) == 0


def test_progress_names_each_file(tmp_path):
    absence(tmp_path, "a.csv")
    put(tmp_path, "b.md", "x")
    seen = []
    read_folder(tmp_path, progress=lambda *args: seen.append(args))
    assert seen == [("a.csv", 1, 2), ("b.md", 2, 2)]


def test_every_reader_key_that_a_name_can_expect_is_a_reader():
    from wres_analysis.sources.registry import _KNOWN_NAMES

    assert set(_KNOWN_NAMES) <= {reader.key for reader in READERS}


# -- Structure that is wrong -------------------------------------------------------------------------------------


def workbook(path: Path) -> Path:
    rows = [["Trust", "x"], ["RZA", 1]]
    return write_ods(path, {"S": rows}) if path.suffix == ".ods" else write_xlsx(path, {"S": rows})


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.ods"])
@pytest.mark.parametrize("content", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert told(tmp_path) == [f"{name}: The file is empty. Download it again, or take it out of the folder."]


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods", "a.xlsm"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_workbook_that_is_cut_short(tmp_path, name, share):
    path = workbook(tmp_path / name.replace("xlsm", "xlsx")).rename(tmp_path / name)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    (line,) = told(tmp_path)
    assert line.startswith(f"{name}: The workbook cannot be opened (")
    assert line.endswith("It is probably cut short: download it again.")


def test_a_web_page_in_the_place_of_a_workbook(tmp_path):
    put(tmp_path, "data.xlsx", "<!DOCTYPE html>", "<p>Sign in</p>")
    assert told(tmp_path) == [
        "data.xlsx, row 1: The name says it is a workbook, and its content is none (it begins: '<!DOCTYPE html>'). "
        "Download it again; a web page may have been saved in its place."
    ]


def test_text_that_cannot_be_read(tmp_path):
    (tmp_path / "data.csv").write_bytes("Trust,x\nRZA,1\n".encode("utf-16"))
    assert "Open it and save it as CSV UTF-8." in told(tmp_path)[0]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("NHS Sickness Absence benchmarking tool CSV, April 2024.csv", "benchmarking tool CSV"),
        ("NHS Sickness Absence rates CSV, April 2024.csv", "monthly CSV"),
        ("ESR_ABSENCE_CSV_NHSE.csv", "back series CSV"),
        ("sub/Turnover benchmarking 2. Staff group.csv", "turnover"),
        ("etr.csv", "Organisation Data Service"),
    ],
)
def test_the_wrong_publication_under_a_known_name(tmp_path, name, title):
    put(tmp_path, name, "Colour,Size", "red,3")
    (line,) = told(tmp_path)
    assert line.startswith(f"{name}, row 1: The name says '")
    assert title in line and "its content is not that (it begins: 'Colour,Size')" in line


def test_another_publication_under_a_known_name_is_named(tmp_path):
    absence(tmp_path, "NHS Sickness Absence rates CSV, April 2024.csv")
    assert "but its content is 'NHS Sickness Absence Rates, benchmarking tool CSV'" in told(tmp_path)[0]


def test_a_known_workbook_with_other_sheets(tmp_path):
    workbook(tmp_path / "NSS24 detailed spreadsheets organisational results.xlsx")
    (line,) = told(tmp_path)
    assert "sheet 'S', row 1: The name says 'NHS Staff Survey, detailed spreadsheets" in line


@pytest.mark.parametrize("lost", ["Indicator", "Trust", "Trust Type", "White Rate", "BME Rate"])
def test_a_renamed_column_of_a_known_extract_is_told_and_not_passed_over(tmp_path, lost):
    head = "Indicator,Trust,Trust Type,White Rate,BME Rate,Likelihood Ratio (BME/White)"
    put(tmp_path, "any.csv", head.replace(lost, f"{lost} (2024)", 1), "Q15: Fair career progression,R0A,x,0.5,0.4,0.8")
    lines = told(tmp_path)
    assert f"any.csv, row 1, column '{lost}': The column is missing." in lines[0]


def test_a_file_that_cannot_be_read_at_all_is_told(tmp_path):
    path = absence(tmp_path, "a.csv")
    (line,) = told(tmp_path, progress=lambda *_: path.unlink())
    assert line.startswith("a.csv: The file cannot be read (No such file")


def test_all_problems_of_all_files_are_told_at_once(tmp_path):
    put(tmp_path, "empty.csv")
    put(tmp_path, "etr.csv", "Colour,Size")
    put(tmp_path, "lost.csv", SICKNESS.replace("FTE_DAYS_LOST", "DAYS").replace("ORG_CODE", "CODE"), "x")
    put(tmp_path, "own.csv", "Trust,Jahr,White", "RZA,2025,1")
    put(tmp_path, "own.map.toml", OURS)
    put(tmp_path, "short.xlsx", "PK\x03\x04")
    put(tmp_path, "wrong.map.toml", "[map]")
    absence(tmp_path, "good.csv")
    files = {line.split(":")[0].split(",")[0] for line in told(tmp_path)}
    assert files == {"empty.csv", "etr.csv", "lost.csv", "own.csv", "short.xlsx"}
    assert sum(line.startswith("lost.csv") for line in told(tmp_path)) == 2
    with pytest.raises(InputError) as caught:
        read_folder(tmp_path)
    assert len(str(caught.value).splitlines()) == len(told(tmp_path)) == 6


def test_good_files_are_read_even_where_others_are_not(tmp_path):
    put(tmp_path, "empty.csv")
    absence(tmp_path, "good.csv")
    reading = examine_folder(tmp_path)
    assert [f.name for f in reading.files] == ["good.csv"]
    assert len(reading.observations) == 1


# -- Own data ----------------------------------------------------------------------------------------------------


def test_own_data_by_a_mapping_given_or_beside(tmp_path):
    data = tmp_path / "data"
    put(data, "own.csv", "Trust,BME", "RZA,40")
    given = put(tmp_path, "given.toml", OURS)
    assert [f.reader for f in read_folder(data).files] == [""]
    reading = read_folder(data, mappings=[given])
    assert [(f.reader, f.note) for f in reading.files] == [("ours", "by the mapping given.toml")]
    put(data, "own.map.toml", OURS.replace('"ours"', '"beside"'))
    reading = read_folder(data)
    assert [(f.reader, f.note) for f in reading.files] == [
        ("beside", "by the mapping own.map.toml"),
        ("", "a mapping, not data"),
    ]
    assert reading.unrecognised == ()


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_own_workbooks_with_a_mapping_beside(tmp_path, suffix):
    rows = [["Survey of 2024", None], ["Trust", "BME"], ["RZA", 40.5]]
    sheets = {"Notes": [["x"]], "Figures": rows}
    write_ods(tmp_path / "own.ods", sheets) if suffix == ".ods" else write_xlsx(tmp_path / "own.xlsx", sheets)
    put(tmp_path, "own.map.toml", OURS + '[match]\nsheet = "Figures"\nheader_row = 2\n')
    row = read_folder(tmp_path).observations.iloc[0]
    assert (row["value"], row["source_cell"], row["source_file"]) == (40.5, "Figures!B3", f"own{suffix}")


def test_a_mapping_beside_nothing_is_named(tmp_path):
    put(tmp_path, "lonely.map.toml", OURS)
    (file,) = read_folder(tmp_path).files
    assert file.note == "a mapping, and no data file 'lonely' is beside it"


def test_a_mapping_goes_before_the_readers(tmp_path):
    absence(tmp_path, "a.csv")
    text = OURS.replace('"Trust"', '"ORG_CODE"').replace('"BME"', '"SICKNESS_ABSENCE_RATE_PERCENT"')
    given = put(tmp_path / "maps", "m.toml", text.replace('"ind7"\ngroup = "bme"', '"sickness"'))
    assert [f.reader for f in read_folder(tmp_path, mappings=[given]).files] == ["ours", ""]


def test_a_mapping_that_fits_no_file_is_told_with_the_nearest(tmp_path):
    put(tmp_path / "data", "own.csv", "Trust,Bme", "RZA,40")
    given = put(tmp_path, "given.toml", OURS)
    assert told(tmp_path / "data", mappings=[given]) == [
        "given.toml: No file has the headings that this mapping names. It looks for: Trust, BME. "
        "The nearest is own.csv, which lacks: BME."
    ]


def test_the_same_mapping_given_twice_is_one(tmp_path):
    put(tmp_path / "data", "own.csv", "Trust,BME", "RZA,40")
    given = put(tmp_path, "given.toml", OURS)
    assert told(tmp_path / "data", mappings=[given, given]) == []


@pytest.mark.parametrize("key", ["nss_detailed", "nss_wres_extract"])
@pytest.mark.parametrize("beside", [True, False])
def test_own_data_may_not_call_itself_like_a_publication(tmp_path, key, beside):
    """Otherwise its codes would be believed, and its rows ranked as the publisher's."""
    put(tmp_path / "data", "own.csv", "Trust,BME", "RZA,40")
    text = OURS.replace('"ours"', f'"{key}"')
    given = put(tmp_path / "data" if beside else tmp_path, "own.map.toml", text)
    (line,) = told(tmp_path / "data", mappings=[] if beside else [given])
    assert f"[map] key '{key}' is the name of a source that the kit knows." in line


def test_mistakes_in_every_mapping_are_told_with_those_in_the_files(tmp_path):
    put(tmp_path / "data", "empty.csv")
    first = put(tmp_path, "first.toml", OURS.replace("ind7", "ind77"))
    second = put(tmp_path, "second.toml", OURS.replace("2024", "204"))
    assert [line.split(":")[0] for line in told(tmp_path / "data", mappings=[first, second])] == [
        "first.toml",
        "second.toml",
        "empty.csv",
    ]


def test_identify_says_what_reads_a_file(tmp_path):
    reader, _ = identify(source(absence(tmp_path, "a.csv")))
    assert isinstance(reader, Reader) and reader.key == "sickness_benchmarking"
    head = "Indicator,Trust,Trust Type,White Rate,BME Rate,Likelihood Ratio (BME/White)"
    mapped, _ = identify(source(put(tmp_path, "b.csv", head)))
    assert isinstance(mapped, Mapping) and mapped in shipped_mappings()


# -- The same value twice ----------------------------------------------------------------------------------------


def test_a_file_that_is_there_twice_counts_once(tmp_path):
    shutil.copy(absence(tmp_path, "a.csv"), tmp_path / "b.csv")
    reading = read_folder(tmp_path)
    assert list(reading.observations["source_file"]) == ["a.csv"]
    assert list(reading.repeated["source_file"]) == ["b.csv"]


def test_two_files_that_differ_with_no_vintage_to_decide_are_one_line(tmp_path):
    lines = [
        ABSENT.format(code, lost, rate) for code, lost, rate in (("RZA", 100, 2.5), ("RZB", 80, 2), ("RZC", 40, 1))
    ]
    put(tmp_path, "a.csv", SICKNESS, *lines)
    put(
        tmp_path,
        "b.csv",
        SICKNESS,
        lines[0].replace("100,4000,2.5", "120,4000,3"),
        lines[1].replace("80,4000", "88,4000"),
        lines[2],
    )
    assert told(tmp_path) == [
        "b.csv, row 2, column 'K': sickness of RZA for 30/04/2024 is 3 (120/4000) here and 2.5 (100/4000) in a.csv "
        "(K2,L2), and 1 more values differ; nothing says which is newer. Take one of the two files out of the folder."
    ]


def test_the_same_rate_of_other_counts_is_no_repeat(tmp_path):
    put(tmp_path, "a.csv", SICKNESS, ABSENT.format("RZA", 100, 2.5))
    put(tmp_path, "b.csv", SICKNESS, ABSENT.format("RZA", 100, 2.5).replace("100,4000", "200,8000"))
    assert "is 2.5 (200/8000) here and 2.5 (100/4000)" in told(tmp_path)[0]


def test_two_own_files_that_differ_are_a_problem_under_any_two_keys(tmp_path):
    for name, value in (("one", 40), ("two", 41)):
        put(tmp_path, f"{name}.csv", "Trust,BME", f"RZA,{value}")
        put(tmp_path, f"{name}.map.toml", OURS.replace('"ours"', f'"{name}"'))
    (line,) = told(tmp_path)
    assert line.startswith("two.csv, row 2, column 'B': ind7 of RZA for 31/12/2024 is 41 here and 40 in one.csv (B2)")


def test_a_vintage_decides(tmp_path):
    for name, value in (("one", 40), ("two", 41)):
        put(tmp_path, f"{name}.csv", "Trust,BME", f"RZA,{value}")
        head = f'key = "{name}"\nvintage = "{2024 if name == "one" else 2025}"'
        put(tmp_path, f"{name}.map.toml", OURS.replace('key = "ours"', head))
    assert told(tmp_path) == []
    assert len(read_folder(tmp_path).observations) == 2


def test_one_file_that_gives_a_trust_twice(tmp_path):
    lines = ["RZA,40", "RZA,41", "RZB,50", "RZB,50", "RZC,60"]
    put(tmp_path, "own.csv", "Trust,BME", *lines)
    put(tmp_path, "own.map.toml", OURS)
    rows = read_folder(tmp_path).observations
    twice = rows[rows["org_code"] == "RZA"]
    assert list(twice["status"]) == ["excluded", "excluded"]
    assert set(twice["reason"]) == {"the same organisation and period twice, with different values"}
    assert set(twice["flags"]) == {"duplicate_organisation"}
    assert twice["value"].isna().all()
    assert one(rows, org_code="RZB")["value"] == 50
    assert len(rows) == 4


def test_twice_in_one_file_and_once_in_another(tmp_path):
    put(tmp_path, "a.csv", "Trust,BME", "RZA,40", "RZA,41")
    put(tmp_path, "b.csv", "Trust,BME", "RZA,40")
    for name in ("a", "b"):
        put(tmp_path, f"{name}.map.toml", OURS)
    reading = examine_folder(tmp_path)
    assert reading.problems == ()
    assert list(reading.observations["status"]) == ["excluded"] * 3


def test_rows_of_one_kind_are_left_alone_while_none_repeats(tmp_path):
    absence(tmp_path, "a.csv")
    put(tmp_path, "own.csv", "Trust,BME", "RZA,40", "RZB,x")
    put(tmp_path, "own.map.toml", OURS)
    rows = read_folder(tmp_path).observations
    assert list(rows["org_code"]) == ["RZA", "RZA", "RZB"]
    assert rows["source_file"].notna().all()
    assert np.isfinite(rows["value"]).tolist() == [True, True, False]


# -- Names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("x/Benchmark-report-Excel-data-for-2020-2024.xlsx", "nss_benchmark"),
        ("NSS-Benchmark-report-excel-data-for-2021-2025-v2.xlsx", "nss_benchmark"),
        ("NSS24 detailed spreadsheets organisational results.xlsx", "nss_detailed"),
        ("NHS Sickness Absence benchmarking tool, April 2023.csv", "sickness_benchmarking"),
        ("NHS Sickness Absence rates CSV, May 2025.csv", "sickness_monthly_csv"),
        ("05_May_2026_Latest_ratings.ods", "cqc_ratings"),
        ("FFT_IP_MacroWebfile_Aug-25.xlsm", "fft"),
        ("friends-and-family-test-inpatient-data-august-2025.xlsm", "fft"),
        ("TAC_NHS_foundation_trusts_2022-23.xlsx", "tac"),
        ("etr.csv", "ods_etr"),
        ("success.csv", None),
        ("our figures.csv", None),
    ],
)
def test_names_that_promise_a_publication(name, key):
    reader = expected_reader(name)
    assert (reader.key if reader else None) == key


@pytest.mark.skipif(sys.platform == "win32", reason="cannot be a file name there")
def test_odd_names_are_only_names(tmp_path):
    absence(tmp_path, "a:b [1] *?.csv")
    assert read_folder(tmp_path).observations["source_file"][0] == "a:b [1] *?.csv"


def test_nothing_known_is_recognised_in_other_files(tmp_path):
    for path in (put(tmp_path, "a.csv", "x"), workbook(tmp_path / "a.xlsx"), workbook(tmp_path / "b.ods")):
        assert find_reader(source(path)) is None
