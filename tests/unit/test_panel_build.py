"""The panel: names, signs and alignment, against numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from handmade import (
    COMPARISON,
    OUTCOMES,
    REFERENCE,
    STANDARD,
    both,
    missing,
    month,
    months,
    observed,
    only,
    organisations,
    panel_data,
    rating,
)

from wres_analysis.panel.build import comparison_column, pair

pytestmark = pytest.mark.unit

TRUST = organisations(("RZ1", "London", "Acute - Large"))
SENIOR = "clinical|band_8a"


def panel(*records, orgs=TRUST, basis="as_published") -> pd.DataFrame:
    return panel_data(*records, orgs=orgs, pooled=basis == "pooled").on(basis)[1]


# Signs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["ind5", "ind6", "ind8"])
def test_more_of_what_is_bad_is_a_disadvantage(key: str) -> None:
    row = only(panel(both("RZ1", key, 2025, (20, 100), (30, 100))))
    assert row[f"{key}.gap"] == pytest.approx(10.0)
    assert row[f"{key}.ratio"] == pytest.approx(1.5)
    assert row[f"{key}.disadvantage"] == pytest.approx(10.0)


def test_less_belief_in_equal_opportunities_is_a_disadvantage() -> None:
    row = only(panel(both("RZ1", "ind7", 2025, (60, 100), (45, 100))))
    assert row["ind7.gap"] == pytest.approx(-15.0)
    assert row["ind7.disadvantage"] == pytest.approx(15.0)


@pytest.mark.parametrize(
    ("key", "reference", "comparison", "ratio"),
    [
        ("ind2", (30, 100), (20, 100), 1.5),  # White over BME: more White applicants appointed
        ("ind3", (10, 1000), (15, 1000), 1.5),  # BME over White: more ethnic minority staff disciplined
        ("ind4", (60, 100), (40, 100), 1.5),  # White over BME: more White staff trained
    ],
)
def test_ratios_above_one_are_a_disadvantage(key: str, reference, comparison, ratio: float) -> None:
    row = only(panel(both("RZ1", key, 2025, reference, comparison)))
    assert row[f"{key}.ratio"] == pytest.approx(ratio)
    assert row[f"{key}.log_ratio"] == pytest.approx(np.log(ratio))
    assert row[f"{key}.disadvantage"] == pytest.approx(np.log(ratio))
    rates = 100 * comparison[0] / comparison[1], 100 * reference[0] / reference[1]
    assert row[f"{key}.gap"] == pytest.approx(rates[0] - rates[1])


@pytest.mark.parametrize(("key", "stratum"), [("ind9", "board_voting"), ("ind1", SENIOR)])
def test_fewer_at_the_top_than_in_the_workforce_is_a_disadvantage(key: str, stratum: str) -> None:
    top = both("RZ1", key, 2025, (9, 10), (1, 10), stratum=stratum)
    workforce = observed("RZ1", "workforce_share", 2025, 30, 100, group=COMPARISON)
    row = only(panel(top, workforce))
    assert row["workforce_bme_share"] == pytest.approx(30.0)
    assert row[f"{key}.difference"] == pytest.approx(-20.0)
    assert row[f"{key}.disadvantage"] == pytest.approx(20.0)
    assert f"{key}.gap" not in row


def test_all_nine_indicators_have_a_disadvantage() -> None:
    records = [
        both("RZ1", key, 2025, (2, 10), (1, 10), stratum=i.pooled_strata[0] if i.pooled_strata else i.main_stratum)
        for key, i in STANDARD.indicators.items()
    ]
    row = only(panel(records, observed("RZ1", "workforce_share", 2025, 30, 100, group=COMPARISON)))
    assert len(STANDARD.indicators) == 9
    assert all(np.isfinite(row[f"{key}.disadvantage"]) for key in STANDARD.indicators)


@pytest.mark.parametrize(
    ("reference", "comparison"), [((0, 100), (5, 100)), ((5, 100), (0, 100)), ((0, 100), (0, 100))]
)
def test_no_events_give_no_log_ratio(reference, comparison) -> None:
    row = only(panel(both("RZ1", "ind3", 2025, reference, comparison)))
    assert np.isnan(row["ind3.log_ratio"]) and np.isnan(row["ind3.disadvantage"])
    assert np.isfinite(row["ind3.gap"])
    assert np.isnan(row["ind3.ratio"]) == (reference[0] == 0)


def test_one_group_alone_gives_no_gap() -> None:
    row = only(
        panel(observed("RZ1", "ind5", 2025, 3, 10, group=COMPARISON), missing("RZ1", "ind5", 2025, group=REFERENCE))
    )
    assert row["ind5.bme"] == pytest.approx(30.0)
    assert np.isnan(row["ind5.gap"]) and np.isnan(row["ind5.disadvantage"])


# Names and alignment ---------------------------------------------------------------------------------------------


def test_names_of_columns() -> None:
    row = only(
        panel(
            months("RZ1", 2025, 3, 100),
            observed("RZ1", "engagement", 2025, value=6.8, base=900),
            observed("RZ1", "agency_share", 2025, 3e6, 1e8),
            observed("RZ1", "agency_and_external_bank_share", 2025, 5e6, 1e8),
            months("RZ1", 2025, 90, 100, measure="fft_positive", stratum="inpatient"),
            months("RZ1", 2025, 80, 100, measure="fft_positive", stratum="ae"),
            observed("RZ1", "headcount", 2025, value=4000.0),
            observed("RZ1", "headcount", 2025, value=900.0, group=COMPARISON),
            observed("RZ1", "respondent_share", 2025, 20, 100, group=COMPARISON),
            both("RZ1", "ind9", 2025, (9, 10), (1, 10), stratum="board_total"),
            observed("RZ1", "ind2", 2025, value=1.4, stratum="published_ratio"),
            rating("RZ1", "2024-06-01", 3, vintage="2025-03-20"),
        )
    )
    expected = {
        "sickness": 3.0,
        "engagement": 6.8,
        "agency_share": 3.0,
        "agency_and_external_bank_share": 5.0,
        "fft_positive": 90.0,
        "fft_positive.ae": 80.0,
        "headcount": 4000.0,
        "headcount.bme": 900.0,
        "respondent_share.bme": 20.0,
        "ind9.board_total.bme": 10.0,
        "ind2.published_ratio": 1.4,
        "cqc_well_led": 3.0,
        "cqc_well_led.published_year": 2025.0,
        "sickness.numerator": 36.0,
        "sickness.denominator": 1200.0,
        "engagement.base": 900.0,
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert (row["region"], row["trust_type"], row["org_name"]) == ("London", "Acute", "Trust RZ1")


def test_no_column_is_there_twice_and_numbers_are_numbers() -> None:
    frame = panel(
        both("RZ1", "ind5", 2025, (20, 100), (30, 100)),
        observed("RZ1", "ind5", 2025, 25, 100),
        both("RZ1", "ind7", 2020, (20, 100), (30, 100), vintage="2020"),
        rating("RZ1", "2019-06-01", 3, vintage="2025-03-20"),
    )
    assert frame.columns.is_unique
    told = ["org_code", "org_name", "region", "icb", "trust_type", "trust_subtype"]
    assert all(frame[name].dtype.kind in "fib" for name in frame.columns.difference(told))
    assert frame["ind7.before_break"].tolist() == [True, False]


def test_comparison_column_is_that_of_the_outcomes_file() -> None:
    assert comparison_column(STANDARD.indicators["ind9"], STANDARD, OUTCOMES) == "workforce_bme_share"


def test_a_row_holds_what_lies_in_its_year() -> None:
    """Survey of autumn 2024, flows to 31 March 2025, snapshot of that day, sickness from April 2024: row 2025."""
    frame = panel(
        both("RZ1", "ind5", 2025, (1, 10), (2, 10)),
        both("RZ1", "ind2", 2025, (3, 10), (3, 10)),
        observed("RZ1", "workforce_share", 2025, 4, 10, group=COMPARISON),
        months("RZ1", 2025, 5, 100),
        month("RZ1", 2026, 4, 99, 100),  # April 2025 is the next year's
    )
    assert list(frame["wres_year"]) == [2025, 2026]
    shown = frame.iloc[0][["ind5.bme", "ind2.bme", "workforce_bme_share", "sickness"]]
    assert list(shown) == [20.0, 30.0, 40.0, 5.0]
    assert np.isnan(frame.iloc[1]["sickness"])


def test_who_did_not_exist_has_no_row_and_who_began_within_the_year_has() -> None:
    absent = [month("RZ1", 2024, n, status="not_applicable") for n in range(1, 13)]
    begun = [month("RZ1", 2025, n, status="not_applicable") for n in range(4, 10)]
    frame = panel(absent, begun, months("RZ1", 2025, 3, 100, numbers=(10, 11, 12, 1, 2, 3)))
    assert list(frame["wres_year"]) == [2025]


# Flags -----------------------------------------------------------------------------------------------------------


def test_balanced_is_who_is_there_in_every_year() -> None:
    orgs = organisations(("RZ1",), ("RZ2",))
    frame = panel(
        [both(code, "ind5", year, (1, 10), (2, 10)) for code in ("RZ1", "RZ2") for year in (2024, 2025)],
        both("RZ1", "ind5", 2023, (1, 10), (2, 10)),
        months("RZ2", 2022, 3, 100),  # an outcome alone makes no year of the balance
        orgs=orgs,
    )
    assert dict(frame.groupby("org_code")["balanced"].all()) == {"RZ1": True, "RZ2": False}


def test_partial_is_who_reports_in_sectors() -> None:
    orgs = organisations(("R1F",), ("RZ1",))
    frame = panel(
        observed("R1F1", "ind5", 2025, 1, 10, group=COMPARISON),
        months("RZ1", 2025, 9, 10, numbers=range(4, 11), measure="fft_positive", stratum="inpatient"),
        orgs=orgs,
    )
    assert dict(zip(frame["org_code"], frame["partial"], strict=True)) == {"R1F": True, "RZ1": False}


def test_pooled_panel_has_no_row_for_who_was_succeeded() -> None:
    orgs = organisations(("RZ1",), ("RZ2",), mergers=[("RZ2", "RZ1", "2024-10-01")])
    rows = [both(code, "ind5", 2025, (10, 100), (20, 50)) for code in ("RZ1", "RZ2")]
    assert list(panel(rows, orgs=orgs)["org_code"]) == ["RZ1", "RZ2"]
    row = only(panel(rows, orgs=orgs, basis="pooled"))
    assert (row["org_code"], row["ind5.bme.denominator"]) == ("RZ1", 100.0)


# Pairs -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_trusts() -> pd.DataFrame:
    """Exposure 10 + year, outcome 20 + year; RZ2 lacks both in 2023."""
    years = {"RZ1": (2022, 2023, 2024), "RZ2": (2022, 2024)}
    rows = [(code, year, 10 + year, 20 + year) for code, mine in years.items() for year in mine]
    return pd.DataFrame(rows, columns=["org_code", "wres_year", "x", "y"])


@pytest.mark.parametrize(
    ("lag", "expected"),
    [
        (-1, [("RZ1", 2023, 2022), ("RZ1", 2024, 2023)]),
        (0, [("RZ1", 2022, 2022), ("RZ1", 2023, 2023), ("RZ1", 2024, 2024), ("RZ2", 2022, 2022), ("RZ2", 2024, 2024)]),
        (1, [("RZ1", 2022, 2023), ("RZ1", 2023, 2024)]),
        (2, [("RZ1", 2022, 2024), ("RZ2", 2022, 2024)]),
    ],
)
def test_lag_1_puts_the_exposure_a_year_before_its_outcome(two_trusts, lag: int, expected) -> None:
    got = pair(two_trusts, "x", "y", lag=lag)
    assert list(got[["org_code", "wres_year", "outcome_year"]].itertuples(index=False, name=None)) == expected
    assert (got["exposure"] == 10 + got["wres_year"]).all()
    assert (got["outcome"] == 20 + got["wres_year"] + lag).all()
    assert set(got["lag"]) == {lag}


def test_a_pair_leaves_out_what_is_missing(two_trusts) -> None:
    holed = two_trusts.assign(y=two_trusts["y"].where(two_trusts["wres_year"] != 2022))
    assert list(pair(holed, "x", "y")["wres_year"]) == [2023, 2024, 2024]
    assert len(pair(two_trusts, "x", "x")) == len(two_trusts)
    with pytest.raises(KeyError):
        pair(two_trusts, "x", "z")
