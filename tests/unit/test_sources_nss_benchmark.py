"""The benchmark workbook: every sector or an error, fractions to percentages, and why a cell has no value."""

import pandas as pd
import pytest
from workbooks import one, read, source, write_xlsx

from wres_analysis.errors import InputError
from wres_analysis.sources.nss_benchmark import READERS, TRUST_GROUPS

pytestmark = pytest.mark.unit

(READER,) = READERS
YEARS = (2023, 2024)
STEMS = {"har_from_pat": (0.22, 0.26), "har_from_staff": (0.2, 0.25), "equal": (0.58, 0.48), "q16b": (0.06, 0.16)}


def header(years=YEARS):
    names = ["org_id", "org_name", "org_type_reporting_name", f"PP1_{years[-1]}", f"PP1_n_{years[-1]}"]
    for year in years:
        names += [f"theme_engagement_{year}", f"theme_engagement_n_{year}", f"response_rate_{year}"]
        for stem in STEMS:
            for digit in (1, 2):
                names += [f"{stem}_eth_summary_{digit}_{year}", f"{stem}_eth_summary_n_{digit}_{year}"]
        names += [f"q16a_eth_summary_1_{year}"]
    return names


def row(code, names, **cells):
    base = {"org_id": code, "org_name": f"Trust {code}", "org_type_reporting_name": "Acute"}
    for name in names[3:]:
        stem = next((s for s in STEMS if name.startswith(f"{s}_eth")), None)
        if "_n_" in name:
            base[name] = 1000
        elif name.startswith("theme_engagement"):
            base[name] = 6.75
        elif stem:
            base[name] = STEMS[stem]["_eth_summary_2" in name]
        else:
            base[name] = 0.5
    base.update(cells)
    return [base[name] for name in names]


def workbook(path, rename=None, names=None, rows=None):
    """Five sectors, a sheet of ICBs and the notes; ``rename`` and ``rows`` change a sheet by its published name."""
    names = names or header()
    sheets = {"Notes": [["Variable", "Description"], ["q16b_eth_summary_1_2024", "Q16b, White"]]}
    for number, group in enumerate(TRUST_GROUPS):
        sheets[(rename or {}).get(group, group)] = [names, *((rows or {}).get(group, [row(f"RZ{number}", names)]))]
    sheets["ICBs"] = [names, row("QZ1", names), row("QZ2", names)]
    return write_xlsx(path / "any name.xlsx", sheets)


def test_fractions_become_percentages_with_counts_and_the_cells_they_came_from(tmp_path):
    names = header()
    # The rates and bases of R0A in the survey of 2024: 5129/8783 White and 1944/4019 BME for indicator 7.
    rows = [
        row(
            "R0A",
            names,
            equal_eth_summary_1_2024=0.5839690310827735,
            equal_eth_summary_n_1_2024=8783,
            equal_eth_summary_2_2024=0.4837024135357054,
            equal_eth_summary_n_2_2024=4019,
        )
    ]
    got = read(READER, workbook(tmp_path, rows={TRUST_GROUPS[0]: rows}))
    bme = one(got.observations, org_code="R0A", measure="ind7", group="bme", vintage="2024", period_end="2024-12-31")
    assert (bme["numerator"], bme["denominator"], bme["effective_base"]) == (1944, 4019, 4019)
    assert bme["value"] == pytest.approx(48.37024135357054)
    assert bme["unit"] == "percent" and bme["period_start"] == pd.Timestamp("2024-10-01")
    at = [names.index(f"equal_eth_summary_{n}2_2024") for n in ("", "n_")]
    assert bme["source_cell"] == f"{TRUST_GROUPS[0]}!{letters(at[0])}2,{letters(at[1])}2"
    white = one(got.observations, org_code="R0A", measure="ind7", group="white", period_end="2024-12-31")
    assert white["numerator"] == 5129 and bme["value"] < white["value"]


