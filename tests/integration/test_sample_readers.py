"""Every file of the committed sample is recognised and read, and only planted cells are left out."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import Any

import pytest

from wres_analysis.resources import share
from wres_analysis.sources.folder import FolderReading, read_folder

pytestmark = pytest.mark.integration

COMMITTED = share("data", "sample")


@pytest.fixture(scope="module")
def reading() -> FolderReading:
    return read_folder(COMMITTED)


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return tomllib.loads((COMMITTED / "truth.toml").read_text(encoding="utf-8"))


def test_every_file_is_what_its_folder_says(reading: FolderReading) -> None:
    assert {file.name for file in reading.unrecognised} == {"README.md", "truth.toml"}
    readers = Counter((file.name.split("/")[0], file.reader) for file in reading.files if file.reader)
    assert readers == {
        ("cqc", "cqc_ratings"): 4,
        ("finance", "tac"): 22,
        ("organisations", "ods_etr"): 1,
        ("organisations", "ods_succ"): 1,
        ("patient", "fft"): 78,
        ("sickness", "sickness_back_series"): 1,
        ("sickness", "sickness_benchmarking"): 12,
        ("sickness", "sickness_monthly_csv"): 5,
        ("sickness", "sickness_monthly_workbook"): 1,
        ("staff-survey", "nss_benchmark"): 2,
        ("staff-survey", "nss_detailed"): 3,
        ("workforce", "nqps"): 1,
        ("workforce", "turnover"): 1,
        ("wres", "wres_submission"): 9,
    }
    assert not reading.problems


def test_only_planted_cells_are_left_out(reading: FolderReading, truth: dict[str, Any]) -> None:
    left_out = reading.observations[reading.observations["status"] == "excluded"]
    found = {
        (flag, file, cell.split("!")[1].split(",")[0].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        for flag, file, cell in left_out[["flags", "source_file", "source_cell"]].itertuples(index=False)
    }
    planted = {
        (error["rule"], error["file"], address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        for error in truth["error"]
        if error["rule"] in ("text_in_number", "duplicate_organisation", "bad_year")
        for address in error["cell"].split(",")
    }
    assert found == planted


def test_every_kind_of_missing_value_occurs(reading: FolderReading, truth: dict[str, Any]) -> None:
    rows = reading.observations
    status = rows.groupby("source")["status"].agg(set)
    assert {source for source, words in status.items() if "suppressed" in words} == {
        "fft",
        "nqps",
        "nss_benchmark",
        "sickness_benchmarking",
        "wres_submission",
    }
    silent = rows[rows["status"] == "not_submitted"]
    assert set(silent["org_code"]) == {truth["missing_submission"]["org_code"]}
    assert set(silent["period_end"].dt.year) == {truth["missing_submission"]["year"]}
    assert (rows["flags"].str.contains("inherited")).any()


def test_successions_and_closures_are_read(reading: FolderReading, truth: dict[str, Any]) -> None:
    merger = truth["merger"]
    who = reading.organisations[reading.organisations["org_code"] == merger["predecessor"]]
    assert merger["successor"] in set(who["successor"])
    assert merger["date"] in set(who["succession_date"].dropna().dt.strftime("%Y-%m-%d"))
    assert who["closed"].notna().any()
