"""What a panel holds and lacks: the frames, and the words and tables made of them."""

from dataclasses import replace

import pandas as pd
import pytest
from handmade import (
    COMPARISON,
    OUTCOMES,
    STANDARD,
    both,
    missing,
    months,
    observed,
    organisations,
    panel_data,
    rating,
)

from wres_analysis.charts.tables import Table
from wres_analysis.narrative.data_quality import DataQuality
from wres_analysis.panel.findings import QUALITY_COLUMNS
from wres_analysis.panel.quality import RULES
from wres_analysis.profiles.coverage import FILE_COLUMNS, Coverage, data_coverage

pytestmark = pytest.mark.unit

ORGS = organisations(("RZ1", "London"), ("RZ2", "London"), ("RZ3", "London"), mergers=[("RZ3", "RZ1", "2024-10-01")])


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    records = [
        [both(code, "ind5", year, (20, 100), (30, 100)) for code in ("RZ1", "RZ2") for year in (2024, 2025)],
        missing("RZ1", "ind6", 2025, group=COMPARISON),
        missing("RZ2", "ind6", 2025, "not_submitted", group=COMPARISON),
        observed("RZ1", "ind6", 2025, 1, 10, group="white"),
        months("RZ1", 2025, 30, 100),
        months("RZ3", 2025, 5, 100, numbers=range(4, 10)),
        months("RZ1", 2025, 90, 100, measure="fft_positive", stratum="inpatient"),
        months("RZ2", 2025, 90, 100, measure="fft_positive", stratum="ae"),
        rating("RZ1", "2023-05-01", 3, vintage="2024-05-01"),
    ]
    return data_coverage(panel_data(records, orgs=ORGS, checked=True))


def cell(coverage: Coverage, measure: str, year: int) -> dict[str, int]:
    part = coverage.measures
    row = part[(part["measure"] == measure) & (part["wres_year"] == year)].iloc[0]
    return {
        name: int(row[name]) for name in part.columns if name not in ("measure", "label", "wres_year") and row[name]
    }


def test_one_row_a_measure_and_year(coverage) -> None:
    frame = coverage.measures
    assert len(frame) == (len(STANDARD.indicators) + len(OUTCOMES.outcomes)) * len(coverage.years)
    assert not frame.duplicated(["measure", "wres_year"]).any()
    assert not frame.duplicated(["label", "wres_year"]).any()
    assert (coverage.years, coverage.trusts) == ((2024, 2025), 3)


@pytest.mark.parametrize(
    ("measure", "year", "expected"),
    [
        ("ind5", 2024, {"trusts": 2, "observed": 2}),
        ("ind5", 2025, {"trusts": 3, "observed": 2}),
        ("ind6", 2025, {"trusts": 3, "suppressed": 1, "not_submitted": 1}),  # White alone does not count
        ("sickness", 2025, {"trusts": 3, "observed": 1, "merged": 1}),
        ("fft_positive", 2025, {"trusts": 3, "observed": 1}),  # another service does not count
        ("cqc_well_led", 2024, {"trusts": 2, "observed": 1}),
        ("cqc_well_led", 2025, {"trusts": 3}),  # the newest edition is too old to know
        ("ind9", 2025, {"trusts": 3}),
    ],
)
def test_trusts_are_counted_by_status(coverage, measure: str, year: int, expected: dict[str, int]) -> None:
    assert cell(coverage, measure, year) == expected


def test_files_and_what_was_passed_over(coverage) -> None:
    assert tuple(coverage.files.columns) == FILE_COLUMNS
    assert list(coverage.files["skipped"]) == [2, 0]
    assert coverage.skipped.to_dict("records") == [
        {"name": "made.csv", "title": "Made by hand", "sheet": "", "reason": "blank rows", "count": 2}
    ]


def test_successions_within_the_years(coverage) -> None:
    assert list(coverage.successions["org_code"]) == ["RZ3"]
    assert list(coverage.successions["successor"]) == ["RZ1"]


def shown(table: Table | None) -> Table:
    assert table is not None
    return table


