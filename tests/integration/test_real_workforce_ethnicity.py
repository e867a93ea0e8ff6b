"""The real national download of June 2022."""

from pathlib import Path

import pandas as pd
import pytest

from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.workforce_ethnicity import READERS

pytestmark = pytest.mark.integration

NAME = "workforce_ethnicity_national/nhsworkforcedata.xls"


@pytest.fixture(scope="module")
def reading(real_data: Path):
    source = SourceFile(real_data / NAME, real_data)
    assert READERS[0].recognise(source)
    return READERS[0].read(source)


@pytest.fixture(scope="module")
def plain(real_data: Path) -> pd.DataFrame:
    return pd.read_excel(real_data / NAME, engine="calamine", keep_default_na=False)


def test_every_row_is_a_share_or_a_denominator(reading, plain):
    (tally,) = reading.tallies
    published = reading.observations["flags"] == ""
    assert tally.rows == len(plain) == 24_204
    assert published.sum() + tally.skipped["row of a total, used as a denominator"] == 24_204
    assert tally.excluded == 0  # so the parts add up to the totals everywhere
    assert not reading.observations.duplicated(["period_end", "group", "stratum"]).any()


def test_shares_add_up(reading):
    rows = reading.observations
    six = rows[rows["group"].isin(["white", "asian", "black", "mixed", "chinese", "other"])]
    sums = six.groupby(["period_end", "stratum"])["value"].sum()
    assert (sums - 100).abs().max() < 1e-9
    pair = rows[rows["group"].isin(["white", "bme"])].groupby(["period_end", "stratum"])["value"].sum()
    assert (pair - 100).abs().max() < 1e-9


def test_the_national_share_against_a_plain_sum(reading, plain):
    june = plain[(plain["Time"] == "2022-06-01") & (plain["Grade"] == "All Grades")].groupby("Ethnicity")["Value"].sum()
    bme = reading.observations.query("stratum == 'all' and group == 'bme'").set_index("period_end")["value"]
    assert len(bme) == 19
    assert bme["2022-06-30"] == pytest.approx(100 * (june["All"] - june["White"]) / june["All"])
    assert bme["2022-06-30"] == pytest.approx(25.66, abs=0.01)
    assert bme.sort_index().is_monotonic_increasing
    assert (bme.index == bme.index + pd.offsets.MonthEnd(0)).all()


def test_addresses_lead_back_to_the_cells(reading, plain):
    rows = reading.observations
    row = rows[
        (rows["stratum"] == "Professionally Qualified Clinical Staff|Midwives|Band 6") & (rows["group"] == "black")
    ]
    for _, found in row.iterrows():
        top, whole = (int(cell.strip("G")) - 2 for cell in found["source_cell"].split("!")[1].split(","))
        assert plain.loc[top, "Ethnicity"] == "Black"
        assert plain.loc[whole, "Ethnicity"] == "All"
        assert (plain.loc[top, "Value"], plain.loc[whole, "Value"]) == (found["numerator"], found["denominator"])
        assert plain.loc[[top, whole], "Grade"].eq("Band 6").all()
    assert len(row) == 19
