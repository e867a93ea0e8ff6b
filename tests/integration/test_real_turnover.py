"""The real turnover file of October 2025, against a plain pandas reading."""

from pathlib import Path

import pandas as pd
import pytest

from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.turnover import READERS

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def path(real_data: Path) -> Path:
    (found,) = (real_data / "turnover").glob("*.csv")
    return found


@pytest.fixture(scope="module")
def reading(path, real_data):
    source = SourceFile(path, real_data)
    assert READERS[0].recognise(source)
    return READERS[0].read(source)


@pytest.fixture(scope="module")
def plain(path) -> pd.DataFrame:
    return pd.read_csv(path)


def test_247_organisations(reading, plain):
    assert len(reading.organisations) == reading.observations["org_code"].nunique() == 247
    assert plain["REPORTING_ORG_CODE"].nunique() == 247
    assert not reading.observations.duplicated(["org_code", "stratum"]).any()
    (tally,) = reading.tallies
    assert (tally.rows, tally.kept, tally.excluded) == (9450, 2770, 0)
    assert tally.skipped == {"row of another kind ('Joiners')": 1877, "not applicable": 10}


def test_rates_are_leavers_over_the_mean_of_the_denominators(reading, plain):
    kinds = plain.pivot(index=["REPORTING_ORG_CODE", "STAFF_GROUP_1_NAME"], columns="TYPE", values="HC")
    everyone = kinds.xs("All staff groups", level=1)
    mean = (everyone["Denominator at start of period"] + everyone["Denominator at end of period"]) / 2
    expected = 100 * everyone["Leavers"].fillna(0) / mean
    rates = reading.observations.query("stratum == 'all'").set_index("org_code")["value"]
    pd.testing.assert_series_equal(rates.sort_index(), expected.sort_index(), check_names=False)


def test_the_window_is_one_month_and_a_missing_row_is_nought(reading, plain):
    """What the module says of the file: the evidence for both readings of it."""
    kinds = plain.pivot(index=["REPORTING_ORG_CODE", "STAFF_GROUP_1_NAME"], columns="TYPE", values="HC")
    start, end = kinds["Denominator at start of period"], kinds["Denominator at end of period"]
    everyone = kinds.xs("All staff groups", level=1)
    gap = everyone.diff(axis=1)["Denominator at start of period"] * -1  # end is the first column, start the second
    flow = everyone["Joiners"].fillna(0) - everyone["Leavers"].fillna(0)
    assert (gap - flow).abs().sum() == 137
    assert 100 * everyone["Leavers"].sum() / everyone["Denominator at start of period"].sum() == pytest.approx(
        1.0, abs=0.02
    )
    silent = kinds["Leavers"].isna() & start.notna() & end.notna()
    assert silent.sum() == (reading.observations["flags"] == "no_row_means_zero").sum() == 748
    assert abs((end - start - kinds["Joiners"].fillna(0))[silent].mean()) < 0.05
    assert plain["HC"].min() == 1


def test_addresses_lead_back_to_the_cells(reading, plain):
    row = reading.observations.query("org_code == 'R0A' and stratum == 'all'").iloc[0]
    leavers, start, end = (plain.loc[int(cell[1:]) - 2] for cell in row["source_cell"].split(","))
    assert list(plain.columns)[ord("L") - 65] == "HC"
    assert [part["TYPE"].split()[-3:] for part in (leavers, start, end)] == [
        ["Leavers"],
        ["start", "of", "period"],
        ["end", "of", "period"],
    ]
    assert leavers["HC"] == row["numerator"] == 305
    assert (start["HC"] + end["HC"]) / 2 == row["denominator"] == 29_299
