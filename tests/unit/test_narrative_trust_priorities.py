# mypy: ignore-errors
"""What a trust report says of change, months, steps of the ladder, the board, priorities and assurance."""

import numpy as np
import pytest
from handmade import COMPARISON, REFERENCE, STANDARD, both, months, observed, organisations, panel_data
from proofs import document, trend_frame

from wres_analysis.narrative.claims import Claim
from wres_analysis.narrative.proofread import proofread
from wres_analysis.narrative.trust_ladder import TrustLadder
from wres_analysis.narrative.trust_months import TrustMonths
from wres_analysis.narrative.trust_priorities import Priorities, assurance
from wres_analysis.narrative.trust_trends import TrustTrends
from wres_analysis.profiles.disparity import disparity
from wres_analysis.profiles.priorities import priority_rows
from wres_analysis.profiles.trust import as_of, trust_profile
from wres_analysis.standards.enquiry import load_enquiry

pytestmark = pytest.mark.unit

ORGS = organisations(*((f"RZ{n}", "London", "Acute - Large") for n in range(1, 9)))
MANY = organisations(*((f"RZ{n}", "London", "Acute - Large") for n in range(1, 13)))
YEARS = range(2018, 2026)


def gap(code: str, year: int, points: float, base: int = 4000) -> list:
    return both(code, "ind8", year, (round(0.1 * base), base), (round((0.1 + points / 100) * base), base))


#: RZ1 falls by a point a year, the others stand still at other levels; RZ2 is far above, RZ8 is far below.
WIGGLE = [0.3, -0.3, 0.1, -0.2, 0.2, -0.1, 0.3, -0.3]
FALLING = [gap("RZ1", y, 10 - (y - 2018) + WIGGLE[y - 2018]) for y in YEARS]
STILL = [gap(f"RZ{n}", y, {2: 15, 8: 0.5}.get(n, 4) + WIGGLE[(y + n) % 8]) for n in range(2, 9) for y in YEARS]
PANEL = panel_data(FALLING, STILL, orgs=ORGS, checked=True)
TRENDS = trend_frame(PANEL, 2025)
AMONG = disparity(PANEL.values, 2025, STANDARD)


def priorities(code: str, claims: list[Claim] | None = None) -> Priorities:
    return Priorities(
        priority_rows(AMONG, code), claims or [], TrustTrends(TRENDS, code), name=f"Trust {code}", code=code, year=2025
    )


# Change ----------------------------------------------------------------------------------------------------------


def test_a_planted_fall_is_told_and_celebrated() -> None:
    trends = TrustTrends(TRENDS, "RZ1")
    assert "is improving: it fell from 2018 to 2025" in str(trends.sections())
    assert [row["measure"] for row in trends.improvements()] == ["ind8"]
    assert "towards less disadvantage" in str(trends.celebrated())


def test_a_still_series_is_not_celebrated() -> None:
    trends = TrustTrends(TRENDS, "RZ3")
    assert trends.improvements() == []
    assert "so there is none to celebrate yet" in str(trends.celebrated())


def test_short_series_have_trial_limits_said_once() -> None:
    assert str(TrustTrends(TRENDS, "RZ1").sections()).count("trial limits") == 1


def test_a_celebration_needs_all_three_conditions() -> None:
    for spoilt in ({"p_improving": 0.94}, {"other_reading": "cannot_tell"}, {"reading": "cannot_tell"}):
        frame = TRENDS.assign(**spoilt)
        assert TrustTrends(frame, "RZ1").improvements() == []


def test_a_report_on_an_earlier_year_knows_nothing_of_later_ones() -> None:
    assert as_of(PANEL, 2021).values["wres_year"].max() == 2021
    assert trend_frame(PANEL, 2021)["last_year"].max() == 2021
    assert PANEL.values["wres_year"].max() == 2025


def test_few_years_are_said() -> None:
    lone = panel_data(gap("RZ1", 2025, 4), orgs=ORGS, checked=True)
    trends = TrustTrends(trend_frame(lone, 2025), "RZ1")
    assert trends.table() is None
    assert "fewer than three comparable years" in str(trends.sections())


# Priorities ------------------------------------------------------------------------------------------------------


def test_the_trust_planted_far_above_has_a_priority_with_questions() -> None:
    said = str(priorities("RZ2").sentences())
    assert "### Priority: indicator 8" in said
    assert "Which grounds of discrimination" in said


def test_a_trust_below_the_average_has_none_and_it_is_said() -> None:
    one = priorities("RZ8")
    assert str(one.sentences()).startswith("No priority is clear")
    # Then there is a row to fill in for each action of the plan.
    assert len(one.action_table().rows) == len(load_enquiry().actions) == 6


def test_actions_of_a_priority_are_those_of_the_plan() -> None:
    (row,) = priorities("RZ2").action_table().rows
    assert row[1].startswith("6. ")
    assert set(row[2:]) == {"to fill in"}


def test_nothing_to_compare_with_is_said() -> None:
    lone = Priorities(
        priority_rows(AMONG, "RZ9"), [], TrustTrends(TRENDS, "RZ9"), name="Trust RZ9", code="RZ9", year=2025
    )
    assert "No priority is chosen" in str(lone.sentences())
    assert lone.table() is None
    assert len(lone.front_sheet().rows) > 5


