# mypy: ignore-errors
"""Sentences of trends: a direction only where the interval leaves out no change, projections without promises."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from handmade import COMPARISON, REFERENCE, both, observed, organisations, panel_data

from wres_analysis.narrative.proofread import proofread, read_page
from wres_analysis.narrative.telling import CLAIMS_KIND, Prose, paragraph
from wres_analysis.narrative.trends import (
    say_projection,
    say_statement,
    say_trend,
    tell_projection,
    tell_statement,
    tell_trend,
)
from wres_analysis.reports.export import claims_of
from wres_analysis.trends.annual import annual_trends
from wres_analysis.trends.statements import Statement, check_figures, check_statements

pytestmark = pytest.mark.unit

YEARS = range(2018, 2026)
ORGS = organisations(("RAA", "London", "Acute"), ("RBB", "London", "Acute"))
CAUSES = re.compile(r"leads to|because of|drives|impact of|caused|effect of", re.I)


def survey(code, measure, year, gap, base=4000):
    counts = (round(0.1 * 4 * base), 4 * base), (round((0.1 + gap / 100) * base), base)
    return both(code, measure, year, *counts)


@pytest.fixture(scope="module")
def frame():
    falling = [9.0, 8.0, 8.5, 6.0, 6.5, 5.0, 5.5, 4.0]
    still = [5.0, 5.5, 4.5, 5.2, 4.8, 5.3, 4.9, 5.1]
    rows = [survey("RAA", "ind8", y, g) for y, g in zip(YEARS, falling, strict=True)]
    rows += [survey("RAA", "ind6", y, g) for y, g in zip(YEARS, still, strict=True)]
    rows += [survey("RAA", "ind5", y, g) for y, g in zip(YEARS, [16.0 if y == 2021 else y - 2016 for y in YEARS],
                                                         strict=True)]  # fmt: skip
    rows += [both("RAA", "ind2", y, (round(20000 * (0.18 - 0.01 * (y - 2018))), 20000), (1000, 10000)) for y in YEARS]
    rows += [observed("RAA", "sickness", y, value=4 + 0.2 * (y - 2018) + 0.1 * (y % 2)) for y in YEARS]
    rows += [survey("RBB", "ind8", 2025, 5)]
    return annual_trends(panel_data(*rows, orgs=ORGS), only=["ind2", "ind5", "ind6", "ind8", "sickness"]).frame


def row_of(frame, measure, form="gap", code="RAA", trust_set=None):
    part = frame[(frame["measure"] == measure) & (frame["form"] == form) & (frame["org_code"] == code)]
    return part[part["trust_set"] == (trust_set or part["trust_set"].iloc[0])].to_dict("records")[0]


def test_a_narrowing_gap_is_told_with_its_interval(frame):
    row = row_of(frame, "ind8")
    text = say_trend(row)
    assert text.startswith(
        "At Trust RAA, the gap in indicator 8 (discrimination at work) is improving: it fell from 2018 to 2025 (8 "
        "years with values), by "
    )
    near, far = sorted((abs(row["ci_low"]), abs(row["ci_high"])))
    assert f"by {abs(row['slope']):.2f} percentage points a year (95% interval {near:.2f} to {far:.2f})" in text
    assert "towards less disadvantage for ethnic minority staff" in text
    assert text.endswith("Trial limits: fewer than 12 points.")
    assert re.search(r"equality would be reached \d+ to \d+ years after 2025", say_projection(row))


def test_no_direction_is_named_where_the_interval_holds_no_change(frame):
    row = row_of(frame, "ind6")
    text = say_trend(row)
    assert row["ci_low"] < 0 < row["ci_high"]
    assert "these data cannot tell whether the gap in indicator 6" in text
    assert not re.search(r"improv|worsen|\brose\b|\bfell\b", text)
    assert "perhaps never" in say_projection(row) or "not within 30 years" in say_projection(row)


def test_every_row_of_every_kind_is_told_without_causes(frame):
    for row in frame.to_dict("records"):
        text = f"{say_trend(row)} {say_projection(row)}"
        assert not CAUSES.search(text)
        assert "nan" not in text and "inf" not in text.replace("infe", "")
        assert ("improving" in say_trend(row).split(".")[0]) == (row["reading"] == "improving")
        assert "BME" not in text


def test_a_ratio_is_told_in_percent_a_year(frame):
    row = row_of(frame, "ind2", "log_ratio")
    text = say_trend(row)
    a_year = abs(100 * (np.exp(row["slope"]) - 1))
    assert f"it fell from 2018 to 2025 (8 years with values), by {a_year:.1f}% a year" in text
    assert "towards less disadvantage for ethnic minority applicants" in text


def test_the_other_choice_about_the_pandemic_is_told_where_it_matters(frame):
    row = row_of(frame, "ind5")
    assert (row["reading"], row["other_reading"]) == ("cannot_tell", "worsening")
    assert "With the year of the pandemic left out, it would be read in another way." in say_trend(row)
    assert "pandemic" not in say_trend(row_of(frame, "ind8"))


def test_a_full_count_says_why_it_has_no_interval(frame):
    text = say_trend(row_of(frame, "sickness", "level"))
    assert text.startswith("At Trust RAA, the sickness absence rate is worsening: it rose")
    assert "there is no interval for it, because the rate counts every recorded day" in text
    assert "there is no slope of England to set beside it" in text  # one trust without days: nothing to compare with
    assert "with a correlation of 0.60, which is assumed: these series are too few or too short to tell it." in text


def test_a_full_count_stands_beside_what_moved_trusts_everywhere():
    """Twelve trusts share one wave: each is told with the mean slope of all, and with the memory of the years."""
    random = np.random.default_rng(11)
    codes = [f"R{a}{b}" for a in "ABC" for b in "ABCD"]
    wave = 4 + 0.1 * np.arange(8) + random.normal(0, 0.3, 8)
    rows = [
        observed(code, "sickness", y, value=float(wave[y - 2018] + random.normal(0, 0.2)))
        for code in codes
        for y in YEARS
    ]
    orgs = organisations(*((code, "London", "Acute") for code in codes))
    frame = annual_trends(panel_data(*rows, orgs=orgs), only=["sickness"]).frame
    row = row_of(frame, "sickness", "level", code="RAA")
    assert row["england_basis"] == "mean_of_trusts"
    text = say_trend(row)
    slope, low, high = (row[f"england_{name}"] for name in ("slope", "low", "high"))
    assert low < slope < high
    assert (
        "This slope includes whatever moved trusts everywhere in the same years: the mean slope of the 12 trusts with "
        f"a trend is {slope:+.2f} percentage points a year" in text
    )
    assert row["likeness"] > 0.2
    survey_row = dict(row, sampled=True)
    assert "moved trusts everywhere" not in say_trend(survey_row)


def test_a_series_too_short_is_told_without_a_number(frame):
    row = row_of(frame, "ind8", code="RBB")
    assert say_trend(row) == (
        "At Trust RBB, no trend is told of the gap in indicator 8 (discrimination at work). 1 year has a value; a "
        "trend needs three."
    )
    assert say_projection(row) == ""


def test_an_area_says_how_many_trusts_it_rests_on(frame):
    text = say_trend(row_of(frame, "ind8", code="England", trust_set="all"))
    assert text.startswith("In England, over the 1 to 2 trusts in the data, ")
    assert "over the 1 trust in the data every year" in say_trend(
        row_of(frame, "ind8", code="England", trust_set="constant")
    )


@pytest.mark.parametrize(
    ("status", "low", "high", "words"),
    [
        ("reached", np.nan, np.nan, "no distance left to project"),
        ("in_sight", 2.4, 17.2, "equality would be reached 2 to 17 years after 2025"),
        ("in_sight", 2.4, 88.0, "reached 2 to more than 30 years after 2025"),
        ("open_ended", 4.9, np.inf, "no earlier than 4 years after 2025, and perhaps never"),
        ("open_ended", 0.3, np.inf, "in the first year after 2025 at the earliest"),
        ("beyond_horizon", 44.0, np.inf, "not within 30 years at this pace"),
        ("moving_away", np.nan, np.nan, "not reached at this pace"),
    ],
)
def test_projections(status, low, high, words):
    row = {"parity_status": status, "parity_low": low, "parity_high": high, "last_year": 2025.0, "first_year": 2018.0}
    text = say_projection(row)
    assert words in text
    assert "will" not in text.split()


def band(code, year, comparison, known):
    return [
        observed(code, "ind1", year, comparison, known, group=COMPARISON, stratum="non_clinical|vsm"),
        observed(code, "ind1", year, known - comparison, known, group=REFERENCE, stratum="non_clinical|vsm"),
    ]


def test_a_statement_is_corrected_in_words():
    data = panel_data(band("RAA", 2021, 100, 1000), band("RAA", 2025, 130, 1200), orgs=ORGS)
    said = Statement("very senior managers up 30 per cent", "ind1", COMPARISON, 2021, 2025, 30, stratum="vsm")
    text = say_statement(check_statements([said], data).to_dict("records")[0])
    assert text.startswith("“very senior managers up 30 per cent”: the figures correct this.")
    for words in (
        "the number of ethnic minority staff in VSM went from 100 to 130 (+30.0%)",
        "from 10.0% to 10.8% (+0.8 percentage points, which is +8.3% of the share itself)",
        "White staff moved by +18.9%",
        "+30% is right of the number of people, and not of their share",
        "There is no interval, because these are full counts, not samples. One person is 1.0% of the first number.",
    ):
        assert words in text
    assert not CAUSES.search(text)
    gone = Statement("x", "ind1", COMPARISON, 2010, 2025, 30, stratum="vsm")
    assert "no figures of the same trusts for both 2010 and 2025" in say_statement(
        check_statements([gone], data).to_dict("records")[0]
    )


def test_a_statement_about_published_shares_says_only_what_they_hold():
    figures = pd.DataFrame(
        {"trusts": "both", "wres_year": [2021, 2024], "count": np.nan, "base": np.nan, "share": [9.2, 12.7],
         "reference": np.nan, "n_trusts": 0, "source": "a page"}
    )  # fmt: skip
    said = Statement("up 30 per cent", "ind1", COMPARISON, 2021, 2024, 30, stratum="vsm")
    text = say_statement(check_figures(said, figures))
    assert "this cannot be told" in text
    assert "from 9.2% to 12.7% (+3.5 percentage points, which is +38.0% of the share itself)" in text
    assert "the figures at hand hold only one of the two" in text
    assert "number of ethnic minority staff in VSM went" not in text


def test_the_proofreader_has_nothing_against_trends_projections_and_statements(frame):
    rows = frame.to_dict("records")
    tellings = [tell_trend(row) for row in rows]
    tellings += [told for row in rows if row["subject"] == "england" and (told := tell_projection(row))]
    said = Statement("up by a third", measure="ind2", group=COMPARISON, year_from=2021, year_to=2025, claimed=30)
    data = panel_data(
        both("RAA", "ind2", 2021, (60, 600), (40, 200)), both("RAA", "ind2", 2025, (60, 600), (52, 210)), orgs=ORGS
    )
    tellings.append(tell_statement(check_statements([said], data).to_dict("records")[0], figures="here"))
    prose = Prose(tuple(paragraph(one) for one in tellings))
    record = json.loads(json.dumps(claims_of({"cells": [{"outputs": [{"data": {CLAIMS_KIND: prose.record()}}]}]})))
    doc = read_page("trends.html", f"<body><main>{prose.html()}</main></body>", record)
    assert len(doc.sentences) > len(rows)
    assert [str(one) for one in proofread(doc)] == []


def test_remarks_can_be_left_to_a_table(frame):
    row = row_of(frame, "ind8")
    assert tell_trend(row).text == say_trend(row)
    assert tell_trend(row, remarks=False).text == say_trend(row).removesuffix(f" {row['message']}")
