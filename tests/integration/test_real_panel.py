"""The panel of the real published files, basis as published, against figures that others computed from them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from wres_analysis.narrative.claims import indicator_claims, outcome_claims
from wres_analysis.narrative.sentences import say
from wres_analysis.narrative.trust_report import TrustReport
from wres_analysis.panel.load import load_folder
from wres_analysis.panel.store import PanelData
from wres_analysis.profiles.trust import trust_profile

pytestmark = pytest.mark.integration

AGENCY = "agency_and_external_bank_share"


@pytest.fixture(scope="module")
def loaded(real_data: Path) -> PanelData:
    return load_folder(real_data)


def values(loaded: PanelData, measure: str, year: int, basis: str = "as_published", **wanted: str) -> pd.DataFrame:
    frame, _ = loaded.on(basis)
    for name, value in ({"group": "all"} | wanted).items():
        frame = frame[frame[name] == value]
    return frame[(frame["measure"] == measure) & (frame["wres_year"] == year)].set_index("org_code")


@pytest.fixture(scope="module")
def ours(loaded: PanelData) -> set[str]:
    """The trusts of the WRES extract."""
    frame = values(loaded, "ind8", 2025, group="bme")
    return set(frame.index[frame["status"] == "observed"])


# Joins, and why a trust is lost -----------------------------------------------------------------------------------


def test_all_159_join_to_engagement(loaded, ours) -> None:
    seen = values(loaded, "engagement", 2025)
    assert len(ours) == 159
    assert set(seen.loc[list(ours), "status"]) == {"observed"}


def test_157_join_to_sickness_and_two_had_merged(loaded, ours) -> None:
    seen = values(loaded, "sickness", 2025).reindex(sorted(ours))
    lost = seen[seen["status"] != "observed"]
    assert dict(lost["status"]) == {"RAP": "merged", "RY9": "merged"}
    # North Middlesex joined the Royal Free on 1 January 2025; its last separate month in the files is November.
    assert lost.loc["RAP", "reason"] == "the trust became part of RAL before 31 March 2025; 8 of 12 months"
    assert lost.loc["RY9", "reason"] == "the trust became part of RAX before 31 March 2025; 7 of 12 months"


def test_155_join_to_agency_spend_of_the_year_before(loaded, ours) -> None:
    """Three trusts are not in the extract's second year at all; the fourth has a placeholder in it."""
    seen = values(loaded, AGENCY, 2024).reindex(sorted(ours))
    lost = seen[seen["status"] != "observed"]
    assert dict(lost["status"].dropna()) == {"RYA": "excluded"}
    assert list(lost.index[lost["status"].isna()]) == ["RF4", "RJ6", "RQ3"]
    rows = loaded.observations[loaded.observations["measure"] == AGENCY]
    years = rows[rows["org_code"].isin(["RF4", "RJ6", "RQ3"])].groupby("org_code")["period_end"].max()
    assert set(years.dt.year) == {2023}
    assert values(loaded, AGENCY, 2025).empty  # the extract ends with 2023/24


def test_ten_pounds_are_left_out_by_rule_and_named(loaded) -> None:
    found = loaded.quality[loaded.quality["rule"] == "placeholder"]
    assert list(found["org_code"]) == ["RYA", "RYA"]
    assert list(found["wres_year"]) == [2023, 2024]
    assert set(found["what"]) == {"10 is a placeholder, not an amount"}
    assert list(found["source_cell"]) == ["I207,H207", "I414,H414"]


# Published and recomputed figures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("year", "trusts"), [(2024, 210), (2025, 204)])
def test_trusts_with_twelve_months_of_sickness(loaded, year: int, trusts: int) -> None:
    seen = values(loaded, "sickness", year)
    whole = seen[seen["status"] == "observed"]
    assert len(whole) == trusts
    assert (whole["months"] == 12).all()
    assert np.allclose(whole["value"], 100 * whole["numerator"] / whole["denominator"], rtol=1e-12)


#: layouts.md, section 4: mean trust sickness rate, 2013/14 to 2024/25, in percent.
SICKNESS = [4.15, 4.36, 4.27, 4.28, 4.32, 4.35, 4.61, 4.77, 5.52, np.nan, 5.09, 5.29]


def test_mean_sickness_of_trusts_year_by_year(loaded) -> None:
    """The unweighted mean, over trusts with all twelve months under a code of three characters, of each trust's rate.

    To 2021/22 a trust's rate is the mean of its monthly rates, since no days are published; then days are added up.
    May to December 2022 are in no file at hand, so 2022/23 has no rate. 2013/14 is 4.15499, which 4.15 cuts. The kit
    has one trust more to 2019/20, which the workbook writes RYK-X; with it the means are up to 0.004 higher.
    """
    frame = loaded.values[(loaded.values["measure"] == "sickness") & (loaded.values["status"] == "observed")]
    own = frame[frame["members"].str.len() == 3]
    means = own.groupby("wres_year")["value"].mean().reindex(range(2014, 2026))
    assert np.abs(means.to_numpy()[1:] - SICKNESS[1:])[np.isfinite(SICKNESS[1:])].max() < 0.005
    assert means[2014] == pytest.approx(4.15499, abs=1e-5)
    assert set(frame.loc[frame["members"].str.len() != 3, "members"]) == {"RYK-X"}
    by_rates = frame["flags"].str.contains("mean_of_monthly_rates").groupby(frame["wres_year"]).mean()
    assert dict(by_rates) == {year: float(year <= 2022) for year in range(2014, 2026) if year != 2023}


