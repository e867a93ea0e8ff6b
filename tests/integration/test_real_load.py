# mypy: ignore-errors
"""The real published files, loaded: published figures come back, and every value is where it says it came from."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import python_calamine as calamine

from wres_analysis.panel.load import load_folder
from wres_analysis.panel.store import PanelData
from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.folder import identify
from wres_analysis.sources.recover import fewest_answers
from wres_analysis.sources.registry import READERS
from wres_analysis.stats.fractions import recover_fraction

pytestmark = pytest.mark.integration

EXTRACT = "nss_wres_extract"


@pytest.fixture(scope="module")
def loaded(real_data: Path) -> PanelData:
    return load_folder(real_data)


@pytest.fixture(scope="module")
def rates(loaded: PanelData) -> pd.DataFrame:
    rows = loaded.observations
    return rows[rows["source"] == EXTRACT]


# -- The extract of the WRES indicators --------------------------------------------------------------------------


def test_159_trusts_4_indicators_2_groups(rates):
    assert len(rates) == 159 * 4 * 2
    assert rates.groupby(["measure", "group"])["org_code"].nunique().to_dict() == {
        (measure, group): 159 for measure in ("ind5", "ind6", "ind7", "ind8") for group in ("bme", "white")
    }
    assert set(rates["status"]) == {"observed"}


def test_unweighted_means(rates):
    """Told to one decimal as 27.7/23.8, 24.4/20.7, 49.9/58.7 and 15.6/6.9; the last is 6.846, and rounds to 6.8."""
    means = rates.pivot_table(index="measure", columns="group", values="value").round(3)
    assert means["bme"].to_dict() == {"ind5": 27.737, "ind6": 24.367, "ind7": 49.944, "ind8": 15.603}
    assert means["white"].to_dict() == {"ind5": 23.784, "ind6": 20.662, "ind7": 58.726, "ind8": 6.846}


def test_counts_of_manchester(rates):
    row = rates[(rates["org_code"] == "R0A") & (rates["measure"] == "ind7")].set_index("group")
    assert row[["numerator", "denominator"]].to_dict("index") == {
        "white": {"numerator": 5129.0, "denominator": 8783.0},
        "bme": {"numerator": 1944.0, "denominator": 4019.0},
    }
    assert row["flags"].str.contains("counts_derived").all()


def test_how_many_counts_are_recovered(rates):
    derived = rates["flags"].str.contains("counts_derived")
    bounded = rates["flags"].str.contains("base_at_least")
    assert (int(derived.sum()), int(bounded.sum())) == (1217, 55)
    assert (rates["numerator"].notna() == derived).all() and (rates["denominator"].notna() == derived).all()
    assert rates["effective_base"].notna().all()
    assert rates.loc[bounded, "reason"].str.fullmatch(r"\d+ bases fit, \d+ to \d+").all()


def test_recovered_counts_give_the_published_rate_to_the_last_digit(rates):
    derived = rates[rates["numerator"].notna()]
    published = derived["value"].to_numpy()
    assert np.abs(100 * derived["numerator"] / derived["denominator"] - published).max() < 2e-14 * 100


@pytest.fixture(scope="module")
def survey(real_data: Path) -> pd.DataFrame:
    """Respondents and bases of the detailed spreadsheets, read by pandas and nothing of the kit."""
    (path,) = (real_data / "staff_survey_2024_native").glob("*.xlsx")
    sheets = pd.read_excel(path, sheet_name=None, engine="calamine", header=None)
    bases: dict[str, pd.Series] = {}
    for frame in sheets.values():
        asked = frame.iloc[0].ffill()
        for at in np.flatnonzero(frame.iloc[4] == "Base (number of responses)") if len(frame) > 5 else []:
            bases[str(asked[at]).split(" - ")[0]] = frame.iloc[5:, at].set_axis(frame.iloc[5:, 0])
    background = sheets["BACKGROUND INFORMATION Q27-30"]
    at = [i for i, asked in enumerate(background.iloc[0].ffill()) if "ethnic group" in str(asked)][:-1]
    share = background.iloc[5:, at].set_axis(background.iloc[5:, 0]).astype(float)
    heads = background.iloc[4, at].astype(str)
    out = pd.DataFrame({"base": bases["Q28"], "ind5": bases["Q14a"], "ind7": bases["Q15"], "ind8": bases["Q16b"]})
    out["white"] = (
        share.loc[:, heads.str.startswith("% White").to_numpy()].sum(axis=1) * out["base"].astype(float) / 100
    )
    out["bme"] = out["base"] - out["white"]
    return out.astype(float)


def test_bases_never_exceed_the_native_workbook(rates, survey):
    """Group by group, White and BME together against everyone with an ethnic group, and against the question's base."""
    bases = rates.pivot_table(index=["org_code", "measure"], columns="group", values="effective_base")
    native = survey.reindex(bases.index.get_level_values("org_code")).set_axis(bases.index)
    assert (bases["white"] <= native["white"].round()).all() and (bases["bme"] <= native["bme"].round()).all()
    assert (bases.sum(axis=1) <= native["base"]).all()
    for measure in ("ind5", "ind7", "ind8"):
        one = bases.xs(measure, level="measure")
        assert (one.sum(axis=1) <= survey.loc[one.index, measure]).all()