# Words and tables ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def words(coverage) -> DataQuality:
    return DataQuality(coverage)


def test_what_was_loaded(words, coverage) -> None:
    kept = int(coverage.files["kept"].sum())
    assert str(words.loaded()) == (
        f"1 of 2 files were read: {kept} values, 0 suppressed by their publishers and 0 left out by the readers. They "
        "cover 3 trusts, WRES 2024 to 2025."
    )
    one = replace(coverage, trusts=1, years=(2025,))
    assert str(DataQuality(one).loaded()).endswith("They cover 1 trust, WRES 2025.")
    assert "no value of any trust" in str(DataQuality(replace(coverage, years=())).loaded())


def test_files_that_were_not_read_are_named(words, coverage) -> None:
    assert str(words.unread()) == "1 file was not read:\n\n- `notes.txt`: not a data file"
    assert (
        str(DataQuality(replace(coverage, files=coverage.files[:1])).unread()) == "Every file of the folder was read."
    )


def test_tables(words) -> None:
    assert words.file_table().rows[0][:2] == ("Made by hand", "1")
    assert words.skipped_table().rows == (("Made by hand", "blank rows", "2"),)
    shown = {row[0]: row[1:] for row in words.coverage_table().rows}
    assert shown["Trusts with any value"] == ("2", "3")
    assert shown["5. Harassment, bullying or abuse from the public"] == ("2", "2")
    gone = {row[0]: row[1:] for row in words.missing_table().rows}
    assert words.missing_table().headings == ("Measure", "Suppressed", "Not submitted", "Merged")
    assert gone == {
        "6. Harassment, bullying or abuse from staff": ("1", "1", "0"),
        "Sickness absence rate": ("0", "0", "1"),
    }
    assert words.succession_table().rows == (("Trust RZ3 (RZ3)", "RZ1", "1 October 2024"),)


def test_rules_and_findings(words) -> None:
    rules = words.rule_table()
    assert [row[0] for row in rules.rows] == list(RULES.values())
    broken = {row[0]: row[1:] for row in rules.rows if set(row[1:]) != {"0"}}
    assert broken == {RULES["implausible_value"]: ("0", "1", "0"), RULES["merged"]: ("0", "0", "1")}
    (finding,) = words.finding_table().rows
    assert finding[:3] == ("implausible value", "RZ1 2025", "Sickness absence rate: 30.00 is outside 1 to 12")
    assert finding[4].startswith("made.csv, A")


def test_a_finding_without_trust_or_year(coverage) -> None:
    row = dict.fromkeys(QUALITY_COLUMNS, "") | {"rule": "national_change", "severity": "error", "measure": "ind5"}
    found = pd.DataFrame([row | {"wres_year": pd.NA, "what": "it moves"}])
    (finding,) = shown(DataQuality(replace(coverage, findings=found)).finding_table()).rows
    assert finding[:3] == ("national change", "", "Indicator 5: it moves")


def test_the_first_forty_findings_are_shown_and_the_rest_counted(coverage) -> None:
    many = pd.concat([coverage.findings[coverage.findings["severity"] == "warning"]] * 45, ignore_index=True)
    table = shown(DataQuality(replace(coverage, findings=many)).finding_table())
    assert len(table.rows) == 40 and table.notes == ("5 more are in quality.parquet.",)


def test_the_picture_in_words(words) -> None:
    alt = words.alt_coverage()
    assert alt.startswith(
        "Heat map of the number of trusts with a value, 17 measures by 2 years. Without any value: 1. "
    )
    assert "9. Board representation" in alt


def test_a_panel_with_little_in_it() -> None:
    bare = data_coverage(
        panel_data(both("RZ1", "ind5", 2025, (1, 9), (2, 9)), orgs=organisations(("RZ1",)), checked=True)
    )
    words = DataQuality(bare)
    assert words.missing_table() is None and words.succession_table() is None and words.finding_table() is None
    assert isinstance(words.coverage_table(), Table)
    assert "by 1 year." in words.alt_coverage()
