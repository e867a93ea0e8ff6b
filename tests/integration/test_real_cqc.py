"""The CQC reader on the published locations sheet (NHS rows, edition of February 2021)."""

import pandas as pd
import pytest

from wres_analysis.sources.cqc import READERS
from wres_analysis.sources.files import SourceFile

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def reading(real_data):
    folder = real_data / "cqc_latest_ratings_2021_extract"
    (path,) = folder.glob("*.csv")
    source = SourceFile(path, real_data)
    (reader,) = [reader for reader in READERS if reader.recognise(source)]
    assert reader.verified
    return reader.read(source)


def test_every_location_rating_is_kept(reading):
    rows = reading.observations
    assert set(rows["measure"]) == {"cqc_location_overall"} and set(rows["status"]) == {"observed"}
    assert rows["value"].map({1: "Inadequate", 2: "RI", 3: "Good", 4: "Outstanding"}).value_counts().to_dict() == {
        "Good": 260,
        "RI": 130,
        "Outstanding": 36,
        "Inadequate": 6,
    }
    assert rows["org_code"].nunique() == len(reading.organisations) == 181


def test_every_row_is_accounted_for(reading):
    (tally,) = reading.tallies
    assert tally.rows == 2633
    assert (tally.kept, tally.skipped) == (432, {"ratings of one service or population group": 2201})


def test_a_row_against_the_file_itself(reading, real_data):
    rows = reading.observations
    royal = rows[rows["stratum"].str.startswith("R0A02 ")]
    assert list(royal["stratum"]) == ["R0A02 Manchester Royal Infirmary"]
    (path,) = (real_data / "cqc_latest_ratings_2021_extract").glob("*.csv")
    lines = pd.read_csv(path, header=None, dtype=str, keep_default_na=False)
    first, second = royal["source_cell"].iloc[0].split(",")
    assert first[0] == "R" and second[0] == "S"  # Latest Rating, Publication Date
    line = lines.iloc[int(first[1:]) - 1]
    assert (line[0], line[15], line[16]) == ("R0A02", "Overall", "Overall")
    assert {"Good": 3.0, "Requires improvement": 2.0}[line[17]] == royal["value"].iloc[0]
    assert royal["period_end"].iloc[0] == pd.to_datetime(line[18], dayfirst=True)
    assert set(rows["vintage"]) == {"2021-01-15"}


def test_a_location_rated_twice_gives_two_events(reading):
    rows = reading.observations
    twice = rows[rows["stratum"].str.startswith("RX601 ")].sort_values("period_end")
    assert [f"{d:%d/%m/%Y}" for d in twice["period_end"]] == ["01/11/2016", "21/01/2019"]


def test_inherited_ratings_are_flagged(reading, real_data):
    (path,) = (real_data / "cqc_latest_ratings_2021_extract").glob("*.csv")
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    wanted = raw[(raw["Service / Population Group"] == "Overall") & (raw["Inherited Rating (Y/N)"] == "Y")]
    flagged = reading.observations["flags"] == "inherited"
    assert flagged.sum() == len(wanted) > 0
    assert set(reading.observations.loc[flagged, "org_code"]) == set(wanted["Provider ID"])
