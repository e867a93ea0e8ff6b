"""Organisations from hand-made sightings: codes, successions on dates, and what a trust was when."""

from __future__ import annotations

import shutil
import tomllib
from typing import Any

import pandas as pd
import pytest

from wres_analysis.errors import InputError
from wres_analysis.panel.organisations import Organisations
from wres_analysis.panel.reference import Reference, load_reference
from wres_analysis.resources import share
from wres_analysis.sources.observations import organisation_sightings

pytestmark = pytest.mark.unit

REGIONS = {
    "London",
    "South West",
    "South East",
    "Midlands",
    "East of England",
    "North West",
    "North East and Yorkshire",
}


def see(**columns: Any) -> pd.DataFrame:
    return organisation_sightings(**{"source_file": "made.csv", **columns})


def succession(old: str, new: str, date: str | None, file: str = "succ.csv") -> pd.DataFrame:
    return organisation_sightings(
        org_code=[old], successor=new, succession_date=date, source="ods_succ", source_file=file
    )


def build(*sightings: pd.DataFrame, reference: Reference | None = None) -> Organisations:
    return Organisations.build(pd.concat([see(org_code=[]), *sightings], ignore_index=True), reference)


# --- codes -----------------------------------------------------------------------------------------------------------


def test_codes_of_five_characters_and_t_codes_are_trusts_and_welsh_ones_are_not():
    codes = ["R0A", "TAD", "TAF", "TAH", "TAJ", "G6V2S", "K0N6A", "RQF", "RT4", "RYT", "QOP", "NLX", "T1150", "0AR", ""]
    legal = build().legal_code(codes)
    assert legal["is_trust"].tolist() == [True] * 7 + [False] * 8
    assert legal["trust"].tolist() == codes


def test_a_reporting_sector_is_part_of_its_trust():
    legal = build().legal_code(["R1F1", "R1F2", "R1F", "RYK-X"])
    assert legal["trust"].tolist() == ["R1F", "R1F", "R1F", "RYK"]
    assert legal["partial"].tolist() == [True, True, False, False]
    assert legal["is_trust"].all()


def test_what_a_list_of_trusts_has_is_a_trust_whatever_its_code_looks_like():
    listed = see(org_code=["Z9Z9Z", "RQF"], org_name="SOMEWHERE NHS TRUST", source="ods_etr")
    assert build(listed).legal_code(["Z9Z9Z", "RQF"])["is_trust"].tolist() == [True, False]
    elsewhere = see(org_code=["Z9Z9Z"], org_name="Somewhere Ltd", source="fft")
    assert not build(elsewhere).legal_code(["Z9Z9Z"])["is_trust"].any()


def test_answers_keep_the_order_and_the_index_of_the_question():
    codes = pd.Series(["R1F1", "NLX", "R0A", "R1F1"], index=[7, 3, 3, 1])
    legal = build().legal_code(codes)
    assert legal.index.tolist() == [7, 3, 3, 1]
    assert legal["trust"].tolist() == ["R1F", "NLX", "R0A", "R1F"]
    assert build().successor(codes, "2024-03-31").index.tolist() == [7, 3, 3, 1]
    assert build().attributes(codes, "2024-03-31").index.tolist() == [7, 3, 3, 1]


def test_codes_that_nobody_knows_are_named():
    made = build(see(org_code=["R0A"], source="nss_detailed"))
    assert made.unknown(["R0A", "R9Z", "R1F2", "NLX", "R9Y", "R9Z", "G6V2S"]) == ["R9Y", "R9Z"]
    assert made.legal_code(["R0A", "R9Z"])["known"].tolist() == [True, False]


# --- successions -----------------------------------------------------------------------------------------------------


def test_the_successor_is_the_one_of_the_date():
    made = build()
    codes = ["TAF", "TAF", "RRP", "RAP", "RAP", "RY9", "R1C", "RNK", "RNK", "R0A"]
    dates = pd.to_datetime(
        [
            *("2024-10-31", "2024-11-01", "2025-03-31", "2024-12-31", "2025-01-01"),
            *("2024-11-01", "2024-10-01", "2025-03-31", "2026-04-01", "2025-03-31"),
        ]
    )
    expected = ["TAF", "G6V2S", "G6V2S", "RAP", "RAL", "RAX", "RW1", "RNK", "G6V2S", "R0A"]
    assert made.successor(codes, dates).tolist() == expected
    assert made.resolve(["R1F1", "TAF"], "2025-03-31").tolist() == ["R1F", "G6V2S"]