def letters(index):
    return (chr(64 + index // 26) if index >= 26 else "") + chr(65 + index % 26)


def test_the_groups_and_indicators_are_not_crossed(tmp_path):
    rows = read(READER, workbook(tmp_path)).observations
    expected = {"ind5": (22, 26), "ind6": (20, 25), "ind7": (58, 48), "ind8": (6, 16)}
    for measure, (white, bme) in expected.items():
        means = rows[rows["measure"] == measure].groupby("group")["value"].mean()
        assert means["white"] == pytest.approx(white) and means["bme"] == pytest.approx(bme)
    engagement = rows[rows["measure"] == "engagement"]
    assert set(engagement["value"]) == {6.75} and set(engagement["unit"]) == {"score"}
    assert engagement["denominator"].isna().all() and set(engagement["effective_base"]) == {1000}


@pytest.mark.parametrize(
    "name",
    [
        "MH&LD, MH, LD & Community Trust",  # the very name by which another kit lost the sector
        " mh&ld, mh, ld& community trust",
        "MH&LD,MH,LD and Community Trust",
    ],
)
def test_a_sheet_name_with_another_space_keeps_its_sector(tmp_path, name):
    path = workbook(tmp_path, rename={"MH&LD, MH, LD&Community Trusts": name})
    assert set(read(READER, path).observations["org_code"]) == {f"RZ{i}" for i in range(5)}


def test_a_lost_sector_is_an_error_that_names_it_and_the_sheets_there_are(tmp_path):
    path = workbook(tmp_path, rename={"Ambulance Trusts": "Sheet7", "Community Trusts": "Community Trusts (old)"})
    with pytest.raises(InputError) as caught:
        read(READER, path)
    lines = str(caught.value).splitlines()
    assert [line.split("'")[1] for line in lines] == ["Community Trusts", "Ambulance Trusts"]
    assert all("any name.xlsx" in line and "Sheet7" in line for line in lines)


def test_an_empty_sector_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"Ambulance Trusts', row 2.*no organisations"):
        read(READER, workbook(tmp_path, rows={"Ambulance Trusts": []}))


def test_a_missing_column_of_the_newest_survey_is_an_error(tmp_path):
    names = ["equal_eth_summary_white_2024" if n == "equal_eth_summary_1_2024" else n for n in header()]
    with pytest.raises(InputError, match=r"Acute Community Trusts', row 1, column 'equal_eth_summary_1_2024'"):
        read(READER, workbook(tmp_path, names=names))


def test_the_workbook_is_still_recognised_when_an_identifier_is_missing(tmp_path):
    names = ["trust_code" if n == "org_id" else n for n in header()]
    rows = {g: [["RZ0", *row("RZ0", header())[1:]]] for g in TRUST_GROUPS}
    file = source(workbook_with(tmp_path, names, rows))
    assert READER.recognise(file)
    with pytest.raises(InputError, match="column 'org_id'"):
        READER.read(file)


def workbook_with(path, names, rows):
    return write_xlsx(path / "b.xlsx", {g: [names, *rows[g]] for g in TRUST_GROUPS})


def test_blanks_before_the_first_result_are_no_history_and_later_ones_suppressed(tmp_path):
    names = header()
    no_history = {n: None for n in names[3:] if n.endswith("2023")}
    rows = [
        row("RZA", names, **no_history),
        row("RZB", names, q16b_eth_summary_2_2024=None, q16b_eth_summary_n_2_2024=None),
        row("RZC", names, q16b_eth_summary_2_2023="-", q16b_eth_summary_n_2_2023="-"),
    ]
    got = read(READER, workbook(tmp_path, rows={TRUST_GROUPS[0]: rows}))
    rows = got.observations
    early = rows[(rows["org_code"] == "RZA") & (rows["period_end"] == "2023-12-31")]
    assert set(early["status"]) == {"not_applicable"} and len(early) == 9
    assert early["reason"].str.contains("before 2024").all()
    for code, year in (("RZB", 2024), ("RZC", 2023)):
        cell = one(rows, org_code=code, measure="ind8", group="bme", period_end=f"{year}-12-31")
        assert cell["status"] == "suppressed" and pd.isna(cell["value"]) and pd.isna(cell["effective_base"])
    assert (rows["status"] == "suppressed").sum() == 2


def test_weighted_rates_have_a_base_and_no_numerator(tmp_path):
    names = header()
    rows = [row("RZA", names, equal_eth_summary_2_2024=0.48371, equal_eth_summary_n_2_2024=4019)]
    cell = one(
        read(READER, workbook(tmp_path, rows={TRUST_GROUPS[0]: rows})).observations,
        org_code="RZA",
        measure="ind7",
        group="bme",
        period_end="2024-12-31",
    )
    assert pd.isna(cell["numerator"]) and cell["effective_base"] == 4019 and cell["flags"] == "weighted_rate"


def test_bad_cells_are_excluded_with_a_reason(tmp_path):
    names = header()
    cells = {"equal_eth_summary_1_2024": 58.4, "equal_eth_summary_2_2024": "NA", "q16b_eth_summary_n_1_2024": "many"}
    twice = [row("RZB", names), row("RZB", names)]
    rows = read(READER, workbook(tmp_path, rows={TRUST_GROUPS[0]: [row("RZA", names, **cells), *twice]})).observations
    new = rows[rows["period_end"] == "2024-12-31"]
    unit = one(new, org_code="RZA", measure="ind7", group="white")
    assert unit["status"] == "excluded" and unit["flags"] == "unit_error" and "58.4" in unit["reason"]
    text = one(new, org_code="RZA", measure="ind7", group="bme")
    assert text["status"] == "excluded" and text["flags"] == "text_in_number" and "'NA'" in text["reason"]
    base = one(new, org_code="RZA", measure="ind8", group="white")
    assert base["status"] == "excluded" and "'many'" in base["reason"]
    double = rows[rows["org_code"] == "RZB"]
    assert set(double["flags"]) == {"duplicate_organisation"} and double["value"].isna().all()
    assert (rows["status"] == "excluded").sum() == 3 + 36


def test_everything_else_is_named_and_counted(tmp_path):
    got = read(READER, workbook(tmp_path))
    by_sheet = {tally.sheet: tally for tally in got.tallies}
    assert by_sheet["ICBs"].skipped == {"organisations that are not trusts: 'ICBs'": 2}
    assert by_sheet["Notes"].skipped == {"a sheet without results: 'Notes'": 1}
    first = by_sheet[TRUST_GROUPS[0]]
    assert (first.rows, first.kept) == (1, 18)
    assert first.skipped == {"ethnic summary that no indicator uses: q16a": 2, "columns that are not used": 4}
    assert list(got.organisations["org_name"]) == [f"Trust RZ{i}" for i in range(5)]
    assert set(got.organisations["as_of"]) == {pd.Timestamp("2024-12-31")}


def test_indicator_8_is_found_under_the_question_number_of_its_year(tmp_path):
    years = (2019, 2024)
    names = [n.replace("q16b_eth", "q15b_eth") if n.endswith("2019") else n for n in header(years)]
    cells = {n: 0.09 for n in names if n.startswith("q15b_eth_summary_1")}
    base = {n: 700 for n in names if n.startswith("q15b_eth_summary_n_1")}
    rows = {g: [row(f"RZ{i}", names, **cells, **base)] for i, g in enumerate(TRUST_GROUPS)}
    got = read(READER, workbook(tmp_path, names=names, rows=rows)).observations
    old = one(got, org_code="RZ0", measure="ind8", group="white", period_end="2019-12-31")
    assert (old["value"], old["numerator"]) == (pytest.approx(9.0), 63)


def test_other_workbooks_are_not_taken(tmp_path):
    assert not READER.recognise(source(write_xlsx(tmp_path / "a.xlsx", {"Trusts": [["Trust Code"], ["R0A"]]})))
    (tmp_path / "a.csv").write_text("org_id,q16b_eth_summary_1_2024\n")
    assert not READER.recognise(source(tmp_path / "a.csv"))
