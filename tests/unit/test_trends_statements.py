"""Statements about change: counts against shares, published headlines, and what cannot be told."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from handmade import COMPARISON, REFERENCE, STANDARD, both, observed, only, organisations, panel_data

from wres_analysis.resources import share
from wres_analysis.trends.statements import (
    STATEMENT_COLUMNS,
    Statement,
    check_figures,
    check_statements,
    published_figures,
)

pytestmark = pytest.mark.unit

ORGS = organisations(("RAA", "London", "Acute"), ("RBB", "London", "Acute"), ("RCC", "Midlands", "Acute"))


def band(code, year, comparison, known, stratum="vsm"):
    """A pay band in two parts, clinical a fifth of it."""
    out = []
    for kind, part in (("non_clinical", 0.8), ("clinical", 0.2)):
        n, x = known * part, comparison * part
        out += [
            observed(code, "ind1", year, x, n, group=COMPARISON, stratum=f"{kind}|{stratum}"),
            observed(code, "ind1", year, n - x, n, group=REFERENCE, stratum=f"{kind}|{stratum}"),
        ]
    return out


def said(claimed=30.0, of="unstated", **more):
    text = "very senior managers of BME background up 30 per cent in four years"
    known: dict[str, Any] = {
        "measure": "ind1",
        "group": COMPARISON,
        "stratum": "vsm",
        "year_from": 2021,
        "year_to": 2025,
    }
    return Statement(text, claimed=claimed, of=of, **(known | more))


@pytest.fixture(scope="module")
def data():
    """From 100 of 1,000 to 130 of 1,200: 30 % more people, and a share that rises from 10 to 10.8 %."""
    return panel_data(
        band("RAA", 2021, 60, 600), band("RAA", 2025, 75, 700), band("RBB", 2021, 40, 400), band("RBB", 2025, 55, 500),
        band("RCC", 2025, 50, 100), both("RAA", "ind5", 2021, (60, 600), (40, 200)),
        both("RAA", "ind5", 2025, (60, 600), (30, 200)), orgs=ORGS,
    )  # fmt: skip


def test_more_people_is_not_a_larger_share(data):
    row = only(check_statements([said()], data))
    assert (row["verdict"], row["reason"]) == ("corrected", "count_only")
    assert row["count_change"] == pytest.approx(30)
    assert (row["share_from"], row["share_to"]) == pytest.approx((10, 130 / 12))
    assert row["share_change"] == pytest.approx(100 / 12)
    assert row["share_points"] == pytest.approx(10 / 12)
    assert row["reference_change"] == pytest.approx(100 * 1070 / 900 - 100)
    assert row["base_change"] == pytest.approx(20)
    # The growth of a count is that of its share times that of the whole.
    assert (1 + row["count_change"] / 100) == pytest.approx(
        (1 + row["share_change"] / 100) * (1 + row["base_change"] / 100)
    )
    assert row["one_person"] == 1
    assert row["interval_reason"] == "these are full counts, not samples"
    assert np.isnan(row["points_low"])


def test_the_trusts_are_the_same_in_both_years(data):
    """RCC has 2025 only: with it the count would have risen by 80 %."""
    row = only(check_statements([said()], data))
    assert (row["n_trusts"], row["trusts_left_out"]) == (2, 1)
    assert row["count_change_all"] == pytest.approx(80)
    assert row["count_to"] == 130


@pytest.mark.parametrize(
    ("statement", "verdict", "reason", "found"),
    [
        (said(30, "count"), "confirmed", "matches", 30),
        (said(30, "share"), "corrected", "differs", 100 / 12),
        (said(8, "share"), "confirmed", "matches", 100 / 12),
        (said(8), "corrected", "share_only", 100 / 12),
        (said(50), "corrected", "neither", 30),
        (said(1, kind="points"), "confirmed", "matches", 10 / 12),
        (said(30.4, "count", tolerance=0.05), "corrected", "differs", 30),
        (said(25, "count", area="RAA"), "confirmed", "matches", 25),
        (said(30, "count", area="London"), "confirmed", "matches", 30),
        (said(30, "count", area="Midlands"), "cannot_tell", "no_figures", np.nan),
        (said(30, "count", year_from=2019), "cannot_tell", "no_figures", np.nan),
        (said(30, "count", stratum="band_9"), "cannot_tell", "no_figures", np.nan),
    ],
)
def test_verdicts(data, statement, verdict, reason, found):
    row = only(check_statements([statement], data))
    assert (row["verdict"], row["reason"]) == (verdict, reason)
    assert row["found"] == pytest.approx(found, nan_ok=True)


def test_columns_are_those_documented(data):
    frame = check_statements([said(), said(year_from=2010)], data)
    assert dict(frame.dtypes.astype(str)) == STATEMENT_COLUMNS
    assert dict(check_statements([], data).dtypes.astype(str)) == STATEMENT_COLUMNS


def test_a_survey_share_has_an_interval(data):
    row = only(check_statements([said(-5, kind="points", measure="ind5", stratum="")], data))
    # 40 of 200 against 30 of 200: no change is well within what chance makes of 200 answers.
    assert (row["verdict"], row["share_points"]) == ("confirmed", -5)
    assert row["points_low"] < -5 < 0 < row["points_high"]
    assert row["interval_reason"] == ""


def test_what_is_too_small_is_not_shown():
    small = panel_data(band("RAA", 2021, 2, 8), band("RAA", 2025, 3, 9), orgs=ORGS)
    row = only(check_statements([said(50)], small))
    assert STANDARD.smallest_shown > 9
    assert (row["verdict"], row["reason"]) == ("cannot_tell", "too_small")
    assert np.isnan(row[["count_from", "count_to", "share_from", "count_change", "found"]].astype(float)).all()
    nobody = panel_data(band("RAA", 2021, 0, 20), band("RAA", 2025, 5, 20), orgs=ORGS)
    row = only(check_statements([said(50, "count")], nobody))
    assert (row["verdict"], row["reason"]) == ("cannot_tell", "no_start")


# Figures that were published (data/reference/national.csv names the source of each) ----------------------------------


@pytest.fixture(scope="module")
def national():
    return pd.read_csv(share("data", "reference", "national.csv"), keep_default_na=False)


def check_published(statement, national):
    return check_figures(statement, published_figures(statement, national))


def test_published_very_senior_managers_rose_by_a_sixth_and_their_share_by_an_eighth(national):
    """290 people and 9.2 % in 2021, 341 people and 10.3 % in 2022."""
    row = check_published(said(18, year_to=2022), national)
    assert (row["count_from"], row["count_to"], row["share_from"], row["share_to"]) == (290, 341, 9.2, 10.3)
    assert (row["verdict"], row["reason"]) == ("corrected", "count_only")
    assert row["count_change"] == pytest.approx(17.586, abs=0.001)  # 341/290
    assert row["share_change"] == pytest.approx(11.957, abs=0.001)  # 10.3/9.2
    assert check_published(said(1.1, kind="points", year_to=2022, tolerance=0.05), national)["verdict"] == "confirmed"


def test_a_headline_whose_people_were_not_published_cannot_be_told(national):
    """9.2 % in 2021 and 12.7 % in 2024: the share rose by 38 %; of people these figures say nothing."""
    row = check_published(said(30, year_to=2024), national)
    assert (row["verdict"], row["reason"]) == ("cannot_tell", "not_said_and_not_known")
    assert row["found"] == pytest.approx(38.04, abs=0.01)
    assert check_published(said(30, "share", year_to=2024), national)["verdict"] == "corrected"
    assert check_published(said(3.5, kind="points", year_to=2024), national)["verdict"] == "confirmed"
    assert check_published(said(30, year_to=2025), national)["reason"] == "no_figures"


def test_figures_that_nobody_confirmed_are_not_used(national):
    year = national[national["grade"] == "K"].iloc[0]
    statement = said(measure=year["measure"], group=year["group"], stratum="", year_from=int(year["wres_year"]))
    assert not (published_figures(statement, national)["wres_year"] == int(year["wres_year"])).any()