def test_chains_are_followed_as_far_as_the_date():
    made = build(
        succession("RZ1", "RZ2", "2018-04-01"),
        succession("RZ2", "RZ3", "2020-04-01"),
        succession("RZ3", "RZ4", "2022-04-01"),
    )
    dates = pd.to_datetime(["2017-03-31", "2018-04-01", "2021-03-31", "2023-03-31"])
    assert made.successor(["RZ1"] * 4, dates).tolist() == ["RZ1", "RZ2", "RZ3", "RZ4"]


def test_an_organisation_that_went_to_several_is_named_and_not_assigned():
    made = build(succession("RZ1", "RZ2", "2021-10-01"), succession("RZ1", "RZ3", "2021-10-01"))
    assert made.successor(["RZ1"], "2022-03-31").tolist() == ["RZ1"]
    ours = made.splits[made.splits["old_code"] == "RZ1"]
    assert ours["new_code"].tolist() == ["RZ2", "RZ3"]
    assert not ours["followed"].any()
    assert ours["reason"].str.contains("more than one").all()


def test_our_table_decides_what_the_published_one_leaves_open():
    """Pennine Acute: a hospital went to R0A in April 2021, the rest to RM3 in October; the published list has both."""
    made = build(succession("RW6", "RM3", "2021-10-01"), succession("RW6", "R0A", "2021-10-01"))
    dates = pd.to_datetime(["2021-03-31", "2021-09-30", "2022-03-31"])
    assert made.successor(["RW6"] * 3, dates).tolist() == ["RW6", "RW6", "RM3"]
    told = made.splits[made.splits["old_code"] == "RW6"]
    assert set(told["reason"]) == {"", "only a part moved", "decided by mergers.csv"}
    assert len(told) == 4


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (succession("RZ1", "5K7", "2002-04-01"), "the successor is not a trust"),
        (succession("RZ1", "RZ2", None), "no date"),
    ],
)
def test_a_succession_that_cannot_be_followed_says_why(row, why):
    made = build(row)
    assert made.successor(["RZ1"], "2025-03-31").tolist() == ["RZ1"]
    assert made.successions.set_index("old_code").loc["RZ1", "reason"] == why


def test_what_is_not_confirmed_is_not_followed():
    made = build()
    doubtful = made.reference.mergers.query("grade == 'K'")["old_code"]
    assert len(doubtful)
    assert made.successor(doubtful, "2030-01-01").tolist() == doubtful.tolist()


def test_successions_in_a_circle_are_refused():
    rows = [("RZ1", "RZ2"), ("RZ2", "RZ3"), ("RZ3", "RZ1"), ("RZ0", "RZ1")]
    with pytest.raises(InputError) as caught:
        build(*(succession(old, new, "2020-04-01") for old, new in rows))
    assert len(caught.value.problems) == 1
    assert "RZ1 -> RZ2 -> RZ3 -> RZ1" in str(caught.value)
    assert "succ.csv" in str(caught.value)


def test_the_same_succession_in_two_files_counts_once():
    made = build(succession("RZ1", "RZ2", "2020-04-01"), succession("RZ1", "RZ2", "2020-04-01", "succarc.csv"))
    assert made.successor(["RZ1"], "2021-03-31").tolist() == ["RZ2"]
    assert (made.successions["old_code"] == "RZ1").sum() == 1


# --- attributes ------------------------------------------------------------------------------------------------------


def test_the_region_is_that_of_the_date_because_trusts_move():
    """Oxleas is in London in the files to 2025, in the South East in the list of July 2026."""
    made = build(
        see(org_code=["RPG"], region="Y56", as_of="2021-01-31", source="ods_etr"),
        see(org_code=["RPG"], region="London", as_of="2024-03-31", source="sickness_benchmarking"),
        see(org_code=["RPG"], region="Y59", as_of="2026-07-31", source="ods_etr"),
    )
    dates = pd.to_datetime(["2020-03-31", "2021-03-31", "2025-03-31", "2026-12-31"])
    found = made.attributes(["RPG"] * 4, dates)
    assert found["region"].tolist() == ["London", "London", "London", "South East"]
    assert found["region_seen"].tolist() == ["later", "by then", "by then", "by then"]


def test_a_file_without_a_date_is_as_old_as_the_newest_event_in_it():
    def listed(file: str, region: str, opened: list[Any]) -> pd.DataFrame:
        return see(org_code=["RPG", "RZ1"], region=region, opened=opened, source="ods_etr", source_file=file)

    made = build(
        listed("old.csv", "London", [pd.NaT, pd.Timestamp("2020-10-01")]),
        listed("new.csv", "South East", [pd.NaT, pd.Timestamp("2026-06-01")]),
        see(org_code=["RPG"], region="London", as_of="2025-03-31", source="sickness_benchmarking"),
    )
    found = made.attributes(["RPG"] * 3, pd.to_datetime(["2021-03-31", "2026-05-31", "2026-06-01"]))
    assert found["region"].tolist() == ["London", "London", "South East"]
    assert set(found["region_seen"]) == {"by then"}
    assert made.table().set_index("code").loc["RPG", "region"] == "London"  # as of the newest dated file


