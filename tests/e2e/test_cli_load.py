"""What a person types: `wres check` and `wres load`, good and bad, and what they find afterwards."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from workbooks import write_xlsx

from wres_analysis.cli import main
from wres_analysis.panel.store import FILES, open_panel
from wres_analysis.sample.ods_writer import write_ods

pytestmark = pytest.mark.e2e

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
SICKNESS = (
    "DATE,NHSE_REGION_CODE,NHSE_REGION_NAME,ICS_CODE,ICS_NAME,ORG_CODE,ORG_NAME,CLUSTER_GROUP,BENCHMARK_GROUP,"
    "STAFF_GROUP,FTE_DAYS_LOST,FTE_DAYS_AVAILABLE,SICKNESS_ABSENCE_RATE_PERCENT"
)
ABSENT = "{date},Y62,North West,QOP,GM,{code},A Trust,Acute,Acute - Teaching,All staff groups,{lost},4000,2.5"
OURS = """
[map]
key = "ours"
title = "Our own figures"
publisher = "Us"
[rows]
org_code = "Trust"
[period]
kind = "survey"
column = "Survey"
[[value]]
measure = "ind7"
group = "bme"
value = "BME"
unit = "percent"
"""


def wres(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)


def put(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def sickness(folder: Path, *codes: str, lost: object = 100, name: str = "sickness.csv", year: int = 2024) -> Path:
    dates = [f"01/{month:02}/{year if month > 3 else year + 1}" for month in range(1, 13)]
    return put(
        folder, name, SICKNESS, *(ABSENT.format(date=date, code=code, lost=lost) for code in codes for date in dates)
    )


def held(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    sickness(tmp_path / "data", "RZA", "RZB")
    put(tmp_path / "data", "notes.txt", "x")
    return tmp_path / "data"


@pytest.fixture
def panel(tmp_path: Path, data: Path) -> Path:
    """A PANEL folder that is already there, of other data."""
    result = wres("load", data, "--out", tmp_path / "panel")
    assert result.exit_code == 0, result.output
    return tmp_path / "panel"


# -- Good ---------------------------------------------------------------------------------------------------------


def test_load_writes_every_table_and_tells_what_it_did(tmp_path, data):
    result = wres("load", data, "--out", tmp_path / "panel")
    assert result.exit_code == 0
    assert "Read 1 of 2 files: 24 values." in result.stdout
    assert "Not recognised, and not read: notes.txt" in result.stdout
    assert "2 trusts, WRES 2025 to 2025." in result.stdout
    assert f"Written: {tmp_path / 'panel'}" in result.stdout
    assert result.stderr == ""
    assert set(held(tmp_path / "panel")) == {"load.json", *(f"{name}.parquet" for name in FILES)}
    loaded = open_panel(tmp_path / "panel").panel
    assert loaded["sickness"].tolist() == [2.5, 2.5]


def test_check_tells_the_same_and_writes_nothing(data):
    before = held(data.parent)
    result = wres("check", data)
    assert result.exit_code == 0
    assert "sickness.csv: NHS Sickness Absence Rates, benchmarking tool CSV: 24 values, 0 suppressed" in result.stdout
    assert "notes.txt: not recognised (not a data file)" in result.stdout
    assert held(data.parent) == before


@pytest.mark.parametrize("command", ["check", "load"])
def test_json_is_what_a_program_would_want(tmp_path, data, command):
    result = wres(command, data, "--json", *(["--out", tmp_path / "panel"] if command == "load" else []))
    told = json.loads(result.stdout)
    assert told["problems"] == []
    assert told["observations"] == {"observed": 24}
    assert [file["name"] for file in told["files"]] == ["notes.txt", "sickness.csv"]
    assert told["files"][1]["tallies"][0]["kept"] == 24
    if command == "load":
        written = json.loads((tmp_path / "panel" / "load.json").read_text(encoding="utf-8"))
        assert {**written, "problems": []} == told
    else:
        assert not (tmp_path / "panel").exists()


def test_own_data_by_map_goes_into_the_panel(tmp_path, data):
    put(data, "own.csv", "Trust,Survey,BME", "RZA,2024,48.4")
    given = put(tmp_path, "own.toml", OURS)
    assert wres("load", data, "--out", tmp_path / "panel", "--map", given).exit_code == 0
    loaded = open_panel(tmp_path / "panel")
    assert loaded.panel.set_index("org_code").at["RZA", "ind7.bme"] == 48.4
    assert "by the mapping own.toml" in [file["note"] for file in loaded.account["files"]]


def test_the_account_has_no_clock_and_no_path(tmp_path, data, panel):
    text = (panel / "load.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in text and tmp_path.name not in text
    account = json.loads(text)
    assert not any("time" in key or "date" in key for key in account)
    assert len(account["data_hash"]) == 64


def test_the_hash_is_of_what_was_read(tmp_path, data, panel):
    def data_hash(*more: object) -> str:
        assert wres("load", data, "--out", tmp_path / "other", *more).exit_code == 0
        return open_panel(tmp_path / "other").data_hash

    first = open_panel(panel).data_hash
    put(data, "notes.txt", "other notes")
    assert data_hash() == first  # what is not read changes nothing
    put(data, "own.csv", "Trust,Survey,BME", "RZA,2024,48.4")
    second = data_hash("--map", put(tmp_path, "own.toml", OURS))
    third = data_hash("--map", put(tmp_path, "own.toml", OURS.replace("ind7", "ind8")))
    assert len({first, second, third}) == 3  # a mapping decides what its file says


# -- Bad structure: status 2, one line for each problem, nothing written ------------------------------------------


def empty(folder: Path) -> str:
    put(folder, "bad.csv")
    return "bad.csv: The file is empty. Download it again, or take it out of the folder."


def wrong_publication(folder: Path) -> str:
    put(folder, "NHS Sickness Absence rates CSV, April 2024.csv", "<!DOCTYPE html>", "<p>Not found</p>")
    return (
        "NHS Sickness Absence rates CSV, April 2024.csv, row 1: The name says 'NHS Sickness Absence Rates, monthly CSV'"
    )


def truncated_xlsx(folder: Path) -> str:
    path = write_xlsx(folder / "bad.xlsx", {"S": [["a"] * 50] * 50})
    path.write_bytes(path.read_bytes()[:3000])
    return "bad.xlsx: The workbook cannot be opened ("


def truncated_ods(folder: Path) -> str:
    path = write_ods(folder / "bad.ods", {"S": [["a"] * 50] * 50})
    path.write_bytes(path.read_bytes()[:700])
    return "bad.ods: The workbook cannot be opened ("


def renamed_column(folder: Path) -> str:
    put(folder, "bad.csv", SICKNESS.replace("FTE_DAYS_LOST", "LOST"), "x")
    return "bad.csv, row 1, column 'FTE_DAYS_LOST': The column is missing."


def missing_column_of_a_workbook(folder: Path) -> str:
    head = ["ODS code", "Organisation name", "Benchmarking group", "Weighting", "% Yes", "Base (number of responses)"]
    question = "Q15 - Does your organisation act fairly with regard to career progression?"
    rows = [
        ["NHS Staff Survey 2024", None, None, None, question],
        [],
        [],
        [],
        head,
        ["RZA", "A Trust", "x", "y", 50, 9],
    ]
    write_xlsx(folder / "bad.xlsx", {"YOUR JOB Q15": rows})
    return "bad.xlsx, sheet 'YOUR JOB Q15', row 5, column 'Region': The column is missing."


def contradiction(folder: Path) -> str:
    sickness(folder, "RZA", lost=120, name="zz.csv")
    return (
        "zz.csv, row 2, column 'K': sickness of RZA for 31/01/2025 is 3 (120/4000) here and 2.5 (100/4000) in "
        "sickness.csv (K2,L2), and 11 more values differ; nothing says which is newer. Take one of the two files"
    )


def own_column(folder: Path) -> str:
    put(folder, "own.csv", "Trust,Survey,Percentage", "RZA,2024,48.4")
    put(folder, "own.map.toml", OURS)
    return "own.csv, row 1, column 'BME': The column is missing."


def mistaken_mapping(folder: Path) -> str:
    put(folder, "own.csv", "Trust,Survey,BME", "RZA,2024,48.4")
    put(folder, "own.map.toml", OURS.replace("ind7", "ind77"))
    return "own.map.toml: [[value]] number 1: there is no measure 'ind77'. Did you mean 'ind7'?"


BAD = [
    empty,
    wrong_publication,
    truncated_xlsx,
    truncated_ods,
    renamed_column,
    missing_column_of_a_workbook,
    contradiction,
    own_column,
    mistaken_mapping,
]


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
def test_bad_structure_is_told_and_nothing_is_written(tmp_path, data, panel, spoil):
    line = spoil(data)
    before = held(tmp_path)
    for command in (["load", data, "--out", panel], ["load", data, "--out", tmp_path / "new"], ["check", data]):
        result = wres(*command)
        assert result.exit_code == 2
        assert any(told.startswith(line) for told in result.stderr.splitlines()), result.stderr
        assert "Traceback" not in result.output
    assert held(tmp_path) == before
    assert not (tmp_path / "new").exists()


def test_all_problems_of_all_files_are_told_at_once(tmp_path, data):
    folders = [f"z{number}" for number in range(len(BAD))]  # after sickness.csv, which one of them contradicts
    for folder in folders:
        (data / folder).mkdir()
    lines = [f"{folder}/{spoil(data / folder)}" for folder, spoil in zip(folders, BAD, strict=True)]
    result = wres("load", data, "--out", tmp_path / "panel")
    assert result.exit_code == 2
    told = result.stderr.splitlines()
    assert [line for line in lines if not any(t.startswith(line) for t in told)] == []
    assert not (tmp_path / "panel").exists()


@pytest.mark.parametrize("command", ["check", "load"])
def test_json_tells_the_problems_apart(tmp_path, data, command):
    renamed_column(data)
    result = wres(command, data, "--json", *(["--out", tmp_path / "panel"] if command == "load" else []))
    assert result.exit_code == 2
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["file"], problem["row"], problem["column"]) == ("bad.csv", 1, "FTE_DAYS_LOST")
    assert problem["what"] and problem["todo"]


def test_check_still_says_what_the_good_files_are(data):
    empty(data)
    result = wres("check", data)
    assert "sickness.csv: NHS Sickness Absence Rates, benchmarking tool CSV: 24 values" in result.stdout
    assert result.stderr.splitlines() == [
        "bad.csv: The file is empty. Download it again, or take it out of the folder."
    ]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["check", "{tmp}/nowhere"], "There is no folder"),
        (["load", "{tmp}/nowhere", "--out", "{tmp}/p"], "There is no folder"),
        (["load", "{tmp}/data", "--out", "{tmp}/data"], "lie in one another"),
        (["load", "{tmp}/data", "--out", "{tmp}/data/panel"], "lie in one another"),
        (["load", "{tmp}/data", "--out", "{tmp}/thesis"], "is not a folder that 'wres load' made"),
    ],
)
def test_requests_that_cannot_be_met(tmp_path, data, args, told):
    put(tmp_path, "thesis/chapter1.txt", "years of work")
    before = held(tmp_path)
    result = wres(*(arg.replace("{tmp}", str(tmp_path)) for arg in args))
    assert result.exit_code == 2
    assert told in result.stderr
    assert held(tmp_path) == before


# -- Bad cells: left out, counted everywhere, and fatal only when asked -------------------------------------------

BAD_CELLS = {
    "RZA,2024,forty": ("text_in_number", "'forty' is not a number", "row 2, column 'C'"),
    "RZB,202,48": ("bad_year", "'202' is not a survey year such as 2024 (fielded in that autumn)", "row 3, column 'C'"),
    "RZZ,2024,48": ("unknown_code", "no organisation file knows the code 'RZZ'", "row 4, column 'C'"),
    "RZB,2023,48": ("duplicate_organisation", "the same organisation and period twice", "row 5, column 'C'"),
    "RZB,2023,49": ("duplicate_organisation", "the same organisation and period twice", "row 6, column 'C'"),
    "RZA,2022,140": ("bad_cell", "140 is outside the possible range of a percent", "row 7, column 'C'"),
}


@pytest.fixture
def spoilt(data: Path) -> Path:
    put(data, "own.csv", "Trust,Survey,BME", *BAD_CELLS, "RZA,2021,51")
    put(data, "own.map.toml", OURS)
    return data


def test_bad_cells_are_left_out_and_counted(tmp_path, spoilt):
    result = wres("load", spoilt, "--out", tmp_path / "panel")
    assert result.exit_code == 0
    assert "  6 excluded" in result.stdout
    loaded = open_panel(tmp_path / "panel")
    rows = loaded.observations
    out = rows[rows["source"].eq("ours") & rows["status"].eq("excluded")]
    assert len(out) == len(BAD_CELLS)
    for (_, reason, _), told in zip(BAD_CELLS.values(), out["reason"], strict=True):
        assert told.startswith(reason)
    assert out[["value", "numerator", "denominator", "effective_base"]].isna().all().all()
    account = loaded.account
    (own,) = (file for file in account["files"] if file["name"] == "own.csv")
    assert (own["tallies"][0]["kept"], own["tallies"][0]["excluded"]) == (1, 6)
    assert account["observations"]["excluded"] == 6
    rules = {rule for rule, _, _ in BAD_CELLS.values()}
    found = loaded.quality[loaded.quality["source_file"] == "own.csv"]
    assert set(found["rule"]) == rules
    assert set(found["severity"]) == {"error"}
    assert {rule: account["quality"][rule] for rule in rules} == found["rule"].value_counts().to_dict()
    assert loaded.panel.set_index(["org_code", "wres_year"]).at[("RZA", 2022), "ind7.bme"] == 51


def test_strict_refuses_and_names_each_cell(tmp_path, spoilt, panel):
    before = held(panel)
    result = wres("load", spoilt, "--out", panel, "--strict")
    assert result.exit_code == 2
    told = result.stderr.splitlines()
    assert len(told) == len(BAD_CELLS)
    for _, reason, place in BAD_CELLS.values():
        assert any(line.startswith(f"own.csv, {place}: ind7 of RZ") and reason in line for line in told), (place, told)
    assert held(panel) == before


def test_strict_is_content_with_good_cells(tmp_path, data):
    assert wres("load", data, "--out", tmp_path / "panel", "--strict").exit_code == 0


# -- The same folder, the same bytes ------------------------------------------------------------------------------


def load_in_another_process(folder: Path, out: Path, seed: str) -> dict[str, bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if seed == "2" else "UTC"}
    command = [sys.executable, "-m", "wres_analysis", "load", str(folder), "--out", str(out)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return held(out)


def test_two_loads_of_the_same_folder_are_the_same_bytes(tmp_path):
    """Of the real files where they are at hand, else of the sample; hash seed and time zone make no difference."""
    folder = Path(os.environ.get("WRES_REAL_DATA") or SAMPLE)
    first, second = (load_in_another_process(folder, tmp_path / seed, seed) for seed in ("1", "2"))
    assert {name for name in first if first[name] != second[name]} == set()
    assert str(folder) not in first["load.json"].decode()


def test_the_real_folder_checks_and_loads(tmp_path, real_data):
    """Status 0, every file that is not recognised named, and nothing written by `wres check`."""
    before = {p: p.stat().st_mtime_ns for p in real_data.rglob("*")}
    result = wres("check", real_data, "--json")
    assert result.exit_code == 0
    account = json.loads(result.stdout)
    assert account["problems"] == []
    assert {p: p.stat().st_mtime_ns for p in real_data.rglob("*")} == before
    result = wres("load", real_data, "--out", tmp_path / "panel")
    assert result.exit_code == 0
    (line,) = (line for line in result.stdout.splitlines() if line.startswith("Not recognised, and not read: "))
    assert line.removeprefix("Not recognised, and not read: ").split(", ") == account["not_recognised"]
    assert json.loads((tmp_path / "panel" / "load.json").read_text(encoding="utf-8")) == {
        k: v for k, v in account.items() if k != "problems"
    }
    assert len(pd.read_parquet(tmp_path / "panel" / "observations.parquet")) == sum(account["observations"].values())