def test_how_far_the_recovered_counts_rest_on_an_assumption(rates, survey):
    """781 bases are the only ones there can be; 0.940 to 1 of the group answered there, and 0.90 is allowed for."""
    derived = rates[rates["numerator"].notna()]
    group = np.array([round(survey.at[c, g]) for c, g in zip(derived["org_code"], derived["group"], strict=True)])
    share = derived["denominator"].to_numpy() / group
    alone = np.array(
        [recover_fraction(v / 100, n_low=1, n_high=int(n)).unique for v, n in zip(derived["value"], group, strict=True)]
    )
    assert int(alone.sum()) == 781
    assert (share[alone].min().round(3), share[alone].max()) == (0.940, 1.0)
    assert share.min().round(3) == 0.936
    assert all(base >= fewest_answers(int(n)) for base, n in zip(derived["denominator"], group, strict=True))


def test_without_the_native_workbook_no_counts_are_claimed(real_data, tmp_path):
    shutil.copytree(real_data / "staff_survey_2024_wres_extract", tmp_path / "data")
    rows = load_folder(tmp_path / "data").observations
    rates = rows[rows["source"] == EXTRACT]
    assert len(rates) == 1272
    assert rates[["numerator", "denominator", "effective_base"]].isna().all().all()
    assert set(rates["reason"]) == {"no base: the number of respondents of the group is not known"}
    assert not rates["flags"].str.contains("counts_derived").any()


# -- The staff survey workbook -----------------------------------------------------------------------------------


def test_263_organisations_210_trust_units_engagement_for_all(loaded, real_data):
    rows = loaded.observations
    native = rows[(rows["source"] == "nss_detailed") & (rows["stratum"] == "all")]
    codes = native["org_code"].drop_duplicates()
    assert len(codes) == 263
    panel = loaded.panel[loaded.panel["wres_year"] == 2025]
    trusts = set(panel.loc[panel["engagement"].notna(), "org_code"])
    # The Isle of Wight answers as two units, R1F1 and R1F2, which are one trust.
    units = [code for code in codes if code in trusts or code.removesuffix("1").removesuffix("2") in trusts]
    assert len(units) == 210 and {"R1F1", "R1F2"} <= set(units)
    assert len(trusts) == 209
    engagement = native[(native["measure"] == "engagement") & native["org_code"].isin(codes)]
    assert len(engagement) == 263
    assert set(engagement["status"]) == {"observed"}


# -- Joins -------------------------------------------------------------------------------------------------------