def test_a_region_that_no_longer_exists_is_not_a_region():
    made = build(
        see(org_code=["R1A"], region="Y55", as_of="2021-01-31", source="ods_etr"),
        see(org_code=["R1A"], region="MIDLANDS COMMISSIONING REGION", as_of="2022-03-31", source="nqps"),
    )
    found = made.attributes(["R1A", "R1A", "RXX"], pd.to_datetime(["2021-03-31", "2023-03-31", "2023-03-31"]))
    assert found["region"].tolist() == ["Midlands", "Midlands", ""]
    assert found["region_seen"].tolist() == ["later", "by then", ""]
    assert not len(made.unmapped)


def test_the_type_keeps_one_publishers_vocabulary_through_the_years():
    survey = "Mental Health & Learning Disability and Mental Health, Learning Disability & Community Trusts"
    made = build(
        see(org_code=["TAD"], trust_type=survey, as_of="2021-12-31", source="nss_detailed"),
        see(org_code=["TAD"], trust_type="Care Trust", as_of="2023-04-30", source="sickness_benchmarking"),
        see(org_code=["RYV"], trust_type=survey, as_of="2021-12-31", source="nss_detailed"),
        see(org_code=["RZ9"], trust_type="Others", as_of="2021-12-31", source="sickness_benchmarking"),
    )
    found = made.attributes(["TAD", "TAD", "RYV", "RZ9"], pd.to_datetime(["2022-03-31"] + ["2024-03-31"] * 3))
    assert found["trust_type"].tolist() == ["Mental health"] * 3 + [""]
    assert found["trust_subtype"].tolist() == ["Care Trust", "Care Trust", survey, ""]
    assert found["trust_type_seen"].tolist() == ["later", "by then", "by then", ""]


def test_a_whole_trust_is_believed_before_its_parts():
    made = build(
        see(
            org_code=["R1F1"],
            trust_type="Acute and Acute & Community Trusts",
            as_of="2021-12-31",
            source="nss_detailed",
        ),
        see(org_code=["R1F2"], trust_type="Ambulance Trusts", as_of="2022-12-31", source="nss_detailed"),
        see(org_code=["R1F"], trust_type="Acute - Multi-Service", as_of="2023-12-31", source="turnover"),
    )
    found = made.attributes(["R1F"], "2022-12-31")
    assert found["trust_subtype"].tolist() == ["Acute - Multi-Service"]


def test_an_unknown_spelling_is_named_and_not_guessed():
    made = build(
        see(
            org_code=["R0A", "R0B"],
            region="Middle Earth",
            trust_type="Floating hospital",
            icb="QZ9",
            as_of="2024-03-31",
        )
    )
    told = made.unmapped.set_index("attribute")
    assert told["spelling"].to_dict() == {"region": "Middle Earth", "trust_type": "Floating hospital", "icb": "QZ9"}
    assert told["organisations"].tolist() == [2, 2, 2]
    found = made.attributes(["R0A"], "2024-03-31").loc[0]
    assert (found["region"], found["trust_type"], found["trust_subtype"], found["icb"]) == ("", "", "", "QZ9")


def test_names_in_capitals_are_set_as_titles():
    names = {
        "R0A": ("MANCHESTER UNIVERSITY NHS FOUNDATION TRUST", "Manchester University NHS Foundation Trust"),
        "RBS": ("ALDER HEY CHILDREN'S NHS FOUNDATION TRUST", "Alder Hey Children's NHS Foundation Trust"),
        "RTD": ("THE NEWCASTLE UPON TYNE HOSPITALS NHS TRUST", "The Newcastle upon Tyne Hospitals NHS Trust"),
        "RWJ": ("STOCKPORT-ON-SEA NHS TRUST", "Stockport-On-Sea NHS Trust"),
        "RKE": ("Whittington Health NHS Trust", "Whittington Health NHS Trust"),
    }
    made = build(see(org_code=list(names), org_name=[old for old, _ in names.values()], source="ods_etr"))
    assert made.attributes(list(names), "2024-03-31")["org_name"].tolist() == [new for _, new in names.values()]
    assert set(made.attributes(list(names), "2024-03-31")["org_name_seen"]) == {"undated"}


def test_a_missing_date_is_refused():
    with pytest.raises(ValueError, match="date is missing"):
        build().attributes(["R0A"], [pd.NaT])


