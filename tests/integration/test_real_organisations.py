# mypy: ignore-errors
"""Organisations on the real files: mergers on their dates, every trust with a region and a type."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from wres_analysis.panel.organisations import Organisations
from wres_analysis.resources import share
from wres_analysis.sources import nss_detailed, ods, sickness
from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.mapping import read_mapped, shipped_mappings
from wres_analysis.sources.observations import Reading
from wres_analysis.sources.reader import Reader

pytestmark = pytest.mark.integration

TYPES = {"Acute", "Acute specialist", "Mental health", "Community", "Ambulance"}


def read(root: Path, pattern: str, readers: tuple[Reader, ...]) -> list[Reading]:
    readings = []
    for path in sorted(root.glob(pattern)):
        source = SourceFile(path, root)
        (reader,) = (r for r in readers if r.recognise(source))
        readings.append(reader.read(source))
    assert readings, pattern
    return readings


@pytest.fixture(scope="module")
def sightings(real_data: Path) -> pd.DataFrame:
    readings = [
        *read(real_data, "organisations/*.csv", ods.READERS),
        # The first and the last month, and the first after the mergers of autumn 2024.
        *read(real_data, "sickness_benchmarking/*April 2023.csv", sickness.READERS),
        *read(real_data, "sickness_benchmarking/*November 2024.csv", sickness.READERS),
        *read(real_data, "sickness_benchmarking/*March 2025.csv", sickness.READERS),
        *read(real_data, "staff_survey_2024_native/*.xlsx", nss_detailed.READERS),
    ]
    return pd.concat([reading.organisations for reading in readings], ignore_index=True)


@pytest.fixture(scope="module")
def organisations(sightings: pd.DataFrame) -> Organisations:
    return Organisations.build(sightings)


@pytest.mark.parametrize(
    ("old", "new", "date"),
    [
        ("TAF", "G6V2S", "2024-11-01"),
        ("RRP", "G6V2S", "2024-11-01"),
        ("RNK", "G6V2S", "2026-04-01"),
        ("RAP", "RAL", "2025-01-01"),
        ("RY9", "RAX", "2024-11-01"),
        ("R1C", "RW1", "2024-10-01"),
        ("RYV", "RY3", "2026-04-01"),
        ("RY2", "RWW", "2026-04-01"),
        ("RVY", "RBN", "2023-07-01"),
        ("RW6", "RM3", "2021-10-01"),
    ],
)
def test_a_merger_takes_effect_on_its_day(organisations, old, new, date):
    day = pd.Timestamp(date)
    assert organisations.successor([old, old], [day - pd.Timedelta(days=1), day]).tolist() == [old, new]


def test_our_mergers_are_those_of_the_published_list(organisations):
    """The table ships for those who do not load succ.csv: where both speak they agree, but for RW6."""
    told = organisations.successions
    ours = told[told["source"] == "mergers.csv"]
    theirs = told[(told["source"] != "mergers.csv") & (told["date"] >= "2015-04-01")]
    both = ours.merge(theirs, on=["old_code", "new_code"], how="outer", indicator=True, suffixes=("", "_published"))
    apart = both[(both["_merge"] != "both") | (both["date"] != both["date_published"])]
    assert set(apart["old_code"]) == {"RW6", "RYK", "RVJ"}
    assert set(apart.loc[apart["_merge"] == "right_only", "old_code"]) == set()
    assert len(ours) == 46


def test_pennine_acute_and_dudley_are_named_among_the_splits(organisations):
    recent = organisations.splits.query("date >= '2015-01-01'")
    assert set(recent["old_code"]) == {"RW6", "RYK"}
    assert organisations.successor(["RYK"], "2025-03-31").tolist() == ["RYK"]


def test_every_trust_of_the_survey_has_a_region_and_a_type(organisations, sightings):
    survey = sightings[sightings["source"] == "nss_detailed"]
    legal = organisations.legal_code(survey["org_code"])
    trusts = legal.loc[legal["is_trust"], "trust"]
    assert len(trusts) == 210  # the trust units of the survey: 209 trusts, one in two sectors
    assert trusts.nunique() == 209
    assert legal["partial"].sum() == 2
    found = organisations.attributes(trusts, "2025-03-31")
    assert set(found["region"]) == set(organisations.reference.spellings["region"].values()) - {""}
    assert set(found["trust_type"]) == TYPES
    assert (found["trust_subtype"] != "").all()
    assert (found["icb"] != "").all()


def test_trusts_that_the_list_of_2021_lacks_come_from_the_other_files(organisations):
    codes = ["TAD", "TAF", "TAH", "TAJ", "G6V2S", "K0N6A"]
    assert organisations.legal_code(codes)["is_trust"].all()
    found = organisations.attributes(codes[:5], "2025-03-31")
    regions = ["North East and Yorkshire", "London", "North East and Yorkshire", "Midlands", "London"]
    assert found["region"].tolist() == regions
    assert found["trust_type"].tolist() == ["Mental health"] * 5
    assert organisations.attributes(["K0N6A"], "2026-07-31")["org_name"].tolist() == ["The Online NHS Trust"]


def test_wales_is_not_england(organisations):
    assert not organisations.legal_code(["RQF", "RT4", "RYT"])["is_trust"].any()
    assert not {"RQF", "RT4", "RYT"} & set(organisations.table()["code"])


def test_oxleas_is_in_london_until_it_is_not(organisations):
    found = organisations.attributes(["RPG", "RPG"], pd.to_datetime(["2025-03-31", "2026-12-31"]))
    assert found["region"].tolist() == ["London", "South East"]


def test_regions_agree_between_publishers(organisations):
    """Whatever its source, a trust's region on 31 March 2025 is the same."""
    seen = organisations.sightings
    seen = seen[seen["is_trust"] & (seen["region"] != "") & (seen["as_of"] < "2025-04-01")]
    assert (seen.groupby("trust")["region"].nunique() == 1).all()