def test_of_the_159_trusts_most_join_to_the_outcomes(loaded):
    panel = loaded.panel
    ours = set(panel.loc[(panel["wres_year"] == 2025) & panel["ind8.gap"].notna(), "org_code"])
    assert len(ours) == 159
    lost = {}
    for outcome, year in (("engagement", 2025), ("sickness", 2025), ("agency_and_external_bank_share", 2024)):
        has = set(panel.loc[(panel["wres_year"] == year) & panel[outcome].notna(), "org_code"])
        lost[outcome] = sorted(ours - has)
    assert lost["engagement"] == []
    assert lost["sickness"] == ["RAP", "RY9"]
    assert len(lost["agency_and_external_bank_share"]) == 4


# -- Every value is where it says --------------------------------------------------------------------------------

RATINGS = {"Inadequate": 1.0, "Requires improvement": 2.0, "Good": 3.0, "Outstanding": 4.0}


class Cells:
    """The cells of the published files, opened afresh."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open: dict[tuple[str, str], list[list]] = {}

    def rows(self, name: str, sheet: str) -> list[list]:
        if (name, sheet) not in self.open:
            path = self.folder / name
            if path.suffix == ".csv":
                with path.open(encoding="utf-8-sig", newline="") as lines:
                    self.open[name, sheet] = list(csv.reader(lines))
            else:
                book = calamine.load_workbook(str(path))
                self.open[name, sheet] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        return self.open[name, sheet]

    def at(self, name: str, address: str) -> list[list]:
        """The cells of each part of an address: ``S!X6:AA6,AP6`` has two parts, of four cells and of one."""
        sheet, _, cells = address.rpartition("!")
        rows = self.rows(name, sheet)
        parts = []
        for part in cells.split(","):
            ends = [
                (self.column(e.rstrip("0123456789")), int(e.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
                for e in part.split(":")
            ]
            (first, row), (last, _) = ends[0], ends[-1]
            parts.append([rows[row - 1][i] for i in range(first, last + 1)])
        return parts

    @staticmethod
    def column(letters: str) -> int:
        index = 0
        for letter in letters:
            index = 26 * index + ord(letter) - ord("A") + 1
        return index - 1


def first(parts: list[list]) -> float:
    return float(parts[0][0])


def rate(parts: list[list]) -> float:
    return 100 * float(parts[0][0]) / float(parts[1][0])


def leavers(parts: list[list]) -> float:
    *left, one, two = (float(part[0]) for part in parts)
    return 100 * sum(left) / ((one + two) / 2)


def workforce(parts: list[list], row: pd.Series) -> float:
    """A group over everybody; the comparison group is everybody known less the White; role groups are added up."""
    counts = [float(part[0]) for part in parts]
    half = len(counts) // 2
    if "sum_of_role_groups" in row["flags"]:
        some, whole = sum(counts[:half]), sum(counts[half:])
        return 100 * (whole - some if row["group"] == "bme" else some) / whole
    top, below = counts
    return 100 * (top - below) / top if "derived" in row["flags"] else 100 * top / below


RECIPES: dict[str, Callable[[list[list], pd.Series], float]] = {
    "agency_tac_extract": lambda parts, row: rate(parts),
    "cqc_ratings": lambda parts, row: RATINGS[parts[0][0]],
    "nqps": lambda parts, row: first(parts),
    "nss_detailed": lambda parts, row: (
        sum(map(float, parts[0]))
        if row["measure"] == "respondent_share"
        else 100 - first(parts)
        if row["measure"] in ("ind5", "hba_managers", "hba_colleagues")
        else first(parts)
    ),
    "nss_ethnicity_extract": lambda parts, row: first(parts),
    "nss_panel_extract": lambda parts, row: first(parts),
    "nss_wres_extract": lambda parts, row: 100 * first(parts),
    "sickness_benchmarking": lambda parts, row: rate(parts),
    "sickness_monthly_workbook": lambda parts, row: first(parts),
    "turnover": lambda parts, row: leavers(parts),
    "workforce_ethnicity": workforce,
}


def test_every_source_has_a_recipe(loaded):
    assert set(loaded.observations["source"]) == set(RECIPES)


def test_the_named_cells_hold_the_numbers_that_made_the_value(loaded, real_data):
    rows = loaded.observations
    seen = rows[rows["status"] == "observed"]
    files = seen["source_file"].nunique()
    sample = seen.groupby("source_file", group_keys=False).sample(n=-(-300 // files), random_state=20261121)
    assert len(sample) >= 300
    cells = Cells(real_data)
    wrong = []
    for row in sample.to_dict("records"):
        made = RECIPES[row["source"]](cells.at(row["source_file"], row["source_cell"]), row)
        if not np.isclose(made, row["value"], rtol=1e-12, atol=1e-12):
            wrong.append((row["source_file"], row["source_cell"], made, row["value"]))
    assert wrong == []


def test_a_published_base_stands_in_the_second_cell(loaded, real_data):
    rows = loaded.observations
    based = rows[rows["source"].isin(["nss_detailed", "nss_panel_extract"]) & (rows["status"] == "observed")]
    cells = Cells(real_data)
    for row in based.sample(150, random_state=7).to_dict("records"):
        assert float(cells.at(row["source_file"], row["source_cell"])[1][0]) == row["effective_base"]


def test_cells_without_a_value_really_hold_none(loaded, real_data):
    rows = loaded.observations
    cells = Cells(real_data)
    blank = rows[rows["status"].isin(["suppressed", "not_applicable"]) & (rows["source"] != "turnover")]
    marks = {"sickness_benchmarking": {""}, "sickness_monthly_workbook": {".", ""}, "nqps": {"-"}}
    for row in blank.sample(100, random_state=11).to_dict("records"):
        held = cells.at(row["source_file"], row["source_cell"])
        assert str(held[0][0]).strip() in marks[row["source"]], (row["source_file"], row["source_cell"], held)


# -- Everything is accounted for ---------------------------------------------------------------------------------


def test_the_tallies_add_up_to_the_observations(loaded):
    rows, account = loaded.observations, loaded.account
    of_file = rows.groupby(["source_file", "status"]).size()
    for file in account["files"]:
        for status, name in (("observed", "kept"), ("suppressed", "suppressed"), ("excluded", "excluded")):
            if not file["reader"].startswith("ods_"):  # whose values are organisations, not observations
                assert sum(t[name] for t in file["tallies"]) == of_file.get((file["name"], status), 0), file["name"]
    assert sum(account["observations"].values()) == len(rows)


def test_every_file_is_in_the_account_and_the_unknown_ones_are_named(loaded, real_data):
    there = {p.relative_to(real_data).as_posix() for p in real_data.rglob("*") if p.is_file()}
    assert {file["name"] for file in loaded.account["files"]} == there
    assert set(loaded.account["not_recognised"]) == {name for name in there if name.endswith((".md", ".txt"))} | {
        "agency_tac_layout/2021-22-NHS-provider-TAC-ilustrative-file.xlsx",
        "agency_tac_layout/2023-24-NHS-Provider-TAC-illustrative-file.xlsx",
        "staff_survey_2024_wres_extract/Racism_LR_Summary.csv",
        "trustpulse_snapshot_2026/trust_profiles_trimmed.csv",
    }
    assert all(file["note"] for file in loaded.account["files"] if not file["reader"])


def test_no_file_is_claimed_by_two_readers(real_data):
    for path in sorted(p for p in real_data.rglob("*") if p.suffix in (".csv", ".xlsx", ".xlsm", ".xls")):
        source = SourceFile(path, real_data)
        claims = [reader.key for reader in READERS if reader.recognise(source)]
        assert len(claims) <= 1, (source.name, claims)
        assert not claims or identify(source)[0].key == claims[0]


def test_what_is_left_out_is_known_by_name(loaded):
    rows = loaded.observations
    out = rows[rows["status"] == "excluded"].sort_values(["org_code", "period_end"])
    assert list(zip(out["org_code"], out["measure"], out["reason"], strict=True)) == [
        ("RRE", "pulse_engagement", "a score that rests on no responses"),
        ("RYA", "agency_and_external_bank_share", "10 is a placeholder, not an amount"),
        ("RYA", "agency_and_external_bank_share", "10 is a placeholder, not an amount"),
    ]