# --- the table -------------------------------------------------------------------------------------------------------


def test_the_table_has_one_row_a_trust():
    made = build(
        see(
            org_code=["RAP", "RAL"],
            org_name=["NORTH MIDDLESEX UNIVERSITY HOSPITAL NHS TRUST", "ROYAL FREE LONDON NHS FOUNDATION TRUST"],
            region="Y56",
            as_of="2026-07-31",
            opened="1991-04-01",
            closed=[pd.Timestamp("2024-12-31"), pd.NaT],
            source="ods_etr",
        ),
        see(
            org_code=["RAP"],
            org_name="North Middlesex University Hospital NHS Trust",
            as_of="2024-03-31",
            source="sickness_benchmarking",
        ),
        see(org_code=["NLX"], org_name="Sirona", as_of="2024-03-31", source="sickness_benchmarking"),
        succession("RA5", "RTE", "2002-04-01"),
        succession("RAP", "RAL", "2025-01-01"),
    )
    table = made.table().set_index("code")
    assert table.index.tolist() == ["RAL", "RAP"]
    row = table.loc["RAP"]
    assert row["name"] == "North Middlesex University Hospital NHS Trust"
    assert (row["region"], row["successor"], row["sources"]) == (
        "London",
        "RAL",
        "ods_etr ods_succ sickness_benchmarking",
    )
    assert row["succession_date"] == pd.Timestamp("2025-01-01")
    assert (row["opened"], row["closed"]) == (pd.Timestamp("1991-04-01"), pd.Timestamp("2024-12-31"))
    assert table["closed"].isna().tolist() == [True, False]
    assert table["successor"].tolist() == ["", "RAL"]


def test_a_table_of_nothing_is_empty():
    table = build().table()
    assert len(table) == 0
    assert list(table)[:3] == ["code", "name", "region"]


# --- the reference files ---------------------------------------------------------------------------------------------


def test_every_row_of_reference_has_a_source_and_a_grade():
    folder = share("data", "reference")
    for name in ("mergers.csv", "national.csv"):
        frame = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        assert set(frame["grade"]) <= {"R", "C", "K"}
        assert (frame["source"] != "").all()
        assert not frame.duplicated([c for c in frame if c not in ("source", "grade", "note", "value")]).any()
    for name in ("regions.csv", "icbs.csv", "trust_types.csv"):
        frame = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        assert (frame["source"] != "").all()
        assert not frame["spelling"].duplicated().any()
    rule = tomllib.loads((folder / "organisation_rule.toml").read_text(encoding="utf-8"))
    assert all(e["grade"] == "K" or e["source"] for e in rule["exclusion"] + rule["alias"])


def test_reference_words_are_the_kits_own():
    words = load_reference().spellings
    assert set(words["region"].values()) == REGIONS | {""}
    assert set(words["trust_type"].values()) == {
        "Acute",
        "Acute specialist",
        "Mental health",
        "Community",
        "Ambulance",
        "",
    }
    assert len(set(words["icb"].values()) - {""}) == 42


def test_national_figures_can_be_read_as_numbers_in_a_plausible_range():
    frame = pd.read_csv(share("data", "reference", "national.csv"), keep_default_na=False)
    assert frame["wres_year"].between(2014, 2026).all()
    assert frame.loc[frame["unit"] == "percent", "value"].between(0, 100).all()
    assert frame.loc[frame["unit"] == "ratio", "value"].between(0.2, 6).all()
    regional = frame[(frame["measure"] == "ind2") & frame["area"].isin(REGIONS)]
    assert len(regional) == 21
    assert set(regional["grade"]) == {"R"}


def test_a_mergers_table_with_mistakes_is_refused_line_by_line(tmp_path):
    folder = tmp_path / "reference"
    shutil.copytree(share("data", "reference"), folder)
    head = "old_code,new_code,date,kind,share,note,source,grade\n"
    (folder / "mergers.csv").write_text(head + "RZ1,RZ2,1.4.2020,merger,,,x,R\nRZ1,RZ2,2020-04-01,takeover,,,x,R\n")
    with pytest.raises(InputError) as caught:
        load_reference(folder)
    assert [(p.row, p.column) for p in caught.value.problems] == [(2, "date"), (3, "kind")]
    (folder / "mergers.csv").write_text("old_code,new_code\nRZ1,RZ2\n")
    with pytest.raises(InputError, match="column is missing"):
        load_reference(folder)
    (folder / "mergers.csv").write_text(head + "RZ1,RZ2,2020-04-01,merger,,,x,R\nRZ1,RZ3,2021-04-01,merger,,,x,R\n")
    with pytest.raises(InputError, match="RZ1 has more than one successor"):
        build(reference=load_reference(folder))