def test_national_sums_of_agency_and_external_bank(loaded) -> None:
    sums = {year: values(loaded, AGENCY, year)[["numerator", "denominator"]].sum() / 1e9 for year in (2023, 2024)}
    assert [round(sums[year]["numerator"], 2) for year in (2023, 2024)] == [5.14, 4.67]
    rya = 0.331 + 0.306  # the staff cost of the trust whose spend is a placeholder, in the two published sums
    assert sums[2023]["denominator"] + sums[2024]["denominator"] + rya == pytest.approx(79.1 + 81.8, abs=0.1)


# The two bases -------------------------------------------------------------------------------------------------------


def test_the_isle_of_wight_answers_in_sectors(loaded) -> None:
    row = values(loaded, "engagement", 2025).loc["R1F"]
    assert (row["members"], row["flags"]) == ("R1F1 R1F2", "partial")
    parts = loaded.observations
    parts = parts[
        (parts["measure"] == "engagement") & parts["org_code"].isin(["R1F1", "R1F2"]) & (parts["stratum"] == "all")
    ]
    weighted = np.average(parts["value"], weights=parts["effective_base"])
    assert row["value"] == pytest.approx(weighted)


def test_pooled_sickness_of_a_merged_trust_is_the_sum_of_its_days(loaded) -> None:
    pooled = values(loaded, "sickness", 2025, "pooled")
    assert not {"RAP", "RY9", "RRP", "TAF"} & set(pooled.index)
    assert len(pooled[pooled["status"] == "observed"]) == 205  # 204, and North London from its two predecessors
    row = pooled.loc["RAL"]
    assert row["members"] == "RAL RAP"
    days = loaded.observations
    days = days[(days["measure"] == "sickness") & days["org_code"].isin(["RAL", "RAP"]) & (days["stratum"] == "all")]
    days = days[
        (days["period_end"] > "2024-03-31") & (days["period_end"] <= "2025-03-31") & (days["status"] == "observed")
    ]
    assert row["numerator"] == pytest.approx(days["numerator"].sum())
    assert row["denominator"] == pytest.approx(days["denominator"].sum())


@pytest.mark.parametrize("basis", ["as_published", "pooled"])
def test_every_missing_value_has_a_status_and_a_reason(loaded, basis: str) -> None:
    frame, panel = loaded.on(basis)
    missing = frame["value"].isna()
    assert (missing == (frame["status"] != "observed")).all()
    assert (frame.loc[missing, "reason"] != "").all()
    assert (frame["source_cells"] != "").all()
    counted = frame["numerator"].notna()
    quotient = 100 * frame["numerator"] / frame["denominator"]
    assert np.allclose(frame.loc[counted, "value"], quotient[counted], rtol=1e-12)
    assert not panel.duplicated(["org_code", "wres_year"]).any() and panel.columns.is_unique


# A trust's profile ---------------------------------------------------------------------------------------------------


def test_manchester(loaded) -> None:
    profile = trust_profile(loaded, "R0A")
    assert profile.year == 2025
    row = profile.indicators[
        (profile.indicators["indicator"] == "ind7") & (profile.indicators["subject"] == "trust")
    ].iloc[0]
    assert [row[name] for name in ("reference", "comparison")] == pytest.approx([100 * 5129 / 8783, 100 * 1944 / 4019])
    interval = confint_proportions_2indep(1944, 4019, 5129, 8783, compare="diff", method="newcomb")
    assert (row["low"], row["high"]) == pytest.approx([100 * limit for limit in interval], abs=1e-6)
    said = [say(claim) for claim in (*indicator_claims(profile), *outcome_claims(profile))]
    assert any("48.4% of ethnic minority staff and 58.4% of White staff" in text for text in said)
    assert any(text.startswith("The sickness absence rate was 6.11% from April 2024 to March 2025.") for text in said)


def test_england_adds_up_the_trusts(loaded, ours) -> None:
    frame = loaded.values[(loaded.values["measure"] == "ind5") & (loaded.values["wres_year"] == 2025)]
    frame = frame[frame["org_code"].isin(ours)]
    profile = trust_profile(loaded, "R0A")
    england = profile.indicators[
        (profile.indicators["subject"] == "england") & (profile.indicators["indicator"] == "ind5")
    ]
    for group, side in (("white", "reference"), ("bme", "comparison")):
        mine = frame[frame["group"] == group]
        events = (mine["value"] / 100 * mine["effective_base"]).sum()
        assert england[side].iloc[0] == pytest.approx(100 * events / mine["effective_base"].sum())
        assert england[f"{side}_base"].iloc[0] == mine["effective_base"].sum()
    assert england["n_trusts"].iloc[0] == 159


@pytest.mark.parametrize("code", ["R0A", "R1F", "RAP", "RYA", "G6V2S", "RRP", "RYK"])
def test_a_report_of_an_unusual_trust_can_be_told(loaded, code: str) -> None:
    report = TrustReport(trust_profile(loaded, code))
    shown = [report.heading(), report.glance(), report.coverage(), report.outcome_sentences(), report.data_notes()]
    parts = [str(part) for part in shown]
    parts += [str(report.indicator_table()), str(report.outcome_table()), str(report.trace_table())]
    parts += [str(report.sections(form)) for form in ("gap", "ratio", "difference")]
    text = "\n".join(parts)
    assert f"code {code}" in text
    assert not any(bad in text for bad in (" nan", "None", "..", " inf"))
