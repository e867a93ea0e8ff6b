"""Table 4 of the real monthly workbook of April 2022."""

import re
from pathlib import Path

import pandas as pd
import pytest
import python_calamine as calamine

from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.sickness_workbook import READERS

pytestmark = pytest.mark.integration

NAME = "sickness_monthly_workbook/NationalAbsenceRates.xlsx"


@pytest.fixture(scope="module")
def reading(real_data: Path):
    source = SourceFile(real_data / NAME, real_data)
    assert READERS[0].recognise(source)
    return READERS[0].read(source)


def test_109_months_of_522_organisations_and_8_regions(reading):
    rows = reading.observations
    assert rows["period_end"].nunique() == 109
    assert (rows["period_end"].min(), rows["period_end"].max()) == (
        pd.Timestamp(2013, 4, 30),
        pd.Timestamp(2022, 4, 30),
    )
    (tally,) = reading.tallies
    regions = tally.skipped["row of a whole region ('All organisations')"]
    assert (rows["org_code"].nunique(), regions) == (522, 8)  # 530 codes are in the table
    assert len(rows) == 522 * 109
    assert not rows.duplicated(["org_code", "period_end"]).any()
    assert set(rows["vintage"]) == {"2022-04"}
    assert (tally.kept, tally.suppressed, tally.excluded) == (44_724, 222, 0)


def test_no_trust_is_suppressed(reading):
    rows = reading.observations
    suppressed = rows.loc[rows["status"] == "suppressed", "org_code"]
    assert suppressed.nunique() == 14
    assert not suppressed.str.fullmatch(r"R..").any()


def test_addresses_lead_back_to_the_cells(reading, real_data: Path):
    table = calamine.load_workbook(str(real_data / NAME)).get_sheet_by_name("Table 4")
    cells = [[], *table.to_python(skip_empty_area=False)]
    rows = reading.observations[reading.observations["org_code"].isin(["R0A", "RYK-X", "R0D", "NCY"])]
    assert len(rows) == 4 * 109
    for _, row in rows.iterrows():
        letters, number = re.findall(r"Table 4!([A-Z]+)(\d+)", row["source_cell"])[0]
        place = sum((ord(letter) - 64) * 26**power for power, letter in enumerate(reversed(letters))) - 1
        assert cells[int(number)][3] == row["org_code"]
        assert " ".join(cells[3][place].split()) == f"{row['period_end']:%B %Y}"
        shown = {"not_applicable": ".", "suppressed": ""}.get(row["status"], row["value"])
        assert cells[int(number)][place] == shown


def test_regions_are_the_seven_and_the_special_authorities(reading):
    seen = reading.organisations
    assert seen["region"].nunique() == 8
    assert seen.set_index("org_code").loc["R0D", "region"] == "South West"  # its region code says South East
