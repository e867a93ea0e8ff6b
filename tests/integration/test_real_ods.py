"""The register's real files: two editions of the trusts, and the successions; and no other file taken for them."""

from pathlib import Path

import pandas as pd
import pytest

from wres_analysis.sources import nqps, ods, sickness, sickness_workbook, turnover, workforce_ethnicity
from wres_analysis.sources.files import SourceFile

pytestmark = pytest.mark.integration

ETR, SUCC = ods.READERS
MODULES = (nqps, ods, sickness, sickness_workbook, turnover, workforce_ethnicity)


def read(reader, real_data: Path, name: str):
    source = SourceFile(real_data / "organisations" / name, real_data)
    assert reader.recognise(source)
    return reader.read(source)


def test_edition_of_2026(real_data):
    seen = read(ETR, real_data, "etr_2026-07.csv").organisations.set_index("org_code")
    assert len(seen) == 274
    assert seen["region"].value_counts().to_dict() == {
        **{"London": 49, "Midlands": 47, "North West": 40, "South East": 39, "North East and Yorkshire": 37},
        **{"East of England": 31, "South West": 28, "": 3},
    }
    assert seen["closed"].notna().sum() == 72
    assert seen.loc["G6V2S", "opened"] == pd.Timestamp(2024, 11, 1)
    assert (seen.loc["R0A", "region"], seen.loc["R0A", "icb"]) == ("North West", "QOP")


def test_edition_of_2021_has_no_region_of_today_but_london(real_data):
    reading = read(ETR, real_data, "etr_2021-01.csv")
    assert len(reading.organisations) == 238
    assert reading.tallies[0].skipped["organisation in Wales (RQF, RT4, RYT)"] == 3
    london = reading.organisations.query("region != ''")
    assert (len(london), set(london["region"])) == (36, {"London"})
    newer = read(ETR, real_data, "etr_2026-07.csv").organisations.set_index("org_code")["region"]
    elsewhere = newer.reindex(london["org_code"]).dropna().loc[lambda region: region != "London"]
    assert elsewhere.to_dict() == {"RPG": "South East"}  # Oxleas, which moved


def test_successions(real_data):
    reading = read(SUCC, real_data, "succ.csv")
    seen = reading.organisations
    assert len(seen) == reading.tallies[0].kept == 11_537
    into_north_london = seen[seen["successor"] == "G6V2S"]
    assert dict(zip(into_north_london["org_code"], into_north_london["succession_date"].dt.year, strict=True)) == {
        "RRP": 2024,
        "TAF": 2024,
        "RNK": 2026,
    }


def test_every_real_file_is_known_to_one_reader_at_most(real_data):
    known: dict[str, set[str]] = {}
    for path in sorted(p for p in real_data.rglob("*") if p.is_file()):
        source = SourceFile(path, real_data)
        claims = [reader.key for module in MODULES for reader in module.READERS if reader.recognise(source)]
        source.release()
        assert len(claims) <= 1, (source.name, claims)
        known.setdefault("".join(claims), set()).add(path.parent.name)
    assert {key: folders for key, folders in known.items() if key} == {
        "nqps": {"pulse_survey"},
        "ods_etr": {"organisations"},
        "ods_succ": {"organisations"},
        "sickness_benchmarking": {"sickness_benchmarking"},
        "sickness_monthly_workbook": {"sickness_monthly_workbook"},
        "turnover": {"turnover"},
        "workforce_ethnicity": {"workforce_ethnicity_national"},
    }
