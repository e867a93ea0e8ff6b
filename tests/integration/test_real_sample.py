"""The sample against real published files: no real organisation's codes or names, every real file's headings."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import python_calamine as calamine

from wres_analysis.resources import share
from wres_analysis.sample.places import ICBS, LARGEST, register
from wres_analysis.sample.planted import UNKNOWN_CODE

pytestmark = pytest.mark.integration

COMMITTED = share("data", "sample")


def sheet(path: Path, name: str) -> list[list[Any]]:
    rows: list[list[Any]] = calamine.load_workbook(str(path)).get_sheet_by_name(name).to_python(skip_empty_area=False)
    return rows


def lines(path: Path) -> Iterator[list[str]]:
    yield from csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))


@pytest.fixture(scope="module")
def real_words(real_data: Path) -> frozenset[str]:
    """Every cell of the real files that could be a code or a name."""
    words: set[str] = set()
    texts = [*real_data.glob("organisations/*.csv"), *real_data.glob("sickness_benchmarking/*.csv")]
    texts += [*real_data.glob("staff_survey_2024_wres_extract/*.csv"), *real_data.glob("agency_tac_extract/*.csv")]
    texts += [*real_data.glob("cqc_*/*.csv"), *real_data.glob("turnover/*.csv"), *real_data.glob("trustpulse*/*.csv")]
    for path in texts:
        for row in lines(path):
            words.update(cell.strip().casefold() for cell in row)
    for folder, name in (("staff_survey_2024_native", "THEMES"), ("sickness_monthly_workbook", "Table 4")):
        for path in (real_data / folder).glob("*.xlsx"):
            for cells in sheet(path, name):
                words.update(str(cell).strip().casefold() for cell in cells)
    return frozenset(words)


def test_no_real_organisation_has_our_codes_or_names(real_words: frozenset[str]) -> None:
    assert {"r0a", "manchester university nhs foundation trust", "qop"} <= real_words  # the files were really read
    trusts = register(LARGEST)
    ours = {t.code for t in trusts} | {t.name for t in trusts} | {f"{t.code}01" for t in trusts} | {UNKNOWN_CODE}
    ours |= {icb.code for pair in ICBS for icb in pair} | {icb.name for pair in ICBS for icb in pair}
    ours |= {code for row in lines(COMMITTED / "organisations/succ.csv") for code in row[:2]}
    assert not {word for word in ours if word.casefold() in real_words}


@pytest.mark.parametrize(
    "name",
    [
        "HEALTH WELLBEING SAFETY Q13-14",
        "HEALTH WELLBEING SAFETY Q15-17",
        "BACKGROUND INFORMATION Q27-30",
        "THEMES",
    ],
)
def test_detailed_spreadsheets_have_the_published_headings(real_data: Path, name: str) -> None:
    file = "NSS24 detailed spreadsheets organisational results.xlsx"
    ours = sheet(COMMITTED / "staff-survey" / file, name)
    real = sheet(real_data / "staff_survey_2024_native" / file, name)
    assert ours[:5] == real[:5]
    large = [next(row for row in rows if row[0] == code) for rows, code in ((ours, "RZ0"), (real, "R0A"))]
    types = [[type(cell) for cell in row] for row in large]
    assert types[0] == types[1]


def test_survey_groups_are_the_published_ones(real_data: Path) -> None:
    path = real_data / "staff_survey_2024_native/NSS24 detailed spreadsheets organisational results.xlsx"
    published = {(row[2], row[5]) for row in sheet(path, "THEMES")[5:]}
    assert {(t.kind.survey_group, "Occupation Group") for t in register(42)} <= published


def test_sickness_tool_has_the_published_headings_groups_and_blanks(real_data: Path) -> None:
    real = list(lines(next(real_data.glob("sickness_benchmarking/*tool CSV, October 2024.csv"))))
    ours = list(lines(COMMITTED / "sickness/NHS Sickness Absence benchmarking tool CSV, October 2024.csv"))
    assert ours[0] == real[0]
    assert {tuple(row[7:10]) for row in ours[1:]} <= {tuple(row[7:10]) for row in real[1:]}
    assert {tuple(row[1:3]) for row in ours[1:]} <= {tuple(row[1:3]) for row in real[1:]}
    assert any(row[10:] == ["", "", ""] for row in ours) and any(row[10:] == ["", "", ""] for row in real)
    for rows in (ours, real):
        assert all(float(row[11]) > 330 for row in rows[1:] if row[11])


@pytest.mark.parametrize(
    ("template", "ours", "first", "last"),
    [
        ("FFT_IP_template.xlsm", "FFT-inpatient-data-2025-07.xlsx", 9, 14),
        ("FFT_AE_template.xlsm", "FFT-AE-data-2025-03.xlsx", 2, 6),
    ],
)
def test_friends_and_family_headings_stand_where_the_template_has_them(
    real_data: Path, template: str, ours: str, first: int, last: int
) -> None:
    real = sheet(real_data / "fft_layout" / template, "Trusts")
    mine = sheet(COMMITTED / "patient" / ours, "Trusts")
    width = len(mine[first])
    for row in range(first, last):
        headings = [cell for cell in real[row][:width] if isinstance(cell, str)]
        # Below the headings the template has only the words of the England rows.
        shown = [cell if real[row][n] != "" else "" for n, cell in enumerate(mine[row][:width])]
        assert [cell for cell in shown if cell != ""] == [cell for cell in headings if cell != ""]


def test_friends_and_family_title_is_the_template_s(real_data: Path) -> None:
    real = sheet(real_data / "fft_layout/FFT_IP_template.xlsm", "Notes")
    assert sheet(COMMITTED / "patient/FFT-inpatient-data-2025-07.xlsx", "Notes")[1][0] == real[1][0]


def test_pulse_survey_headings(real_data: Path) -> None:
    real = real_data / "pulse_survey/202122Q4.xlsm"
    ours = next((COMMITTED / "workforce").glob("National Quarterly Pulse Survey*.xlsx"))
    for name in ("Engagement Score Breakdown", "Advocacy", "Involvement", "Motivation"):
        assert sheet(ours, name)[6] == sheet(real, name)[6]


def test_turnover_headings_kinds_and_groups(real_data: Path) -> None:
    real = list(lines(next(real_data.glob("turnover/*.csv"))))
    ours = list(lines(next((COMMITTED / "workforce").glob("Turnover*.csv"))))
    assert ours[0] == real[0]
    for columns in ((1,), (2, 3), (8, 9), (10,)):
        assert {tuple(row[c] for c in columns) for row in ours[1:]} <= {
            tuple(row[c] for c in columns) for row in real[1:]
        }


def test_organisation_files_have_the_published_shape(real_data: Path) -> None:
    for ours, real in (("etr.csv", "etr_2026-07.csv"), ("succ.csv", "succ.csv")):
        mine, theirs = (
            (COMMITTED / "organisations" / ours).read_bytes(),
            (real_data / "organisations" / real).read_bytes(),
        )
        assert len(mine.split(b"\r\n")[0].split(b'","')) == len(theirs.split(b"\r\n")[0].split(b'","'))
        assert mine.startswith(b'"') and mine.endswith(b'"\r\n') and b"\r\n" in theirs
    regions = {(row[2], row[23]) for row in lines(real_data / "organisations/etr_2026-07.csv")}
    assert {(row[2], row[23]) for row in lines(COMMITTED / "organisations/etr.csv")} <= regions


def test_location_headings_are_the_published_ones(real_data: Path) -> None:
    real = next(lines(next(real_data.glob("cqc_*/*.csv"))))
    assert sheet(COMMITTED / "cqc/01_February_2021_Latest_ratings.ods", "Locations")[0] == real


def test_accounts_codes_are_those_of_the_illustrative_file(real_data: Path) -> None:
    path = real_data / "agency_tac_layout/2021-22-NHS-provider-TAC-ilustrative-file.xlsx"
    rows = sheet(path, "TAC09 Staff")
    published = {(row[10], index + 1) for index, row in enumerate(rows) if str(row[10]).startswith("STA")}
    ours = sheet(COMMITTED / "finance/TAC_NHS_trusts_2021-22.xlsx", "All data")
    assert ours[0][0] == "Organisation Name" and ours[0][6] == "Value number"
    staff = {(row[5], int(row[4])) for row in ours[1:] if row[1] == "TAC09 Staff"}
    assert staff <= published