def test_only_new_boards_have_a_spelling_that_is_not_known(organisations):
    assert set(organisations.unmapped["attribute"]) == {"icb"}
    assert set(organisations.unmapped["source"]) == {"ods_etr"}
    assert len(organisations.unmapped) == 6  # the boards of 2026


def test_the_table_lists_each_trust_once(organisations):
    table = organisations.table(on="2025-03-31").set_index("code")
    assert table.index.is_unique
    assert table.loc["RAP", ["name", "successor"]].tolist() == [
        "North Middlesex University Hospital NHS Trust",
        "RAL",
    ]
    assert table.loc["RAP", "closed"] == pd.Timestamp("2024-12-31")
    assert table.loc["G6V2S", "name"] == "North London NHS Foundation Trust"
    open_then = table[table["closed"].isna() | (table["closed"] > "2025-03-31")]
    assert set(open_then.loc[open_then["trust_type"] == "", "name"]) == {"The Online NHS Trust"}  # opened June 2026


def test_our_national_figures_can_be_computed_again(real_data):
    figures = pd.read_csv(share("data", "reference", "national.csv"), keep_default_na=False)
    source = SourceFile(real_data / "agency_tac_extract" / "agency_by_trust_derived.csv", real_data)
    (mapping,) = (m for m in shipped_mappings() if m.key == "agency_tac_extract")
    rows = read_mapped(source, mapping).observations
    sums = rows.groupby(rows["period_end"].dt.year)[["numerator", "denominator"]].sum().stack().to_dict()
    ours = figures[figures["measure"] == "agency_and_external_bank_share"]
    assert len(ours) == 4
    for figure in ours.itertuples():
        assert sums[figure.wres_year, figure.group] == pytest.approx(figure.value, rel=0.002)
    source = SourceFile(real_data / "staff_survey_2024_wres_extract" / "Racism_LR_Per_Trust.csv", real_data)
    (mapping,) = (m for m in shipped_mappings() if m.key == "nss_wres_extract")
    rows = read_mapped(source, mapping).observations
    means = rows[rows["status"] == "observed"].groupby(["measure", "group"])["value"].mean().round(1)
    ours = figures[figures["area"] == "mean of 159 trusts"]
    assert len(ours) == 8
    assert means.to_dict() == {(f.measure, f.group): f.value for f in ours.itertuples()}
