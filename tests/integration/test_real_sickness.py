"""Sickness absence, the real benchmarking-tool files of two financial years, against a plain pandas reading."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wres_analysis.sources import sickness
from wres_analysis.sources.files import SourceFile

pytestmark = pytest.mark.integration

READER = sickness.READERS[0]
KEY = ["org_code", "period_end", "stratum"]


@pytest.fixture(scope="module")
def files(real_data: Path) -> list[Path]:
    return sorted((real_data / "sickness_benchmarking").glob("*.csv"))


@pytest.fixture(scope="module")
def readings(files: list[Path], real_data: Path) -> list:
    sources = [SourceFile(path, real_data) for path in files]
    assert [[r.key for r in sickness.READERS if r.recognise(s)] for s in sources] == [[READER.key]] * len(sources)
    return [READER.read(source) for source in sources]


@pytest.fixture(scope="module")
def rows(readings: list) -> pd.DataFrame:
    return pd.concat([reading.observations for reading in readings], ignore_index=True)


@pytest.fixture(scope="module")
def plain(files: list[Path]) -> pd.DataFrame:
    tables = [pd.read_csv(f, dtype=str, keep_default_na=False).assign(file=f.name) for f in files]
    return pd.concat(tables, ignore_index=True)


def test_every_row_of_every_file_is_there(rows, plain):
    assert len(rows) == len(plain) == 75_574
    assert list(rows["org_code"]) == list(plain["ORG_CODE"])
    assert not rows.duplicated(KEY).any()


def test_values_are_the_days_and_agree_with_the_printed_rates(rows, plain):
    lost = pd.to_numeric(plain["FTE_DAYS_LOST"], errors="coerce")
    available = pd.to_numeric(plain["FTE_DAYS_AVAILABLE"], errors="coerce")
    printed = pd.to_numeric(plain["SICKNESS_ABSENCE_RATE_PERCENT"], errors="coerce")
    assert np.array_equal(rows["numerator"], lost, equal_nan=True)
    assert np.array_equal(rows["denominator"], available, equal_nan=True)
    assert (rows["value"] - printed).abs().max() <= 0.005 + 1e-9
    assert not rows["flags"].any()
    assert rows["status"].value_counts().to_dict() == {"observed": 64_602, "suppressed": 10_972}


def test_addresses_lead_back_to_the_cells(rows, plain):
    for number in (0, 1, 40_000, 75_573):
        lost, available = rows["source_cell"].iloc[number].split(",")
        assert (lost[0], available[0], lost[1:]) == ("K", "L", available[1:])
        first = plain.index[plain["file"] == plain["file"].iloc[number]][0]
        assert int(lost[1:]) == number - first + 2
        assert rows["source_file"].iloc[number].endswith(plain["file"].iloc[number])


def test_trusts_with_all_twelve_months(rows):
    trusts = rows[rows["org_code"].str.fullmatch(r"[RT]..|G6V2S") & (rows["stratum"] == "all")]
    trusts = trusts[trusts["status"] == "observed"]
    year = trusts["period_end"].dt.year + (trusts["period_end"].dt.month >= 4)
    months = trusts.groupby([year.rename("year"), "org_code"])["period_end"].nunique()
    assert sorted(rows["period_end"].dt.strftime("%Y-%m").unique())[::23] == ["2023-04", "2025-03"]
    assert rows["period_end"].nunique() == 24
    assert (months == 12).groupby("year").sum().to_dict() == {2024: 210, 2025: 204}


def test_staff_groups_and_vintages(rows):
    assert rows["stratum"].nunique() == 14  # 16 spellings
    assert (rows["vintage"] == rows["period_end"].dt.strftime("%Y-%m")).all()
    assert ((rows["period_start"] + pd.offsets.MonthEnd(0)) == rows["period_end"]).all()


def test_organisations(readings, plain):
    for reading, (_, table) in zip(readings, plain.groupby("file", sort=False), strict=True):
        seen = reading.organisations
        assert sorted(seen["org_code"]) == sorted(table["ORG_CODE"].unique())
        assert seen["as_of"].nunique() == 1
    north = readings[0].organisations.set_index("org_code").loc["R0A"]
    assert (north["region"], north["icb"], north["trust_type"]) == ("North West", "QOP", "Acute - Teaching")