def test_every_indicator_has_questions_and_an_action() -> None:
    enquiry = load_enquiry()
    assert [key for key in STANDARD.indicators if not enquiry.questions_on(key)] == []
    assert [key for key in STANDARD.indicators if not enquiry.actions_of(key)] == []
    named = {key for one in (*enquiry.questions, *enquiry.actions) for key in one.indicators}
    assert named <= set(STANDARD.indicators)
    assert [action.number for action in enquiry.actions] == [1, 2, 3, 4, 5, 6]


# Assurance -------------------------------------------------------------------------------------------------------


def claims(*readings: str) -> list[Claim]:
    return [Claim("gap", f"ind{n}", "RZ1", "", 2025, "", reading=word) for n, word in enumerate(readings)]


@pytest.mark.parametrize(
    ("readings", "n", "level"),
    [
        (["worse", "no_interval", "no_interval"], 1, "not proposed"),
        (["worse", "worse", "unclear", "better"], 1, "limited"),
        (["worse", "unclear", "unclear", "better"], 0, "partial"),
        (["unclear", "unclear", "better", "better"], 0, "reasonable"),
    ],
)
def test_assurance_follows_its_rule(readings: list[str], n: int, level: str) -> None:
    assert assurance(claims(*readings), n, 7)[0] == level


# Months ----------------------------------------------------------------------------------------------------------


def test_a_planted_month_differs_from_its_own_pattern() -> None:
    # A month is judged where eight other trusts have it too.
    rng = np.random.default_rng(1)
    noise = rng.integers(-40, 40, (12, 3, 12))
    rows = [
        months(f"RZ{n + 1}", year, 5000 + int(noise[n, y, m]) + (1500 if (n, year, m) == (0, 2025, 2) else 0), 100_000,
               numbers=[m + 1])
        for n in range(12) for y, year in enumerate((2023, 2024, 2025)) for m in range(12)
    ]  # fmt: skip
    panel = panel_data(rows, orgs=MANY, checked=True)
    told = TrustMonths(panel, "RZ1", 2025)
    assert "March 2025 differs from its own pattern (higher than to be expected, which is worse)" in str(
        told.sentences()
    )
    (drawn,) = told.drawn
    marked = [row[0] for row in drawn.table().rows if row[3] == "yes, higher"]
    assert "March 2025" in marked
    assert "March 2025" in drawn.alt()
    # Seen a year before, that month has not come.
    assert "March 2025" not in str(TrustMonths(panel, "RZ1", 2024).sentences())


def test_no_months_are_said() -> None:
    assert "no outcome by month" in str(TrustMonths(PANEL, "RZ1", 2025).sentences())


# The ladder and the board ----------------------------------------------------------------------------------------

RUNGS = next(i for i in STANDARD.indicators.values() if i.rungs)


def ladder_panel(higher: int = 20) -> object:
    """White staff 40 in each band of the lowest and highest rung; the others 40 and ``higher``."""
    rows = []
    for staff_group in RUNGS.rung_groups:
        for rung in RUNGS.rungs:
            for band in rung.bands:
                n = {REFERENCE: 40, COMPARISON: higher if rung.key == "upper" else 40}
                rows += [observed("RZ1", "ind1", 2025, n[g], 80, group=g, stratum=f"{staff_group}|{band}") for g in n]
    return panel_data(rows, orgs=ORGS, checked=True)


def test_the_ratio_of_steps_is_told_with_its_interval_and_numbers() -> None:
    ladder = TrustLadder(trust_profile(ladder_panel(), "RZ1"))
    said = str(ladder.ladder_sentences())
    # (240 / 240) / (120 / 240) = 2, by hand: six bands above, six beneath.
    assert "bands 8a and above beside bands 5 and below: the ratio is 2.00; the data fit anything from" in said
    assert "480 White staff and 360 ethnic minority staff" in said
    assert ladder.ladder_table() is not None


def test_a_step_too_small_is_not_shown() -> None:
    ladder = TrustLadder(trust_profile(ladder_panel(higher=1), "RZ1"))
    said = str(ladder.ladder_sentences())
    assert "There is no ratio of" in said
    assert "beside bands 5 and below: the ratio is 1.00" in said  # the middle step has enough


def test_no_bands_are_said() -> None:
    ladder = TrustLadder(trust_profile(PANEL, "RZ1"))
    assert ladder.ladder_table() is None
    assert "no full counts of this trust by pay band" in str(ladder.ladder_sentences())
    assert ladder.board_table() is None


# The proofreader -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["RZ1", "RZ2", "RZ8"])
def test_nothing_is_found_against_it(code: str) -> None:
    assert [str(one) for one in proofread(document(PANEL, code, AMONG, 2025, TRENDS))] == []


def test_nothing_is_found_against_the_ladder() -> None:
    assert [str(one) for one in proofread(document(ladder_panel(), "RZ1"))] == []


def test_a_hidden_band_is_not_mistaken_for_one_whose_name_ends_alike() -> None:
    rows = [
        observed("RZ1", "ind1", 2025, n, of, group=COMPARISON, stratum=s)
        for s, n, of in (("non_clinical|vsm", 2, 20), ("clinical|vsm", 1, 5), ("clinical|band_5", 9, 30))
    ]
    assert [str(one) for one in proofread(document(panel_data(rows, orgs=ORGS, checked=True), "RZ1"))] == []


def test_rounding_does_not_make_a_priority_of_what_is_none():
    from wres_analysis.narrative.trust_priorities import _against_threshold

    assert _against_threshold(0.8999) == "just under 90%"
    assert _against_threshold(0.9) == "90%"
    assert _against_threshold(0.894) == "89%"
