"""The real pulse survey workbook of January to March 2022."""

from pathlib import Path

import pytest

from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.nqps import READERS

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def source(real_data: Path) -> SourceFile:
    return SourceFile(real_data / "pulse_survey/202122Q4.xlsm", real_data)


@pytest.fixture(scope="module")
def reading(source):
    assert READERS[0].recognise(source)
    return READERS[0].read(source)


def test_194_rows_as_the_summary_says(source, reading):
    said = source.sheet("Summary").rows[5][1]
    assert said.startswith("194 NHS service providers")
    rows = reading.observations[reading.observations["org_code"] != "ENG"]
    assert (rows["stratum"] == "all").sum() == 194
    twice = rows[(rows["stratum"] == "all") & rows.duplicated(["org_code", "stratum"])]
    assert list(twice["org_code"]) == ["RAJ"]  # printed on rows 120 and 121 alike
    assert len(reading.organisations) == 193


def test_what_is_missing_says_why(reading):
    rows = reading.observations[reading.observations["status"] != "observed"]
    assert set(rows["org_code"]) == {"RRE"}
    assert rows["status"].value_counts().to_dict() == {"suppressed": 3, "excluded": 1}


def test_engagement_is_the_mean_of_its_parts(reading):
    seen = reading.observations[reading.observations["status"] == "observed"].drop_duplicates(["org_code", "stratum"])
    wide = seen.pivot(index="org_code", columns="stratum", values="value").drop(index="ENG")
    assert (wide["all"] - wide.drop(columns="all").mean(axis=1)).abs().max() < 1e-12


def test_england_agrees_with_the_summary(source, reading):
    england = reading.observations.query("org_code == 'ENG'").set_index("stratum")["value"]
    printed = {
        row[1].casefold(): row[4] for row in source.sheet("Summary").rows if row[1] in ("Engagement", "Motivation")
    }
    assert england["all"] == printed["engagement"]
    assert england["motivation"] == printed["motivation"]


def test_all_seven_regions(reading):
    assert set(reading.organisations["region"]) == {
        *("London", "South West", "South East", "Midlands", "East of England", "North West"),
        "North East and Yorkshire",
    }
